//! From what the engine knows of a place to lines, columns and snippets: a
//! second look at the files with findings, near the findings only.

mod lines;
mod resolve;
mod snippet;

use crate::finding::{Finding, PlaceRole};
use crate::span::{ByteSpan, LineColumn};

pub use resolve::{Located, locate, locate_places};

/// A range of text, as editors and SARIF name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// The first character.
    pub start: LineColumn,
    /// One past the last character.
    pub end: LineColumn,
    /// The bytes of the text.
    pub span: ByteSpan,
}

/// A piece of a file. Secret values in it are replaced by [`crate::record::REDACTED`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Where it stands.
    pub region: Region,
    /// Its text.
    pub text: String,
    /// Whether something in it was replaced.
    pub redacted: bool,
}

/// A place with its lines.
#[derive(Debug, Clone)]
pub struct LocatedPlace {
    /// Index of the source in scan order.
    pub source: u32,
    /// The file as reports name it.
    pub path: String,
    /// What is pointed at, from its first character to its last.
    pub snippet: Snippet,
    /// Lines (on a one-line file: characters) around it, always more than the
    /// snippet, at most 2 KB; `None` where there is no more.
    pub context: Option<Snippet>,
    /// What the place is to the finding.
    pub role: PlaceRole,
    /// What a related place shows.
    pub label: Option<String>,
}

/// A finding with its lines.
#[derive(Debug, Clone)]
pub struct LocatedFinding {
    /// What was found.
    pub finding: Finding,
    /// The primary place first. Never empty.
    pub places: Vec<LocatedPlace>,
    /// GitHub's `primaryLocationLineHash`, for files up to 100 MB where the
    /// hashed text holds no secret.
    pub line_hash: Option<String>,
}

impl LocatedFinding {
    /// Where the finding is reported.
    #[must_use]
    pub fn primary(&self) -> &LocatedPlace {
        &self.places[0]
    }
}
