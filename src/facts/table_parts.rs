//! How the rows of a table stand in the files that hold it, to tell which file goes on
//! where another one ends.

use std::collections::{BTreeMap, HashSet};

use hashbrown::HashMap;

use super::interner::TextId;
use super::scan_facts::Facts;
use super::table_facts::{Row, TableFacts};
use crate::query::RowId;
use crate::record::{ColumnIdx, Origin, TableIdx};

/// The rows of a table in one file.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The folded `sys_id` of the first row, and of the last one.
    first: TextId,
    last: TextId,
    /// Whether each row has a `sys_id`, which is behind that of the row before.
    is_sorted: bool,
}

/// The files that hold a table.
pub(crate) struct TableParts<'f> {
    facts: &'f Facts,
    by_source: BTreeMap<u32, Part>,
    /// The files that begin with a row.
    by_first: HashMap<TextId, Vec<u32>>,
}

impl<'f> TableParts<'f> {
    /// Looks at each row once.
    pub(crate) fn of(facts: &'f Facts, table: TableIdx) -> Self {
        let mut parts = Self { facts, by_source: BTreeMap::new(), by_first: HashMap::new() };
        let rows = facts.table(table);
        for (row, of) in rows.every().filter(|(_, row)| row.origin == Origin::Table) {
            let id = facts.fold(rows.pair(row, ColumnIdx::SYS_ID).value);
            let has_id = id.0 > TextId::EMPTY.0;
            if let Some(part) = parts.by_source.get_mut(&of.source) {
                part.is_sorted &= has_id && facts.texts.text(part.last) < facts.texts.text(id);
                part.last = id;
            } else {
                parts.by_source.insert(of.source, Part { first: id, last: id, is_sorted: has_id });
                parts.by_first.entry(id).or_default().push(of.source);
            }
        }
        parts
    }

    /// Whether another file begins with the row at which a file ends, which is how a
    /// table is exported in parts. That row alone says that nothing is behind it.
    pub(crate) fn is_gone_on_from(&self, source: u32) -> bool {
        let Some(part) = self.by_source.get(&source).filter(|part| part.is_sorted) else { return false };
        let next = self.by_first.get(&part.last).map_or(&[][..], Vec::as_slice);
        next.iter().any(|next| *next != source && self.by_source.get(next).is_some_and(|next| next.is_sorted))
    }

    /// Whether the rows of a file may come behind those of another, if its name says
    /// that it is the next part. The order of `sys_id`s speaks against it.
    pub(crate) fn may_be_behind(&self, source: u32, next: u32) -> bool {
        let (Some(part), Some(next)) = (self.by_source.get(&source), self.by_source.get(&next)) else {
            return false;
        };
        let text = |id| self.facts.texts.text(id);
        !part.is_sorted || !next.is_sorted || text(next.first) >= text(part.last)
    }
}

/// The `sys_id`s of some rows.
pub(crate) fn ids_of(facts: &TableFacts, is_meant: impl Fn(&Row) -> bool) -> HashSet<TextId> {
    let meant = facts.every().filter(|(_, row)| is_meant(row));
    let ids = meant.map(|(row, _)| facts.pair(row, ColumnIdx::SYS_ID).value);
    ids.filter(|id| id.0 > TextId::EMPTY.0).collect()
}

/// How many records two files both hold: by the `sys_id`, and where neither shows one
/// by these columns.
pub(crate) fn shared(facts: &Facts, table: TableIdx, files: [u32; 2], key: &[ColumnIdx]) -> usize {
    let rows = facts.table(table);
    let ids = files.map(|source| ids_of(rows, |row| row.source == source));
    if ids.iter().any(|ids| !ids.is_empty()) || key.is_empty() {
        return ids[0].intersection(&ids[1]).count();
    }
    let value = |row: RowId, column: &ColumnIdx| {
        let pair = rows.pair(row, *column);
        facts.fold(if pair.value == TextId::ABSENT { pair.display } else { pair.value })
    };
    let keys = files.map(|source| {
        let of_file = rows.every().filter(|(_, row)| row.source == source);
        let keys = of_file.map(|(row, _)| key.iter().map(|column| value(row, column)).collect::<Vec<_>>());
        keys.filter(|key| key.iter().all(|part| part.0 > TextId::EMPTY.0)).collect::<HashSet<_>>()
    });
    keys[0].intersection(&keys[1]).count()
}
