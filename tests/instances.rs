//! Several instances in one run: each judged alone, then compared.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use exports::Folder;
use program::{Run, glidelint};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/files/two-instances");

/// A folder with the two instances of the manual; nothing above it is a repository.
fn bench() -> Folder {
    let folder = Folder::copy_of(Path::new(FILES));
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn run(folder: &Folder, command: &str) -> Run {
    glidelint(folder.path(), &command.split_whitespace().collect::<Vec<_>>())
}

fn configure(folder: &Folder, text: &str) {
    folder.write(".glidelint.yaml", text);
}

fn refused(folder: &Folder, command: &str, parts: &[&str]) {
    let run = run(folder, command);
    assert_eq!(run.code, 2, "{command}: {}", run.stdout);
    assert!(parts.iter().all(|part| run.stderr.contains(part)), "{command}: {}", run.stderr);
    assert!(run.stdout.is_empty(), "{command}: {}", run.stdout);
}

#[test]
fn each_instance_is_judged_as_if_it_were_alone() {
    let folder = bench();
    let formats = ["json", "sarif", "csv", "ndjson", "result"];
    let outputs: Vec<_> = formats.iter().map(|format| format!("-o {format}=all.{format}")).collect();
    let both = run(&folder, &format!("scan . {}", outputs.join(" ")));
    assert_eq!(both.code, 1, "{}", both.stderr);
    for name in ["prod", "test"] {
        let outputs: Vec<_> = formats.iter().map(|format| format!("-o {format}=one.{format}")).collect();
        let alone = run(&folder, &format!("scan . --instance {name} {}", outputs.join(" ")));
        assert!(both.stdout.contains(&alone.stdout), "text of {name}");
        // The folder of one instance says the same of its own.
        let inside = run(&folder, &format!("scan {name}"));
        assert_eq!(inside.stdout, alone.stdout);
        // The result holds the command line, which is another.
        for format in formats.iter().filter(|format| **format != "result") {
            let read =
                |stem: &str| fs::read_to_string(folder.path().join(format!("{stem}.{format}"))).unwrap();
            assert_eq!(read(&format!("all-{name}")), read("one"), "{format} of {name}");
        }
    }
}

#[test]
fn the_differences_are_a_table_and_hold_no_secret() {
    let folder = bench();
    let both = run(&folder, "scan . -o differences=d.csv");
    let table = fs::read_to_string(folder.path().join("d.csv")).unwrap();
    let rows: Vec<_> = table.split_terminator("\r\n").collect();
    assert_eq!(rows[0], "kind,what,name,prod,test");
    // The integration user of Scan Engine has the same user ID in every instance.
    assert_eq!(rows[1], "role,admin,scan.engine,yes,no");
    assert!(rows.contains(&"account,web service access only,scan.engine,no,yes"), "{table}");
    assert!(rows.contains(&"setting,SNP1020,glide.ui.session_timeout,480,30"), "{table}");
    assert!(rows.contains(&"property,value,x_port.fleet.api_key,[redacted],[redacted]"), "{table}");
    for secret in ["mango", "papaya", "c1ph3r"] {
        assert!(!table.contains(secret) && !both.stdout.contains(secret), "{secret}");
    }
    assert!(!table.contains("tester.one") && !table.contains("x_port.fleet.same"), "{table}");
    let again = run(&folder, "scan . --jobs 1");
    assert_eq!(again.stdout, both.stdout);
}

#[test]
fn commands_for_one_instance_join_none() {
    let folder = bench();
    let several = ["several instances (prod, test)"];
    for command in [
        "query sys_user active=true .",
        "access scan.engine .",
        "access --all .",
        "baseline create .",
        "fix --dry-run .",
        "waive SNA1001 --key x --reason y --owner z .",
        "diff . .",
    ] {
        refused(&folder, command, &several);
    }
    assert_eq!(run(&folder, "query sys_user active=true prod").code, 0);
    assert_eq!(run(&folder, "diff prod test").code, 1);
    refused(&folder, "scan . -f json", &["prod, test", "--instance NAME", "--output"]);
    refused(&folder, "scan prod -o differences=d.csv", &["several instances"]);
    refused(&folder, "scan . --instance dev", &["prod, test"]);
}

#[test]
fn what_is_known_is_known_of_one_instance() {
    let folder = bench();
    for name in ["prod", "test"] {
        let create =
            run(&folder, &format!("baseline create . --instance {name} --baseline known-{name}.json"));
        assert_eq!(create.code, 0, "{}", create.stderr);
    }
    let scan = run(&folder, "scan . -q --baseline known.json");
    assert_eq!(scan.code, 0, "{}{}", scan.stdout, scan.stderr);
    // Findings of one are not those of the other.
    assert_eq!(run(&folder, "scan . --instance prod -q --baseline known-test.json").code, 1);
    // A saved result is of the instance that the folder is of.
    assert_eq!(run(&folder, "diff known-prod.json prod").code, 0);
}

#[test]
fn an_export_of_no_instance_is_said_and_not_judged() {
    let folder = bench();
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::copy(folder.path().join("prod/sys_user.xml"), folder.path().join("more/sys_user.xml")).unwrap();
    fs::write(folder.path().join("more/notes.txt"), "nothing").unwrap();
    let both = run(&folder, "scan .");
    assert_eq!(
        both.stdout.matches("error: more/sys_user.xml: matches no glob").count(),
        2,
        "{}",
        both.stdout
    );
    assert!(!both.stdout.contains("notes.txt"));
    assert_eq!(both.code, 4);
    let accepted = run(&folder, "scan . --allow-incomplete --fail-on never");
    assert_eq!(accepted.code, 0, "{}", accepted.stdout);
    let excluded = run(&folder, "scan . --fail-on never --exclude more");
    assert_eq!(excluded.code, 0, "{}", excluded.stdout);
    let report = run(&folder, "scan . --instance test -f json").json();
    assert_eq!(report["notices"][0]["kind"], "no-instance");
    // With no file of any instance, somebody has to say whose they are.
    refused(&folder, "scan more", &["no file matches a glob"]);
    assert_eq!(run(&folder, "scan more --instance dev").code, 1);
    assert_eq!(run(&folder, "scan more/notes.txt").code, 3);
    assert_eq!(run(&folder, "scan more --instance prod").code, 4);
}

#[test]
fn a_file_of_two_instances_is_refused() {
    let folder = bench();
    configure(&folder, "instances: { prod: 'prod', test: ['test', 'prod/sys_user.xml'] }\n");
    refused(&folder, "scan .", &["prod/sys_user.xml", "'prod' of prod", "'prod/sys_user.xml' of test"]);
}

#[test]
fn the_worst_exit_code_counts() {
    let folder = bench();
    let path = folder.path().join("test/sys_user.xml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 20]).unwrap();
    assert_eq!(run(&folder, "scan . -q").code, 4);
    assert_eq!(run(&folder, "scan . -q --instance prod").code, 1);
    // One instance of which nothing can be judged does not pass with the other.
    for entry in fs::read_dir(folder.path().join("test")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    fs::write(folder.path().join("test/notes.txt"), "nothing").unwrap();
    assert_eq!(run(&folder, "scan . -q --fail-on never").code, 3);
}
