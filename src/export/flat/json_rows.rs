//! The rows of JSON: objects, and what stands between and behind them.

use std::ops::Range;

use memchr::memchr_iter;

use super::super::column_fate::ColumnFate;
use super::super::forms::{Json, JsonKind, JsonMember, RowHalt, ValueForm, skip_space};
use super::super::row::{ColumnName, RowColumn, RowSpans};
use super::answer::{ApiAnswer, holds_records, row_failure};
use super::cursor::RowCursor;
use super::notes::{RowNotes, RowOddity};
use super::shape::Shape;

const NO_COMMA: &str = "a comma between two records is missing";
const BARE_COMMA: &str = "a comma stands where a record should";
const LAST_COMMA: &str =
    "a comma stands before the end of the array, where another record should: the answer may have broken off";
const NO_LINE: &str = "a line end between two records is missing";
const NO_ARRAY: &str = "records stand beside one another as in an array, and its bracket is missing";
const FAILED: &str = "a row says that the server failed to read it (`__status`, `__error`)";
const INNER: &str = "an array of records inside a record is not read";

/// How much of a row is looked at to tell whether one begins.
const NAME: usize = 256;

/// What was read last between rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BeforeRow {
    /// The bracket, a line end, or something that nobody knows.
    Start,
    Comma,
    Row,
}

/// Reads objects.
#[derive(Debug)]
pub(super) struct JsonRows {
    shape: Shape,
    /// How many objects hold the rows.
    depth: usize,
    /// With which name the first row begins.
    first: Option<String>,
    before: BeforeRow,
    json: Json,
    members: Vec<JsonMember>,
}

impl JsonRows {
    pub(super) fn new(shape: Shape, depth: usize, first: Option<String>) -> Self {
        let (before, json, members) = (BeforeRow::Start, Json::default(), Vec::new());
        Self { shape, depth, first, before, json, members }
    }

    /// Of what stands before the next row nothing is known.
    pub(super) fn forget_order(&mut self) {
        self.before = BeforeRow::Start;
    }

    /// The next object.
    pub(super) fn next(
        &mut self,
        cursor: &mut RowCursor,
        notes: &mut RowNotes,
        row: &mut RowSpans,
    ) -> Result<Option<Range<usize>>, RowHalt> {
        let shape = self.shape;
        loop {
            let bytes = cursor.window.text().as_bytes();
            let behind = cursor.at;
            cursor.at = skip_space(bytes, behind);
            let at = cursor.at;
            if shape == Shape::Lines && bytes[behind..at].contains(&b'\n') {
                self.before = BeforeRow::Start;
            }
            if shape == Shape::One && self.before == BeforeRow::Row {
                return self.tail(at, cursor, notes);
            }
            let Some(byte) = bytes.get(at) else {
                let is_end = shape == Shape::Lines && cursor.window.is_ended();
                return if is_end { Ok(None) } else { Err(RowHalt::More) };
            };
            match (byte, shape) {
                (b',', Shape::Array) => {
                    if self.before != BeforeRow::Row {
                        notes.flaw(BARE_COMMA, cursor.window.offset(at));
                    }
                    self.before = BeforeRow::Comma;
                    cursor.at += 1;
                }
                (b',' | b']', Shape::Lines) => {
                    notes.flaw(NO_ARRAY, cursor.window.offset(at));
                    self.before = BeforeRow::Comma;
                    cursor.at += 1;
                }
                (b']', Shape::Array) => {
                    let end = self.tail(at + 1, cursor, notes)?;
                    if self.before == BeforeRow::Comma {
                        notes.flaw(LAST_COMMA, cursor.window.offset(at));
                    }
                    return Ok(end);
                }
                _ => {
                    let is_row = *byte == b'{';
                    self.json.flaw = None;
                    let end = if is_row {
                        self.json.object(bytes, at, &mut self.members)?
                    } else {
                        self.json.value(bytes, at)?.0
                    };
                    if self.before == BeforeRow::Row {
                        let what = if shape == Shape::Array { NO_COMMA } else { NO_LINE };
                        notes.flaw(what, cursor.window.offset(at));
                    }
                    if let Some((what, at)) = self.json.flaw.take() {
                        notes.flaw(what, cursor.window.offset(at));
                    }
                    self.before = BeforeRow::Row;
                    cursor.at = end;
                    if !is_row {
                        notes.meet(RowOddity::Unread, cursor.span(&(at..end)));
                    } else if !self.is_failed(at, cursor, notes) {
                        self.fill(cursor, notes, row);
                        return Ok(Some(at..end));
                    }
                }
            }
        }
    }

    /// Whether the row at `at`, whose members were read, is only the word of the
    /// server that there is none. What has columns of its own is a row.
    fn is_failed(&self, at: usize, cursor: &RowCursor, notes: &mut RowNotes) -> bool {
        let text = cursor.window.text();
        if row_failure(text, &self.members).is_none() {
            return false;
        }
        let is_bare = self.members.iter().all(|member| text[member.name.clone()].starts_with("__"));
        notes.flaw(FAILED, cursor.window.offset(at));
        is_bare
    }

    /// Fills a row with the members that were read.
    fn fill(&self, cursor: &RowCursor, notes: &mut RowNotes, row: &mut RowSpans) {
        let text = cursor.window.text();
        let is_array = |member: &&JsonMember| matches!(member.kind, JsonKind::Array | JsonKind::Object);
        let mut arrays = self.members.iter().filter(|_| self.json.has_arrays).filter(is_array);
        if let Some(inner) = arrays.find(|member| holds_records(&text[member.value.clone()])) {
            notes.flaw(INNER, cursor.window.offset(inner.value.start));
        }
        row.columns.extend(self.members.iter().map(|member| {
            let (content, form) = match member.kind {
                JsonKind::Text => (member.value.start + 1..member.value.end - 1, ValueForm::JsonText),
                JsonKind::Word => (member.value.clone(), ValueForm::Word),
                JsonKind::Object => (member.value.clone(), ValueForm::Object),
                JsonKind::Array => (member.value.clone(), ValueForm::Plain),
            };
            let name = if member.is_escaped {
                ColumnName::Meant(member.name(text).into())
            } else {
                ColumnName::At(cursor.span(&member.name))
            };
            let (whole, content) = (cursor.span(&member.whole), cursor.span(&content));
            RowColumn { name, whole, content, form, fate: ColumnFate::NONE }
        }));
    }

    /// What comes behind the array, or the one record: the rest of the objects that
    /// hold it, and space.
    fn tail(
        &mut self,
        at: usize,
        cursor: &mut RowCursor,
        notes: &mut RowNotes,
    ) -> Result<Option<Range<usize>>, RowHalt> {
        let text = cursor.window.text();
        let bytes = text.as_bytes();
        let mut answer = ApiAnswer::default();
        let mut at = skip_space(bytes, at);
        self.json.flaw = None;
        for _ in 0..self.depth {
            while bytes.get(at) == Some(&b',') {
                let member = self.json.member(bytes, skip_space(bytes, at + 1))?;
                answer.note(text, &member, cursor.window.offset(0));
                at = skip_space(bytes, member.whole.end);
            }
            match bytes.get(at) {
                Some(b'}') => at = skip_space(bytes, at + 1),
                Some(_) => return Err(RowHalt::Broken("the object around the records does not end", at)),
                None => return Err(RowHalt::More),
            }
        }
        match bytes.get(at) {
            Some(_) => return Err(RowHalt::Broken("something stands behind the end of the JSON", at)),
            None if !cursor.window.is_ended() => return Err(RowHalt::More),
            None => {}
        }
        notes.answer.append(answer);
        if let Some((what, at)) = self.json.flaw.take() {
            notes.flaw(what, cursor.window.offset(at));
        }
        cursor.at = at;
        Ok(None)
    }

    /// Goes from a break at `broken` to the next row; whether there is one. A row is
    /// an object that stands where one may and begins with a name of the first row.
    /// Quotes say nothing here: one of them is what is missing.
    pub(super) fn skip_to_object(&mut self, cursor: &mut RowCursor, broken: usize) -> bool {
        let mut from = broken.max(cursor.at + 1);
        loop {
            let bytes = cursor.window.text().as_bytes();
            let starts = memchr_iter(b'{', bytes.get(from..).unwrap_or_default()).map(|start| from + start);
            for start in starts {
                if self.begins_row(start, cursor) {
                    (cursor.at, self.before) = (start, BeforeRow::Start);
                    return true;
                }
            }
            if cursor.window.is_ended() {
                return false;
            }
            // What could not be told for lack of text is looked at again.
            cursor.at = bytes.len().saturating_sub(NAME).max(from).min(bytes.len());
            while !cursor.window.text().is_char_boundary(cursor.at) {
                cursor.at -= 1;
            }
            cursor.forget_read();
            from = 0;
            cursor.window.grow();
        }
    }

    /// Whether a row seems to begin at the bracket at `at`.
    fn begins_row(&self, at: usize, cursor: &RowCursor) -> bool {
        let bytes = cursor.window.text().as_bytes();
        let name = skip_space(bytes, at + 1);
        let end = bytes.len().min(name + NAME);
        let Some(rest) = bytes.get(name..end).and_then(|rest| rest.strip_prefix(b"\"")) else { return false };
        let Some(length) = rest.iter().position(|byte| *byte == b'"') else { return false };
        let is_first = self.first.as_deref().is_some_and(|first| first.as_bytes() == &rest[..length]);
        let before = bytes[..at].trim_ascii_end();
        let gap = &bytes[before.len()..at];
        is_first && (before.ends_with(b",") || before.ends_with(b"}") && gap.contains(&b'\n'))
    }
}
