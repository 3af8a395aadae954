//! Exports that are no XML: which table they are of, what their values say, and
//! that every place is exact.
//!
//! A record is shown as one line: its table and its fields; a text that is only
//! displayed stands in brackets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/records.rs"]
mod records;

use glidelint::export::{ChildReader, FileKind, FileReport, Select, read};
use glidelint::facts::ReadFile;
use glidelint::finding::{FieldPart, Place, PlaceRole, Target};
use glidelint::locate::{ScannedFiles, locate_places, show_place};
use glidelint::record::Origin;
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
fn answers_of_the_rest_api() {
    let kind = FileKind::JsonExport;
    let (row, other) = (
        "{\"sys_id\":\"ID\",\"user_name\":\"ada\",\"manager\":{\"link\":\"https://x/OTHER\",\"value\":\"OTHER\"}}",
        "{\"sys_id\":\"OTHER\",\"user_name\":\"bob\",\"manager\":\"\"}",
    );
    let (first, second) =
        ("sys_user sys_id=ID user_name=ada manager=OTHER", "sys_user sys_id=OTHER user_name=bob manager=");
    // One record, by its sys_id; alone; and where a name of the answer is a column.
    for text in
        [format!("{{\"result\":{row}}}"), format!("{{ \"result\": {row} ,\"x\":[] }}\n"), row.to_owned()]
    {
        check("sys_user.json", &text, kind, &[first]);
    }
    check(
        "sys_properties.json",
        "{\"result\":{\"value\":{\"value\":\"a\",\"display_value\":\"a\"},\"name\":\"n\",\"sys_id\":\"ID\"}}",
        kind,
        &["sys_properties value=a name=n sys_id=ID"],
    );
    // A record a line, with and without a last line end; what Windows PowerShell makes of an array.
    for text in [
        format!("{row}\n{other}\n"),
        format!("{row}\r\n\r\n{other}"),
        format!("{{\"value\":[{row},{other}],\"Count\":2}}"),
        format!("{{\"Count\":2,\"value\":[{row},{other}]}}"),
        format!("{{\"result\":{{\"value\":[{row},{other}],\"Count\":2}}}}"),
        format!("{{\"status\":\"success\",\"error\":null,\"result\":[{row},{other}]}}"),
    ] {
        check("sys_user.json", &text, kind, &[first, second]);
    }
    // As XML.
    let kind = FileKind::RestExport;
    let row = "<result><sys_id>ID</sys_id><user_name>a &amp; b</user_name><title/><manager><link>https://x/OTHER\
               </link><value>OTHER</value></manager></result>";
    let first = "sys_user sys_id=ID user_name=a & b title= manager=OTHER";
    check("sys_user.xml", &format!("<?xml version=\"1.0\"?>\n<response>{row}</response>"), kind, &[first]);
    check("sys_user.xml", &format!("<response>\n{row}\n{row}\n</response>\n"), kind, &[first, first]);
    let all = |manager: &str| {
        format!(
            "<response><result><sys_id><display_value>me</display_value><value>ID</value></sys_id><title><![CDATA[<b>]]>!\
         </title><manager>{manager}</manager></result></response>"
        )
    };
    for (manager, shown) in [
        ("<display_value>Ada</display_value><value>OTHER</value>", "OTHER [Ada]"),
        ("<display_value>Ada</display_value><link>https://x/OTHER</link>", "OTHER [Ada]"),
        ("<display_value/><value/>", " []"),
    ] {
        check(
            "sys_user.xml",
            &all(manager),
            kind,
            &[&format!("sys_user sys_id=ID [me] title=<b>! manager={shown}")],
        );
    }
    // Whose table the columns tell.
    check(
        "answer.xml",
        "<response><result><sys_id>ID</sys_id><user_name>ada</user_name><locked_out>false</locked_out>\
         <web_service_access_only>true</web_service_access_only><internal_integration_user>false\
         </internal_integration_user></result></response>",
        kind,
        &["sys_user sys_id=ID user_name=ada locked_out=false web_service_access_only=true \
           internal_integration_user=false"],
    );
}

/// What the server could not read is said, with its place, whatever came before.
#[test]
fn an_answer_that_broke_off_is_never_whole() {
    let row = format!("{{\"sys_id\":\"{ID}\",\"active\":\"true\"}}");
    let error = "\"error\":{\"message\":\"Time is up\",\"detail\":\"\"}";
    let check = |path: &str, text: &str, at: &str, words: &str, records: usize| {
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!((seen.len(), report.whole, report.has_loss()), (records, false, true), "{path}: {text}");
        let problem = report.problems.iter().find(|problem| problem.message.contains(words));
        let span = problem.unwrap_or_else(|| panic!("{:?} of {text}", report.problems)).at.unwrap();
        assert!(text[span.range_from(0).unwrap().start..].starts_with(at), "{span:?} of {text}");
        if path.starts_with("sys_user") {
            assert!(report.rows.contains_key("sys_user"), "which table is not whole: {text}");
        }
    };
    let gave_up = "the server gave up before the answer was whole: time is up";
    check(
        "sys_user.json",
        &format!("{{\"result\":[{row}],{error},\"status\":\"failure\"}}"),
        "\"error\"",
        gave_up,
        1,
    );
    check(
        "sys_user.json",
        &format!("{{{error},\"status\":\"failure\",\"result\":[{row}]}}"),
        "\"error\"",
        gave_up,
        1,
    );
    check("sys_user.json", &format!("{{\"records\":[{row}],{error}}}"), "\"error\"", gave_up, 1);
    check("sys_user.json", &format!("{{\"result\":{row},{error}}}"), "\"error\"", gave_up, 1);
    check(
        "sys_user.json",
        &format!("{{\"result\":[{row}],\"status\":\"failure\"}}"),
        "\"status\"",
        "the server gave up",
        1,
    );
    check("sys_user.json", &format!("{{\"result\":[],{error}}}"), "\"error\"", gave_up, 0);
    let failed = "{\"__status\":\"failure\",\"__error\":{\"message\":\"Time is up\"}}";
    check("sys_user.json", &format!("{{\"records\":[{row},{failed}]}}"), "{\"__status", "a row says that", 1);
    check("sys_user.json", &format!("{{\"records\":[{failed}]}}"), "{\"__status", "a row says that", 0);
    check(
        "sys_user.json",
        &format!("[{{\"__error\":\"no\",\"sys_id\":\"{ID}\"}}]"),
        "{\"__error",
        "a row says that",
        1,
    );
    check("sys_user.json", &format!("{{\"result\":[{row},]}}"), "]}", "broken off", 1);
    // Nothing but the error.
    for path in ["sys_user.json", "answer.json"] {
        check(path, &format!("{{{error},\"status\":\"failure\"}}"), "\"error\"", "no records: time is up", 0);
    }
    check("sys_user.json", "{\"error\":\"no\"}", "\"error\"", "no records", 0);
    check("answer.json", &format!("{{\"records\":[{failed}]}}"), "", "no records", 0);
    // As XML.
    let row = format!("<result><sys_id>{ID}</sys_id><active>true</active></result>");
    let error = "<error><message>Time is up</message><detail/></error><status>failure</status>";
    check("sys_user.xml", &format!("<response>{row}{error}</response>"), "<error>", gave_up, 1);
    check("sys_user.xml", &format!("<response>{error}{row}</response>"), "<error>", gave_up, 1);
    check("answer.xml", &format!("<response>{error}</response>"), "<error>", "no records: time is up", 0);
    // The number of records that the file says it holds, and a second array of them.
    let row = format!("{{\"sys_id\":\"{ID}\",\"active\":\"true\"}}");
    check(
        "sys_user.json",
        &format!("{{\"value\":[{row}],\"Count\":2}}"),
        "\"Count\"",
        "it holds 2 records, and 1",
        1,
    );
    check(
        "sys_user.json",
        &format!("{{\"result\":[{row}],\"records\":[{row}]}}"),
        "\"records\"",
        "more records stand",
        1,
    );
    // More records, whatever holds them.
    for more in ["\"pier\":[ROW]", "\"pier\":{\"berth\":[[ROW]]}", "\"result\":ROW", "\"r\\u0065sult\":[ROW]"]
    {
        let more = more.replace("ROW", &row);
        let begin = &more[..more.find(':').unwrap()];
        check("sys_user.json", &format!("{{\"result\":[{row}],{more}}}"), begin, "more records stand", 1);
        check("sys_user.json", &format!("{{\"records\":{row},{more}}}"), begin, "more records stand", 1);
    }
    check(
        "sys_user.json",
        &format!("{{\"pier\":[{row}],\"result\":[{row}]}}"),
        "\"pier\"",
        "more records",
        1,
    );
    let inner = row.replace('}', &format!(",\"list\":[{row}]}}"));
    check(
        "sys_user.json",
        &format!("[{inner}]"),
        "[{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"active\":\"true\"}]",
        "inside a record",
        1,
    );
}

#[test]
fn names_of_json_are_read_as_they_are_meant() {
    let escaped = "{\"r\\u0065sult\":[{\"s\\u0079s_id\":\"ID\",\"\\u0061ctive\":\"true\",\
                   \"manager\":{\"v\\u0061lue\":\"OTHER\",\"display\\u005fvalue\":\"Ada\"}}]}";
    let expected = "sys_user sys_id=ID active=true manager=OTHER [Ada]";
    check("sys_user.json", escaped, FileKind::JsonExport, &[expected]);
    let twice = "[{\"sys_id\":\"ID\",\"active\":\"true\",\"activ\\u0065\":\"false\"}]".replace("ID", ID);
    let (report, _) = read_wanted("sys_user.json", twice.as_bytes(), &[("sys_user", &["active"])]);
    assert!(!report.problems.is_empty(), "two values of one column");
}

#[test]
fn rows_far_behind_the_beginning_are_read() {
    let row = "{\"sys_id\":\"ID\",\"user_name\":\"ada\",\"locked_out\":\"false\",\"manager\":\"OTHER\"}";
    let read = "sys_user sys_id=ID user_name=ada locked_out=false manager=OTHER";
    let space = " \n".repeat(100_000);
    for text in [
        format!("{space}[{row}]"),
        format!("[{space}{row}]"),
        format!("{{\"pier\":\"{}\",\"result\":[{row}]}}", "x".repeat(200_000)),
        format!("{space}{{\"result\":[{space}{row}]}}"),
    ] {
        check("sys_user.json", &text, FileKind::JsonExport, &[read]);
    }
    check(
        "sys_user.csv",
        &format!("{space}sys_id,user_name\nID,ada\n"),
        FileKind::CsvExport,
        &["sys_user sys_id=ID user_name=ada"],
    );
    let xml = format!("{space}<xml><sys_user><sys_id>{ID}</sys_id></sys_user></xml>");
    for path in ["a.xml", "a"] {
        let (report, seen) = read_all(path, xml.as_bytes());
        assert_eq!((report.kind, seen.len(), report.whole), (FileKind::ListExport, 1, true), "{path}");
    }
    // What is not understood is heard all the same.
    let far = "x".repeat(200_000);
    let fields = format!("<sys_id>{ID}</sys_id><user_name>ada</user_name><locked_out>true</locked_out>");
    for (text, is_heard) in [
        (format!("{{\"pier\":\"{far}\",\"users\":[{row}]}}").replace("ID", ID), true),
        (format!("<berth><a>{far}</a><user>{fields}</user></berth>"), true),
        (format!("{{\"pier\":\"{far}\",\"users\":[{{\"sys_id\":\"{ID}\"}}]}}"), false),
        (format!("<berth><a>{far}</a>{}</berth>", fields.replace("user_name", "pier")), false),
    ] {
        let (report, _) = read_all("a", text.as_bytes());
        assert_eq!(report.has_loss(), is_heard, "{}", &text[200_000..]);
    }
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
    // Without a last line end, where nothing can be missing at the end.
    for (text, last) in [
        ("sys_id,active\nID,true", "active=true"),
        ("sys_id,\"title\"\nID,\"\"", "title="),
        ("sys_id,last_login_time\nID,2026-01-31 10:00:00", "last_login_time=2026-01-31 10:00:00"),
    ] {
        check("sys_user.csv", text, kind, &[&format!("sys_user sys_id=ID {last}")]);
    }
    // The line that tells a spreadsheet what stands between values.
    for text in ["sep=,\r\nsys_id,title\r\nID,a;b\r\n", "SEP=|\nsys_id|title\nID|a;b\n"] {
        check("sys_user.csv", text, kind, &["sys_user sys_id=ID title=a;b"]);
    }
    check("sys_user.csv", "sys_id\ttitle\nID\t24\" wide\n", kind, &["sys_user sys_id=ID title=24\" wide"]);
    check("x_acme_order.csv", "sys_id,u_state\nID,Open\n", kind, &["x_acme_order sys_id=ID u_state=Open"]);
}

#[test]
fn a_header_between_rows_is_told() {
    let text =
        |between: &str| format!("user_name,active,sys_id\nada,true,{ID}\n{between}\nbob,false,{OTHER_ID}\n");
    let same = text("\"user_name\",active,sys_id");
    let (report, seen) = read_all("sys_user.csv", same.as_bytes());
    assert_eq!((seen.len(), report.whole, report.has_loss()), (2, true, false));
    assert!(report.problems[0].message.starts_with("the header stands once more"), "{:?}", report.problems);
    for other in ["active,user_name,sys_id", "active,sys_id,user_name", "name,Active,Sys ID"] {
        let (report, seen) = read_all("sys_user.csv", text(other).as_bytes());
        assert_eq!((seen.len(), report.whole, report.has_loss()), (1, false, true), "{other}");
        assert!(report.problems[0].message.starts_with("another header"), "{other}: {:?}", report.problems);
    }
    // A value may be a word of the header.
    let words = text(&format!("sys_id,active,{ID}")).replace("user_name,", "name,");
    let (report, seen) = read_all("sys_user.csv", words.as_bytes());
    assert_eq!((report.problems.len(), seen.len()), (0, 3), "{:?}", report.problems);
    let labels = "Name,Active\nAda,true\nName,Active\nBob,true\n";
    let (report, seen) = read_all("sys_user.csv", labels.as_bytes());
    assert_eq!((report.problems.len(), seen.len()), (1, 2), "{:?}", report.problems);
}

#[test]
fn the_name_of_a_file_and_its_columns_may_be_at_odds() {
    let columns = ["user_name", "locked_out", "web_service_access_only", "identity_type"];
    let csv = format!("sys_id,{}\n{ID},a,b,c,d\n", columns.join(","));
    let members = columns.map(|name| format!(",\"{name}\":\"\"")).concat();
    let json = format!("[{{\"sys_id\":\"{ID}\"{members}}}]");
    let elements = columns.map(|name| format!("<{name}/>")).concat();
    let xml = format!("<response><result><sys_id>{ID}</sys_id>{elements}</result></response>");
    for (end, text) in [("csv", &csv), ("json", &json), ("xml", &xml)] {
        for table in ["sys_user_role", "incident"] {
            let (report, seen) = read_all(&format!("{table}.{end}"), text.as_bytes());
            assert_eq!((seen.len(), report.whole, report.has_loss()), (0, false, true), "{table}.{end}");
            assert!(report.rows.contains_key("sys_user") && report.rows.contains_key(table), "{table}.{end}");
        }
        let (report, seen) = read_all(&format!("sys_user.{end}"), text.as_bytes());
        assert_eq!((seen.len(), report.problems.len()), (1, 0), "{:?}", report.problems);
    }
    // Each record says itself what it is.
    let classes = json.replace("}]", ",\"sys_class_name\":\"sys_user\"}]");
    let (report, seen) = read_all("incident.json", classes.as_bytes());
    assert_eq!((seen.len(), report.problems.len()), (1, 0), "{:?}", report.problems);
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
        ("report.json", "{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"verdict\":\"match\"}"),
        ("a.json", "[1,2]"),
        ("a.json", "[[]]"),
        ("a.json", "{\"result\":\"x\"}"),
        ("a.json", "{\"records\":[{\"id\":1}]}"),
        ("broken.json", "{\"a\""),
        ("a.json", ""),
        ("a.json", "{"),
        ("data.csv", "a,b\n1,2\n"),
        ("notes.md", "[link](x) sys_id"),
        ("a.txt", "the sys_id, in words\n"),
    ] {
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!((report.kind, seen.len()), (FileKind::Other, 0), "{path}: {text}");
        assert_eq!(report.problems, [], "{path}: {text}");
    }
}

#[test]
fn what_has_the_name_of_a_table_and_cannot_be_read_is_heard() {
    for (path, text) in [
        ("sys_user.json", "{\"x\":1}"),
        ("sys_user.csv", ""),
        ("sys_user (2).csv", "a,b\n1,2\n"),
        ("incident.csv", "when,where\n1,2\n"),
        ("sys_user_has_role_2026-01-31.json", "[]x"),
    ] {
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!((report.has_loss(), seen.len()), (true, 0), "{path}: {text}");
    }
}

#[test]
fn what_is_packed_in_another_way_is_told() {
    let xz = b"\xfd7zXZ\0\0\x04";
    let check = |path: &str, is_lost: bool| {
        let (report, _) = read_all(path, xz);
        let kinds: Vec<_> = report.problems.iter().map(|problem| problem.kind).collect();
        let expected = if is_lost { ProblemKind::Unreadable } else { ProblemKind::Packed };
        assert_eq!(kinds, [expected], "{path}");
    };
    for path in ["sys_user.xz", "sys_user.csv.xz", "a.zip!/sys_user (2).json.xz", "x_pier_berth.csv.xz"] {
        check(path, true);
    }
    for path in ["pier.tar.xz", "pier", "x_pier_berth.xz"] {
        check(path, false);
    }
}

#[test]
fn payloads_are_opened_in_every_form() {
    let name = "<name>pier \\ &amp; \u{e9}\"</name>";
    let xml = format!(
        "<?xml version=\"1.0\"?>\r\n<record_update table=\"sys_user_role\"><sys_user_role \
         action=\"INSERT_OR_UPDATE\">{name}<sys_id>{OTHER_ID}</sys_id></sys_user_role></record_update>"
    );
    let json = |text: &str| serde_json::to_string(text).unwrap();
    let inside = |text: &str| json(text).trim_matches('"').replace("\\\"\"", "\\\"");
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#34;");
    let doubled = |text: &str| text.replace('"', "\"\"");
    let update = format!("sys_user_role_{OTHER_ID}");
    let as_json = |payload: &str| {
        format!(
            "{{\"result\":[{{\"sys_id\":\"{ID}\",\"name\":\"{update}\",\"update_set\":{{\"link\":\"https://x/{OTHER_ID}\",\
             \"value\":\"{OTHER_ID}\"}},\"sys_recorded_at\":\"2026-01-01 00:00:00\",\"payload\":{payload}}}]}}"
        )
    };
    let as_csv = |payload: &str| format!("sys_id,name,payload\n{ID},{update},\"{payload}\"\n");
    let as_xml = |payload: &str| {
        format!(
            "<response><result><sys_id>{ID}</sys_id><name>{update}</name><payload>{payload}</payload></result></response>"
        )
    };
    let object = format!("{{\"display_value\":\"\",\"value\":{}}}", json(&xml));
    for (path, text, written) in [
        ("sys_update_xml.json", as_json(&json(&xml)), inside(name)),
        ("sys_update_xml.json", as_json(&object), inside(name)),
        ("sys_update_xml (2).csv", as_csv(&doubled(&xml)), doubled(name)),
        ("sys_update_xml.xml", as_xml(&escaped(&xml)), escaped(name)),
    ] {
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!((report.problems.as_slice(), report.whole), (&[][..], true), "{path}");
        let [row, role] = &seen[..] else { panic!("{path}: {seen:?}") };
        assert_eq!((&*row.table, row.ordinal, &*role.table), ("sys_update_xml", 0, "sys_user_role"));
        assert_eq!((role.origin, role.ordinal, role.outer_start), (Origin::UpdateSet, 1, row.outer_start));
        let field = role.field("name").unwrap();
        assert_eq!(field.value, "pier \\ & \u{e9}\"");
        assert_eq!(&text[field.element_span.range_from(0).unwrap()], written, "{path}");
        assert_eq!(report.tables["sys_user_role"].live, 1);
        assert!(!report.rows.contains_key("sys_user_role"), "a payload holds no rows of the table");
        check_again_all(path, text.as_bytes(), &report, &seen);
        // Somebody may want the record alone.
        let (_, seen) = read_wanted(path, text.as_bytes(), &[("sys_user_role", &["name"])]);
        assert_eq!((seen.len(), seen[0].ordinal), (1, 1), "{path}");
        if text.starts_with('{') {
            assert_eq!(seen[0].set.as_ref().unwrap().sys_id, OTHER_ID);
            assert_eq!(seen[0].recorded_at.as_deref(), Some("2026-01-01 00:00:00"));
        }
    }
    // What is not heard is told, and the table is not whole.
    let cut = json(&xml[..xml.len() - 30]);
    for (payload, words) in [
        ("\"\"", "empty payload"),
        ("\"AAEC\"", "no XML"),
        ("\"<record_update/>\"", "no record"),
        (&*cut, "in a payload"),
    ] {
        let text = as_json(payload);
        let (report, seen) = read_all("sys_update_xml.json", text.as_bytes());
        assert!(report.has_loss() && report.rows.contains_key("sys_user_role"), "{payload}");
        assert!(report.problems[0].message.contains(words), "{:?}", report.problems);
        // It may be a deletion as well as not: the row does not say.
        assert_eq!((seen.len(), seen[1].fields.len()), (3, 0), "{payload}");
        check_again_all("sys_update_xml.json", text.as_bytes(), &report, &seen);
    }
    // A record of another table: both are there, and both places are named.
    let other = xml.replace("sys_user_role", "sys_public");
    for (path, text) in [
        ("sys_update_xml.json", as_json(&json(&other))),
        ("sys_update_xml.csv", as_csv(&doubled(&other))),
        ("sys_update_xml.xml", as_xml(&escaped(&other))),
    ] {
        let (report, seen) = read_all(path, text.as_bytes());
        let tables: Vec<_> = seen.iter().map(|record| &*record.table).collect();
        assert_eq!(tables, ["sys_update_xml", "sys_public", "sys_user_role", "sys_user_role"], "{path}");
        let starts = report.problems.iter().map(|problem| problem.at.unwrap().range_from(0).unwrap().start);
        let starts: Vec<_> = starts.map(|start| &text[start..start + 6]).collect();
        let written = match path {
            "sys_update_xml.json" => ["\"name\"", "<sys_p"],
            "sys_update_xml.csv" => ["sys_us", "<sys_p"],
            _ => ["<name>", "&lt;sy"],
        };
        assert_eq!(starts, written, "{path}");
        check_again_all(path, text.as_bytes(), &report, &seen);
    }
    let (report, _) = read_all("sys_update_xml.csv", format!("sys_id,name\n{ID},{update}\n").as_bytes());
    assert!(report.problems[0].message.contains("without its payload"), "{:?}", report.problems);
}

/// All records of a row are read again by it.
#[track_caller]
fn check_again_all(path: &str, bytes: &[u8], report: &FileReport, seen: &[Seen]) {
    let source = Source::memory(path, bytes);
    let mut reader = ChildReader::new(&source, report.kind);
    let mut keep = Keep::default();
    assert!(reader.go_to(seen[0].outer_start) && reader.read(&mut keep), "{path}");
    assert_eq!(keep.0, seen, "{path}");
}

#[test]
fn a_reference_is_no_number() {
    for value in ["7", "true", "[\"OTHER\"]", "{\"berth\":\"OTHER\"}"] {
        let text = format!("[{{\"sys_id\":\"ID\",\"active\":true,\"manager\":{value}}}]");
        let text = text.replace("OTHER", OTHER_ID).replace("ID", ID);
        let (_, seen) = read_all("sys_user.json", text.as_bytes());
        let manager = seen[0].field("manager").unwrap();
        assert_eq!((manager.is_display_only, manager.display_value.as_deref()), (true, None), "{value}");
        assert_eq!(seen[0].field("active").unwrap().value, "true");
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
    // Behind a row that is broken those that can be read are read.
    let row = "{\"sys_id\":\"ID\",\"active\":\"true\"}";
    check(&format!("[{row},{{\"sys_id\":\"ID\",\"active\":true\"}},{row}, {row}]"), broken, "comma", 3);
    check(&format!("[{{\"sys_id\":\"ID,\"active\":\"true\"}},\n{row}]"), broken, "comma", 1);
    check(&format!("[{{\"sys_id\":{{value\":\"ID\"}}}},{row}]"), broken, "a name in quotes", 1);
    check(&format!("[{row}]{row},{row}]"), broken, "behind the end", 2);
    // What is written wrongly is read all the same.
    check("[{\"sys_id\":\"ID\",\"title\":\"a\nb\"}]", broken, "control character", 1);
    check("[{\"sys_id\":\"ID\",\"title\":\"a\\b\\x\"}]", broken, "backslash", 1);
    check("[{\"sys_id\":\"ID\",\"failed_attempts\":01}]", broken, "a number", 1);
    check(&format!("[{row}{row}]"), broken, "a comma between two records", 2);
    check(&format!("[{row},,{row}]"), broken, "a comma stands where", 2);
    check(&format!("[,{row}]"), broken, "a comma stands where", 1);
    check(&format!("{{\"result\":{row}"), cut, "in the middle", 1);
    check(&format!("{row}{row}\n"), broken, "a line end between", 2);
    check(&format!("{row}\n{{\"sys_id\":"), cut, "in the middle", 1);
    check(&format!("{row},\n{row}\n]}}"), broken, "its bracket is missing", 2);
    for text in ["{\"result\":", "{", "[", "{\"result", "[{\"sys_id\":\"ID"] {
        check(text, cut, "the file ends", 0);
    }
    check("{\"result\" [{\"sys_id\":\"ID\"}]}", broken, "a colon", 0);
    let check =
        |text: &str, kind, words: &str, records| check_damaged("sys_user.csv", text, kind, words, records);
    check("sys_id,name\nID,\"a\nID,b\n", cut, "last quote", 1);
    check("sys_id,name\nID,\"a\n,b\nx,y\n", cut, "last quote", 0);
    check("user_name,name\nada,\"a\nbob,b\n", cut, "last quote", 0);
    check("sys_id,name\n\"ID\",\"a\n\"ID\",\"b\"\n\"ID\",\"c\"\n", broken, "a quote stands", 2);
    check("sys_id,name\nID,\"a\"b\n", broken, "a quote stands", 1);
    check("sys_id,name\nID,a\"b\"\n", broken, "a quote stands", 1);
    check("sys_id,name\nID,a\nID,b", broken, "no line end", 2);
    check("sys_id,active\nID,true\nID,", broken, "no line end", 2);
    check("sys_id,active,name", cut, "in its header", 0);
    check("sys_id,name\nID,a\u{0}b\n", broken, "NUL", 1);
    check("sys_id,name\nID,a\nID", cut, "in the middle", 1);
    check("sys_id,name\nID,a,b\nID,a\nID\n", broken, "2 rows have more or fewer", 1);
    let check =
        |text: &str, kind, words: &str, records| check_damaged("sys_user.xml", text, kind, words, records);
    let row = "<result><sys_id>ID</sys_id><active>true</active></result>";
    check(&format!("<response>{row}"), cut, "in the middle", 1);
    check(&format!("<response>{row}<result><sys_id>"), cut, "in the middle", 1);
    check(
        &format!("<response>{row}<result><sys_id>ID</active></result></response>"),
        broken,
        "not as that API",
        1,
    );
    check(&format!("<response>{row}</response>{row}"), broken, "behind the end", 1);
    check(
        &format!("<response>{row}<result><sys_id>ID</sys_id>x</result></response>"),
        broken,
        "not as that API",
        1,
    );
}

/// The last value of a row that may be cut is not shown: nothing is known of it.
#[test]
fn a_value_that_may_be_cut_is_unknown() {
    let text =
        "sys_id,user_name,active\nID,ada,true\nOTHER,bob,tru".replace("OTHER", OTHER_ID).replace("ID", ID);
    let (_, seen) = read_all("sys_user.csv", text.as_bytes());
    assert_eq!(
        seen.iter().map(line).collect::<Vec<_>>(),
        ["sys_user sys_id=ID user_name=ada active=true", "sys_user sys_id=OTHER user_name=bob active=tru"]
    );
    let is_known = |record: &Seen| !record.field("active").unwrap().is_display_only;
    assert_eq!(seen.iter().map(is_known).collect::<Vec<_>>(), [true, false]);
}

/// A word counts as empty in the files where it also stands in a typed column,
/// also where it is met before that.
#[test]
fn a_word_for_nothing_is_empty_where_it_must_be() {
    let check = |path: &str, text: &str, word: Option<&str>, expected: &[&str]| {
        let text = text.replace("OTHER", OTHER_ID).replace("ID", ID);
        let (report, seen) = read_all(path, text.as_bytes());
        assert_eq!(report.problems, [], "{text}");
        assert_eq!(seen.iter().map(line).collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(report.null_word, word, "{text}");
        check_again(path, text.as_bytes(), &report, &seen);
    };
    // In a reference, a boolean, a date; behind the row in which it is met first.
    for (typed, first) in [("manager", ""), ("active", "true"), ("last_login_time", "2026-01-31 10:00:00")] {
        check(
            "sys_user.csv",
            &format!("sys_id,user_name,title,{typed}\nID,ada,NULL,{first}\nOTHER,bob,null,NULL\n"),
            Some("NULL"),
            &[
                &format!("sys_user sys_id=ID user_name=ada title= {typed}={first}"),
                &format!("sys_user sys_id=OTHER user_name=bob title=null {typed}="),
            ],
        );
    }
    // A name is a name.
    let named = "sys_id,user_name,title\nID,NULL,NULL\n";
    check("sys_user.csv", named, None, &["sys_user sys_id=ID user_name=NULL title=NULL"]);
    let unknown = "sys_id,u_nickname,active\nID,NULL,true\n";
    check("sys_user.csv", unknown, None, &["sys_user sys_id=ID u_nickname=NULL active=true"]);
    // Other words, and other forms.
    let dump = "sys_id\ttitle\tmanager\nID\t\\N\t\\N\n";
    check("sys_user.csv", dump, Some("\\N"), &["sys_user sys_id=ID title= manager="]);
    let json = "[{\"sys_id\":\"ID\",\"title\":\"NULL\",\"manager\":{\"value\":\"NULL\",\"display_value\":\"NULL\"}}]";
    check("sys_user.json", json, Some("NULL"), &["sys_user sys_id=ID title= manager= []"]);
    let xml = "<response><result><sys_id>ID</sys_id><title>(null)</title><active>(null)</active></result></response>";
    check("sys_user.xml", xml, Some("(null)"), &["sys_user sys_id=ID title= active="]);
    // Far behind the first one.
    let row = "ID,ada,NULL,true\n".repeat(20_000);
    let text = format!("sys_id,user_name,title,active\n{row}OTHER,bob,x,NULL\n");
    let (report, seen) =
        read_all("sys_user.csv", text.replace("OTHER", OTHER_ID).replace("ID", ID).as_bytes());
    assert_eq!((report.null_word, seen.len()), (Some("NULL"), 20_001));
    assert_eq!(line(&seen[0]), "sys_user sys_id=ID user_name=ada title= active=true");
}

#[test]
fn utf_16_needs_no_mark() {
    let text = format!("sys_id,user_name,title\r\n{ID},ada,D\u{e9}\r\n");
    for big in [false, true] {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        let (report, seen) = read_all("sys_user.csv", &bytes);
        assert_eq!(
            seen.iter().map(line).collect::<Vec<_>>(),
            ["sys_user sys_id=ID user_name=ada title=D\u{e9}"]
        );
        assert_eq!((report.encoding, report.whole), (if big { "UTF-16BE" } else { "UTF-16LE" }, true));
    }
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
    check_parts(&sources, &files, &place, (text, value.trim()));
    let (lines, snippet, _) = show_place(&place, ScannedFiles { sources: &sources, files: &files });
    assert_eq!(snippet.text, written);
    let before = &text[..field.element_span.range_from(0).unwrap().start];
    let last = before.rsplit('\n').next().unwrap();
    assert_eq!(lines.region.start.line, u64::try_from(before.matches('\n').count()).unwrap() + 1);
    assert_eq!(lines.region.start.column, u64::try_from(last.encode_utf16().count()).unwrap() + 1);
}

/// The place of each character of a value reads as it, and each begins behind the last.
fn check_parts(sources: &[Source], files: &[ReadFile], place: &Place, (text, value): (&str, &str)) {
    let field: std::sync::Arc<str> = place.target.field().unwrap().into();
    let parts = value.char_indices().map(|(start, letter)| FieldPart {
        field: std::sync::Arc::clone(&field),
        start,
        end: start + letter.len_utf8(),
    });
    let parts: Vec<_> = parts.collect();
    let of = |part: &FieldPart| Place { target: Target::Part(Box::new(part.clone())), ..place.clone() };
    let places: Vec<_> = parts.iter().map(of).collect();
    let mut behind = 0;
    for (part, lines) in parts.iter().zip(locate_places(&places, ScannedFiles { sources, files })) {
        let written = &text[lines.region.span.range_from(0).unwrap()];
        let read = if sources[0].path().ends_with("json") {
            serde_json::from_str(&format!("\"{written}\"")).unwrap()
        } else if sources[0].path().ends_with("xml") {
            let element = format!("<a>{written}</a>");
            roxmltree::Document::parse(&element).unwrap().root_element().text().unwrap().to_owned()
        } else {
            written.replace("\"\"", "\"")
        };
        assert_eq!(read.replace('\r', "\n"), value[part.start..part.end], "{value:?}");
        assert!(behind <= lines.region.span.start, "{value:?}");
        behind = lines.region.span.end;
    }
}

/// Cut anywhere, nothing panics, and it is never whole. What is read is as it was.
/// A cut between two rows of CSV, or of JSON without an array, leaves no trace.
fn check_cuts(path: &str, text: &str) {
    let (_, whole) = read_all(path, text.as_bytes());
    let end = text.trim_end().len();
    let (is_csv, is_lines) = (path.ends_with("csv"), text.starts_with("{\"sys_id"));
    for cut in 0..end {
        let (report, seen) = read_all(path, &text.as_bytes()[..cut]);
        assert!(seen.len() <= whole.len());
        if is_csv {
            continue;
        }
        assert_eq!(seen, whole[..seen.len()], "{text} up to {cut}");
        let is_json = |line: &str| line.is_empty() || serde_json::from_str::<serde_json::Value>(line).is_ok();
        let is_between = is_lines && text.get(..cut).is_some_and(|text| text.lines().all(is_json));
        assert!(!report.whole || is_between, "{text} up to {cut}");
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
    fn places_in_answers(value in value(), before in value(), shape in 0..4_usize, padding in 0..3_usize) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let written = format!("\"notes\":{}", quoted(&value));
        let row = |member: &str| format!("{{\"sys_id\":\"{ID}\",\"name\":{},{member}}}", quoted(&before));
        let many = row("\"notes\":\"\"");
        let count = padding * 1500;
        let text = match shape {
            0 => format!("{{\"result\":{}}}\n", row(&written)),
            1 => row(&written) + "\n",
            2 => format!("{many}\n").repeat(count) + &row(&written),
            _ => format!(
                "{{\"value\":[{}{}],\"Count\":{}}}", (many + ",").repeat(count), row(&written), count + 1
            ),
        };
        let meant = value.replace("\r\n", "\n").replace('\r', "\n");
        check_place("x_acme_order.json", &text, "notes", &written, &meant);
        if padding == 0 {
            check_cuts("x_acme_order.json", &text);
        }
    }

    #[test]
    fn places_in_xml_answers(value in value(), before in value(), padding in 0..3_usize) {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace(']', "&#93;");
        let written = format!("<notes>{}</notes>", escaped(&value));
        let row = |notes: &str| format!(
            "<result><sys_id>{ID}</sys_id><name>{}</name>{notes}</result>", escaped(&before)
        );
        let many = row("<notes/>").repeat(padding * 1500);
        let text = format!("<?xml version=\"1.0\"?><response>{many}{}</response>\n", row(&written));
        let meant = value.replace("\r\n", "\n").replace('\r', "\n");
        check_place("x_acme_order.xml", &text, "notes", &written, &meant);
        if padding == 0 {
            check_cuts("x_acme_order.xml", &text);
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
        read_all(path, &[b"{\"sys_id\":\"".as_slice(), &bytes].concat());
        read_all(path, &[b"<response><result><sys_id>".as_slice(), &bytes].concat());
    }
}
