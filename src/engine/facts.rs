//! What must be remembered of the records: the wanted columns of the wanted
//! tables, and where each record stands.

use std::sync::OnceLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::collect::Collector;
use super::columns::{Columns, Pair};
use super::current::Shared;
use super::interner::{Interner, TextId};
use super::row_index::Index;
use super::signatures::{Signature, SignatureId};
use super::stamp::Stamp;
use super::versions::Replaced;
use crate::query::{Cell, RowId};
use crate::record::{Action, ColumnIdx, Origin, TableIdx, Wanted, WantedTable};

/// One remembered record, beside its columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) source: u32,
    pub(super) ordinal: u32,
    pub(super) outer_start: u64,
    /// What it answers to the tests of its table.
    pub(super) signature: SignatureId,
    pub(super) action: Action,
    pub(super) origin: Origin,
    pub(super) standing: Standing,
    /// The number of its own table, where that extends the one it is a row of.
    pub(super) class: u16,
}

/// What tells versions of a record apart, until they are settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version {
    /// A hash of its wanted values: versions with the same one are the same.
    pub(super) content: u64,
    /// `sys_updated_on`
    pub(super) updated_on: Stamp,
    /// `sys_mod_count`; `u32::MAX` where there is none.
    pub(super) mod_count: u32,
    /// When the update-set row was recorded.
    pub(super) recorded_at: TextId,
}

/// A row that an update set brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    /// Its number in the table.
    pub(super) row: u32,
    /// The set that the update-set row names, if it names one.
    pub(super) set: Option<NamedSet>,
    /// `sys_updated_on` of the update-set row.
    pub(super) updated_on: Stamp,
}

/// An update set as its rows name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedSet {
    /// The `sys_id` of its record; empty where only the name is shown.
    pub(super) sys_id: TextId,
    /// Its name; may be empty.
    pub(super) name: TextId,
}

/// What a record is among the versions of itself in the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The state of the record, or one that nothing says is older.
    Current,
    /// An older version.
    Superseded,
    /// The same version once more; the first one stands for it.
    Copy(RowId),
    /// A row of no file: what joins see of a record whose versions nothing tells
    /// apart.
    Joined,
}

/// What a current row is beside rows of other files that have the same natural
/// key, where one of them lacks the `sys_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    /// It shows more of the record that an earlier row is about.
    Repeats(RowId),
    /// Nothing tells whether it is about the same record as another row.
    Unsure,
}

/// The records of one table.
#[derive(Debug, Default)]
pub(super) struct TableFacts {
    pub(super) rows: Vec<Row>,
    /// Of each row, until versions are settled.
    pub(super) versions: Vec<Version>,
    /// Those that an update set brings, until the sets are told apart.
    pub(super) brought: Vec<Brought>,
    /// Those that show another name than their record has on every instance.
    pub(super) renamed: Vec<(RowId, Box<str>)>,
    /// Those that are kept.
    pub(super) columns: Columns,
    /// For each wanted column, its number among those that are kept.
    slots: Vec<Option<usize>>,
    /// What rows answer to the tests of the table, by number.
    pub(super) signatures: Vec<Signature>,
    /// The few rows that are perhaps, or surely, about the record of another.
    pub(super) sameness: HashMap<RowId, Sameness, FixedState>,
    /// For records of which several rows stand, by the folded `sys_id`: the row that
    /// joins see.
    pub(super) joined: HashMap<TextId, RowId, FixedState>,
    /// Older versions that newer ones of other files replace.
    pub(super) replaced: Vec<Replaced>,
    examples: OnceLock<Vec<Option<RowId>>>,
    indexes: Vec<OnceLock<Index>>,
    gaps: Vec<OnceLock<bool>>,
}

impl TableFacts {
    /// With the columns that are kept where "now" is known, or is not.
    pub(super) fn new(table: &WantedTable, has_clock: bool) -> Self {
        let mut width = 0;
        let slot = |kept: bool| {
            kept.then(|| {
                width += 1;
                width - 1
            })
        };
        let slots: Vec<_> = table.keeps(has_clock).map(slot).collect();
        Self {
            columns: Columns::new(width),
            indexes: slots.iter().map(|_| OnceLock::new()).collect(),
            gaps: slots.iter().map(|_| OnceLock::new()).collect(),
            slots,
            ..Self::default()
        }
    }

    /// How many columns are kept.
    pub(super) fn width(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    /// Every wanted column.
    pub(super) fn all_columns(&self) -> impl Iterator<Item = ColumnIdx> + '_ {
        (0..).map(ColumnIdx).take(self.slots.len())
    }

    /// The number of a column among those that are kept.
    pub(super) fn slot(&self, column: ColumnIdx) -> Option<usize> {
        self.slots.get(column.index()).copied().flatten()
    }

    /// What stands in a column that is kept.
    pub(super) fn pair(&self, row: RowId, column: ColumnIdx) -> Pair {
        let slot = self.slot(column);
        debug_assert!(slot.is_some(), "a column that is asked for is not kept: {column:?}");
        slot.map(|slot| self.columns.get(position(row), slot)).unwrap_or_default()
    }

    /// One row of each signature, if any row that may be judged has it.
    pub(super) fn examples(&self) -> impl Iterator<Item = Option<RowId>> + '_ {
        let examples = self.examples.get_or_init(|| {
            let mut examples = vec![None; self.signatures.len()];
            let joined = self.joined.values().filter_map(|&id| Some((id, self.row(id)?)));
            for (id, row) in self.numbered().chain(joined) {
                if let Some(example) = examples.get_mut(row.signature.index())
                    && example.is_none()
                {
                    *example = Some(id);
                }
            }
            examples
        });
        examples.iter().copied()
    }

    pub(super) fn row(&self, row: RowId) -> Option<&Row> {
        self.rows.get(position(row))
    }

    /// Whether its rows, which are in the order of the sources, come from several.
    pub(super) fn is_of_several_sources(&self) -> bool {
        let last = self.rows.iter().rev().find(|row| row.standing != Standing::Joined);
        self.rows.first().map(|row| row.source) != last.map(|row| row.source)
    }

    pub(super) fn set_standing(&mut self, row: RowId, standing: Standing) {
        if let Some(row) = self.rows.get_mut(position(row)) {
            row.standing = standing;
        }
    }

    pub(super) fn version(&self, row: RowId) -> Option<&Version> {
        self.versions.get(position(row))
    }

    /// The rows that are part of the instance's state, in scan order.
    pub(super) fn live(&self) -> impl Iterator<Item = RowId> + '_ {
        self.numbered().filter(|(_, row)| row.action == Action::InsertOrUpdate).map(|(id, _)| id)
    }

    /// The current rows, deleted ones too, in scan order.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (RowId, &Row)> + '_ {
        self.every().filter(|(_, row)| row.standing == Standing::Current)
    }

    /// All rows, older versions and copies too, in scan order.
    pub(super) fn every(&self) -> impl Iterator<Item = (RowId, &Row)> + '_ {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| row.standing != Standing::Joined);
        rows.filter_map(|(at, row)| Some((RowId(u32::try_from(at).ok()?), row)))
    }

    /// Adds what joins see of a record of which several rows stand.
    pub(super) fn add_joined(&mut self, row: Row, pairs: &[Pair]) -> RowId {
        let id = RowId(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.rows.push(Row { standing: Standing::Joined, ..row });
        self.columns.extend(pairs);
        id
    }
}

pub(super) fn position(row: RowId) -> usize {
    usize::try_from(row.0).unwrap_or(usize::MAX)
}

/// The facts of all sources, in source order.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) texts: Interner,
    pub(super) tables: Vec<TableFacts>,
    /// The newest `sys_updated_on`; empty for none.
    pub(super) newest: String,
    /// For each text, the number of its lower-case form.
    folded: Vec<TextId>,
}

/// The rows of all tables, while they are read.
#[derive(Debug)]
pub(super) struct Rows {
    tables: Vec<TableFacts>,
    /// The newest `sys_updated_on`; empty for none.
    newest: String,
}

impl Rows {
    pub(super) fn new(wanted: &Wanted, has_clock: bool) -> Self {
        let tables = wanted.tables().iter().map(|table| TableFacts::new(table, has_clock)).collect();
        Self { tables, newest: String::new() }
    }

    /// Takes over the rows that come next.
    pub(super) fn take(&mut self, collector: Collector<'_>) {
        if collector.newest > self.newest {
            self.newest.clone_from(&collector.newest);
        }
        for (ours, theirs) in self.tables.iter_mut().zip(collector.into_tables()) {
            let before = u32::try_from(ours.rows.len()).unwrap_or(u32::MAX);
            let moved = |brought: Brought| Brought { row: brought.row.saturating_add(before), ..brought };
            ours.brought.extend(theirs.brought.into_iter().map(moved));
            let renamed = theirs.renamed.into_iter();
            ours.renamed.extend(renamed.map(|(row, name)| (RowId(row.saturating_add(before)), name)));
            ours.rows.extend(theirs.rows);
            ours.versions.extend(theirs.versions);
            ours.columns.extend(&theirs.pairs);
        }
    }
}

impl Facts {
    pub(super) fn new(shared: Shared, rows: Rows) -> Self {
        let Shared { texts, signatures, .. } = shared;
        let Rows { tables, newest } = rows;
        let mut facts = Self { texts: texts.into_interner(), tables, newest, folded: Vec::new() };
        for (table, signatures) in facts.tables.iter_mut().zip(signatures.into_lists()) {
            table.signatures = signatures;
        }
        facts.seal();
        facts
    }

    /// Makes the facts ready for questions, again after texts were added.
    pub(super) fn seal(&mut self) {
        let added = self.texts.take_added();
        let unfolded: Vec<_> = if self.folded.is_empty() { self.texts.all().collect() } else { added };
        let mut folded = std::mem::take(&mut self.folded);
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        let has_lower = |id: &TextId| {
            self.texts.text(*id).bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
        };
        let unfolded: Vec<_> = unfolded.into_par_iter().filter(has_lower).collect();
        for id in unfolded {
            let lower = self.texts.text(id).to_lowercase();
            folded[id.index()] = self.texts.intern(&lower);
        }
        // Lower-case forms that were not there before are their own.
        self.texts.take_added();
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        self.folded = folded;
    }

    /// Versions are settled, or nobody asks.
    pub(super) fn forget_versions(&mut self) {
        for table in &mut self.tables {
            table.versions = Vec::new();
            table.brought = Vec::new();
        }
    }

    pub(super) fn table(&self, table: TableIdx) -> &TableFacts {
        &self.tables[table.index()]
    }

    pub(super) fn table_mut(&mut self, table: TableIdx) -> &mut TableFacts {
        &mut self.tables[table.index()]
    }

    pub(super) fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        let pair = self.table(table).pair(row, column);
        Cell {
            present: pair.value != TextId::ABSENT,
            value: self.texts.text(pair.value),
            display: (pair.display.0 > TextId::EMPTY.0).then(|| self.texts.text(pair.display)),
        }
    }

    /// The live rows with a value in a column, ignoring case.
    pub(super) fn with_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> &[RowId] {
        if self.table(table).rows.is_empty() {
            return &[];
        }
        self.find(value).map_or(&[], |id| self.with_text(table, column, id))
    }

    /// The number under which a text is the same that differs in case only, if
    /// any such text was read.
    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        let folds = text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
        let lower = || folds.then(|| self.texts.find(&text.to_lowercase())).flatten();
        self.texts.find(text).or_else(lower).map(|id| self.fold(id))
    }

    /// The same by the number of the value.
    pub(super) fn with_text(&self, table: TableIdx, column: ColumnIdx, id: TextId) -> &[RowId] {
        if self.table(table).rows.is_empty() {
            return &[];
        }
        self.index(table, column).of(self.fold(id))
    }

    fn index(&self, table: TableIdx, column: ColumnIdx) -> &Index {
        let facts = self.table(table);
        let build = || {
            let pairs = facts.live().filter_map(|row| {
                let value = facts.pair(row, column).value;
                (value.0 > TextId::EMPTY.0).then(|| (self.fold(value), row))
            });
            if column != ColumnIdx::SYS_ID || facts.joined.is_empty() {
                return Index::new(pairs.collect());
            }
            let alone = pairs.filter(|(value, _)| !facts.joined.contains_key(value));
            Index::new(alone.chain(facts.joined.iter().map(|(value, row)| (*value, *row))).collect())
        };
        facts.indexes[column.index()].get_or_init(build)
    }

    /// For each value of a column one of its rows, if many rows share them.
    pub(super) fn examples_by_value(
        &self,
        table: TableIdx,
        column: ColumnIdx,
    ) -> Option<impl Iterator<Item = (TextId, RowId)> + '_> {
        self.index(table, column).examples()
    }

    /// Whether some live row does not show a column.
    pub(super) fn has_gap(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        *facts.gaps[column.index()]
            .get_or_init(|| facts.live().any(|row| facts.pair(row, column).value == TextId::ABSENT))
    }

    /// Whether some live row shows only what a column displays, not its value.
    pub(super) fn hides(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        facts.live().any(|row| {
            let pair = facts.pair(row, column);
            pair.value == TextId::ABSENT && pair.display.0 > TextId::EMPTY.0
        })
    }

    /// The number under which texts that differ in case only are the same.
    pub(super) fn fold(&self, id: TextId) -> TextId {
        self.folded.get(id.index()).copied().unwrap_or(TextId::ABSENT)
    }
}
