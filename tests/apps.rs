//! Repositories of apps, given whole and in part.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{Run, glidelint};
use tempfile::TempDir;

const APP: &str = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn record(table: &str, own: &str) -> String {
    format!(
        "<record_update table=\"{table}\"><{table} action=\"INSERT_OR_UPDATE\">{own}</{table}></record_update>"
    )
}

/// An app with an ACL that asks for nothing but the role in a file of its own.
fn repository(role: bool) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join(".git")).unwrap();
    write(
        root,
        "x_quay/sys_app_1.xml",
        &record("sys_app", &format!("<scope>x_quay</scope><sys_id>{APP}</sys_id>")),
    );
    let acl = "<active>true</active><condition/><decision_type>allow</decision_type><name>x_quay_slot</name>\
         <operation display_value=\"write\">write</operation><script/><security_attribute/><sys_id>acl1</sys_id>\
         <type display_value=\"record\">record</type>";
    write(root, "x_quay/update/sys_security_acl_1.xml", &record("sys_security_acl", acl));
    if role {
        let role = "<sys_id>ar1</sys_id><sys_security_acl>acl1</sys_security_acl>\
             <sys_user_role name=\"x_quay.clerk\">r1</sys_user_role>";
        write(root, "x_quay/update/sys_security_acl_role_1.xml", &record("sys_security_acl_role", role));
    }
    write(root, "x_quay/docs/notes.xml", "<unload unload_date=\"2026-03-01 10:00:00\"></unload>");
    write(root, "x_quay/logo.png", "a picture");
    folder
}

fn scan(folder: &TempDir, arguments: &[&str]) -> Run {
    let all = [&["scan", "--select", "SNC1001", "-q"], arguments].concat();
    glidelint(folder.path(), &all)
}

/// What a scan says of the ACL: `fail`, `pass` or `?`.
#[track_caller]
fn check(folder: &TempDir, arguments: &[&str], expected: &str) {
    let run = scan(folder, arguments);
    assert_eq!(run.stderr, "", "{arguments:?}");
    let rules = run.stdout.lines().find(|line| line.starts_with("Rules")).unwrap_or_default();
    let found = match (rules.contains("1 failed"), rules.contains("1 not judged")) {
        (true, _) => "fail",
        (_, true) => "?",
        _ => "pass",
    };
    assert_eq!(found, expected, "{arguments:?}: {run:?}");
    assert!(run.code != 1 || found == "fail", "{arguments:?}: {run:?}");
}

#[test]
fn what_was_left_out_of_an_app_is_not_missing_from_it() {
    let folder = repository(true);
    check(&folder, &["."], "pass");
    check(&folder, &["x_quay"], "pass");
    let roles = "**/sys_security_acl_role_*";
    for arguments in [
        &[".", "--exclude", roles][..],
        &["x_quay", "--exclude", roles],
        &["x_quay", "--root", "x_quay", "--exclude", roles],
        &["x_quay/update/sys_security_acl_1.xml", "x_quay/sys_app_1.xml"],
        &["x_quay/sys_app_1.xml", "x_quay/update", "--exclude", roles],
        &[".", "--max-file-size", "300"],
    ] {
        check(&folder, arguments, "?");
    }
    // What is excluded and named all the same was given.
    check(&folder, &[".", "x_quay/update/sys_security_acl_role_1.xml", "--exclude", roles], "pass");
    let folder = repository(false);
    check(&folder, &["."], "fail");
    // An excluded folder may hold what is missed, but not where only data lies.
    check(&folder, &[".", "--exclude", "x_quay/author_elective_update"], "fail");
    fs::create_dir(folder.path().join("x_quay/author_elective_update")).unwrap();
    check(&folder, &[".", "--exclude", "x_quay/author_elective_update"], "?");
    for harmless in ["x_quay/docs", "**/*.png", "**/notes.xml"] {
        check(&folder, &[".", "--exclude", harmless], "fail");
    }
    // Nor does what lies beside the app.
    write(folder.path(), "other/x.xml", "<record_update");
    check(&folder, &[".", "--exclude", "other"], "fail");
    check(&folder, &["x_quay"], "fail");
    check(&folder, &["."], "fail");
}

#[test]
fn files_of_another_instance_are_not_given() {
    let folder = repository(true);
    let configuration =
        |globs: &str| write(folder.path(), ".glidelint.yaml", &format!("instances:\n  one: {globs}\n"));
    configuration("['x_quay/**']");
    check(&folder, &["."], "pass");
    configuration("['x_quay/sys_app_1.xml', 'x_quay/update/sys_security_acl_1.xml']");
    check(&folder, &["."], "?");
}

#[cfg(unix)]
#[test]
fn what_lies_behind_links_has_another_path() {
    let folder = repository(false);
    let root = folder.path();
    write(
        root,
        "shared/roles.xml",
        &fs::read_to_string(root.join("x_quay/sys_app_1.xml")).unwrap().replace("sys_app", "sys_user_role"),
    );
    check(&folder, &["."], "fail");
    std::os::unix::fs::symlink("../../shared/roles.xml", root.join("x_quay/update/roles.xml")).unwrap();
    check(&folder, &["."], "?");
    fs::remove_file(root.join("x_quay/update/roles.xml")).unwrap();
    std::os::unix::fs::symlink("../shared", root.join("x_quay/more")).unwrap();
    check(&folder, &["."], "?");
    fs::remove_file(root.join("x_quay/more")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all.xml", root.join("x_quay/update/lost.xml")).unwrap();
    check(&folder, &["."], "?");
}

#[test]
fn two_instances_in_one_scan_are_said_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (path, name) in [("a", "quay"), ("b", "quaydev")] {
        let row = format!("name,type,value,sys_id\ninstance_name,string,{name},p_{name}\n");
        write(folder.path(), &format!("{path}/sys_properties.csv"), &row);
    }
    for format in ["text", "json", "ndjson", "sarif", "csv", "junit", "github", "gitlab", "markdown", "html"]
    {
        let run = glidelint(folder.path(), &["scan", ".", "-q", "-f", format]);
        assert!(run.stdout.contains("the files are of several instances"), "{format}: {run:?}");
        assert!(run.stdout.contains("under instances: in the configuration"), "{format}: {run:?}");
    }
    let json = glidelint(folder.path(), &["scan", ".", "-f", "json"]).json();
    assert_eq!(json["notices"][0]["kind"], "mixed-instances");
    let one = glidelint(folder.path(), &["scan", "a", "-q"]);
    assert!(!one.stdout.contains("several instances"), "{one:?}");
}

#[test]
fn many_keys_of_other_rows_are_a_sign_of_two_instances() {
    let folder = tempfile::tempdir().unwrap();
    let users = |from: u32| -> String {
        let rows = (0..5).map(|at| format!("user{at},u{}\n", from + at));
        std::iter::once("user_name,sys_id\n".to_owned()).chain(rows).collect()
    };
    write(folder.path(), "a/sys_user.csv", &users(0));
    write(folder.path(), "b/sys_user.csv", &users(100));
    let run = glidelint(folder.path(), &["scan", "."]);
    assert!(run.stdout.contains("5 values of sys_user.user_name belong to one row"), "{run:?}");
    write(folder.path(), "b/sys_user.csv", &users(0));
    let run = glidelint(folder.path(), &["scan", "."]);
    assert!(!run.stdout.contains("several instances") && !run.stdout.contains("two instances"), "{run:?}");
}
