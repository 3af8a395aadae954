//! Update sets: rows, their payloads, and what a row says of its record.

use glidelint::export::FileKind;

use crate::exports::escaped;
use crate::{check, lines, read_all, update_set};

#[test]
fn a_row_of_an_update_set_and_its_record_may_delete() {
    let record = |action: &str| {
        escaped(&format!(
            "<record_update table=\"sys_user_role\"><sys_user_role action=\"{action}\"><name>r</name></sys_user_role></record_update>"
        ))
    };
    let (keep, delete) = (record("INSERT_OR_UPDATE"), record("DELETE"));
    let check_row = |row: &str, expected: &str| {
        // Where the two disagree it is judged, and both places are said.
        let (action, problems) = if expected == "at odds" { ("live", 2) } else { (expected, 0) };
        let expected = format!("sys_user_role {action} update_set: name=r");
        let (report, seen) = read_all("set.xml", update_set(&[row]).as_bytes());
        assert_eq!(lines(&seen)[1..], [expected], "{row}");
        assert_eq!(report.problems.len(), problems, "{row}: {:?}", report.problems);
        assert!(report.has_loss() == (problems > 0) && report.kind == FileKind::UpdateSet);
    };
    check_row(&format!("<action>INSERT_OR_UPDATE</action><payload>{keep}</payload>"), "live");
    check_row(&format!("<action>INSERT</action><payload>{keep}</payload>"), "live");
    check_row(&format!("<action/><payload>{keep}</payload>"), "live");
    check_row(&format!("<payload>{keep}</payload>"), "live");
    check_row(&format!("<action>DELETE</action><payload>{keep}</payload>"), "at odds");
    check_row(&format!("<payload>{keep}</payload><action>DELETE</action>"), "at odds");
    check_row(&format!("<action>INSERT_OR_UPDATE</action><payload>{delete}</payload>"), "at odds");
    check_row(&format!("<action>DELETE</action><payload>{delete}</payload>"), "deleted");
}

#[test]
fn rows_without_action_and_the_time_they_were_recorded() {
    let payload = "<![CDATA[<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>]]>";
    let text = format!(
        "<unload><sys_update_set><name>Piers</name></sys_update_set><sys_update_xml><payload_hash>&lt;record_update&gt;</payload_hash>\
         <payload>{payload}</payload><sys_recorded_at>18c1f0</sys_recorded_at></sys_update_xml></unload>"
    );
    check(
        &text,
        FileKind::UpdateSet,
        &[
            "sys_update_set live table: name=Piers",
            "sys_update_xml live table: payload_hash=<record_update> sys_recorded_at=18c1f0",
            "sys_user_role live update_set: name=r",
        ],
    );
    let (_, seen) = read_all("set.xml", text.as_bytes());
    assert_eq!(seen[2].recorded_at.as_deref(), Some("18c1f0"));
    assert_eq!(seen[2].outer_start, u64::try_from(text.find("<sys_update_xml>").unwrap()).unwrap());
    assert_eq!(seen[2].set, None);
}

#[test]
fn records_know_the_set_of_their_row() {
    #[track_caller]
    fn check(references: &str, expected: Option<(&str, &str)>) {
        let text = format!(
            "<unload><sys_update_xml><payload><![CDATA[<record_update><sys_user_role \
             action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>]]></payload>{references}\
             <sys_updated_on>2026-01-02 03:04:05</sys_updated_on></sys_update_xml></unload>"
        );
        let (_, seen) = read_all("set.xml", text.as_bytes());
        let set = seen[1].set.as_ref().map(|set| (set.sys_id.as_str(), set.name.as_str()));
        assert_eq!(set, expected, "{references}");
        assert_eq!(seen[1].recorded_on.as_deref(), Some("2026-01-02 03:04:05"));
        assert_eq!(seen[0].set, None, "the row itself is of a table");
    }
    let remote = r#"<remote_update_set display_value="Piers &amp; quays">0a1b</remote_update_set>"#;
    let local = r#"<update_set display_value="Piers">2c3d</update_set>"#;
    check(remote, Some(("0a1b", "Piers & quays")));
    check(local, Some(("2c3d", "Piers")));
    check(&format!("{local}{remote}"), Some(("0a1b", "Piers & quays")));
    check(&format!("<remote_update_set display_value=\"\"/>{local}"), Some(("2c3d", "Piers")));
    check(r#"<remote_update_set display_value="Piers"/>"#, Some(("", "Piers")));
    check("<remote_update_set/><update_set display_value=\"\"/>", None);
    check("", None);
}

#[test]
fn a_link_installs_its_record_and_a_clone_is_a_picture() {
    let record = "<record_update table=\"sys_group_has_role\"><sys_group_has_role action=\"INSERT_OR_UPDATE\"><inherits>true</inherits>\
        </sys_group_has_role></record_update>";
    let link = format!(
        "<record_update><sys_metadata_link action=\"INSERT_OR_UPDATE\"><payload>{}</payload></sys_metadata_link></record_update>",
        escaped(record)
    );
    check(
        &link,
        FileKind::AppFile,
        &["sys_metadata_link live app:", "sys_group_has_role live app: inherits=true"],
    );
    let row = format!("<payload>{}</payload>", escaped(&link));
    check(
        &update_set(&[&row]),
        FileKind::UpdateSet,
        &[
            "sys_update_xml live update_set:".replace("update_set", "table").as_str(),
            "sys_metadata_link live update_set:",
            "sys_group_has_role live update_set: inherits=true",
        ],
    );
    check(
        &link.replace("sys_metadata_link", "sp_rel_widget_clone"),
        FileKind::AppFile,
        &["sp_rel_widget_clone live app:"],
    );
    check(
        &link.replace("sys_metadata_link", "sys_update_version"),
        FileKind::AppFile,
        &["sys_update_version live app:", "sys_group_has_role history history: inherits=true"],
    );
}

#[test]
fn history_in_an_update_set_and_a_link_in_history_stay_history() {
    let record = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>";
    let link = format!(
        "<record_update><sys_metadata_link action=\"INSERT_OR_UPDATE\"><payload>{}</payload></sys_metadata_link></record_update>",
        escaped(record)
    );
    let version = format!(
        "<record_update><sys_update_version action=\"INSERT_OR_UPDATE\"><payload>{}</payload></sys_update_version></record_update>",
        escaped(&link)
    );
    let row = format!("<payload>{}</payload>", escaped(&version));
    check(
        &update_set(&[&row]),
        FileKind::UpdateSet,
        &[
            "sys_update_xml live table:",
            "sys_update_version live update_set:",
            "sys_metadata_link history history:",
            "sys_user_role history history: name=r",
        ],
    );
}

#[test]
fn a_payload_without_declaration_or_empty() {
    let check_payload = |payload: &str, losses: usize, expected: &[&str]| {
        let (report, seen) =
            read_all("set.xml", update_set(&[&format!("<payload>{payload}</payload>")]).as_bytes());
        assert_eq!(lines(&seen)[1..], *expected, "{payload}");
        assert_eq!(report.problems.len(), losses, "{payload}: {:?}", report.problems);
        assert_eq!(report.has_loss(), losses > 0, "{payload}: {:?}", report.problems);
    };
    for empty in ["", "  \n ", "<![CDATA[]]>"] {
        check_payload(empty, 1, &[]);
    }
    check_payload(
        "&lt;record_update&gt;&lt;a action=\"INSERT\"&gt;&lt;b&gt;1&lt;/b&gt;&lt;/a&gt;&lt;/record_update&gt;",
        0,
        &["a live update_set: b=1"],
    );
    check_payload("\n  &lt;record_update/&gt;\n", 1, &[]);
}

#[test]
fn what_a_row_brings_is_what_its_name_promises() {
    const ID: &str = "0123456789abcdef0123456789abcdef";
    let check = |tag: &str, name: &str, action: &str, payload: &str, expected: (&[&str], &[&str])| {
        let text = format!(
            "<unload><sys_update_xml action=\"{tag}\">{action}<name>{name}</name>\
             <payload><![CDATA[{payload}]]></payload></sys_update_xml></unload>"
        );
        let (report, seen) = read_all("set.xml", text.as_bytes());
        let said: Vec<_> = report.problems.iter().map(|problem| problem.message.as_str()).collect();
        let (words, records) = expected;
        assert_eq!(said.len(), words.len(), "{name} {action} {payload}: {said:?}");
        for (said, words) in said.iter().zip(words) {
            assert!(said.contains(words), "{name} {action} {payload}: {said:?}");
        }
        assert_eq!(lines(&seen)[1..], *records, "{name} {action} {payload}");
        let at = |words: &str| u64::try_from(text.find(words).unwrap()).unwrap();
        for problem in &report.problems {
            let start = problem.at.unwrap().start;
            let is_named = problem.message.contains("says its name here");
            assert!(!is_named || start == at("<name>"), "{problem:?}");
            assert!(
                !problem.message.contains("the record is here") || start == at("<sys_public"),
                "{problem:?}"
            );
            assert!(!problem.message.contains("no record") || start == at("<payload>"), "{problem:?}");
        }
    };
    let insert = "<action>INSERT_OR_UPDATE</action>";
    let delete = "<action>DELETE</action>";
    let record = |table: &str| {
        format!(
            "<record_update table=\"{table}\"><{table} action=\"INSERT_OR_UPDATE\"><page>a</page></{table}></record_update>"
        )
    };
    let role = format!("sys_user_role_{ID}");
    let (live, gone) = ("sys_user_role live update_set:", "sys_user_role deleted update_set:");
    let brings = |name: &str, payload: &str, expected: (&[&str], &[&str])| {
        check("INSERT_OR_UPDATE", name, insert, payload, expected);
    };
    // XML, and no record in it.
    for nothing in [
        "<record_update/>",
        "<record_update table=\"sys_user_role\"/>",
        "<record_update table=\"sys_user_role\"></record_update>",
        "<?xml version=\"1.0\"?>\n<record_update><!-- none --></record_update>",
        "<record_update><sys_user_role/></record_update>",
        "<unload/>",
    ] {
        brings(&role, nothing, (&["no record"], &[live]));
        check("INSERT_OR_UPDATE", &role, delete, nothing, (&["no record"], &[gone]));
        check("INSERT_OR_UPDATE", &role, "", nothing, (&["no record"], &[live, gone]));
        // The row itself goes, and brings nothing.
        check("DELETE", &role, insert, nothing, (&[], &[]));
    }
    brings(&role, "<pier/>", (&["no root that records stand in"], &[live]));
    // An order over many records, and the definition of a table, bring what they say.
    let many = "<record_update><sys_public action=\"delete_multiple\" query=\"page=a\"/></record_update>";
    brings("sys_public_a", many, (&[], &[]));
    let definition = "<database><element name=\"x_pier\"><element name=\"a\"/></element></database>";
    brings("sys_db_object_x_pier", definition, (&[], &[]));
    let rows = "<database><sys_user_role action=\"INSERT\"><name>a</name></sys_user_role><b><sys_id/></b></database>";
    brings(&role, rows, (&["records stand in the definition"], &[]));
    // A record of another table.
    let other = (
        &["says its name here", "the record is here"][..],
        &["sys_public live update_set: page=a", live][..],
    );
    brings(&role, &record("sys_public"), other);
    let both = record("sys_public")
        .replace("</record_update>", "<sys_user_role action=\"DELETE\"><a/></sys_user_role></record_update>");
    check(
        "INSERT_OR_UPDATE",
        &role,
        "",
        &both,
        (&[], &["sys_public live update_set: page=a", "sys_user_role deleted update_set: a="]),
    );
    // Tables that nobody knows, and names of other shapes, promise nothing.
    for (name, table) in [
        (format!("sys_ui_form_sections_{ID}"), "sys_ui_form"),
        ("sys_user_role_pier".to_owned(), "sys_public"),
        (ID.to_owned(), "sys_public"),
    ] {
        brings(&name, &record(table), (&[], &[&format!("{table} live update_set: page=a")]));
    }
    // The row goes, and what it would have brought does not.
    let public = format!("sys_public_{ID}");
    check(
        "DELETE",
        &public,
        insert,
        &record("sys_public"),
        (&["says its action here", "the payload says"], &["sys_public live update_set: page=a"]),
    );
}

#[test]
fn a_payload_that_breaks_off_costs_only_itself() {
    let whole = escaped(
        "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>",
    );
    let broken = escaped(
        "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>q</name></sys_user_role><sys_user_role action=\"INSE",
    );
    let rows = [format!("<payload>{broken}</payload>"), format!("<payload>{whole}</payload>")];
    let (report, seen) = read_all("set.xml", update_set(&[&rows[0], &rows[1]]).as_bytes());
    assert_eq!(
        lines(&seen),
        [
            "sys_update_xml live table:",
            "sys_user_role live update_set: name=q",
            "sys_update_xml live table:",
            "sys_user_role live update_set: name=r",
        ]
    );
    assert!(report.has_loss(), "a part of a payload was not read");
}
