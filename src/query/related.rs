//! Related lists: how many rows of another table belong to this one.

use std::borrow::Cow;

use super::ast::Comparison;
use super::bind::Alternatives;
use super::bound_path::BoundPath;
use super::data::{Data, Missing, RowId, Truth};
use super::dates::Clock;
use super::eval::any_alternative;
use super::row_test::TestIdx;
use crate::record::{ColumnIdx, TableIdx};

/// A related list whose names are tied to columns.
#[derive(Debug)]
pub(super) struct BoundRelated {
    pub(super) table: TableIdx,
    /// The column of the related table.
    pub(super) column: ColumnIdx,
    /// What of this row it equals.
    pub(super) this: BoundPath,
    /// The test whether that is empty.
    pub(super) this_is_empty: Option<TestIdx>,
    pub(super) count: CountTest,
    /// Whether rows count that an update set deletes.
    pub(super) sees_deleted: bool,
    pub(super) alternatives: Alternatives,
}

/// How many related rows are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountTest {
    pub(super) comparison: Comparison,
    pub(super) count: u32,
}

/// How many rows there are at least, and at most; `None` is no bound.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    least: u32,
    most: Option<u32>,
}

impl CountTest {
    /// The answer where the bounds settle it.
    fn settled(self, Bounds { least, most }: Bounds) -> Option<bool> {
        let at_least = |count: u32| {
            let cannot = most.is_some_and(|most| most < count);
            if least >= count { Some(true) } else { cannot.then_some(false) }
        };
        let more_than = |count: u32| count.checked_add(1).map_or(Some(false), at_least);
        match self.comparison {
            Comparison::GreaterOrEqual => at_least(self.count),
            Comparison::Greater => more_than(self.count),
            Comparison::Less => at_least(self.count).map(|holds| !holds),
            Comparison::LessOrEqual => more_than(self.count).map(|holds| !holds),
            Comparison::Equal | Comparison::NotEqual => {
                let equal = match (at_least(self.count), more_than(self.count)) {
                    (Some(true), Some(false)) => Some(true),
                    (Some(false), _) | (_, Some(true)) => Some(false),
                    _ => None,
                };
                equal.map(|holds| holds == (self.comparison == Comparison::Equal))
            }
        }
    }
}

impl BoundRelated {
    pub(super) fn evaluate(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        let related = match self.related_rows(data, row) {
            Ok(Some(rows)) => rows,
            // Nothing equals NULL, so nothing is related, whatever was exported.
            Ok(None) => {
                let none = Bounds { least: 0, most: Some(0) };
                return self.count.settled(none).map_or(Truth::No, Truth::from_bool);
            }
            Err(missing) => return Truth::Unknown(missing),
        };
        let mut least = 0_u32;
        let mut unsure = 0_u32;
        let mut missing = Missing::none();
        for &related in related.iter() {
            if !self.sees_deleted && data.is_gone(self.table, related) {
                break;
            }
            match any_alternative(&self.alternatives, data, clock, related) {
                Truth::Yes => least = least.saturating_add(1),
                Truth::No => continue,
                Truth::Unknown(more) => {
                    unsure = unsure.saturating_add(1);
                    missing = missing.union(more);
                }
            }
            // More rows can only add to the count, so a settled answer stays.
            if let Some(holds) = self.count.settled(Bounds { least, most: None }) {
                return Truth::from_bool(holds);
            }
        }
        let mut most = Some(least.saturating_add(unsure));
        if !data.lists_all(self.table) {
            most = None;
            missing = missing.union(Missing::table(self.table));
        } else if data.without_column(self.table, self.column) {
            most = None;
            missing = missing.union(Missing::column(self.table, self.column));
        }
        match self.count.settled(Bounds { least, most }) {
            Some(holds) => Truth::from_bool(holds),
            None => Truth::Unknown(missing),
        }
    }

    /// The related rows that were read; `None` where the row has nothing that
    /// they could be related to.
    fn related_rows<'d>(&self, data: &'d dyn Data, row: RowId) -> Result<Option<Cow<'d, [RowId]>>, Missing> {
        if data.holds_no_row(self.table)
            && let Some(test) = self.this_is_empty
        {
            // Whatever the value is, so it need not be looked at.
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
