//! What a reviewer asks, of invented accounts, groups, settings and exports.

use crate::report::{Desk, Exports, FileLine, RequestedTable, ShownSign};
use crate::survey::{Account, Actual, Answer, By, Grant, Held, Review, Setting, SettingVerdict, Shown};

/// The way of an account: kind, from, to.
type Row<'a> = (&'a str, &'a str, &'a str);

/// With so many accounts.
pub(super) fn desk(many: usize) -> Desk {
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
        accounts_unclear: 0,
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
    let spots = (0..40).map(|at| FileLine {
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
        place: Some(u32::try_from(at % 40).unwrap()),
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
            rule: format!("SNX{}", 1001 + at % 12),
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
    let request = |table: &str, part: &str, why: &str, rules, address: &str| RequestedTable {
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
            ShownSign {
                kind: "export-cap".to_owned(),
                path: "exports/sys_security_acl.xml".to_owned(),
                message: "exactly 10,000 rows".to_owned(),
            },
            ShownSign {
                kind: "missing-groups".to_owned(),
                path: String::new(),
                message: "3 rows point to groups that are not in any file".to_owned(),
            },
        ],
        look_whole: vec!["sys_user".to_owned(), "sys_user_role".to_owned()],
    }
}
