//! From a row as it stands in the text to the record that is handed out.

use std::borrow::Cow;
use std::ops::Range;

use super::super::census::TableNumber;
use super::super::payload::Carried;
use super::class::{RowTable, table_of};
use super::csv;
use super::escapes;
use super::head::{Form, Head};
use super::nulls::Nulls;
use super::parts::{places_of_two, read_object};
use super::rows::Rows;
use super::table::is_sys_id;
use super::values::{Known, Shows, Sort, known, sort_of};
use super::ways::Ways;
use super::window::Window;
use super::{RecordSink, Select, xml};
use crate::record::{Action, ColumnIdx, Field, Origin, Record, display_column, schema};
use crate::source::UNKNOWN_CELL;
use crate::span::ByteSpan;

/// Where the name of a value stands.
#[derive(Debug, Clone)]
pub(super) enum Name {
    /// In the text.
    At(Range<usize>),
    /// In the text, with escapes: this is meant.
    Meant(String),
    /// In the header, by number.
    Header(usize),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As it is.
    Plain,
    /// In quotes of JSON.
    JsonText,
    /// A number, `true`, `false` or `null`.
    Word,
    /// An object with a value, what it displays, or both.
    Object,
    /// As it is, as far as the file goes: the rest may be lost.
    Cut,
    /// In a worksheet, which does not show all of it.
    CutSheet,
    /// In quotes of CSV.
    Quoted,
    /// Between the tags of XML.
    XmlText,
    /// Between them too: elements with a value, what it displays, or both.
    XmlObject,
    /// In a worksheet.
    Sheet,
}

/// A value of a row as it stands in the text.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) name: Name,
    /// With its name, where that stands beside it, and with its quotes.
    pub(super) whole: Range<usize>,
    /// Without.
    pub(super) content: Range<usize>,
    pub(super) written: Written,
}

/// What is to be done with the values of a table, by their place in a row: all
/// rows of an export are alike.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    table: Option<TableNumber>,
    /// Where the class of a row stood last.
    pub(super) class_at: usize,
    list: Vec<Option<Guess>>,
}

#[derive(Debug)]
struct Guess {
    name: Box<str>,
    fate: Fate,
}

/// What is to be done with a value.
#[derive(Debug, Clone, Copy)]
struct Fate {
    column: Option<ColumnIdx>,
    is_handed_out: bool,
    sort: Sort,
    /// How many bytes of the name are that of a reference whose display it is, as
    /// `role` in `role.name`.
    displays: Option<usize>,
}

impl Guesses {
    fn of(&mut self, at: usize, name: &str, table: &str, select: Select<'_>) -> Fate {
        if let Some(Some(guess)) = self.list.get(at)
            && *guess.name == *name
        {
            return guess.fate;
        }
        let (column, is_handed_out) = select.column(table, name);
        let known = schema::dictionary_table_among(select.classes(), table);
        let fate =
            Fate { column, is_handed_out, sort: sort_of(known, name), displays: displays(known, name) };
        if self.list.len() <= at {
            self.list.resize_with(at + 1, || None);
        }
        self.list[at] = Some(Guess { name: name.into(), fate });
        fate
    }
}

/// How long the name of the reference is that a walk of two names shows the
/// display of.
fn displays(table: &str, name: &str) -> Option<usize> {
    let (reference, end) = name.split_once('.')?;
    let target = schema::column(table, reference)?.reference?;
    (display_column(target) == Some(end)).then_some(reference.len())
}

impl Cell {
    pub(super) fn name<'t>(&'t self, head: &'t Head, text: &'t str) -> Option<&'t str> {
        match (&self.name, &head.form) {
            (Name::Meant(name), _) => Some(name),
            (Name::At(range), _) => Some(&text[range.clone()]),
            (Name::Header(number), Form::Csv { header, .. }) => header.get(*number).map(String::as_str),
            (Name::Header(_), Form::Json { .. } | Form::Xml) => None,
        }
    }

    /// Whether JSON holds something else than a text in the place of a reference.
    fn is_no_reference(&self, value: &str) -> bool {
        match self.written {
            Written::Word => !value.is_empty(),
            Written::Object => value.starts_with('{'),
            Written::Plain => value.starts_with('[') && matches!(self.name, Name::At(_) | Name::Meant(_)),
            _ => false,
        }
    }

    /// The value, and what it displays; `None` for what is not shown.
    pub(super) fn read<'t>(&self, text: &'t str) -> (Option<Cow<'t, str>>, Option<Cow<'t, str>>) {
        let written = &text[self.content.clone()];
        let value = match self.written {
            Written::JsonText => escapes::decode(written),
            Written::Word if written == "null" => Cow::Borrowed(""),
            Written::Plain | Written::Word | Written::Cut => Cow::Borrowed(written),
            Written::Quoted => csv::decode(&text[self.whole.clone()]),
            Written::Sheet => csv::decode_cell(written),
            Written::CutSheet => csv::decode_cell(&written[UNKNOWN_CELL.len()..]),
            Written::Object => return read_object(written),
            Written::XmlText => xml::decode(&text[self.content.start..self.whole.end]),
            Written::XmlObject => return xml::read_object(&text[self.content.start..self.whole.end]),
        };
        (Some(value), None)
    }
}

impl Rows<'_> {
    /// Counts a row, and hands it out if it is wanted. Says what its payload is, if rows
    /// of its table carry one.
    pub(super) fn hand_out(&mut self, row: Range<usize>, sink: &mut dyn RecordSink) -> Option<Carried> {
        let text = self.window.text();
        let span = span_of(&self.window, &row);
        let Some(table) =
            table_of((&self.head, self.select.classes()), text, &self.cells, &mut self.guesses.class_at)
        else {
            self.untold.get_or_insert((0, span)).0 += 1;
            return None;
        };
        let RowTable { name: table, unknown } = table;
        if let Some((class, fit)) = unknown {
            self.state.unknown_classes.note((&class, fit), self.head.table.as_deref(), span);
        }
        let table = &*table;
        let number = self.state.census.number(table, 0, self.select);
        let counted = self.state.census.table(number);
        counted.count(Action::InsertOrUpdate, Origin::Table, true);
        let (of, carried) = (counted.row_of, counted.carried);
        if of.is_nothing() && !self.select.is_everything() {
            return carried;
        }
        if self.guesses.table != Some(number) {
            self.guesses = Guesses { table: Some(number), list: Vec::new(), ..self.guesses };
        }
        let mut fields: Vec<Field<'_>> = Vec::new();
        let mut displayed: Vec<(usize, &str)> = Vec::new();
        for (at, cell) in self.cells.iter().enumerate() {
            let Some(name) = cell.name(&self.head, text).filter(|name| !name.starts_with("__")) else {
                continue;
            };
            let fate = self.guesses.of(at, name, table, self.select);
            if let Some(reference) = fate.displays {
                displayed.push((at, &name[..reference]));
            }
            if fate.is_handed_out {
                let field = build_field(&self.window, name, cell, fate, (self.head.shows, &self.nulls));
                if field.is_display_only
                    && field.display_value.as_deref() == Some("")
                    && let Some(places) = places_of_two(&self.window, cell)
                {
                    self.state.repeats.note(table, name, places);
                }
                fields.push(field);
            }
        }
        if !matches!(self.head.form, Form::Csv { .. }) {
            add_displays(&self.window, &self.head, &self.cells, &mut fields);
        }
        for (at, reference) in displayed {
            let (column, is_wanted) = self.select.column(table, reference);
            if let Some(cell) = self.cells.get(at).filter(|_| is_wanted) {
                show_reference(&self.window, cell, (reference, column), &mut fields);
            }
        }
        self.state.repeats.look(table, &fields);
        let start_tag = match self.head.form {
            Form::Json { .. } => row.start..row.start + 1,
            Form::Xml => row.start..row.start + xml::ROW.len(),
            Form::Csv { .. } => row.clone(),
        };
        for (number, (index, name)) in self.select.handed_out_as(of, table).enumerate() {
            if number > 0 {
                self.select.number_columns(index, &mut fields);
            }
            sink.record(&Record {
                table: name,
                class: table,
                table_index: index,
                action: Action::InsertOrUpdate,
                origin: Origin::Table,
                apply_defaults: false,
                attributes: &[],
                fields: &fields,
                span,
                start_tag_span: span_of(&self.window, &start_tag),
                outer_start: span.start,
                ordinal: 0,
                update_row: None,
                places: &Ways { window: &self.window, cells: &self.cells },
            });
        }
        carried
    }
}

fn span_of(window: &Window, range: &Range<usize>) -> ByteSpan {
    ByteSpan::new(window.offset(range.start), window.offset(range.end))
}

fn build_field<'t>(
    window: &'t Window,
    name: &'t str,
    cell: &Cell,
    fate: Fate,
    (shows, nulls): (Shows, &Nulls),
) -> Field<'t> {
    let (value, display) = cell.read(window.text());
    let or_empty = |text: Cow<'t, str>| if nulls.is_null(&text) { Cow::Borrowed("") } else { text };
    let (value, display) = (value.map(or_empty), display.map(or_empty));
    let (value, label) = match value {
        // Nothing is known of it, but nothing of it may be shown if it is a secret.
        Some(value) if matches!(cell.written, Written::Cut | Written::CutSheet) => {
            return cut_field(window, name, cell, (fate, value));
        }
        Some(value) if fate.sort == Sort::Reference && cell.is_no_reference(&value) => (None, None),
        Some(value) if matches!(cell.written, Written::Object | Written::XmlObject) => (Some(value), None),
        Some(value) => match known(value, fate.sort, shows) {
            Known::Stored(value) => (Some(value), None),
            Known::DisplayOnly(text) => (None, Some(text)),
        },
        None if display.is_none() => (None, Some(Cow::Borrowed(""))),
        // A display value alone is what would stand there without an object.
        None => match known(display.clone().unwrap_or_default(), fate.sort, Shows::Labels) {
            Known::Stored(value) => (Some(value), None),
            Known::DisplayOnly(text) => (None, Some(text)),
        },
    };
    let is_reference = |value: &Cow<'_, str>| fate.sort == Sort::Reference || is_sys_id(value);
    let display = display.filter(|_| value.as_ref().is_some_and(is_reference));
    Field {
        name,
        column: fate.column,
        is_display_only: value.is_none(),
        value: value.unwrap_or_default(),
        display_value: label.or(display),
        name_attribute: None,
        element_span: span_of(window, &cell.whole),
        attributes_span: ByteSpan::at(window.offset(cell.content.start)),
        content_span: span_of(window, &cell.content),
    }
}

/// A value of which the rest may be lost.
fn cut_field<'t>(
    window: &'t Window,
    name: &'t str,
    cell: &Cell,
    (fate, value): (Fate, Cow<'t, str>),
) -> Field<'t> {
    let (whole, content) = (span_of(window, &cell.whole), span_of(window, &cell.content));
    Field {
        name,
        column: fate.column,
        is_display_only: true,
        value,
        display_value: None,
        name_attribute: None,
        element_span: whole,
        attributes_span: ByteSpan::at(content.start),
        content_span: content,
    }
}

/// Puts what `dv_NAME` says to the field NAME, if that refers to something. The
/// text of one is as secret as that of the other.
fn add_displays<'t>(window: &'t Window, head: &'t Head, cells: &'t [Cell], fields: &mut Vec<Field<'t>>) {
    let text = window.text();
    for cell in cells {
        let Some(name) = cell.name(head, text).and_then(|name| name.strip_prefix("dv_")) else { continue };
        let Some(field) = fields.iter_mut().find(|field| field.name == name) else { continue };
        field.attributes_span = span_of(window, &cell.content);
        let (Some(display), _) = cell.read(text) else { continue };
        if is_sys_id(field.value.trim()) || field.value.trim().is_empty() && !field.is_display_only {
            field.display_value = Some(display);
        }
    }
}

/// Puts what a walk such as `role.name` says to the reference that it begins with,
/// where that shows nothing itself: its value then stays unknown.
fn show_reference<'t>(
    window: &'t Window,
    cell: &Cell,
    (reference, column): (&'t str, Option<ColumnIdx>),
    fields: &mut Vec<Field<'t>>,
) {
    let (Some(text), _) = cell.read(window.text()) else { return };
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
            column,
            is_display_only: true,
            value: Cow::Borrowed(""),
            display_value: Some(text),
            name_attribute: None,
            element_span: span_of(window, &cell.whole),
            attributes_span: ByteSpan::at(window.offset(cell.content.start)),
            content_span: span_of(window, &cell.content),
        }),
    }
}
