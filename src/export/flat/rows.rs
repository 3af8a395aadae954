//! One row after another.

use super::csv;
use super::head::{Form, Head};
use super::json::{self, Kind, Member};
use super::record::{Cell, Guesses, Name, Written};
use super::window::Window;
use super::{FileKind, Halt, MAX_ROW, RecordSink, Select, State, problem};
use crate::source::ProblemKind;
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

/// Reads the rows of one source.
pub(super) struct Rows<'s> {
    pub(super) head: Head,
    pub(super) window: Window,
    /// Where the next row begins, or what stands before it.
    pub(super) at: usize,
    pub(super) select: Select<'s>,
    pub(super) state: State,
    pub(super) cells: Vec<Cell>,
    pub(super) guesses: Guesses,
    members: Vec<Member>,
    values: Vec<csv::Value>,
    /// Rows that could not be read, and where the first one is.
    unread: Option<(u64, ByteSpan)>,
    /// Rows that say of no table that they are of it, and where the first one is.
    pub(super) untold: Option<(u64, ByteSpan)>,
}

impl<'s> Rows<'s> {
    /// Of a text whose beginning is in the window.
    pub(super) fn new(head: Head, window: Window, select: Select<'s>) -> Self {
        let at = window.index(head.rows).unwrap_or(0);
        Self {
            head,
            window,
            at,
            select,
            state: State::default(),
            cells: Vec::new(),
            guesses: Guesses::default(),
            members: Vec::new(),
            values: Vec::new(),
            unread: None,
            untold: None,
        }
    }

    /// Reads the next row and hands it out.
    pub(super) fn next(&mut self, sink: &mut dyn RecordSink) -> Step {
        self.forget();
        loop {
            let found = match &self.head.form {
                Form::Json { is_wrapped } => self.object(*is_wrapped),
                Form::Csv { .. } => self.line(),
            };
            match found {
                Ok(Some(row)) => {
                    self.hand_out(row, sink);
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
                Err(halt) => return self.halted(halt),
            }
        }
    }

    fn halted(&mut self, halt: Halt) -> Step {
        if self.window.is_broken() {
            // Why there is no more is said by whoever could not read it.
            return Step::Lost;
        }
        let (kind, message, at) = match halt {
            Halt::More => (ProblemKind::Truncated, "the file ends in the middle of its records", self.at),
            Halt::OpenQuote => {
                (ProblemKind::Truncated, "the file ends in a value whose last quote is missing", self.at)
            }
            Halt::Broken(message, at) => (ProblemKind::Broken, message, at),
        };
        self.lost(kind, message.to_owned(), at)
    }

    fn lost(&mut self, kind: ProblemKind, message: String, at: usize) -> Step {
        let at = ByteSpan::at(self.window.offset(at));
        self.state.report.problems.push(problem(kind, message, at));
        Step::Lost
    }

    /// Says what is to be said at the end.
    pub(super) fn finish(&mut self) {
        let (window, report) = (&mut self.window, &mut self.state.report);
        let problems = window.take_problems();
        report.whole &= !problems.iter().any(|problem| problem.kind.is_loss());
        report.problems.extend(problems);
        if let Some((count, at)) = self.unread {
            report.whole = false;
            let message = match self.head.kind {
                FileKind::JsonExport => format!("{count} elements of the array are no records"),
                _ => format!(
                    "{count} rows have more or fewer values than the header has columns, so that nothing tells \
                     which is which: not read"
                ),
            };
            report.problems.push(problem(ProblemKind::Broken, message, at));
        }
        if let Some((count, at)) = self.untold {
            let message = format!(
                "{count} records do not say of which table they are: name the file after the table, as in \
                 sys_user.json"
            );
            report.problems.push(problem(ProblemKind::Skipped, message, at));
        }
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

    /// The next object of the array.
    fn object(&mut self, is_wrapped: bool) -> Result<Option<std::ops::Range<usize>>, Halt> {
        loop {
            let bytes = self.window.text().as_bytes();
            self.at = json::skip_space(bytes, self.at);
            let at = self.at;
            match bytes.get(at).ok_or(Halt::More)? {
                b',' => self.at += 1,
                b'{' => {
                    let end = json::object(bytes, at, &mut self.members)?;
                    self.cells.clear();
                    let cells = self.members.iter().map(|member| {
                        let (content, written) = match member.kind {
                            Kind::Text => (member.value.start + 1..member.value.end - 1, Written::JsonText),
                            Kind::Word => (member.value.clone(), Written::Word),
                            Kind::Object => (member.value.clone(), Written::Object),
                            Kind::Array => (member.value.clone(), Written::Plain),
                        };
                        Cell {
                            name: Name::At(member.name.clone()),
                            whole: member.whole.clone(),
                            content,
                            written,
                        }
                    });
                    self.cells.extend(cells);
                    self.at = end;
                    return Ok(Some(at..end));
                }
                b']' => {
                    let end = tail(bytes, at + 1, is_wrapped, self.window.is_ended())?;
                    self.at = end;
                    return Ok(None);
                }
                _ => {
                    let (end, _) = json::value(bytes, at)?;
                    self.at = end;
                    self.note_unread(at..end);
                }
            }
        }
    }

    /// The next line that is not empty.
    fn line(&mut self) -> Result<Option<std::ops::Range<usize>>, Halt> {
        let Form::Csv { dialect, header } = &self.head.form else { return Ok(None) };
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
            if self.values.len() != width {
                if row.next == row.end && self.values.len() < width {
                    // Nothing follows, not even the end of the line.
                    return Err(Halt::More);
                }
                self.at = row.next;
                self.note_unread(at..row.end);
                continue;
            }
            let text = self.window.text();
            self.cells.clear();
            let cells = self.values.iter().enumerate().map(|(number, value)| {
                let whole = value.whole.clone();
                let is_closed = value.is_quoted && whole.len() > 1 && text[whole.clone()].ends_with('"');
                let content = if is_closed { whole.start + 1..whole.end - 1 } else { whole.clone() };
                let written = match (dialect.has_quotes, value.is_quoted) {
                    (true, true) => Written::Quoted,
                    (true, false) => Written::Plain,
                    (false, _) => Written::Sheet,
                };
                Cell { name: Name::Header(number), whole, content, written }
            });
            self.cells.extend(cells);
            self.at = row.next;
            return Ok(Some(at..row.end));
        }
    }

    fn note_unread(&mut self, row: std::ops::Range<usize>) {
        let span = ByteSpan::new(self.window.offset(row.start), self.window.offset(row.end));
        self.unread.get_or_insert((0, span)).0 += 1;
    }
}

/// What comes behind the array: the rest of the object that holds it, and space.
fn tail(bytes: &[u8], at: usize, is_wrapped: bool, is_last: bool) -> Result<usize, Halt> {
    let mut at = json::skip_space(bytes, at);
    if is_wrapped {
        while bytes.get(at) == Some(&b',') {
            let member = json::member(bytes, json::skip_space(bytes, at + 1))?;
            at = json::skip_space(bytes, member.whole.end);
        }
        match bytes.get(at) {
            Some(b'}') => at = json::skip_space(bytes, at + 1),
            Some(_) => return Err(Halt::Broken("the object around the records does not end", at)),
            None => return Err(Halt::More),
        }
    }
    match bytes.get(at) {
        Some(_) => Err(Halt::Broken("something stands behind the end of the JSON", at)),
        None if is_last => Ok(at),
        None => Err(Halt::More),
    }
}
