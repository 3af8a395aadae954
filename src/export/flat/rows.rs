//! One row after another.

use std::ops::Range;

use super::super::recover::MAX_BREAKS;
use super::answer::Answer;
use super::csv;
use super::head::{Form, Head};
use super::json::{Flaw, Json, Member};
use super::nulls::Nulls;
use super::record::{Cell, Guesses};
use super::window::Window;
use super::{FileKind, Halt, MAX_ROW, RecordSink, Select, State, problem};
use crate::source::{ProblemKind, Source};
use crate::span::ByteSpan;

/// What came of going to the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A row was read.
    Row,
    /// There is none, and nothing is missing.
    End,
    /// What comes next cannot be read; it was said why.
    Lost,
}

/// What was read last between the rows of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The bracket, a line end, or something that nobody knows.
    Start,
    Comma,
    Row,
}

/// Reads the rows of one source.
pub(super) struct Rows<'s> {
    pub(super) head: Head,
    pub(super) window: Window,
    /// Where the next row begins, or what stands before it.
    pub(super) at: usize,
    pub(super) before: Before,
    pub(super) select: Select<'s>,
    pub(super) state: State,
    pub(super) cells: Vec<Cell>,
    pub(super) guesses: Guesses,
    pub(super) nulls: Nulls,
    pub(super) json: Json,
    pub(super) members: Vec<Member>,
    pub(super) values: Vec<csv::Value>,
    /// What stands around the rows.
    pub(super) answer: Answer,
    /// How many rows were read.
    pub(super) count: u64,
    /// Rows that could not be read, and where the first one is.
    unread: Option<(u64, ByteSpan)>,
    /// How often the header stands between rows, and where first.
    headers: Option<(u64, ByteSpan)>,
    /// Rows that say of no table that they are of it, and where the first one is.
    pub(super) untold: Option<(u64, ByteSpan)>,
    /// What is written wrongly, how often, and where first.
    flaws: Vec<(&'static str, u64, ByteSpan)>,
    /// Whether it goes on behind rows that are broken.
    pub(super) goes_on: bool,
    /// How often rows broke off and reading went on behind them.
    pub(super) breaks: usize,
}

fn holds_sys_id(header: &[String]) -> bool {
    header.iter().any(|name| name == "sys_id")
}

impl<'s> Rows<'s> {
    /// Of a text whose beginning is in the window.
    pub(super) fn new(source: &Source, head: Head, window: Window, select: Select<'s>) -> Self {
        let at = window.index(head.rows).unwrap_or(0);
        Self {
            answer: head.answer.clone(),
            head,
            window,
            at,
            before: Before::Start,
            select,
            state: State::default(),
            cells: Vec::new(),
            guesses: Guesses::default(),
            nulls: Nulls::of(source),
            json: Json::default(),
            members: Vec::new(),
            values: Vec::new(),
            count: 0,
            unread: None,
            headers: None,
            untold: None,
            flaws: Vec::new(),
            goes_on: true,
            breaks: 0,
        }
    }

    /// Reads the next row and hands it out.
    pub(super) fn next(&mut self, sink: &mut dyn RecordSink) -> Step {
        self.forget();
        loop {
            let found = match &self.head.form {
                Form::Json { shape, depth } => self.object(*shape, *depth),
                Form::Xml => self.element(),
                Form::Csv { .. } => self.line(),
            };
            match found {
                Ok(Some(row)) => {
                    self.count += 1;
                    let at = ByteSpan::new(self.window.offset(row.start), self.window.offset(row.end));
                    if let Some(carried) = self.hand_out(row, sink) {
                        self.read_carried(carried, at, sink);
                    }
                    return Step::Row;
                }
                Ok(None) => return Step::End,
                Err(Halt::More) if self.window.text().len() - self.at > MAX_ROW => {
                    let message = format!("a row of more than {MAX_ROW} bytes: reading stopped");
                    return self.lost(ProblemKind::LimitReached, message, self.at);
                }
                Err(Halt::More) if !self.window.is_ended() => {
                    self.window.grow();
                }
                Err(halt) => {
                    if !self.goes_on_behind(halt) {
                        return Step::Lost;
                    }
                }
            }
        }
    }

    /// Says what halted, and goes to the next row if one can be found.
    fn goes_on_behind(&mut self, halt: Halt) -> bool {
        if self.window.is_broken() {
            // Why there is no more is said by whoever could not read it.
            return false;
        }
        let (kind, message, at) = match halt {
            Halt::More => (ProblemKind::Truncated, "the file ends in the middle of its records", self.at),
            Halt::OpenQuote => {
                (ProblemKind::Truncated, "the file ends in a value whose last quote is missing", self.at)
            }
            Halt::Broken(message, at) => (ProblemKind::Broken, message, at),
            Halt::OtherHeader(at) => (
                ProblemKind::Broken,
                "another header stands here, so that the rows behind it are not read",
                at,
            ),
        };
        self.lost(kind, message.to_owned(), at);
        self.breaks += 1;
        if !self.goes_on {
            return false;
        }
        if self.breaks == MAX_BREAKS {
            let message = format!("the file breaks more than {MAX_BREAKS} times; the rest is not read");
            self.lost(ProblemKind::LimitReached, message, at);
            return false;
        }
        match (&self.head.form, halt) {
            (Form::Json { .. }, Halt::Broken(_, at)) => self.skip_to_object(at),
            (Form::Csv { .. }, Halt::Broken(..)) => self.skip_line(),
            // Only a sys_id tells a row from a line of a long text.
            (Form::Csv { header, .. }, Halt::OpenQuote) if holds_sys_id(header) => self.skip_line(),
            _ => false,
        }
    }

    fn lost(&mut self, kind: ProblemKind, message: String, at: usize) -> Step {
        let at = ByteSpan::at(self.window.offset(at));
        self.state.report.problems.push(problem(kind, message, at));
        Step::Lost
    }

    /// Says what is to be said at the end.
    pub(super) fn finish(&mut self) {
        let (window, report) = (&mut self.window, &mut self.state.report);
        report.problems.extend(self.head.problem.take());
        report.problems.extend(window.take_problems());
        if report.whole {
            // Of rows that were lost it is said already.
            report.problems.extend(self.answer.problems(self.count));
        }
        for (what, count, at) in &self.flaws {
            let message = if *count == 1 { (*what).to_owned() } else { format!("{what}, {count} times") };
            report.problems.push(problem(ProblemKind::Broken, message, *at));
        }
        if let Some((count, at)) = self.unread {
            let message = match self.head.kind {
                FileKind::CsvExport | FileKind::ExcelExport => format!(
                    "{count} rows have more or fewer values than the header has columns, so that nothing tells \
                     which is which: not read"
                ),
                _ => format!("{count} elements of the array are no records"),
            };
            report.problems.push(problem(ProblemKind::Broken, message, at));
        }
        if let Some((count, at)) = self.headers {
            let times = if count == 1 { String::new() } else { format!(", {count} times") };
            let message =
                format!("the header stands once more between the rows{times}; rows behind it are read");
            report.problems.push(problem(ProblemKind::Repaired, message, at));
        }
        if let Some((count, at)) = self.untold {
            let message = format!(
                "{count} records do not say of which table they are: name the file after the table, as in \
                 sys_user.json"
            );
            report.problems.push(problem(ProblemKind::Skipped, message, at));
        }
        report.whole &= !report.has_loss();
        report.null_word = self.nulls.word();
    }

    /// Forgets what was read, once that is worth moving the rest.
    fn forget(&mut self) {
        const MUCH: usize = 64 * 1024;
        if self.at > MUCH && self.at * 2 > self.window.text().len() {
            self.forget_read();
        }
    }

    /// Forgets all that was read.
    pub(super) fn forget_read(&mut self) {
        self.state.report.lines.pass(&self.window.text().as_bytes()[..self.at]);
        self.window.forget(self.at);
        self.at = 0;
    }

    pub(super) fn note_unread(&mut self, row: Range<usize>) {
        let span = ByteSpan::new(self.window.offset(row.start), self.window.offset(row.end));
        self.unread.get_or_insert((0, span)).0 += 1;
    }

    /// Notes the header where a row should stand.
    pub(super) fn note_header(&mut self, row: Range<usize>) {
        let span = ByteSpan::new(self.window.offset(row.start), self.window.offset(row.end));
        self.headers.get_or_insert((0, span)).0 += 1;
    }

    /// Notes something that is written wrongly and was read all the same.
    pub(super) fn note_flaw(&mut self, (what, at): Flaw) {
        match self.flaws.iter_mut().find(|(known, ..)| *known == what) {
            Some((_, count, _)) => *count += 1,
            None => self.flaws.push((what, 1, ByteSpan::at(self.window.offset(at)))),
        }
    }
}
