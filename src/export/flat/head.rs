//! What the beginning of a text says: whether it is such an export, of which
//! table, and how its rows are written.

use super::super::file_name::{Named, by_file_name};
use super::super::forms::Shows;
use super::super::{FileKind, problem};
use super::answer::ApiAnswer;
use super::csv_rows::CsvRows;
use super::json_rows::JsonRows;
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// How rows are written, with what reading them needs from one to the next.
#[derive(Debug)]
pub(super) enum FlatForm {
    /// Objects.
    Json(JsonRows),
    /// Elements below one root.
    Xml,
    /// Lines below a header.
    Csv(CsvRows),
}

/// The beginning of an export.
#[derive(Debug)]
pub(super) struct FlatHead {
    pub(super) kind: FileKind,
    pub(super) form: FlatForm,
    /// The table; `None` where each record has to say it.
    pub(super) table: Option<String>,
    /// What stands for the root: the header, or the bracket of the array.
    pub(super) root: ByteSpan,
    /// Where rows begin.
    pub(super) rows: u64,
    pub(super) shows: Shows,
    /// What stands before the rows.
    pub(super) answer: ApiAnswer,
    /// What is wrong with the header.
    pub(super) problem: Option<Problem>,
}

impl FlatForm {
    /// The columns of lines; empty where each row names its own.
    pub(super) fn header(&self) -> &[String] {
        if let Self::Csv(csv) = self { &csv.header } else { &[] }
    }
}

/// What a text was found to be.
#[expect(clippy::large_enum_variant, reason = "there is one for each file, and it is taken apart at once")]
#[derive(Debug)]
pub(super) enum JudgedText {
    /// Nothing for us.
    Foreign,
    /// Records of a table that nothing tells.
    OfNoTable(FileKind, ByteSpan),
    /// An export, perhaps of these tables, of which no row can be read.
    Unread(FileKind, Vec<String>, Problem),
    Export(FlatHead),
}

/// The table of the dictionary that the name of a file says.
pub(super) fn named_table(path: &str) -> Option<String> {
    match by_file_name(path) {
        Some(Named::Known(table)) => Some(table.to_owned()),
        _ => None,
    }
}

/// What a file is whose name says one table and whose columns another one.
pub(super) fn at_odds(kind: FileKind, named: &str, other: &str, at: ByteSpan) -> JudgedText {
    let message = format!(
        "the file has the name of {named} and columns of {other}, so that nothing tells what it is: not read; \
         name it after its table, or exclude it"
    );
    JudgedText::Unread(
        kind,
        vec![named.to_owned(), other.to_owned()],
        problem(ProblemKind::Broken, message, at),
    )
}
