//! A report of invented things with everything that the page shows.

use std::collections::BTreeMap;

use crate::engine::{Account, Actual, Answer, By, Grant, Held, Review, Setting, SettingVerdict, Shown};
use crate::finding::{BaselineState, NoticeLevel, WaiverIdx};
use crate::report::sample::{self, Found, coverage, found, notice, place, rule};
use crate::report::{Desk, Exports, Report, Request, Sign, Spot};
use crate::span::LineColumn;
use crate::suppress::{Accepted, Known, WaiverState, WaiverUse};

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

fn findings(count: usize) -> Vec<Found> {
    let mut list: Vec<Found> = (0..count).map(finding).collect();
    list.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
    for (at, found) in list.iter_mut().enumerate() {
        found.finding.state = Some(if at % 9 == 8 { BaselineState::Unchanged } else { BaselineState::New });
        found.finding.waiver = (at % 11 == 10).then(|| WaiverIdx::new(1)).flatten();
    }
    list
}

fn finding(at: usize) -> Found {
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

/// The way of an account: kind, from, to.
type Row<'a> = (&'a str, &'a str, &'a str);

fn desk(many: usize) -> Desk {
    let mut grants: Vec<Grant> = Vec::new();
    let mut accounts = Vec::new();
    for at in 0..many {
        let name = if at % 3 == 2 { format!("p.castellano{at}") } else { format!("svc_etl_nightly_{at}") };
        accounts.push(account(at, &name, many, &mut grants));
    }
    let all = accounts.iter().filter(|account: &&Account| account.admin == Answer::Yes).count();
    for grant in &mut grants {
        grant.left = all - grant.accounts;
    }
    let (order, grants) = sorted(&grants);
    for account in &mut accounts {
        for at in account.path.iter_mut().chain(&mut account.ways) {
            *at = order[usize::try_from(*at).unwrap()];
        }
    }
    accounts.sort_by_key(|account| account.admin != Answer::Yes);
    let review = Review {
        accounts,
        accounts_left_out: if many > 100 { 340 } else { 0 },
        accounts_seen: 40.max(many),
        gaps: vec!["sys_user_has_role".to_owned(), "sys_user_grmember".to_owned()],
        roles: ["admin", "security_admin", "user_admin", "impersonator", "web_service_admin", "soap_script"]
            .map(str::to_owned)
            .into(),
        grants,
        settings: settings(),
    };
    let spots = (0..40).map(|at| Spot {
        path: "exports/sys_user_role_contains.xml".to_owned(),
        line: 12 + at * 7,
        column: 9,
    });
    Desk {
        review,
        spots: spots.collect(),
        exports: exports(),
        command: "glidelint scan exports update-sets -o report.html".to_owned(),
    }
}

/// Those that carry most first, and where each went.
fn sorted(grants: &[Grant]) -> (Vec<u32>, Vec<Grant>) {
    let mut order: Vec<usize> = (0..grants.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(grants[*at].accounts));
    let mut places = vec![0; grants.len()];
    for (to, from) in order.iter().enumerate() {
        places[*from] = u32::try_from(to).unwrap();
    }
    (places, order.into_iter().map(|at| grants[at].clone()).collect())
}

fn account(at: usize, name: &str, many: usize, grants: &mut Vec<Grant>) -> Account {
    let group = format!("Platform team {}", at % 17);
    let rows: Vec<Row<'_>> = match at % 6 {
        0 | 1 if many > 100 => {
            vec![("member", name, group.as_str()), ("group-role", group.as_str(), "admin")]
        }
        0 => vec![
            ("member", name, "Integration Owners"),
            ("group-role", "Integration Owners", "x_hbl_int.admin"),
            ("contains", "x_hbl_int.admin", "itsm_automation_admin"),
            ("contains", "itsm_automation_admin", "admin"),
        ],
        1 | 2 => vec![
            ("member", name, "ITSM Automation"),
            ("group-role", "ITSM Automation", "itsm_automation_admin"),
            ("contains", "itsm_automation_admin", "admin"),
        ],
        3 => vec![("member", name, "Platform Admins"), ("group-role", "Platform Admins", "admin")],
        4 if at < 12 => vec![("grant", name, "admin")],
        _ => Vec::new(),
    };
    let path: Vec<u32> = rows.iter().map(|row| use_of(grants, *row)).collect();
    let reaches = !path.is_empty();
    Account {
        user_name: name.to_owned(),
        sys_id: format!("{at:032x}"),
        non_human: if at % 3 == 2 {
            Answer::No
        } else if at % 13 == 12 {
            Answer::CannotTell
        } else {
            Answer::Yes
        },
        evidence: if at % 3 == 2 {
            Vec::new()
        } else {
            vec!["user ID starts with svc_".to_owned(), "an OAuth client runs as it".to_owned()]
        },
        active: [Answer::Yes, Answer::Yes, Answer::No, Answer::CannotTell][at % 4],
        can_log_in: [Answer::Yes, Answer::No, Answer::CannotTell][at % 3],
        last_login: [Shown::Text("2026-10-14".to_owned()), Shown::Empty, Shown::NotExported][at % 3].clone(),
        owner: [Shown::Empty, Shown::Text("P. Castellano".to_owned()), Shown::NotExported][at % 3].clone(),
        admin: if reaches { Answer::Yes } else { Answer::CannotTell },
        role_count: 3 + at % 200,
        held: [
            Held { role: 0, by: By::Contained },
            Held { role: 2, by: By::Group },
            Held { role: 5, by: By::Grant },
        ]
        .into_iter()
        .filter(|held| held.role != 0 || reaches)
        .collect(),
        ways: path.clone(),
        path,
        place: u32::try_from(at % 40).unwrap(),
    }
}

fn use_of(grants: &mut Vec<Grant>, (kind, from, to): Row<'_>) -> u32 {
    let known = grants.iter().position(|grant| grant.kind == kind && grant.from == from && grant.to == to);
    let at = known.unwrap_or(grants.len());
    if known.is_none() {
        let place = u32::try_from(at % 40).unwrap();
        grants.push(Grant {
            kind: kind.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            is_unexplained: at == 5,
            accounts: 0,
            left: 0,
            place,
        });
    }
    grants[at].accounts += 1;
    u32::try_from(at).unwrap()
}

fn settings() -> Vec<Setting> {
    let pages = [
        "sc-limit-session-length",
        "sc-require-wsdl-login",
        "sc-escape-jelly",
        "sc-enforce-strict-elevate-privilege",
        "sc-high-security-plugin",
        "sc-restrict-svg-upload",
    ];
    let actual = [
        Actual::Value("480".to_owned()),
        Actual::NoRow,
        Actual::NotExported,
        Actual::Records(3),
        Actual::Value("false".to_owned()),
        Actual::Value(String::new()),
    ];
    let verdicts = [
        SettingVerdict::Fail,
        SettingVerdict::Pass,
        SettingVerdict::CannotTell,
        SettingVerdict::Fail,
        SettingVerdict::Pass,
        SettingVerdict::NotApplicable,
    ];
    (0..24)
        .map(|at: usize| Setting {
            rule: format!("SNX{}", 1001 + at % RULES.len()),
            title: "The setting is not as recommended".to_owned(),
            page: pages[at % 6].to_owned(),
            score: [9.1, 7.2, 5.0, 3.5][at % 4],
            verdict: verdicts[at % 6],
            subject: "glide.ui.session_timeout".to_owned(),
            actual: actual[at % 6].clone(),
            recommended: "at most 30".to_owned(),
            fallback: at.is_multiple_of(2).then(|| "30".to_owned()),
            missing: if at % 6 == 2 { vec!["sys_properties".to_owned()] } else { Vec::new() },
            place: at.is_multiple_of(2).then_some(3),
        })
        .collect()
}

fn exports() -> Exports {
    let request = |table: &str, part: &str, why: &str, rules, address: &str| Request {
        table: table.to_owned(),
        part: part.to_owned(),
        why: why.to_owned(),
        rules,
        address: address.to_owned(),
    };
    Exports {
        requests: vec![
            request(
                "sys_script",
                "",
                "in no file; update sets hold only what changed",
                14,
                "sys_script_list.do?XML&sysparm_orderby=sys_id",
            ),
            request(
                "sys_security_acl",
                "rows after 10,000",
                "exactly 10,000 rows: looks like an export cap",
                12,
                "sys_security_acl_list.do?XML&sysparm_orderby=sys_id&sysparm_query=sys_id>=f3a1c07edb2297401c2f8a9b96196f2",
            ),
            request(
                "sys_properties",
                "private rows",
                "rows with is_private=true are left out of this export",
                1,
                "sys_properties_list.do?XML&sysparm_query=is_private=true",
            ),
        ],
        signs: vec![
            Sign {
                kind: "export-cap".to_owned(),
                path: "exports/sys_security_acl.xml".to_owned(),
                message: "exactly 10,000 rows".to_owned(),
            },
            Sign {
                kind: "missing-groups".to_owned(),
                path: String::new(),
                message: "3 rows point to groups that are not in any file".to_owned(),
            },
        ],
        look_whole: vec!["sys_user".to_owned(), "sys_user_role".to_owned()],
    }
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
