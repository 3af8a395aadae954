//! Which version of a record is judged.

use super::exports::{Folder, change, payload, row, sys_id, unload};
use super::program::glidelint;
use super::{dated_user, keys, scan, texts, user};

/// An update set that was committed, with one change.
fn committed_set(recorded_at: &str, user: &str) -> String {
    const ID: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";
    let set = row("sys_remote_update_set", &["name=Quay", "state=committed", &format!("sys_id={ID}")]);
    let payload = format!("<![CDATA[{}]]>", payload("sys_user", user));
    unload(&[
        set,
        change(&payload, &[&format!("sys_recorded_at={recorded_at}"), &format!("remote_update_set={ID}")]),
    ])
}

#[test]
fn the_newer_version_is_the_state() {
    let check_versions = |older: &str, newer: &str, expected: &[&str], with_all: &[&str]| {
        // Which file comes first does not matter.
        for names in [["a.xml", "b.xml"], ["b.xml", "a.xml"]] {
            let folder = Folder::new(&[(names[0], older), (names[1], newer)]);
            assert_eq!(keys(&scan(&folder, &[]).json()), expected, "{names:?}");
            assert_eq!(keys(&scan(&folder, &["--all-versions"]).json()), with_all, "{names:?}");
        }
    };
    let set = |date: &str, only: bool| committed_set("18c1", &dated_user("svc.x", only, date));
    let (january, february) = ("2026-01-05 08:00:00", "2026-02-05 08:00:00");
    check_versions(&set(january, false), &set(february, true), &[], &["svc.x"]);
    check_versions(&set(january, true), &set(february, false), &["svc.x"], &["svc.x"]);
    // The date of the record, not the kind of the file.
    let table = unload(&[dated_user("svc.x", false, january)]);
    check_versions(&table, &set(february, true), &[], &["svc.x"]);
    // A set that nobody committed replaces nothing.
    let loaded = set(february, true).replace("committed", "loaded");
    check_versions(&table, &loaded, &["svc.x"], &["svc.x"]);
    // The count of changes, where the dates are equal.
    let counted = |count: u32, only: bool| {
        dated_user("svc.x", only, january)
            .replace("<sys_id>", &format!("<sys_mod_count>{count}</sys_mod_count><sys_id>"))
    };
    check_versions(&unload(&[counted(9, false)]), &unload(&[counted(10, true)]), &[], &["svc.x"]);
    // When it was recorded, where nothing else tells.
    let recorded = |at: &str, only: bool| committed_set(at, &dated_user("svc.x", only, january));
    check_versions(&recorded("18c1aa", false), &recorded("18c1ab", true), &[], &["svc.x"]);
    // A deletion is a version too.
    let deleted = unload(&[dated_user("svc.x", false, february).replace("INSERT_OR_UPDATE", "DELETE")]);
    check_versions(&table, &deleted, &[], &["svc.x"]);
}

#[test]
fn where_nothing_tells_the_newer_one_both_stand() {
    let undated = |only: bool| {
        unload(&[user("svc.x", only).replace("<sys_updated_on>2026-02-01 08:00:00</sys_updated_on>", "")])
    };
    let folder = Folder::new(&[("a.xml", &undated(true)), ("b.xml", &undated(false))]);
    let document = scan(&folder, &[]).json();
    assert_eq!(
        (keys(&document), texts(&document, "path")),
        (vec!["svc.x".to_owned()], vec!["b.xml".to_owned()])
    );
}

/// Two update sets change one property; the one that was recorded later decides,
/// and the finding says what it overwrites.
#[test]
fn of_two_update_sets_the_later_one_decides_and_names_the_earlier() {
    let set = |value: &str, recorded_at: &str, state: &str| {
        let property = row(
            "sys_properties",
            &[
                "name=glide.ui.escape_text",
                "sys_id=71336f2558b343b50380a142cf0bd3e5",
                &format!("value={value}"),
            ],
        );
        let id = format!("f{recorded_at}");
        let named = [format!("name={recorded_at}"), format!("state={state}"), format!("sys_id={id}")];
        let payload = format!("<![CDATA[{}]]>", payload("sys_properties", &property));
        let more = [
            format!("sys_id={recorded_at}"),
            format!("sys_recorded_at={recorded_at}"),
            format!("update_set={id}"),
        ];
        unload(&[
            row("sys_update_set", &named.each_ref().map(String::as_str)),
            change(&payload, &more.each_ref().map(String::as_str)),
        ])
    };
    let (earlier, later) = ("18c1000000000001", "18c2000000000001");
    let scan = |first: &str, second: &str, state: &str| {
        let files = [("1.xml", set(first, earlier, state)), ("2.xml", set(second, later, state))];
        let folder = Folder::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        scan(&folder, &["--select", "SNP1022"]).json()
    };
    let document = scan("true", "false", "complete");
    assert_eq!(texts(&document, "path"), ["2.xml"]);
    let related = &document["findings"][0]["related"][0];
    assert_eq!(related["path"], "1.xml");
    assert_eq!(related["label"], "an older version of the record, which this one overwrites");
    assert_eq!(texts(&scan("false", "true", "complete"), "path"), [""; 0]);
    // What nobody has replaces nothing, and contradicts nothing.
    let ignored = scan("false", "true", "ignore");
    assert_eq!(texts(&ignored, "path"), ["1.xml"]);
    assert_eq!(ignored["notices"], serde_json::json!([]));
}

#[test]
fn a_record_in_two_parts_of_an_export_is_found_once() {
    let first = unload(&[user("svc.a", false), user("svc.b", false)]);
    let second = unload(&[user("svc.b", false), user("svc.c", false)]);
    let document = scan(&Folder::new(&[("1.xml", &first), ("2.xml", &second)]), &[]).json();
    assert_eq!(keys(&document), ["svc.a", "svc.b", "svc.c"]);
    let related = |index: usize| -> Vec<_> {
        let related = document["findings"][index]["related"].as_array().unwrap();
        related.iter().map(|place| place["path"].as_str().unwrap()).collect()
    };
    assert_eq!([related(0), related(1), related(2)], [vec![], vec!["2.xml"], vec![]]);
    assert_eq!(document["findings"][1]["path"], "1.xml");
}

#[test]
fn build_output_does_not_count_twice() {
    let record = payload("sys_user", &user("svc.x", false));
    let document =
        scan(&Folder::new(&[("dist/app/update/x.xml", &record), ("src/x.xml", &record)]), &[]).json();
    assert_eq!(texts(&document, "path"), ["src/x.xml"]);
    assert_eq!(document["findings"][0]["related"][0]["path"], "dist/app/update/x.xml");
}

/// What "now" is rests on every file, also on one whose date stands further down
/// than anybody looks before rows are judged.
#[test]
fn a_date_that_is_found_late_is_the_clock_for_all() {
    let users = unload(&[
        row(
            "sys_user",
            &[
                "active=true",
                "last_login_time=",
                "locked_out=false",
                "sso_source=",
                "sys_created_on=2026-02-15 08:00:00",
                &format!("sys_id={}", sys_id("ann")),
                "user_name=ann.lee",
                "web_service_access_only=false",
            ],
        ),
        row(
            "sys_user_has_role",
            &[
                &format!("role={}/itil", sys_id("itil")),
                "state=active",
                &format!("sys_id={}", sys_id("grant")),
                &format!("user={}/ann.lee", sys_id("ann")),
            ],
        ),
    ]);
    let late = format!(
        "<!-- {} --><unload unload_date=\"2026-08-01 00:00:00\"><sys_user_role action=\"INSERT_OR_UPDATE\">\
         <name>itil</name><sys_id>{}</sys_id></sys_user_role></unload>",
        "x".repeat(10_000),
        sys_id("itil"),
    );
    let found = |files: &[(&str, &str)]| {
        let arguments = ["scan", "--no-config", "--format", "json", "--select", "SNA1021"];
        let run = glidelint(Folder::new(files).path(), &arguments);
        texts(&run.json(), "fingerprint").len()
    };
    assert_eq!(found(&[("users.xml", &users)]), 0);
    assert_eq!(found(&[("users.xml", &users), ("zz-roles.xml", &late)]), 1);
}

/// A secret stands in a file whatever is newer elsewhere: a copy without it does not
/// excuse the file, and neither does the same record in an export of another kind.
#[test]
fn a_secret_in_a_file_is_there_whatever_is_newer() {
    let user = |password: &str, day: u32| {
        let dated = format!("sys_updated_on=2026-03-{day:02} 10:00:00");
        let password = format!("user_password={password}");
        row(
            "sys_user",
            &[
                "active=true",
                "sys_id=0000000000000000000000000000beef",
                &dated,
                "user_name=gull.moss",
                &password,
            ],
        )
    };
    let table = |row: &str| unload(&[row]).replace("2026-03-01", "2026-04-01");
    let app = |row: &str| payload("sys_user", row);
    let hash = "pO5Ck3uCe2GR7Tm1bGgS8w==";
    let check = |files: &[(&str, String)], findings: usize, places: usize| {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let folder = Folder::new(&files);
        let run = glidelint(
            folder.path(),
            &["scan", ".", "--no-config", "--select", "SNA1012", "--format", "json"],
        );
        let report = run.json();
        let found = report["findings"].as_array().unwrap();
        let shown: usize = found.iter().map(|one| 1 + one["related"].as_array().map_or(0, Vec::len)).sum();
        assert_eq!((found.len(), shown), (findings, places), "{files:?}: {report:#}");
    };
    check(&[("app.xml", app(&user(hash, 2)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("users.xml", table(&user("", 9)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("a_users.xml", table(&user(hash, 2)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("b.xml", app(&user("", 9)))], 1, 1);
    check(&[("app.xml", app(&user(hash, 2))), ("b.xml", app(&user(hash, 9)))], 1, 2);
    check(&[("app.xml", app(&user("", 2))), ("users.xml", table(&user(hash, 9)))], 0, 0);
}
