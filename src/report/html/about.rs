//! What was scanned, with what, and how to read the words of the report.

use askama::Template;

use super::facts::{CountedReport, area_name};
use super::verdict::is_assumed;
use crate::finding::Band;
use crate::report::safe;
use crate::report::words::{counted, grouped, size};

/// How many inputs are listed.
const INPUTS: usize = 5_000;

#[derive(Template)]
#[template(path = "about.html")]
pub(super) struct About {
    run: Vec<(&'static str, String)>,
    packs: Vec<(String, String)>,
    inputs: Vec<Input>,
    caption: String,
    more_inputs: String,
    is_paged: bool,
    bands: Vec<(&'static str, String, &'static str)>,
}

struct Input {
    path: String,
    kind: String,
    size: String,
    hash: String,
}

pub(super) fn page(facts: &CountedReport<'_>) -> About {
    let scope = &facts.report.scope;
    let bytes: u64 = scope.inputs.iter().filter_map(|input| input.bytes).sum();
    let more = scope.inputs.len().saturating_sub(INPUTS);
    About {
        run: run(facts),
        packs: scope
            .packs
            .iter()
            .map(|pack| {
                let name = safe::html_line(&format!("{} {}", pack.name, pack.version)).into_owned();
                (name, safe::html_line(&pack.digest).into_owned())
            })
            .collect(),
        caption: format!("{}, {}", counted(scope.inputs.len(), "file"), size(bytes)),
        inputs: scope.inputs.iter().take(INPUTS).map(input).collect(),
        more_inputs: if more == 0 { String::new() } else { grouped(more) },
        is_paged: scope.inputs.len().min(INPUTS) > super::PAGED,
        bands: Band::WORST_FIRST.map(|band| (band.as_str(), area_name(band.as_str()), meaning(band))).into(),
    }
}

fn run(facts: &CountedReport<'_>) -> Vec<(&'static str, String)> {
    let (report, scope) = (facts.report, &facts.report.scope);
    let command = facts.desk().map_or("", |desk| desk.command.as_str());
    let none = |text: Option<&str>| text.map_or_else(|| "not named".to_owned(), str::to_owned);
    let mut rows = vec![
        ("Scanner", format!("glidelint {}", scope.version)),
        ("Rules", counted(report.rules.len(), "rule")),
        ("Instance", none(scope.instance.as_deref())),
        (
            "As of",
            scope
                .as_of
                .clone()
                .map_or_else(|| "not known".to_owned(), |date| format!("{date}; “now” in rules means this")),
        ),
        (
            "Hardening baseline",
            scope.baseline.clone().map_or_else(
                || "none".to_owned(),
                |baseline| {
                    if is_assumed(facts) {
                        format!("{baseline}, assumed (the newest, as no release was named)")
                    } else {
                        baseline
                    }
                },
            ),
        ),
        (
            "Declared or known to be whole",
            if scope.complete.is_empty() { "no table".to_owned() } else { scope.complete.join(", ") },
        ),
        (
            "Read",
            format!(
                "{}, {}, {}",
                counted(report.stats.files, "file"),
                counted(report.stats.records, "record"),
                size(report.stats.bytes)
            ),
        ),
    ];
    if !command.is_empty() {
        rows.insert(0, ("Command", command.to_owned()));
    }
    if let Some(revision) = &scope.changed_since {
        rows.push(("Only records changed since", revision.clone()));
    }
    if let Some(category) = &scope.category {
        rows.push(("Category", category.clone()));
    }
    if let Some(control) = &scope.version_control {
        let parts = [Some(&control.repository), control.branch.as_ref(), control.revision.as_ref()];
        rows.push(("Repository", parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")));
    }
    rows.push((
        "Whole",
        if report.is_complete() {
            "everything was read".to_owned()
        } else {
            "no: some input could not be read whole".to_owned()
        },
    ));
    rows.push(("Exit code", report.exit_code.to_string()));
    rows.push(("Network", "none used; this page makes no request either".to_owned()));
    rows.push((
        "Redaction",
        "secret values are removed; names are shown in full. Treat this file as personal data.".to_owned(),
    ));
    rows.into_iter().map(|(name, text)| (name, safe::html_line(&text).into_owned())).collect()
}

fn input(input: &crate::report::Input) -> Input {
    Input {
        path: safe::html_line(&input.path).into_owned(),
        kind: input.kind.to_string(),
        size: input.bytes.map_or_else(|| "not known".to_owned(), size),
        hash: input.sha256.clone().unwrap_or_default(),
    }
}

fn meaning(band: Band) -> &'static str {
    match band {
        Band::Critical => "9.0 to 10: full control, or open to anyone",
        Band::High => "7.0 to 8.9: a short step to full control or to many records",
        Band::Medium => "4.0 to 6.9: weakens a defence",
        Band::Low => "0.1 to 3.9: good order",
        Band::Info => "0: worth knowing",
    }
}
