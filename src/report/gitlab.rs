//! GitLab's Code Quality report, which merge requests show beside the lines.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::object::write_list;
use super::{Report, safe};
use crate::finding::{Band, Finding, Fingerprint, Notice, fingerprint};
use crate::revisit::LocatedFinding;
use crate::span::LineColumn;

/// How long a description may be.
const DESCRIPTION_LENGTH: usize = 1_000;

/// Writes open findings as one JSON list, an entry a line. Input that could not be
/// read whole is an entry too: a report without findings would look clean.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut known = HashMap::new();
    write_list(out, |list| {
        for (notice, at) in report.losses() {
            list.push(&Entry::of_loss(notice, at, &mut known))?;
        }
        for notice in report.warnings_about_all() {
            let identity = fingerprint([&notice.kind, "", &notice.path, "", ""]);
            list.push(&Entry {
                description: description(&format!("warning: {}", notice.message)),
                check_name: &notice.kind,
                fingerprint: unique(identity, &mut known),
                severity: "info",
                location: Location { path: &notice.path, lines: Lines { begin: 1 } },
            })?;
        }
        for found in report.open_findings() {
            list.push(&Entry::of_finding(report, &found, &mut known))?;
        }
        Ok(())
    })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// How often each fingerprint was written.
type Known = HashMap<Fingerprint, u32>;

impl<'a> Entry<'a> {
    fn of_finding(report: &'a Report, found: &LocatedFinding<'a>, known: &mut Known) -> Self {
        let (finding, rule) = (found.finding, report.rule_of(found.finding));
        let place = found.primary();
        Self {
            description: description(&finding.message),
            check_name: &rule.id,
            fingerprint: unique(finding.fingerprint, known),
            severity: severity(finding),
            location: Location {
                path: report.excerpts.path(place.place.source),
                lines: Lines { begin: place.lines.region.start.line },
            },
        }
    }

    fn of_loss(notice: &'a Notice, at: Option<LineColumn>, known: &mut Known) -> Self {
        let identity = fingerprint([&notice.kind, "", &notice.path, "", ""]);
        Self {
            description: description(&format!("not read whole: {}", notice.message)),
            check_name: &notice.kind,
            fingerprint: unique(identity, known),
            severity: "critical",
            location: Location { path: &notice.path, lines: Lines { begin: at.map_or(1, |at| at.line) } },
        }
    }
}

fn description(text: &str) -> String {
    safe::terminal(&safe::shortened(text, DESCRIPTION_LENGTH)).into_owned()
}

/// GitLab keeps one entry of those that share a fingerprint.
fn unique(fingerprint: Fingerprint, known: &mut Known) -> String {
    let count = known.entry(fingerprint).or_default();
    *count += 1;
    if *count == 1 { fingerprint.to_string() } else { format!("{fingerprint}-{count}") }
}

/// GitLab's five words are of its own order.
fn severity(finding: &Finding) -> &'static str {
    match finding.severity.band() {
        Band::Critical => "blocker",
        Band::High => "critical",
        Band::Medium => "major",
        Band::Low => "minor",
        Band::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Report, sample};
    use crate::finding::{BaselineState, WaiverIdx};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        super::write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_entry_has_what_gitlab_asks_for() {
        insta::assert_snapshot!(written(&sample::report()), @r#"
        [
        {"description":"not read whole: the file ends before </unload>","check_name":"truncated","fingerprint":"457a3da0ad32326165e92c95f32bb042","severity":"critical","location":{"path":"exports/cut\u001b.xml","lines":{"begin":12}}},
        {"description":"'svc.sap' holds [admin].","check_name":"SNA3001","fingerprint":"756922a7441757fa96e344b5cbfaae20","severity":"blocker","location":{"path":"more/archive.zip!/roles/grant 1.xml","lines":{"begin":4}}},
        {"description":"'svc.sap' is a service account (prefix svc.), yet \"Web service access only\" is not set.","check_name":"SNA1001","fingerprint":"95f134ba50f99e77fce6007ba558ec75","severity":"critical","location":{"path":"exports/sys user.xml","lines":{"begin":7}}},
        {"description":"'svc␛[31m�[x](y) {0}' is a service account.","check_name":"SNA1001","fingerprint":"02dec63a551d12171af0115e809ec4e9","severity":"critical","location":{"path":"exports/one line.xml","lines":{"begin":1}}},
        {"description":"A script of forty lines.","check_name":"SNA2001","fingerprint":"773699f15d609b5d46818d76c4ed1b6b","severity":"major","location":{"path":"exports/script.xml","lines":{"begin":2}}},
        {"description":"The property is not there at all.","check_name":"SNA2001","fingerprint":"27a89ebebe60127e25bfb1813560b6a5","severity":"info","location":{"path":"exports/sys user.xml","lines":{"begin":2}}}
        ]
        "#);
    }

    #[test]
    fn no_two_entries_share_a_fingerprint() {
        let report = sample::report_of(|found| {
            let one = found[0].clone();
            found.extend([one.clone(), one]);
        });
        let entries: Vec<Value> = serde_json::from_str(&written(&report)).unwrap();
        let fingerprints: BTreeSet<_> =
            entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
        assert_eq!((fingerprints.len(), entries.len()), (8, 8));
    }

    #[test]
    fn what_was_accepted_is_no_entry() {
        let report = sample::report_of(|found| {
            found[0].finding.state = Some(BaselineState::Unchanged);
            found[1].finding.waiver = WaiverIdx::new(0);
        });
        let entries: Vec<Value> = serde_json::from_str(&written(&report)).unwrap();
        assert_eq!(entries.len(), 4);
    }

    #[test]
    fn a_scan_of_nothing_is_a_list_too() {
        assert_eq!(written(&sample::empty()), "[]\n");
    }
}
