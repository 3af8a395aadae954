//! The findings: what stands on the page without scripts and on paper, and what
//! scripts fill from the data.

use std::fmt::Write as _;

use askama::Template;

use super::facts::{CountedReport, area_name};
use super::prose::{ProsePart, parts};
use crate::finding::{Band, BaselineState};
use crate::report::words::{counted, grouped, top_area};
use crate::report::{file_url, safe};

/// With more open findings than this the page begins with a table of rules.
pub(super) const MANY: usize = 500;
/// How many records of a rule stand on paper.
const RECORDS: usize = 20;

#[derive(Template)]
#[template(path = "findings.html")]
pub(super) struct FindingsPage {
    headline: String,
    lead: String,
    is_empty: bool,
    has_many: bool,
    has_accepted: bool,
    left_out: String,
    bands: Vec<(&'static str, String)>,
    areas: Vec<(String, String)>,
    rules: Vec<Rule>,
    tables: Vec<String>,
}

/// A rule with the records that stand on paper.
struct Rule {
    id: String,
    title: String,
    band: &'static str,
    band_name: String,
    severity: String,
    area: String,
    open: usize,
    count: String,
    why: Vec<ProsePart>,
    fix: Vec<ProsePart>,
    help: Option<String>,
    records: Vec<(String, String)>,
    more: String,
}

pub(super) fn page(facts: &CountedReport<'_>) -> FindingsPage {
    let report = facts.report;
    let mut tables: Vec<&str> = report.findings.iter().map(|found| &*found.finding.table).collect();
    tables.sort_unstable();
    tables.dedup();
    let rules = rules(facts);
    let mut areas: Vec<&str> =
        report.findings.iter().map(|found| top_area(&report.rule_of(found.finding).area)).collect();
    areas.sort_unstable();
    areas.dedup();
    let left_out = report.findings.len().saturating_sub(super::FINDINGS);
    FindingsPage {
        headline: headline(facts),
        lead: lead(facts),
        is_empty: report.findings.is_empty(),
        has_many: facts.open() > MANY,
        has_accepted: facts.standing.known + facts.standing.waived > 0,
        left_out: if left_out == 0 { String::new() } else { grouped(left_out) },
        bands: facts
            .bands
            .iter()
            .filter(|(band, count)| *band != Band::Info || *count > 0)
            .map(|(band, _)| (band.as_str(), area_name(band.as_str())))
            .collect(),
        areas: areas.into_iter().map(|area| (area.to_owned(), area_name(area))).collect(),
        tables: tables.into_iter().map(|table| safe::html_line(table).into_owned()).collect(),
        rules,
    }
}

fn headline(facts: &CountedReport<'_>) -> String {
    if facts.checks.judged() == 0 {
        return "Nothing was judged, so nothing was found.".to_owned();
    }
    match facts.open() {
        0 => "No findings in what could be judged.".to_owned(),
        count => {
            let rules = facts.by_rule.iter().filter(|count| **count > 0).count();
            format!("{} of {}.", counted(count, "finding"), counted(rules, "rule"))
        }
    }
}

fn lead(facts: &CountedReport<'_>) -> String {
    let mut text = match facts.checks.open {
        0 => String::new(),
        open => {
            format!("{} could not be fully judged; what they would find is not here.", counted(open, "check"))
        }
    };
    let standing = facts.standing;
    let accepted: Vec<_> = [(standing.known, "known before"), (standing.waived, "waived")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count)))
        .collect();
    if !accepted.is_empty() {
        let _ = write!(text, " Not counted: {}.", accepted.join(", "));
    }
    if let Some(losses) = facts.losses() {
        let _ = write!(text, " {losses}.");
    }
    text.trim_start().to_owned()
}

/// The rules with open findings, worst first, with the first records of each.
fn rules(facts: &CountedReport<'_>) -> Vec<Rule> {
    let report = facts.report;
    let mut records: Vec<Vec<(String, String)>> = vec![Vec::new(); report.rules.len()];
    for found in report.open_findings() {
        let records = &mut records[usize::from(found.finding.rule)];
        if records.len() < RECORDS {
            let primary = found.primary();
            let path = report.excerpts.path(primary.place.source);
            let key = if found.finding.key.is_empty() { &found.finding.message } else { &found.finding.key };
            records.push((
                safe::html_line(key).into_owned(),
                format!("{}:{}", safe::html_line(path), primary.lines.region.start.line),
            ));
        }
    }
    let mut order: Vec<usize> = (0..report.rules.len()).filter(|rule| facts.by_rule[*rule] > 0).collect();
    order
        .sort_by_key(|rule| (std::cmp::Reverse((report.rules[*rule].severity, facts.by_rule[*rule])), *rule));
    let rule = |at: usize| {
        let (rule, open) = (&report.rules[at], facts.by_rule[at]);
        let band = rule.severity.band().as_str();
        let records = std::mem::take(&mut records[at]);
        let more = open - records.len();
        Rule {
            id: rule.id.clone(),
            title: safe::html_line(&rule.title).into_owned(),
            band,
            band_name: area_name(band),
            severity: rule.severity.to_string(),
            area: area_name(top_area(&rule.area)),
            open,
            count: counted(open, "finding"),
            why: parts(&rule.why),
            fix: parts(&rule.fix),
            help: file_url(rule),
            more: if more == 0 { String::new() } else { grouped(more) },
            records,
        }
    };
    order.into_iter().map(rule).collect()
}

/// How a finding stands, for the data: 0 open, 1 known, else the waiver and 2.
pub(super) fn standing(finding: &crate::finding::Finding) -> usize {
    match finding.waiver {
        Some(waiver) => waiver.index() + 2,
        None => usize::from(finding.state == Some(BaselineState::Unchanged)),
    }
}
