//! The fields of a record, from the columns of a row.

use std::borrow::Cow;

use super::forms::{Shows, ValueForm, ValueSort, places_of_two, stored_or_shown};
use super::frame::Surroundings;
use super::repeats::Repeats;
use super::row::{ColumnName, PlainValues, RowColumn, RowSpans, RowText};
use super::select::Select;
use crate::record::schema::{self, ColumnType};
use crate::record::{ColumnIdx, Field, is_sys_id};
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, Window};

/// The fields of an element of an XML export. `table` is the one whose columns the
/// dictionary knows.
pub(super) fn fields_of_element<'r>(
    window: Window<'r>,
    (table, row): (&str, &'r RowSpans),
    around: Surroundings<'_>,
) -> Vec<Field<'r>> {
    let columns = row.columns.iter().filter(|column| column.fate.is_handed_out);
    columns.map(|column| field_of_element(window, (table, row), column, around)).collect()
}

fn field_of_element<'r>(
    window: Window<'r>,
    (table, row): (&str, &'r RowSpans),
    column: &'r RowColumn,
    around: Surroundings<'_>,
) -> Field<'r> {
    let name = column.name(window, &[]).unwrap_or_default();
    let mut display_value = None;
    let mut name_attribute = None;
    let attributes_span = attributes_of(column);
    if !attributes_span.is_empty() {
        for attribute in window.attributes(&start_tag_of(column)) {
            match attribute.name {
                "display_value" => display_value = Some(attribute.value),
                "name" => name_attribute = Some(attribute.value),
                _ => {}
            }
        }
    }
    Field {
        name,
        column: column.fate.column,
        value: row.read(column, window).0.unwrap_or_default(),
        // Text beside elements is a condition; elsewhere nothing tells which of them counts.
        is_display_only: matches!(column.form, ValueForm::Mixed(_)) && is_one_word(table, name),
        display_value,
        name_attribute,
        element_span: around.outer(column.whole),
        content_span: around.outer(column.content),
        attributes_span: around.outer(attributes_span),
    }
}

/// Whether a column holds one word: a boolean, or what refers to a record.
fn is_one_word(table: &str, column: &str) -> bool {
    let known = schema::column(table, column);
    known.is_some_and(|known| matches!(known.kind, ColumnType::Boolean | ColumnType::Reference))
}

/// The start tag of an element, or all of one that is empty.
pub(super) fn start_tag_of(column: &RowColumn) -> Token {
    Token { kind: TokenKind::Start, span: ByteSpan::new(column.whole.start, column.content.start) }
}

/// What stands between a tag's name and its end.
fn attributes_of(column: &RowColumn) -> ByteSpan {
    let ColumnName::At(name) = column.name else { return ByteSpan::at(column.content.start) };
    let is_empty_tag = column.content.start == column.whole.end;
    let end = column.content.start.saturating_sub(if is_empty_tag { 2 } else { 1 });
    ByteSpan::new(name.end, end.max(name.end))
}

/// The fields of a row of plain values, of a table that was settled in the guesses. What
/// contradicts itself goes to `repeats`.
pub(super) fn fields_of_plain_row<'r>(
    (text, plain): (RowText<'r>, PlainValues<'r>),
    (table, row): (&str, &'r RowSpans),
    select: Select<'_>,
    repeats: &mut Repeats,
) -> Vec<Field<'r>> {
    let window = text.window;
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut displayed: Vec<(&RowColumn, &str)> = Vec::new();
    for (at, column) in row.columns.iter().enumerate() {
        let Some(name) = column.name(window, plain.header).filter(|name| !name.starts_with("__")) else {
            continue;
        };
        let Some(guess) = plain.guesses.at(at) else { continue };
        if let Some(reference) = guess.displays {
            displayed.push((column, &name[..reference]));
        }
        if column.fate.is_handed_out {
            let field = plain_field((window, plain), (name, guess.sort), row, column);
            if field.is_display_only
                && field.display_value.as_deref() == Some("")
                && let Some(places) = places_of_two(&column.form, column.content, window)
            {
                repeats.note(table, name, places);
            }
            fields.push(field);
        }
    }
    if plain.header.is_empty() {
        add_displays(window, row, &mut fields);
    }
    for (column, reference) in displayed {
        let (number, is_wanted) = select.column(table, reference);
        if is_wanted {
            show_reference((window, row), column, (reference, number), &mut fields);
        }
    }
    fields
}

fn plain_field<'r>(
    (window, plain): (Window<'r>, PlainValues<'r>),
    (name, sort): (&'r str, ValueSort),
    row: &RowSpans,
    column: &RowColumn,
) -> Field<'r> {
    let (value, display) = row.read(column, window);
    let or_empty = |text: Cow<'r, str>| if plain.nulls.is_null(&text) { Cow::Borrowed("") } else { text };
    let (value, display) = (value.map(or_empty), display.map(or_empty));
    let field = |value: Option<Cow<'r, str>>, display_value| Field {
        name,
        column: column.fate.column,
        is_display_only: value.is_none(),
        value: value.unwrap_or_default(),
        display_value,
        name_attribute: None,
        element_span: column.whole,
        attributes_span: ByteSpan::at(column.content.start),
        content_span: column.content,
    };
    let (value, label) = match value {
        // Nothing is known of it, but nothing of it may be shown if it is a secret.
        Some(value) if matches!(column.form, ValueForm::Cut | ValueForm::CutSheet) => {
            return Field { is_display_only: true, ..field(Some(value), None) };
        }
        Some(value) if sort == ValueSort::Reference && is_no_reference(column, &value) => (None, None),
        Some(value) if matches!(column.form, ValueForm::Object | ValueForm::AnswerObject) => {
            (Some(value), None)
        }
        Some(value) => stored_or_shown(value, sort, plain.shows),
        None if display.is_none() => (None, Some(Cow::Borrowed(""))),
        // A display value alone is what would stand there without an object.
        None => stored_or_shown(display.clone().unwrap_or_default(), sort, Shows::Labels),
    };
    let is_reference = |value: &Cow<'_, str>| sort == ValueSort::Reference || is_sys_id(value);
    let display = display.filter(|_| value.as_ref().is_some_and(is_reference));
    field(value, label.or(display))
}

/// Whether JSON holds something else than a text in the place of a reference.
fn is_no_reference(column: &RowColumn, value: &str) -> bool {
    match column.form {
        ValueForm::Word => !value.is_empty(),
        ValueForm::Object => value.starts_with('{'),
        ValueForm::Plain => value.starts_with('[') && !matches!(column.name, ColumnName::Header(_)),
        _ => false,
    }
}

/// Puts what `dv_NAME` says to the field NAME, if that refers to something. The
/// text of one is as secret as that of the other.
fn add_displays<'r>(window: Window<'r>, row: &'r RowSpans, fields: &mut [Field<'r>]) {
    for column in &row.columns {
        let Some(name) = column.name(window, &[]).and_then(|name| name.strip_prefix("dv_")) else { continue };
        let Some(field) = fields.iter_mut().find(|field| field.name == name) else { continue };
        field.attributes_span = column.content;
        let (Some(display), _) = row.read(column, window) else { continue };
        if is_sys_id(field.value.trim()) || field.value.trim().is_empty() && !field.is_display_only {
            field.display_value = Some(display);
        }
    }
}

/// Puts what a walk such as `role.name` says to the reference that it begins with,
/// where that shows nothing itself: its value then stays unknown.
fn show_reference<'r>(
    (window, row): (Window<'r>, &RowSpans),
    column: &RowColumn,
    (reference, number): (&'r str, Option<ColumnIdx>),
    fields: &mut Vec<Field<'r>>,
) {
    let (Some(text), _) = row.read(column, window) else { return };
    if text.trim().is_empty() {
        return;
    }
    match fields.iter_mut().find(|field| field.name == reference) {
        Some(field) => {
            let is_silent = field.display_value.as_ref().is_none_or(|shown| shown.trim().is_empty());
            if is_silent && !(field.is_display_only && field.value.trim().is_empty()) {
                field.display_value = Some(text);
            }
        }
        None => fields.push(Field {
            name: reference,
            column: number,
            is_display_only: true,
            value: Cow::Borrowed(""),
            display_value: Some(text),
            name_attribute: None,
            element_span: column.whole,
            attributes_span: ByteSpan::at(column.content.start),
            content_span: column.content,
        }),
    }
}
