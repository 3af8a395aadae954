//! The same record in several files: which version is the state.

use std::collections::{BTreeMap, HashMap};

use foldhash::quality::RandomState;

use super::ages::{Files, age_in_state, find_older, standings};
use super::apps::{Apps, FolderIdx};
use super::interner::{Interner, TextId};
use super::joined_rows::{self, RowsOfRecord, Undecided};
use super::scan_facts::Facts;
use super::table_facts::{Replaced, TableFacts};
use super::update_sets::UpdateSets;
use crate::query::{RowId, RowTests};
use crate::record::{ColumnIdx, Origin, TableIdx, Wanted, known_key};

/// What versions are settled by.
#[derive(Clone, Copy)]
pub(crate) struct Settling<'s> {
    pub(crate) sets: &'s UpdateSets,
    pub(crate) apps: &'s Apps,
    pub(crate) wanted: &'s Wanted,
    pub(crate) tests: &'s RowTests,
}

/// What holds no record twice: a file, or the folder of an app.
#[derive(PartialEq, Eq, Hash)]
enum Holder {
    File(u32),
    App(FolderIdx),
}

impl Settling<'_> {
    /// Two rows with one `sys_id` that stand in one file, or in the folder of one app,
    /// and have different natural keys. They are no versions of one record.
    fn of_two_records(
        &self,
        (index, table): (TableIdx, &TableFacts),
        facts: &Facts,
        rows: &[RowId],
    ) -> Option<[RowId; 2]> {
        let names = self.wanted.table(index);
        let columns: Vec<_> = known_key(&names.name)?.iter().filter_map(|name| names.find(name)).collect();
        let mut first_of: HashMap<Holder, RowId> = HashMap::new();
        for &id in rows {
            let Some(row) = table.row(id).filter(|row| row.origin != Origin::UpdateSet) else { continue };
            let folder = self.apps.folder(row.source).filter(|_| row.origin == Origin::App);
            let holder = folder.map_or(Holder::File(row.source), Holder::App);
            let first = *first_of.entry(holder).or_insert(id);
            let differs = |column: &ColumnIdx| {
                let shown = |row| facts.fold(table.pair(row, *column).value);
                let (one, other) = (shown(first), shown(id));
                one != other && one.0 > TextId::EMPTY.0 && other.0 > TextId::EMPTY.0
            };
            let mut kept = columns.iter().filter(|column| table.slot(**column).is_some());
            if first != id && kept.any(differs) {
                return Some([first, id]);
            }
        }
        None
    }
}

/// Marks older versions and copies in all tables, and tells which records have
/// versions that contradict each other.
///
/// A version is older where its `sys_updated_on` is; where that does not
/// decide, its `sys_mod_count`; then the time at which its update-set row was
/// recorded; then the time at which its table was exported. Where nothing decides,
/// both stand, and joins see what none of them contradicts. A deletion is a version
/// too. What a set brings that is not in the instance makes nothing else older.
pub(crate) fn settle(facts: &mut Facts, files: &Files<'_>, settling: Settling<'_>) -> Vec<Undecided> {
    let Settling { sets, tests, .. } = settling;
    let mut undecided = Vec::new();
    for at in 0..facts.tables.len() {
        let index = TableIdx(u16::try_from(at).unwrap_or(u16::MAX));
        let mut table = std::mem::take(&mut facts.tables[at]);
        let groups = groups(&table, facts);
        let groups: Vec<_> = groups
            .into_iter()
            .map(|rows| {
                let of_two = settling.of_two_records((index, &table), facts, &rows);
                // A set that was never committed only says what it would bring.
                let is_of_instance = |row: &RowId| !table.is_proposed(*row);
                let (instance, proposed): (_, Vec<_>) = rows.into_iter().partition(is_of_instance);
                let mut by_set: BTreeMap<_, Vec<_>> = BTreeMap::new();
                for row in proposed {
                    by_set.entry(sets.set_of(index, row)).or_default().push(row);
                }
                RowsOfRecord { instance, proposed: by_set.into_values().collect(), of_two }
            })
            .collect();
        for group in &groups {
            settle_group(&mut table, &facts.texts, group, files);
        }
        undecided.extend(joined_rows::settle(index, &mut table, facts, (&groups, files, tests.of(index))));
        facts.tables[at] = table;
    }
    undecided
}

/// The rows of each record that has several, in scan order.
fn groups(table: &TableFacts, facts: &Facts) -> Vec<Vec<RowId>> {
    // Nearly all records come once, so only the others get a list.
    let mut first_of: HashMap<TextId, RowId, RandomState> = HashMap::default();
    let mut groups: HashMap<TextId, Vec<RowId>> = HashMap::new();
    for (id, _) in table.numbered() {
        let sys_id = facts.fold(table.pair(id, ColumnIdx::SYS_ID).value);
        if sys_id.0 > TextId::EMPTY.0 {
            let first = *first_of.entry(sys_id).or_insert(id);
            if first != id {
                groups.entry(sys_id).or_insert_with(|| vec![first]).push(id);
            }
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_unstable();
    groups
}

fn settle_group(table: &mut TableFacts, texts: &Interner, group: &RowsOfRecord, files: &Files<'_>) {
    let age = |row: &RowId| age_in_state(table, texts, *row, &files.dates);
    let mut of_instance: Vec<_> = group.instance.iter().map(age).collect();
    let mut older = find_older(&of_instance);
    // The newest of the instance are as new as all of it.
    let mut is_older = older.iter();
    of_instance.retain(|_| !is_older.next().copied().unwrap_or_default());
    for set in &group.proposed {
        let all: Vec<_> = of_instance.iter().copied().chain(set.iter().map(age)).collect();
        older.extend(find_older(&all).into_iter().skip(of_instance.len()));
    }
    if group.of_two.is_some() {
        older.fill(false);
    }
    let rows: Vec<_> = group.instance.iter().chain(group.proposed.iter().flatten()).copied().collect();
    for (row, mark) in standings(table, &rows, &older, files) {
        table.set_standing(row, mark);
    }
    let newest = rows.iter().zip(&older).find(|(_, older)| !**older).map(|(row, _)| *row);
    if let Some(newer) = newest {
        let older = rows.iter().zip(&older).filter(|(_, older)| **older);
        let replaced = older.map(|(&older, _)| Replaced { older, newer });
        let replaced: Vec<_> = replaced.filter(|rows| is_replaced_by_another(table, *rows)).collect();
        table.replaced.extend(replaced);
    }
}

/// Whether a newer version stands in another file and may be judged in another way. A
/// record of an app is judged by its folder too.
fn is_replaced_by_another(table: &TableFacts, Replaced { older, newer }: Replaced) -> bool {
    let (Some(old), Some(new)) = (table.row(older), table.row(newer)) else { return false };
    let is_of_app = old.origin == Origin::App || new.origin == Origin::App;
    let is_same = old.signature == new.signature && !table.joins_differ(older, newer);
    old.source != new.source && (is_of_app || !is_same)
}
