//! Reading held against an independent table of the records of real exports.
//!
//! The exports are not part of the project. The test runs where the variable
//! `GLIDELINT_CORPUS` names a folder with `files/` and `truth.tsv`; each row of
//! that table is `repo, path, where, container, table, sys_id, name, action, fields`.

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/skipped.rs"]
mod skipped;

use std::collections::{BTreeMap, BTreeSet};

use glidelint::export::{RecordSink, Select, read};
use glidelint::record::{Action, Origin, Record, Wanted};
use glidelint::source::{DiscoverOptions, discover};

/// One record, as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    path: String,
    table: String,
    sys_id: String,
    deleted: bool,
    in_payload: bool,
    name: String,
}

struct Collect {
    path: String,
    seen: Vec<Seen>,
}

impl RecordSink for Collect {
    fn record(&mut self, record: &Record<'_>) {
        if record.origin == Origin::History {
            return;
        }
        self.seen.push(Seen {
            path: self.path.clone(),
            table: record.table.to_owned(),
            sys_id: record.value("sys_id").unwrap_or_default().to_owned(),
            deleted: record.action == Action::Delete,
            in_payload: record.origin == Origin::UpdateSet,
            name: record.value("name").unwrap_or_default().to_owned(),
        });
    }
}

#[test]
fn records_equal_the_independent_table() {
    let Some(corpus) = corpus::corpus() else { return };
    let truth = std::fs::read_to_string(corpus.join("truth.tsv")).unwrap();
    let mut expected = Vec::new();
    let mut tables = BTreeSet::new();
    for line in truth.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        tables.insert(cells[4]);
        let fields: serde_json::Value = serde_json::from_str(&unescape(cells[8])).unwrap();
        expected.push(Seen {
            path: format!("{}/{}", cells[0], cells[1]),
            table: cells[4].to_owned(),
            sys_id: cells[5].to_owned(),
            deleted: cells[2] == "payload:DELETE" || cells[7] == "DELETE",
            in_payload: cells[2].starts_with("payload"),
            name: fields["name"].as_str().unwrap_or_default().trim().to_owned(),
        });
    }
    let mut wanted = Wanted::new();
    for table in &tables {
        let table = wanted.want_table(table);
        wanted.want_column(table, "name");
    }
    let files = corpus.join("files");
    let options = DiscoverOptions { root: Some(&files), ..DiscoverOptions::default() };
    let discovery = discover(std::slice::from_ref(&files), &options).unwrap();
    let mut seen = Vec::new();
    let mut totals: BTreeMap<String, u64> = BTreeMap::new();
    for source in &discovery.sources {
        let mut collect = Collect { path: source.path().to_owned(), seen: Vec::new() };
        let report = read(source, Select::Wanted(&wanted), &mut collect);
        assert!(!report.has_loss(), "{}: {:?}", source.path(), report.problems);
        for (table, counts) in report.tables {
            *totals.entry(table).or_default() += counts.live + counts.deleted;
        }
        seen.append(&mut collect.seen);
    }
    let counted: u64 = tables.iter().filter_map(|table| totals.get(*table)).sum();
    assert_eq!(usize::try_from(counted).unwrap(), seen.len(), "counts and records differ");
    expected.sort();
    seen.sort();
    let missing: Vec<_> = expected.iter().filter(|record| seen.binary_search(record).is_err()).collect();
    let surplus: Vec<_> = seen.iter().filter(|record| expected.binary_search(record).is_err()).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:#?}, surplus {surplus:#?}");
    assert_eq!(seen.len(), expected.len());
}

fn unescape(text: &str) -> String {
    text.replace("\\\\", "\u{1}")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace('\u{1}', "\\")
}
