//! One element below the root: a record, or a wrapper around records.

use std::borrow::Cow;

use super::document::{Frame, Reading};
use super::{Select, payload};
use crate::record::{Action, Field, Origin, Record, WantedTable};
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, TokenReader, XmlError, XmlErrorKind, decode};

/// How deep records may stand in one another without payloads.
const MAX_NESTING: usize = 16;

/// The `action` attribute, as far as it decides what an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ActionAttribute {
    Absent,
    Record(Action),
    /// `delete_multiple`, `update_multiple`: a query over records, no record.
    Multiple,
}

/// A field as it stands in the window, before anybody wants its value.
#[derive(Debug)]
struct RawField {
    tag: Token,
    element: ByteSpan,
    content: ByteSpan,
    /// Its direct text, as a range of [`RawRecord::pieces`].
    pieces: std::ops::Range<usize>,
    has_children: bool,
}

/// A record as it stands in the window.
#[derive(Debug, Default)]
pub(super) struct RawRecord {
    fields: Vec<RawField>,
    pieces: Vec<Token>,
}

impl RawRecord {
    fn clear(&mut self) {
        self.fields.clear();
        self.pieces.clear();
    }

    fn decode<'r>(&self, field: &RawField, reader: &'r TokenReader) -> Cow<'r, str> {
        let text = decode(&self.pieces[field.pieces.clone()], |span| reader.slice(span));
        if !field.has_children {
            return text;
        }
        // Mixed content: a condition's text, then the platform's own parse of it.
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    fn value_of<'r>(&self, name: &str, reader: &'r TokenReader) -> Option<Cow<'r, str>> {
        let field = self.fields.iter().find(|field| reader.name(&field.tag) == name)?;
        Some(self.decode(field, reader))
    }

    /// The direct text of a field, as tokens.
    pub(super) fn text_tokens(&self, name: &str, reader: &TokenReader) -> Option<&[Token]> {
        let field = self.fields.iter().find(|field| reader.name(&field.tag) == name)?;
        Some(&self.pieces[field.pieces.clone()])
    }
}

/// Which fields of one table are decoded.
#[derive(Debug, Clone, Copy)]
struct FieldFilter<'w> {
    select: Select<'w>,
    table: Option<&'w WantedTable>,
    carries_payload: bool,
}

impl<'w> FieldFilter<'w> {
    fn new(select: Select<'w>, table: &str) -> Self {
        Self { select, table: select.table(table), carries_payload: payload::carried_by(table).is_some() }
    }

    fn wants(&self, field: &str) -> bool {
        matches!(self.select, Select::Everything)
            || self.carries_payload && payload::ROW_FIELDS.contains(&field)
            || self.table.is_some_and(|table| table.find(field).is_some())
    }

    fn hands_out(&self, field: &str) -> bool {
        matches!(self.select, Select::Everything)
            || self.table.is_some_and(|table| table.find(field).is_some())
    }
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
    /// `sys_recorded_at` of that row.
    pub(super) recorded_at: Option<&'f str>,
    /// How many records the element stands in.
    pub(super) nesting: usize,
    /// Name of the enclosing record, where a second one inside it means that
    /// the file was torn.
    pub(super) torn_by: Option<&'f str>,
}

impl Surroundings<'_> {
    fn outer(&self, span: ByteSpan) -> ByteSpan {
        self.frame.map_or(span, |frame| frame.outer(span))
    }
}

impl Reading<'_> {
    /// Reads the element whose start or empty tag is `tag`, up to its end.
    pub(super) fn read_element(
        &mut self,
        reader: &mut TokenReader,
        tag: Token,
        around: Surroundings<'_>,
    ) -> Result<(), XmlError> {
        if around.nesting == 0 {
            reader.keep_from(Some(tag.span.start));
            if around.frame.is_none() {
                self.outer_start = tag.span.start;
                self.ordinal = 0;
            }
        }
        let mut raw = self.spare.pop().unwrap_or_default();
        raw.clear();
        let result = self.read_children(reader, tag, around, &mut raw);
        let result = result.map(|(end, is_wrapper)| {
            let action = action_of(reader, &tag);
            let is_record = match action {
                ActionAttribute::Record(_) => true,
                ActionAttribute::Multiple => false,
                ActionAttribute::Absent => !raw.fields.is_empty(),
            };
            if is_record && !is_wrapper {
                self.finish(reader, tag, end, action, around, &raw);
            }
        });
        self.spare.push(raw);
        if around.nesting == 0 {
            reader.keep_from(None);
        }
        result
    }

    /// Reads the children; says where the element ends and whether it only
    /// wraps records: an element with a child that carries `action` does.
    fn read_children(
        &mut self,
        reader: &mut TokenReader,
        tag: Token,
        around: Surroundings<'_>,
        raw: &mut RawRecord,
    ) -> Result<(u64, bool), XmlError> {
        if tag.kind == TokenKind::Empty {
            return Ok((tag.span.end, false));
        }
        let table = reader.name(&tag).to_owned();
        let filter = FieldFilter::new(self.select, &table);
        let inside = Surroundings {
            nesting: around.nesting + 1,
            origin: if table == "sys_update_xml" && around.frame.is_none() {
                Origin::UpdateSet
            } else {
                around.origin
            },
            ..around
        };
        let mut is_wrapper = false;
        loop {
            let Some(child) = reader.next_token()? else { return Ok((tag.span.end, is_wrapper)) };
            match child.kind {
                TokenKind::End => return Ok((child.span.end, is_wrapper)),
                TokenKind::Start | TokenKind::Empty if may_carry_action(reader, &child) => {
                    check_tear(reader, &child, &table, !raw.fields.is_empty(), around)?;
                    check_nesting(&child, inside)?;
                    is_wrapper = true;
                    self.read_element(reader, child, inside)?;
                }
                TokenKind::Start | TokenKind::Empty => {
                    self.read_field(reader, child, (&table, filter), inside, raw)?;
                }
                _ => {}
            }
        }
    }

    fn read_field(
        &mut self,
        reader: &mut TokenReader,
        tag: Token,
        (table, filter): (&str, FieldFilter<'_>),
        inside: Surroundings<'_>,
        raw: &mut RawRecord,
    ) -> Result<(), XmlError> {
        let first = raw.pieces.len();
        let mut field = RawField {
            tag,
            element: tag.span,
            content: ByteSpan::at(tag.span.end),
            pieces: first..first,
            has_children: false,
        };
        if tag.kind == TokenKind::Start {
            let collect = filter.wants(reader.name(&tag));
            let mut depth = 0_usize;
            while let Some(token) = reader.next_token()? {
                match token.kind {
                    TokenKind::End if depth == 0 => {
                        field.element = ByteSpan::new(tag.span.start, token.span.end);
                        field.content = ByteSpan::new(tag.span.end, token.span.start);
                        break;
                    }
                    TokenKind::End => depth -= 1,
                    TokenKind::Start | TokenKind::Empty if may_carry_action(reader, &token) => {
                        check_tear(reader, &token, table, true, inside)?;
                        check_nesting(&token, inside)?;
                        field.has_children = true;
                        self.read_element(reader, token, inside)?;
                    }
                    TokenKind::Start => {
                        check_list_tear(reader, &tag, table, inside)?;
                        field.has_children = true;
                        depth += 1;
                    }
                    TokenKind::Empty => field.has_children = true,
                    _ if collect && depth == 0 && token.is_text() => raw.pieces.push(token),
                    _ => {}
                }
            }
        }
        field.pieces.end = raw.pieces.len();
        raw.fields.push(field);
        Ok(())
    }

    /// Counts the record, hands it out if it is wanted, and reads its payload.
    fn finish(
        &mut self,
        reader: &TokenReader,
        tag: Token,
        end: u64,
        attribute: ActionAttribute,
        around: Surroundings<'_>,
        raw: &RawRecord,
    ) {
        let table = reader.name(&tag);
        let own = match attribute {
            ActionAttribute::Record(action) => action,
            _ => Action::InsertOrUpdate,
        };
        let action = if around.deleted { Action::Delete } else { own };
        if around.frame.is_none() && around.nesting == 0 {
            *self.report.rows.entry(table.to_owned()).or_default() += 1;
        }
        let origin = around.origin;
        self.count(table, action, origin);
        let ordinal = self.ordinal;
        self.ordinal += 1;
        let filter = FieldFilter::new(self.select, table);
        if matches!(self.select, Select::Everything) || filter.table.is_some() {
            let attributes: Vec<_> = reader
                .attributes(&tag)
                .into_iter()
                .filter(|attribute| attribute.name != "action")
                .map(|attribute| (attribute.name, attribute.value))
                .collect();
            let fields = build_fields(reader, raw, filter, around);
            let record = Record {
                table,
                action,
                origin,
                apply_defaults: attributes
                    .iter()
                    .any(|(name, value)| *name == "apply_defaults" && value == "true"),
                attributes: &attributes,
                fields: &fields,
                span: around.outer(ByteSpan::new(tag.span.start, end)),
                start_tag_span: around.outer(tag.span),
                outer_start: self.outer_start,
                ordinal,
                recorded_at: around.recorded_at,
            };
            self.sink.record(&record);
        }
        if let Some(carried) = payload::carried_by(table) {
            let row = payload::Row {
                deletes: action == Action::Delete
                    || raw.value_of("action", reader).is_some_and(|value| value.trim() == "DELETE"),
                recorded_at: raw.value_of("sys_recorded_at", reader),
            };
            self.read_payload(reader, raw, carried, &row, around);
        }
    }
}

fn build_fields<'r>(
    reader: &'r TokenReader,
    raw: &RawRecord,
    filter: FieldFilter<'_>,
    around: Surroundings<'_>,
) -> Vec<Field<'r>> {
    let mut fields = Vec::new();
    for field in &raw.fields {
        let name = reader.name(&field.tag);
        if !filter.hands_out(name) {
            continue;
        }
        let mut display_value = None;
        let mut name_attribute = None;
        for attribute in reader.attributes(&field.tag) {
            match attribute.name {
                "display_value" => display_value = Some(attribute.value),
                "name" => name_attribute = Some(attribute.value),
                _ => {}
            }
        }
        fields.push(Field {
            name,
            value: raw.decode(field, reader),
            display_value,
            name_attribute,
            element_span: around.outer(field.element),
            content_span: around.outer(field.content),
            attributes_span: around.outer(attributes_of(field, name)),
        });
    }
    fields
}

/// What stands between a tag's name and its end.
fn attributes_of(field: &RawField, name: &str) -> ByteSpan {
    let brackets = if field.tag.kind == TokenKind::Empty { 2 } else { 1 };
    let start = field.tag.span.start + 1 + u64::try_from(name.len()).unwrap_or(0);
    let end = field.tag.span.end.saturating_sub(brackets).max(start);
    ByteSpan::new(start, end)
}

/// Cheap test before the attributes are taken apart.
fn may_carry_action(reader: &TokenReader, tag: &Token) -> bool {
    reader.slice(tag.span).contains("action") && action_of(reader, tag) != ActionAttribute::Absent
}

fn action_of(reader: &TokenReader, tag: &Token) -> ActionAttribute {
    let attributes = reader.attributes(tag);
    let Some(action) = attributes.iter().find(|attribute| attribute.name == "action") else {
        return ActionAttribute::Absent;
    };
    match action.value.as_ref() {
        "delete_multiple" | "update_multiple" => ActionAttribute::Multiple,
        "DELETE" | "delete" => ActionAttribute::Record(Action::Delete),
        _ => ActionAttribute::Record(Action::InsertOrUpdate),
    }
}

/// A record that begins inside another of its own table, after fields of that
/// one: the end of the first was lost.
fn check_tear(
    reader: &TokenReader,
    tag: &Token,
    table: &str,
    after_fields: bool,
    around: Surroundings<'_>,
) -> Result<(), XmlError> {
    let torn = around.torn_by.is_some() && after_fields && reader.name(tag) == table;
    if torn { Err(torn_at(tag, table)) } else { Ok(()) }
}

/// The same in a list export, whose rows have no `action`: an element named as
/// its table, with elements inside.
fn check_list_tear(
    reader: &TokenReader,
    tag: &Token,
    table: &str,
    around: Surroundings<'_>,
) -> Result<(), XmlError> {
    let torn = around.torn_by == Some("xml") && reader.name(tag) == table;
    if torn { Err(torn_at(tag, table)) } else { Ok(()) }
}

fn torn_at(tag: &Token, table: &str) -> XmlError {
    XmlError { kind: XmlErrorKind::Torn { table: table.to_owned() }, at: tag.span }
}

fn check_nesting(tag: &Token, around: Surroundings<'_>) -> Result<(), XmlError> {
    if around.nesting <= MAX_NESTING {
        return Ok(());
    }
    Err(XmlError { kind: XmlErrorKind::TooDeep(MAX_NESTING), at: tag.span })
}
