//! References that show names beside a sys_id.

use crate::facts::Options;
use crate::instance::{Plan, instance_notices, read_all};
use crate::judge::judge;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

const ADMIN: &str = "2831a114c611228501d4ea6c309d626d";
const INNER: &str = "0123456789abcdef0123456789abcdef";

/// A role that contains another one; the reference with its attributes.
fn contains(id: &str, inner: &str, attributes: &str) -> String {
    format!(
        "<sys_user_role_contains><role display_value=\"quay\">r1</role><contains {attributes}>{inner}</contains>\
         <sys_id>{id}</sys_id></sys_user_role_contains>"
    )
}

fn role(id: &str, name: &str) -> String {
    format!("<sys_user_role><name>{name}</name><sys_id>{id}</sys_id></sys_user_role>")
}

/// What rules say of rows in one file, each as `fail COUNT`, `pass` or `?`, and the
/// notices, `!` for one that makes a scan incomplete and `.` for any other.
#[track_caller]
fn check(rules: &[&str], rows: &str, expected: &str) {
    let select = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let settings = Settings { select, ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}</unload>");
    let sources = [Source::memory("a.xml", text.into_bytes())];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let verdict = |coverage: &crate::finding::RuleCoverage| match (coverage.fail, coverage.cannot_tell) {
        (0, 0) => "pass".to_owned(),
        (0, _) => "?".to_owned(),
        (count, _) => format!("fail {count}"),
    };
    let mut said: Vec<_> = outcome.coverage.iter().map(verdict).collect();
    let notices = instance_notices(&reading.instance, &|_| "a.xml");
    said.extend(notices.iter().map(|notice| if notice.is_loss() { "!" } else { "." }.to_owned()));
    assert_eq!(said.join(" "), expected, "{rows} {notices:?}");
}

/// Whether a role contains admin (SNR1009).
#[track_caller]
fn check_role(rows: &[String], expected: &str) {
    check(&["SNR1009"], &rows.concat(), expected);
}

#[test]
fn a_well_known_sys_id_decides() {
    check_role(&[contains("c1", ADMIN, "display_value=\"admin\"")], "fail 1");
    check_role(&[contains("c1", ADMIN, "")], "fail 1");
    check_role(&[contains("c1", ADMIN, "display_value=\"quay_helper\"")], "fail 1 .");
    check_role(&[contains("c1", ADMIN, "display_value=\"quay_helper\" name=\"admin\"")], "fail 1 .");
    check_role(&[contains("c1", ADMIN, "display_value=\"quay_helper\" name=\"quay_helper\"")], "fail 1 .");
    check_role(&[contains("c1", &ADMIN.to_uppercase(), "display_value=\"quay_helper\"")], "fail 1 .");
}

#[test]
fn the_row_decides() {
    check_role(&[role(INNER, "admin"), contains("c1", INNER, "display_value=\"quay_helper\"")], "fail 1 .");
    check_role(&[role(INNER, "quay_helper"), contains("c1", INNER, "display_value=\"admin\"")], "pass .");
    // A name in another case is no other name, and many are one notice.
    check_role(&[role(INNER, "admin"), contains("c1", INNER, "display_value=\"Admin\"")], "fail 1");
    let many = (0..3).map(|at| contains(&format!("c{at}"), INNER, &format!("display_value=\"x{at}\"")));
    check_role(&[role(INNER, "quay_helper"), many.collect()], "pass .");
}

#[test]
fn a_row_does_not_rename_what_every_instance_has() {
    let renamed = |id: &str| role(id, "vend_helper");
    let refers = |attributes: &str| contains("c1", ADMIN, attributes);
    check_role(&[renamed(ADMIN), refers("")], "fail 1 !");
    check_role(&[renamed(ADMIN), refers("display_value=\"admin\"")], "fail 1 !");
    check_role(&[renamed(&ADMIN.to_uppercase()), refers("display_value=\"vend_helper\"")], "fail 1 . !");
    check_role(&[role(ADMIN, ""), refers("")], "fail 1 !");
    check_role(&[role(ADMIN, "Admin"), refers("")], "fail 1");
    // A row without the name gives it none, whatever the reference shows.
    let nameless = format!("<sys_user_role><sys_id>{ADMIN}</sys_id></sys_user_role>");
    check_role(&[nameless, refers("display_value=\"vend_helper\"")], "fail 1 .");
    let deleted = role(ADMIN, "vend_helper").replace("<sys_user_role>", "<sys_user_role action=\"DELETE\">");
    check_role(&[deleted, refers("")], "fail 1");
    // Who has a role by a grant alone.
    let grant = format!(
        "<sys_user_has_role><user display_value=\"Kim\">u1</user><role>{ADMIN}</role><state>active</state>\
         <inherited>false</inherited><sys_id>g1</sys_id></sys_user_has_role>"
    );
    let user = "<sys_user><user_name>kim</user_name><active>true</active><sys_id>u1</sys_id></sys_user>";
    let query = matching_in("sys_user", "@role=admin", &format!("{}{grant}{user}", renamed(ADMIN)));
    assert_eq!(query, ["yes"]);
    // Rows of the table itself answer by that name too.
    assert_eq!(matching_in("sys_user_role", "name=admin", &renamed(ADMIN)), ["yes"]);
    assert_eq!(matching_in("sys_user_role", "name=admin", &renamed(INNER)), ["no"]);
}

#[test]
fn what_a_person_may_rename_is_renamed() {
    let group = "<sys_user_group><name>Quay</name><sys_id>global</sys_id></sys_user_group>";
    assert_eq!(matching_in("sys_user_group", "name=Quay", group), ["yes"]);
}

#[test]
fn names_that_contradict_each_other_name_nobody() {
    check_role(&[contains("c1", INNER, "display_value=\"quay_helper\"")], "pass");
    check_role(&[contains("c1", INNER, "display_value=\"quay_helper\" name=\"admin\"")], "? !");
    check_role(&[contains("c1", INNER, "display_value=\"admin\" name=\"ADMIN\"")], "fail 1");
    let other = contains("c2", INNER, "display_value=\"admin\"");
    check_role(&[contains("c1", INNER, "display_value=\"quay_helper\""), other], "? ! !");
}

/// The messages of a file.
fn said(rows: &[String]) -> Vec<String> {
    let settings = Settings { select: vec!["SNR1009".to_owned()], ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let sources = [Source::memory("a.xml", format!("<unload>{}</unload>", rows.concat()).into_bytes())];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    instance_notices(&reading.instance, &|_| "a.xml").into_iter().map(|notice| notice.message).collect()
}

#[test]
fn messages_name_the_record_and_what_is_odd() {
    let refers = |id: &str, attributes: &str| contains(id, INNER, attributes);
    assert_eq!(
        said(&[refers("c1", "display_value=\"clerk\" name=\"admin\"")]),
        [
            "sys_user_role_contains.contains of 'quay → 0123456789abcdef0123456789abcdef' shows two names for one record of \
          sys_user_role, 'clerk' and 'admin': the record itself is not in the input, so nobody can tell which it is"
        ]
    );
    let two = [refers("c1", "display_value=\"clerk\""), refers("c2", "display_value=\"admin\"")];
    let what = format!("sys_user_role_contains.contains of 'quay → {INNER}'");
    let end = "the record itself is not in the input, so nobody can tell which it is";
    assert_eq!(
        said(&two),
        [
            format!(
                "{what} calls a record of sys_user_role 'clerk', and {what} in a.xml calls it 'admin': {end}"
            ),
            format!(
                "{what} calls a record of sys_user_role 'admin', and {what} in a.xml calls it 'clerk': {end}"
            ),
        ]
    );
    let known = contains("c1", ADMIN, "display_value=\"clerk\"");
    let again = contains("c2", ADMIN, "display_value=\"clerk\"");
    assert_eq!(
        said(&[known, again]),
        [
            "sys_user_role_contains.contains of 'quay → admin' shows the name 'clerk', but the record that it leads to is \
          called 'admin': the sys_id decides; one more reference is like this"
        ]
    );
}

#[test]
fn a_condition_on_a_reference_asks_the_row() {
    let acl = |shown: &str| {
        format!(
            "<sys_security_acl><name>u_quay</name><active>true</active><operation display_value=\"{shown}\">0123456789abcdef0123456789abcd01\
             </operation><type display_value=\"record\">t1</type><script/><condition/><advanced>false</advanced>\
             <admin_overrides>true</admin_overrides><sys_id>a1</sys_id></sys_security_acl>"
        )
    };
    let operation = |name: &str| {
        format!(
            "<sys_security_operation><name>{name}</name><sys_id>0123456789abcdef0123456789abcd01</sys_id></sys_security_operation>"
        )
    };
    let query = |rows: &str, expected: &[&str]| {
        assert_eq!(matching("operation=write", rows), expected, "{rows}");
    };
    query(&acl("write"), &["yes"]);
    query(&acl("read"), &["no"]);
    query(&format!("{}{}", acl("read"), operation("write")), &["yes"]);
    query(&format!("{}{}", acl("write"), operation("read")), &["no"]);
    query(&acl("write\" name=\"read"), &["unknown"]);
}

/// What each access rule of a file answers to a query.
fn matching(query: &str, rows: &str) -> Vec<&'static str> {
    matching_in("sys_security_acl", query, rows)
}

/// The same of the rows of a table.
fn matching_in(table: &str, query: &str, rows: &str) -> Vec<&'static str> {
    let mut pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    let bound = pack.bind(&crate::query::Query::parse(query).unwrap(), table).unwrap();
    let text = format!("<unload>{rows}</unload>");
    let sources = [Source::memory("a.xml", text.into_bytes())];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let instance = &reading.instance;
    let answers = instance.live_rows(bound.table()).into_iter().map(|row| {
        match bound.evaluate(instance, instance.clock(), row) {
            crate::query::Truth::Yes => "yes",
            crate::query::Truth::No => "no",
            crate::query::Truth::Unknown(_) => "unknown",
        }
    });
    answers.collect()
}
