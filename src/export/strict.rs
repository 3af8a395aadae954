//! Elements below a root by the strict reader: records, wrappers around records, and
//! the records in payloads.

use super::action_attribute::carries_action;
use super::column_fate::ColumnFilter;
use super::element::finish_element;
use super::forms::ValueForm;
use super::frame::{Frame, Surroundings};
use super::kind::FileKind;
use super::record_builder::RecordBuilder;
use super::row::{RowColumn, RowSpans, name_in_tag};
use super::sniff::root_kind;
use crate::record::Origin;
use crate::source::ProblemKind;
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, TokenReader, XmlError, XmlErrorKind};

/// How deep records may stand in one another without payloads.
const MAX_NESTING: usize = 16;

/// Said where the definition of a table holds rows.
pub(super) const ROWS_IN_DEFINITION: &str = "records stand in the definition of a table: not read";

/// A place in a payload from which the strict reader reads on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PayloadPlace<'t> {
    /// Index in its text.
    pub(super) at: usize,
    pub(super) root: PayloadRoot,
    /// Name of the root, if it is open.
    pub(super) name: Option<&'t str>,
}

/// What is known of the root of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PayloadRoot {
    /// None was opened yet.
    #[default]
    None,
    /// None is open, and one was.
    Ended,
    /// One is open whose children are records.
    Open,
    /// One is open that holds no records.
    WithoutRecords,
    /// One is open that no instance writes.
    Unknown,
}

impl PayloadRoot {
    fn is_closed(self) -> bool {
        matches!(self, Self::None | Self::Ended)
    }

    /// What a root of that name is.
    pub(super) fn of(name: &str) -> Self {
        match root_kind(name) {
            Some(FileKind::Dictionary) => Self::WithoutRecords,
            Some(_) => Self::Open,
            None => Self::Unknown,
        }
    }
}

/// Reads the element whose start or empty tag is `tag`, up to its end.
pub(super) fn read_element(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    tag: Token,
    around: Surroundings<'_>,
) -> Result<(), XmlError> {
    if around.nesting == 0 {
        reader.keep_from(Some(tag.span.start));
        if around.frame.is_none() {
            builder.outlet.begin_child(tag.span.start);
        }
    }
    let mut row = builder.take_row();
    let result = read_children(builder, reader, tag, around, &mut row);
    let result = result.map(|(end, is_wrapper)| {
        if !is_wrapper {
            finish_element(builder, reader.window(), (tag, end), around, &row);
        }
    });
    builder.give_back(row);
    if around.nesting == 0 {
        reader.keep_from(None);
    }
    result
}

/// Reads the children; says where the element ends and whether it only
/// wraps records: an element with a child that carries `action` does.
fn read_children(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    tag: Token,
    around: Surroundings<'_>,
    row: &mut RowSpans,
) -> Result<(u64, bool), XmlError> {
    if tag.kind == TokenKind::Empty {
        return Ok((tag.span.end, false));
    }
    let table = reader.name(&tag).to_owned();
    let filter = ColumnFilter::new(builder.select, &table);
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
            TokenKind::Start | TokenKind::Empty if carries_action(reader.window(), &child) => {
                check_tear(reader, &child, &table, row.has_columns, around)?;
                check_nesting(&child, inside)?;
                is_wrapper = true;
                read_element(builder, reader, child, inside)?;
            }
            TokenKind::Start | TokenKind::Empty => {
                read_field(builder, reader, child, (&table, filter), inside, row)?;
            }
            _ => builder.report.note_text(reader, child, around.frame),
        }
    }
}

fn read_field(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    tag: Token,
    (table, filter): (&str, ColumnFilter<'_>),
    inside: Surroundings<'_>,
    row: &mut RowSpans,
) -> Result<(), XmlError> {
    let first = row.pieces.len();
    let name = reader.name(&tag);
    let fate = filter.fate(name);
    let mut column = RowColumn {
        name: name_in_tag(tag, name.len()),
        whole: tag.span,
        content: ByteSpan::at(tag.span.end),
        form: ValueForm::Text,
        fate,
    };
    let mut has_children = false;
    if tag.kind == TokenKind::Start {
        let mut depth = 0_usize;
        while let Some(token) = reader.next_token()? {
            match token.kind {
                TokenKind::End if depth == 0 => {
                    column.whole = ByteSpan::new(tag.span.start, token.span.end);
                    column.content = ByteSpan::new(tag.span.end, token.span.start);
                    break;
                }
                TokenKind::End => depth -= 1,
                TokenKind::Start | TokenKind::Empty if carries_action(reader.window(), &token) => {
                    check_tear(reader, &token, table, true, inside)?;
                    check_nesting(&token, inside)?;
                    has_children = true;
                    read_element(builder, reader, token, inside)?;
                }
                TokenKind::Start => {
                    check_list_tear(reader, &tag, table, inside)?;
                    has_children = true;
                    depth += 1;
                }
                TokenKind::Empty => has_children = true,
                _ if fate.is_wanted && depth == 0 && token.is_text() => row.pieces.push(token),
                _ => {}
            }
        }
    }
    row.has_columns = true;
    if fate.is_wanted {
        let pieces = first..row.pieces.len();
        column.form = if has_children { ValueForm::Mixed(pieces) } else { ValueForm::Pieces(pieces) };
        row.columns.push(column);
    }
    Ok(())
}

/// Reads the rows in a payload by the strict reader alone.
pub(super) fn read_payload_strictly(builder: &mut RecordBuilder<'_>, text: &str, inside: Surroundings<'_>) {
    read_payload_from(builder, text, PayloadPlace::default(), inside);
}

/// The same from some place in it on.
pub(super) fn read_payload_from(
    builder: &mut RecordBuilder<'_>,
    text: &str,
    from: PayloadPlace<'_>,
    inside: Surroundings<'_>,
) {
    let offset = u64::try_from(from.at).unwrap_or(u64::MAX);
    let rest = text.get(from.at..).unwrap_or_default().to_owned();
    let mut reader = TokenReader::from_text(rest, offset).inside(from.name);
    if let Err(error) = read_payload(builder, &mut reader, from.root, inside) {
        builder.report.broken_in_payload(&error, inside.frame);
    }
    builder.report.note_flaw(reader.take_flaw(), inside.frame);
}

fn read_payload(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    root: PayloadRoot,
    inside: Surroundings<'_>,
) -> Result<(), XmlError> {
    let mut root = root;
    while let Some(token) = reader.next_token()? {
        match token.kind {
            TokenKind::Start | TokenKind::Empty if root == PayloadRoot::Open => {
                read_element(builder, reader, token, inside)?;
            }
            TokenKind::Start | TokenKind::Empty if root.is_closed() => {
                if root == PayloadRoot::Ended {
                    lost_in_payload(builder, "a second root element", token.span, inside.frame);
                }
                if carries_action(reader.window(), &token) {
                    // The record alone.
                    root = PayloadRoot::Ended;
                    read_element(builder, reader, token, inside)?;
                    continue;
                }
                root = PayloadRoot::of(reader.name(&token));
                if root == PayloadRoot::WithoutRecords {
                    builder.heard.note_definition();
                }
                if root == PayloadRoot::Unknown {
                    lost_in_payload(
                        builder,
                        "no root that records stand in: not read",
                        token.span,
                        inside.frame,
                    );
                }
                if token.kind == TokenKind::Empty {
                    root = PayloadRoot::Ended;
                }
            }
            _ if root == PayloadRoot::WithoutRecords && is_of_row(reader, &token) => {
                lost_in_payload(builder, ROWS_IN_DEFINITION, token.span, inside.frame);
                root = PayloadRoot::Unknown;
            }
            TokenKind::End if reader.depth() == 0 => root = PayloadRoot::Ended,
            _ if root == PayloadRoot::Open => builder.report.note_text(reader, token, inside.frame),
            _ => {}
        }
    }
    if root == PayloadRoot::None {
        lost_in_payload(builder, "no element: not read", ByteSpan::at(0), inside.frame);
    }
    Ok(())
}

fn lost_in_payload(builder: &mut RecordBuilder<'_>, what: &str, at: ByteSpan, frame: Option<&Frame<'_>>) {
    let at = frame.map_or(at, |frame| frame.outer(at));
    builder.report.say(ProblemKind::Broken, format!("in a payload: {what}"), at);
}

/// What came next in a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadChild {
    /// An element, which was read.
    Element,
    /// The end tag of the root stands here.
    RootEnd(ByteSpan),
    /// The text ends.
    TextEnd,
}

/// Reads one child of a root: whatever comes before the next tag, and the
/// element that begins there.
///
/// # Errors
/// The element cannot be read.
pub(super) fn read_child(
    builder: &mut RecordBuilder<'_>,
    reader: &mut TokenReader,
    around: Surroundings<'_>,
) -> Result<ReadChild, XmlError> {
    while let Some(token) = reader.next_token()? {
        match token.kind {
            TokenKind::Start | TokenKind::Empty => {
                read_element(builder, reader, token, around)?;
                return Ok(ReadChild::Element);
            }
            TokenKind::End => return Ok(ReadChild::RootEnd(token.span)),
            _ => builder.report.note_text(reader, token, around.frame),
        }
    }
    Ok(ReadChild::TextEnd)
}

/// Whether a tag in the definition of a table is that of a record, or of its `sys_id`.
pub(super) fn is_of_row(reader: &TokenReader, token: &Token) -> bool {
    let name = || reader.name(token);
    matches!(token.kind, TokenKind::Start | TokenKind::Empty)
        && (name() == "sys_id" || name() != "element" && carries_action(reader.window(), token))
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
