//! Reads some rows once more.

use super::head::Judged;
use super::rows::{Before, Rows, Step};
use super::window::Window;
use super::{RecordSink, Select, judge};
use crate::source::{ColumnUnit, LineMark, Source};
use crate::span::ByteSpan;

/// How much is read of a row at first: most are much shorter.
const BLOCK: usize = 32 * 1024;

/// Reads rows of one source, best in the order they stand in.
pub(in crate::export) struct RowReader<'s> {
    rows: Rows<'s>,
}

impl<'s> RowReader<'s> {
    /// Opens a source and looks at its beginning again; `None` where it is no
    /// such export any more.
    pub(in crate::export) fn new(
        source: &Source,
        select: Select<'s>,
        counted: Option<ColumnUnit>,
    ) -> Option<Self> {
        let window = Window::new(source.open().ok()?, 0).counting(counted);
        match judge(source, window)? {
            (window, Judged::Export(head)) => {
                let mut rows = Rows::new(source, head, window, select);
                rows.goes_on = false;
                Some(Self { rows })
            }
            _ => None,
        }
    }

    /// Goes to the row that begins at `start`; whether it is there.
    pub(in crate::export) fn go_to(&mut self, source: &Source, start: u64) -> bool {
        let rows = &mut self.rows;
        rows.before = Before::Start;
        if let Some(at) = rows.window.index(start) {
            rows.at = at;
        } else if start >= rows.window.end() {
            if rows.window.skip_to(start).is_err() {
                return false;
            }
            rows.at = 0;
        } else {
            // Back: from the start again, or by a seek.
            let Ok(stream) = source.open() else { return false };
            rows.window = Window::new(stream, 0).counting(rows.window.unit());
            rows.at = 0;
            if rows.window.skip_to(start).is_err() {
                return false;
            }
        }
        let at = rows.at;
        rows.window.fill(at + BLOCK);
        rows.window.text().len() > at
    }

    /// Reads the row; whether all of it could be read.
    pub(in crate::export) fn read(&mut self, sink: &mut dyn RecordSink) -> bool {
        // Its text is asked for when it was read.
        self.rows.forget_read();
        self.rows.next(sink) == Step::Row
    }

    /// Where the row that was read ends.
    pub(in crate::export) fn position(&self) -> u64 {
        self.rows.window.offset(self.rows.at)
    }

    /// Where the text ends that is kept.
    pub(in crate::export) fn end(&self) -> u64 {
        self.rows.window.end()
    }

    /// Lines and columns where the text begins that is still kept.
    pub(in crate::export) fn line_mark(&self) -> LineMark {
        self.rows.window.line_mark()
    }

    /// Text of the row that was read last.
    pub(in crate::export) fn slice(&self, span: ByteSpan) -> &str {
        let window = &self.rows.window;
        let range = window.index(span.start).zip(window.index(span.end));
        range.and_then(|(start, end)| window.text().get(start..end)).unwrap_or_default()
    }
}
