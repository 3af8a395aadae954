//! The program as scripts see it: exit codes, what each flag changes, where
//! output goes, and that the same input gives the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "../common/exports.rs"]
mod exports;
#[path = "../common/program.rs"]
mod program;

mod configuration;
mod counting;
mod exit_codes;
mod inputs;
mod output;
mod queries;
mod same_bytes;
mod versions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use exports::{Folder, machine, unload};
use program::{Run, glidelint};

/// The rule that most tests use: it needs one record and no other table.
const RULE: &str = "SNA1002";

/// Runs `scan` on all of it with one rule, as JSON.
pub(crate) fn scan(folder: &Folder, more: &[&str]) -> Run {
    let arguments = ["scan", "--no-config", "--root", ".", "--format", "json", "--select", RULE];
    glidelint(folder.path(), &[&arguments, more].concat())
}

/// A user of identity type machine: RULE finds one that can log in.
pub(crate) fn user(name: &str, web_service_access_only: bool) -> String {
    dated_user(name, web_service_access_only, "2026-02-01 08:00:00")
}

pub(crate) fn dated_user(name: &str, web_service_access_only: bool, updated_on: &str) -> String {
    machine(name, web_service_access_only, &[&format!("sys_updated_on={updated_on}")])
}

pub(crate) fn good() -> String {
    unload(&[user("svc.good", true)])
}

pub(crate) fn bad() -> String {
    unload(&[user("svc.bad", false)])
}

/// Cut in the middle of the second row.
pub(crate) fn cut() -> String {
    let text = unload(&[user("svc.cut", false), user("svc.lost", false)]);
    text[..text.rfind("<identity_type>").unwrap()].to_owned()
}

pub(crate) fn keys(document: &Value) -> Vec<String> {
    texts(document, "key")
}

pub(crate) fn texts(document: &Value, field: &str) -> Vec<String> {
    let findings = document["findings"].as_array().expect("a list of findings");
    findings.iter().map(|finding| finding[field].as_str().unwrap_or_default().to_owned()).collect()
}

pub(crate) fn set(texts: Vec<String>) -> BTreeSet<String> {
    texts.into_iter().collect()
}

pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The exit code, the same in every format, and the keys that are found.
pub(crate) fn check(files: &[(&str, &str)], more: &[&str], code: i32, expected: &[&str]) {
    let folder = Folder::new(files);
    let run = scan(&folder, more);
    assert_eq!(run.code, code, "{more:?}: {run:?}");
    assert_eq!(keys(&run.json()), expected, "{more:?}");
    for format in ["text", "sarif"] {
        let arguments = ["scan", "--no-config", "--root", ".", "--select", RULE, "--format", format];
        let run = glidelint(folder.path(), &[&arguments, more].concat());
        assert_eq!(run.code, code, "as {format}, {more:?}: {run:?}");
        assert!(!run.stdout.is_empty(), "as {format}");
    }
}

/// Refused, with these words on standard error and nothing on standard output.
pub(crate) fn check_refused(folder: &Folder, arguments: &[&str], words: &[&str]) {
    let run = glidelint(folder.path(), arguments);
    assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
    assert_eq!(run.stdout, "", "{arguments:?}");
    for word in words {
        assert!(run.stderr.contains(word), "{arguments:?} does not say {word}: {}", run.stderr);
    }
}
