//! Exports that are no XML: which table they are of, what their values say, and
//! that every place is exact.
//!
//! A record is shown as one line: its table and its fields; a text that is only
//! displayed stands in brackets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/records.rs"]
mod records;

use glidelint::engine::ReadFile;
use glidelint::export::{ChildReader, FileKind, FileReport, Select, read};
use glidelint::finding::{Place, PlaceRole, Target};
use glidelint::locate::{FileExcerpts, locate_places};
use glidelint::source::{ProblemKind, Source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use records::{Keep, Seen, read_wanted};

const ID: &str = "0123456789abcdef0123456789abcdef";
const OTHER_ID: &str = "fedcba9876543210fedcba9876543210";

fn read_all(path: &str, bytes: &[u8]) -> (FileReport, Vec<Seen>) {
    let mut keep = Keep::default();
    let report = read(&Source::memory(path, bytes), Select::Everything, &mut keep);
    (report, keep.0)
}

fn line(record: &Seen) -> String {
    let mut line = record.table.clone();
    for field in &record.fields {
        let value = field.value.replace('\n', "⏎").replace(ID, "ID").replace(OTHER_ID, "OTHER");
        let shown = match (&field.display_value, field.is_display_only) {
            (Some(display), true) => format!("[{display}]"),
            (Some(display), false) => format!("{value} [{display}]"),
            (None, _) => value,
        };
        line.extend([" ", &field.name, "=", &shown]);
    }
    line
}

/// A whole export; `ID` and `OTHER` stand for sys_ids.
#[track_caller]
fn check(path: &str, text: &str, kind: FileKind, expected: &[&str]) {
    let text = text.replace("OTHER", OTHER_ID).replace("ID", ID);
    let (report, seen) = read_all(path, text.as_bytes());
    assert_eq!(report.problems, [], "{path}: {text}");
    assert_eq!(seen.iter().map(line).collect::<Vec<_>>(), expected, "{path}: {text}");
    assert_eq!((report.kind, report.whole), (kind, true), "{path}: {text}");
    check_again(path, text.as_bytes(), &report, &seen);
}

/// Each row read by itself is the same.
fn check_again(path: &str, bytes: &[u8], report: &FileReport, seen: &[Seen]) {
    let source = Source::memory(path, bytes);
    let _ = read(&source, Select::Everything, &mut Keep::default());
    let mut reader = ChildReader::new(&source, report.kind);
    // Forward, and back; of many a few are enough.
    let few = seen.len().saturating_sub(3)..;
    for record in seen[few.clone()].iter().chain(seen[few].iter().rev()).chain(seen.first()) {
        let mut keep = Keep::default();
        assert!(reader.go_to(record.outer_start) && reader.read(&mut keep), "{path}");
        assert_eq!(keep.0, std::slice::from_ref(record), "{path}");
    }
}

#[test]
fn forms_of_json() {
    let kind = FileKind::JsonExport;
    let row = "{\"__status\":\"success\",\"user_name\":\"ada\",\"sys_id\":\"ID\",\"manager\":\"OTHER\"}";
    let expected = ["sys_user user_name=ada sys_id=ID manager=OTHER"];
    for text in [
        format!("[{row}]"),
        format!("{{\"records\":[{row}]}}"),
        format!("\n{{ \"result\" : [ {row} ] , \"x\":[1,{{}}]}}\n"),
    ] {
        check("sys_user.json", &text, kind, &expected);
    }
    // References as the REST API gives them.
    let reference = |value: &str| {
        format!(
            "{{\"result\":[{{\"sys_id\":\"ID\",\"active\":\"true\",\"manager\":{value},\"title\":null}}]}}"
        )
    };
    let shown = |manager: &str| format!("sys_user sys_id=ID active=true manager={manager} title=");
    for (value, manager) in [
        ("{\"link\":\"https://x/OTHER\",\"value\":\"OTHER\"}", "OTHER"),
        ("{\"display_value\":\"Ada \\u00e9\",\"value\":\"OTHER\"}", "OTHER [Ada é]"),
        ("{\"display_value\":\"Ada\",\"link\":\"https://x/sys_user/OTHER\"}", "OTHER [Ada]"),
        ("{\"display_value\":\"Ada\"}", "[Ada]"),
        ("\"\"", ""),
        ("\"Ada\"", "[Ada]"),
    ] {
        check("sys_user.json", &reference(value), kind, &[&shown(manager)]);
    }
    // What is displayed stands beside it.
    let both = "[{\"sys_id\":\"ID\",\"manager\":\"OTHER\",\"dv_manager\":\"Ada\"}]";
    check("sys_user.json", both, kind, &["sys_user sys_id=ID manager=OTHER [Ada] dv_manager=Ada"]);
    // Where one reference is a label, so is every choice.
    let labels = "[{\"sys_id\":\"ID\",\"manager\":\"Ada\",\"identity_type\":\"Human\",\"title\":\"Dr\"}]";
    check("sys_user.json", labels, kind, &["sys_user sys_id=ID manager=[Ada] identity_type=human title=Dr"]);
    let labels = labels.replace("Human", "Mensch");
    check(
        "sys_user.json",
        &labels,
        kind,
        &["sys_user sys_id=ID manager=[Ada] identity_type=[Mensch] title=Dr"],
    );
    // One known label, or one date in another form, says so as well.
    let labels = "[{\"sys_id\":\"ID\",\"identity_type\":\"Machine\",\"locked_out\":\"Ja\"}]";
    check("sys_user.json", labels, kind, &["sys_user sys_id=ID identity_type=machine locked_out=[Ja]"]);
    let dates = "[{\"sys_id\":\"ID\",\"last_login\":\"03/04/2026\",\"identity_type\":\"Mensch\"}]";
    check(
        "sys_user.json",
        dates,
        kind,
        &["sys_user sys_id=ID last_login=[03/04/2026] identity_type=[Mensch]"],
    );
    // Columns of records that are referred to: one that a reference displays says so.
    let walks = "[{\"sys_id\":\"ID\",\"role\":\"OTHER\",\"role.name\":\"admin\",\"user.name\":\"Ada\",\
                 \"user.user_name\":\"ada\"}]";
    check(
        "sys_user_has_role.json",
        walks,
        kind,
        &["sys_user_has_role sys_id=ID role=OTHER [admin] role.name=admin user.name=Ada user.user_name=ada \
           user=[Ada]"],
    );
    check("sys_user.json", "{\"result\":[]}", kind, &[]);
}

#[test]
fn forms_of_csv() {
    let kind = FileKind::CsvExport;
    check(
        "sys_user.csv",
        "\"user_name\",\"title\",\"manager\",\"active\"\r\n\"ada\",\"a \"\"b\"\",\r\nc\",\"Bob\",\"TRUE\"\r\n",
        kind,
        &["sys_user user_name=ada title=a \"b\",⏎c manager=[Bob] active=true"],
    );
    check("sys_user.csv", "user_name;sys_id\nada;ID", kind, &["sys_user user_name=ada sys_id=ID"]);
    // Labels; what stands twice is nobody's.
    check(
        "sys_user (2).csv",
        "First name,Name,Active,Active,Locked out\nada,Ada,true,false,false\n\n",
        kind,
        &["sys_user first_name=ada name=Ada Active=true Active=false locked_out=false"],
    );
    check("sys_user.csv", "user_name,sys_id\r\n", kind, &[]);
    let walks = "Role.Name,User.Active,User.Manager,State\nadmin,FALSE,Bob,Active\n";
    check(
        "sys_user_has_role.csv",
        walks,
        kind,
        &["sys_user_has_role role.name=admin user.active=false user.manager=[Bob] state=active role=[admin]"],
    );
    check("x_acme_order.csv", "sys_id,u_state\nID,Open\n", kind, &["x_acme_order sys_id=ID u_state=Open"]);
}

#[test]
fn the_table_is_told_or_it_is_not() {
    let json = FileKind::JsonExport;
    let columns = "\"user_name\":\"ada\",\"locked_out\":\"false\",\"web_service_access_only\":\"true\",\
                   \"internal_integration_user\":\"false\"";
    check(
        "a.json",
        &format!("[{{\"sys_id\":\"ID\",{columns}}}]"),
        json,
        &["sys_user sys_id=ID user_name=ada locked_out=false web_service_access_only=true \
           internal_integration_user=false"],
    );
    let classes = "[{\"sys_id\":\"ID\",\"sys_class_name\":\"sys_ui_page\",\"name\":\"a\"},\
                   {\"sys_id\":\"OTHER\",\"sys_class_name\":\"sys_script\",\"name\":\"b\"}]";
    check(
        "a.json",
        classes,
        json,
        &[
            "sys_ui_page sys_id=ID sys_class_name=sys_ui_page name=a",
            "sys_script sys_id=OTHER sys_class_name=sys_script name=b",
        ],
    );
    for (path, text) in [
        ("export.json", "[{\"sys_id\":\"ID\",\"name\":\"a\"}]"),
        ("export.csv", "sys_id,name\nID,a\n"),
        ("stdin", "{\"records\":[{\"sys_id\":\"ID\"}]}"),
    ] {
        let (report, seen) = read_all(path, text.replace("ID", ID).as_bytes());
        assert_eq!((report.kind, seen.len(), report.has_loss()), (FileKind::Other, 0, false), "{path}");
        assert!(report.problems[0].message.contains("name the file after the table"), "{path}");
    }
}

#[test]
fn what_is_no_export_is_passed_over() {
    for (path, text) in [
        ("package.json", "{\"name\":\"x\",\"version\":\"1\"}"),
        ("package-lock.json", "{\"packages\":{\"\":{\"result\":[1]}}}"),
        ("a.json", "[1,2]"),
        ("a.json", "[[]]"),
        ("a.json", "{\"result\":\"x\"}"),
        ("a.json", "{\"records\":[{\"id\":1}]}"),
        ("sys_user.json", "{\"x\":1}"),
        ("broken.json", "{\"a\""),
        ("a.json", ""),
        ("a.json", "{"),
        ("data.csv", "a,b\n1,2\n"),
        ("incident.csv", "when,where\n1,2\n"),
        ("problem.csv", "x\n"),
        ("sys_user.csv", ""),
        ("notes.md", "[link](x) sys_id"),
        ("a.txt", "the sys_id, in words\n"),
    ] {
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!((report.kind, seen.len()), (FileKind::Other, 0), "{path}: {text}");
        assert_eq!(report.problems, [], "{path}: {text}");
    }
}

#[test]
fn only_what_is_wanted_is_handed_out() {
    for (path, text) in [
        ("sys_user.json", "[{\"active\":\"true\",\"user_name\":\"ada\",\"dv_active\":\"x\"}]"),
        ("sys_user.csv", "active,user_name\ntrue,ada\n"),
    ] {
        let (report, seen) = read_wanted(path, text.as_bytes(), &[("sys_user", &["user_name"])]);
        assert_eq!(seen.iter().map(line).collect::<Vec<_>>(), ["sys_user user_name=ada"], "{path}");
        assert_eq!(report.tables["sys_user"].live, 1);
        let (report, seen) = read_wanted(path, text.as_bytes(), &[("sys_script", &["name"])]);
        assert_eq!((report.tables["sys_user"].live, seen.len()), (1, 0), "{path}");
    }
}

/// An export of which some cannot be read.
#[track_caller]
fn check_damaged(path: &str, text: &str, kind: ProblemKind, words: &str, records: usize) {
    let (report, seen) = read_all(path, text.replace("ID", ID).as_bytes());
    assert_eq!(seen.len(), records, "{text}");
    assert!(!report.whole && report.has_loss(), "{text}");
    assert!(
        report.problems.iter().any(|problem| problem.kind == kind && problem.message.contains(words)),
        "{:?}\n{text}",
        report.problems
    );
}

#[test]
fn what_is_damaged_is_never_whole() {
    let (cut, broken) = (ProblemKind::Truncated, ProblemKind::Broken);
    let check =
        |text: &str, kind, words: &str, records| check_damaged("sys_user.json", text, kind, words, records);
    check("[{\"sys_id\":\"ID\"}", cut, "in the middle", 1);
    check("{\"records\":[{\"sys_id\":\"ID\"}]", cut, "in the middle", 1);
    check("[{\"sys_id\":\"ID\"},{\"sys_id\":x}]", broken, "a value is missing", 1);
    check("[{\"sys_id\":\"ID\"}] []", broken, "behind the end", 1);
    check("[{\"sys_id\":\"ID\"},7]", broken, "no records", 1);
    let check =
        |text: &str, kind, words: &str, records| check_damaged("sys_user.csv", text, kind, words, records);
    check("sys_id,name\nID,\"a\nID,b\n", cut, "last quote", 0);
    check("sys_id,name\nID,a\nID", cut, "in the middle", 1);
    check("sys_id,name\nID,a,b\nID,a\nID\n", broken, "2 rows have more or fewer", 1);
}

#[test]
fn csv_is_windows_1252_unless_it_is_utf_8() {
    let check = |bytes: &[u8], encoding: &str, title: &str| {
        let text = [b"user_name,title,sys_id\r\nada,", bytes, b",", ID.as_bytes(), b"\r\n"].concat();
        let (report, seen) = read_all("sys_user.csv", &text);
        assert_eq!((report.encoding, report.whole), (encoding, true), "{title}");
        assert_eq!(seen[0].field("title").unwrap().value, title);
        check_again("sys_user.csv", &text, &report, &seen);
    };
    check(b"Dr", "UTF-8", "Dr");
    check("Jos\u{e9} \u{20ac}".as_bytes(), "UTF-8", "José €");
    check(b"Jos\xe9 \x80", "windows-1252", "José €");
    // One damaged character does not make it another encoding.
    check(
        "\u{e9}\u{e9}\u{e9}".as_bytes().iter().chain(b"\xff").copied().collect::<Vec<_>>().as_slice(),
        "UTF-8",
        "ééé\u{fffd}",
    );
}

/// A value that was put into a form, and what must stand at its place.
fn check_place(path: &str, text: &str, column: &str, written: &str, value: &str) {
    let (report, seen) = read_all(path, text.as_bytes());
    assert!(report.whole, "{:?}\n{text}", report.problems);
    let record = seen.last().unwrap();
    let field = record.field(column).unwrap();
    assert_eq!(field.value, value, "{text}");
    assert_eq!(text.get(field.element_span.range_from(0).unwrap()), Some(written), "{text}");
    check_again(path, text.as_bytes(), &report, &seen);
    let place = Place {
        source: 0,
        outer_start: record.outer_start,
        ordinal: 0,
        target: Target::Field(column.into()),
        role: PlaceRole::Primary,
        label: None,
    };
    let source = Source::memory(path, text.as_bytes());
    let _ = read(&source, Select::Everything, &mut Keep::default());
    let (sources, files) = ([source], [ReadFile { source: 0, report }]);
    let lines = locate_places(std::slice::from_ref(&place), &sources, &files).remove(0);
    let (snippet, _) = FileExcerpts::new(&sources, &files).of_place(&place, &lines);
    assert_eq!(snippet.text, written);
    let before = &text[..field.element_span.range_from(0).unwrap().start];
    let last = before.rsplit('\n').next().unwrap();
    assert_eq!(lines.region.start.line, u64::try_from(before.matches('\n').count()).unwrap() + 1);
    assert_eq!(lines.region.start.column, u64::try_from(last.encode_utf16().count()).unwrap() + 1);
}

/// Cut anywhere, nothing panics, and JSON is never whole. What is read is as it was.
fn check_cuts(path: &str, text: &str) {
    let (_, whole) = read_all(path, text.as_bytes());
    let end = text.trim_end().len();
    for cut in 0..end {
        let (report, seen) = read_all(path, &text.as_bytes()[..cut]);
        assert!(seen.len() <= whole.len());
        if path.contains("json") {
            assert!(!report.whole, "{text} up to {cut}");
            assert_eq!(seen, whole[..seen.len()]);
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "\"", "\\", ",", ";", "\n", "\r\n", "{", "}", "[", "]", ":", "é", "€", "😀", "a", " x", "\t", "/",
    ]);
    vec(pieces, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn places_in_json(value in value(), before in value(), wide in any::<bool>(), padding in 0..3_usize) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let space = if wide { "\n  " } else { "" };
        let written = format!("\"notes\":{space}{}", quoted(&value));
        let row = |member: &str| format!(
            "{{{space}\"sys_id\":\"{ID}\",{space}\"name\":{},{space}{member}{space}}}", quoted(&before)
        );
        // More than a block of text before it.
        let many = row("\"notes\":\"\"") + ",";
        let text = format!("{{\"records\":[{}{}]}}\n", many.repeat(1 + padding * 1500), row(&written));
        let meant = value.replace("\r\n", "\n").replace('\r', "\n");
        check_place("x_acme_order.json", &text, "notes", &written, &meant);
        if padding == 0 {
            check_cuts("x_acme_order.json", &text);
        }
    }

    #[test]
    fn places_in_csv(value in value(), before in value(), crlf in any::<bool>(), padding in 0..3_usize) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let end = if crlf { "\r\n" } else { "\n" };
        let row = |notes: &str| format!("{ID},{},{}{end}", quoted(&before), quoted(notes));
        let text = format!("sys_id,name,notes{end}{}{}", row("x").repeat(padding * 5000), row(&value));
        let meant = value.replace("\r\n", "\n").replace('\r', "\n");
        check_place("x_acme_order.csv", &text, "notes", &quoted(&value), &meant);
        if padding == 0 {
            check_cuts("x_acme_order.csv", &text);
        }
    }

    #[test]
    fn nothing_panics(bytes in vec(any::<u8>(), 0..200), path in select(vec!["sys_user.csv", "sys_user.json", "a"])) {
        read_all(path, &bytes);
        read_all(path, &[b"{\"records\":[{\"sys_id\":\"".as_slice(), &bytes].concat());
        read_all(path, &[b"sys_id,user_name\n".as_slice(), &bytes].concat());
    }
}
