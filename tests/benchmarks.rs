//! The data of the benchmarks: it is the same in every run, and a scan finds in
//! it what its maker says and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[allow(dead_code, unused_imports, reason = "the benchmarks use the rest")]
#[path = "bench/data/mod.rs"]
mod data;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::LazyLock;

use data::{Form, Size, Summary};
use glidelint::facts::Options;
use glidelint::instance::{Plan, read_all};
use glidelint::judge::judge;
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::source::{DiscoverOptions, Source, discover};

const BYTES: Size = Size::Bytes(200_000);

static PACK: LazyLock<Pack> =
    LazyLock::new(|| Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap());

/// How many findings there are of each rule, by its id.
fn findings(sources: &[Source]) -> BTreeMap<&'static str, u64> {
    let reading = read_all(sources, &Plan::of(&PACK), &Options::default(), &|_| {});
    for file in &reading.files {
        assert!(file.report.problems.is_empty(), "{:?}", file.report.problems);
        assert!(file.report.whole);
    }
    let mut findings = BTreeMap::new();
    for finding in judge(&reading.instance, &PACK.rules).findings {
        let rule = PACK.rules[usize::from(finding.rule)].meta.id.as_str();
        *findings.entry(rule).or_default() += 1;
    }
    findings
}

/// Makes data twice, and scans it.
fn check(make: impl Fn(&mut dyn Write) -> io::Result<Summary>) {
    let run = || {
        let mut text = Vec::new();
        let summary = make(&mut text).unwrap();
        assert_eq!(summary.bytes, text.len() as u64);
        (text, summary)
    };
    let (text, summary) = run();
    let (again, same) = run();
    assert!(text == again && summary == same, "not the same again");
    assert!(!summary.findings.is_empty());
    assert_eq!(findings(&[Source::memory("export.xml", text)]), summary.findings);
}

/// The same for data that is many files.
fn check_folder(make: impl Fn(&Path) -> io::Result<Summary>) {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let summary = make(one.path()).unwrap();
    assert_eq!(make(two.path()).unwrap(), summary);
    let files = files_below(one.path());
    assert_eq!(files, files_below(two.path()));
    let discovery = discover(&[one.path().to_owned()], &DiscoverOptions::default()).unwrap();
    assert_eq!(discovery.sources.len(), files.len());
    assert!(!summary.findings.is_empty());
    assert_eq!(findings(&discovery.sources), summary.findings);
}

/// The files of a folder by their path in it.
fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let path = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files.map(|file| (path(file.path()), fs::read(file.path()).unwrap())).collect()
}

#[test]
fn users() {
    check(|out| data::users(BYTES, out));
}

#[test]
fn update_sets() {
    for form in [Form::Mixed, Form::Cdata, Form::Escaped] {
        check(|out| data::update_set(BYTES, form, out));
    }
}

#[test]
fn roles() {
    check(|out| data::roles(200, 300, out));
}

#[test]
fn repositories() {
    check_folder(|folder| data::repository(60, folder));
}

/// A row that stands in two files is one row.
#[test]
fn parts() {
    check_folder(|folder| data::parts(75, 30, folder));
}
