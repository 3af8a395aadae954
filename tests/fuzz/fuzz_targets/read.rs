//! Any bytes are read without a panic, and every place lies in the text.

#![no_main]

use std::hint::black_box;
use std::sync::LazyLock;

use glidelint::export::{FileReport, RecordSink, Select, read};
use glidelint::record::{Record, Wanted};
use glidelint::source::Source;
use glidelint::span::ByteSpan;
use libfuzzer_sys::fuzz_target;

/// A few tables, with columns of each kind that is read in its own way.
static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
    let mut wanted = Wanted::new();
    for (table, columns) in [
        ("sys_user", &["active", "manager", "sys_id", "user_name", "web_service_access_only"][..]),
        ("sys_user_has_role", &["inherited", "role", "state", "sys_id", "user"]),
        ("sys_properties", &["name", "sys_id", "type", "value"]),
        ("sys_script_include", &["active", "name", "script", "sys_id"]),
        ("sys_ws_operation", &["active", "operation_script", "requires_authentication", "sys_id"]),
        ("sys_update_xml", &["action", "name", "payload", "sys_id", "type"]),
    ] {
        let table = wanted.want_table(table);
        for column in columns {
            wanted.want_column(table, column);
        }
    }
    wanted
});

/// Looks at every place, and keeps the last end.
#[derive(Default)]
struct Places {
    end: u64,
}

impl Places {
    fn see(&mut self, span: ByteSpan) {
        assert!(span.start <= span.end, "a span runs backwards: {span:?}");
        self.end = self.end.max(span.end);
    }
}

impl RecordSink for Places {
    fn record(&mut self, record: &Record<'_>) {
        self.see(record.span);
        self.see(record.start_tag_span);
        for field in record.fields {
            self.see(field.element_span);
            self.see(field.content_span);
            black_box((&field.value, &field.display_value, &field.name_attribute));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let source = Source::memory("export.xml", bytes);
    for select in [Select::Wanted(&WANTED), Select::Everything] {
        let mut places = Places::default();
        let report: FileReport = read(&source, select, &mut places);
        // In other encodings, and in an archive, the text may be longer than its bytes.
        if report.encoding == "UTF-8" && std::str::from_utf8(bytes).is_ok() {
            assert!(places.end <= bytes.len() as u64, "a place behind the end: {}", places.end);
        }
        black_box(report);
    }
});
