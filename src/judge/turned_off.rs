//! Findings that newer copies turned off: an older version of a record fails a rule,
//! and no newer version of it does. Most were mended since; a copy with a newer date
//! also silences one that was not.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::conditions;
use super::verdicts::RowVerdicts;
use crate::facts::Replaced;
use crate::finding::{Finding, Notice, Verdict};
use crate::instance::Instance;
use crate::query::{RowId, Truth};
use crate::record::{Action, ColumnIdx, TableIdx};
use crate::rule::{Body, Holds, Judges, PropertyBody, RecordBody, Rule};
use crate::span::ByteSpan;

/// How many findings that a change turned off have a line of their own.
const MOST_LINES: usize = 50;

/// A finding that rests on an older version of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnedOff {
    /// Index of the rule.
    rule: u16,
    table: TableIdx,
    rows: Replaced,
}

impl TurnedOff {
    /// Where the newer copy stands: source, start of the child of the root, ordinal in it.
    #[must_use]
    pub fn newer(&self, instance: &Instance<'_>) -> Spot {
        instance.place(self.table, self.rows.newer).unwrap_or_default()
    }
}

/// The findings that newer copies in other files turned off, each once; by rule, then in
/// scan order. `findings` are those that stand. Only rows are judged whose newer version
/// says something else.
#[must_use]
pub fn turned_off(instance: &Instance<'_>, rules: &[Rule], findings: &[Finding]) -> Vec<TurnedOff> {
    if instance.facts.tables.iter().all(|table| table.replaced.is_empty()) {
        return Vec::new();
    }
    let of_rule = |(number, rule): (u16, &Rule)| {
        let (table, failing) = failing(instance, rule)?;
        Some((number, table, failing))
    };
    let numbered: Vec<_> = (0_u16..).zip(rules).collect();
    let failing: Vec<_> = numbered.into_par_iter().filter_map(of_rule).collect();
    let key = |rule: u16, table: &str, key: &str| (rule, format!("{table} {}", key.to_lowercase()));
    let mut standing: HashSet<(u16, String)> = HashSet::new();
    if failing.iter().any(|(.., rows)| !rows.is_empty()) {
        for finding in findings {
            standing.insert(key(
                finding.rule,
                &finding.table,
                finding.sys_id.as_deref().unwrap_or(&finding.key),
            ));
        }
    }
    let mut off = Vec::new();
    for (rule, table, rows) in failing {
        let name = &instance.wanted.table(table).name;
        let is_property =
            matches!(rules.get(usize::from(rule)).map(|rule| &rule.body), Some(Body::Property(_)));
        let shown =
            |row| if is_property { instance.key(table, row) } else { instance.sys_id(table, row).to_owned() };
        for rows in rows {
            if standing.insert(key(rule, name, &shown(rows.older))) {
                off.push(TurnedOff { rule, table, rows });
            }
        }
    }
    off
}

/// The older versions that fail a rule. Rules on all copies judge them anyway.
fn failing(instance: &Instance<'_>, rule: &Rule) -> Option<(TableIdx, Vec<Replaced>)> {
    let table = match &rule.body {
        Body::Record(body) if body.judges == Judges::Instance => body.table,
        Body::Property(body) => body.columns.table,
        Body::Record(_) | Body::Count(_) | Body::Conditions(_) => return None,
    };
    let facts = instance.table(table);
    if facts.replaced.is_empty() {
        return None;
    }
    let is_proposed = |rows: &Replaced| facts.is_proposed(rows.older);
    let (proposed, replaced): (Vec<_>, Vec<_>) = facts.replaced.iter().copied().partition(is_proposed);
    let mut failing = failing_of(instance.in_force(), rule, replaced);
    failing.extend(failing_of(instance, rule, proposed));
    Some((table, failing))
}

/// Those of some older versions that fail a rule, as an instance shows what else is there.
fn failing_of(instance: &Instance<'_>, rule: &Rule, replaced: Vec<Replaced>) -> Vec<Replaced> {
    if replaced.is_empty() || conditions::all(instance, &rule.gate).truth != Truth::Yes {
        return Vec::new();
    }
    match &rule.body {
        Body::Record(body) => failing_records(instance, body, &replaced),
        Body::Property(body) => {
            let fails = |rows: &Replaced| fails_as_property(instance, body, rows.older);
            replaced.into_iter().filter(fails).collect()
        }
        Body::Count(_) | Body::Conditions(_) => Vec::new(),
    }
}

fn failing_records(instance: &Instance<'_>, body: &RecordBody, replaced: &[Replaced]) -> Vec<Replaced> {
    let verdicts = RowVerdicts::new(instance, body);
    let facts = instance.table(body.table);
    let is_judged =
        |row| body.sees_deleted || facts.row(row).is_some_and(|row| row.action == Action::InsertOrUpdate);
    let fails = |rows: &&Replaced| is_judged(rows.older) && verdicts.of(rows.older).verdict == Verdict::Fail;
    replaced.par_iter().with_min_len(512).filter(fails).copied().collect()
}

fn fails_as_property(instance: &Instance<'_>, body: &PropertyBody, row: RowId) -> bool {
    let columns = body.columns;
    let cell = |column: ColumnIdx| instance.facts.cell(columns.table, row, column);
    let is_there =
        instance.table(columns.table).row(row).is_some_and(|row| row.action == Action::InsertOrUpdate);
    let value = cell(columns.value);
    is_there
        && value.present
        && body.name.matches(cell(columns.name).value)
        && body.expect.holds(value.value) == Holds::No
}

/// Where a row stands: source, start of the child of the root, ordinal in it.
pub type Spot = (u32, u64, u32);

/// Where older versions stand that newer ones of other files replace, and where the
/// newer ones do.
#[must_use]
pub fn replaced_places(instance: &Instance<'_>) -> HashMap<Spot, Spot> {
    let mut places = HashMap::new();
    for (table, facts) in (0_u16..).map(TableIdx).zip(&instance.facts.tables) {
        for Replaced { older, newer } in &facts.replaced {
            places.extend(instance.place(table, *older).zip(instance.place(table, *newer)));
        }
    }
    places
}

/// One notice for each finding that a copy of the change turned off, and one with
/// the number of the others. `path_of` names a source.
#[must_use]
pub fn turned_off_notices<'s>(
    instance: &Instance<'_>,
    (off, rules): (&[TurnedOff], &[Rule]),
    is_changed: &dyn Fn(&TurnedOff) -> bool,
    path_of: &dyn Fn(u32) -> &'s str,
) -> Vec<Notice> {
    let (changed, others): (Vec<_>, Vec<_>) = off.iter().partition(|off| is_changed(off));
    let rule_id = |off: &TurnedOff| {
        let rule = rules.get(usize::from(off.rule));
        rule.map_or("", |rule| rule.meta.id.as_str())
    };
    let example = |off: &TurnedOff| {
        let (older, ..) = instance.place(off.table, off.rows.older).unwrap_or_default();
        let (table, key) = (&instance.wanted.table(off.table).name, instance.key(off.table, off.rows.older));
        (format!("{} for {table} {key}", rule_id(off)), path_of(older))
    };
    let notice = |off: &TurnedOff, message: String| {
        let (source, start, _) = off.newer(instance);
        Notice::of_turned_off(path_of(source), source, ByteSpan::at(start), message)
    };
    let mut notices = Vec::new();
    for (at, off) in changed.iter().take(MOST_LINES).enumerate() {
        let (finding, older) = example(off);
        let more = match changed.len() - at - 1 {
            0 => String::new(),
            _ if at + 1 < MOST_LINES => String::new(),
            more => format!("; the change does so to {more} more"),
        };
        let message = format!(
            "{finding} rests on the version of the record in {older}, which the copy here replaces as it is \
             newer, so it is no finding any more{more}; --all-versions judges both"
        );
        notices.push(notice(off, message));
    }
    if let Some(first) = others.first() {
        let (finding, older) = example(first);
        let what = match others.len() {
            1 => "one finding rests on an older version of a record, which a newer copy replaces".to_owned(),
            count => {
                format!("{count} findings rest on older versions of records, which newer copies replace")
            }
        };
        let message = format!(
            "{what}, such as {finding} in {older}; --all-versions judges them; what older versions meant for \
             other records is not counted"
        );
        notices.push(notice(first, message));
    }
    notices
}

/// Where older versions fail no rule themselves, one notice with the number of
/// records of which a newer version of another file shows joins something else: what
/// rests on the older one elsewhere is judged by nobody.
#[must_use]
pub fn replaced_notice<'s>(
    instance: &Instance<'_>,
    off: &[TurnedOff],
    path_of: &dyn Fn(u32) -> &'s str,
) -> Option<Notice> {
    if !off.is_empty() {
        return None;
    }
    let tables = (0_u16..).map(TableIdx).zip(&instance.facts.tables);
    let mut replaced = tables.flat_map(|(index, table)| {
        let rows = table.replaced.iter().filter(|rows| table.joins_differ(rows.older, rows.newer));
        rows.map(move |rows| (index, *rows))
    });
    let (table, rows) = replaced.next()?;
    let what = match replaced.count() {
        0 => "one record is judged in a newer version, which says".to_owned(),
        more => format!("{} records are judged in newer versions, which say", more + 1),
    };
    let (older, ..) = instance.place(table, rows.older)?;
    let (source, start, _) = instance.place(table, rows.newer)?;
    let (name, key) = (&instance.wanted.table(table).name, instance.key(table, rows.older));
    let older = path_of(older);
    let message = format!(
        "{what} something else than that in another file, such as {name} {key} here and in {older}; what older \
         versions meant for other records is not counted: scan {older} without this file to see it"
    );
    Some(Notice::of_turned_off(path_of(source), source, ByteSpan::at(start), message))
}
