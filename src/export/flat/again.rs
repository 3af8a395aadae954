//! Reads some rows once more.

use super::super::{RecordSink, Select};
use super::head::JudgedText;
use super::judge::judge_source;
use super::null_search::null_word_of;
use super::rows::{FlatRows, RowStep};
use super::window::TextWindow;
use crate::source::{ColumnUnit, LineMark, Source};
use crate::span::ByteSpan;

/// How much is read of a row at first: most are much shorter.
const BLOCK: usize = 32 * 1024;

/// Reads rows of one source, best in the order they stand in.
pub(in crate::export) struct RowReader<'s> {
    rows: FlatRows<'s>,
}

impl<'s> RowReader<'s> {
    /// Opens a source and looks at its beginning again; `None` where it is no
    /// such export any more.
    pub(in crate::export) fn new(
        source: &Source,
        select: Select<'s>,
        counted: Option<ColumnUnit>,
    ) -> Option<Self> {
        let window = TextWindow::new(source.open().ok()?, 0).counting(counted);
        match judge_source(source, window)? {
            (window, JudgedText::Export(head)) => {
                let rows = FlatRows::new(head, window, select, null_word_of(source));
                Some(Self { rows: rows.stopping_at_breaks() })
            }
            _ => None,
        }
    }

    /// Goes to the row that begins at `start`; whether it is there.
    pub(in crate::export) fn go_to(&mut self, source: &Source, start: u64) -> bool {
        self.rows.forget_order();
        let cursor = &mut self.rows.cursor;
        if let Some(at) = cursor.window.index(start) {
            cursor.at = at;
        } else if start >= cursor.window.end() {
            if cursor.window.skip_to(start).is_err() {
                return false;
            }
            cursor.at = 0;
        } else {
            // Back: from the start again, or by a seek.
            let Ok(stream) = source.open() else { return false };
            cursor.window = TextWindow::new(stream, 0).counting(cursor.window.unit());
            cursor.at = 0;
            if cursor.window.skip_to(start).is_err() {
                return false;
            }
        }
        let at = cursor.at;
        cursor.window.fill(at + BLOCK);
        cursor.window.text().len() > at
    }

    /// Reads the row; whether all of it could be read.
    pub(in crate::export) fn read(&mut self, sink: &mut dyn RecordSink) -> bool {
        // Its text is asked for when it was read.
        self.rows.cursor.forget_read();
        self.rows.next(sink) == RowStep::Row
    }

    /// Where the row that was read ends.
    pub(in crate::export) fn position(&self) -> u64 {
        self.rows.cursor.position()
    }

    /// Where the text ends that is kept.
    pub(in crate::export) fn end(&self) -> u64 {
        self.rows.cursor.window.end()
    }

    /// Lines and columns where the text begins that is still kept.
    pub(in crate::export) fn line_mark(&self) -> LineMark {
        self.rows.cursor.window.line_mark()
    }

    /// Text of the row that was read last.
    pub(in crate::export) fn slice(&self, span: ByteSpan) -> &str {
        let window = &self.rows.cursor.window;
        let range = window.index(span.start).zip(window.index(span.end));
        range.and_then(|(start, end)| window.text().get(start..end)).unwrap_or_default()
    }
}
