//! What joins see of a record of which several rows stand, as nothing says which of
//! them is the state: whatever no other row contradicts.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;

use super::ages::Files;
use super::columns::Pair;
use super::interner::TextId;
use super::row_index::position;
use super::scan_facts::Facts;
use super::signatures::{Signature, SignatureId};
use super::stamp::Stamp;
use super::table_facts::{Row, RowStanding, Sameness, TableFacts};
use crate::query::{RowId, RowTest};
use crate::record::{Action, ColumnIdx, TableIdx};

/// The rows of one record.
pub(crate) struct RowsOfRecord {
    pub(crate) instance: Vec<RowId>,
    /// Those of sets that the instance does not have, each set by itself.
    pub(crate) proposed: Vec<Vec<RowId>>,
    /// Two rows of one file that are of different records.
    pub(crate) of_two: Option<[RowId; 2]>,
}

/// A record of which two rows say different things, and nothing says which is newer.
#[derive(Debug, Clone)]
pub(crate) struct Undecided {
    pub(crate) table: TableIdx,
    pub(crate) rows: [RowId; 2],
    /// Whether they stand in one file and have different natural keys, so that they
    /// are two records.
    pub(crate) are_two: bool,
    /// The columns in which rows contradict each other, each with the first two.
    pub(crate) columns: Vec<(ColumnIdx, [RowId; 2])>,
}

/// By table and column: of how many records rows contradict each other there, and two
/// rows of the first.
pub(crate) type AtOdds = BTreeMap<(TableIdx, ColumnIdx), (usize, [RowId; 2])>;

/// In which columns records contradict themselves.
pub(crate) fn at_odds(undecided: &[Undecided]) -> AtOdds {
    let mut all = AtOdds::new();
    for Undecided { table, columns, .. } in undecided {
        for (column, rows) in columns {
            all.entry((*table, *column)).or_insert((0, *rows)).0 += 1;
        }
    }
    all
}

/// Notes for each record of which several rows stand what joins see of it, and
/// returns those of which two rows contradict each other. `groups` are the rows of
/// records that have several.
pub(crate) fn settle(
    index: TableIdx,
    table: &mut TableFacts,
    facts: &Facts,
    (groups, files, tests): (&[RowsOfRecord], &Files<'_>, &[RowTest]),
) -> Vec<Undecided> {
    let mut undecided = Vec::new();
    let mut signatures = Signatures::default();
    for group in groups {
        let shown =
            |rows: &[RowId]| -> Vec<_> { rows.iter().copied().filter(|row| is_shown(table, *row)).collect() };
        let (mut rows, proposed) = (shown(&group.instance), shown(&group.proposed.concat()));
        let all: Vec<_> = rows.iter().chain(&proposed).copied().collect();
        // What several sets would bring is no contradiction.
        let is_proposed = rows.is_empty() && group.proposed.len() > 1;
        // What is in the instance answers, and without it what would be.
        if rows.is_empty() {
            rows = proposed;
        }
        // What a build wrote says less than what it was made of.
        if rows.iter().any(|row| !files.is_build(table, *row)) {
            rows.retain(|row| !files.is_build(table, *row));
        }
        let Some(&first) = rows.first().filter(|_| all.len() > 1) else { continue };
        let sys_id = facts.fold(table.pair(first, ColumnIdx::SYS_ID).value);
        let joining = Joining { facts, table, tests };
        let joined = joining.of(&rows);
        let at_odds = group.of_two.or(joined.at_odds.filter(|_| !is_proposed));
        let are_two = group.of_two.is_some();
        undecided.extend(at_odds.map(|at_odds| {
            let columns = joining.columns_at_odds(&rows);
            Undecided { table: index, rows: at_odds, are_two, columns }
        }));
        let others = all.iter().copied().filter(|row| *row != first && !are_two);
        let sameness: Vec<_> = others.map(|row| (row, joining.sameness(first, row))).collect();
        let seen = joined.only.or_else(|| {
            let row = *table.row(first)?;
            let signature = signatures.number(table, joined.answers);
            Some(table.add_joined(Row { signature, ..row }, &joined.pairs))
        });
        table.joined.extend(seen.map(|seen| (sys_id, seen)));
        table.sameness.extend(sameness);
    }
    undecided
}

fn is_shown(table: &TableFacts, row: RowId) -> bool {
    table
        .row(row)
        .is_some_and(|row| row.standing == RowStanding::Current && row.action == Action::InsertOrUpdate)
}

/// Signatures that no row had before.
#[derive(Default)]
struct Signatures(HashMap<Vec<u8>, SignatureId>);

impl Signatures {
    fn number(&mut self, table: &mut TableFacts, answers: Vec<u8>) -> SignatureId {
        let next = SignatureId(u32::try_from(table.signatures.len()).unwrap_or(u32::MAX));
        *self.0.entry(answers).or_insert_with_key(|answers| {
            Arc::make_mut(&mut table.signatures).push(Signature::from(answers.as_slice()));
            next
        })
    }
}

/// The rows of a table, and what they were asked.
struct Joining<'t> {
    facts: &'t Facts,
    table: &'t TableFacts,
    tests: &'t [RowTest],
}

/// What is seen of a record.
struct Joined {
    /// The row that shows all of it, if one does.
    only: Option<RowId>,
    pairs: Vec<Pair>,
    answers: Vec<u8>,
    /// Two rows that contradict each other.
    at_odds: Option<[RowId; 2]>,
}

impl Joining<'_> {
    fn of(&self, rows: &[RowId]) -> Joined {
        let mut rest = rows.iter().copied();
        let first = rest.next().unwrap_or(RowId(u32::MAX));
        let (mut pairs, mut answers) = (self.pairs(first), self.answers(first).to_vec());
        let mut at_odds = None;
        let mut shown = Shown::new(first, &pairs, &answers);
        for row in rest {
            at_odds = at_odds.or_else(|| self.contradicted(&mut shown, row).map(|other| [other, row]));
            let sys_id = self.table.slot(ColumnIdx::SYS_ID);
            for (slot, (ours, theirs)) in pairs.iter_mut().zip(self.pairs(row)).enumerate() {
                if Some(slot) != sys_id {
                    *ours = both(*ours, theirs);
                }
            }
            let theirs = self.answers(row);
            for ((ours, theirs), test) in answers.iter_mut().zip(theirs).zip(self.tests) {
                *ours = test.joined(*ours, *theirs);
            }
        }
        let is_all = |row: &RowId| self.pairs(*row) == pairs && self.answers(*row) == answers;
        let only = rows.iter().copied().find(is_all);
        Joined { only, pairs, answers, at_odds }
    }

    fn pairs(&self, row: RowId) -> Vec<Pair> {
        let row = usize::try_from(row.0).unwrap_or(usize::MAX);
        (0..self.table.width()).map(|slot| self.table.columns.get(row, slot)).collect()
    }

    fn answers(&self, row: RowId) -> &[u8] {
        let signature = self.table.row(row).map(|row| row.signature);
        let answers = signature.and_then(|signature| self.table.signatures.get(signature.index()));
        answers.map_or(&[], |answers| &**answers)
    }

    /// The columns in which rows contradict each other. Of a column that is not kept,
    /// the answers tell it.
    fn columns_at_odds(&self, rows: &[RowId]) -> Vec<(ColumnIdx, [RowId; 2])> {
        let mut found = BTreeMap::new();
        for column in self.table.all_columns().filter(|column| *column != ColumnIdx::SYS_ID) {
            let Some(slot) = self.table.slot(column) else { continue };
            let value = |row: RowId| self.table.columns.get(position(row), slot).value;
            let first = rows.iter().copied().find(|row| value(*row) != TextId::ABSENT);
            let other = |first| rows.iter().copied().find(|row| self.differ(value(first), value(*row)));
            found.extend(first.and_then(|first| Some((column, [first, other(first)?]))));
        }
        for (number, test) in self.tests.iter().enumerate() {
            let answer = |row: RowId| self.answers(row).get(number).copied().unwrap_or_default();
            let first = rows.iter().copied().find(|row| test.is_told(answer(*row)));
            let other =
                |first| rows.iter().copied().find(|row| test.is_contradiction(answer(first), answer(*row)));
            let Some((first, other)) = first.and_then(|first| Some((first, other(first)?))) else { continue };
            // A column that is kept was compared above.
            for column in test.columns().filter(|column| self.table.slot(*column).is_none()) {
                found.entry(column).or_insert([first, other]);
            }
        }
        found.into_iter().collect()
    }

    /// Whether two values are shown and say different things. Forms of export write the
    /// same moment in different time zones.
    fn differ(&self, one: TextId, other: TextId) -> bool {
        let is_shown = one != TextId::ABSENT && other != TextId::ABSENT;
        let text = |id| self.facts.texts.text(id);
        is_shown
            && self.facts.fold(one) != self.facts.fold(other)
            && !Stamp::new(text(one)).is_near(Stamp::new(text(other)))
    }

    /// What a row is beside the one that is counted.
    fn sameness(&self, first: RowId, row: RowId) -> Sameness {
        let is_same = self.pairs(first) == self.pairs(row) && self.answers(first) == self.answers(row);
        if is_same { Sameness::Repeats(first) } else { Sameness::Unsure }
    }

    /// The row among those before that shows another value in a column that somebody
    /// asks for, or answers a question with the opposite. Adds what this row shows
    /// first, so that each row is looked at once.
    fn contradicted(&self, shown: &mut Shown, row: RowId) -> Option<RowId> {
        let sys_id = self.table.slot(ColumnIdx::SYS_ID);
        for (slot, (before, pair)) in shown.values.iter_mut().zip(self.pairs(row)).enumerate() {
            if Some(slot) != sys_id && self.differ(before.0, pair.value) {
                return Some(before.1);
            }
            if before.0 == TextId::ABSENT {
                *before = (pair.value, row);
            }
        }
        for ((before, answer), test) in shown.answers.iter_mut().zip(self.answers(row)).zip(self.tests) {
            if test.is_contradiction(before.0, *answer) {
                return Some(before.1);
            }
            if !test.is_told(before.0) {
                *before = (*answer, row);
            }
        }
        None
    }
}

/// What rows of one record show, each with the row that shows it first.
struct Shown {
    values: Vec<(TextId, RowId)>,
    answers: Vec<(u8, RowId)>,
}

impl Shown {
    fn new(row: RowId, pairs: &[Pair], answers: &[u8]) -> Self {
        Self {
            values: pairs.iter().map(|pair| (pair.value, row)).collect(),
            answers: answers.iter().map(|answer| (*answer, row)).collect(),
        }
    }
}

/// What two rows show of one column together.
fn both(one: Pair, other: Pair) -> Pair {
    if one == other || other == Pair::default() {
        return one;
    }
    if one == Pair::default() {
        return other;
    }
    let shown = |one: TextId, other: TextId, none: TextId| match (one, other) {
        _ if one == other => one,
        _ if one.0 <= none.0 => other,
        _ if other.0 <= none.0 => one,
        _ => TextId::ABSENT,
    };
    Pair {
        value: shown(one.value, other.value, TextId::ABSENT),
        display: shown(one.display, other.display, TextId::EMPTY),
    }
}
