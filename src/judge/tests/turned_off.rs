//! Findings that newer copies turned off.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::{judge, replaced_notice, turned_off, turned_off_notices};
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// An account of programs that may log in, or may not any more.
fn account(sys_id: &str, is_open: bool, updated_on: &str) -> String {
    format!(
        "<sys_user><active>{is_open}</active><identity_type>machine</identity_type>\
         <internal_integration_user>false</internal_integration_user><sys_id>{sys_id}</sys_id>\
         <sys_updated_on>{updated_on}</sys_updated_on><user_name>svc.{sys_id}</user_name>\
         <web_service_access_only>false</web_service_access_only></sys_user>"
    )
}

fn property(value: &str, updated_on: &str) -> String {
    format!(
        "<sys_properties><name>glide.ui.escape_text</name><value>{value}</value><type>boolean</type>\
         <sys_id>p1</sys_id><sys_updated_on>{updated_on}</sys_updated_on></sys_properties>"
    )
}

const OLD: &str = "2026-01-01 10:00:00";
const NEW: &str = "2026-02-01 10:00:00";

/// How many findings a rule has in some files, and the message of what is said of those
/// turned off: of each by itself if the newest file is of a change.
#[track_caller]
fn check((rule, files, is_change): (&str, &[&str], bool), found: usize, expected: &[&str]) {
    let settings = Settings { select: vec![rule.to_owned()], ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let paths: Vec<_> = (0..files.len()).map(|at| format!("{at}.xml")).collect();
    let text = |rows: &&str| format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}</unload>");
    let sources: Vec<_> =
        paths.iter().zip(files).map(|(path, rows)| Source::memory(path, text(rows).into_bytes())).collect();
    for all_versions in [false, true] {
        let options = Options { all_versions, ..Options::default() };
        let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
        let outcome = judge(&reading.instance, &pack.rules);
        let off = turned_off(&reading.instance, &pack.rules, &outcome.findings);
        if all_versions {
            assert!(off.is_empty(), "{files:?}");
            continue;
        }
        let path_of = |source: u32| paths[usize::try_from(source).unwrap()].as_str();
        let instance = &reading.instance;
        let mut notices = turned_off_notices(instance, (&off, &pack.rules), &|_| is_change, &path_of);
        if !is_change {
            notices.extend(replaced_notice(instance, &off, &path_of));
        }
        assert!(notices.iter().all(|notice| !notice.is_loss() && notice.kind == "turned-off"));
        let said: Vec<_> =
            notices.iter().map(|notice| format!("{}: {}", notice.path, notice.message)).collect();
        assert_eq!((outcome.findings.len(), said.len()), (found, expected.len()), "{files:?} {said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(expected.split(" .. ").all(|part| said.contains(part)), "{said}\n{expected}");
        }
    }
}

#[test]
fn an_older_version_that_fails() {
    let open = account("a", true, OLD);
    let check_users =
        |files: &[&str], found, expected: &[&str]| check(("SNA1002", files, false), found, expected);
    let shut = account("a", false, NEW);
    let one = "1.xml: one finding rests on an older version .. SNA1002 for sys_user svc.a in 0.xml";
    check_users(&[&open], 1, &[]);
    check_users(&[&open, &shut], 0, &[one]);
    check_users(&[&open, &account("a", true, NEW)], 1, &[]);
    // What is older was never more than the state before.
    check_users(&[&account("a", false, OLD), &account("a", true, NEW)], 1, &[]);
    // Versions in one file are its history.
    check_users(&[&format!("{open}{shut}")], 0, &[]);
    // Of several older versions it is one finding.
    check_users(&[&open, &account("a", true, "2026-01-15 10:00:00"), &shut], 0, &["2.xml: one finding"]);
    let deleted = shut.replace("<sys_user>", "<sys_user action=\"DELETE\">");
    check_users(&[&open, &deleted], 0, &[one]);
    let (more, less) =
        (format!("{open}{}", account("b", true, OLD)), format!("{shut}{}", account("b", false, NEW)));
    check_users(&[&more, &less], 0, &["1.xml: 2 findings rest on older versions of records"]);
}

#[test]
fn a_newer_copy_may_answer_for_another_record() {
    let acl = "<sys_security_acl><active>true</active><condition/><decision_type>allow</decision_type><name>u_tides</name>\
        <operation display_value=\"read\">read</operation><script/><security_attribute/><type>record</type>\
        <sys_id>ac1</sys_id></sys_security_acl>";
    let role = |acl: &str, updated_on: &str| {
        format!(
            "<sys_security_acl_role><sys_security_acl>{acl}</sys_security_acl><sys_id>r1</sys_id>\
             <sys_updated_on>{updated_on}</sys_updated_on></sys_security_acl_role>"
        )
    };
    let check_acls = |files: &[&str], expected: &[&str]| check(("SNC1001", files, false), 0, expected);
    let old = format!("{acl}{}", role("ac9", OLD));
    let line =
        "1.xml: one record is judged in a newer version .. sys_security_acl_role .. in 0.xml .. not counted";
    check_acls(&[&old, &role("ac1", NEW)], &[line]);
    check_acls(&[&old, &role("ac9", NEW)], &[]);
}

#[test]
fn a_change_has_a_line_for_each() {
    let (open, shut) = (account("a", true, OLD), account("a", false, NEW));
    let line = "1.xml: SNA1002 for sys_user svc.a rests on the version of the record in 0.xml";
    check(("SNA1002", &[&open, &shut], true), 0, &[line]);
    let rows =
        |is_open, date| (0..60).map(|at| account(&format!("n{at:02}"), is_open, date)).collect::<String>();
    let run = |is_change, expected: &[&str]| {
        check(("SNA1002", &[&rows(true, OLD), &rows(false, NEW)], is_change), 0, expected);
    };
    run(false, &["1.xml: 60 findings"]);
    let mut lines = vec!["1.xml: SNA1002 for sys_user svc.n"; 49];
    lines.push("svc.n49 .. the change does so to 10 more");
    run(true, &lines);
}

#[test]
fn properties_have_versions_too() {
    let (old, new) = (property("false", OLD), property("true", NEW));
    check(("SNP1022", &[&old], false), 1, &[]);
    check(("SNP1022", &[&old, &new], false), 0, &["1.xml: one finding .. SNP1022 for sys_properties"]);
    // Rules of several conditions ask properties, too.
    let line = "1.xml: one record is judged in a newer version .. sys_properties glide.ui.escape_text .. not counted";
    check(("SNP1022", &[&property("true", OLD), &property("false", NEW)], false), 1, &[line]);
}
