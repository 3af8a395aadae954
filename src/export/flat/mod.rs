//! Exports that do not say of which table they are: JSON as the platform and its
//! REST API write it, what that API writes as XML, CSV, and worksheets. Each is
//! rows of plain values.
//!
//! A row is to these what a child of the root is to XML: it is read by itself,
//! and again by the offset at which it begins.

mod again;
mod answer;
mod class;
mod csv;
mod escapes;
mod firsts;
mod head;
mod json;
mod lines;
mod nulls;
mod objects;
mod parts;
mod payloads;
mod record;
mod rows;
mod shape;
mod table;
mod values;
mod ways;
mod window;
mod xml;

use super::part::MAX_ROW;
use super::reading::State;
use super::{FileKind, FileReport, RecordSink, Select, problem};
use crate::source::{ProblemKind, Source};

pub(super) use again::RowReader;
pub(super) use class::ANY_METADATA;
pub(super) use head::may_be;
pub(super) use table::{Named, by_file_name, is_name, is_telling, known_by_file_name};

use head::Judged;
use rows::{Rows, Step};
use window::Window;

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// The text ends in it.
    More,
    /// What is wrong, and at which index of the text.
    Broken(&'static str, usize),
    /// At this index other columns begin.
    OtherHeader(usize),
    /// The text ends in a quoted value.
    OpenQuote,
}

/// Reads a source from its first row to its last; `None` where it is no such
/// export, and something else has to say what it is.
pub(super) fn read(source: &Source, select: Select<'_>, sink: &mut dyn RecordSink) -> Option<FileReport> {
    let window = Window::new(source.open().ok()?, 0);
    let (window, judged) = judge(source, window)?;
    let encoding = window.encoding();
    let head = match judged {
        Judged::Foreign => return None,
        Judged::OfNoTable(kind, at) => {
            let extension = match kind {
                FileKind::JsonExport => "json",
                FileKind::RestExport => "xml",
                FileKind::ExcelExport => "xlsx",
                _ => "csv",
            };
            let message = format!(
                "looks like an export of a ServiceNow table, but nothing says which: name the file after the \
                 table, as in sys_user.{extension}"
            );
            let problems = vec![problem(ProblemKind::Skipped, message, at)];
            return Some(FileReport { encoding, problems, ..FileReport::default() });
        }
        Judged::Unread(kind, tables, problem) => {
            let rows = tables.into_iter().map(|table| (table, 0)).collect();
            return Some(FileReport {
                kind,
                encoding,
                rows,
                problems: vec![problem],
                ..FileReport::default()
            });
        }
        Judged::Export(head) => head,
    };
    let table = head.table.clone();
    let mut rows = Rows::new(source, head, window, select);
    rows.state.report.kind = rows.head.kind;
    rows.state.report.root_tag = rows.head.root;
    rows.read_all(sink);
    let mut report = FileReport { encoding, ..rows.state.finish() };
    if let Some(table) = table.filter(|_| report.has_loss()) {
        // Also where it was lost before its first row: the table is not whole.
        report.rows.entry(table).or_default();
    }
    Some(report)
}

/// Judges a source by its beginning; `None` where a glance is enough.
fn judge(source: &Source, mut window: Window) -> Option<(Window, Judged)> {
    let path = source.path();
    let is_sheet = source.is_sheet();
    window.fill(1024);
    // Space may go on for long before anything comes.
    while window.text().trim_start().is_empty() && window.text().len() < head::LONGEST && window.grow() {}
    if !is_sheet && !may_be(window.text(), path) {
        return None;
    }
    let judged = head::judge(&mut window, path, is_sheet);
    if !matches!(&judged, Judged::Export(head) if head.kind == FileKind::CsvExport) {
        return Some((window, judged));
    }
    // Only CSV may be in another encoding and not say so.
    source.settle_encoding();
    let mut window = Window::new(source.open().ok()?, 0).counting(window.unit());
    let judged = head::judge(&mut window, path, is_sheet);
    Some((window, judged))
}

impl Rows<'_> {
    /// Reads all rows.
    fn read_all(&mut self, sink: &mut dyn RecordSink) {
        loop {
            match self.next(sink) {
                Step::Row => {}
                Step::End => break self.state.report.whole = true,
                Step::Lost => break,
            }
        }
        self.finish();
    }
}
