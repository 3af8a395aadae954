//! Reads a text through the library and keeps what it hands out, owned.

#![allow(dead_code, reason = "of what tests share, each program uses a part")]

use glidelint::export::{FileReport, RecordSink, Select, read};
use glidelint::record::{Action, Origin, Record, SetReference, Wanted};
use glidelint::source::Source;
use glidelint::span::ByteSpan;

/// One record, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) table: String,
    pub(crate) action: Action,
    pub(crate) origin: Origin,
    pub(crate) apply_defaults: bool,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) fields: Vec<SeenField>,
    pub(crate) span: ByteSpan,
    pub(crate) start_tag_span: ByteSpan,
    pub(crate) outer_start: u64,
    pub(crate) ordinal: u32,
    pub(crate) recorded_at: Option<String>,
    pub(crate) recorded_on: Option<String>,
    pub(crate) set: Option<SetReference>,
}

/// One field, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenField {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) is_display_only: bool,
    pub(crate) display_value: Option<String>,
    pub(crate) name_attribute: Option<String>,
    pub(crate) element_span: ByteSpan,
    pub(crate) content_span: ByteSpan,
}

impl Seen {
    /// The first field of that name.
    pub(crate) fn field(&self, name: &str) -> Option<&SeenField> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Keeps every record it is given.
#[derive(Debug, Default)]
pub(crate) struct Keep(pub(crate) Vec<Seen>);

impl RecordSink for Keep {
    fn record(&mut self, record: &Record<'_>) {
        let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let fields = record.fields.iter().map(|field| SeenField {
            name: field.name.to_owned(),
            value: field.value.to_string(),
            is_display_only: field.is_display_only,
            display_value: field.display_value.as_deref().map(str::to_owned),
            name_attribute: field.name_attribute.as_deref().map(str::to_owned),
            element_span: field.element_span,
            content_span: field.content_span,
        });
        self.0.push(Seen {
            table: record.table.to_owned(),
            action: record.action,
            origin: record.origin,
            apply_defaults: record.apply_defaults,
            attributes: record
                .attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_string()))
                .collect(),
            fields: fields.collect(),
            span: record.span,
            start_tag_span: record.start_tag_span,
            outer_start: record.outer_start,
            ordinal: record.ordinal,
            recorded_at: filled(record.update_row.map(|row| row.recorded_at)),
            recorded_on: filled(record.update_row.map(|row| row.updated_on)),
            set: record.update_row.and_then(|row| row.set.cloned()),
        });
    }
}

/// Reads bytes, reported under `path`, for the tables and columns that are wanted.
pub(crate) fn read_wanted(path: &str, bytes: &[u8], wanted: &[(&str, &[&str])]) -> (FileReport, Vec<Seen>) {
    let mut wants = Wanted::new();
    for (table, columns) in wanted {
        let table = wants.want_table(table);
        for column in *columns {
            wants.want_column(table, column);
        }
    }
    let mut keep = Keep::default();
    let report = read(&Source::memory(path, bytes), Select::Wanted(&wants), &mut keep);
    (report, keep.0)
}
