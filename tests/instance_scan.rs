//! Checks of Instance Scan as rules, through the program: where they come from
//! and where never, what is said of those that cannot run, and the way there and
//! back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a failure is what a panic is for")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use exports::{Folder, change, payload, row, unload, zip};
use program::{Run, glidelint};

/// The fields of a check, of which tests change some.
const CHECK: [(&str, &str); 7] = [
    ("active", "true"),
    ("advanced", "false"),
    ("conditions", "active=true^emailISEMPTY^EQ"),
    ("name", "User without an address"),
    ("priority", "2"),
    ("sys_id", "00000000000000000000000000000001"),
    ("table", "sys_user"),
];

/// A record as exports hold it; `conditions` with the platform's own parse beside
/// the query, as instances write it.
fn record(kind: &str, action: &str, changes: &[(&str, &str)]) -> String {
    let mut fields: BTreeMap<_, _> = CHECK.into_iter().collect();
    fields.extend(changes.iter().copied());
    let mut xml = format!("<{kind} action=\"{action}\">");
    for (name, value) in fields {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        let items = if name == "conditions" {
            "<item endquery=\"false\" field=\"active\" operator=\"=\" or=\"false\" value=\"true\"/>\n   "
        } else {
            ""
        };
        let _ = write!(xml, "<{name}>{value}{items}</{name}>");
    }
    format!("{xml}</{kind}>")
}

fn check(changes: &[(&str, &str)]) -> String {
    record("scan_table_check", "INSERT_OR_UPDATE", changes)
}

/// A file that holds one check.
fn file(check: &str) -> String {
    payload("scan_table_check", check)
}

fn update_set(check: &str) -> String {
    unload(&[change(&format!("<![CDATA[{}]]>", file(check)), &[])])
}

/// Three users, of whom one has no address and is active.
fn users() -> String {
    let user = |name: &str, active: &str, email: &str| {
        let named = [format!("sys_id={name}"), format!("user_name={name}")];
        let told = [format!("active={active}"), format!("email={email}")];
        row("sys_user", &[&named[0], &named[1], &told[0], &told[1]])
    };
    unload(&[user("ann", "true", ""), user("bob", "true", "bob@example.com"), user("cid", "false", "")])
}

/// A folder with what is scanned in `exports`, and rules in `suite`.
fn folder(suite: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(&[("exports/users.xml", &users())]);
    fs::create_dir(folder.path().join("suite")).unwrap();
    for (name, text) in suite {
        folder.write(&format!("suite/{name}"), text);
    }
    folder
}

fn scan(folder: &Folder, more: &[&str]) -> Run {
    scan_as("json", folder, more)
}

fn scan_as(format: &str, folder: &Folder, more: &[&str]) -> Run {
    let arguments = ["scan", "--no-config", "--no-builtin-rules", "--format", format];
    glidelint(folder.path(), &[&arguments[..], more, &["exports"]].concat())
}

/// `RULE key`, of each finding.
fn found(run: &Run) -> Vec<String> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let findings = run.json()["findings"].as_array().unwrap().clone();
    findings.iter().map(|finding| format!("{} {}", text(finding, "rule"), text(finding, "key"))).collect()
}

/// What `rules list` prints of `suite` alone.
fn list(folder: &Folder) -> String {
    let run = glidelint(folder.path(), &["rules", "list", "--no-builtin-rules", "--rules", "suite"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

#[track_caller]
fn check_finds_ann(name: &str, text: &str) {
    let folder = folder(&[(name, text)]);
    for path in
        ["suite".to_owned(), format!("suite/{name}"), folder.path().join("suite").display().to_string()]
    {
        let run = scan(&folder, &["--rules", &path]);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{name}");
        let found = found(&run);
        assert!(
            matches!(found.as_slice(), [one] if one.starts_with("ISC") && one.ends_with(" ann")),
            "{found:?}"
        );
    }
}

#[test]
fn a_check_is_a_rule_in_every_form() {
    check_finds_ann("a.xml", &file(&check(&[])));
    check_finds_ann("deep/a.xml", &unload(&[check(&[])]));
    check_finds_ann("a.xml", &update_set(&check(&[])));
    // The content decides, not the name.
    check_finds_ann("a.txt", &file(&check(&[])));
}

#[test]
fn an_archive_of_checks_is_a_suite() {
    let folder = folder(&[]);
    folder.write("suite.zip", zip(&[("update/a.xml", file(&check(&[])).as_bytes())]));
    assert_eq!(found(&scan(&folder, &["--rules", "suite.zip"])).len(), 1);
}

#[test]
fn checks_and_rules_lie_side_by_side() {
    let yaml = "id: ACM0001\ntitle: Inactive user\nseverity: 4.0\ntable: sys_user\nwhere: 'active=false'\n\
                message: \"'{user_name}' is not active.\"\nwhy: It is a test.\nfix: None.\n";
    let folder = folder(&[
        ("a.xml", &file(&check(&[]))),
        ("accounts/inactive.yaml", yaml),
        // What a checkout has beside its rules.
        (".github/workflows/build.yml", "name: build\n"),
        ("README.md", "# Checks\n"),
        ("pom.xml", "<project/>"),
    ]);
    let run = scan(&folder, &["--rules", "suite"]);
    assert_eq!(found(&run).len(), 2, "{}", run.stdout);
    // The configuration names packs too.
    folder.write(".glidelint.yaml", "rule_packs: [suite]\n");
    let run = glidelint(
        folder.path(),
        &["scan", "--config", ".glidelint.yaml", "--no-builtin-rules", "--format", "json", "exports"],
    );
    assert_eq!(found(&run).len(), 2, "{}", run.stderr);
    let tests = glidelint(folder.path(), &["rules", "test", "suite"]);
    assert!(tests.stdout.contains("1 check of Instance Scan, 1 portable, 0 not"), "{}", tests.stdout);
    assert!(tests.stdout.contains("1 rule, 0 tests"), "{}", tests.stdout);
}

/// Whoever may write into an export would otherwise write the rules as well.
#[test]
fn the_scanned_input_brings_no_rules() {
    let folder = folder(&[]);
    folder.write("exports/check.xml", file(&check(&[])));
    folder.write("exports/set.xml", update_set(&check(&[("sys_id", "2")])));
    let arguments = ["scan", "--no-config", "--profile", "strict", "--format", "json", "exports"];
    let run = glidelint(folder.path(), &arguments);
    let rules = run.json()["coverage"].as_array().unwrap().clone();
    assert!(rules.len() > 50);
    assert!(rules.iter().all(|rule| !rule["rule"].as_str().unwrap().starts_with("ISC")));
    assert!(found(&run).iter().all(|finding| !finding.starts_with("ISC")));
}

#[test]
fn deleted_and_older_checks_are_none() {
    let dated = |date: &str, conditions: &str| check(&[("sys_updated_on", date), ("conditions", conditions)]);
    let folder = folder(&[
        ("deleted.xml", &file(&record("scan_table_check", "DELETE", &[("sys_id", "9")]))),
        ("new.xml", &file(&dated("2026-02-01 00:00:00", "active=false^EQ"))),
        ("old.xml", &file(&dated("2026-01-01 00:00:00", "active=true^EQ"))),
    ]);
    let found = found(&scan(&folder, &["--rules", "suite"]));
    assert!(matches!(found.as_slice(), [one] if one.ends_with(" cid")), "{found:?}");
}

#[test]
fn two_checks_of_one_name_both_run() {
    let second = check(&[("sys_id", "00000000000000000000000000000002"), ("conditions", "active=false^EQ")]);
    let folder = folder(&[("a.xml", &file(&check(&[]))), ("b.xml", &file(&second))]);
    assert_eq!(found(&scan(&folder, &["--rules", "suite"])).len(), 2);
    let listed = list(&folder);
    assert_eq!(listed.matches(" user-without-an-address").count(), 2, "{listed}");
    assert!(listed.contains("User without an address (ISC"), "{listed}");
}

#[test]
fn what_cannot_run_is_named_everywhere() {
    let folder = folder(&[
        ("a.xml", &file(&check(&[]))),
        ("b.xml", &file(&check(&[("advanced", "true"), ("sys_id", "2"), ("name", "Script")]))),
        ("c.xml", &file(&record("scan_linter_check", "INSERT_OR_UPDATE", &[("name", "Linter")]))),
        ("d.xml", &file(&check(&[("conditions", "actve=true"), ("sys_id", "4"), ("name", "Typo")]))),
    ]);
    let lines = [
        "suite/b.xml: 'Script': advanced is set: a script decides",
        "suite/c.xml: 'Linter': scan_linter_check runs a script",
        "suite/d.xml: 'Typo': table 'sys_user' has no column 'actve'; perhaps 'active'",
    ];
    let listed = list(&folder);
    assert!(listed.contains(&format!("\nNot portable: 3 checks\n  {}\n", lines.join("\n  "))), "{listed}");
    let arguments = ["rules", "list", "--no-builtin-rules", "--rules", "suite", "--format", "json"];
    let json = glidelint(folder.path(), &arguments);
    assert_eq!(json.json().as_array().unwrap().len(), 1);
    let run = scan(&folder, &["--rules", "suite"]);
    // They leave the scan whole.
    assert_eq!(run.code, 1);
    for line in lines {
        assert!(json.stderr.contains(&format!("not portable: {line}\n")), "{}", json.stderr);
        assert!(run.stderr.contains(&format!("not portable: {line}\n")), "{}", run.stderr);
    }
    let notices = run.json()["notices"].as_array().unwrap().clone();
    assert_eq!(notices.len(), 3);
    assert_eq!(notices[0]["level"], "warning");
    assert_eq!(notices[0]["kind"], "rule-not-portable");
    assert_eq!(notices[0]["path"], "suite/b.xml");
    // A report does not tell where on this machine the rules lie.
    let suite = folder.path().join("suite").display().to_string();
    let text = scan(&folder, &["--rules", &suite]).stdout;
    assert!(text.contains("\"suite/b.xml\"") && !text.contains(&suite), "{text}");
    let sarif = scan_as("sarif", &folder, &["--rules", "suite"]).json();
    let text = sarif.to_string();
    assert!(text.contains("suite/b.xml: the check 'Script' is not portable"), "{text}");
    let artifacts = sarif["runs"][0]["artifacts"].as_array().unwrap();
    assert!(artifacts.iter().all(|artifact| !artifact.to_string().contains("suite")));
    let tests = glidelint(folder.path(), &["rules", "test", "suite"]);
    assert_eq!((tests.code, tests.stderr.as_str()), (0, ""));
    assert!(tests.stdout.contains("4 checks of Instance Scan, 1 portable, 3 not"), "{}", tests.stdout);
    assert!(tests.stdout.ends_with("nothing to test\n"), "{}", tests.stdout);
}

#[test]
fn a_suite_that_cannot_be_used_stops_the_scan() {
    let refused = |suite: &[(&str, &str)], words: &str| {
        let folder = folder(suite);
        let run = scan(&folder, &["--rules", "suite"]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    };
    let whole = file(&check(&[]));
    refused(&[("a.xml", &whole[..whole.len() - 20])], "suite/a.xml");
    refused(&[("notes.txt", "nothing")], "no rule file (*.yaml) and no check");
    refused(&[("users.xml", &users())], "no rule file (*.yaml) and no check");
    // Nothing would be judged, which must not look like nothing found.
    refused(&[("a.xml", &file(&check(&[("advanced", "true")])))], "no rule is left");
}

/// Texts of checks come from anybody.
#[test]
fn texts_of_checks_are_made_safe() {
    let odd = "\u{202e}\u{9b}2J [x](http://a) {0}";
    let fields = ["name", "short_description", "description", "resolution_details", "category"];
    let changes: Vec<_> = fields.into_iter().map(|field| (field, odd)).collect();
    let bad = [&changes[..], &[("advanced", "true"), ("sys_id", "2")]].concat();
    let folder = folder(&[("a.xml", &file(&check(&changes))), ("b.xml", &file(&check(&bad)))]);
    let id = list(&folder)[..9].to_owned();
    let path = ["--rules", "suite"];
    let runs = [
        scan_as("text", &folder, &path),
        scan_as("sarif", &folder, &path),
        glidelint(folder.path(), &[&["rules", "list"], &path[..]].concat()),
        glidelint(folder.path(), &[&["rules", "show", &id], &path[..]].concat()),
        glidelint(folder.path(), &["rules", "test", "suite"]),
    ];
    for run in runs {
        assert!(run.code < 2, "{}", run.stderr);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\u{202e}', '\u{9b}']), "{text}");
        }
    }
}

/// Every rule of ours that can be a check finds, as one, what it finds as a rule.
#[test]
fn rules_there_and_back_find_the_same() {
    let bench = Folder::new(&[]);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/exports").display().to_string();
    let rules = glidelint(bench.path(), &["rules", "list", "--format", "json"]).json();
    let mut titles = BTreeMap::new();
    // No other rule can be one; that they are refused is tested beside the code.
    for rule in rules.as_array().unwrap().iter().filter(|rule| rule["portable"] == true) {
        let id = rule["id"].as_str().unwrap();
        let run = glidelint(bench.path(), &["rules", "export", id, "--dir", "checks"]);
        match run.code {
            0 => {
                titles.insert(id.to_owned(), rule["title"].as_str().unwrap().to_owned());
            }
            _ => assert!(run.code == 2 && run.stderr.contains(&format!("{id} cannot be")), "{}", run.stderr),
        }
    }
    assert!(titles.len() >= 10, "{titles:?}");
    let scan = |more: &[&str]| {
        let arguments = ["scan", "--no-config", "--profile", "strict", "--format", "json"];
        let run = glidelint(bench.path(), &[&arguments[..], more, &[&samples]].concat());
        assert_eq!(run.stderr, "");
        run.json()["findings"].as_array().unwrap().clone()
    };
    let subject = |title: &str, finding: &Value| {
        format!("{title}: {} {} {}", finding["path"], finding["table"], finding["sys_id"])
    };
    let ids: Vec<_> = titles.keys().cloned().collect();
    let as_rules: BTreeSet<_> = scan(&["--select", &ids.join(",")])
        .iter()
        .map(|finding| subject(&titles[finding["rule"].as_str().unwrap()], finding))
        .collect();
    let listed = glidelint(
        bench.path(),
        &["rules", "list", "--no-builtin-rules", "--rules", "checks", "--format", "json"],
    );
    let checks: BTreeMap<_, _> = listed
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (rule["id"].as_str().unwrap().to_owned(), rule["title"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(checks.values().collect::<BTreeSet<_>>(), titles.values().collect::<BTreeSet<_>>());
    let as_checks: BTreeSet<_> = scan(&["--no-builtin-rules", "--rules", "checks"])
        .iter()
        .map(|finding| subject(&checks[finding["rule"].as_str().unwrap()], finding))
        .collect();
    assert_eq!(as_checks, as_rules);
    assert!(as_rules.len() >= 10, "{as_rules:?}");
    // Beside our own pack they have other names and titles.
    assert!(scan(&["--rules", "checks"]).len() > as_rules.len());
}

#[test]
fn exported_checks_are_one_document_or_a_file_each() {
    let bench = Folder::new(&[]);
    let both =
        glidelint(bench.path(), &["rules", "export", "SNR1011", "machine-identity-can-log-in", "snr1011"]);
    assert_eq!((both.code, both.stderr.as_str()), (0, ""));
    assert_eq!(both.stdout.matches("<scan_table_check ").count(), 2);
    let files = glidelint(bench.path(), &["rules", "export", "SNR1011", "--dir", "a/b"]);
    assert_eq!(files.stdout.trim(), Path::new("a/b/security-admin-not-elevated.xml").display().to_string());
    let text = bench.read(files.stdout.trim());
    assert!(text.contains("<conditions table=\"sys_user_role\">name=security_admin^elevated_privilege!=true^ORelevated_privilegeISEMPTY^EQ</conditions>"), "{text}");
    // All or nothing, with the reason for each.
    let refused = glidelint(bench.path(), &["rules", "export", "SNR1011", "SNA1001", "SNP1020"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    for word in ["SNA1001", "only glidelint", "SNP1020", "property rule"] {
        assert!(refused.stderr.contains(word), "{}", refused.stderr);
    }
    assert_eq!(glidelint(bench.path(), &["rules", "export", "SNX9999"]).code, 2);
    assert_eq!(glidelint(bench.path(), &["rules", "export"]).code, 2);
}
