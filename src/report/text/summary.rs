//! The last eight lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::coverage::{count_by_verdict, missing_in_words, not_judged};
use super::super::words::{counted, grouped, rules_of, size, top_area};
use super::super::{Report, safe};
use super::{TextOptions, color_of, painted};
use crate::finding::{NoticeLevel, Topic, Verdict};
use annotate_snippets::renderer::AnsiColor;

/// Writes the summary; `shown` findings stand above it.
pub(super) fn write(
    report: &Report,
    options: &TextOptions,
    shown: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = [
        ("Findings", findings(report, options, shown)),
        ("Areas", areas(report)),
        ("Rules", rules(report)),
        ("Not judged", gaps(report)),
        ("Scanned", scanned(report)),
        ("Input", input(report)),
        ("Assumed", assumed(report)),
    ];
    for (name, text) in lines {
        // Colours come from us; everything else was made safe where it was put in.
        writeln!(out, "{name:<11} {text}")?;
    }
    let color = match (report.is_complete(), report.findings.is_empty() && has_judged_all(report)) {
        (true, true) => AnsiColor::Green,
        (false, _) => AnsiColor::BrightRed,
        (true, false) => AnsiColor::Yellow,
    };
    let name = painted(options, color, "Result");
    writeln!(out, "{name}      {} (exit code {})", result(report), report.exit_code)
}

fn findings(report: &Report, options: &TextOptions, shown: usize) -> String {
    let bands: Vec<String> = report
        .count_by_band()
        .into_iter()
        .map(|(band, count)| {
            let text = format!("{} {}", grouped(count), band.as_str());
            if count > 0 { painted(options, color_of(band), &text) } else { text }
        })
        .collect();
    let total = report.count_by_standing().open;
    let new = if report.accepted.known.is_some() { " new" } else { "" };
    let shown = if shown < total { format!(" ({} shown)", grouped(shown)) } else { String::new() };
    format!("{}{new}{shown}: {}{}", grouped(total), bands.join(", "), accepted(report))
}

/// What was accepted before, where anything was.
fn accepted(report: &Report) -> String {
    let counts = report.count_by_standing();
    let mut text = String::new();
    if let Some(known) = &report.accepted.known {
        let _ = write!(text, "; {} known", grouped(counts.known));
        for (count, what) in [(known.absent, "gone"), (known.not_judged, "not judged")] {
            if count > 0 {
                let _ = write!(text, ", {} more {what}", grouped(count));
            }
        }
    }
    if counts.waived > 0 {
        let _ = write!(text, "; {} waived", grouped(counts.waived));
    }
    text
}

/// How each area fared, at most one clause for each.
fn areas(report: &Report) -> String {
    let mut areas: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for (rule, coverage) in report.rules.iter().zip(&report.coverage) {
        let [_, judged, open] = areas.entry(top_area(&rule.area)).or_default();
        *judged += coverage.pass + coverage.fail;
        *open += coverage.cannot_tell;
    }
    let mut by_rule = vec![0; report.rules.len()];
    for found in report.findings.iter() {
        by_rule[usize::from(found.finding.rule)] += 1;
    }
    for (rule, count) in report.rules.iter().zip(by_rule) {
        if let Some([findings, ..]) = areas.get_mut(top_area(&rule.area)) {
            *findings += count;
        }
    }
    let clauses: Vec<String> = areas
        .into_iter()
        .map(|(area, [findings, judged, open])| {
            let verdict = match (findings, judged, open) {
                (1.., _, _) => counted(findings, "finding"),
                (0, 0, 0) => "nothing to judge".to_owned(),
                (0, 0, 1..) => "not judged".to_owned(),
                (0, 1.., 0) => "passed".to_owned(),
                (0, 1.., 1..) => "passed in part".to_owned(),
            };
            let score = if area == "properties" { hardening(report) } else { String::new() };
            format!("{}: {verdict}{score}", safe::terminal(area))
        })
        .collect();
    or_none(clauses.join("; "))
}

/// The score, never without what it leaves out.
fn hardening(report: &Report) -> String {
    let Some(score) = &report.score else { return String::new() };
    match (score.percent, score.open_percent) {
        (None, _) => String::new(),
        (Some(percent), 0) => format!(", hardening {percent}%"),
        (Some(percent), open) => format!(", hardening {percent}% ({open}% of the weight not judged)"),
    }
}

fn rules(report: &Report) -> String {
    let counts = count_by_verdict(report).map(|(verdict, count)| {
        let word = match verdict {
            Verdict::Fail => "failed",
            Verdict::Pass => "passed",
            Verdict::NotApplicable => "not applicable",
            Verdict::CannotTell => "not judged",
        };
        format!("{} {word}", grouped(count))
    });
    let refused = report.notices.iter().filter(|(notice, _)| notice.topic() == Topic::Rule).count();
    let refused =
        if refused == 0 { String::new() } else { format!("; {} not portable", counted(refused, "check")) };
    format!("{} ran: {}{refused}", grouped(report.rules.len()), counts.join(", "))
}

fn gaps(report: &Report) -> String {
    const SHOWN: usize = 2;
    let groups = not_judged(report);
    let mut clauses: Vec<String> = groups
        .iter()
        .take(SHOWN)
        .map(|group| {
            let part = if group.entirely { "" } else { " in part" };
            let text = format!(
                "{}{part}: {}",
                rules_of(report, &group.rules),
                missing_in_words(report, group.missing)
            );
            safe::terminal(&text).into_owned()
        })
        .collect();
    let more: usize = groups.iter().skip(SHOWN).map(|group| group.rules.len()).sum();
    if more > 0 {
        clauses.push(format!("{} for other reasons", counted(more, "rule")));
    }
    or_none(clauses.join("; "))
}

pub(in super::super) fn scanned(report: &Report) -> String {
    let stats = &report.stats;
    let mut text = format!(
        "{} in {}, {}",
        counted(stats.records, "record"),
        counted(stats.files, "file"),
        size(stats.bytes)
    );
    if stats.skipped > 0 {
        let _ = write!(text, "; {} skipped, no exports", counted(stats.skipped, "other file"));
    }
    text
}

fn input(report: &Report) -> String {
    let about_input = || report.notices.iter().filter(|(notice, _)| notice.topic() == Topic::Input);
    let count = |level| about_input().filter(|(notice, _)| notice.level == level).count();
    let state = match (report.is_complete(), report.only_contradicts_itself()) {
        (true, _) => "read whole",
        (false, true) => "read whole, and CONTRADICTS ITSELF",
        (false, false) => "NOT read whole",
    };
    let (errors, warnings) = (count(NoticeLevel::Error), count(NoticeLevel::Warning));
    if errors + warnings == 0 {
        return state.to_owned();
    }
    format!("{state}: {}, {}", counted(errors, "error"), counted(warnings, "warning"))
}

pub(in super::super) fn assumed(report: &Report) -> String {
    let scope = &report.scope;
    let mut clauses = Vec::new();
    let named = [
        ("as of", &scope.as_of),
        ("baseline", &scope.baseline),
        ("instance", &scope.instance),
        ("what changed since", &scope.changed_since),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            clauses.push(format!("{name} {}", safe::terminal(value)));
        }
    }
    if !scope.complete.is_empty() {
        clauses.push(format!("exported whole: {}", safe::terminal(&scope.complete.join(", "))));
    }
    or_none(clauses.join("; "))
}

/// The one sentence. It never calls clean what could not be read or judged.
pub(in super::super) fn result(report: &Report) -> String {
    let judged = report.coverage.iter().filter(|coverage| coverage.pass + coverage.fail > 0).count();
    let open = report.coverage.iter().filter(|coverage| coverage.cannot_tell > 0).count();
    let counts = report.count_by_standing();
    let new = if report.accepted.known.is_some() { "new problem" } else { "problem" };
    let problems = match counts.open {
        1.. => format!("{} found", counted(counts.open, new)),
        0 if counts.known + counts.waived > 0 => {
            let kinds = [(counts.known, "known"), (counts.waived, "waived")];
            let kinds = kinds.iter().filter(|(count, _)| *count > 0);
            let clauses: Vec<_> = kinds.map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
            format!("no {new}s besides {}", clauses.join(" and "))
        }
        0 if report.stats.records == 0 => "nothing to scan: no ServiceNow record was found".to_owned(),
        0 if judged == 0 => "nothing could be judged".to_owned(),
        0 if open > 0 => format!("no problems in what {} could judge", counted(judged, "rule")),
        0 if !report.is_complete() => "no problems in what could be read".to_owned(),
        0 => format!("no problems found by {}", counted(judged, "rule")),
    };
    let mut text = problems;
    if open > 0 {
        let _ = write!(text, "; {} lacked input", counted(open, "rule"));
    }
    if report.only_contradicts_itself() {
        text.push_str("; INCOMPLETE, the input contradicts itself");
    } else if !report.is_complete() {
        text.push_str("; INCOMPLETE, some input could not be read");
    }
    text
}

fn has_judged_all(report: &Report) -> bool {
    report.coverage.iter().all(|coverage| coverage.cannot_tell == 0)
        && report.coverage.iter().any(|coverage| coverage.pass > 0)
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}
