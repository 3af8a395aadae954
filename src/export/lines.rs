//! Lines and columns in a source that is read again. Everything goes forward; where
//! the text is the file's own bytes it leaps from mark to mark, and elsewhere whoever
//! reads the text has counted what was passed.

use crate::source::{ColumnUnit, LineMark, LineMarks, PartBuffer, PlainText, Problem, ProblemKind};
use crate::span::LineColumn;

/// How many bytes are read at once.
const BLOCK: usize = 256 * 1024;

/// Counts lines in a file whose bytes are its text.
pub(super) struct PlainLines<'s> {
    file: PlainText,
    /// Marks that the first reading left.
    marks: &'s LineMarks,
    /// Where the next byte to count stands.
    at: LineMark,
    buffer: PartBuffer,
    /// How much of the buffer is counted.
    passed: usize,
    /// Why the file could not be read, if it could not.
    problem: Option<Problem>,
}

impl<'s> PlainLines<'s> {
    pub(super) fn new(file: PlainText, marks: &'s LineMarks) -> Self {
        let (at, buffer) = (LineMark::default(), PartBuffer::default());
        Self { file, marks, at, buffer, passed: 0, problem: None }
    }

    /// The line and column of an offset; behind the end of the file, those of its end.
    pub(super) fn at(&mut self, offset: u64) -> LineColumn {
        let mark = self.marks.before(offset);
        if mark.offset > self.at.offset || offset < self.at.offset {
            self.at = mark;
            self.buffer.clear();
            self.passed = 0;
        }
        loop {
            let ahead = usize::try_from(offset - self.at.offset).unwrap_or(usize::MAX);
            let rest = &self.buffer.bytes()[self.passed..];
            let counted = ahead.min(rest.len());
            self.at = self.at.pass(&rest[..counted]);
            self.passed += counted;
            if counted == ahead || !self.fill(ahead - counted) {
                return line_column(self.at);
            }
        }
    }

    pub(super) fn take_problem(&mut self) -> Option<Problem> {
        self.problem.take()
    }

    /// Reads a block, of which so many bytes are of use; whether there was more.
    fn fill(&mut self, wanted: usize) -> bool {
        self.passed = 0;
        let wanted = u64::try_from(wanted.min(BLOCK)).unwrap_or(u64::MAX);
        match self.file.read(self.at.offset..self.at.offset.saturating_add(wanted), &mut self.buffer) {
            Ok(()) => !self.buffer.bytes().is_empty(),
            Err(error) => {
                self.problem = Some(Problem::new(ProblemKind::Unreadable, error.to_string()));
                self.buffer.clear();
                false
            }
        }
    }
}

/// Counts lines in the text that a reader keeps.
pub(super) struct KeptLines {
    unit: ColumnUnit,
    at: LineMark,
}

impl KeptLines {
    pub(super) fn new(unit: ColumnUnit) -> Self {
        Self { unit, at: LineMark::default() }
    }

    /// What columns count.
    pub(super) fn unit(&self) -> ColumnUnit {
        self.unit
    }

    /// The line and column of an offset. `kept` is where the kept text begins, and
    /// `text` gives what stands between two offsets in it.
    pub(super) fn at<'t>(
        &mut self,
        offset: u64,
        kept: LineMark,
        text: impl FnOnce(u64, u64) -> &'t str,
    ) -> LineColumn {
        // The text between may have been dropped since, or somebody asks backwards.
        if self.at.offset < kept.offset || offset < self.at.offset {
            self.at = kept;
        }
        if offset > self.at.offset {
            self.at = self.unit.pass(self.at, text(self.at.offset, offset).as_bytes());
        }
        line_column(self.at)
    }
}

fn line_column(mark: LineMark) -> LineColumn {
    LineColumn { line: mark.lines + 1, column: mark.units + 1 }
}
