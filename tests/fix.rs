//! `glidelint fix`: the value is mended, all other bytes are as they were, and the
//! corrected file scans clean.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with other tests, which use the rest")]
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use tempfile::TempDir;

use program::glidelint;

const RULE: &str = "SNP1006";
const NAME: &str = "glide.basicauth.required.csv";

fn property(value: &str) -> String {
    format!(
        "<sys_properties action=\"INSERT_OR_UPDATE\"><name>{NAME}</name><sys_id>0123456789abcdef0123456789abcdef</sys_id>\
         <type>boolean</type>{value}</sys_properties>"
    )
}

fn update_set(payload: &str) -> String {
    format!(
        "<unload unload_date=\"2026-03-01 10:00:00\">\r\n<sys_update_xml action=\"INSERT_OR_UPDATE\">\
         <payload>{payload}</payload><name>x</name></sys_update_xml>\r\n</unload>\r\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn count(folder: &Path) -> usize {
    let run = glidelint(folder, &["scan", "--no-config", "--format", "json", "--select", RULE]);
    run.json()["findings"].as_array().unwrap().len()
}

/// The written value becomes the other one, and nothing else changes.
#[track_caller]
fn check(before: &[u8], old: &str, new: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("export.xml");
    fs::write(&path, before).unwrap();
    assert_eq!(count(folder.path()), 1);
    let dry = glidelint(folder.path(), &["fix", "--no-config", "--select", RULE, "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.stdout.contains("1 value would be changed in 1 file"), "{dry:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let run = glidelint(folder.path(), &["fix", "--no-config", "--select", RULE]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = String::from_utf8(before.to_vec()).unwrap();
    assert_eq!(String::from_utf8(fs::read(&path).unwrap()).unwrap(), text.replacen(old, new, 1));
    assert_eq!(count(folder.path()), 0);
}

#[test]
fn in_every_form_of_export() {
    let table = |value: &str| {
        format!("<unload unload_date=\"2026-03-01 10:00:00\">\r\n{}\r\n</unload>", property(value))
    };
    check(table("<value>false</value>").as_bytes(), "<value>false<", "<value>true<");
    check(table("<value><![CDATA[false]]></value>").as_bytes(), "<![CDATA[false]]>", "true");
    let marked = format!("\u{feff}{}", table("<value>false</value>"));
    check(marked.as_bytes(), "<value>false<", "<value>true<");
    let record =
        |value: &str| format!("<record_update table=\"sys_properties\">{}</record_update>", property(value));
    check(record("<value>false</value>").as_bytes(), "<value>false<", "<value>true<");
    let section = format!("<![CDATA[{}]]>", record("<value>false</value>"));
    check(update_set(&section).as_bytes(), "<value>false<", "<value>true<");
    let text = escaped(&record("<value>false</value>"));
    check(update_set(&text).as_bytes(), "&lt;value&gt;false&lt;", "&lt;value&gt;true&lt;");
}

/// Of the one account that is known to hold admin, or may hold it.
#[test]
fn nobody_is_locked_out() {
    let user = |name: &str, id: char, identity: &str| {
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><identity_type>{identity}</identity_type>\
             <internal_integration_user>false</internal_integration_user><locked_out>false</locked_out>\
             <sys_id>{}</sys_id><user_name>{name}</user_name>\
             <web_service_access_only>false</web_service_access_only></sys_user>",
            id.to_string().repeat(32)
        )
    };
    let grant = |id: char| {
        format!(
            "<sys_user_has_role action=\"INSERT_OR_UPDATE\"><role name=\"admin\">{}</role><state>active</state>\
             <sys_id>{}</sys_id><user>{}</user></sys_user_has_role>",
            "a".repeat(32),
            "b".repeat(32),
            id.to_string().repeat(32)
        )
    };
    let role = format!(
        "<sys_user_role action=\"INSERT_OR_UPDATE\"><name>admin</name><sys_id>{}</sys_id></sys_user_role>",
        "a".repeat(32)
    );
    let code = |rows: &[String], more: &[&str]| {
        let folder = TempDir::new().unwrap();
        let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">{}</unload>", rows.concat());
        fs::write(folder.path().join("users.xml"), text).unwrap();
        let run = glidelint(folder.path(), &[&["fix", "--no-config", "--select", "SNA1002"], more].concat());
        (run.code, run.stdout.contains("last one who can administer"))
    };
    let robot = user("svc.deploy", '1', "machine");
    let person = user("ann.lee", '2', "human");
    assert_eq!(code(from_ref(&robot), &[]), (1, true), "nobody knows who holds admin");
    assert_eq!(code(from_ref(&robot), &["--allow-lockout"]), (0, false));
    assert_eq!(code(&[robot.clone(), person.clone(), role.clone(), grant('1')], &[]), (1, true));
    assert_eq!(code(&[robot, person, role, grant('2')], &[]), (0, false), "somebody else holds it");
}
