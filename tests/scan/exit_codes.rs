//! What each exit code says.

use serde_json::Value;

use super::exports::Folder;
use super::program::glidelint;
use super::{RULE, bad, check, check_refused, cut, good, scan};

#[test]
fn zero_where_nothing_is_found() {
    check(&[("a.xml", &good())], &[], 0, &[]);
}

#[test]
fn one_where_something_is_found() {
    check(&[("a.xml", &good()), ("b.xml", &bad())], &[], 1, &["svc.bad"]);
}

#[test]
fn two_for_wrong_use() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    check_refused(&folder, &["scan", "--no-such-flag"], &["--no-such-flag"]);
    check_refused(&folder, &["scan", "nowhere"], &["nowhere", "does not exist"]);
    check_refused(&folder, &["scan", ".", "nowhere"], &["nowhere"]);
    check_refused(&folder, &["scan", "--root", "nowhere", "."], &["nowhere"]);
    check_refused(&folder, &["scan", "--format", "klingon"], &["klingon"]);
    check_refused(&folder, &["scan", "--fail-on", "sometimes"], &["sometimes"]);
    check_refused(&folder, &["scan", "--instance", "a/b"], &["a/b"]);
    check_refused(&folder, &["scan", "--as-of", "tomorrow"], &["tomorrow"]);
    check_refused(&folder, &["scan", "--release", "atlantis"], &["atlantis"]);
    check_refused(&folder, &["scan", "--exclude", "[", "."], &["--exclude"]);
    check_refused(&folder, &["scan", "--no-builtin-rules"], &["--rules"]);
    check_refused(&folder, &["scan", "--config", "nowhere.yaml"], &["nowhere.yaml"]);
    check_refused(&folder, &["scan", "--rules", "nowhere"], &["nowhere"]);
    check_refused(&folder, &["scan", "--output", "report.klingon"], &["report.klingon"]);
    check_refused(&folder, &["query", "sys_user", "active=true^^"], &["^"]);
    check_refused(&folder, &["query", "sys_user", "no_such_column=1"], &["no_such_column"]);
}

#[test]
fn a_rule_that_does_not_exist_cannot_be_asked_for() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    check_refused(&folder, &["scan", "--no-config", "--select", "SNA9999"], &["SNA9999"]);
    check_refused(&folder, &["scan", "--no-config", "--ignore", "no-such-rule"], &["no-such-rule"]);
}

#[test]
fn three_where_nothing_is_to_be_scanned() {
    check(&[], &[], 3, &[]);
    check(&[("notes.txt", "nothing"), ("page.xml", "<html><body/></html>")], &[], 3, &[]);
    check(&[("a.xml", "<unload unload_date=\"2026-03-01 10:00:00\"/>")], &[], 3, &[]);
    check(&[("notes.txt", "nothing")], &["--allow-incomplete"], 3, &[]);
}

#[test]
fn four_where_something_could_not_be_read() {
    check(&[("a.xml", &cut())], &[], 4, &["svc.cut"]);
    check(&[("a.xml", "")], &[], 4, &[]);
    check(&[("a.xml", "gs.info('no export');")], &[], 4, &[]);
    check(&[("a.xml", &bad()), ("b.xml", &cut())], &[], 4, &["svc.bad", "svc.cut"]);
    check(&[("a.xml", &bad()), ("b.xml", &cut())], &["--fail-on", "never"], 4, &["svc.bad", "svc.cut"]);
}

#[test]
fn incomplete_may_be_allowed() {
    check(&[("a.xml", &bad()), ("b.xml", "")], &["--allow-incomplete"], 1, &["svc.bad"]);
    check(&[("a.xml", &good()), ("b.xml", "")], &["--allow-incomplete"], 0, &[]);
}

#[test]
fn strict_asks_for_every_verdict() {
    let without_column = good().replace("<identity_type>machine</identity_type>", "");
    check(&[("a.xml", &without_column)], &[], 0, &[]);
    check(&[("a.xml", &without_column)], &["--strict"], 4, &[]);
    check(&[("a.xml", &good())], &["--strict"], 0, &[]);
}

#[test]
fn every_document_says_what_became_of_it() {
    let folder = Folder::new(&[("a.xml", &cut()), ("b.xml", "")]);
    let document = scan(&folder, &[]).json();
    assert_eq!(document["schema"], "glidelint/scan/v1");
    let notices = document["notices"].as_array().unwrap();
    let named: Vec<_> = notices
        .iter()
        .map(|notice| (notice["path"].as_str().unwrap(), notice["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(named, [("a.xml", "truncated"), ("b.xml", "unreadable")]);
    let arguments = ["scan", "--no-config", "--root", ".", "--select", RULE, "--format", "sarif"];
    let log = glidelint(folder.path(), &arguments).json();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(
        (&invocation["executionSuccessful"], &invocation["exitCode"]),
        (&Value::from(false), &Value::from(4))
    );
    assert!(invocation["toolExecutionNotifications"].as_array().unwrap().len() >= 2);
}

#[test]
fn an_export_without_its_end_never_passes() {
    let text = bad();
    let end = text.find("</unload>").unwrap();
    // Behind the root's start tag; `tests/reading/damage.rs` cuts at every byte.
    let root = text.find("10:00:00\">").unwrap() + 10;
    for cut in (root..end + 9).step_by(29).chain([end, end + 1, end + 8]) {
        for files in [vec![("a.xml", &text[..cut])], vec![("a.xml", &text[..cut]), ("b.xml", text.as_str())]]
        {
            let run = scan(&Folder::new(&files), &[]);
            assert_eq!(run.code, 4, "cut at {cut}: {run:?}");
        }
    }
}

#[test]
fn an_export_that_ends_before_its_root_never_passes() {
    let text = bad();
    let good = good();
    for cut in [0, 1, 20, 38, 39, 41, 60] {
        for files in [vec![("a.xml", &text[..cut])], vec![("a.xml", &text[..cut]), ("b.xml", good.as_str())]]
        {
            let run = scan(&Folder::new(&files), &[]);
            assert_eq!(run.code, 4, "cut at {cut}: {run:?}");
        }
    }
}
