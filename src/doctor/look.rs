//! Looks at every record once.

use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use super::knowledge::{KnownProperty, advice_of};
use super::seen::{Carried, Id, PropertyRow, Rows, Seen, Updated, Version, hash};
use crate::export::{Collect, RecordSink, Select, read_all};
use crate::record::schema::{self, ColumnType};
use crate::record::{ColumnIdx, Origin, Record, TableIdx, Wanted, WantedTable, is_secret_property};
use crate::rule::Pack;
use crate::source::Source;

/// How long the value of a telling property may be.
const LONGEST_VALUE: usize = 100;

/// Reads all sources.
pub(super) fn look(sources: &[Source], pack: &Pack) -> Seen {
    let plans: Vec<_> = pack.wanted.tables().iter().map(|table| Plan::of(table, &pack.wanted)).collect();
    let looking = Looking { plans: &plans, seen: Mutex::new(Seen::default()) };
    let reports = read_all(sources, Select::Wanted(&pack.wanted), &looking);
    let mut seen = looking.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.reports = reports;
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

/// What a column is looked at for, beside being there.
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

/// Puts together what was seen of all sources.
struct Looking<'p> {
    plans: &'p [Plan],
    seen: Mutex<Seen>,
}

impl<'p> Collect for Looking<'p> {
    type Sink = Look<'p>;

    fn sink(&self) -> Look<'p> {
        Look { plans: self.plans, source: 0, seen: Seen::default() }
    }

    fn take(&self, sink: Look<'p>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
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
struct Look<'p> {
    plans: &'p [Plan],
    source: u32,
    seen: Seen,
}

impl RecordSink for Look<'_> {
    fn begin(&mut self, source: u32) {
        self.source = source;
    }

    fn record(&mut self, record: &Record<'_>) {
        let Some(table) = record.table_index else { return };
        match record.origin {
            Origin::History => {}
            Origin::Table => self.row(table, record),
            Origin::App | Origin::UpdateSet => {
                let Some(sys_id) = record.value("sys_id") else { return };
                let updated = Updated::of(record.value("sys_updated_on").unwrap_or_default());
                let version = Version { id: Id::of(sys_id), updated };
                self.seen.carried.push(Carried { table, version, source: self.source });
            }
        }
    }
}

impl Look<'_> {
    fn row(&mut self, table: TableIdx, record: &Record<'_>) {
        let Some(plan) = self.plans.get(table.index()) else { return };
        let columns = plan.uses.len();
        let rows = self.seen.rows.entry((table, self.source)).or_insert_with(|| Rows::new(columns));
        rows.count += 1;
        let (mut sys_id, mut updated, mut key) = ("", "", "");
        for field in record.fields {
            let Some(column) = field.column else { continue };
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

    /// Keeps a property that says something of the instance.
    fn property(&mut self, record: &Record<'_>) {
        let (Some(name), Some(value)) = (record.value("name"), record.value("value")) else { return };
        let is_secret = || is_secret_property(name, record.value("type").unwrap_or_default(), value);
        if KnownProperty::of(name).is_some() && value.len() <= LONGEST_VALUE && !is_secret() {
            let (name, value) = (name.to_owned(), value.to_owned());
            self.seen.properties.push(PropertyRow { name, value, source: self.source });
        }
    }
}
