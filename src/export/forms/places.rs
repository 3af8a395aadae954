//! From a value back to the bytes that say it.

use std::ops::Range;

use super::elements::decode_text;
use super::escapes::escape;
use super::json::json_object;
use super::value_form::{ValueForm, read_value};
use super::value_part::{WrittenCharacter, written_part};
use crate::span::ByteSpan;
use crate::xml::Window;

/// How long a reference is at most that is one character.
const REFERENCE: usize = 16;

/// The characters of a value, and the offset at which the first is written. `None`
/// where only the whole value has a place: cells of worksheets, values in parts.
fn characters<'t>(
    form: &ValueForm,
    (whole, content): (ByteSpan, ByteSpan),
    window: Window<'t>,
) -> Option<(u64, Box<dyn Iterator<Item = WrittenCharacter> + 't>)> {
    let written = window.slice(content);
    Some(match form {
        ValueForm::JsonText => (content.start, Box::new(in_json(written))),
        ValueForm::Quoted => (whole.start, Box::new(in_quotes(window.slice(whole)))),
        ValueForm::AnswerText if !written.contains('<') => (content.start, Box::new(in_xml(written))),
        ValueForm::Plain | ValueForm::Word | ValueForm::Cut => (content.start, Box::new(as_it_is(written))),
        ValueForm::Object => {
            let value = value_of_object(written)?;
            let start = content.start + u64::try_from(value.start).ok()?;
            (start, Box::new(in_json(&written[value])))
        }
        _ => return None,
    })
}

/// Where a part of the trimmed value is written; `None` where it cannot be told, or where
/// `expected` does not stand there. Not for values between tags of XML exports.
pub(crate) fn written_at(
    form: &ValueForm,
    place: (ByteSpan, ByteSpan),
    window: Window<'_>,
    (part, expected): (Range<usize>, &str),
) -> Option<ByteSpan> {
    let (start, characters) = characters(form, place, window)?;
    let found = written_part(characters, part, expected)?;
    let offset = |index| Some(start + u64::try_from(index).ok()?);
    Some(ByteSpan::new(offset(found.start)?, offset(found.end)?))
}

/// A run of a value: its length, where it is written, and whether as it reads.
pub(crate) type ValueRun = (usize, ByteSpan, bool);

/// A value exactly as it is meant, line ends included, and its runs in the text. Not for
/// values between tags of XML exports.
pub(crate) fn written_runs(
    form: &ValueForm,
    (whole, content): (ByteSpan, ByteSpan),
    window: Window<'_>,
) -> Option<(String, Vec<ValueRun>)> {
    let Some((start, characters)) = characters(form, (whole, content), window) else {
        if *form == ValueForm::Object {
            return None;
        }
        // The place of all of it is the cell, or the element.
        let value = read_value(form, (whole, content), &[], window).0?.into_owned();
        let run = (value.len(), whole, false);
        return Some((value, vec![run]));
    };
    let (mut meant, mut runs, mut at) = (String::new(), Vec::<ValueRun>::new(), start);
    for (length, letter) in characters {
        let written = ByteSpan::new(at, at + u64::try_from(length).ok()?);
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
    json_object(written.as_bytes(), 0, &mut members).ok()?;
    let value = members.iter().find(|member| member.is(written, "value"))?.value.clone();
    written[value.clone()].starts_with('"').then(|| value.start + 1..value.end - 1)
}

fn as_it_is(written: &str) -> impl Iterator<Item = WrittenCharacter> + '_ {
    written.chars().map(|letter| (letter.len_utf8(), Some(letter)))
}

/// Of text between tags: a reference is one character.
fn in_xml(written: &str) -> impl Iterator<Item = WrittenCharacter> + '_ {
    let mut rest = written;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let near = rest.bytes().take(REFERENCE);
        let end = if first == '&' { near.enumerate().find(|(_, byte)| *byte == b';') } else { None };
        let reference = end.map(|(end, _)| &rest[..=end]);
        // Text ends where a tag begins.
        let decoded = reference.and_then(|reference| one_letter(&decode_text(&format!("{reference}</a>"))));
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
fn in_json(written: &str) -> impl Iterator<Item = WrittenCharacter> + '_ {
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
fn in_quotes(written: &str) -> impl Iterator<Item = WrittenCharacter> + '_ {
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
    use super::super::csv::decode_quoted;
    use super::super::escapes::decode_escapes;
    use super::{WrittenCharacter, in_json, in_quotes, value_of_object};

    /// All characters, and all bytes.
    fn check(written: &str, meant: &str, pieces: impl Iterator<Item = WrittenCharacter>) {
        let pieces: Vec<_> = pieces.collect();
        let read: String = pieces.iter().filter_map(|(_, letter)| *letter).collect();
        assert_eq!(read.replace("\r\n", "\n").replace('\r', "\n"), meant, "{written}");
        assert_eq!(pieces.iter().map(|(length, _)| length).sum::<usize>(), written.len(), "{written}");
    }

    #[test]
    fn pieces_say_what_decoding_says() {
        for written in ["", "plain", r#"a\"b\\c\n\u00e9\ud83d\ude00\r\nx"#, r"\ud83dx\q\", "é\\té"] {
            check(written, &decode_escapes(written), in_json(written));
        }
        for written in ["\"\"", "\"a\"\"b\"", "\"a,\r\nb\"", "\"\"\"\"", "\"a\"b\"\"c", "\"é\"\"\""] {
            check(written, &decode_quoted(written), in_quotes(written));
        }
    }

    #[test]
    fn objects_hold_a_value() {
        let text = r#"{"display_value":"x","value":"a\"b"}"#;
        assert_eq!(value_of_object(text).map(|range| &text[range]), Some(r#"a\"b"#));
        assert_eq!(value_of_object(r#"{"value":null}"#), None);
    }
}
