//! A saved result gives the reports that the scan gave, byte for byte, without
//! the exports.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::path::Path;

use exports::Folder;
use program::glidelint;

/// Those that files hold; text is compared on standard output.
const FORMATS: [&str; 10] =
    ["sarif", "json", "ndjson", "csv", "junit", "action-plan", "github", "gitlab", "markdown", "result"];

/// Scans with these arguments, and compares every format with what `report` makes
/// of the saved result.
fn check(arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [by_scan, by_report] = [Folder::new(&[]), Folder::new(&[])];
    let outputs = |folder: &Path| -> Vec<String> {
        FORMATS.iter().map(|format| format!("--output={format}={}/{format}", folder.display())).collect()
    };
    let run = |from: &Path, arguments: &[&str], outputs: &[String]| {
        let outputs: Vec<_> = outputs.iter().map(String::as_str).collect();
        glidelint(from, &[arguments, &outputs].concat())
    };
    let scan = ["scan", "--no-progress", "--today", "2026-10-05"];
    let scanned = run(root, &[&scan, arguments].concat(), &outputs(by_scan.path()));
    let saved = by_scan.path().join("result");
    // Nothing of the exports is there: only the file.
    let reported = run(by_report.path(), &["report", &saved.to_string_lossy()], &outputs(by_report.path()));
    assert_eq!(reported.code, 0, "{}", reported.stderr);
    assert!(!scanned.stdout.is_empty() && scanned.stdout == reported.stdout, "text of {arguments:?} differs");
    for format in FORMATS {
        let [scanned, reported] =
            [&by_scan, &by_report].map(|folder| std::fs::read(folder.path().join(format)));
        assert!(scanned.unwrap() == reported.unwrap(), "{format} of {arguments:?} differs");
    }
}

#[test]
fn every_format_is_the_same_again() {
    check(&["samples"]);
    check(&["samples/exports", "--complete", "all", "--profile", "strict", "--hash-inputs", "always"]);
    check(&["samples/exports", "--config", "tests/cli/files/office.yaml"]);
    check(&["samples/damaged", "--instance", "harbour"]);
    // Nothing to scan is a result too.
    check(&["LICENSE-MIT"]);
}

#[test]
fn what_is_no_saved_result_is_refused() {
    let refused = |text: &str, why: &str| {
        let folder = Folder::new(&[("saved.json", text)]);
        let run = glidelint(folder.path(), &["report", "saved.json"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("saved.json") && run.stderr.contains(why), "{}", run.stderr);
    };
    refused("", "EOF");
    refused("{}", "missing field `schema`");
    refused(r#"{"schema":"glidelint/scan/v1"}"#, "version 'glidelint/scan/v1'");
    refused(r#"{"schema":"glidelint/result/v9"}"#, "this program reads 'glidelint/result/v1'");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = glidelint(root, &["scan", "samples/exports", "--format", "result"]);
    assert_eq!(run.json()["schema"], "glidelint/result/v1");
    let saved = run.stdout;
    refused(&saved[..saved.floor_char_boundary(saved.len() / 2)], "EOF");
}
