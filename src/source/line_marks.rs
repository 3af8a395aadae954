//! Line numbers at some offsets of a file, counted while it is read, so that
//! nobody has to count from its start again.

use memchr::{memchr_iter, memrchr};

/// How far apart marks are, in bytes.
const APART: usize = 64 * 1024;

/// Where an offset lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineMark {
    /// Bytes from the start of the text.
    pub offset: u64,
    /// How many lines end before it.
    pub lines: u64,
    /// Units of columns between it and the start of its line; UTF-16 units, but for
    /// the text of a sheet.
    pub units: u64,
}

/// Marks in the text of one file, or of a part of it, from its start up to where
/// it was read without a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMarks {
    /// In order.
    marks: Vec<LineMark>,
    end: LineMark,
}

impl LineMarks {
    /// The last mark that is not behind an offset.
    #[must_use]
    pub fn before(&self, offset: u64) -> LineMark {
        let behind = self.marks.partition_point(|mark| mark.offset <= offset);
        behind.checked_sub(1).and_then(|at| self.marks.get(at)).copied().unwrap_or_default()
    }

    /// Goes on over the bytes that come next.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(APART) {
            self.end = self.end.pass(chunk);
            self.marks.push(self.end);
        }
    }

    /// Adds the marks of the part that comes next.
    pub(crate) fn append(&mut self, next: &Self) {
        let before = self.end;
        self.marks.extend(next.marks.iter().map(|mark| before.behind(*mark)));
        self.end = before.behind(next.end);
    }
}

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUnit {
    /// UTF-16 units, as editors and SARIF do.
    Utf16,
    /// Cells of a sheet, which a tab ends.
    Cell,
}

impl ColumnUnit {
    /// A mark behind the bytes that come next after `mark`.
    #[must_use]
    pub fn pass(self, mark: LineMark, bytes: &[u8]) -> LineMark {
        match self {
            Self::Utf16 => mark.pass(bytes),
            Self::Cell => mark.behind(passed(bytes, |line| memchr_iter(b'\t', line).count())),
        }
    }
}

impl LineMark {
    /// A mark behind the bytes that come next.
    #[must_use]
    pub fn pass(self, bytes: &[u8]) -> Self {
        self.behind(passed(bytes, utf16_units))
    }

    /// A mark so much further on.
    fn behind(self, more: Self) -> Self {
        let units = if more.lines > 0 { more.units } else { self.units + more.units };
        Self { offset: self.offset + more.offset, lines: self.lines + more.lines, units }
    }
}

/// How far some bytes lead; `units` counts those of a line.
fn passed(bytes: &[u8], units: fn(&[u8]) -> usize) -> LineMark {
    let line = memrchr(b'\n', bytes).map_or(0, |last| last + 1);
    let lines = if line > 0 { memchr_iter(b'\n', &bytes[..line]).count() } else { 0 };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    LineMark { offset: number(bytes.len()), lines: number(lines), units: number(units(&bytes[line..])) }
}

/// UTF-16 units of UTF-8 text: one for every lead byte, two for those of four
/// bytes, none for the bytes that follow. A cut in a character does no harm.
fn utf16_units(bytes: &[u8]) -> usize {
    let count = |byte: &u8| usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0);
    bytes.iter().map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::{APART, LineMark, LineMarks};

    #[test]
    fn parts_make_the_marks_of_the_whole() {
        let text = "é\u{1F600}a\n".repeat(20_000) + &"x".repeat(200_000) + "\n" + &"€".repeat(90_000);
        let bytes = text.as_bytes();
        let mut whole = LineMarks::default();
        whole.pass(bytes);
        for size in [1000, APART, 100_000] {
            let mut all = LineMarks::default();
            for part in bytes.chunks(size) {
                let mut marks = LineMarks::default();
                marks.pass(part);
                all.append(&marks);
            }
            assert_eq!(all.end, whole.end, "in parts of {size}");
            for offset in (0..bytes.len()).step_by(7919) {
                let mark = all.before(u64::try_from(offset).unwrap());
                let before = &bytes[..usize::try_from(mark.offset).unwrap()];
                let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let expected = LineMark {
                    offset: mark.offset,
                    lines: u64::try_from(super::memchr_iter(b'\n', before).count()).unwrap(),
                    units: u64::try_from(super::utf16_units(&before[line..])).unwrap(),
                };
                assert_eq!(mark, expected);
                assert!(offset - before.len() < size.max(APART));
            }
        }
    }
}
