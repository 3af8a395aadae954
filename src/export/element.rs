//! One element below the root, read by the strict reader: a record, or a wrapper
//! around records.

use super::finish::{Surroundings, carries_action};
use super::raw::{FieldFilter, RawField, RawRecord};
use super::reading::Reading;
use crate::record::Origin;
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, TokenReader, XmlError, XmlErrorKind};

/// How deep records may stand in one another without payloads.
const MAX_NESTING: usize = 16;

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
            if !is_wrapper {
                self.finish_element(reader.window(), (tag, end), around, &raw);
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
                TokenKind::Start | TokenKind::Empty if carries_action(reader.window(), &child) => {
                    check_tear(reader, &child, &table, raw.has_fields, around)?;
                    check_nesting(&child, inside)?;
                    is_wrapper = true;
                    self.read_element(reader, child, inside)?;
                }
                TokenKind::Start | TokenKind::Empty => {
                    self.read_field(reader, child, (&table, filter), inside, raw)?;
                }
                _ => self.note_text(reader, child, around.frame),
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
        let fate = filter.fate(reader.name(&tag));
        let mut field = RawField {
            tag,
            element: tag.span,
            content: ByteSpan::at(tag.span.end),
            pieces: first..first,
            has_children: false,
            column: fate.column,
            is_handed_out: fate.is_handed_out,
        };
        if tag.kind == TokenKind::Start {
            let mut depth = 0_usize;
            while let Some(token) = reader.next_token()? {
                match token.kind {
                    TokenKind::End if depth == 0 => {
                        field.element = ByteSpan::new(tag.span.start, token.span.end);
                        field.content = ByteSpan::new(tag.span.end, token.span.start);
                        break;
                    }
                    TokenKind::End => depth -= 1,
                    TokenKind::Start | TokenKind::Empty if carries_action(reader.window(), &token) => {
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
                    _ if fate.is_wanted && depth == 0 && token.is_text() => raw.pieces.push(token),
                    _ => {}
                }
            }
        }
        field.pieces.end = raw.pieces.len();
        raw.has_fields = true;
        if fate.is_wanted {
            raw.fields.push(field);
        }
        Ok(())
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
