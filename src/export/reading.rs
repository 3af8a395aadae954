//! The state of reading one file, or a part of it.

use std::cell::OnceCell;

use super::begin::Head;
use super::census::Census;
use super::heard::Heard;
use super::payload::LastSet;
use super::raw::RawRecord;
use super::repeats::Repeats;
use super::unheard::Unheard;
use super::unknown_class::UnknownClasses;
use super::{FileKind, FileReport, RecordSink, Select, problem};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;
use crate::xml::{
    Flaw, TextMap, Token, TokenKind, TokenReader, UNEXPANDED, Window, XmlError, XmlErrorKind, map_of,
};

/// The tables whose rows make a file an update set.
const UPDATE_SET_TABLES: [&str; 3] = ["sys_update_xml", "sys_remote_update_set", "sys_update_set"];

/// The way from a payload back to the outer file.
pub(super) struct Frame<'f> {
    /// The text of the payload as written.
    pieces: &'f [Token],
    window: Window<'f>,
    /// Made when a place is asked for: most payloads hold nothing that is wanted.
    map: OnceCell<TextMap>,
    parent: Option<&'f Frame<'f>>,
    pub(super) depth: usize,
}

impl<'f> Frame<'f> {
    pub(super) fn new(
        pieces: &'f [Token],
        window: Window<'f>,
        parent: Option<&'f Frame<'f>>,
        depth: usize,
    ) -> Self {
        Self { pieces, window, map: OnceCell::new(), parent, depth }
    }

    /// Of a payload whose way back is known: a value of a row that is no XML.
    pub(super) fn of_map(map: TextMap) -> Self {
        let (pieces, window) = (&[][..], Window::new("", 0));
        Self { pieces, window, map: OnceCell::from(map), parent: None, depth: 1 }
    }

    /// Where a span of the payload's text stands in the outer file.
    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        let map = self.map.get_or_init(|| map_of(self.pieces, |span| self.window.slice(span)));
        let written = map.written(span);
        self.parent.map_or(written, |parent| parent.outer(written))
    }
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The scanner, and the strict reader where something is odd.
    Scanner,
    /// The strict reader alone.
    StrictReader,
}

/// What was found in a file, or a part of it, beside the records.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) report: FileReport,
    pub(super) census: Census,
    /// Where the last root that was read to its end tag ends.
    pub(super) root_end: Option<u64>,
    /// The first `&` that begins no reference.
    pub(super) dangling: Option<ByteSpan>,
    /// The first NUL character.
    pub(super) nul: Option<ByteSpan>,
    /// The first thing that is not as XML demands although it was read: in the
    /// file itself, and in payloads, with its place in the file.
    pub(super) flaw: Option<Flaw>,
    pub(super) payload_flaw: Option<Flaw>,
    /// Records in which one column has two values.
    pub(super) repeats: Repeats,
    /// Rows of update sets whose payload was not heard, or that it contradicts.
    pub(super) unheard: Unheard,
    /// Rows whose class nobody knows.
    pub(super) unknown_classes: UnknownClasses,
}

/// Reading one file, or a part of it.
pub(super) struct Reading<'a> {
    pub(super) select: Select<'a>,
    pub(super) by: By,
    pub(super) sink: &'a mut dyn RecordSink,
    pub(super) state: State,
    /// Whether the file's name says that it is XML.
    pub(super) promises_xml: bool,
    /// Where a DOCTYPE stands in front of the root.
    pub(super) doctype: Option<ByteSpan>,
    /// Where the current child of the root begins.
    pub(super) outer_start: u64,
    /// How many records of it were counted.
    pub(super) ordinal: u32,
    /// What was heard so far of the payload that is being read.
    pub(super) heard: Heard,
    /// The update set of the row that was read last.
    pub(super) last_set: LastSet,
    /// Buffers to use again.
    pub(super) spare: Vec<RawRecord>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(select: Select<'a>, by: By, sink: &'a mut dyn RecordSink) -> Self {
        Self::resume(select, by, sink, State::default())
    }

    /// Goes on where an earlier reading of the same file ended.
    pub(super) fn resume(select: Select<'a>, by: By, sink: &'a mut dyn RecordSink, state: State) -> Self {
        Self {
            select,
            by,
            sink,
            state,
            promises_xml: false,
            doctype: None,
            outer_start: 0,
            ordinal: 0,
            heard: Heard::default(),
            last_set: LastSet::default(),
            spare: Vec::new(),
        }
    }

    pub(super) fn selects_everything(&self) -> bool {
        self.select.is_everything()
    }

    pub(super) fn limit(&mut self, message: String, at: ByteSpan) {
        self.state.report.problems.push(problem(ProblemKind::LimitReached, message, at));
    }

    pub(super) fn broken(&mut self, error: XmlError) {
        if let XmlErrorKind::Source(source) = error.kind {
            let at = source.at.or(Some(error.at));
            self.state.report.problems.push(Problem { at, ..source });
            return;
        }
        self.state.report.problems.push(problem(kind_of(&error.kind), error.kind.to_string(), error.at));
    }

    /// An error in a payload.
    pub(super) fn broken_in_payload(&mut self, error: &XmlError, frame: Option<&Frame<'_>>) {
        let at = frame.map_or(error.at, |frame| frame.outer(error.at));
        let message = format!("in a payload: {error}");
        self.state.report.problems.push(problem(kind_of(&error.kind), message, at));
    }

    /// Notes what is not as XML demands, in the file or in the payload of a frame.
    pub(super) fn note_flaw(&mut self, flaw: Option<Flaw>, frame: Option<&Frame<'_>>) {
        let Some(flaw) = flaw else { return };
        let (noted, at) = match frame {
            None => (&mut self.state.flaw, flaw.at),
            Some(frame) => (&mut self.state.payload_flaw, frame.outer(flaw.at)),
        };
        *noted = first(*noted, Some(Flaw { at, ..flaw }));
    }

    /// Notes text that stands where an export has elements only.
    pub(super) fn note_text(&mut self, reader: &TokenReader, token: Token, frame: Option<&Frame<'_>>) {
        let text = reader.slice(token.span);
        let is_space = token.kind == TokenKind::Text && text.bytes().all(|byte| byte.is_ascii_whitespace());
        if token.is_text() && !is_space {
            let space = text.len() - text.trim_ascii_start().len();
            let start = token.span.start + u64::try_from(space).unwrap_or(0);
            let flaw = Flaw { what: "text between elements", at: ByteSpan::at(start) };
            self.note_flaw(Some(flaw), frame);
        }
    }

    /// Takes over what a strict reader noticed on the way.
    pub(super) fn take_notes(&mut self, reader: &mut TokenReader) {
        self.state.report.problems.extend(reader.take_source_problems());
        let (dangling, nul, flaw) = (reader.take_dangling(), reader.take_nul(), reader.take_flaw());
        self.state.note(dangling, nul);
        self.note_flaw(flaw, None);
    }
}

impl State {
    /// Of a file whose root was read.
    pub(super) fn of_root(head: &Head) -> Self {
        let report = FileReport {
            kind: head.kind,
            root_tag: head.tag,
            unload_date: head.unload_date.clone(),
            lines: head.lines.clone(),
            ..FileReport::default()
        };
        Self { report, ..Self::default() }
    }

    /// Notes what was noticed behind everything that was noticed before.
    pub(super) fn note(&mut self, dangling: Option<ByteSpan>, nul: Option<ByteSpan>) {
        self.dangling = self.dangling.or(dangling);
        self.nul = self.nul.or(nul);
    }

    /// Adds the next part of the same file.
    pub(super) fn append(&mut self, next: Self, select: Select<'_>) {
        self.report.problems.extend(next.report.problems);
        self.report.lines.append(&next.report.lines);
        self.census.merge(&next.census, select);
        self.root_end = next.root_end.or(self.root_end);
        self.note(next.dangling, next.nul);
        self.flaw = first(self.flaw, next.flaw);
        self.payload_flaw = first(self.payload_flaw, next.payload_flaw);
        self.repeats.append(next.repeats);
        self.unheard.append(next.unheard);
        self.unknown_classes.append(next.unknown_classes);
    }

    /// The file ends with its root, whose end tag ends at `end`.
    pub(super) fn close_root(&mut self, end: u64) {
        self.report.whole = true;
        self.root_end = Some(end);
    }

    /// What the file is, by the rows that were seen so far.
    pub(super) fn kind_so_far(&self, kind: FileKind) -> FileKind {
        let is_update_set = UPDATE_SET_TABLES.iter().any(|table| self.census.has_rows(table));
        if kind == FileKind::TableExport && is_update_set { FileKind::UpdateSet } else { kind }
    }

    /// The report on the whole file.
    pub(super) fn finish(mut self) -> FileReport {
        if self.report.kind != FileKind::Other {
            if let Some(at) = self.dangling {
                let message = "an & that begins no entity is read as it stands";
                self.report.problems.push(problem(ProblemKind::Repaired, message, at));
            }
            if let Some(at) = self.nul {
                // XML has no such character: most often a block that was never
                // written. Behind the end it is padding, and nothing is lost.
                let is_padding = self.root_end.is_some_and(|end| end <= at.start);
                let kind = if is_padding { ProblemKind::Repaired } else { ProblemKind::Broken };
                let message = "a NUL character, which no export holds";
                self.report.problems.push(problem(kind, message, at));
            }
            for (flaw, place) in [(self.flaw, ""), (self.payload_flaw, "in a payload: ")] {
                let Some(flaw) = flaw else { continue };
                let sort = if flaw.what == UNEXPANDED { "" } else { "not well-formed XML: " };
                let message = format!("{place}{sort}{}", flaw.what);
                self.report.problems.push(problem(ProblemKind::Broken, message, flaw.at));
                self.report.whole = false;
            }
            self.report.problems.extend(std::mem::take(&mut self.repeats).problems());
        }
        self.report.kind = self.kind_so_far(self.report.kind);
        (self.report.tables, self.report.rows) = self.census.into_maps();
        // Of what they would have brought nobody knows how much it was.
        for table in self.unheard.tables() {
            self.report.rows.entry(table.to_owned()).or_default();
        }
        self.report.problems.extend(self.unheard.problems());
        self.report.problems.extend(self.unknown_classes.problem());
        self.report.unknown_classes = self.unknown_classes.into_taken().collect();
        self.report
    }
}

/// The one of two flaws that comes first.
fn first(one: Option<Flaw>, other: Option<Flaw>) -> Option<Flaw> {
    one.into_iter().chain(other).min_by_key(|flaw| (flaw.at.start, flaw.what))
}

fn kind_of(error: &XmlErrorKind) -> ProblemKind {
    match error {
        XmlErrorKind::Truncated { .. } | XmlErrorKind::CutMarkup { .. } => ProblemKind::Truncated,
        XmlErrorKind::TooDeep(_) | XmlErrorKind::TooLarge(_) => ProblemKind::LimitReached,
        _ => ProblemKind::Broken,
    }
}
