//! Counting rules: how many records, in all or for each value of a field.

use std::collections::{BTreeMap, BTreeSet};

use super::instance::Instance;
use crate::finding::Verdict;
use crate::query::{Missing, RowId, Truth};
use crate::record::TableIdx;
use crate::rule::CountBody;

/// One group and its count.
#[derive(Debug)]
pub(super) struct Counted {
    /// The group's value; empty for a count over all.
    pub(super) group: String,
    /// How many there are for sure.
    pub(super) sure: usize,
    pub(super) verdict: Verdict,
    pub(super) missing: Missing,
    /// The records that were counted, in scan order.
    pub(super) rows: Vec<RowId>,
}

#[derive(Default)]
struct Tally {
    shown: String,
    rows: Vec<RowId>,
    sure: BTreeSet<String>,
    possible: BTreeSet<String>,
    missing: Missing,
}

/// Counts and judges every group.
pub(super) fn judge_count(instance: &Instance<'_>, body: &CountBody) -> Vec<Counted> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    if body.group_by.is_none() {
        tallies.insert(String::new(), Tally::default());
    }
    let mut stray = Missing::none();
    for row in instance.table(body.table).live() {
        let counts =
            body.filter.as_ref().map_or(Truth::Yes, |query| query.evaluate(instance, &instance.clock, row));
        if counts == Truth::No {
            continue;
        }
        let shown = match &body.group_by {
            None => String::new(),
            Some(path) => match path.cell(instance, row) {
                Ok(cell) if cell.value.is_empty() => continue,
                Ok(cell) => cell.display.unwrap_or(cell.value).to_owned(),
                Err(missing) => {
                    stray = stray.union(missing);
                    continue;
                }
            },
        };
        let tally = tallies.entry(shown.to_lowercase()).or_default();
        if tally.shown.is_empty() {
            tally.shown = shown;
        }
        let (unit, counts) = match body.distinct.as_ref().map(|path| path.cell(instance, row)) {
            None => (row.0.to_string(), counts),
            Some(Ok(cell)) if cell.value.is_empty() => continue,
            Some(Ok(cell)) => (cell.value.to_lowercase(), counts),
            // It counts, but perhaps as one that was counted already.
            Some(Err(missing)) => (format!("row {}", row.0), counts.and(Truth::Unknown(missing))),
        };
        match counts {
            Truth::Unknown(missing) => {
                tally.missing = std::mem::take(&mut tally.missing).union(missing);
                tally.possible.insert(unit);
            }
            _ if tally.sure.insert(unit) => tally.rows.push(row),
            _ => {}
        }
    }
    let mut counted: Vec<_> = tallies.into_values().map(|tally| judge_tally(instance, body, tally)).collect();
    if !stray.is_empty() {
        let verdict = Verdict::CannotTell;
        counted.push(Counted { group: String::new(), sure: 0, verdict, missing: stray, rows: Vec::new() });
    }
    if body.group_by.is_some() {
        one_doubt(&mut counted, instance, body.table);
    }
    counted
}

fn judge_tally(instance: &Instance<'_>, body: &CountBody, tally: Tally) -> Counted {
    let sure = tally.sure.len();
    let possible = tally.possible.difference(&tally.sure).count();
    let whole = instance.holds_all(body.table);
    let (low, high) = body.expect.limits();
    let share = share_limit(instance, body);
    let above = |count: usize, limit: Option<f64>| limit.is_some_and(|limit| as_number(count) > limit);
    let below = |count: usize, limit: Option<f64>| limit.is_some_and(|limit| as_number(count) < limit);
    let incomplete = || {
        if whole { tally.missing.clone() } else { tally.missing.clone().union(Missing::table(body.table)) }
    };
    let has_high = high.is_some() || share.is_some();
    let maybe_above = above(sure + possible, high) || above(sure + possible, share);
    // A share of a table of which rows may be missing is no share.
    let (verdict, missing) = if above(sure, high) || whole && above(sure, share) {
        (Verdict::Fail, Missing::none())
    } else if has_high && (maybe_above || !whole && body.group_by.is_none()) {
        (Verdict::CannotTell, incomplete())
    } else if below(sure + possible, low) && whole {
        (Verdict::Fail, Missing::none())
    } else if below(sure, low) {
        (Verdict::CannotTell, incomplete())
    } else {
        (Verdict::Pass, Missing::none())
    };
    Counted { group: tally.shown, sure, verdict, missing, rows: tally.rows }
}

/// The limit that a share of another count sets.
fn share_limit(instance: &Instance<'_>, body: &CountBody) -> Option<f64> {
    let (percent, of) = body.share.as_ref()?;
    let rows = instance.table(body.table).live();
    let all = rows.filter(|&row| of.evaluate(instance, &instance.clock, row) != Truth::No).count();
    Some(as_number(all) * percent / 100.0)
}

/// Whether a value occurs again in rows that were not exported is one doubt
/// about the table, not one for each value.
fn one_doubt(counted: &mut Vec<Counted>, instance: &Instance<'_>, table: TableIdx) {
    if instance.holds_all(table) {
        return;
    }
    counted.push(Counted {
        group: String::new(),
        sure: 0,
        verdict: Verdict::CannotTell,
        missing: Missing::table(table),
        rows: Vec::new(),
    });
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
