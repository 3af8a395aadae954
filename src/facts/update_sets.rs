//! What each update set brings, whatever other exports hold of the same records.
//!
//! Of several versions of a record in one set the newest recorded counts: that is
//! what the instance has when the set was committed.

mod lists;
mod members;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::sync::OnceLock;

use foldhash::quality::RandomState;

use super::ages::{Files, age_in_set, find_older, standings};
use super::interner::TextId;
use super::scan_facts::Facts;
use super::table_facts::{Brought, RowStanding, TableFacts};
use crate::query::{RowId, Truth};
use crate::record::{Action, ColumnIdx, TableIdx, Wanted};

use lists::Lists;
use members::Members;

/// Number of an update set among those that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SetNo(u32);

/// What is known of one set.
#[derive(Debug)]
pub(crate) struct UpdateSet {
    /// Its first `sys_id`, else its name; empty where nothing tells.
    pub(crate) identity: String,
    /// The first set with that identity: exports of one set are several.
    pub(crate) same_as: SetNo,
    /// Whether some of a file that holds rows of it could not be read.
    pub(crate) is_torn: bool,
}

/// The update sets that were read, and what they bring.
#[derive(Debug, Default)]
pub(crate) struct UpdateSets {
    sets: Vec<UpdateSet>,
    tables: Vec<TableSets>,
    /// Of records with several versions in a set: those that do not count, by the
    /// one that does.
    others: HashMap<(TableIdx, RowId), Vec<(RowId, RowStanding)>>,
    /// Access rules that their sets bring back, once somebody asked.
    pub(crate) brought_back: OnceLock<BroughtBack>,
}

/// For access rules of update sets, whether the set brings the rule back. Of those
/// that are not listed it does not.
pub(crate) type BroughtBack = hashbrown::HashMap<RowId, Truth, RandomState>;

/// How often sets bring each key of a table, by its hash.
type KeyCounts = HashMap<(SetNo, u64), u32>;

/// What sets bring of one table.
#[derive(Debug, Default)]
struct TableSets {
    /// The set of each row that one brings, by row.
    set_of: Vec<(RowId, SetNo)>,
    /// Rows that sets bring which the instance does not have, by row.
    proposed: Vec<RowId>,
    /// Those that count in their set.
    net: Vec<RowId>,
    lists: Lists,
    keys: OnceLock<KeyCounts>,
}

impl UpdateSets {
    /// Tells the sets apart. `torn` are the sources of which something was lost.
    pub(crate) fn new(facts: &Facts, wanted: &Wanted, torn: &BTreeSet<u32>, files: &Files<'_>) -> Self {
        let mut sets = Self::default();
        if facts.tables.iter().all(|table| table.brought.is_empty()) {
            sets.tables.resize_with(facts.tables.len(), TableSets::default);
            return sets;
        }
        let mut members = Members::new(facts, wanted);
        let mut numbers: HashMap<usize, SetNo> = HashMap::new();
        let mut roots = Vec::new();
        for (index, table) in (0_u16..).map(TableIdx).zip(&facts.tables) {
            let mut of_table = TableSets { lists: Lists::new(wanted.table(index)), ..TableSets::default() };
            for brought in &table.brought {
                let id = RowId(brought.row);
                // Every row was kept with what brought it.
                let source = table.row(id).map_or(u32::MAX, |row| row.source);
                let root = members.set_of(brought, source);
                let next = SetNo(u32::try_from(roots.len()).unwrap_or(u32::MAX));
                let set = *numbers.entry(root).or_insert(next);
                if set == next {
                    roots.push((root, false));
                }
                if let Some((_, is_torn)) = roots.get_mut(set.index()) {
                    *is_torn |= torn.contains(&source);
                }
                of_table.set_of.push((id, set));
                if !members.is_in_force(brought, source) {
                    of_table.proposed.push(id);
                }
            }
            // Of other tables nobody asks what a set brings.
            if wanted.table(index).by_set {
                sets.settle(facts, (index, table), &mut of_table, files);
            }
            sets.tables.push(of_table);
        }
        sets.describe(&roots, &members.identities());
        sets
    }

    /// Finds out which rows of a table count in their sets.
    fn settle(
        &mut self,
        facts: &Facts,
        (index, table): (TableIdx, &TableFacts),
        of_table: &mut TableSets,
        files: &Files<'_>,
    ) {
        // Nearly all records come once in a set, so only the others get a list.
        let mut first_of: HashMap<(SetNo, TextId), usize, RandomState> = HashMap::default();
        let mut groups: HashMap<(SetNo, TextId), Vec<usize>> = HashMap::new();
        for (at, &(row, set)) in of_table.set_of.iter().enumerate() {
            let sys_id = table.pair(row, ColumnIdx::SYS_ID).value;
            if sys_id.0 > TextId::EMPTY.0 {
                let key = (set, facts.fold(sys_id));
                let first = *first_of.entry(key).or_insert(at);
                if first != at {
                    groups.entry(key).or_insert_with(|| vec![first]).push(at);
                }
            }
        }
        drop(first_of);
        let mut hidden: HashSet<RowId, RandomState> = HashSet::default();
        for group in groups.into_values() {
            let brought: Vec<_> = group.iter().filter_map(|&at| table.brought.get(at)).collect();
            let rows: Vec<_> = brought.iter().map(|brought| RowId(brought.row)).collect();
            let age = |brought: &&Brought| {
                age_in_set(table, &facts.texts, RowId(brought.row), (brought.updated_on, &files.dates))
            };
            let ages: Vec<_> = brought.iter().map(age).collect();
            let marks = standings(table, &rows, &find_older(&ages), files);
            hidden.extend(marks.iter().map(|(row, _)| *row));
            // Where several stand, the first is shown with what is older.
            let first = rows.iter().find(|row| !hidden.contains(*row)).copied();
            for (row, mark) in marks {
                let shown_with = if let RowStanding::Copy(of) = mark { Some(of) } else { first };
                if let Some(counting) = shown_with {
                    self.others.entry((index, counting)).or_default().push((row, mark));
                }
            }
        }
        of_table.net =
            of_table.set_of.iter().map(|(row, _)| *row).filter(|row| !hidden.contains(row)).collect();
    }

    fn describe(&mut self, roots: &[(usize, bool)], identities: &HashMap<usize, String>) {
        let mut first: HashMap<String, SetNo> = HashMap::new();
        for (&(root, is_torn), number) in roots.iter().zip(0_u32..) {
            let identity = identities.get(&root).cloned().unwrap_or_default();
            let same_as = *first.entry(identity.to_lowercase()).or_insert(SetNo(number));
            self.sets.push(UpdateSet { identity, same_as, is_torn });
        }
    }

    /// The rows of a table that count in their sets, in scan order.
    pub(crate) fn net(&self, table: TableIdx) -> &[RowId] {
        self.tables.get(table.index()).map_or(&[], |table| &table.net)
    }

    /// The set that brings a row, if one does.
    pub(crate) fn set_of(&self, table: TableIdx, row: RowId) -> Option<SetNo> {
        let rows = &self.tables.get(table.index())?.set_of;
        let at = rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        rows.get(at).map(|(_, set)| *set)
    }

    /// Marks the rows of sets that the instance does not have, as far as the sets'
    /// records say it.
    pub(crate) fn propose(&mut self, facts: &mut Facts) {
        for (of_table, table) in self.tables.iter_mut().zip(&mut facts.tables) {
            table.proposed = std::mem::take(&mut of_table.proposed);
        }
    }

    /// What is known of a set.
    pub(crate) fn get(&self, set: SetNo) -> Option<&UpdateSet> {
        self.sets.get(set.index())
    }

    /// Whether some of any set could not be read.
    pub(crate) fn is_torn(&self) -> bool {
        self.sets.iter().any(|set| set.is_torn)
    }

    /// The versions of a record in its set that do not count, by the one that does.
    pub(crate) fn others(&self, table: TableIdx, row: RowId) -> &[(RowId, RowStanding)] {
        self.others.get(&(table, row)).map_or(&[], Vec::as_slice)
    }

    /// How many rows of a set have a key; case does not count. `keys` are those of
    /// all rows that count.
    pub(crate) fn key_count(
        &self,
        table: TableIdx,
        (set, key): (SetNo, &str),
        keys: impl Iterator<Item = (SetNo, String)>,
    ) -> u32 {
        let Some(of_table) = self.tables.get(table.index()) else { return 0 };
        let counts = of_table.keys.get_or_init(|| {
            let mut counts = KeyCounts::new();
            for (set, key) in keys {
                *counts.entry((set, hash_of_key(&key))).or_default() += 1;
            }
            counts
        });
        counts.get(&(set, hash_of_key(key))).copied().unwrap_or(0)
    }

    /// The rows with a value in a column that count in a set, deleted ones last;
    /// with no value, those that do not show the column.
    pub(crate) fn with_text(
        &self,
        facts: &Facts,
        (table, column): (TableIdx, ColumnIdx),
        set: SetNo,
        value: TextId,
    ) -> &[RowId] {
        let Some(of_table) = self.tables.get(table.index()) else { return &[] };
        if of_table.net.is_empty() {
            return &[];
        }
        let pairs = || {
            let facts_of_table = facts.table(table);
            let is_deleted =
                |row: RowId| facts_of_table.row(row).is_some_and(|row| row.action == Action::Delete);
            let pair = |&row: &RowId| {
                let value = facts.fold(facts_of_table.pair(row, column).value);
                Some(((self.set_of(table, row)?, value), row))
            };
            let mut pairs: Vec<_> = of_table.net.iter().filter_map(pair).collect();
            pairs.sort_by_key(|(_, row)| is_deleted(*row));
            pairs
        };
        of_table.lists.of(column, (set, value), pairs)
    }
}

/// Unseeded, so that every run gives the same fingerprints; case does not count.
pub(crate) fn hash_of_key(key: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    key.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

impl SetNo {
    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}
