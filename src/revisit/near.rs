//! What of a record a place points at, and what of it must not be shown.

use crate::finding::Target;
use crate::record::{Field, Record, Secrecy};
use crate::span::ByteSpan;

/// How many bytes of context stand on each side of a region.
const CONTEXT: u64 = 1000;
/// How many bytes of a region are shown.
const SHOWN: u64 = 4096;

/// What a place points at, and the record around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spans {
    pub(super) region: ByteSpan,
    pub(super) around: ByteSpan,
}

impl Spans {
    /// Of a place in a child that cannot be read: where it begins.
    pub(super) fn lost(outer_start: u64) -> Self {
        let start = ByteSpan::at(outer_start);
        Self { region: start, around: start }
    }

    /// Of a place in a record.
    pub(super) fn in_record(target: &Target, record: &Record<'_>) -> Self {
        let part = match target {
            Target::Part(part) => record.written(&part.field, part.start..part.end),
            _ => None,
        };
        let field = target.field().and_then(|name| record.field(name));
        let element = field.map_or(record.start_tag_span, |field| field.element_span);
        let region = part.unwrap_or(element);
        Self { region, around: record.span }
    }

    /// As much of the region as is shown.
    pub(super) fn shown(self) -> ByteSpan {
        ByteSpan::new(self.region.start, self.region.end.min(self.region.start + SHOWN))
    }

    /// What may be shown around it, and with it.
    pub(super) fn context(self) -> ByteSpan {
        let shown = self.shown();
        let start = self.around.start.max(self.region.start.saturating_sub(CONTEXT));
        ByteSpan::new(start, self.around.end.min(shown.end + CONTEXT).max(shown.end))
    }
}

/// Adds what must not be shown of a record.
pub(super) fn add_secrets(record: &Record<'_>, secrets: &mut Vec<ByteSpan>) {
    for field in record.fields {
        let other = |name: &str| Some(record.field(name).map_or("", Field::stored_or_shown));
        if Secrecy::of(record.table, field.name).is_secret(field.stored_or_shown(), other) {
            // What a reference displays may be the secret once more.
            let spans = [field.attributes_span, field.content_span];
            secrets.extend(spans.into_iter().filter(|span| !span.is_empty()));
        }
    }
}
