//! What is to be done, as a table that people fill in: who takes each finding, by
//! when, and why one stays. The rows with an owner and a reason read back as
//! waivers (`glidelint waive --from`).

use std::io::{self, Write};

use super::{Report, safe};
use crate::revisit::LocatedFinding;

/// The columns, of which the last three are empty.
pub const COLUMNS: [&str; 14] = [
    "rule",
    "severity",
    "title",
    "table",
    "key",
    "sys_id",
    "path",
    "line",
    "message",
    "fix",
    "fingerprint",
    "owner",
    "reason",
    "due date",
];

/// Writes a row for each finding that nobody has accepted.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS, out)?;
    report.open_findings().try_for_each(|found| finding(report, &found, out))
}

fn finding(report: &Report, found: &LocatedFinding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, rule, primary) = (found.finding, report.rule_of(found.finding), found.primary());
    let fix: Vec<_> = rule.fix.split_whitespace().collect();
    row(
        &[
            &rule.id,
            &finding.severity.number().to_string(),
            &rule.title,
            &finding.table,
            &finding.key,
            finding.sys_id.as_deref().unwrap_or_default(),
            report.excerpts.path(primary.place.source),
            &primary.lines.region.start.line.to_string(),
            &finding.message,
            &fix.join(" "),
            &finding.fingerprint.to_string(),
            "",
            "",
            "",
        ],
        out,
    )
}

fn row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| safe::csv(&safe::terminal(cell))).collect();
    write!(out, "{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use crate::report::sample;

    #[test]
    fn only_what_is_open() {
        let written = |report: &crate::report::Report| {
            let mut out = Vec::new();
            super::write(report, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let all = written(&sample::report());
        assert_eq!(all.matches("\r\n").count(), 1 + sample::report().findings.len());
        assert!(all.lines().skip(1).all(|line| line.trim_end().ends_with(",,,")), "{all}");
        assert_eq!(written(&sample::accepted()).matches("\r\n").count(), 1 + 3);
    }
}
