//! Reads some children of a root once more.

use super::document::reread;
use super::{FileKind, RecordSink};
use crate::source::Source;
use crate::span::ByteSpan;
use crate::xml::TokenReader;

/// How much is read at once: a child is mostly much shorter.
const BLOCK: usize = 32 * 1024;

/// Reads children of the root of one source, best in the order they stand in.
pub struct ChildReader<'s> {
    source: &'s Source,
    kind: FileKind,
    reader: Option<TokenReader>,
    /// Whether the source cannot be read on.
    is_lost: bool,
}

impl<'s> ChildReader<'s> {
    /// `kind` is what the source was found to be.
    #[must_use]
    pub fn new(source: &'s Source, kind: FileKind) -> Self {
        Self { source, kind, reader: None, is_lost: false }
    }

    /// Goes to the child that begins at `start`; whether it is there. Going back
    /// further than the window reaches is reading from the start.
    pub fn go_to(&mut self, start: u64) -> bool {
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
    pub fn read(&mut self, sink: &mut dyn RecordSink) -> bool {
        let Some(reader) = &mut self.reader else { return false };
        reread(reader, self.kind, sink).unwrap_or(false)
    }

    /// Reads on behind the child, up to about `end`.
    pub fn read_on(&mut self, end: u64, sink: &mut dyn RecordSink) {
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
    #[must_use]
    pub fn position(&self) -> u64 {
        self.reader.as_ref().map_or(0, TokenReader::position)
    }

    /// Text of the child that was read last. An end that lies within a character
    /// moves behind it.
    #[must_use]
    pub fn text(&self, child: u64, span: ByteSpan) -> &str {
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
