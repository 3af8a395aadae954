//! Which version is the state, and what sets that were never committed say of it.

use super::{judged, verdict_of};
use crate::facts::Options;
use crate::instance::instance_notices;

/// A property whose value SNP1002 asks for.
fn property(value: bool, updated_on: &str) -> String {
    format!(
        "<sys_properties action=\"ACTION\"><name>glide.soap.strict_security</name><value>{value}</value><type>\
         string</type><sys_id>p1</sys_id><sys_updated_on>{updated_on}</sys_updated_on></sys_properties>"
    )
}

/// A file with a set of a table in a state, and what it does to the property.
fn set(table: &str, state: &str, action: &str) -> String {
    let record = property(true, "2026-02-20 10:00:00").replace("ACTION", action);
    let (header, named) = match table {
        "" => (String::new(), String::new()),
        "sys_update_set" => ("s1".to_owned(), "<update_set>s1</update_set>".to_owned()),
        _ => ("s1".to_owned(), "<remote_update_set>s1</remote_update_set>".to_owned()),
    };
    let header = if header.is_empty() {
        header
    } else {
        format!("<{table}><name>Quay</name><state>{state}</state><sys_id>{header}</sys_id></{table}>")
    };
    format!(
        "<unload unload_date=\"2026-03-01 10:00:00\">{header}<sys_update_xml><action>{action}</action><payload>\
         <![CDATA[<record_update>{record}</record_update>]]></payload>{named}</sys_update_xml></unload>"
    )
}

/// Whether the instance fails the rule, beside a set, in either order of the files.
#[track_caller]
fn check_set(set: &str, expected: &str) {
    let row = property(false, "2026-02-01 10:00:00").replace("ACTION", "INSERT_OR_UPDATE");
    let row = format!("<unload unload_date=\"2026-03-01 10:00:00\">{row}</unload>");
    for files in [[set, &row], [&row, set]] {
        assert_eq!(verdict(&files), expected, "{files:?}");
    }
}

fn verdict(files: &[&str]) -> &'static str {
    judged("SNP1002", files, &Options::default(), |instance, coverage| {
        assert_eq!(instance_notices(instance, &|_| "file"), []);
        verdict_of(coverage)
    })
}

#[test]
fn a_set_that_the_instance_does_not_have_replaces_nothing() {
    for (table, state) in [
        ("sys_remote_update_set", "loaded"),
        ("sys_remote_update_set", "previewed"),
        ("sys_remote_update_set", "backed_out"),
        ("sys_remote_update_set", ""),
        ("sys_update_set", "ignore"),
        ("sys_update_set", ""),
        ("", ""),
    ] {
        check_set(&set(table, state, "INSERT_OR_UPDATE"), "fail");
        check_set(&set(table, state, "DELETE"), "fail");
    }
}

#[test]
fn a_set_that_it_has_replaces_older_rows() {
    for (table, state) in [
        ("sys_remote_update_set", "committed"),
        ("sys_update_set", "complete"),
        ("sys_update_set", "in progress"),
    ] {
        check_set(&set(table, state, "INSERT_OR_UPDATE"), "pass");
        check_set(&set(table, state, "DELETE"), "?");
    }
}

#[test]
fn a_set_alone_is_judged_whatever_its_state() {
    let failing =
        set("sys_remote_update_set", "loaded", "INSERT_OR_UPDATE").replace("<value>true", "<value>false");
    assert_eq!(verdict(&[&failing]), "fail");
}

#[test]
fn a_set_that_the_instance_does_not_have_silences_no_other_one() {
    for action in ["INSERT_OR_UPDATE", "DELETE"] {
        let failing =
            set("sys_remote_update_set", "loaded", "INSERT_OR_UPDATE").replace("<value>true", "<value>false");
        let newer = set("sys_remote_update_set", "backed_out", action)
            .replace("s1<", "s2<")
            .replace("Quay", "Pier")
            .replace("2026-02-20", "2026-02-28");
        assert_eq!(verdict(&[&failing, &newer]), "fail", "{action}");
        assert_eq!(verdict(&[&newer, &failing]), "fail", "{action}");
        // What the instance has since is newer than what a set would bring.
        let expected = if action == "DELETE" { "?" } else { "pass" };
        assert_eq!(verdict(&[&failing, &newer.replace("backed_out", "committed")]), expected, "{action}");
    }
}

/// The record of a set that another set brings says nothing of this instance.
#[test]
fn a_set_does_not_commit_itself() {
    let header = "<sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>Quay</name><state>committed</state>\
                  <sys_id>s1</sys_id></sys_remote_update_set>";
    let row = format!(
        "<sys_update_xml><action>INSERT_OR_UPDATE</action><payload><![CDATA[<record_update>{header}\
         </record_update>]]></payload><remote_update_set>s9</remote_update_set></sys_update_xml></unload>"
    );
    let set = set("sys_remote_update_set", "", "INSERT_OR_UPDATE")
        .replace("<sys_remote_update_set><name>Quay</name><state></state><sys_id>s1</sys_id></sys_remote_update_set>", "")
        .replace("</unload>", &row);
    check_set(&set, "fail");
}
