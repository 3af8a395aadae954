//! How often the program opens its input, as the system sees it: a file without
//! findings once, one with findings twice, for any number of reports; an archive as
//! often as a file, whatever its members.
//!
//! `strace` counts; where it is not installed the test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;

use std::path::Path;
use std::process::{Command, Stdio};

use exports::{Folder, gzip, unload, zip};

/// How many rows an export has: some megabytes, as what is read to find out what a file
/// is shall weigh little.
const ROWS: usize = 8_000;

/// Reports of every sort: with texts of places, with paths only, for a browser.
const REPORTS: [&str; 5] = ["sarif", "html", "json", "markdown", "result"];

/// Whether the system lets this program count openings.
fn has_strace() -> bool {
    let tried = Command::new("strace").args(["-f", "-e", "trace=openat", "true"]).output();
    let works = tried.is_ok_and(|output| output.status.success());
    if !works {
        eprintln!("skipped: strace is not installed, or may not trace");
    }
    works
}

/// What a scan asks of its input.
#[derive(Debug)]
struct Looks {
    openings: usize,
    /// How many bytes it reads, in sizes of the input.
    reads: f64,
}

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
    let reads = bytes as f64 / size as f64;
    Looks { openings, reads }
}

/// Many accounts, of which every hundredth and the last is one of a service that may
/// log in, if `has_findings`.
fn accounts(has_findings: bool) -> String {
    let row = |number: usize| {
        let is_service = has_findings && (number.is_multiple_of(100) || number == ROWS - 1);
        let (name, first, last) =
            if is_service { ("svc_", "Service", "Account") } else { ("u", "Ann", "Lee") };
        let id = exports::sys_id(&format!("{number}"));
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><first_name>{first}</first_name>\
             <internal_integration_user>{is_service}</internal_integration_user><last_name>{last}</last_name>\
             <locked_out>false</locked_out><sys_id>{id}</sys_id><user_name>{name}{number}</user_name>\
             <web_service_access_only>false</web_service_access_only></sys_user>\n"
        )
    };
    unload(&(0..ROWS).map(row).collect::<Vec<_>>())
}

#[test]
fn a_file_is_opened_once_and_once_more_for_its_findings() {
    if !has_strace() {
        return;
    }
    let folder = Folder::new(&[]);
    let (clean, found) = (accounts(false), accounts(true));
    let inputs = |name: &str, text: &str| {
        let members: Vec<_> = (0..10).map(|number| (format!("{number}.xml"), text.as_bytes())).collect();
        let members: Vec<_> = members.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        folder.write(&format!("{name}.xml"), text.as_bytes());
        folder.write(&format!("{name}.xml.gz"), &gzip(text));
        folder.write(&format!("{name}.zip"), &zip(&members));
    };
    inputs("clean", &clean);
    inputs("found", &found);
    let outputs: Vec<_> =
        REPORTS.iter().flat_map(|format| ["-o".to_owned(), format!("{format}=out.{format}")]).collect();
    let all: Vec<_> = outputs.iter().map(String::as_str).collect();
    let check = |input: &str, options: &[&str], exit, openings: usize, reads: f64| {
        let looked = looks(folder.path(), input, options, exit);
        assert!(looked.openings <= openings && looked.reads <= reads, "{input} {options:?}: {looked:?}");
    };
    for end in ["xml", "xml.gz", "zip"] {
        for options in [&[][..], &all] {
            check(&format!("clean.{end}"), options, 0, 1, 1.1);
            check(&format!("found.{end}"), options, 1, 2, 2.1);
        }
        let redacted = [&all[..], &["--redact", "--search-output"]].concat();
        check(&format!("found.{end}"), &redacted, 1, 3, 3.1);
    }
}
