//! What packs and the configuration take from rules is an error, or said in every
//! report.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/git.rs"]
mod git;
#[path = "common/program.rs"]
mod program;

use exports::{Folder, machine, unload};
use git::git;
use program::{Run, glidelint};

/// A class of which no account is.
const NOBODY: &str = "class: service_account\ntable: sys_user\ntitle: None\n\
                      evidence:\n  - { name: never, where: 'user_name=nobody.at.all' }\n";

/// An account of which SNA1001 and SNA1002 find something.
fn user() -> String {
    unload(&[machine("svc.tide", false, &["locked_out=false", "name=svc.tide"])])
}

const FORMATS: [&str; 10] =
    ["text", "sarif", "json", "ndjson", "csv", "junit", "github", "gitlab", "markdown", "html"];

/// Scans one account with a configuration, and a pack that holds a class.
fn scan(config: &str, pack: &str, more: &[&str]) -> Run {
    let folder = Folder::new(&[
        ("exports/user.xml", &user()),
        (".glidelint.yaml", config),
        (&format!("{pack}/classes/robot.yaml"), NOBODY),
    ]);
    let arguments = ["scan", "exports", "--root", ".", "--select", "SNA1001,SNA1002", "--no-progress"];
    glidelint(folder.path(), &[&arguments, more].concat())
}

#[test]
fn a_pack_takes_the_name_of_a_built_in_class_only_where_the_configuration_says_so() {
    let check = |config: &str, code: i32, rules: &[&str], part: &str| {
        let run = scan(config, "own", &["--format", "json"]);
        assert_eq!(run.code, code, "{config}: {run:?}");
        assert!(format!("{}{}", run.stdout, run.stderr).contains(part), "{config}: {run:?}");
        if code != 2 {
            let found = run.json();
            let ids = found["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].clone());
            assert_eq!(ids.collect::<Vec<_>>(), rules, "{config}");
        }
    };
    check("", 1, &["SNA1001", "SNA1002"], "");
    let pack = "rule_packs: [own]\n";
    check(pack, 2, &[], "own/classes/robot.yaml:1:8");
    check(pack, 2, &[], "override: [service_account]");
    check(&format!("{pack}override: [person]\n"), 2, &[], "the class 'service_account' is built in");
    check(&format!("{pack}override: [robot]\n"), 2, &[], ".glidelint.yaml:2:12");
    let allowed = format!("{pack}override: [service_account]\n");
    check(&allowed, 1, &["SNA1002"], "class service_account is that of the pack own");
    let run = scan("rule_packs: [glidelint]\noverride: [service_account]\n", "glidelint", &[]);
    assert!(run.code == 2 && run.stderr.contains("'glidelint' is built in"), "{run:?}");
}

/// Whoever reads a report sees that it is no report of all rules.
#[test]
fn every_report_says_what_asks_less() {
    let config = "rules:\n  SNA1002: off\n  SNA1001: low\n";
    for format in FORMATS {
        let run = scan(config, "unused", &["--format", format, "--fail-on", "high"]);
        assert_eq!(run.code, 0, "{format}: {run:?}");
        let said = run.stdout.replace("&#39;", "'");
        for part in ["SNA1002 does not run", "SNA1001 has severity 0.1 instead of 7.5"] {
            assert!(said.contains(part), "{format} does not say '{part}': {said}");
        }
        let plain = scan("fail_on: high\n", "unused", &["--format", format]);
        assert!(!plain.stdout.contains("weaken the rules"), "{format}: {}", plain.stdout);
    }
    let run = scan(config, "unused", &["--format", "github"]);
    assert!(run.stdout.starts_with("::notice file=.glidelint.yaml,title=Rules and settings"), "{run:?}");
    // What the user leaves out with the command needs no mention.
    let run = scan("", "unused", &["--format", "json", "--ignore", "SNA1002"]);
    assert!(!run.stdout.contains("weaken the rules"), "{run:?}");
}

/// What a change would take once it is merged stands in every report, too.
#[test]
fn every_report_says_what_a_change_would_take() {
    let folder = Folder::new(&[("exports/user.xml", &user())]);
    let commit = |config: &str| {
        folder.write(".glidelint.yaml", config);
        git::commit(folder.path());
    };
    git(folder.path(), &["init", "-q"]);
    commit("complete: [sys_user]\nrules:\n  SNA1001: 5\n");
    git(folder.path(), &["checkout", "-qb", "change"]);
    let said = |config: &str, format: &str| {
        commit(config);
        let run = glidelint(
            folder.path(),
            &["scan", "exports", "--select", "SNA1001", "--config-from", "main", "--format", format],
        );
        assert_eq!(run.code, 1, "{format}: {run:?}");
        run.stdout.replace("&#39;", "'")
    };
    let weaker = "complete: [sys_user]\nexclude: ['exports/**']\nrules:\n  SNA1001: 4\n";
    for format in FORMATS {
        let said = said(&format!("{weaker}# {format}\n"), format);
        let part = "once it is merged: excludes 'exports/**'; SNA1001 has severity 4.0 instead of 7.5";
        assert!(said.contains(part), "{format} does not say '{part}': {said}");
    }
    for same_or_stronger in
        ["complete: [sys_user]\nrules:\n  SNA1001: 6\n", "complete: [sys_user, sys_user_role]\n"]
    {
        let said = said(same_or_stronger, "json");
        assert!(!said.contains("once it is merged"), "{said}");
    }
}
