//! Repositories of apps, given whole and in part.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::fs;

use exports::{Folder, app_file, unload};
use program::{Run, glidelint};

const APP: &str = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0";

/// An app with an ACL that asks for nothing but the role in a file of its own.
fn repository(role: bool) -> Folder {
    let acl = [
        "active=true",
        "condition=",
        "decision_type=allow",
        "name=x_quay_slot",
        "operation=write/write",
        "script=",
        "security_attribute=",
        "sys_id=acl1",
        "type=record/record",
    ];
    let folder = Folder::new(&[
        ("x_quay/sys_app_1.xml", &app_file("sys_app", &["scope=x_quay", &format!("sys_id={APP}")])),
        ("x_quay/update/sys_security_acl_1.xml", &app_file("sys_security_acl", &acl)),
        ("x_quay/docs/notes.xml", &unload(&[""])),
        ("x_quay/logo.png", "a picture"),
    ]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    if role {
        let role = ["sys_id=ar1", "sys_security_acl=acl1", "sys_user_role=r1/x_quay.clerk"];
        folder.write("x_quay/update/sys_security_acl_role_1.xml", app_file("sys_security_acl_role", &role));
    }
    folder
}

fn scan(folder: &Folder, arguments: &[&str]) -> Run {
    let all = [&["scan", "--select", "SNC1001", "-q"], arguments].concat();
    glidelint(folder.path(), &all)
}

/// What a scan says of the ACL: `fail`, `pass` or `?`.
#[track_caller]
fn check(folder: &Folder, arguments: &[&str], expected: &str) {
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
    folder.write("other/x.xml", "<record_update");
    check(&folder, &[".", "--exclude", "other"], "fail");
    check(&folder, &["x_quay"], "fail");
    check(&folder, &["."], "fail");
}

#[test]
fn files_of_another_instance_are_not_given() {
    let folder = repository(true);
    let configuration =
        |globs: &str| folder.write(".glidelint.yaml", format!("instances:\n  one: {globs}\n"));
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
    folder.write("shared/roles.xml", folder.read("x_quay/sys_app_1.xml").replace("sys_app", "sys_user_role"));
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
    let folder = Folder::new(&[]);
    for (path, name) in [("a", "quay"), ("b", "quaydev")] {
        let row = format!("name,type,value,sys_id\ninstance_name,string,{name},p_{name}\n");
        folder.write(&format!("{path}/sys_properties.csv"), row);
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
    let folder = Folder::new(&[]);
    let users = |from: u32| -> String {
        let rows = (0..5).map(|at| format!("user{at},u{}\n", from + at));
        std::iter::once("user_name,sys_id\n".to_owned()).chain(rows).collect()
    };
    folder.write("a/sys_user.csv", users(0));
    folder.write("b/sys_user.csv", users(100));
    let run = glidelint(folder.path(), &["scan", "."]);
    assert!(run.stdout.contains("5 values of sys_user.user_name belong to one row"), "{run:?}");
    folder.write("b/sys_user.csv", users(0));
    let run = glidelint(folder.path(), &["scan", "."]);
    assert!(!run.stdout.contains("several instances") && !run.stdout.contains("two instances"), "{run:?}");
}
