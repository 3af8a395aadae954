//! The first page: how bad, how sure, what first.

use std::fmt::Write as _;

use askama::Template;

use super::bars::{Bar, BarPiece, pieces, weight};
use super::facts::{Area, Checks, CountedReport, Range, area_name};
use super::todo::{Todo, todo};
use crate::finding::Band;
use crate::report::coverage::{missing_in_words, not_judged};
use crate::report::safe;
use crate::report::words::{counted, grouped, size};

/// How many gaps the first page names.
const GAPS: usize = 5;

#[derive(Template)]
#[template(path = "verdict.html")]
pub(super) struct VerdictPage<'f> {
    name: &'f str,
    headline: String,
    lead: String,
    /// What must be known to read the findings right.
    warnings: Vec<String>,
    /// Name, text, and the page that says more.
    scope: Vec<(&'static str, String, Option<&'static str>)>,
    /// Whether the baseline is only the newest, as nobody named one.
    is_assumed: bool,
    bands: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    all: Vec<String>,
    open_checks: usize,
    count: String,
    score: Option<HardeningScore>,
    /// What is said where there is none.
    no_score: &'static str,
    checks: Bar,
    checks_title: String,
    todo: Vec<Todo>,
    todo_title: String,
    gaps: Vec<(String, String)>,
    gaps_lead: String,
}

/// An area.
struct Row {
    /// As filters know it.
    area: String,
    name: String,
    bar: Vec<BarPiece>,
    width: u32,
    counts: Vec<(&'static str, String)>,
    open: usize,
    remark: &'static str,
}

/// How hardening settings stand.
pub(super) struct HardeningScore {
    pub(super) range: String,
    pub(super) bar: Bar,
    pub(super) note: String,
}

pub(super) fn page<'f>(facts: &'f CountedReport<'_>) -> VerdictPage<'f> {
    let shown = shown_bands(facts);
    let todo = todo(facts);
    VerdictPage {
        name: &facts.name,
        headline: headline(facts),
        lead: lead(facts),
        warnings: facts
            .report
            .warnings_about_all()
            .map(|notice| safe::html_line(&notice.message).into_owned())
            .collect(),
        scope: scope(facts),
        is_assumed: is_assumed(facts),
        bands: shown.iter().map(|(band, _)| (band.as_str(), area_name(band.as_str()))).collect(),
        rows: rows(facts, &shown),
        all: shown.iter().map(|(_, place)| grouped(facts.bands[*place].1)).collect(),
        open_checks: facts.checks.open,
        count: grouped(facts.open()),
        score: facts.range.as_ref().map(score),
        no_score: if facts.review().is_none() {
            "The settings were not asked about one by one in this scan."
        } else {
            "No hardening setting was judged."
        },
        checks: checks(&facts.checks),
        checks_title: format!("What the {} came to", counted(facts.checks.all(), "check")),
        todo_title: match todo.len() {
            0 => "Nothing to do first".to_owned(),
            1 => "One thing to do first".to_owned(),
            count => format!("{} things to do first", ["Two", "Three", "Four", "Five"][(count - 2).min(3)]),
        },
        todo,
        gaps: gaps(facts),
        gaps_lead: gaps_lead(facts),
    }
}

/// The bands that have a column, with their places: the last one only if it is used.
fn shown_bands(facts: &CountedReport<'_>) -> Vec<(Band, usize)> {
    let bands = facts.bands.iter().enumerate();
    bands
        .filter(|(_, (band, count))| *band != Band::Info || *count > 0)
        .map(|(place, (band, _))| (*band, place))
        .collect()
}

fn headline(facts: &CountedReport<'_>) -> String {
    if facts.checks.judged() == 0 {
        return "Nothing was judged.".to_owned();
    }
    let admins = match facts.admins {
        0 => String::new(),
        count => format!(
            "{}{} that {} admin",
            facts.at_least(),
            counted(count, "account"),
            if count == 1 { "reaches" } else { "reach" }
        ),
    };
    match (facts.open(), admins.is_empty()) {
        (0, true) => "No findings in what could be judged.".to_owned(),
        (0, false) => format!("No findings in what could be judged, and {admins}."),
        (_, true) => format!("{}.", facts.worst()),
        (_, false) => format!("{}, and {admins}.", facts.worst()),
    }
}

fn lead(facts: &CountedReport<'_>) -> String {
    let (open, all) = (facts.checks.open, facts.checks.all());
    let mut text = if all == 0 {
        "No rule ran, so these exports were not looked at.".to_owned()
    } else if facts.checks.judged() == 0 {
        format!(
            "None of {} found in these exports what it asks about. This is no good result, and no bad one.",
            counted(all, "check")
        )
    } else if open > 0 {
        let share = (open * 100).div_ceil(all);
        let known = if facts.open() == 0 { "found" } else { "known to be wrong" };
        format!(
            "This is what is {known}, not all that may be: {} of {} ({share} %) could not be fully judged from these exports.",
            grouped(open),
            counted(all, "check")
        )
    } else {
        format!("All {} could be judged, or are about nothing that is here.", counted(all, "check"))
    };
    if let Some(losses) = facts.losses() {
        let _ = write!(text, " {losses} (exit code {}).", facts.report.exit_code);
    }
    text
}

fn scope(facts: &CountedReport<'_>) -> Vec<(&'static str, String, Option<&'static str>)> {
    let scope = &facts.report.scope;
    let mut rows = vec![("As of", facts.day().unwrap_or("not known").to_owned(), None)];
    if let Some(baseline) = &scope.baseline {
        rows.push(("Hardening baseline", safe::html_line(baseline).into_owned(), None));
    }
    let bytes: u64 = scope.inputs.iter().filter_map(|input| input.bytes).sum();
    let inputs = format!("{}, {}", counted(scope.inputs.len(), "file"), size(bytes));
    rows.push(("Inputs", inputs, Some("about")));
    let packs: Vec<_> = scope.packs.iter().map(|pack| format!("{} {}", pack.name, pack.version)).collect();
    let rules = format!("glidelint {}, rules {}", scope.version, safe::html_line(&packs.join(", ")));
    rows.push(("Scanner and rules", rules, None));
    if let Some(revision) = &scope.changed_since {
        rows.push(("Changed since", safe::html_line(revision).into_owned(), None));
    }
    let standing = facts.standing;
    let not_counted = match (standing.known, standing.waived) {
        (0, 0) => "nothing is accepted".to_owned(),
        (0, waived) => format!("{} waived", grouped(waived)),
        (known, 0) => format!("{} known", grouped(known)),
        (known, waived) => format!("{} known, {} waived", grouped(known), grouped(waived)),
    };
    rows.push(("Findings not counted", not_counted, Some("waivers")));
    rows
}

/// Whether the baseline is the newest because the command names none.
pub(super) fn is_assumed(facts: &CountedReport<'_>) -> bool {
    let named = ["--release", "--baseline-version"];
    facts.report.scope.baseline.is_some()
        && facts.desk().is_some_and(|desk| {
            !desk.command.is_empty() && !named.iter().any(|option| desk.command.contains(option))
        })
}

fn rows(facts: &CountedReport<'_>, shown: &[(Band, usize)]) -> Vec<Row> {
    const WIDTH: u32 = 210;
    let sum = |area: &Area| area.bands.iter().sum::<usize>();
    let most = facts.areas.values().map(sum).max().unwrap_or(0);
    let row = |(area, of): (&String, &Area)| {
        let weights: Vec<_> =
            shown.iter().map(|(band, place)| (band.as_str(), weight(of.bands[*place]))).collect();
        let width = super::bars::share(sum(of), most, WIDTH).max(12);
        Row {
            area: area.clone(),
            name: area_name(area),
            bar: pieces(&weights, width),
            width: WIDTH,
            counts: shown.iter().map(|(band, at)| (band.as_str(), grouped(of.bands[*at]))).collect(),
            open: of.checks.open,
            remark: match (sum(of), of.checks.judged()) {
                (0, 0) if of.checks.open == 0 => "not applicable",
                (0, 0) => "nothing was judged",
                _ => "",
            },
        }
    };
    facts.areas.iter().map(row).collect()
}

pub(super) fn score(range: &Range) -> HardeningScore {
    let parts = [
        ("met", "met", range.met.0, range.met.1),
        ("unk", "cannot tell", range.open.0, range.open.1),
        ("bad", "not met", range.failed.0, range.failed.1),
    ];
    let mut note =
        format!("{} of {} are known to be met", range.met.0, counted(range.settings(), "applicable setting"));
    if range.open.0 > 0 {
        let _ = write!(
            note,
            "; if all {} that could not be judged were met too, it would be {} %",
            range.open.0, range.high
        );
    }
    note.push_str(". Settings weigh as their published risk scores, as in Security Center.");
    match range.not_applicable {
        0 => {}
        1 => note.push_str(" One setting does not apply and is not counted."),
        count => {
            let _ = write!(note, " {count} settings do not apply and are not counted.");
        }
    }
    HardeningScore { range: range.text(), bar: Bar::of(&parts), note }
}

fn checks(checks: &Checks) -> Bar {
    Bar::of(&[
        ("bad", "found something", checks.found, weight(checks.found)),
        ("unk", "cannot tell", checks.open, weight(checks.open)),
        ("met", "found nothing", checks.clear, weight(checks.clear)),
        ("na", "n/a", checks.not_applicable, weight(checks.not_applicable)),
    ])
}

/// What could not be seen, the worst first, each with why.
fn gaps(facts: &CountedReport<'_>) -> Vec<(String, String)> {
    let report = facts.report;
    let mut gaps = Vec::new();
    for (notice, at) in report.losses().take(GAPS) {
        let place = at.map_or_else(String::new, |at| format!(":{}", at.line));
        let what = format!("{}{place}", safe::html_line(&notice.path));
        gaps.push((what, format!("was not read whole: {}.", safe::html_line(&notice.message))));
    }
    let more = report.losses().count().saturating_sub(GAPS);
    if more > 0 {
        gaps.push((format!("{more} more"), "are listed under Coverage.".to_owned()));
    }
    match facts.desk() {
        Some(desk) if !desk.exports.requests.is_empty() => {
            for request in desk.exports.requests.iter().take(GAPS) {
                let part =
                    if request.part.is_empty() { String::new() } else { format!(" ({})", request.part) };
                let what = safe::html_line(&format!("{}{part}", request.table)).into_owned();
                let why = format!("{}. {}.", safe::html_line(&request.why), waiting(request.rules));
                gaps.push((what, why));
            }
        }
        _ => {
            for group in not_judged(report).into_iter().take(GAPS) {
                let why = missing_in_words(report, group.missing);
                let what = if group.entirely { "not judged" } else { "judged in part" };
                gaps.push((
                    counted(group.rules.len(), "check"),
                    format!("{what}: {}.", safe::html_line(&why)),
                ));
            }
        }
    }
    gaps
}

/// `12 checks wait`.
pub(super) fn waiting(rules: usize) -> String {
    format!("{} {}", counted(rules, "check"), if rules == 1 { "waits" } else { "wait" })
}

fn gaps_lead(facts: &CountedReport<'_>) -> String {
    let requests = facts.desk().map_or(0, |desk| desk.exports.requests.len());
    match (facts.checks.open, requests) {
        (0, _) => "No check lacks an export.".to_owned(),
        (open, 0) => format!("{} for something that is not in these exports.", waiting(open)),
        (_, 1) => "One export would let more be judged.".to_owned(),
        (_, count) => format!("{} would let more be judged.", counted(count, "export")),
    }
}
