//! One source from beginning to end, on one thread.

use super::begin::{Begin, begin};
use super::fast::Text;
use super::part::{End, From, MAX_ROW, Parts, valid_text};
use super::reading::{By, Reading, State};
use super::rows::Stop;
use super::{FileKind, FileReport, LineMarks, RecordSink, Select, document, flat, passed_over};
use crate::source::{PartBuffer, Source, TextStream};
use crate::xml::TokenReader;

/// How many bytes of a file are read at once.
pub(super) const PART: u64 = 1024 * 1024;
/// How much of a stream is decoded at once.
const BLOCK: usize = 256 * 1024;
/// A source that was opened.
#[derive(Debug)]
pub(super) enum Opened {
    /// An export in plain text; the beginning is in the buffer.
    Parts(Parts),
    /// Nothing for us.
    Foreign,
    /// Anything else.
    Stream,
}

/// Opens a source; the first bytes of plain text go to `buffer`.
pub(super) fn open(source: &Source, buffer: &mut PartBuffer, size: u64) -> Opened {
    let Some(plain) = source.open_plain(buffer, size) else { return Opened::Stream };
    // Where it ends, or breaks, in the middle of a character, the root is still there.
    match begin(valid_text(buffer.bytes()), source.path()) {
        Begin::Export(head) => Opened::Parts(Parts { source: source.clone(), plain, head, size }),
        Begin::Foreign => Opened::Foreign,
        Begin::Unclear => Opened::Stream,
    }
}

/// Reads a source in parts of `size` bytes.
pub(super) fn read_source(
    source: &Source,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
    (buffer, size): (&mut PartBuffer, u64),
) -> FileReport {
    let in_file = select.in_file(source);
    let report = match open(source, buffer, size) {
        Opened::Foreign if flat::may_be(valid_text(buffer.bytes()), source.path()) => {
            flat::read(source, in_file, sink).unwrap_or_else(foreign)
        }
        Opened::Foreign => foreign(),
        Opened::Stream => read_stream(source, in_file, sink),
        Opened::Parts(parts) => {
            // A file of an app is not named after a table, and there are thousands.
            let select = if parts.head.kind == FileKind::AppFile { select } else { in_file };
            let state = State::of_root(&parts.head);
            let mut reading = Reading::resume(select, By::Scanner, sink, state);
            reading.read_parts(&parts, buffer);
            FileReport { encoding: "UTF-8", ..reading.state.finish() }
        }
    };
    passed_over::look(source, report)
}

impl Reading<'_> {
    fn read_parts(&mut self, parts: &Parts, buffer: &mut PartBuffer) {
        let mut next = parts.head.tag.end;
        let mut loaded = Some(0);
        for number in 0..parts.count() {
            let range = parts.range(number);
            let from = From::Row(next);
            if next >= range.end {
                continue;
            }
            match self.read_part(parts, &range, from, buffer, loaded.take()) {
                Some((_, End::Row(row))) => {
                    parts.plain.is_valid_to(row);
                    next = row;
                }
                Some((_, End::Root(end))) => {
                    parts.plain.is_valid_to(end);
                    return self.state.close_root(end);
                }
                Some((_, End::HandOver(at))) => return self.hand_over(parts, at),
                None => {}
            }
        }
        self.hand_over(parts, next);
    }
}

fn foreign() -> FileReport {
    FileReport { encoding: "UTF-8", ..FileReport::default() }
}

/// Reads a source that has to be unpacked or decoded, or whose beginning is odd.
fn read_stream(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    if let Some(report) = flat::read(source, select, sink) {
        return report;
    }
    if source.is_sheet() && source.open().is_ok() {
        // A text that is made: whatever stands in it, it is no XML.
        return foreign();
    }
    let stream = match source.open() {
        Ok(stream) => stream,
        Err(problem) => return FileReport { problems: vec![problem], ..FileReport::default() },
    };
    let encoding = stream.encoding();
    let mut reading = Reading::new(select, By::Scanner, sink);
    reading.read_text(stream, source.path());
    FileReport { encoding, ..reading.state.finish() }
}

/// Reads a source by the strict reader alone.
pub(super) fn read_strictly(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    let select = select.in_file(source);
    let report = flat::read(source, select, sink).unwrap_or_else(|| match source.open() {
        Ok(stream) => {
            let encoding = stream.encoding();
            FileReport { encoding, ..document::read_stream(stream, source.path(), select, sink) }
        }
        Err(problem) => FileReport { problems: vec![problem], ..FileReport::default() },
    });
    passed_over::look(source, report)
}

impl Reading<'_> {
    /// Reads a stream of text.
    fn read_text(&mut self, mut stream: TextStream, path: &str) {
        let mut text = String::new();
        let first = stream.read(&mut text, BLOCK);
        let head = match begin(&text, path) {
            Begin::Export(head) if first.is_ok() => head,
            Begin::Foreign if first.is_ok() => return,
            _ => return self.read_document(&mut TokenReader::resume(stream, text, 0), path),
        };
        self.state = State::of_root(&head);
        // Lines are asked for by offsets in the file.
        self.state.report.lines = LineMarks::default();
        let (mut base, mut at) = (0, usize::try_from(head.tag.end).unwrap_or(0));
        loop {
            let begun = at;
            let (stop, stopped) = self.scan_rows(Text { text: &text, base }, at, usize::MAX, &head);
            at = stopped;
            self.note_nul(&text.as_bytes()[begun..at], base + u64::try_from(begun).unwrap_or(0));
            text.drain(..at);
            base += u64::try_from(at).unwrap_or(0);
            at = 0;
            let wanted = BLOCK.max(text.len());
            let goes_on = stop == Stop::More
                && text.len() <= MAX_ROW
                && stream.read(&mut text, wanted).is_ok_and(|more| more > 0);
            if !goes_on {
                let reader = TokenReader::resume(stream, text, base);
                return self.read_rest(&mut reader.inside(Some(&head.root)), &head.root, head.kind);
            }
        }
    }
}
