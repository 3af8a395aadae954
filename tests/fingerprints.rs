//! A finding is recognised again, however it comes: fingerprints, and the hashes
//! that waivers are bound to, are the same for the same problem in any form of
//! export, and others for another problem.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use exports::{Folder, change, escaped, payload, unload};
use program::glidelint;

/// Records of which each has one problem, in three tables.
const RECORDS: [(&str, &str); 3] = [
    (
        "sys_user",
        "<sys_user action=\"INSERT_OR_UPDATE\">\n    <active>true</active>\n    <identity_type>machine</identity_type>\n    \
         <internal_integration_user>false</internal_integration_user>\n    <sys_id>a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1</sys_id>\n    \
         <user_name>svc.crane</user_name>\n    <web_service_access_only>false</web_service_access_only>\n</sys_user>\n",
    ),
    (
        "sys_user_role_contains",
        "<sys_user_role_contains action=\"INSERT_OR_UPDATE\">\n    <contains display_value=\"admin\" name=\"admin\">2831a114c611228501d4ea6c309d626d</contains>\n    \
         <role display_value=\"crane_driver\" name=\"crane_driver\">b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2</role>\n    \
         <sys_id>c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3</sys_id>\n</sys_user_role_contains>\n",
    ),
    (
        "sys_properties",
        "<sys_properties action=\"INSERT_OR_UPDATE\">\n    <name>glide.soap.strict_security</name>\n    \
         <sys_id>d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4</sys_id>\n    <type>boolean</type>\n    <value>false</value>\n</sys_properties>\n",
    ),
];

/// The rule that finds each of them.
const RULES: &str = "SNA1002,SNR1009,SNP1002";

/// Files by name.
type Files = Vec<(String, String)>;

fn records() -> Vec<(&'static str, String)> {
    RECORDS.iter().map(|(table, text)| (*table, (*text).to_owned())).collect()
}

fn export(records: &[(&str, String)]) -> String {
    unload(&records.iter().map(|(_, text)| text).collect::<Vec<_>>())
}

fn one_file(text: String) -> Files {
    vec![("all.xml".to_owned(), text)]
}

/// An update set with a row for each record, whose payload is written by `write`.
fn update_set(records: &[(&str, String)], write: impl Fn(&str) -> String) -> Files {
    let row = |(table, text): &(&str, String)| {
        change(&write(&payload(table, text)), &[&format!("name={table}_1"), &format!("type={table}")])
    };
    one_file(unload(&records.iter().map(row).collect::<Vec<_>>()))
}

/// The columns of a record: name, value, what it displays.
fn columns(text: &str) -> Vec<(&str, &str, Option<&str>)> {
    let lines = text.lines().filter(|line| line.contains("</") && line.starts_with(' '));
    lines
        .map(|line| {
            let (tag, rest) = line.trim().trim_start_matches('<').split_once('>').unwrap();
            let name = tag.split(' ').next().unwrap();
            let display = tag.split_once("display_value=\"").map(|(_, rest)| rest.split('"').next().unwrap());
            (name, rest.split('<').next().unwrap(), display)
        })
        .collect()
}

/// A file of JSON for each table, in which `write` writes a member.
fn json(write: impl Fn(&str, &str, Option<&str>) -> String, around: (&str, &str)) -> Files {
    let file = |(table, text): &(&str, String)| {
        let members: Vec<_> =
            columns(text).into_iter().map(|(name, value, display)| write(name, value, display)).collect();
        (format!("{table}.json"), format!("{}{{{}}}{}\n", around.0, members.join(","), around.1))
    };
    records().iter().map(file).collect()
}

/// `JSONv2` with what references display beside them.
fn json_v2() -> Files {
    let member = |name: &str, value: &str, display: Option<&str>| {
        let display = display.map_or_else(String::new, |display| format!(",\"dv_{name}\":\"{display}\""));
        format!("\"{name}\":\"{value}\"{display}")
    };
    json(member, ("{\"records\":[", "]}"))
}

/// What the REST Table API answers if it is asked for values and what they display.
fn rest() -> Files {
    let member = |name: &str, value: &str, display: Option<&str>| {
        format!("\"{name}\": {{\"display_value\":\"{}\",\"value\":\"{value}\"}}", display.unwrap_or(value))
    };
    json(member, ("{\"result\": [\n", "]}"))
}

/// CSV, but for the records that rest on references or on a choice: of these it
/// shows names and labels only.
fn csv() -> Files {
    let mut files = json_v2();
    for (file, (table, text)) in files.iter_mut().zip(records()) {
        let columns = columns(&text);
        if table == "sys_properties" {
            let line = |cells: Vec<&str>| format!("\"{}\"\r\n", cells.join("\",\""));
            let names = line(columns.iter().map(|(name, ..)| *name).collect());
            let values = line(columns.iter().map(|(_, value, _)| *value).collect());
            *file = (format!("{table}.csv"), names + &values);
        }
    }
    files
}

/// What identifies each finding, by rule: fingerprint and hash of the values.
fn identities(what: &str, files: &Files) -> BTreeMap<String, (String, String)> {
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::new(&files);
    let scan = ["scan", "--no-config", "--root", ".", "--format", "json", "--select", RULES, "."];
    let run = glidelint(folder.path(), &scan);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{what}");
    let document = run.json();
    let findings = document["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let identities: BTreeMap<_, _> = findings
        .iter()
        .map(|finding| (text(&finding["rule"]), (text(&finding["fingerprint"]), text(&finding["values"]))))
        .collect();
    assert_eq!(identities.len(), RECORDS.len(), "{what}: {run:?}");
    assert_eq!(findings.len(), RECORDS.len(), "{what}: {run:?}");
    identities
}

/// Applies `change` to the text of every record.
fn changed(change: impl Fn(&str) -> String) -> Vec<(&'static str, String)> {
    records().into_iter().map(|(table, text)| (table, change(&text))).collect()
}

#[test]
fn a_problem_is_recognised_in_any_form() {
    let expected = identities("as it is", &one_file(export(&records())));
    let mut reversed = records();
    reversed.reverse();
    let each_its_file: Files = records()
        .into_iter()
        .map(|(table, text)| (format!("update/{table}_1.xml"), payload(table, &text)))
        .collect();
    let mut harmless = String::new();
    for number in 0..50 {
        let _ = writeln!(
            harmless,
            "<sys_user action=\"INSERT_OR_UPDATE\">\n<active>false</active>\n<sys_id>{number:032x}</sys_id>\n\
             <user_name>u{number}</user_name>\n</sys_user>"
        );
    }
    let mut moved = records();
    moved.insert(0, ("sys_user", harmless));
    let forms: [(&str, Files); 17] = [
        ("JSONv2", json_v2()),
        ("CSV", csv()),
        ("the REST API", rest()),
        ("lines moved by other records", one_file(export(&moved))),
        ("records in another order", one_file(export(&reversed))),
        ("indented anew", one_file(export(&changed(|text| text.replace("    ", "\t\t"))))),
        ("on one line", one_file(export(&changed(|text| text.replace("\n    ", ""))))),
        ("other line ends", one_file(export(&records()).replace('\n', "\r\n"))),
        ("another file name", vec![("deep/er/x.xml".to_owned(), export(&records()))]),
        ("app files", each_its_file),
        ("payloads in CDATA", update_set(&records(), |text| format!("<![CDATA[{text}]]>"))),
        ("escaped payloads", update_set(&records(), escaped)),
        (
            "CDATA in two",
            update_set(&records(), |text| {
                format!("<![CDATA[{}]]>", text.replace("<active", "<acti]]><![CDATA[ve"))
            }),
        ),
        // The platform creates some records anew in another instance.
        (
            "another sys_id",
            one_file(export(&changed(|text| {
                text.replace("a1a1a1a1", "a9a9a9a9")
                    .replace("b2b2b2b2", "b9b9b9b9")
                    .replace("c3c3c3c3", "c9c9c9c9")
                    .replace("d4d4d4d4", "d9d9d9d9")
            }))),
        ),
        (
            "another case of the key",
            one_file(export(&changed(|text| text.replace("<user_name>svc", "<user_name>SVC")))),
        ),
        (
            "references in numbers",
            one_file(export(&changed(|text| text.replace("svc.crane", "svc&#46;crane")))),
        ),
        (
            "other columns",
            one_file(export(&changed(|text| {
                text.replace("    <sys_id>", "    <sys_mod_count>7</sys_mod_count>\n    <sys_id>")
            }))),
        ),
    ];
    for (what, files) in &forms {
        let found = identities(what, files);
        for (rule, (fingerprint, values)) in &expected {
            assert_eq!(&found[rule].0, fingerprint, "{what}: the fingerprint of {rule}");
            // The user ID is among the values that the message shows.
            if *what != "another case of the key" {
                assert_eq!(&found[rule].1, values, "{what}: the values of {rule}");
            }
        }
    }
}

#[test]
fn another_problem_is_another() {
    let expected = identities("as it is", &one_file(export(&records())));
    let check = |what: &str, from: &str, to: &str, rule: &str, same_fingerprint: bool| {
        let found = identities(what, &one_file(export(&changed(|text| text.replace(from, to)))));
        for (id, (fingerprint, values)) in &expected {
            let is_meant = id == rule;
            let (is_same, has_same_values) = (found[id].0 == *fingerprint, found[id].1 == *values);
            assert_eq!(is_same, !is_meant || same_fingerprint, "{what}: the fingerprint of {id}");
            assert_eq!(has_same_values, !is_meant, "{what}: the values of {id}");
        }
    };
    check("another user", "svc.crane", "svc.winch", "SNA1002", false);
    check("another role", "crane_driver", "winch_driver", "SNR1009", false);
    check("another value", "<value>false<", "<value>False<", "SNP1002", true);
}

/// Code scanning tracks an alert by one key of a result, and the platform writes
/// columns, and orders them, as it likes.
#[test]
fn code_scanning_knows_a_problem_again() {
    let keys = |text: String| {
        let folder = Folder::new(&[("all.xml", &text)]);
        let scan = ["scan", "--no-config", "--root", ".", "--format", "sarif", "--select", RULES, "."];
        let log = glidelint(folder.path(), &scan).json();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let key = |result: &serde_json::Value| {
            let key = &result["partialFingerprints"]["primaryLocationLineHash"];
            (result["ruleId"].to_string(), key.as_str().unwrap().to_owned())
        };
        results.iter().map(key).collect::<BTreeMap<_, _>>()
    };
    let expected = keys(export(&records()));
    let mut forms: Vec<_> = expected.values().map(|key| key.split_once(':').unwrap()).collect();
    forms.dedup();
    assert_eq!(forms.len(), RECORDS.len(), "{expected:?}");
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(forms.iter().all(|(hash, count)| is_hash(hash) && *count == "1"), "{forms:?}");
    let written_again =
        |text: &str| text.replace("    <sys_id>", "    <sys_mod_count>7</sys_mod_count>\n    <sys_id>");
    assert_eq!(keys(export(&changed(written_again))), expected);
    let in_another_order = |text: &str| {
        let mut lines: Vec<_> = text.lines().collect();
        let last = lines.len() - 1;
        lines[1..last].reverse();
        lines.join("\n") + "\n"
    };
    assert_eq!(keys(export(&changed(in_another_order))), expected);
    assert_eq!(keys(export(&changed(|text| text.replace('\n', "")))), expected);
}

/// A set that was not committed changes nothing of the state, so the record is still
/// one, and its key is still its own.
#[test]
fn a_set_beside_an_export_leaves_fingerprints_alone() {
    let export = ("export.xml".to_owned(), export(&records()));
    let alone = identities("the export", &vec![export.clone()]);
    let other = |text: &str| {
        text.replace("<web_service_access_only>false", "<web_service_access_only>true")
            .replace("<value>false", "<value>true")
    };
    let changed: Vec<_> = records().into_iter().map(|(table, text)| (table, other(&text))).collect();
    let set = update_set(&changed, escaped).remove(0).1;
    let both = vec![export, ("set.xml".to_owned(), set)];
    assert_eq!(identities("the export and a set", &both), alone);
}
