//! Elements as the REST API writes them: columns of a row, and their parts.

use std::borrow::Cow;
use std::ops::Range;

use super::parts::ValuePart;
use super::row_halt::RowHalt;
use crate::xml::{self, Halt, Markup, Next, Scanner, Token, TokenKind};

/// How a row begins.
pub(crate) const ROW_TAG: &str = "<result>";
const ODD: &str = "the XML of an answer of the REST API is not as that API writes it";

/// An element: a column, a part of one, or what stands beside the rows.
#[derive(Debug, Clone)]
pub(crate) struct RowElement {
    pub(crate) name: Range<usize>,
    pub(crate) whole: Range<usize>,
    pub(crate) content: Range<usize>,
    pub(crate) has_children: bool,
}

/// Reads the row that begins at `at`; gives where it ends.
pub(crate) fn row_elements(text: &str, at: usize, columns: &mut Vec<RowElement>) -> Result<usize, RowHalt> {
    columns.clear();
    let mut scanner = Scanner::new(text, 0, at);
    scanner.tag().map_err(|halt| halted(halt, &scanner))?;
    loop {
        match scanner.skip_to_tag().map_err(|halt| halted(halt, &scanner))? {
            Next::Start => columns.push(read_element(&mut scanner)?),
            Next::End => {
                scanner.end_tag(b"result").map_err(|halt| halted(halt, &scanner))?;
                return Ok(scanner.at());
            }
        }
    }
}

/// Reads the element that begins where the scanner stands.
pub(crate) fn read_element(scanner: &mut Scanner<'_>) -> Result<RowElement, RowHalt> {
    element(scanner).map_err(|halt| halted(halt, scanner))
}

fn element(scanner: &mut Scanner<'_>) -> Result<RowElement, Halt> {
    let start = scanner.at();
    let tag = scanner.tag()?;
    let name = start + 1..tag.name_end;
    let from = scanner.at();
    if tag.has_attributes {
        return Err(Halt::Odd);
    }
    if tag.token.kind == TokenKind::Empty {
        return Ok(RowElement { name, whole: start..from, content: from..from, has_children: false });
    }
    let mut has_children = false;
    let mut open: Vec<Range<usize>> = Vec::new();
    loop {
        scanner.text()?;
        match scanner.markup()? {
            Markup::CData => {
                scanner.cdata()?;
            }
            Markup::Comment => scanner.skip_comment()?,
            Markup::Start => {
                has_children = true;
                let child = scanner.at() + 1;
                let tag = scanner.tag()?;
                if tag.token.kind == TokenKind::Start {
                    open.push(child..tag.name_end);
                }
            }
            Markup::End => {
                let end = scanner.at();
                let closed = open.pop();
                let expected = closed.clone().unwrap_or_else(|| name.clone());
                scanner.end_tag(scanner.bytes(expected.start, expected.end))?;
                if closed.is_none() {
                    return Ok(RowElement {
                        name,
                        whole: start..scanner.at(),
                        content: from..end,
                        has_children,
                    });
                }
            }
        }
    }
}

pub(crate) fn halted(halt: Halt, scanner: &Scanner<'_>) -> RowHalt {
    match halt {
        Halt::More => RowHalt::More,
        Halt::Odd => RowHalt::Broken(ODD, scanner.at()),
    }
}

/// What is meant by the text that stands before the next tag, which must be there.
pub(crate) fn decode_text(written: &str) -> Cow<'_, str> {
    let mut scanner = Scanner::new(written, 0, 0);
    let mut tokens = Vec::new();
    loop {
        let start = scanner.at();
        let Ok(has_references) = scanner.text() else { break };
        if scanner.at() > start {
            let kind = if has_references { TokenKind::Mixed } else { TokenKind::Text };
            tokens.push(Token { kind, span: scanner.span(start, scanner.at()) });
        }
        match scanner.markup() {
            Ok(Markup::CData) => match scanner.cdata() {
                Ok(token) => tokens.push(token),
                Err(_) => break,
            },
            Ok(Markup::Comment) if scanner.skip_comment().is_ok() => {}
            _ => break,
        }
    }
    xml::decode(&tokens, |span| span.range_from(0).and_then(|range| written.get(range)).unwrap_or_default())
}

/// The text of the first part of that name.
pub(crate) fn text_of_part<'t>(inside: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let mut scanner = Scanner::new(inside, 0, 0);
    while scanner.skip_to_tag() == Ok(Next::Start) {
        let element = read_element(&mut scanner).ok()?;
        if &inside[element.name] == name {
            return Some(decode_text(&inside[element.content.start..element.whole.end]));
        }
    }
    None
}

/// The parts of what stands between the tags of a column.
pub(crate) fn parts_of_elements(inside: &str) -> Vec<ValuePart<'_>> {
    let mut parts = Vec::new();
    let mut scanner = Scanner::new(inside, 0, 0);
    while scanner.skip_to_tag() == Ok(Next::Start) {
        let Ok(element) = read_element(&mut scanner) else { break };
        let text = || decode_text(&inside[element.content.start..element.whole.end]);
        parts.extend(ValuePart::new(&inside[element.name.clone()], text, element.whole.clone()));
    }
    parts
}
