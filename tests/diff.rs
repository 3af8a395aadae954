//! `glidelint diff`: findings, records and roles of two states, told apart by what
//! names them to people.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use exports::{Folder, change, payload, row, unload};
use program::glidelint;

/// An export in which every sys_id begins with that letter.
fn export(letter: char, users: &[(&str, &str)], grants: &[(&str, &str)]) -> String {
    let id = |text: &str| -> String {
        let digits = text.bytes().cycle().map(|byte| format!("{:x}", byte % 16)).take(31);
        std::iter::once(letter.to_string()).chain(digits).collect()
    };
    let users = users.iter().map(|(name, only)| {
        let columns = [
            "active=true",
            "identity_type=machine",
            "internal_integration_user=false",
            &format!("sys_id={}", id(name)),
            &format!("user_name={name}"),
            &format!("web_service_access_only={only}"),
        ];
        row("sys_user", &columns)
    });
    let grants = grants.iter().map(|(user, role)| {
        let columns = [
            &format!("role={}/{role}", id(role)),
            "state=active",
            &format!("sys_id={}", id(&format!("{user}{role}"))),
            &format!("user={}/{user}", id(user)),
        ];
        row("sys_user_has_role", &columns)
    });
    unload(&users.chain(grants).collect::<Vec<_>>())
}

#[test]
fn two_instances_by_name() {
    let folder = Folder::new(&[]);
    let write = |name: &str, text: String| folder.write(name, text);
    write("old.xml", export('a', &[("svc.one", "false"), ("svc.two", "true")], &[("svc.one", "itil")]));
    write("same.xml", export('b', &[("svc.one", "false"), ("svc.two", "true")], &[("svc.one", "itil")]));
    write("new.xml", export('b', &[("svc.one", "true"), ("svc.six", "false")], &[("svc.one", "catalog")]));
    let diff = |old: &str, new: &str| {
        glidelint(folder.path(), &["diff", old, new, "--no-config", "--select", "SNA1002", "-f", "json"])
    };
    let run = diff("old.xml", "same.xml");
    assert_eq!(run.code, 0, "{run:?}");
    let same = run.json();
    assert_eq!(same["new"], serde_json::json!([]));
    assert_eq!(same["fixed"], serde_json::json!([]));
    assert_eq!(same["unchanged"], 1);
    assert_eq!(same["records"]["gained"], serde_json::json!([]));
    let run = diff("old.xml", "new.xml");
    assert_eq!(run.code, 1, "{run:?}");
    let changed = run.json();
    assert_eq!(changed["new"][0]["key"], "svc.six");
    assert_eq!(changed["fixed"][0]["key"], "svc.one");
    assert_eq!(changed["access"]["gained"], serde_json::json!([["svc.one", "catalog"]]));
    assert_eq!(changed["access"]["lost"], serde_json::json!([["svc.one", "itil"]]));
    let gained = changed["records"]["gained"].as_array().unwrap();
    assert!(gained.contains(&serde_json::json!(["sys_user", "svc.six"])), "{gained:?}");
    // Against a report of before.
    let report =
        glidelint(folder.path(), &["scan", "old.xml", "--no-config", "--select", "SNA1002", "-f", "sarif"]);
    write("old.sarif", report.stdout);
    let run = diff("old.sarif", "new.xml");
    assert_eq!(run.code, 1, "{run:?}");
    let changed = run.json();
    assert_eq!(changed["new"].as_array().unwrap().len(), 1);
    assert_eq!(changed["records"], serde_json::Value::Null);
    // A file that is cut never compares as fine.
    let cut = export('b', &[("svc.one", "false")], &[]);
    write("cut.xml", cut[..cut.len() - 12].to_owned());
    let run = diff("old.xml", "cut.xml");
    assert_eq!(run.code, 4);
    assert_eq!(run.json()["records"]["lost"], serde_json::json!([]));
    assert!(run.stderr.contains("cut.xml: the file ends"), "{run:?}");
    // Nor is anything fixed or lost because a table was not exported.
    write("roles.xml", export('a', &[], &[("svc.one", "itil")]));
    let run = diff("old.xml", "roles.xml").json();
    assert_eq!((run["fixed"].as_array().unwrap().len(), run["not_judged"].as_array().unwrap().len()), (0, 1));
    assert_eq!(run["records"]["lost"], serde_json::json!([]));
    assert_eq!(run["records"]["not_compared"], 2);
}

/// What an update set brings is judged also where the instance has a newer copy;
/// of the instance itself that copy is the state.
#[test]
fn an_older_update_set_laid_over_a_newer_export_is_judged() {
    let folder = Folder::new(&[]);
    let page = |active: bool, date: &str| {
        let columns = [
            &format!("active={active}"),
            "page=u_tides",
            "sys_id=0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
            &format!("sys_updated_on={date} 10:00:00"),
        ];
        row("sys_public", &columns)
    };
    let set = |sys_id: &str, name: &str| {
        let payload = format!("<![CDATA[{}]]>", payload("sys_public", &page(true, "2026-01-01")));
        row("sys_remote_update_set", &[&format!("name={name}"), &format!("sys_id={sys_id}")])
            + &change(&payload, &[&format!("remote_update_set={sys_id}")])
    };
    let write = |name: &str, text: String| folder.write(name, text);
    write("export.xml", unload(&[page(false, "2026-02-01")]));
    write("export-and-set.xml", unload(&[page(false, "2026-02-01"), set("0d", "Piers")]));
    write("piers.xml", unload(&[set("0d", "Piers")]));
    write("quays.xml", unload(&[set("0e", "Quays")]));
    let diff = |base: &str, overlay: &str| {
        let arguments = ["diff", base, "--overlay", overlay, "--no-config", "-f", "json"];
        let run = glidelint(folder.path(), &arguments).json();
        let new = run["new"].as_array().unwrap().iter();
        let new: Vec<_> =
            new.map(|line| format!("{} {}", line["rule"], line["key"]).replace('"', "")).collect();
        (new, run["records"]["gained"].as_array().unwrap().len())
    };
    assert_eq!(diff("export.xml", "piers.xml"), (vec!["SNU1011 Piers » u_tides".to_owned()], 0));
    // The same set is nothing new, another one is.
    assert_eq!(diff("export-and-set.xml", "piers.xml"), (vec![], 0));
    assert_eq!(diff("export-and-set.xml", "quays.xml"), (vec!["SNU1011 Quays » u_tides".to_owned()], 0));
}

/// The row of a user is gone, and something still refers to it: so it may be there, or
/// somebody is called otherwise now.
#[test]
fn what_something_refers_to_is_not_fixed() {
    let folder = Folder::new(&[]);
    let user = |name: &str| {
        let columns = [
            "active=true",
            "identity_type=",
            "internal_integration_user=true",
            "locked_out=false",
            &format!("name={name}"),
            &format!("sys_id={:032x}", name.len()),
            &format!("user_name={name}"),
            "web_service_access_only=false",
        ];
        row("sys_user", &columns)
    };
    let grant = |user: &str, shows: bool| {
        let shown = |name: &str| if shows { format!("/{name}") } else { String::new() };
        let columns = [
            "inherited=false",
            &format!("role=2831a114c611228501d4ea6c309d626d{}", shown("admin")),
            "state=active",
            &format!("sys_id={:032x}", user.len() + 64),
            &format!("user={:032x}{}", user.len(), shown(user)),
        ];
        row("sys_user_has_role", &columns)
    };
    let write = |name: &str, rows: &[String]| folder.write(name, unload(rows));
    let select = ["--no-config", "--complete", "all", "--select", "SNA1001,SNR1001", "-f"];
    let check = |new: &[String], fixed: usize, not_seen: usize| {
        let others = [user("svc.other"), grant("svc.other", false)];
        let old = [user("svc.one"), grant("svc.one", true)];
        write("old.xml", &[&old[..], &others].concat());
        write("new.xml", &[&others[..], new].concat());
        let scan = glidelint(folder.path(), &[&["scan", "old.xml"], &select[..], &["sarif"]].concat());
        folder.write("old.sarif", scan.stdout);
        for old in ["old.xml", "old.sarif"] {
            let run = glidelint(folder.path(), &[&["diff", old, "new.xml"], &select[..], &["json"]].concat());
            let count = |name: &str| run.json()[name].as_array().unwrap().len();
            assert_eq!((count("fixed"), count("not_seen")), (fixed, not_seen), "{old}: {run:?}");
        }
    };
    check(&[], 2, 0);
    check(&[user("svc.nobody.else")], 2, 0);
    check(&[grant("svc.one", false)], 0, 2);
    check(&[grant("svc.one", false).replace(&format!("{:032x}", 64 + 7), "0c")], 0, 2);
}
