//! What a baseline knows stays known as long as nothing about it changes, and is new
//! as soon as something does that is no improvement.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;
#[path = "common/skipped.rs"]
mod skipped;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use exports::{Folder, gzip, row, unload};
use program::{Run, glidelint};

/// Files by name.
type Files = BTreeMap<String, String>;

fn folder_of(files: &Files) -> Folder {
    let folder = Folder::new(&[]);
    for (name, text) in files {
        folder.write(&format!("exports/{name}"), text);
    }
    folder
}

fn run(folder: &Path, arguments: &str) -> Run {
    glidelint(folder, &arguments.split(' ').collect::<Vec<_>>())
}

/// Writes down what is found in files, and gives the folder of the baseline.
fn known(files: &Files, more: &str) -> Folder {
    let folder = folder_of(files);
    let run = run(folder.path(), &format!("baseline create exports --no-config --baseline known.tsv{more}"));
    assert!(run.code == 0 && !run.stderr.contains("error"), "{run:?}");
    folder
}

/// Scans other files with the baseline.
fn scan(baseline: &Folder, now: &Path, more: &str) -> Value {
    let known = baseline.path().join("known.tsv").display().to_string();
    run(now, &format!("scan exports --no-config -f json --baseline {known}{more}")).json()
}

/// How many findings are new, and how many that were known are gone.
fn counts(document: &Value) -> (u64, u64) {
    let known = &document["known_findings"];
    (known["new"].as_u64().unwrap(), known["absent"].as_u64().unwrap())
}

fn files_of(folder: &str) -> Files {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let exports = entries.filter(|path| path.extension().is_some_and(|end| end == "xml"));
    let text = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    exports.map(text).collect()
}

/// The same export with its records the other way round.
fn reversed(files: &Files) -> Files {
    let turn = |(name, text): (&String, &String)| {
        let table = name.trim_end_matches(".xml");
        let first = text.find(&format!("<{table} ")).unwrap_or(text.len());
        let last = text.trim_end().rfind("</").unwrap().max(first);
        let end = format!("</{table}>");
        let mut records: Vec<_> = text[first..last].split_inclusive(&end).collect();
        let rest = records.pop().unwrap_or_default();
        records.reverse();
        // Files are read in the order of their names.
        (
            format!("z{}_{name}", 9 - name.len() % 10),
            format!("{}{}{rest}{}", &text[..first], records.concat(), &text[last..]),
        )
    };
    files.iter().map(turn).collect()
}

/// The same export as the REST Table API gives it.
fn rest(files: &Files) -> Files {
    let convert = |(name, text): (&String, &String)| {
        let document = roxmltree::Document::parse(text).unwrap();
        let rows: Vec<_> = document.root_element().children().filter(roxmltree::Node::is_element).collect();
        let row = |row: &roxmltree::Node<'_, '_>| {
            let columns = row.children().filter(roxmltree::Node::is_element).map(|column| {
                let value = column.text().unwrap_or_default();
                let shown = column.attribute("display_value").unwrap_or(value);
                (
                    column.tag_name().name().to_owned(),
                    serde_json::json!({ "display_value": shown, "value": value }),
                )
            });
            columns.collect::<Map<_, _>>()
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        (name.replace(".xml", ".json"), serde_json::json!({ "result": rows }).to_string())
    };
    files.iter().map(convert).collect()
}

#[test]
fn an_unchanged_export_has_nothing_new_in_any_form() {
    for folder in ["samples/exports", "tests/instance"] {
        let files = files_of(folder);
        let as_of = " --profile strict --as-of 2026-03-01";
        let baseline = known(&files, as_of);
        let check = |what: &str, now: &Path| {
            let document = scan(&baseline, now, as_of);
            assert!(document["findings"].as_array().unwrap().len() > 20, "{folder}, {what}");
            let new =
                document["findings"].as_array().unwrap().iter().filter(|finding| finding["state"] == "new");
            assert_eq!(counts(&document), (0, 0), "{folder}, {what}: {:#?}", new.collect::<Vec<_>>());
        };
        check("as it is", baseline.path());
        check("in another order", folder_of(&reversed(&files)).path());
        check("from the REST API", folder_of(&rest(&files)).path());
        let packed = Folder::new(&[]);
        for (name, text) in &files {
            packed.write(&format!("exports/deep/er/{name}.gz"), gzip(&text.replace('\n', "\r\n")));
        }
        check("packed, with other line ends", packed.path());
    }
}

/// Every element that a finding is reported at gets another value: what is still
/// found there is new, if it is no better.
#[test]
fn a_known_finding_is_new_as_soon_as_its_value_changes() {
    for folder in ["samples/exports", "tests/instance"] {
        let files = files_of(folder);
        let as_of = " --profile strict --as-of 2026-03-01";
        let baseline = known(&files, as_of);
        let before = scan(&baseline, baseline.path(), as_of);
        let mut judged = 0;
        for value in ["987654321", "False", "somebody else"] {
            let (mut changed, mut touched, mut edited) = (files.clone(), BTreeSet::new(), BTreeSet::new());
            let mut places: Vec<_> = before["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|finding| {
                    // Where a path leads there, or several rows, another may be reported.
                    let field = finding["field"].as_str().unwrap_or("password");
                    // Secrets take no part, nor does what the platform writes.
                    let is_free = ["password", "secret", "inherited", "expires", "failed_attempts"]
                        .iter()
                        .any(|word| field.contains(word));
                    !is_free && finding["related"].as_array().unwrap().is_empty()
                })
                .collect();
            // From the end, so that columns before stay where they are.
            places.sort_by_key(|finding| {
                std::cmp::Reverse((finding["line"].as_u64(), finding["column"].as_u64()))
            });
            for finding in places {
                let name = finding["path"].as_str().unwrap().rsplit('/').next().unwrap();
                let number = |name: &str| usize::try_from(finding[name].as_u64().unwrap()).unwrap();
                if finding["line"] != finding["end_line"] {
                    continue;
                }
                touched.insert((finding["rule"].to_string(), finding["key"].to_string()));
                if !edited.insert((name, number("line"), number("column"))) {
                    continue;
                }
                let lines = changed[name].lines().map(str::to_owned).collect::<Vec<_>>();
                let line = &lines[number("line") - 1];
                let element = &line[number("column") - 1..number("end_column") - 1];
                let field = finding["field"].as_str().unwrap();
                if element.contains(&format!(">{value}<")) {
                    continue;
                }
                let other = line.replace(element, &format!("<{field}>{value}</{field}>"));
                let mut lines = lines.clone();
                lines[number("line") - 1] = other;
                changed.insert(name.to_owned(), lines.join("\n") + "\n");
            }
            let now = folder_of(&changed);
            let document = scan(&baseline, now.path(), as_of);
            for finding in document["findings"].as_array().unwrap() {
                let is_touched = touched.contains(&(finding["rule"].to_string(), finding["key"].to_string()));
                let is_there = finding["message"].as_str().unwrap().contains(value)
                    || fs::read_to_string(
                        now.path()
                            .join("exports")
                            .join(finding["path"].as_str().unwrap().rsplit('/').next().unwrap()),
                    )
                    .unwrap()
                    .lines()
                    .nth(usize::try_from(finding["line"].as_u64().unwrap()).unwrap() - 1)
                    .is_some_and(|line| line.contains(&format!(">{value}<")));
                let is_known = is_touched && is_there && finding["state"] != "new";
                assert!(!is_known, "{folder}, {value}: {finding:#}");
                judged += usize::from(is_touched && is_there);
            }
        }
        assert!(judged > 10, "{folder}: {judged}");
    }
}

fn property(name: &str, value: &str) -> String {
    let sys_id = format!("sys_id={:032x}", 77);
    row("sys_properties", &[&format!("name={name}"), &format!("value={value}"), "type=string", &sys_id])
}

#[test]
fn a_number_may_become_better_but_not_worse() {
    let files = |value: &str| {
        Files::from([("p.xml".to_owned(), unload(&[&property("glide.ui.session_timeout", value)]))])
    };
    let only = " --select SNP1020";
    let baseline = known(&files("65"), only);
    let line = fs::read_to_string(baseline.path().join("known.tsv")).unwrap();
    assert!(line.ends_with("\t65\n"), "{line}");
    let check = |value: &str, expected: (u64, &str)| {
        let now = folder_of(&files(value));
        assert_eq!(counts(&scan(&baseline, now.path(), only)), (expected.0, 0), "{value}");
        let known = baseline.path().join("known.tsv").display().to_string();
        let text = run(now.path(), &format!("scan exports --no-config --baseline {known}{only}"));
        assert_eq!(u64::from(text.code == 1), expected.0, "{value}: {text:?}");
        assert_eq!(text.stdout.contains("known, but changed"), expected.0 > 0, "{value}: {}", text.stdout);
        let before = baseline.path().join("exports").display().to_string();
        let diff = run(now.path(), &format!("diff {before} exports --no-config{only}"));
        assert!(diff.stdout.contains(expected.1), "{value}: {diff:?}");
    };
    check("65", (0, "0 new, 0 fixed, 1 unchanged"));
    check("61", (0, "0 new, 0 fixed, 1 unchanged"));
    check("999999", (1, "1 new, 0 fixed, 0 unchanged"));
    check("never", (1, "(known, but changed)"));
    check("0", (1, "(known, but changed)"));
}

/// Whoever had the role by another one, and now has it by a grant of its own.
#[test]
fn another_way_to_a_role_is_another_finding() {
    let user = format!("user={:032x}/svc.crane", 1);
    let grant = |number: u32, role: u32, name: &str| {
        let (sys_id, role) = (format!("sys_id={number:032x}"), format!("role={role:032x}/{name}"));
        row("sys_user_has_role", &[&user, &role, "inherited=false", "state=active", &sys_id])
    };
    let account = row(
        "sys_user",
        &["user_name=svc.crane", "active=true", "identity_type=machine", &format!("sys_id={:032x}", 1)],
    );
    let contains = row(
        "sys_user_role_contains",
        &[
            &format!("role={:032x}/crane_driver", 2),
            &format!("contains={:032x}/admin", 3),
            &format!("sys_id={:032x}", 4),
        ],
    );
    let before = format!("{account}{}{contains}", grant(5, 2, "crane_driver"));
    let after = format!("{before}{}", grant(6, 3, "admin"));
    let files = |text: &str| Files::from([("all.xml".to_owned(), unload(&[text]))]);
    let only = " --select SNR1001";
    let baseline = known(&files(&before), only);
    let first = scan(&baseline, baseline.path(), only);
    let found = first["findings"].as_array().unwrap();
    assert!(!found.is_empty(), "{first:#}");
    assert_eq!(counts(&first).0, 0);
    let now = folder_of(&files(&after));
    let document = scan(&baseline, now.path(), only);
    for finding in document["findings"].as_array().unwrap() {
        assert_eq!(finding["state"], "new", "{finding:#}");
    }
    let old = baseline.path().join("exports").display().to_string();
    let diff = run(now.path(), &format!("diff {old} exports --no-config{only}"));
    assert!(diff.code == 1 && !diff.stdout.contains("\n0 new"), "{diff:?}");
}

#[test]
fn a_twin_is_new_and_nothing_else_is() {
    // Access rules share name, operation and type as a matter of course.
    let rule = |number: u32, script: &str| {
        let sys_id = format!("sys_id={number:032x}");
        let columns =
            ["active=true", "admin_overrides=true", "advanced=true", "condition=", "decision_type=allow"];
        let script = format!("script={script}");
        let named = ["name=u_crane", "operation=read/read", "type=record/record", &script, &sys_id];
        row("sys_security_acl", &[&columns[..], &named].concat())
    };
    let check = |only: &str, before: &str, after: &str| {
        let files = |text: &str| Files::from([("all.xml".to_owned(), unload(&[text]))]);
        let baseline = known(&files(before), only);
        for text in [format!("{before}{after}"), format!("{after}{before}")] {
            let now = folder_of(&files(&text));
            let document = scan(&baseline, now.path(), only);
            assert_eq!(counts(&document), (1, 0), "{document:#}");
            let keys = |folder: &Path| -> BTreeSet<String> {
                let log = run(folder, &format!("scan exports --no-config -f sarif{only}")).json();
                let results = log["runs"][0]["results"].as_array().unwrap().clone();
                let key =
                    |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].to_string();
                results.iter().map(key).collect()
            };
            let (old, new) = (keys(baseline.path()), keys(now.path()));
            assert!(old.is_subset(&new) && new.len() == old.len() + 1, "{old:?} {new:?}");
        }
    };
    check(" --select SNC1003", &rule(1, "answer = true;"), &rule(2, "answer = true;"));
}

#[test]
fn a_baseline_of_version_1_is_read_and_brought_up_to_date() {
    let files = files_of("samples/exports");
    let only = " --select SNA1001,SNP1020,SNR1009";
    let baseline = known(&files, only);
    let path = baseline.path().join("known.tsv");
    let second = fs::read_to_string(&path).unwrap();
    // Where no other record has the key, both versions make the same of it.
    let mut first = String::from("# glidelint baseline v1: known findings\n");
    for line in second.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<_> = line.split('\t').collect();
        let _ = writeln!(first, "{}\t{}", cells[..4].join("\t"), cells[5]);
    }
    assert!(first.contains("b2ac2d9fbc9c280e8aaf54327d4a5529"), "{first}");
    fs::write(&path, &first).unwrap();
    assert_eq!(counts(&scan(&baseline, baseline.path(), only)), (0, 0));
    let prune =
        run(baseline.path(), &format!("baseline prune exports --no-config --baseline known.tsv{only}"));
    assert!(prune.code == 0 && prune.stdout.ends_with(", 0 dropped\n"), "{prune:?}");
    assert_eq!(counts(&scan(&baseline, baseline.path(), only)), (0, 0));
    let update =
        run(baseline.path(), &format!("baseline update exports --no-config --baseline known.tsv{only}"));
    assert!(update.code == 0 && update.stdout.ends_with(", 0 added, 0 dropped\n"), "{update:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), second);
}

/// No two findings of one rule are one to whoever tracks them by their fingerprints.
#[test]
fn findings_of_a_rule_have_fingerprints_of_their_own() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = ["samples", "tests/instance"].iter().map(|folder| root.join(folder)).collect();
    if let Some(corpus) = corpus::corpus() {
        let entries = fs::read_dir(corpus.join("files")).unwrap();
        folders.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    for folder in folders {
        let run = glidelint(
            &folder,
            &["scan", ".", "--no-config", "-f", "json", "--profile", "strict", "--allow-incomplete"],
        );
        let document = run.json();
        let mut known = BTreeSet::new();
        for finding in document["findings"].as_array().unwrap() {
            let identity = (finding["rule"].to_string(), finding["fingerprint"].to_string());
            assert!(known.insert(identity), "{}: {finding:#}", folder.display());
        }
    }
}
