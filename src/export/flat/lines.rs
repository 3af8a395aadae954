//! The rows of CSV and of worksheets: lines below a header.

use std::ops::Range;

use memchr::memchr;

use super::Halt;
use super::csv;
use super::head::{Form, is_label_of_sys_id};
use super::record::{Cell, Name, Written};
use super::rows::Rows;
use super::table::is_sys_id;
use super::values::{is_surely_whole, sort_of};
use crate::source::UNKNOWN_CELL;

const NUL: &str = "a NUL character, which no export holds";
const NO_LINE_END: &str =
    "the last row has no line end, so that its last value may be cut: it counts as unknown";

/// How long a sys_id is.
const SYS_ID: usize = 32;

/// A row that is a header once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// The one of the file.
    Same,
    /// Another one.
    Other,
}

impl Rows<'_> {
    /// The next line that is not empty.
    pub(super) fn line(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let Form::Csv { dialect, header, .. } = &self.head.form else { return Ok(None) };
        let (dialect, width) = (*dialect, header.len());
        loop {
            let bytes = self.window.text().as_bytes();
            let (at, is_last) = (self.at, self.window.is_ended());
            if at == bytes.len() {
                return if is_last { Ok(None) } else { Err(Halt::More) };
            }
            let row = csv::row(bytes, at, dialect, is_last, &mut self.values)?;
            if row.end == at && width > 1 {
                self.at = row.next;
                continue;
            }
            if !dialect.has_quotes && self.values.iter().all(|value| value.whole.is_empty()) {
                self.at = row.next;
                continue;
            }
            if let Some(nul) = memchr(0, &bytes[at..row.end]) {
                self.note_flaw((NUL, at + nul));
            }
            let is_wide = self.values.len() == width;
            if let Some(stray) = row.stray {
                // With a quote too few, a value goes on into the rows behind it.
                let bytes = self.window.text().as_bytes();
                if !is_wide || memchr(b'\n', &bytes[at..row.end]).is_some() {
                    return Err(Halt::Broken(csv::STRAY, stray));
                }
                self.note_flaw((csv::STRAY, stray));
            }
            if !is_wide {
                if row.next == row.end && self.values.len() < width {
                    // Nothing follows, not even the end of the line.
                    return Err(Halt::More);
                }
                self.at = row.next;
                self.note_unread(at..row.end);
                continue;
            }
            match self.header_in_values() {
                Some(Again::Same) => {
                    self.note_header(at..row.end);
                    self.at = row.next;
                    continue;
                }
                Some(Again::Other) => return Err(Halt::OtherHeader(at)),
                None => {}
            }
            if self.breaks > 0 && !self.is_row_of_its_own() {
                self.at = row.next;
                self.note_unread(at..row.end);
                continue;
            }
            self.take_values(dialect);
            if row.next == row.end && dialect.has_quotes {
                self.mark_what_may_be_cut();
            }
            self.at = row.next;
            return Ok(Some(at..row.end));
        }
    }

    /// Whether the row that was read is a header: files were joined.
    fn header_in_values(&self) -> Option<Again> {
        let Form::Csv { dialect, labels, sys_id, .. } = &self.head.form else { return None };
        let text = self.window.text();
        let is_label = |(value, label): (&csv::Value, &String)| {
            dialect.decode(&text[value.whole.clone()]).trim() == label.as_str()
        };
        let at = sys_id.unwrap_or(0);
        let value = self.values.get(at)?;
        // A sys_id is no label, and hardly any other value is as long as one.
        if value.whole.len() >= SYS_ID || value.whole.is_empty() {
            return None;
        }
        if is_label((value, labels.get(at)?)) && self.values.iter().zip(labels).all(is_label) {
            return Some(Again::Same);
        }
        let is_sys_id = |value: &csv::Value| {
            value.whole.len() <= SYS_ID
                && is_label_of_sys_id(dialect.decode(&text[value.whole.clone()]).trim())
        };
        (sys_id.is_some() && self.values.iter().any(is_sys_id)).then_some(Again::Other)
    }

    /// Whether a row behind a break is one, and no line of a text that lost its
    /// first quote: its sys_id tells, if there is one.
    fn is_row_of_its_own(&self) -> bool {
        let Form::Csv { dialect, sys_id, .. } = &self.head.form else { return true };
        let value =
            sys_id.and_then(|at| self.values.get(at)).map(|value| &self.window.text()[value.whole.clone()]);
        value.is_none_or(|value| is_sys_id(&dialect.decode(value)))
    }

    fn take_values(&mut self, dialect: csv::Dialect) {
        let text = self.window.text();
        self.cells.clear();
        let cells = self.values.iter().enumerate().map(|(number, value)| {
            let whole = value.whole.clone();
            let is_closed = value.is_quoted && whole.len() > 1 && text[whole.clone()].ends_with('"');
            let content = if is_closed { whole.start + 1..whole.end - 1 } else { whole.clone() };
            let written = match (dialect.has_quotes, value.is_quoted) {
                (true, true) => Written::Quoted,
                (true, false) => Written::Plain,
                (false, _) if text[content.clone()].starts_with(UNKNOWN_CELL) => Written::CutSheet,
                (false, _) => Written::Sheet,
            };
            Cell { name: Name::Header(number), whole, content, written }
        });
        self.cells.extend(cells);
    }

    /// The last value of a last row without a line end is known only where nothing
    /// can be missing of it.
    fn mark_what_may_be_cut(&mut self) {
        let Some(last) = self.cells.last() else { return };
        let text = self.window.text();
        let name = last.name(&self.head, text).unwrap_or_default();
        let sort = sort_of(self.head.table.as_deref().unwrap_or_default(), name);
        if last.written == Written::Quoted || is_surely_whole(&text[last.content.clone()], sort) {
            return;
        }
        let at = last.whole.start;
        if let Some(last) = self.cells.last_mut() {
            last.written = Written::Cut;
        }
        self.note_flaw((NO_LINE_END, at));
    }

    /// Goes behind the first line end of a row that is broken.
    pub(super) fn skip_line(&mut self) -> bool {
        loop {
            let bytes = self.window.text().as_bytes();
            if let Some(end) = memchr(b'\n', &bytes[self.at..]) {
                self.at += end + 1;
                return true;
            }
            if self.window.is_ended() {
                return false;
            }
            self.window.grow();
        }
    }
}
