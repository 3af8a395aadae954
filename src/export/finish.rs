//! From a record as it stands in the text to the one that is handed out.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::census::TableNumber;
use super::payload;
use super::problem;
use super::raw::{RawField, RawRecord};
use super::reading::{Frame, Reading};
use super::value_part::written_part;
use crate::record::{Action, Field, Origin, Record, UpdateRow, ValuePlaces};
use crate::source::ProblemKind;
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, Window, decode_verbatim};

/// The attributes that most records have, and no others.
const PLAIN: &str = " action=\"INSERT_OR_UPDATE\">";

/// The `action` attribute, as far as it decides what an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActionAttribute {
    Absent,
    Record(Action),
    /// `delete_multiple`, `update_multiple`: a query over records, no record.
    Multiple,
}

/// Where an element stands.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'f> {
    /// The way back to the outer file, in a payload.
    pub(super) frame: Option<&'f Frame<'f>>,
    /// Through which form of export the record came.
    pub(super) origin: Origin,
    /// Whether an update-set row around the record deletes it.
    pub(super) deleted: bool,
    /// What that row says.
    pub(super) update_row: Option<UpdateRow<'f>>,
    /// How many records the element stands in.
    pub(super) nesting: usize,
    /// Name of the enclosing record, where a second one inside it means that
    /// the file was torn.
    pub(super) torn_by: Option<&'f str>,
}

impl Surroundings<'_> {
    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        self.frame.map_or(span, |frame| frame.outer(span))
    }

    /// How deep in payloads the element stands.
    pub(super) fn depth(&self) -> usize {
        self.frame.map_or(0, |frame| frame.depth)
    }
}

impl Reading<'_> {
    /// An element was read to its end: if it is a record, counts it, hands it out
    /// if it is wanted, and reads its payload.
    pub(super) fn finish_element(
        &mut self,
        window: Window<'_>,
        (tag, end): (Token, u64),
        around: Surroundings<'_>,
        raw: &RawRecord,
    ) {
        let action = action_of(window, &tag);
        let own = match action {
            ActionAttribute::Record(action) => action,
            ActionAttribute::Multiple => return,
            ActionAttribute::Absent if !raw.has_fields => return,
            ActionAttribute::Absent => Action::InsertOrUpdate,
        };
        let name = window.name(&tag);
        let table = self.state.census.number(name, around.depth(), self.select);
        let action = if around.deleted { Action::Delete } else { own };
        self.finish_record(window, (tag, end), (table, action), around, raw);
    }

    fn finish_record(
        &mut self,
        window: Window<'_>,
        (tag, end): (Token, u64),
        (table, action): (TableNumber, Action),
        around: Surroundings<'_>,
        raw: &RawRecord,
    ) {
        let is_row = around.frame.is_none() && around.nesting == 0;
        let known = self.state.census.table(table);
        known.count(action, around.origin, is_row);
        let (index, carried) = (known.index, known.carried);
        let ordinal = self.ordinal;
        self.ordinal += 1;
        if index.is_some() || self.selects_everything() {
            let attributes = other_attributes(window, &tag);
            let fields = build_fields(window, raw, around);
            self.state.repeats.look(window.name(&tag), &fields);
            let record = Record {
                table: window.name(&tag),
                table_index: index,
                action,
                origin: around.origin,
                apply_defaults: attributes
                    .iter()
                    .any(|(name, value)| *name == "apply_defaults" && value == "true"),
                attributes: &attributes,
                fields: &fields,
                span: around.outer(ByteSpan::new(tag.span.start, end)),
                start_tag_span: around.outer(tag.span),
                outer_start: self.outer_start,
                ordinal,
                update_row: around.update_row,
                places: &Ways { window, raw, around },
            };
            self.sink.record(&record);
        }
        if let Some(carried) = carried {
            self.read_row(window, raw, (carried, action), around);
        }
    }

    /// Reads what a row carries. A row with two payloads, or two actions, is none
    /// that an instance writes: all of it is read, and it is said.
    fn read_row(
        &mut self,
        window: Window<'_>,
        raw: &RawRecord,
        (carried, action): (payload::Carried, Action),
        around: Surroundings<'_>,
    ) {
        for name in ["payload", "action"] {
            if let Some(second) = raw.fields_named(name, window).nth(1) {
                let message = format!("a second <{name}> in one row: which of them holds, nothing tells");
                let at = around.outer(second.element);
                self.state.report.problems.push(problem(ProblemKind::Broken, message, at));
            }
        }
        let mut actions =
            raw.fields_named("action", window).map(|field| raw.decode(field, window)).peekable();
        let deletes = actions.peek().is_some() && actions.all(|action| action.trim() == "DELETE");
        let row = payload::Row {
            deletes: action == Action::Delete || deletes,
            recorded_at: raw.value_of("sys_recorded_at", window),
            updated_on: raw.value_of("sys_updated_on", window),
            set: self.last_set.of(window, raw),
        };
        for field in raw.fields_named("payload", window) {
            self.read_payload(window, raw.pieces_of(field), carried, &row, around);
        }
    }
}

/// The way back from the values of one record.
struct Ways<'w> {
    window: Window<'w>,
    raw: &'w RawRecord,
    around: Surroundings<'w>,
}

impl ValuePlaces for Ways<'_> {
    fn written(&self, index: usize, field: &Field<'_>, part: Range<usize>) -> Option<ByteSpan> {
        let raw = self.raw.fields.iter().filter(|field| field.is_handed_out).nth(index)?;
        let pieces = self.raw.pieces.get(raw.pieces.clone())?;
        let text = decode_verbatim(pieces, |span| self.window.slice(span));
        let letters = text.chars().map(|letter| (letter.len_utf8(), Some(letter)));
        let expected = field.value.trim().get(part.clone())?;
        let part = written_part(letters, part, expected)?;
        let offset = |index| u64::try_from(index).ok();
        let frame = Frame::new(pieces, self.window, self.around.frame, 0);
        Some(frame.outer(ByteSpan::new(offset(part.start)?, offset(part.end)?)))
    }
}

/// Whether the attributes need not be taken apart.
fn is_plain(window: Window<'_>, tag: &Token) -> bool {
    window.slice(tag.span).get(window.name(tag).len() + 1..) == Some(PLAIN)
}

fn other_attributes<'w>(window: Window<'w>, tag: &Token) -> Vec<(&'w str, Cow<'w, str>)> {
    if is_plain(window, tag) {
        return Vec::new();
    }
    let attributes = window.attributes(tag).into_iter();
    let others = attributes.filter(|attribute| attribute.name != "action");
    others.map(|attribute| (attribute.name, attribute.value)).collect()
}

fn build_fields<'r>(window: Window<'r>, raw: &RawRecord, around: Surroundings<'_>) -> Vec<Field<'r>> {
    let fields = raw.fields.iter().filter(|field| field.is_handed_out);
    fields.map(|field| build_field(window, raw, field, around)).collect()
}

fn build_field<'r>(
    window: Window<'r>,
    raw: &RawRecord,
    field: &RawField,
    around: Surroundings<'_>,
) -> Field<'r> {
    let name = window.name(&field.tag);
    let mut display_value = None;
    let mut name_attribute = None;
    let attributes_span = attributes_of(field, name);
    if !attributes_span.is_empty() {
        for attribute in window.attributes(&field.tag) {
            match attribute.name {
                "display_value" => display_value = Some(attribute.value),
                "name" => name_attribute = Some(attribute.value),
                _ => {}
            }
        }
    }
    Field {
        name,
        column: field.column,
        value: raw.decode(field, window),
        is_display_only: false,
        display_value,
        name_attribute,
        element_span: around.outer(field.element),
        content_span: around.outer(field.content),
        attributes_span: around.outer(attributes_span),
    }
}

/// What stands between a tag's name and its end.
fn attributes_of(field: &RawField, name: &str) -> ByteSpan {
    let brackets = if field.tag.kind == TokenKind::Empty { 2 } else { 1 };
    let start = field.tag.span.start + 1 + u64::try_from(name.len()).unwrap_or(0);
    let end = field.tag.span.end.saturating_sub(brackets).max(start);
    ByteSpan::new(start, end)
}

static ACTION: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("action"));

/// Whether a tag has an `action`. Cheap where nothing looks like one.
pub(super) fn carries_action(window: Window<'_>, tag: &Token) -> bool {
    ACTION.find(window.slice(tag.span).as_bytes()).is_some()
        && action_of(window, tag) != ActionAttribute::Absent
}

fn action_of(window: Window<'_>, tag: &Token) -> ActionAttribute {
    if is_plain(window, tag) {
        return ActionAttribute::Record(Action::InsertOrUpdate);
    }
    let attributes = window.attributes(tag);
    let mut actions = attributes.iter().filter(|attribute| attribute.name == "action");
    let Some(action) = actions.next().map(|action| action_named(&action.value)) else {
        return ActionAttribute::Absent;
    };
    // Where several contradict each other, which is said, the record is judged.
    let is_agreed = actions.all(|other| action_named(&other.value) == action);
    if is_agreed { action } else { ActionAttribute::Record(Action::InsertOrUpdate) }
}

fn action_named(value: &str) -> ActionAttribute {
    match value {
        "delete_multiple" | "update_multiple" => ActionAttribute::Multiple,
        "DELETE" | "delete" => ActionAttribute::Record(Action::Delete),
        _ => ActionAttribute::Record(Action::InsertOrUpdate),
    }
}
