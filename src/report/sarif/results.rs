//! Findings, and the verdicts of rules, as results.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, CodeFlow, Fix, Location, LogicalLocation, Message,
    PhysicalLocation, PropertyBag, Region, Replacement, Result, ResultKind, ResultLevel, Suppression,
    ThreadFlow, ThreadFlowLocation,
};

use super::super::coverage::missing_in_words;
use super::super::{Report, mended, safe};
use super::artifacts::Artifacts;
use super::messages::{EVIDENCE, MESSAGE_ID};
use super::{ROOT, SarifOptions, index, integer, text_message};
use crate::finding::{BaselineState, Finding, Level, PlaceRole, Verdict};
use crate::revisit::{ShownFinding, ShownPlace, Snippet};
use crate::rule::RuleMeta;
use crate::suppress::{Accepted, KnownValues, WaiverUse};

/// GitLab drops a result whose message is longer than 1,024 characters, and the
/// whole report where most are; some room is left for other ways to count.
const MESSAGE_LIMIT: usize = 1_000;

/// A field may hold a script of any length.
const SNIPPET_LIMIT: usize = 4_000;

/// Azure DevOps keeps so many places of a result.
const RELATED_LIMIT: usize = 100;

/// What either all results of a run carry, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    /// Suppressions, of which there may be none.
    suppressions: bool,
}

impl Marks {
    pub(super) fn of(report: &Report, options: &SarifOptions) -> Self {
        Self { suppressions: !options.drop_waived && report.count_by_standing().waived > 0 }
    }
}

/// A finding as a result.
pub(super) fn of_finding(
    report: &Report,
    shown: &ShownFinding<'_>,
    marks: Marks,
    artifacts: &mut Artifacts<'_>,
) -> Result {
    let finding = shown.finding;
    let rule = report.rule_of(finding);
    let subject = subject(finding);
    let message = Message::builder()
        .text(message_text(&finding.message))
        .id(MESSAGE_ID)
        .arguments(vec![safe::sarif_argument(&safe::shortened(&subject, MESSAGE_LIMIT))])
        .build();
    let mut primary = location(shown.primary(), artifacts);
    let mut logical = vec![logical_location(finding, subject)];
    logical.extend(shown.primary().cell.as_deref().map(cell_location));
    primary.logical_locations = Some(logical);
    let mut result = Result::builder()
        .rule_id(&rule.id)
        .rule_index(i64::from(finding.rule))
        .kind(ResultKind::Fail)
        .level(result_level(finding.severity.level()))
        .rank(rank(finding.severity))
        .message(message)
        .locations(vec![primary])
        .partial_fingerprints(fingerprints(shown.finding))
        .properties(properties(finding))
        .build();
    result.fixes = fix(rule, shown, artifacts).map(|fix| vec![fix]);
    result.baseline_state = finding.state.map(|state| Value::from(state.as_str()));
    result.suppressions =
        marks.suppressions.then(|| report.waiver_of(finding).map(suppression).into_iter().collect());
    let related = related_locations(shown, artifacts);
    if !related.is_empty() {
        result.code_flows = Some(vec![code_flow(shown, &related, artifacts)]);
        result.related_locations = Some(related);
    }
    result
}

/// The change of one value that mends a finding: the whole element of the field
/// is written anew.
fn fix(rule: &RuleMeta, shown: &ShownFinding<'_>, artifacts: &mut Artifacts<'_>) -> Option<Fix> {
    let (value, field) = (rule.mend.as_ref()?, shown.finding.field.as_ref()?);
    let ShownPlace { path, snippet, .. } = shown.primary();
    let element = mended(snippet, field, value)?;
    let deleted = region(snippet);
    let replacement = Replacement::builder()
        .deleted_region(Region { snippet: None, ..deleted })
        .inserted_content(ArtifactContent::builder().text(element).build())
        .build();
    let change = ArtifactChange::builder()
        .artifact_location(artifacts.location(path))
        .replacements(vec![replacement])
        .build();
    let sentence =
        if value.is_empty() { format!("Empty `{field}`.") } else { format!("Set `{field}` to `{value}`.") };
    Some(Fix::builder().description(text_message(sentence)).artifact_changes(vec![change]).build())
}

/// What a rule without findings came to, as evidence. Code scanning takes no
/// result without a line, so it stands at the root, at a region without extent.
pub(super) fn of_coverage(report: &Report, rule_index: usize, marks: Marks) -> Option<Result> {
    let (rule, coverage) = (report.rules.get(rule_index)?, report.coverage.get(rule_index)?);
    let (kind, count) = match coverage.verdict() {
        Verdict::Fail => return None,
        Verdict::Pass => (ResultKind::Pass, coverage.pass),
        Verdict::NotApplicable => (ResultKind::NotApplicable, coverage.not_applicable),
        Verdict::CannotTell => (ResultKind::Open, coverage.cannot_tell),
    };
    let mut arguments = vec![count.to_string()];
    if kind == ResultKind::Open {
        arguments.push(safe::sarif_argument(&missing_in_words(report, &coverage.missing)));
    }
    let (id, sentence) = EVIDENCE.iter().find(|(id, _)| *id == kind.to_string())?;
    let mut sentence = (*sentence).to_owned();
    for (place, argument) in arguments.iter().enumerate() {
        sentence = sentence.replace(&format!("{{{place}}}"), argument);
    }
    let sentence = format!("{}: {sentence}", safe::sarif_message(&rule.title));
    let message = Message::builder().text(sentence).id(*id).arguments(arguments).build();
    let nowhere = Region::builder().start_line(1).start_column(1).end_line(1).end_column(1);
    let empty = ArtifactContent::builder().text("").build();
    let around = Region::builder().start_line(1).snippet(empty.clone()).build();
    let place = PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri("./").uri_base_id(ROOT).build())
        .region(nowhere.snippet(empty).build())
        .context_region(around)
        .build();
    let mut result = Result::builder()
        .rule_id(&rule.id)
        .rule_index(index(rule_index))
        .kind(kind)
        .level(ResultLevel::None)
        .message(message)
        .locations(vec![Location::builder().physical_location(place).build()])
        .build();
    result.suppressions = marks.suppressions.then(Vec::new);
    Some(result)
}

/// 0 to 100, from which GitLab takes its severity: the same as `security-severity`.
pub(super) fn rank(severity: crate::finding::Severity) -> f64 {
    (severity.number() * 10.0).round()
}

/// A waiver, as a result that it covers carries it.
fn suppression(waiver: &WaiverUse) -> Suppression {
    let mut values = BTreeMap::from([("owner".to_owned(), Value::from(&*safe::terminal(&waiver.owner)))]);
    if let Some(until) = &waiver.until {
        values.insert("until".to_owned(), Value::from(until.as_str()));
    }
    Suppression::builder()
        .kind("external")
        .status("accepted")
        .justification(safe::terminal(&waiver.reason))
        .properties(PropertyBag::builder().additional_properties(values).build())
        .build()
}

/// What the run says of known findings and of its waivers.
pub(super) fn accepted_properties(report: &Report, properties: &mut Value) {
    let counts = report.count_by_standing();
    if let Some(known) = &report.accepted.known {
        properties["knownFindings"] = json!({
            "comparedWith": safe::terminal(&known.with),
            "absent": known.absent,
            "notJudged": known.not_judged,
        });
    }
    if !report.accepted.waivers.is_empty() {
        let waivers = report.accepted.waivers.iter();
        let waivers = waivers.map(|waiver| {
            json!({
                "subject": safe::terminal(&waiver.subject),
                "state": waiver.state.as_str(),
                "findings": waiver.findings,
            })
        });
        properties["waivers"] = waivers.collect();
    }
    if report.accepted != Accepted::default() {
        properties["standing"] =
            json!({ "open": counts.open, "known": counts.known, "waived": counts.waived });
    }
}

/// A place in a file with what stands there and around it.
fn location(place: &ShownPlace<'_>, artifacts: &mut Artifacts<'_>) -> Location {
    let mut physical = PhysicalLocation::builder()
        .artifact_location(artifacts.location(place.path))
        .region(region(&place.snippet))
        .build();
    physical.context_region = place.context.as_ref().map(region);
    Location::builder().physical_location(physical).build()
}

/// A place without what stands there, for repetitions.
fn bare_location(place: &ShownPlace<'_>, artifacts: &mut Artifacts<'_>) -> Location {
    let mut location = location(place, artifacts);
    if let Some(physical) = &mut location.physical_location {
        physical.context_region = None;
        if let Some(region) = &mut physical.region {
            region.snippet = None;
        }
    }
    location.message = Some(text_message(label(place)));
    location
}

fn region(snippet: &Snippet) -> Region {
    let region = &snippet.region;
    Region::builder()
        .start_line(integer(region.start.line))
        .start_column(integer(region.start.column))
        .end_line(integer(region.end.line))
        .end_column(integer(region.end.column))
        .snippet(ArtifactContent::builder().text(safe::shortened(&snippet.text, SNIPPET_LIMIT)).build())
        .build()
}

fn related_locations(shown: &ShownFinding<'_>, artifacts: &mut Artifacts<'_>) -> Vec<Location> {
    let related = shown.places.iter().skip(1).take(RELATED_LIMIT);
    let numbered = related.zip(1..);
    numbered
        .map(|(place, id)| {
            let mut location = location(place, artifacts);
            location.id = Some(id);
            location.message = Some(text_message(label(place)));
            location
        })
        .collect()
}

/// The same places as steps, which is how GitHub shows them.
fn code_flow(shown: &ShownFinding<'_>, related: &[Location], artifacts: &mut Artifacts<'_>) -> CodeFlow {
    // A path ends where the finding is reported.
    let is_path = shown.places.iter().any(|place| place.role == PlaceRole::Step);
    let count = related.len() + 1;
    let (first, last) = if is_path { (1, count + 1) } else { (0, count) };
    let steps = shown.places.iter().chain(shown.places.first()).take(last).skip(first);
    let steps: Vec<_> = steps
        .map(|place| ThreadFlowLocation::builder().location(bare_location(place, artifacts)).build())
        .collect();
    let thread = ThreadFlow::builder().locations(steps).build();
    CodeFlow::builder().thread_flows(vec![thread]).build()
}

fn label(place: &ShownPlace<'_>) -> String {
    let unnamed = if place.role == PlaceRole::Primary { "Reported here" } else { "Shown here" };
    let mut text = message_text(place.label.unwrap_or(unnamed));
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// `sys_user/svc.sap/web_service_access_only`.
fn subject(finding: &Finding) -> String {
    let mut subject = finding.table.to_string();
    for part in [Some(&*finding.key), finding.field.as_deref()].into_iter().flatten() {
        if !part.is_empty() {
            subject.push('/');
            subject.push_str(part);
        }
    }
    subject
}

/// A cell of a workbook, which has no lines.
fn cell_location(cell: &str) -> LogicalLocation {
    let name = cell.rsplit_once('!').map_or(cell, |(_, name)| name);
    let cell = safe::terminal(cell).into_owned();
    LogicalLocation::builder().name(name).fully_qualified_name(cell).kind("element").build()
}

fn logical_location(finding: &Finding, subject: String) -> LogicalLocation {
    let (name, kind) = match &finding.field {
        Some(field) => (&**field, "member"),
        None if finding.key.is_empty() => (&*finding.table, "type"),
        None => (&*finding.key, "resource"),
    };
    LogicalLocation::builder().name(name).fully_qualified_name(subject).kind(kind).build()
}

/// The key by which GitHub's code scanning knows an alert again, and nothing else
/// does: what its own upload action would put there changes with the lines around.
const GITHUB_KEY: &str = "primaryLocationLineHash";

fn fingerprints(finding: &Finding) -> BTreeMap<String, String> {
    let fingerprint = finding.fingerprint;
    let mut fingerprints = BTreeMap::from([
        ("glidelint/v2".to_owned(), fingerprint.to_string()),
        (GITHUB_KEY.to_owned(), fingerprint.in_form_of_line_hash()),
    ]);
    let of_key = finding.key_fingerprint();
    if of_key != fingerprint {
        fingerprints.insert("glidelint/key/v2".to_owned(), of_key.to_string());
    }
    fingerprints
}

fn properties(finding: &Finding) -> PropertyBag {
    let mut values = BTreeMap::from([
        ("band".to_owned(), finding.severity.band().as_str().into()),
        ("precision".to_owned(), finding.confidence.as_str().into()),
    ]);
    if let Some(sys_id) = &finding.sys_id {
        values.insert("sysId".to_owned(), sys_id.as_ref().into());
    }
    if finding.state == Some(BaselineState::Changed) {
        values.insert("knownButChanged".to_owned(), true.into());
    }
    // What a report of later compares its own with.
    let known = KnownValues::of(finding);
    values.insert("values".to_owned(), known.hash.to_string().into());
    if let Some(number) = known.number {
        values.insert("value".to_owned(), number.into());
    }
    PropertyBag::builder().additional_properties(values).build()
}

fn result_level(level: Level) -> ResultLevel {
    match level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
    }
}

/// The text as a message no longer than all consumers take.
fn message_text(text: &str) -> String {
    let mut limit = MESSAGE_LIMIT;
    loop {
        // Cut before it is escaped: half an escape would be another character.
        let message = safe::sarif_message(&safe::shortened(text, limit));
        let excess = message.chars().count().saturating_sub(MESSAGE_LIMIT);
        if excess == 0 {
            return message;
        }
        limit = limit.saturating_sub(excess / 2 + 1);
    }
}
