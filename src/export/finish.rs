//! From a record as it stands in the text to the one that is handed out.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::census::TableNumber;
use super::change::ChangeRow;
use super::heard::{Lack, Missed};
use super::payload::{self, Carried};
use super::problem;
use super::raw::{RawField, RawRecord};
use super::reading::{Frame, Reading};
use super::unheard::Odds;
use super::unknown_class::{Fit, fit};
use super::value_part::written_part;
use crate::record::schema::{self, ColumnType};
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
    /// What that row says of the action.
    pub(super) row_says: RowSays,
    /// What else that row says.
    pub(super) update_row: Option<UpdateRow<'f>>,
    /// The table of which the name of that row promises a record.
    pub(super) promised: Option<&'f str>,
    /// How many records the element stands in.
    pub(super) nesting: usize,
    /// Name of the enclosing record, where a second one inside it means that
    /// the file was torn.
    pub(super) torn_by: Option<&'f str>,
}

/// What a row of an update set says of the action of its records, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowSays {
    /// Its column `action`.
    pub(super) column: Option<Said>,
    /// Its own tag, where that says that the row itself goes.
    pub(super) tag: Option<Said>,
}

/// An action, and the place where it stands in the file.
pub(super) type Said = (Action, ByteSpan);

impl RowSays {
    fn both(self) -> impl Iterator<Item = Said> {
        [self.column, self.tag].into_iter().flatten()
    }

    /// Whether one of them deletes.
    pub(super) fn deletes(self) -> bool {
        self.both().any(|(action, _)| action == Action::Delete)
    }

    /// The first that says something else than the record.
    fn other_than(self, own: Action) -> Option<Said> {
        self.both().find(|(action, _)| *action != own)
    }
}

impl Surroundings<'_> {
    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        self.frame.map_or(span, |frame| frame.outer(span))
    }

    /// Whether the element stands in a file as a row of a table.
    fn is_row_of_table(&self) -> bool {
        self.frame.is_none() && self.nesting == 0 && self.origin == Origin::Table
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
            ActionAttribute::Multiple => {
                self.heard.note(window.name(&tag), around.promised, tag.span);
                return;
            }
            ActionAttribute::Absent if !raw.has_fields => return,
            ActionAttribute::Absent => Action::InsertOrUpdate,
        };
        let name = window.name(&tag);
        if around.frame.is_some() {
            self.heard.note(name, around.promised, tag.span);
        }
        let mut table = self.state.census.number(name, around.depth(), self.select);
        let in_place_of = self.state.census.table(table).in_place_of;
        if let Some(named) = in_place_of.filter(|_| around.is_row_of_table()) {
            // Nobody knows the class, and the file is named after another table.
            let fit = fit(named, raw.fields.iter().map(|field| window.name(&field.tag)));
            self.state.unknown_classes.note((name, fit), Some(named), tag.span);
            if fit == Fit::Row {
                table = self.state.census.number(named, 0, self.select);
            }
        }
        let action = self.action_in_row(window, (own, tag), around);
        self.finish_record(window, (tag, end), (table, action), around, raw);
    }

    /// What becomes of a record of which its own tag says `own`. Where the row around
    /// it says another action, nothing tells which one counts: the record is judged.
    fn action_in_row(
        &mut self,
        window: Window<'_>,
        (own, tag): (Action, Token),
        around: Surroundings<'_>,
    ) -> Action {
        let either = if around.deleted { Action::Delete } else { own };
        let Some((_, said_at)) = around.row_says.other_than(own).filter(|_| around.nesting == 0) else {
            return either;
        };
        // A record that says nothing has the action of its row.
        if action_of(window, &tag) == ActionAttribute::Absent {
            return either;
        }
        self.state.unheard.at_odds(Odds::Action, [said_at, around.outer(tag.span)]);
        Action::InsertOrUpdate
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
        let (of, carried) = (known.row_of, known.carried);
        let ordinal = self.ordinal;
        self.ordinal += 1;
        if !of.is_nothing() || self.selects_everything() {
            let attributes = other_attributes(window, &tag);
            let class = &*self.state.census.table(table).name;
            let known = schema::dictionary_table_among(self.select.classes(), class);
            let mut fields = build_fields(window, (known, raw), around);
            self.state.repeats.look(class, &fields);
            for (number, (index, name)) in self.select.handed_out_as(of, class).enumerate() {
                if number > 0 {
                    self.select.number_columns(index, &mut fields);
                }
                self.sink.record(&Record {
                    table: name,
                    class,
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
                });
            }
        }
        if let Some(carried) = carried {
            self.read_row(window, raw, (carried, action), ((tag, end), around));
        }
    }

    /// Reads what a row carries. A row with two payloads, or two actions, is none
    /// that an instance writes: all of it is read, and it is said.
    fn read_row(
        &mut self,
        window: Window<'_>,
        raw: &RawRecord,
        (carried, action): (payload::Carried, Action),
        ((tag, end), around): ((Token, u64), Surroundings<'_>),
    ) {
        for name in ["payload", "action"] {
            if let Some(second) = raw.fields_named(name, window).nth(1) {
                let message = format!("a second <{name}> in one row: which of them holds, nothing tells");
                let at = around.outer(second.element);
                self.state.report.problems.push(problem(ProblemKind::Broken, message, at));
            }
        }
        let is_change = carried == Carried::Change && around.origin != Origin::History;
        let start_tag_span = around.outer(tag.span);
        let tag_says = (action == Action::Delete).then_some((action, start_tag_span));
        let says = RowSays { column: column_says(window, raw, around), tag: tag_says };
        let row = payload::Row {
            carried,
            name: raw.value_of("name", window).unwrap_or_default(),
            deletes: says.deletes(),
            says: if is_change { says } else { RowSays::default() },
            recorded_at: raw.value_of("sys_recorded_at", window),
            updated_on: raw.value_of("sys_updated_on", window),
            set: self.last_set.of(window, raw),
        };
        let mut missed = None;
        let payloads = || raw.fields_named("payload", window);
        if payloads().next().is_none() {
            missed = Some(Missed::Lack(Lack::Missing));
        }
        for field in payloads() {
            let of_field = self.read_payload(window, raw.pieces_of(field), &row, around);
            missed = missed.or(of_field);
        }
        let Some(missed) = missed.filter(|_| is_change) else { return };
        // The row itself goes, whatever it would have brought.
        if action == Action::Delete && missed != Missed::Part {
            return;
        }
        let at = |field: Option<&RawField>| field.map_or(start_tag_span, |field| around.outer(field.element));
        let change = ChangeRow {
            row: &row,
            name_at: at(raw.fields_named("name", window).next()),
            payload_at: at(payloads().next()),
            span: around.outer(ByteSpan::new(tag.span.start, end)),
            start_tag_span,
            place: (self.outer_start, self.ordinal),
        };
        let places = Ways { window, raw, around };
        self.ordinal += change.miss(missed, &mut self.state, &places, (self.select, self.sink));
    }
}

/// What the column `action` of a row says, if it says one thing.
fn column_says(window: Window<'_>, raw: &RawRecord, around: Surroundings<'_>) -> Option<Said> {
    let mut fields = raw.fields_named("action", window);
    let action = |field| Action::of_update_row(&raw.decode(field, window));
    let first = fields.next()?;
    let said = action(first)?;
    fields.all(|other| action(other) == Some(said)).then(|| (said, around.outer(first.element)))
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

fn build_fields<'r>(
    window: Window<'r>,
    (table, raw): (&str, &RawRecord),
    around: Surroundings<'_>,
) -> Vec<Field<'r>> {
    let fields = raw.fields.iter().filter(|field| field.is_handed_out);
    fields.map(|field| build_field(window, (table, raw), field, around)).collect()
}

/// Whether a column holds one word: a boolean, or what refers to a record.
fn is_one_word(table: &str, column: &str) -> bool {
    let known = schema::column(table, column);
    known.is_some_and(|known| matches!(known.kind, ColumnType::Boolean | ColumnType::Reference))
}

fn build_field<'r>(
    window: Window<'r>,
    (table, raw): (&str, &RawRecord),
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
        // Text beside elements is a condition; elsewhere nothing tells which of them counts.
        is_display_only: field.has_children && is_one_word(table, name),
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
