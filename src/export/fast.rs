//! Records by the scanner: plain ones are read here, odd ones are left to the
//! strict reader.

use super::census::{SlotNumber, Table, TableNumber};
use super::document::NestedRoot;
use super::finish::{Surroundings, carries_action};
use super::raw::{Fate, FieldFilter, RawField, RawRecord};
use super::reading::{By, Reading};
use crate::span::ByteSpan;
use crate::xml::{Halt, Markup, Next, Scanner, Tag, Token, TokenKind, TokenReader, Window};

/// How deep elements may stand in a field before it is odd.
const MAX_NESTED: usize = 64;

/// A text that is being scanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    /// Offset of its first byte.
    pub(super) base: u64,
}

impl<'t> Text<'t> {
    pub(super) fn window(self) -> Window<'t> {
        Window::new(self.text, self.base)
    }

    pub(super) fn scanner(self, at: usize) -> Scanner<'t> {
        Scanner::new(self.text, self.base, at)
    }
}

impl Reading<'_> {
    /// Reads the element whose tag begins where the scanner stands, which is a
    /// child of a root. Nothing of it is handed out before its end was seen.
    ///
    /// # Errors
    /// The text ends before the element does, or it is odd. The scanner stands
    /// anywhere then.
    pub(super) fn scan_child(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: Text<'_>,
        around: Surroundings<'_>,
    ) -> Result<(), Halt> {
        if around.frame.is_none() {
            self.outer_start = scanner.offset(scanner.at());
            self.ordinal = 0;
        }
        let mut raw = self.spare.pop().unwrap_or_default();
        raw.clear();
        let record = self.scan_record(scanner, text, around, &mut raw);
        if let Ok(tag) = record {
            let end = scanner.offset(scanner.at());
            self.finish_element(text.window(), (tag, end), around, &raw);
        }
        self.spare.push(raw);
        record.map(|_| ())
    }

    fn scan_record(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: Text<'_>,
        around: Surroundings<'_>,
        raw: &mut RawRecord,
    ) -> Result<Token, Halt> {
        let window = text.window();
        let tag = scanner.tag()?.token;
        if tag.kind == TokenKind::Empty {
            return Ok(tag);
        }
        let name = window.name(&tag);
        let number = self.state.census.number(name, around.depth(), self.select);
        let mut last = None;
        loop {
            let slots = &self.state.census.table(number).slots;
            while let Some((slot, open, fate)) = slots.next(last)
                && let Some(leaf) = scanner.leaf(open)
            {
                raw.has_fields = true;
                last = Some(slot);
                if fate.is_wanted {
                    raw.add_leaf(scanner, leaf, fate);
                }
            }
            match scanner.skip_to_tag()? {
                Next::End => {
                    scanner.end_tag(name.as_bytes())?;
                    return Ok(tag);
                }
                Next::Start => {
                    let (child, slot, fate) = self.field_tag(scanner, number, last)?;
                    last = slot.or(last);
                    if child.has_attributes && carries_action(window, &child.token) {
                        return Err(Halt::Odd);
                    }
                    raw.has_fields = true;
                    scan_field(scanner, text, (name, child, fate), raw)?;
                }
            }
        }
    }

    /// Reads the start tag of a field; says which column it is and what is to be
    /// done with it.
    fn field_tag(
        &mut self,
        scanner: &mut Scanner<'_>,
        number: TableNumber,
        last: SlotNumber,
    ) -> Result<(Tag, SlotNumber, Fate), Halt> {
        let Table { slots, name: table, in_place_of, .. } = self.state.census.table(number);
        if let Some((slot, length, fate)) = slots.guess(last, scanner.rest()) {
            let tag = scanner.tag_after(scanner.at() + length)?;
            return Ok((tag, Some(slot), fate));
        }
        let start = scanner.at() + 1;
        let tag = scanner.tag()?;
        let name = scanner.bytes(start, tag.name_end);
        let select = self.select;
        let filter = || match std::str::from_utf8(name) {
            Ok(name) => FieldFilter::of(select, (table, *in_place_of)).fate(name),
            Err(_) => Fate::NONE,
        };
        let (slot, fate) = slots.find(last, name, filter);
        Ok((tag, slot, fate))
    }

    /// Reads the records of a payload.
    pub(super) fn read_nested(&mut self, text: &str, inside: Surroundings<'_>) {
        let stopped = match self.by {
            By::Scanner => self.scan_nested(Text { text, base: 0 }, inside),
            By::StrictReader => Some(Stopped::default()),
        };
        let Some(stopped) = stopped else { return };
        let offset = u64::try_from(stopped.at).unwrap_or(u64::MAX);
        let rest = text.get(stopped.at..).unwrap_or_default().to_owned();
        let mut reader = TokenReader::from_text(rest, offset).inside(stopped.root);
        let root = match stopped.root {
            Some(_) => NestedRoot::Open,
            None if stopped.has_ended => NestedRoot::Ended,
            None => NestedRoot::None,
        };
        if let Err(error) = self.read_nested_strictly(&mut reader, root, inside) {
            self.broken_in_payload(&error, inside.frame);
        }
        self.note_flaw(reader.take_flaw(), inside.frame);
    }

    /// Reads a payload as far as it is plain; `None` where that is all of it.
    fn scan_nested<'t>(&mut self, text: Text<'t>, inside: Surroundings<'_>) -> Option<Stopped<'t>> {
        let mut scanner = text.scanner(0);
        if scanner.skip_declaration().is_err() || scanner.skip_to_tag() != Ok(Next::Start) {
            return Some(Stopped::default());
        }
        let Ok(tag) = scanner.tag() else { return Some(Stopped::default()) };
        if tag.token.kind == TokenKind::Empty {
            return Some(Stopped::default());
        }
        let root = text.window().name(&tag.token);
        let is_record = tag.has_attributes && carries_action(text.window(), &tag.token);
        if is_record || NestedRoot::of(root) != NestedRoot::Open {
            return Some(Stopped::default());
        }
        loop {
            let at = scanner.at();
            let stopped = Stopped { at, root: Some(root), has_ended: false };
            match scanner.skip_to_tag() {
                Ok(Next::Start) => {
                    let at = scanner.at();
                    if self.scan_child(&mut scanner, text, inside).is_err() {
                        return Some(Stopped { at, ..stopped });
                    }
                }
                Ok(Next::End) if scanner.end_tag(root.as_bytes()).is_ok() => {
                    let is_all = scanner.rest().iter().all(u8::is_ascii_whitespace);
                    return (!is_all).then(|| Stopped { at: scanner.at(), root: None, has_ended: true });
                }
                _ => return Some(stopped),
            }
        }
    }
}

/// Where the scanner gave a payload up.
#[derive(Debug, Clone, Copy, Default)]
struct Stopped<'t> {
    at: usize,
    /// The root, if the place lies in it.
    root: Option<&'t str>,
    /// Whether the root's end tag was read.
    has_ended: bool,
}

/// Reads what follows the start tag of a field.
fn scan_field(
    scanner: &mut Scanner<'_>,
    text: Text<'_>,
    (table, tag, fate): (&str, Tag, Fate),
    raw: &mut RawRecord,
) -> Result<(), Halt> {
    let name_start = tag.token.span.start + 1;
    let content_start = scanner.at();
    let first = raw.pieces.len();
    let mut content_end = content_start;
    let mut has_children = false;
    if tag.token.kind == TokenKind::Start {
        let name = name_of(text, name_start, tag.name_end);
        loop {
            let from = scanner.at();
            let has_references = scanner.text()?;
            if fate.is_wanted && scanner.at() > from {
                let kind = if has_references { TokenKind::Mixed } else { TokenKind::Text };
                raw.pieces.push(Token { kind, span: scanner.span(from, scanner.at()) });
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
                        raw.pieces.push(section);
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
        raw.fields.push(RawField {
            tag: tag.token,
            element: ByteSpan::new(tag.token.span.start, scanner.offset(scanner.at())),
            content: scanner.span(content_start, content_end),
            pieces: first..raw.pieces.len(),
            has_children,
            column: fate.column,
            is_handed_out: fate.is_handed_out,
        });
    }
    Ok(())
}

fn name_of(text: Text<'_>, start: u64, end: usize) -> &[u8] {
    let start = usize::try_from(start - text.base).unwrap_or(usize::MAX);
    text.text.as_bytes().get(start..end).unwrap_or_default()
}

/// Skips an element in a field, with all that is in it.
fn skip_element(scanner: &mut Scanner<'_>, text: Text<'_>) -> Result<(), Halt> {
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
