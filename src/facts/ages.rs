//! How old versions of a record are, and which of several stand.

use std::collections::HashMap;

use super::interner::Interner;
use super::stamp::{FileDates, Stamp};
use super::table_facts::{RowStanding, RowVersion, TableFacts};
use crate::query::RowId;
use crate::record::{Action, Origin};

/// What is known of the files that versions stand in.
pub(crate) struct Files<'f> {
    pub(crate) dates: FileDates,
    /// Whether a source holds what a build wrote from other sources: of equal
    /// versions, the other one stands.
    pub(crate) is_build_output: &'f dyn Fn(u32) -> bool,
}

impl Files<'_> {
    /// Whether a row stands where others only repeat it.
    pub(crate) fn is_build(&self, table: &TableFacts, row: RowId) -> bool {
        table.row(row).is_some_and(|row| (self.is_build_output)(row.source))
    }
}

/// What is not the state among the versions of a record, given which are older:
/// those, and copies. Of equal ones the first stands.
pub(crate) fn standings(
    table: &TableFacts,
    group: &[RowId],
    older: &[bool],
    files: &Files<'_>,
) -> Vec<(RowId, RowStanding)> {
    let mut first_of: HashMap<Content, RowId> = HashMap::new();
    let mut standing: Vec<_> =
        group.iter().zip(older).filter(|(_, older)| !**older).map(|(&row, _)| row).collect();
    standing.sort_by_key(|&row| (table.is_proposed(row), files.is_build(table, row)));
    let mut marks: Vec<(RowId, RowStanding)> = group
        .iter()
        .zip(older)
        .filter(|(_, older)| **older)
        .map(|(&row, _)| (row, RowStanding::Superseded))
        .collect();
    for row in standing {
        let Some(content) = Content::of(table, row) else { continue };
        let first = *first_of.entry(content).or_insert(row);
        if first != row {
            marks.push((row, RowStanding::Copy(first)));
        }
    }
    marks
}

/// What says how old a version is, what tells most first: numbers that grow with
/// time.
type Age<const SIGNS: usize> = [Option<u128>; SIGNS];

/// How old a version is in the state of an instance.
pub(crate) fn age_in_state(table: &TableFacts, texts: &Interner, row: RowId, dates: &FileDates) -> Age<4> {
    let (Some(version), Some(row)) = (table.version(row), table.row(row)) else { return [None; 4] };
    let updated_on = dates.believed(row.source, version.updated_on);
    // When a set was exported says nothing of when its rows were recorded.
    let exported = dates.exported(row.source).filter(|_| row.origin != Origin::UpdateSet);
    [updated_on, mod_count(version), recorded_at(texts, version), exported]
}

/// How old a version is in an update set: there it counts when the set's row was
/// recorded, `recorded_on` where nothing says in which order.
pub(crate) fn age_in_set(
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
fn recorded_at(texts: &Interner, version: &RowVersion) -> Option<u128> {
    let text = texts.text(version.recorded_at);
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_plain { u128::from_str_radix(text, 16).ok() } else { None }
}

fn mod_count(version: &RowVersion) -> Option<u128> {
    (version.mod_count != u32::MAX).then(|| u128::from(version.mod_count))
}

/// Which of several versions are older than another one. Linear: each sign
/// compares with the newest by it, and leaves those it cannot tell to the next.
pub(crate) fn find_older<const SIGNS: usize>(ages: &[Age<SIGNS>]) -> Vec<bool> {
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
