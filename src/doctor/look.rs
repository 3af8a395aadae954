//! Looks at every record once, alone or while somebody else reads them.

use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex};

use super::knowledge::{KnownProperty, advice_of};
use super::seen::{Carried, FileTableRows, Id, PropertyRow, Seen, Updated, Version, hash};
use crate::export::{Collect, FileReport, RecordSink, Select, read_all};
use crate::record::schema::{self, ColumnType};
use crate::record::{ColumnIdx, Origin, Record, TableIdx, Wanted, WantedTable, is_secret_property};
use crate::rule::Pack;
use crate::source::{Source, lock};

/// How long the value of a telling property may be.
const LONGEST_VALUE: usize = 100;

/// Reads all sources.
pub(super) fn look(sources: &[Source], pack: &Pack) -> Seen {
    let watch = SignWatch::new(pack, &pack.wanted);
    let reports = read_all(sources, Select::Wanted(&pack.wanted), &watch);
    watch.seen(reports)
}

/// Watches for signs while exports are read. It may be read for more than signs.
#[derive(Debug)]
pub struct SignWatch {
    plan: Arc<WatchPlan>,
    seen: Mutex<Seen>,
}

/// What is watched, by the tables and columns that are read.
#[derive(Debug)]
struct WatchPlan {
    plans: Vec<Plan>,
    /// Which table of the plans each one is that is read, if it is one, with its columns.
    tables: Vec<Option<(TableIdx, Vec<Option<ColumnIdx>>)>>,
}

impl SignWatch {
    /// For what the rules of a pack ask about, where at least all that is read.
    #[must_use]
    pub fn new(pack: &Pack, read: &Wanted) -> Self {
        let wanted = &pack.wanted;
        let plans = wanted.tables().iter().map(|table| Plan::of(table, wanted)).collect();
        let table = |read: &WantedTable| {
            let table = wanted.find(&read.name)?;
            let columns = read.columns.iter().map(|column| wanted.table(table).find(column)).collect();
            Some((table, columns))
        };
        let tables = read.tables().iter().map(table).collect();
        Self { plan: Arc::new(WatchPlan { plans, tables }), seen: Mutex::default() }
    }

    /// Forgets what was seen, because everything is read again.
    pub(crate) fn restart(&self) {
        *lock(&self.seen) = Seen::default();
    }

    /// Takes out what was seen of sources; `reports` say how reading each went.
    pub(super) fn seen(&self, reports: Vec<FileReport>) -> Seen {
        let seen = std::mem::take(&mut *lock(&self.seen));
        of_tables(Seen { reports, ..seen })
    }
}

/// Drops the rows of files that are no table exports.
fn of_tables(mut seen: Seen) -> Seen {
    let is_table = |source: u32, seen: &Seen| seen.kind(source).is_table();
    let rows = std::mem::take(&mut seen.rows);
    seen.rows = rows.into_iter().filter(|((_, source), _)| is_table(*source, &seen)).collect();
    let properties = std::mem::take(&mut seen.properties);
    seen.properties = properties.into_iter().filter(|row| is_table(row.source, &seen)).collect();
    seen
}

/// What is asked of the rows of a table.
#[derive(Debug)]
struct Plan {
    /// For each wanted column.
    uses: Vec<Use>,
    has_properties: bool,
}

/// What a column is checked for, besides being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Presence,
    Key,
    Reference,
}

impl Plan {
    fn of(table: &WantedTable, wanted: &Wanted) -> Self {
        let key = advice_of(&table.name).and_then(|advice| advice.key);
        let use_of = |name: &str| {
            if key == Some(name) {
                return Use::Key;
            }
            if reference_of(&table.name, name, wanted).is_some() { Use::Reference } else { Use::Presence }
        };
        let uses = table.columns.iter().map(|name| use_of(name)).collect();
        Self { uses, has_properties: &*table.name == "sys_properties" }
    }
}

/// The wanted table that a column refers to. The domain of a row is none: it may
/// be a row of a table that extends the one in the dictionary.
pub(super) fn reference_of(table: &str, column: &str, wanted: &Wanted) -> Option<TableIdx> {
    let known = schema::column(table, column)?;
    let is_reference =
        known.kind == ColumnType::Reference && known.type_name != "domainid" && column != "sys_domain";
    known.reference.filter(|_| is_reference).and_then(|target| wanted.find(target))
}

impl Collect for SignWatch {
    type Sink = SignSink;

    fn sink(&self) -> SignSink {
        SignSink { plan: Arc::clone(&self.plan), source: 0, seen: Seen::default() }
    }

    fn take(&self, sink: SignSink) {
        let mut seen = lock(&self.seen);
        for (key, next) in sink.seen.rows {
            match seen.rows.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(next);
                }
                Entry::Occupied(mut entry) => entry.get_mut().append(next),
            }
        }
        seen.carried.extend(sink.seen.carried);
        seen.properties.extend(sink.seen.properties);
    }

    fn progress(&self, _: u64) {}
}

/// Looks at the records of some sources, or of a part of one.
#[derive(Debug)]
pub struct SignSink {
    plan: Arc<WatchPlan>,
    source: u32,
    seen: Seen,
}

impl RecordSink for SignSink {
    fn begin(&mut self, source: u32) {
        self.source = source;
    }

    fn record(&mut self, record: &Record<'_>) {
        let plan = Arc::clone(&self.plan);
        let read = record.table_index.and_then(|read| plan.tables.get(read.index()));
        let Some(Some((table, columns))) = read else { return };
        let table = *table;
        match record.origin {
            Origin::History => {}
            Origin::Table => self.row((table, columns), &plan.plans, record),
            Origin::App | Origin::UpdateSet => {
                let Some(sys_id) = record.value("sys_id") else { return };
                let updated = Updated::of(record.value("sys_updated_on").unwrap_or_default());
                let version = Version { id: Id::of(sys_id), updated };
                self.seen.carried.push(Carried { table, version, source: self.source });
            }
        }
    }
}

impl SignSink {
    fn row(
        &mut self,
        (table, columns): (TableIdx, &[Option<ColumnIdx>]),
        plans: &[Plan],
        record: &Record<'_>,
    ) {
        let Some(plan) = plans.get(table.index()) else { return };
        let rows = self.seen.rows.entry((table, self.source));
        let rows = rows.or_insert_with(|| FileTableRows::new(plan.uses.len()));
        rows.count += 1;
        let (mut sys_id, mut updated, mut key) = ("", "", "");
        for field in record.fields {
            let read = field.column.and_then(|read| columns.get(read.index()));
            let Some(column) = read.copied().flatten() else { continue };
            let Some(is_shown) = rows.shown.get_mut(column.index()) else { continue };
            *is_shown = true;
            let value = field.value.trim();
            if value.is_empty() {
                continue;
            }
            rows.filled[column.index()] = true;
            match column {
                ColumnIdx::SYS_ID => sys_id = value,
                ColumnIdx::UPDATED_ON => updated = value,
                _ => match plan.uses[column.index()] {
                    Use::Presence => {}
                    Use::Key => key = value,
                    Use::Reference => {
                        if let Some(id) = Id::of_hex(value) {
                            *rows.references.entry(column).or_default().entry(id).or_default() += 1;
                        }
                    }
                },
            }
        }
        if !sys_id.is_empty() {
            rows.add(sys_id, Updated::of(updated));
            if !key.is_empty() {
                rows.keys.push((hash(&key.to_lowercase()), Id::of(sys_id)));
            }
        }
        if plan.has_properties {
            self.property(record);
        }
    }

    /// Keeps a property that tells instances apart or limits their exports.
    fn property(&mut self, record: &Record<'_>) {
        let (Some(name), Some(value)) = (record.value("name"), record.value("value")) else { return };
        let is_secret = || is_secret_property(name, record.value("type").unwrap_or_default(), value);
        if KnownProperty::of(name).is_some() && value.len() <= LONGEST_VALUE && !is_secret() {
            let (name, value) = (name.to_owned(), value.to_owned());
            self.seen.properties.push(PropertyRow { name, value, source: self.source });
        }
    }
}
