//! The hash by which GitHub's upload action knows the line of an alert: of the
//! line's next 100 UTF-16 units that are neither space nor tab, with every line
//! end read as `\n`, and how often that hash came before in the file.
//!
//! Be advised: the hash is a polynomial in [`BASE`], and the hash of a window is
//! the difference of two sums from the start of the text. So nothing is kept of
//! the window itself, and up to eight units that are plain letters are one step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use memchr::memrchr;

use crate::source::{Source, TextStream};

/// How much is read at once.
const BLOCK: usize = 256 * 1024;
/// How many units a hash covers.
const WINDOW: u64 = 100;
const BASE: u64 = 37;
/// How far in front of a child of the root its line may begin for the line to be hashed.
const INDENTATION: usize = 256;

/// The hash of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineHash {
    hash: u64,
    /// How often it was there up to this line.
    count: u64,
    /// Offset one past the text it is made of.
    pub(super) until: u64,
}

impl LineHash {
    /// As GitHub writes it.
    pub(super) fn text(&self) -> String {
        format!("{:x}:{}", self.hash, self.count)
    }
}

/// What is asked of a file.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Lines, from 1.
    pub(super) lines: BTreeSet<u64>,
    /// Starts of children of the root.
    pub(super) children: BTreeSet<u64>,
}

/// What is known of a file.
#[derive(Debug, Default)]
pub(super) struct Hashed {
    /// By line.
    pub(super) lines: BTreeMap<u64, LineHash>,
    /// Children with nothing but white space before them on their line.
    pub(super) first_on_line: BTreeSet<u64>,
}

/// Reads the file twice: for the hashes of the lines, and to count them. Where
/// it cannot be read, the answer holds what comes before.
pub(super) fn hash_lines(source: &Source, wanted: &Wanted) -> Hashed {
    let mut hashed = Hashed::default();
    let last = wanted.lines.last().copied().unwrap_or(0);
    let mut open = wanted.lines.iter().peekable();
    let mut children = Children { wanted, tail: Vec::new(), first_on_line: BTreeSet::new() };
    let end = (last, wanted.children.last().copied().unwrap_or(0));
    each_line(source, end, &mut |text, base| children.look(text, base), &mut |line, hash, until| {
        // Lines come in their order.
        if open.next_if_eq(&&line).is_some() {
            hashed.lines.insert(line, LineHash { hash, count: 1, until });
        }
    });
    hashed.first_on_line = children.first_on_line;
    let mut counts = Counts::new(hashed.lines.values().map(|line| line.hash));
    each_line(source, (last, 0), &mut |_, _| {}, &mut |line, hash, _| {
        if let Some(count) = counts.next(hash)
            && let Some(known) = hashed.lines.get_mut(&line)
        {
            known.count = count;
        }
    });
    hashed
}

/// Calls `emit` with each line up to the last one, its hash, and where the hashed
/// text ends; `see` with each block of text and its offset, up to another offset.
fn each_line(
    source: &Source,
    (last, offset): (u64, u64),
    see: &mut dyn FnMut(&str, u64),
    emit: &mut dyn FnMut(u64, u64, u64),
) {
    let Ok(mut stream) = source.open() else { return };
    let mut hasher = LineHasher::default();
    let mut base = 0;
    let mut text = String::new();
    while (hasher.emitted < last || base < offset) && read(&mut stream, &mut text) {
        see(&text, base);
        hasher.feed(&text, base, emit);
        base += u64::try_from(text.len()).unwrap_or(0);
    }
    if hasher.emitted < last {
        hasher.finish(base, emit);
    }
}

fn read(stream: &mut TextStream, text: &mut String) -> bool {
    text.clear();
    stream.read(text, BLOCK).is_ok_and(|more| more > 0)
}

/// Looks at what stands before children of the root.
struct Children<'w> {
    wanted: &'w Wanted,
    /// The end of the text before the block.
    tail: Vec<u8>,
    first_on_line: BTreeSet<u64>,
}

impl Children<'_> {
    fn look(&mut self, text: &str, base: u64) {
        let end = base + u64::try_from(text.len()).unwrap_or(0);
        for &start in self.wanted.children.range(base..=end) {
            let at = usize::try_from(start - base).unwrap_or(usize::MAX);
            let inside = &text.as_bytes()[at.saturating_sub(INDENTATION)..at];
            let missing = (INDENTATION - inside.len()).min(self.tail.len());
            let before = [&self.tail[self.tail.len() - missing..], inside].concat();
            let line = memrchr(b'\n', &before).and_then(|newline| before.get(newline + 1..));
            if line.and_then(|line| str::from_utf8(line).ok()).is_some_and(|line| line.trim().is_empty()) {
                self.first_on_line.insert(start);
            }
        }
        self.tail.extend_from_slice(&text.as_bytes()[text.len().saturating_sub(INDENTATION)..]);
        self.tail.drain(..self.tail.len().saturating_sub(INDENTATION));
    }
}

/// Counts a few hashes among many.
struct Counts {
    counts: BTreeMap<u64, u64>,
    /// By the last bits of a hash, whether it may be among those that count.
    may_count: Vec<bool>,
}

impl Counts {
    const SIZE: u64 = 1 << 16;

    fn new(hashes: impl Iterator<Item = u64>) -> Self {
        let counts: BTreeMap<u64, u64> = hashes.map(|hash| (hash, 0)).collect();
        let mut may_count = vec![false; Self::slot(u64::MAX) + 1];
        for hash in counts.keys() {
            may_count[Self::slot(*hash)] = true;
        }
        Self { counts, may_count }
    }

    fn slot(hash: u64) -> usize {
        usize::try_from(hash % Self::SIZE).unwrap_or(0)
    }

    /// How often the hash has come, if it counts.
    fn next(&mut self, hash: u64) -> Option<u64> {
        if !self.may_count[Self::slot(hash)] {
            return None;
        }
        let count = self.counts.get_mut(&hash)?;
        *count += 1;
        Some(*count)
    }
}

/// What a unit weighs as many units later.
const POWERS: [u64; 9] = {
    let mut powers = [1; 9];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * BASE;
        at += 1;
    }
    powers
};

/// What a unit weighs when it leaves the window.
const LEAVING: u64 = {
    let (mut power, mut at) = (1_u64, 0);
    while at < WINDOW {
        power = power.wrapping_mul(BASE);
        at += 1;
    }
    power
};

/// A line whose window is not full yet.
struct Open {
    line: u64,
    /// How many units come before the first one behind its window.
    due: u64,
    /// The sum before its first unit.
    sum: u64,
}

struct LineHasher {
    /// Over all units so far: the sum before times [`BASE`], and the next unit.
    sum: u64,
    /// How many units there were.
    units: u64,
    open: VecDeque<Open>,
    line: u64,
    /// How many lines have their hash.
    emitted: u64,
    at_line_start: bool,
    after_return: bool,
}

impl Default for LineHasher {
    fn default() -> Self {
        Self {
            sum: 0,
            units: 0,
            open: VecDeque::new(),
            line: 0,
            emitted: 0,
            at_line_start: true,
            after_return: false,
        }
    }
}

impl LineHasher {
    fn feed(&mut self, text: &str, base: u64, emit: &mut dyn FnMut(u64, u64, u64)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if !self.at_line_start
                && let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>())
            {
                let word = u64::from_le_bytes(*word);
                let letters = plain(word).min(self.room());
                if letters > 0 {
                    self.push_plain(word, letters);
                    at += letters;
                    continue;
                }
            }
            if matches!(byte, b' ' | b'\t') {
                self.after_return = false;
                at += 1;
                continue;
            }
            let offset = base + u64::try_from(at).unwrap_or(0);
            if byte.is_ascii() {
                self.unit(u16::from(byte), offset, emit);
                at += 1;
                continue;
            }
            let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) else { return };
            for unit in letter.encode_utf16(&mut [0; 2]) {
                self.unit(*unit, offset, emit);
            }
            at += letter.len_utf8();
        }
    }

    /// How many units may come at once before a hash is due; at most eight.
    fn room(&self) -> usize {
        let room = self.open.front().map_or(8, |open| open.due - self.units);
        usize::try_from(room.min(8)).unwrap_or(0)
    }

    fn unit(&mut self, unit: u16, offset: u64, emit: &mut dyn FnMut(u64, u64, u64)) {
        let (space, tab, feed, carriage) = (0x20, 0x09, 0x0A, 0x0D);
        if unit == space || unit == tab || (self.after_return && unit == feed) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == carriage;
        let unit = if unit == carriage { feed } else { unit };
        self.emit(offset, emit);
        if self.at_line_start {
            self.line += 1;
            self.open.push_back(Open { line: self.line, due: self.units + WINDOW, sum: self.sum });
        }
        self.at_line_start = unit == feed;
        self.push(unit);
    }

    fn push(&mut self, unit: u16) {
        self.sum = self.sum.wrapping_mul(BASE).wrapping_add(u64::from(unit));
        self.units += 1;
    }

    /// The first letters of a word, one to eight of them, at once: neighbours are
    /// added up in lanes of two, four and eight bytes, none of which overflows.
    fn push_plain(&mut self, word: u64, letters: usize) {
        const BYTES: u64 = 0x00FF_00FF_00FF_00FF;
        const PAIRS: u64 = 0x0000_FFFF_0000_FFFF;
        const FOURS: u64 = 0xFFFF_FFFF;
        // What is in front of the letters then weighs nothing.
        let word = word << (64 - 8 * letters);
        let pairs = (word & BYTES) * POWERS[1] + ((word >> 8) & BYTES);
        let fours = (pairs & PAIRS) * POWERS[2] + ((pairs >> 16) & PAIRS);
        let all = (fours & FOURS) * POWERS[4] + (fours >> 32);
        self.sum = self.sum.wrapping_mul(POWERS[letters]).wrapping_add(all);
        self.units += u64::try_from(letters).unwrap_or(0);
        self.after_return = false;
    }

    /// The hash of the line whose window is full, if one is.
    fn emit(&mut self, offset: u64, emit: &mut dyn FnMut(u64, u64, u64)) {
        if let Some(open) = self.open.pop_front_if(|open| open.due == self.units) {
            self.emitted = open.line;
            emit(open.line, self.sum.wrapping_sub(LEAVING.wrapping_mul(open.sum)), offset);
        }
    }

    /// Behind the text come a unit that no text has, and nothing.
    fn finish(mut self, end: u64, emit: &mut dyn FnMut(u64, u64, u64)) {
        self.unit(u16::MAX, end, emit);
        for _ in 0..WINDOW {
            self.emit(end, emit);
            self.push(0);
        }
    }
}

/// How many bytes of a word, from the lowest on, are ASCII and neither white space
/// nor control characters.
fn plain(word: u64) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    // Subtracting 0x21 borrows into the high bit of each byte that is less; what it
    // does to the bytes above that one does not matter.
    let others = (word | word.wrapping_sub(EACH * 0x21)) & HIGH;
    usize::try_from(others.trailing_zeros() / 8).unwrap_or(0)
}

#[cfg(test)]
mod tests;
