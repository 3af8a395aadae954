//! From what the engine knows of a place to lines and columns, and to the texts
//! that reports show.
//!
//! A second look at the files with findings gives every place its lines, in a few
//! numbers each: there may be millions. What a report shows of a place is
//! fetched by a third look, only for the findings that are shown.

use serde::{Deserialize, Serialize};

mod excerpts;
mod findings;
mod lines;
mod near;
mod resolve;
mod snippet;
#[cfg(test)]
mod tests;
mod texts;
mod windows;

use crate::finding::{Finding, Place, PlaceRole};
use crate::span::{ByteSpan, LineColumn};

pub use excerpts::{Excerpts, FileExcerpts};
pub use findings::{Findings, LocatedFinding};
pub use resolve::{Located, locate, locate_places};

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
    /// What the engine knows of it.
    pub place: &'f Place,
    /// Its lines.
    pub lines: &'f PlaceLines,
}
