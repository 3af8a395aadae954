//! Collects what must be remembered of records, on one thread.

use super::columns::Pair;
use super::current::{CurrentRow, Shared};
use super::facts::{Row, Standing};
use super::interner::TextId;
use crate::export::RecordSink;
use crate::query::RowTests;
use crate::record::{Origin, Record, Wanted};

/// Collects the facts of some sources, or of a part of one.
#[derive(Debug)]
pub(super) struct Collector<'w> {
    asked: Asked<'w>,
    source: u32,
    tables: Vec<Collected<'w>>,
}

/// What is asked of records, and where it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'w> {
    pub(super) wanted: &'w Wanted,
    pub(super) tests: &'w RowTests,
    /// The instance's name.
    pub(super) instance: &'w str,
    pub(super) shared: &'w Shared,
}

/// The records of one table that a collector has.
#[derive(Debug, Default)]
struct Collected<'w> {
    rows: Vec<Row>,
    /// The kept columns of the rows, one row after the other.
    pairs: Vec<Pair>,
    current: Option<CurrentRow<'w>>,
}

impl<'w> Collector<'w> {
    pub(super) fn new(asked: Asked<'w>) -> Self {
        let tables = asked.wanted.tables().iter().map(|_| Collected::default()).collect();
        Self { asked, source: 0, tables }
    }

    /// Of each table the rows and their kept columns.
    pub(super) fn into_rows(self) -> impl Iterator<Item = (Vec<Row>, Vec<Pair>)> {
        self.tables.into_iter().map(|table| (table.rows, table.pairs))
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
        let Asked { wanted, tests, instance, shared } = self.asked;
        let Collected { rows, pairs, current } = &mut self.tables[table.index()];
        let current =
            current.get_or_insert_with(|| CurrentRow::new(wanted, table, tests.of(table), instance));
        current.read(record, shared);
        pairs.extend(current.kept());
        let recorded_at =
            record.recorded_at.map_or(TextId::ABSENT, |text| shared.texts.intern(text.trim()));
        rows.push(Row {
            source: self.source,
            ordinal: record.ordinal,
            outer_start: record.outer_start,
            recorded_at,
            signature: current.signature(),
            content: current.content(),
            action: record.action,
            origin: record.origin,
            standing: Standing::Current,
        });
    }
}
