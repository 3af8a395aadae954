//! What the REST API answers where XML is asked for: `<response>` with a `<result>`
//! for each record, its columns as elements, references with a link and a value.
//!
//! Only what the API writes is understood: anything else is said to be broken.

use std::borrow::Cow;
use std::ops::Range;

use super::answer::Answer;
use super::firsts::{self, First, FirstSort, Told};
use super::head::{Form, Head, Judged, at_odds, named_table};
use super::parts::{Part, read_parts};
use super::record::{Cell, Name, Written};
use super::rows::Rows;
use super::window::Window;
use super::{FileKind, Halt};
use crate::span::ByteSpan;
use crate::xml::{self, Markup, Next, Scanner, Token, TokenKind};

/// How a row begins.
pub(super) const ROW: &str = "<result>";
const ROOT: &str = "response";
/// How many rows are judged by.
const FIRST: usize = 20;
const ODD: &str = "the XML of an answer of the REST API is not as that API writes it";
const NUL: &str = "a NUL character, which no export holds";

/// An element: a column, a part of one, or what stands beside the rows.
#[derive(Debug, Clone)]
struct Element {
    name: Range<usize>,
    whole: Range<usize>,
    content: Range<usize>,
    has_children: bool,
}

/// Whether a text that begins with a tag may be such an answer.
pub(super) fn may_be(begin: &str) -> bool {
    root_in(begin).is_some()
}

/// Where the root begins.
fn root_in(text: &str) -> Option<usize> {
    let declared = text.trim_start();
    let inside = match declared.strip_prefix("<?xml") {
        Some(declaration) => declaration.split_once("?>")?.1.trim_start(),
        None => declared,
    };
    let rest = inside.strip_prefix('<')?.strip_prefix(ROOT)?;
    rest.starts_with(['>', ' ', '/', '\r', '\n', '\t']).then(|| text.len() - inside.len())
}

/// Judges the text at the start of a window.
pub(super) fn judge(window: &mut Window, path: &str) -> Judged {
    let kind = FileKind::RestExport;
    let Some(start) = root_in(window.text()) else { return Judged::Foreign };
    let mut scanner = Scanner::new(window.text(), 0, start);
    let Ok(tag) = scanner.tag() else { return Judged::Foreign };
    let (root, rows) = (ByteSpan::new(window.offset(start), window.offset(scanner.at())), scanner.at());
    let is_empty = tag.token.kind == TokenKind::Empty;
    // The first row may be longer than what is there.
    let (firsts, answer) = loop {
        match first_rows(window, rows) {
            Err(Halt::More) if !is_empty && window.text().len() < super::head::LONGEST && window.grow() => {}
            Err(_) | Ok((_, _)) if is_empty => return Judged::Foreign,
            Err(_) => break (Vec::new(), Answer::default()),
            Ok(found) => break found,
        }
    };
    let table = named_table(path);
    let text = window.text();
    let first = |element: &Element| First {
        name: text[element.name.clone()].into(),
        value: &text[element.content.clone()],
        sort: sort_of(text, element),
    };
    let values: Vec<Vec<First<'_>>> = firsts.iter().map(|row| row.iter().map(first).collect()).collect();
    let told = firsts::judge(path, &values, values.is_empty());
    let of_answer = |problem| Judged::Unread(kind, table.clone().into_iter().collect(), problem);
    match told {
        Told::Foreign | Told::NoTable if values.is_empty() => {
            answer.refusal(table.is_some()).map_or(Judged::Foreign, of_answer)
        }
        Told::Foreign => Judged::Foreign,
        Told::NoTable => Judged::OfNoTable(kind, root),
        Told::AtOdds(named, other) => at_odds(kind, &named, other, root),
        Told::Table(table, shows) => Judged::Export(Head {
            kind,
            form: Form::Xml,
            table,
            root,
            rows: window.offset(rows),
            shows,
            first: None,
            answer: Answer::default(),
            problem: None,
        }),
    }
}

/// The elements of the first rows, and what stands beside them.
fn first_rows(window: &Window, start: usize) -> Result<(Vec<Vec<Element>>, Answer), Halt> {
    let text = window.text();
    let (mut rows, mut answer, mut at) = (Vec::new(), Answer::default(), start);
    while rows.len() < FIRST {
        let mut scanner = Scanner::new(text, 0, at);
        let next = scanner.skip_to_tag();
        if next != Ok(Next::Start) {
            break;
        }
        let mut elements = Vec::new();
        let read = if text[scanner.at()..].starts_with(ROW) {
            row(text, scanner.at(), &mut elements)
        } else {
            element(&mut scanner).map(|element| {
                note(text, &element, window, &mut answer);
                element.whole.end
            })
        };
        match read {
            Ok(end) => at = end,
            Err(halt) if rows.is_empty() => return Err(halt),
            Err(_) => break,
        }
        if !elements.is_empty() {
            rows.push(elements);
        }
    }
    Ok((rows, answer))
}

fn sort_of(text: &str, element: &Element) -> FirstSort {
    if !element.has_children {
        return FirstSort::Text;
    }
    let content = &text[element.content.clone()];
    let has = |name: &str| content.contains(&format!("<{name}>")) || content.contains(&format!("<{name}/>"));
    match (has("value"), has("display_value")) {
        (true, _) => FirstSort::WithValue,
        (false, true) => FirstSort::WithDisplay,
        (false, false) => FirstSort::Other,
    }
}

/// Takes an element beside the rows.
fn note(text: &str, element: &Element, window: &Window, answer: &mut Answer) {
    let span = ByteSpan::new(window.offset(element.whole.start), window.offset(element.whole.end));
    let inside = &text[element.content.start..element.whole.end];
    match &text[element.name.clone()] {
        "error" if !element.content.is_empty() => {
            let message = part(inside, "message").unwrap_or_else(|| decode(inside));
            answer.fail(span, Some(message.trim().to_owned()));
        }
        "status" if decode(inside).trim() == "failure" => answer.fail_by_status(span),
        _ => {}
    }
}

/// Reads the row that begins at `at`; gives where it ends.
fn row(text: &str, at: usize, columns: &mut Vec<Element>) -> Result<usize, Halt> {
    columns.clear();
    let mut scanner = Scanner::new(text, 0, at);
    scanner.tag().map_err(|halt| halted(halt, &scanner))?;
    loop {
        match scanner.skip_to_tag().map_err(|halt| halted(halt, &scanner))? {
            Next::Start => columns.push(element(&mut scanner)?),
            Next::End => {
                scanner.end_tag(b"result").map_err(|halt| halted(halt, &scanner))?;
                return Ok(scanner.at());
            }
        }
    }
}

/// Reads the element that begins where the scanner stands.
fn element(scanner: &mut Scanner<'_>) -> Result<Element, Halt> {
    read_element(scanner).map_err(|halt| halted(halt, scanner))
}

fn read_element(scanner: &mut Scanner<'_>) -> Result<Element, xml::Halt> {
    let start = scanner.at();
    let tag = scanner.tag()?;
    let name = start + 1..tag.name_end;
    let from = scanner.at();
    if tag.has_attributes {
        return Err(xml::Halt::Odd);
    }
    if tag.token.kind == TokenKind::Empty {
        return Ok(Element { name, whole: start..from, content: from..from, has_children: false });
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
                    return Ok(Element {
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

fn halted(halt: xml::Halt, scanner: &Scanner<'_>) -> Halt {
    match halt {
        xml::Halt::More => Halt::More,
        xml::Halt::Odd => Halt::Broken(ODD, scanner.at()),
    }
}

impl Rows<'_> {
    /// The next element that is a row.
    pub(super) fn element(&mut self) -> Result<Option<Range<usize>>, Halt> {
        loop {
            let text = self.window.text();
            let is_ended = self.window.is_ended();
            let mut scanner = Scanner::new(text, 0, self.at);
            let next = scanner.skip_to_tag().map_err(|halt| halted(halt, &scanner))?;
            let at = scanner.at();
            if next == Next::End {
                scanner.end_tag(ROOT.as_bytes()).map_err(|halt| halted(halt, &scanner))?;
                let end = scanner.at();
                if !is_ended {
                    return Err(Halt::More);
                }
                if scanner.skip_to_tag() != Err(xml::Halt::More) || text[end..].contains('<') {
                    return Err(Halt::Broken("something stands behind the end of the answer", end));
                }
                self.at = text.len();
                return Ok(None);
            }
            if !text[at..].starts_with(ROW) {
                // A root may end in the window, and so may the name of an element.
                let element = element(&mut scanner)?;
                note(text, &element, &self.window, &mut self.answer);
                self.at = element.whole.end;
                continue;
            }
            let mut columns = Vec::new();
            let end = row(text, at, &mut columns)?;
            let nul = memchr::memchr(0, &text.as_bytes()[at..end]);
            self.cells.clear();
            self.cells.extend(columns.into_iter().map(|column| Cell {
                name: Name::At(column.name),
                whole: column.whole,
                content: column.content,
                written: if column.has_children { Written::XmlObject } else { Written::XmlText },
            }));
            if let Some(nul) = nul {
                self.note_flaw((NUL, at + nul));
            }
            self.at = end;
            return Ok(Some(at..end));
        }
    }
}

/// What is meant by the text that stands before the next tag, which must be there.
pub(super) fn decode(written: &str) -> Cow<'_, str> {
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
fn part<'t>(inside: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let mut scanner = Scanner::new(inside, 0, 0);
    while scanner.skip_to_tag() == Ok(Next::Start) {
        let element = element(&mut scanner).ok()?;
        if &inside[element.name] == name {
            return Some(decode(&inside[element.content.start..element.whole.end]));
        }
    }
    None
}

/// The parts of what stands between the tags of a column.
pub(super) fn parts(inside: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut scanner = Scanner::new(inside, 0, 0);
    while scanner.skip_to_tag() == Ok(Next::Start) {
        let Ok(element) = element(&mut scanner) else { break };
        let text = || decode(&inside[element.content.start..element.whole.end]);
        parts.extend(Part::new(&inside[element.name.clone()], text, element.whole.clone()));
    }
    parts
}

/// The value of a column that has parts, and what it displays.
pub(super) fn read_object(inside: &str) -> (Option<Cow<'_, str>>, Option<Cow<'_, str>>) {
    read_parts(parts(inside)).unwrap_or_else(|| (Some(decode(inside)), None))
}
