//! The rows of CSV and of worksheets: lines below a header.

use std::ops::Range;

use memchr::memchr;

use super::super::column_fate::ColumnFate;
use super::super::forms::{CsvValue, Dialect, RowHalt, STRAY, ValueForm, csv_row, is_surely_whole, sort_of};
use super::super::row::{ColumnName, RowColumn, RowSpans};
use super::cursor::RowCursor;
use super::notes::{RowNotes, RowOddity};
use crate::record::is_sys_id;
use crate::source::UNKNOWN_CELL;

/// The column that says the class.
pub(super) const CLASS: &str = "sys_class_name";
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

/// Reads lines below a header.
#[derive(Debug)]
pub(super) struct CsvRows {
    dialect: Dialect,
    /// The columns, or labels where no column is known.
    pub(super) header: Vec<String>,
    /// The labels, as they are written.
    labels: Vec<String>,
    /// Which of them may be that of the sys_id.
    sys_id: Option<usize>,
    /// Which column says the class of a row.
    pub(super) class: Option<usize>,
    /// The values of the line that was read last.
    values: Vec<CsvValue>,
}

impl CsvRows {
    /// Below labels that stand for the columns of `header`.
    pub(super) fn new(dialect: Dialect, header: Vec<String>, labels: Vec<String>) -> Self {
        let sys_id = labels.iter().position(|label| is_label_of_sys_id(label));
        let class = header.iter().position(|name| name == CLASS);
        Self { dialect, header, labels, sys_id, class, values: Vec::new() }
    }

    /// The next line that is not empty, of a file of `table`. Behind a break only lines
    /// count that are surely rows.
    pub(super) fn next(
        &mut self,
        (table, is_behind_break): (Option<&str>, bool),
        cursor: &mut RowCursor,
        notes: &mut RowNotes,
        line: &mut RowSpans,
    ) -> Result<Option<Range<usize>>, RowHalt> {
        let (dialect, width) = (self.dialect, self.header.len());
        loop {
            let bytes = cursor.window.text().as_bytes();
            let (at, is_last) = (cursor.at, cursor.window.is_ended());
            if at == bytes.len() {
                return if is_last { Ok(None) } else { Err(RowHalt::More) };
            }
            let row = csv_row(bytes, at, dialect, is_last, &mut self.values)?;
            if row.end == at && width > 1 {
                cursor.at = row.next;
                continue;
            }
            if !dialect.has_quotes && self.values.iter().all(|value| value.whole.is_empty()) {
                cursor.at = row.next;
                continue;
            }
            if let Some(nul) = memchr(0, &bytes[at..row.end]) {
                notes.flaw(NUL, cursor.window.offset(at + nul));
            }
            let is_wide = self.values.len() == width;
            if let Some(stray) = row.stray {
                // With a quote too few, a value goes on into the rows behind it.
                let bytes = cursor.window.text().as_bytes();
                if !is_wide || memchr(b'\n', &bytes[at..row.end]).is_some() {
                    return Err(RowHalt::Broken(STRAY, stray));
                }
                notes.flaw(STRAY, cursor.window.offset(stray));
            }
            if !is_wide {
                if row.next == row.end && self.values.len() < width {
                    // Nothing follows, not even the end of the line.
                    return Err(RowHalt::More);
                }
                cursor.at = row.next;
                notes.meet(RowOddity::Unread, cursor.span(&(at..row.end)));
                continue;
            }
            match self.header_in_values(cursor) {
                Some(Again::Same) => {
                    notes.meet(RowOddity::Header, cursor.span(&(at..row.end)));
                    cursor.at = row.next;
                    continue;
                }
                Some(Again::Other) => return Err(RowHalt::OtherHeader(at)),
                None => {}
            }
            if is_behind_break && !self.is_row_of_its_own(cursor) {
                cursor.at = row.next;
                notes.meet(RowOddity::Unread, cursor.span(&(at..row.end)));
                continue;
            }
            self.fill(cursor, line);
            if row.next == row.end && dialect.has_quotes {
                self.mark_what_may_be_cut(table, cursor, notes, line);
            }
            cursor.at = row.next;
            return Ok(Some(at..row.end));
        }
    }

    /// Whether the row that was read is a header: files were joined.
    fn header_in_values(&self, cursor: &RowCursor) -> Option<Again> {
        let Self { dialect, labels, sys_id, .. } = self;
        let text = cursor.window.text();
        let is_label = |(value, label): (&CsvValue, &String)| {
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
        let is_sys_id = |value: &CsvValue| {
            value.whole.len() <= SYS_ID
                && is_label_of_sys_id(dialect.decode(&text[value.whole.clone()]).trim())
        };
        (sys_id.is_some() && self.values.iter().any(is_sys_id)).then_some(Again::Other)
    }

    /// Whether a row behind a break is one, and no line of a text that lost its
    /// first quote: its sys_id tells, if there is one.
    fn is_row_of_its_own(&self, cursor: &RowCursor) -> bool {
        let value = self
            .sys_id
            .and_then(|at| self.values.get(at))
            .map(|value| &cursor.window.text()[value.whole.clone()]);
        value.is_none_or(|value| is_sys_id(&self.dialect.decode(value)))
    }

    /// Fills a row with the values that were read.
    fn fill(&self, cursor: &RowCursor, row: &mut RowSpans) {
        let text = cursor.window.text();
        row.columns.extend(self.values.iter().enumerate().map(|(number, value)| {
            let whole = value.whole.clone();
            let is_closed = value.is_quoted && whole.len() > 1 && text[whole.clone()].ends_with('"');
            let content = if is_closed { whole.start + 1..whole.end - 1 } else { whole.clone() };
            let form = match (self.dialect.has_quotes, value.is_quoted) {
                (true, true) => ValueForm::Quoted,
                (true, false) => ValueForm::Plain,
                (false, _) if text[content.clone()].starts_with(UNKNOWN_CELL) => ValueForm::CutSheet,
                (false, _) => ValueForm::Sheet,
            };
            RowColumn {
                name: ColumnName::Header(number),
                whole: cursor.span(&whole),
                content: cursor.span(&content),
                form,
                fate: ColumnFate::NONE,
            }
        }));
    }

    /// The last value of a last row without a line end is known only where nothing
    /// can be missing of it.
    fn mark_what_may_be_cut(
        &self,
        table: Option<&str>,
        cursor: &RowCursor,
        notes: &mut RowNotes,
        row: &mut RowSpans,
    ) {
        let Some(last) = row.columns.last_mut() else { return };
        let window = cursor.window.view();
        let sort = sort_of(table.unwrap_or_default(), last.name(window, &self.header).unwrap_or_default());
        if last.form == ValueForm::Quoted || is_surely_whole(window.slice(last.content), sort) {
            return;
        }
        last.form = ValueForm::Cut;
        notes.flaw(NO_LINE_END, last.whole.start);
    }
}

/// Goes behind the first line end of a row that is broken.
pub(super) fn skip_line(cursor: &mut RowCursor) -> bool {
    loop {
        let bytes = cursor.window.text().as_bytes();
        if let Some(end) = memchr(b'\n', &bytes[cursor.at..]) {
            cursor.at += end + 1;
            return true;
        }
        if cursor.window.is_ended() {
            return false;
        }
        cursor.window.grow();
    }
}

/// Whether a column of that label is the sys_id.
pub(super) fn is_label_of_sys_id(label: &str) -> bool {
    matches!(label, "sys_id" | "Sys ID")
}
