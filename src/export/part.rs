//! A part of a file of plain text: the rows that begin in a range of its bytes.

use std::ops::Range;

use super::begin::RootHead;
use super::document::read_rest;
use super::record_builder::RecordBuilder;
use super::rows::scan_rows;
use super::scan::ScanStop;
use super::scanned_text::{MAX_ROW, ScannedText, valid_text};
use super::{FileKind, Select};
use crate::source::{PartBuffer, PlainText, Source};
use crate::xml::TokenReader;

/// How much further than its range a part is read at most: rows seldom take more.
const TAIL: u64 = 64 * 1024;
/// A file whose parts are read.
#[derive(Debug)]
pub(super) struct FileParts {
    pub(super) source: Source,
    pub(super) plain: PlainText,
    pub(super) head: RootHead,
    /// How many bytes a part has; the last one has fewer.
    pub(super) size: u64,
}

/// Where a part begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartStart {
    /// At a row, or at the end of the root.
    Row(u64),
    /// At what looks like the first row of its range.
    Guess,
}

/// Where reading a part ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartEnd {
    /// The next row begins here, in another part.
    Row(u64),
    /// The file ends with its root, whose end tag ends here.
    Root(u64),
    /// The strict reader has to go on here.
    HandOver(u64),
}

impl FileParts {
    /// How much further than its range a part is read at once.
    fn tail(&self) -> u64 {
        TAIL.min(self.size)
    }

    /// What is decoded. Rows of tables may stand in the place of another table; files of
    /// apps have none, and there are thousands.
    pub(super) fn select<'a>(&'a self, select: Select<'a>) -> Select<'a> {
        if self.head.kind == FileKind::AppFile { select } else { select.in_file(&self.source) }
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

/// Reads the rows that begin in a range. Gives where the first one begins,
/// and where reading ended; `None` where no row seems to begin there. The
/// bytes from `loaded` on are in `buffer` already.
pub(super) fn read_part(
    builder: &mut RecordBuilder<'_>,
    parts: &FileParts,
    range: &Range<u64>,
    from: PartStart,
    (buffer, loaded): (&mut PartBuffer, Option<u64>),
) -> Option<(u64, PartEnd)> {
    let begin = match from {
        PartStart::Row(at) => at.max(range.start),
        PartStart::Guess => range.start,
    };
    let base = loaded.unwrap_or(begin);
    if loaded.is_none() && parts.plain.read(begin..range.end + parts.tail(), buffer).is_err() {
        // The strict reader will meet the same, and say it.
        return Some((begin, PartEnd::HandOver(begin)));
    }
    let index = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
    let start = match from {
        PartStart::Row(at) => at,
        PartStart::Guess => {
            let searched = &buffer.bytes()[..index(range.end).min(buffer.bytes().len())];
            base + u64::try_from(parts.head.guess_row(searched)?).unwrap_or(0)
        }
    };
    Some((start, read_rows(builder, parts, start..range.end, (buffer, base))))
}

/// Reads the rows that begin in a range, whose start is the first one.
/// `buffer` holds the bytes from offset `base` on.
fn read_rows(
    builder: &mut RecordBuilder<'_>,
    parts: &FileParts,
    range: Range<u64>,
    (buffer, base): (&mut PartBuffer, u64),
) -> PartEnd {
    let (mut start, until) = (range.start, range.end);
    let index = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
    loop {
        let loaded_to = base + u64::try_from(buffer.bytes().len()).unwrap_or(0);
        let bytes = buffer.bytes().get(index(start)..).unwrap_or_default();
        let valid = valid_text(bytes);
        let text = ScannedText { text: valid, base: start };
        let last = index(until).saturating_sub(index(start));
        let (stop, at) = scan_rows(builder, text, (0, last), &parts.head);
        builder.report.note_nul(&bytes[..at], start);
        builder.report.file.lines.pass(&bytes[..at]);
        let rest = &valid[at..];
        let is_end = loaded_to >= parts.plain.size();
        // A character that is cut by the end of the bytes has at most three.
        let is_invalid = bytes.len() - valid.len() > 3 || is_end && valid.len() < bytes.len();
        start += u64::try_from(at).unwrap_or(0);
        match stop {
            ScanStop::Until => return PartEnd::Row(start),
            ScanStop::RootEnd if is_end && !is_invalid => return end_of_root(rest, start, &parts.head),
            ScanStop::More if !is_end && !is_invalid && rest.len() <= MAX_ROW => {}
            ScanStop::RootEnd | ScanStop::More | ScanStop::Odd => return PartEnd::HandOver(start),
        }
        // Twice as much each time, so that scanning again stays linear.
        let more = parts.tail().max(u64::try_from(rest.len()).unwrap_or(0));
        if parts.plain.read_more(loaded_to..loaded_to + more, buffer).is_err() {
            return PartEnd::HandOver(start);
        }
    }
}

/// Reads the rest of the file by the strict reader, from `at` on.
pub(super) fn hand_over(builder: &mut RecordBuilder<'_>, parts: &FileParts, at: u64) {
    parts.plain.is_valid_to(at);
    let stream = match parts.source.open() {
        Ok(stream) => stream,
        Err(problem) => return builder.report.file.problems.push(problem),
    };
    let mut reader = TokenReader::new(stream);
    match reader.jump_to(at) {
        Ok(()) => {
            let mut reader = reader.inside(Some(&parts.head.root));
            read_rest(builder, &mut reader, (&parts.head.root, parts.head.kind));
        }
        Err(error) => builder.report.broken(error),
    }
}

/// Here is the end of the root: whether nothing else follows.
fn end_of_root(rest: &str, start: u64, head: &RootHead) -> PartEnd {
    let end_tag = format!("</{}>", head.root);
    match rest.strip_prefix(&end_tag) {
        Some(behind) if behind.bytes().all(|byte| byte.is_ascii_whitespace()) => {
            PartEnd::Root(start + u64::try_from(end_tag.len()).unwrap_or(0))
        }
        _ => PartEnd::HandOver(start),
    }
}
