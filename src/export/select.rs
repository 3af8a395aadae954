//! Which records and columns a reader hands out.

use super::file_name::{ANY_METADATA, known_by_file_name};
use crate::record::{BUILT_IN, Classes, ColumnIdx, Field, RowOf, TableIdx, Wanted, WantedTable, schema};
use crate::source::Source;

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
    pub(super) fn in_file(self, source: &'a Source) -> Self {
        Self::Of(self.wanted(), Context { path: source.path(), ..self.context() })
    }

    pub(super) fn context(self) -> Context<'a> {
        match self {
            Self::Of(_, context) => context,
            _ => Context { classes: &BUILT_IN, path: "" },
        }
    }

    /// What is wanted; `None` for everything.
    pub(super) fn wanted(self) -> Option<&'a Wanted> {
        match self {
            Self::Wanted(wanted) => Some(wanted),
            Self::Everything => None,
            Self::Of(wanted, _) => wanted,
        }
    }

    pub(super) fn is_everything(self) -> bool {
        self.wanted().is_none()
    }

    pub(super) fn classes(self) -> &'a Classes {
        self.context().classes
    }

    /// The table in whose place rows of a table may stand that nobody knows: the one
    /// that the file is named after, if somebody wants that.
    pub(super) fn in_place_of(self, name: &str) -> Option<&'static str> {
        let Context { classes, path } = self.context();
        let is_known =
            || schema::knows_some_of(name) || classes.is_class(name) || !self.row_of(name).is_nothing();
        if path.is_empty() || is_known() {
            return None;
        }
        // A list of metadata has rows of any class.
        let named = known_by_file_name(path).filter(|named| *named != ANY_METADATA)?;
        (self.is_everything() || !self.row_of(named).is_nothing()).then_some(named)
    }

    /// The wanted tables of which a row of a table is one.
    pub(super) fn row_of(self, name: &str) -> RowOf {
        self.wanted().map_or_else(RowOf::default, |wanted| wanted.row_of(name, self.classes()))
    }

    /// The same with their columns, nearest first.
    pub(super) fn tables(self, name: &str) -> impl Iterator<Item = &'a WantedTable> {
        let (of, wanted) = (self.row_of(name), self.wanted());
        of.tables().filter_map(move |table| wanted.map(|wanted| wanted.table(table)))
    }

    /// The number of a column of the nearest wanted table, and whether a row's value
    /// in it is handed out.
    pub(super) fn column(self, table: &str, name: &str) -> (Option<ColumnIdx>, bool) {
        let mut columns = self.tables(table).map(|table| table.find(name));
        let first = columns.next().flatten();
        let is_handed_out = first.is_some() || columns.any(|column| column.is_some()) || self.is_everything();
        (first, is_handed_out)
    }

    /// Gives fields the numbers that their columns have in a wanted table.
    pub(super) fn number_columns(self, table: Option<TableIdx>, fields: &mut [Field<'_>]) {
        let Some(wanted) = self.wanted() else { return };
        let table = table.map(|table| wanted.table(table));
        for field in fields {
            field.column = table.and_then(|table| table.find(field.name));
        }
    }

    /// As which tables a row of a table is handed out, and under which names: none
    /// where nobody wants it.
    pub(super) fn handed_out_as<'n>(
        self,
        of: RowOf,
        name: &'n str,
    ) -> impl Iterator<Item = (Option<TableIdx>, &'n str)>
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
