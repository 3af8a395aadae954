//! What is to be done with each column of a table.

use super::carried::{PayloadKind, ROW_FIELDS};
use super::select::Select;
use crate::record::{ColumnIdx, MOST_TABLES, WantedTable, schema};

/// What is to be done with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnFate {
    /// Its text is looked at.
    pub(super) is_wanted: bool,
    /// It is part of the record that is handed out.
    pub(super) is_handed_out: bool,
    /// Its number, if rules or queries named it.
    pub(super) column: Option<ColumnIdx>,
}

impl ColumnFate {
    /// Nobody wants it.
    pub(super) const NONE: Self = Self { is_wanted: false, is_handed_out: false, column: None };
}

/// Which columns of one table are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnFilter<'w> {
    select: Select<'w>,
    /// The tables of which its records are rows, nearest first.
    tables: [Option<&'w WantedTable>; MOST_TABLES],
    carries_payload: bool,
    /// Whether all columns are looked at, as they tell what its records are.
    is_telling: bool,
}

impl<'w> ColumnFilter<'w> {
    /// For the records of a table as it is spelled.
    pub(super) fn new(select: Select<'w>, spelled: &str) -> Self {
        let respelled = schema::respelled(spelled);
        let table = respelled.as_deref().unwrap_or(spelled);
        Self::of(select, (table, select.in_place_of(table)))
    }

    /// For those of a table that is known, with the one in whose place they may stand.
    pub(super) fn of(select: Select<'w>, (table, in_place_of): (&str, Option<&str>)) -> Self {
        let mut tables = [None; MOST_TABLES];
        for (slot, table) in tables.iter_mut().zip(select.tables(in_place_of.unwrap_or(table))) {
            *slot = Some(table);
        }
        let carries_payload = PayloadKind::of(table).is_some();
        Self { select, tables, carries_payload, is_telling: in_place_of.is_some() }
    }

    pub(super) fn fate(&self, column: &str) -> ColumnFate {
        let [first, others @ ..] = self.tables;
        let number = first.and_then(|table| table.find(column));
        let is_wanted_of_others = || others.into_iter().flatten().any(|table| table.find(column).is_some());
        let is_handed_out = number.is_some() || self.select.is_everything() || is_wanted_of_others();
        let is_wanted =
            is_handed_out || self.is_telling || self.carries_payload && ROW_FIELDS.contains(&column);
        ColumnFate { is_wanted, is_handed_out, column: number }
    }
}
