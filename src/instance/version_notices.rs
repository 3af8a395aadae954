//! What there is to say of records whose rows contradict each other.

use std::collections::BTreeMap;

use super::contents::Instance;
use crate::facts::Undecided;
use crate::finding::Notice;
use crate::record::{ColumnIdx, TableIdx};
use crate::source::more_like_it;
use crate::span::ByteSpan;

/// Two notices for each table with records whose versions contradict each other,
/// one for either place of the first of them. `path_of` names a source.
pub(super) fn version_notices<'s>(instance: &Instance<'_>, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
    let mut tables: BTreeMap<(TableIdx, bool), (&Undecided, usize)> = BTreeMap::new();
    for undecided in &instance.undecided {
        tables.entry((undecided.table, undecided.are_two)).or_insert((undecided, 0)).1 += 1;
    }
    tables.values().flat_map(|(undecided, count)| notices_of(instance, undecided, *count, path_of)).collect()
}

/// What there is to say of a column in which rows of one record contradict each
/// other: which record is the first, in which files, and how many more there are.
pub(crate) fn contradicted(instance: &Instance<'_>, table: TableIdx, column: ColumnIdx) -> Option<String> {
    let (count, rows) = instance.at_odds.get(&(table, column))?;
    let [one, other] = rows.map(|row| {
        let source = instance.table(table).row(row).and_then(|row| instance.source(row.source));
        source.map_or("", |(source, _)| source.path())
    });
    let places = if one == other { format!("twice in {one}") } else { format!("in {one} and in {other}") };
    let (name, column) = (&instance.wanted.table(table).name, instance.wanted.column_name(table, column));
    Some(format!("{name}.{column} of '{}', {places}{}", instance.key(table, rows[0]), more(*count)))
}

fn notices_of<'s>(
    instance: &Instance<'_>,
    undecided: &Undecided,
    count: usize,
    path_of: &dyn Fn(u32) -> &'s str,
) -> Vec<Notice> {
    let Undecided { table, rows, are_two, .. } = *undecided;
    let name = &instance.wanted.table(table).name;
    let more = more(count);
    let places = rows.map(|row| instance.place(table, row).unwrap_or_default());
    let notice = |(here, there): (usize, usize)| {
        let ((source, start, _), (other, ..)) = (places[here], places[there]);
        let other = path_of(other);
        let (this, that) = (instance.key(table, rows[here]), instance.key(table, rows[there]));
        let message = if are_two {
            format!(
                "two records of {name} have one sys_id, so both are judged: '{this}' here, '{that}' in \
                 {other}{more}"
            )
        } else {
            format!(
                "two versions of the record '{this}' of {name} say different things, and nothing says \
                 which is newer, so both are judged: one is here, the other in {other}{more}"
            )
        };
        Notice::of_contradiction(path_of(source), source, ByteSpan::at(start), message)
    };
    [(0, 1), (1, 0)].into_iter().map(notice).collect()
}

/// How many more records are like one.
pub(crate) fn more(count: usize) -> String {
    more_like_it(u64::try_from(count).unwrap_or(u64::MAX), ["record", "records"])
}
