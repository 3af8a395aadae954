//! Files that are written by the program itself and committed are fresh: the
//! JSON Schemas of rules and configuration, the list of rules in
//! `rules/README.md`, and the list of tables in `docs/exporting.md`.
//!
//! `UPDATE=1 cargo test --test generated` writes them anew.

#![allow(clippy::unwrap_used, reason = "in a test, a failure is what a panic is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use glidelint::doctor::{InUpdateSets, Request, advice_of, areas, demands, missing_requests};
use glidelint::rule::{Pack, Settings, builtin};
use serde::Deserialize;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// What the list says of a rule.
#[derive(Deserialize)]
struct Rule {
    id: String,
    name: String,
    title: String,
    area: String,
    severity: f64,
    band: String,
    profile: String,
}

fn output_of(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_glidelint")).args(arguments).output().unwrap();
    assert!(output.status.success(), "glidelint {} failed", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Holds a committed file against its text, or writes it.
fn check(path: &str, expected: &str) {
    let file = Path::new(REPOSITORY).join(path);
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, expected).unwrap();
        return;
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{path} is not fresh: UPDATE=1 cargo test --test generated");
}

#[test]
fn schemas_are_fresh() {
    check("rules/rule.schema.json", &output_of(&["rules", "schema"]));
    check("rules/config.schema.json", &output_of(&["rules", "schema", "--config"]));
}

#[test]
fn the_list_of_rules_is_fresh() {
    let rules: Vec<Rule> = serde_json::from_str(&output_of(&["rules", "list", "--format", "json"])).unwrap();
    check("rules/README.md", &list(&rules));
}

#[test]
fn the_list_of_tables_is_fresh() {
    const BEGIN: &str = "<!-- Written by `UPDATE=1 cargo test --test generated`. -->\n";
    const END: &str = "<!-- End of what is written. -->\n";
    let pack =
        Pack::compile(&[builtin().unwrap()], &Settings { strict: true, ..Settings::default() }).unwrap();
    let path = "docs/exporting.md";
    let page = fs::read_to_string(Path::new(REPOSITORY).join(path)).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let requests = missing_requests(&demands(&pack), &|_| false, None);
    check(path, &format!("{before}{BEGIN}{}\n{END}{after}", tables(&requests)));
}

/// The tables to export, by area.
fn tables(requests: &[Request]) -> String {
    let area_of = |request: &Request| advice_of(&request.table).map_or("others", |advice| advice.area);
    let mut text = String::new();
    for area in areas().into_iter().chain(["others"]) {
        let of_area: Vec<_> = requests.iter().filter(|request| area_of(request) == area).collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n### {}{}\n\n| table | rules | columns | in update sets | to know |\n|---|---|---|---|---|\n",
            area[..1].to_uppercase(),
            &area[1..]
        );
        for Request { table, rules, default_rules, columns, .. } in &of_area {
            let advice = advice_of(table);
            let carried = match advice.map(|advice| advice.in_update_sets) {
                Some(InUpdateSets::Yes) => "what was changed",
                Some(InUpdateSets::Some) => "some of what was changed",
                Some(InUpdateSets::No) => "no",
                Some(InUpdateSets::Unknown) | None => "",
            };
            let note = advice.map_or("", |advice| advice.note);
            let columns = columns.join(", ");
            let _ = writeln!(
                text,
                "| `{table}` | {rules}, {default_rules} by default | {columns} | {carried} | {note} |"
            );
        }
        let urls: Vec<_> = of_area.iter().flat_map(|request| &request.urls).map(String::as_str).collect();
        let _ = write!(text, "\n```text\n{}\n```\n", urls.join("\n"));
    }
    text
}

fn list(rules: &[Rule]) -> String {
    let mut by_area: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        let area = rule.area.split('/').next().unwrap_or_default();
        by_area.entry(area).or_default().push(rule);
    }
    let strict = rules.iter().filter(|rule| rule.profile == "strict").count();
    let mut text = format!(
        "# Rules\n\nWritten by `UPDATE=1 cargo test --test generated` from `glidelint rules list --format json`.\n\n\
         {} rules: {} run by default, {strict} more with `--profile strict`. \
         `glidelint rules show ID` prints everything about one.\n",
        rules.len(),
        rules.len() - strict
    );
    for (area, rules) in by_area {
        let _ = write!(
            text,
            "\n## {area}\n\n| id | name | severity | profile | what it finds | area |\n|---|---|---|---|---|---|\n"
        );
        for rule in rules {
            let Rule { id, name, title, area, severity, band, profile } = rule;
            let title = title.replace('|', "\\|");
            let _ = writeln!(
                text,
                "| {id} | [{name}]({area}/{name}.yaml) | {severity:.1} {band} | {profile} | {title} | {area} |"
            );
        }
    }
    text
}
