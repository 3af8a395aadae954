//! The rows of a table by what stands in a column.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::interner::TextId;
use crate::query::RowId;

/// The rows with each value.
#[derive(Debug)]
pub(crate) struct Index {
    /// Where the rows of a value begin, and how many there are. The numbers are
    /// ours, so nobody can choose them to collide.
    ranges: HashMap<TextId, (u32, u32), FixedState>,
    rows: Vec<RowId>,
}

impl Index {
    pub(crate) fn new(mut pairs: Vec<(TextId, RowId)>) -> Self {
        pairs.sort_unstable();
        let mut ranges = HashMap::default();
        let mut start = 0;
        for same in pairs.chunk_by(|left, right| left.0 == right.0) {
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            ranges.extend(same.first().map(|(value, _)| (*value, (start, count))));
            start += count;
        }
        Self { ranges, rows: pairs.into_iter().map(|(_, row)| row).collect() }
    }

    /// In scan order.
    pub(crate) fn of(&self, value: TextId) -> &[RowId] {
        let Some(&(start, count)) = self.ranges.get(&value) else { return &[] };
        let start = position(RowId(start));
        self.rows.get(start..start + position(RowId(count))).unwrap_or_default()
    }

    /// Each value with its first row, if many rows share them.
    pub(crate) fn examples(&self) -> Option<impl Iterator<Item = (TextId, RowId)> + '_> {
        /// How many rows share a value on average before it is worth anything.
        const MANY: usize = 8;
        let is_shared = self.ranges.len() * MANY <= self.rows.len();
        let first = |(value, (start, _)): (&TextId, &(u32, u32))| {
            Some((*value, *self.rows.get(position(RowId(*start)))?))
        };
        is_shared.then(|| self.ranges.iter().filter_map(first))
    }
}

/// Where a row stands among those of its table.
pub(crate) fn position(row: RowId) -> usize {
    usize::try_from(row.0).unwrap_or(usize::MAX)
}
