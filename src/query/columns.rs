//! The columns at which a field name ends, and how to read them.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::data::{Cell, Data, Missing, RowId};
use super::known::KnownColumn;
use crate::record::schema::ColumnType;
use crate::record::{ColumnIdx, NamedReference, TableIdx, Wanted};

/// One column, or those of an alias: there the first one that is not empty counts.
#[derive(Debug, Clone)]
pub(super) struct FieldColumns {
    pub(super) table: TableIdx,
    pub(super) list: SmallVec<[ColumnIdx; 1]>,
}

/// What is read where a field name ends.
#[derive(Debug, Clone)]
pub(super) struct ColumnEnd {
    pub(super) columns: FieldColumns,
    pub(super) meaning: Meaning,
    /// `None` where the dictionary does not know the column.
    pub(super) kind: Option<ColumnType>,
    /// The table that a reference or list points to.
    pub(super) reference: Option<Cow<'static, str>>,
    /// That table, and its column that the reference displays. Set only if the displayed
    /// name is asked for.
    pub(super) target: Option<(TableIdx, Option<ColumnIdx>)>,
    /// Whether it is a column of a view: the names beside its references come from
    /// glidelint, not from the export.
    pub(super) is_of_view: bool,
}

/// How the text of a column relates to the field that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The column is the field.
    Value,
    /// The platform calculates the field; exports always hold it empty.
    Calculated,
    /// The column refers to a record of an unknown table, and the field belongs to that
    /// record. The field is known (to be empty) only if the reference is empty.
    LeadsToField,
}

impl ColumnEnd {
    /// `known` is what the dictionary knows of the first column.
    pub(super) fn new(columns: FieldColumns, known: Option<KnownColumn>, meaning: Meaning) -> Self {
        let (kind, reference) = known.map_or((None, None), |known| (Some(known.kind), known.reference));
        Self { columns, meaning, kind, reference, target: None, is_of_view: false }
    }

    pub(super) fn cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Cell<'a>, Missing> {
        let cell = self.columns.first(data, row)?;
        match (self.meaning, cell.value.is_empty()) {
            (Meaning::Calculated, true) | (Meaning::LeadsToField, false) => Err(self.columns.all_missing()),
            _ => Ok(cell),
        }
    }
}

impl FieldColumns {
    /// The first cell that is not empty, else an empty one. An error if all columns are
    /// absent.
    pub(super) fn first<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Cell<'a>, Missing> {
        let mut empty = None;
        for &column in &self.list {
            let cell = data.cell(self.table, row, column);
            if cell.present && !cell.value.is_empty() {
                return Ok(cell);
            }
            if cell.present {
                empty = empty.or(Some(cell));
            }
        }
        empty.ok_or_else(|| self.all_missing())
    }

    /// What the first column displays whose value is not shown.
    pub(super) fn displayed<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<&'a str> {
        let mut cells = self.list.iter().map(|&column| data.cell(self.table, row, column));
        cells.find_map(|cell| cell.display.filter(|_| !cell.present))
    }

    /// Notes that the displayed name of this reference is needed.
    pub(super) fn note_named(&self, wanted: &mut Wanted, target: TableIdx, name: Option<ColumnIdx>) {
        for &column in &self.list {
            wanted.note_named(NamedReference { table: self.table, column, target, name });
        }
    }

    pub(super) fn all_missing(&self) -> Missing {
        let columns = self.list.iter().map(|&column| Missing::column(self.table, column));
        columns.fold(Missing::none(), Missing::union)
    }
}
