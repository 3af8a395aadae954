//! Where the records of a JSON text stand: in an array, alone, or one a line; and
//! what holds them.

use super::super::forms::{Json, RowHalt, decode_escapes, skip_space};
use super::answer::{ApiAnswer, RECORDS};
use super::window::TextWindow;

/// How far into a text its records are looked for.
const FARTHEST: usize = 32 * 1024 * 1024;

/// How records stand beside one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In an array.
    Array,
    /// There is one, in the place of the array.
    One,
    /// One behind another, without anything around them: one a line.
    Lines,
}

/// Where records were found.
#[derive(Debug)]
pub(super) struct FoundRows {
    pub(super) shape: Shape,
    /// How many objects hold them.
    pub(super) depth: usize,
    /// Index of the bracket of the array, or of the first record's.
    pub(super) at: usize,
    /// What stands before them.
    pub(super) answer: ApiAnswer,
}

/// What a JSON text was found to hold.
#[derive(Debug)]
pub(super) enum Find {
    Rows(FoundRows),
    /// An object that cannot be a record, nor hold any.
    Nothing,
    /// It is no JSON from somewhere on, before any record.
    Halted(RowHalt),
}

/// Finds the records of the JSON that begins at `begin`. More is read where they
/// stand far from the beginning.
pub(super) fn find(window: &mut TextWindow, begin: usize) -> Find {
    if window.text().as_bytes().get(begin) == Some(&b'[') {
        return Find::Rows(FoundRows {
            shape: Shape::Array,
            depth: 0,
            at: begin,
            answer: ApiAnswer::default(),
        });
    }
    loop {
        match in_object(window, begin) {
            Err(RowHalt::More) if window.text().len() < FARTHEST && window.grow() => {}
            Err(halt) => return Find::Halted(halt),
            Ok(None) => return Find::Nothing,
            Ok(Some(found)) => return Find::Rows(found),
        }
    }
}

/// Finds the records in the object that begins at `begin`, or takes it for one.
fn in_object(window: &TextWindow, begin: usize) -> Result<Option<FoundRows>, RowHalt> {
    let (text, mut json) = (window.text(), Json::default());
    let bytes = text.as_bytes();
    let mut answer = ApiAnswer::default();
    let found = |shape, depth, at, answer| Ok(Some(FoundRows { shape, depth, at, answer }));
    let mut at = skip_space(bytes, begin + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok(None);
    }
    loop {
        let (name, value) = json.name(bytes, at)?;
        let name = &*decode_escapes(&text[name]);
        let holds = RECORDS.contains(&name);
        match bytes.get(value).ok_or(RowHalt::More)? {
            // Its members are columns, whatever they are called.
            _ if name == "sys_id" => return found(Shape::Lines, 0, begin, ApiAnswer::default()),
            // A long array is not read to its end here.
            b'[' if holds => return found(Shape::Array, 1, value, answer),
            b'{' if holds && name != "value" => {
                let (inner, depth) = match array_in(&mut json, text, value)? {
                    Some(array) => (array, 2),
                    None => (value, 1),
                };
                let shape = if depth == 2 { Shape::Array } else { Shape::One };
                return found(shape, depth, inner, answer);
            }
            _ => {}
        }
        let member = json.member(bytes, at)?;
        answer.note(text, &member, window.offset(0));
        at = skip_space(bytes, member.whole.end);
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            // Without a sys_id it may be a record all the same.
            Some(b'}') if answer.refusal(true).is_none() => return found(Shape::Lines, 0, begin, answer),
            Some(b'}') => return Ok(None),
            Some(_) => return Err(RowHalt::Broken("a comma or the end of the object is missing", at)),
            None => return Err(RowHalt::More),
        }
    }
}

/// The array of records in an object that stands in the place of one: so Windows
/// PowerShell writes it, with a `Count` beside it. A record has no such member.
fn array_in(json: &mut Json, text: &str, begin: usize) -> Result<Option<usize>, RowHalt> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, begin + 1);
    while bytes.get(at).ok_or(RowHalt::More)? == &b'"' {
        let (name, value) = json.name(bytes, at)?;
        if RECORDS.contains(&&*decode_escapes(&text[name])) && bytes.get(value).ok_or(RowHalt::More)? == &b'['
        {
            return Ok(Some(value));
        }
        // What is broken in a record is said where it is read.
        let Ok((end, _)) = json.value(bytes, value) else { return Ok(None) };
        at = skip_space(bytes, end);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at = skip_space(bytes, at + 1);
    }
    Ok(None)
}
