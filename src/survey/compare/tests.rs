//! Small exports of two instances, and what differs between them.

use super::{Comparison, Difference, Profile, Side, Weight, compare, profile};
use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// A user: sys_id, user ID, and further fields.
fn user(sys_id: &str, name: &str, fields: &str) -> String {
    format!(
        "<sys_user action=\"INSERT_OR_UPDATE\"><sys_id>{sys_id}</sys_id><user_name>{name}</user_name>{fields}</sys_user>"
    )
}

fn grant(sys_id: &str, user: &str, role: &str) -> String {
    format!(
        "<sys_user_has_role action=\"INSERT_OR_UPDATE\"><inherited>false</inherited><role display_value=\"{role}\">{role}</role>\
         <state>active</state><sys_id>g{sys_id}</sys_id><user display_value=\"{user}\">{sys_id}</user></sys_user_has_role>"
    )
}

fn property(name: &str, kind: &str, value: &str) -> String {
    format!(
        "<sys_properties action=\"INSERT_OR_UPDATE\"><name>{name}</name><sys_id>{name}</sys_id><type>{kind}</type>{value}</sys_properties>"
    )
}

fn pack() -> Pack {
    let mut pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    pack.want_comparison().unwrap();
    pack
}

fn profile_of(pack: &Pack, name: &str, rows: &str, complete: &str) -> Profile {
    let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">\n{rows}\n</unload>");
    let sources = [Source::memory("all.xml", text.into_bytes())];
    let complete = complete.split(',').filter(|table| !table.is_empty()).map(str::to_owned).collect();
    let options = Options { complete, instance: name.to_owned(), ..Options::default() };
    profile(&read_all(&sources, &Plan::of(pack), &options, &|_| {}).instance, pack, name)
}

const ALL: &str = "sys_user,sys_user_has_role,sys_user_grmember,sys_group_has_role,sys_user_group,\
                   sys_user_role_contains,sys_properties";

fn compared(prod: &str, test: &str, complete: [&str; 2]) -> Comparison {
    let pack = pack();
    let profiles = [("prod", prod, complete[0]), ("test", test, complete[1])];
    let profiles = profiles.map(|(name, rows, complete)| profile_of(&pack, name, rows, complete));
    compare(&profiles, &pack)
}

/// A difference as a line: weight, name, what, sides.
fn line(difference: &Difference) -> String {
    let side = |side: &Side| match side {
        Side::Yes(_) => "yes".to_owned(),
        Side::No => "no".to_owned(),
        Side::CannotTell => "?".to_owned(),
        Side::Absent => "absent".to_owned(),
        Side::NotShown => "hidden".to_owned(),
        Side::Value(values) => values.join("/"),
        Side::Secret => "secret".to_owned(),
    };
    let sides: Vec<_> = difference.sides.iter().map(side).collect();
    format!("{:?} {} {}: {}", difference.weight, difference.name, difference.what, sides.join(" "))
}

/// The differences of two instances that were exported whole.
fn check(prod: &[String], test: &[String], expected: &[&str]) {
    check_with([ALL, ALL], prod, test, expected);
}

fn check_with(complete: [&str; 2], prod: &[String], test: &[String], expected: &[&str]) {
    let comparison = compared(&prod.concat(), &test.concat(), complete);
    assert_eq!(comparison.differences.iter().map(line).collect::<Vec<_>>(), expected);
}

const ON: &str = "<active>true</active><locked_out>false</locked_out><web_service_access_only>false</web_service_access_only>";
const WEB: &str = "<active>true</active><locked_out>false</locked_out><web_service_access_only>true</web_service_access_only>";

#[test]
fn accounts_are_told_by_user_id_and_not_by_case() {
    check(
        &[user("1", "svc.scan", ON), user("2", "ola", ON), grant("1", "svc.scan", "admin")],
        &[user("9", "SVC.Scan", WEB), user("3", "ida", WEB), grant("9", "SVC.Scan", "import_admin")],
        &[
            "Role svc.scan admin: yes no",
            "Role svc.scan import_admin: no yes",
            "Account svc.scan can log in: yes no",
            "Account svc.scan web service access only: no yes",
        ],
    );
}

#[test]
fn what_is_the_same_is_no_difference() {
    let rows = [
        user("1", "svc.scan", ON),
        grant("1", "svc.scan", "admin"),
        property("a.b", "string", "<value>1</value>"),
    ];
    check(&rows, &rows, &[]);
}

#[test]
fn what_is_not_shown_is_no_difference_and_is_said() {
    let prod = [
        user("1", "svc.scan", ON),
        grant("1", "svc.scan", "admin"),
        property("a.b", "string", "<value>1</value>"),
    ];
    let test = [user("1", "svc.scan", "<active>true</active>"), property("a.c", "string", "<value/>")];
    check_with(
        [ALL, ""],
        &prod,
        &test,
        &[
            "Property a.c value: absent ",
            "CannotTell svc.scan admin: yes ?",
            "CannotTell svc.scan can log in: yes ?",
            "CannotTell a.b value: 1 hidden",
        ],
    );
    let gaps = compared(&prod.concat(), &test.concat(), [ALL, ""]).gaps;
    assert!(gaps.iter().all(|gap| gap.starts_with("test: ")) && gaps.len() == 2, "{gaps:?}");
}

#[test]
fn an_instance_without_a_table_is_not_compared_by_it() {
    let comparison = compared(&property("a.b", "string", "<value>1</value>"), &user("1", "x", ON), ["", ""]);
    assert!(comparison.differences.is_empty());
    assert_eq!(comparison.gaps.iter().filter(|gap| gap.contains("not compared")).count(), 2);
}

#[test]
fn settings_come_before_other_properties() {
    let rows = |timeout: &str, other: &str| {
        [
            property("a.other", "string", &format!("<value>{other}</value>")),
            property("glide.ui.session_timeout", "integer", &format!("<value>{timeout}</value>")),
            property("a.hidden", "string", ""),
        ]
    };
    let comparison = compared(&rows("480", "x").concat(), &rows("30", "y").concat(), [ALL, ALL]);
    let weights: Vec<_> = comparison.differences.iter().map(|one| one.weight).collect();
    assert_eq!(weights, [Weight::Setting, Weight::Property, Weight::CannotTell]);
}

#[test]
fn secrets_are_not_kept() {
    let rows = |secret: &str, cipher: &str| {
        [
            property("x.api_key", "string", &format!("<value>{secret}</value>")),
            property("x.pass", "password2", &format!("<value>{cipher}</value>")),
        ]
    };
    let (prod, test) = (rows("k-mango-71", "c1ph3r-one"), rows("k-papaya-22", "c1ph3r-two"));
    check(&prod, &test, &["Property x.api_key value: secret secret"]);
    let debug = format!("{:?}", profile_of(&pack(), "prod", &prod.concat(), ALL));
    assert!(!debug.contains("mango") && !debug.contains("c1ph3r"), "{debug}");
    // The same secret twice is no difference.
    check(&prod, &prod, &[]);
}

#[test]
fn records_that_contradict_each_other_tell_nothing() {
    let twice = [user("1", "svc.scan", ON), user("2", "svc.scan", WEB)];
    check(&twice, &[user("1", "svc.scan", WEB)], &["CannotTell svc.scan web service access only: ? yes"]);
}

#[test]
fn an_account_without_record_is_known_by_its_grant() {
    check(
        &[grant("1", "svc.scan", "admin"), user("2", "ola", ON)],
        &[user("1", "svc.scan", ON)],
        &[
            "Role svc.scan admin: yes no",
            "CannotTell svc.scan non-human: ? yes",
            "CannotTell svc.scan active: ? yes",
            "CannotTell svc.scan can log in: ? yes",
        ],
    );
}
