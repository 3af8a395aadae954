//! Reads some children of a root once more.

use super::document::reread_of;
use super::flat::RowReader;
use super::frame::Surroundings;
use super::lines::{KeptLines, PlainLines};
use super::record_builder::RecordBuilder;
use super::report_draft::ReportDraft;
use super::rows::scan_one;
use super::scan::scan_payload;
use super::scanned_text::{MAX_ROW, ScannedText, valid_text};
use super::{FileKind, RecordSink, Select};
use crate::record::Classes;
use crate::source::{ColumnUnit, LineMark, LineMarks, PartBuffer, PlainText, Problem, Source};
use crate::span::{ByteSpan, LineColumn};
use crate::xml::{Halt, TokenReader};

/// How much is read at once: a child is mostly much shorter.
const BLOCK: usize = 32 * 1024;

/// Reads children of the root of one source, best in the order they stand in.
pub struct ChildReader<'s> {
    source: &'s Source,
    kind: FileKind,
    /// All fields, and what else is known of classes.
    select: Select<'s>,
    /// The file itself, where its bytes are its text.
    plain: Option<Plain>,
    /// Whether somebody looked for that.
    has_looked: bool,
    /// Reads what is packed, odd or broken.
    strict: Option<TokenReader>,
    /// Whether the scanner stands at the child that is asked for, or has read it.
    is_scanning: bool,
    /// Reads what is no XML.
    rows: Option<RowReader<'s>>,
    /// Whether the source cannot be read on.
    is_lost: bool,
    lines: Lines<'s>,
    /// Why the text could not be read.
    problem: Option<Problem>,
}

/// Who counts lines.
enum Lines<'s> {
    /// Nobody: they are not asked for.
    Uncounted,
    Plain(Box<PlainLines<'s>>),
    Kept(KeptLines),
}

/// Text of a file at a place that is known.
struct Plain {
    file: PlainText,
    buffer: PartBuffer,
    /// Offset of the first byte in the buffer.
    base: u64,
    /// Where the next child begins, or what comes before it.
    at: u64,
}

impl<'s> ChildReader<'s> {
    /// `kind` is what the source was found to be.
    #[must_use]
    pub fn new(source: &'s Source, kind: FileKind) -> Self {
        Self {
            source,
            kind,
            select: Select::Everything.in_file(source),
            plain: None,
            has_looked: false,
            strict: None,
            is_scanning: false,
            rows: None,
            is_lost: false,
            lines: Lines::Uncounted,
            problem: None,
        }
    }

    /// Counts lines up to the offset `last`; `marks` are those that the first reading
    /// left. It must be said before anything is read.
    #[must_use]
    pub fn counting(mut self, marks: &'s LineMarks, last: u64) -> Self {
        let is_plain = last <= self.source.plain_to();
        let plain = if is_plain { self.source.open_plain(&mut PartBuffer::default(), 0) } else { None };
        self.lines = match plain {
            Some(file) => Lines::Plain(Box::new(PlainLines::new(file, marks))),
            None => Lines::Kept(KeptLines::new(self.source.column_unit())),
        };
        self
    }

    /// The line and column of an offset in the child that was read, or of the place
    /// gone to; behind the end of the text, those of its end. Best asked in order.
    pub fn line_of(&mut self, offset: u64) -> LineColumn {
        let Self { lines, rows, strict, .. } = self;
        match lines {
            Lines::Uncounted => LineColumn { line: 1, column: 1 },
            Lines::Plain(lines) => lines.at(offset),
            Lines::Kept(lines) => {
                let kept = match (&rows, &strict) {
                    (Some(rows), _) => rows.line_mark(),
                    (None, Some(reader)) => reader.line_mark(),
                    (None, None) => LineMark::default(),
                };
                lines.at(offset, kept, |from, to| match (rows, strict) {
                    (Some(rows), _) => rows.slice(ByteSpan::new(from, to.min(rows.end()))),
                    (None, Some(reader)) => reader.slice(ByteSpan::new(from, to.min(reader.end()))),
                    (None, None) => "",
                })
            }
        }
    }

    /// The line and column of an offset behind everything that was asked for, which may
    /// lie in no child.
    pub fn line_behind(&mut self, offset: u64) -> LineColumn {
        if matches!(self.lines, Lines::Kept(_)) && offset > self.position() {
            if self.kind.is_flat() {
                self.go_to(offset);
            } else if self.strict.is_none() {
                self.go_strictly_to(offset);
            } else if let Some(reader) = &mut self.strict
                && let Err(error) = reader.jump_to(offset)
            {
                self.problem = error.into_source_problem();
            }
        }
        self.line_of(offset)
    }

    /// Why the text could not be read, if it could not.
    pub fn take_problem(&mut self) -> Option<Problem> {
        match &mut self.lines {
            Lines::Plain(lines) => lines.take_problem(),
            Lines::Kept(_) | Lines::Uncounted => self.problem.take(),
        }
    }

    fn counted(&self) -> Option<ColumnUnit> {
        match &self.lines {
            Lines::Kept(lines) => Some(lines.unit()),
            Lines::Plain(_) | Lines::Uncounted => None,
        }
    }

    /// With the classes that were known when the source was read first.
    #[must_use]
    pub fn with(mut self, classes: &'s Classes) -> Self {
        self.select = self.select.with(classes);
        self
    }

    /// Goes to the child that begins at `start`; whether it is there. Of a source
    /// that has to be unpacked, going back is reading from its start.
    pub fn go_to(&mut self, start: u64) -> bool {
        if self.is_lost {
            return false;
        }
        if self.kind.is_flat() {
            if self.rows.is_none() {
                self.rows = RowReader::new(self.source, self.select, self.counted());
            }
            let source = self.source;
            return self.rows.as_mut().is_some_and(|rows| rows.go_to(source, start));
        }
        let is_plain = start <= self.source.plain_to() && !matches!(self.lines, Lines::Kept(_));
        if is_plain && let Some(plain) = self.open_plain() {
            plain.at = start;
            self.is_scanning = true;
            return true;
        }
        self.go_strictly_to(start)
    }

    fn open_plain(&mut self) -> Option<&mut Plain> {
        if !self.has_looked {
            self.has_looked = true;
            let mut buffer = PartBuffer::default();
            let file = self.source.open_plain(&mut buffer, 0);
            buffer.clear();
            self.plain = file.map(|file| Plain { file, buffer, base: 0, at: 0 });
        }
        self.plain.as_mut()
    }

    fn go_strictly_to(&mut self, start: u64) -> bool {
        self.is_scanning = false;
        if let Some(reader) = &mut self.strict
            && (step_to(reader, start) || reader.jump_to(start).is_ok())
        {
            return true;
        }
        let opened = self.source.open().map_err(|problem| self.problem = Some(problem)).ok();
        let counted = self.counted();
        let mut reader = opened.map(|stream| TokenReader::new(stream).with_block(BLOCK).counting(counted));
        let jumped = reader.as_mut().map(|reader| reader.jump_to(start));
        self.is_lost = !matches!(jumped, Some(Ok(())));
        if let Some(Err(error)) = jumped {
            self.problem = error.into_source_problem();
        }
        self.strict = reader;
        !self.is_lost
    }

    /// Reads the child; whether all of it could be read.
    pub fn read(&mut self, sink: &mut dyn RecordSink) -> bool {
        if let Some(rows) = &mut self.rows {
            return rows.read(sink);
        }
        if let Some(plain) = self.plain.as_mut().filter(|_| self.is_scanning) {
            if let Some(is_whole) = plain.scan((self.kind, self.select), sink) {
                return is_whole;
            }
            let start = plain.at;
            if !self.go_strictly_to(start) {
                return false;
            }
        }
        let Some(reader) = &mut self.strict else { return false };
        reread_of(reader, (self.kind, self.select), sink).unwrap_or(false)
    }

    /// Where the child that was read ends.
    #[must_use]
    pub fn position(&self) -> u64 {
        if let Some(rows) = &self.rows {
            return rows.position();
        }
        match &self.plain {
            Some(plain) if self.is_scanning => plain.at,
            _ => self.strict.as_ref().map_or(0, TokenReader::position),
        }
    }

    /// Text of the child that was read last. An end that lies within a character
    /// moves behind it.
    #[must_use]
    pub fn text(&self, child: u64, span: ByteSpan) -> &str {
        let end = span.end.clamp(child, self.position().max(child));
        let mut whole = "";
        // A cut may fall into a character, which is at most four bytes long.
        for end in end..end.saturating_add(4) {
            whole = self.slice(ByteSpan::new(child, end));
            if !whole.is_empty() {
                break;
            }
        }
        let start = usize::try_from(span.start.saturating_sub(child)).unwrap_or(usize::MAX).min(whole.len());
        whole.get(whole.ceil_char_boundary(start)..).unwrap_or_default()
    }

    fn slice(&self, span: ByteSpan) -> &str {
        if let Some(rows) = &self.rows {
            return rows.slice(span);
        }
        match &self.plain {
            Some(plain) if self.is_scanning => plain.slice(span),
            _ => self.strict.as_ref().map_or("", |reader| reader.slice(span)),
        }
    }
}

impl Plain {
    /// Reads the child that comes next; whether all of it could be read, or
    /// `None`, with nothing read, where only the strict reader can tell.
    fn scan(&mut self, (kind, select): (FileKind, Select<'_>), sink: &mut dyn RecordSink) -> Option<bool> {
        let mut length = BLOCK;
        loop {
            let base = self.at;
            let bytes = self.load(length)?;
            let is_all = bytes.len() < length;
            let text = ScannedText { text: valid_text(bytes), base };
            let mut report = ReportDraft::default();
            let mut builder = RecordBuilder::new(select, sink, &mut report, scan_payload);
            match scan_one(&mut builder, text, Surroundings::of_root(kind, None)) {
                Ok(end) => {
                    self.at = text.base + u64::try_from(end).unwrap_or(0);
                    return Some(report.file.problems.is_empty());
                }
                Err(Halt::More) if !is_all && length < MAX_ROW => length *= 4,
                Err(_) => return None,
            }
        }
    }

    /// The bytes from where it stands on, so many if there are.
    fn load(&mut self, length: usize) -> Option<&[u8]> {
        let wanted = self.at..self.at.saturating_add(u64::try_from(length).ok()?);
        let loaded = self.base..self.base + u64::try_from(self.buffer.bytes().len()).ok()?;
        let is_there = loaded.start <= wanted.start && wanted.end.min(self.file.size()) <= loaded.end;
        if !is_there {
            self.base = self.at;
            self.file.read(wanted, &mut self.buffer).ok()?;
        }
        let from = usize::try_from(self.at - self.base).ok()?;
        let bytes = self.buffer.bytes().get(from..)?;
        Some(&bytes[..bytes.len().min(length)])
    }

    fn slice(&self, span: ByteSpan) -> &str {
        let index = |offset: u64| usize::try_from(offset.checked_sub(self.base)?).ok();
        let range = index(span.start).zip(index(span.end));
        let bytes = range.and_then(|(start, end)| self.buffer.bytes().get(start..end));
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
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
