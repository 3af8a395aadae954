//! A record as it stands in the text, before anybody wants its values.

use std::borrow::Cow;

use super::{Select, payload};
use crate::record::{ColumnIdx, MOST_TABLES, WantedTable, schema};
use crate::span::ByteSpan;
use crate::xml::{Leaf, Scanner, Token, TokenKind, Window, decode};

/// A field as it stands in the text.
#[derive(Debug)]
pub(super) struct RawField {
    pub(super) tag: Token,
    pub(super) element: ByteSpan,
    pub(super) content: ByteSpan,
    /// Its direct text, as a range of [`RawRecord::pieces`].
    pub(super) pieces: std::ops::Range<usize>,
    pub(super) has_children: bool,
    pub(super) column: Option<ColumnIdx>,
    pub(super) is_handed_out: bool,
}

/// A record as it stands in the text.
#[derive(Debug, Default)]
pub(super) struct RawRecord {
    /// The fields that somebody may want.
    pub(super) fields: Vec<RawField>,
    pub(super) pieces: Vec<Token>,
    /// Whether it has any field.
    pub(super) has_fields: bool,
}

impl RawRecord {
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.pieces.clear();
        self.has_fields = false;
    }

    /// Adds a field that is nothing but text.
    pub(super) fn add_leaf(&mut self, scanner: &Scanner<'_>, leaf: Leaf, fate: Fate) {
        let first = self.pieces.len();
        let (from, to) = leaf.text;
        let content = scanner.span(from, to);
        if !content.is_empty() {
            self.pieces.push(Token { kind: TokenKind::Text, span: content });
        }
        self.fields.push(RawField {
            tag: leaf.tag,
            element: ByteSpan::new(leaf.tag.span.start, scanner.offset(scanner.at())),
            content,
            pieces: first..self.pieces.len(),
            has_children: false,
            column: fate.column,
            is_handed_out: fate.is_handed_out,
        });
    }

    pub(super) fn decode<'r>(&self, field: &RawField, window: Window<'r>) -> Cow<'r, str> {
        let text = decode(&self.pieces[field.pieces.clone()], |span| window.slice(span));
        if !field.has_children {
            return text;
        }
        // Mixed content: a condition's text, then the platform's own parse of it.
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// The fields of that name among those that somebody may want.
    pub(super) fn fields_named(&self, name: &str, window: Window<'_>) -> impl Iterator<Item = &RawField> {
        self.fields.iter().filter(move |field| window.name(&field.tag) == name)
    }

    /// The text of the first of them.
    pub(super) fn value_of<'r>(&self, name: &str, window: Window<'r>) -> Option<Cow<'r, str>> {
        self.fields_named(name, window).next().map(|field| self.decode(field, window))
    }

    /// The direct text of a field, as tokens.
    pub(super) fn pieces_of(&self, field: &RawField) -> &[Token] {
        &self.pieces[field.pieces.clone()]
    }
}

/// Which fields of one table are decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldFilter<'w> {
    select: Select<'w>,
    /// The tables of which its records are rows, nearest first.
    tables: [Option<&'w WantedTable>; MOST_TABLES],
    carries_payload: bool,
    /// Whether all columns are looked at, as they tell what its records are.
    is_telling: bool,
}

/// What is to be done with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    /// Its text is looked at.
    pub(super) is_wanted: bool,
    /// It is part of the record that is handed out.
    pub(super) is_handed_out: bool,
    /// Its column, if rules or queries named it.
    pub(super) column: Option<ColumnIdx>,
}

impl Fate {
    /// Nobody wants it.
    pub(super) const NONE: Self = Self { is_wanted: false, is_handed_out: false, column: None };
}

impl<'w> FieldFilter<'w> {
    /// For the records of a table as it is spelled.
    pub(super) fn new(select: Select<'w>, spelled: &str) -> Self {
        let respelled = schema::respelled(spelled);
        let table = respelled.as_deref().unwrap_or(spelled);
        Self::of(select, (table, select.in_place_of(table)))
    }

    /// For those of a table that is known, with the one in whose place they may stand.
    pub(super) fn of(select: Select<'w>, (table, in_place_of): (&str, Option<&str>)) -> Self {
        let mut tables = [None; MOST_TABLES];
        for (slot, table) in tables.iter_mut().zip(select.tables(in_place_of.unwrap_or(table))) {
            *slot = Some(table);
        }
        let carries_payload = payload::carried_by(table).is_some();
        Self { select, tables, carries_payload, is_telling: in_place_of.is_some() }
    }

    pub(super) fn fate(&self, field: &str) -> Fate {
        let [first, others @ ..] = self.tables;
        let column = first.and_then(|table| table.find(field));
        let is_wanted_of_others = || others.into_iter().flatten().any(|table| table.find(field).is_some());
        let is_handed_out = column.is_some() || self.select.is_everything() || is_wanted_of_others();
        let is_wanted =
            is_handed_out || self.is_telling || self.carries_payload && payload::ROW_FIELDS.contains(&field);
        Fate { is_wanted, is_handed_out, column }
    }
}
