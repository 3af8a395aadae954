//! What kind of export a file is, and the records in it.
//!
//! The forms and their oddities were read off real exports: table exports
//! (`<unload>`, `<xml>`), app-repository files (`<record_update>`), and update
//! sets, whose rows carry records as XML inside XML.

mod document;
mod element;
mod payload;
mod recover;
mod sniff;

use std::collections::BTreeMap;

use crate::record::{Record, Wanted, WantedTable};
use crate::source::{Problem, ProblemKind, Source};
use crate::span::ByteSpan;

pub use document::reread;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FileKind {
    /// `<unload>` with rows of tables.
    TableExport,
    /// `<unload>` with `sys_update_xml` rows.
    UpdateSet,
    /// `<record_update>`: one record of an app repository.
    AppFile,
    /// `<xml>`: a list exported through its URL.
    ListExport,
    /// `<database>`: a table definition of an app repository; holds no records.
    Dictionary,
    /// Anything else: skipped.
    #[default]
    Other,
}

impl FileKind {
    /// The word used in `inventory`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TableExport => "table-export",
            Self::UpdateSet => "update-set",
            Self::AppFile => "app-file",
            Self::ListExport => "list-export",
            Self::Dictionary => "dictionary",
            Self::Other => "other",
        }
    }
}

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
#[derive(Debug, Default)]
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
    /// What went wrong.
    pub problems: Vec<Problem>,
}

impl FileReport {
    /// Whether some of the file could not be read.
    #[must_use]
    pub fn has_loss(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind.is_loss())
    }
}

/// Which fields of which records are decoded.
#[derive(Debug, Clone, Copy)]
pub enum Select<'a> {
    /// Those that rules and queries named.
    Wanted(&'a Wanted),
    /// All: for looking at one record again.
    Everything,
}

impl<'a> Select<'a> {
    fn table(self, name: &str) -> Option<&'a WantedTable> {
        match self {
            Self::Wanted(wanted) => wanted.find(name).map(|table| wanted.table(table)),
            Self::Everything => None,
        }
    }
}

/// Takes the records of a file, one at a time, in file order.
pub trait RecordSink {
    /// A record whose table is wanted. It is gone when the call returns.
    fn record(&mut self, record: &Record<'_>);
}

/// Reads one file. What can be read goes to `sink`; what went wrong is in the report.
pub fn read(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    let stream = match source.open() {
        Ok(stream) => stream,
        Err(problem) => return FileReport { problems: vec![problem], ..FileReport::default() },
    };
    let encoding = stream.encoding();
    let mut report = document::read_stream(stream, source.path(), select, sink);
    report.encoding = encoding;
    report
}

fn problem(kind: ProblemKind, message: impl Into<String>, at: ByteSpan) -> Problem {
    Problem { kind, message: message.into(), at: Some(at) }
}
