//! What kind of file it is and which records are in it: every form of export
//! that instances write, and what becomes of damaged and hostile ones.
//!
//! A record is shown as one line: its table, whether it is live, deleted or
//! history, how it came, its attributes in brackets, its fields.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "../common/exports.rs"]
mod exports;
#[path = "../common/records.rs"]
mod records;

mod battered;
mod damage;
mod encodings;
mod forms;
mod hostile;
mod update_sets;
mod values;

use std::collections::BTreeSet;

use glidelint::export::{FileKind, FileReport, Select, read};
use glidelint::record::{Action, Origin};
use glidelint::source::{ProblemKind, Source};

use records::{Keep, Seen};

pub(crate) const EXPORT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n\
    <sys_user action=\"INSERT_OR_UPDATE\">\n<name>S&#248;ren &amp; Åby</name><active/>\n</sys_user>\n<!-- a note -->\n\
    <sys_user action=\"DELETE\"><notes><![CDATA[<b>]]]]><![CDATA[>]]></notes></sys_user>\n\
    <sys_user_role action='INSERT_OR_UPDATE'><name display_value=\"x > y\">😀</name></sys_user_role>\n</unload>\n";

/// Reads bytes with all fields of all records.
pub(crate) fn read_all(path: &str, bytes: &[u8]) -> (FileReport, Vec<Seen>) {
    let mut keep = Keep::default();
    let report = read(&Source::memory(path, bytes), Select::Everything, &mut keep);
    // What stands for a payload that was not heard has the place of its row.
    let mut spans = BTreeSet::new();
    let heard = keep.0.iter().filter(|record| spans.insert((record.span.start, record.span.end)));
    check_counts(&report, &heard.collect::<Vec<_>>());
    (report, keep.0)
}

/// What is counted is what is handed out.
fn check_counts(report: &FileReport, seen: &[&Seen]) {
    for (table, counts) in &report.tables {
        let count = |wanted: &str| {
            let of_table = seen.iter().filter(|record| record.table == *table && state(record) == wanted);
            u64::try_from(of_table.count()).unwrap()
        };
        assert_eq!(
            (counts.live, counts.deleted, counts.history),
            (count("live"), count("deleted"), count("history")),
            "{table}"
        );
    }
    assert!(seen.iter().all(|record| report.tables.contains_key(&record.table)));
}

fn state(record: &Seen) -> &'static str {
    match (record.origin, record.action) {
        (Origin::History, _) => "history",
        (_, Action::Delete) => "deleted",
        (_, Action::InsertOrUpdate) => "live",
    }
}

/// One record as a line. Payloads and line ends are left out: they are long.
pub(crate) fn line(record: &Seen) -> String {
    let mut line = format!("{} {} {}", record.table, state(record), record.origin.as_str());
    if !record.attributes.is_empty() {
        let attributes: Vec<_> =
            record.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        line = format!("{line} [{}]", attributes.join(" "));
    }
    let fields = record.fields.iter().filter(|field| field.name != "payload");
    let fields: Vec<_> =
        fields.map(|field| format!(" {}={}", field.name, field.value.replace('\n', "⏎"))).collect();
    line.push(':');
    line.push_str(&fields.join(""));
    line
}

pub(crate) fn lines(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(line).collect()
}

/// A text that is whole and holds these records.
pub(crate) fn check(text: &str, kind: FileKind, expected: &[&str]) {
    let (report, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), expected, "{text}");
    assert_eq!(report.kind, kind, "{text}");
    assert_eq!(report.problems, [], "{text}");
    assert!(report.whole, "{text}");
}

/// A text that is no export: nothing in it is ours, and nothing is wrong.
pub(crate) fn check_foreign(path: &str, bytes: &[u8]) {
    let (report, seen) = read_all(path, bytes);
    assert_eq!((report.kind, lines(&seen)), (FileKind::Other, Vec::new()), "{path}");
    assert_eq!(report.problems, [], "{path}");
}

/// A text of which some cannot be read: these records are read all the same,
/// and it is never taken for whole.
pub(crate) fn check_damaged(bytes: &[u8], kind: ProblemKind, expected: &[&str]) -> FileReport {
    let (report, seen) = read_all("export.xml", bytes);
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    assert_eq!(lines(&seen), expected, "{shown}");
    assert!(!report.whole, "{shown}");
    assert!(report.has_loss(), "{shown}");
    assert!(report.problems.iter().any(|problem| problem.kind == kind), "{:?}\n{shown}", report.problems);
    report
}

/// A text that needed repair, of which nothing is lost.
pub(crate) fn check_repaired(bytes: &[u8], words: &str, expected: &[&str]) {
    let (report, seen) = read_all("export.xml", bytes);
    assert_eq!(lines(&seen), expected, "{words}");
    assert!(report.whole && !report.has_loss(), "{:?}", report.problems);
    let [problem] = &report.problems[..] else { panic!("{words}: {:?}", report.problems) };
    assert_eq!(problem.kind, ProblemKind::Repaired);
    assert!(problem.message.contains(words), "{}", problem.message);
}

/// An update set of these rows' insides.
pub(crate) fn update_set(rows: &[&str]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| format!("<sys_update_xml action=\"INSERT_OR_UPDATE\">{row}</sys_update_xml>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n{}\n</unload>\n",
        rows.join("\n")
    )
}
