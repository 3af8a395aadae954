//! Findings as a table for spreadsheets, a row as it comes.

use std::io::{self, Write};

use super::{Report, safe};
use crate::finding::{BaselineState, Notice};
use crate::revisit::LocatedFinding;
use crate::span::LineColumn;

const COLUMNS: [&str; 16] = [
    "kind",
    "rule",
    "title",
    "severity",
    "band",
    "confidence",
    "path",
    "line",
    "column",
    "table",
    "sys_id",
    "key",
    "field",
    "message",
    "state",
    "fingerprint",
];

/// Writes a header and a row for each finding. What could not be read whole has
/// rows too, of the kind `incomplete` and first: a table without them would look
/// like all there is. So has what is said of all findings, of the kind `warning`.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS, out)?;
    for (notice, at) in report.losses() {
        remark("incomplete", notice, at, out)?;
    }
    for notice in report.warnings_about_all() {
        remark("warning", notice, None, out)?;
    }
    report.findings.iter().try_for_each(|found| finding(report, &found, out))
}

fn finding(report: &Report, found: &LocatedFinding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, rule, primary) = (found.finding, report.rule_of(found.finding), found.primary());
    let start = primary.lines.region.start;
    let state = match (report.waiver_of(finding), finding.state) {
        (Some(_), _) => "waived",
        (None, state) => state.map_or("", BaselineState::as_str),
    };
    row(
        &[
            "finding",
            &rule.id,
            &rule.title,
            &finding.severity.number().to_string(),
            finding.severity.band().as_str(),
            finding.confidence.as_str(),
            report.excerpts.path(primary.place.source),
            &start.line.to_string(),
            &start.column.to_string(),
            &finding.table,
            finding.sys_id.as_deref().unwrap_or_default(),
            &finding.key,
            finding.field.as_deref().unwrap_or_default(),
            &finding.message,
            state,
            &finding.fingerprint.to_string(),
        ],
        out,
    )
}

fn remark(kind: &str, notice: &Notice, at: Option<LineColumn>, out: &mut dyn Write) -> io::Result<()> {
    let mut cells = [""; COLUMNS.len()];
    let number = |number: fn(LineColumn) -> u64| at.map(|at| number(at).to_string()).unwrap_or_default();
    let (line, column) = (number(|at| at.line), number(|at| at.column));
    [cells[0], cells[1], cells[6], cells[7]] = [kind, &notice.kind, &notice.path, &line];
    [cells[8], cells[13]] = [&column, &notice.message];
    row(&cells, out)
}

fn row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| safe::csv(&safe::terminal(cell))).collect();
    // The line end that RFC 4180 asks for.
    write!(out, "{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    #[test]
    fn findings_and_what_was_not_read() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<_> = text.split_terminator("\r\n").collect();
        assert_eq!(rows[0].split(',').count(), super::COLUMNS.len());
        assert_eq!(rows[1].split(',').take(2).collect::<Vec<_>>(), ["incomplete", "truncated"]);
        assert_eq!(
            rows[3],
            "finding,SNA1001,Service account can log in,7.5,high,high,exports/sys user.xml,7,5,sys_user,,svc.sap,\
             web_service_access_only,\"'svc.sap' is a service account (prefix svc.), yet \"\"Web service access \
             only\"\" is not set.\",,95f134ba50f99e77fce6007ba558ec75"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}
