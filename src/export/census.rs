//! The tables that a file shows: how many records of each, and what is known of
//! their columns.

use std::collections::{BTreeMap, HashMap};

use super::carried::PayloadKind;
use super::column_fate::ColumnFate;
use super::{Counts, Select};
use crate::record::{Action, Origin, RowOf, schema};

/// How many columns of one table are remembered for the scanner.
const MAX_SLOTS: usize = 1024;

/// The number of a table in a [`Census`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableNumber(usize);

/// All tables of one file, or of a part of it.
#[derive(Debug, Default)]
pub(super) struct Census {
    tables: Vec<CountedTable>,
    by_name: HashMap<Box<str>, usize>,
    /// The last table outside payloads and the last one inside: mostly the next
    /// record is of the same.
    last: [usize; 2],
}

/// What is known of one table.
#[derive(Debug)]
pub(super) struct CountedTable {
    pub(super) name: Box<str>,
    /// The tables that rules or queries name of which its records are rows.
    pub(super) row_of: RowOf,
    /// The table in whose place rows of this one may stand, which nobody knows.
    pub(super) in_place_of: Option<&'static str>,
    /// What the payload of its records is.
    pub(super) carried: Option<PayloadKind>,
    pub(super) slots: ColumnSlots,
    counts: Counts,
    rows: u64,
}

impl Census {
    /// The number of a table. `depth` is 0 outside payloads and 1 inside.
    pub(super) fn number(&mut self, name: &str, depth: usize, select: Select<'_>) -> TableNumber {
        let last = self.last[depth.min(1)];
        if self.tables.get(last).is_some_and(|table| &*table.name == name) {
            return TableNumber(last);
        }
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None => self.add(name, select),
        };
        self.last[depth.min(1)] = number;
        TableNumber(number)
    }

    fn add(&mut self, spelled: &str, select: Select<'_>) -> usize {
        let respelled = schema::respelled(spelled);
        let name = respelled.as_deref().unwrap_or(spelled);
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None => self.push(name, select),
        };
        // Told by each of its spellings.
        self.by_name.insert(spelled.into(), number);
        number
    }

    fn push(&mut self, name: &str, select: Select<'_>) -> usize {
        let number = self.tables.len();
        self.tables.push(CountedTable {
            name: name.into(),
            row_of: select.row_of(name),
            in_place_of: select.in_place_of(name),
            carried: PayloadKind::of(name),
            slots: ColumnSlots::default(),
            counts: Counts::default(),
            rows: 0,
        });
        self.by_name.insert(name.into(), number);
        number
    }

    pub(super) fn table(&mut self, number: TableNumber) -> &mut CountedTable {
        &mut self.tables[number.0]
    }

    /// Whether rows of a table stand in the file itself.
    pub(super) fn has_rows(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|number| self.tables[*number].rows > 0)
    }

    /// Whether no row of any table stands in the file itself.
    pub(super) fn is_without_rows(&self) -> bool {
        self.tables.iter().all(|table| table.rows == 0)
    }

    /// Adds what another part of the same file shows.
    pub(super) fn merge(&mut self, other: &Self, select: Select<'_>) {
        for theirs in &other.tables {
            let number = self.number(&theirs.name, 0, select);
            let ours = self.table(number);
            ours.rows += theirs.rows;
            ours.counts.live += theirs.counts.live;
            ours.counts.deleted += theirs.counts.deleted;
            ours.counts.history += theirs.counts.history;
        }
    }

    /// Records by table, and rows by table.
    pub(super) fn into_maps(self) -> (BTreeMap<String, Counts>, BTreeMap<String, u64>) {
        let mut counts = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for table in self.tables {
            if table.rows > 0 {
                rows.insert(table.name.to_string(), table.rows);
            }
            if table.counts != Counts::default() {
                counts.insert(table.name.into(), table.counts);
            }
        }
        (counts, rows)
    }
}

impl CountedTable {
    /// Counts a record. A row stands in the file itself, not in a payload.
    pub(super) fn count(&mut self, action: Action, origin: Origin, is_row: bool) {
        self.rows += u64::from(is_row);
        match (origin, action) {
            (Origin::History, _) => self.counts.history += 1,
            (_, Action::Delete) => self.counts.deleted += 1,
            (_, Action::InsertOrUpdate) => self.counts.live += 1,
        }
    }
}

/// The columns that records of a table have shown, in the order in which they
/// come: an exporter writes all rows alike, so the next name is nearly always
/// known before it is read.
#[derive(Debug, Default)]
pub(super) struct ColumnSlots {
    list: Vec<Slot>,
    by_name: HashMap<Box<[u8]>, usize>,
    first: usize,
}

#[derive(Debug)]
struct Slot {
    /// `<name`
    open: Box<[u8]>,
    fate: ColumnFate,
    /// The slot that came behind it last.
    next: usize,
}

/// The number of a column among the slots, where it has one.
pub(super) type SlotNumber = Option<usize>;

impl ColumnSlots {
    /// The slot that is likely to come behind `last`: its number, `<name`, and
    /// what is to be done with it.
    #[inline]
    pub(super) fn next(&self, last: SlotNumber) -> Option<(usize, &[u8], ColumnFate)> {
        let number = last.map_or(self.first, |last| self.list[last].next);
        let slot = self.list.get(number)?;
        Some((number, &slot.open, slot.fate))
    }

    /// The slot that is likely to come behind `last`, if the text begins with
    /// its tag up to the end of the name: its number, the length of `<name` and
    /// what is to be done with it.
    pub(super) fn guess(&self, last: SlotNumber, rest: &[u8]) -> Option<(usize, usize, ColumnFate)> {
        let (number, open, fate) = self.next(last)?;
        let is_end = |byte: &u8| matches!(byte, b'>' | b'/' | b' ');
        let fits = rest.starts_with(open) && rest.get(open.len()).is_some_and(is_end);
        fits.then_some((number, open.len(), fate))
    }

    /// Looks a column up, and remembers it as the one that comes behind `last`.
    pub(super) fn find(
        &mut self,
        last: SlotNumber,
        name: &[u8],
        filter: impl FnOnce() -> ColumnFate,
    ) -> (SlotNumber, ColumnFate) {
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None if self.list.len() == MAX_SLOTS => return (None, filter()),
            None => {
                let number = self.list.len();
                let open = [b"<", name].concat().into_boxed_slice();
                self.list.push(Slot { open, fate: filter(), next: 0 });
                self.by_name.insert(name.into(), number);
                number
            }
        };
        match last {
            Some(last) => self.list[last].next = number,
            None => self.first = number,
        }
        (Some(number), self.list[number].fate)
    }
}
