//! The report on a file, or a part of it, while that is read.

use memchr::memchr;

use super::census::Census;
use super::frame::Frame;
use super::repeats::Repeats;
use super::unheard::Unheard;
use super::unknown_class::UnknownClasses;
use super::{FileKind, FileReport, Select, problem};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;
use crate::xml::{Flaw, Token, TokenKind, TokenReader, UNEXPANDED, XmlError, XmlErrorKind};

/// The tables whose rows make a file an update set.
const UPDATE_SET_TABLES: [&str; 3] = ["sys_update_xml", "sys_remote_update_set", "sys_update_set"];

/// What was found in a file, or a part of it, beside the records.
#[derive(Debug, Default)]
pub(super) struct ReportDraft {
    pub(super) file: FileReport,
    pub(super) census: Census,
    /// Where the last root that was read to its end tag ends.
    root_end: Option<u64>,
    /// The first `&` that begins no reference.
    dangling: Option<ByteSpan>,
    /// The first NUL character.
    nul: Option<ByteSpan>,
    /// The first thing that is not as XML demands although it was read: in the
    /// file itself, and in payloads, with its place in the file.
    flaw: Option<Flaw>,
    payload_flaw: Option<Flaw>,
    /// Records in which one column has two values.
    pub(super) repeats: Repeats,
    /// Rows of update sets whose payload was not heard, or that it contradicts.
    pub(super) unheard: Unheard,
    /// Rows whose class nobody knows.
    pub(super) unknown_classes: UnknownClasses,
}

impl ReportDraft {
    /// On a file of which that much is known.
    pub(super) fn of(file: FileReport) -> Self {
        Self { file, ..Self::default() }
    }

    /// Adds a problem at a place.
    pub(super) fn say(&mut self, kind: ProblemKind, message: impl Into<String>, at: ByteSpan) {
        self.file.problems.push(problem(kind, message, at));
    }

    pub(super) fn broken(&mut self, error: XmlError) {
        if let XmlErrorKind::Source(source) = error.kind {
            let at = source.at.or(Some(error.at));
            self.file.problems.push(Problem { at, ..source });
            return;
        }
        self.say(kind_of(&error.kind), error.kind.to_string(), error.at);
    }

    /// An error in a payload.
    pub(super) fn broken_in_payload(&mut self, error: &XmlError, frame: Option<&Frame<'_>>) {
        let at = frame.map_or(error.at, |frame| frame.outer(error.at));
        let message = format!("in a payload: {error}");
        self.say(kind_of(&error.kind), message, at);
    }

    /// Notes what is not as XML demands, in the file or in the payload of a frame.
    pub(super) fn note_flaw(&mut self, flaw: Option<Flaw>, frame: Option<&Frame<'_>>) {
        let Some(flaw) = flaw else { return };
        let (noted, at) = match frame {
            None => (&mut self.flaw, flaw.at),
            Some(frame) => (&mut self.payload_flaw, frame.outer(flaw.at)),
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
        self.file.problems.extend(reader.take_source_problems());
        let (dangling, nul, flaw) = (reader.take_dangling(), reader.take_nul(), reader.take_flaw());
        self.note(dangling, nul);
        self.note_flaw(flaw, None);
    }

    /// Notes the first NUL character of a text that was read.
    pub(super) fn note_nul(&mut self, text: &[u8], base: u64) {
        if self.nul.is_none()
            && let Some(at) = memchr(0, text)
        {
            self.nul = Some(ByteSpan::at(base + u64::try_from(at).unwrap_or(0)));
        }
    }

    /// Notes what was noticed behind everything that was noticed before.
    pub(super) fn note(&mut self, dangling: Option<ByteSpan>, nul: Option<ByteSpan>) {
        self.dangling = self.dangling.or(dangling);
        self.nul = self.nul.or(nul);
    }

    /// Adds the next part of the same file.
    pub(super) fn append(&mut self, next: Self, select: Select<'_>) {
        self.file.problems.extend(next.file.problems);
        self.file.lines.append(&next.file.lines);
        self.census.merge(&next.census, select);
        self.root_end = next.root_end.or(self.root_end);
        self.note(next.dangling, next.nul);
        self.flaw = first(self.flaw, next.flaw);
        self.payload_flaw = first(self.payload_flaw, next.payload_flaw);
        self.repeats.append(next.repeats);
        self.unheard.append(next.unheard);
        self.unknown_classes.append(next.unknown_classes);
    }

    /// A root was read to its end tag, which ends at `end`.
    pub(super) fn end_root(&mut self, end: u64) {
        self.root_end = Some(end);
    }

    /// The file ends with its root, whose end tag ends at `end`.
    pub(super) fn close_root(&mut self, end: u64) {
        self.file.whole = true;
        self.root_end = Some(end);
    }

    /// What the file is, by the rows that were seen so far.
    pub(super) fn kind_so_far(&self, kind: FileKind) -> FileKind {
        let is_update_set = UPDATE_SET_TABLES.iter().any(|table| self.census.has_rows(table));
        if kind == FileKind::TableExport && is_update_set { FileKind::UpdateSet } else { kind }
    }

    /// The report on the whole file.
    pub(super) fn finish(mut self) -> FileReport {
        if self.file.kind != FileKind::Other {
            if let Some(at) = self.dangling {
                let message = "an & that begins no entity is read as it stands";
                self.file.problems.push(problem(ProblemKind::Repaired, message, at));
            }
            if let Some(at) = self.nul {
                // XML has no such character: most often a block that was never
                // written. Behind the end it is padding, and nothing is lost.
                let is_padding = self.root_end.is_some_and(|end| end <= at.start);
                let kind = if is_padding { ProblemKind::Repaired } else { ProblemKind::Broken };
                let message = "a NUL character, which no export holds";
                self.file.problems.push(problem(kind, message, at));
            }
            for (flaw, place) in [(self.flaw, ""), (self.payload_flaw, "in a payload: ")] {
                let Some(flaw) = flaw else { continue };
                let sort = if flaw.what == UNEXPANDED { "" } else { "not well-formed XML: " };
                let message = format!("{place}{sort}{}", flaw.what);
                self.file.problems.push(problem(ProblemKind::Broken, message, flaw.at));
                self.file.whole = false;
            }
            self.file.problems.extend(std::mem::take(&mut self.repeats).problems());
        }
        self.file.kind = self.kind_so_far(self.file.kind);
        (self.file.tables, self.file.rows) = self.census.into_maps();
        // Of what they would have brought nobody knows how much it was.
        for table in self.unheard.tables() {
            self.file.rows.entry(table.to_owned()).or_default();
        }
        self.file.problems.extend(self.unheard.problems());
        self.file.problems.extend(self.unknown_classes.problem());
        self.file.unknown_classes = self.unknown_classes.into_taken().collect();
        self.file
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
