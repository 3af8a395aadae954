//! An instance by what is in force. An update set that was never committed says what it
//! would bring; it closes, excuses and completes nothing of what the instance has.
//!
//! Where sets hold such rows, the instance is there twice over the same facts: with
//! these rows, by which they are judged, and without them, by which all others are.
//! The second one is what it would be if the rows stood in no file.

use std::collections::HashSet;
use std::sync::Arc;

use super::contents::Instance;
use super::plan::Plan;
use super::references::lost_references;
use super::views;
use crate::facts::{ClaimEvidence, Options, ReadFile, ShownNames, TableFacts, TextId, whole_tables};
use crate::query::RowId;
use crate::record::{
    ColumnIdx, EFFECTIVE_ROLE, ROLE_CLOSURE, access_tables, is_update_set, is_view, view_ends,
};
use crate::source::Source;

/// Makes the instance by what is in force, where that is another one. Without a row of
/// the instance, and without a claim, nobody asks about it: what sets bring is judged
/// as it stands.
pub(super) fn settle<'p>(
    instance: &mut Instance<'p>,
    plan: &Plan<'p>,
    (files, sources, options): (&[ReadFile], &'p [Source], &Options),
) {
    if instance.facts.tables.iter().all(|table| table.proposed.is_empty()) {
        return;
    }
    let is_shown = holds_rows(plan, &instance.facts.tables);
    if !is_shown && options.complete.is_empty() && !options.trust_tables {
        return;
    }
    let facts = instance.facts.in_force();
    let mut whole = whole_tables(files, &facts, plan.wanted, options);
    let evidence = ClaimEvidence { files, sources, facts: &facts, wanted: plan.wanted, options };
    let doubted = evidence.settle(&mut whole);
    if !is_shown && !whole.contains(&true) {
        instance.facts.share_texts(&facts);
        return;
    }
    let mut seen = instance.seen_by(plan, facts);
    seen.whole = whole;
    seen.doubted = doubted;
    if !options.trust_tables {
        let lost = lost_references(&seen);
        seen.doubted.extend(lost);
    }
    seen.names = ShownNames::new(&seen.facts, plan.wanted);
    if instance.names.is_any_disputed() || grants_differ(instance) {
        views::settle(&mut seen, &plan.asks);
    } else {
        seen.access.clone_from(&instance.access);
    }
    instance.facts.share_texts(&seen.facts);
    mark_views(instance, &seen);
    instance.in_force = Some(Box::new(seen));
}

/// Whether some row is there that says what the instance has. Records of update sets
/// only say how far these came, and rows that are not in force what it does not have.
fn holds_rows(plan: &Plan<'_>, tables: &[TableFacts]) -> bool {
    let named = plan.wanted.tables().iter().zip(tables);
    let mut others = named.filter(|(names, _)| {
        !is_view(&names.name) && !is_update_set(&names.name) && *names.name != *"sys_update_xml"
    });
    others.any(|(_, table)| table.every().any(|(row, _)| !table.is_proposed(row)))
}

/// Whether sets that are not in force say who has what.
fn grants_differ(instance: &Instance<'_>) -> bool {
    let mut tables = access_tables().iter().filter_map(|known| instance.wanted.find(known.table));
    tables.any(|table| !instance.table(table).proposed.is_empty())
}

/// Notes which rows of views rest on rows that are not in force.
fn mark_views(instance: &mut Instance<'_>, in_force: &Instance<'_>) {
    for view in [EFFECTIVE_ROLE, ROLE_CLOSURE] {
        let Some((view, ends)) = instance.wanted.find(view).zip(view_ends(view)) else { continue };
        let [Some(from), Some(to)] = ends.map(|(end, _)| instance.wanted.table(view).find(end)) else {
            continue;
        };
        let shared = instance.access.as_ref().zip(in_force.access.as_ref());
        if shared.is_none_or(|(one, other)| Arc::ptr_eq(one, other)) {
            continue;
        }
        let ends = |instance: &Instance<'_>, row: RowId| {
            let end = |column: ColumnIdx| {
                let pair = instance.table(view).pair(row, column);
                let shown = if pair.value.0 > TextId::EMPTY.0 { pair.value } else { pair.display };
                instance.facts.fold(shown)
            };
            [end(from), end(to)]
        };
        let known: HashSet<_> = in_force.table(view).live().map(|row| ends(in_force, row)).collect();
        let proposed = instance.table(view).live().filter(|row| !known.contains(&ends(instance, *row)));
        let proposed = proposed.collect();
        instance.facts.table_mut(view).proposed = proposed;
    }
}
