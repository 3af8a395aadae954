//! One file from its first byte to its last.

use super::element::{RawRecord, Surroundings};
use super::recover::{MAX_BREAKS, begins_record};
use super::sniff::{Head, head, promises_xml, root_kind};
use super::{FileKind, FileReport, RecordSink, Select, problem};
use crate::record::{Action, Origin};
use crate::source::{ProblemKind, TextStream};
use crate::span::ByteSpan;
use crate::xml::{TextMap, Token, TokenKind, TokenReader, XmlError, XmlErrorKind};

/// How much of a file its kind is judged by.
const HEAD: usize = 1024;

/// The way from a payload back to the outer file.
pub(super) struct Frame<'f> {
    pub(super) map: &'f TextMap,
    pub(super) parent: Option<&'f Frame<'f>>,
    pub(super) depth: usize,
}

impl Frame<'_> {
    /// Where a span of the payload's text stands in the outer file.
    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        let written = self.map.written(span);
        self.parent.map_or(written, |parent| parent.outer(written))
    }
}

/// The state of reading one file.
pub(super) struct Reading<'a> {
    pub(super) select: Select<'a>,
    pub(super) sink: &'a mut dyn RecordSink,
    pub(super) report: FileReport,
    /// Whether the file's name says that it is XML.
    promises_xml: bool,
    /// Where the last root that was read to its end tag ends.
    root_end: Option<u64>,
    /// Where a DOCTYPE stands in front of the root.
    doctype: Option<ByteSpan>,
    /// Where the current child of the root begins.
    pub(super) outer_start: u64,
    /// How many records of it were counted.
    pub(super) ordinal: u32,
    /// Buffers to use again.
    pub(super) spare: Vec<RawRecord>,
}

/// Reads a file's text.
pub(super) fn read_stream(
    stream: TextStream,
    path: &str,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
) -> FileReport {
    let mut reading = Reading::new(select, sink);
    reading.promises_xml = promises_xml(path);
    let mut reader = TokenReader::new(stream);
    match reader.first_bytes(HEAD).map(|text| head(text, path)) {
        Ok(Head::Xml) => reading.read_file(&mut reader),
        Ok(Head::Foreign) => {}
        Ok(Head::Unreadable(problem)) => reading.report.problems.push(problem),
        Err(error) => reading.broken(error),
    }
    if reading.report.kind != FileKind::Other {
        reading.report.problems.extend(reader.take_source_problems());
        if let Some(at) = reader.take_dangling() {
            let message = "an & that begins no entity is read as it stands";
            reading.report.problems.push(problem(ProblemKind::Repaired, message, at));
        }
        if let Some(at) = reader.take_nul() {
            // XML has no such character: most often a block that was never
            // written. Behind the end it is padding, and nothing is lost.
            let is_padding = reading.root_end.is_some_and(|end| end <= at.start);
            let kind = if is_padding { ProblemKind::Repaired } else { ProblemKind::Broken };
            let message = "a NUL character, which no export holds";
            reading.report.problems.push(problem(kind, message, at));
        }
    }
    reading.finish_kind();
    reading.report
}

/// Reads again one child of the root: the element at which `reader` stands.
/// All fields of all records in it go to `sink`. Says whether all of it, with
/// its payloads, could be read.
///
/// # Errors
/// Where the element itself cannot be read.
pub fn reread(reader: &mut TokenReader, kind: FileKind, sink: &mut dyn RecordSink) -> Result<bool, XmlError> {
    let mut reading = Reading::new(Select::Everything, sink);
    while let Some(token) = reader.next_token()? {
        match token.kind {
            TokenKind::Start | TokenKind::Empty => {
                reading.read_element(reader, token, top_level(kind, None))?;
                return Ok(reading.report.problems.is_empty());
            }
            TokenKind::End => break,
            _ => {}
        }
    }
    Ok(true)
}

fn top_level(kind: FileKind, root: Option<&str>) -> Surroundings<'_> {
    Surroundings {
        frame: None,
        origin: if kind == FileKind::AppFile { Origin::App } else { Origin::Table },
        deleted: false,
        recorded_at: None,
        nesting: 0,
        torn_by: root.filter(|_| kind != FileKind::AppFile),
    }
}

impl<'a> Reading<'a> {
    fn new(select: Select<'a>, sink: &'a mut dyn RecordSink) -> Self {
        Self {
            select,
            sink,
            report: FileReport::default(),
            promises_xml: false,
            root_end: None,
            doctype: None,
            outer_start: 0,
            ordinal: 0,
            spare: Vec::new(),
        }
    }

    /// Reads roots until the text ends: exports are sometimes joined end to end.
    fn read_file(&mut self, reader: &mut TokenReader) {
        let mut roots = 0;
        loop {
            match self.next_root(reader) {
                Ok(Some((tag, kind))) => {
                    roots += 1;
                    if roots == 1 {
                        self.open_first_root(reader, &tag, kind);
                    } else {
                        let message = "a second root element; its records are read too";
                        self.report.problems.push(problem(ProblemKind::Repaired, message, tag.span));
                    }
                    if kind == FileKind::Dictionary {
                        // All of a dictionary stands in attributes: no records.
                        self.report.whole = true;
                        return;
                    }
                    self.report.whole = tag.kind == TokenKind::Empty || self.read_root(reader, &tag, kind);
                    if !self.report.whole {
                        return;
                    }
                }
                Ok(None) => return,
                // No tag is whole yet, so only the name can tell whether this
                // should have been an export. Foreign XML is none of our
                // business, broken or not.
                Err(_) if roots == 0 && !self.promises_xml => return,
                Err(error) => {
                    self.report.whole = false;
                    self.broken(error);
                    return;
                }
            }
        }
    }

    /// The next element at the top, if it is one that an instance writes.
    fn next_root(&mut self, reader: &mut TokenReader) -> Result<Option<(Token, FileKind)>, XmlError> {
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::Start | TokenKind::Empty => {
                    let kind = root_kind(reader.name(&token));
                    self.promises_xml = false;
                    if kind.is_none() && self.report.kind != FileKind::Other {
                        let message = "an element behind the end of the export is not read";
                        self.report.problems.push(problem(ProblemKind::Broken, message, token.span));
                    }
                    return Ok(kind.map(|kind| (token, kind)));
                }
                TokenKind::DocType => {
                    self.doctype = self.doctype.or(Some(token.span));
                }
                _ => {}
            }
        }
        if self.promises_xml {
            let message = "the file holds no element";
            self.report.problems.push(problem(ProblemKind::Unreadable, message, ByteSpan::at(0)));
        }
        Ok(None)
    }

    fn open_first_root(&mut self, reader: &TokenReader, tag: &Token, kind: FileKind) {
        self.report.kind = kind;
        self.report.root_tag = tag.span;
        if let Some(at) = self.doctype {
            let message = "the DOCTYPE is passed over; its entities are not expanded";
            self.report.problems.push(problem(ProblemKind::Repaired, message, at));
        }
        self.report.unload_date = reader
            .attributes(tag)
            .into_iter()
            .find(|attribute| attribute.name == "unload_date")
            .map(|attribute| attribute.value.into_owned());
    }

    /// Reads the children of a root up to its end tag; whether that was reached
    /// without a break. Behind a break it goes on at the next record.
    fn read_root(&mut self, reader: &mut TokenReader, tag: &Token, kind: FileKind) -> bool {
        let root = reader.name(tag).to_owned();
        let mut whole = true;
        let mut breaks = 0;
        loop {
            match self.read_children_of_root(reader, kind, &root) {
                Ok(()) => return whole,
                Err(error) => {
                    whole = false;
                    breaks += 1;
                    // Behind what is broken; a record that tore off another is whole.
                    let is_tear = matches!(error.kind, XmlErrorKind::Torn { .. });
                    let from = error.at.start + u64::from(!is_tear);
                    let source_ended = matches!(error.kind, XmlErrorKind::Source(_));
                    self.broken(error);
                    if source_ended {
                        return false;
                    }
                    if breaks == MAX_BREAKS {
                        let message =
                            format!("the file breaks more than {MAX_BREAKS} times; the rest is not read");
                        self.limit(message, ByteSpan::at(from));
                        return false;
                    }
                    let kind = self.kind_so_far(kind);
                    let rows = &self.report.rows;
                    match reader.skip_to(from, &root, |text| begins_record(text, kind, rows)) {
                        Ok(Some(_)) => {}
                        Ok(None) => return false,
                        Err(error) => {
                            self.broken(error);
                            return false;
                        }
                    }
                }
            }
        }
    }

    fn read_children_of_root(
        &mut self,
        reader: &mut TokenReader,
        kind: FileKind,
        root: &str,
    ) -> Result<(), XmlError> {
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::Start | TokenKind::Empty => {
                    self.read_element(reader, token, top_level(kind, Some(root)))?;
                }
                TokenKind::End => {
                    self.root_end = Some(token.span.end);
                    return Ok(());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a payload: one `record_update`, or nothing that we know.
    pub(super) fn read_nested(&mut self, mut reader: TokenReader, inside: Surroundings<'_>) {
        if let Err(error) = self.read_nested_root(&mut reader, inside) {
            let at = inside.frame.map_or(error.at, |frame| frame.outer(error.at));
            let message = format!("in a payload: {error}");
            self.report.problems.push(problem(kind_of(&error.kind), message, at));
        }
    }

    fn read_nested_root(
        &mut self,
        reader: &mut TokenReader,
        inside: Surroundings<'_>,
    ) -> Result<(), XmlError> {
        let mut opened = false;
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::Start if !opened => {
                    opened = true;
                    if !matches!(
                        root_kind(reader.name(&token)),
                        Some(FileKind::AppFile | FileKind::TableExport)
                    ) {
                        return Ok(());
                    }
                }
                TokenKind::Start | TokenKind::Empty if opened => self.read_element(reader, token, inside)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn count(&mut self, table: &str, action: Action, origin: Origin) {
        let counts = match self.report.tables.get_mut(table) {
            Some(counts) => counts,
            None => self.report.tables.entry(table.to_owned()).or_default(),
        };
        match (origin, action) {
            (Origin::History, _) => counts.history += 1,
            (_, Action::Delete) => counts.deleted += 1,
            (_, Action::InsertOrUpdate) => counts.live += 1,
        }
    }

    pub(super) fn limit(&mut self, message: String, at: ByteSpan) {
        self.report.problems.push(problem(ProblemKind::LimitReached, message, at));
    }

    fn broken(&mut self, error: XmlError) {
        if let XmlErrorKind::Source(source) = error.kind {
            let at = source.at.or(Some(error.at));
            self.report.problems.push(crate::source::Problem { at, ..source });
            return;
        }
        self.report.problems.push(problem(kind_of(&error.kind), error.kind.to_string(), error.at));
    }

    fn kind_so_far(&self, kind: FileKind) -> FileKind {
        let rows = &self.report.rows;
        let is_update_set = ["sys_update_xml", "sys_remote_update_set", "sys_update_set"]
            .iter()
            .any(|table| rows.contains_key(*table));
        if kind == FileKind::TableExport && is_update_set { FileKind::UpdateSet } else { kind }
    }

    fn finish_kind(&mut self) {
        self.report.kind = self.kind_so_far(self.report.kind);
    }
}

fn kind_of(error: &XmlErrorKind) -> ProblemKind {
    match error {
        XmlErrorKind::Truncated { .. } | XmlErrorKind::CutMarkup { .. } => ProblemKind::Truncated,
        XmlErrorKind::TooDeep(_) | XmlErrorKind::TooLarge(_) => ProblemKind::LimitReached,
        _ => ProblemKind::Broken,
    }
}
