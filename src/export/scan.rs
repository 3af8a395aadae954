//! Rows by the scanner: plain ones are read here, odd ones are left to the strict
//! reader.

use super::action_attribute::carries_action;
use super::census::{CountedTable, SlotNumber, TableNumber};
use super::column_fate::{ColumnFate, ColumnFilter};
use super::element::finish_element;
use super::forms::ValueForm;
use super::frame::Surroundings;
use super::record_builder::RecordBuilder;
use super::row::{RowColumn, RowSpans, name_in_tag};
use super::scanned_text::ScannedText;
use super::strict::{PayloadPlace, PayloadRoot, read_payload_from};
use crate::span::ByteSpan;
use crate::xml::{Halt, Markup, Next, Scanner, Tag, Token, TokenKind};

/// How deep elements may stand in a field before it is odd.
const MAX_NESTED: usize = 64;

/// Why the children of a root are not scanned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanStop {
    /// The next child begins where no more were wanted.
    Until,
    /// The text ends in the middle of a child.
    More,
    /// Here is the end tag of the root.
    RootEnd,
    /// What comes next is not for the scanner.
    Odd,
}

/// Reads children of a root as long as they begin before index `until` of the text.
/// Says why it stopped, and where. Of a child where it stopped nothing was handed out.
pub(super) fn scan_children(
    builder: &mut RecordBuilder<'_>,
    scanner: &mut Scanner<'_>,
    text: ScannedText<'_>,
    until: usize,
    around: Surroundings<'_>,
) -> (ScanStop, usize) {
    loop {
        let mut at = scanner.at();
        let child = match scanner.skip_to_tag() {
            Ok(Next::End) => return (ScanStop::RootEnd, scanner.at()),
            Ok(Next::Start) => {
                at = scanner.at();
                if at >= until {
                    return (ScanStop::Until, at);
                }
                scan_child(builder, scanner, text, around)
            }
            Err(halt) => Err(halt),
        };
        match child {
            Ok(()) => {}
            Err(Halt::More) => return (ScanStop::More, at),
            Err(Halt::Odd) => return (ScanStop::Odd, at),
        }
    }
}

/// Reads the element whose tag begins where the scanner stands, which is a
/// child of a root. Nothing of it is handed out before its end was seen.
///
/// # Errors
/// The text ends before the element does, or it is odd. The scanner stands
/// anywhere then.
pub(super) fn scan_child(
    builder: &mut RecordBuilder<'_>,
    scanner: &mut Scanner<'_>,
    text: ScannedText<'_>,
    around: Surroundings<'_>,
) -> Result<(), Halt> {
    if around.frame.is_none() {
        builder.outlet.begin_child(scanner.offset(scanner.at()));
    }
    let mut row = builder.take_row();
    let record = scan_record(builder, scanner, text, around, &mut row);
    if let Ok(tag) = record {
        let end = scanner.offset(scanner.at());
        finish_element(builder, text.window(), (tag, end), around, &row);
    }
    builder.give_back(row);
    record.map(|_| ())
}

fn scan_record(
    builder: &mut RecordBuilder<'_>,
    scanner: &mut Scanner<'_>,
    text: ScannedText<'_>,
    around: Surroundings<'_>,
    row: &mut RowSpans,
) -> Result<Token, Halt> {
    let window = text.window();
    let tag = scanner.tag()?.token;
    if tag.kind == TokenKind::Empty {
        return Ok(tag);
    }
    let name = window.name(&tag);
    let number = builder.report.census.number(name, around.depth(), builder.select);
    let mut last = None;
    loop {
        let slots = &builder.report.census.table(number).slots;
        while let Some((slot, open, fate)) = slots.next(last)
            && let Some(leaf) = scanner.leaf(open)
        {
            row.has_columns = true;
            last = Some(slot);
            if fate.is_wanted {
                row.add_leaf(scanner, leaf, open.len() - 1, fate);
            }
        }
        match scanner.skip_to_tag()? {
            Next::End => {
                scanner.end_tag(name.as_bytes())?;
                return Ok(tag);
            }
            Next::Start => {
                let (child, slot, fate) = field_tag(builder, scanner, number, last)?;
                last = slot.or(last);
                if child.has_attributes && carries_action(window, &child.token) {
                    return Err(Halt::Odd);
                }
                row.has_columns = true;
                scan_field(scanner, text, (name, child, fate), row)?;
            }
        }
    }
}

/// Reads the start tag of a field; says which column it is and what is to be
/// done with it.
fn field_tag(
    builder: &mut RecordBuilder<'_>,
    scanner: &mut Scanner<'_>,
    number: TableNumber,
    last: SlotNumber,
) -> Result<(Tag, SlotNumber, ColumnFate), Halt> {
    let CountedTable { slots, name: table, in_place_of, .. } = builder.report.census.table(number);
    if let Some((slot, length, fate)) = slots.guess(last, scanner.rest()) {
        let tag = scanner.tag_after(scanner.at() + length)?;
        return Ok((tag, Some(slot), fate));
    }
    let start = scanner.at() + 1;
    let tag = scanner.tag()?;
    let name = scanner.bytes(start, tag.name_end);
    let select = builder.select;
    let filter = || match std::str::from_utf8(name) {
        Ok(name) => ColumnFilter::of(select, (table, *in_place_of)).fate(name),
        Err(_) => ColumnFate::NONE,
    };
    let (slot, fate) = slots.find(last, name, filter);
    Ok((tag, slot, fate))
}

/// Reads the rows in a payload, what is odd in it by the strict reader.
pub(super) fn scan_payload(builder: &mut RecordBuilder<'_>, text: &str, inside: Surroundings<'_>) {
    if let Some(stopped) = scan_plain_payload(builder, ScannedText { text, base: 0 }, inside) {
        read_payload_from(builder, text, stopped, inside);
    }
}

/// Reads a payload as far as it is plain; `None` where that is all of it, else where
/// the scanner gave it up.
fn scan_plain_payload<'t>(
    builder: &mut RecordBuilder<'_>,
    text: ScannedText<'t>,
    inside: Surroundings<'_>,
) -> Option<PayloadPlace<'t>> {
    let nothing_read = Some(PayloadPlace::default());
    let mut scanner = text.scanner(0);
    if scanner.skip_declaration().is_err() || scanner.skip_to_tag() != Ok(Next::Start) {
        return nothing_read;
    }
    let Ok(tag) = scanner.tag() else { return nothing_read };
    let root = text.window().name(&tag.token);
    let is_record = tag.has_attributes && carries_action(text.window(), &tag.token);
    if tag.token.kind == TokenKind::Empty || is_record || PayloadRoot::of(root) != PayloadRoot::Open {
        return nothing_read;
    }
    let (stop, at) = scan_children(builder, &mut scanner, text, usize::MAX, inside);
    if stop == ScanStop::RootEnd && scanner.end_tag(root.as_bytes()).is_ok() {
        let is_all = scanner.rest().iter().all(u8::is_ascii_whitespace);
        let behind = PayloadPlace { at: scanner.at(), root: PayloadRoot::Ended, name: None };
        return (!is_all).then_some(behind);
    }
    Some(PayloadPlace { at, root: PayloadRoot::Open, name: Some(root) })
}

/// Reads what follows the start tag of a field.
fn scan_field(
    scanner: &mut Scanner<'_>,
    text: ScannedText<'_>,
    (table, tag, fate): (&str, Tag, ColumnFate),
    row: &mut RowSpans,
) -> Result<(), Halt> {
    let content_start = scanner.at();
    let first = row.pieces.len();
    let mut content_end = content_start;
    let mut has_children = false;
    let name = name_of(text, tag.token.span.start + 1, tag.name_end);
    if tag.token.kind == TokenKind::Start {
        loop {
            let from = scanner.at();
            let has_references = scanner.text()?;
            if fate.is_wanted && scanner.at() > from {
                let kind = if has_references { TokenKind::Mixed } else { TokenKind::Text };
                row.pieces.push(Token { kind, span: scanner.span(from, scanner.at()) });
            }
            match scanner.markup()? {
                Markup::End => {
                    content_end = scanner.at();
                    scanner.end_tag(name)?;
                    break;
                }
                Markup::CData => {
                    let section = scanner.cdata()?;
                    if fate.is_wanted {
                        row.pieces.push(section);
                    }
                }
                Markup::Comment => scanner.skip_comment()?,
                // Perhaps a record that was torn: not for us.
                Markup::Start if name == table.as_bytes() => return Err(Halt::Odd),
                Markup::Start => {
                    has_children = true;
                    skip_element(scanner, text)?;
                }
            }
        }
    }
    if fate.is_wanted {
        let pieces = first..row.pieces.len();
        row.columns.push(RowColumn {
            name: name_in_tag(tag.token, name.len()),
            whole: ByteSpan::new(tag.token.span.start, scanner.offset(scanner.at())),
            content: scanner.span(content_start, content_end),
            form: if has_children { ValueForm::Mixed(pieces) } else { ValueForm::Pieces(pieces) },
            fate,
        });
    }
    Ok(())
}

fn name_of(text: ScannedText<'_>, start: u64, end: usize) -> &[u8] {
    let start = usize::try_from(start - text.base).unwrap_or(usize::MAX);
    text.text.as_bytes().get(start..end).unwrap_or_default()
}

/// Skips an element in a field, with all that is in it.
fn skip_element(scanner: &mut Scanner<'_>, text: ScannedText<'_>) -> Result<(), Halt> {
    let mut open: Vec<&[u8]> = Vec::new();
    loop {
        let start = scanner.offset(scanner.at());
        match scanner.markup()? {
            Markup::Start => {
                let tag = scanner.tag()?;
                let name = name_of(text, start + 1, tag.name_end);
                // A record in a record is not for us.
                let is_record = tag.has_attributes && carries_action(text.window(), &tag.token);
                if is_record || open.len() == MAX_NESTED {
                    return Err(Halt::Odd);
                }
                if tag.token.kind == TokenKind::Start {
                    open.push(name);
                }
            }
            Markup::End => scanner.end_tag(open.pop().ok_or(Halt::Odd)?)?,
            Markup::CData => {
                scanner.cdata()?;
            }
            Markup::Comment => scanner.skip_comment()?,
        }
        if open.is_empty() {
            return Ok(());
        }
        scanner.text()?;
    }
}
