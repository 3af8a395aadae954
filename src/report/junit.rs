//! The XML of `JUnit`, which most build servers draw as a table of tests.
//!
//! A suite is an area, a case is a finding or a rule without one. What could not
//! be judged is skipped, with what was missing; what could not be read is an
//! error, so that a build server never shows a cut scan as passed.
//!
//! Source: the schema that the xUnit plugin of Jenkins publishes (`junit-10.xsd`).

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, safe};
use crate::finding::Verdict;
use crate::revisit::LocatedFinding;
use crate::rule::escaped;

/// The suite of what could not be read.
const INPUT: &str = "input";

#[derive(Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// A case with its only child.
struct Case {
    name: String,
    class: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed { message: String, text: String },
    Error(String),
    Skipped(String),
}

/// Writes all findings, and a case for each rule without one.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(report);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let total = suites.values().map(|cases| counts(cases)).fold(Counts::default(), Counts::plus);
    writeln!(out, "<testsuites name=\"glidelint\"{}>", attributes(&total))?;
    for (name, cases) in &suites {
        writeln!(out, "  <testsuite name=\"{}\"{}>", text(name), attributes(&counts(cases)))?;
        cases.iter().try_for_each(|case| write_case(case, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn suites(report: &Report) -> BTreeMap<String, Vec<Case>> {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for found in report.findings.iter() {
        let rule = report.rule_of(found.finding);
        suites.entry(area(&rule.area)).or_default().push(of_finding(report, &found));
    }
    for (rule, coverage) in report.rules.iter().zip(&report.coverage) {
        let outcome = match coverage.verdict() {
            Verdict::Fail => continue,
            Verdict::Pass => Outcome::Passed,
            Verdict::NotApplicable => Outcome::Skipped("not applicable".to_owned()),
            Verdict::CannotTell => Outcome::Skipped(format!("cannot tell: {}", coverage.missing.join(", "))),
        };
        let name = format!("{} {}", rule.id, rule.title);
        suites.entry(area(&rule.area)).or_default().push(Case { name, class: rule.name.clone(), outcome });
    }
    for (notice, at) in report.losses() {
        let line = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        let outcome = Outcome::Error(format!("{}{line}: {}", notice.path, notice.message));
        let case = Case { name: notice.path.clone(), class: notice.kind.to_string(), outcome };
        suites.entry(INPUT.to_owned()).or_default().push(case);
    }
    for notice in report.warnings_about_all() {
        let outcome = Outcome::Skipped(format!("warning: {}", notice.message));
        let case = Case { name: notice.path.clone(), class: notice.kind.to_string(), outcome };
        suites.entry(INPUT.to_owned()).or_default().push(case);
    }
    suites
}

fn area(area: &str) -> String {
    area.split('/').next().unwrap_or_default().to_owned()
}

fn of_finding(report: &Report, found: &LocatedFinding<'_>) -> Case {
    let (finding, rule, primary) = (found.finding, report.rule_of(found.finding), found.primary());
    let start = primary.lines.region.start;
    let path = report.excerpts.path(primary.place.source);
    let outcome = match report.waiver_of(finding) {
        Some(waiver) => Outcome::Skipped(format!("waived by {}: {}", waiver.owner, waiver.reason)),
        None if !finding.is_open() => Outcome::Skipped("known before".to_owned()),
        None => Outcome::Failed {
            message: finding.message.to_string(),
            text: format!(
                "{path}:{}:{}\n{} ({}), severity {}\nFix: {}",
                start.line, start.column, rule.title, rule.id, finding.severity, rule.fix
            ),
        },
    };
    Case { name: format!("{} {}", rule.id, finding.key), class: rule.name.clone(), outcome }
}

fn counts(cases: &[Case]) -> Counts {
    let mut counts = Counts::default();
    for case in cases {
        counts.tests += 1;
        match case.outcome {
            Outcome::Passed => {}
            Outcome::Failed { .. } => counts.failures += 1,
            Outcome::Error(_) => counts.errors += 1,
            Outcome::Skipped(_) => counts.skipped += 1,
        }
    }
    counts
}

fn attributes(counts: &Counts) -> String {
    let Counts { tests, failures, errors, skipped } = counts;
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn write_case(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    <testcase name=\"{}\" classname=\"{}\"", text(&case.name), text(&case.class))?;
    match &case.outcome {
        Outcome::Passed => return writeln!(out, "/>"),
        Outcome::Failed { message, text: body } => {
            write!(out, ">\n      <failure message=\"{}\">{}</failure>", text(message), text(body))?;
        }
        Outcome::Error(message) => write!(out, ">\n      <error message=\"{}\"/>", text(message))?,
        Outcome::Skipped(message) => write!(out, ">\n      <skipped message=\"{}\"/>", text(message))?,
    }
    writeln!(out, "\n    </testcase>")
}

/// For a text or an attribute; characters that XML forbids are shown by name.
fn text(text: &str) -> String {
    let lines = text.split('\n').map(safe::terminal);
    escaped(&lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    fn written(report: &crate::report::Report) -> String {
        let mut out = Vec::new();
        super::write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn findings_gaps_and_losses() {
        let text = written(&sample::report());
        assert!(text.contains("<testsuites name=\"glidelint\" tests="), "{text}");
        assert!(
            text.contains("<skipped message=\"cannot tell: sys_user.last_login_time, sys_user_group\"/>")
        );
        assert!(text.contains("<testsuite name=\"input\""), "{text}");
        assert!(
            text.contains("<failure message=\"&apos;svc.sap&apos; is a service account")
                || text.contains("<failure message=\"'svc.sap' is a service account"),
            "{text}"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }

    #[test]
    fn what_was_accepted_is_skipped() {
        let text = written(&sample::accepted());
        assert!(text.contains("known before") && text.contains("waived by it-ops"), "{text}");
    }

    #[test]
    fn nothing_is_a_document_too() {
        assert!(written(&sample::empty()).contains("tests=\"0\""));
    }
}
