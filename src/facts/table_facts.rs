//! The records of one table, as they are remembered.

use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::columns::{KeptColumns, Pair};
use super::interner::TextId;
use super::row_index::{Index, position};
use super::signatures::{Signature, SignatureId};
use super::stamp::Stamp;
use crate::query::RowId;
use crate::record::{Action, ColumnIdx, Origin, WantedTable};

/// One remembered record, beside its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) source: u32,
    pub(crate) ordinal: u32,
    pub(crate) outer_start: u64,
    /// What it answers to the tests of its table.
    pub(crate) signature: SignatureId,
    pub(crate) action: Action,
    pub(crate) origin: Origin,
    pub(crate) standing: RowStanding,
    /// The number of its own table, where that extends the one it is a row of.
    pub(crate) class: u16,
}

/// What tells versions of a record apart, until they are settled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowVersion {
    /// A hash of its wanted values: versions with the same one are the same.
    pub(crate) content: u64,
    /// `sys_updated_on`
    pub(crate) updated_on: Stamp,
    /// `sys_mod_count`; `u32::MAX` where there is none.
    pub(crate) mod_count: u32,
    /// When the update-set row was recorded.
    pub(crate) recorded_at: TextId,
}

/// A row that an update set brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brought {
    /// Its number in the table.
    pub(crate) row: u32,
    /// The set that the update-set row names, if it names one.
    pub(crate) set: Option<NamedSet>,
    /// `sys_updated_on` of the update-set row.
    pub(crate) updated_on: Stamp,
}

/// An update set as its rows name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedSet {
    /// The `sys_id` of its record; empty where only the name is shown.
    pub(crate) sys_id: TextId,
    /// Its name; may be empty.
    pub(crate) name: TextId,
}

/// What a record is among the versions of itself in the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowStanding {
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
pub(crate) enum Sameness {
    /// It shows more of the record that an earlier row is about.
    Repeats(RowId),
    /// Nothing tells whether it is about the same record as another row.
    Unsure,
}

/// Two versions of a record, of which the newer one says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) older: RowId,
    pub(crate) newer: RowId,
}

/// Which rows of a table are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Scope {
    #[default]
    All,
    /// Without those that sets bring which are not in force.
    InForce,
}

/// The records of one table.
#[derive(Debug, Default)]
pub(crate) struct TableFacts {
    pub(crate) rows: Arc<Vec<Row>>,
    /// Of each row, until versions are settled.
    pub(crate) versions: Vec<RowVersion>,
    /// Those that an update set brings, until the sets are told apart.
    pub(crate) brought: Vec<Brought>,
    /// Those that show another name than their record has on every instance.
    pub(crate) renamed: Vec<(RowId, Box<str>)>,
    /// Those that are kept.
    pub(crate) columns: Arc<KeptColumns>,
    /// For each wanted column, its number among those that are kept.
    slots: Vec<Option<usize>>,
    /// What rows answer to the tests of the table, by number.
    pub(crate) signatures: Arc<Vec<Signature>>,
    /// The few rows that are perhaps, or surely, about the record of another.
    pub(crate) sameness: HashMap<RowId, Sameness, FixedState>,
    /// For records of which several rows stand, by the folded `sys_id`: the row that
    /// joins see.
    pub(crate) joined: HashMap<TextId, RowId, FixedState>,
    /// Older versions that newer ones of other files replace.
    pub(crate) replaced: Vec<Replaced>,
    /// The rows that sets bring which are not in force, in scan order; of a view, those
    /// that rest on such rows.
    pub(crate) proposed: Vec<RowId>,
    /// Whether those are there.
    scope: Scope,
    /// Whether there are such rows, and no others.
    hides_all: bool,
    examples: OnceLock<Vec<Option<RowId>>>,
    pub(crate) indexes: Vec<OnceLock<Index>>,
    pub(crate) gaps: Vec<OnceLock<bool>>,
}

impl TableFacts {
    /// With the columns that are kept where "now" is known, or is not.
    pub(crate) fn new(table: &WantedTable, has_clock: bool) -> Self {
        let mut width = 0;
        let slot = |kept: bool| {
            kept.then(|| {
                width += 1;
                width - 1
            })
        };
        let slots: Vec<_> = table.keeps(has_clock).map(slot).collect();
        Self {
            columns: Arc::new(KeptColumns::new(width)),
            indexes: slots.iter().map(|_| OnceLock::new()).collect(),
            gaps: slots.iter().map(|_| OnceLock::new()).collect(),
            slots,
            ..Self::default()
        }
    }

    /// The same table without the rows that sets bring which are not in force. `folded`
    /// has the lower-case form of each text.
    pub(crate) fn in_force(&self, folded: &[TextId]) -> Self {
        let fold = |id: TextId| folded.get(id.index()).copied().unwrap_or(TextId::ABSENT);
        let mut table = Self {
            rows: Arc::clone(&self.rows),
            columns: Arc::clone(&self.columns),
            signatures: Arc::clone(&self.signatures),
            renamed: self.renamed.clone(),
            sameness: self.sameness.clone(),
            joined: self.joined.clone(),
            replaced: self.replaced.clone(),
            proposed: self.proposed.clone(),
            scope: Scope::InForce,
            indexes: self.slots.iter().map(|_| OnceLock::new()).collect(),
            gaps: self.slots.iter().map(|_| OnceLock::new()).collect(),
            slots: self.slots.clone(),
            ..Self::default()
        };
        if !table.joined.is_empty() && !table.proposed.is_empty() {
            // Records of which no row is left have no row for joins either.
            let there: HashSet<TextId, FixedState> =
                table.live().map(|row| fold(table.pair(row, ColumnIdx::SYS_ID).value)).collect();
            table.joined.retain(|sys_id, _| there.contains(sys_id));
        }
        let is_none = table.every().next().is_none();
        table.hides_all = is_none;
        table
    }

    /// Whether no row is seen, not even one that says that its record is deleted.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() || self.hides_all
    }

    /// How many columns are kept.
    pub(crate) fn width(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    /// Every wanted column.
    pub(crate) fn all_columns(&self) -> impl Iterator<Item = ColumnIdx> + '_ {
        (0..).map(ColumnIdx).take(self.slots.len())
    }

    /// The number of a column among those that are kept.
    pub(crate) fn slot(&self, column: ColumnIdx) -> Option<usize> {
        self.slots.get(column.index()).copied().flatten()
    }

    /// What stands in a column that is kept.
    pub(crate) fn pair(&self, row: RowId, column: ColumnIdx) -> Pair {
        let slot = self.slot(column);
        debug_assert!(slot.is_some(), "a column that is asked for is not kept: {column:?}");
        slot.map(|slot| self.columns.get(position(row), slot)).unwrap_or_default()
    }

    /// One row of each signature, if any row that may be judged has it.
    pub(crate) fn examples(&self) -> impl Iterator<Item = Option<RowId>> + '_ {
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

    pub(crate) fn row(&self, row: RowId) -> Option<&Row> {
        self.rows.get(position(row))
    }

    /// Whether its rows, which are in the order of the sources, come from several.
    pub(crate) fn is_of_several_sources(&self) -> bool {
        let last = self.rows.iter().rev().find(|row| row.standing != RowStanding::Joined);
        self.rows.first().map(|row| row.source) != last.map(|row| row.source)
    }

    pub(crate) fn set_standing(&mut self, row: RowId, standing: RowStanding) {
        if let Some(row) = Arc::make_mut(&mut self.rows).get_mut(position(row)) {
            row.standing = standing;
        }
    }

    pub(crate) fn version(&self, row: RowId) -> Option<&RowVersion> {
        self.versions.get(position(row))
    }

    /// The rows that are part of the instance's state, in scan order.
    pub(crate) fn live(&self) -> impl Iterator<Item = RowId> + '_ {
        self.numbered().filter(|(_, row)| row.action == Action::InsertOrUpdate).map(|(id, _)| id)
    }

    /// Whether two rows show joins different things.
    pub(crate) fn joins_differ(&self, one: RowId, other: RowId) -> bool {
        let pair = |row, slot| self.columns.get(position(row), slot);
        let action = |row| self.row(row).map(|row| row.action);
        action(one) != action(other) || (0..self.width()).any(|slot| pair(one, slot) != pair(other, slot))
    }

    /// Whether a row is one of them.
    pub(crate) fn is_live(&self, row: RowId) -> bool {
        let is_live =
            |row: &Row| row.standing == RowStanding::Current && row.action == Action::InsertOrUpdate;
        self.row(row).is_some_and(is_live)
    }

    /// The current rows, deleted ones too, in scan order.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (RowId, &Row)> + '_ {
        self.every().filter(|(_, row)| row.standing == RowStanding::Current)
    }

    /// All rows, older versions and copies too, in scan order.
    pub(crate) fn every(&self) -> impl Iterator<Item = (RowId, &Row)> + '_ {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| row.standing != RowStanding::Joined);
        let rows = rows.filter_map(|(at, row)| Some((RowId(u32::try_from(at).ok()?), row)));
        rows.filter(|(id, row)| self.sees(*id, row))
    }

    fn sees(&self, id: RowId, row: &Row) -> bool {
        self.scope == Scope::All || row.origin != Origin::UpdateSet || !self.is_proposed(id)
    }

    /// Whether a set brings the row that is not in force.
    pub(crate) fn is_proposed(&self, row: RowId) -> bool {
        !self.proposed.is_empty() && self.proposed.binary_search(&row).is_ok()
    }

    /// Adds rows with their columns, given one after the other.
    pub(crate) fn add(&mut self, rows: Vec<Row>, pairs: &[Pair]) {
        Arc::make_mut(&mut self.rows).extend(rows);
        Arc::make_mut(&mut self.columns).extend(pairs);
    }

    /// Adds what joins see of a record of which several rows stand.
    pub(crate) fn add_joined(&mut self, row: Row, pairs: &[Pair]) -> RowId {
        let id = RowId(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.add(vec![Row { standing: RowStanding::Joined, ..row }], pairs);
        id
    }
}
