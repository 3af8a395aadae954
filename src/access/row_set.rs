//! A set of rows of one table, one bit a row.

use super::csr::position;
use crate::query::RowId;

/// Some rows of a table. An empty set costs nothing.
#[derive(Debug, Default)]
pub(crate) struct RowSet {
    words: Vec<u64>,
}

impl RowSet {
    pub(crate) fn insert(&mut self, row: RowId) {
        let (word, bit) = place(row);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    #[must_use]
    pub(crate) fn contains(&self, row: RowId) -> bool {
        let (word, bit) = place(row);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

fn place(row: RowId) -> (usize, u64) {
    (position(row.0 / u64::BITS), 1 << (row.0 % u64::BITS))
}
