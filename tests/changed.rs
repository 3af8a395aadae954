//! `scan --changed-since`: all is read, and what is found in records that did not
//! change is left out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with other tests, which use the rest")]
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use program::glidelint;

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
    let done = Command::new("git").current_dir(folder).args(who).args(arguments).output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

fn user(name: &str) -> String {
    let sys_id: String = name.bytes().cycle().map(|byte| format!("{:x}", byte % 16)).take(32).collect();
    format!(
        "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><identity_type>machine</identity_type>\
         <internal_integration_user>false</internal_integration_user><sys_id>{sys_id}</sys_id>\
         <user_name>{name}</user_name><web_service_access_only>false</web_service_access_only></sys_user>\n"
    )
}

fn export(users: &[&str]) -> String {
    let rows: String = users.iter().map(|name| user(name)).collect();
    format!("<unload unload_date=\"2026-03-01 10:00:00\">\n{rows}</unload>\n")
}

#[test]
fn only_records_that_changed_are_reported() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let found = |revision: &str| {
        let arguments = ["scan", "exports", "--no-config", "--select", "SNA1002", "--format", "json"];
        let run = glidelint(folder.path(), &[&arguments, ["--changed-since", revision].as_slice()].concat());
        let document = run.json();
        let findings = document["findings"].as_array().unwrap().clone();
        let mut keys: Vec<_> =
            findings.iter().map(|finding| finding["key"].as_str().unwrap().to_owned()).collect();
        keys.sort();
        (run.code, keys)
    };
    fs::create_dir(folder.path().join("exports")).unwrap();
    write("exports/users.xml", &export(&["svc.one", "svc.two"]));
    write("exports/others.xml", &export(&["svc.other"]));
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "first"]);
    assert_eq!(found("HEAD"), (0, vec![]));
    // Another order and another form are no change of a record.
    write("exports/users.xml", &export(&["svc.two", "svc.one"]).replace('\n', "\r\n    "));
    assert_eq!(found("HEAD"), (0, vec![]));
    write("exports/users.xml", &export(&["svc.zero", "svc.one", "svc.two"]));
    assert_eq!(found("HEAD"), (1, vec!["svc.zero".to_owned()]));
    write("exports/new.xml", &export(&["svc.new"]));
    assert_eq!(found("HEAD"), (1, vec!["svc.new".to_owned(), "svc.zero".to_owned()]));
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "second"]);
    assert_eq!(found("HEAD"), (0, vec![]));
    assert_eq!(found("HEAD~1").1.len(), 2);
}

#[test]
fn a_revision_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("users.xml"), export(&["svc.one"])).unwrap();
    let scan = || glidelint(folder.path(), &["scan", "--no-config", "--changed-since", "nowhere"]);
    let run = scan();
    assert!(run.code == 2 && run.stderr.contains("--changed-since nowhere: "), "{run:?}");
    git(folder.path(), &["init", "-q"]);
    let run = scan();
    assert!(run.code == 2 && run.stderr.contains("does not hold this revision"), "{run:?}");
}
