//! What must be remembered of the records: the wanted columns of the wanted
//! tables, and where each record stands.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::interner::{Interner, TextId, translate};
use crate::export::RecordSink;
use crate::query::{Cell, RowId};
use crate::record::{Action, ColumnIdx, Origin, Record, TableIdx, Wanted, schema};

/// One remembered record, beside its columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) source: u32,
    pub(super) ordinal: u32,
    pub(super) outer_start: u64,
    pub(super) recorded_at: TextId,
    pub(super) action: Action,
    pub(super) origin: Origin,
    pub(super) standing: Standing,
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
}

/// Value and display value of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pair {
    pub(super) value: TextId,
    pub(super) display: TextId,
}

/// The records of one table.
#[derive(Debug, Default)]
pub(super) struct TableFacts {
    pub(super) rows: Vec<Row>,
    /// Columns of all rows, one row after the other.
    pub(super) pairs: Vec<Pair>,
    pub(super) width: usize,
    indexes: Vec<OnceLock<HashMap<TextId, Vec<RowId>>>>,
    gaps: Vec<OnceLock<bool>>,
}

impl TableFacts {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            indexes: (0..width).map(|_| OnceLock::new()).collect(),
            gaps: (0..width).map(|_| OnceLock::new()).collect(),
            ..Self::default()
        }
    }

    pub(super) fn pair(&self, row: RowId, column: ColumnIdx) -> Pair {
        let at = index(row) * self.width + column.index();
        self.pairs.get(at).copied().unwrap_or_default()
    }

    /// The columns of a row.
    pub(super) fn columns(&self, row: RowId) -> &[Pair] {
        let start = index(row) * self.width;
        self.pairs.get(start..start + self.width).unwrap_or_default()
    }

    pub(super) fn row(&self, row: RowId) -> Option<&Row> {
        self.rows.get(index(row))
    }

    /// The rows that are part of the instance's state, in scan order.
    pub(super) fn live(&self) -> impl Iterator<Item = RowId> + '_ {
        self.numbered().filter(|(_, row)| row.action == Action::InsertOrUpdate).map(|(id, _)| id)
    }

    /// The current rows, deleted ones too, in scan order.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (RowId, &Row)> + '_ {
        self.rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.standing == Standing::Current)
            .filter_map(|(at, row)| Some((RowId(u32::try_from(at).ok()?), row)))
    }
}

fn index(row: RowId) -> usize {
    usize::try_from(row.0).unwrap_or(usize::MAX)
}

/// Collects the facts of one source.
#[derive(Debug)]
pub(super) struct Collector<'w> {
    wanted: &'w Wanted,
    source: u32,
    texts: Interner,
    tables: Vec<TableFacts>,
}

impl<'w> Collector<'w> {
    pub(super) fn new(wanted: &'w Wanted, source: u32) -> Self {
        let tables = wanted.tables().iter().map(|table| TableFacts::new(table.columns.len())).collect();
        Self { wanted, source, texts: Interner::default(), tables }
    }
}

impl RecordSink for Collector<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if record.origin == Origin::History {
            return;
        }
        let Some(table) = self.wanted.find(record.table) else { return };
        let names = &self.wanted.table(table).columns;
        let mut pairs = vec![Pair::default(); names.len()];
        for field in record.fields {
            let Some(column) = self.wanted.table(table).find(field.name) else { continue };
            let pair = &mut pairs[column.index()];
            if pair.value != TextId::ABSENT {
                // Of repeated elements the first is the column's.
                continue;
            }
            pair.value = self.texts.intern(field.value.trim());
            let display = field.display_value.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let display = display.or(field.name_attribute.as_deref().map(str::trim));
            pair.display = display.map_or(TextId::ABSENT, |text| self.texts.intern(text));
        }
        for (name, value) in record.attributes {
            // The keys of sys_dictionary and its like stand in attributes.
            if let Some(column) = self.wanted.table(table).find(name)
                && pairs[column.index()].value == TextId::ABSENT
            {
                pairs[column.index()].value = self.texts.intern(value.trim());
            }
        }
        if record.apply_defaults {
            for (name, pair) in names.iter().zip(&mut pairs) {
                if pair.value == TextId::ABSENT
                    && let Some(column) = schema::column(record.table, name)
                {
                    pair.value = self.texts.intern(column.default.unwrap_or(""));
                }
            }
        }
        let recorded_at = record.recorded_at.map_or(TextId::ABSENT, |text| self.texts.intern(text.trim()));
        let facts = &mut self.tables[table.index()];
        facts.pairs.extend(pairs);
        facts.rows.push(Row {
            source: self.source,
            ordinal: record.ordinal,
            outer_start: record.outer_start,
            recorded_at,
            action: record.action,
            origin: record.origin,
            standing: Standing::Current,
        });
    }
}

/// The facts of all sources, in source order.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) texts: Interner,
    pub(super) tables: Vec<TableFacts>,
    /// For each text, the number of its lower-case form.
    folded: Vec<TextId>,
}

impl Facts {
    pub(super) fn new(wanted: &Wanted) -> Self {
        let tables = wanted.tables().iter().map(|table| TableFacts::new(table.columns.len())).collect();
        Self { texts: Interner::default(), tables, folded: Vec::new() }
    }

    /// Takes over the facts of the next source.
    pub(super) fn absorb(&mut self, collector: Collector<'_>) {
        if self.texts.len() == Interner::default().len() {
            // The first source's numbers can stay as they are.
            self.texts = collector.texts;
            self.tables = collector.tables;
            return;
        }
        let map = self.texts.absorb(&collector.texts);
        for (ours, theirs) in self.tables.iter_mut().zip(collector.tables) {
            ours.pairs.extend(theirs.pairs.into_iter().map(|pair| Pair {
                value: translate(&map, pair.value),
                display: translate(&map, pair.display),
            }));
            ours.rows.extend(
                theirs
                    .rows
                    .into_iter()
                    .map(|row| Row { recorded_at: translate(&map, row.recorded_at), ..row }),
            );
        }
    }

    /// Makes the facts ready for questions, after the last source, and again after
    /// texts were added.
    pub(super) fn seal(&mut self) {
        let count = self.texts.len();
        for number in self.folded.len()..count {
            let id = TextId::at(number);
            let text = self.texts.text(id);
            let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
            let folded = if is_folded {
                id
            } else {
                let lower = text.to_lowercase();
                self.texts.intern(&lower)
            };
            self.folded.push(folded);
        }
        // Lower-case forms that were not there before are their own.
        self.folded.extend((count..self.texts.len()).map(TextId::at));
    }

    pub(super) fn table(&self, table: TableIdx) -> &TableFacts {
        &self.tables[table.index()]
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
        let facts = self.table(table);
        if facts.rows.is_empty() {
            return &[];
        }
        let folds = value.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
        let lower = || folds.then(|| self.texts.find(&value.to_lowercase())).flatten();
        let Some(id) = self.texts.find(value).or_else(lower) else { return &[] };
        let build = || {
            let mut rows: HashMap<TextId, Vec<RowId>> = HashMap::new();
            for row in facts.live() {
                let value = facts.pair(row, column).value;
                if value.0 > TextId::EMPTY.0 {
                    rows.entry(self.fold(value)).or_default().push(row);
                }
            }
            rows
        };
        facts.indexes[column.index()].get_or_init(build).get(&self.fold(id)).map_or(&[], Vec::as_slice)
    }

    /// Whether some live row does not show a column.
    pub(super) fn has_gap(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        *facts.gaps[column.index()]
            .get_or_init(|| facts.live().any(|row| facts.pair(row, column).value == TextId::ABSENT))
    }

    /// The number under which texts that differ in case only are the same.
    pub(super) fn fold(&self, id: TextId) -> TextId {
        translate(&self.folded, id)
    }
}
