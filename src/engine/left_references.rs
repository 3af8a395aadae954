//! References that are left to records which are not there although their table is
//! whole: whoever deletes a record does not delete what refers to it.

use std::collections::BTreeSet;

use super::instance::Instance;
use super::interner::TextId;
use crate::query::{Data as _, is_view};
use crate::record::{ColumnIdx, TableIdx, is_sys_id};

/// Table and `sys_id`, in lower case.
pub type Identities = BTreeSet<(String, String)>;

/// References to records that are not there.
#[derive(Debug, Default)]
pub struct LeftReferences {
    /// What they refer to.
    pub missing: Identities,
    /// The records that refer to it.
    pub holders: Identities,
}

impl Instance<'_> {
    /// The references to records of whole tables that hold no such record, whether they
    /// display it or not. Only columns that rules ask for are known.
    #[must_use]
    pub fn left_references(&self) -> LeftReferences {
        let mut left = LeftReferences::default();
        let tables = (0..).map(TableIdx).zip(self.wanted.tables());
        let whole = tables.filter(|(table, names)| self.is_whole(*table) && !is_view(&names.name));
        for (target, names) in whole {
            let mut here = None;
            for (table, column) in self.references_to(&names.name) {
                let here = here.get_or_insert_with(|| self.sys_ids(target));
                let facts = self.table(table);
                for row in facts.live() {
                    let value = self.facts.fold(facts.pair(row, column).value);
                    let text = self.facts.texts.text(value);
                    if here.get(value.index()).copied().unwrap_or(false) || !is_sys_id(text) {
                        continue;
                    }
                    left.missing.insert((names.name.to_string(), text.to_ascii_lowercase()));
                    let own = facts.pair(row, ColumnIdx::SYS_ID).value;
                    if own.0 > TextId::EMPTY.0 {
                        let own = self.facts.texts.text(own).to_ascii_lowercase();
                        left.holders.insert((self.wanted.table(table).name.to_string(), own));
                    }
                }
            }
        }
        left
    }

    /// The `sys_id`s of the records that have these natural keys: each with its table
    /// and key.
    #[must_use]
    pub fn identities_of(&self, wanted: &BTreeSet<(String, String)>) -> Vec<((String, String), String)> {
        let mut found = Vec::new();
        for (index, names) in (0..).map(TableIdx).zip(self.wanted.tables()) {
            if !wanted.iter().any(|(table, _)| **table == *names.name) {
                continue;
            }
            let facts = self.table(index);
            for row in self.live_rows(index) {
                let pair = (names.name.to_string(), self.key(index, row));
                if wanted.contains(&pair) {
                    let own = self.facts.texts.text(facts.pair(row, ColumnIdx::SYS_ID).value);
                    found.push((pair, own.to_ascii_lowercase()));
                }
            }
        }
        found
    }
}
