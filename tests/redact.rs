//! Reports without the people: none of their names is left in any format, the
//! same name has the same pseudonym wherever the key is the same, and what would
//! hold a secret is not written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use exports::Folder;
use program::{Run, glidelint};

const FORMATS: [&str; 11] = [
    "text",
    "sarif",
    "json",
    "ndjson",
    "csv",
    "junit",
    "action-plan",
    "github",
    "gitlab",
    "markdown",
    "result",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with two keys.
fn keys() -> Folder {
    Folder::new(&[("one", "the first of two keys\n"), ("two", "the other of two keys\n")])
}

/// Every format of a scan or of a saved result.
fn outputs(arguments: &[&str]) -> BTreeMap<&'static str, String> {
    let folder = Folder::new(&[]);
    let output = |format: &&str| format!("--output={format}={}/{format}", folder.path().display());
    let outputs: Vec<_> = FORMATS.iter().map(output).collect();
    let outputs: Vec<_> = outputs.iter().map(String::as_str).collect();
    let run = glidelint(root(), &[arguments, &["--max-shown", "all", "--verbose"], &outputs].concat());
    assert!(run.code < 2 || run.code == 4, "{arguments:?}: {run:?}");
    // The command line in a saved result names the folder.
    let of_folder = folder.path().to_str().unwrap();
    let read = |format| {
        let text = folder.read(format);
        (format, text.replace(of_folder, "folder"))
    };
    FORMATS.into_iter().map(read).collect()
}

fn scan(more: &[&str]) -> BTreeMap<&'static str, String> {
    let scan = ["scan", "samples/exports", "--no-progress", "--today", "2026-10-05", "--profile", "strict"];
    outputs(&[&scan, more].concat())
}

/// The texts of a column of the accounts in the samples, without those that are
/// names of roles.
fn values(columns: &[&str]) -> BTreeSet<String> {
    let read = |name: &str| fs::read_to_string(root().join("samples/exports").join(name)).unwrap();
    let column = |text: &str, column: &str| -> Vec<String> {
        let (open, close) = (format!("<{column}>"), format!("</{column}>"));
        let parts = text.split(&open).skip(1).filter_map(|rest| rest.split_once(&close));
        parts.map(|(value, _)| value.trim().to_lowercase()).filter(|value| !value.is_empty()).collect()
    };
    let users = read("sys_user.xml");
    let roles: BTreeSet<_> = column(&read("sys_user_role.xml"), "name").into_iter().collect();
    let values = columns.iter().flat_map(|name| column(&users, name));
    values.filter(|value| !roles.contains(value)).collect()
}

/// Whether a value stands in a text as a word.
fn holds(text: &str, value: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(value)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + value.len()..].starts_with(is_word))
}

/// What of a text speaks of what was scanned: not the rules' own prose.
fn without_rules(text: &str) -> String {
    let text = text.to_lowercase();
    // Names that ship with the platform stand in rules.
    let shipped = ["soap.guest", "guest", "system administrator", "itil user"];
    shipped.iter().fold(text, |text, name| text.replace(name, ""))
}

fn assert_none(outputs: &BTreeMap<&str, String>, values: &BTreeSet<String>) {
    assert!(values.len() > 20, "{values:?}");
    for (format, text) in outputs {
        let text = without_rules(text);
        let left: Vec<_> = values.iter().filter(|value| holds(&text, value)).collect();
        assert!(left.is_empty(), "{format} holds {left:?}");
    }
}

#[test]
fn no_name_is_left_in_any_format() {
    let keys = keys();
    let key = keys.path().join("one");
    let key = ["--redact-key", key.to_str().unwrap()];
    let people = values(&["user_name", "name"]);
    let mails = values(&["email"]);
    let plain = scan(&[]);
    let shown = without_rules(&plain["json"]);
    assert!(people.iter().any(|name| holds(&shown, name)), "nothing to redact");

    let all = scan(&[&["--redact", "all"], &key[..]].concat());
    assert_none(&all, &values(&["user_name", "name", "email", "phone", "sys_id"]));
    assert_none(&scan(&[&["--redact", "names"], &key[..]].concat()), &people);
    let emails = scan(&[&["--redact", "emails"], &key[..]].concat());
    assert_none(&emails, &mails);
    assert!(people.iter().any(|name| holds(&without_rules(&emails["json"]), name)));
    // As many findings, with the same roles.
    let count = |text: &str| text.lines().count();
    assert_eq!(count(&plain["ndjson"]), count(&all["ndjson"]));
    assert!(all["json"].contains("→ admin"));
}

#[test]
fn a_saved_result_is_redacted_as_well() {
    let keys = keys();
    let key = keys.path().join("one").to_str().unwrap().to_owned();
    let saved = keys.path().join("saved.result").to_str().unwrap().to_owned();
    fs::write(&saved, &scan(&[])["result"]).unwrap();
    let mut redacted = outputs(&["report", &saved, "--redact", "names", "--redact-key", &key]);
    // It holds parameters of rules, among which are names that ship with the platform:
    // the result does not say that accounts have them.
    redacted.remove("result");
    assert_none(&redacted, &values(&["user_name"]));
    // The pseudonyms are those of the scan.
    let by_scan = scan(&["--redact", "names", "--redact-key", &key]);
    let keys_of = |text: &str| -> Vec<String> {
        let document: serde_json::Value = serde_json::from_str(text).unwrap();
        let findings = document["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys_of(&by_scan["json"]), keys_of(&redacted["json"]));
    // Once redacted, always redacted, and the same.
    fs::write(&saved, &by_scan["result"]).unwrap();
    let again = outputs(&["report", &saved, "--redact", "names", "--redact-key", &key]);
    assert_eq!(keys_of(&by_scan["json"]), keys_of(&again["json"]));
    assert_eq!(by_scan["json"], outputs(&["report", &saved])["json"]);
}

#[test]
fn pseudonyms_are_those_of_the_key() {
    let keys = keys();
    let scan = |name: &str| {
        let key = keys.path().join(name).to_str().unwrap().to_owned();
        scan(&["--redact", "all", "--redact-key", &key])
    };
    let (one, again, two) = (scan("one"), scan("one"), scan("two"));
    assert!(one == again, "two runs with one key differ");
    for format in FORMATS {
        assert_ne!(one[format], two[format], "{format} is the same with another key");
    }
}

#[test]
fn a_key_is_no_short_word() {
    let folder = Folder::new(&[("short", "abc\n")]);
    let run = |arguments: &[&str]| -> Run {
        glidelint(folder.path(), &[&["scan", ".", "--no-config", "--root", "."], arguments].concat())
    };
    let refused = run(&["--redact", "names", "--redact-key", "short"]);
    assert!(refused.code == 2 && refused.stderr.contains("16 bytes"), "{refused:?}");
    assert_eq!(run(&["--redact", "names", "--redact-key", "missing"]).code, 2);
    assert_eq!(run(&["--redact-key", "short"]).code, 2);
    let run = run(&["--redact", "names"]);
    assert!(run.code == 3 && run.stderr.contains("this run only"), "{run:?}");
}

/// The name of an account is its password: what shows the one shows the other.
const LEAK: &str = "<unload unload_date=\"2026-03-01 10:00:00\">
<sys_user action=\"INSERT_OR_UPDATE\">
<active>true</active>
<sys_id>0123456789abcdef0123456789abcdef</sys_id>
<user_name>svc.hunter2tide</user_name>
<user_password>svc.hunter2tide</user_password>
<web_service_access_only>false</web_service_access_only>
</sys_user>
</unload>
";

#[test]
fn what_would_hold_a_secret_is_not_written() {
    let folder = Folder::new(&[("exports/users.xml", LEAK)]);
    let run = |arguments: &[&str]| {
        let scan = ["scan", "exports", "--no-config", "--root", "."];
        glidelint(folder.path(), &[&scan, arguments].concat())
    };
    let plain = run(&["--format", "json"]);
    assert!(plain.code == 1 && plain.stdout.contains("hunter2tide"), "{plain:?}");
    for (format, redact) in FORMATS.iter().flat_map(|format| [(format, false), (format, true)]) {
        let search: &[&str] = if redact { &["--redact", "emails"] } else { &["--search-output", "always"] };
        let out = format!("--output={format}=out");
        let to_file = run(&[search, &[out.as_str()]].concat());
        let to_stdout = run(&[search, &["--format", format]].concat());
        for run in [&to_file, &to_stdout] {
            assert_eq!(run.code, 2, "{format}: {run:?}");
            assert!(run.stderr.contains("sys_user.user_password at exports/users.xml:6"), "{run:?}");
            assert!(!run.stdout.contains("hunter2tide") && !run.stderr.contains("hunter2tide"), "{run:?}");
        }
        assert_eq!(folder.names(), ["exports"], "{format} was left behind");
    }
    // With the name it is gone.
    let run = run(&["--redact", "names", "--format", "json"]);
    assert!(run.code == 1 && !run.stdout.contains("hunter2tide"), "{run:?}");
    let key = run.json()["findings"][0]["key"].to_string();
    assert!(key.starts_with("\"user-"), "{key}");
}
