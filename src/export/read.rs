//! One source from beginning to end, on one thread.

use super::begin::{FileBegin, begin};
use super::document::{read_document, read_rest, read_stream_strictly};
use super::flat::{may_be_flat, read_flat};
use super::part::{FileParts, PartEnd, PartStart, hand_over, read_part};
use super::passed_over;
use super::record_builder::RecordBuilder;
use super::report_draft::ReportDraft;
use super::rows::scan_rows;
use super::scan::{ScanStop, scan_payload};
use super::scanned_text::{MAX_ROW, ScannedText, valid_text};
use super::{FileReport, LineMarks, RecordSink, Select};
use crate::source::{PartBuffer, Source, TextStream};
use crate::xml::TokenReader;

/// How many bytes of a file are read at once.
pub(super) const PART: u64 = 1024 * 1024;
/// How much of a stream is decoded at once.
const BLOCK: usize = 256 * 1024;

/// Reads one file, on one thread. What can be read goes to `sink`; what went
/// wrong is in the report.
pub fn read(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    read_in_parts(source, select, sink, PART)
}

/// The same in parts of that many bytes (tests make them small).
pub fn read_in_parts(
    source: &Source,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
    size: u64,
) -> FileReport {
    read_source(source, select, sink, (&mut PartBuffer::default(), size.max(1)))
}

/// A source that was opened.
#[derive(Debug)]
pub(super) enum Opened {
    /// An export in plain text; the beginning is in the buffer.
    Parts(FileParts),
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
        FileBegin::Export(head) => Opened::Parts(FileParts { source: source.clone(), plain, head, size }),
        FileBegin::Foreign => Opened::Foreign,
        FileBegin::Unclear => Opened::Stream,
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
        Opened::Foreign if may_be_flat(valid_text(buffer.bytes()), source.path()) => {
            read_flat(source, in_file, sink).unwrap_or_else(foreign)
        }
        Opened::Foreign => foreign(),
        Opened::Stream => read_stream(source, in_file, sink),
        Opened::Parts(parts) => {
            let (select, mut report) = (parts.select(select), parts.head.report());
            read_parts(&mut RecordBuilder::new(select, sink, &mut report, scan_payload), &parts, buffer);
            FileReport { encoding: "UTF-8", ..report.finish() }
        }
    };
    passed_over::look(source, report)
}

fn read_parts(builder: &mut RecordBuilder<'_>, parts: &FileParts, buffer: &mut PartBuffer) {
    let mut next = parts.head.tag.end;
    let mut loaded = Some(0);
    for number in 0..parts.count() {
        let range = parts.range(number);
        let from = PartStart::Row(next);
        if next >= range.end {
            continue;
        }
        match read_part(builder, parts, &range, from, (buffer, loaded.take())) {
            Some((_, PartEnd::Row(row))) => {
                parts.plain.is_valid_to(row);
                next = row;
            }
            Some((_, PartEnd::Root(end))) => {
                parts.plain.is_valid_to(end);
                return builder.report.close_root(end);
            }
            Some((_, PartEnd::HandOver(at))) => return hand_over(builder, parts, at),
            None => {}
        }
    }
    hand_over(builder, parts, next);
}

fn foreign() -> FileReport {
    FileReport { encoding: "UTF-8", ..FileReport::default() }
}

/// Reads a source that has to be unpacked or decoded, or whose beginning is odd.
fn read_stream(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    if let Some(report) = read_flat(source, select, sink) {
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
    let mut report = ReportDraft::default();
    read_text(&mut RecordBuilder::new(select, sink, &mut report, scan_payload), stream, source.path());
    FileReport { encoding, ..report.finish() }
}

/// The same by the strict reader alone, which is slow, and right by definition:
/// what [`read`] must agree with.
pub fn read_strictly(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    let select = select.in_file(source);
    let report = read_flat(source, select, sink).unwrap_or_else(|| match source.open() {
        Ok(stream) => {
            let encoding = stream.encoding();
            FileReport { encoding, ..read_stream_strictly(stream, source.path(), select, sink) }
        }
        Err(problem) => FileReport { problems: vec![problem], ..FileReport::default() },
    });
    passed_over::look(source, report)
}

/// Reads a stream of text.
fn read_text(builder: &mut RecordBuilder<'_>, mut stream: TextStream, path: &str) {
    let mut text = String::new();
    let first = stream.read(&mut text, BLOCK);
    let head = match begin(&text, path) {
        FileBegin::Export(head) if first.is_ok() => head,
        FileBegin::Foreign if first.is_ok() => return,
        _ => return read_document(builder, &mut TokenReader::resume(stream, text, 0), path),
    };
    *builder.report = head.report();
    // Lines are asked for by offsets in the file.
    builder.report.file.lines = LineMarks::default();
    let (mut base, mut at) = (0, usize::try_from(head.tag.end).unwrap_or(0));
    loop {
        let begun = at;
        let (stop, stopped) = scan_rows(builder, ScannedText { text: &text, base }, (at, usize::MAX), &head);
        at = stopped;
        builder.report.note_nul(&text.as_bytes()[begun..at], base + u64::try_from(begun).unwrap_or(0));
        text.drain(..at);
        base += u64::try_from(at).unwrap_or(0);
        at = 0;
        let wanted = BLOCK.max(text.len());
        let goes_on = stop == ScanStop::More
            && text.len() <= MAX_ROW
            && stream.read(&mut text, wanted).is_ok_and(|more| more > 0);
        if !goes_on {
            let reader = TokenReader::resume(stream, text, base);
            let mut reader = reader.inside(Some(&head.root));
            return read_rest(builder, &mut reader, (&head.root, head.kind));
        }
    }
}
