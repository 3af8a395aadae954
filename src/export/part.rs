//! A part of a file of plain text: the rows that begin in a range of its bytes.

use std::ops::Range;

use super::begin::Head;
use super::fast::Text;
use super::reading::Reading;
use super::rows::Stop;
use crate::source::{PartBuffer, PlainText, Source};
use crate::xml::TokenReader;

/// How much further than its range a part is read at most: rows seldom take more.
const TAIL: u64 = 64 * 1024;
/// How large one row may be before the strict reader has to say what it is.
pub(super) const MAX_ROW: usize = 64 * 1024 * 1024;

/// A file whose parts are read.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) source: Source,
    pub(super) plain: PlainText,
    pub(super) head: Head,
    /// How many bytes a part has; the last one has fewer.
    pub(super) size: u64,
}

/// Where a part begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// At a row, or at the end of the root.
    Row(u64),
    /// At what looks like the first row of its range.
    Guess,
}

/// Where reading a part ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The next row begins here, in another part.
    Row(u64),
    /// The file ends with its root, whose end tag ends here.
    Root(u64),
    /// The strict reader has to go on here.
    HandOver(u64),
}

impl Parts {
    /// How much further than its range a part is read at once.
    fn tail(&self) -> u64 {
        TAIL.min(self.size)
    }

    /// How many parts there are.
    pub(super) fn count(&self) -> u64 {
        self.plain.size().div_ceil(self.size).max(1)
    }

    /// The range of a part.
    pub(super) fn range(&self, number: u64) -> Range<u64> {
        let start = number * self.size;
        start..(start + self.size).min(self.plain.size())
    }
}

impl Reading<'_> {
    /// Reads the rows that begin in a range. Gives where the first one begins,
    /// and where reading ended; `None` where no row seems to begin there. The
    /// bytes from `loaded` on are in `buffer` already.
    pub(super) fn read_part(
        &mut self,
        parts: &Parts,
        range: &Range<u64>,
        from: From,
        buffer: &mut PartBuffer,
        loaded: Option<u64>,
    ) -> Option<(u64, End)> {
        let begin = match from {
            From::Row(at) => at.max(range.start),
            From::Guess => range.start,
        };
        let base = loaded.unwrap_or(begin);
        if loaded.is_none() && parts.plain.read(begin..range.end + parts.tail(), buffer).is_err() {
            // The strict reader will meet the same, and say it.
            return Some((begin, End::HandOver(begin)));
        }
        let index = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let start = match from {
            From::Row(at) => at,
            From::Guess => {
                let searched = &buffer.bytes()[..index(range.end).min(buffer.bytes().len())];
                base + u64::try_from(parts.head.guess_row(searched)?).unwrap_or(0)
            }
        };
        Some((start, self.read_rows(parts, start, range.end, buffer, base)))
    }

    /// Reads rows from offset `start` on, as long as they begin before `until`.
    /// `buffer` holds the bytes from offset `base` on.
    fn read_rows(
        &mut self,
        parts: &Parts,
        mut start: u64,
        until: u64,
        buffer: &mut PartBuffer,
        base: u64,
    ) -> End {
        let index = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        loop {
            let loaded_to = base + u64::try_from(buffer.bytes().len()).unwrap_or(0);
            let bytes = buffer.bytes().get(index(start)..).unwrap_or_default();
            let valid = valid_text(bytes);
            let text = Text { text: valid, base: start };
            let last = index(until).saturating_sub(index(start));
            let (stop, at) = self.scan_rows(text, 0, last, &parts.head);
            self.note_nul(&bytes[..at], start);
            self.state.report.lines.pass(&bytes[..at]);
            let rest = &valid[at..];
            let is_end = loaded_to >= parts.plain.size();
            // A character that is cut by the end of the bytes has at most three.
            let is_invalid = bytes.len() - valid.len() > 3 || is_end && valid.len() < bytes.len();
            start += u64::try_from(at).unwrap_or(0);
            match stop {
                Stop::Until => return End::Row(start),
                Stop::RootEnd if is_end && !is_invalid => return end_of_root(rest, start, &parts.head),
                Stop::More if !is_end && !is_invalid && rest.len() <= MAX_ROW => {}
                Stop::RootEnd | Stop::More | Stop::Broken => return End::HandOver(start),
            }
            // Twice as much each time, so that scanning again stays linear.
            let more = parts.tail().max(u64::try_from(rest.len()).unwrap_or(0));
            if parts.plain.read_more(loaded_to..loaded_to + more, buffer).is_err() {
                return End::HandOver(start);
            }
        }
    }

    /// Reads the rest of the file by the strict reader, from `at` on.
    pub(super) fn hand_over(&mut self, parts: &Parts, at: u64) {
        parts.plain.is_valid_to(at);
        let stream = match parts.source.open() {
            Ok(stream) => stream,
            Err(problem) => return self.state.report.problems.push(problem),
        };
        let mut reader = TokenReader::new(stream);
        match reader.jump_to(at) {
            Ok(()) => {
                let mut reader = reader.inside(Some(&parts.head.root));
                self.read_rest(&mut reader, &parts.head.root, parts.head.kind);
            }
            Err(error) => self.broken(error),
        }
    }
}

/// Here is the end of the root: whether nothing else follows.
fn end_of_root(rest: &str, start: u64, head: &Head) -> End {
    let end_tag = format!("</{}>", head.root);
    match rest.strip_prefix(&end_tag) {
        Some(behind) if behind.bytes().all(|byte| byte.is_ascii_whitespace()) => {
            End::Root(start + u64::try_from(end_tag.len()).unwrap_or(0))
        }
        _ => End::HandOver(start),
    }
}

/// The text at the start of the bytes, up to the first that are none.
pub(super) fn valid_text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}
