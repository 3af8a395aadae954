//! Reads children of the root again that hold what is pointed at.

use crate::export::{FileKind, RecordSink, reread};
use crate::finding::{Place, Target};
use crate::record::{Record, carries_credential, carries_records, is_secret_column, is_secret_property};
use crate::source::Source;
use crate::span::ByteSpan;
use crate::xml::TokenReader;

/// How much is read at once: a child is mostly much shorter.
const BLOCK: usize = 32 * 1024;
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
    pub(super) fn lost(place: &Place) -> Self {
        let start = ByteSpan::at(place.outer_start);
        Self { region: start, around: start }
    }

    /// Of a place in a record.
    pub(super) fn in_record(place: &Place, record: &Record<'_>) -> Self {
        let field = match &place.target {
            Target::Field(name) => record.fields.iter().find(|field| *field.name == **name),
            _ => None,
        };
        let region = field.map_or(record.start_tag_span, |field| field.element_span);
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

/// Reads children of the root of one source, best in the order they stand in.
pub(super) struct NearReader<'s> {
    source: &'s Source,
    kind: FileKind,
    reader: Option<TokenReader>,
    /// Whether the source cannot be read on.
    is_lost: bool,
}

impl<'s> NearReader<'s> {
    pub(super) fn new(source: &'s Source, kind: FileKind) -> Self {
        Self { source, kind, reader: None, is_lost: false }
    }

    /// Goes to the child that begins at `start`; whether it is there. Going back
    /// further than the window reaches is reading from the start.
    pub(super) fn go_to(&mut self, start: u64) -> bool {
        if self.is_lost {
            return false;
        }
        if let Some(reader) = &mut self.reader
            && (step_to(reader, start) || reader.jump_to(start).is_ok())
        {
            return true;
        }
        let opened = self.source.open().ok();
        let mut reader = opened.map(|stream| TokenReader::new(stream).with_block(BLOCK));
        self.is_lost = reader.as_mut().is_none_or(|reader| reader.jump_to(start).is_err());
        self.reader = reader;
        !self.is_lost
    }

    /// Reads the child; whether all of it could be read.
    pub(super) fn read(&mut self, sink: &mut dyn RecordSink) -> bool {
        let Some(reader) = &mut self.reader else { return false };
        reread(reader, self.kind, sink).unwrap_or(false)
    }

    /// Reads on behind the child, up to about `end`.
    pub(super) fn read_on(&mut self, end: u64, sink: &mut dyn RecordSink) {
        let Some(reader) = &mut self.reader else { return };
        while reader.position() < end {
            let before = reader.position();
            match reread(reader, self.kind, sink) {
                Ok(true) if reader.position() > before => {}
                _ => break,
            }
        }
    }

    /// Where the child that was read ends.
    pub(super) fn position(&self) -> u64 {
        self.reader.as_ref().map_or(0, TokenReader::position)
    }

    /// Text of the child that was read last. An end that lies within a character
    /// moves behind it.
    pub(super) fn text(&self, child: u64, span: ByteSpan) -> &str {
        let Some(reader) = &self.reader else { return "" };
        let end = span.end.clamp(child, self.position().max(child));
        let mut whole = "";
        // A cut may fall into a character, which is at most four bytes long.
        for end in end..end.saturating_add(4) {
            whole = reader.slice(ByteSpan::new(child, end));
            if !whole.is_empty() {
                break;
            }
        }
        let start = usize::try_from(span.start.saturating_sub(child)).unwrap_or(usize::MAX).min(whole.len());
        whole.get(whole.ceil_char_boundary(start)..).unwrap_or_default()
    }
}

/// Passes what stands between the reader and `start`, if that is little: tokens
/// of the window are made already, and a jump would make them anew.
fn step_to(reader: &mut TokenReader, start: u64) -> bool {
    let few = u64::try_from(BLOCK).unwrap_or(u64::MAX);
    let is_near = |reader: &TokenReader| start.checked_sub(reader.position()).is_some_and(|gap| gap <= few);
    if reader.depth() != 0 || !is_near(reader) {
        return false;
    }
    while reader.position() < start {
        if !matches!(reader.next_token(), Ok(Some(_))) {
            return false;
        }
    }
    reader.position() == start && reader.depth() == 0
}

/// Adds what must not be shown of a record.
pub(super) fn add_secrets(record: &Record<'_>, secrets: &mut Vec<ByteSpan>) {
    for field in record.fields {
        let is_value = record.table == "sys_properties" && field.name == "value";
        let secret = if is_value {
            let text = |name| record.value(name).unwrap_or_default();
            is_secret_property(text("name"), text("type"), &field.value)
        } else {
            is_secret_column(record.table, field.name)
                || !carries_records(field.name) && carries_credential(&field.value)
        };
        if secret {
            // What a reference displays may be the secret once more.
            let spans = [field.attributes_span, field.content_span];
            secrets.extend(spans.into_iter().filter(|span| !span.is_empty()));
        }
    }
}
