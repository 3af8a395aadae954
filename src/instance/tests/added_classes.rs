//! Classes that the input itself describes.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::query::Data as _;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// Files, and the users that are seen in them: name and own table.
#[track_caller]
fn check(files: &[(&str, String)], expected: &[&str]) -> Vec<String> {
    let pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    let sources = |files: &[(&str, String)]| -> Vec<_> {
        files.iter().map(|(path, text)| Source::memory(path, text.as_bytes())).collect()
    };
    let users = pack.wanted.find("sys_user").unwrap();
    let mut problems = Vec::new();
    let mut files = files.to_vec();
    for _ in 0..2 {
        let sources = sources(&files);
        let options = Options { complete: ["all".to_owned()].into(), ..Options::default() };
        let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
        let instance = &reading.instance;
        let mut seen: Vec<_> = instance
            .live_rows(users)
            .into_iter()
            .map(|row| format!("{} {}", instance.key(users, row), instance.trait_of(users, row, "table")))
            .collect();
        seen.sort();
        assert_eq!(seen, expected, "{files:?}");
        let is_own = expected.iter().any(|line| line.ends_with(" sys_user"));
        assert_eq!(instance.whole_tables().contains(&"sys_user".to_owned()), is_own, "{files:?}");
        problems =
            reading.files.iter().flat_map(|file| &file.report.problems).map(ToString::to_string).collect();
        // The order of the files decides nothing.
        files.reverse();
    }
    problems
}

const USER: &str = "11111111111111111111111111111111";
const CREW: &str = "22222222222222222222222222222222";
const MATE: &str = "33333333333333333333333333333333";

fn unload(rows: &[String]) -> String {
    format!("<unload>{}</unload>", rows.concat())
}

fn row(table: &str, name: &str) -> String {
    format!(
        "<{table} action=\"INSERT_OR_UPDATE\"><sys_id>{name}</sys_id><user_name>{name}</user_name></{table}>"
    )
}

fn table(sys_id: &str, name: &str, parent: &str) -> String {
    format!(
        "<sys_db_object action=\"INSERT_OR_UPDATE\"><sys_id>{sys_id}</sys_id><name>{name}</name>\
         <label>{name} label</label>{parent}</sys_db_object>"
    )
}

fn parent(sys_id: &str, shown: &str) -> String {
    format!("<super_class{shown}>{sys_id}</super_class>")
}

#[test]
fn a_row_of_a_described_class_is_a_row_of_its_parents() {
    let crew = || ("crew.xml", unload(&[row("u_crew", "ann")]));
    let check = |tables: &[String], expected: &[&str]| check(&[crew(), ("t.xml", unload(tables))], expected);
    let user = || table(USER, "sys_user", "<super_class/>");
    let seen = ["ann u_crew"];
    // By the row of the parent, by what the reference shows, by a label in the input.
    check(&[user(), table(CREW, "u_crew", &parent(USER, ""))], &seen);
    check(&[table(CREW, "u_crew", &parent(USER, " display_value=\"User\""))], &seen);
    check(&[table(CREW, "u_crew", &parent(USER, " display_value=\"Benutzer\" name=\"sys_user\""))], &seen);
    check(
        &[
            table(CREW, "u_crew", &parent(MATE, " display_value=\"u_mate label\"")),
            table("", "u_mate", &parent(USER, " name=\"sys_user\"")),
        ],
        &seen,
    );
    // The sys_id says which table is meant.
    check(&[table(MATE, "u_pier", ""), table(CREW, "u_crew", &parent(MATE, " display_value=\"User\""))], &[]);
    check(&[table(CREW, "u_crew", &parent(MATE, " display_value=\"Berth\""))], &[]);
    check(&[table(CREW, "u_crew", "<super_class/>")], &[]);
    check(&[], &[]);
    let deleted =
        table(CREW, "u_crew", &parent("", " name=\"sys_user\"")).replace("INSERT_OR_UPDATE", "DELETE");
    check(&[deleted], &[]);
}

#[test]
fn classes_go_on_over_each_other_and_in_circles() {
    let tables = [
        table(CREW, "u_crew", &parent(MATE, "")),
        table(MATE, "u_mate", &parent(CREW, "")),
        table(MATE, "u_mate", &parent(USER, " display_value=\"Contact\" name=\"customer_contact\"")),
    ];
    let rows = unload(&[row("u_crew", "ann"), row("u_mate", "ben"), row("sys_user", "cal")]);
    check(
        &[("u.xml", rows.clone()), ("t.xml", unload(&tables))],
        &["ann u_crew", "ben u_mate", "cal sys_user"],
    );
    let circle = unload(&tables[..2]);
    check(&[("u.xml", rows), ("t.xml", circle)], &["cal sys_user"]);
}

#[test]
fn built_in_classes_are_not_moved() {
    let tables = unload(&[
        table(CREW, "sys_user_role", &parent("", " name=\"sys_user\"")),
        table(MATE, "oauth_oidc_entity", &parent("", " name=\"sys_user\"")),
    ]);
    let rows = unload(&[row("sys_user_role", "admin"), row("oauth_oidc_entity", "o")]);
    check(&[("r.xml", rows), ("t.xml", tables)], &[]);
}

#[test]
fn every_form_of_export_tells_and_shows_classes() {
    let tells = |path: &'static str, text: String| {
        check(&[("u.xml", unload(&[row("u_crew", "ann")])), (path, text)], &["ann u_crew"]);
    };
    let said = table(CREW, "u_crew", &parent("", " name=\"sys_user\""));
    let payload = format!("<record_update table=\"sys_db_object\">{said}</record_update>");
    tells("sys_db_object_2.xml", payload.clone());
    tells(
        "set.xml",
        unload(&[format!(
            "<sys_update_xml action=\"INSERT_OR_UPDATE\"><name>sys_db_object_{CREW}</name>\
         <payload><![CDATA[{payload}]]></payload></sys_update_xml>"
        )]),
    );
    tells("sys_db_object.csv", format!("sys_id,name,super_class\n{CREW},u_crew,User\n"));
    tells("sys_db_object.csv", format!("sys_id,name,super_class.name\n{CREW},u_crew,sys_user\n"));
    let json = |value: &str| {
        format!("{{\"result\":[{{\"sys_id\":\"{CREW}\",\"name\":\"u_crew\",\"super_class\":{value}}}]}}")
    };
    tells("sys_db_object.json", json(&format!("{{\"display_value\":\"User\",\"value\":\"{USER}\"}}")));
    let shows = |path: &'static str, text: String| {
        check(&[("t.xml", unload(std::slice::from_ref(&said))), (path, text)], &["ann u_crew"]);
    };
    shows("u.xml", format!("<xml><u_crew><sys_id>{USER}</sys_id><user_name>ann</user_name></u_crew></xml>"));
    shows("u_crew.csv", format!("sys_id,user_name\n{USER},ann\n"));
    shows("sys_user.csv", format!("sys_id,user_name,sys_class_name\n{USER},ann,u_crew\n"));
    shows("u_crew.json", format!("{{\"result\":[{{\"sys_id\":\"{USER}\",\"user_name\":\"ann\"}}]}}"));
    shows(
        "sys_user.json",
        format!(
            "{{\"result\":[{{\"sys_id\":\"{USER}\",\"user_name\":\"ann\",\"sys_class_name\":\"u_crew\"}}]}}"
        ),
    );
}

#[test]
fn a_class_with_more_parents_than_a_row_can_have_is_told() {
    let names = [
        "sys_user",
        "sys_user_role",
        "sys_properties",
        "sys_script",
        "oauth_entity",
        "ecc_agent",
        "sys_script_include",
        "sys_user_group",
        "sys_certificate",
    ];
    let tables: Vec<_> =
        names.iter().map(|name| table(CREW, "u_crew", &parent("", &format!(" name=\"{name}\"")))).collect();
    let files = [("t.xml", unload(&tables)), ("u.xml", unload(&[row("u_crew", "ann")]))];
    let problems = check(&files, &[]);
    assert!(problems.iter().any(|problem| problem.contains("u_crew extends more tables")), "{problems:?}");
}
