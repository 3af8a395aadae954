//! Names in place of values, through the program: references that are compared
//! with names, columns that exports hold empty, labels of choices, and columns of
//! other records in lists. What an export does not show is never a silent no.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a failure is what a panic is for")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use serde_json::Value;

use exports::{Folder, unload};
use program::glidelint;

const PILOT: &str = "000000000000000000000000000000a1";
const ROLE: &str = "000000000000000000000000000000b1";

fn folder(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(&[]);
    for (name, text) in files {
        folder.write(name, text.replace("PILOT", PILOT).replace("ROLE", ROLE));
    }
    folder
}

/// Asks queries of the records of a table in some files: of each record `yes`,
/// or what is missing; records that do not match say nothing.
#[track_caller]
fn check(files: &[(&str, &str)], table: &str, cases: &[(&str, &[&str])]) {
    let folder = folder(files);
    for (query, expected) in cases {
        let arguments = ["query", table, query, ".", "--no-config", "--unknown", "--format", "json"];
        let run = glidelint(folder.path(), &arguments);
        let answers = run.stdout.lines().map(|line| {
            let found: Value = serde_json::from_str(line).unwrap();
            let missing = found["missing"].as_array().cloned().unwrap_or_default();
            let missing: Vec<_> = missing.iter().filter_map(Value::as_str).collect();
            if found["verdict"] == "match" { "yes".to_owned() } else { missing.join(" ") }
        });
        assert_eq!(answers.collect::<Vec<_>>(), *expected, "{query}: {}", run.stderr);
    }
}

#[test]
fn roles_of_users_come_from_the_grants() {
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><roles/><accumulated_roles/>\
                <user_name>pilot.lund</user_name><sys_id>PILOT</sys_id></sys_user>";
    let grant = "<sys_user_has_role action=\"INSERT_OR_UPDATE\"><inherited>false</inherited>\
                 <role display_value=\"admin\" name=\"admin\">ROLE</role><state>active</state>\
                 <user>PILOT</user><sys_id>000000000000000000000000000000c1</sys_id></sys_user_has_role>";
    check(
        &[("users.xml", &unload(&[user, grant]))],
        "sys_user",
        &[
            ("active=true^roles=admin", &["yes"]),
            ("accumulated_rolesLIKEadm", &["yes"]),
            ("roles=itil", &[]),
            ("rolesISEMPTY", &[]),
        ],
    );
    let alone: &[&str] = &["sys_user_has_role"];
    check(
        &[("users.xml", &unload(&[user]))],
        "sys_user",
        &[("active=true^roles=admin", alone), ("roles!=admin", alone), ("rolesISEMPTY", alone)],
    );
    let csv = "\"User ID\",\"Roles\",\"Sys ID\"\n\"pilot.lund\",\"\",\"PILOT\"\n";
    check(&[("sys_user.csv", csv)], "sys_user", &[("roles=admin", alone)]);
}

#[test]
fn labels_of_choices_tell_their_value() {
    let users = |identity: &str, last_login: &str| {
        format!(
            "\"user_name\",\"identity_type\",\"last_login_time\",\"sys_id\"\n\
             \"orion\",\"{identity}\",\"{last_login}\",\"PILOT\"\n"
        )
    };
    let untold: &[&str] = &["sys_user.identity_type"];
    for (label, is_machine, is_agent) in [
        ("Machine", &["yes"][..], &[][..]),
        ("MACHINE", &["yes"], &[]),
        ("AI Agent", &[], &["yes"]),
        ("-", &[], &[]),
        ("Maschine", untold, untold),
    ] {
        let text = users(label, "2026-02-01 08:00:00");
        let cases = [("identity_type=machine", is_machine), ("identity_type=ai_agent", is_agent)];
        check(&[("sys_user.csv", &text)], "sys_user", &cases);
        let json =
            format!("[{{\"sys_id\":\"PILOT\",\"user_name\":\"orion\",\"identity_type\":\"{label}\"}}]");
        let is_known = label != "Maschine";
        if is_known {
            check(&[("sys_user.json", &json)], "sys_user", &cases);
        }
    }
    let untold: &[&str] = &["sys_user.last_login_time"];
    let ambiguous = users("Machine", "03/04/2026 08:00:00");
    check(
        &[("sys_user.csv", &ambiguous)],
        "sys_user",
        &[
            ("last_login_time<2026-03-15", untold),
            ("last_login_time!=2026-04-03 08:00:00", untold),
            ("last_login_timeRELATIVELT@month@ago@1", untold),
            ("last_login_timeISNOTEMPTY", &["yes"]),
        ],
    );
    // The same in XML, whose values nobody should have formatted.
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><active>Yes</active><failed_attempts>1,204</failed_attempts>\
                <last_login_time>03/04/2026</last_login_time><sys_id>PILOT</sys_id></sys_user>";
    check(
        &[("users.xml", &unload(&[user]))],
        "sys_user",
        &[
            ("active=true", &["sys_user.active"]),
            ("active!=true", &["sys_user.active"]),
            ("failed_attempts>10", &["sys_user.failed_attempts"]),
            ("last_login_time>2026-03-15", untold),
            ("last_login_timeSAMEASsys_created_on", untold),
        ],
    );
}

#[test]
fn columns_of_other_records_answer_the_walk() {
    let row = "\"sys_id\":\"000000000000000000000000000000c1\",\"user\":\"PILOT\",\"role\":\"ROLE\",\"state\":\"active\"";
    let shown = "\"user.user_name\":\"svc.crane\",\"user.active\":\"false\",\"role.name\":\"admin\"";
    let json = format!("{{\"result\":[{{{row},{shown}}}]}}");
    let answers: [(&str, &[&str]); 7] = [
        ("role.name=admin^user.active=false", &["yes"]),
        ("role=admin", &["yes"]),
        ("roleLIKEadm", &["yes"]),
        ("user.user_nameSTARTSWITHsvc", &["yes"]),
        ("user.user_name=svc.other", &[]),
        ("user.manager.active=false", &["sys_user"]),
        ("role.elevated_privilege=true", &["sys_user_role"]),
    ];
    check(&[("sys_user_has_role.json", &json)], "sys_user_has_role", &answers);
    // What the record itself says goes first.
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><sys_id>PILOT</sys_id></sys_user>";
    check(
        &[("sys_user_has_role.json", &json), ("users.xml", &unload(&[user]))],
        "sys_user_has_role",
        &[("user.active=true", &["yes"]), ("user.user_name=svc.crane", &["yes"])],
    );
    // Only names: no sys_id tells whose role it is.
    let names = format!("{{\"result\":[{{\"sys_id\":\"000000000000000000000000000000c1\",{shown}}}]}}");
    check(
        &[("sys_user_has_role.json", &names)],
        "sys_user_has_role",
        &[
            ("role.name=admin^user.user_name=svc.crane^user.active=false", &["yes"]),
            ("role=000000000000000000000000000000b1", &["sys_user_has_role.role"]),
            ("user.title=x", &["sys_user_has_role.user"]),
        ],
    );
    for head in ["role.name,user.active,user.manager,sys_id", "Role.Name,User.Active,User.Manager,Sys ID"] {
        let csv = format!("{head}\nadmin,FALSE,Robin Pine,000000000000000000000000000000c1\n");
        check(
            &[("sys_user_has_role.csv", &csv)],
            "sys_user_has_role",
            &[
                ("role.name=admin^user.active=false", &["yes"]),
                ("user.managerLIKErobin", &["yes"]),
                ("user.manager=000000000000000000000000000000a2", &["sys_user_has_role.user"]),
            ],
        );
    }
    let folder = folder(&[("sys_user_has_role.json", &json)]);
    let run = glidelint(folder.path(), &["access", "svc.crane", ".", "--no-config"]);
    assert!(run.code == 0 && run.stdout.contains("admin"), "{run:?}");
}

#[test]
fn references_of_unknown_tables_are_not_guessed() {
    let asset = "<alm_asset action=\"INSERT_OR_UPDATE\"><assigned_to>PILOT</assigned_to>\
                 <sys_id>000000000000000000000000000000d1</sys_id></alm_asset>\
                 <alm_asset action=\"INSERT_OR_UPDATE\"><assigned_to/>\
                 <sys_id>000000000000000000000000000000d2</sys_id></alm_asset>";
    let untold: &[&str] = &["alm_asset.assigned_to"];
    check(
        &[("assets.xml", &unload(&[asset]))],
        "alm_asset",
        &[("assigned_to.active=false", untold), ("assigned_to.active!=true", untold)],
    );
    let list = "sys_id,assigned_to.active\n000000000000000000000000000000d1,false\n";
    check(&[("alm_asset.csv", list)], "alm_asset", &[("assigned_to.active=false", &["yes"])]);
    let folder = folder(&[("assets.xml", &unload(&[asset]))]);
    let run = glidelint(folder.path(), &["query", "sys_user", "managr.active=false", ".", "--no-config"]);
    assert!(run.code == 2 && run.stderr.contains("has no column 'managr'"), "{run:?}");
}

/// An imported check that compares a reference with a name: an instance compares
/// sys_ids, which is said; the display value answers.
#[test]
fn an_imported_check_may_name_what_a_reference_displays() {
    let suite = "<scan_table_check action=\"INSERT_OR_UPDATE\"><active>true</active><advanced>false</advanced>\
                 <conditions>active=true^operation=write^EQ</conditions><name>Write ACL</name>\
                 <priority>2</priority><table>sys_security_acl</table>\
                 <sys_id>000000000000000000000000000000e1</sys_id></scan_table_check>";
    let acl = |operation: &str, end: &str| {
        format!(
            "<sys_security_acl action=\"INSERT_OR_UPDATE\"><active>true</active><name>x_acme_{end}</name>{operation}\
             <type display_value=\"record\">record</type><sys_id>0000000000000000000000000000000{end}</sys_id>\
             </sys_security_acl>"
        )
    };
    let by_sys_id = "<operation display_value=\"write\">000000000000000000000000000000f1</operation>";
    for (operations, code, counts) in [
        (vec![by_sys_id, "<operation>write</operation>"], 1, "2 failed"),
        (
            vec!["<operation display_value=\"read\">read</operation>", "<operation>create</operation>"],
            0,
            "1 passed",
        ),
        (vec!["<operation>000000000000000000000000000000f1</operation>"], 0, "1 could not be judged"),
    ] {
        let acls: Vec<_> =
            operations.iter().zip(["1", "2"]).map(|(operation, end)| acl(operation, end)).collect();
        let folder = folder(&[("check.xml", &unload(&[suite])), ("acls.xml", &unload(&acls))]);
        let arguments = ["scan", "acls.xml", "--no-config", "--no-builtin-rules", "--rules", "check.xml"];
        let run = glidelint(folder.path(), &[&arguments[..], &["--format", "json"]].concat());
        assert_eq!(run.code, code, "{counts}: {run:?}");
        assert!(run.stderr.contains("compared with a name: ask operation.name"), "{run:?}");
        let coverage = &run.json()["coverage"][0];
        let verdict = match counts {
            "2 failed" => coverage["fail"] == 2,
            "1 passed" => coverage["fail"] == 0 && coverage["cannot_tell"] == 0,
            _ => coverage["cannot_tell"] == 1,
        };
        assert!(verdict, "{counts}: {coverage}");
    }
}

/// A dictionary row anywhere in the input marks a column as secret.
#[test]
fn dictionary_rows_mark_secrets() {
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><u_door>oaken gate</u_door>\
                <u_pin>heron-4711</u_pin><user_name>pilot.lund</user_name><sys_id>PILOT</sys_id></sys_user>";
    let row = "<sys_dictionary action=\"INSERT_OR_UPDATE\" element=\"u_pin\" table=\"sys_user\"><element>u_pin</element>\
               <internal_type display_value=\"Password\">password2</internal_type><name>sys_user</name>\
               <sys_id>000000000000000000000000000000d1</sys_id></sys_dictionary>";
    let arguments = [
        "query",
        "sys_user",
        "active=true",
        ".",
        "--no-config",
        "--fields",
        "u_pin,u_door",
        "--format",
        "json",
    ];
    let run = |files: &[(&str, &str)]| glidelint(folder(files).path(), &arguments).stdout;
    let without = run(&[("users.xml", &unload(&[user]))]);
    assert!(without.contains("heron-4711") && without.contains("oaken gate"), "{without}");
    let with = run(&[("users.xml", &unload(&[user])), ("z.xml", &unload(&[row]))]);
    assert!(!with.contains("heron-4711") && with.contains("oaken gate"), "{with}");
}

/// A dictionary row of a custom table.
fn column(number: u8, name: &str, kind: &str, more: &str) -> String {
    format!(
        "<sys_dictionary action=\"INSERT_OR_UPDATE\" element=\"{name}\" table=\"x_pier_berth\"><active>true</active>\
         <element>{name}</element><internal_type display_value=\"\">{kind}</internal_type>\
         <name>x_pier_berth</name>{more}<sys_id>0000000000000000000000000000d0{number:02}</sys_id></sys_dictionary>"
    )
}

/// Dictionary rows tell how columns of a custom table compare and where they lead,
/// unless they contradict each other; of built-in tables they change nothing.
#[test]
fn dictionary_rows_describe_custom_tables() {
    let keeper = "0000000000000000000000000000cafe";
    let user = format!(
        "<sys_user action=\"INSERT_OR_UPDATE\"><active>false</active><sys_id>{keeper}</sys_id>\
         <user_name>pilot.lund</user_name></sys_user>"
    );
    let berth = format!(
        "<x_pier_berth action=\"INSERT_OR_UPDATE\"><depth>9</depth><keeper display_value=\"Pilot Lund\">{keeper}</keeper>\
         <mates/><sys_id>000000000000000000000000000000b1</sys_id></x_pier_berth>"
    );
    let reference = "<reference display_value=\"User\">sys_user</reference>";
    let all = [
        column(1, "keeper", "reference", reference),
        column(2, "depth", "integer", ""),
        column(3, "mates", "string", "<virtual>true</virtual>"),
    ]
    .concat();
    let contradiction =
        column(4, "keeper", "reference", "<reference display_value=\"Group\">sys_user_group</reference>");
    let built_in = all.replace("x_pier_berth", "sys_user").replace("keeper", "manager");
    let built_in = built_in.replace(">sys_user</reference>", ">sys_user_group</reference>");
    let check = |rows: &str, query: &str, matched: usize, unknown: usize| {
        let folder = folder(&[("a.xml", &unload(&[berth.as_str(), &user])), ("z.xml", &unload(&[rows]))]);
        let arguments = ["query", "x_pier_berth", query, ".", "--no-config", "--unknown", "--format", "json"];
        let found = glidelint(folder.path(), &arguments);
        let open = found.stdout.matches("cannot-tell").count();
        assert_eq!((found.stdout.lines().count() - open, open), (matched, unknown), "{query}: {found:?}");
    };
    check("", "keeper.active=false", 0, 1);
    check(&all, "keeper.active=false", 1, 0);
    check(&all, "keeper.@class.service_account=true^ORkeeper.active=false", 1, 0);
    check(&[all.as_str(), &contradiction].concat(), "keeper.active=false", 0, 1);
    check(&column(1, "keeper", "reference", ""), "keeper.active=false", 0, 1);
    // As texts 9 stands behind 10.
    check(&all, "depth<10", 1, 0);
    check(&all, "matesISEMPTY", 0, 1);
    check(&column(3, "mates", "string", ""), "matesISEMPTY", 1, 0);
    check(&[all.as_str(), &built_in].concat(), "keeper.manager.active=false", 0, 1);
}

/// The same for the rules of a pack.
#[test]
fn rules_of_custom_tables_judge_by_dictionary_rows() {
    let rule = "id: PIER0001\ntitle: Berth is kept by nobody who works here\nseverity: 5.0\n\
                table: x_pier_berth\nwhere: \"keeper.active=false\"\n\
                message: \"Berth {number} is kept by {keeper}\"\nwhy: Test.\nfix: Test.\n";
    let user = "<sys_user action=\"INSERT_OR_UPDATE\"><active>false</active><sys_id>0000000000000000000000000000cafe</sys_id>\
                <user_name>pilot.lund</user_name></sys_user>";
    let berth = "<x_pier_berth action=\"INSERT_OR_UPDATE\"><keeper>0000000000000000000000000000cafe</keeper>\
                 <number>7</number><sys_id>000000000000000000000000000000b1</sys_id></x_pier_berth>";
    let row = column(1, "keeper", "reference", "<reference display_value=\"User\">sys_user</reference>");
    for (rows, fails, unknown) in [("", 0, 1), (row.as_str(), 1, 0)] {
        let folder =
            folder(&[("berth.yaml", rule), ("a.xml", &unload(&[berth, user])), ("z.xml", &unload(&[rows]))]);
        let arguments = [
            "scan",
            "a.xml",
            "z.xml",
            "--no-config",
            "--no-builtin-rules",
            "--rules",
            "berth.yaml",
            "--format",
            "json",
        ];
        let run = glidelint(folder.path(), &arguments);
        let coverage = &run.json()["coverage"][0];
        assert_eq!(
            (&coverage["fail"], &coverage["cannot_tell"]),
            (&fails.into(), &unknown.into()),
            "{run:?}"
        );
    }
}

#[test]
fn a_row_that_renames_admin_is_a_contradiction() {
    let admin = "2831a114c611228501d4ea6c309d626d";
    let renamed =
        unload(&[format!("<sys_user_role><name>quay_helper</name><sys_id>{admin}</sys_id></sys_user_role>")]);
    let contains = unload(&[format!(
        "<sys_user_role_contains><role display_value=\"quay\">0123456789abcdef0123456789abcdef</role>\
         <contains>{admin}</contains><sys_id>0123456789abcdef0123456789abcd02</sys_id></sys_user_role_contains>"
    )]);
    let check = |files: &[(&str, &str)], code: i32, said: bool| {
        let arguments = ["scan", ".", "--no-config", "--select", "SNR1009", "--format", "json"];
        let run = glidelint(folder(files).path(), &arguments);
        let document = run.json();
        assert_eq!((run.code, document["findings"].as_array().unwrap().len()), (code, 1), "{document}");
        let notices = document["notices"].as_array().unwrap();
        let found = notices.iter().find(|notice| notice["kind"] == "contradiction");
        assert_eq!(found.is_some(), said, "{document}");
        if let Some(notice) = found {
            let message = notice["message"].as_str().unwrap();
            assert!(message.contains("'quay_helper'") && message.contains("'admin'"), "{message}");
            assert_eq!((notice["path"].as_str(), notice["line"].as_u64()), (Some("roles.xml"), Some(3)));
        }
    };
    check(&[("contains.xml", &contains)], 1, false);
    check(&[("contains.xml", &contains), ("roles.xml", &renamed)], 4, true);
}

#[test]
fn a_reference_that_contradicts_itself_is_unknown() {
    const ADMIN: &str = "2831a114c611228501d4ea6c309d626d";
    const OTHER: &str = "0123456789abcdef0123456789abcdef";
    /// What the query says: it matches, cannot tell, or neither.
    const YES: &[&str] = &["yes"];
    const OPEN: &[&str] = &["sys_user_role_contains.contains"];
    let check = |(name, text): (&str, &str), expected: &[&str], places: &[&str]| {
        let text = text.replace("ADMIN", ADMIN).replace("OTHER", OTHER);
        let folder = folder(&[(name, &text)]);
        let query = ["query", "sys_user_role_contains", "contains.name=admin", ".", "--no-config"];
        let run = glidelint(folder.path(), &[&query[..], &["--unknown", "--format", "json"]].concat());
        let answers = run.stdout.lines().map(|line| {
            let found: Value = serde_json::from_str(line).unwrap();
            let missing = found["missing"][0].as_str().map(str::to_owned);
            if found["verdict"] == "match" { "yes".to_owned() } else { missing.unwrap_or_default() }
        });
        assert_eq!(answers.collect::<Vec<_>>(), expected, "{text} {run:?}");
        let code = if places.is_empty() { i32::from(expected != YES) } else { 4 };
        assert_eq!(run.code, code, "{text} {run:?}");
        let scan = ["scan", ".", "--no-config", "--select", "SNR1009", "--format", "json"];
        let run = glidelint(folder.path(), &scan);
        let document = run.json();
        let notices = document["notices"].as_array().unwrap().iter();
        let said = notices
            .filter(|notice| notice["level"] == "error")
            .map(|notice| format!("{}:{}", notice["line"], notice["column"]));
        assert_eq!(said.collect::<Vec<_>>(), places, "{text} {document}");
        assert_eq!(run.code == 4, !places.is_empty(), "{text} {document}");
    };
    let json = |contains: &str| {
        format!("{{\"result\":[{{\"sys_id\":\"a\",\"role\":\"r\",\"contains\":{contains}}}]}}")
    };
    let in_json = |contains: &str, expected: &[&str], places: &[&str]| {
        check(("sys_user_role_contains.json", &json(contains)), expected, places);
    };
    in_json(r#"{"link":"https://x/sys_user_role/ADMIN","value":"ADMIN"}"#, YES, &[]);
    in_json(r#"{"link":"https://x/sys_user_role/ADMIN","display_value":"admin"}"#, YES, &[]);
    in_json(r#"{"link":"https://x/sys_user_role/ADMIN","value":"OTHER"}"#, OPEN, &["1:49", "1:115"]);
    in_json(r#"{"link":"https://x/sys_user_role/OTHER","value":"ADMIN"}"#, OPEN, &["1:49", "1:115"]);
    in_json(r#"{"link":"https://x/sys_user_role/ADMIN","value":""}"#, OPEN, &["1:49", "1:115"]);
    in_json(r#"{"display_value":"admin","value":""}"#, YES, &["1:37"]);
    in_json(r#""","dv_contains":"admin""#, YES, &["1:37"]);
    in_json(r#""","contains.name":"admin""#, YES, &["1:37"]);
    let in_xml = |contains: &str, expected: &[&str], places: &[&str]| {
        let row = format!(
            "<sys_user_role_contains><role>r</role>{contains}<sys_id>a</sys_id></sys_user_role_contains>"
        );
        check(("contains.xml", &unload(&[row])), expected, places);
    };
    in_xml("<contains/>", &[], &[]);
    in_xml("<contains>ADMIN</contains><contains>OTHER</contains>", OPEN, &["3:39", "3:92"]);
    in_xml("<contains display_value=\"\" name=\"\"/>", &[], &[]);
    in_xml("<contains display_value=\"admin\"/>", YES, &["3:39"]);
    in_xml("<contains name=\"admin\"></contains>", YES, &["3:39"]);
    in_xml("<contains display_value=\"admin\" name=\"itil\"> </contains>", OPEN, &["3:39"]);
    in_xml("<contains display_value=\"admin\" name=\"itil\">ADMIN</contains>", YES, &[]);
    let answer = |contains: &str| {
        format!(
            "<response><result><sys_id>a</sys_id><role>r</role><contains>{contains}</contains></result></response>"
        )
    };
    let in_answer = |contains: &str, expected: &[&str], places: &[&str]| {
        check(("sys_user_role_contains.xml", &answer(contains)), expected, places);
    };
    in_answer("<link>https://x/sys_user_role/ADMIN</link><value>ADMIN</value>", YES, &[]);
    in_answer("<link>https://x/sys_user_role/ADMIN</link><value>OTHER</value>", OPEN, &["1:61", "1:130"]);
    in_answer("<value>OTHER</value><value>ADMIN</value>", OPEN, &["1:61", "1:108"]);
    let csv = "\"sys_id\",\"role\",\"contains\",\"contains.name\"\n\"a\",\"r\",\"\",\"admin\"\n";
    check(("sys_user_role_contains.csv", csv), YES, &["2:9"]);
}
