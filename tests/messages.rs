//! What messages say of values that an export does not show.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use exports::{Folder, row, unload};
use program::glidelint;

const RULE: &str = "
id: TST1001
title: Gates are open
severity: 5
confidence: high
profile: recommended
table: sys_ws_operation
where: 'requires_authentication=false'
at: requires_authentication
message: \"'{name}' of '{web_service_definition.name}' by '{web_service_definition}', {short_description}, is open.\"
why: It is a test.
fix: Mend it.
";

/// The only message of a scan of this record with that rule, and the hash of its values.
fn check(fields: &str, expected: &str) -> String {
    let row = row("sys_ws_operation", &["name=tide", "requires_authentication=false", "sys_id=1"]);
    let export = unload(&[row.replace("</sys_ws", &format!("{fields}</sys_ws"))]);
    let folder = Folder::new(&[("export.xml", &export), ("rule.yaml", RULE)]);
    let arguments = [
        "scan",
        "export.xml",
        "--no-config",
        "--rules",
        "rule.yaml",
        "--select",
        "TST1001",
        "--format",
        "json",
    ];
    let run = glidelint(folder.path(), &arguments);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let found = run.json();
    let finding = &found["findings"][0];
    assert_eq!(finding["message"], expected, "{fields} {}", run.stderr);
    finding["values"].to_string()
}

#[test]
fn empty_and_not_exported_are_told_apart() {
    let hidden = check("", "'tide' of '(not exported)' by '(not exported)', (not exported), is open.");
    let empty = check(
        "<short_description/><web_service_definition/>",
        "'tide' of '(empty)' by '(empty)', (empty), is open.",
    );
    check(
        "<short_description/><web_service_definition display_value=\"Harbour\">a1</web_service_definition>",
        "'tide' of 'Harbour' by 'Harbour', (empty), is open.",
    );
    // The reference shows a number only, and its table is not there.
    check(
        "<short_description>low</short_description><web_service_definition>a1</web_service_definition>",
        "'tide' of '(not exported)' by 'a1', low, is open.",
    );
    assert_eq!(hidden, empty, "a waiver that was bound to the values before stays bound");
}
