//! An instance as the folder of one app shows it: what lies elsewhere is no part of
//! the app's records, so that nothing outside excuses what is in the repository.

use super::contents::Instance;
use super::pass_on::pass_on;
use crate::facts::{FolderIdx, TextId};
use crate::query::{Data, RowId};
use crate::record::{ColumnIdx, TableIdx, Wanted};

/// The records of an instance, of which only those in a folder count as parts.
pub(crate) struct InFolder<'i> {
    pub(crate) instance: &'i Instance<'i>,
    pub(crate) folder: FolderIdx,
}

impl Data for InFolder<'_> {
    pass_on!(instance: displays_referred holds_parts cell by_sys_id by_value reference is_disputed without_column holds_no_row is_whole class repeat doubt roles all_roles test walked trait_of);

    fn wanted(&self) -> &Wanted {
        self.instance.wanted
    }

    fn counts_as_part(&self, table: TableIdx, row: RowId) -> bool {
        self.instance.apps.holds(&self.instance.facts, self.folder, (table, row))
    }

    fn parts_without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.instance.table(table);
        let lacks = |row: &RowId| facts.pair(*row, column).value == TextId::ABSENT;
        self.instance.without_column(table, column)
            && facts.live().any(|row| lacks(&row) && self.counts_as_part(table, row))
    }
}
