//! Lines and columns of offsets, pieces of the text, and line hashes: one pass
//! over a file, block by block.

use std::collections::HashMap;
use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use crate::source::{Problem, TextStream};
use crate::span::LineColumn;

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// What one pass over a text is asked for.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Offsets whose line and column are wanted.
    pub(super) offsets: Vec<u64>,
    /// Pieces of the text that are wanted.
    pub(super) pieces: Vec<Range<u64>>,
    /// Whether the hashes of the lines of `offsets` are wanted.
    pub(super) hashes: bool,
}

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// By offset.
    pub(super) places: HashMap<u64, LineColumn>,
    /// In the order of the questions; shorter where the text ends.
    pub(super) pieces: Vec<String>,
    /// By line: the hash, and the offset one past the text it is made of.
    pub(super) hashes: HashMap<u64, (String, u64)>,
}

impl Answers {
    /// Of a text that cannot be read.
    pub(super) fn unanswered(questions: &Questions) -> Self {
        Self { pieces: vec![String::new(); questions.pieces.len()], ..Self::default() }
    }
}

/// Reads a text once and answers all questions about it.
///
/// # Errors
/// Where the source cannot be read; what was found before is in the answer.
pub(super) fn ask(stream: &mut TextStream, questions: &Questions) -> (Answers, Option<Problem>) {
    let mut offsets = questions.offsets.clone();
    offsets.sort_unstable();
    offsets.dedup();
    let mut pieces: Vec<(usize, Range<u64>)> = questions.pieces.iter().cloned().enumerate().collect();
    pieces.sort_by_key(|(_, range)| range.start);
    let mut answers = Answers::unanswered(questions);
    let mut counter = Counter { base: 0, line: 1, units: 0 };
    let mut hasher = questions.hashes.then(LineHasher::default);
    let last = offsets
        .last()
        .copied()
        .unwrap_or(0)
        .max(pieces.iter().map(|(_, range)| range.end).max().unwrap_or(0));
    let mut open = offsets.as_slice();
    let mut first_piece = 0;
    let mut text = String::new();
    let problem = loop {
        text.clear();
        // Only the hash looks further than the last question: past 100 units.
        if counter.base > last && hasher.as_ref().is_none_or(|hasher| !hasher.is_open(counter.line)) {
            break None;
        }
        match stream.read(&mut text, BLOCK) {
            Ok(0) => break None,
            Ok(_) => {}
            Err(problem) => break Some(problem),
        }
        let base = counter.base;
        let end = base + length(&text);
        for (at, range) in &pieces[first_piece..] {
            if range.start >= end {
                break;
            }
            copy_piece(&text, base, range, &mut answers.pieces[*at]);
        }
        while pieces.get(first_piece).is_some_and(|(_, range)| range.end <= base) {
            first_piece += 1;
        }
        if let Some(hasher) = &mut hasher {
            hasher.feed(&text, base, &mut answers.hashes);
        }
        while let Some((&offset, rest)) = open.split_first()
            && offset < end
        {
            answers.places.insert(offset, counter.advance(&text, base, offset));
            open = rest;
        }
        counter.advance(&text, base, end);
    };
    for &offset in open {
        answers.places.insert(offset, LineColumn { line: counter.line, column: counter.units + 1 });
    }
    if let Some(hasher) = hasher {
        hasher.finish(counter.base, &mut answers.hashes);
    }
    (answers, problem)
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn copy_piece(text: &str, base: u64, range: &Range<u64>, piece: &mut String) {
    let start = range.start.max(base).saturating_sub(base);
    let end = range.end.min(base + length(text)).saturating_sub(base);
    let (Ok(mut start), Ok(mut end)) = (usize::try_from(start), usize::try_from(end)) else { return };
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while end < text.len() && !text.is_char_boundary(end) {
        end += 1;
    }
    if start < end {
        piece.push_str(&text[start..end]);
    }
}

/// Counts lines, and UTF-16 units since the last line began.
struct Counter {
    base: u64,
    line: u64,
    units: u64,
}

impl Counter {
    fn advance(&mut self, text: &str, base: u64, to: u64) -> LineColumn {
        let index =
            |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX).min(text.len());
        let bytes = text.as_bytes().get(index(self.base)..index(to)).unwrap_or_default();
        if let Some(last) = memrchr(b'\n', bytes) {
            self.line += u64::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(0);
            self.units = units(&bytes[last + 1..]);
        } else {
            self.units += units(bytes);
        }
        self.base = to;
        LineColumn { line: self.line, column: self.units + 1 }
    }
}

/// UTF-16 units of UTF-8 text: one for every lead byte, two for those of four
/// bytes, none for the bytes that follow.
fn units(bytes: &[u8]) -> u64 {
    let count = |byte: &u8| u64::from(byte & 0xC0 != 0x80) + u64::from(*byte >= 0xF0);
    bytes.iter().map(count).sum()
}

/// How many units a line hash covers.
const WINDOW: usize = 100;
const BASE: u64 = 37;

/// The rolling hash that GitHub's upload action names alerts by: of each line
/// the next 100 UTF-16 units that are neither space nor tab, with every line
/// end read as `\n`, and how often that hash came before.
struct LineHasher {
    hash: u64,
    /// `BASE` to the power of the window's length: what a unit weighs when it leaves.
    leaving: u64,
    window: [u16; WINDOW],
    /// The line that begins at each unit of the window; 0 for none.
    lines: [u64; WINDOW],
    at: usize,
    line: u64,
    at_line_start: bool,
    after_return: bool,
    seen: HashMap<u64, u32>,
}

impl Default for LineHasher {
    fn default() -> Self {
        Self {
            hash: 0,
            leaving: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE)),
            window: [0; WINDOW],
            lines: [0; WINDOW],
            at: 0,
            line: 0,
            at_line_start: true,
            after_return: false,
            seen: HashMap::new(),
        }
    }
}

impl LineHasher {
    /// Whether a line at or before `line` still waits for its units.
    fn is_open(&self, line: u64) -> bool {
        self.lines.iter().any(|open| *open != 0 && *open <= line)
    }

    fn feed(&mut self, text: &str, base: u64, hashes: &mut HashMap<u64, (String, u64)>) {
        let mut units = [0; 2];
        for (at, character) in text.char_indices() {
            let offset = base + u64::try_from(at).unwrap_or(0);
            for unit in character.encode_utf16(&mut units) {
                self.unit(*unit, offset, hashes);
            }
        }
    }

    fn unit(&mut self, unit: u16, offset: u64, hashes: &mut HashMap<u64, (String, u64)>) {
        let (space, tab, feed, carriage) = (0x20, 0x09, 0x0A, 0x0D);
        if unit == space || unit == tab || (self.after_return && unit == feed) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == carriage;
        let unit = if unit == carriage { feed } else { unit };
        self.emit(offset, hashes);
        if self.at_line_start {
            self.at_line_start = false;
            self.line += 1;
            self.lines[self.at] = self.line;
        }
        self.at_line_start = unit == feed;
        self.push(unit);
    }

    fn push(&mut self, unit: u16) {
        let gone = u64::from(self.window[self.at]);
        self.window[self.at] = unit;
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.leaving.wrapping_mul(gone));
        self.at = (self.at + 1) % WINDOW;
    }

    /// The hash of the line that leaves the window, if one does.
    fn emit(&mut self, offset: u64, hashes: &mut HashMap<u64, (String, u64)>) {
        let line = std::mem::take(&mut self.lines[self.at]);
        if line != 0 {
            let count = self.seen.entry(self.hash).or_default();
            *count += 1;
            hashes.insert(line, (format!("{:x}:{count}", self.hash), offset));
        }
    }

    fn finish(mut self, end: u64, hashes: &mut HashMap<u64, (String, u64)>) {
        self.unit(u16::MAX, end, hashes);
        for _ in 0..WINDOW {
            self.emit(end, hashes);
            self.push(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Questions, ask};
    use crate::source::Source;
    use crate::span::LineColumn;

    fn hashes(text: &str) -> Vec<String> {
        let mut stream = Source::memory("a.xml", text.as_bytes()).open().unwrap();
        let questions = Questions { offsets: vec![u64::MAX], pieces: Vec::new(), hashes: true };
        let (answers, problem) = ask(&mut stream, &questions);
        assert_eq!(problem, None);
        let mut lines: Vec<_> = answers.hashes.into_iter().collect();
        lines.sort();
        lines.into_iter().map(|(_, (hash, _))| hash).collect()
    }

    #[test]
    fn line_hashes_are_githubs() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(hashes(&lorem), expected);
        assert_eq!(hashes(&lorem.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn columns_are_utf16_units_and_a_byte_order_mark_is_none() {
        let text = "\u{feff}<a>\r\n\u{1F600}é<b/>";
        let mut stream = Source::memory("a.xml", text.as_bytes()).open().unwrap();
        let offset = |needle: &str| u64::try_from(text.find(needle).unwrap() - 3).unwrap();
        let piece = offset("<b/>")..offset("<b/>") + 4;
        let mut questions =
            Questions { offsets: vec![offset("<a>"), piece.start, piece.end], ..Questions::default() };
        questions.pieces.push(piece);
        let (answers, _) = ask(&mut stream, &questions);
        assert_eq!(answers.places[&offset("<a>")], LineColumn { line: 1, column: 1 });
        assert_eq!(answers.places[&offset("<b/>")], LineColumn { line: 2, column: 4 });
        assert_eq!(answers.places[&(offset("<b/>") + 4)], LineColumn { line: 2, column: 8 });
        assert_eq!(answers.pieces, ["<b/>"]);
    }
}
