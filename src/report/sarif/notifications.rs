//! What the run says about itself: input that could not be read whole, rules that
//! could not be judged, results that were left out.

use serde_sarif::sarif::{
    Location, Notification, PhysicalLocation, Region, ReportingDescriptor, ReportingDescriptorReference,
};

use super::super::coverage::missing_in_words;
use super::super::object::ITEM_OVERHEAD;
use super::super::{Report, safe};
use super::artifacts::Artifacts;
use super::messages::text;
use super::{index, integer, text_message};
use crate::finding::{Notice, NoticeLevel, RuleCoverage, Topic};
use crate::rule::RuleMeta;
use crate::span::LineColumn;

/// The notifications with the bytes they take.
#[derive(Default)]
pub(super) struct Notifications {
    pub(super) list: Vec<Notification>,
    pub(super) bytes: usize,
}

/// Every sort of notification: id, name, what it says, what to do. The id of a
/// notice's kind begins with `input-`.
const DESCRIPTORS: [[&str; 4]; 21] = [
    [
        "input-unreadable",
        "UnreadableInput",
        "An input file could not be opened or read.",
        "Check that the file exists and may be read, and scan again.",
    ],
    [
        "input-truncated",
        "TruncatedInput",
        "An input file ends too early; what came before was read.",
        "Export the file again: the download was cut short.",
    ],
    [
        "input-broken",
        "BrokenInput",
        "An input file is damaged from some place on; what came before was read.",
        "Export the file again, or mend it at the place that is named.",
    ],
    [
        "input-repaired",
        "RepairedInput",
        "Something in an input file was replaced so that it could be read.",
        "Nothing was lost; compare the place that is named with the instance if it matters.",
    ],
    [
        "input-limit-reached",
        "InputLimitReached",
        "An input file is larger, or expands further, than the limits allow.",
        "Raise the limit if the file is trusted, or export less at a time.",
    ],
    [
        "input-unsafe-name",
        "UnsafeInputName",
        "A member of an archive has a name that no file may have; it was read under a cleaned one.",
        "Find out who made the archive.",
    ],
    [
        "input-skipped",
        "SkippedInput",
        "An input file holds nothing to scan, or lies outside what was asked for.",
        "Nothing needs to be done if that was meant.",
    ],
    [
        "input-turned-off",
        "FindingTurnedOff",
        "An older version of a record fails a rule, and a newer copy of it in another file does not.",
        "Look whether the newer copy is what the instance holds; --all-versions judges both.",
    ],
    [
        "input-notice",
        "InputNotice",
        "Something about an input file is worth knowing.",
        "See the message of the notification.",
    ],
    [
        "rule-not-judged",
        "RuleCouldNotBeJudged",
        "The input does not hold what a rule needs, so nothing can be said about some of its subjects.",
        "Export the tables and columns that are named as well.",
    ],
    [
        "rule-not-portable",
        "RuleNotPortable",
        "A check of Instance Scan that was given as a rule cannot run outside the instance.",
        "Let the instance run it; the message says what keeps it there.",
    ],
    [
        "rules-weakened",
        "WeakenedRules",
        "Packs or the configuration switch rules off, lower their severity, change a parameter, or replace a class.",
        "Look whether that is meant; the message of the notification names each.",
    ],
    [
        "base-lacks",
        "MissingInBase",
        "The base of the change does not hold a pack or baseline that was asked for.",
        "Nothing needs to be done if the change adds it: it counts from the next change on.",
    ],
    [
        "base-unused",
        "UnusableBase",
        "The base of the change holds a configuration or packs that cannot be used.",
        "Mend them in the base; until then those of the change judge both sides.",
    ],
    [
        "base-asks-more",
        "ChangeAsksLess",
        "The configuration or the packs of the change exclude, waive or ask less than those of its base.",
        "Look whether that is meant before the change is merged; the message of the notification names each.",
    ],
    [
        "waiver-unused",
        "UnusedWaiver",
        "A waiver covers no finding of this scan.",
        "Remove it from the configuration if what it accepted is gone.",
    ],
    [
        "waiver-expired",
        "ExpiredWaiver",
        "The last day of a waiver has passed, so it covers nothing any more.",
        "Mend what it accepted, or have its owner accept it anew with a later day.",
    ],
    [
        "waiver-lapsed",
        "LapsedWaiver",
        "A value that a waiver was given for has changed, so it does not cover the finding any more.",
        "Look at the new value; mend it, or have the owner accept it anew.",
    ],
    [
        "baseline-partial",
        "PartialBaseline",
        "What this scan was compared with does not hold all findings of its time, so some may look new.",
        "Compare with a baseline file, or with a report that was not cut and of a complete scan.",
    ],
    [
        "results-left-out",
        "SomeResultsLeftOut",
        "There are more results than the file may hold; the least severe were left out.",
        "See another format for all of them, or raise the limits.",
    ],
    [
        "notices-left-out",
        "SomeNoticesLeftOut",
        "There are more notices about the input than the file may hold.",
        "See another format for all of them.",
    ],
];

/// The descriptors of all notifications there can be.
pub(super) fn descriptors() -> impl Iterator<Item = ReportingDescriptor> {
    DESCRIPTORS.iter().map(|[id, name, description, help]| {
        ReportingDescriptor::builder()
            .id(*id)
            .name(*name)
            .short_description(text(description))
            .full_description(text(description))
            .help(text(help))
            .build()
    })
}

/// One for every notice, up to `limit`, and for every rule that could not be judged.
pub(super) fn all(report: &Report, limit: usize, artifacts: &mut Artifacts<'_>) -> Notifications {
    let mut list: Vec<Notification> =
        report.notices.iter().take(limit).map(|(notice, at)| of_notice(notice, *at, artifacts)).collect();
    let left_out = report.notices.len().saturating_sub(limit);
    if left_out > 0 {
        list.push(notification(
            "notices-left-out",
            "warning",
            format!("{left_out} more notices about the input were left out."),
        ));
    }
    let rules = report.rules.iter().zip(&report.coverage).enumerate();
    list.extend(rules.filter_map(|(place, (rule, coverage))| of_rule(report, place, rule, coverage)));
    let bytes =
        list.iter().map(|item| serde_json::to_vec(item).map_or(0, |json| json.len()) + ITEM_OVERHEAD).sum();
    Notifications { list, bytes }
}

/// Says how many results were left out, if any were.
pub(super) fn of_cut(left_out: usize) -> Option<Notification> {
    (left_out > 0).then(|| {
        let text = format!(
            "{left_out} results were left out, the least severe ones: \
             the file is limited in results and bytes, as those are who read it."
        );
        notification("results-left-out", "warning", text)
    })
}

fn of_notice(notice: &Notice, at: Option<LineColumn>, artifacts: &mut Artifacts<'_>) -> Notification {
    let level = match notice.level {
        _ if notice.topic() == Topic::Settings => "note",
        NoticeLevel::Error => "error",
        NoticeLevel::Warning => "warning",
    };
    let mut text = if notice.path.is_empty() {
        safe::sarif_message(&notice.message)
    } else {
        safe::sarif_message(&format!("{}: {}", notice.path, notice.message))
    };
    text.push('.');
    if notice.topic() != Topic::Input {
        // Its file is none that was scanned, so there is no artifact for it.
        return notification(&notice.kind, level, text);
    }
    let mut notification = notification(&format!("input-{}", notice.kind), level, text);
    if !notice.path.is_empty() {
        let mut place =
            PhysicalLocation::builder().artifact_location(artifacts.location(&notice.path)).build();
        place.region = at.map(|at| {
            Region::builder().start_line(integer(at.line)).start_column(integer(at.column)).build()
        });
        notification.locations = Some(vec![Location::builder().physical_location(place).build()]);
    }
    notification
}

fn of_rule(report: &Report, place: usize, rule: &RuleMeta, coverage: &RuleCoverage) -> Option<Notification> {
    if coverage.cannot_tell == 0 {
        return None;
    }
    let missing = safe::sarif_message(&missing_in_words(report, &coverage.missing));
    let text = format!("{} could not be judged for {} subjects: {missing}.", rule.id, coverage.cannot_tell);
    let mut notification = notification("rule-not-judged", "note", text);
    notification.associated_rule =
        Some(ReportingDescriptorReference::builder().id(&rule.id).index(index(place)).build());
    Some(notification)
}

fn notification(id: &str, level: &str, text: String) -> Notification {
    // A kind of notice that came later than this list is still a notice.
    let place = |id: &str| DESCRIPTORS.iter().position(|[known, ..]| *known == id);
    let (id, place) = match place(id) {
        Some(place) => (id, Some(place)),
        None => ("input-notice", place("input-notice")),
    };
    let mut descriptor = ReportingDescriptorReference::builder().id(id).build();
    descriptor.index = place.map(index);
    Notification::builder().descriptor(descriptor).level(level).message(text_message(text)).build()
}
