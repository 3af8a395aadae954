//! Lines and columns of offsets, in one pass over a file.

use std::io::Read;

use memchr::{memchr_iter, memrchr};

use crate::source::{Problem, ProblemKind, Source, TextStream};
use crate::span::LineColumn;

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// Counts lines up to one offset after another. What comes back is forgotten, and
/// going back is counting from the start.
pub(super) struct LineCounter<'s> {
    source: &'s Source,
    /// The last offset that will be asked for.
    last: u64,
    input: Input,
    /// Offset of the next byte to count.
    base: u64,
    line: u64,
    /// UTF-16 units since the line began.
    units: u64,
    problem: Option<Problem>,
}

/// The text, with how much of what was read is counted.
enum Input {
    /// Bytes of a file that are the text: nothing is to be decoded.
    Bytes(Box<dyn Read + Send>, Vec<u8>, usize, usize),
    Text(Box<TextStream>, String, usize),
    Nothing,
}

impl<'s> LineCounter<'s> {
    /// Begins at the start; offsets up to `last` will be asked for.
    pub(super) fn new(source: &'s Source, last: u64) -> Self {
        let (input, problem) = match open(source, last) {
            Ok(input) => (input, None),
            Err(problem) => (Input::Nothing, Some(problem)),
        };
        Self { source, last, input, base: 0, line: 1, units: 0, problem }
    }

    /// The line and column of an offset; behind the end of the text, those of its end.
    pub(super) fn at(&mut self, offset: u64) -> LineColumn {
        if offset < self.base {
            let problem = self.problem.take();
            *self = Self::new(self.source, self.last);
            self.problem = problem.or(self.problem.take());
        }
        loop {
            let ahead = usize::try_from(offset - self.base).unwrap_or(usize::MAX);
            let (counted, has_more) = {
                let rest = self.input.rest();
                let bytes = &rest[..ahead.min(rest.len())];
                if let Some(last) = memrchr(b'\n', bytes) {
                    self.line += count(memchr_iter(b'\n', bytes).count());
                    self.units = units(&bytes[last + 1..]);
                } else {
                    self.units += units(bytes);
                }
                (bytes.len(), bytes.len() < ahead)
            };
            self.base += count(counted);
            self.input.pass(counted);
            if !has_more || !self.fill() {
                return LineColumn { line: self.line, column: self.units + 1 };
            }
        }
    }

    /// Why the text could not be read, if it could not.
    pub(super) fn into_problem(self) -> Option<Problem> {
        self.problem
    }

    /// Reads a block; whether there was more.
    fn fill(&mut self) -> bool {
        match self.input.fill() {
            Ok(more) => more > 0,
            Err(problem) => {
                self.problem = Some(problem);
                self.input = Input::Nothing;
                false
            }
        }
    }
}

fn open(source: &Source, last: u64) -> Result<Input, Problem> {
    if last <= source.plain_to() {
        return Ok(Input::Bytes(source.open_bytes()?, Vec::new(), 0, 0));
    }
    Ok(Input::Text(Box::new(source.open()?), String::new(), 0))
}

impl Input {
    /// What was read and not counted.
    fn rest(&self) -> &[u8] {
        match self {
            Self::Bytes(_, bytes, passed, filled) => &bytes[*passed..*filled],
            Self::Text(_, text, passed) => &text.as_bytes()[*passed..],
            Self::Nothing => &[],
        }
    }

    fn pass(&mut self, more: usize) {
        match self {
            Self::Bytes(_, _, passed, _) | Self::Text(_, _, passed) => *passed += more,
            Self::Nothing => {}
        }
    }

    fn fill(&mut self) -> Result<usize, Problem> {
        match self {
            Self::Bytes(reader, bytes, passed, filled) => {
                bytes.resize(BLOCK, 0);
                (*passed, *filled) = (0, 0);
                *filled = read(reader.as_mut(), bytes)?;
                Ok(*filled)
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

fn read(reader: &mut dyn Read, bytes: &mut [u8]) -> Result<usize, Problem> {
    loop {
        match reader.read(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Problem::new(ProblemKind::Unreadable, error.to_string())),
            Ok(more) => return Ok(more),
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// UTF-16 units of UTF-8 text: one for every lead byte, two for those of four
/// bytes, none for the bytes that follow.
pub(super) fn units(bytes: &[u8]) -> u64 {
    let count = |byte: &u8| u64::from(byte & 0xC0 != 0x80) + u64::from(*byte >= 0xF0);
    bytes.iter().map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::LineCounter;
    use crate::source::Source;
    use crate::span::LineColumn;

    #[test]
    fn columns_are_utf16_units_and_a_byte_order_mark_is_none() {
        let text = "\u{feff}<a>\r\n\u{1F600}é<b/>";
        let source = Source::memory("a.xml", text.as_bytes());
        let offset = |needle: &str| u64::try_from(text.find(needle).unwrap() - 3).unwrap();
        let mut counter = LineCounter::new(&source, u64::MAX);
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
        assert_eq!(LineCounter::new(&source, end).at(end), expected);
        assert_eq!(source.plain_to(), end);
        assert_eq!(LineCounter::new(&source, end).at(end), expected);
    }
}
