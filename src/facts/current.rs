//! The row that is being read: its columns, and what it answers to the tests of
//! its table. Most columns of a row are those of the row before, and then so are
//! the answers.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::columns::Pair;
use super::interner::{SharedInterner, TextId};
use super::own_name::own_name;
use super::signatures::{SharedSignatures, SignatureId};
use super::wanted_columns::{ColumnPlace, find_columns};
use crate::query::{Cell, Class, Clock, Data, Missing, RowId, RowTest, RowTests, Truth};
use crate::record::{
    Action, Classes, ColumnIdx, Origin, Record, TableIdx, Wanted, fixed_name_column, is_no_identity, schema,
};

/// What is asked of records, and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'w> {
    pub(crate) wanted: &'w Wanted,
    pub(crate) tests: &'w RowTests,
    /// Which tables extend which.
    pub(crate) classes: &'w Classes,
    /// The instance's name.
    pub(crate) instance: &'w str,
    pub(crate) shared: &'w Shared,
}

/// One column of the row.
#[derive(Debug, Default)]
struct Seen {
    present: bool,
    value: String,
    display: String,
    /// Of the value, if it is present.
    hash: u64,
    pair: Pair,
}

/// The row of one table that was read last.
#[derive(Debug)]
pub(crate) struct CurrentRow<'w> {
    wanted: &'w Wanted,
    table: TableIdx,
    tests: &'w [RowTest],
    classes: &'w Classes,
    /// For each column, the tests that ask what stands in it.
    asking: Vec<Vec<u16>>,
    /// For each column, the tests that ask only whether something stands in it.
    asking_emptiness: Vec<Vec<u16>>,
    /// The tests that ask for more than columns.
    asking_traits: Vec<u16>,
    /// For each column, whether it is kept.
    kept: Vec<bool>,
    /// For each column, whether it is one of the table's, not a walk from it.
    is_own: Vec<bool>,
    /// The column of a name that some records have on every instance.
    fixed_name: Option<usize>,
    /// Another name that such a record shows.
    other_name: Option<Box<str>>,
    instance: &'w str,
    columns: Vec<Seen>,
    at: Vec<ColumnPlace>,
    traits: Option<(Action, Origin, u16)>,
    /// The tests that must be asked anew.
    open: Vec<u16>,
    answers: Vec<u8>,
    signature: SignatureId,
}

/// Where what is remembered goes, for all threads.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) texts: SharedInterner,
    pub(crate) signatures: SharedSignatures,
    /// What "now" is, as far as anybody knows before the records are read.
    pub(crate) clock: Clock,
    hasher: RandomState,
}

impl Shared {
    pub(crate) fn new(wanted: &Wanted, clock: Clock) -> Self {
        Self {
            clock,
            texts: SharedInterner::default(),
            signatures: SharedSignatures::new(wanted),
            hasher: RandomState::default(),
        }
    }

    fn intern(&self, text: &str) -> TextId {
        if text.is_empty() { TextId::EMPTY } else { self.texts.intern(text) }
    }
}

impl<'w> CurrentRow<'w> {
    pub(crate) fn new(asked: Asked<'w>, table: TableIdx) -> Self {
        let Asked { wanted, tests, classes, instance, shared } = asked;
        let tests = tests.of(table);
        let kept = wanted.table(table).keeps(shared.clock.now().is_some()).collect();
        let is_own = wanted.table(table).columns.iter().map(|name| !schema::is_walk(name)).collect();
        let width = wanted.table(table).columns.len();
        let (mut asking, mut asking_emptiness) = (vec![Vec::new(); width], vec![Vec::new(); width]);
        let mut asking_traits = Vec::new();
        for (number, test) in (0_u16..).zip(tests) {
            let asking = if test.asks_emptiness() { &mut asking_emptiness } else { &mut asking };
            for column in test.columns() {
                asking[column.index()].push(number);
            }
            if test.asks_trait {
                asking_traits.push(number);
            }
        }
        let names = wanted.table(table);
        let fixed_column = fixed_name_column(&names.name).and_then(|column| names.find(column));
        let mut columns = Vec::new();
        columns.resize_with(width, Seen::default);
        Self {
            wanted,
            table,
            tests,
            classes,
            asking,
            asking_emptiness,
            asking_traits,
            kept,
            is_own,
            fixed_name: fixed_column.map(ColumnIdx::index),
            other_name: None,
            instance,
            columns,
            at: Vec::with_capacity(width),
            traits: None,
            // Before the first row nothing was asked.
            open: (0_u16..).take(tests.len()).collect(),
            answers: vec![0; tests.len()],
            signature: SignatureId::NONE,
        }
    }

    /// Takes over the columns of a record, and asks what they answer.
    pub(crate) fn read(&mut self, record: &Record<'_>, shared: &Shared) {
        let names = self.wanted.table(self.table);
        find_columns(record, names, &mut self.at);
        for column in 0..self.columns.len() {
            let (mut value, display) = self.at[column].of(record);
            if column == ColumnIdx::SYS_ID.index() && value.is_some_and(is_no_identity) {
                value = None;
            }
            if self.fixed_name == Some(column) && record.action == Action::InsertOrUpdate {
                let (sys_id, _) = self.at[ColumnIdx::SYS_ID.index()].of(record);
                (value, self.other_name) = own_name(&names.name, sys_id, value);
            }
            self.see(column, (value, &display), shared);
        }
        let class = if record.class == record.table { 0 } else { self.classes.number(record.class) };
        let traits = Some((record.action, record.origin, class));
        if self.traits != traits {
            self.traits = traits;
            self.open.extend(&self.asking_traits);
        }
        self.ask(shared);
    }

    /// Another name than the record has on every instance, if it shows one.
    pub(crate) fn take_other_name(&mut self) -> Option<Box<str>> {
        self.other_name.take()
    }

    /// Notes what stands in a column now.
    fn see(&mut self, column: usize, (value, display): (Option<&str>, &str), shared: &Shared) {
        let seen = &mut self.columns[column];
        let present = value.is_some();
        let value = value.unwrap_or_default();
        let (is_same, is_same_display) = (same(&seen.value, value), same(&seen.display, display));
        if seen.present == present && is_same && is_same_display {
            return;
        }
        let empties = (seen.value.is_empty(), seen.display.is_empty());
        if seen.present != present || empties != (value.is_empty(), display.is_empty()) {
            self.open.extend(&self.asking_emptiness[column]);
        }
        let is_kept = self.kept[column];
        if !is_same || seen.present != present {
            value.clone_into(&mut seen.value);
            seen.hash = if present { shared.hasher.hash_one(value) } else { 0 };
            if is_kept {
                seen.pair.value = if present { shared.intern(value) } else { TextId::ABSENT };
            }
        }
        if !is_same_display {
            display.clone_into(&mut seen.display);
            if !present {
                // All that is known of the value.
                seen.hash = if display.is_empty() { 0 } else { shared.hasher.hash_one(display) };
            }
            if is_kept {
                seen.pair.display = shared.intern(display);
            }
        }
        seen.present = present;
        self.open.extend(&self.asking[column]);
    }

    fn ask(&mut self, shared: &Shared) {
        if self.open.is_empty() && self.signature != SignatureId::NONE {
            return;
        }
        let mut open = std::mem::take(&mut self.open);
        let mut changed = self.signature == SignatureId::NONE;
        for &test in &open {
            let test = usize::from(test);
            let answer = self.tests[test].ask(self, &shared.clock, RowId(0));
            changed |= self.answers[test] != answer;
            self.answers[test] = answer;
        }
        open.clear();
        self.open = open;
        if changed {
            self.signature = shared.signatures.id(self.table, &self.answers);
        }
    }

    /// The number of what the row answers.
    pub(crate) fn signature(&self) -> SignatureId {
        self.signature
    }

    /// The number of its own table, where that extends the one it is a row of.
    pub(crate) fn class(&self) -> u16 {
        self.traits.map_or(0, |(.., class)| class)
    }

    /// The columns that are kept.
    pub(crate) fn kept(&self) -> impl Iterator<Item = Pair> + '_ {
        self.columns.iter().zip(&self.kept).filter(|(_, kept)| **kept).map(|(seen, _)| seen.pair)
    }

    /// What stands in a column.
    pub(crate) fn value(&self, column: ColumnIdx) -> &str {
        self.columns.get(column.index()).map_or("", |seen| &seen.value)
    }

    /// What tells versions of a record apart: a hash of all its wanted values. What
    /// it shows of other records is none of them.
    pub(crate) fn content(&self) -> u64 {
        // Each step undoes none before, so equal values in other columns differ.
        self.columns
            .iter()
            .zip(&self.is_own)
            .filter_map(|(seen, is_own)| is_own.then_some(seen))
            .fold(0, |sum: u64, seen| (sum.rotate_left(5) ^ seen.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Whether two texts are the same. Most columns are empty, and the C library takes
/// fifty times as long to compare two empty texts as two short ones: where an empty
/// `String` points, there is no memory.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// A row for tests, which ask for nothing but its own columns and traits.
impl Data for CurrentRow<'_> {
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    fn cell(&self, table: TableIdx, _row: RowId, column: ColumnIdx) -> Cell<'_> {
        debug_assert_eq!(table, self.table, "a test asks for another row");
        let seen = &self.columns[column.index()];
        let display = Some(seen.display.as_str()).filter(|text| !text.is_empty());
        Cell { present: seen.present, value: &seen.value, display }
    }

    fn by_sys_id(&self, _table: TableIdx, _sys_id: &str) -> Option<RowId> {
        None
    }

    fn by_value(&self, _table: TableIdx, _column: ColumnIdx, _value: &str) -> Vec<RowId> {
        Vec::new()
    }

    fn without_column(&self, _table: TableIdx, _column: ColumnIdx) -> bool {
        false
    }

    fn is_whole(&self, _table: TableIdx) -> bool {
        false
    }

    fn class(&self, _class: Class, _row: RowId) -> Truth {
        Truth::Unknown(Missing::none())
    }

    fn roles(&self, _user: RowId, _take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        Missing::none()
    }

    fn all_roles(&self, _user: RowId) -> Vec<&str> {
        Vec::new()
    }

    fn trait_of(&self, _table: TableIdx, _row: RowId, name: &str) -> &str {
        match (name, self.traits) {
            ("origin", Some((_, origin, _))) => origin.as_str(),
            ("action", Some((action, ..))) => action.as_str(),
            ("table", Some((.., class))) => {
                self.classes.numbered(class).unwrap_or(&self.wanted.table(self.table).name)
            }
            ("instance", _) => self.instance,
            _ => "",
        }
    }
}
