//! The rows of update sets by what stands in a column.

use std::sync::OnceLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::super::interner::TextId;
use super::SetNo;
use crate::query::RowId;
use crate::record::{ColumnIdx, WantedTable};

/// A set, and a value that a row of it has.
type Key = (SetNo, TextId);

/// For each column of a table, the rows with each value, made when somebody asks.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<OnceLock<HashMap<Key, Vec<RowId>, FixedState>>>);

impl Lists {
    pub(super) fn new(table: &WantedTable) -> Self {
        Self(table.columns.iter().map(|_| OnceLock::new()).collect())
    }

    /// The rows with a value; `pairs` gives all of them.
    pub(super) fn of(&self, column: ColumnIdx, key: Key, pairs: impl Fn() -> Vec<(Key, RowId)>) -> &[RowId] {
        let Some(list) = self.0.get(column.index()) else { return &[] };
        let list = list.get_or_init(|| {
            let mut list: HashMap<Key, Vec<RowId>, FixedState> = HashMap::default();
            for (key, row) in pairs() {
                list.entry(key).or_default().push(row);
            }
            list
        });
        list.get(&key).map_or(&[], Vec::as_slice)
    }
}
