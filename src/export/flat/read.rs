//! A source from its first row to its last.

use super::super::{FileKind, FileReport, RecordSink, Select, problem};
use super::head::JudgedText;
use super::judge::judge_source;
use super::null_search::null_word_of;
use super::rows::FlatRows;
use super::window::TextWindow;
use crate::source::{ProblemKind, Source};

/// Reads a source from its first row to its last; `None` where it is no such
/// export, and something else has to say what it is.
pub(in crate::export) fn read_flat(
    source: &Source,
    select: Select<'_>,
    sink: &mut dyn RecordSink,
) -> Option<FileReport> {
    let window = TextWindow::new(source.open().ok()?, 0);
    let (window, judged) = judge_source(source, window)?;
    let encoding = window.encoding();
    let head = match judged {
        JudgedText::Foreign => return None,
        JudgedText::OfNoTable(kind, at) => {
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
        JudgedText::Unread(kind, tables, problem) => {
            let rows = tables.into_iter().map(|table| (table, 0)).collect();
            let problems = vec![problem];
            return Some(FileReport { kind, encoding, rows, problems, ..FileReport::default() });
        }
        JudgedText::Export(head) => head,
    };
    let table = head.table.clone();
    let rows = FlatRows::new(head, window, select, null_word_of(source));
    let mut report = FileReport { encoding, ..rows.read_all(sink).finish() };
    if let Some(table) = table.filter(|_| report.has_loss()) {
        // Also where it was lost before its first row: the table is not whole.
        report.rows.entry(table).or_default();
    }
    Some(report)
}
