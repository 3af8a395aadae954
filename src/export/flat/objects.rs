//! The rows of JSON: objects, and what stands between and behind them.

use std::ops::Range;

use memchr::memchr_iter;

use super::Halt;
use super::answer::{Answer, holds_records, row_failure};
use super::json::{self, Kind, Member};
use super::record::{Cell, Name, Written};
use super::rows::{Before, Rows};
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

impl Rows<'_> {
    /// The next object.
    pub(super) fn object(&mut self, shape: Shape, depth: usize) -> Result<Option<Range<usize>>, Halt> {
        loop {
            let bytes = self.window.text().as_bytes();
            let behind = self.at;
            self.at = json::skip_space(bytes, behind);
            let at = self.at;
            if shape == Shape::Lines && bytes[behind..at].contains(&b'\n') {
                self.before = Before::Start;
            }
            if shape == Shape::One && self.before == Before::Row {
                return self.tail(at, depth);
            }
            let Some(byte) = bytes.get(at) else {
                let is_end = shape == Shape::Lines && self.window.is_ended();
                return if is_end { Ok(None) } else { Err(Halt::More) };
            };
            match (byte, shape) {
                (b',', Shape::Array) => {
                    if self.before != Before::Row {
                        self.note_flaw((BARE_COMMA, at));
                    }
                    self.before = Before::Comma;
                    self.at += 1;
                }
                (b',' | b']', Shape::Lines) => {
                    self.note_flaw((NO_ARRAY, at));
                    self.before = Before::Comma;
                    self.at += 1;
                }
                (b']', Shape::Array) => {
                    let end = self.tail(at + 1, depth)?;
                    if self.before == Before::Comma {
                        self.note_flaw((LAST_COMMA, at));
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
                    if self.before == Before::Row {
                        self.note_flaw((if shape == Shape::Array { NO_COMMA } else { NO_LINE }, at));
                    }
                    if let Some(flaw) = self.json.flaw.take() {
                        self.note_flaw(flaw);
                    }
                    self.before = Before::Row;
                    self.at = end;
                    if !is_row {
                        self.note_unread(at..end);
                    } else if !self.is_failed(at) {
                        self.take_members();
                        return Ok(Some(at..end));
                    }
                }
            }
        }
    }

    /// Whether the row at `at`, whose members were read, is only the word of the
    /// server that there is none. What has columns of its own is a row.
    fn is_failed(&mut self, at: usize) -> bool {
        let text = self.window.text();
        if row_failure(text, &self.members).is_none() {
            return false;
        }
        let is_bare = self.members.iter().all(|member| text[member.name.clone()].starts_with("__"));
        self.note_flaw((FAILED, at));
        is_bare
    }

    fn take_members(&mut self) {
        let text = self.window.text();
        let is_array = |member: &&Member| matches!(member.kind, Kind::Array | Kind::Object);
        let mut arrays = self.members.iter().filter(|_| self.json.has_arrays).filter(is_array);
        let inner = arrays.find(|member| holds_records(&text[member.value.clone()]));
        let inner = inner.map(|member| (INNER, member.value.start));
        self.cells.clear();
        let cells = self.members.iter().map(|member| {
            let (content, written) = match member.kind {
                Kind::Text => (member.value.start + 1..member.value.end - 1, Written::JsonText),
                Kind::Word => (member.value.clone(), Written::Word),
                Kind::Object => (member.value.clone(), Written::Object),
                Kind::Array => (member.value.clone(), Written::Plain),
            };
            let name = if member.is_escaped {
                Name::Meant(member.name(text).into_owned())
            } else {
                Name::At(member.name.clone())
            };
            Cell { name, whole: member.whole.clone(), content, written }
        });
        self.cells.extend(cells);
        if let Some(flaw) = inner {
            self.note_flaw(flaw);
        }
    }

    /// What comes behind the array, or the one record: the rest of the objects that
    /// hold it, and space.
    fn tail(&mut self, at: usize, depth: usize) -> Result<Option<Range<usize>>, Halt> {
        let text = self.window.text();
        let bytes = text.as_bytes();
        let mut answer = Answer::default();
        let mut at = json::skip_space(bytes, at);
        self.json.flaw = None;
        for _ in 0..depth {
            while bytes.get(at) == Some(&b',') {
                let member = self.json.member(bytes, json::skip_space(bytes, at + 1))?;
                answer.note(text, &member, self.window.offset(0));
                at = json::skip_space(bytes, member.whole.end);
            }
            match bytes.get(at) {
                Some(b'}') => at = json::skip_space(bytes, at + 1),
                Some(_) => return Err(Halt::Broken("the object around the records does not end", at)),
                None => return Err(Halt::More),
            }
        }
        match bytes.get(at) {
            Some(_) => return Err(Halt::Broken("something stands behind the end of the JSON", at)),
            None if !self.window.is_ended() => return Err(Halt::More),
            None => {}
        }
        self.answer.append(answer);
        if let Some(flaw) = self.json.flaw.take() {
            self.note_flaw(flaw);
        }
        self.at = at;
        Ok(None)
    }

    /// Goes from a break at `broken` to the next row; whether there is one. A row is
    /// an object that stands where one may and begins with a name of the first row.
    /// Quotes say nothing here: one of them is what is missing.
    pub(super) fn skip_to_object(&mut self, broken: usize) -> bool {
        let mut from = broken.max(self.at + 1);
        loop {
            let bytes = self.window.text().as_bytes();
            let starts = memchr_iter(b'{', bytes.get(from..).unwrap_or_default()).map(|start| from + start);
            for start in starts {
                if self.begins_row(start) {
                    (self.at, self.before) = (start, Before::Start);
                    return true;
                }
            }
            if self.window.is_ended() {
                return false;
            }
            // What could not be told for lack of text is looked at again.
            self.at = bytes.len().saturating_sub(NAME).max(from).min(bytes.len());
            while !self.window.text().is_char_boundary(self.at) {
                self.at -= 1;
            }
            self.forget_read();
            from = 0;
            self.window.grow();
        }
    }

    /// Whether a row seems to begin at the bracket at `at`.
    fn begins_row(&self, at: usize) -> bool {
        let bytes = self.window.text().as_bytes();
        let name = json::skip_space(bytes, at + 1);
        let end = bytes.len().min(name + NAME);
        let Some(rest) = bytes.get(name..end).and_then(|rest| rest.strip_prefix(b"\"")) else { return false };
        let Some(length) = rest.iter().position(|byte| *byte == b'"') else { return false };
        let is_first = self.head.first.as_deref().is_some_and(|first| first.as_bytes() == &rest[..length]);
        let before = bytes[..at].trim_ascii_end();
        let gap = &bytes[before.len()..at];
        is_first && (before.ends_with(b",") || before.ends_with(b"}") && gap.contains(&b'\n'))
    }
}
