//! What must be remembered of the records: the wanted columns of the wanted
//! tables, and where each record stands.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use smallvec::SmallVec;

use super::columns::{Columns, Pair};
use super::interner::{Interner, SharedInterner, TextId};
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

/// The rows with each value; most values are in one row.
type Index = HashMap<TextId, SmallVec<[RowId; 2]>, RandomState>;

/// The records of one table.
#[derive(Debug, Default)]
pub(super) struct TableFacts {
    pub(super) rows: Vec<Row>,
    pub(super) columns: Columns,
    pub(super) width: usize,
    indexes: Vec<OnceLock<Index>>,
    gaps: Vec<OnceLock<bool>>,
}

impl TableFacts {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            columns: Columns::new(width),
            indexes: (0..width).map(|_| OnceLock::new()).collect(),
            gaps: (0..width).map(|_| OnceLock::new()).collect(),
            ..Self::default()
        }
    }

    pub(super) fn pair(&self, row: RowId, column: ColumnIdx) -> Pair {
        self.columns.get(index(row), column.index())
    }

    /// The columns of a row.
    pub(super) fn columns(&self, row: RowId) -> impl Iterator<Item = Pair> + '_ {
        self.columns.row(index(row))
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

/// Collects the facts of some sources, or of a part of one.
#[derive(Debug)]
pub(super) struct Collector<'w> {
    wanted: &'w Wanted,
    texts: &'w SharedInterner,
    source: u32,
    tables: Vec<Collected>,
}

/// The records of one table that a collector has.
#[derive(Debug, Default)]
struct Collected {
    rows: Vec<Row>,
    pairs: Vec<Pair>,
    /// Of each column the last value and the last display value, with their
    /// numbers: most columns repeat themselves.
    last: Vec<[(String, TextId); 2]>,
}

impl<'w> Collector<'w> {
    pub(super) fn new(wanted: &'w Wanted, texts: &'w SharedInterner) -> Self {
        let tables = wanted.tables().iter().map(|_| Collected::default()).collect();
        Self { wanted, texts, source: 0, tables }
    }
}

impl Collected {
    /// The number of a text; `part` is 0 for values and 1 for display values.
    fn intern(&mut self, texts: &SharedInterner, column: usize, part: usize, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let (last, id) = &mut self.last[column][part];
        if last != text {
            last.clear();
            last.push_str(text);
            *id = texts.intern(text);
        }
        *id
    }
}

impl RecordSink for Collector<'_> {
    fn begin(&mut self, source: u32) {
        self.source = source;
    }

    fn record(&mut self, record: &Record<'_>) {
        if record.origin == Origin::History {
            return;
        }
        let Some(table) = record.table_index else { return };
        let names = &self.wanted.table(table).columns;
        let facts = &mut self.tables[table.index()];
        if facts.last.is_empty() {
            facts.last.resize_with(names.len(), Default::default);
        }
        let first = facts.pairs.len();
        facts.pairs.resize(first + names.len(), Pair::default());
        for field in record.fields {
            let Some(column) = field.column.map(ColumnIdx::index) else { continue };
            if facts.pairs[first + column].value != TextId::ABSENT {
                // Of repeated elements the first is the column's.
                continue;
            }
            let value = facts.intern(self.texts, column, 0, field.value.trim());
            let display = field.display_value.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let display = display.or(field.name_attribute.as_deref().map(str::trim));
            let display = display.map_or(TextId::ABSENT, |text| facts.intern(self.texts, column, 1, text));
            facts.pairs[first + column] = Pair { value, display };
        }
        for (name, value) in record.attributes {
            // The keys of sys_dictionary and its like stand in attributes.
            if let Some(column) = self.wanted.table(table).find(name).map(ColumnIdx::index)
                && facts.pairs[first + column].value == TextId::ABSENT
            {
                facts.pairs[first + column].value = facts.intern(self.texts, column, 0, value.trim());
            }
        }
        if record.apply_defaults {
            for (name, pair) in names.iter().zip(&mut facts.pairs[first..]) {
                if pair.value == TextId::ABSENT
                    && let Some(column) = schema::column(record.table, name)
                {
                    pair.value = self.texts.intern(column.default.unwrap_or(""));
                }
            }
        }
        let recorded_at = record.recorded_at.map_or(TextId::ABSENT, |text| self.texts.intern(text.trim()));
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

/// The rows of all tables, while they are read.
#[derive(Debug)]
pub(super) struct Rows(Vec<TableFacts>);

impl Rows {
    pub(super) fn new(wanted: &Wanted) -> Self {
        Self(wanted.tables().iter().map(|table| TableFacts::new(table.columns.len())).collect())
    }

    /// Takes over the rows that come next.
    pub(super) fn take(&mut self, collector: Collector<'_>) {
        for (ours, theirs) in self.0.iter_mut().zip(collector.tables) {
            ours.rows.extend(theirs.rows);
            ours.columns.extend(&theirs.pairs);
        }
    }
}

impl Facts {
    pub(super) fn new(texts: SharedInterner, rows: Rows) -> Self {
        let mut facts = Self { texts: texts.into_interner(), tables: rows.0, folded: Vec::new() };
        facts.seal();
        facts
    }

    /// Makes the facts ready for questions, again after texts were added.
    pub(super) fn seal(&mut self) {
        let added = self.texts.take_added();
        let unfolded = if self.folded.is_empty() { self.texts.all().collect() } else { added };
        let mut folded = std::mem::take(&mut self.folded);
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        for id in unfolded {
            let text = self.texts.text(id);
            if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
                let lower = text.to_lowercase();
                folded[id.index()] = self.texts.intern(&lower);
            }
        }
        // Lower-case forms that were not there before are their own.
        self.texts.take_added();
        folded.extend((folded.len()..self.texts.bound()).map(TextId::at));
        self.folded = folded;
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
            let mut rows = Index::default();
            for row in facts.live() {
                let value = facts.pair(row, column).value;
                if value.0 > TextId::EMPTY.0 {
                    rows.entry(self.fold(value)).or_default().push(row);
                }
            }
            rows
        };
        facts.indexes[column.index()].get_or_init(build).get(&self.fold(id)).map_or(&[], SmallVec::as_slice)
    }

    /// Whether some live row does not show a column.
    pub(super) fn has_gap(&self, table: TableIdx, column: ColumnIdx) -> bool {
        let facts = self.table(table);
        *facts.gaps[column.index()]
            .get_or_init(|| facts.live().any(|row| facts.pair(row, column).value == TextId::ABSENT))
    }

    /// The number under which texts that differ in case only are the same.
    pub(super) fn fold(&self, id: TextId) -> TextId {
        self.folded.get(id.index()).copied().unwrap_or(TextId::ABSENT)
    }
}
