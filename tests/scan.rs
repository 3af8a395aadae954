//! The program as scripts see it: exit codes, what each flag changes, where
//! output goes, and that the same input gives the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use program::{Run, glidelint, glidelint_with};

/// The rule that most tests use: it needs one record and no other table.
const RULE: &str = "SNA1002";

/// A folder of files that is gone after the test.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// What lies in it, hidden files too.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `scan` on all of it with one rule, as JSON.
    fn scan(&self, more: &[&str]) -> Run {
        let arguments = ["scan", "--no-config", "--root", ".", "--format", "json", "--select", RULE];
        glidelint(self.path(), &[&arguments, more].concat())
    }
}

/// 32 hexadecimal digits of a name's own.
fn sys_id(name: &str) -> String {
    let hash = |seed: u64| {
        name.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    format!("{:016x}{:016x}", hash(0xcbf2_9ce4_8422_2325), hash(0x1234_5678_9abc_def1))
}

/// A user of identity type machine: RULE finds one that can log in.
fn user(name: &str, web_service_access_only: bool) -> String {
    dated_user(name, web_service_access_only, "2026-02-01 08:00:00")
}

fn dated_user(name: &str, web_service_access_only: bool, updated_on: &str) -> String {
    format!(
        "<sys_user action=\"INSERT_OR_UPDATE\">\n<active>true</active>\n<identity_type>machine</identity_type>\n\
         <internal_integration_user>false</internal_integration_user>\n<sys_id>{}</sys_id>\n\
         <sys_updated_on>{updated_on}</sys_updated_on>\n<user_name>{name}</user_name>\n\
         <web_service_access_only>{web_service_access_only}</web_service_access_only>\n</sys_user>\n",
        sys_id(name)
    )
}

fn unload(rows: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n{}</unload>\n",
        rows.concat()
    )
}

fn good() -> String {
    unload(&[user("svc.good", true)])
}

fn bad() -> String {
    unload(&[user("svc.bad", false)])
}

/// Cut in the middle of the second row.
fn cut() -> String {
    let text = unload(&[user("svc.cut", false), user("svc.lost", false)]);
    text[..text.rfind("<identity_type>").unwrap()].to_owned()
}

fn keys(document: &Value) -> Vec<String> {
    texts(document, "key")
}

fn texts(document: &Value, field: &str) -> Vec<String> {
    let findings = document["findings"].as_array().expect("a list of findings");
    findings.iter().map(|finding| finding[field].as_str().unwrap_or_default().to_owned()).collect()
}

fn set(texts: Vec<String>) -> BTreeSet<String> {
    texts.into_iter().collect()
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The exit code, the same in every format, and the keys that are found.
fn check(files: &[(&str, &str)], more: &[&str], code: i32, expected: &[&str]) {
    let folder = Folder::new(files);
    let run = folder.scan(more);
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
fn check_refused(folder: &Folder, arguments: &[&str], words: &[&str]) {
    let run = glidelint(folder.path(), arguments);
    assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
    assert_eq!(run.stdout, "", "{arguments:?}");
    for word in words {
        assert!(run.stderr.contains(word), "{arguments:?} does not say {word}: {}", run.stderr);
    }
}

// Exit codes.

#[test]
fn zero_where_nothing_is_found() {
    check(&[("a.xml", &good())], &[], 0, &[]);
}

#[test]
fn one_where_something_is_found() {
    check(&[("a.xml", &good()), ("b.xml", &bad())], &[], 1, &["svc.bad"]);
}

#[test]
fn two_for_wrong_use() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    check_refused(&folder, &["scan", "--no-such-flag"], &["--no-such-flag"]);
    check_refused(&folder, &["scan", "nowhere"], &["nowhere", "does not exist"]);
    check_refused(&folder, &["scan", ".", "nowhere"], &["nowhere"]);
    check_refused(&folder, &["scan", "--root", "nowhere", "."], &["nowhere"]);
    check_refused(&folder, &["scan", "--format", "klingon"], &["klingon"]);
    check_refused(&folder, &["scan", "--fail-on", "sometimes"], &["sometimes"]);
    check_refused(&folder, &["scan", "--instance", "a/b"], &["a/b"]);
    check_refused(&folder, &["scan", "--as-of", "tomorrow"], &["tomorrow"]);
    check_refused(&folder, &["scan", "--release", "atlantis"], &["atlantis"]);
    check_refused(&folder, &["scan", "--exclude", "[", "."], &["--exclude"]);
    check_refused(&folder, &["scan", "--no-builtin-rules"], &["--rules"]);
    check_refused(&folder, &["scan", "--config", "nowhere.yaml"], &["nowhere.yaml"]);
    check_refused(&folder, &["scan", "--rules", "nowhere"], &["nowhere"]);
    check_refused(&folder, &["scan", "--output", "report.klingon"], &["report.klingon"]);
    check_refused(&folder, &["query", "sys_user", "active=true^^"], &["^"]);
    check_refused(&folder, &["query", "sys_user", "no_such_column=1"], &["no_such_column"]);
}

#[test]
fn a_rule_that_does_not_exist_cannot_be_asked_for() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    check_refused(&folder, &["scan", "--no-config", "--select", "SNA9999"], &["SNA9999"]);
    check_refused(&folder, &["scan", "--no-config", "--ignore", "no-such-rule"], &["no-such-rule"]);
}

#[test]
fn three_where_nothing_is_to_be_scanned() {
    check(&[], &[], 3, &[]);
    check(&[("notes.txt", "nothing"), ("page.xml", "<html><body/></html>")], &[], 3, &[]);
    check(&[("a.xml", "<unload unload_date=\"2026-03-01 10:00:00\"/>")], &[], 3, &[]);
    check(&[("notes.txt", "nothing")], &["--allow-incomplete"], 3, &[]);
}

#[test]
fn four_where_something_could_not_be_read() {
    check(&[("a.xml", &cut())], &[], 4, &["svc.cut"]);
    check(&[("a.xml", "")], &[], 4, &[]);
    check(&[("a.xml", "gs.info('no export');")], &[], 4, &[]);
    check(&[("a.xml", &bad()), ("b.xml", &cut())], &[], 4, &["svc.bad", "svc.cut"]);
    check(&[("a.xml", &bad()), ("b.xml", &cut())], &["--fail-on", "never"], 4, &["svc.bad", "svc.cut"]);
}

#[test]
fn incomplete_may_be_allowed() {
    check(&[("a.xml", &bad()), ("b.xml", "")], &["--allow-incomplete"], 1, &["svc.bad"]);
    check(&[("a.xml", &good()), ("b.xml", "")], &["--allow-incomplete"], 0, &[]);
}

#[test]
fn strict_asks_for_every_verdict() {
    let without_column = good().replace("<identity_type>machine</identity_type>\n", "");
    check(&[("a.xml", &without_column)], &[], 0, &[]);
    check(&[("a.xml", &without_column)], &["--strict"], 4, &[]);
    check(&[("a.xml", &good())], &["--strict"], 0, &[]);
}

#[test]
fn every_document_says_what_became_of_it() {
    let folder = Folder::new(&[("a.xml", &cut()), ("b.xml", "")]);
    let document = folder.scan(&[]).json();
    assert_eq!(document["schema"], "glidelint/scan/v1");
    let notices = document["notices"].as_array().unwrap();
    let named: Vec<_> = notices
        .iter()
        .map(|notice| (notice["path"].as_str().unwrap(), notice["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(named, [("a.xml", "truncated"), ("b.xml", "unreadable")]);
    let arguments = ["scan", "--no-config", "--root", ".", "--select", RULE, "--format", "sarif"];
    let log = glidelint(folder.path(), &arguments).json();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(
        (&invocation["executionSuccessful"], &invocation["exitCode"]),
        (&Value::from(false), &Value::from(4))
    );
    assert!(invocation["toolExecutionNotifications"].as_array().unwrap().len() >= 2);
}

#[test]
fn an_export_without_its_end_never_passes() {
    let text = bad();
    let end = text.find("</unload>").unwrap();
    // Behind the root's start tag; `reading.rs` cuts at every byte.
    let root = text.find("10:00:00\">").unwrap() + 10;
    for cut in (root..end + 9).step_by(29).chain([end, end + 1, end + 8]) {
        for files in [vec![("a.xml", &text[..cut])], vec![("a.xml", &text[..cut]), ("b.xml", text.as_str())]]
        {
            let run = Folder::new(&files).scan(&[]);
            assert_eq!(run.code, 4, "cut at {cut}: {run:?}");
        }
    }
}

#[test]
fn an_export_that_ends_before_its_root_never_passes() {
    let text = bad();
    let good = good();
    for cut in [0, 1, 20, 38, 39, 41, 60] {
        for files in [vec![("a.xml", &text[..cut])], vec![("a.xml", &text[..cut]), ("b.xml", good.as_str())]]
        {
            let run = Folder::new(&files).scan(&[]);
            assert_eq!(run.code, 4, "cut at {cut}: {run:?}");
        }
    }
}

// What is read.

#[test]
fn bad_files_do_not_keep_good_ones_from_being_read() {
    let folder = Folder::new(&[
        ("a.xml", &cut()),
        ("b.xml", "<unload><a"),
        ("c.xml", ""),
        ("d.xml", &bad()),
        ("e.txt", "x"),
    ]);
    folder.write("f.xml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    folder.write("g.zip", b"PK\x03\x04 and no more");
    folder.write("h.xml.gz", &gzip(&bad())[..60]);
    folder.write("i.xml", b"\xff\xfe\0\0<\0\0\0");
    folder.write("deep/er/j.xml", unload(&[user("svc.deep", false)]).as_bytes());
    let run = folder.scan(&[]);
    assert_eq!(run.code, 4);
    assert_eq!(keys(&run.json()), ["svc.cut", "svc.bad", "svc.deep"]);
    let notices = run.json();
    let paths: BTreeSet<_> = notices["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["a.xml", "b.xml", "c.xml", "f.xml", "g.zip", "h.xml.gz", "i.xml"].into());
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn compressed_exports() {
    let plain = Folder::new(&[("a.xml", &bad())]).scan(&[]).json();
    let finding = |run: &Run| {
        let document = run.json();
        let finding = document["findings"][0].clone();
        assert_eq!(finding["line"], plain["findings"][0]["line"]);
        assert_eq!(finding["column"], plain["findings"][0]["column"]);
        assert_eq!(finding["fingerprint"], plain["findings"][0]["fingerprint"]);
        (finding["path"].as_str().unwrap().to_owned(), run.code)
    };
    let folder = Folder::new(&[]);
    folder.write("a.xml.gz", &gzip(&bad()));
    assert_eq!(finding(&folder.scan(&[])), ("a.xml.gz".to_owned(), 1));
    // The content decides, not the name.
    let folder = Folder::new(&[]);
    folder.write("export", &gzip(&bad()));
    assert_eq!(finding(&folder.scan(&[])), ("export".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", &zip(&[("notes.txt", b"x"), ("update/a.xml", bad().as_bytes())]));
    assert_eq!(finding(&folder.scan(&[])), ("all.zip!/update/a.xml".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", &zip(&[("a.xml.gz", &gzip(&bad()))]));
    assert_eq!(finding(&folder.scan(&[])), ("all.zip!/a.xml.gz".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", &zip(&[("inner.zip", &zip(&[("a.xml", bad().as_bytes())]))]));
    assert_eq!(folder.scan(&[]).code, 4, "an archive in an archive is not opened, and that is said");
    let folder = Folder::new(&[]);
    folder.write("all.zip", &zip(&[("../../a.xml", bad().as_bytes())]));
    assert_eq!(finding(&folder.scan(&[])), ("all.zip!/a.xml".to_owned(), 1));
}

#[test]
fn standard_input() {
    let folder = Folder::new(&[]);
    let arguments = ["scan", "--no-config", "--format", "json", "--select", RULE, "-"];
    let run = glidelint_with(folder.path(), &arguments, bad().as_bytes());
    assert_eq!((run.code, texts(&run.json(), "path")), (1, vec!["stdin".to_owned()]));
    let run = glidelint_with(folder.path(), &arguments, &gzip(&bad()));
    assert_eq!((run.code, texts(&run.json(), "key")), (1, vec!["svc.bad".to_owned()]));
    let run = glidelint_with(folder.path(), &arguments, cut().as_bytes());
    assert_eq!(run.code, 4);
    let run = glidelint_with(
        folder.path(),
        &["query", "--no-config", "sys_user", "user_name=svc.bad", "-"],
        bad().as_bytes(),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let run = glidelint_with(folder.path(), &["inventory", "--no-config", "-"], bad().as_bytes());
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn what_is_excluded_or_too_large_is_not_read() {
    let folder = Folder::new(&[("a.xml", &bad()), ("old/b.xml", &unload(&[user("svc.old", false)]))]);
    assert_eq!(keys(&folder.scan(&["--exclude", "old"]).json()), ["svc.bad"]);
    assert_eq!(keys(&folder.scan(&["--exclude", "**/b.xml"]).json()), ["svc.bad"]);
    assert_eq!(keys(&folder.scan(&["--exclude", "*.xml"]).json()), ["svc.old"]);
    let run = folder.scan(&["--max-file-size", "100"]);
    assert_eq!((run.code, keys(&run.json()).len()), (4, 0));
    assert_eq!(folder.scan(&["--max-file-size", "1M"]).code, 1);
}

#[test]
fn no_ignore_file_hides_anything() {
    let folder = Folder::new(&[(".gitignore", "*"), (".ignore", "*"), (".hidden/a.xml", &bad())]);
    assert_eq!(keys(&folder.scan(&[]).json()), ["svc.bad"]);
}

// The same bytes.

#[test]
fn threads_and_repetition_change_nothing() {
    for format in ["json", "sarif", "text"] {
        let scan = |jobs: &str| {
            let arguments =
                ["scan", "--no-config", "--profile", "strict", "--max-shown", "all", "--kinds", "all"];
            glidelint(
                &samples(),
                &[&arguments[..], &["--format", format, "--jobs", jobs, "samples"]].concat(),
            )
        };
        let one = scan("1");
        assert_eq!(one.code, 4, "a part of samples/ is damaged");
        for jobs in ["4", "1", "4", "3"] {
            let other = scan(jobs);
            assert!(one.stdout == other.stdout, "{format} with --jobs {jobs} differs");
        }
    }
}

#[test]
fn the_order_of_paths_does_not_matter() {
    let scan = |paths: [&str; 3]| {
        glidelint(
            &samples(),
            &[&["scan", "--no-config", "--root", ".", "--format", "json"], &paths[..]].concat(),
        )
        .stdout
    };
    let one = scan(["samples/exports", "samples/update-sets", "samples/app-repo"]);
    assert!(one == scan(["samples/app-repo", "samples/exports", "samples/update-sets"]));
    assert!(one == scan(["samples/update-sets", "samples/app-repo", "samples/exports"]));
}

#[test]
fn two_folders_at_once_find_what_each_finds() {
    // Rules that look at one record only; joins would see more in both together.
    let rules = "SNA1002,SNA1003,SNA1008,SNA1009,SNA1007,SNA1010,SNA1012,SNR1009,SNR1011,SNP1023";
    let scan = |paths: &[&str], folder: &Path| {
        let arguments = [
            "scan",
            "--no-config",
            "--root",
            ".",
            "--format",
            "json",
            "--profile",
            "strict",
            "--select",
            rules,
        ];
        set(texts(&glidelint(folder, &[&arguments[..], paths].concat()).json(), "fingerprint"))
    };
    let text = fs::read_to_string(samples().join("samples/exports/sys_user.xml")).unwrap();
    let (head, rows) = text.split_at(text.find("    <sys_user ").unwrap());
    let rows: Vec<_> = rows.split_inclusive("</sys_user>\n").collect();
    let (rows, tail) = rows.split_at(rows.len() - 1);
    for parts in [2, 3, 5] {
        let folder = Folder::new(&[]);
        for (index, row) in rows.iter().enumerate() {
            let part = if (index / parts) % 2 == 0 { "left" } else { "right" };
            folder.write(&format!("{part}/{index:03}.xml"), format!("{head}{row}{}", tail[0]).as_bytes());
        }
        let (left, right) = (scan(&["left"], folder.path()), scan(&["right"], folder.path()));
        assert!(!left.is_empty() && !right.is_empty(), "both hold something");
        assert_eq!(scan(&["."], folder.path()), left.union(&right).cloned().collect());
        folder.write("whole.xml", text.as_bytes());
        assert_eq!(scan(&["whole.xml"], folder.path()), left.union(&right).cloned().collect());
    }
    let parts = ["samples/exports", "samples/damaged", "samples/app-repo"];
    let together = scan(&parts, &samples());
    let apart: BTreeSet<_> = parts.iter().flat_map(|part| scan(&[part], &samples())).collect();
    assert_eq!(together, apart);
}

// What counts.

#[test]
fn the_lowest_severity_that_fails() {
    // RULE's findings are high.
    let files = [("a.xml", bad())];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    for (fail_on, code) in
        [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)]
    {
        check(&files, &["--fail-on", fail_on], code, &["svc.bad"]);
    }
    check(&files, &["--min-severity", "critical"], 0, &[]);
    check(&files, &["--min-severity", "high"], 1, &["svc.bad"]);
}

#[test]
fn the_lowest_confidence_that_is_reported() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let confident = |floor: &str| {
        let arguments = [
            "scan",
            "--no-config",
            "--format",
            "json",
            "--select",
            "SNA1001,SNA1002",
            "--min-confidence",
            floor,
        ];
        texts(&glidelint(folder.path(), &arguments).json(), "confidence")
    };
    // One step less than the rules', as the record does not show whether it is locked.
    assert_eq!(confident("low"), ["low", "high"]);
    assert_eq!(confident("medium"), ["high"]);
    assert_eq!(confident("high"), ["high"]);
    assert_eq!(confident("very-high"), [""; 0]);
}

#[test]
fn rules_are_chosen_by_id_name_area_and_tag() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let ran = |more: &[&str]| {
        let run = glidelint(
            folder.path(),
            &[&["scan", "--no-config", "--root", ".", "--format", "json"], more].concat(),
        );
        let document = run.json();
        let coverage = document["coverage"].as_array().unwrap();
        coverage.iter().map(|rule| rule["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ran(&["--profile", "strict"]);
    assert!(all.len() > 50, "{all:?}");
    assert!(ran(&[]).len() < all.len(), "recommended are not all");
    assert_eq!(ran(&["--select", "SNA1002"]), ["SNA1002"]);
    assert_eq!(ran(&["--select", "machine-identity-can-log-in"]), ["SNA1002"]);
    assert_eq!(ran(&["--select", "SNA1002,SNA1001"]), ["SNA1001", "SNA1002"]);
    assert_eq!(ran(&["--select", "SNA1001", "--select", "SNA1002"]), ["SNA1001", "SNA1002"]);
    let accounts = ran(&["--select", "accounts", "--profile", "strict"]);
    assert!(accounts.len() > 5 && accounts.iter().all(|rule| rule.starts_with("SNA")), "{accounts:?}");
    let tagged = ran(&["--select", "CWE-269"]);
    assert!(!tagged.is_empty() && tagged.len() < all.len(), "{tagged:?}");
    assert!(!ran(&["--ignore", "SNA1002"]).contains(&"SNA1002".to_owned()));
    assert!(ran(&["--ignore", "accounts"]).iter().all(|rule| !rule.starts_with("SNA")));
    assert_eq!(ran(&["--select", "SNA1002,SNA1001", "--ignore", "SNA1001"]), ["SNA1002"]);
}

#[test]
fn complete_tables_let_absence_be_judged() {
    let scan = |more: &[&str]| {
        let arguments = [
            "scan",
            "--no-config",
            "--format",
            "json",
            "--profile",
            "strict",
            "--select",
            "SNA1006,SNP1009,SNR1008",
            "samples/exports",
        ];
        let document = glidelint(&samples(), &[&arguments[..], more].concat()).json();
        let coverage = document["coverage"].as_array().unwrap();
        let row = |rule: &Value| {
            format!("{} {}+{}", rule["rule"].as_str().unwrap(), rule["fail"], rule["cannot_tell"])
        };
        coverage.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(scan(&[]), ["SNA1006 0+27", "SNP1009 0+1", "SNR1008 0+1"]);
    assert_eq!(scan(&["--complete", "all"]), ["SNA1006 3+0", "SNP1009 1+0", "SNR1008 0+0"]);
    assert_eq!(scan(&["--complete", "sys_properties"]), ["SNA1006 0+27", "SNP1009 1+0", "SNR1008 0+1"]);
    // Whether the others are service accounts, more tables would show.
    assert_eq!(
        scan(&["--complete", "sys_user_grmember,sys_user_has_role"]),
        ["SNA1006 3+24", "SNP1009 0+1", "SNR1008 0+0"]
    );
}

/// An answer of the API that broke off is not whole, whatever was declared: rows
/// that are not there may have been lost.
#[test]
fn nothing_is_absent_from_an_answer_that_broke_off() {
    let row = "{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"pier.note\",\"value\":\"1\"}";
    let whole = format!("{{\"result\":[{row}]}}");
    let error = "\"error\":{\"message\":\"Time is up\"},\"status\":\"failure\"";
    let check = |files: &[(&str, &str)], code: i32, fails: bool| {
        let options = ["--select", "SNP1009", "--complete", "sys_properties"];
        let folder = Folder::new(files);
        let arguments =
            ["scan", ".", "--root", ".", "--no-config", "--format", "json", "--profile", "strict"];
        let run = glidelint(folder.path(), &[&arguments[..], &options].concat());
        assert_eq!(run.code, code, "{files:?}: {run:?}");
        let document = run.json();
        assert_eq!(document["coverage"][0]["fail"].as_u64().unwrap() > 0, fails, "{files:?}");
        assert_eq!(document["coverage"][0]["pass"], 0, "{files:?}");
    };
    check(&[("sys_properties.json", &whole)], 1, true);
    for text in [
        format!("{{\"result\":[{row}],{error}}}"),
        format!("{{{error},\"result\":[{row}]}}"),
        format!("{{\"result\":[{row},]}}"),
        format!("{{{error}}}"),
        "{\"result\":".to_owned(),
    ] {
        check(&[("sys_properties.json", &text)], 4, false);
        // Beside a part that is whole.
        check(&[("sys_properties.json", &whole), ("sys_properties (2).json", &text)], 4, false);
    }
}

#[test]
fn an_instance_is_part_of_the_fingerprint() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let print = |more: &[&str]| texts(&folder.scan(more).json(), "fingerprint");
    assert_eq!(print(&[]), print(&[]));
    assert_ne!(print(&["--instance", "quay"]), print(&[]));
    assert_ne!(print(&["--instance", "quay"]), print(&["--instance", "pier"]));
    assert_eq!(folder.scan(&["--instance", "quay"]).json()["scope"]["instance"], "quay");
}

#[test]
fn a_fingerprint_knows_neither_place_nor_form() {
    let print = |name: &str, text: &str| texts(&Folder::new(&[(name, text)]).scan(&[]).json(), "fingerprint");
    let plain = print("a.xml", &bad());
    assert_eq!(plain.len(), 1);
    assert_eq!(print("other/b.xml", &bad().replace('\n', "\r\n\r\n")), plain);
    assert_eq!(print("a.xml", &bad().replace('\n', "")), plain);
    assert_eq!(print("a.xml", &format!("<record_update>{}</record_update>", user("svc.bad", false))), plain);
    assert_eq!(print("a.xml", &update_set("18c1", &user("svc.bad", false))), plain);
}

// Configuration and rules.

#[test]
fn the_configuration_file() {
    let folder = Folder::new(&[
        ("a.xml", &bad()),
        (".glidelint.yaml", "rules:\n  SNA1002: off\n"),
        ("b.yaml", "fail_on: never\n"),
    ]);
    let scan = |more: &[&str]| {
        glidelint(
            folder.path(),
            &[&["scan", "--root", ".", "--format", "json", "--select", RULE], more].concat(),
        )
    };
    assert_eq!(scan(&["--no-config"]).code, 1);
    assert_eq!(scan(&["--config", "b.yaml"]).code, 0);
    assert_eq!(keys(&scan(&["--config", "b.yaml"]).json()), ["svc.bad"]);
    folder.write(".glidelint.yaml", b"exclude: [a.xml]\n");
    assert_eq!(scan(&[]).code, 3);
    folder.write(".glidelint.yaml", b"rules:\n  machine-identity-can-log-in: { severity: 2.5 }\n");
    assert_eq!(scan(&[]).json()["findings"][0]["severity"], 2.5);
}

#[test]
fn a_configuration_that_cannot_be_used_is_shown_with_its_line() {
    let check_config = |text: &str, words: &[&str]| {
        let folder = Folder::new(&[("a.xml", &bad()), ("c.yaml", text)]);
        for command in [vec!["scan"], vec!["query", "sys_user", "active=true"], vec!["inventory"]] {
            check_refused(
                &folder,
                &[&command[..], &["--config", "c.yaml"]].concat(),
                &[&["c.yaml"], words].concat(),
            );
        }
    };
    check_config("profile: strict\nrulez: {}\n", &["rulez", "c.yaml:2:1", "^"]);
    check_config("rules:\n  SNA1002:\n    severety: 3\n", &["severety", "c.yaml:3", "^"]);
    check_config("fail_on: sometimes\n", &["c.yaml:1:10", "^"]);
    check_config("rules: [\n", &["c.yaml"]);
    check_config("profile: lax\n", &["recommended or strict"]);
}

#[test]
fn a_rule_that_the_configuration_names_must_exist() {
    let folder = Folder::new(&[("a.xml", &bad()), ("c.yaml", "rules:\n  SNA9999: off\n")]);
    check_refused(&folder, &["scan", "--config", "c.yaml"], &["SNA9999", "c.yaml:2"]);
}

const CUSTOM: &str = "id: XX0001\ntitle: Pier account is active\nseverity: 5.0\nconfidence: high\ntable: sys_user\n\
    where: 'active=true^user_nameSTARTSWITHsvc'\nat: user_name\nmessage: \"'{user_name}' is active.\"\nwhy: |\n  Piers close.\n\
    fix: |\n  Close it.\nreferences: []\ntags: { cwe: [] }\ntests:\n  - name: one\n    export: |\n      <unload unload_date=\"2026-01-01 00:00:00\">\n\
    \x20       <sys_user action=\"INSERT_OR_UPDATE\">\n          <active>true</active>\n          <user_name>svc.a</user_name>\n        </sys_user>\n\
    \x20     </unload>\n    finds: [ {} ]\n";

#[test]
fn further_rules() {
    let folder = Folder::new(&[("a.xml", &bad()), ("own/accounts/pier-account-active.yaml", CUSTOM)]);
    let arguments = [
        "scan",
        "--no-config",
        "--root",
        ".",
        "--format",
        "json",
        "--rules",
        "own",
        "--no-builtin-rules",
        "a.xml",
    ];
    let run = glidelint(folder.path(), &arguments);
    assert_eq!((run.code, texts(&run.json(), "rule")), (1, vec!["XX0001".to_owned()]), "{run:?}");
    assert_eq!(run.json()["findings"][0]["message"], "'svc.bad' is active.");
}

#[test]
fn a_broken_rule_is_shown_with_its_line_and_a_caret() {
    let check_rule = |from: &str, to: &str, words: &[&str]| {
        assert!(CUSTOM.contains(from), "{from}");
        let folder = Folder::new(&[
            ("a.xml", &bad()),
            ("own/accounts/pier-account-active.yaml", &CUSTOM.replace(from, to)),
        ]);
        let words = [&["pier-account-active.yaml", "^"], words].concat();
        check_refused(&folder, &["scan", "--no-config", "--rules", "own", "a.xml"], &words);
    };
    check_rule("STARTSWITHsvc", "RESEMBLESsvc", &["yaml:6:"]);
    check_rule("^user_nameSTARTSWITHsvc", "^user_name~~svc", &["yaml:6:"]);
    check_rule("user_nameSTARTSWITHsvc", "no_such_columnSTARTSWITHsvc", &["yaml:6:", "no_such_column"]);
    check_rule("active=true^", "active=true^RLQUERYsys_user_has_role.user,>=1^", &["yaml:6:"]);
    check_rule("severity: 5.0", "severity: 50", &["severity is a number from 0 to 10"]);
    check_rule("severity: 5.0", "severety: 5.0", &["severety"]);
    check_rule("at: user_name", "at: no_such_column", &["yaml:7:", "no_such_column"]);
    check_rule("'{user_name}' is", "'{no_such_column}' is", &["yaml:8:", "no_such_column"]);
    check_rule("'{user_name}' is", "'{user_name' is", &["yaml:8:"]);
    check_rule("confidence: high", "confidence: [", &[]);
}

// Queries.

#[test]
fn the_query_of_the_readme() {
    let query = "active=true^web_service_access_only=false^RLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY";
    let found = |path: &str, more: &[&str]| {
        let run = glidelint(
            &samples(),
            &[&["query", "--no-config", "sys_user", query, path, "--format", "json"], more].concat(),
        );
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let names: Vec<_> = rows.map(|row| row["display"].as_str().unwrap().to_owned()).collect();
        (run.code, names)
    };
    let expected = ["admin", "svc.jira", "soren.aaby", "tomas.varga"].map(str::to_owned).to_vec();
    assert_eq!(found("samples/exports", &[]), (0, expected.clone()));
    assert_eq!(found("samples", &["--allow-incomplete"]), (0, expected));
    assert_eq!(found("samples", &[]).0, 4);
}

#[test]
fn a_query_says_by_its_exit_code_whether_it_matches() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let query = |query: &str| {
        glidelint(
            folder.path(),
            &["query", "--no-config", "--root", ".", "sys_user", query, "--fields", "user_name,active"],
        )
    };
    let run = query("user_name=svc.bad");
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1));
    assert!(run.stdout.starts_with("a.xml:3:1"), "{}", run.stdout);
    let run = query("user_name=nobody");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    // A column that was not exported is neither one nor the other.
    let run = query("department=9");
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("1 record could not be decided"), "{}", run.stderr);
}

#[test]
fn an_inventory_counts_what_is_there() {
    let run = glidelint(&samples(), &["inventory", "--no-config", "--format", "json", "samples"]);
    assert_eq!(run.code, 4, "a part of samples/ is damaged");
    let document = run.json();
    assert_eq!(document["schema"], "glidelint/inventory/v1");
    let files = document["files"].as_array().unwrap();
    let table = |path: &str, table: &str| {
        let file = files.iter().find(|file| file["path"].as_str().unwrap().ends_with(path)).unwrap();
        let counts = &file["tables"][table];
        [&counts["live"], &counts["deleted"], &counts["history"]]
            .map(|count| count.as_u64().unwrap_or_default())
    };
    assert_eq!(table("exports/sys_user.xml", "sys_user"), [44, 0, 0]);
    assert_eq!(table("exports/sys_user_role.xml", "sys_user_role"), [22, 0, 0]);
    assert_eq!(table("exports/sys_user_grmember.xml", "sys_user_grmember"), [28, 0, 0]);
    assert_eq!(table("exports/sys_user_has_role.xml", "sys_user_has_role"), [48, 0, 0]);
    assert_eq!(table("exports/sys_properties.xml", "sys_properties"), [45, 0, 0]);
    assert_eq!(table("integration_setup_cdata.xml", "sys_update_xml"), [8, 0, 0]);
    assert_eq!(table("integration_setup_cdata.xml", "sys_properties")[1], 1);
    assert_eq!(table("hotfix_escaped.xml", "sys_user_role_contains"), [0, 0, 1]);
    assert_eq!(table("damaged/sys_user_cut.xml", "sys_user"), [5, 0, 0]);
    assert_eq!(table("damaged/sys_user_has_role_torn.xml", "sys_user_has_role"), [5, 0, 0]);
}

#[test]
fn an_inventory_finds_nothing_wrong_with_good_exports() {
    let run = glidelint(&samples(), &["inventory", "--no-config", "--format", "json", "samples/exports"]);
    assert_eq!(run.code, 0);
    let document = run.json();
    assert_eq!(document["signs"], Value::Array(Vec::new()));
    assert_eq!(document["not_whole"], Value::Array(Vec::new()));
    assert_eq!(document["looks_whole"].as_array().unwrap().len(), 10);
    let line = document["complete_line"].as_str().unwrap();
    assert!(line.starts_with("--complete ecc_agent,oauth_entity,"), "{line}");
    let files = document["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["warnings"] == Value::Array(Vec::new())));
}

// Output.

#[test]
fn further_reports_are_those_of_standard_output() {
    let folder = Folder::new(&[("in/a.xml", &bad())]);
    let run =
        folder.scan(&["--output", "out.json", "--output", "sarif=report.log", "-o", "text=out.md", "in"]);
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
    assert_eq!(folder.scan(&["--output", "out.json", "nowhere"]).code, 2);
    assert_eq!(folder.scan(&["--output", "out.json", "--release", "atlantis", "in"]).code, 2);
    assert_eq!(folder.read("out.json"), "the last report");
    let run = folder.scan(&["--output", "no/such/folder/out.json", "in"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("no/such/folder/out.json"), "{}", run.stderr);
    assert_eq!(folder.names(), ["in", "out.json"]);
    let run = folder.scan(&["--output", "json=in", "in"]);
    assert_eq!(run.code, 2, "a folder is no file: {run:?}");
    assert_eq!(folder.names(), ["in", "out.json"]);
    // It is written all the same where something could not be read.
    folder.write("in/b.xml", cut().as_bytes());
    let run = folder.scan(&["--output", "out.json", "in"]);
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

// Versions of a record.

/// An update set with one change.
fn update_set(recorded_at: &str, record: &str) -> String {
    let payload =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><record_update>{record}</record_update>");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n<sys_update_xml action=\"INSERT_OR_UPDATE\">\n\
         <action>INSERT_OR_UPDATE</action>\n<payload><![CDATA[{payload}]]></payload>\n<sys_recorded_at>{recorded_at}</sys_recorded_at>\n\
         </sys_update_xml>\n</unload>\n"
    )
}

/// The same, as a set that was committed.
fn committed_set(recorded_at: &str, record: &str) -> String {
    let id = "c0ffee00c0ffee00c0ffee00c0ffee00";
    let header = format!(
        "<sys_remote_update_set action=\"INSERT_OR_UPDATE\">\n<name>Quay</name>\n<state>committed</state>\n<sys_id>{id}</sys_id>\n</sys_remote_update_set>\n"
    );
    update_set(recorded_at, record).replace("<sys_update_xml ", &format!("{header}<sys_update_xml ")).replace(
        "</sys_recorded_at>\n",
        &format!("</sys_recorded_at>\n<remote_update_set>{id}</remote_update_set>\n"),
    )
}

#[test]
fn the_newer_version_is_the_state() {
    let check_versions = |older: &str, newer: &str, expected: &[&str], with_all: &[&str]| {
        // Which file comes first does not matter.
        for names in [["a.xml", "b.xml"], ["b.xml", "a.xml"]] {
            let folder = Folder::new(&[(names[0], older), (names[1], newer)]);
            assert_eq!(keys(&folder.scan(&[]).json()), expected, "{names:?}");
            assert_eq!(keys(&folder.scan(&["--all-versions"]).json()), with_all, "{names:?}");
        }
    };
    let set = |date: &str, only: bool| committed_set("18c1", &dated_user("svc.x", only, date));
    let (january, february) = ("2026-01-05 08:00:00", "2026-02-05 08:00:00");
    check_versions(&set(january, false), &set(february, true), &[], &["svc.x"]);
    check_versions(&set(january, true), &set(february, false), &["svc.x"], &["svc.x"]);
    // The date of the record, not the kind of the file.
    let table = unload(&[dated_user("svc.x", false, january)]);
    check_versions(&table, &set(february, true), &[], &["svc.x"]);
    // A set that nobody committed replaces nothing.
    let loaded = set(february, true).replace("committed", "loaded");
    check_versions(&table, &loaded, &["svc.x"], &["svc.x"]);
    // The count of changes, where the dates are equal.
    let counted = |count: u32, only: bool| {
        dated_user("svc.x", only, january)
            .replace("<sys_id>", &format!("<sys_mod_count>{count}</sys_mod_count>\n<sys_id>"))
    };
    check_versions(&unload(&[counted(9, false)]), &unload(&[counted(10, true)]), &[], &["svc.x"]);
    // When it was recorded, where nothing else tells.
    let recorded = |at: &str, only: bool| committed_set(at, &dated_user("svc.x", only, january));
    check_versions(&recorded("18c1aa", false), &recorded("18c1ab", true), &[], &["svc.x"]);
    // A deletion is a version too.
    let deleted = unload(&[dated_user("svc.x", false, february).replace("INSERT_OR_UPDATE", "DELETE")]);
    check_versions(&table, &deleted, &[], &["svc.x"]);
}

#[test]
fn where_nothing_tells_the_newer_one_both_stand() {
    let undated = |only: bool| {
        unload(&[user("svc.x", only).replace("<sys_updated_on>2026-02-01 08:00:00</sys_updated_on>\n", "")])
    };
    let folder = Folder::new(&[("a.xml", &undated(true)), ("b.xml", &undated(false))]);
    let document = folder.scan(&[]).json();
    assert_eq!(
        (keys(&document), texts(&document, "path")),
        (vec!["svc.x".to_owned()], vec!["b.xml".to_owned()])
    );
}

/// Two update sets change one property; the one that was recorded later decides,
/// and the finding says what it overwrites.
#[test]
fn of_two_update_sets_the_later_one_decides_and_names_the_earlier() {
    let set = |value: &str, recorded_at: &str| {
        let property = format!(
            "<sys_properties action=\"INSERT_OR_UPDATE\"><name>glide.ui.escape_text</name>\
             <sys_id>71336f2558b343b50380a142cf0bd3e5</sys_id><value>{value}</value></sys_properties>"
        );
        format!(
            "<unload unload_date=\"2026-03-01 10:00:00\">\n<sys_update_xml action=\"INSERT_OR_UPDATE\">\
             <action>INSERT_OR_UPDATE</action><payload><![CDATA[<?xml version=\"1.0\"?><record_update>\n{property}\n\
             </record_update>]]></payload><sys_id>{recorded_at}</sys_id>\
             <sys_recorded_at>{recorded_at}</sys_recorded_at></sys_update_xml>\n</unload>\n"
        )
    };
    let (earlier, later) = ("18c1000000000001", "18c2000000000001");
    let scan = |first: &str, second: &str| {
        let files = [("1.xml", set(first, earlier)), ("2.xml", set(second, later))];
        let folder = Folder::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        folder.scan(&["--select", "SNP1022"]).json()
    };
    let document = scan("true", "false");
    assert_eq!(texts(&document, "path"), ["2.xml"]);
    let related = &document["findings"][0]["related"][0];
    assert_eq!(related["path"], "1.xml");
    assert_eq!(related["label"], "an older version of the record, which this one overwrites");
    assert_eq!(texts(&scan("false", "true"), "path"), [""; 0]);
}

#[test]
fn a_record_in_two_parts_of_an_export_is_found_once() {
    let first = unload(&[user("svc.a", false), user("svc.b", false)]);
    let second = unload(&[user("svc.b", false), user("svc.c", false)]);
    let document = Folder::new(&[("1.xml", &first), ("2.xml", &second)]).scan(&[]).json();
    assert_eq!(keys(&document), ["svc.a", "svc.b", "svc.c"]);
    let related = |index: usize| -> Vec<_> {
        let related = document["findings"][index]["related"].as_array().unwrap();
        related.iter().map(|place| place["path"].as_str().unwrap()).collect()
    };
    assert_eq!([related(0), related(1), related(2)], [vec![], vec!["2.xml"], vec![]]);
    assert_eq!(document["findings"][1]["path"], "1.xml");
}

#[test]
fn build_output_does_not_count_twice() {
    let record = format!("<record_update>{}</record_update>", user("svc.x", false));
    let document =
        Folder::new(&[("dist/app/update/x.xml", &record), ("src/x.xml", &record)]).scan(&[]).json();
    assert_eq!(texts(&document, "path"), ["src/x.xml"]);
    assert_eq!(document["findings"][0]["related"][0]["path"], "dist/app/update/x.xml");
}

/// What "now" is rests on every file, also on one whose date stands further down
/// than anybody looks before rows are judged.
#[test]
fn a_date_that_is_found_late_is_the_clock_for_all() {
    let users = unload(&[
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><last_login_time/>\
                 <locked_out>false</locked_out><sso_source/><sys_created_on>2026-02-15 08:00:00</sys_created_on>\
                 <sys_id>{}</sys_id><user_name>ann.lee</user_name>\
                 <web_service_access_only>false</web_service_access_only></sys_user>",
            sys_id("ann"),
        ),
        format!(
            "<sys_user_has_role action=\"INSERT_OR_UPDATE\"><role name=\"itil\">{}</role><state>active</state>\
                 <sys_id>{}</sys_id><user name=\"ann.lee\">{}</user></sys_user_has_role>",
            sys_id("itil"),
            sys_id("grant"),
            sys_id("ann"),
        ),
    ]);
    let late = format!(
        "<!-- {} --><unload unload_date=\"2026-08-01 00:00:00\"><sys_user_role action=\"INSERT_OR_UPDATE\">\
         <name>itil</name><sys_id>{}</sys_id></sys_user_role></unload>",
        "x".repeat(10_000),
        sys_id("itil"),
    );
    let found = |files: &[(&str, &str)]| {
        let arguments = ["scan", "--no-config", "--format", "json", "--select", "SNA1021"];
        let run = glidelint(Folder::new(files).path(), &arguments);
        texts(&run.json(), "fingerprint").len()
    };
    assert_eq!(found(&[("users.xml", &users)]), 0);
    assert_eq!(found(&[("users.xml", &users), ("zz-roles.xml", &late)]), 1);
}

/// A secret stands in a file whatever is newer elsewhere: a copy without it does not
/// excuse the file, and neither does the same record in an export of another kind.
#[test]
fn a_secret_in_a_file_is_there_whatever_is_newer() {
    let user = |password: &str, day: u32| {
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><sys_id>0000000000000000000000000000beef</sys_id>\
             <sys_updated_on>2026-03-{day:02} 10:00:00</sys_updated_on><user_name>gull.moss</user_name>\
             <user_password>{password}</user_password></sys_user>"
        )
    };
    let table = |row: &str| format!("<unload unload_date=\"2026-04-01 10:00:00\">{row}</unload>");
    let app = |row: &str| format!("<record_update table=\"sys_user\">{row}</record_update>");
    let hash = "pO5Ck3uCe2GR7Tm1bGgS8w==";
    let check = |files: &[(&str, String)], findings: usize, places: usize| {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let folder = Folder::new(&files);
        let run = glidelint(
            folder.path(),
            &["scan", ".", "--no-config", "--select", "SNA1012", "--format", "json"],
        );
        let report = run.json();
        let found = report["findings"].as_array().unwrap();
        let shown: usize = found.iter().map(|one| 1 + one["related"].as_array().map_or(0, Vec::len)).sum();
        assert_eq!((found.len(), shown), (findings, places), "{files:?}: {report:#}");
    };
    check(&[("app.xml", app(&user(hash, 2)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("users.xml", table(&user("", 9)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("a_users.xml", table(&user(hash, 2)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("b.xml", app(&user("", 9)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("b.xml", app(&user(hash, 9)))], 1, 2);
    check(&[("app.xml", app(&user("", 2))), ("users.xml", table(&user(hash, 9)))], 0, 0);
}
