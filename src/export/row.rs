//! A row as it stands in the text: every reader fills one with spans, and nothing of it
//! is decoded before somebody wants it.

use std::ops::Range;

use super::column_fate::ColumnFate;
use super::column_guesses::ColumnGuesses;
use super::forms::{
    NullWord, ReadValue, Shows, ValueForm, ValueRun, part_of_text, read_value, written_at, written_runs,
};
use super::frame::{Frame, Surroundings};
use crate::record::{Field, ValuePlaces};
use crate::span::ByteSpan;
use crate::xml::{Leaf, Scanner, TextMap, Token, TokenKind, Window, decode_verbatim};

/// A row: the columns that somebody may want, in the order in which they stand.
#[derive(Debug, Default)]
pub(super) struct RowSpans {
    pub(super) columns: Vec<RowColumn>,
    /// Text, references and CDATA between tags, as ranges of [`ValueForm::Pieces`].
    pub(super) pieces: Vec<Token>,
    /// Whether it has any column, wanted or not.
    pub(super) has_columns: bool,
}

/// A column of a row.
#[derive(Debug)]
pub(super) struct RowColumn {
    pub(super) name: ColumnName,
    /// From the first byte of its start tag or name to the end, with quotes.
    pub(super) whole: ByteSpan,
    /// What stands between tags or quotes.
    pub(super) content: ByteSpan,
    pub(super) form: ValueForm,
    pub(super) fate: ColumnFate,
}

/// Where the name of a column stands.
#[derive(Debug)]
pub(super) enum ColumnName {
    /// In the text.
    At(ByteSpan),
    /// In the text, with escapes: this is meant.
    Meant(Box<str>),
    /// In the header, by number.
    Header(usize),
}

/// The text that a row stands in.
#[derive(Clone, Copy)]
pub(super) struct RowText<'t> {
    pub(super) window: Window<'t>,
    /// How its values are to be understood; `None` between tags of XML exports, where
    /// all that is shown is what is stored.
    pub(super) plain: Option<PlainValues<'t>>,
}

/// How values are to be understood in a file that holds nothing but rows of them.
#[derive(Clone, Copy)]
pub(super) struct PlainValues<'t> {
    /// The columns of lines; empty where each row names its own.
    pub(super) header: &'t [String],
    pub(super) shows: Shows,
    pub(super) nulls: &'t NullWord,
    pub(super) guesses: &'t ColumnGuesses,
}

impl<'t> RowText<'t> {
    /// Of an XML export.
    pub(super) fn of_xml(window: Window<'t>) -> Self {
        Self { window, plain: None }
    }

    fn header(self) -> &'t [String] {
        self.plain.map_or(&[], |plain| plain.header)
    }
}

impl RowColumn {
    /// The name; `None` where the header has none.
    pub(super) fn name<'r>(&'r self, window: Window<'r>, header: &'r [String]) -> Option<&'r str> {
        match &self.name {
            ColumnName::At(span) => Some(window.slice(*span)),
            ColumnName::Meant(name) => Some(name),
            ColumnName::Header(number) => header.get(*number).map(String::as_str),
        }
    }

    fn place(&self) -> (ByteSpan, ByteSpan) {
        (self.whole, self.content)
    }
}

impl RowSpans {
    pub(super) fn clear(&mut self) {
        self.columns.clear();
        self.pieces.clear();
        self.has_columns = false;
    }

    /// Adds an element that is nothing but text.
    pub(super) fn add_leaf(&mut self, scanner: &Scanner<'_>, leaf: Leaf, length: usize, fate: ColumnFate) {
        let start = leaf.tag.span.start;
        self.columns.push(RowColumn {
            name: name_in_tag(leaf.tag, length),
            whole: ByteSpan::new(start, scanner.offset(scanner.at())),
            content: scanner.span(leaf.text.0, leaf.text.1),
            form: ValueForm::Text,
            fate,
        });
    }

    /// What a column says: its value, and what that displays.
    pub(super) fn read<'r>(&self, column: &RowColumn, window: Window<'r>) -> ReadValue<'r> {
        read_value(&column.form, column.place(), &self.pieces, window)
    }

    /// The columns of that name among those that somebody may want. Where all values are
    /// plain, the first is the only one.
    pub(super) fn named<'r>(&'r self, name: &str, text: RowText<'r>) -> impl Iterator<Item = &'r RowColumn> {
        let most = if text.plain.is_some() { 1 } else { usize::MAX };
        let is_it = move |column: &&RowColumn| column.name(text.window, text.header()) == Some(name);
        self.columns.iter().filter(is_it).take(most)
    }

    /// The direct text of a column of an XML export, as tokens: `leaf` if it is one.
    fn tokens<'r>(&'r self, column: &RowColumn, leaf: &'r [Token; 1]) -> Option<&'r [Token]> {
        match &column.form {
            ValueForm::Text => Some(leaf),
            ValueForm::Pieces(range) | ValueForm::Mixed(range) => self.pieces.get(range.clone()),
            _ => None,
        }
    }

    /// Reads a column as XML in its own right: gives its text and the way back to `take`.
    pub(super) fn read_payload<R>(
        &self,
        column: &RowColumn,
        window: Window<'_>,
        around: Surroundings<'_>,
        take: impl FnOnce(&str, &Frame<'_>) -> R,
    ) -> R {
        let leaf = [Token { kind: TokenKind::Text, span: column.content }];
        if let Some(pieces) = self.tokens(column, &leaf) {
            let text = decode_verbatim(pieces, |span| window.slice(span));
            return take(&text, &Frame::new(pieces, window, around));
        }
        let (text, runs): (String, Vec<ValueRun>) =
            written_runs(&column.form, column.place(), window).unwrap_or_default();
        take(&text, &Frame::of_map(TextMap::of_runs(runs.into_iter())))
    }
}

/// The name in a start tag.
pub(super) fn name_in_tag(tag: Token, length: usize) -> ColumnName {
    let start = tag.span.start + 1;
    ColumnName::At(ByteSpan::new(start, start + u64::try_from(length).unwrap_or(0)))
}

/// The way back from the values of one row.
pub(super) struct RowPlaces<'r> {
    pub(super) text: RowText<'r>,
    pub(super) row: &'r RowSpans,
    pub(super) around: Surroundings<'r>,
}

impl ValuePlaces for RowPlaces<'_> {
    fn written(&self, number: usize, field: &Field<'_>, part: Range<usize>) -> Option<ByteSpan> {
        let column = self.row.columns.iter().filter(|column| column.fate.is_handed_out).nth(number)?;
        let window = self.text.window;
        let expected = field.value.trim().get(part.clone())?;
        let leaf = [Token { kind: TokenKind::Text, span: column.content }];
        let Some(pieces) = self.row.tokens(column, &leaf) else {
            return written_at(&column.form, column.place(), window, (part, expected));
        };
        let text = decode_verbatim(pieces, |span| window.slice(span));
        let part = part_of_text(&text, part, expected)?;
        Some(Frame::new(pieces, window, self.around).outer(part))
    }
}
