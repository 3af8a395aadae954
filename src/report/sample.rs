//! A report of invented things, for the tests of the formats.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Input, PackInfo, Report, Scope, Stats, VersionControl};
use crate::finding::{
    BaselineState, Confidence, Finding, Notice, NoticeLevel, Place, PlaceRole, RuleCoverage, Severity,
    Target, ValuesHash, WaiverIdx, fingerprint,
};
use crate::revisit::{Excerpts, Findings, PlaceLines, Region, ShownFinding, ShownPlace, Snippet};
use crate::rule::RuleMeta;
use crate::span::{ByteSpan, LineColumn};
use crate::suppress::{Accepted, Known, WaiverState, WaiverUse};

/// The text of the file that most findings are in.
pub(super) const USERS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<unload unload_date=\"2026-03-01 10:00:00\">
  <sys_user action=\"INSERT_OR_UPDATE\">
    <active>true</active>
    <sys_id>6816f79cc0a8016401c5a33be04be441</sys_id>
    <user_name>svc.sap</user_name>
    <web_service_access_only>false</web_service_access_only>
  </sys_user>
</unload>
";

/// Where findings, notices and gaps of every sort are.
pub(super) fn report() -> Report {
    report_of(|_| {})
}

/// The same with other findings: `change` changes them.
pub(super) fn report_of(change: impl FnOnce(&mut Vec<SampleFinding>)) -> Report {
    let mut found = findings();
    change(&mut found);
    let (findings, excerpts) = with_excerpts(found);
    Report {
        rules: vec![
            rule("SNA1001", "service-account-can-log-in", "accounts", "Service account can log in", 7.5),
            rule("SNA2001", "anonymous-soap", "properties/api", "SOAP without credentials", 5.0),
            rule("SNA3001", "service-account-with-admin", "roles", "Service account holds admin", 9.5),
            rule("SNA1002", "owner-inactive", "accounts", "Owner of a service account is inactive", 0.0),
            rule("SNA1003", "account-unused", "accounts", "Account was never used", 3.1),
        ],
        coverage: vec![
            coverage([3, 2, 1, 0], &[]),
            coverage([0, 2, 0, 0], &[]),
            coverage([0, 1, 0, 4], &["sys_user"]),
            coverage([0, 0, 7, 0], &[]),
            coverage([0, 0, 0, 9], &["sys_user.last_login_time", "sys_user_group"]),
        ],
        findings,
        excerpts,
        accepted: Accepted::default(),
        score: None,
        notices: notices(),
        scope: scope(),
        stats: Stats {
            files: 4,
            skipped: 3,
            records: 1204,
            bytes: 5_300_000,
            tables: BTreeMap::from([("sys_user".into(), 1200), ("sys_user_has_role".into(), 4)]),
        },
        desk: None,
        exit_code: 4,
    }
}

/// Where of five findings three are new, one is known and the last one is waived.
pub(super) fn accepted() -> Report {
    let mut report = report_of(|found| {
        for (at, found) in found.iter_mut().enumerate() {
            let is_known = at == 3;
            let state = if is_known { BaselineState::Unchanged } else { BaselineState::New };
            found.finding.state = Some(state);
            found.finding.waiver = (at == 4).then(|| WaiverIdx::new(0)).flatten();
        }
    });
    let known = Known { with: "known.tsv".into(), absent: 2, not_judged: 1, gap: None };
    let waiver = WaiverUse {
        rule: "SNA2001".into(),
        subject: "SNA2001 for table sys_properties".into(),
        reason: "the default [is] right\u{1b}".into(),
        owner: "it-ops".into(),
        until: Some("2027-03-31".into()),
        state: WaiverState::Lapsed,
        findings: 2,
        place: LineColumn { line: 4, column: 11 },
    };
    report.notices.extend(waiver.notice(".glidelint.yaml"));
    report.accepted = Accepted { known: Some(known), waivers: vec![waiver] };
    report
}

fn findings() -> Vec<SampleFinding> {
    let users = |wanted| place("exports/sys user.xml", USERS, wanted);
    let grant = found(2, 9.5, ("sys_user_has_role", "svc.sap → admin", None), "'svc.sap' holds [admin].")
        .at(place("more/archive.zip!/roles/grant 1.xml", USERS, "<active>true</active>"))
        .related(users("<user_name>svc.sap</user_name>"), "the account");

    let message = "'svc.sap' is a service account (prefix svc.), yet \"Web service access only\" is not set.";
    let login = found(0, 7.5, ("sys_user", "svc.sap", Some("web_service_access_only")), message)
        .at(users("<web_service_access_only>false</web_service_access_only>"));

    let name = "svc\u{1b}[31m\u{202e}[x](y) {0}";
    let (before, after) = ("<a>é</a>".repeat(300), "<b>x</b>".repeat(300));
    let line = format!("<unload>{before}<active>true</active>{after}</unload>");
    let message = format!("'{name}' is a service account.");
    let hostile = found(0, 7.5, ("sys_user", name, Some("active")), &message).at(place(
        "exports/one line.xml",
        &line,
        "<active>true</active>",
    ));

    let element = format!("<script>{}</script>", "line();\n".repeat(40));
    let text = format!("<root>\n  {element}\n</root>");
    let script = found(1, 5.0, ("sys_script", "script", Some("script")), "A script of forty lines.")
        .at(place("exports/script.xml", &text, &element));

    let absent = found(1, 0.0, ("sys_properties", "", None), "The property is not there at all.")
        .at(users("<unload unload_date=\"2026-03-01 10:00:00\">"));
    vec![grant, login, hostile, script, absent]
}

fn notices() -> Vec<(Notice, Option<LineColumn>)> {
    let cut =
        notice(NoticeLevel::Error, "truncated", "exports/cut\u{1b}.xml", "the file ends before </unload>");
    let repaired = notice(NoticeLevel::Warning, "repaired", "exports/sys user.xml", "3 bytes are not UTF-8");
    vec![(cut, Some(LineColumn { line: 12, column: 3 })), (repaired, None)]
}

fn scope() -> Scope {
    let digest = "ab".repeat(32);
    Scope {
        version: "0.1.0".into(),
        packs: vec![PackInfo { name: "builtin".into(), version: "2026.11".into(), digest }],
        root: "exports".into(),
        inputs: vec![
            input("exports/sys user.xml", None),
            input("more/archive.zip!/roles/grant 1.xml", Some("more/archive.zip")),
            input("exports/unnamed.xml", None),
        ],
        changed_since: None,
        as_of: Some("2026-03-01".into()),
        baseline: Some("12.0".into()),
        complete: vec!["sys_properties".into()],
        configuration: None,
        known_findings: None,
        instance: None,
        category: Some("prod".into()),
        version_control: Some(VersionControl {
            repository: "https://git.example.com/platform/exports".into(),
            revision: Some("0123456789012345678901234567890123456789".into()),
            branch: Some("main".into()),
        }),
    }
}

/// Where nothing was there to be judged.
pub(super) fn empty() -> Report {
    Report {
        rules: Vec::new(),
        coverage: Vec::new(),
        findings: Findings::default(),
        excerpts: with_excerpts(Vec::new()).1,
        accepted: Accepted::default(),
        score: None,
        notices: Vec::new(),
        scope: Scope { version: "0.1.0".into(), root: "empty".into(), ..Scope::default() },
        stats: Stats::default(),
        desk: None,
        exit_code: 3,
    }
}

/// Where everything was judged and is as it should be.
pub(super) fn clean() -> Report {
    let mut report = report_of(Vec::clear);
    report.notices.clear();
    report.coverage = report.rules.iter().map(|_| coverage([2, 0, 1, 0], &[])).collect();
    report.exit_code = 0;
    report
}

pub(super) fn rule(id: &str, name: &str, area: &str, title: &str, severity: f64) -> Arc<RuleMeta> {
    let tags = [("cwe", "CWE-250"), ("nist-800-53", "AC-6"), ("servicenow", "sn_SE10101"), ("cis-v8", "4.7")];
    Arc::new(RuleMeta {
        id: id.into(),
        name: name.into(),
        area: area.into(),
        pack: "glidelint".into(),
        path: format!("rules/{area}/{name}.yaml"),
        title: title.into(),
        severity: Severity::new(severity).unwrap(),
        confidence: Confidence::High,
        profile: "recommended".into(),
        kind: "record".into(),
        table: Some("sys_user".into()),
        properties: Vec::new(),
        portable: true,
        message: "'{user_name}' is a service account.".into(),
        why: "An account made for a machine has a password that many know. Whoever\nholds it can use the `user interface`, e.g. lists. No one will notice.".into(),
        fix: "Tick `Web service access only`\non the user record. Then test the integration.".into(),
        references: vec!["https://www.servicenow.com/docs/".into()],
        tags: tags.map(|(key, id)| (key.to_owned(), vec![id.to_owned()])).into(),
        params: BTreeMap::new(),
        mend: None,
        tests: 3,
        setting: None,
    })
}

pub(super) fn coverage(counts: [u64; 4], missing: &[&str]) -> RuleCoverage {
    let [pass, fail, not_applicable, cannot_tell] = counts;
    let missing = missing.iter().map(|&name| name.to_owned()).collect();
    RuleCoverage { pass, fail, not_applicable, cannot_tell, missing }
}

pub(super) fn notice(level: NoticeLevel, kind: &'static str, path: &str, message: &str) -> Notice {
    Notice { level, kind: kind.into(), path: path.into(), source: None, at: None, message: message.into() }
}

fn input(path: &str, archive: Option<&str>) -> Input {
    Input {
        path: path.into(),
        archive: archive.map(str::to_owned),
        kind: "table-export".into(),
        bytes: Some(367),
        sha256: Some("0".repeat(64)),
    }
}

/// A finding, and the places that are shown of it.
#[derive(Debug, Clone)]
pub(super) struct SampleFinding {
    pub(super) finding: Finding,
    pub(super) places: Vec<ShownPlace<'static>>,
}

pub(super) fn found(
    rule: u16,
    severity: f64,
    subject: (&str, &str, Option<&str>),
    message: &str,
) -> SampleFinding {
    let (table, key, field) = subject;
    SampleFinding {
        finding: Finding {
            rule,
            severity: Severity::new(severity).unwrap(),
            confidence: Confidence::High,
            table: table.into(),
            sys_id: None,
            key: key.into(),
            field: field.map(Into::into),
            message: message.into(),
            fingerprint: fingerprint([message, "", table, key, field.unwrap_or_default()]),
            identity: None,
            values: ValuesHash::default(),
            state: None,
            waiver: None,
            places: Box::default(),
        },
        places: Vec::new(),
    }
}

impl SampleFinding {
    pub(super) fn at(mut self, place: ShownPlace<'static>) -> Self {
        self.places.push(place);
        self
    }

    pub(super) fn related(mut self, mut place: ShownPlace<'static>, label: &'static str) -> Self {
        place.role = PlaceRole::Related;
        place.label = Some(label);
        self.places.push(place);
        self
    }
}

/// Texts that are there already.
#[derive(Debug)]
struct Prepared {
    /// By number of the source.
    paths: Vec<&'static str>,
    /// By rank of the finding.
    shown: Vec<Vec<ShownPlace<'static>>>,
}

impl Excerpts for Prepared {
    fn path(&self, source: u32) -> &str {
        self.paths[usize::try_from(source).unwrap()]
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        Box::new(
            findings
                .iter()
                .zip(&self.shown)
                .take(most)
                .map(move |(found, places)| ShownFinding { finding: found.finding, places: places.clone() }),
        )
    }
}

fn with_excerpts(found: Vec<SampleFinding>) -> (Findings, Box<dyn Excerpts>) {
    let mut prepared = Prepared { paths: Vec::new(), shown: Vec::new() };
    let (mut findings, mut lines) = (Vec::new(), Vec::new());
    for SampleFinding { mut finding, places } in found {
        assert!(!places.is_empty(), "a finding has a place");
        finding.places = places.iter().map(|place| prepared.place(place)).collect();
        findings.push(finding);
        lines.extend(places.iter().map(|place| PlaceLines::of(place.snippet.region)));
        prepared.shown.push(places);
    }
    (Findings::new(findings, lines), Box::new(prepared))
}

impl Prepared {
    fn place(&mut self, shown: &ShownPlace<'static>) -> Place {
        let known = self.paths.iter().position(|path| *path == shown.path);
        let source = known.unwrap_or(self.paths.len());
        if known.is_none() {
            self.paths.push(shown.path);
        }
        Place {
            source: u32::try_from(source).unwrap(),
            outer_start: shown.snippet.region.span.start,
            ordinal: 0,
            target: Target::Record,
            role: shown.role,
            label: shown.label.map(Into::into),
        }
    }
}

/// Where `wanted` stands in `text`, with the context that a reader would get.
pub(super) fn place(path: &'static str, text: &str, wanted: &str) -> ShownPlace<'static> {
    let start = text.find(wanted).unwrap();
    let end = start + wanted.len();
    // Lines around it, or characters where a line is too long for that.
    let near = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
    let first = text[..start].rmatch_indices('\n').nth(2).map_or(0, |(at, _)| at + 1);
    let first = first.max(near(start.saturating_sub(400)));
    let last = text[end..].match_indices('\n').nth(2).map_or(text.len(), |(at, _)| end + at);
    let last = last.min(near(end + 400));
    ShownPlace {
        path,
        cell: None,
        snippet: piece(text, start, end),
        context: (first < start || end < last).then(|| piece(text, first, last)),
        role: PlaceRole::Primary,
        label: None,
    }
}

fn piece(text: &str, start: usize, end: usize) -> Snippet {
    let position = |at: usize| {
        let line_start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        LineColumn {
            line: u64::try_from(text[..at].matches('\n').count()).unwrap() + 1,
            column: u64::try_from(text[line_start..at].encode_utf16().count()).unwrap() + 1,
        }
    };
    let offset = |at: usize| u64::try_from(at).unwrap();
    Snippet {
        region: Region {
            start: position(start),
            end: position(end),
            span: ByteSpan::new(offset(start), offset(end)),
        },
        text: text[start..end].to_owned(),
        redacted: false,
    }
}
