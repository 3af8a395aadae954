//! What reading a file found beside its records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::kind::FileKind;
use crate::record::Classes;
use crate::source::{LineMarks, Problem, ProblemKind};
use crate::span::ByteSpan;

/// How many records of one table a file holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Inserted or updated by the file.
    pub live: u64,
    /// Deleted by the file.
    pub deleted: u64,
    /// Earlier versions (`sys_update_version`).
    pub history: u64,
}

/// What was found in one file beside the records.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// What the file is.
    pub kind: FileKind,
    /// The encoding its text was read in.
    pub encoding: &'static str,
    /// `unload_date` of the root element, as written (UTC).
    pub unload_date: Option<String>,
    /// The root element's start tag.
    pub root_tag: ByteSpan,
    /// Whether the file was read to the end of its root element.
    pub whole: bool,
    /// Records by table.
    pub tables: BTreeMap<String, Counts>,
    /// Rows that stand in the file as rows of a table, by table: not those in payloads.
    pub rows: BTreeMap<String, u64>,
    /// Classes that nobody knows whose rows were taken as rows of the table that the file
    /// is named after.
    pub unknown_classes: BTreeSet<String>,
    /// Which tables extended which for whoever read it.
    pub classes: Arc<Classes>,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// The word that stands for empty values in it, where one does: the platform
    /// writes none.
    pub null_word: Option<&'static str>,
    /// Line numbers at some offsets, as far as the file was read in parts.
    pub lines: LineMarks,
}

impl FileReport {
    /// Whether some of the file could not be read.
    #[must_use]
    pub fn has_loss(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind.is_loss())
    }
}

pub(super) fn problem(kind: ProblemKind, message: impl Into<String>, at: ByteSpan) -> Problem {
    Problem { kind, message: message.into(), at: Some(at) }
}
