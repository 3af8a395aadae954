//! Positions in a file. This layer imports nothing.

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in the text of one source.
///
/// Offsets count bytes of the file's text as UTF-8, after a byte-order mark and
/// after a gzip or zip wrapper were taken off. For a UTF-8 file without a
/// byte-order mark these are the file's own bytes; for a file in another
/// encoding they are the bytes of its UTF-8 transcription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset one past the last byte.
    pub end: u64,
}

impl ByteSpan {
    /// A span from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: u64, end: u64) -> Self {
        debug_assert!(start <= end, "a span runs forwards: {start}..{end}");
        Self { start, end }
    }

    /// An empty span at `offset`.
    #[must_use]
    pub fn at(offset: u64) -> Self {
        Self::new(offset, offset)
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether every byte of `other` lies in this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The span as a range of indexes into a buffer whose first byte is `base`;
    /// `None` where it does not lie at or after `base` or does not fit in memory.
    #[must_use]
    pub fn range_from(self, base: u64) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(self.start.checked_sub(base)?).ok()?;
        let end = usize::try_from(self.end.checked_sub(base)?).ok()?;
        Some(start..end)
    }
}

/// A line and column as editors and SARIF count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u64,
    /// Column in UTF-16 code units, from 1.
    pub column: u64,
}
