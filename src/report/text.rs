//! The report for people at a terminal: the worst findings with their lines, what
//! could not be read or judged, and a summary of eight lines, which comes last
//! because that is where the eye is.

mod finding;
mod snippet;
mod summary;
#[cfg(test)]
mod tests;

pub(super) use summary::{assumed, result, scanned};

use std::fmt::Write as _;
use std::io::{self, Write};

use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, Style};

use super::coverage::{missing_in_words, not_judged};
use super::frameworks::{FRAMEWORKS, controls, name_of};
use super::words::{self, counted, grouped};
use super::{Report, safe};
use crate::finding::{Band, Notice, NoticeLevel, Topic};
use crate::span::LineColumn;

/// The width where none is known, as in a log.
const DEFAULT_WIDTH: usize = 100;

/// Narrower than this, nothing would be left of a line.
const LEAST_WIDTH: usize = 40;

/// Notices of one level that are listed unless all are asked for.
const NOTICES_SHOWN: usize = 20;

/// Ids of rules that are listed for one gap unless all are asked for.
const RULES_SHOWN: usize = 6;

/// How the report is shown.
#[derive(Debug, Clone, Default)]
pub struct TextOptions {
    /// At most so many findings in full; all of them without a number.
    pub max_shown: Option<usize>,
    /// With colours.
    pub color: bool,
    /// Width of the terminal, if there is one.
    pub width: Option<usize>,
    /// How much is said.
    pub detail: Detail,
    /// Show what is known or waived as well, after what is not.
    pub show_accepted: bool,
    /// Places are links to files below this address, which ends with `/`; without
    /// it they are plain text.
    pub links: Option<String>,
}

/// How much the text report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Only errors and the summary.
    Quiet,
    /// Findings in short, what was not judged, notices, the summary.
    #[default]
    Normal,
    /// Everything in full.
    Verbose,
}

impl TextOptions {
    /// How many findings are shown in full, if there are so many.
    pub(super) fn most_shown(&self) -> usize {
        if self.detail == Detail::Quiet { 0 } else { self.max_shown.unwrap_or(usize::MAX) }
    }

    fn width(&self) -> usize {
        self.width.unwrap_or(DEFAULT_WIDTH).max(LEAST_WIDTH)
    }
}

/// Writes the report for a terminal. Nothing from an export reaches it that could
/// move the cursor, change colours or turn the direction of text.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let quiet = options.detail == Detail::Quiet;
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(options.width());
    let standing = report.count_by_standing();
    let all = if options.show_accepted { report.findings.len() } else { standing.open };
    let limit = options.most_shown().min(all);
    for found in report.excerpts.shown(&report.findings, limit) {
        writeln!(out, "{}\n", finding::rendered(report, &found, options, &renderer))?;
    }
    let hidden = all - limit;
    if hidden > 0 && !quiet {
        let noun = if limit == 0 { "finding" } else { "more finding" };
        writeln!(out, "{} not shown: --max-shown all shows every one\n", counted(hidden, noun))?;
    }
    if !quiet {
        write_not_judged(report, options, out)?;
        write_score(report, out)?;
    }
    if options.detail == Detail::Verbose {
        write_frameworks(report, out)?;
    }
    write_notices(report, options, out)?;
    let accepted = report.findings.len() - all;
    if accepted > 0 && !quiet {
        writeln!(out, "{} not shown: --show-suppressed shows them\n", counted(accepted, "accepted finding"))?;
    }
    summary::write(report, options, limit, out)
}

/// Which rules could say nothing, and what they would have needed.
fn write_not_judged(report: &Report, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = not_judged(report);
    let limit = if options.detail == Detail::Verbose { usize::MAX } else { RULES_SHOWN };
    for group in &groups {
        let ids: Vec<&str> = group
            .rules
            .iter()
            .take(limit)
            .filter_map(|&rule| report.rules.get(rule))
            .map(|rule| rule.id.as_str())
            .collect();
        let more = group.rules.len().saturating_sub(limit);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let how = if group.entirely { "not judged" } else { "partly judged" };
        let line = format!(
            "{}: {} ({}{more})",
            words::rules_of(report, &group.rules),
            missing_in_words(report, group.missing),
            ids.join(", ")
        );
        let label = painted(options, AnsiColor::Cyan, how);
        writeln!(out, "{label}: {}", safe::terminal(&line))?;
    }
    if groups.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The score, and how much of the weight it rests on.
fn write_score(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(score) = &report.score else { return Ok(()) };
    let Some(percent) = score.percent else {
        return writeln!(out, "hardening: none of {} could be judged\n", counted(score.settings, "setting"));
    };
    write!(
        out,
        "hardening: {percent}% by weight of {} as recommended ({} of them)",
        counted(score.judged, "setting"),
        grouped(score.compliant)
    )?;
    let open = score.settings - score.judged;
    if open > 0 {
        let weight = score.open_percent;
        write!(out, "; {} more could not be judged, {weight}% of the weight", grouped(open))?;
    }
    writeln!(out, "\n")
}

/// How the rules fared by framework, an entry a line.
fn write_frameworks(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all = controls(report);
    for framework in &FRAMEWORKS {
        let controls: Vec<_> = all.iter().filter(|control| control.framework == framework.tag).collect();
        if controls.is_empty() {
            continue;
        }
        writeln!(out, "{}: {}", framework.name, counted(controls.len(), "control"))?;
        for control in &controls {
            let name = name_of(framework.tag, &control.id).unwrap_or_default();
            let line = format!(
                "  {:<9} {}: {} failed, {} passed, {} not applicable, {} not judged",
                control.id, name, control.fail, control.pass, control.not_applicable, control.cannot_tell
            );
            writeln!(out, "{}", safe::terminal(&line))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What happened to the input, losses first.
fn write_notices(report: &Report, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut any = false;
    for (level, word, color) in [
        (NoticeLevel::Error, "error", AnsiColor::BrightRed),
        (NoticeLevel::Warning, "warning", AnsiColor::Yellow),
    ] {
        let limit = match (options.detail, level) {
            (Detail::Verbose, _) => usize::MAX,
            (Detail::Quiet, NoticeLevel::Warning) => 0,
            (Detail::Quiet | Detail::Normal, _) => NOTICES_SHOWN,
        };
        let label = painted(options, color, word);
        if level == NoticeLevel::Warning {
            for notice in report.warnings_about_all() {
                any = true;
                let is_note = notice.topic() == Topic::Settings;
                let note = painted(options, AnsiColor::BrightBlue, "note");
                let label = if is_note { &note } else { &label };
                writeln!(out, "{label}: {}", notice_line(notice, None))?;
            }
        }
        let notices = report.notices.iter().filter(|(notice, _)| {
            notice.level == level && notice.topic() != Topic::Rule && !notice.is_about_all()
        });
        for (notice, at) in notices.clone().take(limit) {
            any = true;
            writeln!(out, "{label}: {}", notice_line(notice, *at))?;
        }
        let more = notices.count().saturating_sub(limit);
        if more > 0 && limit > 0 {
            writeln!(out, "{label}: and {} more; -v lists them", grouped(more))?;
        }
    }
    if any { writeln!(out) } else { Ok(()) }
}

fn notice_line(notice: &Notice, at: Option<LineColumn>) -> String {
    let mut line = safe::terminal(&notice.path).into_owned();
    if let Some(at) = at {
        let _ = write!(line, ":{}:{}", at.line, at.column);
    }
    if !line.is_empty() {
        line.push_str(": ");
    }
    line.push_str(&safe::terminal(&notice.message));
    line
}

/// The colour of a band.
fn color_of(band: Band) -> AnsiColor {
    match band {
        Band::Critical | Band::High => AnsiColor::BrightRed,
        Band::Medium => AnsiColor::Yellow,
        Band::Low => AnsiColor::BrightBlue,
        Band::Info => AnsiColor::BrightGreen,
    }
}

/// The text, bold and in a colour where colours are wanted.
fn painted(options: &TextOptions, color: AnsiColor, text: &str) -> String {
    if options.color {
        let style: Style = color.on_default().bold();
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}
