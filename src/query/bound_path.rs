//! A field name tied to columns: walking it from a row to a value.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::columns::{ColumnEnd, FieldColumns, Meaning};
use super::data::{Cell, Class, Data, Missing, Reference, RowId, SetFact, Truth, WalkStart};
use super::naming::{name_by_reference, name_of, without_referred};
use crate::record::schema::ColumnType;
use crate::record::{ColumnIdx, Keep, TableIdx, Wanted, is_sys_id};

/// A field name such as `user.manager.name`, tied to the columns that the reader keeps.
#[derive(Debug, Clone)]
pub struct BoundPath {
    pub(super) text: Box<str>,
    /// References to follow, in order.
    pub(super) hops: SmallVec<[Hop; 1]>,
    pub(super) end: PathEnd,
    /// Whether the last reference displays this very column: then its row may be
    /// missing.
    pub(super) is_display: bool,
    /// CSV and JSON exports may hold the value of a whole walk in a column of the row,
    /// named like the walk (`user.manager.name`). This is that column.
    pub(super) shown_as: Option<(TableIdx, ColumnIdx)>,
}

/// One reference to follow.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) columns: FieldColumns,
    pub(super) target: TableIdx,
}

/// What is read at the end of the walk.
#[derive(Debug, Clone)]
pub(super) enum PathEnd {
    Column(ColumnEnd),
    /// `@class.x`.
    Class(Class),
    /// `@role`.
    Role,
    /// `@origin`, `@action`, `@instance`, `@table`, without the `@`.
    Trait(TableIdx, Box<str>),
    /// `@brought_back`, `@object_deleted`.
    InSet(TableIdx, SetFact),
}

/// Where a walk ended.
pub(super) enum WalkEnd<'a> {
    Row(RowId),
    /// A reference was empty, or its row surely does not exist. Every field is then
    /// empty, as in the platform's outer join.
    Nowhere,
    /// The row is not there, but this is what the reference displays.
    Display(&'a str),
}

const EMPTY: Cell<'static> = Cell { present: true, value: "", display: None };

impl BoundPath {
    /// The name as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reference with which a walk to a column begins, if it is a single column. All
    /// rows that refer to the same row give the same answer, so it is remembered.
    pub(super) fn walk_start(&self) -> Option<WalkStart> {
        let first = self.hops.first().filter(|_| matches!(self.end, PathEnd::Column(_)))?;
        match first.columns.list[..] {
            [column] => Some(WalkStart { table: first.columns.table, column, target: first.target }),
            _ => None,
        }
    }

    /// The column, if the field is one column of the row itself; `None` for aliases and
    /// walks.
    pub(super) fn single_column(&self) -> Option<(TableIdx, ColumnIdx)> {
        match &self.end {
            PathEnd::Column(end) if self.hops.is_empty() => match end.columns.list[..] {
                [column] => Some((end.columns.table, column)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it needs only the row itself.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.hops.is_empty() && matches!(self.end, PathEnd::Column(_) | PathEnd::Trait(..))
    }

    /// The column at the end, or the first one of an alias; `None` for computed fields.
    #[must_use]
    pub fn column(&self) -> Option<(TableIdx, ColumnIdx)> {
        match &self.end {
            PathEnd::Column(end) => end.columns.list.first().map(|column| (end.columns.table, *column)),
            _ => None,
        }
    }

    /// The table that the reference at the end points to, where that is known.
    pub(super) fn target_table(&self) -> Option<&str> {
        match &self.end {
            PathEnd::Column(end) => end.reference.as_deref(),
            _ => None,
        }
    }

    /// The table in which it ends; `None` where that is a class or a role.
    pub(super) fn end_table(&self) -> Option<TableIdx> {
        match &self.end {
            PathEnd::Column(end) => Some(end.columns.table),
            PathEnd::Trait(table, _) | PathEnd::InSet(table, _) => Some(*table),
            PathEnd::Class(_) | PathEnd::Role => None,
        }
    }

    /// The columns of the row itself that are read.
    pub fn own_columns(&self) -> impl Iterator<Item = (TableIdx, ColumnIdx)> + '_ {
        let first = match (self.hops.first(), &self.end) {
            (Some(hop), _) => Some(&hop.columns),
            (None, PathEnd::Column(end)) => Some(&end.columns),
            (None, _) => None,
        };
        first.into_iter().flat_map(|columns| columns.list.iter().map(|&column| (columns.table, column)))
    }

    /// What is missing if the row shows none of the columns at the end.
    pub(super) fn all_columns_missing(&self) -> Missing {
        match &self.end {
            PathEnd::Column(end) => end.columns.all_missing(),
            _ => Missing::none(),
        }
    }

    /// Marks every column that the walk reads; columns of the first row are kept for
    /// `own`.
    pub fn keep(&self, wanted: &mut Wanted, own: Keep) {
        let mut how_long = own;
        let mut keep = |columns: &FieldColumns| {
            columns.list.iter().for_each(|&column| wanted.keep(columns.table, column, how_long));
            how_long = Keep::Always;
        };
        self.hops.iter().for_each(|hop| keep(&hop.columns));
        if let PathEnd::Column(end) = &self.end {
            keep(&end.columns);
            if let Some((table, Some(column))) = end.target {
                wanted.keep(table, column, Keep::Always);
            }
        }
    }

    /// The class at the end of `…@class.x`.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        match self.end {
            PathEnd::Class(class) => Some(class),
            _ => None,
        }
    }

    /// The row at which the walk ends; `None` if it was not read.
    #[must_use]
    pub fn row(&self, data: &dyn Data, row: RowId) -> Option<RowId> {
        match self.walk(data, row) {
            Ok(WalkEnd::Row(row)) => Some(row),
            _ => None,
        }
    }

    /// The type of the column at the end, where the dictionary knows it.
    #[must_use]
    pub fn kind(&self) -> Option<ColumnType> {
        match &self.end {
            PathEnd::Column(end) => end.kind,
            PathEnd::Class(_) | PathEnd::InSet(..) => Some(ColumnType::Boolean),
            PathEnd::Role | PathEnd::Trait(..) => Some(ColumnType::Text),
        }
    }

    /// The stored value. A class gives `true` or `false`. `@role` has many values, so it
    /// gives an error that names nothing as missing.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub fn cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Cell<'a>, Missing> {
        if let Some(cell) = self.own_cell(data, row) {
            return Ok(cell);
        }
        self.walked_cell(data, row).or_else(|missing| {
            let shown = self.shown_as.map(|(table, column)| data.cell(table, row, column));
            shown.filter(|cell| cell.present).ok_or(missing)
        })
    }

    /// Fast path: most fields are one column of the row.
    fn own_cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<Cell<'a>> {
        let PathEnd::Column(ColumnEnd { columns, meaning: Meaning::Value, .. }) = &self.end else {
            return None;
        };
        let &[column] = columns.list.as_slice() else { return None };
        let cell = self.hops.is_empty().then(|| data.cell(columns.table, row, column))?;
        cell.present.then_some(cell)
    }

    /// The value in the row at which the walk ends.
    fn walked_cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Cell<'a>, Missing> {
        let row = match self.walk(data, row)? {
            WalkEnd::Row(row) => row,
            WalkEnd::Nowhere => return Ok(EMPTY),
            WalkEnd::Display(value) => return Ok(Cell { present: true, value, display: None }),
        };
        let value = match &self.end {
            PathEnd::Column(end) => return end.cell(data, row),
            PathEnd::Class(class) => match data.class(*class, row) {
                Truth::Yes => "true",
                Truth::No => "false",
                Truth::Unknown(missing) => return Err(missing),
            },
            PathEnd::InSet(table, fact) => match data.in_set(*table, row, *fact) {
                Truth::Yes => "true",
                Truth::No => "false",
                Truth::Unknown(missing) => return Err(missing),
            },
            PathEnd::Role => return Err(Missing::none()),
            PathEnd::Trait(table, name) => data.trait_of(*table, row, name),
        };
        Ok(Cell { present: true, value, display: None })
    }

    /// What a person would see: the display value of a reference, else the value. `None`
    /// if it is empty or the export does not show it.
    #[must_use]
    pub fn display<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<Cow<'a, str>> {
        if let PathEnd::Role = self.end {
            let Ok(WalkEnd::Row(user)) = self.walk(data, row) else { return None };
            let roles = data.all_roles(user);
            return (!roles.is_empty()).then(|| Cow::Owned(roles.join(", ")));
        }
        let Ok(cell) = self.cell(data, row) else {
            return self.displayed(data, row).map(Cow::Borrowed);
        };
        let shown = self.shown(data, cell).ok().filter(|text| !text.is_empty());
        let text = shown.unwrap_or(cell.value);
        (!text.is_empty()).then_some(Cow::Borrowed(text))
    }

    /// Whether the export lacks something that is needed to show the field: a column or
    /// row on the way, or the tables behind roles.
    #[must_use]
    pub fn is_hidden(&self, data: &dyn Data, row: RowId) -> bool {
        match (&self.end, self.walk(data, row)) {
            (_, Err(_)) => true,
            (PathEnd::Role, Ok(WalkEnd::Row(user))) => !data.roles(user, &mut |_, _| false).is_empty(),
            (PathEnd::Role, Ok(_)) => false,
            (_, Ok(_)) => self.cell(data, row).is_err(),
        }
    }

    /// The text in which `LIKE` and similar operators search: of a reference, what it
    /// displays. `cell` comes from [`Self::cell`].
    fn shown<'a>(&self, data: &'a dyn Data, cell: Cell<'a>) -> Result<&'a str, Missing> {
        let PathEnd::Column(end) = &self.end else { return Ok(cell.value) };
        match (end.kind, cell.display, end.target) {
            (Some(ColumnType::Reference), display, Some(target))
                if !cell.value.is_empty() && (display.is_none() || !end.is_of_view) =>
            {
                name_of(data, target, (cell.value, display))
            }
            // A display value beside an unknown column says that it is a reference.
            (Some(ColumnType::Reference) | None, Some(display), _) => Ok(display),
            _ => Ok(cell.value),
        }
    }

    /// The name behind a field that is, or may be, a reference: what it displays, or an
    /// empty text if the record does not exist. `cell` comes from [`Self::cell`] and is
    /// not empty.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub(super) fn called<'a>(&self, data: &'a dyn Data, cell: Cell<'a>) -> Result<&'a str, Missing> {
        match self.kind() {
            // It may be a sys_id, and the table is unknown.
            None if cell.display.is_none() && is_sys_id(cell.value) => Err(self.all_columns_missing()),
            Some(ColumnType::Reference) if self.target_table().is_none() && cell.display.is_none() => {
                Err(self.all_columns_missing())
            }
            _ => self.shown(data, cell),
        }
    }

    /// What the field displays, if the export shows that in place of the value.
    pub(super) fn displayed<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<&'a str> {
        let walked = match (self.walk(data, row), &self.end) {
            (Ok(WalkEnd::Row(row)), PathEnd::Column(end)) if end.meaning != Meaning::LeadsToField => {
                end.columns.displayed(data, row)
            }
            _ => None,
        };
        walked.or_else(|| {
            let (table, column) = self.shown_as?;
            data.cell(table, row, column).display
        })
    }

    /// The text in which `LIKE` and similar operators search.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub(super) fn searched<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<&'a str, Missing> {
        match self.cell(data, row) {
            Ok(cell) => self.shown(data, cell),
            Err(missing) => self.displayed(data, row).ok_or(missing),
        }
    }

    /// Whether the field is empty. A field that displays something is not.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub(super) fn is_empty(&self, data: &dyn Data, row: RowId) -> Result<bool, Missing> {
        match self.cell(data, row) {
            Ok(cell) => Ok(cell.value.is_empty()),
            Err(missing) => self.displayed(data, row).map(|_| false).ok_or(missing),
        }
    }

    /// Follows the references.
    pub(super) fn walk<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<WalkEnd<'a>, Missing> {
        let mut row = row;
        for (at, hop) in self.hops.iter().enumerate() {
            // Most references are one column and lead to a row that was read: then the
            // text of the reference is not needed.
            if let [column] = hop.columns.list[..] {
                match data.reference((hop.columns.table, row, column), hop.target) {
                    Reference::Row(found) => {
                        row = found;
                        continue;
                    }
                    Reference::Empty => return Ok(WalkEnd::Nowhere),
                    Reference::Absent | Reference::Lost => {}
                }
            }
            let reference = match hop.columns.first(data, row) {
                Ok(reference) => reference,
                Err(missing) => {
                    let is_last = self.is_display && at + 1 == self.hops.len();
                    let display = hop.columns.displayed(data, row).filter(|_| is_last);
                    return display.map(WalkEnd::Display).ok_or(missing);
                }
            };
            if reference.value.is_empty() {
                return Ok(WalkEnd::Nowhere);
            }
            if let Some(found) = data.by_sys_id(hop.target, reference.value) {
                row = found;
                continue;
            }
            // A displayed or well-known name counts even if the table is declared
            // complete.
            let is_last = self.is_display && at + 1 == self.hops.len();
            let shown = (reference.value, reference.display);
            if let Some(name) = name_by_reference(data, hop.target, shown).filter(|_| is_last) {
                return Ok(WalkEnd::Display(name));
            }
            let is_displayed = |column: &ColumnIdx| {
                let place = (hop.columns.table, row, *column);
                data.displays_referred(place) && data.cell(place.0, row, *column).value == reference.value
            };
            if hop.columns.list.iter().any(is_displayed) {
                // The row existed when the reference was exported.
                return Err(Missing::table(hop.target));
            }
            return without_referred(data, hop.target, reference.value).map_or(Ok(WalkEnd::Nowhere), Err);
        }
        Ok(WalkEnd::Row(row))
    }
}
