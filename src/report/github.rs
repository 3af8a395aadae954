//! Workflow commands of GitHub Actions: findings as annotations on the lines of a
//! pull request, for repositories without code scanning.

use std::io::{self, Write};

use super::text::result;
use super::words::{counted, first_sentences};
use super::{Report, safe};
use crate::finding::{Level, Notice, Topic};
use crate::revisit::LocatedFinding;
use crate::rule::RuleMeta;
use crate::span::LineColumn;

/// Annotations of one level that GitHub shows of a step; it drops the others
/// without a word.
const SHOWN: usize = 10;

/// Of the ten errors, so many may be about input that could not be read.
const LOSSES_SHOWN: usize = 3;

/// Of the ten warnings, so many may be about all findings.
const WARNINGS_SHOWN: usize = 2;

/// Of the ten notices, so many may be about the settings of the run.
const SETTINGS_SHOWN: usize = 4;

/// How long a message may be, and how much of it the fix may take.
const MESSAGE_LENGTH: usize = 1_000;
const ABOUT_ALL_LENGTH: usize = 10_000;
const FIX_LENGTH: usize = 300;

/// The levels, the worst first.
const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

/// Writes open findings as workflow commands, the worst of each level, and says
/// how many there are in all. Nothing that an export holds begins a command or
/// ends one.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut room = LEVELS.map(|level| (level, SHOWN));
    for (notice, at) in report.losses().take(LOSSES_SHOWN) {
        write_loss(notice, at, out)?;
        room[0].1 -= 1;
    }
    let is_of_settings = |notice: &&Notice| notice.topic() == Topic::Settings;
    for notice in report.warnings_about_all().filter(|notice| !is_of_settings(notice)).take(WARNINGS_SHOWN) {
        let title =
            if notice.is_of_versions() { "Turned off by a newer copy" } else { "Files of several instances" };
        write_about_all("warning", title, notice, out)?;
        room[1].1 -= 1;
    }
    for notice in report.warnings_about_all().filter(is_of_settings).take(SETTINGS_SHOWN) {
        write_about_all("notice", "Rules and settings of this run", notice, out)?;
        room[2].1 -= 1;
    }
    let mut hidden = report.losses().count().saturating_sub(LOSSES_SHOWN);
    for found in report.open_findings() {
        let level = found.finding.severity.level();
        let left = room.iter_mut().find(|(of, _)| *of == level).map(|(_, left)| left);
        match left {
            Some(left @ 1..) => {
                *left -= 1;
                write_finding(report, &found, out)?;
            }
            _ => hidden += 1,
        }
    }
    if hidden > 0 {
        let hidden = counted(hidden, "annotation");
        writeln!(out, "{hidden} not written: GitHub shows {SHOWN} of a level for each step")?;
    }
    writeln!(out, "{} (exit code {})", result(report), report.exit_code)
}

fn write_finding(report: &Report, found: &LocatedFinding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, rule) = (found.finding, report.rule_of(found.finding));
    let place = found.primary();
    let region = place.lines.region;
    let command = match finding.severity.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    write!(
        out,
        "::{command} file={},line={},endLine={}",
        safe::workflow_property(report.excerpts.path(place.place.source)),
        region.start.line,
        region.end.line
    )?;
    // GitHub refuses columns of an annotation that spans lines.
    if region.start.line == region.end.line {
        write!(out, ",col={},endColumn={}", region.start.column, region.end.column)?;
    }
    let title = format!("{} {} ({})", rule.id, rule.title, finding.severity.band().as_str());
    writeln!(
        out,
        ",title={}::{}",
        safe::workflow_property(&title),
        safe::workflow_message(&message(found, rule))
    )
}

/// What is wrong, and how to mend it.
fn message(found: &LocatedFinding<'_>, rule: &RuleMeta) -> String {
    let mut message = safe::shortened(&found.finding.message, MESSAGE_LENGTH).into_owned();
    let fix = first_sentences(&rule.fix, FIX_LENGTH);
    if !fix.is_empty() {
        message.push('\n');
        message.push_str(&fix);
    }
    message
}

/// What has to be known to read all findings right.
fn write_about_all(command: &str, title: &str, notice: &Notice, out: &mut dyn Write) -> io::Result<()> {
    let path = safe::workflow_property(&notice.path);
    let message = safe::shortened(&notice.message, ABOUT_ALL_LENGTH);
    writeln!(out, "::{command} file={path},title={title}::{}", safe::workflow_message(&message))
}

fn write_loss(notice: &Notice, at: Option<LineColumn>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::error file={}", safe::workflow_property(&notice.path))?;
    if let Some(at) = at {
        write!(out, ",line={},col={}", at.line, at.column)?;
    }
    let message = safe::shortened(&notice.message, MESSAGE_LENGTH);
    writeln!(out, ",title=Not read whole::{}", safe::workflow_message(&message))
}

#[cfg(test)]
mod tests {
    use super::super::{Report, sample};
    use crate::finding::{BaselineState, WaiverIdx};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        super::write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn findings_are_annotations() {
        insta::assert_snapshot!(written(&sample::report()), @r#"
        ::error file=exports/cut␛.xml,line=12,col=3,title=Not read whole::the file ends before </unload>
        ::error file=more/archive.zip!/roles/grant 1.xml,line=4,endLine=4,col=5,endColumn=26,title=SNA3001 Service account holds admin (critical)::'svc.sap' holds [admin].%0ATick `Web service access only` on the user record. Then test the integration.
        ::error file=exports/sys user.xml,line=7,endLine=7,col=5,endColumn=61,title=SNA1001 Service account can log in (high)::'svc.sap' is a service account (prefix svc.), yet "Web service access only" is not set.%0ATick `Web service access only` on the user record. Then test the integration.
        ::error file=exports/one line.xml,line=1,endLine=1,col=2409,endColumn=2430,title=SNA1001 Service account can log in (high)::'svc␛[31m�[x](y) {0}' is a service account.%0ATick `Web service access only` on the user record. Then test the integration.
        ::warning file=exports/script.xml,line=2,endLine=42,title=SNA2001 SOAP without credentials (medium)::A script of forty lines.%0ATick `Web service access only` on the user record. Then test the integration.
        ::notice file=exports/sys user.xml,line=2,endLine=2,col=1,endColumn=43,title=SNA2001 SOAP without credentials (info)::The property is not there at all.%0ATick `Web service access only` on the user record. Then test the integration.
        5 problems found; 2 rules lacked input; INCOMPLETE, some input could not be read (exit code 4)
        "#);
    }

    #[test]
    fn nothing_begins_a_command_but_an_annotation() {
        let text = "x\n::add-mask::y\r::warning::z ##[add-path]/tmp 100%0A::debug::";
        let report = sample::report_of(|found| {
            let hostile = sample::found(0, 9.0, ("sys_user", text, None), text);
            let path = "a,line=9::b\n::debug::c.xml";
            *found = vec![hostile.at(sample::place(path, sample::USERS, "<active>true</active>"))];
        });
        let text = written(&report);
        let commands: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        assert_eq!(commands.len(), 2, "{text}");
        assert!(commands.iter().all(|line| line.starts_with("::error file=")), "{text}");
        // Between the command and its message no colon is left to end it early.
        let (properties, message) = commands[1][2..].split_once("::").unwrap();
        assert!(properties.starts_with("error file=a%2Cline=9%3A%3Ab%0A%3A%3Adebug%3A%3Ac.xml,line=4,"));
        assert!(message.contains("x%0A::add-mask::y␍::warning::z #\u{fffd}[add-path]/tmp 100%250A::debug::"));
    }

    #[test]
    fn what_was_accepted_is_not_annotated() {
        let report = sample::report_of(|found| {
            found[0].finding.state = Some(BaselineState::Unchanged);
            found[1].finding.waiver = WaiverIdx::new(0);
            found[2].finding.state = Some(BaselineState::New);
        });
        let text = written(&report);
        assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 2, "{text}");
        assert!(text.contains("::error file=exports/one line.xml,"), "{text}");
    }

    #[test]
    fn github_shows_ten_of_a_level() {
        let report = sample::report_of(|found| {
            let one = found[0].clone();
            found.extend(std::iter::repeat_n(one, 30));
        });
        let text = written(&report);
        assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), super::SHOWN);
        assert!(
            text.contains("24 annotations not written: GitHub shows 10 of a level for each step\n"),
            "{text}"
        );
    }
}
