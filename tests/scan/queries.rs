//! `query` and `inventory`.

use serde_json::Value;

use super::exports::Folder;
use super::program::glidelint;
use super::{bad, samples};

#[test]
fn the_query_of_the_readme() {
    let query = "active=true^web_service_access_only=false^RLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY";
    let found = |path: &str, more: &[&str]| {
        let run = glidelint(
            &samples(),
            &[&["query", "--no-config", "sys_user", query, path, "--format", "json"], more].concat(),
        );
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let names: Vec<_> = rows.map(|row| row["display"].as_str().unwrap().to_owned()).collect();
        (run.code, names)
    };
    let expected = ["admin", "svc.jira", "soren.aaby", "tomas.varga"].map(str::to_owned).to_vec();
    assert_eq!(found("samples/exports", &[]), (0, expected.clone()));
    assert_eq!(found("samples", &["--allow-incomplete"]), (0, expected));
    assert_eq!(found("samples", &[]).0, 4);
}

#[test]
fn a_query_says_by_its_exit_code_whether_it_matches() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let query = |query: &str| {
        glidelint(
            folder.path(),
            &["query", "--no-config", "--root", ".", "sys_user", query, "--fields", "user_name,active"],
        )
    };
    let run = query("user_name=svc.bad");
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1));
    assert!(run.stdout.starts_with("a.xml:3:1"), "{}", run.stdout);
    let run = query("user_name=nobody");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    // A column that was not exported is neither one nor the other.
    let run = query("department=9");
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("1 record could not be decided"), "{}", run.stderr);
}

#[test]
fn an_inventory_counts_what_is_there() {
    let run = glidelint(&samples(), &["inventory", "--no-config", "--format", "json", "samples"]);
    assert_eq!(run.code, 4, "a part of samples/ is damaged");
    let document = run.json();
    assert_eq!(document["schema"], "glidelint/inventory/v1");
    let files = document["files"].as_array().unwrap();
    let table = |path: &str, table: &str| {
        let file = files.iter().find(|file| file["path"].as_str().unwrap().ends_with(path)).unwrap();
        let counts = &file["tables"][table];
        [&counts["live"], &counts["deleted"], &counts["history"]]
            .map(|count| count.as_u64().unwrap_or_default())
    };
    assert_eq!(table("exports/sys_user.xml", "sys_user"), [44, 0, 0]);
    assert_eq!(table("exports/sys_user_role.xml", "sys_user_role"), [22, 0, 0]);
    assert_eq!(table("exports/sys_user_grmember.xml", "sys_user_grmember"), [28, 0, 0]);
    assert_eq!(table("exports/sys_user_has_role.xml", "sys_user_has_role"), [48, 0, 0]);
    assert_eq!(table("exports/sys_properties.xml", "sys_properties"), [45, 0, 0]);
    assert_eq!(table("integration_setup_cdata.xml", "sys_update_xml"), [8, 0, 0]);
    assert_eq!(table("integration_setup_cdata.xml", "sys_properties")[1], 1);
    assert_eq!(table("hotfix_escaped.xml", "sys_user_role_contains"), [0, 0, 1]);
    assert_eq!(table("damaged/sys_user_cut.xml", "sys_user"), [5, 0, 0]);
    assert_eq!(table("damaged/sys_user_has_role_torn.xml", "sys_user_has_role"), [5, 0, 0]);
}

#[test]
fn an_inventory_finds_nothing_wrong_with_good_exports() {
    let run = glidelint(&samples(), &["inventory", "--no-config", "--format", "json", "samples/exports"]);
    assert_eq!(run.code, 0);
    let document = run.json();
    assert_eq!(document["signs"], Value::Array(Vec::new()));
    assert_eq!(document["not_whole"], Value::Array(Vec::new()));
    assert_eq!(document["looks_whole"].as_array().unwrap().len(), 10);
    let line = document["complete_line"].as_str().unwrap();
    assert!(line.starts_with("--complete ecc_agent,oauth_entity,"), "{line}");
    let files = document["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["warnings"] == Value::Array(Vec::new())));
}
