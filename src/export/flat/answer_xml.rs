//! What the REST API answers where XML is asked for: `<response>` with a `<result>`
//! for each record, its columns as elements, references with a link and a value.
//!
//! Only what the API writes is understood: anything else is said to be broken.

use std::ops::Range;

use super::super::column_fate::ColumnFate;
use super::super::forms::{
    ROW_TAG, RowElement, RowHalt, ValueForm, decode_text, halted, read_element, row_elements, text_of_part,
};
use super::super::kind::FileKind;
use super::super::row::{ColumnName, RowColumn, RowSpans};
use super::answer::ApiAnswer;
use super::cursor::RowCursor;
use super::firsts::{self, First, FirstSort, Told};
use super::head::{FlatForm, FlatHead, JudgedText, at_odds, named_table};
use super::notes::RowNotes;
use super::window::{LONGEST, TextWindow};
use crate::span::ByteSpan;
use crate::xml::{Halt, Next, Scanner, TokenKind};

const ROOT: &str = "response";
/// How many rows are judged by.
const FIRST: usize = 20;
const NUL: &str = "a NUL character, which no export holds";

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
pub(super) fn judge(window: &mut TextWindow, path: &str) -> JudgedText {
    let kind = FileKind::RestExport;
    let Some(start) = root_in(window.text()) else { return JudgedText::Foreign };
    let mut scanner = Scanner::new(window.text(), 0, start);
    let Ok(tag) = scanner.tag() else { return JudgedText::Foreign };
    let (root, rows) = (ByteSpan::new(window.offset(start), window.offset(scanner.at())), scanner.at());
    let is_empty = tag.token.kind == TokenKind::Empty;
    // The first row may be longer than what is there.
    let (firsts, answer) = loop {
        match first_rows(window, rows) {
            Err(RowHalt::More) if !is_empty && window.text().len() < LONGEST && window.grow() => {}
            Err(_) | Ok((_, _)) if is_empty => return JudgedText::Foreign,
            Err(_) => break (Vec::new(), ApiAnswer::default()),
            Ok(found) => break found,
        }
    };
    let table = named_table(path);
    let text = window.text();
    let first = |element: &RowElement| First {
        name: text[element.name.clone()].into(),
        value: &text[element.content.clone()],
        sort: sort_of(text, element),
    };
    let values: Vec<Vec<First<'_>>> = firsts.iter().map(|row| row.iter().map(first).collect()).collect();
    let told = firsts::judge(path, &values, values.is_empty());
    let of_answer = |problem| JudgedText::Unread(kind, table.clone().into_iter().collect(), problem);
    match told {
        Told::Foreign | Told::NoTable if values.is_empty() => {
            answer.refusal(table.is_some()).map_or(JudgedText::Foreign, of_answer)
        }
        Told::Foreign => JudgedText::Foreign,
        Told::NoTable => JudgedText::OfNoTable(kind, root),
        Told::AtOdds(named, other) => at_odds(kind, &named, other, root),
        Told::Table(table, shows) => JudgedText::Export(FlatHead {
            kind,
            form: FlatForm::Xml,
            table,
            root,
            rows: window.offset(rows),
            shows,
            answer: ApiAnswer::default(),
            problem: None,
        }),
    }
}

/// The elements of the first rows, and what stands beside them.
fn first_rows(window: &TextWindow, start: usize) -> Result<(Vec<Vec<RowElement>>, ApiAnswer), RowHalt> {
    let text = window.text();
    let (mut rows, mut answer, mut at) = (Vec::new(), ApiAnswer::default(), start);
    while rows.len() < FIRST {
        let mut scanner = Scanner::new(text, 0, at);
        let next = scanner.skip_to_tag();
        if next != Ok(Next::Start) {
            break;
        }
        let mut elements = Vec::new();
        let read = if text[scanner.at()..].starts_with(ROW_TAG) {
            row_elements(text, scanner.at(), &mut elements)
        } else {
            read_element(&mut scanner).map(|element| {
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

fn sort_of(text: &str, element: &RowElement) -> FirstSort {
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
fn note(text: &str, element: &RowElement, window: &TextWindow, answer: &mut ApiAnswer) {
    let span = ByteSpan::new(window.offset(element.whole.start), window.offset(element.whole.end));
    let inside = &text[element.content.start..element.whole.end];
    match &text[element.name.clone()] {
        "error" if !element.content.is_empty() => {
            let message = text_of_part(inside, "message").unwrap_or_else(|| decode_text(inside));
            answer.fail(span, Some(message.trim().to_owned()));
        }
        "status" if decode_text(inside).trim() == "failure" => answer.fail_by_status(span),
        _ => {}
    }
}

/// The next element that is a row.
pub(super) fn next_row(
    cursor: &mut RowCursor,
    notes: &mut RowNotes,
    row: &mut RowSpans,
) -> Result<Option<Range<usize>>, RowHalt> {
    let mut elements = Vec::new();
    loop {
        let text = cursor.window.text();
        let is_ended = cursor.window.is_ended();
        let mut scanner = Scanner::new(text, 0, cursor.at);
        let next = scanner.skip_to_tag().map_err(|halt| halted(halt, &scanner))?;
        let at = scanner.at();
        if next == Next::End {
            scanner.end_tag(ROOT.as_bytes()).map_err(|halt| halted(halt, &scanner))?;
            let end = scanner.at();
            if !is_ended {
                return Err(RowHalt::More);
            }
            if scanner.skip_to_tag() != Err(Halt::More) || text[end..].contains('<') {
                return Err(RowHalt::Broken("something stands behind the end of the answer", end));
            }
            cursor.at = text.len();
            return Ok(None);
        }
        if !text[at..].starts_with(ROW_TAG) {
            // A root may end in the window, and so may the name of an element.
            let element = read_element(&mut scanner)?;
            note(text, &element, &cursor.window, &mut notes.answer);
            cursor.at = element.whole.end;
            continue;
        }
        let end = row_elements(text, at, &mut elements)?;
        let nul = memchr::memchr(0, &text.as_bytes()[at..end]);
        row.columns.extend(elements.into_iter().map(|element| RowColumn {
            name: ColumnName::At(cursor.span(&element.name)),
            whole: cursor.span(&element.whole),
            content: cursor.span(&element.content),
            form: if element.has_children { ValueForm::AnswerObject } else { ValueForm::AnswerText },
            fate: ColumnFate::NONE,
        }));
        if let Some(nul) = nul {
            notes.flaw(NUL, cursor.window.offset(at + nul));
        }
        cursor.at = end;
        return Ok(Some(at..end));
    }
}
