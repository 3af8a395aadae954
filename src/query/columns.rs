//! The columns at which a field name ends, and what their text says of it.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::data::{Cell, Data, Missing, RowId};
use super::known::KnownColumn;
use crate::record::schema::ColumnType;
use crate::record::{ColumnIdx, NamedReference, TableIdx, Wanted};

/// One column, or those of an alias, of which the first non-empty counts.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) table: TableIdx,
    pub(super) list: SmallVec<[ColumnIdx; 1]>,
}

/// What is read where a field name ends.
#[derive(Debug, Clone)]
pub(super) struct ColumnEnd {
    pub(super) columns: Columns,
    pub(super) meaning: Meaning,
    /// `None` where the dictionary does not know the column.
    pub(super) kind: Option<ColumnType>,
    /// The table that a reference or list points to.
    pub(super) reference: Option<Cow<'static, str>>,
    /// That table and the column there that the reference displays, where
    /// somebody asks for what it displays.
    pub(super) target: Option<(TableIdx, Option<ColumnIdx>)>,
    /// Whether it is one of a view, whose references show names that the tool chose.
    pub(super) is_of_view: bool,
}

/// What the text of a column says of the field that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is the field.
    Value,
    /// The platform calculates the field and exports hold it empty, whatever it is.
    Calculated,
    /// It refers to a record of nobody knows which table, and the field is one of
    /// that record. Only where nothing is referred to it is known to be empty.
    LeadsToField,
}

impl ColumnEnd {
    /// With what the dictionary knows of the first column.
    pub(super) fn new(columns: Columns, known: Option<KnownColumn>, meaning: Meaning) -> Self {
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

impl Columns {
    /// The first cell that is there and not empty, else an empty one that is
    /// there; absent ones count only where all are absent.
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

    /// What is displayed where no column's value is shown.
    pub(super) fn displayed<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<&'a str> {
        let mut cells = self.list.iter().map(|&column| data.cell(self.table, row, column));
        cells.find_map(|cell| cell.display.filter(|_| !cell.present))
    }

    /// Notes that somebody asks for what a reference displays.
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
