//! Collects what must be remembered of records, on one thread.

use super::columns::Pair;
use super::current::{CurrentRow, Shared};
use super::facts::{Row, Standing, Version};
use super::interner::TextId;
use super::stamp::Stamp;
use crate::export::RecordSink;
use crate::query::{Clock, RowTests};
use crate::record::{ColumnIdx, Origin, Record, Wanted};

/// Collects the facts of some sources, or of a part of one.
#[derive(Debug)]
pub(super) struct Collector<'w> {
    asked: Asked<'w>,
    /// The newest `sys_updated_on`; empty for none.
    pub(super) newest: String,
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
pub(super) struct Collected<'w> {
    pub(super) rows: Vec<Row>,
    pub(super) versions: Vec<Version>,
    /// The kept columns of the rows, one row after the other.
    pub(super) pairs: Vec<Pair>,
    current: Option<CurrentRow<'w>>,
}

impl<'w> Collector<'w> {
    pub(super) fn new(asked: Asked<'w>) -> Self {
        let tables = asked.wanted.tables().iter().map(|_| Collected::default()).collect();
        Self { asked, newest: String::new(), source: 0, tables }
    }

    /// What it has, by table.
    pub(super) fn into_tables(self) -> Vec<Collected<'w>> {
        self.tables
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
        let shared = self.asked.shared;
        let Collected { rows, versions, pairs, current } = &mut self.tables[table.index()];
        let current = current.get_or_insert_with(|| CurrentRow::new(self.asked, table));
        current.read(record, shared);
        pairs.extend(current.kept());
        let recorded_at = record.recorded_at.map_or(TextId::ABSENT, |text| shared.texts.intern(text.trim()));
        let updated_on = current.value(ColumnIdx::UPDATED_ON);
        if updated_on > self.newest.as_str() && Clock::parse(updated_on).is_ok() {
            updated_on.clone_into(&mut self.newest);
        }
        let mod_count = current.value(ColumnIdx::MOD_COUNT).parse::<u64>().ok();
        versions.push(Version {
            content: current.content(),
            updated_on: Stamp::new(updated_on, &shared.texts),
            mod_count: mod_count.map_or(u32::MAX, |count| u32::try_from(count).unwrap_or(u32::MAX - 1)),
            recorded_at,
        });
        rows.push(Row {
            source: self.source,
            ordinal: record.ordinal,
            outer_start: record.outer_start,
            signature: current.signature(),
            action: record.action,
            origin: record.origin,
            standing: Standing::Current,
        });
    }
}
