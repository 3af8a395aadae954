//! `glidelint/ndjson/v1`: one JSON object a line, for pipelines that take things
//! as they come. A stream without its last line, or with other counts than that
//! line says, was cut.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use super::json::{CoverageRow, FindingRow, InputRow, NoticeRow, PackRow, ToolRow};

/// The name and version of the stream's shape.
pub const SCHEMA: &str = "glidelint/ndjson/v1";

/// A line: what it is, and the fields of that.
#[derive(Serialize)]
struct Line<T> {
    kind: &'static str,
    #[serde(flatten)]
    row: T,
}

/// What was done, before anything that came of it.
#[derive(Serialize)]
struct RunRow<'a> {
    schema: &'static str,
    tool: ToolRow<'a>,
    packs: Vec<PackRow<'a>>,
    configuration: Option<&'a str>,
    known_findings: Option<&'a str>,
    instance: Option<&'a str>,
    as_of: Option<&'a str>,
    baseline: Option<&'a str>,
    complete: &'a [String],
    root: &'a str,
}

/// How many lines of each kind came before.
#[derive(Serialize)]
struct EndRow {
    inputs: usize,
    findings: usize,
    coverage: usize,
    notices: usize,
    exit_code: u8,
}

/// Writes a line for the run, each input, finding, rule and notice, and the end.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let scope = &report.scope;
    let run = RunRow {
        schema: SCHEMA,
        tool: ToolRow::of(&scope.version),
        packs: scope.packs.iter().map(PackRow::of).collect(),
        configuration: scope.configuration.as_deref(),
        known_findings: scope.known_findings.as_deref(),
        instance: scope.instance.as_deref(),
        as_of: scope.as_of.as_deref(),
        baseline: scope.baseline.as_deref(),
        complete: &scope.complete,
        root: &scope.root,
    };
    line(out, "run", run)?;
    for input in &scope.inputs {
        line(out, "input", InputRow::of(input))?;
    }
    for found in report.findings.iter() {
        line(out, "finding", FindingRow::of(report, &found))?;
    }
    for (rule, coverage) in report.rules.iter().zip(&report.coverage) {
        line(out, "coverage", CoverageRow::of(rule, coverage))?;
    }
    for (notice, at) in &report.notices {
        // A notice has a kind of its own, which is not that of the line.
        line(out, "notice", Noticed { notice: NoticeRow::of(notice, *at) })?;
    }
    let end = EndRow {
        inputs: scope.inputs.len(),
        findings: report.findings.len(),
        coverage: report.coverage.len(),
        notices: report.notices.len(),
        exit_code: report.exit_code,
    };
    line(out, "end", end)
}

#[derive(Serialize)]
struct Noticed<'a> {
    notice: NoticeRow<'a>,
}

fn line(out: &mut dyn Write, kind: &'static str, row: impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { kind, row })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use serde_json::Value;

    #[test]
    fn the_end_counts_what_came_before() {
        for report in [sample::report(), sample::accepted(), sample::empty()] {
            let mut out = Vec::new();
            super::write(&report, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!((&lines[0]["kind"], &lines[0]["schema"]), (&"run".into(), &super::SCHEMA.into()));
            let end = lines.last().unwrap();
            assert_eq!(end["kind"], "end");
            let kinds = ["input", "finding", "coverage", "notice"];
            for (kind, counted) in kinds.into_iter().zip(["inputs", "findings", "coverage", "notices"]) {
                let count = lines.iter().filter(|line| line["kind"] == kind).count();
                assert_eq!(end[counted], count, "{kind}");
            }
            assert_eq!(end["exit_code"], report.exit_code);
        }
    }

    #[test]
    fn a_finding_is_that_of_the_document() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let line = text.lines().find(|line| line.contains("SNA1001")).unwrap();
        let mut finding: Value = serde_json::from_str(line).unwrap();
        assert_eq!(finding.as_object_mut().unwrap().remove("kind").unwrap(), "finding");
        let mut out = Vec::new();
        super::super::json::write(&sample::report(), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert!(document["findings"].as_array().unwrap().contains(&finding));
    }
}
