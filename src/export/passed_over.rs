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

use super::flat::{self, Named};
use super::{FileKind, FileReport, problem};
use crate::record::schema;
use crate::source::{ProblemKind, Source};
use crate::span::ByteSpan;

/// How much of a file is looked at.
const LOOKED_AT: usize = 64 * 1024;
/// How many columns of one table must stand beside the sys_id.
const TELLING: usize = 2;

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
    let mut text = String::new();
    let Ok(mut stream) = source.open() else { return report };
    let read = loop {
        let read = stream.read(&mut text, LOOKED_AT);
        if text.len() >= LOOKED_AT || !read.as_ref().is_ok_and(|more| *more > 0) {
            break read;
        }
    };
    if let Err(problem) = read {
        report.problems.push(problem);
        return report;
    }
    text.truncate(text.floor_char_boundary(LOOKED_AT));
    // Of UTF-16 that does not say so every other byte is one.
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    let at = ByteSpan::at(0);
    match seems(source.path(), &text) {
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

/// What a file seems to be, by its name and its first text.
fn seems(path: &str, text: &str) -> Seems {
    if signs("own").any(|own| text.contains(own[0])) {
        return Seems::Foreign;
    }
    let may_be = may_be_export(path);
    if let Some(message) = may_be.then(|| pointer(text)).flatten() {
        return Seems::Absent(message);
    }
    let named = may_be.then(|| flat::by_file_name(path)).flatten();
    if let Some(named) = named.as_ref().filter(|named| text.trim().is_empty() && is_meant(named, path)) {
        return Seems::Absent(format!("the file has the name of {} and is empty{REMEDY}", named.name()));
    }
    if let Some(Named::Known(table)) = &named {
        return Seems::Export(format!("the file has the name of {table}"));
    }
    let begin = text.trim_start();
    let shown = match begin.as_bytes().first() {
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
mod tests {
    use super::{Seems, seems};

    #[track_caller]
    fn check(path: &str, text: &str, expected: &str) {
        let found = match seems(path, text) {
            Seems::Foreign => "nothing".to_owned(),
            Seems::Perhaps(why) => format!("perhaps: {why}"),
            Seems::Export(why) => format!("lost: {why}"),
            Seems::Absent(message) => format!("absent: {message}"),
        };
        assert!(found.starts_with(expected), "{found} of {path}: {text}");
    }

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn names_of_tables() {
        for name in [
            "sys_user.csv",
            "a/sys_user (2).csv",
            "sys_user_2026-01-31.json.gz",
            "sys_user_part3.xml",
            "sys_user",
        ] {
            check(
                name,
                "",
                "absent: the file has the name of sys_user and is empty: export it again, or exclude",
            );
            check(name, " \r\n", "absent: ");
            check(name, "x", "lost: the file has the name of sys_user");
            check(name, "<!DOCTYPE html><html>", "lost: ");
        }
        check("a.zip!/sys_user_role.xml", "x", "lost: the file has the name of sys_user_role");
        check("sys_user.xlsx!/Page 1", "Benutzer\tName", "lost: ");
        check("sys_user.xlsx!/Notes", "Benutzer\tName", "nothing");
        check("sys_user_preference.csv", "x", "perhaps: the file has the name of a table");
        check(
            "sys_user_preference.csv",
            "",
            "absent: the file has the name of sys_user_preference and is empty",
        );
        check("sys_user_preference", "", "perhaps: the file has the name of a table");
        for name in ["sys_user.md", "sys_user.js", "users.csv", "readme", "sys_user.png", "pom.xml"] {
            check(name, "", "nothing");
        }
    }

    #[test]
    fn contents_of_exports() {
        let damaged = "<unlod unload_date=\"2026-03-01 10:00:00\">\n<berth action=\"INSERT_OR_UPDATE\"><a>1</a></berth>";
        check("a.txt", damaged, "lost: the file holds records with an action");
        check("a.xml", &damaged.replace('"', "'"), "lost: ");
        check("a.xml", "<form><input action=\"/login\"/></form>", "nothing");
        let fields =
            format!("<row><sys_id>{ID}</sys_id><user_name>x</user_name><locked_out>true</locked_out></row>");
        check("a.xml", &fields, "lost: the file holds records of a table");
        check("a.xml", &fields.replace(ID, "global"), "perhaps: the file looks like a record");
        check("a.xml", &fields.replace("user_name", "berth"), "nothing");
        let object =
            format!("{{\"users\": [{{\"sys_id\": \"{ID}\", \"user_name\": \"x\", \"locked_out\": true}}]}}");
        check("a", &object, "lost: the file holds records of a table");
        check("a", &object.replace(ID, "string"), "perhaps: ");
        check("a.json", "{\"sys_id\": 1}", "nothing");
        check(
            "a.csv",
            &format!("sep=;\n\"sys_id\";\"user_name\";\"locked_out\"\n\"{ID}\";\"x\";\"true\"\n"),
            "lost: ",
        );
        check("a.csv", "berth,pier\n1,2\n", "nothing");
        check("a.csv", &format!("sys_id,name,active,a,b,c,d\n{ID},x,true,,,,\n"), "nothing");
        check("a.xml", "<!DOCTYPE html>\n<html>", "perhaps: a web page");
        check("a.html", "<!DOCTYPE html>\n<html>", "nothing");
    }

    #[test]
    fn errors_of_the_api() {
        check(
            "a",
            "{ \"error\" : { \"message\": \"no\", \"detail\": null } }",
            "lost: the file holds an error",
        );
        check("a", "{\"error\":\"x\",\"status\":\"failure\"}", "lost: the file holds an error");
        check(
            "a",
            "<response><error><message>no</message></error><status>failure</status></response>",
            "lost: ",
        );
        check("a.json", "{\"error\": \"none\"}", "nothing");
    }

    #[test]
    fn pointers_to_what_is_elsewhere() {
        let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 7040\n";
        for name in
            ["a.json", "b.csv", "c.xlsx", "repo.zip!/d.zip", "e.gz", "f.csv.gz", "g", "sys_user.tsv", "h.xml"]
        {
            check(name, lfs, "absent: a Git LFS pointer stands in the place of a file of 7040 bytes that is");
        }
        check("logo.png", lfs, "nothing");
        check("a.json", &lfs.replace("git-lfs.github", "hawser.github"), "absent: a Git LFS pointer");
        let annex = "/annex/objects/SHA256E-s2048--00ff.csv\n";
        check("a.csv", annex, "absent: a git-annex pointer stands in the place of a file of 2048 bytes that");
        let link = "../.git/annex/objects/0f/1f/WORM-m3--pier/WORM-m3--pier";
        check(
            "a.json",
            link,
            "absent: a git-annex pointer stands in the place of a file that is not here: fetch it with `git annex get`",
        );
        check("a.csv", "see /annex/objects/ for more\n", "nothing");
        check("a.json", "{\"spec\": \"version https://git-lfs.github.com/spec/v1\"}", "nothing");
    }

    #[test]
    fn what_this_program_writes_is_none() {
        check("sys_user.json", "{\n  \"schema\": \"glidelint/scan/v1\",", "nothing");
        check("sys_user.tsv", "# glidelint baseline v1\n", "nothing");
        check(
            "sys_user.xml",
            "<?xml version=\"1.0\"?>\n<testsuites name=\"glidelint\" tests=\"1\">",
            "nothing",
        );
        check("sys_user.csv", "kind,rule,title,table,sys_id,key\n", "nothing");
    }
}
