//! How one value is written, and what it means.

use std::borrow::Cow;
use std::ops::Range;

use super::csv::{decode_cell, decode_quoted};
use super::elements::{decode_text, parts_of_elements};
use super::escapes::decode_escapes;
use super::parts::{ReadValue, ValuePart, contradiction, parts_of_object, read_parts};
use crate::source::UNKNOWN_CELL;
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, Window, decode};

/// How a value is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// Between tags: text without references.
    Text,
    /// Between tags: text, references and CDATA, as these pieces of the row.
    Pieces(Range<usize>),
    /// The same, with elements in between.
    Mixed(Range<usize>),
    /// As it is.
    Plain,
    /// In quotes of JSON.
    JsonText,
    /// A number, `true`, `false` or `null` of JSON.
    Word,
    /// An object of JSON with a value, what it displays, or both.
    Object,
    /// As it is, as far as the file goes: the rest may be lost.
    Cut,
    /// In a worksheet, which does not show all of it.
    CutSheet,
    /// In quotes of CSV.
    Quoted,
    /// Between the tags of an answer of the REST API.
    AnswerText,
    /// Between them too: elements with a value, what it displays, or both.
    AnswerObject,
    /// In a worksheet.
    Sheet,
}

/// What a value says. `whole` is where it stands with its quotes or tags, `content`
/// without; `pieces` are those of its row.
pub(crate) fn read_value<'t>(
    form: &ValueForm,
    (whole, content): (ByteSpan, ByteSpan),
    pieces: &[Token],
    window: Window<'t>,
) -> ReadValue<'t> {
    let slice = |span| window.slice(span);
    let written = || slice(content);
    let value = match form {
        ValueForm::Text => decode(&[Token { kind: TokenKind::Text, span: content }], slice),
        ValueForm::Pieces(range) => decode(&pieces[range.clone()], slice),
        // A condition's text, then the platform's own parse of it.
        ValueForm::Mixed(range) => match decode(&pieces[range.clone()], slice) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        },
        ValueForm::JsonText => decode_escapes(written()),
        ValueForm::Word if written() == "null" => Cow::Borrowed(""),
        ValueForm::Plain | ValueForm::Word | ValueForm::Cut => Cow::Borrowed(written()),
        ValueForm::Quoted => decode_quoted(slice(whole)),
        ValueForm::Sheet => decode_cell(written()),
        ValueForm::CutSheet => decode_cell(&written()[UNKNOWN_CELL.len()..]),
        ValueForm::Object => {
            let parts = parts_of_object(written()).and_then(read_parts);
            return parts.unwrap_or((Some(Cow::Borrowed(written())), None));
        }
        ValueForm::AnswerText => decode_text(slice(ByteSpan::new(content.start, whole.end))),
        ValueForm::AnswerObject => {
            let inside = slice(ByteSpan::new(content.start, whole.end));
            return read_parts(parts_of_elements(inside))
                .unwrap_or_else(|| (Some(decode_text(inside)), None));
        }
    };
    (Some(value), None)
}

/// Where two parts of a value stand that contradict each other.
pub(crate) fn places_of_two(
    form: &ValueForm,
    content: ByteSpan,
    window: Window<'_>,
) -> Option<[ByteSpan; 2]> {
    let written = window.slice(content);
    let parts = match form {
        ValueForm::Object => parts_of_object(written)?,
        ValueForm::AnswerObject => parts_of_elements(written),
        _ => return None,
    };
    let offset = |index: usize| content.start + u64::try_from(index).unwrap_or(0);
    let place = |part: &ValuePart<'_>| ByteSpan::new(offset(part.whole.start), offset(part.whole.end));
    contradiction(&parts).map(|two| two.map(place))
}
