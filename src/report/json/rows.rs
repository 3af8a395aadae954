//! The rows of JSON documents, which scripts rely on. Fields are only ever added.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{BaselineState, Notice, NoticeLevel, RuleCoverage};
use crate::report::frameworks::{Control, name_of};
use crate::report::{Input, PackInfo, Report, Score, Stats};
use crate::revisit::{LocatedFinding, LocatedPlace};
use crate::rule::RuleMeta;
use crate::span::LineColumn;
use crate::suppress::WaiverUse;

#[derive(Serialize)]
pub(in crate::report) struct ToolRow<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
pub(in crate::report) struct PackRow<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
}

impl<'a> PackRow<'a> {
    pub(in crate::report) fn of(pack: &'a PackInfo) -> Self {
        Self { name: &pack.name, version: &pack.version, digest: &pack.digest }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct InputRow<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    bytes: Option<u64>,
}

/// Where something is; columns count UTF-16 units, `end_column` is one past.
#[derive(Serialize)]
pub(in crate::report) struct PlaceRow<'a> {
    path: &'a str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
}

impl<'a> PlaceRow<'a> {
    pub(in crate::report) fn of(report: &'a Report, place: &LocatedPlace<'_>) -> Self {
        let region = &place.lines.region;
        Self {
            path: report.excerpts.path(place.place.source),
            line: region.start.line,
            column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct RelatedRow<'a> {
    #[serde(flatten)]
    place: PlaceRow<'a>,
    label: Option<&'a str>,
}

#[derive(Serialize)]
pub(in crate::report) struct FindingRow<'a> {
    rule: &'a str,
    severity: f64,
    band: &'a str,
    level: &'a str,
    confidence: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: PlaceRow<'a>,
    table: &'a str,
    sys_id: Option<&'a str>,
    key: &'a str,
    field: Option<&'a str>,
    fingerprint: String,
    values: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    /// Whether it was known with other values, which makes it new.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedRow<'a>>,
    related: Vec<RelatedRow<'a>>,
}

impl<'a> FindingRow<'a> {
    pub(in crate::report) fn of(report: &'a Report, located: &LocatedFinding<'a>) -> Self {
        let finding = located.finding;
        let related = located.places().skip(1);
        Self {
            rule: &report.rule_of(finding).id,
            severity: finding.severity.number(),
            band: finding.severity.band().as_str(),
            level: finding.severity.level().as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            place: PlaceRow::of(report, &located.primary()),
            table: &finding.table,
            sys_id: finding.sys_id.as_deref(),
            key: &finding.key,
            field: finding.field.as_deref(),
            fingerprint: finding.fingerprint.to_string(),
            values: finding.values.to_string(),
            state: finding.state.map(BaselineState::as_str),
            changed: (finding.state == Some(BaselineState::Changed)).then_some(true),
            suppressed: report.waiver_of(finding).map(SuppressedRow::of),
            related: related
                .map(|place| RelatedRow {
                    place: PlaceRow::of(report, &place),
                    label: place.place.label.as_deref(),
                })
                .collect(),
        }
    }
}

/// The waiver that covers a finding.
#[derive(Serialize)]
pub(in crate::report) struct SuppressedRow<'a> {
    reason: &'a str,
    owner: &'a str,
    until: Option<&'a str>,
}

impl<'a> SuppressedRow<'a> {
    pub(in crate::report) fn of(waiver: &'a WaiverUse) -> Self {
        Self { reason: &waiver.reason, owner: &waiver.owner, until: waiver.until.as_deref() }
    }
}

/// How the findings stand to those that were known before.
#[derive(Serialize)]
pub(in crate::report) struct KnownRow<'a> {
    compared_with: &'a str,
    new: usize,
    /// Those of the new ones that were known with other values.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<usize>,
    unchanged: usize,
    absent: usize,
    not_judged: usize,
}

impl<'a> KnownRow<'a> {
    pub(in crate::report) fn of(report: &'a Report) -> Option<Self> {
        let known = report.accepted.known.as_ref()?;
        let count = |state| report.findings.iter().filter(|found| found.finding.state == Some(state)).count();
        Some(Self {
            compared_with: &known.with,
            new: count(BaselineState::New) + count(BaselineState::Changed),
            changed: Some(count(BaselineState::Changed)).filter(|count| *count > 0),
            unchanged: count(BaselineState::Unchanged),
            absent: known.absent,
            not_judged: known.not_judged,
        })
    }
}

/// A waiver of the configuration, and what came of it.
#[derive(Serialize)]
pub(in crate::report) struct WaiverRow<'a> {
    rule: &'a str,
    subject: &'a str,
    reason: &'a str,
    owner: &'a str,
    until: Option<&'a str>,
    state: &'a str,
    findings: usize,
}

impl<'a> WaiverRow<'a> {
    pub(in crate::report) fn of(waiver: &'a WaiverUse) -> Self {
        Self {
            rule: &waiver.rule,
            subject: &waiver.subject,
            reason: &waiver.reason,
            owner: &waiver.owner,
            until: waiver.until.as_deref(),
            state: waiver.state.as_str(),
            findings: waiver.findings,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct CoverageRow<'a> {
    rule: &'a str,
    pass: u64,
    fail: u64,
    not_applicable: u64,
    cannot_tell: u64,
    missing: &'a [String],
}

impl<'a> CoverageRow<'a> {
    pub(in crate::report) fn of(rule: &'a RuleMeta, coverage: &'a RuleCoverage) -> Self {
        Self {
            rule: &rule.id,
            pass: coverage.pass,
            fail: coverage.fail,
            not_applicable: coverage.not_applicable,
            cannot_tell: coverage.cannot_tell,
            missing: &coverage.missing,
        }
    }
}

/// Of hardening settings; `percent` is null where none could be judged.
#[derive(Serialize)]
pub(in crate::report) struct ScoreRow {
    percent: Option<u32>,
    compliant: usize,
    judged: usize,
    settings: usize,
    open_percent: u32,
}

impl ScoreRow {
    pub(in crate::report) fn of(score: &Score) -> Self {
        let Score { percent, compliant, judged, settings, open_percent } = *score;
        Self { percent, compliant, judged, settings, open_percent }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct ControlRow<'a> {
    framework: &'a str,
    control: &'a str,
    name: Option<&'a str>,
    rules: usize,
    fail: usize,
    pass: usize,
    not_applicable: usize,
    cannot_tell: usize,
}

impl<'a> ControlRow<'a> {
    pub(in crate::report) fn of(control: &'a Control) -> Self {
        Self {
            framework: control.framework,
            control: &control.id,
            name: name_of(control.framework, &control.id),
            rules: control.rules,
            fail: control.fail,
            pass: control.pass,
            not_applicable: control.not_applicable,
            cannot_tell: control.cannot_tell,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct NoticeRow<'a> {
    level: &'a str,
    kind: &'a str,
    path: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    message: &'a str,
}

impl<'a> NoticeRow<'a> {
    pub(in crate::report) fn of(notice: &'a Notice, at: Option<LineColumn>) -> Self {
        Self {
            level: match notice.level {
                NoticeLevel::Error => "error",
                NoticeLevel::Warning => "warning",
            },
            kind: &notice.kind,
            path: &notice.path,
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            message: &notice.message,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct StatsRow<'a> {
    files: u64,
    skipped: u64,
    records: u64,
    bytes: u64,
    tables: &'a BTreeMap<String, u64>,
}

impl<'a> ToolRow<'a> {
    pub(in crate::report) fn of(version: &'a str) -> Self {
        Self { name: "glidelint", version }
    }
}

impl<'a> InputRow<'a> {
    pub(in crate::report) fn of(input: &'a Input) -> Self {
        Self { path: &input.path, sha256: input.sha256.as_deref(), bytes: input.bytes }
    }
}

impl<'a> StatsRow<'a> {
    pub(in crate::report) fn of(stats: &'a Stats) -> Self {
        let Stats { files, skipped, records, bytes, tables } = stats;
        Self { files: *files, skipped: *skipped, records: *records, bytes: *bytes, tables }
    }
}
