//! One row after another.

use std::ops::Range;

use super::super::column_fate::ColumnFate;
use super::super::column_guesses::ColumnGuesses;
use super::super::forms::{NullWord, ROW_TAG, RowHalt};
use super::super::frame::Surroundings;
use super::super::record_builder::{RecordBuilder, RowHead};
use super::super::recover::MAX_BREAKS;
use super::super::report_draft::ReportDraft;
use super::super::row::{PlainValues, RowSpans, RowText};
use super::super::scan::scan_payload;
use super::super::scanned_text::MAX_ROW;
use super::super::{FileKind, FileReport, RecordSink, Select};
use super::answer_xml;
use super::class::{RowTable, table_of};
use super::csv_rows::skip_line;
use super::cursor::RowCursor;
use super::head::{FlatForm, FlatHead};
use super::notes::{RowNotes, RowOddity};
use super::window::TextWindow;
use crate::record::Action;
use crate::source::ProblemKind;
use crate::span::ByteSpan;

/// What came of going to the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowStep {
    /// A row was read.
    Row,
    /// There is none, and nothing is missing.
    End,
    /// What comes next cannot be read; it was said why.
    Lost,
}

/// Reads the rows of one source.
pub(super) struct FlatRows<'s> {
    head: FlatHead,
    pub(super) cursor: RowCursor,
    notes: RowNotes,
    report: ReportDraft,
    select: Select<'s>,
    /// The row that was read last.
    row: RowSpans,
    guesses: ColumnGuesses,
    /// Where the class of a row stood last.
    class_at: usize,
    nulls: NullWord,
    /// Whether it goes on behind rows that are broken.
    goes_on: bool,
    /// How often rows broke off and reading went on behind them.
    breaks: usize,
}

impl<'s> FlatRows<'s> {
    /// Of a text whose beginning is in the window.
    pub(super) fn new(mut head: FlatHead, window: TextWindow, select: Select<'s>, nulls: NullWord) -> Self {
        let file = FileReport { kind: head.kind, root_tag: head.root, ..FileReport::default() };
        Self {
            cursor: RowCursor::new(window, head.rows),
            notes: RowNotes::new(std::mem::take(&mut head.answer)),
            head,
            report: ReportDraft::of(file),
            select,
            row: RowSpans::default(),
            guesses: ColumnGuesses::default(),
            class_at: 0,
            nulls,
            goes_on: true,
            breaks: 0,
        }
    }

    /// The same, but it stops at the first row that is broken.
    pub(super) fn stopping_at_breaks(self) -> Self {
        Self { goes_on: false, ..self }
    }

    /// The next row begins where the cursor was moved.
    pub(super) fn forget_order(&mut self) {
        if let FlatForm::Json(json) = &mut self.head.form {
            json.forget_order();
        }
    }

    /// Reads the next row and hands it out.
    pub(super) fn next(&mut self, sink: &mut dyn RecordSink) -> RowStep {
        self.cursor.forget();
        loop {
            let (cursor, notes, row) = (&mut self.cursor, &mut self.notes, &mut self.row);
            row.clear();
            let found = match &mut self.head.form {
                FlatForm::Json(json) => json.next(cursor, notes, row),
                FlatForm::Csv(csv) => {
                    csv.next((self.head.table.as_deref(), self.breaks > 0), cursor, notes, row)
                }
                FlatForm::Xml => answer_xml::next_row(cursor, notes, row),
            };
            match found {
                Ok(Some(row)) => {
                    self.hand_out(&row, sink);
                    return RowStep::Row;
                }
                Ok(None) => return RowStep::End,
                Err(RowHalt::More) if self.cursor.window.text().len() - self.cursor.at > MAX_ROW => {
                    let message = format!("a row of more than {MAX_ROW} bytes: reading stopped");
                    self.lost(ProblemKind::LimitReached, message, self.cursor.at);
                    return RowStep::Lost;
                }
                Err(RowHalt::More) if !self.cursor.window.is_ended() => {
                    self.cursor.window.grow();
                }
                Err(halt) => {
                    if !self.goes_on_behind(halt) {
                        return RowStep::Lost;
                    }
                }
            }
        }
    }

    /// Gives the row to the builder, if it says of which table it is.
    fn hand_out(&mut self, row: &Range<usize>, sink: &mut dyn RecordSink) {
        self.notes.count += 1;
        let span = self.cursor.span(row);
        let (window, header) = (self.cursor.window.view(), self.head.form.header());
        let place = (&self.row, window);
        let Some(table) = table_of((&self.head, self.select.classes()), place, &mut self.class_at) else {
            return self.notes.meet(RowOddity::Untold, span);
        };
        let RowTable { name: table, unknown } = table;
        if let Some((class, fit)) = unknown {
            self.report.unknown_classes.note((&class, fit), self.head.table.as_deref(), span);
        }
        let number = self.report.census.number(&table, 0, self.select);
        if self.select.is_everything() || !self.report.census.table(number).row_of.is_nothing() {
            self.guesses.go_to(number);
            for (at, column) in self.row.columns.iter_mut().enumerate() {
                let name = column.name(window, header).filter(|name| !name.starts_with("__"));
                let fate = name.map(|name| self.guesses.settle(at, name, &table, self.select));
                column.fate = fate.unwrap_or(ColumnFate::NONE);
            }
        }
        let start_tag = match self.head.form {
            FlatForm::Json(_) => row.start..row.start + 1,
            FlatForm::Xml => row.start..row.start + ROW_TAG.len(),
            FlatForm::Csv(_) => row.clone(),
        };
        let head = RowHead {
            table: number,
            action: Action::InsertOrUpdate,
            span,
            start_tag: self.cursor.span(&start_tag),
        };
        let plain =
            PlainValues { header, shows: self.head.shows, nulls: &self.nulls, guesses: &self.guesses };
        let mut builder = RecordBuilder::new(self.select, sink, &mut self.report, scan_payload);
        builder.outlet.begin_child(span.start);
        let around = Surroundings::of_root(FileKind::TableExport, None);
        builder.finish(RowText { window, plain: Some(plain) }, &head, &self.row, around);
    }

    /// Says what halted, and goes to the next row if one can be found.
    fn goes_on_behind(&mut self, halt: RowHalt) -> bool {
        if self.cursor.window.is_broken() {
            // Why there is no more is said by whoever could not read it.
            return false;
        }
        let here = self.cursor.at;
        let (kind, message, at) = match halt {
            RowHalt::More => (ProblemKind::Truncated, "the file ends in the middle of its records", here),
            RowHalt::OpenQuote => {
                (ProblemKind::Truncated, "the file ends in a value whose last quote is missing", here)
            }
            RowHalt::Broken(message, at) => (ProblemKind::Broken, message, at),
            RowHalt::OtherHeader(at) => (
                ProblemKind::Broken,
                "another header stands here, so that the rows behind it are not read",
                at,
            ),
        };
        self.lost(kind, message, at);
        self.breaks += 1;
        if !self.goes_on {
            return false;
        }
        if self.breaks == MAX_BREAKS {
            let message = format!("the file breaks more than {MAX_BREAKS} times; the rest is not read");
            self.lost(ProblemKind::LimitReached, message, at);
            return false;
        }
        match (&mut self.head.form, halt) {
            (FlatForm::Json(json), RowHalt::Broken(_, at)) => json.skip_to_object(&mut self.cursor, at),
            (FlatForm::Csv(_), RowHalt::Broken(..)) => skip_line(&mut self.cursor),
            // Only a sys_id tells a row from a line of a long text.
            (FlatForm::Csv(csv), RowHalt::OpenQuote) if csv.header.iter().any(|name| name == "sys_id") => {
                skip_line(&mut self.cursor)
            }
            _ => false,
        }
    }

    fn lost(&mut self, kind: ProblemKind, message: impl Into<String>, at: usize) {
        self.report.say(kind, message, ByteSpan::at(self.cursor.window.offset(at)));
    }

    /// Reads all rows; gives what is to be said of them.
    pub(super) fn read_all(mut self, sink: &mut dyn RecordSink) -> ReportDraft {
        let last = loop {
            match self.next(sink) {
                RowStep::Row => {}
                last => break last,
            }
        };
        let Self { head, mut cursor, notes, mut report, nulls, .. } = self;
        let file = &mut report.file;
        file.whole = last == RowStep::End;
        file.problems.extend(head.problem);
        file.problems.extend(cursor.window.take_problems());
        file.lines = cursor.lines;
        notes.say(head.kind, file);
        file.whole &= !file.has_loss();
        file.null_word = nulls.known();
        report
    }
}
