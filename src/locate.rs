//! From what judging knows of a place to lines and columns, and to the texts
//! that reports show.
//!
//! A second look at the files with findings, each once and in its order, gives every
//! place its lines, in a few numbers each: there may be millions. What reports show of
//! places is kept from the same look, only for the findings that are shown.

use serde::{Deserialize, Serialize};

mod ask;
mod child;
mod findings;
mod look;
mod near;
mod point;
mod resolve;
mod root;
mod shown;
mod snippet;
#[cfg(test)]
mod tests;
mod text_store;

use crate::finding::{Finding, Place, PlaceRole};
use crate::span::{ByteSpan, LineColumn};

pub use findings::{Findings, LocatedFinding};
use near::Spans;
pub use resolve::{
    Beside, Located, ScannedFiles, complete_texts, locate, locate_notices, locate_places, revisit, show_place,
};
pub use shown::{Excerpts, ShownTexts};

/// A range of text, as editors and SARIF name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Region {
    /// The first character.
    pub start: LineColumn,
    /// One past the last character.
    pub end: LineColumn,
    /// The bytes of the text.
    pub span: ByteSpan,
}

/// Where a place is in its file: all that is kept of every place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLines {
    /// What is pointed at, from its first character to its last.
    pub region: Region,
    /// Where the text around it may begin.
    context_start: u64,
    /// Column of that.
    context_column: u64,
}

impl PlaceLines {
    /// Of a region without anything around it.
    #[must_use]
    pub fn of(region: Region) -> Self {
        Self { region, context_start: region.span.start, context_column: region.start.column }
    }

    /// Of what a place points at and the text around it; `line_of` says where an offset is.
    fn between(spans: Spans, line_of: impl Fn(u64) -> LineColumn, is_sheet: bool) -> Self {
        let span = spans.region;
        let context_start = spans.context().start;
        let mut end = line_of(span.end);
        if is_sheet {
            // One past the cell in which it ends.
            end.column += 1;
        }
        let region = Region { start: line_of(span.start), end, span };
        Self { region, context_start, context_column: line_of(context_start).column }
    }

    /// Of a place that was not looked at yet.
    fn unknown() -> Self {
        let start = LineColumn { line: 1, column: 1 };
        Self::of(Region { start, end: start, span: ByteSpan::at(0) })
    }
}

/// A piece of a file. Secret values in it are replaced by [`crate::record::REDACTED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// Where it stands.
    pub region: Region,
    /// Its text.
    pub text: String,
    /// Whether something in it was replaced.
    pub redacted: bool,
}

/// A place with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPlace<'f> {
    /// The file as reports name it.
    pub path: &'f str,
    /// The sheet and cell in a workbook, as in `Page 1!C7`.
    pub cell: Option<String>,
    /// What is pointed at, up to 4 KB of it.
    pub snippet: Snippet,
    /// Lines (on a one-line file: characters) around it, always more than the
    /// snippet, at most 2 KB; `None` where there is no more.
    pub context: Option<Snippet>,
    /// What the place is to the finding.
    pub role: PlaceRole,
    /// What a related place shows.
    pub label: Option<&'f str>,
}

/// A finding with the texts of its places.
#[derive(Debug, Clone)]
pub struct ShownFinding<'f> {
    /// What was found.
    pub finding: &'f Finding,
    /// The primary place first. Never empty.
    pub places: Vec<ShownPlace<'f>>,
}

impl<'f> ShownFinding<'f> {
    /// Where the finding is reported.
    #[must_use]
    pub fn primary(&self) -> &ShownPlace<'f> {
        &self.places[0]
    }
}

/// A place with its lines.
#[derive(Debug, Clone, Copy)]
pub struct LocatedPlace<'f> {
    /// What judging knows of it.
    pub place: &'f Place,
    /// Its lines.
    pub lines: &'f PlaceLines,
}
