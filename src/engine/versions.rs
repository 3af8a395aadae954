//! The same record in several files: which version is the state.

use std::collections::{BTreeMap, HashMap};

use foldhash::quality::RandomState;

use super::apps::{Apps, FolderIdx};
use super::facts::{Facts, Standing, TableFacts, Version};
use super::interner::{Interner, TextId};
use super::joined::{self, Undecided};
use super::read::Plan;
use super::stamp::{FileDates, Stamp};
use super::update_sets::UpdateSets;
use crate::query::RowId;
use crate::record::{Action, ColumnIdx, Origin, TableIdx, known_key};

/// What is known of the files that versions stand in.
pub(super) struct Files<'f> {
    pub(super) dates: FileDates,
    /// Whether a source holds what a build wrote from other sources: of equal
    /// versions, the other one stands.
    pub(super) is_build_output: &'f dyn Fn(u32) -> bool,
}

impl Files<'_> {
    /// Whether a row stands where others only repeat it.
    pub(super) fn is_build(&self, table: &TableFacts, row: RowId) -> bool {
        table.row(row).is_some_and(|row| (self.is_build_output)(row.source))
    }
}

/// What versions are settled by.
#[derive(Clone, Copy)]
pub(super) struct Settling<'s> {
    pub(super) sets: &'s UpdateSets,
    pub(super) apps: &'s Apps,
    pub(super) plan: &'s Plan<'s>,
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
        let names = self.plan.wanted.table(index);
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
pub(super) fn settle(facts: &mut Facts, files: &Files<'_>, settling: Settling<'_>) -> Vec<Undecided> {
    let Settling { sets, plan, .. } = settling;
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
                Group { instance, proposed: by_set.into_values().collect(), of_two }
            })
            .collect();
        for group in &groups {
            settle_group(&mut table, &facts.texts, group, files);
        }
        undecided.extend(joined::settle(index, &mut table, facts, (&groups, files, plan.tests.of(index))));
        facts.tables[at] = table;
    }
    undecided
}

/// Two versions of a record, of which the newer one says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replaced {
    pub(super) older: RowId,
    pub(super) newer: RowId,
}

/// The rows of one record.
pub(super) struct Group {
    pub(super) instance: Vec<RowId>,
    /// Those of sets that the instance does not have, each set by itself.
    pub(super) proposed: Vec<Vec<RowId>>,
    /// Two rows of one file that are of different records.
    pub(super) of_two: Option<[RowId; 2]>,
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

fn settle_group(table: &mut TableFacts, texts: &Interner, group: &Group, files: &Files<'_>) {
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

/// What is not the state among the versions of a record, given which are older:
/// those, and copies. Of equal ones the first stands.
pub(super) fn standings(
    table: &TableFacts,
    group: &[RowId],
    older: &[bool],
    files: &Files<'_>,
) -> Vec<(RowId, Standing)> {
    let mut first_of: HashMap<Content, RowId> = HashMap::new();
    let mut standing: Vec<_> =
        group.iter().zip(older).filter(|(_, older)| !**older).map(|(&row, _)| row).collect();
    standing.sort_by_key(|&row| (table.is_proposed(row), files.is_build(table, row)));
    let mut marks: Vec<(RowId, Standing)> = group
        .iter()
        .zip(older)
        .filter(|(_, older)| **older)
        .map(|(&row, _)| (row, Standing::Superseded))
        .collect();
    for row in standing {
        let Some(content) = Content::of(table, row) else { continue };
        let first = *first_of.entry(content).or_insert(row);
        if first != row {
            marks.push((row, Standing::Copy(first)));
        }
    }
    marks
}

/// What says how old a version is, what tells most first: numbers that grow with
/// time.
type Age<const SIGNS: usize> = [Option<u128>; SIGNS];

/// How old a version is in the state of an instance.
fn age_in_state(table: &TableFacts, texts: &Interner, row: RowId, dates: &FileDates) -> Age<4> {
    let (Some(version), Some(row)) = (table.version(row), table.row(row)) else { return [None; 4] };
    let updated_on = dates.believed(row.source, version.updated_on);
    // When a set was exported says nothing of when its rows were recorded.
    let exported = dates.exported(row.source).filter(|_| row.origin != Origin::UpdateSet);
    [updated_on, mod_count(version), recorded_at(texts, version), exported]
}

/// How old a version is in an update set: there it counts when the set's row was
/// recorded, `recorded_on` where nothing says in which order.
pub(super) fn age_in_set(
    table: &TableFacts,
    texts: &Interner,
    row: RowId,
    (recorded_on, dates): (Stamp, &FileDates),
) -> Age<4> {
    let (Some(version), Some(row)) = (table.version(row), table.row(row)) else { return [None; 4] };
    let believed = |date| dates.believed(row.source, date);
    let (recorded_on, updated_on) = (believed(recorded_on), believed(version.updated_on));
    [recorded_at(texts, version), recorded_on, updated_on, mod_count(version)]
}

/// `sys_recorded_at` is a number of 16 to 18 hexadecimal digits.
fn recorded_at(texts: &Interner, version: &Version) -> Option<u128> {
    let text = texts.text(version.recorded_at);
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_plain { u128::from_str_radix(text, 16).ok() } else { None }
}

fn mod_count(version: &Version) -> Option<u128> {
    (version.mod_count != u32::MAX).then(|| u128::from(version.mod_count))
}

/// Which of several versions are older than another one. Linear: each sign
/// compares with the newest by it, and leaves those it cannot tell to the next.
pub(super) fn find_older<const SIGNS: usize>(ages: &[Age<SIGNS>]) -> Vec<bool> {
    let mut older = vec![false; ages.len()];
    let mut is_open = vec![true; ages.len()];
    for sign in 0..SIGNS {
        let open = ages.iter().zip(&is_open).filter(|(_, is_open)| **is_open);
        let Some(newest) = open.filter_map(|(age, _)| age[sign]).max() else { continue };
        for ((age, older), is_open) in ages.iter().zip(&mut older).zip(&mut is_open) {
            if *is_open && age[sign].is_some_and(|date| date < newest) {
                (*older, *is_open) = (true, false);
            }
        }
    }
    older
}

/// What makes two versions the same.
#[derive(PartialEq, Eq, Hash)]
struct Content {
    deletes: bool,
    values: u64,
}

impl Content {
    fn of(table: &TableFacts, row: RowId) -> Option<Self> {
        let deletes = table.row(row)?.action == Action::Delete;
        Some(Self { deletes, values: table.version(row)?.content })
    }
}

#[cfg(test)]
mod tests;
