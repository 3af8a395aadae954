//! From a part of a value back to where it is written.

use std::ops::Range;

use super::super::value_part::{Piece, written_part};
use super::escapes::escape;
use super::json;
use super::record::{Cell, Written};
use super::window::Window;
use super::xml;
use crate::record::{Field, ValuePlaces};
use crate::span::ByteSpan;

/// How long a reference is at most that is one character.
const REFERENCE: usize = 16;

/// The way back from the values of one row.
pub(super) struct Ways<'t> {
    pub(super) window: &'t Window,
    pub(super) cells: &'t [Cell],
}

impl ValuePlaces for Ways<'_> {
    fn written(&self, _: usize, field: &Field<'_>, part: Range<usize>) -> Option<ByteSpan> {
        let offset = |index| self.window.offset(index);
        let is_it = |cell: &&Cell| {
            ByteSpan::new(offset(cell.whole.start), offset(cell.whole.end)) == field.element_span
        };
        let cell = self.cells.iter().find(is_it)?;
        let text = self.window.text();
        let expected = field.value.trim().get(part.clone())?;
        let (from, found) = match cell.written {
            Written::JsonText => {
                (cell.content.start, written_part(in_json(&text[cell.content.clone()]), part, expected))
            }
            Written::Quoted => {
                (cell.whole.start, written_part(in_quotes(&text[cell.whole.clone()]), part, expected))
            }
            Written::XmlText if text[cell.content.clone()].contains('<') => return None,
            Written::XmlText => {
                (cell.content.start, written_part(in_xml(&text[cell.content.clone()]), part, expected))
            }
            Written::Plain | Written::Word | Written::Cut => {
                (cell.content.start, written_part(as_it_is(&text[cell.content.clone()]), part, expected))
            }
            Written::Object => {
                let value = value_of_object(&text[cell.content.clone()])?;
                let value = cell.content.start + value.start..cell.content.start + value.end;
                (value.start, written_part(in_json(&text[value]), part, expected))
            }
            // The place is the cell, or the element.
            Written::Sheet | Written::CutSheet | Written::XmlObject => return None,
        };
        let found = found?;
        Some(ByteSpan::new(offset(from + found.start), offset(from + found.end)))
    }
}

/// A run of a value: its length, where it is written, and whether as it reads.
pub(super) type Run = (usize, Range<usize>, bool);

/// A value exactly as it is meant, line ends included, and its runs in the text.
pub(super) fn in_cell(cell: &Cell, text: &str) -> Option<(String, Vec<Run>)> {
    let content = &text[cell.content.clone()];
    let (start, pieces): (usize, Box<dyn Iterator<Item = Piece> + '_>) = match cell.written {
        Written::JsonText => (cell.content.start, Box::new(in_json(content))),
        Written::Quoted => (cell.whole.start, Box::new(in_quotes(&text[cell.whole.clone()]))),
        Written::XmlText if !content.contains('<') => (cell.content.start, Box::new(in_xml(content))),
        Written::Plain | Written::Word | Written::Cut => (cell.content.start, Box::new(as_it_is(content))),
        Written::Object => {
            let value = value_of_object(content)?;
            (cell.content.start + value.start, Box::new(in_json(&content[value])))
        }
        // The place is the cell, or the element.
        Written::Sheet | Written::CutSheet | Written::XmlText | Written::XmlObject => {
            let value = cell.read(text).0?.into_owned();
            let run = (value.len(), cell.whole.clone(), false);
            return Some((value, vec![run]));
        }
    };
    let (mut meant, mut runs, mut at) = (String::new(), Vec::<Run>::new(), start);
    for (length, letter) in pieces {
        let written = at..at + length;
        at = written.end;
        let Some(letter) = letter else { continue };
        let is_verbatim = length == letter.len_utf8();
        meant.push(letter);
        match runs.last_mut() {
            Some(last) if is_verbatim && last.2 && last.1.end == written.start => {
                last.0 += length;
                last.1.end = written.end;
            }
            _ => runs.push((letter.len_utf8(), written, is_verbatim)),
        }
    }
    Some((meant, runs))
}

/// The text of `value` in an object, without its quotes.
fn value_of_object(written: &str) -> Option<Range<usize>> {
    let mut members = Vec::new();
    json::object(written.as_bytes(), 0, &mut members).ok()?;
    let value = members.iter().find(|member| member.is(written, "value"))?.value.clone();
    written[value.clone()].starts_with('"').then(|| value.start + 1..value.end - 1)
}

fn as_it_is(written: &str) -> impl Iterator<Item = Piece> + '_ {
    written.chars().map(|letter| (letter.len_utf8(), Some(letter)))
}

/// Of text between tags: a reference is one character.
fn in_xml(written: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut rest = written;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let near = rest.bytes().take(REFERENCE);
        let end = if first == '&' { near.enumerate().find(|(_, byte)| *byte == b';') } else { None };
        let reference = end.map(|(end, _)| &rest[..=end]);
        // Text ends where a tag begins.
        let decoded = reference.and_then(|reference| one_letter(&xml::decode(&format!("{reference}</a>"))));
        let (letter, length) = match (decoded, reference) {
            (Some(letter), Some(reference)) => (letter, reference.len()),
            _ => (first, first.len_utf8()),
        };
        rest = rest.get(length..).unwrap_or_default();
        Some((length, Some(letter)))
    })
}

/// A text of one character.
fn one_letter(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none())
}

/// Of what stands between quotes of JSON.
fn in_json(written: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut rest = written;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (letter, length) = if first == '\\' { escape(rest) } else { (first, first.len_utf8()) };
        rest = rest.get(length..).unwrap_or_default();
        Some((length, Some(letter)))
    })
}

/// Of a value of CSV with its quotes: two of them are one, and what stands behind
/// the last is read as it is.
fn in_quotes(written: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut rest = written;
    let mut is_open = None;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_quote = first == '"' && is_open != Some(false);
        let (length, letter) = match is_open {
            Some(_) if is_quote && rest.starts_with("\"\"") => (2, Some('"')),
            _ => (first.len_utf8(), (!is_quote).then_some(first)),
        };
        is_open = match is_open {
            None => Some(is_quote),
            Some(_) if is_quote && length == 1 => Some(false),
            open => open,
        };
        rest = rest.get(length..).unwrap_or_default();
        Some((length, letter))
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece, in_json, in_quotes, value_of_object};
    use crate::export::flat::{csv, escapes};

    /// All characters, and all bytes.
    fn check(written: &str, meant: &str, pieces: impl Iterator<Item = Piece>) {
        let pieces: Vec<_> = pieces.collect();
        let read: String = pieces.iter().filter_map(|(_, letter)| *letter).collect();
        assert_eq!(read.replace("\r\n", "\n").replace('\r', "\n"), meant, "{written}");
        assert_eq!(pieces.iter().map(|(length, _)| length).sum::<usize>(), written.len(), "{written}");
    }

    #[test]
    fn pieces_say_what_decoding_says() {
        for written in ["", "plain", r#"a\"b\\c\n\u00e9\ud83d\ude00\r\nx"#, r"\ud83dx\q\", "é\\té"] {
            check(written, &escapes::decode(written), in_json(written));
        }
        for written in ["\"\"", "\"a\"\"b\"", "\"a,\r\nb\"", "\"\"\"\"", "\"a\"b\"\"c", "\"é\"\"\""] {
            check(written, &csv::decode(written), in_quotes(written));
        }
    }

    #[test]
    fn objects_hold_a_value() {
        let text = r#"{"display_value":"x","value":"a\"b"}"#;
        assert_eq!(value_of_object(text).map(|range| &text[range]), Some(r#"a\"b"#));
        assert_eq!(value_of_object(r#"{"value":null}"#), None);
    }
}
