//! Columns of a few rows, read again: what a message shows is not kept of every
//! row.

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::current::columns_of;
use super::instance::Instance;
use crate::export::{ChildReader, RecordSink};
use crate::query::{Cell, Class, Data, Missing, Repeat, RowId, TestIdx, Truth, WalkIdx};
use crate::record::{ColumnIdx, PartOf, Record, TableIdx, Wanted};

/// How many rows one thread looks for.
const SHARE: usize = 512;

/// An instance that also knows some columns that it does not keep.
pub(super) struct Again<'i> {
    instance: &'i Instance<'i>,
    rows: HashMap<(TableIdx, RowId), Vec<Text>, RandomState>,
}

/// A value, if it is shown, and what it displays.
#[derive(Debug)]
struct Text {
    value: Option<Box<str>>,
    display: Box<str>,
}

/// A row with what was taken of it.
type Found<T> = ((TableIdx, RowId), T);

/// A row, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sought {
    source: u32,
    outer_start: u64,
    ordinal: u32,
    table: TableIdx,
    row: RowId,
}

impl<'i> Again<'i> {
    pub(super) fn instance(&self) -> &'i Instance<'i> {
        self.instance
    }

    /// Reads rows again. One that is not there any more has no columns.
    pub(super) fn new(instance: &'i Instance<'i>, rows: impl Iterator<Item = (TableIdx, RowId)>) -> Self {
        let text = |(value, display): (Option<&str>, &str)| Text {
            value: value.map(Into::into),
            display: display.into(),
        };
        let columns = |record: &Record<'_>, table| -> Vec<Text> {
            columns_of(record, instance.wanted.table(table)).into_iter().map(text).collect()
        };
        Self { instance, rows: read_again(instance, rows, &columns).into_iter().collect() }
    }
}

/// Reads rows again, on all threads, and gives what is taken of each; one that is
/// not there any more is left out.
pub(super) fn read_again<T: Send>(
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
    let mut reader = ChildReader::new(source, kind);
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

impl Data for Again<'_> {
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

    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId> {
        self.instance.by_sys_id(table, sys_id)
    }

    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId> {
        self.instance.by_value(table, column, value)
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        self.instance.without_column(table, column)
    }

    fn doubt(&self, table: TableIdx, row: RowId) -> Missing {
        self.instance.doubt(table, row)
    }

    fn holds_no_row(&self, table: TableIdx) -> bool {
        self.instance.holds_no_row(table)
    }

    fn is_whole(&self, table: TableIdx) -> bool {
        self.instance.is_whole(table)
    }

    fn holds_parts(&self, parts: TableIdx, of: (TableIdx, RowId), part: PartOf) -> bool {
        self.instance.holds_parts(parts, of, part)
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        self.instance.class(class, row)
    }

    fn repeat(&self, table: TableIdx, row: RowId) -> Repeat {
        self.instance.repeat(table, row)
    }

    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        self.instance.roles(user, take)
    }

    fn all_roles(&self, user: RowId) -> Vec<&str> {
        self.instance.all_roles(user)
    }

    fn test(&self, row: RowId, test: TestIdx) -> Option<Truth> {
        self.instance.test(row, test)
    }

    fn walked(&self, row: RowId, walk: WalkIdx) -> Option<Truth> {
        self.instance.walked(row, walk)
    }

    fn trait_of(&self, table: TableIdx, row: RowId, name: &str) -> &str {
        self.instance.trait_of(table, row, name)
    }
}
