//! The command-line pages: every console block in `README.md`, `CONTRIBUTING.md`,
//! `docs/*.md` and `tests/cli/*.md` is run, and prints what stands there.
//!
//! The commands run in a folder of their own that holds a copy of `samples/`,
//! the files of `tests/cli/files/`, and an empty `.git`, so that paths are
//! relative to it and no report knows the checkout it was made in.
//! `TRYCMD=overwrite cargo test --test cli` writes the outputs anew; read the
//! difference before it is committed.

#![allow(clippy::unwrap_used, reason = "in a test, a failure is what a panic is for")]

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(REPOSITORY);
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    for folder in ["docs", "tests/cli"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn pages_show_what_commands_print() {
    let bench = tempfile::tempdir().unwrap();
    let folder = bench.path().join("demo");
    copy(&Path::new(REPOSITORY).join("samples"), &folder.join("samples"));
    copy(&Path::new(REPOSITORY).join("tests/cli/files"), &folder);
    fs::create_dir(folder.join(".git")).unwrap();
    // Steps without a folder of their own run where the test does.
    std::env::set_current_dir(&folder).unwrap();
    let cases = trycmd::TestCases::new();
    // Widths and colours are those of a log, whoever runs the test.
    cases.env("COLUMNS", "100").env("NO_COLOR", "1");
    for page in pages() {
        cases.case(page);
    }
    cases.run();
    std::env::set_current_dir(REPOSITORY).unwrap();
}

#[test]
fn files_that_pages_use_are_shown_in_one() {
    let texts: Vec<_> = pages().iter().map(|page| fs::read_to_string(page).unwrap()).collect();
    for entry in WalkDir::new(Path::new(REPOSITORY).join("tests/cli/files")) {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let shown = texts.iter().any(|page| page.contains(text.trim()));
        assert!(shown, "no page shows {} as it is", entry.path().display());
    }
}
