//! Which tables and columns rules and queries want. Readers know nothing else of rules.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::classes::Classes;

/// Index of a wanted table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableIdx(pub u16);

/// Index of a wanted column within its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnIdx(pub u16);

impl TableIdx {
    /// Position in a list with one entry a table.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl ColumnIdx {
    /// The `sys_id` column, which every wanted table has first.
    pub const SYS_ID: Self = Self(0);
    /// The `sys_updated_on` column, which every wanted table has second.
    pub const UPDATED_ON: Self = Self(1);
    /// The `sys_mod_count` column, which every wanted table has third.
    pub const MOD_COUNT: Self = Self(2);

    /// Position in a list with one entry a column.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How many wanted tables one row can be a row of.
pub const MOST_TABLES: usize = 8;

/// The wanted tables of which a row is one: its own, and those that this extends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowOf([Option<TableIdx>; MOST_TABLES]);

impl RowOf {
    /// Whether the row is of no wanted table.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self.0[0].is_none()
    }

    /// The nearest one.
    #[must_use]
    pub fn first(self) -> Option<TableIdx> {
        self.0[0]
    }

    /// All of them, nearest first.
    pub fn tables(self) -> impl Iterator<Item = TableIdx> {
        self.0.into_iter().flatten()
    }
}

/// How long a column is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Keep {
    /// Only while the record is read.
    #[default]
    Never,
    /// For the whole scan, if "now" is unknown while records are read.
    WithoutClock,
    /// For the whole scan.
    Always,
}

/// The tables and columns that a reader must keep. All others are skipped
/// without being decoded.
#[derive(Debug, Default)]
pub struct Wanted {
    tables: Vec<WantedTable>,
    by_name: HashMap<Box<str>, TableIdx>,
    /// What was asked for since the list was last taken.
    list: BTreeSet<(TableIdx, ColumnIdx)>,
    named: BTreeSet<NamedReference>,
}

/// A reference whose displayed name is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedReference {
    /// Where it stands.
    pub table: TableIdx,
    /// Its column.
    pub column: ColumnIdx,
    /// The table that it refers to.
    pub target: TableIdx,
    /// The column there that it displays, where that is known.
    pub name: Option<ColumnIdx>,
}

/// One wanted table.
#[derive(Debug)]
pub struct WantedTable {
    /// Table name.
    pub name: Box<str>,
    /// Column names; their positions are the [`ColumnIdx`].
    pub columns: Vec<Box<str>>,
    /// How long somebody asks for each column.
    pub kept: Vec<Keep>,
    /// Whether somebody asks which update set brings its records.
    pub by_set: bool,
    by_name: HashMap<Box<str>, ColumnIdx>,
}

impl Wanted {
    /// Nothing wanted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a table.
    ///
    /// # Panics
    /// If more than 65,535 tables are asked for; packs name a few dozen.
    pub fn want_table(&mut self, name: &str) -> TableIdx {
        let index = self.index_of(name);
        self.list.insert((index, ColumnIdx::SYS_ID));
        index
    }

    fn index_of(&mut self, name: &str) -> TableIdx {
        if let Some(&found) = self.by_name.get(name) {
            return found;
        }
        let index = TableIdx(u16::try_from(self.tables.len()).unwrap_or(u16::MAX));
        assert!(index.0 < u16::MAX, "too many tables are named by rules");
        let mut table = WantedTable {
            name: name.into(),
            columns: Vec::new(),
            kept: Vec::new(),
            by_set: false,
            by_name: HashMap::new(),
        };
        for column in ["sys_id", "sys_updated_on", "sys_mod_count"] {
            table.want(column);
        }
        table.keep(ColumnIdx::SYS_ID, Keep::Always);
        self.tables.push(table);
        self.by_name.insert(name.into(), index);
        index
    }

    /// Asks for a column of a table for as long as anybody asks, and not in the
    /// list: what it says is of the files, not of the instance.
    ///
    /// # Panics
    /// As [`Self::want_table`].
    pub fn keep_beside(&mut self, table: &str, column: &str) -> ColumnIdx {
        let table = self.index_of(table);
        let column = self.tables[table.index()].want(column);
        self.keep(table, column, Keep::Always);
        column
    }

    /// Notes that somebody asks what a reference displays.
    pub fn note_named(&mut self, reference: NamedReference) {
        self.named.insert(reference);
    }

    /// The references of which somebody asks what they display.
    pub fn named(&self) -> impl Iterator<Item = NamedReference> + '_ {
        self.named.iter().copied()
    }

    /// Asks for a column of a table while the record is there.
    pub fn want_column(&mut self, table: TableIdx, column: &str) -> ColumnIdx {
        let column = self.tables[table.index()].want(column);
        self.list.insert((table, column));
        column
    }

    /// Asks for what an export that is no XML may show of a walk through
    /// references, under the walk as its name, such as `user.manager.active`. It
    /// stands in for columns that are on the list themselves, so it is on none.
    pub fn keep_walk(&mut self, table: TableIdx, walk: &str) -> ColumnIdx {
        let column = self.tables[table.index()].want(walk);
        self.keep(table, column, Keep::Always);
        column
    }

    /// Tables and columns that were asked for since the last call; of each table
    /// the `sys_id` stands among them.
    pub fn take_list(&mut self) -> Vec<(TableIdx, ColumnIdx)> {
        std::mem::take(&mut self.list).into_iter().collect()
    }

    /// Asks for a column of a table for as long as anybody asks.
    pub fn keep_column(&mut self, table: TableIdx, column: &str) -> ColumnIdx {
        let column = self.want_column(table, column);
        self.keep(table, column, Keep::Always);
        column
    }

    /// Asks for a wanted column for so long at least.
    pub fn keep(&mut self, table: TableIdx, column: ColumnIdx, keep: Keep) {
        self.tables[table.index()].keep(column, keep);
    }

    /// Asks which update set brings the records of a wanted table.
    pub fn want_by_set(&mut self, table: TableIdx) {
        self.tables[table.index()].by_set = true;
    }

    /// The wanted tables; their positions are the [`TableIdx`].
    #[must_use]
    pub fn tables(&self) -> &[WantedTable] {
        &self.tables
    }

    /// A table by index.
    #[must_use]
    pub fn table(&self, table: TableIdx) -> &WantedTable {
        &self.tables[table.index()]
    }

    /// The name of a column.
    #[must_use]
    pub fn column_name(&self, table: TableIdx, column: ColumnIdx) -> &str {
        &self.tables[table.index()].columns[column.index()]
    }

    /// The index of a table, if anybody wants it.
    #[must_use]
    pub fn find(&self, table: &str) -> Option<TableIdx> {
        self.by_name.get(table).copied()
    }

    /// The wanted tables of which a row of a table is one.
    #[must_use]
    pub fn row_of(&self, table: &str, classes: &Classes) -> RowOf {
        let tables = self.find(table).into_iter();
        let tables = tables.chain(classes.ancestors(table).filter_map(|parent| self.find(parent)));
        let mut of = RowOf::default();
        for (slot, index) in of.0.iter_mut().zip(tables) {
            *slot = Some(index);
        }
        of
    }
}

impl WantedTable {
    /// The index of a column, if anybody wants it.
    #[must_use]
    pub fn find(&self, column: &str) -> Option<ColumnIdx> {
        self.by_name.get(column).copied()
    }

    fn want(&mut self, column: &str) -> ColumnIdx {
        if let Some(&found) = self.by_name.get(column) {
            return found;
        }
        let index = ColumnIdx(u16::try_from(self.columns.len()).unwrap_or(u16::MAX));
        assert!(index.0 < u16::MAX, "too many columns of one table are named by rules");
        self.columns.push(column.into());
        self.kept.push(Keep::Never);
        self.by_name.insert(column.into(), index);
        index
    }

    fn keep(&mut self, column: ColumnIdx, keep: Keep) {
        let kept = &mut self.kept[column.index()];
        *kept = keep.max(*kept);
    }

    /// For each column, whether its values are asked for when the record is gone.
    pub fn keeps(&self, has_clock: bool) -> impl Iterator<Item = bool> + '_ {
        let least = if has_clock { Keep::Always } else { Keep::WithoutClock };
        self.kept.iter().map(move |kept| *kept >= least)
    }
}
