//! What kind of file it is and which records are in it: every form of export
//! that instances write, and what becomes of damaged and hostile ones.
//!
//! A record is shown as one line: its table, whether it is live, deleted or
//! history, how it came, its attributes in brackets, its fields.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/records.rs"]
mod records;

use std::collections::BTreeSet;

use glidelint::export::{FileKind, FileReport, Select, read};
use glidelint::record::{Action, Origin};
use glidelint::source::{ProblemKind, Source};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use records::{Keep, Seen, read_wanted};

/// Reads bytes with all fields of all records.
fn read_all(path: &str, bytes: &[u8]) -> (FileReport, Vec<Seen>) {
    let mut keep = Keep::default();
    let report = read(&Source::memory(path, bytes), Select::Everything, &mut keep);
    // What stands for a payload that was not heard has the place of its row.
    let mut spans = BTreeSet::new();
    let heard = keep.0.iter().filter(|record| spans.insert((record.span.start, record.span.end)));
    check_counts(&report, &heard.collect::<Vec<_>>());
    (report, keep.0)
}

/// What is counted is what is handed out.
fn check_counts(report: &FileReport, seen: &[&Seen]) {
    for (table, counts) in &report.tables {
        let count = |wanted: &str| {
            let of_table = seen.iter().filter(|record| record.table == *table && state(record) == wanted);
            u64::try_from(of_table.count()).unwrap()
        };
        assert_eq!(
            (counts.live, counts.deleted, counts.history),
            (count("live"), count("deleted"), count("history")),
            "{table}"
        );
    }
    assert!(seen.iter().all(|record| report.tables.contains_key(&record.table)));
}

fn state(record: &Seen) -> &'static str {
    match (record.origin, record.action) {
        (Origin::History, _) => "history",
        (_, Action::Delete) => "deleted",
        (_, Action::InsertOrUpdate) => "live",
    }
}

/// One record as a line. Payloads and line ends are left out: they are long.
fn line(record: &Seen) -> String {
    let mut line = format!("{} {} {}", record.table, state(record), record.origin.as_str());
    if !record.attributes.is_empty() {
        let attributes: Vec<_> =
            record.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        line = format!("{line} [{}]", attributes.join(" "));
    }
    let fields = record.fields.iter().filter(|field| field.name != "payload");
    let fields: Vec<_> =
        fields.map(|field| format!(" {}={}", field.name, field.value.replace('\n', "⏎"))).collect();
    line.push(':');
    line.push_str(&fields.join(""));
    line
}

fn lines(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(line).collect()
}

/// A text that is whole and holds these records.
fn check(text: &str, kind: FileKind, expected: &[&str]) {
    let (report, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), expected, "{text}");
    assert_eq!(report.kind, kind, "{text}");
    assert_eq!(report.problems, [], "{text}");
    assert!(report.whole, "{text}");
}

/// A text that is no export: nothing in it is ours, and nothing is wrong.
fn check_foreign(path: &str, bytes: &[u8]) {
    let (report, seen) = read_all(path, bytes);
    assert_eq!((report.kind, lines(&seen)), (FileKind::Other, Vec::new()), "{path}");
    assert_eq!(report.problems, [], "{path}");
}

/// A text of which some cannot be read: these records are read all the same,
/// and it is never taken for whole.
fn check_damaged(bytes: &[u8], kind: ProblemKind, expected: &[&str]) -> FileReport {
    let (report, seen) = read_all("export.xml", bytes);
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    assert_eq!(lines(&seen), expected, "{shown}");
    assert!(!report.whole, "{shown}");
    assert!(report.has_loss(), "{shown}");
    assert!(report.problems.iter().any(|problem| problem.kind == kind), "{:?}\n{shown}", report.problems);
    report
}

/// A text that needed repair, of which nothing is lost.
fn check_repaired(bytes: &[u8], words: &str, expected: &[&str]) {
    let (report, seen) = read_all("export.xml", bytes);
    assert_eq!(lines(&seen), expected, "{words}");
    assert!(report.whole && !report.has_loss(), "{:?}", report.problems);
    let [problem] = &report.problems[..] else { panic!("{words}: {:?}", report.problems) };
    assert_eq!(problem.kind, ProblemKind::Repaired);
    assert!(problem.message.contains(words), "{}", problem.message);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An update set of these rows' insides.
fn update_set(rows: &[&str]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| format!("<sys_update_xml action=\"INSERT_OR_UPDATE\">{row}</sys_update_xml>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n{}\n</unload>\n",
        rows.join("\n")
    )
}

// The forms of exports.

#[test]
fn elements_in_the_place_of_one_word_say_nothing() {
    let text = "<unload><sys_user action=\"INSERT_OR_UPDATE\"><active><value>true</value></active>\
                <manager>a<b/></manager><name>x<b/></name><locked_out>true</locked_out></sys_user></unload>";
    let (report, seen) = read_all("a.xml", text.as_bytes());
    assert_eq!(report.problems, []);
    let is_unknown = |name: &str| seen[0].field(name).unwrap().is_display_only;
    assert_eq!(["active", "manager", "name", "locked_out"].map(is_unknown), [true, true, false, false]);
}

#[test]
fn what_is_read_and_not_understood_is_told() {
    let check = |text: &str, words: &str| {
        let (report, _) = read_all("a.xml", text.as_bytes());
        assert_eq!((report.has_loss(), report.whole), (!words.is_empty(), words.is_empty()), "{text}");
        assert!(
            report.problems.iter().any(|problem| problem.message.contains(words)) || words.is_empty(),
            "{:?}",
            report.problems
        );
    };
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><name>NAME</name></sys_user>";
    let export =
        |doctype: &str, name: &str| format!("{doctype}<unload>{}</unload>", user.replace("NAME", name));
    let doctype = "<!DOCTYPE unload [<!ENTITY pier \"berth\">]>";
    check(&export(doctype, "&pier;"), "an entity of the DOCTYPE is used");
    check(&export(doctype, "&amp;&#65;"), "");
    check(&format!("<database>{user}</database>"), "records stand in the definition of a table");
    check("<database><row><sys_id>x</sys_id></row></database>", "records stand in the definition");
    check("<database><element name=\"sys_user\"><element name=\"a\"/></element></database>", "");
}

#[test]
fn a_table_export() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n\
        <sys_user action=\"INSERT_OR_UPDATE\">\n<active>true</active>\n\
        <manager display_value=\"Nora Vale\">0d1</manager>\n<user_name>svc.pier</user_name>\n</sys_user>\n\
        <sys_user_role action=\"INSERT_OR_UPDATE\"><name>pier_master</name></sys_user_role>\n</unload>\n";
    check(
        text,
        FileKind::TableExport,
        &[
            "sys_user live table: active=true manager=0d1 user_name=svc.pier",
            "sys_user_role live table: name=pier_master",
        ],
    );
    let (report, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(report.unload_date.as_deref(), Some("2026-03-01 10:00:00"));
    assert_eq!(report.encoding, "UTF-8");
    let manager = seen[0].field("manager").unwrap();
    assert_eq!(manager.display_value.as_deref(), Some("Nora Vale"));
    assert_eq!(&text[report.root_tag.range_from(0).unwrap()], "<unload unload_date=\"2026-03-01 10:00:00\">");
}

#[test]
fn only_what_is_wanted_is_handed_out() {
    let text = b"<unload><sys_user action='INSERT_OR_UPDATE'><active>true</active><user_name>a</user_name><sys_id>1</sys_id>\
        </sys_user><sys_user_role action='INSERT_OR_UPDATE'><name>r</name></sys_user_role></unload>";
    let (report, seen) = read_wanted("export.xml", text, &[("sys_user", &["user_name"])]);
    assert_eq!(lines(&seen), ["sys_user live table: user_name=a sys_id=1"]);
    assert_eq!(report.tables.len(), 2, "what nobody wants is counted");
}

#[test]
fn a_list_export_has_rows_without_action() {
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><xml><sys_user_grmember><group display_value=\"Piers\">9a</group>\
         <user>7c</user></sys_user_grmember><sys_user_grmember><group/><user/></sys_user_grmember></xml>",
        FileKind::ListExport,
        &["sys_user_grmember live table: group=9a user=7c", "sys_user_grmember live table: group= user="],
    );
}

#[test]
fn an_app_file_with_and_without_table() {
    let record =
        "<sys_properties action=\"INSERT_OR_UPDATE\"><name>x.pier</name><value>9</value></sys_properties>";
    let expected = ["sys_properties live app: name=x.pier value=9"];
    for root in [
        "<record_update>",
        "<record_update table=\"sys_properties\">",
        "<record_update sys_domain=\"global\" node_type='x'>",
    ] {
        check(&format!("{root}{record}</record_update>"), FileKind::AppFile, &expected);
        check(
            &format!("<?xml version=\"1.0\"?>{root}\n{record}\n</record_update>\n"),
            FileKind::AppFile,
            &expected,
        );
    }
}

#[test]
fn an_app_file_of_several_records() {
    check(
        "<record_update table=\"sys_ui_list\"><sys_ui_list action=\"INSERT_OR_UPDATE\"><name>berths</name></sys_ui_list>\
         <sys_ui_list_element action=\"delete_multiple\" query=\"list_id=1^elementISNOTEMPTY\"/>\
         <sys_ui_list_element action=\"update_multiple\" query=\"list_id=1\"></sys_ui_list_element>\
         <sys_ui_list_element action=\"INSERT_OR_UPDATE\"><element>length</element></sys_ui_list_element>\
         <sys_ui_list_element action=\"DELETE\"><element>draught</element></sys_ui_list_element></record_update>",
        FileKind::AppFile,
        &[
            "sys_ui_list live app: name=berths",
            "sys_ui_list_element live app: element=length",
            "sys_ui_list_element deleted app: element=draught",
        ],
    );
}

#[test]
fn actions_in_their_writings() {
    let check_action = |attribute: &str, state: &str| {
        let text = format!("<unload><sys_user_role{attribute}><name>r</name></sys_user_role></unload>");
        check(&text, FileKind::TableExport, &[&format!("sys_user_role {state} table: name=r")]);
    };
    check_action(" action=\"INSERT_OR_UPDATE\"", "live");
    check_action(" action='INSERT_OR_UPDATE'", "live");
    check_action(" action=\"INSERT\"", "live");
    check_action(" action=\"UPDATE\"", "live");
    check_action("", "live");
    check_action(" action=\"DELETE\"", "deleted");
    check_action("\n  action=\"DELETE\"\n", "deleted");
    check_action(" action = 'DELETE' ", "deleted");
}

#[test]
fn a_group_wrapper_is_no_record() {
    check(
        "<record_update><sys_documentation element=\"berth\" label=\"Berth\" language=\"en\" table=\"x_pier\">\
         <sys_documentation action=\"INSERT_OR_UPDATE\"><element>berth</element><label>Berth</label></sys_documentation>\
         </sys_documentation></record_update>",
        FileKind::AppFile,
        &["sys_documentation live app: element=berth label=Berth"],
    );
    check(
        "<record_update><sys_choice action=\"INSERT_OR_UPDATE\" field=\"state\" table=\"x_pier\">\
         <sys_choice_set action=\"INSERT_OR_UPDATE\"><element>state</element></sys_choice_set>\
         <sys_choice action=\"INSERT_OR_UPDATE\"><value>1</value></sys_choice>\
         <sys_choice action=\"DELETE\"><value>2</value></sys_choice></sys_choice></record_update>",
        FileKind::AppFile,
        &[
            "sys_choice_set live app: element=state",
            "sys_choice live app: value=1",
            "sys_choice deleted app: value=2",
        ],
    );
    check(
        "<record_update><sys_ui_section caption=\"\" section_id=\"1\" table=\"x_pier\" view=\"Default\">\
         <sys_ui_element action=\"delete_multiple\" query=\"sys_ui_section=1\"/>\
         <sys_ui_section action=\"INSERT_OR_UPDATE\"><name>x_pier</name></sys_ui_section>\
         <sys_ui_element action=\"INSERT_OR_UPDATE\"><element>berth</element></sys_ui_element>\
         </sys_ui_section></record_update>",
        FileKind::AppFile,
        &["sys_ui_section live app: name=x_pier", "sys_ui_element live app: element=berth"],
    );
}

#[test]
fn a_wrapper_whose_attributes_stand_on_lines_of_their_own() {
    check(
        "<record_update>\n<sys_choice\n  field=\"state\"\n  table=\"x_pier\">\n<sys_choice\n  action=\"INSERT_OR_UPDATE\">\n\
         <value>1</value></sys_choice>\n<sys_choice\taction = 'DELETE'><value>2</value></sys_choice>\n</sys_choice></record_update>",
        FileKind::AppFile,
        &["sys_choice live app: value=1", "sys_choice deleted app: value=2"],
    );
}

#[test]
fn a_deletion_in_an_app_repository() {
    let payload = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><record_update table=\"sys_user_role_contains\">\
        <sys_user_role_contains action=\"INSERT_OR_UPDATE\"><contains>9</contains></sys_user_role_contains></record_update>";
    check(
        &format!(
            "<record_update><sys_user_role_contains action=\"DELETE\"><contains>9</contains></sys_user_role_contains>\
             <sys_update_version action=\"INSERT_OR_UPDATE\"><name>a</name><payload>{}</payload></sys_update_version>\
             <sys_metadata_delete action=\"INSERT_OR_UPDATE\"><sys_db_object>b</sys_db_object></sys_metadata_delete></record_update>",
            escape(payload)
        ),
        FileKind::AppFile,
        &[
            "sys_user_role_contains deleted app: contains=9",
            "sys_update_version live app: name=a",
            "sys_user_role_contains history history: contains=9",
            "sys_metadata_delete live app: sys_db_object=b",
        ],
    );
}

#[test]
fn a_row_of_an_update_set_and_its_record_may_delete() {
    let record = |action: &str| {
        escape(&format!(
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
        escape(record)
    );
    check(
        &link,
        FileKind::AppFile,
        &["sys_metadata_link live app:", "sys_group_has_role live app: inherits=true"],
    );
    let row = format!("<payload>{}</payload>", escape(&link));
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
        escape(record)
    );
    let version = format!(
        "<record_update><sys_update_version action=\"INSERT_OR_UPDATE\"><payload>{}</payload></sys_update_version></record_update>",
        escape(&link)
    );
    let row = format!("<payload>{}</payload>", escape(&version));
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
    let whole = escape(
        "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>",
    );
    let broken = escape(
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

#[test]
fn a_condition_is_its_direct_text() {
    check(
        "<unload><sys_ui_policy action=\"INSERT_OR_UPDATE\"><conditions table=\"x_pier\">active=true^nameLIKE&amp;co^EQ\
         <item display_value=\"true\" endquery=\"false\" field=\"active\" operator=\"=\" value=\"true\"/>\
         <item field=\"name\" operator=\"LIKE\" value=\"&amp;co\"><nested>x</nested></item>\
         <item endquery=\"true\"/></conditions><name>  kept as it is </name></sys_ui_policy></unload>",
        FileKind::TableExport,
        &["sys_ui_policy live table: conditions=active=true^nameLIKE&co^EQ name=  kept as it is "],
    );
    check(
        "<unload><a action=\"INSERT\"><filter>\n  active=true\n  <item/>\n</filter></a></unload>",
        FileKind::TableExport,
        &["a live table: filter=active=true"],
    );
}

#[test]
fn comments_and_instructions_are_no_text() {
    check(
        "<!-- by hand --><?pier x?><unload><!-- <sys_user action=\"INSERT\"/> --><a action=\"INSERT\"><b>svc<!-- . -->.pier<?x y?></b></a></unload><!-- end -->",
        FileKind::TableExport,
        &["a live table: b=svc.pier"],
    );
}

#[test]
fn empty_in_every_form() {
    for empty in [
        "<b/>",
        "<b></b>",
        "<b />",
        "<b\n/>",
        "<b display_value=\"\"/>",
        "<b display_value=\"\"></b>",
        "<b><![CDATA[]]></b>",
        "<b><!-- --></b>",
    ] {
        check(
            &format!("<unload><a action=\"INSERT\">{empty}</a></unload>"),
            FileKind::TableExport,
            &["a live table: b="],
        );
    }
}

#[test]
fn references_show_their_names() {
    let text = "<unload><sys_group_has_role action=\"INSERT\"><role display_value=\"\" name=\"pier_master\">1</role>\
        <group display_value=\"Piers &amp; berths\" name='Piers'>2</group></sys_group_has_role></unload>";
    let (_, seen) = read_all("export.xml", text.as_bytes());
    let names = |name: &str| {
        let field = seen[0].field(name).unwrap();
        (field.display_value.as_deref(), field.name_attribute.as_deref())
    };
    assert_eq!(names("role"), (Some(""), Some("pier_master")));
    assert_eq!(names("group"), (Some("Piers & berths"), Some("Piers")));
}

#[test]
fn a_database_file_holds_no_records() {
    check(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><database><element label=\"Berth\" name=\"x_pier\" type=\"collection\">\
         <element name=\"length\" type=\"integer\" action=\"x\"/></element></database>",
        FileKind::Dictionary,
        &[],
    );
}

#[test]
fn foreign_xml_is_passed_over() {
    check_foreign(
        "page.xml",
        b"<?xml version=\"1.0\"?><j:jelly xmlns:j=\"jelly:core\"><g:evaluate>1 &lt; 2</g:evaluate></j:jelly>",
    );
    check_foreign(
        "soap.xml",
        b"<soap:Envelope xmlns:soap='x'><soap:Body><record action='INSERT'/></soap:Body></soap:Envelope>",
    );
    check_foreign("sitemap.xml", b"<urlset><url><loc>https://pier.example/</loc></url></urlset>");
    check_foreign(
        "pom.xml",
        b"<project><unload><sys_user action=\"INSERT\"><a>1</a></sys_user></unload></project>",
    );
    check_foreign("set.xml", b"<update_set><record><name>x</name><payload><![CDATA[<record_update/>]]></payload></record></update_set>");
    check_foreign("page.html", b"<html><body><br>never closed</body>");
    check_foreign("notes.txt", b"active=true");
    check_foreign("empty.txt", b"");
    check_foreign("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    check_foreign("checksum.txt", b"1029384756");
    check_foreign("records.json", b"{\"records\": []}");
}

#[test]
fn the_doctype_of_a_foreign_file_is_none_of_our_business() {
    check_foreign("page.html", b"<!DOCTYPE html><html><body></body></html>");
    check_foreign(
        "picture.svg",
        b"<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\"><svg/>",
    );
}

#[test]
fn defaults_are_applied_where_the_writer_asks() {
    let text = b"<unload><a action=\"INSERT\" apply_defaults=\"true\"><b>1</b></a><a action=\"INSERT\" apply_defaults=\"false\"/>\
        <a action=\"INSERT\"/></unload>";
    let (_, seen) = read_all("export.xml", text);
    assert_eq!(seen.iter().map(|record| record.apply_defaults).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn keys_may_be_attributes() {
    let text = "<record_update><sys_dictionary action=\"INSERT_OR_UPDATE\" element=\"berth\" table=\"x_pier\">\
        <active>true</active></sys_dictionary></record_update>";
    check(text, FileKind::AppFile, &["sys_dictionary live app [element=berth table=x_pier]: active=true"]);
}

#[test]
fn records_may_stand_in_a_field() {
    check(
        "<record_update><sys_hub_flow action=\"INSERT_OR_UPDATE\"><name>Mooring</name><related_items_node>\
         <sys_hub_step action=\"UPDATE\"><order>1</order></sys_hub_step><sys_hub_step action=\"DELETE\"><order>2</order></sys_hub_step>\
         </related_items_node><order>7</order></sys_hub_flow></record_update>",
        FileKind::AppFile,
        &[
            "sys_hub_step live app: order=1",
            "sys_hub_step deleted app: order=2",
            "sys_hub_flow live app: name=Mooring related_items_node= order=7",
        ],
    );
}

#[test]
fn a_column_may_come_twice() {
    check(
        "<unload><sys_hub_x action=\"INSERT\"><label>a</label><label>b</label></sys_hub_x></unload>",
        FileKind::TableExport,
        &["sys_hub_x live table: label=a label=b"],
    );
}

#[test]
fn xml_in_a_field_that_is_no_payload_stays_text() {
    let jelly = "<?xml version=\"1.0\"?><record_update><sys_user action=\"INSERT\"><a>1</a></sys_user></record_update>";
    for html in [escape(jelly), format!("<![CDATA[{jelly}]]>")] {
        let (report, seen) = read_all("page.xml", format!("<record_update><sys_ui_page action=\"INSERT\"><html>{html}</html></sys_ui_page></record_update>").as_bytes());
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].field("html").unwrap().value, jelly);
        assert!(report.whole && report.problems.is_empty());
    }
}

#[test]
fn line_ends_and_layout_do_not_matter() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n  <sys_user action=\"INSERT_OR_UPDATE\">\n\
        \t<active>true</active>\n<notes>one\ntwo</notes>\n  </sys_user>\n</unload>\n";
    let expected = ["sys_user live table: active=true notes=one⏎two"];
    check(text, FileKind::TableExport, &expected);
    check(&text.replace('\n', "\r\n"), FileKind::TableExport, &expected);
    check(&text.replace('\n', "\r"), FileKind::TableExport, &expected);
    check(&text.replace(">\n", ">").replace(">\t<", "><"), FileKind::TableExport, &expected);
    check(text.trim_end(), FileKind::TableExport, &expected);
    check(&format!("\u{feff}{text}"), FileKind::TableExport, &expected);
    check(&format!("\n\n  {}", text.split_once('\n').unwrap().1), FileKind::TableExport, &expected);
}

#[test]
fn only_a_header_and_nothing_at_all() {
    check("<unload unload_date=\"2026-03-01 10:00:00\"/>", FileKind::TableExport, &[]);
    check("<unload unload_date=\"2026-03-01 10:00:00\"></unload>", FileKind::TableExport, &[]);
    check("<xml></xml>", FileKind::ListExport, &[]);
    check("<record_update/>", FileKind::AppFile, &[]);
    check(
        "<unload><sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>Empty</name></sys_remote_update_set></unload>",
        FileKind::UpdateSet,
        &["sys_remote_update_set live table: name=Empty"],
    );
}

// Encodings.

const NORDIC: &str = "<sys_user action=\"INSERT_OR_UPDATE\"><name>Søren “Åby” €9</name></sys_user>";

fn check_encoded(bytes: &[u8], encoding: &str) {
    let (report, seen) = read_all("export.xml", bytes);
    assert_eq!(lines(&seen), ["sys_user live table: name=Søren “Åby” €9"], "{encoding}");
    assert_eq!((report.encoding, report.whole, report.problems.len()), (encoding, true, 0));
}

fn nordic(declared: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{declared}\"?>\n<unload>{NORDIC}</unload>\n")
}

#[test]
fn encodings() {
    // What has these names is read as browsers do.
    let bytes_of = |text: &str| -> Vec<u8> {
        let byte = |character| match character {
            '“' => 0x93,
            '”' => 0x94,
            '€' => 0x80,
            other => u8::try_from(u32::from(other)).unwrap(),
        };
        text.chars().map(byte).collect()
    };
    for declared in ["windows-1252", "ISO-8859-1", "iso-8859-1", "Windows-1252"] {
        check_encoded(&bytes_of(&nordic(declared)), "windows-1252");
    }
    check_encoded(nordic("UTF-8").as_bytes(), "UTF-8");
    check_encoded(format!("\u{feff}{}", nordic("windows-1252")).as_bytes(), "UTF-8");
    let wide =
        |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    for declared in ["UTF-16", "UTF-8"] {
        check_encoded(&wide(&nordic(declared), u16::to_le_bytes), "UTF-16LE");
        check_encoded(&wide(&nordic(declared), u16::to_be_bytes), "UTF-16BE");
        let marked = format!("\u{feff}{}", nordic(declared));
        check_encoded(&wide(&marked, u16::to_le_bytes), "UTF-16LE");
        check_encoded(&wide(&marked, u16::to_be_bytes), "UTF-16BE");
    }
}

#[test]
fn an_invalid_byte_is_replaced_and_nothing_else_is_lost() {
    let rows = |name: &[u8]| {
        [
            b"<unload><a action=\"INSERT\"><b>1</b></a><a action=\"INSERT\"><b>".as_slice(),
            name,
            b"</b></a><a action=\"INSERT\"><b>3</b></a></unload>",
        ]
        .concat()
    };
    let check_bytes = |name: &[u8], shown: &str| {
        let shown = format!("a live table: b={shown}");
        check_repaired(
            &rows(name),
            "replaced by U+FFFD",
            &["a live table: b=1", &shown, "a live table: b=3"],
        );
    };
    check_bytes(b"S\xf8ren", "S\u{fffd}ren");
    check_bytes(b"\xff", "\u{fffd}");
    check_bytes(b"\xe2\x82", "\u{fffd}");
    // A value that breaks a tag is lost, but not what stands around it.
    check_bytes(b"\xf0\x9f\x98", "\u{fffd}");
}

#[test]
fn an_unknown_encoding_is_read_as_utf_8_and_told() {
    let (report, seen) = read_all("export.xml", nordic("x-pier").as_bytes());
    assert_eq!(lines(&seen), ["sys_user live table: name=Søren “Åby” €9"]);
    assert!(report.has_loss() && report.problems[0].message.contains("x-pier"), "{:?}", report.problems);
}

// Damage.

const EXPORT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n\
    <sys_user action=\"INSERT_OR_UPDATE\">\n<name>S&#248;ren &amp; Åby</name><active/>\n</sys_user>\n<!-- a note -->\n\
    <sys_user action=\"DELETE\"><notes><![CDATA[<b>]]]]><![CDATA[>]]></notes></sys_user>\n\
    <sys_user_role action='INSERT_OR_UPDATE'><name display_value=\"x > y\">😀</name></sys_user_role>\n</unload>\n";

/// The records of `bytes`, and how much of the text must be there for each.
fn whole_records(bytes: &[u8]) -> Vec<(Seen, u64)> {
    let (report, seen) = read_all("export.xml", bytes);
    assert!(report.whole && report.problems.is_empty(), "{:?}", report.problems);
    // What a row carries is there once the row is.
    let end = |of: &Seen| {
        seen.iter()
            .filter(|other| other.outer_start == of.outer_start)
            .map(|other| other.span.end)
            .max()
            .unwrap()
    };
    seen.iter().map(|record| (record.clone(), end(record))).collect()
}

/// Cuts a text at every place between the root's start and the end of its end tag.
fn check_every_cut(text: &str, encode: fn(&str) -> Vec<u8>) {
    let bytes = encode(text);
    let records = whole_records(&bytes);
    let (report, _) = read_all("export.xml", &bytes);
    let root = usize::try_from(report.root_tag.end).unwrap();
    let (begin, end) = (encode(&text[..root]).len(), encode(text.trim_end()).len());
    let prefix = |(at, _): (usize, char)| (u64::try_from(at).unwrap(), encode(&text[..at]).len());
    let lengths: Vec<_> = text.char_indices().map(prefix).collect();
    for cut in begin..end {
        let (report, seen) = read_all("export.xml", &bytes[..cut]);
        assert!(!report.whole, "cut at {cut}: taken for whole");
        assert!(report.has_loss(), "cut at {cut} of {end}: no word of it; {:?}", report.problems);
        // A character may count for more bytes of text than of file.
        let text_end =
            lengths.iter().take_while(|(_, encoded)| *encoded <= cut).last().map_or(0, |(text, _)| *text);
        let expected: Vec<_> =
            records.iter().filter(|(_, end)| *end <= text_end).map(|(record, _)| record).collect();
        assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "cut at {cut}");
    }
}

fn as_utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn as_utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
fn a_file_that_ends_before_its_root_begins() {
    let roots = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- by hand -->\n<unload unload_date=\"2026\">",
        "<record_update table='x'>",
        "<xml>",
    ];
    for root in roots {
        for cut in 0..root.len() {
            check_damaged_at_all(&root.as_bytes()[..cut]);
        }
    }
}

/// It is called `.xml`, so that nothing in it could be read is worth a word.
fn check_damaged_at_all(bytes: &[u8]) {
    let (report, seen) = read_all("export.xml", bytes);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(seen, [], "{shown}");
    assert!(!report.whole, "taken for whole: {shown}");
    assert!(report.has_loss(), "no word of it: {shown}");
}

#[test]
fn a_table_export_cut_anywhere() {
    check_every_cut(EXPORT, as_utf8);
}

#[test]
fn a_table_export_in_utf_16_cut_anywhere() {
    check_every_cut(EXPORT, as_utf16);
}

#[test]
fn an_update_set_cut_anywhere() {
    let record = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>";
    let rows = [
        format!("<payload>{}</payload>", escape(record)),
        format!("<payload><![CDATA[{record}]]></payload><type>x</type>"),
    ];
    check_every_cut(&update_set(&[&rows[0], &rows[1]]), as_utf8);
}

#[test]
fn an_app_file_and_a_list_cut_anywhere() {
    check_every_cut(
        "<?xml version=\"1.0\"?><record_update><a action=\"INSERT\"><b>1</b></a><c action=\"INSERT\"/></record_update>\n",
        as_utf8,
    );
    check_every_cut("<xml><a><b>1</b></a><a><b>2</b><c/></a></xml>", as_utf8);
}

#[test]
fn a_file_torn_in_the_middle_is_read_on_behind_the_break() {
    let row = |number: usize| {
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><name>n{number}</name></sys_user>\n"
        )
    };
    let rows: String = (0..6).map(row).collect();
    let text = format!("<unload>\n{rows}</unload>\n");
    let (third, fourth) = (text.find("n2").unwrap(), text.find("n3").unwrap());
    // Whatever is lost between a place in the third row and one in the fourth.
    for from in text[..third].rfind("<sys_user").unwrap() + 1..third {
        for to in (text[..fourth].rfind("<sys_user").unwrap() + 1..fourth).step_by(3) {
            let torn = [&text[..from], &text[to..]].concat();
            let (report, seen) = read_all("export.xml", torn.as_bytes());
            let names: Vec<_> = seen
                .iter()
                .filter_map(|record| record.field("name"))
                .map(|name| name.value.as_str())
                .collect();
            let kept: Vec<_> =
                ["n0", "n1", "n4", "n5"].into_iter().filter(|name| !names.contains(name)).collect();
            assert!(kept.is_empty(), "{kept:?} lost; torn from {from} to {to}: {torn}");
            if !names.contains(&"n3") {
                assert!(
                    report.has_loss() && !report.whole,
                    "torn from {from} to {to}: n3 lost without a word: {torn}"
                );
            }
        }
    }
}

#[test]
fn what_lies_behind_a_break_is_read() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    let check_break = |text: &str, expected: &[&str]| {
        let expected: Vec<_> =
            expected.iter().map(|name| format!("sys_user live table: name={name}")).collect();
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check_damaged(text.as_bytes(), ProblemKind::Broken, &expected);
    };
    // The start of a row is lost, a tag is cut in two, one ends another.
    check_break(
        &format!("<unload>{}<name>b</name></sys_user>{}</unload>", user("a"), user("c")),
        &["a", "c"],
    );
    check_break(
        &format!(
            "<unload>{}<sys_user action=\"INSERT_OR_UPDATE\"><name>b</na{}</unload>",
            user("a"),
            user("c")
        ),
        &["a", "c"],
    );
    check_break(
        &format!(
            "<unload>{}<sys_user action=\"INSERT_OR_UPDATE\"><name>b</x>{}</unload>",
            user("a"),
            user("c")
        ),
        &["a", "c"],
    );
}

#[test]
fn a_row_whose_end_is_lost_does_not_take_the_next_one_with_it() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    for lost in ["</sys_user>", "</name></sys_user>"] {
        let text = format!(
            "<unload>{}{}{}</unload>",
            user("a"),
            user("b").replace(lost, ""),
            user("c") + &user("d")
        );
        let expected = ["a", "c", "d"].map(|name| format!("sys_user live table: name={name}"));
        check_damaged(text.as_bytes(), ProblemKind::Broken, &expected.each_ref().map(String::as_str));
    }
    let text = "<xml><a><b>1</b></a><a><b>2</b><a><b>3</b></a><a><b>4</b></a></xml>";
    check_damaged(
        text.as_bytes(),
        ProblemKind::Broken,
        &["a live table: b=1", "a live table: b=3", "a live table: b=4"],
    );
}

#[test]
fn an_end_tag_that_runs_into_another_tag_ends_nothing() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    let text = format!(
        "<unload>{}{}{}</unload>",
        user("a"),
        user("b").replace("/sys_user>", "/"),
        user("c") + &user("d")
    );
    let expected = ["a", "c", "d"].map(|name| format!("sys_user live table: name={name}"));
    check_damaged(text.as_bytes(), ProblemKind::Broken, &expected.each_ref().map(String::as_str));
    let text = format!("<unload>{}</<unload>unload>", user("a"));
    let (report, _) = read_all("export.xml", text.as_bytes());
    assert!(!report.whole && report.has_loss());
}

#[test]
fn a_break_in_a_list_export() {
    let text = "<xml><a><b>1</b></a><a><b>2</c></a><a><b>3</b></a></xml>";
    check_damaged(text.as_bytes(), ProblemKind::Broken, &["a live table: b=1", "a live table: b=3"]);
}

#[test]
fn a_break_in_an_update_set_does_not_lead_into_a_payload() {
    let record = |name: &str| {
        format!(
            "<payload><![CDATA[<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user_role></record_update>]]></payload>"
        )
    };
    let text = update_set(&[&record("p"), &record("q"), &record("r")]);
    // The head of the second payload runs into the tail of the third.
    for lost_from in ["user_role action=\"INSERT_OR_UPDATE\"><name>q", "<name>q", "me>q", "q</name>"] {
        let from = text.find(lost_from).unwrap();
        let to = text.rfind("</record_update>").unwrap();
        let (report, seen) = read_all("set.xml", [&text[..from], &text[to..]].concat().as_bytes());
        assert_eq!(
            lines(&seen)[..3],
            [
                "sys_update_xml live table:",
                "sys_user_role live update_set: name=p",
                "sys_update_xml live table:"
            ]
        );
        assert_eq!(seen.len(), 3, "a half record is none");
        assert!(report.has_loss(), "{lost_from}: lost without a word");
    }
    // The payload's end is lost too: all up to the next row's is one long CDATA.
    let from = text.find("q</name>").unwrap();
    let to = text.rfind("<payload>").unwrap();
    let (report, seen) = read_all("set.xml", [&text[..from], &text[to..]].concat().as_bytes());
    assert_eq!(seen.iter().filter(|record| record.table == "sys_user_role").count(), 1, "{:?}", lines(&seen));
    assert!(report.has_loss());
    // A row's end is lost: the next row is read.
    let text = update_set(&[&record("p"), &record("q"), &record("r")]).replacen(
        "]]></payload></sys_update_xml>",
        "]]></pay",
        1,
    );
    let (report, seen) = read_all("set.xml", text.as_bytes());
    let names: Vec<_> =
        seen.iter().filter_map(|record| record.field("name")).map(|name| name.value.as_str()).collect();
    assert_eq!(names, ["q", "r"]);
    assert!(report.has_loss() && !report.whole);
}

#[test]
fn home_made_and_joined_exports() {
    // Two exports end to end.
    let one = "<?xml version=\"1.0\"?><unload><a action=\"INSERT\"><b>1</b></a></unload>\n";
    let two = "<?xml version=\"1.0\"?><unload><a action=\"INSERT\"><b>2</b></a></unload>\n";
    check_repaired(
        format!("{one}{two}").as_bytes(),
        "second root",
        &["a live table: b=1", "a live table: b=2"],
    );
    // The first one without its end.
    let (report, seen) =
        read_all("export.xml", format!("{}{two}", one.replace("</unload>\n", "")).as_bytes());
    assert!(lines(&seen).contains(&"a live table: b=1".to_owned()), "{seen:?}");
    assert!(!report.whole && report.has_loss());
    // A declaration in the middle.
    let text = "<unload><a action=\"INSERT\"><b>1</b></a><?xml version=\"1.0\"?><a action=\"INSERT\"><b>2</b></a></unload>";
    let (_, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), ["a live table: b=1", "a live table: b=2"]);
    // A payload written as it is, whose own CDATA ends the outer one early.
    let inner = "<record_update><sys_script action=\"INSERT\"><script><![CDATA[if (a < b) c();]]></script></sys_script></record_update>";
    let good = "<payload>&lt;record_update&gt;&lt;a action=\"INSERT\"&gt;&lt;b&gt;2&lt;/b&gt;&lt;/a&gt;&lt;/record_update&gt;</payload>";
    let (report, seen) = read_all(
        "set.xml",
        update_set(&[&format!("<payload><![CDATA[{inner}]]></payload>"), good]).as_bytes(),
    );
    assert!(lines(&seen).contains(&"a live update_set: b=2".to_owned()), "{:?}", lines(&seen));
    assert!(report.has_loss());
}

#[test]
fn a_bare_ampersand_is_text() {
    check_repaired(
        b"<unload><a action=\"INSERT\"><b>Piers & berths</b><c>A&B;C&</c></a></unload>",
        "&",
        &["a live table: b=Piers & berths c=A&B;C&"],
    );
}

#[test]
fn text_behind_the_end_does_not_undo_it() {
    let value = "1".repeat(2000);
    let text = format!("<unload><a action=\"INSERT\"><b>{value}</b></a></unload>\n\0\0\0\0\0\0");
    let (report, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), [format!("a live table: b={value}")]);
    assert!(!report.has_loss(), "{:?}", report.problems);
}

#[test]
fn nothing_and_no_xml_under_the_name_of_xml() {
    let check_unreadable = |bytes: &[u8], words: &str| {
        let report = check_damaged(bytes, ProblemKind::Unreadable, &[]);
        assert!(report.problems[0].message.contains(words), "{:?}", report.problems);
    };
    check_unreadable(b"", "empty");
    check_unreadable(b" \n\r\n\t", "empty");
    check_unreadable(b"\xef\xbb\xbf", "empty");
    check_unreadable(b"\0\0\0\0", "binary");
    check_unreadable(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary");
    check_unreadable(b"{\"result\": []}", "not XML");
    check_unreadable(b"gs.info('<unload>')", "not XML");
}

#[test]
fn zeros_in_the_middle_of_an_export_lose_no_other_record() {
    let (report, seen) = read_all("export.xml", b"<unload>\0<a action=\"INSERT\"><b>1</b></a></unload>");
    assert_eq!((seen.len(), report.has_loss()), (1, true));
    let rows = |middle: &str| {
        let row = |value: &str| format!("<a action=\"INSERT\"><b>{value}</b></a>");
        format!("<unload>{}{}{}</unload>", row(&"x".repeat(2000)), row(middle), row("3"))
    };
    let (_, seen) = read_all("export.xml", rows("1\0\u{1}2").as_bytes());
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].field("b").unwrap().value, "3");
    // A block that was never written, tags and all.
    let text = rows("2").replace("<a action=\"INSERT\"><b>2</b></a>", &"\0".repeat(40));
    let (_, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(seen.last().unwrap().field("b").unwrap().value, "3");
}

// Hostile texts.

#[test]
fn entities_of_a_doctype_are_not_expanded() {
    let check_doctype = |doctype: &str, value: &str| {
        let text = format!(
            "<?xml version=\"1.0\"?>\n{doctype}\n<unload><a action=\"INSERT\"><b>{value}</b></a></unload>"
        );
        let (report, seen) = read_all("export.xml", text.as_bytes());
        assert_eq!(lines(&seen), [format!("a live table: b={value}")]);
        assert!(report.problems[0].message.contains("DOCTYPE"), "{:?}", report.problems);
        assert_eq!(report.has_loss(), value.starts_with('&'), "{text}");
    };
    check_doctype("<!DOCTYPE unload SYSTEM \"file:///etc/passwd\">", "1");
    check_doctype("<!DOCTYPE unload [<!ENTITY pier SYSTEM \"file:///etc/hostname\">]>", "&pier;");
    let level = |level: u32| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10));
    let bomb = (1..30).map(level).collect::<Vec<_>>().concat();
    check_doctype(&format!("<!DOCTYPE unload [<!ENTITY l0 \"boom\">{bomb}]>"), "&l29;");
    // A parameter entity, and a quoted > in it.
    check_doctype("<!DOCTYPE unload [<!ENTITY % a \"x>y\"><!-- ]> -->]>", "1");
}

#[test]
fn three_hundred_thousand_nested_elements() {
    const DEPTH: usize = 300_000;
    let check_nested = |text: &str| {
        let (report, seen) = read_all("export.xml", text.as_bytes());
        assert!(report.has_loss(), "{:?}", report.problems);
        assert!(report.problems.len() < 100, "problems do not pile up");
        seen
    };
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let good = "<a action=\"INSERT\"><b>1</b></a>";
    for (open, close) in
        [("<x>", "</x>"), ("<a action=\"INSERT\">", "</a>"), ("<a action=\"INSERT\"><b>", "</b></a>")]
    {
        let seen = check_nested(&format!("<unload>{good}{}</unload>", nested(open, close)));
        assert_eq!(line(&seen[0]), "a live table: b=1");
        check_nested(&format!("<unload>{good}{}", open.repeat(DEPTH)));
        check_nested(&format!("<record_update>{}</record_update>", nested(open, close)));
        check_nested(&update_set(&[&format!(
            "<payload><![CDATA[<record_update>{}</record_update>]]></payload>",
            nested(open, close)
        )]));
    }
    // No export at all: passed over, and quickly.
    let (report, _) = read_all("other.xml", nested("<x>", "</x>").as_bytes());
    assert_eq!(report.kind, FileKind::Other);
}

#[test]
fn payloads_nested_without_end() {
    let mut text =
        "<record_update><sys_user_role action=\"INSERT\"><name>r</name></sys_user_role></record_update>"
            .to_owned();
    for _ in 0..6 {
        text = format!(
            "<record_update><sys_metadata_link action=\"INSERT\"><payload>{}</payload></sys_metadata_link></record_update>",
            escape(&text)
        );
    }
    let (report, _) = read_all("app.xml", text.as_bytes());
    assert!(
        report.problems.iter().any(|problem| problem.kind == ProblemKind::LimitReached),
        "{:?}",
        report.problems
    );
    assert!(report.has_loss());
}

#[test]
fn many_roots_and_many_ends() {
    let (report, _) = read_all("export.xml", "</unload>".repeat(10_000).as_bytes());
    assert!(!report.whole);
    let (report, seen) = read_all(
        "export.xml",
        format!("<unload>{}<a action=\"INSERT\"><b>1</b></a></unload>", "</x>".repeat(10_000)).as_bytes(),
    );
    assert!(!report.whole && report.has_loss());
    assert!(report.problems.len() < 100, "problems do not pile up");
    assert!(seen.len() <= 1);
}

// Damage of any kind.

/// One thing that happens to a file.
#[derive(Debug, Clone)]
enum Blow {
    Lost(Index, usize),
    Twice(Index, usize),
    Changed(Index, u8),
    Inserted(Index, &'static str),
}

fn blow() -> impl Strategy<Value = Blow> {
    let pieces = select(vec![
        "<",
        ">",
        "&",
        "</",
        "/>",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<!DOCTYPE",
        "\"",
        "'",
        "=",
        "\0",
        "</unload>",
        "<unload>",
        "<sys_update_xml action=\"INSERT\">",
        "</payload>",
        "&#0;",
        "&#xD800;",
        "&#99999999999;",
        "\u{feff}",
        "<payload>",
        "<a action=\"DELETE\">",
    ]);
    prop_oneof![
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Blow::Lost(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Blow::Twice(at, length)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Blow::Changed(at, byte)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Blow::Inserted(at, piece)),
    ]
}

fn suffer(bytes: &mut Vec<u8>, blow: &Blow) {
    let until = |at: usize, length: usize| (at + length).min(bytes.len());
    match *blow {
        Blow::Lost(at, length) => {
            let at = at.index(bytes.len());
            let end = until(at, length);
            bytes.drain(at..end);
        }
        Blow::Twice(at, length) => {
            let at = at.index(bytes.len());
            let copy = bytes[at..until(at, length)].to_vec();
            bytes.splice(at..at, copy);
        }
        Blow::Changed(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Blow::Inserted(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, piece.bytes());
        }
    }
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        cases: 12000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    /// Whatever happens to a file, reading ends, every place lies in the text,
    /// and what is called whole ends with the end of its root.
    #[test]
    fn a_battered_file_is_read_as_far_as_it_goes(
        is_update_set in any::<bool>(),
        blows in proptest::collection::vec(blow(), 1..5),
    ) {
        let record = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r<![CDATA[<>]]></name></sys_user_role></record_update>";
        let rows = [
            format!("<payload>{}</payload>", escape(record)),
            format!("<payload><![CDATA[{}]]></payload><type>x</type>", record.replace("]]>", "]]]]><![CDATA[>")),
        ];
        let text = if is_update_set { update_set(&[&rows[0], &rows[1]]) } else { EXPORT.repeat(2) };
        let mut bytes = text.into_bytes();
        for blow in &blows {
            if !bytes.is_empty() {
                suffer(&mut bytes, blow);
            }
        }
        let (report, seen) = read_all("export.xml", &bytes);
        let mut text = String::new();
        if let Ok(mut stream) = Source::memory("export.xml", bytes).open() {
            while stream.read(&mut text, 1 << 20).is_ok_and(|more| more > 0) {}
        }
        for record in &seen {
            let fields = record.fields.iter().flat_map(|field| [field.element_span, field.content_span]);
            for span in [record.span, record.start_tag_span].into_iter().chain(fields) {
                prop_assert!(text.get(span.range_from(0).unwrap()).is_some(), "{span:?} of {}", text.len());
            }
            for field in &record.fields {
                prop_assert!(record.span.contains(field.element_span) && field.element_span.contains(field.content_span));
            }
        }
        if report.whole {
            prop_assert!(text.contains("</unload>") || text.contains("/>"), "{text}");
        }
        if report.kind != FileKind::Other && !report.whole {
            prop_assert!(report.has_loss(), "not whole, and not a word of it: {:?}", report.problems);
        }
    }
}
