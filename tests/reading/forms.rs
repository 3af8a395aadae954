//! Forms of exports, and files that are none.

use glidelint::export::FileKind;

use crate::exports::escaped;
use crate::records::read_wanted;
use crate::{check, check_foreign, lines, read_all};

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
            escaped(payload)
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
