//! The rows that say the same as a row, or something older of its record.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::interner::TextId;
use super::scan_facts::Facts;
use super::table_facts::RowStanding;
use crate::query::RowId;
use crate::record::{ColumnIdx, TableIdx};

/// Copies and older versions of records, found when somebody asks for those of a table.
#[derive(Debug)]
pub(crate) struct OtherVersions {
    /// For each table, the copies of each record.
    copies: Vec<OnceLock<HashMap<RowId, Vec<RowId>>>>,
    /// For each table, older versions by the sys_id of the record.
    older: Vec<OnceLock<HashMap<TextId, Vec<RowId>>>>,
}

impl OtherVersions {
    pub(crate) fn new(tables: usize) -> Self {
        Self {
            copies: (0..tables).map(|_| OnceLock::new()).collect(),
            older: (0..tables).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The same version of a record in other places.
    pub(crate) fn copies_of(&self, facts: &Facts, table: TableIdx, row: RowId) -> &[RowId] {
        let copies = self.copies[table.index()].get_or_init(|| {
            let mut copies: HashMap<RowId, Vec<RowId>> = HashMap::new();
            for (at, row) in (0..).map(RowId).zip(&*facts.table(table).rows) {
                if let RowStanding::Copy(of) = row.standing {
                    copies.entry(of).or_default().push(at);
                }
            }
            copies
        });
        copies.get(&row).map_or(&[], Vec::as_slice)
    }

    /// The older versions of a record, which it overwrites, in scan order.
    pub(crate) fn older_than(&self, facts: &Facts, table: TableIdx, row: RowId) -> &[RowId] {
        let rows = facts.table(table);
        let sys_id = |row| facts.fold(rows.pair(row, ColumnIdx::SYS_ID).value);
        let older = self.older[table.index()].get_or_init(|| {
            let mut older: HashMap<TextId, Vec<RowId>> = HashMap::new();
            for (at, row) in (0..).map(RowId).zip(&*rows.rows) {
                if row.standing == RowStanding::Superseded {
                    older.entry(sys_id(at)).or_default().push(at);
                }
            }
            older
        });
        older.get(&sys_id(row)).map_or(&[], Vec::as_slice)
    }
}
