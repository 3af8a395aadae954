//! The rules on hardening settings against a table of settings that was written
//! from the vendor's catalogue, not from the rules: `tests/hardening/settings.tsv`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use exports::Folder;
use program::glidelint;

/// A setting of the table.
struct Setting {
    page: &'static str,
    /// `pass`, `fail` or `cannot-tell` where its row is missing; `-` where other
    /// tables decide too.
    absent: &'static str,
    good: Vec<Row>,
    wrong: Vec<Row>,
}

/// A row of `sys_properties`, or of `v_plugin`; a name that begins with `@` is a
/// table of which the file beside holds a row.
struct Row {
    name: &'static str,
    value: &'static str,
}

fn settings() -> Vec<Setting> {
    let rows = |text: &'static str| {
        let rows = text.split(';').filter(|row| !row.is_empty());
        rows.map(|row| {
            let (name, value) = row.split_once('=').unwrap_or((row, ""));
            Row { name, value }
        })
        .collect()
    };
    include_str!("hardening/settings.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&'static str> = line.split('\t').collect();
            Setting { page: cells[0], absent: cells[1], good: rows(cells[2]), wrong: rows(cells[3]) }
        })
        .collect()
}

/// An export with these rows, a line each, and more records behind them. The row
/// of a name stands in the line that the map gives.
fn export<'r>(rows: impl Iterator<Item = &'r Row>, others: &str) -> (String, BTreeMap<&'r str, u64>) {
    let mut xml = String::from("<unload unload_date=\"2026-03-01 10:00:00\">\n");
    let mut lines = BTreeMap::new();
    let rows = rows
        .filter(|row| !row.name.starts_with('@'))
        .chain([&Row { name: "glide.sys.date_format", value: "yyyy-MM-dd" }]);
    for (number, row) in rows.enumerate() {
        if lines.contains_key(row.name) {
            continue;
        }
        lines.insert(row.name, u64::try_from(lines.len()).unwrap() + 2);
        let value = row.value.replace('&', "&amp;").replace('<', "&lt;");
        let _ = match row.name.strip_prefix("plugin:") {
            Some(id) => writeln!(
                xml,
                "<v_plugin action=\"INSERT_OR_UPDATE\"><active>{value}</active><id>{id}</id><name>{id}</name><sys_id>{number:032x}</sys_id></v_plugin>"
            ),
            None => writeln!(
                xml,
                "<sys_properties action=\"INSERT_OR_UPDATE\"><name>{}</name><sys_id>{number:032x}</sys_id><type>string</type><value>{value}</value></sys_properties>",
                row.name
            ),
        };
    }
    xml.push_str(others);
    xml.push_str("</unload>\n");
    (xml, lines)
}

/// A scan's document.
struct Scan(Value);

fn scan(xml: &str, arguments: &[&str]) -> Scan {
    let folder = Folder::new(&[("export.xml", xml)]);
    let scan = ["scan", "export.xml", "--no-config", "--profile", "strict", "--format", "json"];
    let run = glidelint(folder.path(), &[&scan, arguments].concat());
    assert!([0, 1].contains(&run.code), "{}", run.stderr);
    Scan(run.json())
}

impl Scan {
    /// `fail`, `cannot-tell`, `pass` or `not-applicable` by rule id.
    fn verdicts(&self) -> BTreeMap<String, &'static str> {
        let coverage = self.0["coverage"].as_array().unwrap();
        let verdict = |entry: &Value| {
            let count = |name: &str| entry[name].as_u64().unwrap();
            match (count("fail"), count("cannot_tell"), count("pass")) {
                (1.., _, _) => "fail",
                (0, 1.., _) => "cannot-tell",
                (0, 0, 1..) => "pass",
                _ => "not-applicable",
            }
        };
        coverage.iter().map(|entry| (entry["rule"].as_str().unwrap().to_owned(), verdict(entry))).collect()
    }

    /// The lines of the findings by rule id.
    fn lines(&self) -> BTreeMap<&str, Vec<u64>> {
        let mut lines: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for finding in self.0["findings"].as_array().unwrap() {
            lines
                .entry(finding["rule"].as_str().unwrap())
                .or_default()
                .push(finding["line"].as_u64().unwrap());
        }
        lines
    }
}

/// Rule ids by the page of the setting that they judge.
fn rules_by_page() -> BTreeMap<String, String> {
    let document = glidelint(Path::new("."), &["rules", "list", "--format", "json"]).json();
    let rules = document.as_array().unwrap();
    let mut pages = BTreeMap::new();
    for rule in rules {
        let tags = rule["tags"]["servicenow"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for page in tags.filter_map(|tag| tag.strip_prefix("hardening:")) {
            let id = rule["id"].as_str().unwrap().to_owned();
            let other = pages.insert(page.to_owned(), id);
            assert_eq!(other, None, "two rules judge {page}");
        }
    }
    pages
}

fn tables(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hardening").join(name)).unwrap()
}

#[test]
fn every_live_setting_has_one_rule() {
    let pages = rules_by_page();
    let known: BTreeSet<&str> = settings().iter().map(|setting| setting.page).collect();
    let judged: BTreeSet<&str> = pages.keys().map(String::as_str).collect();
    let missing: Vec<_> = known.difference(&judged).collect();
    let unknown: Vec<_> = judged.difference(&known).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without a rule: {missing:#?}; in no table: {unknown:#?}"
    );
    assert_eq!(judged.len(), 247);
}

#[test]
fn an_instance_with_every_setting_as_recommended_scores_100() {
    let settings = settings();
    // 5,000 passwords that nobody may have: the number is the setting.
    let mut others = tables("good.xml");
    for number in 0..5000 {
        let _ = writeln!(
            others,
            "<blacklisted_password action=\"INSERT_OR_UPDATE\"><password>p{number}</password><sys_id>b{number:031x}</sys_id></blacklisted_password>"
        );
    }
    let (xml, _) = export(settings.iter().flat_map(|setting| &setting.good), &others);
    let scan = scan(&xml, &["--complete", "all"]);
    let pages = rules_by_page();
    let (verdicts, lines) = (scan.verdicts(), scan.lines());
    for (page, rule) in &pages {
        assert_eq!(lines.get(rule.as_str()), None, "{rule} ({page}) finds something");
        assert!(matches!(verdicts[rule], "pass" | "not-applicable"), "{rule} ({page}): {}", verdicts[rule]);
    }
    let score = &scan.0["score"];
    assert_eq!((score["percent"].as_u64(), score["open_percent"].as_u64()), (Some(100), Some(0)), "{score}");
}

#[test]
fn every_wrong_setting_is_found_once_at_its_row() {
    let settings = settings();
    let (xml, mut places) = export(settings.iter().flat_map(|setting| &setting.wrong), &tables("wrong.xml"));
    for row in settings.iter().flat_map(|setting| &setting.wrong).filter(|row| row.name.starts_with('@')) {
        let tag = format!("<{} ", &row.name[1..]);
        let line = xml.lines().position(|line| line.starts_with(&tag)).unwrap() + 1;
        places.insert(row.name, u64::try_from(line).unwrap());
    }
    let scan = scan(&xml, &["--complete", "all,ecc_agent_property"]);
    let pages = rules_by_page();
    let lines = scan.lines();
    let mut wrong = Vec::new();
    for setting in settings.iter().filter(|setting| !setting.wrong.is_empty()) {
        let rule = &pages[setting.page];
        let own: Vec<u64> = setting.wrong.iter().map(|row| places[row.name]).collect();
        match lines.get(rule.as_str()).map(Vec::as_slice) {
            Some([line]) if own.contains(line) => {}
            found => {
                wrong.push(format!("{rule} ({}): lines {found:?}, expected one of {own:?}", setting.page));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_missing_row_means_what_is_documented() {
    let settings = settings();
    let (xml, _) = export(std::iter::empty(), "");
    let (whole, part) =
        (scan(&xml, &["--complete", "sys_properties"]).verdicts(), scan(&xml, &[]).verdicts());
    let pages = rules_by_page();
    let mut wrong = Vec::new();
    for setting in settings.iter().filter(|setting| setting.absent != "-") {
        let rule = &pages[setting.page];
        if whole[rule] != setting.absent {
            wrong.push(format!("{rule} ({}): {}, expected {}", setting.page, whole[rule], setting.absent));
        }
        if part[rule] != "cannot-tell" {
            wrong.push(format!("{rule} ({}): {} in an export that may be a part", setting.page, part[rule]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
