//! What could not be judged, why, and what to export so that it can be.

use std::fmt::Write as _;

use askama::Template;

use super::bars::{BarPiece, pieces, share, weight};
use super::facts::{Area, CountedReport, area_name};
use super::verdict::waiting;
use crate::finding::Topic;
use crate::report::coverage::{missing_in_words, not_judged};
use crate::report::safe;
use crate::report::words::{counted, grouped};

/// How many notices and signs are shown.
const NOTICES: usize = 200;
/// How many missing things a row names.
const MISSING: usize = 4;
/// How wide the bar of the largest area is.
const BAR: u32 = 260;

#[derive(Template)]
#[template(path = "coverage.html")]
pub(super) struct Coverage {
    headline: String,
    lead: String,
    requests: Vec<Request>,
    /// Where no requests are known: what is missing, and how many checks wait.
    waiting: Vec<(String, String)>,
    /// What to declare, and the tables in words.
    look_whole: Option<(String, String)>,
    areas: Vec<Row>,
    notices: Vec<Notice>,
    more_notices: String,
    signs: Vec<(String, String, String)>,
    more_signs: String,
}

struct Request {
    table: String,
    part: String,
    why: String,
    checks: String,
    address: String,
}

struct Row {
    area: String,
    bar: Vec<BarPiece>,
    judged: String,
    in_part: String,
    blind: String,
    not_applicable: String,
    missing: String,
}

struct Notice {
    is_loss: bool,
    place: String,
    text: String,
}

pub(super) fn page(facts: &CountedReport<'_>) -> Coverage {
    let exports = facts.desk().map(|desk| &desk.exports);
    let requests: Vec<Request> =
        exports.map_or_else(Vec::new, |exports| exports.requests.iter().map(request).collect());
    let groups = if requests.is_empty() { not_judged(facts.report) } else { Vec::new() };
    let waiting = groups.iter().map(|group| {
        let what = missing_in_words(facts.report, group.missing);
        let how = if group.entirely { "" } else { ", judged in part" };
        (safe::html_line(&what).into_owned(), format!("{}{how}", waiting(group.rules.len())))
    });
    let signs = exports.map_or(&[][..], |exports| &exports.signs);
    let sign = |sign: &crate::report::ShownSign| {
        let path = if sign.path.is_empty() { "several files" } else { &sign.path };
        [path, &sign.message, &sign.kind].map(|text| safe::html_line(text).into_owned()).into()
    };
    let notices = notices(facts);
    let more = |count: usize| if count > NOTICES { grouped(count - NOTICES) } else { String::new() };
    Coverage {
        headline: headline(facts),
        lead: lead(facts, requests.len()),
        waiting: waiting.collect(),
        look_whole: exports.filter(|exports| !exports.look_whole.is_empty()).map(|exports| {
            let tables = safe::html_line(&exports.look_whole.join(",")).into_owned();
            (format!("--complete {tables}"), counted(exports.look_whole.len(), "table"))
        }),
        areas: rows(facts),
        more_notices: more(notices.len()),
        notices: notices.into_iter().take(NOTICES).collect(),
        more_signs: more(signs.len()),
        signs: signs.iter().take(NOTICES).map(sign).collect(),
        requests,
    }
}

fn headline(facts: &CountedReport<'_>) -> String {
    let (open, all) = (facts.checks.open, facts.checks.all());
    match open {
        _ if all == 0 => "No check ran.".to_owned(),
        0 => format!("All {} could be judged.", counted(all, "check")),
        open => format!("{} of {} could not be fully judged.", grouped(open), counted(all, "check")),
    }
}

fn lead(facts: &CountedReport<'_>, requests: usize) -> String {
    let checks = &facts.checks;
    let mut text = String::new();
    if checks.open > 0 {
        text = format!(
            "{} not at all, {} in part. Nothing here is a pass.",
            grouped(checks.blind),
            grouped(checks.in_part)
        );
    }
    match checks.found_in_part {
        0 => {}
        1 => text.push_str(" One more check found something and may find more."),
        count => {
            let _ = write!(text, " {} more found something and may find more.", grouped(count));
        }
    }
    match requests {
        0 => {}
        1 => text.push_str(" One export would help."),
        count => {
            let _ = write!(text, " {} would help.", counted(count, "export"));
        }
    }
    if let Some(losses) = facts.losses() {
        let _ = write!(text, " {losses}.");
    }
    text.trim_start().to_owned()
}

fn request(request: &crate::report::RequestedTable) -> Request {
    let text = |text: &str| safe::html_line(text).into_owned();
    Request {
        table: text(&request.table),
        part: if request.part.is_empty() { "whole table".to_owned() } else { text(&request.part) },
        why: text(&request.why),
        checks: grouped(request.rules),
        address: text(&request.address),
    }
}

fn rows(facts: &CountedReport<'_>) -> Vec<Row> {
    let most = facts.areas.values().map(|area| area.checks.all()).max().unwrap_or(0);
    let row = |(name, area): (&String, &Area)| {
        let checks = &area.checks;
        let judged = checks.found + checks.clear;
        let weights =
            [("met", weight(judged)), ("unk", weight(checks.open)), ("na", weight(checks.not_applicable))];
        Row {
            area: area_name(name),
            bar: pieces(&weights, share(checks.all(), most, BAR).max(12)),
            judged: grouped(judged),
            in_part: grouped(checks.in_part),
            blind: grouped(checks.blind),
            not_applicable: grouped(checks.not_applicable),
            missing: missing(area),
        }
    };
    facts.areas.iter().map(row).collect()
}

/// What most rules of an area lack.
fn missing(area: &Area) -> String {
    let mut missing: Vec<_> = area.missing.iter().collect();
    missing.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let mut names: Vec<String> =
        missing.iter().take(MISSING).map(|(name, _)| safe::html_line(name).into_owned()).collect();
    if missing.len() > MISSING {
        names.push(format!("{} more", missing.len() - MISSING));
    }
    names.join(", ")
}

/// What was said about the input: losses first.
fn notices(facts: &CountedReport<'_>) -> Vec<Notice> {
    let mut notices: Vec<_> =
        facts.report.notices.iter().filter(|(notice, _)| notice.topic() != Topic::Accepted).collect();
    notices.sort_by_key(|(notice, _)| !notice.is_loss());
    let shown = |(notice, at): &(crate::finding::Notice, Option<crate::span::LineColumn>)| Notice {
        is_loss: notice.is_loss(),
        place: format!(
            "{}{}",
            safe::html_line(&notice.path),
            at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column))
        ),
        text: safe::html_line(&notice.message).into_owned(),
    };
    notices.into_iter().map(shown).collect()
}
