//! Collects what must be remembered of records, on one thread.

use super::columns::Pair;
use super::current::{Asked, CurrentRow, Shared};
use super::interner::TextId;
use super::stamp::Stamp;
use super::table_facts::{Brought, NamedSet, Row, RowStanding, RowVersion};
use crate::export::RecordSink;
use crate::query::Clock;
use crate::record::{ColumnIdx, Origin, Record, SetReference, UpdateRow};

/// Collects the facts of some sources, or of a part of one.
#[derive(Debug)]
pub(crate) struct Collector<'w> {
    asked: Asked<'w>,
    /// The newest `sys_updated_on`; empty for none.
    pub(crate) newest: String,
    source: u32,
    last_set: LastSet,
    tables: Vec<CollectedTable<'w>>,
}

/// The records of one table that a collector has.
#[derive(Debug, Default)]
pub(crate) struct CollectedTable<'w> {
    pub(crate) rows: Vec<Row>,
    pub(crate) versions: Vec<RowVersion>,
    /// The kept columns of the rows, one row after the other.
    pub(crate) pairs: Vec<Pair>,
    /// Which of the rows an update set brings, where somebody asks.
    pub(crate) brought: Vec<Brought>,
    /// Those that show another name than their record has on every instance.
    pub(crate) renamed: Vec<(u32, Box<str>)>,
    current: Option<CurrentRow<'w>>,
}

/// The update set that was named last: the rows of a set stand together.
#[derive(Debug, Default)]
struct LastSet {
    reference: SetReference,
    known: Option<NamedSet>,
}

impl LastSet {
    /// The set that an update-set row names.
    fn of(&mut self, row: Option<UpdateRow<'_>>, shared: &Shared) -> Option<NamedSet> {
        let reference = row?.set?;
        if self.known.is_none() || self.reference != *reference {
            self.reference.clone_from(reference);
            let intern = |text: &str| shared.texts.intern(text);
            self.known = Some(NamedSet { sys_id: intern(&reference.sys_id), name: intern(&reference.name) });
        }
        self.known
    }
}

impl<'w> Collector<'w> {
    pub(crate) fn new(asked: Asked<'w>) -> Self {
        let tables = asked.wanted.tables().iter().map(|_| CollectedTable::default()).collect();
        Self { asked, newest: String::new(), source: 0, last_set: LastSet::default(), tables }
    }

    /// What it has, by table.
    pub(crate) fn into_tables(self) -> Vec<CollectedTable<'w>> {
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
        let CollectedTable { rows, versions, pairs, brought, renamed, current } =
            &mut self.tables[table.index()];
        let current = current.get_or_insert_with(|| CurrentRow::new(self.asked, table));
        current.read(record, shared);
        pairs.extend(current.kept());
        if let Some(name) = current.take_other_name() {
            renamed.push((u32::try_from(rows.len()).unwrap_or(u32::MAX), name));
        }
        let recorded_at =
            record.update_row.map_or(TextId::ABSENT, |row| shared.texts.intern(row.recorded_at));
        if record.origin == Origin::UpdateSet {
            brought.push(Brought {
                row: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                set: self.last_set.of(record.update_row, shared),
                updated_on: Stamp::new(record.update_row.map_or("", |row| row.updated_on)),
            });
        }
        let updated_on = current.value(ColumnIdx::UPDATED_ON);
        if updated_on > self.newest.as_str() && Clock::parse(updated_on).is_ok() {
            updated_on.clone_into(&mut self.newest);
        }
        let mod_count = current.value(ColumnIdx::MOD_COUNT).parse::<u64>().ok();
        versions.push(RowVersion {
            content: current.content(),
            updated_on: Stamp::new(updated_on),
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
            standing: RowStanding::Current,
            class: current.class(),
        });
    }
}
