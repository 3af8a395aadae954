//! `glidelint/scan/v1`: one JSON document that scripts can rely on. Fields are
//! only ever added.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::frameworks::{Control, controls, name_of};
use super::object::write_object;
use super::{PackInfo, Report, Score};
use crate::finding::{BaselineState, Notice, NoticeLevel, RuleCoverage};
use crate::locate::{LocatedFinding, LocatedPlace};
use crate::rule::RuleMeta;
use crate::span::LineColumn;
use crate::suppress::WaiverUse;

/// The name and version of the document's shape.
pub const SCHEMA: &str = "glidelint/scan/v1";

/// Writes the report as one JSON document, with a finding a line.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let scope = &report.scope;
    write_object(out, |document| {
        document.property("schema", &SCHEMA)?;
        document.property("tool", &ToolRow { name: "glidelint", version: scope.version })?;
        document.property("pack", &scope.packs.first().map(PackRow::of))?;
        if scope.packs.len() > 1 {
            document.list("packs", scope.packs.iter().map(PackRow::of))?;
        }
        document.object("scope", |object| {
            object.property("root", &scope.root)?;
            object.list(
                "inputs",
                scope.inputs.iter().map(|input| InputRow {
                    path: &input.path,
                    sha256: input.sha256.as_deref(),
                    bytes: input.bytes,
                }),
            )?;
            object.property("as_of", &scope.as_of)?;
            object.property("baseline", &scope.baseline)?;
            object.property("complete", &scope.complete)?;
            object.optional("instance", scope.instance.as_ref())
        })?;
        document.list("findings", report.findings.iter().map(|found| FindingRow::of(report, &found)))?;
        let coverage = report.rules.iter().zip(&report.coverage);
        document.list("coverage", coverage.map(|(rule, coverage)| CoverageRow::of(rule, coverage)))?;
        document.optional("known_findings", KnownRow::of(report).as_ref())?;
        if !report.accepted.waivers.is_empty() {
            document.list("waivers", report.accepted.waivers.iter().map(WaiverRow::of))?;
        }
        document.optional("score", report.score.as_ref().map(ScoreRow::of).as_ref())?;
        document.list("frameworks", controls(report).iter().map(ControlRow::of))?;
        document.list("notices", report.notices.iter().map(|(notice, at)| NoticeRow::of(notice, *at)))?;
        document.property(
            "stats",
            &StatsRow {
                files: report.stats.files,
                skipped: report.stats.skipped,
                records: report.stats.records,
                bytes: report.stats.bytes,
                tables: &report.stats.tables,
            },
        )
    })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct ToolRow<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct PackRow<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
}

impl<'a> PackRow<'a> {
    fn of(pack: &'a PackInfo) -> Self {
        Self { name: &pack.name, version: &pack.version, digest: &pack.digest }
    }
}

#[derive(Serialize)]
struct InputRow<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    bytes: Option<u64>,
}

/// Where something is; columns count UTF-16 units, `end_column` is one past.
#[derive(Serialize)]
struct PlaceRow<'a> {
    path: &'a str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
}

impl<'a> PlaceRow<'a> {
    fn of(report: &'a Report, place: &LocatedPlace<'_>) -> Self {
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
struct RelatedRow<'a> {
    #[serde(flatten)]
    place: PlaceRow<'a>,
    label: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingRow<'a> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedRow<'a>>,
    related: Vec<RelatedRow<'a>>,
}

impl<'a> FindingRow<'a> {
    fn of(report: &'a Report, located: &LocatedFinding<'a>) -> Self {
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
struct SuppressedRow<'a> {
    reason: &'a str,
    owner: &'a str,
    until: Option<&'a str>,
}

impl<'a> SuppressedRow<'a> {
    fn of(waiver: &'a WaiverUse) -> Self {
        Self { reason: &waiver.reason, owner: &waiver.owner, until: waiver.until.as_deref() }
    }
}

/// How the findings stand to those that were known before.
#[derive(Serialize)]
struct KnownRow<'a> {
    compared_with: &'a str,
    new: usize,
    unchanged: usize,
    absent: usize,
    not_judged: usize,
}

impl<'a> KnownRow<'a> {
    fn of(report: &'a Report) -> Option<Self> {
        let known = report.accepted.known.as_ref()?;
        let count = |state| report.findings.iter().filter(|found| found.finding.state == Some(state)).count();
        Some(Self {
            compared_with: &known.with,
            new: count(BaselineState::New),
            unchanged: count(BaselineState::Unchanged),
            absent: known.absent,
            not_judged: known.not_judged,
        })
    }
}

/// A waiver of the configuration, and what came of it.
#[derive(Serialize)]
struct WaiverRow<'a> {
    rule: &'a str,
    subject: &'a str,
    reason: &'a str,
    owner: &'a str,
    until: Option<&'a str>,
    state: &'a str,
    findings: usize,
}

impl<'a> WaiverRow<'a> {
    fn of(waiver: &'a WaiverUse) -> Self {
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
struct CoverageRow<'a> {
    rule: &'a str,
    pass: u64,
    fail: u64,
    not_applicable: u64,
    cannot_tell: u64,
    missing: &'a [String],
}

impl<'a> CoverageRow<'a> {
    fn of(rule: &'a RuleMeta, coverage: &'a RuleCoverage) -> Self {
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
struct ScoreRow {
    percent: Option<u32>,
    compliant: usize,
    judged: usize,
    settings: usize,
    open_percent: u32,
}

impl ScoreRow {
    fn of(score: &Score) -> Self {
        let Score { percent, compliant, judged, settings, open_percent } = *score;
        Self { percent, compliant, judged, settings, open_percent }
    }
}

#[derive(Serialize)]
struct ControlRow<'a> {
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
    fn of(control: &'a Control) -> Self {
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
struct NoticeRow<'a> {
    level: &'a str,
    kind: &'a str,
    path: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    message: &'a str,
}

impl<'a> NoticeRow<'a> {
    fn of(notice: &'a Notice, at: Option<LineColumn>) -> Self {
        Self {
            level: match notice.level {
                NoticeLevel::Error => "error",
                NoticeLevel::Warning => "warning",
            },
            kind: notice.kind,
            path: &notice.path,
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            message: &notice.message,
        }
    }
}

#[derive(Serialize)]
struct StatsRow<'a> {
    files: u64,
    skipped: u64,
    records: u64,
    bytes: u64,
    tables: &'a BTreeMap<String, u64>,
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use serde_json::Value;

    fn written(report: &super::Report) -> String {
        let mut out = Vec::new();
        super::write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_document_is_what_the_contract_says() {
        let text = written(&sample::report());
        let document: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["coverage", "findings", "frameworks", "notices", "pack", "schema", "scope", "stats", "tool"]
        );
        let line = text.lines().find(|line| line.contains("SNA1001")).unwrap();
        insta::assert_snapshot!(line, @r#"{"rule":"SNA1001","severity":7.5,"band":"high","level":"error","confidence":"high","message":"'svc.sap' is a service account (prefix svc.), yet \"Web service access only\" is not set.","path":"exports/sys user.xml","line":7,"column":5,"end_line":7,"end_column":61,"table":"sys_user","sys_id":null,"key":"svc.sap","field":"web_service_access_only","fingerprint":"95f134ba50f99e77fce6007ba558ec75","values":"0000000000000000","related":[]},"#);
        assert_eq!(document["coverage"][2]["missing"], serde_json::json!(["sys_user"]));
        assert_eq!(document["notices"][0]["line"], 12);
        assert_eq!(document["scope"]["inputs"][0]["path"], "exports/sys user.xml");
    }

    #[test]
    fn what_is_known_or_waived_says_so() {
        let document: Value = serde_json::from_str(&written(&sample::accepted())).unwrap();
        let findings = document["findings"].as_array().unwrap();
        assert_eq!((&findings[0]["state"], &findings[3]["state"]), (&"new".into(), &"unchanged".into()));
        assert_eq!(findings[4]["suppressed"]["owner"], "it-ops");
        assert!(findings[3].get("suppressed").is_none());
        let known = serde_json::json!({
            "compared_with": "known.tsv", "new": 4, "unchanged": 1, "absent": 2, "not_judged": 1,
        });
        assert_eq!(document["known_findings"], known);
        assert_eq!(document["waivers"][0]["state"], "lapsed");
    }

    #[test]
    fn a_scan_of_nothing_is_a_document_too() {
        let document: Value = serde_json::from_str(&written(&sample::empty())).unwrap();
        assert_eq!(document["findings"], serde_json::json!([]));
        assert_eq!(document["pack"], Value::Null);
    }
}
