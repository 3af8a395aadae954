//! What is odd about the names that references show.

use std::collections::BTreeMap;

use super::contents::Instance;
use super::version_notices::more;
use crate::facts::{AT_ODDS, NamedCell, name_in_row};
use crate::finding::{Notice, NoticeLevel};
use crate::query::RowId;
use crate::record::{ColumnIdx, fixed_name, well_known_name};
use crate::source::more_like_it;
use crate::span::ByteSpan;

/// What is odd about the names that references show. `path_of` names a source.
pub(super) fn name_notices<'s>(instance: &Instance<'_>, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
    let place = |table, row| instance.place(table, row).unwrap_or_default();
    let mut notices = Vec::new();
    for (&(table, column), (count, row, name)) in &instance.names.other {
        let (source, start, _) = place(table, *row);
        let known = known_name(instance, (table, *row, column));
        let message = format!(
            "{} shows the name '{name}', but the record that it leads to is called '{known}': the sys_id decides{}",
            reference_in_words(instance, (table, *row, column)),
            more_like_it(u64::try_from(*count).unwrap_or(u64::MAX), ["reference", "references"])
        );
        notices.push(Notice {
            level: NoticeLevel::Warning,
            kind: "other-name".into(),
            path: path_of(source).to_owned(),
            source: Some(source),
            at: Some(ByteSpan::at(start)),
            message,
        });
    }
    notices.extend(renamed_notices(instance, path_of));
    for (target, (count, places)) in &instance.names.disputes {
        let [one, other] = *places;
        let both: &[_] = if one == other { &[[one, one]] } else { &[[one, other], [other, one]] };
        for &[here, there] in both {
            let (source, start, _) = place(here.0, here.1);
            let shown = |(table, row, column): NamedCell| {
                instance.facts.cell(table, row, column).display.unwrap_or_default()
            };
            let target = &instance.wanted.table(*target).name;
            let reference = reference_in_words(instance, here);
            let what = match shown(here).split_once(AT_ODDS) {
                Some((one, other)) if here == there => {
                    format!("{reference} shows two names for one record of {target}, '{one}' and '{other}'")
                }
                _ => format!(
                    "{reference} calls a record of {target} '{}', and {} in {} calls it '{}'",
                    shown(here),
                    reference_in_words(instance, there),
                    path_of(place(there.0, there.1).0),
                    shown(there)
                ),
            };
            let message = format!(
                "{what}: the record itself is not in the input, so nobody can tell which it is{}",
                more(*count)
            );
            notices.push(Notice::of_contradiction(path_of(source), source, ByteSpan::at(start), message));
        }
    }
    notices
}

/// A reference for a message: its column, and the record that it stands in.
fn reference_in_words(instance: &Instance<'_>, (table, row, column): NamedCell) -> String {
    let key = instance.key(table, row).replace(AT_ODDS, " or ");
    let (name, column) = (&instance.wanted.table(table).name, instance.wanted.column_name(table, column));
    format!("{name}.{column} of '{key}'")
}

/// What the record is called to which a reference leads.
fn known_name<'i>(instance: &'i Instance<'_>, (table, row, column): NamedCell) -> &'i str {
    let value = instance.table(table).pair(row, column).value;
    let reference = instance.wanted.named().find(|named| (named.table, named.column) == (table, column));
    let in_row = reference.and_then(|reference| name_in_row(&instance.facts, reference, value));
    let well_known = || {
        let target = reference.map(|reference| &*instance.wanted.table(reference.target).name);
        target.and_then(|target| well_known_name(target, instance.facts.texts.text(value)))
    };
    in_row.map(|name| instance.facts.texts.text(name)).or_else(well_known).unwrap_or_default()
}

/// That rows show another name than their record has on every instance: one for
/// each table and such a record.
fn renamed_notices<'s>(instance: &Instance<'_>, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (table, facts) in instance.wanted.tables().iter().zip(&instance.facts.tables) {
        let mut by_name: BTreeMap<&str, (usize, RowId, &str)> = BTreeMap::new();
        for (row, shown) in &facts.renamed {
            let sys_id = instance.facts.texts.text(facts.pair(*row, ColumnIdx::SYS_ID).value);
            let Some(known) = fixed_name(&table.name, sys_id) else { continue };
            by_name.entry(known).or_insert((0, *row, shown)).0 += 1;
        }
        for (known, (count, row, shown)) in by_name {
            let Some(at) = facts.row(row) else { continue };
            let message = format!(
                "{}: a row says '{shown}' of the record whose sys_id is '{known}' on every instance; rules \
                 go by '{known}'{}",
                table.name,
                more(count)
            );
            let span = ByteSpan::at(at.outer_start);
            notices.push(Notice::of_contradiction(path_of(at.source), at.source, span, message));
        }
    }
    notices
}
