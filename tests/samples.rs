//! Every rule on every sample: what is found and where, and how each rule
//! fared. A rule that begins to misfire, or falls silent, shows here at once.
//!
//! The snapshots are read against `samples/README.md`, which says what is meant
//! to be found; `cargo insta review`, or `INSTA_UPDATE=always cargo test`,
//! takes the new ones over.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use program::glidelint;

/// Scans below `samples/` with all rules there are.
fn scan(paths: &[&str], more: &[&str]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let arguments = ["scan", "--no-config", "--root", ".", "--profile", "strict", "--format", "json"];
    let run = glidelint(&folder, &[&arguments, more, paths].concat());
    assert!([0, 1, 4].contains(&run.code), "{}", run.stderr);
    run.json()
}

/// `RULE path:line:column key — message`, a line each.
fn findings(document: &Value) -> Vec<String> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let line = |finding: &Value| {
        format!(
            "{} {}:{}:{} {} — {}",
            text(finding, "rule"),
            text(finding, "path"),
            finding["line"],
            finding["column"],
            text(finding, "key"),
            text(finding, "message")
        )
    };
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

/// How each rule fared, and what it would have needed.
fn coverage(document: &Value) -> Vec<String> {
    let mut lines =
        vec![format!("{:8} {:>4} {:>4} {:>4} {:>4}  missing", "rule", "pass", "fail", "n/a", "open")];
    for rule in document["coverage"].as_array().unwrap() {
        let missing: Vec<_> =
            rule["missing"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let line = format!(
            "{:8} {:>4} {:>4} {:>4} {:>4}  {}",
            rule["rule"].as_str().unwrap(),
            rule["pass"],
            rule["fail"],
            rule["not_applicable"],
            rule["cannot_tell"],
            missing.join(", ")
        );
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn notices(document: &Value) -> Vec<String> {
    let line = |notice: &Value| {
        let text = |field: &str| notice[field].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {}:{}:{} {}",
            text("level"),
            text("path"),
            notice["line"],
            notice["column"],
            text("message")
        )
    };
    document["notices"].as_array().unwrap().iter().map(line).collect()
}

/// The lines that are in one list and not in the other.
fn difference(before: &[String], after: &[String]) -> String {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let mut text = String::new();
    for line in before.iter().filter(|line| !new.contains(line)) {
        writeln!(text, "- {line}").unwrap();
    }
    for line in after.iter().filter(|line| !old.contains(line)) {
        writeln!(text, "+ {line}").unwrap();
    }
    text
}

#[test]
fn all_samples() {
    let document = scan(&["."], &[]);
    let parts =
        [findings(&document).join("\n"), coverage(&document).join("\n"), notices(&document).join("\n")];
    insta::assert_snapshot!("all_samples", parts.join("\n\n"));
}

/// What more is known where every table is said to be whole.
#[test]
fn complete_exports() {
    let (open, complete) = (scan(&["exports"], &[]), scan(&["exports"], &["--complete", "all"]));
    let parts = [
        difference(&findings(&open), &findings(&complete)),
        difference(&coverage(&open), &coverage(&complete)),
    ];
    insta::assert_snapshot!("complete_exports", parts.join("\n"));
}

/// What is written at the place of a finding is the start of an element: of the
/// field, of the record, or of the root where something is not there at all.
#[test]
fn every_place_is_the_start_of_an_element() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for document in [scan(&["."], &[]), scan(&["."], &["--complete", "all"])] {
        for finding in document["findings"].as_array().unwrap() {
            let text = |field: &str| finding[field].as_str();
            let number = |field: &str| usize::try_from(finding[field].as_u64().unwrap()).unwrap();
            let file = fs::read_to_string(samples.join(text("path").unwrap())).unwrap();
            let line = file.trim_start_matches('\u{feff}').split('\n').nth(number("line") - 1).unwrap();
            let units: Vec<_> = line.encode_utf16().skip(number("column") - 1).take(60).collect();
            let written = String::from_utf16_lossy(&units).replace("&lt;", "<").replace("&#60;", "<");
            let expected = text("field").unwrap_or(text("table").unwrap());
            let roots = ["<unload", "<record_update"];
            // A finding about an effective role points at the last grant.
            let is_grant = text("table") == Some("effective_role") || text("table") == Some("role_closure");
            let grants = ["<role", "<contains"];
            if is_grant && grants.iter().any(|grant| written.starts_with(grant)) {
                continue;
            }
            let is_root = text("sys_id").is_none() && roots.iter().any(|root| written.starts_with(root));
            assert!(
                written.starts_with(&format!("<{expected}")) || is_root,
                "{finding}\npoints at {written}"
            );
        }
    }
}

/// The rules that `samples/README.md` names for each account or thing, against
/// those that find it in `exports/` with `--complete all`.
#[test]
fn what_the_readme_of_the_samples_promises() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/README.md")).unwrap();
    let promised = promised(&readme);
    assert!(promised.len() > 20, "the table was not found");
    let document = scan(&["exports"], &["--complete", "all"]);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in document["findings"].as_array().unwrap() {
        let account = account_of(finding);
        found.entry(account).or_default().insert(finding["rule"].as_str().unwrap().to_owned());
    }
    let mut differences = Vec::new();
    let none = BTreeSet::new();
    let accounts: BTreeSet<_> = promised.keys().chain(found.keys().filter(|name| !name.is_empty())).collect();
    for account in accounts {
        let (promised, found) = (promised.get(account).unwrap_or(&none), found.get(account).unwrap_or(&none));
        if promised != found {
            let list = |rules: BTreeSet<&String>| rules.into_iter().cloned().collect::<Vec<_>>().join(" ");
            differences.push(format!(
                "{account}: promised and not found: [{}], found and not promised: [{}]",
                list(promised.difference(found).collect()),
                list(found.difference(promised).collect())
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The rows of the table of accounts: user names in backticks, then rules.
fn promised(readme: &str) -> BTreeMap<String, BTreeSet<String>> {
    let table = readme.split("| account | what it is | rules |").nth(1).unwrap();
    let mut promised: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table.lines().skip(1).take_while(|row| row.is_empty() || row.starts_with('|')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, names, _, rules, _] = cells[..] else { break };
        for name in names.split('`').skip(1).step_by(2) {
            let rules = rules.split(' ').filter(|rule| *rule != "none").map(str::to_owned);
            promised.entry(name.to_lowercase()).or_default().extend(rules);
        }
    }
    promised.retain(|name, _| !name.starts_with('-'));
    promised
}

/// The user name that a finding is about, in lower case; empty for other things.
fn account_of(finding: &Value) -> String {
    let key = finding["key"].as_str().unwrap();
    match finding["table"].as_str().unwrap() {
        "sys_user" => key.to_lowercase(),
        // The key is `user name → role`.
        "effective_role" => key.split(" → ").next().unwrap().to_lowercase(),
        "sys_user_has_role" => {
            // The key is `user → role`, the user by the name that is shown.
            let shown = key.split(" → ").next().unwrap();
            user_names().get(shown).cloned().unwrap_or_else(|| panic!("{shown} is no user of the samples"))
        }
        _ => String::new(),
    }
}

/// User names by the name that is shown of them.
fn user_names() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/exports");
    let run = glidelint(
        &folder,
        &[
            "query",
            "--no-config",
            "--format",
            "json",
            "--fields",
            "name,user_name",
            "sys_user",
            "sys_idISNOTEMPTY",
            ".",
        ],
    );
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let value =
        |row: &Value, field: &str| row["fields"][field]["value"].as_str().unwrap_or_default().to_owned();
    rows.map(|row| (value(&row, "name"), value(&row, "user_name").to_lowercase())).collect()
}
