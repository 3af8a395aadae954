//! Where output goes.

use std::process::Command;
use std::process::Stdio;

use super::exports::Folder;
use super::program::glidelint;
use super::{RULE, bad, cut, samples, scan};

#[test]
fn further_reports_are_those_of_standard_output() {
    let folder = Folder::new(&[("in/a.xml", &bad())]);
    let run =
        scan(&folder, &["--output", "out.json", "--output", "sarif=report.log", "-o", "text=out.md", "in"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(folder.read("out.json"), run.stdout);
    assert_eq!(folder.names(), ["in", "out.json", "out.md", "report.log"], "nothing else is left");
    let arguments = ["scan", "--no-config", "--root", ".", "--select", RULE, "in", "--format"];
    assert_eq!(
        glidelint(folder.path(), &[&arguments[..], &["sarif"]].concat()).stdout,
        folder.read("report.log")
    );
    assert_eq!(glidelint(folder.path(), &[&arguments[..], &["text"]].concat()).stdout, folder.read("out.md"));
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let folder = Folder::new(&[("in/a.xml", &bad()), ("out.json", "the last report")]);
    // What stops the scan leaves the last report as it was.
    assert_eq!(scan(&folder, &["--output", "out.json", "nowhere"]).code, 2);
    assert_eq!(scan(&folder, &["--output", "out.json", "--release", "atlantis", "in"]).code, 2);
    assert_eq!(folder.read("out.json"), "the last report");
    let run = scan(&folder, &["--output", "no/such/folder/out.json", "in"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("no/such/folder/out.json"), "{}", run.stderr);
    assert_eq!(folder.names(), ["in", "out.json"]);
    let run = scan(&folder, &["--output", "json=in", "in"]);
    assert_eq!(run.code, 2, "a folder is no file: {run:?}");
    assert_eq!(folder.names(), ["in", "out.json"]);
    // It is written all the same where something could not be read.
    folder.write("in/b.xml", cut().as_bytes());
    let run = scan(&folder, &["--output", "out.json", "in"]);
    assert_eq!((run.code, folder.read("out.json")), (4, run.stdout));
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_glidelint"))
        .args(["scan", "--no-config", "--format", "sarif", "samples"])
        .current_dir(samples())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_ne!(output.status.code(), Some(2));
    assert_ne!(output.status.code(), Some(101));
}

#[test]
fn without_arguments_it_says_what_it_is() {
    let folder = Folder::new(&[]);
    for arguments in [&[][..], &["--help"], &["--version"], &["scan", "--help"]] {
        let run = glidelint(folder.path(), arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(run.stdout.contains("glidelint") || run.stdout.contains("Usage"), "{arguments:?}");
    }
}
