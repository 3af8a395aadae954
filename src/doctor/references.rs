//! References that lead to no row.

use std::collections::{BTreeMap, HashSet};

use foldhash::quality::RandomState;

use super::look::reference_of;
use super::seen::{Id, Seen};
use super::sign::{Sign, SignKind};
use crate::record::TableIdx;
use crate::rule::Pack;

/// How many references lead to a table that stands in the files, and how many of
/// them to a row that does not.
#[derive(Debug, Default)]
pub(super) struct Led {
    /// Name of the table.
    pub(super) table: String,
    pub(super) all: u64,
    pub(super) lost: u64,
    /// Of each column, `TABLE.COLUMN`, how many are lost.
    by_column: BTreeMap<String, u64>,
    /// The files it stands in.
    sources: Vec<u32>,
    /// The tables whose rows refer to it, itself left out.
    pub(super) from: Vec<String>,
}

/// Counts the references to each table that stands in files as a table.
pub(super) fn count(seen: &Seen, pack: &Pack) -> BTreeMap<TableIdx, Led> {
    let mut led = BTreeMap::new();
    for target in seen.tables() {
        let table = pack.wanted.table(target).name.to_string();
        let sources = seen.holders(target).map(|(source, _)| source).collect();
        let mut counts = Led { table, sources, ..Led::default() };
        let mut ids: Option<HashSet<Id, RandomState>> = None;
        for ((table, _), rows) in &seen.rows {
            let wanted = pack.wanted.table(*table);
            for (column, references) in &rows.references {
                let column = pack.wanted.column_name(*table, *column);
                if reference_of(&wanted.name, column, &pack.wanted) != Some(target) {
                    continue;
                }
                let ids = ids.get_or_insert_with(|| ids_of(seen, target));
                let all: u64 = references.values().map(|count| u64::from(*count)).sum();
                let is_lost = |(id, count): (&Id, &u32)| if ids.contains(id) { 0 } else { u64::from(*count) };
                let lost: u64 = references.iter().map(is_lost).sum();
                counts.all += all;
                counts.lost += lost;
                if lost > 0 {
                    *counts.by_column.entry(format!("{}.{column}", wanted.name)).or_default() += lost;
                }
                if *table != target && !counts.from.iter().any(|name| **name == *wanted.name) {
                    counts.from.push(wanted.name.to_string());
                }
            }
        }
        led.insert(target, counts);
    }
    led
}

/// The rows of a table, in whatever form of export they stand.
fn ids_of(seen: &Seen, table: TableIdx) -> HashSet<Id, RandomState> {
    let rows = seen.holders(table).flat_map(|(_, rows)| rows.versions()).map(|version| version.id);
    let carried = seen.carried.iter().filter(|carried| carried.table == table);
    rows.chain(carried.map(|carried| carried.version.id)).collect()
}

/// The signs of references that lead nowhere. Of a table that is known to lack
/// rows they would say nothing new.
pub(super) fn signs(led: &BTreeMap<TableIdx, Led>, others: &[Sign]) -> Vec<Sign> {
    let lacks_rows = |sign: &Sign| {
        matches!(sign.kind, SignKind::ExportCap | SignKind::PartGap | SignKind::Filtered | SignKind::Cut)
    };
    let is_explained = |led: &Led| {
        others.iter().any(|sign| {
            lacks_rows(sign)
                && (sign.table.as_deref() == Some(&led.table)
                    || sign.source.is_some_and(|source| led.sources.contains(&source)))
        })
    };
    let lost = led.values().filter(|led| led.lost > 0 && !is_explained(led));
    let sign = |led: &Led| {
        let columns: Vec<_> =
            led.by_column.iter().map(|(column, lost)| format!("{lost} of {column}")).collect();
        let message = format!(
            "{} of {} references to {} lead to no row that is here ({}): rows were left out, or are gone from \
             the instance",
            led.lost,
            led.all,
            led.table,
            columns.join(", ")
        );
        Sign { kind: SignKind::DanglingReference, table: Some(led.table.clone()), source: None, message }
    };
    lost.map(sign).collect()
}
