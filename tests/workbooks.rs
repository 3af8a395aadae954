//! Excel exports: what their cells say, and that a place is the cell.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;
#[path = "common/workbook.rs"]
mod workbook;

use exports::Folder;
use program::{Run, glidelint};
use workbook::workbook;

const HEADER: &[&str] =
    &["User ID", "Name", "Active", "Manager", "Last login time", "Failed login attempts", "Sys ID"];
const ID: &str = "0123456789abcdef0123456789abcdef";

fn run(name: &str, bytes: &[u8], arguments: &[&str]) -> Run {
    let folder = Folder::new(&[]);
    folder.write(name, bytes);
    let arguments: Vec<_> = arguments.iter().copied().chain(["--root", ".", "--no-config", "."]).collect();
    glidelint(folder.path(), &arguments)
}

fn users() -> Vec<u8> {
    let row: &[&str] = &[
        "ada",
        "two\nlines\tand\\",
        "=t=\"b\"><v>1</v>",
        "Bob",
        "=s=\"1\"><v>46080.5</v>",
        "=><v>3</v>",
        ID,
    ];
    workbook(&[&[], HEADER, &[], row])
}

#[test]
fn cells_are_what_is_stored_or_shown() {
    let fields = "user_name,name,active,manager,last_login_time,failed_attempts";
    let query = ["query", "sys_user", "user_name=ada", "--fields", fields, "--format", "json"];
    let found = run("sys_user.xlsx", &users(), &query).json();
    assert_eq!(
        (found["path"].as_str(), found["line"].as_u64(), found["sys_id"].as_str()),
        (Some("sys_user.xlsx!/Page 1"), Some(4), Some(ID))
    );
    let expected = serde_json::json!({
        "user_name": {"value": "ada"},
        "name": {"value": "two\nlines\tand\\"},
        "active": {"value": "true"},
        "manager": {"display_value": "Bob"},
        "last_login_time": {"value": "2026-02-27 12:00:00"},
        "failed_attempts": {"value": "3"},
    });
    assert_eq!(found["fields"], expected);
}

#[test]
fn what_a_cell_does_not_show_is_unknown() {
    let check = |cell: &str, is_unknown: bool| {
        let header = &["User ID", "Name", "Active", "Sys ID"];
        let bytes = workbook(&[header, &["ada", cell, "true", ID]]);
        let asked = |query: &str, more: &[&str]| {
            run("sys_user.xlsx", &bytes, &[&["query", "sys_user", query], more].concat())
        };
        let shown = &cell[..cell.len().min(40)];
        for query in ["name=x", "name!=x", "nameISEMPTY"] {
            let (is_match, may_be) = (asked(query, &[]).code == 0, asked(query, &["--unknown"]).stdout);
            assert_eq!(!may_be.is_empty() && !is_match, is_unknown, "{query} of {shown}");
        }
        assert_eq!(asked("user_name=ada^active=true", &[]).code, 0, "{shown}");
    };
    check("", false);
    check("x", false);
    check("=t=\"str\"><f>A1</f><v>x</v>", false);
    check("=t=\"str\"><f>A1</f><v></v>", false);
    check("=><f>A1</f>", true);
    check("=t=\"str\"><f>A1</f>", true);
    check("=t=\"e\"><f>A1</f><v>#REF!</v>", true);
    check(&"y".repeat(32_766), false);
    check(&"y".repeat(32_767), true);
    check(&"\u{e9}".repeat(32_766), false);
    check(&"\u{1f600}".repeat(16_384), true);
}

/// Conditions on what is only displayed: what it displays answers what it can.
#[test]
fn a_name_is_not_a_reference() {
    let check = |query: &str, code: i32| {
        let run = run("sys_user (1).xlsx", &users(), &["query", "sys_user", query]);
        assert_eq!(run.code, code, "{query}: {run:?}");
    };
    check("managerLIKEbob", 0);
    check("manager.name=Bob", 0);
    check("managerISNOTEMPTY", 0);
    check("managerISEMPTY", 1);
    // A name is compared with what is displayed.
    check("manager=Bob", 0);
    check("manager=Eve", 1);
    check("manager!=Bob", 1);
    // Nothing shows the record that is referred to.
    check("manager.active=true", 1);
}

#[test]
fn a_place_is_a_cell() {
    let rows: &[&[&str]] = &[
        &["User ID", "Internal Integration User", "Web service access only", "Active", "Sys ID"],
        &["svc.tug", "true", "false", "true", ID],
    ];
    let bytes = workbook(rows);
    let scan = ["scan", "--select", "SNA1001"];
    let text = run("sys_user.xlsx", &bytes, &scan);
    assert!(text.stdout.contains("--> sys_user.xlsx (Page 1!C2)"), "{text:?}");
    let json = run("sys_user.xlsx", &bytes, &[&scan[..], &["--format", "json"]].concat()).json();
    let found = &json["findings"][0];
    let place = ["line", "column", "end_line", "end_column"].map(|name| found[name].as_u64().unwrap());
    assert_eq!(place, [2, 3, 2, 4]);
    let sarif = run("sys_user.xlsx", &bytes, &[&scan[..], &["--format", "sarif"]].concat()).json();
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["logicalLocations"][1]["fullyQualifiedName"], "Page 1!C2");
    assert_eq!(location["physicalLocation"]["region"]["snippet"]["text"], "false");
    let around = &location["physicalLocation"]["contextRegion"];
    assert_eq!((around["startColumn"].as_u64(), around["endColumn"].as_u64()), (Some(1), Some(6)));
}

#[test]
fn other_workbooks_are_passed_over_and_damaged_ones_are_not() {
    let check = |name: &str, bytes: &[u8], code: i32, words: &str| {
        let run = run(name, bytes, &["inventory"]);
        assert_eq!(run.code, code, "{name}: {run:?}");
        assert!(run.stdout.contains(words), "{name}: {run:?}");
        assert_eq!(run.stderr, "", "{name}: all is said in the inventory");
    };
    let other = workbook(&[&["Colour", "Size"], &["red", "3"]]);
    check("colours.xlsx", &other, 3, "name the file after the table");
    check("sys_user.xlsx", &other, 4, "1 other file passed over, 1 problem");
    let users = users();
    check("sys_user.xlsx", &users, 0, "excel-export");
    for part in 1..8 {
        check("sys_user.xlsx", &users[..users.len() * part / 8], 4, "1 problem");
    }
    let mut wrong = users.clone();
    let at = users.len() / 3;
    wrong[at..at + 20].fill(0);
    assert_eq!(run("sys_user.xlsx", &wrong, &["inventory"]).code, 4);
}
