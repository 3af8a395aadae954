//! The columns of many rows: in blocks, column by column, and what is the same
//! in all rows of a block only once. Most columns of an export are empty or hold
//! one of few values.

use super::interner::TextId;

/// Value and display value of one column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pair {
    pub(crate) value: TextId,
    pub(crate) display: TextId,
}

/// How many rows a block has.
const ROWS: usize = 1024;

/// The columns of the rows of one table.
#[derive(Debug, Default, Clone)]
pub(crate) struct KeptColumns {
    width: usize,
    /// Full blocks: of each its columns, one after the other.
    blocks: Vec<Box<[Column]>>,
    /// The rows behind the last full block, one after the other.
    open: Vec<Pair>,
}

/// One column of a block.
#[derive(Debug, Clone)]
struct Column {
    values: Ids,
    displays: Ids,
}

/// Numbers of texts, one a row.
#[derive(Debug, Clone)]
enum Ids {
    Same(TextId),
    Each(Box<[TextId]>),
}

impl Ids {
    fn new(ids: impl Iterator<Item = TextId> + Clone) -> Self {
        let mut rest = ids.clone();
        let first = rest.next().unwrap_or_default();
        if rest.all(|id| id == first) { Self::Same(first) } else { Self::Each(ids.collect()) }
    }

    fn get(&self, row: usize) -> TextId {
        match self {
            Self::Same(id) => *id,
            Self::Each(ids) => ids[row],
        }
    }
}

impl KeptColumns {
    pub(crate) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds rows, given one after the other.
    pub(crate) fn extend(&mut self, pairs: &[Pair]) {
        let mut rest = pairs;
        while !rest.is_empty() {
            let room = ROWS * self.width - self.open.len();
            let (now, later) = rest.split_at(rest.len().min(room));
            self.open.extend_from_slice(now);
            rest = later;
            if self.open.len() == ROWS * self.width {
                self.close_block();
            }
        }
    }

    fn close_block(&mut self) {
        let of_column = |column: usize| self.open.iter().skip(column).step_by(self.width);
        let column = |column: usize| Column {
            values: Ids::new(of_column(column).map(|pair| pair.value)),
            displays: Ids::new(of_column(column).map(|pair| pair.display)),
        };
        self.blocks.push((0..self.width).map(column).collect());
        self.open.clear();
    }

    /// What stands in a column of a row; nothing where there is no such row.
    pub(crate) fn get(&self, row: usize, column: usize) -> Pair {
        let (block, row) = (row / ROWS, row % ROWS);
        match self.blocks.get(block).and_then(|columns| columns.get(column)) {
            Some(column) => Pair { value: column.values.get(row), display: column.displays.get(row) },
            None if block == self.blocks.len() && column < self.width => {
                self.open.get(row * self.width + column).copied().unwrap_or_default()
            }
            None => Pair::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptColumns, Pair, ROWS};
    use crate::facts::TextId;

    #[test]
    fn rows_come_back_as_they_were_given() {
        let pair = |row: usize, column: usize| Pair {
            value: TextId::at(if column == 0 { 7 } else { row * 3 + column }),
            display: TextId::at(if row > ROWS { column } else { 0 }),
        };
        let rows = ROWS * 2 + 100;
        let pairs: Vec<_> = (0..rows).flat_map(|row| (0..3).map(move |column| pair(row, column))).collect();
        for step in [3, 30, 3 * ROWS, pairs.len()] {
            let mut columns = KeptColumns::new(3);
            pairs.chunks(step).for_each(|some| columns.extend(some));
            for row in 0..rows {
                let expected: Vec<_> = (0..3).map(|column| pair(row, column)).collect();
                let got: Vec<_> = (0..3).map(|column| columns.get(row, column)).collect();
                assert_eq!(got, expected, "row {row} in steps of {step}");
            }
            assert_eq!(columns.get(rows, 0), Pair::default());
            assert_eq!(columns.get(0, 3), Pair::default());
        }
    }
}
