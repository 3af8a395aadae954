//! What the value of a field is, and what belongs to it.

use glidelint::export::FileKind;

use crate::exports::escaped;
use crate::{check, read_all};

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
    for html in [escaped(jelly), format!("<![CDATA[{jelly}]]>")] {
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
