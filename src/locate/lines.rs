//! Lines and columns of offsets, in one pass over a file, which leaps from mark
//! to mark where there are some.

use memchr::{memchr_iter, memrchr};

use crate::export::{LineMark, LineMarks};
use crate::source::{PartBuffer, PlainText, Problem, ProblemKind, Source, TextStream};
use crate::span::LineColumn;

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// Counts lines up to one offset after another. What comes back is forgotten, and
/// going back is counting from the start, or from a mark.
pub(super) struct LineCounter<'s> {
    source: &'s Source,
    marks: &'s LineMarks,
    /// The last offset that will be asked for.
    last: u64,
    input: Input,
    /// Where the next byte to count stands.
    at: LineMark,
    problem: Option<Problem>,
}

/// The text, with how much of what was read is counted.
enum Input {
    /// A file whose bytes are the text: nothing is to be decoded.
    Plain(PlainText, PartBuffer, usize),
    Text(Box<TextStream>, String, usize),
    Nothing,
}

impl<'s> LineCounter<'s> {
    /// Begins at the start; offsets up to `last` will be asked for. `marks` are
    /// those of the source.
    pub(super) fn new(source: &'s Source, marks: &'s LineMarks, last: u64) -> Self {
        let (input, problem) = match open(source, last) {
            Ok(input) => (input, None),
            Err(problem) => (Input::Nothing, Some(problem)),
        };
        Self { source, marks, last, input, at: LineMark::default(), problem }
    }

    /// The line and column of an offset; behind the end of the text, those of its end.
    pub(super) fn at(&mut self, offset: u64) -> LineColumn {
        self.leap(offset);
        if offset < self.at.offset {
            let problem = self.problem.take();
            *self = Self::new(self.source, self.marks, self.last);
            self.problem = problem.or(self.problem.take());
            self.leap(offset);
        }
        loop {
            let ahead = usize::try_from(offset - self.at.offset).unwrap_or(usize::MAX);
            let rest = self.input.rest();
            let counted = ahead.min(rest.len());
            self.at = if self.source.is_sheet() {
                cells(self.at, &rest[..counted])
            } else {
                self.at.pass(&rest[..counted])
            };
            self.input.pass(counted);
            if counted == ahead || !self.fill(ahead - counted) {
                return LineColumn { line: self.at.lines + 1, column: self.at.units + 1 };
            }
        }
    }

    /// Goes to the last mark before an offset, if that is a way forward or the
    /// offset lies behind.
    fn leap(&mut self, offset: u64) {
        let Input::Plain(_, buffer, passed) = &mut self.input else { return };
        let mark = self.marks.before(offset);
        if mark.offset > self.at.offset || offset < self.at.offset && mark.offset > 0 {
            self.at = mark;
            buffer.clear();
            *passed = 0;
        }
    }

    /// Why the text could not be read, if it could not.
    pub(super) fn into_problem(self) -> Option<Problem> {
        self.problem
    }

    /// Reads a block, of which so many bytes are of use; whether there was more.
    fn fill(&mut self, wanted: usize) -> bool {
        match self.input.fill(self.at.offset, wanted) {
            Ok(more) => more > 0,
            Err(problem) => {
                self.problem = Some(problem);
                self.input = Input::Nothing;
                false
            }
        }
    }
}

/// A mark behind the bytes that come next in a sheet, where columns are those of
/// the sheet.
fn cells(at: LineMark, bytes: &[u8]) -> LineMark {
    let line = memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    let lines = at.lines + count(memchr_iter(b'\n', &bytes[..line]).count());
    let before = if line > 0 { 0 } else { at.units };
    let units = before + count(memchr_iter(b'\t', &bytes[line..]).count());
    LineMark { offset: at.offset + count(bytes.len()), lines, units }
}

fn open(source: &Source, last: u64) -> Result<Input, Problem> {
    if last <= source.plain_to() {
        let mut buffer = PartBuffer::default();
        if let Some(plain) = source.open_plain(&mut buffer, 0) {
            buffer.clear();
            return Ok(Input::Plain(plain, buffer, 0));
        }
    }
    Ok(Input::Text(Box::new(source.open()?), String::new(), 0))
}

impl Input {
    /// What was read and not counted.
    fn rest(&self) -> &[u8] {
        match self {
            Self::Plain(_, buffer, passed) => &buffer.bytes()[*passed..],
            Self::Text(_, text, passed) => &text.as_bytes()[*passed..],
            Self::Nothing => &[],
        }
    }

    fn pass(&mut self, more: usize) {
        match self {
            Self::Plain(_, _, passed) | Self::Text(_, _, passed) => *passed += more,
            Self::Nothing => {}
        }
    }

    fn fill(&mut self, offset: u64, wanted: usize) -> Result<usize, Problem> {
        match self {
            Self::Plain(plain, buffer, passed) => {
                *passed = 0;
                let end = offset.saturating_add(count(wanted.min(BLOCK)));
                let read = plain.read(offset..end, buffer);
                read.map_err(|error| Problem::new(ProblemKind::Unreadable, error.to_string()))?;
                Ok(buffer.bytes().len())
            }
            Self::Text(stream, text, passed) => {
                text.clear();
                *passed = 0;
                stream.read(text, BLOCK)
            }
            Self::Nothing => Ok(0),
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::LineCounter;
    use crate::export::LineMarks;
    use crate::source::Source;
    use crate::span::LineColumn;

    #[test]
    fn columns_are_utf16_units_and_a_byte_order_mark_is_none() {
        let text = "\u{feff}<a>\r\n\u{1F600}é<b/>";
        let source = Source::memory("a.xml", text.as_bytes());
        let offset = |needle: &str| u64::try_from(text.find(needle).unwrap() - 3).unwrap();
        let marks = LineMarks::default();
        let mut counter = LineCounter::new(&source, &marks, u64::MAX);
        let mut check = |offset: u64, line: u64, column: u64| {
            assert_eq!(counter.at(offset), LineColumn { line, column }, "{offset}");
        };
        check(offset("<a>"), 1, 1);
        check(offset("<b/>"), 2, 4);
        check(offset("<b/>") + 4, 2, 8);
        // Behind the end, and back.
        check(u64::MAX, 2, 8);
        check(offset("<a>") + 3, 1, 4);
        check(offset("<b/>"), 2, 4);
    }

    #[test]
    fn a_file_is_counted_as_bytes_where_they_are_its_text() {
        let text = "é\n".repeat(200_000) + "é<b/>";
        let source = Source::memory("a.xml", text.as_bytes());
        let end = u64::try_from(text.len()).unwrap();
        let expected = LineColumn { line: 200_001, column: 6 };
        assert_eq!(source.plain_to(), 0);
        let marks = LineMarks::default();
        assert_eq!(LineCounter::new(&source, &marks, end).at(end), expected);
        assert_eq!(source.plain_to(), end);
        assert_eq!(LineCounter::new(&source, &marks, end).at(end), expected);
    }
}
