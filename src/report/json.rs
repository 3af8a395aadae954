//! `glidelint/scan/v1`: one JSON document that scripts can rely on. Fields are
//! only ever added.

mod rows;

use std::io::{self, Write};

use super::Report;
use super::frameworks::controls;
use super::object::write_object;
pub(super) use rows::{
    ControlRow, CoverageRow, FindingRow, InputRow, KnownRow, NoticeRow, PackRow, ScoreRow, StatsRow, ToolRow,
    WaiverRow,
};

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
        document.property("tool", &ToolRow::of(&scope.version))?;
        document.property("pack", &scope.packs.first().map(PackRow::of))?;
        if scope.packs.len() > 1 {
            document.list("packs", scope.packs.iter().map(PackRow::of))?;
        }
        document.object("scope", |object| {
            object.property("root", &scope.root)?;
            object.list("inputs", scope.inputs.iter().map(InputRow::of))?;
            object.property("as_of", &scope.as_of)?;
            if let Some(revision) = &scope.changed_since {
                object.property("changed_since", revision)?;
            }
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
        document.property("stats", &StatsRow::of(&report.stats))
    })?;
    out.write_all(b"\n")
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
