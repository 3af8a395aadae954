//! Declaring more takes no finding away, unless that says which table would excuse it
//! or decide what it is about.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/numbers.rs"]
mod numbers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use glidelint::facts::Options;
use glidelint::finding::Finding;
use glidelint::instance::{Plan, read_all};
use glidelint::judge::judge;
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::source::Source;

use numbers::Numbers;

fn sources(folder: &str) -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let exports = paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "xml"));
    exports.map(|path| Source::memory(&path.to_string_lossy(), std::fs::read(&path).unwrap())).collect()
}

/// By fingerprint: the rule and the message.
fn found(pack: &Pack, sources: &[Source], complete: &BTreeSet<String>) -> BTreeMap<String, String> {
    let options = Options { complete: complete.clone(), ..Options::default() };
    let reading = read_all(sources, &Plan::of(pack), &options, &|_| {});
    let findings = judge(&reading.instance, &pack.rules).findings;
    let text = |finding: &Finding| {
        let rule = &pack.rules[usize::from(finding.rule)].meta.id;
        (finding.fingerprint.to_string(), format!("{rule} {}", finding.message))
    };
    findings.iter().map(text).collect()
}

/// Whether a message names one of the tables.
fn names(message: &str, tables: &BTreeSet<&String>) -> bool {
    let words = message.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    words.into_iter().any(|word| tables.iter().any(|table| *table == word))
}

#[test]
fn declaring_more_takes_no_finding_away() {
    let pack =
        Pack::compile(&[builtin().unwrap()], &Settings { strict: true, ..Settings::default() }).unwrap();
    let tables: Vec<_> = pack.wanted.tables().iter().map(|table| table.name.to_string()).collect();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let (mut compared, mut taken) = (0, Vec::new());
    for folder in ["samples/exports", "samples/update-sets", "tests/instance"] {
        let sources = sources(folder);
        for _ in 0..6 {
            let few: BTreeSet<_> = tables.iter().filter(|_| numbers.below(3) == 0).cloned().collect();
            let more: BTreeSet<_> = tables
                .iter()
                .filter(|table| few.contains(*table) || numbers.below(2) == 0)
                .cloned()
                .collect();
            let added: BTreeSet<_> = more.difference(&few).collect();
            let (before, after) = (found(&pack, &sources, &few), found(&pack, &sources, &more));
            for (_, message) in before.iter().filter(|(print, _)| !after.contains_key(*print)) {
                if !names(message, &added) {
                    taken.push(format!("{folder}: {message}"));
                }
            }
            compared += before.len();
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert!(compared > 100, "only {compared} findings were compared");
}
