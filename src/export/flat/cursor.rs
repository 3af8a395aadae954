//! Where rows are read on.

use std::ops::Range;

use super::window::TextWindow;
use crate::source::LineMarks;
use crate::span::ByteSpan;

/// How much text that was read is worth moving the rest.
const MUCH: usize = 64 * 1024;

/// A place in the text of a source.
pub(super) struct RowCursor {
    pub(super) window: TextWindow,
    /// Index of the next row, or of what stands before it.
    pub(super) at: usize,
    /// Marks in the text that was read and forgotten.
    pub(super) lines: LineMarks,
}

impl RowCursor {
    /// At an offset of a text whose beginning is in the window.
    pub(super) fn new(window: TextWindow, offset: u64) -> Self {
        let at = window.index(offset).unwrap_or(0);
        Self { window, at, lines: LineMarks::default() }
    }

    /// The span of indexes.
    pub(super) fn span(&self, range: &Range<usize>) -> ByteSpan {
        ByteSpan::new(self.window.offset(range.start), self.window.offset(range.end))
    }

    /// The offset of the next row.
    pub(super) fn position(&self) -> u64 {
        self.window.offset(self.at)
    }

    /// Forgets what was read, once that is worth moving the rest.
    pub(super) fn forget(&mut self) {
        if self.at > MUCH && self.at * 2 > self.window.text().len() {
            self.forget_read();
        }
    }

    /// Forgets all that was read.
    pub(super) fn forget_read(&mut self) {
        self.lines.pass(&self.window.text().as_bytes()[..self.at]);
        self.window.forget(self.at);
        self.at = 0;
    }
}
