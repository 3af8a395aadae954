//! What is to be done with the values of plain rows, remembered by their place: all rows
//! of an export are alike.

use super::census::TableNumber;
use super::column_fate::ColumnFate;
use super::forms::{ValueSort, sort_of};
use super::select::Select;
use crate::record::{display_column, schema};

/// What is known of the values of one table, by their place in a row.
#[derive(Debug, Default)]
pub(super) struct ColumnGuesses {
    table: Option<TableNumber>,
    list: Vec<Option<ColumnGuess>>,
}

/// What is known of a value.
#[derive(Debug)]
pub(super) struct ColumnGuess {
    name: Box<str>,
    pub(super) fate: ColumnFate,
    pub(super) sort: ValueSort,
    /// How many bytes of the name are that of a reference whose display it is, as
    /// `role` in `role.name`.
    pub(super) displays: Option<usize>,
}

impl ColumnGuesses {
    /// Forgets what is known of another table.
    pub(super) fn go_to(&mut self, table: TableNumber) {
        if self.table != Some(table) {
            *self = Self { table: Some(table), list: Vec::new() };
        }
    }

    /// Looks at the value of that name and place, of a row of `table`.
    pub(super) fn settle(&mut self, at: usize, name: &str, table: &str, select: Select<'_>) -> ColumnFate {
        if let Some(Some(guess)) = self.list.get(at)
            && *guess.name == *name
        {
            return guess.fate;
        }
        let (column, is_handed_out) = select.column(table, name);
        let fate = ColumnFate { is_wanted: is_handed_out, is_handed_out, column };
        let known = schema::dictionary_table_among(select.classes(), table);
        if self.list.len() <= at {
            self.list.resize_with(at + 1, || None);
        }
        let (sort, displays) = (sort_of(known, name), displays(known, name));
        self.list[at] = Some(ColumnGuess { name: name.into(), fate, sort, displays });
        fate
    }

    /// What was settled last for the value at that place.
    pub(super) fn at(&self, at: usize) -> Option<&ColumnGuess> {
        self.list.get(at)?.as_ref()
    }
}

/// How long the name of the reference is that a walk of two names shows the
/// display of.
fn displays(table: &str, name: &str) -> Option<usize> {
    let (reference, end) = name.split_once('.')?;
    let target = schema::column(table, reference)?.reference?;
    (display_column(target) == Some(end)).then_some(reference.len())
}
