//! Counting rules: how many records, in all or for each value of a field.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use crate::facts::Sameness;
use crate::finding::Verdict;
use crate::instance::Instance;
use crate::query::{BoundPath, Missing, MissingItem, RowId, Truth};
use crate::record::ColumnIdx;
use crate::rule::CountBody;

/// How the groups fare.
#[derive(Debug, Default)]
pub(super) struct Counting {
    /// How many are as expected and need no more words.
    pub(super) passed: u64,
    /// The others.
    pub(super) groups: Vec<Counted>,
}

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

/// Counts and judges every group.
pub(super) fn judge_count(instance: &Instance<'_>, body: &CountBody) -> Counting {
    let count = Count::new(instance, body);
    if let Some(path) = &body.group_by {
        return count.by_group(path);
    }
    let mut tally = Tally::default();
    for row in instance.table(body.table).live() {
        match count.counts(row) {
            Truth::No => {}
            counts => tally.add(&count, row, counts),
        }
    }
    Counting { passed: 0, groups: vec![count.judge(tally)] }
}

/// What is counted, and what the number must be.
struct Count<'i> {
    instance: &'i Instance<'i>,
    body: &'i CountBody,
    whole: bool,
    limits: (Option<f64>, Option<f64>),
    /// The limit that a share of another count sets.
    share: Option<f64>,
}

/// The counted records of one group.
#[derive(Default)]
struct Tally {
    shown: String,
    rows: Vec<RowId>,
    /// Rows that perhaps count.
    possible: usize,
    /// Where distinct values count: those that do, and those that perhaps do.
    sure_values: BTreeSet<String>,
    possible_values: BTreeSet<String>,
    missing: Missing,
}

impl Tally {
    fn add(&mut self, count: &Count<'_>, row: RowId, counts: Truth) {
        let distinct = count.body.distinct.as_ref().map(|path| path.cell(count.instance, row));
        let (value, counts) = match distinct {
            None => (None, counts),
            Some(Ok(cell)) if cell.value.is_empty() => return,
            Some(Ok(cell)) => (Some(cell.value.to_lowercase()), counts),
            // It counts, but perhaps as one that was counted already.
            Some(Err(missing)) => (None, counts.and(Truth::Unknown(missing))),
        };
        match (counts, value) {
            (Truth::Unknown(missing), value) => {
                self.missing = std::mem::take(&mut self.missing).union(missing);
                match value {
                    Some(value) => _ = self.possible_values.insert(value),
                    None => self.possible += 1,
                }
            }
            (_, Some(value)) => {
                if self.sure_values.insert(value) {
                    self.rows.push(row);
                }
            }
            (_, None) => self.rows.push(row),
        }
    }

    fn possible(&self) -> usize {
        self.possible + self.possible_values.difference(&self.sure_values).count()
    }
}

/// How many rows of a group count, and perhaps do.
#[derive(Debug, Default, Clone, Copy)]
struct Rows {
    sure: u32,
    possible: u32,
}

impl<'i> Count<'i> {
    fn new(instance: &'i Instance<'i>, body: &'i CountBody) -> Self {
        let whole = instance.holds_all(body.table);
        let share = body.share.as_ref().map(|(percent, of)| {
            let rows = instance.table(body.table).live();
            let all = rows.filter(|&row| of.evaluate(instance, &instance.clock, row) != Truth::No).count();
            as_number(all) * percent / 100.0
        });
        Self { instance, body, whole, limits: body.expect.limits(), share }
    }

    /// Whether a row counts.
    fn counts(&self, row: RowId) -> Truth {
        let filter = self.body.filter.as_ref();
        let filtered =
            || filter.map_or(Truth::Yes, |query| query.evaluate(self.instance, &self.instance.clock, row));
        match self.instance.sameness(self.body.table, row) {
            None => filtered(),
            Some(Sameness::Repeats(_)) => Truth::No,
            // It may be the record that another row is about.
            Some(Sameness::Unsure) => {
                filtered().and(Truth::Unknown(Missing::column(self.body.table, ColumnIdx::SYS_ID)))
            }
        }
    }

    /// Most groups are one row and as expected, so the rows of the others only
    /// are kept, in a second pass.
    fn by_group(&self, path: &BoundPath) -> Counting {
        let hasher = RandomState::default();
        let hash = |group: &str| hasher.hash_one(group.to_lowercase());
        let mut sizes: HashMap<u64, Rows, RandomState> = HashMap::default();
        let mut stray = Missing::none();
        self.each_of_a_group(path, |_, counts, group| match group {
            Ok(group) => {
                let rows = sizes.entry(hash(group)).or_default();
                let counter = if counts == Truth::Yes { &mut rows.sure } else { &mut rows.possible };
                *counter = counter.saturating_add(1);
            }
            Err(missing) => stray = std::mem::take(&mut stray).union(missing),
        });
        let groups = sizes.len();
        sizes.retain(|_, rows| !self.surely_passes(*rows));
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        if !sizes.is_empty() {
            self.each_of_a_group(path, |row, counts, group| {
                let Ok(group) = group else { return };
                if sizes.contains_key(&hash(group)) {
                    let tally = tallies.entry(group.to_lowercase()).or_default();
                    if tally.shown.is_empty() {
                        group.clone_into(&mut tally.shown);
                    }
                    tally.add(self, row, counts);
                }
            });
        }
        let passed = u64::try_from(groups - sizes.len()).unwrap_or(u64::MAX);
        let mut groups: Vec<_> = tallies.into_values().map(|tally| self.judge(tally)).collect();
        let doubt = |missing| Counted {
            group: String::new(),
            sure: 0,
            verdict: Verdict::CannotTell,
            missing,
            rows: Vec::new(),
        };
        groups.extend((!stray.is_empty()).then(|| doubt(stray)));
        // Whether a value occurs again in rows that were not exported is one doubt
        // about the table, not one for each value.
        groups.extend((!self.whole).then(|| doubt(Missing::table(self.body.table))));
        Counting { passed, groups }
    }

    /// Gives every row that counts, or perhaps does, with its group: what it
    /// shows, or what is missing.
    fn each_of_a_group(&self, path: &BoundPath, mut take: impl FnMut(RowId, Truth, Result<&str, Missing>)) {
        for row in self.instance.table(self.body.table).live() {
            let counts = self.counts(row);
            if counts == Truth::No {
                continue;
            }
            match path.cell(self.instance, row) {
                Ok(cell) if cell.value.is_empty() => {}
                Ok(cell) => take(row, counts, Ok(cell.display.unwrap_or(cell.value))),
                Err(missing) => take(row, counts, Err(missing)),
            }
        }
    }

    /// Whether a group of so many rows is as expected, whatever they hold.
    fn surely_passes(&self, rows: Rows) -> bool {
        let (low, high) = self.limits;
        let most = f64::from(rows.sure) + f64::from(rows.possible);
        let fits = [high, self.share].into_iter().flatten().all(|limit| most <= limit);
        fits && low.is_none_or(|low| self.body.distinct.is_none() && f64::from(rows.sure) >= low)
    }

    fn judge(&self, tally: Tally) -> Counted {
        let sure = tally.rows.len();
        let possible = tally.possible();
        let (low, high) = self.limits;
        let above = |count: usize, limit: Option<f64>| limit.is_some_and(|limit| as_number(count) > limit);
        let below = |count: usize, limit: Option<f64>| limit.is_some_and(|limit| as_number(count) < limit);
        let table = self.body.table;
        let incomplete = || {
            let missing = tally.missing.clone();
            if self.whole { missing } else { missing.union(Missing::table(table)) }
        };
        let has_high = high.is_some() || self.share.is_some();
        let maybe_above = above(sure + possible, high) || above(sure + possible, self.share);
        // Rows that do not show a column which decides whether they count make no number.
        let hides = |item| matches!(item, MissingItem::Column(..));
        let is_counted = self.whole && !tally.missing.items().any(hides);
        // A share of a table of which rows may be missing is no share.
        let (verdict, missing) = if above(sure, high) || self.whole && above(sure, self.share) {
            (Verdict::Fail, Missing::none())
        } else if has_high && (maybe_above || !is_counted && self.body.group_by.is_none()) {
            (Verdict::CannotTell, incomplete())
        } else if below(sure + possible, low) && self.whole {
            (Verdict::Fail, Missing::none())
        } else if below(sure, low) {
            (Verdict::CannotTell, incomplete())
        } else {
            (Verdict::Pass, Missing::none())
        };
        Counted { group: tally.shown, sure, verdict, missing, rows: tally.rows }
    }
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
