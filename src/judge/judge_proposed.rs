//! A rule over an instance beside which update sets hold rows that are not in force.
//!
//! What the instance has is judged without these rows. Then each of them is judged as
//! part of everything, and counts only where it says worse: it may add a finding, and
//! takes none away.

use std::collections::{HashMap, HashSet};

use super::conditions;
use super::counts::{Counted, Counting, judge_count};
use super::judging::{Judging, Tally, is_judged};
use super::properties::{JudgedProperty, judge_properties, judge_property};
use super::writing::Failed;
use crate::facts::{TableFacts, TextId};
use crate::finding::Verdict;
use crate::instance::Instance;
use crate::query::{RowId, Truth};
use crate::record::is_view;
use crate::record::{ColumnIdx, TableIdx};
use crate::rule::{Binding, Body, CountBody, Judges, PropertyBody, RecordBody, Rule};

/// What failed by what is in force, what failed by everything, and how the rule fared.
pub(super) fn judge_both(
    (in_force, everything): (&Instance<'_>, &Instance<'_>),
    rule: &Rule,
) -> (Vec<Failed>, Vec<Failed>, Tally) {
    let mut first = Judging::new(in_force, rule);
    let mut second = Judging::new(everything, rule);
    match &rule.body {
        // Each set is judged by itself, whether it is in force or not.
        Body::Record(body) if body.judges == Judges::UpdateSets => second.run(),
        Body::Record(body) => {
            let proposed = proposed_records(everything.table(body.table), body);
            first.run();
            if !proposed.is_empty() && is_open(everything, rule) {
                second.judge_rows(body, proposed.into_iter());
                join_records(&mut first, &mut second);
            }
        }
        Body::Property(body) => properties(&mut first, &second, body),
        Body::Count(body) => {
            first.run();
            if is_open(everything, rule) {
                second.counted(body, proposed_groups(everything, (body, &first)));
            }
        }
        Body::Conditions(bindings) => {
            first.run();
            if is_open(everything, rule) {
                let known = names(&first);
                for binding in bindings {
                    proposed_binding(&mut second, &known, binding);
                }
            }
        }
    }
    first.tally.join(second.tally);
    (first.failed, second.failed, first.tally)
}

fn is_open(instance: &Instance<'_>, rule: &Rule) -> bool {
    conditions::all(instance, &rule.gate).truth == Truth::Yes
}

/// The rows that are not in force and that a rule judges.
fn proposed_records(facts: &TableFacts, body: &RecordBody) -> Vec<RowId> {
    let is_judged = |row: &RowId| facts.row(*row).is_some_and(|row| is_judged(body, row));
    facts.proposed.iter().copied().filter(is_judged).collect()
}

/// Rows of one record are one subject, whether they are in force or not.
fn join_records(first: &mut Judging<'_>, second: &mut Judging<'_>) {
    let sys_id = |table: TableIdx, row: RowId| {
        let instance = second.instance;
        let id = instance.facts.fold(instance.table(table).pair(row, ColumnIdx::SYS_ID).value);
        (id.0 > TextId::EMPTY.0 && !is_view(&instance.wanted.table(table).name)).then_some(id)
    };
    let mut known: HashMap<TextId, usize> = HashMap::new();
    for (at, failed) in first.failed.iter().enumerate() {
        if let Failed::Record { table, rows, .. } = failed
            && let Some(id) = rows.first().and_then(|row| sys_id(*table, *row))
        {
            known.insert(id, at);
        }
    }
    let mut others = Vec::new();
    for failed in std::mem::take(&mut second.failed) {
        let Failed::Record { table, rows, .. } = &failed else { continue };
        let at = rows.first().and_then(|row| sys_id(*table, *row)).and_then(|id| known.get(&id));
        if let Some(Failed::Record { rows: ours, .. }) = at.and_then(|at| first.failed.get_mut(*at)) {
            ours.extend(rows.iter().copied());
            second.tally.coverage.fail -= 1;
        } else {
            others.push(failed);
        }
    }
    second.failed = others;
}

/// A property has the worse of two verdicts: by the rows that are in force, or by their
/// absence, and by those that sets propose.
fn properties(first: &mut Judging<'_>, second: &Judging<'_>, body: &PropertyBody) {
    let proposed = if is_open(second.instance, second.rule) {
        judge_properties(second.instance, body, &second.instance.table(body.columns.table).proposed)
    } else {
        Vec::new()
    };
    let mut judged = Vec::new();
    if is_open(first.instance, first.rule) {
        judged = judge_property(first.instance, body);
    } else {
        // The gate says why.
        first.run();
    }
    for proposed in proposed {
        let is_same = |known: &&mut JudgedProperty| known.name.eq_ignore_ascii_case(&proposed.name);
        match judged.iter_mut().find(is_same) {
            Some(known) if known.verdict == Verdict::Fail && proposed.verdict == Verdict::Fail => {
                known.rows.extend(proposed.rows);
            }
            Some(known) if proposed.verdict.is_worse_than(known.verdict) => *known = proposed,
            Some(_) => {}
            None => judged.push(proposed),
        }
    }
    first.properties(body, judged);
}

/// The groups that have more than they may with what sets propose.
fn proposed_groups(everything: &Instance<'_>, (body, first): (&CountBody, &Judging<'_>)) -> Counting {
    let facts = everything.table(body.table);
    if facts.proposed.is_empty() {
        return Counting::default();
    }
    let known = names(first);
    let is_new = |group: &Counted| {
        group.verdict == Verdict::Fail
            && group.rows.iter().any(|row| facts.is_proposed(*row))
            && !known.contains(&group.group.to_lowercase())
    };
    let groups = judge_count(everything, body).groups.into_iter().filter(is_new).collect();
    Counting { passed: 0, groups }
}

/// What failed already, by name in lower case.
fn names(judging: &Judging<'_>) -> HashSet<String> {
    judging.failed.iter().filter_map(Failed::name).map(str::to_lowercase).collect()
}

/// A condition that a row fails which sets propose.
fn proposed_binding(second: &mut Judging<'_>, known: &HashSet<String>, binding: &Binding) {
    let everything = second.instance;
    let mut judging = Judging::new(everything, second.rule);
    judging.binding(binding);
    let is_proposed = |failed: &Failed| {
        failed.name().is_some_and(|name| !known.contains(&name.to_lowercase()))
            && failed.shown_row().is_some_and(|(table, row)| everything.table(table).is_proposed(row))
    };
    if judging.failed.iter().any(is_proposed) {
        second.failed.extend(judging.failed);
        second.tally.join(judging.tally);
    }
}
