//! The settings of the vendor's hardening baseline, one by one.

use std::fmt::Write as _;

use askama::Template;

use super::facts::{CountedReport, area_name};
use super::prose::page_name;
use super::verdict::{HardeningScore, is_assumed, score};
use crate::finding::Severity;
use crate::report::safe;
use crate::report::words::{counted, grouped};
use crate::survey::{Actual, Setting, SettingVerdict};

#[derive(Template)]
#[template(path = "hardening.html")]
pub(super) struct Hardening {
    headline: String,
    lead: String,
    score: Option<HardeningScore>,
    rows: Vec<Row>,
    caption: String,
    is_paged: bool,
}

struct Row {
    keys: String,
    verdict: (&'static str, &'static str),
    name: String,
    subject: String,
    /// What is wrong, where it is not met.
    wrong: String,
    actual: String,
    is_value: bool,
    recommended: String,
    fallback: String,
    band: &'static str,
    band_name: String,
    score: String,
    place: String,
    rule: String,
}

pub(super) fn page(facts: &CountedReport<'_>) -> Hardening {
    let settings = facts.review().map_or(&[][..], |review| &review.settings);
    let mut sorted: Vec<&Setting> = settings.iter().collect();
    // What fails first, worst first; then what cannot be told, what is met, the rest.
    sorted.sort_by(|left, right| {
        (rank(left.verdict), right.score)
            .partial_cmp(&(rank(right.verdict), left.score))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let baseline = facts.report.scope.baseline.as_deref().unwrap_or("");
    let assumed = if is_assumed(facts) { " (the newest, as no release was named)" } else { "" };
    Hardening {
        headline: headline(facts, settings),
        lead: lead(facts),
        score: facts.range.as_ref().map(score),
        is_paged: sorted.len() > super::PAGED,
        caption: format!(
            "{} of the hardening baseline {}{assumed}. “Fallback” is what the platform uses when the property has no row.",
            counted(sorted.len(), "setting"),
            safe::html_line(baseline)
        ),
        rows: sorted.into_iter().map(|setting| row(facts, setting)).collect(),
    }
}

fn rank(verdict: SettingVerdict) -> u8 {
    match verdict {
        SettingVerdict::Fail => 0,
        SettingVerdict::CannotTell => 1,
        SettingVerdict::Pass => 2,
        SettingVerdict::NotApplicable => 3,
    }
}

fn headline(facts: &CountedReport<'_>, settings: &[Setting]) -> String {
    if facts.review().is_none() {
        return "Hardening settings were not asked about one by one in this scan.".to_owned();
    }
    match &facts.range {
        None if settings.is_empty() => "No hardening setting was judged.".to_owned(),
        None => "No hardening setting applies here.".to_owned(),
        Some(range) if range.open.0 == range.settings() => {
            "No hardening setting could be judged: 0–100 %.".to_owned()
        }
        Some(range) if range.low == range.high || range.open.0 == 0 => {
            format!("{} of the hardening baseline is met.", range.text())
        }
        Some(range) => {
            format!("Between {} and {} % of the hardening baseline is met.", range.low, range.high)
        }
    }
}

fn lead(facts: &CountedReport<'_>) -> String {
    let Some(range) = &facts.range else {
        return if facts.review().is_none() {
            "The report was made without this question.".to_owned()
        } else {
            String::new()
        };
    };
    let are = if range.failed.0 == 1 { "is" } else { "are" };
    let mut text = format!(
        "{} of {} {are} not met.",
        grouped(range.failed.0),
        counted(range.settings(), "applicable setting")
    );
    if range.open.0 > 0 {
        let _ = write!(
            text,
            " {} could not be judged from these exports, which is why the score is a range.",
            grouped(range.open.0)
        );
    }
    text
}

fn row(facts: &CountedReport<'_>, setting: &Setting) -> Row {
    let (word, kind, name) = match setting.verdict {
        SettingVerdict::Fail => ("fail", "fail", "Not met"),
        SettingVerdict::CannotTell => ("unknown", "unknown", "Cannot tell"),
        SettingVerdict::Pass => ("pass", "pass", "Met"),
        SettingVerdict::NotApplicable => ("na", "na", "Not applicable"),
    };
    let band = Severity::new(setting.score).map_or("info", |severity| severity.band().as_str());
    let is_private = setting.verdict == SettingVerdict::CannotTell && !setting.missing.is_empty();
    let actual = match &setting.actual {
        Actual::Value(value) if value.is_empty() => "empty".to_owned(),
        Actual::Value(value) => safe::html_line(value).into_owned(),
        Actual::NoRow => "no row; fallback applies".to_owned(),
        Actual::NotExported if is_private => {
            format!("not exported: {}", safe::html_line(&setting.missing.join(", ")))
        }
        Actual::NotExported => "not exported".to_owned(),
        Actual::Records(count) => format!("{} not as asked", counted(*count, "record")),
    };
    Row {
        keys: format!("verdict-{word} band-{band}"),
        verdict: (kind, name),
        name: if setting.page.is_empty() {
            safe::html_line(&setting.title).into_owned()
        } else {
            page_name(&setting.page)
        },
        subject: safe::html_line(&setting.subject).into_owned(),
        wrong: if setting.verdict == SettingVerdict::Fail {
            safe::html_line(&setting.title).into_owned()
        } else {
            String::new()
        },
        is_value: matches!(&setting.actual, Actual::Value(value) if !value.is_empty()),
        actual,
        recommended: safe::html_line(&setting.recommended).into_owned(),
        fallback: setting
            .fallback
            .as_deref()
            .map_or_else(String::new, |value| safe::html_line(value).into_owned()),
        band,
        band_name: area_name(band),
        score: format!("{:.1}", setting.score),
        place: setting.place.map_or_else(String::new, |place| facts.spot(place)),
        rule: setting.rule.clone(),
    }
}
