//! What a query asks of the records. The trait `Data` stands between the query language
//! and the code that holds the rows.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::record::{ColumnIdx, PartOf, TableIdx, Wanted};

/// Index of a row within its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u32);

/// Index of a class of records, such as `service_account`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(pub u16);

/// Index of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestIdx {
    /// The table whose rows answer it.
    pub table: TableIdx,
    /// Its index among those of the table.
    pub number: u16,
}

/// Index of a walk among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkIdx(pub u16);

/// A reference with which a walk begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WalkStart {
    /// Where it stands.
    pub table: TableIdx,
    /// Its column.
    pub column: ColumnIdx,
    /// The table that it refers to.
    pub target: TableIdx,
}

/// One field of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell<'a> {
    /// Whether the export shows the value of the column for this row. An empty
    /// element is present; a value of which only the display is shown is not.
    pub present: bool,
    /// The stored value, trimmed; empty for NULL.
    pub value: &'a str,
    /// The display value of a reference (attribute `display_value`, else `name`);
    /// `None` where there is none or it is empty.
    pub display: Option<&'a str>,
}

/// A column of a row of a table.
pub type CellPlace = (TableIdx, RowId, ColumnIdx);

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The column is not present.
    Absent,
    /// It refers to nothing.
    Empty,
    /// To a live row that was read.
    Row(RowId),
    /// To a row that was not read.
    Lost,
}

/// Whether a row repeats the record of another row. Files without `sys_id` may hold a
/// record twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It is the only one, or the first.
    No,
    /// It is about the record of an earlier row.
    Yes,
    /// The export does not tell.
    Unknown,
}

/// The rows that queries are asked of.
pub trait Data {
    /// The tables and columns by index.
    fn wanted(&self) -> &Wanted;

    /// A field of a row.
    fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_>;

    /// The live row with that `sys_id`.
    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId>;

    /// Whether references show different names for a row, and neither the row nor its
    /// `sys_id` says which one is right.
    fn is_disputed(&self, _table: TableIdx, _sys_id: &str) -> bool {
        false
    }

    /// The live rows whose column holds that value, ignoring case. `value` is not empty.
    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId>;

    /// Where a reference of a row leads.
    fn reference(&self, (table, row, column): CellPlace, target: TableIdx) -> Reference {
        let cell = self.cell(table, row, column);
        match cell {
            Cell { present: false, .. } => Reference::Absent,
            Cell { value: "", .. } => Reference::Empty,
            Cell { value, .. } => self.by_sys_id(target, value).map_or(Reference::Lost, Reference::Row),
        }
    }

    /// The live rows whose column holds what a column of this row does, ignoring
    /// case; `None` where that is empty or not present.
    fn related(
        &self,
        (table, row, column): CellPlace,
        other: (TableIdx, ColumnIdx),
    ) -> Option<Cow<'_, [RowId]>> {
        let value = self.cell(table, row, column).value;
        (!value.is_empty()).then(|| Cow::Owned(self.by_value(other.0, other.1, value)))
    }

    /// Whether some live row does not show the column: it could be related to anything.
    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool;

    /// As [`Self::without_column`], for rows that are parts of a record.
    fn parts_without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        self.without_column(table, column)
    }

    /// What is missing to be sure that a row counts. A row of a view may come from rows
    /// that do not show whether they are in force.
    fn doubt(&self, _table: TableIdx, _row: RowId) -> Missing {
        Missing::none()
    }

    /// Whether it is known that no live row of a table was read.
    fn holds_no_row(&self, _table: TableIdx) -> bool {
        false
    }

    /// Whether the table is known to be exported whole, so that a row which is
    /// not there does not exist.
    fn is_whole(&self, table: TableIdx) -> bool;

    /// Whether the reference displays a name, which proves that its record existed at
    /// the time of the export.
    fn displays_referred(&self, _place: CellPlace) -> bool {
        false
    }

    /// Whether all parts of a record that stand in a table were read. The parts of an
    /// app's records lie in the app's folder.
    fn holds_parts(&self, _parts: TableIdx, _of: (TableIdx, RowId), _part: PartOf) -> bool {
        false
    }

    /// Whether a row counts as a part of a record.
    fn counts_as_part(&self, _table: TableIdx, _row: RowId) -> bool {
        true
    }

    /// Whether the row repeats a record for which another row counts.
    fn repeat(&self, _table: TableIdx, _row: RowId) -> Repeat {
        Repeat::No
    }

    /// Whether all rows of the table were read that can be related to a row.
    fn lists_all(&self, table: TableIdx) -> bool {
        self.is_whole(table)
    }

    /// Whether the related row is a deletion. Lists of an update set hold deletions,
    /// behind all other rows.
    fn is_gone(&self, _table: TableIdx, _row: RowId) -> bool {
        false
    }

    /// What an update set says of a row that it brings.
    fn in_set(&self, _table: TableIdx, _row: RowId, _fact: SetFact) -> Truth {
        Truth::Unknown(Missing::none())
    }

    /// Whether the row belongs to a class: yes if the evidence is shown, `Unknown` if
    /// some evidence could not be judged and the rest is not enough.
    fn class(&self, class: Class, row: RowId) -> Truth;

    /// Calls `take` for each effective role of a `sys_user` row, in any order, until it
    /// returns true. It gets the role's name and what is missing to be sure that the
    /// user holds it. Roles that no query asks for may be left out. Returns what is
    /// missing to say that there are no other roles.
    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing;

    /// The names of all effective roles of a `sys_user` row, sorted.
    fn all_roles(&self, user: RowId) -> Vec<&str>;

    /// The answer of a row to a test, if the test was asked while the record was read.
    fn test(&self, _row: RowId, _test: TestIdx) -> Option<Truth> {
        None
    }

    /// The shared answer of all rows with the same reference to a walk, if it is
    /// remembered.
    fn walked(&self, _row: RowId, _walk: WalkIdx) -> Option<Truth> {
        None
    }

    /// `@origin`, `@action`, `@instance` or `@table` of a row; `name` has no `@`.
    fn trait_of(&self, table: TableIdx, row: RowId, name: &str) -> &str;
}

/// No row that was read has the value in the column. Says what is missing to be sure
/// that no other row has it; `None` if that is sure.
pub(super) fn without_row(data: &dyn Data, table: TableIdx, column: ColumnIdx) -> Option<Missing> {
    if !data.is_whole(table) {
        return Some(Missing::table(table));
    }
    // A row that does not show the column may hold the value.
    data.without_column(table, column).then(|| Missing::column(table, column))
}

/// What an update set may say about an access rule that it deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetFact {
    /// `@brought_back`: it brings other rules for the same object, and all of them are
    /// as narrow.
    BroughtBack,
    /// `@object_deleted`: it deletes what the rule protects.
    ObjectDeleted,
}

/// A three-valued answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// The export does not show it; what was missing.
    Unknown(Missing),
}

impl Truth {
    /// From a two-valued answer.
    #[must_use]
    pub fn from_bool(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Kleene's AND.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, rest) | (rest, Self::Yes) => rest,
            (Self::Unknown(left), Self::Unknown(right)) => Self::Unknown(left.union(right)),
        }
    }

    /// Kleene's OR.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, rest) | (rest, Self::No) => rest,
            (Self::Unknown(left), Self::Unknown(right)) => Self::Unknown(left.union(right)),
        }
    }

    /// Kleene's NOT.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// Whether the answer is yes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// One thing that an answer would have needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MissingItem {
    /// Rows of a table: it was not exported, or not known to be whole.
    Table(TableIdx),
    /// A column of a table.
    Column(TableIdx, ColumnIdx),
    /// Clear signs of a class: what there is speaks for it and against it.
    Signs(Class),
}

/// Everything that an answer would have needed, without repetition, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missing(SmallVec<[MissingItem; 2]>);

impl Missing {
    /// Nothing missing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A table's rows.
    #[must_use]
    pub fn table(table: TableIdx) -> Self {
        Self(SmallVec::from_slice(&[MissingItem::Table(table)]))
    }

    /// A column.
    #[must_use]
    pub fn column(table: TableIdx, column: ColumnIdx) -> Self {
        Self(SmallVec::from_slice(&[MissingItem::Column(table, column)]))
    }

    /// One thing.
    #[must_use]
    pub fn of(item: MissingItem) -> Self {
        Self(SmallVec::from_slice(&[item]))
    }

    /// Clear signs of a class.
    #[must_use]
    pub fn signs(class: Class) -> Self {
        Self(SmallVec::from_slice(&[MissingItem::Signs(class)]))
    }

    /// Both.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        for item in other.0 {
            if let Err(place) = self.0.binary_search(&item) {
                self.0.insert(place, item);
            }
        }
        self
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is missing, in order.
    pub fn items(&self) -> impl Iterator<Item = MissingItem> + '_ {
        self.0.iter().copied()
    }
}
