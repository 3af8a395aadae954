//! A field name tied to columns: walking it from a row to a value.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::columns::{ColumnEnd, Columns, Meaning};
use super::data::{Cell, Class, Data, Missing, Reference, RowId, SetFact, Truth, WalkStart};
use super::naming::{name_by_reference, name_of, without_referred};
use crate::record::schema::ColumnType;
use crate::record::{ColumnIdx, Keep, TableIdx, Wanted, is_sys_id};

/// A field name, such as `user.manager.name`, whose columns a reader will keep.
#[derive(Debug, Clone)]
pub struct BoundPath {
    pub(super) text: Box<str>,
    /// References to follow, in order.
    pub(super) hops: SmallVec<[Hop; 1]>,
    pub(super) end: End,
    /// Whether the end is what the last reference displays, so that its row need
    /// not be there.
    pub(super) is_display: bool,
    /// The column of the row itself in which an export that is no XML may show
    /// what the whole walk leads to, under the walk as its name.
    pub(super) shown_as: Option<(TableIdx, ColumnIdx)>,
}

/// One reference to follow.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) columns: Columns,
    pub(super) target: TableIdx,
}

/// What is read at the end of the walk.
#[derive(Debug, Clone)]
pub(super) enum End {
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

/// Where a walk came to.
pub(super) enum Walked<'a> {
    Row(RowId),
    /// A reference was empty, or its row is known not to exist: every field is
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

    /// The reference that a walk to a column begins with, where that is one
    /// column: whatever the end answers, rows that refer to the same one answer too.
    pub(super) fn walk_start(&self) -> Option<WalkStart> {
        let first = self.hops.first().filter(|_| matches!(self.end, End::Column(_)))?;
        match first.columns.list[..] {
            [column] => Some(WalkStart { table: first.columns.table, column, target: first.target }),
            _ => None,
        }
    }

    /// The one column that it is; `None` for an alias and whatever is walked to.
    pub(super) fn single_column(&self) -> Option<(TableIdx, ColumnIdx)> {
        match &self.end {
            End::Column(end) if self.hops.is_empty() => match end.columns.list[..] {
                [column] => Some((end.columns.table, column)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it needs only the row itself.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.hops.is_empty() && matches!(self.end, End::Column(_) | End::Trait(..))
    }

    /// The column at the end; `None` where that is computed. Of an alias, the
    /// first of its columns.
    #[must_use]
    pub fn column(&self) -> Option<(TableIdx, ColumnIdx)> {
        match &self.end {
            End::Column(end) => end.columns.list.first().map(|column| (end.columns.table, *column)),
            _ => None,
        }
    }

    /// The table that the reference at the end points to, where that is known.
    pub(super) fn target_table(&self) -> Option<&str> {
        match &self.end {
            End::Column(end) => end.reference.as_deref(),
            _ => None,
        }
    }

    /// The table in which it ends; `None` where that is a class or a role.
    pub(super) fn end_table(&self) -> Option<TableIdx> {
        match &self.end {
            End::Column(end) => Some(end.columns.table),
            End::Trait(table, _) | End::InSet(table, _) => Some(*table),
            End::Class(_) | End::Role => None,
        }
    }

    /// The columns of the row itself that are read.
    pub fn own_columns(&self) -> impl Iterator<Item = (TableIdx, ColumnIdx)> + '_ {
        let first = match (self.hops.first(), &self.end) {
            (Some(hop), _) => Some(&hop.columns),
            (None, End::Column(end)) => Some(&end.columns),
            (None, _) => None,
        };
        first.into_iter().flat_map(|columns| columns.list.iter().map(|&column| (columns.table, column)))
    }

    /// What is missing of a row where no column at the end is there.
    pub(super) fn all_columns_missing(&self) -> Missing {
        match &self.end {
            End::Column(end) => end.columns.all_missing(),
            _ => Missing::none(),
        }
    }

    /// Has every column kept that a walk reads, those of the row itself so long.
    pub fn keep(&self, wanted: &mut Wanted, own: Keep) {
        let mut how_long = own;
        let mut keep = |columns: &Columns| {
            columns.list.iter().for_each(|&column| wanted.keep(columns.table, column, how_long));
            how_long = Keep::Always;
        };
        self.hops.iter().for_each(|hop| keep(&hop.columns));
        if let End::Column(end) = &self.end {
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
            End::Class(class) => Some(class),
            _ => None,
        }
    }

    /// The row that the walk comes to; `None` where it is not there.
    #[must_use]
    pub fn row(&self, data: &dyn Data, row: RowId) -> Option<RowId> {
        match self.walk(data, row) {
            Ok(Walked::Row(row)) => Some(row),
            _ => None,
        }
    }

    /// The type of the column at the end, where the dictionary knows it.
    #[must_use]
    pub fn kind(&self) -> Option<ColumnType> {
        match &self.end {
            End::Column(end) => end.kind,
            End::Class(_) | End::InSet(..) => Some(ColumnType::Boolean),
            End::Role | End::Trait(..) => Some(ColumnType::Text),
        }
    }

    /// The stored value. A class gives `true` or `false`; `@role`, which has many
    /// values, gives none and says that nothing is missing.
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

    /// The cell of a field that is one column of the row, as most are, if it is
    /// there.
    fn own_cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<Cell<'a>> {
        let End::Column(ColumnEnd { columns, meaning: Meaning::Value, .. }) = &self.end else { return None };
        let &[column] = columns.list.as_slice() else { return None };
        let cell = self.hops.is_empty().then(|| data.cell(columns.table, row, column))?;
        cell.present.then_some(cell)
    }

    /// The value in the row that the walk comes to.
    fn walked_cell<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Cell<'a>, Missing> {
        let row = match self.walk(data, row)? {
            Walked::Row(row) => row,
            Walked::Nowhere => return Ok(EMPTY),
            Walked::Display(value) => return Ok(Cell { present: true, value, display: None }),
        };
        let value = match &self.end {
            End::Column(end) => return end.cell(data, row),
            End::Class(class) => match data.class(*class, row) {
                Truth::Yes => "true",
                Truth::No => "false",
                Truth::Unknown(missing) => return Err(missing),
            },
            End::InSet(table, fact) => match data.in_set(*table, row, *fact) {
                Truth::Yes => "true",
                Truth::No => "false",
                Truth::Unknown(missing) => return Err(missing),
            },
            End::Role => return Err(Missing::none()),
            End::Trait(table, name) => data.trait_of(*table, row, name),
        };
        Ok(Cell { present: true, value, display: None })
    }

    /// What a person would see: the display value of a reference where there is
    /// one, else the value; `None` where it is empty or not shown by the export.
    #[must_use]
    pub fn display<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<Cow<'a, str>> {
        if let End::Role = self.end {
            let Ok(Walked::Row(user)) = self.walk(data, row) else { return None };
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

    /// Whether the export leaves open what a person would see: a column on the way
    /// was not exported, or a row that it leads to, or what roles come from.
    #[must_use]
    pub fn is_hidden(&self, data: &dyn Data, row: RowId) -> bool {
        match (&self.end, self.walk(data, row)) {
            (_, Err(_)) => true,
            (End::Role, Ok(Walked::Row(user))) => !data.roles(user, &mut |_, _| false).is_empty(),
            (End::Role, Ok(_)) => false,
            (_, Ok(_)) => self.cell(data, row).is_err(),
        }
    }

    /// The text that `LIKE` and its kin look in: of a reference, what it displays.
    /// `cell` is what [`Self::cell`] gave.
    fn shown<'a>(&self, data: &'a dyn Data, cell: Cell<'a>) -> Result<&'a str, Missing> {
        let End::Column(end) = &self.end else { return Ok(cell.value) };
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

    /// What a filled field is called, if it is a reference or may be one: what it
    /// displays, or nothing where the record that it leads to does not exist.
    /// `cell` is what [`Self::cell`] gave.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub(super) fn called<'a>(&self, data: &'a dyn Data, cell: Cell<'a>) -> Result<&'a str, Missing> {
        match self.kind() {
            // It may be a sys_id of nobody knows which table.
            None if cell.display.is_none() && is_sys_id(cell.value) => Err(self.all_columns_missing()),
            Some(ColumnType::Reference) if self.target_table().is_none() && cell.display.is_none() => {
                Err(self.all_columns_missing())
            }
            _ => self.shown(data, cell),
        }
    }

    /// What a column displays whose value the export does not show.
    pub(super) fn displayed<'a>(&self, data: &'a dyn Data, row: RowId) -> Option<&'a str> {
        let walked = match (self.walk(data, row), &self.end) {
            (Ok(Walked::Row(row)), End::Column(end)) if end.meaning != Meaning::LeadsToField => {
                end.columns.displayed(data, row)
            }
            _ => None,
        };
        walked.or_else(|| {
            let (table, column) = self.shown_as?;
            data.cell(table, row, column).display
        })
    }

    /// The text that `LIKE` and its kin look in.
    ///
    /// # Errors
    /// What is missing, where the export does not show it.
    pub(super) fn searched<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<&'a str, Missing> {
        match self.cell(data, row) {
            Ok(cell) => self.shown(data, cell),
            Err(missing) => self.displayed(data, row).ok_or(missing),
        }
    }

    /// Whether nothing stands in the field. What displays something is not empty.
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
    pub(super) fn walk<'a>(&self, data: &'a dyn Data, row: RowId) -> Result<Walked<'a>, Missing> {
        let mut row = row;
        for (at, hop) in self.hops.iter().enumerate() {
            // Most references are one column and lead somewhere, and then nobody
            // has to look at its text.
            if let [column] = hop.columns.list[..] {
                match data.reference((hop.columns.table, row, column), hop.target) {
                    Reference::Row(found) => {
                        row = found;
                        continue;
                    }
                    Reference::Empty => return Ok(Walked::Nowhere),
                    Reference::Absent | Reference::Lost => {}
                }
            }
            let reference = match hop.columns.first(data, row) {
                Ok(reference) => reference,
                Err(missing) => {
                    let is_last = self.is_display && at + 1 == self.hops.len();
                    let display = hop.columns.displayed(data, row).filter(|_| is_last);
                    return display.map(Walked::Display).ok_or(missing);
                }
            };
            if reference.value.is_empty() {
                return Ok(Walked::Nowhere);
            }
            if let Some(found) = data.by_sys_id(hop.target, reference.value) {
                row = found;
                continue;
            }
            // A name that is shown, or that the sys_id has everywhere, stands whatever is
            // declared of the table.
            let is_last = self.is_display && at + 1 == self.hops.len();
            let shown = (reference.value, reference.display);
            if let Some(name) = name_by_reference(data, hop.target, shown).filter(|_| is_last) {
                return Ok(Walked::Display(name));
            }
            let is_displayed = |column: &ColumnIdx| {
                let place = (hop.columns.table, row, *column);
                data.displays_referred(place) && data.cell(place.0, row, *column).value == reference.value
            };
            if hop.columns.list.iter().any(is_displayed) {
                // It was there.
                return Err(Missing::table(hop.target));
            }
            return without_referred(data, hop.target, reference.value).map_or(Ok(Walked::Nowhere), Err);
        }
        Ok(Walked::Row(row))
    }
}
