//! What the beginning of a text says: whether it is such an export, of which
//! table, and how its rows are written.

use super::answer::Answer;
use super::class::CLASS;
use super::csv::{self, Dialect, RowEnd};
use super::firsts::{self, Told};
use super::json::{self, Json};
use super::shape::{self, Find, Shape};
use super::table::{self, Named, Names, is_name, is_sys_id};
use super::values::Shows;
use super::window::Window;
use super::{FileKind, Halt, problem, xml};
use crate::record::schema;
use crate::source::{Problem, ProblemKind, UNKNOWN_CELL};
use crate::span::ByteSpan;

/// How much of a text it is judged by, unless its first row is longer.
const JUDGED: usize = 64 * 1024;
/// How long that may be.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
/// The first text of a file, by which most are told to be something else.
const GLANCE: usize = 1024;

/// How rows are written.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Objects. `depth` says how many others hold them.
    Json { shape: Shape, depth: usize },
    /// Elements below one root.
    Xml,
    /// Lines below a header of columns, or of labels where no column is known.
    /// Of the labels, as they are written, one may be that of the sys_id.
    /// `class` is the column that says the class of a row.
    Csv {
        dialect: Dialect,
        header: Vec<String>,
        labels: Vec<String>,
        sys_id: Option<usize>,
        class: Option<usize>,
    },
}

/// The beginning of an export.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) kind: FileKind,
    pub(super) form: Form,
    /// The table; `None` where each record has to say it.
    pub(super) table: Option<String>,
    /// What stands for the root: the header, or the bracket of the array.
    pub(super) root: ByteSpan,
    /// Where rows begin.
    pub(super) rows: u64,
    pub(super) shows: Shows,
    /// With which name the first row begins.
    pub(super) first: Option<String>,
    /// What stands before the rows.
    pub(super) answer: Answer,
    /// What is wrong with the header.
    pub(super) problem: Option<Problem>,
}

/// What a text was found to be.
#[expect(clippy::large_enum_variant, reason = "there is one for each file, and it is taken apart at once")]
#[derive(Debug)]
pub(super) enum Judged {
    /// Nothing for us.
    Foreign,
    /// Records of a table that nothing tells.
    OfNoTable(FileKind, ByteSpan),
    /// An export, perhaps of these tables, of which no row can be read.
    Unread(FileKind, Vec<String>, Problem),
    Export(Head),
}

/// Whether a text that begins so could be such an export.
pub(in crate::export) fn may_be(text: &str, path: &str) -> bool {
    let begin = text.trim_start();
    let begin = &begin[..begin.floor_char_boundary(GLANCE)];
    if begin.starts_with(['[', '{']) {
        return true;
    }
    if begin.starts_with('<') {
        return xml::may_be(begin);
    }
    let begin = csv::hint(begin).map_or(begin, |(_, length)| &begin[length..]);
    let first = begin.lines().next().unwrap_or_default();
    let is_listed = first.contains("sys_id") || table::by_file_name(path).is_some();
    !first.contains('\0') && is_listed
}

/// Judges the text at the start of a window.
pub(super) fn judge(window: &mut Window, path: &str, is_sheet: bool) -> Judged {
    let mut begin = 0;
    window.fill(JUDGED);
    // Space may go on for long before anything comes.
    loop {
        begin = json::skip_space(window.text().as_bytes(), begin);
        let is_blank = begin == window.text().len();
        if !is_blank || begin > LONGEST || !window.grow() {
            break;
        }
    }
    window.fill(begin + JUDGED);
    match window.text().as_bytes().get(begin) {
        _ if is_sheet => of_csv(window, path, FileKind::ExcelExport),
        Some(b'[' | b'{') => of_json(window, path, begin),
        Some(b'<') => xml::judge(window, path),
        Some(_) => of_csv(window, path, FileKind::CsvExport),
        None => Judged::Foreign,
    }
}

/// The table of the dictionary that the name of a file says.
pub(super) fn named_table(path: &str) -> Option<String> {
    match table::by_file_name(path) {
        Some(Named::Known(table)) => Some(table.to_owned()),
        _ => None,
    }
}

fn of_json(window: &mut Window, path: &str, begin: usize) -> Judged {
    let kind = FileKind::JsonExport;
    let found = match shape::find(window, begin) {
        Find::Rows(found) => found,
        Find::Nothing => return refused(window, path, begin),
        Find::Halted(halt) => {
            let Some(table) = named_table(path) else { return Judged::Foreign };
            let (sort, message, at) = match halt {
                Halt::Broken(message, at) => (ProblemKind::Broken, message, at),
                _ => (ProblemKind::Truncated, "the file ends before its first record", window.text().len()),
            };
            return Judged::Unread(
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
        Told::NoTable => Judged::OfNoTable(kind, root),
        Told::AtOdds(named, other) => at_odds(kind, &named, other, root),
        Told::Table(table, shows) => Judged::Export(Head {
            kind,
            form: Form::Json { shape: found.shape, depth: found.depth },
            table,
            root,
            rows: window.offset(start),
            shows,
            first: first_name(window.text(), start),
            answer: found.answer,
            problem: None,
        }),
    }
}

/// What a file is whose name says one table and whose columns another one.
pub(super) fn at_odds(kind: FileKind, named: &str, other: &str, at: ByteSpan) -> Judged {
    let message = format!(
        "the file has the name of {named} and columns of {other}, so that nothing tells what it is: not read; \
         name it after its table, or exclude it"
    );
    Judged::Unread(kind, vec![named.to_owned(), other.to_owned()], problem(ProblemKind::Broken, message, at))
}

/// With which name the object begins that comes next.
fn first_name(text: &str, start: usize) -> Option<String> {
    let bytes = text.as_bytes();
    let object = json::skip_space(bytes, start);
    let name = json::skip_space(bytes, object + 1);
    Some(text[Json::default().name(bytes, name).ok()?.0].to_owned())
}

/// What an object is that holds no records: the API's word that there are none, or
/// nothing of ours.
fn refused(window: &Window, path: &str, begin: usize) -> Judged {
    let table = named_table(path);
    let answer = Answer::of_whole(window.text(), begin);
    match answer.and_then(|answer| answer.refusal(table.is_some())) {
        Some(problem) => Judged::Unread(FileKind::JsonExport, table.into_iter().collect(), problem),
        None => Judged::Foreign,
    }
}

fn of_csv(window: &mut Window, path: &str, kind: FileKind) -> Judged {
    let is_sheet = kind == FileKind::ExcelExport;
    let dialect = if is_sheet { Dialect::SHEET } else { dialect_of(window.text()) };
    let Some(header) = Header::find(window, dialect) else { return Judged::Foreign };
    let named = table::by_file_name(path);
    let table = match &named {
        Some(named) => header.is_of(named, is_sheet).then(|| named.name()),
        None => header.table_by_columns(),
    };
    let root = ByteSpan::new(window.offset(header.start), window.offset(header.end.end));
    let Some(table) = table else {
        let is_page = is_sheet && path.rsplit_once("!/").is_some_and(|(_, sheet)| sheet.starts_with("Page "));
        let seems_one = header.has_sys_id && header.are_columns && header.labels.len() > 1 || is_page;
        return if named.is_none() && seems_one { Judged::OfNoTable(kind, root) } else { Judged::Foreign };
    };
    let labels: Vec<_> = header.labels.iter().map(String::as_str).collect();
    let sort = if header.are_columns { Names::Columns } else { Names::Labels };
    if let Some(other) = named.as_ref().and_then(|named| named.at_odds(&labels, sort)) {
        return at_odds(kind, table, other, root);
    }
    let problem = header.problem(dialect).map(|(sort, message)| problem(sort, message, root));
    let columns = header.columns(table);
    Judged::Export(Head {
        kind,
        form: Form::Csv {
            dialect,
            class: columns.iter().position(|name| name == CLASS),
            header: columns,
            sys_id: header.labels.iter().position(|label| is_label_of_sys_id(label)),
            labels: header.labels.clone(),
        },
        table: Some(table.to_owned()),
        root,
        rows: window.offset(header.end.next),
        shows: Shows::Labels,
        first: None,
        answer: Answer::default(),
        problem,
    })
}

/// Whether a column of that label is the sys_id.
pub(super) fn is_label_of_sys_id(label: &str) -> bool {
    matches!(label, "sys_id" | "Sys ID")
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
    fn find(window: &Window, dialect: Dialect) -> Option<Self> {
        let (text, is_last) = (window.text(), window.is_ended());
        let bytes = text.as_bytes();
        let mut values = Vec::new();
        let mut start = if dialect.has_quotes { csv::hint(text).map_or(0, |(_, length)| length) } else { 0 };
        let end = loop {
            let end = csv::row(bytes, start, dialect, is_last, &mut values).ok()?;
            if values.iter().any(|value| !text[value.whole.clone()].trim().is_empty()) {
                break end;
            }
            if end.next == start {
                return None;
            }
            start = end.next;
        };
        let decoded = |value: &csv::Value| dialect.decode(&text[value.whole.clone()]).trim().to_owned();
        let labels: Vec<_> = values.iter().map(decoded).collect();
        let is_unknown = |value: &csv::Value| text[value.whole.clone()].starts_with(UNKNOWN_CELL);
        let unknown = values.iter().position(is_unknown).filter(|_| !dialect.has_quotes);
        let is_quoted = values.last().is_some_and(|value| value.is_quoted);
        let place = labels.iter().position(|label| is_label_of_sys_id(label));
        let next = csv::row(bytes, end.next, dialect, is_last, &mut values).is_ok();
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
            return Some((ProblemKind::Broken, csv::STRAY));
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
        table::by_columns(&columns).filter(|_| self.are_columns && self.has_sys_id)
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
    if let Some((delimiter, _)) = csv::hint(text) {
        return Dialect { delimiter, has_quotes: true };
    }
    let line = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, line.as_bytes()).count();
    // Of several that are as frequent the last wins.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter));
    Dialect { delimiter: delimiter.unwrap_or(b','), has_quotes: true }
}
