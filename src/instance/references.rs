//! References to records which are not there although their table is whole: whoever
//! deletes a record does not delete what refers to it.

use std::collections::BTreeSet;

use super::contents::Instance;
use crate::facts::{Doubted, TextId};
use crate::query::Data as _;
use crate::record::is_view;
use crate::record::schema::{self, ColumnType};
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

/// The references to records of whole tables that hold no such record, whether they
/// display it or not. Only columns that rules ask for are known.
#[must_use]
pub fn left_references(instance: &Instance<'_>) -> LeftReferences {
    let mut left = LeftReferences::default();
    let tables = (0..).map(TableIdx).zip(instance.wanted.tables());
    let whole = tables.filter(|(table, names)| instance.is_whole(*table) && !is_view(&names.name));
    for (target, names) in whole {
        let mut here = None;
        for (table, column) in references_to(instance, &names.name) {
            let here = here.get_or_insert_with(|| sys_ids(instance, target));
            let facts = instance.table(table);
            for row in facts.live() {
                let value = instance.facts.fold(facts.pair(row, column).value);
                let text = instance.facts.texts.text(value);
                if here.get(value.index()).copied().unwrap_or(false) || !is_sys_id(text) {
                    continue;
                }
                left.missing.insert((names.name.to_string(), text.to_ascii_lowercase()));
                let own = facts.pair(row, ColumnIdx::SYS_ID).value;
                if own.0 > TextId::EMPTY.0 {
                    let own = instance.facts.texts.text(own).to_ascii_lowercase();
                    left.holders.insert((instance.wanted.table(table).name.to_string(), own));
                }
            }
        }
    }
    left
}

/// The `sys_id`s of the records that have these natural keys: each with its table
/// and key.
#[must_use]
pub fn identities_of(instance: &Instance<'_>, wanted: &Identities) -> Vec<((String, String), String)> {
    let mut found = Vec::new();
    for (index, names) in (0..).map(TableIdx).zip(instance.wanted.tables()) {
        if !wanted.iter().any(|(table, _)| **table == *names.name) {
            continue;
        }
        let facts = instance.table(index);
        for row in instance.live_rows(index) {
            let pair = (names.name.to_string(), instance.key(index, row));
            if wanted.contains(&pair) {
                let own = instance.facts.texts.text(facts.pair(row, ColumnIdx::SYS_ID).value);
                found.push((pair, own.to_ascii_lowercase()));
            }
        }
    }
    found
}

/// References in exports of tables that display a record of a table which is
/// declared whole and does not hold it: it was there when they were exported.
pub(crate) fn lost_references(instance: &Instance<'_>) -> Vec<Doubted> {
    let tables = || (0..).map(TableIdx).zip(instance.wanted.tables());
    let whole = tables().filter(|(table, names)| instance.is_whole(*table) && !is_view(&names.name));
    whole.filter_map(|(target, names)| {
        let mut lost: Option<(u64, u32)> = None;
        let mut here = None;
        for (table, column) in references_to(instance, &names.name) {
            let here = here.get_or_insert_with(|| sys_ids(instance, target));
            let facts = instance.table(table);
            for row in facts.live().filter(|row| instance.displays_referred((table, *row, column))) {
                let value = instance.facts.fold(facts.pair(row, column).value);
                if !here.get(value.index()).copied().unwrap_or(false) {
                    let source = facts.row(row).map_or(0, |row| row.source);
                    lost.get_or_insert((0, source)).0 += 1;
                }
            }
        }
        let (count, source) = lost?;
        let message = format!(
            "{} of {} that {} not here although the table is declared whole: what rests on {} cannot be told",
            if count == 1 { "a reference displays a record".to_owned() } else { format!("{count} references display records") },
            names.name,
            if count == 1 { "is" } else { "are" },
            if count == 1 { "it" } else { "them" },
        );
        Some(Doubted { source, table: names.name.to_string(), message })
    })
    .collect()
}

/// The kept columns of tables that refer to a table. The domain of a row is none:
/// it may be a row of a table that extends the one in the dictionary.
pub(crate) fn references_to(instance: &Instance<'_>, target: &str) -> Vec<(TableIdx, ColumnIdx)> {
    let tables = (0..).map(TableIdx).zip(instance.wanted.tables()).filter(|(_, names)| !is_view(&names.name));
    let refers = |table: &str, column: &str| {
        schema::column(table, column).is_some_and(|known| {
            known.kind == ColumnType::Reference
                && known.reference == Some(target)
                && known.type_name != "domainid"
                && column != "sys_domain"
        })
    };
    tables
        .flat_map(|(table, names)| {
            let columns = (0..).map(ColumnIdx).zip(&names.columns);
            let columns = columns.filter(|(column, name)| {
                instance.table(table).slot(*column).is_some() && refers(&names.name, name)
            });
            columns.map(move |(column, _)| (table, column)).collect::<Vec<_>>()
        })
        .collect()
}

/// For each text, whether it is the sys_id of a row of a table.
pub(crate) fn sys_ids(instance: &Instance<'_>, table: TableIdx) -> Vec<bool> {
    let mut here = vec![false; instance.facts.texts.bound()];
    let facts = instance.table(table);
    for row in facts.live() {
        let id = instance.facts.fold(facts.pair(row, ColumnIdx::SYS_ID).value);
        if let Some(here) = here.get_mut(id.index()) {
            *here = true;
        }
    }
    here
}
