use std::collections::BTreeMap;
use std::sync::Arc;

use super::{RuleKnown, WaiverState, Waivers};
use crate::config::Config;
use crate::finding::{
    Confidence, Finding, Place, PlaceRole, RuleCoverage, Severity, Target, ValuesHash, fingerprint,
};
use crate::rule::RuleMeta;

/// The day on which everything here happens.
const TODAY: &str = "2027-03-31";

fn rule(id: &str, name: &str) -> Arc<RuleMeta> {
    Arc::new(RuleMeta {
        id: id.into(),
        name: name.into(),
        area: "accounts".into(),
        pack: "glidelint".into(),
        path: String::new(),
        title: String::new(),
        severity: Severity::new(5.0).unwrap(),
        confidence: Confidence::High,
        profile: "recommended".into(),
        kind: "record".into(),
        table: None,
        properties: Vec::new(),
        portable: true,
        message: String::new(),
        why: String::new(),
        fix: String::new(),
        references: Vec::new(),
        tags: BTreeMap::new(),
        params: BTreeMap::new(),
        mend: None,
        tests: 0,
        setting: None,
    })
}

/// Found in `exports/users.xml`, or for rule 1 in `update-sets/new.xml`.
fn finding(rule: u16, key: &str, sys_id: &str, value: &str) -> Finding {
    Finding {
        rule,
        severity: Severity::new(5.0).unwrap(),
        confidence: Confidence::High,
        table: "sys_user".into(),
        sys_id: Some(sys_id.into()),
        key: key.into(),
        field: None,
        message: "x".into(),
        fingerprint: fingerprint([key, "", "", "", ""]),
        values: ValuesHash::of([value]),
        state: None,
        waiver: None,
        places: [Place {
            source: u32::from(rule),
            outer_start: 0,
            ordinal: 0,
            target: Target::Record,
            role: PlaceRole::Primary,
            label: None,
        }]
        .into(),
    }
}

/// Which of the findings are waived, and how the only waiver fared.
fn check(waiver: &str, covered: &[&str], state: WaiverState) {
    let text = format!("waivers:\n  - {{ {waiver}, reason: known, owner: iam }}\n");
    let config = Config::parse("c.yaml", &text).unwrap_or_else(|error| panic!("{waiver}: {error}"));
    let known = |name: &str| if name == "SNZ9999" { RuleKnown::No } else { RuleKnown::Yes };
    let waivers = Waivers::of(&config.waivers, TODAY.parse().unwrap(), known).unwrap();
    let mut findings = vec![
        finding(0, "svc.sap", "AB", "false"),
        finding(0, "svc.jira", "CD", "1"),
        finding(1, "svc.sap", "AB", "2"),
    ];
    let rules =
        [rule("SNA1001", "account-can-log-in"), rule("SNA1002", "account-unused"), rule("SNA1004", "silent")];
    let paths = ["exports/users.xml", "update-sets/new.xml"];
    let coverage = [(0, 2), (0, 1), (3, 0)];
    let coverage =
        coverage.map(|(cannot_tell, fail)| RuleCoverage { fail, cannot_tell, ..RuleCoverage::default() });
    let uses =
        waivers.apply(&mut findings, &rules, &coverage, |source| paths[usize::try_from(source).unwrap()]);
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding.waiver.is_some())
        .map(|finding| format!("{} {}", rules[usize::from(finding.rule)].id, finding.key))
        .collect();
    assert_eq!(found, covered, "{waiver}");
    assert_eq!(uses[0].state, state, "{waiver}");
    let is_told = uses[0].notice("c.yaml").is_some();
    assert_eq!(is_told, !matches!(state, WaiverState::Used | WaiverState::NotJudged), "{waiver}");
    assert!(findings.iter().all(|finding| finding.is_open() == finding.waiver.is_none()));
}

#[test]
fn a_waiver_covers_what_all_its_selectors_fit() {
    use WaiverState::{NoRule, NotJudged, Unused, Used};
    check("rule: SNA1001, key: svc.sap", &["SNA1001 svc.sap"], Used);
    check("rule: account-can-log-in, key: SVC.SAP", &["SNA1001 svc.sap"], Used);
    check("rule: SNA1001, sys_id: cd", &["SNA1001 svc.jira"], Used);
    check("rule: SNA1001, table: 'sys_*'", &["SNA1001 svc.sap", "SNA1001 svc.jira"], Used);
    check("rule: SNA1002, path: 'update-sets/**'", &["SNA1002 svc.sap"], Used);
    check("rule: SNA1001, broad: true", &["SNA1001 svc.sap", "SNA1001 svc.jira"], Used);
    check("rule: SNA1001, key: svc.sap, sys_id: CD", &[], Unused);
    check("rule: SNA1001, key: svc.*", &[], Unused);
    check("rule: SNA1001, path: 'old*'", &[], Unused);
    check("rule: SNA1003, key: svc.sap", &[], NotJudged);
    check("rule: silent, key: svc.sap", &[], NotJudged);
    check("rule: SNZ9999, key: svc.sap", &[], NoRule);
}

#[test]
fn a_waiver_holds_until_the_end_of_its_last_day() {
    use WaiverState::{Expired, Used};
    check("rule: SNA1001, key: svc.sap, until: 2027-04-01", &["SNA1001 svc.sap"], Used);
    check("rule: SNA1001, key: svc.sap, until: 2027-03-31", &["SNA1001 svc.sap"], Used);
    check("rule: SNA1001, key: svc.sap, until: 2027-03-30", &[], Expired);
    check("rule: SNA1001, key: svc.gone, until: 2027-03-30", &[], Expired);
}

#[test]
fn a_waiver_lapses_with_the_values_it_was_given_for() {
    use WaiverState::{Lapsed, Used};
    let hash = |value: &str| ValuesHash::of([value]);
    let bound = |value: &str| format!("rule: SNA1001, key: svc.sap, bound_to: '{}'", hash(value));
    check(&bound("false"), &["SNA1001 svc.sap"], Used);
    check(&bound("true"), &[], Lapsed);
    let both = format!("rule: SNA1001, broad: true, bound_to: ['{}', '{}']", hash("false"), hash("0"));
    check(&both, &["SNA1001 svc.sap"], Lapsed);
}
