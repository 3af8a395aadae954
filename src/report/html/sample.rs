//! A report of invented things with everything that the page shows.

use std::collections::BTreeMap;

use super::desk_sample::desk;
use crate::finding::{BaselineState, NoticeLevel, WaiverIdx};
use crate::report::sample::{self, SampleFinding, coverage, found, notice, place, rule};
use crate::report::{Desk, Report};
use crate::span::LineColumn;
use crate::suppress::{Accepted, Known, WaiverState, WaiverUse};
use crate::survey::{Actual, Review, SettingVerdict, Shown};

/// Area, name, title, severity and table of the rules.
const RULES: [(&str, &str, &str, f64, &str); 12] = [
    ("roles", "service-account-reaches-admin", "Service account reaches admin", 9.4, "sys_user_has_role"),
    ("roles", "role-contains-admin", "Another role contains admin", 9.1, "sys_user_role_contains"),
    ("integrations", "rest-without-login", "REST resource asks for no login", 9.0, "sys_ws_operation"),
    ("integrations", "oauth-client-as-admin", "OAuth client runs as an administrator", 8.8, "oauth_entity"),
    (
        "access-control",
        "acl-without-condition",
        "ACL has no role, condition or script",
        8.2,
        "sys_security_acl",
    ),
    ("accounts", "service-account-can-log-in", "Service account can log in", 7.5, "sys_user"),
    ("properties", "session-timeout-long", "Sessions stay open too long", 7.1, "sys_properties"),
    ("accounts", "service-account-without-owner", "Nobody answers for a service account", 5.3, "sys_user"),
    ("properties", "wsdl-without-login", "WSDL is readable without login", 5.0, "sys_properties"),
    (
        "update-sets",
        "update-set-changes-security",
        "Update set changes a security table",
        4.0,
        "sys_update_xml",
    ),
    ("accounts", "account-never-used", "Account was never used", 3.1, "sys_user"),
    ("scripts", "script-evaluates-input", "Script evaluates what it is given", 8.0, "sys_script"),
];

/// With so many findings, all answers, notices, waivers and requests.
pub(super) fn report(count: usize) -> Report {
    let mut report = sample::report_of(|list| *list = findings(count));
    report.rules = RULES
        .iter()
        .enumerate()
        .map(|(at, (area, name, title, severity, _))| {
            rule(&format!("SNX{}", 1001 + at), name, area, title, *severity)
        })
        .collect();
    report.coverage = (0..RULES.len())
        .map(|at| match at {
            4 => coverage([31, u64::from(count > 4), 0, 12], &["sys_security_acl"]),
            9 => coverage([0, 0, 6, 0], &[]),
            10 => coverage([12, 0, 0, 28], &["sys_user.last_login_time"]),
            11 => coverage([0, 0, 0, 1], &["sys_script", "sys_script_include", "sys_ui_page"]),
            _ => coverage([20, u64::from(count > at), 0, 0], &[]),
        })
        .collect();
    report.scope.instance = Some("harbourline-prod".to_owned());
    report.scope.as_of = Some("2026-10-14 06:19:00".to_owned());
    report.notices = vec![
        (
            notice(
                NoticeLevel::Error,
                "truncated",
                "update-sets/portal_1.1.xml",
                "the file ends before </unload>",
            ),
            Some(LineColumn { line: 96, column: 3 }),
        ),
        (notice(NoticeLevel::Warning, "repaired", "exports/sys_user.xml", "3 bytes are not UTF-8"), None),
    ];
    report.accepted = accepted();
    report.desk = Some(desk(18));
    report
}

/// Where everything could be asked and nothing was found or is missing.
pub(super) fn quiet() -> Report {
    let mut report = report(0);
    report.notices.clear();
    report.coverage = RULES.iter().map(|_| coverage([5, 0, 0, 0], &[])).collect();
    report.accepted = Accepted::default();
    let review = Review { accounts_seen: 40, roles: vec!["admin".to_owned()], ..Review::default() };
    report.desk = Some(Desk { review, ..Desk::default() });
    report.exit_code = 0;
    report
}

/// Where nothing could be judged.
pub(super) fn blind() -> Report {
    let mut report = report(0);
    report.coverage = RULES.iter().map(|_| coverage([0, 0, 0, 3], &["sys_user"])).collect();
    let mut desk = desk(0);
    desk.review.accounts_seen = 0;
    desk.review.grants.clear();
    for setting in &mut desk.review.settings {
        setting.verdict = SettingVerdict::CannotTell;
    }
    report.accepted = Accepted::default();
    report.desk = Some(desk);
    report
}

/// Where there are many accounts, groups and grants.
pub(super) fn crowded() -> Report {
    let mut report = report(600);
    report.desk = Some(desk(1_200));
    report
}

fn findings(count: usize) -> Vec<SampleFinding> {
    let mut list: Vec<SampleFinding> = (0..count).map(finding).collect();
    list.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
    for (at, found) in list.iter_mut().enumerate() {
        found.finding.state = Some(if at % 9 == 8 { BaselineState::Unchanged } else { BaselineState::New });
        found.finding.waiver = (at % 11 == 10).then(|| WaiverIdx::new(1)).flatten();
    }
    list
}

fn finding(at: usize) -> SampleFinding {
    let index = if at < 9 { at } else { [5, 7, 5, 8, 0, 6, 7, 5][at % 8] };
    let (_, _, title, severity, table) = RULES[index];
    let key = format!("svc_account_{at}");
    let text = format!(
        "  <{table} action=\"INSERT_OR_UPDATE\">\n    <active>true</active>\n    <user_name>{key}</user_name>\n    <web_service_access_only>false</web_service_access_only>\n  </{table}>\n"
    );
    let number = u16::try_from(index).unwrap();
    let message = format!("'{key}' is a service account (prefix svc_), yet \"{title}\" holds of it.");
    let mut made = found(number, severity, (table, &key, Some("user_name")), &message).at(place(
        ["exports/sys_user.xml", "exports/sys_user_has_role.xml", "exports/more/sys_properties.xml"][at % 3],
        &text,
        &format!("<user_name>{key}</user_name>"),
    ));
    if at.is_multiple_of(3) {
        made.finding.sys_id = Some(format!("{at:032x}").into());
    }
    if at.is_multiple_of(5) {
        let other = place("exports/sys_user_role_contains.xml", &text, "<active>true</active>");
        made = made.related(other, "contains admin");
    }
    made
}

fn accepted() -> Accepted {
    let waiver = |subject: &str, until: Option<&str>, state| WaiverUse {
        rule: "SNX1006".to_owned(),
        subject: subject.to_owned(),
        reason: "Sealed break-glass procedure, tested each April".to_owned(),
        owner: "D. Osei".to_owned(),
        until: until.map(str::to_owned),
        state,
        findings: 1,
        place: LineColumn { line: 12, column: 5 },
    };
    Accepted {
        known: Some(Known { with: "known.tsv".to_owned(), absent: 2, not_judged: 1, gap: None }),
        waivers: vec![
            waiver("SNX1006 for it.breakglass", Some("2027-03-31"), WaiverState::Used),
            waiver("SNX1006 for kiosk", Some("2026-10-31"), WaiverState::Used),
            waiver("SNX1006 for svc_old", Some("2026-12-31"), WaiverState::Unused),
            waiver("SNX1006 for fax", None, WaiverState::Lapsed),
            waiver("SNX1006 for gone", Some("2026-09-30"), WaiverState::Expired),
        ],
    }
}

/// Names that a page could stumble over.
pub(super) fn hostile() -> Report {
    let mut report = report(3);
    let name = "</script><script>alert(1)</script><img src=x>\"'&\u{202e}\u{1b}\u{2028}";
    report.scope.instance = Some(name.to_owned());
    report.scope.root = name.to_owned();
    report.stats.tables = BTreeMap::new();
    if let Some(desk) = &mut report.desk {
        desk.command = name.to_owned();
        for spot in &mut desk.spots {
            spot.path = name.to_owned();
        }
        for account in &mut desk.review.accounts {
            account.user_name = name.to_owned();
            account.evidence = vec![name.to_owned()];
            account.owner = Shown::Text(name.to_owned());
        }
        for grant in &mut desk.review.grants {
            grant.from = name.to_owned();
        }
        for setting in &mut desk.review.settings {
            setting.actual = Actual::Value(name.to_owned());
        }
    }
    report
}
