//! An invented instance of 300 users with some problems, `tests/instance`,
//! against a table of what is to be found in it that was made by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use program::glidelint;

/// What a scan finds, as `rule key`.
fn found(arguments: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let scan = ["scan", "instance", "--no-config", "--format", "json"];
    let run = glidelint(&folder, &[&scan, arguments].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    let document = run.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings.map(|finding| format!("{} {}", text(finding, "rule"), text(finding, "key"))).collect()
}

/// What the table expects: rule, key and profile.
fn expected(profiles: &[&str]) -> BTreeSet<String> {
    include_str!("instance/expected.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|cells| profiles.contains(&cells[2]))
        .map(|cells| format!("{} {}", cells[0], cells[1]))
        .collect()
}

fn check(arguments: &[&str], profiles: &[&str]) {
    let (found, expected): (BTreeSet<String>, _) =
        (found(arguments).into_iter().collect(), expected(profiles));
    let missing: Vec<_> = expected.difference(&found).collect();
    let unexpected: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && unexpected.is_empty(),
        "not found: {missing:#?}; not in the table: {unexpected:#?}"
    );
}

#[test]
fn everything_that_was_planted_is_found_and_nothing_else() {
    check(&["--complete", "all", "--profile", "strict"], &["recommended", "strict"]);
    check(&["--complete", "all"], &["recommended"]);
}

/// The promise of the default profile: an ordinary instance gets a report that a
/// person reads to its end.
#[test]
fn an_ordinary_instance_has_under_thirty_findings() {
    let count = found(&[]).len();
    assert!((10..30).contains(&count), "{count} findings");
}
