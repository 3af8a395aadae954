//! Questions that a row answers by itself. Each is asked once while the record is read,
//! however many rules ask it; only the answer is kept.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use super::bound_path::{BoundPath, PathEnd};
use super::data::{Data, Missing, RowId, TestIdx, Truth, WalkIdx, WalkStart};
use super::dates::Clock;
use crate::record::{ColumnIdx, TableIdx};

/// A question about what the rows of a table refer to.
#[derive(Debug)]
pub struct Walk {
    /// The reference with which it begins.
    pub start: WalkStart,
    question: Arc<dyn AskRow>,
}

impl Walk {
    /// The answer of a row. If the row that it refers to was read, all rows with this
    /// reference share the answer.
    #[must_use]
    pub fn ask(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        self.question.ask(data, clock, row)
    }
}

/// A question about one row.
pub trait AskRow: Debug + Send + Sync {
    /// The answer, from nothing but the columns and traits of the row.
    fn ask(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth;

    /// Whether the answer depends on nothing but which columns are shown and which
    /// of them are empty.
    fn asks_emptiness(&self) -> bool {
        false
    }
}

/// A test that some query or expectation needs.
#[derive(Debug)]
pub struct RowTest {
    question: Arc<dyn AskRow>,
    /// The columns of the field that is asked, and of one that it is compared with.
    columns: [Vec<ColumnIdx>; 2],
    missing: [Missing; 2],
    /// Whether it depends on what the row is beside its columns.
    pub asks_trait: bool,
    /// Whether it depends on what "now" is.
    pub needs_clock: bool,
}

/// An answer as a number.
const NO: u8 = 0;
const YES: u8 = 1;
/// It is not known, and nothing of the export is missing.
const OPEN: u8 = 2;
/// It is not known because of the field, of the other one, or of both.
const OWN: u8 = 3;
const OTHER: u8 = 4;
const BOTH: u8 = 5;
/// It could not be asked, as nobody knew what "now" is.
const NOT_ASKED: u8 = 6;

impl RowTest {
    /// As [`AskRow::asks_emptiness`].
    #[must_use]
    pub fn asks_emptiness(&self) -> bool {
        self.question.asks_emptiness()
    }

    /// All columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = ColumnIdx> + '_ {
        self.columns.iter().flatten().copied()
    }

    /// Asks a row; the answer is a number for [`Self::truth`].
    #[must_use]
    pub fn ask(&self, data: &dyn Data, clock: &Clock, row: RowId) -> u8 {
        if self.needs_clock && clock.now().is_none() {
            return NOT_ASKED;
        }
        match self.question.ask(data, clock, row) {
            Truth::No => NO,
            Truth::Yes => YES,
            Truth::Unknown(missing) if missing.is_empty() => OPEN,
            Truth::Unknown(missing) if missing == self.missing[0] => OWN,
            Truth::Unknown(missing) if missing == self.missing[1] => OTHER,
            Truth::Unknown(_) => BOTH,
        }
    }

    /// Whether two rows of one record contradict each other.
    #[must_use]
    pub fn is_contradiction(&self, one: u8, other: u8) -> bool {
        !self.asks_trait && matches!((one, other), (YES, NO) | (NO, YES))
    }

    /// Whether an answer is yes or no.
    #[must_use]
    pub fn is_told(&self, answer: u8) -> bool {
        matches!(answer, YES | NO)
    }

    /// Whether an answer is unknown because of a column.
    #[must_use]
    pub fn is_open(&self, answer: u8) -> bool {
        matches!(answer, OWN | OTHER | BOTH)
    }

    /// The answer of a record of which there are two rows: what only one of them
    /// shows, and nothing where they contradict each other.
    #[must_use]
    pub fn joined(&self, one: u8, other: u8) -> u8 {
        match (one, other) {
            _ if one == other || self.asks_trait => one,
            (NOT_ASKED, _) | (_, NOT_ASKED) => NOT_ASKED,
            (YES | NO, YES | NO) => OWN,
            (shown @ (YES | NO), _) | (_, shown @ (YES | NO)) => shown,
            _ => BOTH,
        }
    }

    /// What the number of an answer says; `None` if it was not asked.
    #[must_use]
    pub fn truth(&self, answer: u8) -> Option<Truth> {
        let [own, other] = &self.missing;
        Some(match answer {
            NO => Truth::No,
            YES => Truth::Yes,
            OPEN => Truth::Unknown(Missing::none()),
            OWN => Truth::Unknown(own.clone()),
            OTHER => Truth::Unknown(other.clone()),
            BOTH => Truth::Unknown(own.clone().union(other.clone())),
            _ => return None,
        })
    }
}

/// The tests of all tables. What is written the same is one test.
#[derive(Debug, Default)]
pub struct RowTests {
    tables: HashMap<TableIdx, TableTests>,
    walks: Vec<Walk>,
    walk_by_text: HashMap<(WalkStart, String), WalkIdx>,
}

#[derive(Debug, Default)]
struct TableTests {
    tests: Vec<RowTest>,
    by_text: HashMap<String, TestIdx>,
}

impl RowTests {
    /// The tests of a table; their positions are the numbers of [`TestIdx`].
    #[must_use]
    pub fn of(&self, table: TableIdx) -> &[RowTest] {
        self.tables.get(&table).map_or(&[], |table| &table.tests)
    }

    /// All walks; their positions are the [`WalkIdx`].
    #[must_use]
    pub fn walks(&self) -> &[Walk] {
        &self.walks
    }

    /// Adds a question about what a reference leads to; `text` says all that is
    /// asked. `None` for one too many.
    pub(super) fn add_walk(
        &mut self,
        start: WalkStart,
        text: String,
        question: Arc<dyn AskRow>,
    ) -> Option<WalkIdx> {
        if let Some(&known) = self.walk_by_text.get(&(start, text.clone())) {
            return Some(known);
        }
        let index = WalkIdx(u16::try_from(self.walks.len()).ok()?);
        self.walks.push(Walk { start, question });
        self.walk_by_text.insert((start, text), index);
        Some(index)
    }

    /// Whether any test depends on what "now" is.
    #[must_use]
    pub fn need_clock(&self) -> bool {
        self.tables.values().flat_map(|table| &table.tests).any(|test| test.needs_clock)
    }

    /// The test whether the `sys_id` of a row is empty, if anybody needs it.
    #[must_use]
    pub fn sys_id_is_empty(&self, table: TableIdx) -> Option<TestIdx> {
        self.tables.get(&table)?.by_text.get("sys_idISEMPTY").copied()
    }

    /// Adds a test of the table at which `path` ends; `text` says all that is
    /// asked. `None` for one test too many.
    pub fn add(
        &mut self,
        text: String,
        question: Arc<dyn AskRow>,
        (path, other): (&BoundPath, Option<&BoundPath>),
        needs_clock: bool,
    ) -> Option<TestIdx> {
        let index = path.end_table()?;
        let table = self.tables.entry(index).or_default();
        if let Some(&known) = table.by_text.get(&text) {
            return Some(known);
        }
        let index = TestIdx { table: index, number: u16::try_from(table.tests.len()).ok()? };
        let paths = [Some(path), other];
        let asks_trait = paths.into_iter().flatten().any(|path| matches!(path.end, PathEnd::Trait(..)));
        let columns = paths.map(|path| path.map(own_columns).unwrap_or_default());
        let missing = paths.map(|path| path.map(BoundPath::all_columns_missing).unwrap_or_default());
        table.tests.push(RowTest { question, columns, missing, asks_trait, needs_clock });
        table.by_text.insert(text, index);
        Some(index)
    }
}

fn own_columns(path: &BoundPath) -> Vec<ColumnIdx> {
    match &path.end {
        PathEnd::Column(end) => {
            let shown = path.shown_as.map(|(_, column)| column);
            end.columns.list.iter().copied().chain(shown).collect()
        }
        _ => Vec::new(),
    }
}
