//! A summary in Markdown, for the page of a pipeline's job or a comment: the
//! verdict, a table, the worst findings with their places, what was not judged.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::coverage::{missing_in_words, not_judged};
use super::text::{assumed, result, scanned};
use super::words::{counted, grouped, rules_of};
use super::{Report, VersionControl, file_url, safe};
use crate::finding::{Band, Notice, Topic};
use crate::revisit::LocatedFinding;
use crate::span::LineColumn;

/// Gaps, and files that could not be read, that are listed.
const LISTED: usize = 10;

/// How long a message may be.
const MESSAGE_LENGTH: usize = 500;

/// The same of what has to be known to read all findings right.
const ABOUT_ALL_LENGTH: usize = 10_000;

/// GitHub refuses a summary of more than a mebibyte; what comes after the
/// findings takes some of it.
const FINDINGS_BYTES: usize = 900_000;

/// Writes the summary with at most `max_shown` findings. What comes from exports
/// stands in code spans, where nothing is formatting or a link.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, max_shown: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = format!("## glidelint\n\n**{}** (exit code {})\n", result(report), report.exit_code);
    losses(report, &mut page);
    for notice in report.warnings_about_all().take(LISTED) {
        let word = if notice.topic() == Topic::Settings { "Note" } else { "Warning" };
        let message = safe::shortened(&notice.message, ABOUT_ALL_LENGTH);
        let _ = write!(page, "\n**{word}**: {}\n", safe::code_span(&message));
    }
    if !report.findings.is_empty() {
        table(report, &mut page);
        findings(report, max_shown.unwrap_or(usize::MAX), &mut page);
    }
    gaps(report, &mut page);
    let _ = write!(page, "\nScanned {}. Assumed: {}.\n", scanned(report), safe::code_span(&assumed(report)));
    out.write_all(page.as_bytes())
}

/// How many findings there are of each severity, and how many of them nobody has
/// accepted.
fn table(report: &Report, page: &mut String) {
    let mut counts = Band::WORST_FIRST.map(|band| (band, 0_usize, 0_usize));
    for found in report.findings.iter() {
        let band = found.finding.severity.band();
        for (of, open, accepted) in &mut counts {
            if *of == band {
                *if found.finding.is_open() { open } else { accepted } += 1;
            }
        }
    }
    let has_accepted = counts.iter().any(|(_, _, accepted)| *accepted > 0);
    let (heading, rule) = if has_accepted { (" known or waived |", "---:|") } else { ("", "") };
    let _ = write!(page, "\n| severity | findings |{heading}\n|---|---:|{rule}\n");
    for (band, open, accepted) in counts {
        let _ = write!(page, "| {} | {} |", band.as_str(), grouped(open));
        if has_accepted {
            let _ = write!(page, " {} |", grouped(accepted));
        }
        page.push('\n');
    }
}

/// The worst findings that nobody has accepted. A list, as a cell of a table
/// would end at a bar that an export holds.
fn findings(report: &Report, limit: usize, page: &mut String) {
    let total = report.open_findings().count();
    if total == 0 {
        return;
    }
    page.push_str("\n### Findings\n\n");
    let end = page.len() + FINDINGS_BYTES;
    let mut written = 0;
    for found in report.open_findings().take(limit) {
        let item = finding(report, &found);
        if page.len() + item.len() > end {
            break;
        }
        page.push_str(&item);
        written += 1;
    }
    if written < total {
        let noun = if written == 0 { "finding" } else { "more finding" };
        let _ = writeln!(page, "- {} not listed", counted(total - written, noun));
    }
}

fn finding(report: &Report, found: &LocatedFinding<'_>) -> String {
    let (finding, rule) = (found.finding, report.rule_of(found.finding));
    let id = safe::code_span(&rule.id);
    let id = file_url(rule).map_or_else(|| id.clone(), |url| format!("[{id}](<{url}>)"));
    let place = found.primary();
    let path = report.excerpts.path(place.place.source);
    let start = place.lines.region.start;
    let shown = safe::code_span(&format!("{path}:{}:{}", start.line, start.column));
    let address =
        report.scope.version_control.as_ref().and_then(|checkout| address(checkout, path, start.line));
    let shown = address.map_or_else(|| shown.clone(), |address| format!("[{shown}](<{address}>)"));
    format!(
        "- **{}** {id} {}<br>{}<br>{shown}\n",
        finding.severity.band().as_str(),
        safe::markdown(&safe::terminal(&rule.title)),
        safe::code_span(&safe::shortened(&finding.message, MESSAGE_LENGTH)),
    )
}

/// Where GitHub shows a line of the commit. A member of an archive has no line.
fn address(checkout: &VersionControl, path: &str, line: u64) -> Option<String> {
    let repository = checkout.repository.strip_suffix(".git").unwrap_or(&checkout.repository);
    let revision = checkout.revision.as_ref()?;
    let is_shown = repository.starts_with("https://github.com/") && !path.contains("!/");
    is_shown.then(|| format!("{repository}/blob/{revision}/{}#L{line}", safe::relative_uri(path)))
}

/// What could not be read: it stands first, as all the rest is less than it seems.
fn losses(report: &Report, page: &mut String) {
    let total = report.losses().count();
    if total == 0 {
        return;
    }
    page.push_str("\n### Not read whole\n\n");
    for (notice, at) in report.losses().take(LISTED) {
        let _ = writeln!(page, "- {}", loss(notice, at));
    }
    if total > LISTED {
        let _ = writeln!(page, "- {}", counted(total - LISTED, "more problem"));
    }
}

fn loss(notice: &Notice, at: Option<LineColumn>) -> String {
    let place = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
    let message = safe::shortened(&notice.message, MESSAGE_LENGTH);
    format!("{} {}", safe::code_span(&format!("{}{place}", notice.path)), safe::code_span(&message))
}

/// What no rule could say anything about, and why.
fn gaps(report: &Report, page: &mut String) {
    let groups = not_judged(report);
    if groups.is_empty() {
        return;
    }
    page.push_str("\n### Not judged\n\n");
    for group in groups.iter().take(LISTED) {
        let part = if group.entirely { "" } else { " in part" };
        let rules = safe::markdown(&safe::terminal(&rules_of(report, &group.rules)));
        let missing = safe::code_span(&missing_in_words(report, group.missing));
        let _ = writeln!(page, "- {rules}{part}: {missing}");
    }
    let more: usize = groups.iter().skip(LISTED).map(|group| group.rules.len()).sum();
    if more > 0 {
        let _ = writeln!(page, "- {} for other reasons", counted(more, "rule"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Report, VersionControl, sample};
    use crate::finding::{BaselineState, WaiverIdx};

    fn written(report: &Report, max_shown: Option<usize>) -> String {
        let mut out = Vec::new();
        super::write(report, max_shown, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_verdict_and_the_worst_come_first() {
        insta::assert_snapshot!(written(&sample::report(), Some(2)), @r#"
        ## glidelint

        **5 problems found; 2 rules lacked input; INCOMPLETE, some input could not be read** (exit code 4)

        ### Not read whole

        - `exports/cut␛.xml:12:3` `the file ends before </unload>`

        | severity | findings |
        |---|---:|
        | critical | 1 |
        | high | 2 |
        | medium | 1 |
        | low | 0 |
        | info | 1 |

        ### Findings

        - **critical** [`SNA3001`](<https://github.com/glidelint/glidelint/blob/main/rules/roles/service-account-with-admin.yaml>) Service account holds admin<br>`'svc.sap' holds [admin].`<br>`more/archive.zip!/roles/grant 1.xml:4:5`
        - **high** [`SNA1001`](<https://github.com/glidelint/glidelint/blob/main/rules/accounts/service-account-can-log-in.yaml>) Service account can log in<br>`'svc.sap' is a service account (prefix svc.), yet "Web service access only" is not set.`<br>`exports/sys user.xml:7:5`
        - 3 more findings not listed

        ### Not judged

        - 1 rule on accounts: `no sys_user.last_login_time or sys_user_group in the input`
        - 1 rule on roles in part: `sys_user not known to be whole (--complete sys_user)`

        Scanned 1,204 records in 4 files, 5.3 MB; 3 other files skipped, no exports. Assumed: `as of 2026-03-01; baseline 12.0; exported whole: sys_properties`.
        "#);
    }

    #[test]
    fn a_clean_scan_is_short() {
        insta::assert_snapshot!(written(&sample::clean(), None), @r#"
        ## glidelint

        **no problems found by 5 rules** (exit code 0)

        Scanned 1,204 records in 4 files, 5.3 MB; 3 other files skipped, no exports. Assumed: `as of 2026-03-01; baseline 12.0; exported whole: sys_properties`.
        "#);
    }

    #[test]
    fn what_was_accepted_is_counted_and_not_listed() {
        let report = sample::report_of(|found| {
            found[0].finding.state = Some(BaselineState::Unchanged);
            found[1].finding.waiver = WaiverIdx::new(0);
        });
        let page = written(&report, None);
        assert!(page.contains("| severity | findings | known or waived |\n|---|---:|---:|\n"), "{page}");
        assert!(page.contains("| critical | 0 | 1 |\n| high | 1 | 1 |\n"), "{page}");
        assert_eq!(page.matches("<br>").count(), 2 * 3, "{page}");
    }

    #[test]
    fn an_export_adds_no_formatting() {
        let text = "`</code><img src=x>\n\n# @all | [x](http://y) ``";
        let report = sample::report_of(|found| {
            let hostile = sample::found(0, 9.0, ("sys_user", text, None), text);
            *found = vec![hostile.at(sample::place("a`b\n<i>|.xml", sample::USERS, "<active>true</active>"))];
        });
        let page = written(&report, None);
        let line = page.lines().find(|line| line.starts_with("- **critical**")).unwrap();
        assert!(line.contains("<br>``` `</code><img src=x>␊␊# @all | [x](http://y) `` ```<br>"), "{line}");
        assert!(line.ends_with("``a`b␊<i>|.xml:4:5``"), "{line}");
    }

    #[test]
    fn places_are_linked_where_github_shows_them() {
        let link = |repository: &str| {
            let mut report = sample::report();
            let revision = Some("ab".repeat(20));
            let checkout = VersionControl { repository: repository.into(), revision, branch: None };
            report.scope.version_control = Some(checkout);
            let page = written(&report, None);
            let line = page.lines().find(|line| line.contains("SNA1001")).unwrap().to_owned();
            line.rsplit_once("<br>").unwrap().1.to_owned()
        };
        let plain = "`exports/sys user.xml:7:5`";
        let address = format!("https://github.com/o/r/blob/{}/exports/sys%20user.xml#L7", "ab".repeat(20));
        assert_eq!(link("https://github.com/o/r.git"), format!("[{plain}](<{address}>)"));
        assert_eq!(link("https://git.example.com/o/r"), plain);
        assert_eq!(link("swh:1:rev:abc"), plain);
    }

    #[test]
    fn a_summary_stays_below_what_github_takes() {
        let report = sample::report_of(|found| {
            let one = found[0].clone();
            found.extend(std::iter::repeat_n(one, 20_000));
        });
        let page = written(&report, None);
        assert!(page.len() < 1_000_000, "{}", page.len());
        assert!(page.contains("more findings not listed"));
    }
}
