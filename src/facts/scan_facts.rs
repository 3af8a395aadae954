//! What must be remembered of the records: the wanted columns of the wanted
//! tables, and where each record stands.

use std::sync::Arc;

use rayon::prelude::*;

use super::collect::Collector;
use super::current::Shared;
use super::interner::{Interner, TextId};
use super::row_index::Index;
use super::table_facts::{Brought, TableFacts};
use crate::query::{Cell, RowId};
use crate::record::{ColumnIdx, TableIdx, Wanted};

/// The facts of all sources, in source order.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Shared with the same facts as they are seen without some rows.
    pub(crate) texts: Arc<Interner>,
    pub(crate) tables: Vec<TableFacts>,
    /// The newest `sys_updated_on`; empty for none.
    pub(crate) newest: String,
    /// For each text, the number of its lower-case form.
    folded: Arc<Vec<TextId>>,
}

/// The rows of all tables, while they are read.
#[derive(Debug)]
pub(crate) struct Rows {
    tables: Vec<TableFacts>,
    /// The newest `sys_updated_on`; empty for none.
    newest: String,
}

impl Rows {
    pub(crate) fn new(wanted: &Wanted, has_clock: bool) -> Self {
        let tables = wanted.tables().iter().map(|table| TableFacts::new(table, has_clock)).collect();
        Self { tables, newest: String::new() }
    }

    /// Takes over the rows that come next.
    pub(crate) fn take(&mut self, collector: Collector<'_>) {
        if collector.newest > self.newest {
            self.newest.clone_from(&collector.newest);
        }
        for (ours, theirs) in self.tables.iter_mut().zip(collector.into_tables()) {
            let before = u32::try_from(ours.rows.len()).unwrap_or(u32::MAX);
            let moved = |brought: Brought| Brought { row: brought.row.saturating_add(before), ..brought };
            ours.brought.extend(theirs.brought.into_iter().map(moved));
            let renamed = theirs.renamed.into_iter();
            ours.renamed.extend(renamed.map(|(row, name)| (RowId(row.saturating_add(before)), name)));
            ours.add(theirs.rows, &theirs.pairs);
            ours.versions.extend(theirs.versions);
        }
    }
}

impl Facts {
    pub(crate) fn new(shared: Shared, rows: Rows) -> Self {
        let Shared { texts, signatures, .. } = shared;
        let Rows { tables, newest } = rows;
        let texts = Arc::new(texts.into_interner());
        let mut facts = Self { texts, tables, newest, folded: Arc::default() };
        for (table, signatures) in facts.tables.iter_mut().zip(signatures.into_lists()) {
            table.signatures = Arc::new(signatures);
        }
        facts.seal();
        facts
    }

    /// Makes the facts ready for questions, again after texts were added.
    pub(crate) fn seal(&mut self) {
        let added = self.texts_mut().take_added();
        let unfolded: Vec<_> = if self.folded.is_empty() { self.texts.all().collect() } else { added };
        let mut folded = std::mem::take(Arc::make_mut(&mut self.folded));
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        let has_lower = |id: &TextId| {
            self.texts.text(*id).bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
        };
        let unfolded: Vec<_> = unfolded.into_par_iter().filter(has_lower).collect();
        for id in unfolded {
            let lower = self.texts.text(id).to_lowercase();
            folded[id.index()] = self.texts_mut().intern(&lower);
        }
        // Lower-case forms that were not there before are their own.
        self.texts_mut().take_added();
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        self.folded = Arc::new(folded);
    }

    /// The texts, to which some are added; nobody else may hold them then.
    pub(crate) fn texts_mut(&mut self) -> &mut Interner {
        Arc::make_mut(&mut self.texts)
    }

    /// The same facts without the rows that sets bring which are not in force. The texts
    /// move over until [`Self::share_texts`] gives them back, as some will be added.
    pub(crate) fn in_force(&mut self) -> Self {
        Self {
            texts: std::mem::take(&mut self.texts),
            tables: self.tables.iter().map(|table| table.in_force(&self.folded)).collect(),
            newest: self.newest.clone(),
            folded: std::mem::take(&mut self.folded),
        }
    }

    /// Takes the texts of other facts for its own. Those that it had are among them.
    pub(crate) fn share_texts(&mut self, with: &Self) {
        self.texts = Arc::clone(&with.texts);
        self.folded = Arc::clone(&with.folded);
    }

    /// Versions are settled, or nobody asks.
    pub(crate) fn forget_versions(&mut self) {
        for table in &mut self.tables {
            table.versions = Vec::new();
            table.brought = Vec::new();
        }
    }

    pub(crate) fn table(&self, table: TableIdx) -> &TableFacts {
        &self.tables[table.index()]
    }

    pub(crate) fn table_mut(&mut self, table: TableIdx) -> &mut TableFacts {
        &mut self.tables[table.index()]
    }

    pub(crate) fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        let pair = self.table(table).pair(row, column);
        Cell {
            present: pair.value != TextId::ABSENT,
            value: self.texts.text(pair.value),
            display: (pair.display.0 > TextId::EMPTY.0).then(|| self.texts.text(pair.display)),
        }
    }

    /// The live rows with a value in a column, ignoring case.
    pub(crate) fn with_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> &[RowId] {
        if self.table(table).is_empty() {
            return &[];
        }
        self.find(value).map_or(&[], |id| self.with_text(table, column, id))
    }

    /// The number under which a text is the same that differs in case only, if
    /// any such text was read.
    pub(crate) fn find(&self, text: &str) -> Option<TextId> {
        let folds = text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
        let lower = || folds.then(|| self.texts.find(&text.to_lowercase())).flatten();
        self.texts.find(text).or_else(lower).map(|id| self.fold(id))
    }

    /// The same by the number of the value.
    pub(crate) fn with_text(&self, table: TableIdx, column: ColumnIdx, id: TextId) -> &[RowId] {
        if self.table(table).is_empty() {
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
    pub(crate) fn examples_by_value(
        &self,
        table: TableIdx,
        column: ColumnIdx,
    ) -> Option<impl Iterator<Item = (TextId, RowId)> + '_> {
        self.index(table, column).examples()
    }

    /// Whether some live row does not show a column.
    pub(crate) fn has_gap(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        *facts.gaps[column.index()]
            .get_or_init(|| facts.live().any(|row| facts.pair(row, column).value == TextId::ABSENT))
    }

    /// Whether some live row shows only what a column displays, not its value.
    pub(crate) fn hides(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        facts.live().any(|row| {
            let pair = facts.pair(row, column);
            pair.value == TextId::ABSENT && pair.display.0 > TextId::EMPTY.0
        })
    }

    /// The number under which texts that differ in case only are the same.
    pub(crate) fn fold(&self, id: TextId) -> TextId {
        self.folded.get(id.index()).copied().unwrap_or(TextId::ABSENT)
    }
}
