//! Judges texts by their beginning.

use super::super::file_name::{HeaderNames, Named, by_columns, by_file_name, is_name};
use super::super::forms::{
    CsvValue, Dialect, Json, RowEnd, RowHalt, STRAY, Shows, csv_row, delimiter_hint, skip_space,
};
use super::super::{FileKind, problem};
use super::answer::ApiAnswer;
use super::answer_xml;
use super::csv_rows::{CsvRows, is_label_of_sys_id};
use super::firsts::{self, Told};
use super::head::{FlatForm, FlatHead, JudgedText, at_odds, named_table};
use super::json_rows::JsonRows;
use super::shape::{self, Find, Shape};
use super::window::{LONGEST, TextWindow};
use crate::record::{is_sys_id, schema};
use crate::source::{ProblemKind, Source, UNKNOWN_CELL};
use crate::span::ByteSpan;

/// How much of a text it is judged by, unless its first row is longer.
const JUDGED: usize = 64 * 1024;
/// The first text of a file, by which most are told to be something else.
const GLANCE: usize = 1024;

/// Judges a source by its beginning; `None` where a glance is enough.
pub(super) fn judge_source(source: &Source, mut window: TextWindow) -> Option<(TextWindow, JudgedText)> {
    let path = source.path();
    let is_sheet = source.is_sheet();
    window.fill(1024);
    // Space may go on for long before anything comes.
    while window.text().trim_start().is_empty() && window.text().len() < LONGEST && window.grow() {}
    if !is_sheet && !may_be_flat(window.text(), path) {
        return None;
    }
    let judged = judge(&mut window, path, is_sheet);
    if !matches!(&judged, JudgedText::Export(head) if head.kind == FileKind::CsvExport) {
        return Some((window, judged));
    }
    // Only CSV may be in another encoding and not say so.
    source.settle_encoding();
    let mut window = TextWindow::new(source.open().ok()?, 0).counting(window.unit());
    let judged = judge(&mut window, path, is_sheet);
    Some((window, judged))
}

/// Whether a text that begins so could be such an export.
pub(in crate::export) fn may_be_flat(text: &str, path: &str) -> bool {
    let begin = text.trim_start();
    let begin = &begin[..begin.floor_char_boundary(GLANCE)];
    if begin.starts_with(['[', '{']) {
        return true;
    }
    if begin.starts_with('<') {
        return answer_xml::may_be(begin);
    }
    let begin = delimiter_hint(begin).map_or(begin, |(_, length)| &begin[length..]);
    let first = begin.lines().next().unwrap_or_default();
    let is_listed = first.contains("sys_id") || by_file_name(path).is_some();
    !first.contains('\0') && is_listed
}

/// Judges the text at the start of a window.
fn judge(window: &mut TextWindow, path: &str, is_sheet: bool) -> JudgedText {
    let mut begin = 0;
    window.fill(JUDGED);
    // Space may go on for long before anything comes.
    loop {
        begin = skip_space(window.text().as_bytes(), begin);
        let is_blank = begin == window.text().len();
        if !is_blank || begin > LONGEST || !window.grow() {
            break;
        }
    }
    window.fill(begin + JUDGED);
    match window.text().as_bytes().get(begin) {
        _ if is_sheet => of_csv(window, path, FileKind::ExcelExport),
        Some(b'[' | b'{') => of_json(window, path, begin),
        Some(b'<') => answer_xml::judge(window, path),
        Some(_) => of_csv(window, path, FileKind::CsvExport),
        None => JudgedText::Foreign,
    }
}

fn of_json(window: &mut TextWindow, path: &str, begin: usize) -> JudgedText {
    let kind = FileKind::JsonExport;
    let found = match shape::find(window, begin) {
        Find::Rows(found) => found,
        Find::Nothing => return refused(window, path, begin),
        Find::Halted(halt) => {
            let Some(table) = named_table(path) else { return JudgedText::Foreign };
            let (sort, message, at) = match halt {
                RowHalt::Broken(message, at) => (ProblemKind::Broken, message, at),
                _ => (ProblemKind::Truncated, "the file ends before its first record", window.text().len()),
            };
            return JudgedText::Unread(
                kind,
                vec![table],
                problem(sort, message, ByteSpan::at(window.offset(at))),
            );
        }
    };
    let start = if found.shape == Shape::Array { found.at + 1 } else { found.at };
    let Some(rows) = firsts::members(window, start, found.shape) else {
        return refused(window, path, begin);
    };
    let stands_alone = found.depth == 0 && found.shape == Shape::Lines;
    let root = ByteSpan::new(window.offset(found.at), window.offset(found.at + 1));
    match firsts::judge(path, &firsts::of_members(window.text(), &rows), stands_alone) {
        Told::Foreign => refused(window, path, begin),
        Told::NoTable => JudgedText::OfNoTable(kind, root),
        Told::AtOdds(named, other) => at_odds(kind, &named, other, root),
        Told::Table(table, shows) => JudgedText::Export(FlatHead {
            kind,
            form: FlatForm::Json(JsonRows::new(found.shape, found.depth, first_name(window.text(), start))),
            table,
            root,
            rows: window.offset(start),
            shows,
            answer: found.answer,
            problem: None,
        }),
    }
}

/// With which name the object begins that comes next.
fn first_name(text: &str, start: usize) -> Option<String> {
    let bytes = text.as_bytes();
    let object = skip_space(bytes, start);
    let name = skip_space(bytes, object + 1);
    Some(text[Json::default().name(bytes, name).ok()?.0].to_owned())
}

/// What an object is that holds no records: the API's word that there are none, or
/// nothing of ours.
fn refused(window: &TextWindow, path: &str, begin: usize) -> JudgedText {
    let table = named_table(path);
    let answer = ApiAnswer::of_whole(window.text(), begin);
    match answer.and_then(|answer| answer.refusal(table.is_some())) {
        Some(problem) => JudgedText::Unread(FileKind::JsonExport, table.into_iter().collect(), problem),
        None => JudgedText::Foreign,
    }
}

fn of_csv(window: &mut TextWindow, path: &str, kind: FileKind) -> JudgedText {
    let is_sheet = kind == FileKind::ExcelExport;
    let dialect = if is_sheet { Dialect::SHEET } else { dialect_of(window.text()) };
    let Some(header) = Header::find(window, dialect) else { return JudgedText::Foreign };
    let named = by_file_name(path);
    let table = match &named {
        Some(named) => header.is_of(named, is_sheet).then(|| named.name()),
        None => header.table_by_columns(),
    };
    let root = ByteSpan::new(window.offset(header.start), window.offset(header.end.end));
    let Some(table) = table else {
        let is_page = is_sheet && path.rsplit_once("!/").is_some_and(|(_, sheet)| sheet.starts_with("Page "));
        let seems_one = header.has_sys_id && header.are_columns && header.labels.len() > 1 || is_page;
        return if named.is_none() && seems_one {
            JudgedText::OfNoTable(kind, root)
        } else {
            JudgedText::Foreign
        };
    };
    let labels: Vec<_> = header.labels.iter().map(String::as_str).collect();
    let sort = if header.are_columns { HeaderNames::Columns } else { HeaderNames::Labels };
    if let Some(other) = named.as_ref().and_then(|named| named.at_odds(&labels, sort)) {
        return at_odds(kind, table, other, root);
    }
    let problem = header.problem(dialect).map(|(sort, message)| problem(sort, message, root));
    JudgedText::Export(FlatHead {
        kind,
        form: FlatForm::Csv(CsvRows::new(dialect, header.columns(table), header.labels.clone())),
        table: Some(table.to_owned()),
        root,
        rows: window.offset(header.end.next),
        shows: Shows::Labels,
        answer: ApiAnswer::default(),
        problem,
    })
}

/// The first row that is not empty.
struct Header {
    start: usize,
    end: RowEnd,
    /// Names of columns, or their labels.
    labels: Vec<String>,
    /// Whether all of them can be names of columns.
    are_columns: bool,
    /// Whether one is the sys_id, and nothing else stands in it in the next row.
    has_sys_id: bool,
    /// Whether quotes go around the last one.
    is_quoted: bool,
    /// The first one of a worksheet that is not shown.
    unknown: Option<usize>,
}

impl Header {
    fn find(window: &TextWindow, dialect: Dialect) -> Option<Self> {
        let (text, is_last) = (window.text(), window.is_ended());
        let bytes = text.as_bytes();
        let mut values = Vec::new();
        let mut start =
            if dialect.has_quotes { delimiter_hint(text).map_or(0, |(_, length)| length) } else { 0 };
        let end = loop {
            let end = csv_row(bytes, start, dialect, is_last, &mut values).ok()?;
            if values.iter().any(|value| !text[value.whole.clone()].trim().is_empty()) {
                break end;
            }
            if end.next == start {
                return None;
            }
            start = end.next;
        };
        let decoded = |value: &CsvValue| dialect.decode(&text[value.whole.clone()]).trim().to_owned();
        let labels: Vec<_> = values.iter().map(decoded).collect();
        let is_unknown = |value: &CsvValue| text[value.whole.clone()].starts_with(UNKNOWN_CELL);
        let unknown = values.iter().position(is_unknown).filter(|_| !dialect.has_quotes);
        let is_quoted = values.last().is_some_and(|value| value.is_quoted);
        let place = labels.iter().position(|label| is_label_of_sys_id(label));
        let next = csv_row(bytes, end.next, dialect, is_last, &mut values).is_ok();
        let has_sys_id = place.is_some_and(|at| {
            let value = values.get(at).filter(|_| next).map(decoded);
            value.is_none_or(|value| value.is_empty() || is_sys_id(&value))
        });
        let are_columns = labels.iter().all(|label| label.split('.').all(is_name));
        Some(Self { start, end, labels, are_columns, has_sys_id, is_quoted, unknown })
    }

    /// What is wrong with it.
    fn problem(&self, dialect: Dialect) -> Option<(ProblemKind, &'static str)> {
        if self.end.stray.is_some() {
            return Some((ProblemKind::Broken, STRAY));
        }
        if self.unknown.is_some() {
            return Some((ProblemKind::Broken, "a label in the header is a formula without its value"));
        }
        let is_open = self.end.next == self.end.end && dialect.has_quotes && !self.is_quoted;
        is_open.then_some((ProblemKind::Truncated, "the file ends in its header, which has no line end"))
    }

    /// Whether a file of that name and this header is an export of the table.
    fn is_of(&self, named: &Named, is_sheet: bool) -> bool {
        if self.are_columns && self.has_sys_id {
            return true;
        }
        let Named::Known(table) = named else { return false };
        let columns = self.columns(table);
        let is_known = |column: &&String| schema::knows_column(table, column);
        let known = columns.iter().filter(is_known).count();
        // An ordinary word may name anything.
        if is_sheet && table.contains('_') { known > 0 } else { known * 2 >= self.labels.len() }
    }

    fn table_by_columns(&self) -> Option<&'static str> {
        let columns: Vec<_> = self.labels.iter().map(String::as_str).collect();
        by_columns(&columns).filter(|_| self.are_columns && self.has_sys_id)
    }

    /// The columns that the header names, of a table. A label that stands for no
    /// column that is known stays as it is, and so does one that stands twice: it
    /// may be that of a record that is referred to.
    fn columns(&self, table: &str) -> Vec<String> {
        if self.are_columns {
            return self.labels.clone();
        }
        let column = |label: &String| {
            let is_alone = self.labels.iter().filter(|other| *other == label).count() == 1;
            let column = schema::labelled(table, label).map(str::to_owned);
            let column = column.or_else(|| schema::labelled_walk(table, label)).filter(|_| is_alone);
            column.unwrap_or_else(|| label.clone())
        };
        self.labels.iter().map(column).collect()
    }
}

/// What stands between values, by the first line.
fn dialect_of(text: &str) -> Dialect {
    if let Some((delimiter, _)) = delimiter_hint(text) {
        return Dialect { delimiter, has_quotes: true };
    }
    let line = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, line.as_bytes()).count();
    // Of several that are as frequent the last wins.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter));
    Dialect { delimiter: delimiter.unwrap_or(b','), has_quotes: true }
}
