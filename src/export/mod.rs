//! What kind of export a file is, and the records in it.
//!
//! The forms and their oddities were read off real exports: table exports
//! (`<unload>`, `<xml>`), app-repository files (`<record_update>`), and update
//! sets, whose rows carry records as XML inside XML.

mod again;
mod begin;
mod census;
mod change;
mod digests;
mod document;
mod element;
mod fast;
mod finish;
mod flat;
mod heard;
mod lines;
mod part;
mod passed_over;
mod payload;
mod raw;
mod reading;
mod recover;
mod repeats;
mod rows;
mod schedule;
mod sniff;
mod unheard;
mod unknown_class;
mod value_part;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::record::{
    BUILT_IN, Classes, ColumnIdx, Field, Record, RowOf, TableIdx, Wanted, WantedTable, schema,
};
use crate::source::{PartBuffer, Problem, ProblemKind, Source};
use crate::span::ByteSpan;

pub use crate::source::LineMarks;
pub use again::ChildReader;
pub use begin::unload_date;
pub use digests::{RecordPlace, changed_records};
pub use document::reread;
pub use passed_over::{may_be_export, raise_unfollowed};
pub use schedule::{Collect, read_all, read_all_in_parts};

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
    /// JSON: `JSONv2`, or what the REST Table API answers.
    JsonExport,
    /// `<response>`: what the REST Table API answers where XML is asked for.
    RestExport,
    /// CSV, with a header of column names or labels.
    CsvExport,
    /// A worksheet of an Excel workbook, with a header of labels.
    ExcelExport,
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
            Self::JsonExport => "json-export",
            Self::RestExport => "rest-export",
            Self::CsvExport => "csv-export",
            Self::ExcelExport => "excel-export",
            Self::Dictionary => "dictionary",
            Self::Other => "other",
        }
    }

    /// Whether its records are rows of tables, exported as such.
    #[must_use]
    pub fn is_table(self) -> bool {
        match self {
            Self::TableExport | Self::ListExport => true,
            _ => self.is_flat(),
        }
    }

    /// Whether it holds rows of plain values, of a table that only its name or its
    /// columns tell.
    #[must_use]
    pub fn is_flat(self) -> bool {
        matches!(self, Self::JsonExport | Self::RestExport | Self::CsvExport | Self::ExcelExport)
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

/// Which fields of which records are decoded.
#[derive(Debug, Clone, Copy)]
pub enum Select<'a> {
    /// Those that rules and queries named.
    Wanted(&'a Wanted),
    /// All: for looking at one record again.
    Everything,
    /// Of these, as `None` is everything, with what else is known.
    Of(Option<&'a Wanted>, Context<'a>),
}

/// What is known where a file is read, beside the file.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Which tables extend which.
    classes: &'a Classes,
    /// The path of the file; empty where nobody needs it.
    path: &'a str,
}

impl<'a> Select<'a> {
    /// The same, with the classes that the input adds.
    #[must_use]
    pub fn with(self, classes: &'a Classes) -> Self {
        Self::Of(self.wanted(), Context { classes, ..self.context() })
    }

    /// The same, in one file.
    fn in_file(self, source: &'a Source) -> Self {
        Self::Of(self.wanted(), Context { path: source.path(), ..self.context() })
    }

    fn context(self) -> Context<'a> {
        match self {
            Self::Of(_, context) => context,
            _ => Context { classes: &BUILT_IN, path: "" },
        }
    }

    /// What is wanted; `None` for everything.
    fn wanted(self) -> Option<&'a Wanted> {
        match self {
            Self::Wanted(wanted) => Some(wanted),
            Self::Everything => None,
            Self::Of(wanted, _) => wanted,
        }
    }

    fn is_everything(self) -> bool {
        self.wanted().is_none()
    }

    fn classes(self) -> &'a Classes {
        self.context().classes
    }

    /// The table in whose place rows of a table may stand that nobody knows: the one
    /// that the file is named after, if somebody wants that.
    fn in_place_of(self, name: &str) -> Option<&'static str> {
        let Context { classes, path } = self.context();
        let is_known =
            || schema::knows_some_of(name) || classes.is_class(name) || !self.row_of(name).is_nothing();
        if path.is_empty() || is_known() {
            return None;
        }
        // A list of metadata has rows of any class.
        let named = flat::known_by_file_name(path).filter(|named| *named != flat::ANY_METADATA)?;
        (self.is_everything() || !self.row_of(named).is_nothing()).then_some(named)
    }

    /// The wanted tables of which a row of a table is one.
    fn row_of(self, name: &str) -> RowOf {
        self.wanted().map_or_else(RowOf::default, |wanted| wanted.row_of(name, self.classes()))
    }

    /// The same with their columns, nearest first.
    fn tables(self, name: &str) -> impl Iterator<Item = &'a WantedTable> {
        let (of, wanted) = (self.row_of(name), self.wanted());
        of.tables().filter_map(move |table| wanted.map(|wanted| wanted.table(table)))
    }

    /// The number of a column of the nearest wanted table, and whether a row's value
    /// in it is handed out.
    fn column(self, table: &str, name: &str) -> (Option<ColumnIdx>, bool) {
        let mut columns = self.tables(table).map(|table| table.find(name));
        let first = columns.next().flatten();
        let is_handed_out = first.is_some() || columns.any(|column| column.is_some()) || self.is_everything();
        (first, is_handed_out)
    }

    /// Gives fields the numbers that their columns have in a wanted table.
    fn number_columns(self, table: Option<TableIdx>, fields: &mut [Field<'_>]) {
        let Some(wanted) = self.wanted() else { return };
        let table = table.map(|table| wanted.table(table));
        for field in fields {
            field.column = table.and_then(|table| table.find(field.name));
        }
    }

    /// As which tables a row of a table is handed out, and under which names: none
    /// where nobody wants it.
    fn handed_out_as<'n>(self, of: RowOf, name: &'n str) -> impl Iterator<Item = (Option<TableIdx>, &'n str)>
    where
        'a: 'n,
    {
        let (tables, everything) = match self.wanted() {
            Some(wanted) => (Some((wanted, of)), None),
            None => (None, Some((None, schema::dictionary_table_among(self.classes(), name)))),
        };
        let named = tables
            .into_iter()
            .flat_map(|(wanted, of)| of.tables().map(move |table| (Some(table), &*wanted.table(table).name)));
        named.chain(everything)
    }
}

/// Takes the records of a file, one at a time, in file order.
pub trait RecordSink {
    /// The records from here on are of the source with that number in scan order.
    fn begin(&mut self, _source: u32) {}

    /// A record whose table is wanted. It is gone when the call returns.
    fn record(&mut self, record: &Record<'_>);
}

/// Reads one file, on one thread. What can be read goes to `sink`; what went
/// wrong is in the report.
pub fn read(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    read_in_parts(source, select, sink, whole::PART)
}

/// The same in parts of that many bytes (tests make them small).
pub fn read_in_parts(
    source: &Source,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
    size: u64,
) -> FileReport {
    whole::read_source(source, select, sink, (&mut PartBuffer::default(), size.max(1)))
}

/// The same by the strict reader alone, which is slow, and right by definition:
/// what [`read`] must agree with.
pub fn read_strictly(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> FileReport {
    whole::read_strictly(source, select, sink)
}

fn problem(kind: ProblemKind, message: impl Into<String>, at: ByteSpan) -> Problem {
    Problem { kind, message: message.into(), at: Some(at) }
}

#[cfg(test)]
mod class_tests;
#[cfg(test)]
mod tests;
