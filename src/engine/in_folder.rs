//! An instance as the folder of one app shows it: what lies elsewhere is no part of
//! the app's records, so that nothing outside excuses what is in the repository.

use super::apps::FolderIdx;
use super::instance::Instance;
use super::interner::TextId;
use crate::query::{
    Cell, CellPlace, Class, Data, Missing, Reference, Repeat, RowId, TestIdx, Truth, WalkIdx,
};
use crate::record::{ColumnIdx, PartOf, TableIdx, Wanted};

/// The records of an instance, of which only those in a folder count as parts.
pub(super) struct InFolder<'i> {
    pub(super) instance: &'i Instance<'i>,
    pub(super) folder: FolderIdx,
}

impl Data for InFolder<'_> {
    fn wanted(&self) -> &Wanted {
        self.instance.wanted
    }

    fn counts_as_part(&self, table: TableIdx, row: RowId) -> bool {
        self.instance.lies_in(self.folder, table, row)
    }

    fn parts_without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.instance.table(table);
        let lacks = |row: &RowId| facts.pair(*row, column).value == TextId::ABSENT;
        self.instance.without_column(table, column)
            && facts.live().any(|row| lacks(&row) && self.counts_as_part(table, row))
    }

    fn holds_parts(&self, parts: TableIdx, of: (TableIdx, RowId), part: PartOf) -> bool {
        self.instance.holds_parts(parts, of, part)
    }

    fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        self.instance.cell(table, row, column)
    }

    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId> {
        self.instance.by_sys_id(table, sys_id)
    }

    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId> {
        self.instance.by_value(table, column, value)
    }

    fn reference(&self, place: CellPlace, target: TableIdx) -> Reference {
        self.instance.reference(place, target)
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        self.instance.without_column(table, column)
    }

    fn holds_no_row(&self, table: TableIdx) -> bool {
        self.instance.holds_no_row(table)
    }

    fn is_whole(&self, table: TableIdx) -> bool {
        self.instance.is_whole(table)
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        self.instance.class(class, row)
    }

    fn repeat(&self, table: TableIdx, row: RowId) -> Repeat {
        self.instance.repeat(table, row)
    }

    fn doubt(&self, table: TableIdx, row: RowId) -> Missing {
        self.instance.doubt(table, row)
    }

    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        self.instance.roles(user, take)
    }

    fn all_roles(&self, user: RowId) -> Vec<&str> {
        self.instance.all_roles(user)
    }

    fn test(&self, row: RowId, test: TestIdx) -> Option<Truth> {
        self.instance.test(row, test)
    }

    fn walked(&self, row: RowId, walk: WalkIdx) -> Option<Truth> {
        self.instance.walked(row, walk)
    }

    fn trait_of(&self, table: TableIdx, row: RowId, name: &str) -> &str {
        self.instance.trait_of(table, row, name)
    }
}
