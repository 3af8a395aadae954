//! Users in several files, and how many of them there are.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::rule::{Pack, PackFiles, Settings, builtin};
use crate::source::Source;

/// How rules fare on these files, all tables of which are whole: for each
/// `fail FINDINGS`, `?` or `pass`.
fn verdicts(packs: &[PackFiles], settings: &Settings, files: &[(&str, &str)]) -> Vec<String> {
    let pack = Pack::compile(packs, settings).unwrap();
    let sources: Vec<_> =
        files.iter().map(|(path, text)| Source::memory(path, text.as_bytes().to_vec())).collect();
    let options = Options { complete: ["all".to_owned()].into(), ..Options::default() };
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let verdict = |coverage: &crate::finding::RuleCoverage| match (coverage.fail, coverage.cannot_tell) {
        (0, 0) => "pass".to_owned(),
        (0, _) => format!("? {}", coverage.missing.join(" ")),
        (count, _) => format!("fail {count}"),
    };
    outcome.coverage.iter().map(verdict).collect()
}

/// Whether a user ID occurs twice (SNA1011).
#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    let settings = Settings { select: vec!["SNA1011".to_owned()], ..Settings::default() };
    assert_eq!(verdicts(&[builtin().unwrap()], &settings, files), [expected], "{files:?}");
}

const NO_ID: &str = "user_name,active\nann.lee,true\n";
const UNSURE: &str = "? sys_user.sys_id";

#[test]
fn rows_of_several_files_are_one_record_where_nothing_differs() {
    check(&[("sys_user.csv", NO_ID), ("b/sys_user.csv", NO_ID)], "pass");
    check(
        &[
            ("sys_user.csv", NO_ID),
            ("sys_user.json", r#"[{"user_name":"ann.lee","active":"true","sys_id":"u1"}]"#),
        ],
        "pass",
    );
    // Each shows something of its own, in either order, in any case of the key.
    let more = r#"[{"user_name":"Ann.Lee","email":"a@example.com","sys_id":"u1"}]"#;
    check(&[("a/sys_user.csv", NO_ID), ("b/sys_user.json", &more.replace("Ann.Lee", "ann.lee"))], "pass");
    check(&[("a/sys_user.json", &more.replace("Ann.Lee", "ann.lee")), ("b/sys_user.csv", NO_ID)], "pass");
    // Three files, of which no two show the same.
    let third = "user_name,locked_out\nann.lee,false\n";
    check(
        &[
            ("a/sys_user.csv", NO_ID),
            ("b/sys_user.json", &more.replace("Ann.Lee", "ann.lee")),
            ("c/sys_user.csv", third),
        ],
        "pass",
    );
}

#[test]
fn where_it_is_open_nobody_can_tell() {
    // A column differs; one that no rule asks for does too.
    check(&[("a/sys_user.csv", NO_ID), ("b/sys_user.csv", "user_name,active\nann.lee,false\n")], UNSURE);
    let rooms = |room: &str| format!("user_name,u_room\nann.lee,{room}\n");
    check(&[("a/sys_user.csv", &rooms("12")), ("b/sys_user.csv", &rooms("34"))], UNSURE);
    let other = r#"[{"user_name":"ann.lee","active":"false","sys_id":"u1"}]"#;
    check(&[("a/sys_user.csv", NO_ID), ("b/sys_user.json", other)], UNSURE);
    // One of two that are there, and nobody knows which.
    let two = r#"[{"user_name":"ann.lee","sys_id":"u1"},{"user_name":"bo.berg","sys_id":"u2"}]"#;
    check(&[("a/sys_user.csv", NO_ID), ("b/sys_user.json", two)], "pass");
}

#[test]
fn what_is_surely_two_is_two() {
    check(&[("sys_user.csv", "user_name,active\nann.lee,true\nann.lee,true\n")], "fail 1");
    check(
        &[("a/sys_user.csv", "user_name,active\nann.lee,true\nann.lee,true\n"), ("b/sys_user.csv", NO_ID)],
        "fail 1",
    );
    let one = |id: &str| format!(r#"[{{"user_name":"ann.lee","sys_id":"{id}"}}]"#);
    check(&[("a/sys_user.json", &one("u1")), ("b/sys_user.json", &one("u2"))], "fail 1");
    check(
        &[("a/sys_user.json", &one("u1")), ("b/sys_user.json", &one("u2")), ("c/sys_user.csv", NO_ID)],
        "fail 1",
    );
}

/// What names the instance is read where a rule asks for properties.
#[test]
fn rows_of_two_instances_are_never_one_record() {
    let select = ["SNA1011", "SNP1001"].map(str::to_owned).to_vec();
    let settings = Settings { select, ..Settings::default() };
    let named = |name: &str| format!("name,value\ninstance_name,{name}\n");
    for (other, expected) in [("quay", "pass"), ("quaydev", UNSURE)] {
        let (one, other) = (named("quay"), named(other));
        let files = [
            ("a/sys_properties.csv", one.as_str()),
            ("a/sys_user.csv", NO_ID),
            ("b/sys_properties.csv", &other),
            ("b/sys_user.csv", NO_ID),
        ];
        assert_eq!(verdicts(&[builtin().unwrap()], &settings, &files)[0], expected);
    }
}

#[test]
fn one_record_in_several_files_is_one_finding() {
    let settings = Settings { select: vec!["SNA1001".to_owned()], ..Settings::default() };
    let packs = [builtin().unwrap()];
    let check = |files: &[(&str, &str)], expected: &str| {
        assert_eq!(verdicts(&packs, &settings, files), [expected], "{files:?}");
    };
    let csv = "user_name,active,web_service_access_only\nsvc.quay,true,false\n";
    let more = "user_name,active,web_service_access_only,email\nsvc.quay,true,false,q@example.com\n";
    let other = "user_name,active,web_service_access_only,sys_id\nsvc.quay,true,false,u1\n";
    check(&[("a/sys_user.csv", csv)], "fail 1");
    check(&[("a/sys_user.csv", csv), ("b/sys_user.csv", more)], "fail 1");
    check(&[("a/sys_user.csv", more), ("b/sys_user.csv", other)], "fail 1");
    check(&[("a/sys_user.csv", csv), ("b/sys_user.csv", &csv.replace("true,false", "1,false"))], "fail 1");
}

/// Lists show only the name of what a row refers to.
#[test]
fn a_name_that_one_record_has_is_as_good_as_its_sys_id() {
    let select = |rule: &str| Settings { select: vec![rule.to_owned()], strict: true, ..Settings::default() };
    let packs = [builtin().unwrap()];
    let method = |id: &str, message: &str| {
        format!(
            "<unload><sys_rest_message_fn><function_name>get</function_name><rest_endpoint>http://quay.example.com\
             </rest_endpoint><rest_message display_value=\"Quay\">{message}</rest_message><sys_id>{id}</sys_id>\
             </sys_rest_message_fn></unload>"
        )
    };
    let csv = "rest_message,function_name,rest_endpoint\nQuay,get,http://quay.example.com\n";
    let check = |files: &[(&str, &str)], expected: &str| {
        assert_eq!(verdicts(&packs, &select("SNI1023"), files), [expected], "{files:?}");
    };
    let (one, other) = (method("f1", "m1"), method("f2", "m2"));
    check(&[("a.xml", &one), ("sys_rest_message_fn.csv", csv)], "fail 1");
    check(&[("sys_rest_message_fn.csv", csv), ("a.xml", &one)], "fail 1");
    // Of two messages of that name nobody knows which is meant.
    check(&[("a.xml", &one), ("b.xml", &other), ("sys_rest_message_fn.csv", csv)], "fail 3");
    let differs = csv.replace("quay.example", "pier.example");
    check(&[("a.xml", &one), ("sys_rest_message_fn.csv", &differs)], "fail 2");
    let method = csv.replace("get", "post");
    check(&[("a.xml", &one), ("sys_rest_message_fn.csv", &method)], "fail 2");
}

/// Several records with one key are nothing odd in some tables.
#[test]
fn a_twin_of_a_shared_key_is_one_finding() {
    let settings = Settings { select: vec!["SNI1035".to_owned()], strict: true, ..Settings::default() };
    let packs = [builtin().unwrap()];
    let row = |id: &str, expires: &str| {
        format!(
            "<sys_certificate><active>true</active><expires>{expires}</expires><name>quay</name><sys_id>{id}\
             </sys_id></sys_certificate>"
        )
    };
    let file = |rows: &str| format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}</unload>");
    let csv = "name,active,expires\nquay,true,2025-01-01 00:00:00\n";
    let check = |xml: &str, expected: &str| {
        for files in
            [[("a.xml", xml), ("sys_certificate.csv", csv)], [("sys_certificate.csv", csv), ("a.xml", xml)]]
        {
            assert_eq!(verdicts(&packs, &settings, &files), [expected], "{xml}");
        }
    };
    check(&file(&row("c1", "2025-01-01 00:00:00")), "fail 1");
    check(&file(&row("c1", "2025-02-01 00:00:00")), "fail 2");
    let two = format!("{}{}", row("c1", "2025-01-01 00:00:00"), row("c2", "2025-02-01 00:00:00"));
    check(&file(&two), "fail 2");
}
