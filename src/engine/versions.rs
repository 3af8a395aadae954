//! The same record in several files: which version is the state.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::facts::{Facts, Standing, TableFacts};
use super::interner::{Interner, TextId};
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
    let ages: Vec<_> = group.iter().map(|&row| Age::of(table, texts, row)).collect();
    let older = find_older(&ages);
    let mut first_of: HashMap<Content, RowId> = HashMap::new();
    let mut standing: Vec<_> =
        group.iter().zip(&older).filter(|(_, older)| !**older).map(|(&row, _)| row).collect();
    standing.sort_by_key(|&row| (table.row(row).is_some_and(|row| is_build_output(row.source)), row));
    let mut marks: Vec<(RowId, Standing)> = group
        .iter()
        .zip(&older)
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
    for (row, mark) in marks {
        if let Some(row) = usize::try_from(row.0).ok().and_then(|at| table.rows.get_mut(at)) {
            row.standing = mark;
        }
    }
}

/// What says how old a version is.
#[derive(Debug, Clone)]
struct Age {
    updated_on: Option<String>,
    mod_count: Option<u32>,
    recorded_at: Option<String>,
}

impl Age {
    fn of(table: &TableFacts, texts: &Interner, row: RowId) -> Self {
        let text = |id: TextId| Some(texts.text(id)).filter(|text| !text.is_empty()).map(str::to_owned);
        let version = table.version(row);
        Self {
            updated_on: version.and_then(|version| version.updated_on.text(texts)),
            mod_count: version.map(|version| version.mod_count).filter(|count| *count != u32::MAX),
            recorded_at: version.and_then(|version| text(version.recorded_at)),
        }
    }
}

/// Which of several versions are older than another one. Linear: each criterion
/// compares with the newest by it, and leaves those it cannot tell to the next.
fn find_older(ages: &[Age]) -> Vec<bool> {
    let mut older = vec![false; ages.len()];
    mark_older(&mut older, ages, |age| age.updated_on.as_ref(), |_| true);
    let newest = ages.iter().filter_map(|age| age.updated_on.as_ref()).max();
    let undecided = |age: &Age| age.updated_on.as_ref().is_none_or(|date| Some(date) == newest);
    mark_older(&mut older, ages, |age| age.mod_count.as_ref(), undecided);
    let highest = ages.iter().filter(|age| undecided(age)).filter_map(|age| age.mod_count).max();
    let still = |age: &Age| undecided(age) && (age.mod_count.is_none() || age.mod_count == highest);
    mark_older(&mut older, ages, |age| age.recorded_at.as_ref(), still);
    older
}

fn mark_older<'a, T: Ord + 'a>(
    older: &mut [bool],
    ages: &'a [Age],
    by: impl Fn(&'a Age) -> Option<&'a T>,
    counts: impl Fn(&Age) -> bool,
) {
    let newest = ages
        .iter()
        .zip(older.iter())
        .filter(|(age, older)| !**older && counts(age))
        .filter_map(|(age, _)| by(age))
        .max();
    for (mark, age) in older.iter_mut().zip(ages) {
        if counts(age) && by(age).is_some_and(|date| Some(date) < newest) {
            *mark = true;
        }
    }
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
    use super::{Age, find_older};

    fn check(ages: &[(&str, &str, &str)], expected: &[bool]) {
        let text = |text: &&str| Some(*text).filter(|text| !text.is_empty()).map(str::to_owned);
        let ages: Vec<_> = ages
            .iter()
            .map(|(updated_on, mod_count, recorded_at)| Age {
                updated_on: text(updated_on),
                mod_count: mod_count.parse().ok(),
                recorded_at: text(recorded_at),
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
