//! Nothing that somebody adds beside the evidence takes a finding away in silence:
//! 500 seeded decoys, one at a time, beside an instance. A finding that is gone
//! needs a line that says why.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

#[path = "common/numbers.rs"]
mod numbers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use exports::Folder;
use numbers::Numbers;
use program::{Run, glidelint};

/// How many decoys are tried beside each instance.
const DECOYS: u64 = 250;

/// What decoys are made of.
const TABLES: [&str; 8] = [
    "oauth_entity",
    "sys_group_has_role",
    "sys_properties",
    "sys_user",
    "sys_user_grmember",
    "sys_user_has_role",
    "sys_user_role",
    "sys_user_role_contains",
];

/// A row as it is written: its table and the text of its fields.
#[derive(Debug, Clone)]
struct Row {
    table: &'static str,
    /// Name, attributes with a space before, value.
    fields: Vec<(String, String, String)>,
}

impl Row {
    fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, ..)| field == name).map_or("", |(_, _, value)| value)
    }

    fn set(&mut self, name: &str, value: &str) {
        for field in &mut self.fields {
            if field.0 == name {
                value.clone_into(&mut field.2);
            }
        }
    }

    fn xml(&self, element: &str, action: &str) -> String {
        let mut fields = String::new();
        for (name, attributes, value) in &self.fields {
            write!(fields, "<{name}{attributes}>{value}</{name}>").unwrap();
        }
        format!("<{element} action=\"{action}\">{fields}</{element}>\n")
    }

    fn json(&self, class: &str) -> String {
        let mut fields: BTreeMap<_, _> =
            self.fields.iter().map(|(name, _, value)| (name.as_str(), value.as_str())).collect();
        fields.insert("sys_class_name", class);
        serde_json::json!({ "records": [fields] }).to_string()
    }
}

/// The rows of the tables that decoys are made of.
fn rows(folder: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in TABLES {
        let Ok(text) = fs::read_to_string(folder.join(format!("{table}.xml"))) else { continue };
        let document = roxmltree::Document::parse(&text).unwrap();
        for row in document.root_element().children().filter(|node| node.has_tag_name(table)) {
            let fields = row.children().filter(roxmltree::Node::is_element).map(|field| {
                let attributes =
                    field.attributes().map(|one| format!(" {}=\"{}\"", one.name(), escaped(one.value())));
                let value = escaped(field.text().unwrap_or_default());
                (field.tag_name().name().to_owned(), attributes.collect(), value)
            });
            rows.push(Row { table, fields: fields.collect() });
        }
    }
    rows
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn unload(date: &str, rows: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"{date}\">\n{rows}</unload>\n")
}

fn opposite(value: &str) -> String {
    (value != "true").to_string()
}

/// Changes what decides: switches go over, other values become harmless ones.
fn harmless(row: &mut Row, numbers: &mut Numbers) {
    for (name, _, value) in &mut row.fields {
        match (name.as_str(), value.as_str()) {
            ("active" | "locked_out" | "web_service_access_only" | "internal_integration_user", _)
                if numbers.below(2) == 0 =>
            {
                *value = opposite(value);
            }
            ("user_name" | "name", text) if numbers.below(4) == 0 => *value = format!("{text}.old"),
            ("identity_type", _) if numbers.below(2) == 0 => "human".clone_into(value),
            ("state", _) if numbers.below(2) == 0 => "inactive".clone_into(value),
            ("value", _) => *value = opposite(value),
            _ => {}
        }
    }
}

/// A file that is added, or takes the place of one.
type Files = Vec<(String, String)>;

/// One decoy: its kind, and the files that make it.
fn decoy(numbers: &mut Numbers, rows: &[Row], found: &[Row], folder: &Path) -> (&'static str, Files) {
    let victims = if numbers.below(4) == 0 { rows } else { found };
    let victim = numbers.one_of(victims).clone();
    let table = victim.table;
    let twins: Vec<_> = rows.iter().filter(|row| row.table == table).collect();
    let mut copy = victim.clone();
    harmless(&mut copy, numbers);
    let beside = |row: &str| vec![("decoy.xml".to_owned(), unload("2026-10-05 08:00:00", row))];
    // Another row at the end of the file that holds the victim.
    let text = fs::read_to_string(folder.join(format!("{table}.xml"))).unwrap();
    let within = |row: &str| {
        let end = text.rfind("</").unwrap();
        vec![(format!("{table}.xml"), format!("{}{row}{}", &text[..end], &text[end..]))]
    };
    match numbers.below(9) {
        0 => {
            let mut other = (*numbers.one_of(&twins)).clone();
            other.set("sys_id", victim.value("sys_id"));
            ("a copied sys_id in one file", within(&other.xml(table, "INSERT_OR_UPDATE")))
        }
        1 => {
            let mut other = (*numbers.one_of(&twins)).clone();
            other.set("sys_id", &victim.value("sys_id").to_uppercase());
            other.set("sys_updated_on", victim.value("sys_updated_on"));
            ("a copied sys_id beside", beside(&other.xml(table, "INSERT_OR_UPDATE")))
        }
        2 => {
            // The names of all references of the row, as somebody edits them.
            let mut renamed = victim.clone();
            for (_, attributes, _) in &mut renamed.fields {
                if !attributes.is_empty() {
                    " display_value=\"itil\" name=\"itil\"".clone_into(attributes);
                }
            }
            let is_victim = |row: &Row| row.value("sys_id") == victim.value("sys_id");
            let rows: String = twins
                .iter()
                .map(|row| if is_victim(row) { &renamed } else { *row }.xml(table, "INSERT_OR_UPDATE"))
                .collect();
            let date = text.split('"').find(|part| part.starts_with("2026-")).unwrap_or_default();
            ("a name that contradicts the sys_id", vec![(format!("{table}.xml"), unload(date, &rows))])
        }
        3 => {
            let dates = ["2026-10-18 00:00:00", "2099-01-01 00:00:00", "31/12/2026 10:00", "9", ""];
            let date = *numbers.one_of(&dates);
            copy.set("sys_updated_on", date);
            ("a newer copy", beside(&copy.xml(table, "INSERT_OR_UPDATE")))
        }
        4 => ("an equal copy in a file of another name", {
            let name = *numbers.one_of(&["0.xml", "zz.xml"]);
            vec![(name.to_owned(), unload("2026-10-05 08:32:31", &copy.xml(table, "INSERT_OR_UPDATE")))]
        }),
        5 => {
            let state = *numbers.one_of(&["loaded", "previewed", "backed_out", "ignore"]);
            let action = *numbers.one_of(&["DELETE", "INSERT_OR_UPDATE"]);
            copy.set("sys_updated_on", "2026-10-19 00:00:00");
            let payload = copy.xml(table, action);
            let set = format!(
                "<sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>decoy</name><state>{state}</state>\
                 <sys_id>00000000000000000000000000decade</sys_id></sys_remote_update_set>\n\
                 <sys_update_xml action=\"INSERT_OR_UPDATE\"><action>{action}</action><name>{table}_{id}</name>\
                 <payload><![CDATA[<record_update table=\"{table}\">{payload}</record_update>]]></payload>\
                 <remote_update_set>00000000000000000000000000decade</remote_update_set>\
                 <sys_id>00000000000000000000000000decaf1</sys_id></sys_update_xml>\n",
                id = victim.value("sys_id"),
            );
            ("a set that was never committed", beside(&set))
        }
        6 => {
            let class = *numbers.one_of(&["customer_contact", "csm_consumer_user", "u_sys_user", "task"]);
            if numbers.below(2) == 0 {
                ("a row under another class", beside(&copy.xml(class, "INSERT_OR_UPDATE")))
            } else {
                ("a row under another class, in JSON", vec![(format!("{table}.json"), copy.json(class))])
            }
        }
        7 => {
            let weaker = *numbers.one_of(&[
                "classes:\n  service_account: { name_patterns: ['$^'] }\n",
                "rules:\n  SNA1001: off\n  SNR1001: off\n",
                "rules:\n  SNR1001: { severity: 1 }\n",
                "exclude: ['sys_user_has_role.xml']\n",
                "aliases:\n  owner: [user_name]\n",
            ]);
            ("a weaker configuration", vec![(".glidelint.yaml".to_owned(), weaker.to_owned())])
        }
        _ => {
            let place = *numbers.one_of(&["table: '*'", "path: '**'", "key: '*'", "table: 'sys_*'"]);
            let waiver = format!(
                "waivers:\n  - rule: SNR1001\n    {place}\n    reason: none\n    owner: none\n    until: 2099-01-01\n"
            );
            ("a waiver", vec![(".glidelint.yaml".to_owned(), waiver)])
        }
    }
}

/// Scans a folder; every other time its tables are said to be whole.
fn scan(folder: &Path, is_declared: bool) -> Run {
    let mut arguments =
        vec!["scan", ".", "--root", ".", "--no-progress", "-f", "json", "--as-of", "2026-10-19 12:00:00"];
    if is_declared {
        arguments.extend(["--complete", "all"]);
    }
    glidelint(folder, &arguments)
}

/// The rows that findings are about: those that messages and keys name.
fn rows_found(rows: &[Row], report: &Value) -> Vec<Row> {
    let findings = report["findings"].as_array().unwrap().iter();
    let keys: BTreeSet<_> = findings
        .flat_map(|finding| [&finding["key"], &finding["sys_id"]])
        .filter_map(Value::as_str)
        .flat_map(|key| key.split(" → "))
        .collect();
    let is_found = |row: &&Row| {
        row.fields.iter().any(|(_, attributes, value)| {
            keys.contains(value.as_str()) || attributes.split('"').any(|text| keys.contains(text))
        })
    };
    rows.iter().filter(is_found).cloned().collect()
}

/// The open findings of a report: rule and fingerprint.
fn open(report: &Value) -> BTreeSet<(String, String)> {
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings
        .filter(|finding| finding.get("waiver").is_none_or(Value::is_null))
        .map(|finding| (text(finding, "rule"), text(finding, "fingerprint")))
        .collect()
}

/// What a report says beside its findings: notices, and of each rule what was
/// missing.
fn said(report: &Value) -> (BTreeSet<String>, BTreeMap<String, String>) {
    let notices = report["notices"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let rules = report["coverage"].as_array().unwrap().iter();
    let gaps = rules
        .map(|rule| {
            let gap = format!("{} {}", rule["cannot_tell"], rule["missing"]);
            (rule["rule"].as_str().unwrap().to_owned(), gap)
        })
        .collect();
    (notices, gaps)
}

/// What of the findings went in silence.
fn went_in_silence(base: &Value, run: &Run) -> Vec<String> {
    // It says why nothing was judged.
    if run.code == 2 && run.stderr.starts_with("error: ") {
        return Vec::new();
    }
    let report = run.json();
    let now = open(&report);
    let gone: Vec<_> = open(base).into_iter().filter(|finding| !now.contains(finding)).collect();
    let (notices_before, gaps_before) = said(base);
    let (notices, gaps) = said(&report);
    if gone.is_empty() || notices.difference(&notices_before).next().is_some() {
        return Vec::new();
    }
    let waived = report["findings"].as_array().unwrap().iter();
    let waived: BTreeSet<_> = waived
        .filter(|finding| finding.get("waiver").is_some_and(|waiver| !waiver.is_null()))
        .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
        .collect();
    let is_silent = |(rule, fingerprint): &(String, String)| {
        gaps.get(rule) == gaps_before.get(rule) && !waived.contains(fingerprint)
    };
    gone.into_iter().filter(is_silent).map(|(rule, _)| rule).collect()
}

/// Tries all decoys beside an instance.
fn check(instance: &str, seed: u64) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(instance);
    let rows = rows(&from);
    let bases = [scan(&from, false).json(), scan(&from, true).json()];
    let found = rows_found(&rows, &bases[0]);
    assert!(open(&bases[0]).len() > 20 && found.len() > 20, "{instance}");
    let (next, silent) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    let work = || {
        loop {
            let number = u64::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
            if number >= DECOYS {
                return;
            }
            let mut numbers = Numbers((seed + number).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            let (kind, files) = decoy(&mut numbers, &rows, &found, &from);
            let folder = Folder::copy_of(&from);
            for (name, text) in &files {
                folder.write(name, text);
            }
            let is_declared = number % 2 == 1;
            let run = scan(folder.path(), is_declared);
            let gone = went_in_silence(&bases[usize::from(is_declared)], &run);
            if !gone.is_empty() {
                silent.lock().unwrap().push(format!("{number}: {kind}: {gone:?} {:.600}", files[0].1));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let silent = silent.into_inner().unwrap();
    assert!(silent.is_empty(), "{instance}: {} decoys:\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn no_decoy_beside_the_samples_silences_a_finding() {
    check("samples/exports", 1);
}

#[test]
fn no_decoy_beside_an_ordinary_instance_silences_a_finding() {
    check("tests/instance", 1_000);
}
