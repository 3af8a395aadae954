//! `glidelint/result/v1`: everything that any report shows of a scan, saved, so
//! that every format can be written later without the exports. It holds the texts
//! of findings, in which secrets were replaced, and nothing else of the files.
//!
//! One JSON document, a finding a line, written as the scan's other reports are:
//! in the order of the report, a few findings in memory at a time. Reading takes
//! it whole.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::object::write_object;
use super::{Desk, Report, Scope, Score, Stats};
use crate::finding::{Finding, Notice, RuleCoverage};
use crate::revisit::{Excerpts, Findings, PlaceLines, ShownFinding, ShownPlace, Snippet};
use crate::rule::RuleMeta;
use crate::span::LineColumn;
use crate::suppress::Accepted;

/// The name and version of the document's shape. Another shape is another version:
/// a result is read by the versions of the program that write the same.
pub const SCHEMA: &str = "glidelint/result/v1";

/// Why a saved result cannot be used: it is none, of another version, or was cut.
#[derive(Debug, thiserror::Error)]
#[error("not a saved result that can be read: {0}")]
pub struct ResultError(#[from] serde_json::Error);

/// Writes everything that a report may show.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sources = sources(report);
    write_object(out, |document| {
        document.property("schema", &SCHEMA)?;
        document.property("scope", &report.scope)?;
        document.property("exit_code", &report.exit_code)?;
        document.property("stats", &report.stats)?;
        document.property("score", &report.score)?;
        document.property("desk", &report.desk)?;
        document.property("accepted", &report.accepted)?;
        document.list("notices", report.notices.iter())?;
        document.list("rules", report.rules.iter().map(|rule| &**rule))?;
        document.list("coverage", report.coverage.iter())?;
        document.property("paths", &sources)?;
        let shown = report.excerpts.shown(&report.findings, report.findings.len());
        let rows = report.findings.iter().zip(shown).map(|(found, shown)| FindingRow {
            finding: found.finding,
            lines: found.places().map(|place| place.lines).collect(),
            texts: shown.places.into_iter().map(PlaceText::of).collect(),
        });
        document.list("findings", rows)
    })?;
    out.write_all(b"\n")
}

/// The paths of sources by their number, as far as findings name them.
fn sources(report: &Report) -> Vec<&str> {
    let places = report.findings.iter().flat_map(|found| found.places().map(|place| place.place.source));
    let last = places.max().map_or(0, |last| u64::from(last) + 1);
    let mut paths = vec![""; usize::try_from(last).unwrap_or(0)];
    for (path, source) in paths.iter_mut().zip(0..) {
        *path = report.excerpts.path(source);
    }
    paths
}

#[derive(Serialize)]
struct FindingRow<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    lines: Vec<&'a PlaceLines>,
    texts: Vec<PlaceText>,
}

/// What is shown of a place.
#[derive(Debug, Serialize, Deserialize)]
struct PlaceText {
    snippet: Snippet,
    context: Option<Snippet>,
    /// Of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cell: Option<String>,
}

impl PlaceText {
    fn of(place: ShownPlace<'_>) -> Self {
        Self { snippet: place.snippet, context: place.context, cell: place.cell }
    }
}

/// Reads a saved result.
///
/// # Errors
/// If it is none, or of another version.
pub fn read(input: impl BufRead) -> Result<Report, ResultError> {
    let saved: Saved = serde_json::from_reader(input)?;
    let (mut findings, mut lines, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for row in saved.findings {
        findings.push(row.finding);
        lines.extend(row.lines);
        texts.push(Texts { of_places: row.texts });
    }
    Ok(Report {
        rules: saved.rules.into_iter().map(Arc::new).collect(),
        coverage: saved.coverage,
        findings: Findings::new(findings, lines),
        accepted: saved.accepted,
        excerpts: Box::new(SavedExcerpts { paths: saved.paths, texts }),
        score: saved.score,
        notices: saved.notices,
        scope: saved.scope,
        stats: saved.stats,
        desk: saved.desk,
        exit_code: saved.exit_code,
    })
}

/// That the document is of the version that is read here.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct ThisVersion;

impl TryFrom<String> for ThisVersion {
    type Error = String;

    fn try_from(schema: String) -> Result<Self, String> {
        if schema == SCHEMA {
            return Ok(Self);
        }
        Err(format!("it is of version '{schema}', and this program reads '{SCHEMA}'"))
    }
}

#[derive(Deserialize)]
struct Saved {
    #[serde(rename = "schema")]
    _schema: ThisVersion,
    scope: Scope,
    exit_code: u8,
    stats: Stats,
    score: Option<Score>,
    desk: Option<Desk>,
    accepted: Accepted,
    notices: Vec<(Notice, Option<LineColumn>)>,
    rules: Vec<RuleMeta>,
    coverage: Vec<RuleCoverage>,
    paths: Vec<String>,
    findings: Vec<SavedFinding>,
}

#[derive(Deserialize)]
struct SavedFinding {
    #[serde(flatten)]
    finding: Finding,
    lines: Vec<PlaceLines>,
    texts: Vec<PlaceText>,
}

/// The texts of a saved result.
#[derive(Debug)]
struct SavedExcerpts {
    paths: Vec<String>,
    /// In the order of the report.
    texts: Vec<Texts>,
}

#[derive(Debug)]
struct Texts {
    of_places: Vec<PlaceText>,
}

impl Excerpts for SavedExcerpts {
    fn path(&self, source: u32) -> &str {
        usize::try_from(source).ok().and_then(|at| self.paths.get(at)).map_or("", String::as_str)
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        let shown = findings.iter().zip(&self.texts).take(most).map(move |(found, texts)| {
            let places = found.places().zip(&texts.of_places).map(|(located, text)| ShownPlace {
                path: self.path(located.place.source),
                snippet: text.snippet.clone(),
                context: text.context.clone(),
                cell: text.cell.clone(),
                role: located.place.role,
                label: located.place.label.as_deref(),
            });
            ShownFinding { finding: found.finding, places: places.collect() }
        });
        Box::new(shown)
    }
}
