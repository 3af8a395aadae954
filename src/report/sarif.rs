//! SARIF 2.1.0, for code scanning: results with their places, every rule that
//! ran, and what could not be read or judged.
//!
//! A run with all its results takes kilobytes for each of them, so the envelope is
//! ours and written as it comes, and only one result at a time stands in memory.
//! The consumers take no more than so many results and bytes; the worst come
//! first, and what is left out is said.

mod artifacts;
mod messages;
mod notifications;
mod results;
mod rules;
mod taxonomies;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, Notification, ResultColumnKind, RunAutomationDetails, Version,
    VersionControlDetails,
};

use super::object::{ITEM_OVERHEAD, ObjectWriter, write_object};
use super::{HOME, Report};
use crate::finding::Verdict;
use crate::record::REDACTED;
use crate::revisit::ShownFinding;
use artifacts::Artifacts;
use notifications::Notifications;

/// Where the schema of the format lies.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The name that stands for the folder all paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// How much is written.
#[derive(Debug, Clone)]
pub struct SarifOptions {
    /// At most so many results; GitHub, GitLab and Azure DevOps keep 5,000.
    pub max_results: usize,
    /// At most so many bytes; GitLab refuses files above 10 MB.
    pub max_bytes: usize,
    /// Also one result for each rule that passed, does not apply or could not
    /// judge, as evidence.
    pub kinds_all: bool,
    /// Leave out what a waiver covers, for consumers that open it again.
    pub drop_waived: bool,
}

impl Default for SarifOptions {
    fn default() -> Self {
        Self { max_results: 5_000, max_bytes: 9_500_000, kinds_all: false, drop_waived: false }
    }
}

/// Writes the report as a SARIF log of one run.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, options: &SarifOptions, out: &mut dyn Write) -> io::Result<()> {
    write_object(out, |log| {
        log.property("$schema", &SCHEMA)?;
        log.property("version", &Version::V2_1_0)?;
        log.items("runs", |runs| runs.object(|run| write_run(report, options, run)))
    })?;
    out.write_all(b"\n")
}

/// The run. What is short and depends on what was written before comes last.
fn write_run(report: &Report, options: &SarifOptions, run: &mut ObjectWriter<'_>) -> io::Result<()> {
    let mut head = Vec::new();
    write_object(&mut head, |run| write_head(report, options, run))?;
    let mut artifacts = Artifacts::of(report);
    let notifications = notifications::all(report, options.max_results, &mut artifacts);
    let properties = run_properties(report);
    let fixed = head.len() + notifications.bytes + serde_json::to_vec(&properties)?.len() + SLACK;

    run.written(&head)?;
    let mut budget = Budget {
        results: options.max_results,
        bytes: options.max_bytes.saturating_sub(fixed + artifacts.bytes()),
        left_out: 0,
    };
    let mut shows_redacted = false;
    run.items("results", |list| {
        let evidence = if options.kinds_all { report.coverage.len() } else { 0 };
        let findings = count_shown(report, options);
        let total = findings + evidence;
        let marks = results::Marks::of(report, options);
        let mut shown = report.excerpts.shown(&report.findings, options.max_results);
        for written in 0..total {
            if budget.results == 0 {
                budget.left_out = count_from(report, options, written);
                break;
            }
            let known = artifacts.mark();
            // What is waived comes last, so that leaving it out is stopping early.
            let finding = if written < findings { shown.next() } else { None };
            let result = match &finding {
                Some(finding) => Some(results::of_finding(report, finding, marks, &mut artifacts)),
                None => results::of_coverage(report, written.saturating_sub(findings), marks),
            };
            let Some(result) = result else { continue };
            let json = serde_json::to_vec(&result)?;
            let bytes = json.len() + ITEM_OVERHEAD + artifacts.bytes_since(&known);
            if !budget.takes(bytes) {
                artifacts.forget_since(&known);
                budget.left_out = count_from(report, options, written);
                break;
            }
            list.push_json(&json)?;
            shows_redacted |= finding.as_ref().is_some_and(is_redacted);
        }
        Ok(())
    })?;
    run.list("artifacts", artifacts.into_list())?;
    run.list("invocations", [invocation(report, notifications, budget.left_out)])?;
    if shows_redacted {
        run.property("redactionTokens", &[REDACTED])?;
    }
    run.property("properties", &properties)
}

/// Room for what is written after the results and is not counted: the exit code,
/// the notification of a cut, the names of the properties.
const SLACK: usize = 4_096;

/// What may still be written.
struct Budget {
    results: usize,
    bytes: usize,
    left_out: usize,
}

impl Budget {
    /// Whether a result of so many bytes still has room, which it then takes.
    fn takes(&mut self, bytes: usize) -> bool {
        let (Some(results), Some(bytes)) = (self.results.checked_sub(1), self.bytes.checked_sub(bytes))
        else {
            return false;
        };
        (self.results, self.bytes) = (results, bytes);
        true
    }
}

/// How many findings are to be written if there is room for all of them.
fn count_shown(report: &Report, options: &SarifOptions) -> usize {
    let waived = if options.drop_waived { report.count_by_standing().waived } else { 0 };
    report.findings.len() - waived
}

/// How many results there would have been from this one on.
fn count_from(report: &Report, options: &SarifOptions, written: usize) -> usize {
    let findings = count_shown(report, options);
    let evidence = report
        .coverage
        .iter()
        .skip(written.saturating_sub(findings))
        .filter(|coverage| options.kinds_all && coverage.verdict() != Verdict::Fail);
    findings.saturating_sub(written) + evidence.count()
}

/// Whether a secret was replaced in one of the snippets of the finding.
fn is_redacted(finding: &ShownFinding<'_>) -> bool {
    let places = finding.places.iter();
    places
        .flat_map(|place| [Some(&place.snippet), place.context.as_ref()])
        .flatten()
        .any(|snippet| snippet.redacted)
}

/// What does not depend on the results.
fn write_head(report: &Report, options: &SarifOptions, run: &mut ObjectWriter<'_>) -> io::Result<()> {
    let version = &*report.scope.version;
    let taxonomies = taxonomies::used(&report.rules);
    run.object("tool", |tool| {
        tool.object("driver", |driver| {
            driver.property("name", &"glidelint")?;
            driver.property(
                "fullName",
                &format!("glidelint {version} - offline security scanner for ServiceNow exports"),
            )?;
            driver.property("organization", &"glidelint project")?;
            driver.property("version", &version)?;
            driver.property("semanticVersion", &version)?;
            driver.property("informationUri", &HOME)?;
            driver.property("language", &"en-US")?;
            if !taxonomies.is_empty() {
                driver.property("supportedTaxonomies", &taxonomies::references(&taxonomies))?;
            }
            driver.list("notifications", notifications::descriptors())?;
            driver.list("rules", report.rules.iter().map(|rule| rules::descriptor(rule, options.kinds_all)))
        })
    })?;
    if !taxonomies.is_empty() {
        run.list("taxonomies", &taxonomies)?;
    }
    run.property("columnKind", &ResultColumnKind::Utf16CodeUnits)?;
    run.property("automationDetails", &automation_details(report))?;
    if let Some(details) = version_control(report) {
        run.property("versionControlProvenance", &[details])?;
    }
    run.property(
        "originalUriBaseIds",
        &json!({ ROOT: { "description": { "text": "The folder that all paths are relative to." } } }),
    )
}

/// The category keeps the results of two scans of one repository apart.
fn automation_details(report: &Report) -> RunAutomationDetails {
    let id = match report.scope.category.as_deref() {
        Some(category) if !category.is_empty() => format!("glidelint/{category}/"),
        _ => "glidelint/".to_owned(),
    };
    RunAutomationDetails::builder()
        .id(id)
        .description(text_message("A scan of exported ServiceNow records.".to_owned()))
        .build()
}

fn version_control(report: &Report) -> Option<VersionControlDetails> {
    let checkout = report.scope.version_control.as_ref()?;
    let mut details = VersionControlDetails::builder()
        .repository_uri(checkout.repository.clone())
        .mapped_to(ArtifactLocation::builder().uri_base_id(ROOT).build())
        .build();
    details.revision_id.clone_from(&checkout.revision);
    details.branch.clone_from(&checkout.branch);
    Some(details)
}

fn invocation(report: &Report, notifications: Notifications, left_out: usize) -> Invocation {
    let mut list: Vec<Notification> = notifications.list;
    list.extend(notifications::of_cut(left_out));
    Invocation::builder()
        .execution_successful(report.is_complete())
        .exit_code(i64::from(report.exit_code))
        .tool_execution_notifications(list)
        .build()
}

/// What SARIF has no words for: how every rule fared, and what was scanned.
fn run_properties(report: &Report) -> Value {
    let coverage: BTreeMap<&str, Value> = report
        .rules
        .iter()
        .zip(&report.coverage)
        .map(|(rule, coverage)| {
            let mut value = json!({
                "pass": coverage.pass,
                "fail": coverage.fail,
                "notApplicable": coverage.not_applicable,
                "cannotTell": coverage.cannot_tell,
            });
            if !coverage.missing.is_empty() {
                value["missing"] = json!(coverage.missing);
            }
            (rule.id.as_str(), value)
        })
        .collect();
    let packs: Vec<Value> = report
        .scope
        .packs
        .iter()
        .map(|pack| json!({ "name": pack.name, "version": pack.version, "digest": pack.digest }))
        .collect();
    let mut properties = json!({
        "coverage": coverage,
        "packs": packs,
        "complete": report.scope.complete,
        "stats": {
            "files": report.stats.files,
            "skipped": report.stats.skipped,
            "records": report.stats.records,
            "bytes": report.stats.bytes,
        },
    });
    results::accepted_properties(report, &mut properties);
    if let Some(score) = &report.score {
        properties["score"] = json!({
            "percent": score.percent,
            "compliant": score.compliant,
            "judged": score.judged,
            "settings": score.settings,
            "openPercent": score.open_percent,
        });
    }
    let optional = [
        ("asOf", &report.scope.as_of),
        ("changedSince", &report.scope.changed_since),
        ("baseline", &report.scope.baseline),
        ("instance", &report.scope.instance),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            properties[name] = json!(value);
        }
    }
    properties
}

/// A message of nothing but text.
fn text_message(text: String) -> Message {
    Message::builder().text(text).build()
}

/// SARIF's numbers are signed; ours never come near the limit.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An index as SARIF's signed number.
fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
