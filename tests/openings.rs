//! How often the program opens its input, as the system sees it: a file without
//! findings once, one with findings twice, for any number of reports; an archive as
//! often as a file, whatever its members.
//!
//! `strace` counts; where it is not installed the test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/skipped.rs"]
mod skipped;

use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use exports::{Folder, gzip, unload, zip};
use skipped::skipped;

/// How many rows an export has: some megabytes, as what is read to find out what a file
/// is shall weigh little.
const ROWS: usize = 8_000;

/// Reports of every sort: with texts of places, with paths only, for a browser.
const REPORTS: [&str; 7] = ["text", "sarif", "json", "csv", "junit", "gitlab", "markdown"];
/// Reports that also say who may do what, for which rows are read once more.
const REVIEWS: [&str; 2] = ["html", "result"];

/// Whether the system lets this program count openings.
fn has_strace() -> bool {
    let tried = Command::new("strace").args(["-f", "-e", "trace=openat", "true"]).output();
    let works = tried.is_ok_and(|output| output.status.success());
    if !works {
        skipped("strace is not installed, or may not trace");
    }
    works
}

/// What a scan asks of its input.
#[derive(Debug)]
struct Looks {
    openings: usize,
    /// How many bytes it reads, in sizes of the input, beside a few at its beginning.
    reads: f64,
}

/// How many bytes are read to find out what a file is.
const HEADS: u64 = 1280 * 1024;

/// What a scan of `input` asks of it, by the log of `strace`.
fn looks(folder: &Path, input: &str, options: &[&str], exit: i32) -> Looks {
    let log = folder.join("looks.log");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-e", "trace=openat,open,read,pread64", "-o"]).arg(&log);
    command.arg(env!("CARGO_BIN_EXE_glidelint")).args(["scan", "--no-config", "--jobs", "2", input]);
    let output = command.args(options).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{input} {options:?}: {errors}");
    let size = std::fs::metadata(folder.join(input)).unwrap().len();
    let (opened, read) = (format!("/{input}\""), format!("/{input}>"));
    let (mut openings, mut bytes) = (0, 0_u64);
    for line in std::fs::read_to_string(&log).unwrap().lines() {
        if line.contains(" open") && line.contains(&opened) {
            openings += 1;
        } else if line.contains("read") && line.contains(&read) {
            bytes += line.rsplit("= ").next().and_then(|read| read.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "a few megabytes")]
    let reads = bytes.saturating_sub(HEADS) as f64 / size as f64;
    Looks { openings, reads }
}

/// Accounts of these numbers, of which every hundredth and the last is one of a service
/// that may log in, if `has_findings`.
fn accounts(numbers: Range<usize>, has_findings: bool) -> String {
    let row = |number: usize| {
        let is_last = number + 1 == numbers.end;
        let is_service = has_findings && (number.is_multiple_of(100) || is_last);
        let (name, first, last) =
            if is_service { ("svc_", "Service", "Account") } else { ("u", "Ann", "Lee") };
        // Hardly gets shorter when it is packed.
        let source: String = (0..12).map(|part| exports::sys_id(&format!("{number}.{part}"))).collect();
        let id = exports::sys_id(&format!("{number}"));
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><first_name>{first}</first_name>\
             <internal_integration_user>{is_service}</internal_integration_user><last_name>{last}</last_name>\
             <locked_out>false</locked_out><source>{source}</source><sys_id>{id}</sys_id><user_name>{name}{number}</user_name>\
             <web_service_access_only>false</web_service_access_only></sys_user>\n"
        )
    };
    unload(&numbers.clone().map(row).collect::<Vec<_>>())
}

#[test]
fn a_file_is_opened_once_and_once_more_for_its_findings() {
    if !has_strace() {
        return;
    }
    let folder = Folder::new(&[]);
    for (name, has_findings) in [("clean", false), ("found", true)] {
        let text = accounts(0..ROWS, has_findings);
        folder.write(&format!("{name}.xml"), text.as_bytes());
        folder.write(&format!("{name}.xml.gz"), gzip(&text));
        let member = |number: usize| {
            let rows = number * ROWS / 10..(number + 1) * ROWS / 10;
            (format!("{number}.xml"), accounts(rows, has_findings))
        };
        let members: Vec<_> = (0..10).map(member).collect();
        let members: Vec<_> = members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        folder.write(&format!("{name}.zip"), zip(&members));
    }
    let outputs = |formats: &[&str]| -> Vec<String> {
        formats.iter().flat_map(|format| ["-o".to_owned(), format!("{format}=out.{format}")]).collect()
    };
    let (reports, reviews) = (outputs(&REPORTS), outputs(&REVIEWS));
    // Hashing reads all bytes; it uses the handle that is there.
    let reports: Vec<_> = reports.iter().map(String::as_str).chain(["--hash-inputs", "never"]).collect();
    let reviews: Vec<_> = reviews.iter().map(String::as_str).collect();
    let check = |input: &str, options: &[&str], exit, openings: usize, reads: f64| {
        let looked = looks(folder.path(), input, options, exit);
        assert!(looked.openings <= openings && looked.reads <= reads, "{input} {options:?}: {looked:?}");
    };
    // Of a plain file pieces are read again, for rows and for lines; what is packed is
    // unpacked from its beginning.
    for (end, more) in [("xml", 1.9), ("xml.gz", 1.1), ("zip", 1.4)] {
        let (clean, found) = (format!("clean.{end}"), format!("found.{end}"));
        for options in [&[][..], &reports] {
            check(&clean, options, 0, 1, 1.1);
            check(&found, options, 1, 2, 1.0 + more);
        }
        check(&clean, &reviews, 0, 1, f64::MAX);
        check(&found, &reviews, 1, 2, f64::MAX);
        let redacted = [&reports[..], &["--redact", "all", "--search-output", "always"]].concat();
        check(&found, &redacted, 1, 3, 2.0 + more);
    }
}
