//! Records as one update set shows them: what it brings itself comes first, and
//! its lists hold nothing else.

mod acls;

use super::contents::Instance;
use super::pass_on::pass_on;
use crate::facts::{SetNo, TextId};
use crate::query::{Data, RowId, SetFact, Truth};
use crate::record::{Action, ColumnIdx, TableIdx};

use acls::acl_answer;

pub(crate) use acls::settle_acls;

/// The records of an instance, seen from one of its update sets.
pub(crate) struct SetView<'i> {
    instance: &'i Instance<'i>,
    /// The instance, perhaps with columns that it does not keep.
    data: &'i dyn Data,
    set: SetNo,
}

impl<'i> SetView<'i> {
    pub(crate) fn new(instance: &'i Instance<'i>, data: &'i dyn Data, set: SetNo) -> Self {
        Self { instance, data, set }
    }

    fn rows(&self, table: TableIdx, column: ColumnIdx, value: TextId) -> &'i [RowId] {
        self.instance.sets.with_text(&self.instance.facts, (table, column), self.set, value)
    }

    fn is_deleted(&self, table: TableIdx, row: RowId) -> bool {
        self.instance.table(table).row(row).is_some_and(|row| row.action == Action::Delete)
    }
}

impl Data for SetView<'_> {
    pass_on!(data: wanted cell is_disputed holds_no_row is_whole doubt class roles all_roles test trait_of);

    /// What the set itself deletes is still known by what it was.
    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId> {
        let own = match self.instance.facts.find(sys_id) {
            Some(id) => self.rows(table, ColumnIdx::SYS_ID, id),
            None => &[],
        };
        own.first().copied().or_else(|| self.data.by_sys_id(table, sys_id))
    }

    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId> {
        let id = self.instance.facts.find(value);
        id.map(|id| self.rows(table, column, id).to_vec()).unwrap_or_default()
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        !self.rows(table, column, TextId::ABSENT).is_empty()
    }

    /// A set shows all that it brings.
    fn lists_all(&self, _table: TableIdx) -> bool {
        self.instance.sets.get(self.set).is_some_and(|set| !set.is_torn)
    }

    fn is_gone(&self, table: TableIdx, row: RowId) -> bool {
        self.is_deleted(table, row)
    }

    fn in_set(&self, table: TableIdx, row: RowId, fact: SetFact) -> Truth {
        acl_answer(self.instance, table, row, fact)
    }
}

/// What names a row that a set brings to a person, as the set shows it.
pub(crate) fn key_by_set(instance: &Instance<'_>, set: SetNo, table: TableIdx, row: RowId) -> String {
    instance.key_by(&SetView::new(instance, instance, set), table, row)
}

/// Whether no other row that the set brings has that key; case does not count.
pub(crate) fn key_is_unique_in_set(instance: &Instance<'_>, set: SetNo, table: TableIdx, key: &str) -> bool {
    let keys = instance.sets.net(table).iter().filter_map(|&row| {
        let set = instance.sets.set_of(table, row)?;
        Some((set, key_by_set(instance, set, table, row)))
    });
    instance.sets.key_count(table, (set, key), keys) < 2
}
