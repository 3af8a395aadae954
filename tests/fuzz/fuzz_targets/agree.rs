//! The scanner, in parts of a size that the input chooses, and the strict reader
//! give the same records, places, counts and problems.

#![no_main]

use glidelint::export::{FileReport, LineMarks, RecordSink, Select, read_in_parts, read_strictly};
use glidelint::record::{Record, Wanted};
use glidelint::source::Source;
use libfuzzer_sys::fuzz_target;

/// Keeps all that a record shows.
#[derive(Default)]
struct Shown(Vec<String>);

impl RecordSink for Shown {
    fn record(&mut self, record: &Record<'_>) {
        self.0.push(format!("{record:?}"));
    }
}

fn shown(read: impl FnOnce(&mut dyn RecordSink) -> FileReport) -> (Vec<String>, String) {
    let mut shown = Shown::default();
    // Only reading in parts marks lines.
    let report = FileReport { lines: LineMarks::default(), ..read(&mut shown) };
    (shown.0, format!("{report:?}"))
}

fuzz_target!(|input: (u16, &[u8])| {
    let (size, bytes) = input;
    let source = Source::memory("export.xml", bytes);
    let mut wanted = Wanted::new();
    for (table, column) in [("sys_user", "active"), ("sys_update_xml", "name"), ("sys_properties", "value")] {
        let table = wanted.want_table(table);
        wanted.want_column(table, column);
    }
    for select in [Select::Wanted(&wanted), Select::Everything] {
        let fast = shown(|sink| read_in_parts(&source, select, sink, u64::from(size) + 1));
        let strict = shown(|sink| read_strictly(&source, select, sink));
        assert_eq!(fast, strict);
    }
});
