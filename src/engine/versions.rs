//! The same record in several files: which version is the state.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::facts::{Facts, Standing, TableFacts, Version};
use super::interner::{Interner, TextId};
use super::stamp::Stamp;
use crate::query::RowId;
use crate::record::{Action, ColumnIdx};

/// Marks older versions and copies in all tables.
///
/// A version is older where its `sys_updated_on` is; where that does not
/// decide, its `sys_mod_count`; then the time at which its update-set row was
/// recorded. Where nothing decides, both stand. A deletion is a version too.
/// `is_build_output` says of a source that it holds what a build wrote from
/// other sources: of equal versions, the other one stands.
pub(super) fn settle(facts: &mut Facts, is_build_output: &dyn Fn(u32) -> bool) {
    for table in &mut facts.tables {
        settle_table(table, &facts.texts, is_build_output);
    }
}

fn settle_table(table: &mut TableFacts, texts: &Interner, is_build_output: &dyn Fn(u32) -> bool) {
    // Nearly all records come once, so only the others get a list.
    let mut first_of: HashMap<TextId, RowId, RandomState> = HashMap::default();
    let mut groups: HashMap<TextId, Vec<RowId>> = HashMap::new();
    for (id, _) in table.numbered() {
        let sys_id = table.pair(id, ColumnIdx::SYS_ID).value;
        if sys_id.0 > TextId::EMPTY.0 {
            let first = *first_of.entry(sys_id).or_insert(id);
            if first != id {
                groups.entry(sys_id).or_insert_with(|| vec![first]).push(id);
            }
        }
    }
    drop(first_of);
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_unstable();
    for group in groups {
        settle_group(table, texts, &group, is_build_output);
    }
}

fn settle_group(
    table: &mut TableFacts,
    texts: &Interner,
    group: &[RowId],
    is_build_output: &dyn Fn(u32) -> bool,
) {
    let ages: Vec<_> = group.iter().map(|&row| age_in_state(table, texts, row)).collect();
    let marks = standings(table, group, &find_older(&ages), is_build_output);
    for (row, mark) in marks {
        if let Some(row) = usize::try_from(row.0).ok().and_then(|at| table.rows.get_mut(at)) {
            row.standing = mark;
        }
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

/// What says how old a version is, what tells most first; texts that compare as
/// what they stand for does.
type Age<const SIGNS: usize> = [Option<String>; SIGNS];

/// How old a version is in the state of an instance.
fn age_in_state(table: &TableFacts, texts: &Interner, row: RowId) -> Age<3> {
    let Some(version) = table.version(row) else { return [None, None, None] };
    let recorded_at = written(texts, version.recorded_at);
    [version.updated_on.text(texts), mod_count(version), recorded_at]
}

/// How old a version is in an update set: there it counts when the set's row was
/// recorded, `recorded_on` where nothing says in which order.
pub(super) fn age_in_set(table: &TableFacts, texts: &Interner, row: RowId, recorded_on: Stamp) -> Age<4> {
    let recorded_on = recorded_on.text(texts);
    let Some(version) = table.version(row) else { return [None, recorded_on, None, None] };
    let recorded_at = written(texts, version.recorded_at);
    [recorded_at, recorded_on, version.updated_on.text(texts), mod_count(version)]
}

fn written(texts: &Interner, id: TextId) -> Option<String> {
    Some(texts.text(id)).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn mod_count(version: &Version) -> Option<String> {
    (version.mod_count != u32::MAX).then(|| format!("{:010}", version.mod_count))
}

/// Which of several versions are older than another one. Linear: each sign
/// compares with the newest by it, and leaves those it cannot tell to the next.
pub(super) fn find_older<const SIGNS: usize>(ages: &[Age<SIGNS>]) -> Vec<bool> {
    let mut older = vec![false; ages.len()];
    let mut is_open = vec![true; ages.len()];
    for sign in 0..SIGNS {
        let open = ages.iter().zip(&is_open).filter(|(_, is_open)| **is_open);
        let Some(newest) = open.filter_map(|(age, _)| age[sign].as_ref()).max() else { continue };
        for ((age, older), is_open) in ages.iter().zip(&mut older).zip(&mut is_open) {
            if *is_open && age[sign].as_ref().is_some_and(|date| date < newest) {
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

    fn check(ages: &[(&str, &str, &str)], expected: &[bool]) {
        let text = |text: &&str| Some(*text).filter(|text| !text.is_empty()).map(str::to_owned);
        let ages: Vec<_> = ages
            .iter()
            .map(|(updated_on, mod_count, recorded_at)| {
                [text(updated_on), text(mod_count), text(recorded_at)]
            })
            .collect();
        assert_eq!(find_older(&ages), expected);
    }

    #[test]
    fn the_newest_date_wins() {
        check(&[("2026-01-01 00:00:00", "9", ""), ("2026-01-02 00:00:00", "3", "")], &[true, false]);
    }

    #[test]
    fn the_count_decides_where_dates_do_not() {
        check(&[("2026-01-01 00:00:00", "3", ""), ("2026-01-01 00:00:00", "9", "")], &[true, false]);
        check(&[("", "3", ""), ("", "9", "")], &[true, false]);
        check(&[("", "3", ""), ("2026-01-01 00:00:00", "9", "")], &[true, false]);
    }

    #[test]
    fn the_time_of_recording_comes_last() {
        check(&[("", "", "18c1"), ("", "", "18c2")], &[true, false]);
    }

    #[test]
    fn without_a_hint_both_stand() {
        check(&[("", "", ""), ("2026-01-01 00:00:00", "", "")], &[false, false]);
        check(&[("", "", ""), ("", "", "")], &[false, false]);
    }
}
