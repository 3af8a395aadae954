//! One file from its first byte to its last, read by the strict reader.

use super::file_name::promises_xml;
use super::frame::Surroundings;
use super::record_builder::RecordBuilder;
use super::recover::{MAX_BREAKS, begins_record};
use super::report_draft::ReportDraft;
use super::sniff::{FirstBytes, SNIFFED, head, root_kind, unload_date_of};
use super::strict::{ROWS_IN_DEFINITION, ReadChild, is_of_row, read_child, read_payload_strictly};
use super::{FileKind, FileReport, RecordSink, Select};
use crate::source::{ProblemKind, TextStream};
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, TokenReader, XmlError, XmlErrorKind};

/// Reads a file's text by the strict reader alone.
pub(super) fn read_stream_strictly(
    stream: TextStream,
    path: &str,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
) -> FileReport {
    let mut report = ReportDraft::default();
    let mut builder = RecordBuilder::new(select, sink, &mut report, read_payload_strictly);
    read_document(&mut builder, &mut TokenReader::new(stream), path);
    report.finish()
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
    let mut report = ReportDraft::default();
    let mut builder = RecordBuilder::new(select, sink, &mut report, read_payload_strictly);
    read_child(&mut builder, reader, Surroundings::of_root(kind, None))?;
    Ok(report.file.problems.is_empty())
}

/// Reads a whole file.
pub(super) fn read_document(builder: &mut RecordBuilder<'_>, reader: &mut TokenReader, path: &str) {
    match reader.first_bytes(SNIFFED).map(|text| head(text, path)) {
        Ok(FirstBytes::Xml) => {
            let promises_xml = promises_xml(path);
            StrictDocument { builder, promises_xml, doctype: None }.read_roots(reader, 0);
        }
        Ok(FirstBytes::Foreign) => {}
        Ok(FirstBytes::Unreadable(problem)) => builder.report.file.problems.push(problem),
        Err(error) => builder.report.broken(error),
    }
    if builder.report.file.kind != FileKind::Other {
        builder.report.take_notes(reader);
    }
}

/// Reads the rest of a file, from a child of its first root, or that root's
/// end tag, on. `reader` stands there.
pub(super) fn read_rest(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    (root, kind): (&str, FileKind),
) {
    let mut document = StrictDocument { builder, promises_xml: false, doctype: None };
    let is_whole = document.read_root(reader, root, kind);
    document.builder.report.file.whole = is_whole;
    if is_whole {
        document.read_roots(reader, 1);
    }
    builder.report.take_notes(reader);
}

/// A file that is being read.
struct StrictDocument<'r, 'b> {
    builder: &'r mut RecordBuilder<'b>,
    /// Whether the file's name says that it is XML, and no element was met yet.
    promises_xml: bool,
    /// Where a DOCTYPE stands in front of the root.
    doctype: Option<ByteSpan>,
}

impl StrictDocument<'_, '_> {
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
                        self.builder.report.say(ProblemKind::Repaired, message, tag.span);
                    }
                    if kind == FileKind::Dictionary {
                        // All of a dictionary stands in attributes: no records.
                        self.builder.report.file.whole = self.pass_rest(reader);
                        return;
                    }
                    let root = reader.name(&tag).to_owned();
                    self.builder.report.file.whole =
                        tag.kind == TokenKind::Empty || self.read_root(reader, &root, kind);
                    if !self.builder.report.file.whole {
                        return;
                    }
                }
                Ok(None) => return,
                // No tag is whole yet, so only the name can tell whether this
                // should have been an export. Foreign XML is none of our
                // business, broken or not.
                Err(_) if roots == 0 && !self.promises_xml => return,
                Err(error) => {
                    self.builder.report.file.whole = false;
                    self.builder.report.broken(error);
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
                        self.builder.report.say(ProblemKind::Broken, ROWS_IN_DEFINITION, token.span);
                    }
                }
                Ok(None) => return is_whole,
                Err(error) => {
                    self.builder.report.broken(error);
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
                    if kind.is_none() && self.builder.report.file.kind != FileKind::Other {
                        let message = "an element behind the end of the export is not read";
                        self.builder.report.say(ProblemKind::Broken, message, token.span);
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
            self.builder.report.say(ProblemKind::Unreadable, message, ByteSpan::at(0));
        }
        Ok(None)
    }

    fn open_first_root(&mut self, reader: &TokenReader, tag: &Token, kind: FileKind) {
        self.builder.report.file.kind = kind;
        self.builder.report.file.root_tag = tag.span;
        if let Some(at) = self.doctype {
            let message = "the DOCTYPE is passed over; its entities are not expanded";
            self.builder.report.say(ProblemKind::Repaired, message, at);
        }
        self.builder.report.file.unload_date = unload_date_of(reader.attributes(tag));
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
                    self.builder.report.broken(error);
                    if source_ended {
                        return false;
                    }
                    if breaks == MAX_BREAKS {
                        let message =
                            format!("the file breaks more than {MAX_BREAKS} times; the rest is not read");
                        self.builder.report.say(ProblemKind::LimitReached, message, ByteSpan::at(from));
                        return false;
                    }
                    let kind = self.builder.report.kind_so_far(kind);
                    let census = &self.builder.report.census;
                    match reader.skip_to(from, root, |text| begins_record(text, kind, census)) {
                        Ok(Some(_)) => {}
                        Ok(None) => return false,
                        Err(error) => {
                            self.builder.report.broken(error);
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
        loop {
            match read_child(self.builder, reader, Surroundings::of_root(kind, Some(root)))? {
                ReadChild::Element => {}
                ReadChild::RootEnd(tag) => {
                    self.builder.report.end_root(tag.end);
                    return Ok(());
                }
                ReadChild::TextEnd => return Ok(()),
            }
        }
    }
}
