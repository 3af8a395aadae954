//! Small exports, and what a reviewer is told of them.

use super::{Actual, Answer, Review, SettingVerdict, Shown, review};
use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::{cover, judge};
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

const USERS: &str = r#"
<sys_user action="INSERT_OR_UPDATE"><active>true</active><last_login_time>2026-02-01 09:00:00</last_login_time><locked_out>false</locked_out><manager display_value="Ida Lund">u9</manager><sys_id>u1</sys_id><user_name>svc.sap</user_name><web_service_access_only>false</web_service_access_only></sys_user>
<sys_user action="INSERT_OR_UPDATE"><active>true</active><last_login_time/><locked_out>false</locked_out><manager display_value=""/><sys_id>u2</sys_id><user_name>ola.berg</user_name><web_service_access_only>false</web_service_access_only></sys_user>
<sys_user action="INSERT_OR_UPDATE"><active>false</active><last_login_time/><locked_out>false</locked_out><manager display_value=""/><sys_id>u3</sys_id><user_name>svc.old</user_name><web_service_access_only>false</web_service_access_only></sys_user>
<sys_user action="INSERT_OR_UPDATE"><active>true</active><last_login_time/><locked_out>true</locked_out><manager display_value=""/><sys_id>u4</sys_id><user_name>svc.locked</user_name><web_service_access_only>false</web_service_access_only></sys_user>"#;

const GRANTS: &str = r#"
<sys_user_has_role action="INSERT_OR_UPDATE"><inherited>false</inherited><role display_value="admin" name="admin">r1</role><state>active</state><sys_id>h1</sys_id><user display_value="svc.sap">u1</user></sys_user_has_role>
<sys_user_grmember action="INSERT_OR_UPDATE"><group display_value="Keys">g1</group><sys_id>m1</sys_id><user display_value="svc.sap">u1</user></sys_user_grmember>
<sys_user_grmember action="INSERT_OR_UPDATE"><group display_value="Keys">g1</group><sys_id>m2</sys_id><user display_value="ola.berg">u2</user></sys_user_grmember>
<sys_group_has_role action="INSERT_OR_UPDATE"><group display_value="Keys">g1</group><inherits>true</inherits><role display_value="keeper" name="keeper">r2</role><sys_id>gr1</sys_id></sys_group_has_role>
<sys_user_role_contains action="INSERT_OR_UPDATE"><contains display_value="admin" name="admin">r1</contains><role display_value="keeper" name="keeper">r2</role><sys_id>c1</sys_id></sys_user_role_contains>"#;

/// Reviews an export of these rows; some tables were exported whole.
fn reviewed(rows: &str, complete: &str) -> Review {
    let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}\n</unload>");
    reviewed_text(&text, complete)
}

fn reviewed_text(text: &str, complete: &str) -> Review {
    let mut pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    pack.want_review().unwrap();
    let sources = [Source::memory("all.xml", text.as_bytes().to_vec())];
    let complete = complete.split(',').filter(|table| !table.is_empty()).map(str::to_owned).collect();
    let options = Options { complete, ..Options::default() };
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    let coverage = judge(&reading.instance, &pack.rules).coverage;
    let scored = cover(&reading.instance, &pack.scored);
    let reviewed = review(&reading.instance, &pack, [&coverage, &scored], 100);
    let all = reviewed.review.accounts.iter().filter_map(|account| account.place);
    let all = all.chain(reviewed.review.grants.iter().map(|grant| grant.place));
    assert!(all.into_iter().all(|place| usize::try_from(place).unwrap() < reviewed.places.len()));
    reviewed.review
}

/// Accounts in a line each: name, kind, can log in, admin, how many steps.
fn lines(review: &Review) -> Vec<String> {
    let word = |answer| match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::CannotTell => "?",
    };
    let accounts = review.accounts.iter().map(|account| {
        let [kind, log_in, admin] = [account.non_human, account.can_log_in, account.admin].map(word);
        format!("{}: {kind} {log_in} {admin} {}", account.user_name, account.path.len())
    });
    accounts.collect()
}

#[test]
fn accounts_and_what_they_reach() {
    let review = reviewed(&format!("{USERS}{GRANTS}"), "all");
    // The inactive one is left out; what is locked cannot log in. Whether a person
    // uses an account needs columns that are not there.
    assert_eq!(lines(&review), ["svc.sap: yes yes yes 1", "ola.berg: ? yes yes 3", "svc.locked: yes no ? 0"]);
    let sap = &review.accounts[0];
    assert_eq!(sap.evidence, ["user ID pattern"]);
    assert_eq!(sap.last_login, Shown::Text("2026-02-01 09:00:00".into()));
    assert_eq!(sap.owner, Shown::Text("Ida Lund".into()));
    assert_eq!(review.accounts[1].last_login, Shown::Empty);
    assert_eq!(sap.ways.len(), 4, "the grant, and the way through the group");
    assert_eq!((review.accounts_seen, review.accounts_unclear), (4, 1));
}

#[test]
fn an_ai_identity_is_no_person_and_a_name_against_signs_of_one_says_nothing() {
    let user = |sys_id: &str, name: &str, kind: &str, sso: &str| {
        format!(
            r#"<sys_user action="INSERT_OR_UPDATE"><active>true</active><identity_type>{kind}</identity_type><internal_integration_user>false</internal_integration_user><manager display_value="Ida Lund">u9</manager><sso_source>{sso}</sso_source><sys_id>{sys_id}</sys_id><user_name>{name}</user_name><web_service_access_only>false</web_service_access_only></sys_user>
<sys_user_has_role action="INSERT_OR_UPDATE"><inherited>false</inherited><role display_value="admin" name="admin">r1</role><state>active</state><sys_id>h{sys_id}</sys_id><user display_value="{name}">{sys_id}</user></sys_user_has_role>"#
        )
    };
    let rows = [
        user("u1", "harbour.guide", "ai_agent", ""),
        user("u2", "svc.larch", "", "sso:acme"),
        user("u3", "ann.lee", "", "sso:acme"),
    ];
    let review = reviewed(&rows.concat(), "sys_user_has_role,oauth_entity,ecc_agent");
    let kinds: Vec<_> =
        review.accounts.iter().map(|account| (&*account.user_name, account.non_human)).collect();
    let expected =
        [("harbour.guide", Answer::Yes), ("ann.lee", Answer::No), ("svc.larch", Answer::CannotTell)];
    assert_eq!(kinds, expected);
    assert_eq!(review.accounts[0].evidence, ["identity type AI agent"]);
}

#[test]
fn what_removing_a_row_does() {
    let review = reviewed(&format!("{USERS}{GRANTS}"), "all");
    let grants = review.grants.iter();
    let line = |grant: &super::Grant| {
        format!("{} {} → {}: {} lead, {} left", grant.kind, grant.from, grant.to, grant.accounts, grant.left)
    };
    let lines: Vec<_> = grants.map(line).collect();
    // svc.sap has two ways, so that no row alone takes admin from it.
    assert_eq!(
        lines,
        [
            "group-role Keys → keeper: 2 lead, 1 left",
            "contains keeper → admin: 2 lead, 1 left",
            "member ola.berg → Keys: 1 lead, 1 left",
            "grant svc.sap → admin: 1 lead, 2 left",
            "member svc.sap → Keys: 1 lead, 2 left",
        ]
    );
}

#[test]
fn no_is_said_only_where_nothing_is_missing() {
    let whole =
        "sys_user_has_role,sys_user_grmember,sys_group_has_role,sys_user_group,sys_user_role_contains";
    let last = |review: &Review| lines(review).pop().unwrap();
    assert_eq!(last(&reviewed(&format!("{USERS}{GRANTS}"), whole)), "svc.locked: yes no no 0");
    assert_eq!(last(&reviewed(&format!("{USERS}{GRANTS}"), "sys_user_has_role")), "svc.locked: yes no ? 0");
    assert_eq!(last(&reviewed(USERS, "")), "svc.sap: yes yes ? 0");
}

#[test]
fn a_file_that_is_cut_is_not_whole_whatever_is_declared() {
    let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">{USERS}{GRANTS}");
    let whole =
        "sys_user_has_role,sys_user_grmember,sys_group_has_role,sys_user_group,sys_user_role_contains";
    let review = reviewed_text(&text, whole);
    assert_eq!(lines(&review).pop().unwrap(), "svc.locked: yes no ? 0");
    assert!(!review.gaps.is_empty());
}

#[test]
fn accounts_that_only_grants_name_are_there_too() {
    let review = reviewed(GRANTS, "");
    assert_eq!(lines(&review), ["ola.berg: ? ? yes 3", "svc.sap: ? ? yes 1"]);
    assert_eq!(review.accounts_seen, 0);
    assert_eq!(review.accounts[0].owner, Shown::NotExported);
}

#[test]
fn how_settings_stand() {
    let property = |name: &str, value: &str| {
        format!(
            "<sys_properties action=\"INSERT_OR_UPDATE\"><name>{name}</name><sys_id>{name}</sys_id><type>string</type><value>{value}</value></sys_properties>"
        )
    };
    let rows = property("glide.ui.session_timeout", "900") + &property("glide.html.escape_script", "true");
    let actual = |complete: &str, subject: &str| {
        let review = reviewed(&rows, complete);
        let setting = review.settings.into_iter().find(|setting| setting.subject == subject).unwrap();
        (setting.actual, setting.place.is_some())
    };
    assert_eq!(actual("", "glide.ui.session_timeout"), (Actual::Value("900".into()), true));
    assert_eq!(actual("", "glide.ui.rotate_sessions"), (Actual::NotExported, false));
    assert_eq!(actual("sys_properties", "glide.ui.rotate_sessions"), (Actual::NoRow, false));
}

#[test]
fn a_setting_whose_value_says_nothing_is_open_everywhere() {
    let property = |name: &str, value: &str| {
        format!(
            "<sys_properties action=\"INSERT_OR_UPDATE\"><name>{name}</name><sys_id>{name}</sys_id><type>boolean</type>{value}</sys_properties>"
        )
    };
    let check = |value: &str, verdict, actual, missing: &[&str]| {
        let review = reviewed(&property("glide.html.escape_script", value), "sys_properties");
        let is_it = |setting: &super::Setting| setting.subject == "glide.html.escape_script";
        let setting = review.settings.into_iter().find(is_it).unwrap();
        assert_eq!((setting.verdict, setting.actual), (verdict, actual), "{value}");
        assert_eq!(setting.missing, missing, "{value}");
    };
    let open = "the value of glide.html.escape_script is neither true nor false";
    check("<value>1</value>", SettingVerdict::CannotTell, Actual::Value("1".into()), &[open]);
    check("<value> TRUE </value>", SettingVerdict::Pass, Actual::Value("TRUE".into()), &[]);
    check("<value>no</value>", SettingVerdict::CannotTell, Actual::Value("no".into()), &[open]);
    check("<value/>", SettingVerdict::Fail, Actual::Value(String::new()), &[]);
    // Not the same as an empty value.
    check("", SettingVerdict::CannotTell, Actual::NotExported, &["sys_properties.value"]);
}
