//! Columns of a few rows, read again: what a message shows is not kept of every
//! row.

use std::borrow::Cow;

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::contents::Instance;
use super::pass_on::pass_on;
use crate::export::{ChildReader, RecordSink};
use crate::facts::columns_of;
use crate::query::{Cell, Data, RowId};
use crate::record::{ColumnIdx, Record, TableIdx, Wanted};

/// How many rows one thread looks for.
const SHARE: usize = 512;

/// An instance that also knows some columns that it does not keep.
pub(crate) struct RereadColumns<'i> {
    instance: &'i Instance<'i>,
    rows: HashMap<(TableIdx, RowId), Vec<RereadText>, RandomState>,
}

/// A value, if it is shown, and what it displays.
#[derive(Debug)]
pub(crate) struct RereadText {
    value: Option<Box<str>>,
    display: Box<str>,
}

/// A row with what was taken of it.
pub(crate) type Found<T> = ((TableIdx, RowId), T);

/// A row, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sought {
    source: u32,
    outer_start: u64,
    ordinal: u32,
    table: TableIdx,
    row: RowId,
}

impl<'i> RereadColumns<'i> {
    /// Reads rows again. One that is not there any more has no columns.
    pub(crate) fn new(instance: &'i Instance<'i>, rows: impl Iterator<Item = (TableIdx, RowId)>) -> Self {
        let take = |record: &Record<'_>, table| columns_read(instance, record, table);
        Self::of(instance, read_again(instance, rows, &take).into_iter())
    }

    /// Of rows that were read again.
    pub(crate) fn of(instance: &'i Instance<'i>, rows: impl Iterator<Item = Found<Vec<RereadText>>>) -> Self {
        Self { instance, rows: rows.collect() }
    }
}

/// What a record that was read again says in each column that somebody wants.
pub(crate) fn columns_read(instance: &Instance<'_>, record: &Record<'_>, table: TableIdx) -> Vec<RereadText> {
    let text = |(value, display): (Option<&str>, Cow<'_, str>)| RereadText {
        value: value.map(Into::into),
        display: display.into(),
    };
    columns_of(record, instance.wanted.table(table)).into_iter().map(text).collect()
}

/// Reads rows again, on all threads, and gives what is taken of each; one that is
/// not there any more is left out.
pub(crate) fn read_again<T: Send>(
    instance: &Instance<'_>,
    rows: impl Iterator<Item = (TableIdx, RowId)>,
    take: &(dyn Fn(&Record<'_>, TableIdx) -> T + Sync),
) -> Vec<Found<T>> {
    let sought = rows.filter_map(|(table, row)| {
        let (source, outer_start, ordinal) = instance.place(table, row)?;
        Some(Sought { source, outer_start, ordinal, table, row })
    });
    let mut sought: Vec<_> = sought.collect();
    sought.sort_unstable();
    sought.dedup();
    let shares = shares(instance, &sought);
    shares.into_par_iter().flat_map_iter(|share| read(instance, share, take)).collect()
}

/// What one reader looks for: rows of one source, of which one that cannot be
/// entered in the middle is read by one reader only.
fn shares<'s>(instance: &Instance<'_>, sought: &'s [Sought]) -> Vec<&'s [Sought]> {
    let of_source = sought.chunk_by(|left, right| left.source == right.source);
    let shares = of_source.flat_map(|sought| {
        let source = sought.first().and_then(|first| instance.source(first.source));
        let last = sought.last().map_or(0, |last| last.outer_start);
        let is_plain = source.is_some_and(|(source, _)| last <= source.plain_to());
        sought.chunks(if is_plain { SHARE } else { usize::MAX })
    });
    shares.collect()
}

fn read<T>(
    instance: &Instance<'_>,
    sought: &[Sought],
    take: &dyn Fn(&Record<'_>, TableIdx) -> T,
) -> Vec<Found<T>> {
    let Some((source, kind)) = sought.first().and_then(|first| instance.source(first.source)) else {
        return Vec::new();
    };
    let mut reader = ChildReader::new(source, kind).with(&instance.extends);
    let mut found = Vec::with_capacity(sought.len());
    for child in sought.chunk_by(|left, right| left.outer_start == right.outer_start) {
        if child.first().is_some_and(|first| reader.go_to(first.outer_start)) {
            reader.read(&mut Taking { take, child, found: &mut found });
        }
    }
    found
}

/// Takes what is wanted of the rows in one child of a root.
struct Taking<'c, T> {
    take: &'c dyn Fn(&Record<'_>, TableIdx) -> T,
    child: &'c [Sought],
    found: &'c mut Vec<Found<T>>,
}

impl<T> RecordSink for Taking<'_, T> {
    fn record(&mut self, record: &Record<'_>) {
        for sought in self.child.iter().filter(|sought| sought.ordinal == record.ordinal) {
            self.found.push(((sought.table, sought.row), (self.take)(record, sought.table)));
        }
    }
}

impl Data for RereadColumns<'_> {
    pass_on!(instance: displays_referred by_sys_id by_value is_disputed without_column doubt holds_no_row is_whole holds_parts class repeat roles all_roles test walked trait_of);

    fn wanted(&self) -> &Wanted {
        self.instance.wanted
    }

    fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        if self.instance.table(table).slot(column).is_some() {
            return self.instance.cell(table, row, column);
        }
        let columns = self.rows.get(&(table, row)).map_or(&[][..], Vec::as_slice);
        let Some(text) = columns.get(column.index()) else { return Cell::default() };
        Cell {
            present: text.value.is_some(),
            value: text.value.as_deref().unwrap_or_default(),
            display: Some(&*text.display).filter(|display| !display.is_empty()),
        }
    }
}
