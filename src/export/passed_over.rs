//! Files that are no export by what could be read of them, but look like one: a
//! part of an export that was damaged, a log-in page in its place, a table in
//! another language. Nothing of them is judged, so this is the place where that is
//! said, for all formats.
//!
//! So is what stands in the place of an export: nothing, or the pointer of a program
//! that keeps large files elsewhere.
//!
//! A file counts as an export that was lost where its name is that of a table the
//! dictionary has, or its content shows records or an error of the API. Where it
//! only seems to be one, that is a notice.

use std::collections::HashSet;

use super::file_name::{Named, by_file_name, promises_xml};
use super::{FileKind, FileReport, problem};
use crate::record::{is_sys_id, schema};
use crate::source::{Problem, ProblemKind, Source, TextStream};
use crate::span::ByteSpan;

/// How much of a file is looked at.
const LOOKED_AT: usize = 64 * 1024;
/// How far records are looked for in what may hold some, and how much around one
/// that is found.
const FARTHEST: usize = 32 * 1024 * 1024;
const NEAR: usize = 4 * 1024;
/// How many columns of one table must stand beside the sys_id.
const TELLING: usize = 2;
/// How many rows of a sheet are looked at.
const FIRST_ROWS: usize = 8;

/// What can be done about a file that is no export and was to be one.
pub(super) const REMEDY: &str = ": export it again, or exclude it";

/// What such files have in them: what, and texts.
const SIGNS: &str = include_str!("passed_over.tsv");

/// What a file is to us that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seems {
    /// Nothing.
    Foreign,
    /// Perhaps an export, for this reason.
    Perhaps(&'static str),
    /// An export, for this reason.
    Export(String),
    /// An export was to be there, and is not: what is to be said.
    Absent(String),
}

/// Adds to the report on a file what is to be said if it was passed over.
pub(super) fn look(source: &Source, mut report: FileReport) -> FileReport {
    if report.kind != FileKind::Other || report.has_loss() {
        return report;
    }
    let mut stream = match source.open() {
        Ok(stream) => stream,
        Err(problem) => {
            if report.problems.is_empty() {
                report.problems.push(problem);
            }
            if is_packed_export(source.path()) {
                raise(&mut report);
            }
            return report;
        }
    };
    let mut text = String::new();
    if let Err(problem) = fill(&mut stream, &mut text) {
        report.problems.push(problem);
        return report;
    }
    // Of UTF-16 that does not say so every other byte is one.
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    let at = ByteSpan::at(0);
    let seems = match seems(source.path(), &text) {
        Seems::Foreign if text.trim_start().starts_with(['<', '{', '[']) => far(&mut stream, text),
        seems => seems,
    };
    match seems {
        Seems::Perhaps(why) if report.problems.is_empty() => {
            report.problems.push(problem(ProblemKind::Skipped, format!("{why}: not read"), at));
        }
        Seems::Foreign | Seems::Perhaps(_) => {}
        Seems::Export(why) => {
            if let Some(said) = report.problems.first_mut() {
                // It was said already what is to be done.
                said.kind = ProblemKind::Unreadable;
            } else {
                let message = format!("{why}, but it cannot be read as an export{REMEDY}");
                report.problems.push(problem(ProblemKind::Unreadable, message, at));
            }
        }
        Seems::Absent(message) => report.problems.push(problem(ProblemKind::Unreadable, message, at)),
    }
    report
}

/// Raises what is said of packed files that lie beside exports: they may be some.
pub(super) fn beside_exports(sources: &[Source], reports: &mut [FileReport]) {
    let is_packed =
        |report: &FileReport| report.problems.iter().any(|problem| problem.kind == ProblemKind::Packed);
    if !reports.iter().any(is_packed) {
        return;
    }
    let folder =
        |source: &'_ Source| source.path().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let exports = sources.iter().zip(reports.iter()).filter(|(_, report)| report.kind != FileKind::Other);
    let folders: HashSet<String> = exports.map(|(source, _)| folder(source)).collect();
    for (source, report) in sources.iter().zip(reports) {
        if folders.contains(&folder(source)) {
            raise(report);
        }
    }
}

/// Raises what is said of links, pipes and devices under the name of an export: what
/// they stand for should have been read.
pub fn raise_unfollowed(problems: &mut [(String, Problem)]) {
    let skipped = problems.iter_mut().filter(|(_, problem)| problem.kind == ProblemKind::Skipped);
    for (path, problem) in skipped {
        let target = problem.message.rsplit_once(": ").and_then(|(_, target)| pointer(target));
        let is_export = match by_file_name(path) {
            Some(named) => may_be_export(path) && is_meant(&named, path),
            None => promises_xml(path) || target.is_some() && may_be_export(path),
        };
        if is_export {
            let message = format!("{}: give the file itself, or exclude it", problem.message);
            *problem = Problem::new(ProblemKind::Unreadable, target.unwrap_or(message));
        }
    }
}

/// What was packed should have been read.
fn raise(report: &mut FileReport) {
    let packed = report.problems.iter_mut().filter(|problem| problem.kind == ProblemKind::Packed);
    packed.for_each(|problem| problem.kind = ProblemKind::Unreadable);
}

/// Whether a packed file has the name of an export.
fn is_packed_export(path: &str) -> bool {
    let unpacked = path.rsplit_once('.').map_or(path, |(unpacked, _)| unpacked);
    let named = [path, unpacked].into_iter().find_map(by_file_name);
    match named {
        Some(Named::Known(_)) => true,
        Some(Named::Other(_)) => unpacked.contains('.') && may_be_export(unpacked),
        None => false,
    }
}

/// Reads the first text that is not only space.
fn fill(stream: &mut TextStream, text: &mut String) -> Result<(), Problem> {
    while text.len() < LOOKED_AT && stream.read(text, LOOKED_AT)? > 0 {
        if text.trim_start().is_empty() {
            text.clear();
        }
    }
    Ok(())
}

/// What a text seems to be by what stands far behind its beginning, which said
/// nothing.
fn far(stream: &mut TextStream, begin: String) -> Seems {
    let is_xml = begin.trim_start().starts_with('<');
    let mark = if is_xml { "<sys_id>" } else { "\"sys_id\"" };
    if signs("own").any(|own| begin.contains(own[0])) {
        return Seems::Foreign;
    }
    let (mut text, mut passed) = (begin, 0);
    loop {
        // What may stand at the end of one stretch is looked at in the next one.
        let kept = text.ceil_char_boundary(text.len().saturating_sub(NEAR));
        text.drain(..kept);
        passed += kept;
        let more = stream.read(&mut text, LOOKED_AT);
        let is_last = !more.is_ok_and(|more| more > 0) || passed > FARTHEST;
        for (at, _) in text.match_indices(mark) {
            let start = text.floor_char_boundary(at.saturating_sub(NEAR));
            let open = if is_xml { Some(0) } else { text[start..at].rfind('{') };
            let near = &text[start + open.unwrap_or(at - start)..];
            let near = &near[..near.floor_char_boundary(2 * NEAR)];
            match if is_xml { of_xml(near) } else { of_json(near) } {
                Seems::Foreign => {}
                seems => return seems,
            }
        }
        if is_last {
            return Seems::Foreign;
        }
    }
}

/// What a file seems to be, by its name and its first text.
fn seems(path: &str, text: &str) -> Seems {
    if signs("own").any(|own| text.contains(own[0])) {
        return Seems::Foreign;
    }
    let may_be = may_be_export(path);
    if let Some(message) = may_be.then(|| pointer(text)).flatten() {
        return Seems::Absent(message);
    }
    let named = may_be.then(|| by_file_name(path)).flatten();
    if let Some(named) = named.as_ref().filter(|named| text.trim().is_empty() && is_meant(named, path)) {
        return Seems::Absent(format!("the file has the name of {} and is empty{REMEDY}", named.name()));
    }
    if let Some(Named::Known(table)) = &named {
        return Seems::Export(format!("the file has the name of {table}"));
    }
    let begin = text.trim_start();
    let shown = match begin.as_bytes().first() {
        _ if path.contains(".xlsx!/") => of_sheet(path, begin),
        Some(b'<') => of_xml(begin),
        Some(b'[' | b'{') => of_json(begin),
        _ => of_lines(begin),
    };
    match shown {
        Seems::Foreign if named.is_some() => Seems::Perhaps("the file has the name of a table"),
        Seems::Foreign if is_page(begin) && path.to_ascii_lowercase().ends_with(".xml") => {
            Seems::Perhaps("a web page under the name of XML, perhaps a log-in page in place of an export")
        }
        other => other,
    }
}

/// Whether a name is surely that of a table: the dictionary has it, or the file says
/// that it is an export in its extension too.
fn is_meant(named: &Named, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(named, Named::Known(_)) || name.contains('.')
}

/// What is to be said of a text that stands in the place of a file, because a program
/// keeps that elsewhere.
pub(super) fn pointer(text: &str) -> Option<String> {
    let line = text.lines().next().unwrap_or_default().trim();
    // Where the system has no links, their targets stand in files.
    let is_path = !line.contains(char::is_whitespace);
    let stands_for = |mark: &str| line.starts_with(mark) || is_path && line.contains(mark);
    let found = signs("pointer").find(|parts| stands_for(parts[0]))?;
    let [_, program, fetch] = found[..] else { return None };
    let size = size_in(text).map_or_else(String::new, |size| format!(" of {size} bytes"));
    Some(format!(
        "a {program} pointer stands in the place of a file{size} that is not here: fetch it with `{fetch}`, \
         or exclude it"
    ))
}

/// The size of the file that a pointer stands for: in a line of its own, or in a key.
fn size_in(pointer: &str) -> Option<u64> {
    let in_line = pointer.lines().find_map(|line| line.strip_prefix("size "));
    let in_key = || {
        let (_, rest) = pointer.rsplit_once('/')?.1.split_once("-s")?;
        Some(&rest[..rest.find(|letter: char| !letter.is_ascii_digit())?])
    };
    in_line.or_else(in_key)?.trim().parse().ok()
}

/// The texts of all lines of one sort.
fn signs(what: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = SIGNS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    lines.filter_map(move |mut line| (line.next() == Some(what)).then(|| line.collect()))
}

/// Whether a file is named like those that exports are kept in, which may have no
/// extension. Of a workbook only the sheets count that the platform writes.
#[must_use]
pub fn may_be_export(path: &str) -> bool {
    let (path, sheet) = match path.rsplit_once(".xlsx!/") {
        Some((workbook, sheet)) => (format!("{workbook}.xlsx"), Some(sheet)),
        None => (path.to_owned(), None),
    };
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let is_known = match name.rsplit_once('.') {
        Some((_, extension)) => signs("extension").any(|known| known[0] == extension),
        None => true,
    };
    is_known && sheet.is_none_or(|sheet| sheet.starts_with("Page "))
}

fn is_page(begin: &str) -> bool {
    let begin = begin.get(..begin.floor_char_boundary(64)).unwrap_or_default().to_ascii_lowercase();
    begin.starts_with("<!doctype html") || begin.starts_with("<html")
}

fn of_xml(text: &str) -> Seems {
    let is_record = |at: usize| {
        let value = text[at..].trim_start_matches(|letter| letter != '"' && letter != '\'');
        let value = value.get(1..).unwrap_or_default().split(['"', '\'']).next().unwrap_or_default();
        signs("action").any(|action| action[0] == value)
    };
    if text.match_indices(" action=").any(|(at, _)| is_record(at)) {
        return Seems::Export("the file holds records with an action".to_owned());
    }
    let names = text.match_indices('<').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let length = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))?;
        let value = rest[length..].strip_prefix('>').map(str::trim_start);
        Some((&rest[..length], value.unwrap_or_default()))
    });
    of_error(text).unwrap_or_else(|| of_columns(names, usize::MAX))
}

fn of_json(text: &str) -> Seems {
    let mut rest = text;
    let names = std::iter::from_fn(|| {
        loop {
            let (_, behind) = rest.split_once('"')?;
            let (name, behind) = behind.split_once('"')?;
            match behind.trim_start().strip_prefix(':') {
                Some(value) => {
                    rest = value;
                    return Some((name, value.trim_start_matches([' ', '\t', '\r', '\n', '"'])));
                }
                // A value, or what stands between two.
                None => rest = behind,
            }
        }
    });
    of_error(text).unwrap_or_else(|| of_columns(names, usize::MAX))
}

/// A sheet beside others: rows without a header, or what stands in that.
fn of_sheet(path: &str, text: &str) -> Seems {
    let is_id = |cell: &str| is_sys_id(cell.trim());
    let has_rows = text.lines().take(FIRST_ROWS).any(|line| line.split('\t').any(is_id));
    match of_lines(text) {
        Seems::Foreign if has_rows && matches!(by_file_name(path), Some(Named::Known(_))) => {
            Seems::Export("the sheet holds rows and no header that is known".to_owned())
        }
        Seems::Foreign if has_rows => Seems::Perhaps("the sheet holds rows and no header that is known"),
        seems => seems,
    }
}

/// Text of lines: what stands in the first one, if that is a list.
fn of_lines(text: &str) -> Seems {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("sep="));
    let (header, row) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let cells = |line: &'_ str| -> Vec<String> {
        line.split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
    };
    let (header, row) = (cells(header), cells(row));
    let named = header.iter().zip(row.iter().map(String::as_str).chain(std::iter::repeat("")));
    let columns =
        named.map(|(label, value)| (if label == "Sys ID" { "sys_id" } else { label.as_str() }, value));
    // A list of something else may name a sys_id, too: half of it must be columns.
    of_columns(columns, 2)
}

/// An error in place of records.
fn of_error(text: &str) -> Option<Seems> {
    let begin = text.get(..text.floor_char_boundary(4096))?;
    let dense: String = begin.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_answer = dense.starts_with("{\"error\"")
        || dense.starts_with("<response")
        || dense.starts_with("<?xml")
        || dense.starts_with("<error")
        || dense.starts_with("{\"status\":\"failure\"");
    let is_error = is_answer && signs("error").any(|parts| parts.iter().all(|part| dense.contains(part)));
    is_error.then(|| Seems::Export("the file holds an error of the API in place of records".to_owned()))
}

/// Names of columns, each with the text behind it: whether they are those of a
/// record. At least one in `share` must be of one table.
fn of_columns<'t>(names: impl Iterator<Item = (&'t str, &'t str)>, share: usize) -> Seems {
    let mut columns = HashSet::new();
    let mut has_sys_id = false;
    for (name, value) in names {
        columns.insert(name);
        let is_value = |value: &str| value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        has_sys_id |= name == "sys_id" && value.get(..32).is_some_and(is_value);
    }
    if !columns.remove("sys_id") {
        return Seems::Foreign;
    }
    let needed = TELLING.max(columns.len().div_ceil(share));
    let has = |table: &str, name: &str| {
        schema::column(table, name).is_some() || schema::labelled(table, name).is_some()
    };
    let is_of = |table: &&str| columns.iter().filter(|name| has(table, name)).take(needed).count() == needed;
    match schema::tables().into_iter().find(is_of) {
        Some(_) if has_sys_id => Seems::Export("the file holds records of a table".to_owned()),
        Some(_) => Seems::Perhaps("the file looks like a record"),
        None => Seems::Foreign,
    }
}

#[cfg(test)]
mod tests;
