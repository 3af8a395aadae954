//! Lines of text that a reader has dropped.

use super::line_marks::{ColumnUnit, LineMark};
use super::open::TextStream;
use super::problem::Problem;

/// Counts the lines of what a reader drops, if somebody asks for lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct DroppedLines(Option<(LineMark, ColumnUnit)>);

impl DroppedLines {
    /// From the beginning of a text on; without a unit nothing is counted.
    #[must_use]
    pub fn counting(unit: Option<ColumnUnit>) -> Self {
        Self(unit.map(|unit| (LineMark::default(), unit)))
    }

    /// What columns count, if anything is counted.
    #[must_use]
    pub fn unit(&self) -> Option<ColumnUnit> {
        self.0.map(|(_, unit)| unit)
    }

    /// Where the text begins that is not dropped; its beginning if nothing is counted.
    #[must_use]
    pub fn mark(&self) -> LineMark {
        self.0.map_or_else(LineMark::default, |(mark, _)| mark)
    }

    /// Goes on over text that is dropped.
    pub fn pass(&mut self, text: &str) {
        if let Some((mark, unit)) = &mut self.0 {
            *mark = unit.pass(*mark, text.as_bytes());
        }
    }

    /// Drops the text of a stream up to `offset`. Where nothing is counted, that may be a
    /// seek.
    ///
    /// # Errors
    /// Those of [`TextStream::skip_to`].
    pub fn skip(&mut self, stream: &mut TextStream, offset: u64) -> Result<(), Problem> {
        match self.0 {
            Some(_) => stream.pass_to(offset, &mut |text| self.pass(text)),
            None => stream.skip_to(offset),
        }
    }
}
