//! One file from its first byte to its last, read by the strict reader.

use super::finish::{RowSays, Surroundings, carries_action};
use super::reading::{By, Frame, Reading};
use super::recover::{MAX_BREAKS, begins_record};
use super::sniff::{Head, SNIFFED, head, promises_xml, root_kind, unload_date_of};
use super::{FileKind, FileReport, RecordSink, Select, problem};
use crate::record::Origin;
use crate::source::{ProblemKind, TextStream};
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, TokenReader, XmlError, XmlErrorKind};

/// Reads a file's text by the strict reader alone.
pub(super) fn read_stream(
    stream: TextStream,
    path: &str,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
) -> FileReport {
    let mut reading = Reading::new(select, By::StrictReader, sink);
    reading.read_document(&mut TokenReader::new(stream), path);
    reading.state.finish()
}

/// Reads again one child of the root: the element at which `reader` stands.
/// All fields of all records in it go to `sink`. Says whether all of it, with
/// its payloads, could be read.
///
/// # Errors
/// Where the element itself cannot be read.
pub fn reread(reader: &mut TokenReader, kind: FileKind, sink: &mut dyn RecordSink) -> Result<bool, XmlError> {
    reread_of(reader, (kind, Select::Everything), sink)
}

/// The same with what else is known where the file is read.
pub(super) fn reread_of(
    reader: &mut TokenReader,
    (kind, select): (FileKind, Select<'_>),
    sink: &mut dyn RecordSink,
) -> Result<bool, XmlError> {
    let mut reading = Reading::new(select, By::StrictReader, sink);
    while let Some(token) = reader.next_token()? {
        match token.kind {
            TokenKind::Start | TokenKind::Empty => {
                reading.read_element(reader, token, top_level(kind, None))?;
                return Ok(reading.state.report.problems.is_empty());
            }
            TokenKind::End => break,
            _ => {}
        }
    }
    Ok(true)
}

/// Said where the definition of a table holds rows.
const ROWS_IN_DEFINITION: &str = "records stand in the definition of a table: not read";

/// Whether a tag in the definition of a table is that of a record, or of its `sys_id`.
fn is_of_row(reader: &TokenReader, token: &Token) -> bool {
    let name = || reader.name(token);
    matches!(token.kind, TokenKind::Start | TokenKind::Empty)
        && (name() == "sys_id" || name() != "element" && carries_action(reader.window(), token))
}

pub(super) fn top_level(kind: FileKind, root: Option<&str>) -> Surroundings<'_> {
    Surroundings {
        frame: None,
        origin: if kind == FileKind::AppFile { Origin::App } else { Origin::Table },
        deleted: false,
        row_says: RowSays::default(),
        update_row: None,
        promised: None,
        nesting: 0,
        torn_by: root.filter(|_| kind != FileKind::AppFile),
    }
}

impl Reading<'_> {
    /// Reads a whole file.
    pub(super) fn read_document(&mut self, reader: &mut TokenReader, path: &str) {
        self.promises_xml = promises_xml(path);
        match reader.first_bytes(SNIFFED).map(|text| head(text, path)) {
            Ok(Head::Xml) => self.read_roots(reader, 0),
            Ok(Head::Foreign) => {}
            Ok(Head::Unreadable(problem)) => self.state.report.problems.push(problem),
            Err(error) => self.broken(error),
        }
        if self.state.report.kind != FileKind::Other {
            self.take_notes(reader);
        }
    }

    /// Reads the rest of a file, from a child of its first root, or that root's
    /// end tag, on. `reader` stands there.
    pub(super) fn read_rest(&mut self, reader: &mut TokenReader, root: &str, kind: FileKind) {
        self.state.report.whole = self.read_root(reader, root, kind);
        if self.state.report.whole {
            self.read_roots(reader, 1);
        }
        self.take_notes(reader);
    }

    /// Reads roots until the text ends: exports are sometimes joined end to end.
    fn read_roots(&mut self, reader: &mut TokenReader, mut roots: usize) {
        loop {
            match self.next_root(reader) {
                Ok(Some((tag, kind))) => {
                    roots += 1;
                    if roots == 1 {
                        self.open_first_root(reader, &tag, kind);
                    } else {
                        let message = "a second root element; its records are read too";
                        self.state.report.problems.push(problem(ProblemKind::Repaired, message, tag.span));
                    }
                    if kind == FileKind::Dictionary {
                        // All of a dictionary stands in attributes: no records.
                        self.state.report.whole = self.pass_rest(reader);
                        return;
                    }
                    let root = reader.name(&tag).to_owned();
                    self.state.report.whole =
                        tag.kind == TokenKind::Empty || self.read_root(reader, &root, kind);
                    if !self.state.report.whole {
                        return;
                    }
                }
                Ok(None) => return,
                // No tag is whole yet, so only the name can tell whether this
                // should have been an export. Foreign XML is none of our
                // business, broken or not.
                Err(_) if roots == 0 && !self.promises_xml => return,
                Err(error) => {
                    self.state.report.whole = false;
                    self.broken(error);
                    return;
                }
            }
        }
    }

    /// Passes what is left of a text; whether it could be read to its end.
    fn pass_rest(&mut self, reader: &mut TokenReader) -> bool {
        let mut is_whole = true;
        loop {
            match reader.next_token() {
                Ok(Some(token)) => {
                    if is_whole && is_of_row(reader, &token) {
                        is_whole = false;
                        self.state.report.problems.push(problem(
                            ProblemKind::Broken,
                            ROWS_IN_DEFINITION,
                            token.span,
                        ));
                    }
                }
                Ok(None) => return is_whole,
                Err(error) => {
                    self.broken(error);
                    return false;
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
                    if kind.is_none() && self.state.report.kind != FileKind::Other {
                        let message = "an element behind the end of the export is not read";
                        self.state.report.problems.push(problem(ProblemKind::Broken, message, token.span));
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
            self.state.report.problems.push(problem(ProblemKind::Unreadable, message, ByteSpan::at(0)));
        }
        Ok(None)
    }

    fn open_first_root(&mut self, reader: &TokenReader, tag: &Token, kind: FileKind) {
        self.state.report.kind = kind;
        self.state.report.root_tag = tag.span;
        if let Some(at) = self.doctype {
            let message = "the DOCTYPE is passed over; its entities are not expanded";
            self.state.report.problems.push(problem(ProblemKind::Repaired, message, at));
        }
        self.state.report.unload_date = unload_date_of(reader.attributes(tag));
    }

    /// Reads the children of a root up to its end tag; whether that was reached
    /// without a break. Behind a break it goes on at the next record.
    fn read_root(&mut self, reader: &mut TokenReader, root: &str, kind: FileKind) -> bool {
        let mut whole = true;
        let mut breaks = 0;
        loop {
            match self.read_children_of_root(reader, kind, root) {
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
                    let kind = self.state.kind_so_far(kind);
                    let census = &self.state.census;
                    match reader.skip_to(from, root, |text| begins_record(text, kind, census)) {
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
                    self.state.root_end = Some(token.span.end);
                    return Ok(());
                }
                _ => self.note_text(reader, token, None),
            }
        }
        Ok(())
    }

    /// Reads a payload. `root` says what is known of the root that was opened
    /// already.
    pub(super) fn read_nested_strictly(
        &mut self,
        reader: &mut TokenReader,
        root: NestedRoot,
        inside: Surroundings<'_>,
    ) -> Result<(), XmlError> {
        let mut root = root;
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::Start | TokenKind::Empty if root == NestedRoot::Open => {
                    self.read_element(reader, token, inside)?;
                }
                TokenKind::Start | TokenKind::Empty if root.is_closed() => {
                    if root == NestedRoot::Ended {
                        self.lost_in_payload("a second root element", token.span, inside.frame);
                    }
                    if carries_action(reader.window(), &token) {
                        // The record alone.
                        root = NestedRoot::Ended;
                        self.read_element(reader, token, inside)?;
                        continue;
                    }
                    root = NestedRoot::of(reader.name(&token));
                    if root == NestedRoot::WithoutRecords {
                        self.heard.note_definition();
                    }
                    if root == NestedRoot::Unknown {
                        self.lost_in_payload(
                            "no root that records stand in: not read",
                            token.span,
                            inside.frame,
                        );
                    }
                    if token.kind == TokenKind::Empty {
                        root = NestedRoot::Ended;
                    }
                }
                _ if root == NestedRoot::WithoutRecords && is_of_row(reader, &token) => {
                    self.lost_in_payload(ROWS_IN_DEFINITION, token.span, inside.frame);
                    root = NestedRoot::Unknown;
                }
                TokenKind::End if reader.depth() == 0 => root = NestedRoot::Ended,
                _ if root == NestedRoot::Open => self.note_text(reader, token, inside.frame),
                _ => {}
            }
        }
        if root == NestedRoot::None {
            self.lost_in_payload("no element: not read", ByteSpan::at(0), inside.frame);
        }
        Ok(())
    }

    fn lost_in_payload(&mut self, what: &str, at: ByteSpan, frame: Option<&Frame<'_>>) {
        let at = frame.map_or(at, |frame| frame.outer(at));
        self.state.report.problems.push(problem(ProblemKind::Broken, format!("in a payload: {what}"), at));
    }

    /// Reads one child of a root: whatever comes before the next tag, and the
    /// element that begins there. Gives where it ends.
    ///
    /// # Errors
    /// The element cannot be read.
    pub(super) fn read_child_strictly(
        &mut self,
        reader: &mut TokenReader,
        around: Surroundings<'_>,
    ) -> Result<u64, XmlError> {
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::Start | TokenKind::Empty => {
                    self.read_element(reader, token, around)?;
                    break;
                }
                // The end of the root is somebody else's.
                TokenKind::End => return Ok(token.span.start),
                _ => self.note_text(reader, token, around.frame),
            }
        }
        Ok(reader.position())
    }
}

/// What is known of the root of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NestedRoot {
    /// None was opened yet.
    None,
    /// None is open, and one was.
    Ended,
    /// One is open whose children are records.
    Open,
    /// One is open that holds no records.
    WithoutRecords,
    /// One is open that no instance writes.
    Unknown,
}

impl NestedRoot {
    fn is_closed(self) -> bool {
        matches!(self, Self::None | Self::Ended)
    }

    /// What a root of that name is.
    pub(super) fn of(name: &str) -> Self {
        match root_kind(name) {
            Some(FileKind::Dictionary) => Self::WithoutRecords,
            Some(_) => Self::Open,
            None => Self::Unknown,
        }
    }
}
