//! What the beginning of a text says: whether it is such an export, of which
//! table, and how its rows are written.

use super::csv::{self, Dialect, RowEnd};
use super::json::{self, Kind, Member};
use super::table::{self, Named, is_name, is_sys_id};
use super::values::{Shows, Sort, is_shown, sort_of};
use super::window::Window;
use super::{FileKind, Halt};
use crate::record::schema;
use crate::span::ByteSpan;

/// How much of a text it is judged by, unless its first row is longer.
const JUDGED: usize = 64 * 1024;
/// How long that may be.
const LONGEST: usize = 4 * 1024 * 1024;
/// The first text of a file, by which most are told to be something else.
const GLANCE: usize = 1024;

/// How rows are written.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Objects of an array. `is_wrapped` says that the array is a member of an
    /// object.
    Json { is_wrapped: bool },
    /// Lines below a header of columns, or of labels where no column is known.
    Csv { dialect: Dialect, header: Vec<String> },
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
}

/// What a text was found to be.
#[derive(Debug)]
pub(super) enum Judged {
    /// Nothing for us.
    Foreign,
    /// Records of a table that nothing tells.
    OfNoTable(FileKind, ByteSpan),
    Export(Head),
}

/// Whether a text that begins so could be such an export.
pub(in crate::export) fn may_be(text: &str, path: &str) -> bool {
    let text = &text[..text.floor_char_boundary(GLANCE)];
    let begin = text.trim_start();
    if begin.starts_with(['[', '{']) {
        return true;
    }
    let first = begin.lines().next().unwrap_or_default();
    let is_listed = first.contains("sys_id") || table::by_file_name(path).is_some();
    !begin.starts_with('<') && !text.contains('\0') && is_listed
}

/// Judges the text at the start of a window.
pub(super) fn judge(window: &mut Window, path: &str, is_sheet: bool) -> Judged {
    window.fill(JUDGED);
    let begin = json::skip_space(window.text().as_bytes(), 0);
    match window.text().as_bytes().get(begin) {
        _ if is_sheet => of_csv(window, path, FileKind::ExcelExport),
        Some(b'[' | b'{') => of_json(window, path, begin),
        Some(_) => of_csv(window, path, FileKind::CsvExport),
        None => Judged::Foreign,
    }
}

fn of_json(window: &mut Window, path: &str, begin: usize) -> Judged {
    let Some((bracket, is_wrapped)) = find_array(window.text().as_bytes(), begin) else {
        return Judged::Foreign;
    };
    let rows = first_rows(window, bracket + 1);
    let (text, span) = (window.text(), |at: usize| ByteSpan::new(window.offset(at), window.offset(at + 1)));
    let named = table::by_file_name(path);
    let Some(rows) = rows else { return Judged::Foreign };
    let name_of = |member: &Member| &text[member.name.clone()];
    let has_sys_id =
        rows.iter().flatten().any(|member| name_of(member) == "sys_id" && holds_sys_id(text, member));
    let is_of = |table: &str| {
        let members = || rows.iter().take(1).flatten().map(name_of).filter(|name| !name.starts_with("__"));
        let known = members().filter(|name| schema::knows_column(table, name)).count();
        known * 2 >= members().count()
    };
    let is_export = match &named {
        Some(Named::Known(table)) => has_sys_id || is_of(table),
        _ => has_sys_id,
    };
    if !is_export {
        return Judged::Foreign;
    }
    let says_class = rows.iter().flatten().any(|member| {
        name_of(member) == "sys_class_name" && is_name(text[member.value.clone()].trim_matches('"'))
    });
    let columns = rows.iter().take(1).flatten().map(name_of);
    let columns: Vec<_> =
        columns.filter(|name| !name.starts_with("__") && !name.starts_with("dv_")).collect();
    let table = named.map(|named| named.name().to_owned());
    let table = table.or_else(|| table::by_columns(&columns).filter(|_| !says_class).map(str::to_owned));
    if table.is_none() && !says_class {
        return Judged::OfNoTable(FileKind::JsonExport, span(bracket));
    }
    let shows = shown_by(text, &rows, table.as_deref());
    Judged::Export(Head {
        kind: FileKind::JsonExport,
        form: Form::Json { is_wrapped },
        table,
        root: span(bracket),
        rows: window.offset(bracket + 1),
        shows,
    })
}

/// The bracket of the array of records, and whether an object holds it.
fn find_array(bytes: &[u8], begin: usize) -> Option<(usize, bool)> {
    if bytes.get(begin) == Some(&b'[') {
        return Some((begin, false));
    }
    let mut at = json::skip_space(bytes, begin + 1);
    loop {
        // A long array is not read to its end here.
        let records = [&b"\"records\""[..], b"\"result\""];
        let rest = bytes.get(at..)?;
        if let Some(name) = records.iter().find(|name| rest.starts_with(name)) {
            let colon = json::skip_space(bytes, at + name.len());
            let value = json::skip_space(bytes, colon + 1);
            let is_array = bytes.get(colon) == Some(&b':') && bytes.get(value) == Some(&b'[');
            return is_array.then_some((value, true));
        }
        let comma = json::skip_space(bytes, json::member(bytes, at).ok()?.whole.end);
        if bytes.get(comma) != Some(&b',') {
            return None;
        }
        at = json::skip_space(bytes, comma + 1);
    }
}

/// The members of the first rows; of one that is too long those that come first.
/// `None` where the array holds something else.
fn first_rows(window: &mut Window, start: usize) -> Option<Vec<Vec<Member>>> {
    let mut rows = Vec::new();
    let mut at = start;
    loop {
        let bytes = window.text().as_bytes();
        at = json::skip_space(bytes, at);
        match bytes.get(at) {
            Some(b',') if !rows.is_empty() => at += 1,
            Some(b'{') => {
                let mut members = Vec::new();
                match json::object(bytes, at, &mut members) {
                    Ok(end) => at = end,
                    Err(Halt::More) if rows.is_empty() && bytes.len() < LONGEST && window.grow() => continue,
                    // It will be said where it is read.
                    Err(_) if rows.is_empty() => return Some(vec![members]),
                    Err(_) => return Some(rows),
                }
                rows.push(members);
            }
            Some(b']') | None => return Some(rows),
            Some(_) => return (!rows.is_empty()).then_some(rows),
        }
    }
}

fn holds_sys_id(text: &str, member: &Member) -> bool {
    let value = &text[member.value.clone()];
    match member.kind {
        Kind::Text => is_sys_id(value.trim_matches('"')),
        Kind::Object => value.split('"').any(is_sys_id),
        _ => false,
    }
}

/// Whether values are what is stored, by the references in the first rows.
fn shown_by(text: &str, rows: &[Vec<Member>], table: Option<&str>) -> Shows {
    let mut seems = None;
    let mut members = Vec::new();
    for member in rows.iter().flatten() {
        let name = &text[member.name.clone()];
        let value = &text[member.value.clone()];
        if member.kind == Kind::Object && json::object(value.as_bytes(), 0, &mut members).is_ok() {
            let has = |wanted: &str| members.iter().any(|part| &value[part.name.clone()] == wanted);
            if has("value") {
                return Shows::Stored;
            }
            if has("display_value") {
                return Shows::Labels;
            }
        }
        let is_reference = table.is_some_and(|table| sort_of(table, name) == Sort::Reference);
        let value = value.trim_matches('"');
        if member.kind == Kind::Text && is_reference && !value.is_empty() && value != "global" {
            if is_sys_id(value) {
                return Shows::Stored;
            }
            seems = Some(Shows::Labels);
        }
        if member.kind == Kind::Text && table.is_some_and(|table| is_shown(value, sort_of(table, name))) {
            seems = Some(Shows::Labels);
        }
    }
    seems.unwrap_or(Shows::Stored)
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
    Judged::Export(Head {
        kind,
        form: Form::Csv { dialect, header: header.columns(table) },
        table: Some(table.to_owned()),
        root,
        rows: window.offset(header.end.next),
        shows: Shows::Labels,
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
}

impl Header {
    fn find(window: &Window, dialect: Dialect) -> Option<Self> {
        let (text, is_last) = (window.text(), window.is_ended());
        let bytes = text.as_bytes();
        let mut values = Vec::new();
        let mut start = 0;
        let end = loop {
            let end = csv::row(bytes, start, dialect, is_last, &mut values).ok()?;
            if values.iter().any(|value| !value.whole.is_empty()) {
                break end;
            }
            if end.next == start {
                return None;
            }
            start = end.next;
        };
        let decoded = |value: &csv::Value| dialect.decode(&text[value.whole.clone()]).trim().to_owned();
        let labels: Vec<_> = values.iter().map(decoded).collect();
        let place = labels.iter().position(|label| matches!(label.as_str(), "sys_id" | "Sys ID"));
        let next = csv::row(bytes, end.next, dialect, is_last, &mut values).is_ok();
        let has_sys_id = place.is_some_and(|at| {
            let value = values.get(at).filter(|_| next).map(decoded);
            value.is_none_or(|value| value.is_empty() || is_sys_id(&value))
        });
        let are_columns = labels.iter().all(|label| label.split('.').all(is_name));
        Some(Self { start, end, labels, are_columns, has_sys_id })
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
    let line = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, line.as_bytes()).count();
    // Of several that are as frequent the last wins.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter));
    Dialect { delimiter: delimiter.unwrap_or(b','), has_quotes: true }
}
