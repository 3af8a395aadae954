//! Related lists: how many rows of another table belong to this one.

use std::borrow::Cow;

use super::Alternatives;
use super::eval::any_alternative;
use crate::query::bound_path::BoundPath;
use crate::query::comparison::ValueComparison;
use crate::query::data::TestIdx;
use crate::query::data::{Data, Missing, Repeat, RowId, Truth};
use crate::query::dates::Clock;
use crate::record::{ColumnIdx, PartOf, TableIdx};

/// A related list whose names are tied to columns.
#[derive(Debug)]
pub(in crate::query) struct BoundRelated {
    pub(in crate::query) table: TableIdx,
    /// The column of the related table.
    pub(in crate::query) column: ColumnIdx,
    /// What of this row it equals.
    pub(in crate::query) this: BoundPath,
    /// The test whether `this` is empty.
    pub(in crate::query) this_is_empty: Option<TestIdx>,
    /// Whether related rows are parts of this one's record.
    pub(in crate::query) part: Option<PartOf>,
    pub(in crate::query) count: CountTest,
    /// Whether rows that an update set deletes count.
    pub(in crate::query) sees_deleted: bool,
    pub(in crate::query) alternatives: Alternatives,
}

/// How many related rows are asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::query) struct CountTest {
    pub(in crate::query) comparison: ValueComparison,
    pub(in crate::query) count: u32,
}

/// How many rows there are at least, and at most; `None` is no bound.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    least: u32,
    most: Option<u32>,
}

impl CountTest {
    /// The answer, if the bounds settle it.
    fn settled(self, Bounds { least, most }: Bounds) -> Option<bool> {
        let at_least = |count: u32| {
            let cannot = most.is_some_and(|most| most < count);
            if least >= count { Some(true) } else { cannot.then_some(false) }
        };
        let more_than = |count: u32| count.checked_add(1).map_or(Some(false), at_least);
        match self.comparison {
            ValueComparison::GreaterOrEqual => at_least(self.count),
            ValueComparison::Greater => more_than(self.count),
            ValueComparison::Less => at_least(self.count).map(|holds| !holds),
            ValueComparison::LessOrEqual => more_than(self.count).map(|holds| !holds),
            ValueComparison::Equal | ValueComparison::NotEqual => {
                let equal = match (at_least(self.count), more_than(self.count)) {
                    (Some(true), Some(false)) => Some(true),
                    (Some(false), _) | (_, Some(true)) => Some(false),
                    _ => None,
                };
                equal.map(|holds| holds == (self.comparison == ValueComparison::Equal))
            }
        }
    }
}

impl BoundRelated {
    pub(super) fn evaluate(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        let related = match self.related_rows(data, row) {
            Ok(Some(rows)) => rows,
            // Nothing equals NULL, so no row is related, whatever was exported.
            Ok(None) => {
                let none = Bounds { least: 0, most: Some(0) };
                return self.count.settled(none).map_or(Truth::No, Truth::from_bool);
            }
            Err(missing) => return Truth::Unknown(missing),
        };
        let mut least = 0_u32;
        let mut unsure = 0_u32;
        let mut missing = Missing::none();
        let counts = |related: &RowId| self.part.is_none() || data.counts_as_part(self.table, *related);
        for related in related.iter().copied().filter(counts) {
            if !self.sees_deleted && data.is_gone(self.table, related) {
                break;
            }
            let holds = any_alternative(&self.alternatives, data, clock, related);
            let doubt = if holds == Truth::No { Missing::none() } else { data.doubt(self.table, related) };
            match if doubt.is_empty() { holds } else { holds.and(Truth::Unknown(doubt)) } {
                // The first row counts, even if it repeats another.
                Truth::Yes => match data.repeat(self.table, related) {
                    Repeat::Yes if least > 0 => continue,
                    Repeat::Unknown if least > 0 => {
                        unsure = unsure.saturating_add(1);
                        missing = missing.union(Missing::column(self.table, ColumnIdx::SYS_ID));
                    }
                    _ => least = least.saturating_add(1),
                },
                Truth::No => continue,
                Truth::Unknown(more) => {
                    unsure = unsure.saturating_add(1);
                    missing = missing.union(more);
                }
            }
            // More rows can only raise the count, so an answer that is settled stays.
            if let Some(holds) = self.count.settled(Bounds { least, most: None }) {
                return Truth::from_bool(holds);
            }
        }
        let mut most = Some(least.saturating_add(unsure));
        if !self.holds_all(data, row) {
            most = None;
            missing = missing.union(Missing::table(self.table));
        }
        // A row that does not show the column may be one more.
        if self.lacks_column(data) {
            most = None;
            missing = missing.union(Missing::column(self.table, self.column));
        }
        match self.count.settled(Bounds { least, most }) {
            Some(holds) => Truth::from_bool(holds),
            None => Truth::Unknown(missing),
        }
    }

    /// Whether all rows that are related to this one are known to be read.
    fn holds_all(&self, data: &dyn Data, row: RowId) -> bool {
        let is_part = |part| {
            self.this
                .single_column()
                .is_some_and(|(table, _)| data.holds_parts(self.table, (table, row), part))
        };
        data.lists_all(self.table) || self.part.is_some_and(is_part)
    }

    /// Whether some rows do not show what they are related to.
    fn lacks_column(&self, data: &dyn Data) -> bool {
        match self.part {
            Some(_) => data.parts_without_column(self.table, self.column),
            None => data.without_column(self.table, self.column),
        }
    }

    /// The related rows that were read; `None` if the row has no value to be related by.
    fn related_rows<'d>(&self, data: &'d dyn Data, row: RowId) -> Result<Option<Cow<'d, [RowId]>>, Missing> {
        if data.holds_no_row(self.table)
            && let Some(test) = self.this_is_empty
        {
            // No row can be related, so the value itself is not needed.
            match data.test(row, test) {
                Some(Truth::Yes) => return Ok(None),
                Some(Truth::No) => return Ok(Some(Cow::Borrowed(&[]))),
                Some(Truth::Unknown(missing)) => return Err(missing),
                None => {}
            }
        }
        if let Some((table, column)) = self.this.single_column()
            && let Some(related) = data.related((table, row, column), (self.table, self.column))
        {
            return Ok(Some(related));
        }
        let value = self.this.cell(data, row)?.value;
        Ok((!value.is_empty()).then(|| Cow::Owned(data.by_value(self.table, self.column, value))))
    }
}
