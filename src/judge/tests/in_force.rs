//! What sets say that are not in force, beside exports of tables.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::query::Data as _;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// A row of a set in some state; without one, of a set of which nothing is known.
fn set(state: &str, rows: &[&str]) -> String {
    let header = format!(
        "<sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>Piers</name><state>{state}</state>\
         <sys_id>5e70</sys_id></sys_remote_update_set>"
    );
    let row = |row: &&str| {
        format!(
            "<sys_update_xml action=\"INSERT_OR_UPDATE\"><action>INSERT_OR_UPDATE</action><payload><![CDATA[\
             <record_update>{row}</record_update>]]></payload><remote_update_set>5e70</remote_update_set>\
             </sys_update_xml>"
        )
    };
    let rows: String = rows.iter().map(row).collect();
    format!("<unload>{}{rows}</unload>", if state.is_empty() { "" } else { &header })
}

fn table(rows: &[&str]) -> String {
    format!("<unload unload_date=\"2026-03-01 10:00:00\">{}</unload>", rows.concat())
}

/// How a rule fares: what it finds, and what is missing.
fn fares(rule: &str, files: &[String], complete: &[&str]) -> (Vec<String>, Vec<String>) {
    let settings = Settings { select: vec![rule.to_owned()], ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let name = |at: usize| format!("{at}.xml");
    let sources: Vec<_> =
        files.iter().enumerate().map(|(at, text)| Source::memory(&name(at), text.as_bytes())).collect();
    let complete = complete.iter().map(|table| (*table).to_owned()).collect();
    let options = Options { complete, ..Options::default() };
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let findings = outcome.findings.iter().map(|finding| finding.key.to_string()).collect();
    (findings, outcome.coverage.into_iter().flat_map(|coverage| coverage.missing).collect())
}

/// Judges table exports beside a set: one that was loaded, one of which nothing is
/// known, and one that was committed.
#[track_caller]
fn check(
    (rule, rows, brought): (&str, &[&str], &[&str]),
    complete: &[&str],
    (found, missing): (&[&str], &[&str]),
    committed: &[&str],
) {
    let of_state = |state: &str| fares(rule, &[table(rows), set(state, brought)], complete);
    let expected =
        (found.iter().map(ToString::to_string).collect(), missing.iter().map(ToString::to_string).collect());
    for state in ["loaded", "previewed", ""] {
        assert_eq!(of_state(state), expected, "{state}");
    }
    assert_eq!(of_state("committed").0, committed);
}

const ACL: &str = "<sys_security_acl><active>true</active><advanced>false</advanced><condition/>\
    <decision_type>allow</decision_type><name>u_tides</name><operation display_value=\"read\">read</operation><script/>\
    <security_attribute display_value=\"\"/><type display_value=\"record\">record</type><sys_id>ac1</sys_id>\
    </sys_security_acl>";
const OTHER_ROLE: &str = "<sys_security_acl_role><sys_security_acl>ac9</sys_security_acl><sys_user_role \
    name=\"itil\">r1</sys_user_role><sys_id>ar9</sys_id></sys_security_acl_role>";

#[test]
fn a_role_row_that_is_not_in_force_closes_no_acl() {
    let role = OTHER_ROLE.replace("ac9", "ac1").replace("ar9", "ar1");
    let key = "u_tides → read → record";
    let acl = |rows: &[&str], complete: &[&str], expected: (&[&str], &[&str])| {
        check(("SNC1001", rows, &[&role]), complete, expected, &[]);
    };
    // The instance's rows are all there, and none is of this ACL.
    acl(&[ACL, OTHER_ROLE], &["sys_security_acl_role"], (&[key], &[]));
    acl(&[ACL, OTHER_ROLE], &["all"], (&[key], &[]));
    // The claim stands where no row of the instance is there.
    acl(&[ACL], &["sys_security_acl_role"], (&[key], &[]));
    // What a set holds is no export of the table.
    acl(&[ACL], &["all"], (&[], &["sys_security_acl_role"]));
    acl(&[ACL], &[], (&[], &["sys_security_acl_role"]));
    acl(&[ACL, OTHER_ROLE], &[], (&[], &["sys_security_acl_role"]));
}

/// A property that a rule wants to be `true`, and whose absence it reports.
const MANDATORY: &str = "glide.authenticate.api.user.reset_password.mandatory";

fn property(name: &str, value: &str) -> String {
    format!(
        "<sys_properties><name>{name}</name><value>{value}</value><type>boolean</type><sys_id>p-{name}</sys_id>\
         </sys_properties>"
    )
}

#[test]
fn a_property_that_is_not_in_force_is_not_set() {
    let (other, good, bad) =
        (property("glide.ui.x", "1"), property(MANDATORY, "true"), property(MANDATORY, "false"));
    let set =
        |rows: &[&str], brought: &str, complete: &[&str], expected: (&[&str], &[&str]), later: &[&str]| {
            check(("SNP1243", rows, &[brought]), complete, expected, later);
        };
    set(&[&other], &good, &["sys_properties"], (&[MANDATORY], &[]), &[]);
    set(&[&other], &good, &[], (&[], &["sys_properties"]), &[]);
    set(&[USER], &good, &["all"], (&[], &["sys_properties"]), &[]);
    set(&[&good], &bad, &["sys_properties"], (&[MANDATORY], &[]), &[MANDATORY]);
    // Nothing says which of the two is newer.
    set(&[&bad], &good, &["sys_properties"], (&[MANDATORY], &[]), &[MANDATORY]);
}

#[test]
fn what_is_not_in_force_is_counted_only_where_that_is_worse() {
    let user = |number: u32, active: bool| {
        format!(
            "<sys_user><active>{active}</active><sys_id>f{number}</sys_id><user_name>u{number}</user_name></sys_user>"
        )
    };
    let member = |number: u32| {
        format!(
            "<sys_user_grmember><group display_value=\"Desk\">90</group><sys_id>9{number}</sys_id>\
             <user>f{number}</user></sys_user_grmember>"
        )
    };
    let complete = ["sys_user_grmember", "sys_user"];
    // Nobody who left is a member, but a set proposes one.
    let rows = [user(1, true), user(2, false), member(1)];
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    check(("SNR1043", &rows, &[&member(2)]), &complete, (&["Desk"], &[]), &["Desk"]);
    // A set says that somebody who left is back.
    let rows = [user(2, false), member(2)];
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    let back = user(2, true)
        .replace("</sys_user>", "<sys_updated_on>2026-02-01 10:00:00</sys_updated_on></sys_user>");
    check(("SNR1043", &rows, &[&back]), &complete, (&["Desk"], &[]), &[]);
}

#[test]
fn a_reference_leads_to_no_row_that_is_not_in_force() {
    let user =
        "<sys_user><active>true</active><sys_id>e2</sys_id><user_name>pier.gate</user_name></sys_user>";
    let grant = GRANT.replace("e1", "e2").replace(">true</inherited>", ">false</inherited>");
    let client = "<oauth_entity><active>true</active><name>Gate</name><sys_id>0a1</sys_id><type>client</type>\
        <user>e2</user></oauth_entity>";
    // The set would make an account of programs of it.
    let complete = ["sys_user_has_role", "oauth_entity"];
    let fared = |files: &[String]| fares("SNR1001", files, &complete);
    let without = fared(&[table(&[user, &grant])]);
    assert_eq!(fared(&[table(&[user, &grant]), set("loaded", &[client])]), without);
    // Who is meant is in no export.
    let without = fared(&[table(&[&grant])]);
    assert_eq!(fared(&[table(&[&grant]), set("loaded", &[&user.replace("pier.gate", "svc.gate")])]), without);
}

/// A grant of the admin role that says that it is inherited.
const GRANT: &str = "<sys_user_has_role><inherited>true</inherited><role name=\"admin\">2831a114c611228501d4ea6c309d626d</role>\
    <state>active</state><sys_id>9a1</sys_id><user>e1</user></sys_user_has_role>";
const USER: &str =
    "<sys_user><active>true</active><sys_id>e1</sys_id><user_name>ann.lee</user_name></sys_user>";
const MEMBER: &str =
    "<sys_user_grmember><group>90</group><sys_id>3e1</sys_id><user>e1</user></sys_user_grmember>";
const GROUP_ROLE: &str = "<sys_group_has_role><granted_by/><group>90</group><inherits>true</inherits>\
    <role name=\"admin\">2831a114c611228501d4ea6c309d626d</role><sys_id>9b1</sys_id></sys_group_has_role>";

#[test]
fn a_group_that_is_not_in_force_explains_no_grant() {
    let complete = [
        "sys_user_has_role",
        "sys_user_grmember",
        "sys_group_has_role",
        "sys_user_role_contains",
        "sys_user_group",
    ];
    let found: (&[&str], &[&str]) = (&["ann.lee → admin"], &[]);
    check(("SNR1052", &[USER, GRANT], &[MEMBER, GROUP_ROLE]), &complete, found, &[]);
    check(("SNR1052", &[USER, GRANT, GROUP_ROLE], &[MEMBER]), &complete, found, &[]);
    // A grant that a set proposes is judged as before.
    check(("SNR1052", &[USER], &[GRANT]), &complete, found, &["ann.lee → admin"]);
}

#[test]
fn rows_of_a_set_answer_for_one_another() {
    let role = OTHER_ROLE.replace("ac9", "ac1").replace("ar9", "ar1");
    let complete = ["sys_security_acl_role"];
    check(("SNC1001", &[OTHER_ROLE], &[ACL, &role]), &complete, (&[], &["sys_security_acl"]), &[]);
    check(
        ("SNC1001", &[OTHER_ROLE], &[ACL]),
        &complete,
        (&["u_tides → read → record"], &["sys_security_acl"]),
        &["u_tides → read → record"],
    );
    // Without the instance nobody asks about it.
    let alone = |rows: &[&str]| fares("SNC1001", &[set("loaded", rows)], &[]);
    assert_eq!(alone(&[ACL, &role]), (vec![], vec![]));
    assert_eq!(alone(&[ACL]), (vec![], vec!["sys_security_acl_role".to_owned()]));
}

#[test]
fn classes_that_the_input_adds_are_there_without_the_set_too() {
    let tables = "<sys_db_object><name>u_crew</name><super_class name=\"sys_user\"/>\
                  <sys_id>0000000000000000000000000000c3e1</sys_id></sys_db_object>";
    let crew = "<u_crew><active>true</active><sys_id>e7</sys_id><user_name>svc.gate</user_name></u_crew>";
    let pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    let users = pack.wanted.find("sys_user").unwrap();
    let files = [table(&[crew, tables]), set("loaded", &[&property(MANDATORY, "true")])];
    let sources = files.map(|text| Source::memory("a.xml", text.as_bytes()));
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let answering = reading.instance.answering_rows(users);
    let own: Vec<_> =
        answering.iter().map(|(instance, row)| instance.trait_of(users, *row, "table").to_owned()).collect();
    assert!(reading.instance.in_force.is_some());
    assert_eq!(own, ["u_crew"]);
}
