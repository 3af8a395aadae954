//! The same record in several files: which version is the state.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::facts::{Facts, Standing, TableFacts, Version};
use super::interner::{Interner, TextId};
use super::joined::{self, Undecided};
use super::stamp::{FileDates, Stamp};
use crate::query::{RowId, RowTests};
use crate::record::{Action, ColumnIdx, Origin, TableIdx};

/// What is known of the files that versions stand in.
pub(super) struct Files<'f> {
    pub(super) dates: FileDates,
    /// Whether a source holds what a build wrote from other sources: of equal
    /// versions, the other one stands.
    pub(super) is_build_output: &'f dyn Fn(u32) -> bool,
}

/// Marks older versions and copies in all tables, and tells which records have
/// versions that contradict each other.
///
/// A version is older where its `sys_updated_on` is; where that does not
/// decide, its `sys_mod_count`; then the time at which its update-set row was
/// recorded; then the time at which its table was exported. Where nothing decides,
/// both stand, and joins see what none of them contradicts. A deletion is a version
/// too.
pub(super) fn settle(facts: &mut Facts, files: &Files<'_>, tests: &RowTests) -> Vec<Undecided> {
    let mut undecided = Vec::new();
    for at in 0..facts.tables.len() {
        let index = TableIdx(u16::try_from(at).unwrap_or(u16::MAX));
        let mut table = std::mem::take(&mut facts.tables[at]);
        let groups = groups(&table, facts);
        for group in &groups {
            settle_group(&mut table, &facts.texts, group, files);
        }
        undecided.extend(joined::settle(index, &mut table, facts, (&groups, files, tests.of(index))));
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

fn settle_group(table: &mut TableFacts, texts: &Interner, group: &[RowId], files: &Files<'_>) {
    let ages: Vec<_> = group.iter().map(|&row| age_in_state(table, texts, row, &files.dates)).collect();
    let marks = standings(table, group, &find_older(&ages), files.is_build_output);
    for (row, mark) in marks {
        table.set_standing(row, mark);
    }
}

/// What is not the state among the versions of a record, given which are older:
/// those, and copies.
pub(super) fn standings(
    table: &TableFacts,
    group: &[RowId],
    older: &[bool],
    is_build_output: &dyn Fn(u32) -> bool,
) -> Vec<(RowId, Standing)> {
    let mut first_of: HashMap<Content, RowId> = HashMap::new();
    let mut standing: Vec<_> =
        group.iter().zip(older).filter(|(_, older)| !**older).map(|(&row, _)| row).collect();
    standing.sort_by_key(|&row| (table.row(row).is_some_and(|row| is_build_output(row.source)), row));
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
mod tests {
    use super::find_older;

    fn check(ages: &[[u128; 3]], expected: &[bool]) {
        let ages: Vec<_> = ages.iter().map(|age| age.map(|sign| (sign > 0).then_some(sign))).collect();
        assert_eq!(find_older(&ages), expected);
    }

    #[test]
    fn the_first_sign_decides() {
        check(&[[1, 9, 0], [2, 3, 0]], &[true, false]);
    }

    #[test]
    fn the_next_decides_where_the_first_does_not() {
        check(&[[1, 3, 0], [1, 9, 0]], &[true, false]);
        check(&[[0, 3, 0], [0, 9, 0]], &[true, false]);
        check(&[[0, 3, 0], [1, 9, 0]], &[true, false]);
        check(&[[0, 0, 1], [0, 0, 2]], &[true, false]);
    }

    #[test]
    fn without_a_sign_both_stand() {
        check(&[[0, 0, 0], [1, 0, 0]], &[false, false]);
        check(&[[0, 0, 0], [0, 0, 0]], &[false, false]);
    }
}
