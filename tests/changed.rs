//! `scan --changed-since`: what a change brought. The commit that it is made on is
//! judged too; what was found there, in records that did not change, is known.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/git.rs"]
mod git;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use exports::{Folder, app_file, machine, row, unload, zip};
use git::git;
use program::glidelint;

fn export(users: &[&str]) -> String {
    unload(&users.iter().map(|name| machine(name, false, &[])).collect::<Vec<_>>())
}

/// A new repository of git.
fn repository() -> Folder {
    let folder = Folder::new(&[]);
    git(folder.path(), &["init", "-q"]);
    folder
}

/// Commits these files, and no others.
fn commit(folder: &Folder, files: &[(&str, &str)]) {
    git(folder.path(), &["rm", "-rfq", "--ignore-unmatch", "."]);
    for (name, text) in files {
        folder.write(name, text);
    }
    git::commit(folder.path());
}

/// The keys of the findings that the change brought.
fn new_keys(report: &serde_json::Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let new = findings.filter(|finding| finding["state"] == "new");
    let mut keys: Vec<_> = new.map(|finding| finding["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}

#[test]
fn only_records_that_changed_are_reported() {
    let folder = Folder::new(&[]);
    let write = |name: &str, text: &str| folder.write(name, text);
    let found = |revision: &str| {
        let arguments = ["scan", "exports", "--no-config", "--select", "SNA1002", "--format", "json"];
        let run = glidelint(folder.path(), &[&arguments, ["--changed-since", revision].as_slice()].concat());
        let document = run.json();
        (run.code, new_keys(&document))
    };
    write("exports/users.xml", &export(&["svc.one", "svc.two"]));
    write("exports/others.xml", &export(&["svc.other"]));
    git(folder.path(), &["init", "-q"]);
    git::commit(folder.path());
    assert_eq!(found("HEAD"), (0, vec![]));
    // Another order and another form are no change of a record.
    write("exports/users.xml", &export(&["svc.two", "svc.one"]).replace('\n', "\r\n    "));
    assert_eq!(found("HEAD"), (0, vec![]));
    write("exports/users.xml", &export(&["svc.zero", "svc.one", "svc.two"]));
    assert_eq!(found("HEAD"), (1, vec!["svc.zero".to_owned()]));
    write("exports/new.xml", &export(&["svc.new"]));
    assert_eq!(found("HEAD"), (1, vec!["svc.new".to_owned(), "svc.zero".to_owned()]));
    git::commit(folder.path());
    assert_eq!(found("HEAD"), (0, vec![]));
    assert_eq!(found("HEAD~1").1.len(), 2);
}

#[test]
fn a_revision_that_is_not_there() {
    let folder = Folder::new(&[("users.xml", &export(&["svc.one"]))]);
    let scan = || glidelint(folder.path(), &["scan", "--no-config", "--changed-since", "nowhere"]);
    let run = scan();
    assert!(run.code == 2 && run.stderr.contains("--changed-since nowhere: "), "{run:?}");
    git(folder.path(), &["init", "-q"]);
    let run = scan();
    assert!(run.code == 2 && run.stderr.contains("does not hold this revision"), "{run:?}");
}

/// A person who may be made an account of programs.
fn person(is_integration: bool) -> String {
    let columns = [
        "active=true",
        "identity_type=",
        &format!("internal_integration_user={is_integration}"),
        "name=Ada Tern",
        "sys_id=0000000000000000000000000000ada1",
        "user_name=ada.tern",
        "web_service_access_only=false",
    ];
    unload(&[row("sys_user", &columns)])
}

/// What the base holds, what the change leaves, the exit code, the findings that
/// count, and a text that the report has, where each side has its own configuration.
#[test]
fn sides_with_configurations_of_their_own() {
    let users = export(&["svc.one"]);
    let both = export(&["svc.one", "svc.two"]);
    let off = "rules:\n  SNA1002: off\n";
    let check =
        |name: &str, base: &[(&str, &str)], head: &[(&str, &str)], code: i32, keys: &[&str], text: &str| {
            let folder = repository();
            commit(&folder, base);
            git(folder.path(), &["checkout", "-qb", "change"]);
            commit(&folder, head);
            let arguments =
                ["scan", "--select", "SNA1002,SNR1001", "--changed-since", "main", "--format", "json"];
            let run = glidelint(folder.path(), &arguments);
            assert_eq!(
                (run.code, new_keys(&run.json())),
                (code, keys.iter().map(|key| (*key).to_owned()).collect()),
                "{name}: {run:?}"
            );
            assert!(run.stdout.contains(text), "{name}: {run:?}");
        };
    check("nothing changed", &[("a.xml", &users)], &[("a.xml", &users)], 0, &[], "\"unchanged\"");
    check("a record more", &[("a.xml", &users)], &[("a.xml", &both)], 1, &["svc.two"], "\"unchanged\"");
    check(
        "a rule that goes",
        &[("a.xml", &users)],
        &[("a.xml", &users), (".glidelint.yaml", off)],
        4,
        &[],
        "SNA1002 was found in main for sys_user svc.one, and the rule does not run any more",
    );
    check(
        "an exclusion that comes",
        &[("a.xml", &users), ("b.xml", &export(&["svc.two"]))],
        &[("a.xml", &users), ("b.xml", &export(&["svc.two"])), (".glidelint.yaml", "exclude: [b.xml]\n")],
        0,
        &[],
        "this change takes something from what is judged: excludes 'b.xml'",
    );
    check(
        "a configuration that goes",
        &[("a.xml", &users), (".glidelint.yaml", off)],
        &[("a.xml", &users)],
        1,
        &["svc.one"],
        "SNA1002",
    );
    check(
        "a rule that is off on both sides",
        &[("a.xml", &users), (".glidelint.yaml", off)],
        &[("a.xml", &both), (".glidelint.yaml", off)],
        0,
        &[],
        "",
    );
}

/// A root below the top of the repository: paths are those from there.
#[test]
fn a_root_below_the_top() {
    let folder = repository();
    commit(&folder, &[("exports/a.xml", &export(&["svc.one"])), ("b.xml", &export(&["svc.top"]))]);
    git(folder.path(), &["checkout", "-qb", "change"]);
    commit(&folder, &[("exports/a.xml", &export(&["svc.one", "svc.two"])), ("b.xml", &export(&["svc.top"]))]);
    let check = |from: &Path, arguments: &[&str]| {
        let rest = ["--no-config", "--select", "SNA1002", "--changed-since", "main", "--format", "json"];
        let run = glidelint(from, &[&["scan"], arguments, &rest].concat());
        assert_eq!((run.code, new_keys(&run.json())), (1, vec!["svc.two".to_owned()]), "{run:?}");
    };
    check(folder.path(), &["exports", "--root", "exports"]);
    check(&folder.path().join("exports"), &[".", "--root", "."]);
    check(&folder.path().join("exports"), &["."]);
}

/// A change adds a copy of a record with a newer date, which turns a finding off.
#[test]
fn a_decoy_with_a_newer_date() {
    let script = |name: &str, body: &str, updated_on: &str| {
        let columns = [
            "active=true",
            &format!("api_name=x_quay.{name}"),
            "client_callable=true",
            &format!("name={name}"),
            &format!("script=<![CDATA[{body}]]>"),
            "sys_id=0000000000000000000000000000bea1",
            &format!("sys_updated_on={updated_on}"),
        ];
        app_file("sys_script_include", &columns)
    };
    let own = script("Beacon", "var code = this.getParameter('x_code');\neval(code);", "2026-01-01 10:00:00");
    let decoy = script("Beacon", "gs.info('beacon');", "2026-02-01 10:00:00");
    let paths = ["app/update/sys_script_include_bea1.xml", "app/update/sys_script_include_bea2.xml"];
    let folder = Folder::new(&[]);
    let scan = |format: &str, more: &[&str]| {
        let arguments = ["scan", "--no-config", "--select", "SNS1008,SNA1002", "--format", format];
        glidelint(folder.path(), &[&arguments, more].concat())
    };
    let said = |more: &[&str]| {
        let document = scan("json", more).json();
        let notices = document["notices"].as_array().unwrap().clone();
        let mut notices = notices.into_iter().filter(|notice| notice["kind"] == "turned-off");
        let messages = notices.by_ref().map(|notice| {
            assert_eq!(
                (notice["path"].as_str(), notice["level"].as_str()),
                (Some(paths[1]), Some("warning"))
            );
            notice["message"].as_str().unwrap().to_owned()
        });
        messages.collect::<Vec<_>>()
    };
    git(folder.path(), &["init", "-q"]);
    commit(&folder, &[(paths[0], &own)]);
    let run = scan("text", &[]);
    assert_eq!(run.code, 1, "{run:?}");
    git(folder.path(), &["checkout", "-qb", "change"]);
    commit(&folder, &[(paths[0], &own), (paths[1], &decoy)]);
    let change = ["--changed-since", "main"];
    let messages = said(&change);
    assert!(messages.len() == 1 && messages[0].contains(paths[0]), "{messages:?}");
    assert!(messages[0].contains("sys_script_include x_quay.Beacon rests on the version"), "{messages:?}");
    for format in ["text", "markdown", "json", "sarif", "github"] {
        let run = scan(format, &change);
        assert!(run.code == 0 && run.stdout.contains("rests on the version of the record in"), "{run:?}");
    }
    // What stood before the change is counted, and all versions are judged if asked for.
    commit(&folder, &[(paths[0], &own), (paths[1], &decoy), ("users.xml", &export(&["svc.one"]))]);
    for more in [["--changed-since", "HEAD~1"].as_slice(), &[]] {
        let messages = said(more);
        assert!(messages.len() == 1 && messages[0].starts_with("one finding rests on"), "{messages:?}");
    }
    assert!(said(&["--all-versions"]).is_empty());
}

/// A copy of a grant with a newer date turns a finding off that is about its user.
#[test]
fn a_decoy_of_something_that_a_finding_rests_on() {
    let grant = |state: &str, updated_on: &str| {
        let columns = [
            "inherited=false",
            "role=2831a114c611228501d4ea6c309d626d/admin",
            &format!("state={state}"),
            "sys_id=0000000000000000000000000000ada2",
            &format!("sys_updated_on={updated_on}"),
            "user=0000000000000000000000000000ada1/Ada Tern",
        ];
        unload(&[row("sys_user_has_role", &columns)])
    };
    let (own, decoy) = (grant("active", "2026-01-01 10:00:00"), grant("inactive", "2026-02-01 10:00:00"));
    let users = person(true);
    let folder = repository();
    commit(&folder, &[("g.xml", &own), ("u.xml", &users)]);
    git(folder.path(), &["checkout", "-qb", "change"]);
    let check = |files: &[(&str, &str)], expected: usize| {
        commit(&folder, &[files, &[("u.xml", users.as_str())]].concat());
        let arguments = ["scan", "--no-config", "--select", "SNR1001", "--changed-since", "main"];
        let run = glidelint(folder.path(), &[arguments.as_slice(), &["--format", "json"]].concat());
        let document = run.json();
        let notices = document["notices"].as_array().unwrap().iter();
        let said: Vec<_> = notices.filter(|notice| notice["kind"] == "turned-off").collect();
        assert_eq!((run.code, said.len()), (0, expected), "{document}");
        for notice in said {
            let message = notice["message"].as_str().unwrap();
            assert!(
                message.starts_with("SNR1001 for effective_role ada.tern → admin was found"),
                "{message}"
            );
            assert!(message.contains("in g.xml") && notice["path"] == "h.xml", "{document}");
        }
    };
    check(&[("g.xml", &own), ("h.xml", &decoy)], 1);
    // What is mended in its place is mended.
    check(&[("g.xml", &decoy)], 0);
}

/// What another class excuses is not gone, whatever its rule is called.
#[test]
fn a_class_that_a_change_weakens() {
    let users = export(&["svc.one"]);
    let mended = users.replace("<web_service_access_only>false", "<web_service_access_only>true");
    let config = (".glidelint.yaml", "rule_packs: [own]\noverride: [service_account]\n");
    let check = |now: &str, after: &str, code: i32, absent: u64, text: &str| {
        let class = |query: &str| {
            format!(
                "class: service_account\ntable: sys_user\ntitle: All\n\
                 evidence:\n  - {{ name: any, where: '{query}' }}\n"
            )
        };
        let folder = repository();
        commit(&folder, &[("exports/a.xml", &users), config, ("own/c.yaml", &class("active=true"))]);
        git(folder.path(), &["checkout", "-qb", "change"]);
        commit(&folder, &[("exports/a.xml", now), config, ("own/c.yaml", &class(after))]);
        let arguments =
            ["scan", "exports", "--select", "SNA1001", "--changed-since", "main", "--format", "json"];
        let run = glidelint(folder.path(), &arguments);
        assert_eq!(run.code, code, "{after}: {run:?}");
        assert_eq!(run.json()["known_findings"]["absent"], absent, "{after}: {run:?}");
        assert!(run.stdout.contains(text), "{after}: {run:?}");
    };
    let other =
        "SNA1001 was found in main for sys_user svc.one, and the rule, or a class that it asks, is another";
    check(&users, "user_name=nobody", 4, 0, other);
    check(&users, "active=true", 0, 0, "\"unchanged\"");
    check(&mended, "active=true", 0, 1, "class service_account is that of the pack own");
}

/// A base whose settings or packs nobody can use is judged by those of the change,
/// which is told.
#[test]
fn a_base_that_cannot_configure_itself() {
    let users = export(&["svc.one"]);
    let check = |base: &[(&str, &str)], head: &[(&str, &str)], more: &[&str], texts: &[&str]| {
        let folder = repository();
        commit(&folder, &[&[("exports/a.xml", users.as_str())], base].concat());
        git(folder.path(), &["checkout", "-qb", "change"]);
        commit(&folder, &[&[("exports/a.xml", users.as_str())], head].concat());
        let arguments =
            ["scan", "exports", "--select", "SNA1002", "--changed-since", "main", "--format", "json"];
        let run = glidelint(folder.path(), &[&arguments, more].concat());
        assert_eq!((run.code, new_keys(&run.json())), (0, vec![]), "{run:?}");
        for text in texts {
            assert!(run.stdout.contains(text), "{text}: {run:?}");
        }
        assert_eq!(run.stdout.contains("base-"), !texts.is_empty(), "{run:?}");
    };
    let config = (".glidelint.yaml", "fail_on: low\n");
    check(&[config], &[config], &[], &[]);
    let broken = (".glidelint.yaml", "rulez: {}\n");
    check(&[broken], &[config], &[], &["of main cannot be used", "rulez", "\"base-unused\""]);
    let packs = (".glidelint.yaml", "rule_packs: [own]\n");
    let no_rule = ("own/x.yaml", "id: [\n");
    check(&[packs, no_rule], &[config], &[], &["of main cannot be used", "own/x.yaml", "\"base-unused\""]);
    let class =
        "class: tide\ntable: sys_user\ntitle: Tide\nevidence:\n  - { name: a, where: 'active=true' }\n";
    let class = ("own/tide.yaml", class);
    check(&[], &[class], &["--rules", "own"], &["main does not hold this rule pack", "\"base-lacks\""]);
}

/// The base goes on while a change is made: what is new there is none of the change.
#[test]
fn a_base_that_moved_on() {
    let folder = Folder::new(&[]);
    let scan = || {
        let run = glidelint(
            folder.path(),
            &["scan", "--no-config", "--select", "SNA1002", "--changed-since", "main", "--format", "json"],
        );
        (run.code, new_keys(&run.json()))
    };
    git(folder.path(), &["init", "-q"]);
    commit(&folder, &[("a.xml", &export(&["svc.one"])), ("b.xml", &export(&["svc.two"]))]);
    git(folder.path(), &["checkout", "-qb", "change"]);
    commit(&folder, &[("a.xml", &export(&["svc.one", "svc.new"])), ("b.xml", &export(&["svc.two"]))]);
    git(folder.path(), &["checkout", "-q", "main"]);
    commit(&folder, &[("a.xml", &export(&["svc.one"]))]);
    git(folder.path(), &["checkout", "-q", "change"]);
    assert_eq!(scan(), (1, vec!["svc.new".to_owned()]));
    git(folder.path(), &["checkout", "-q", "--orphan", "apart"]);
    commit(&folder, &[("a.xml", &export(&["svc.one"]))]);
    let run = glidelint(folder.path(), &["scan", "--no-config", "--changed-since", "main"]);
    assert!(run.code == 2 && run.stderr.contains("fetch-depth: 0"), "{run:?}");
}

/// A hook scans where a commit changes or deletes what may be an export.
#[test]
fn nothing_is_scanned_unless_an_export_is_staged() {
    let folder = Folder::new(&[]);
    let scan =
        || glidelint(folder.path(), &["scan", "--no-config", "--select", "SNA1002", "--if-staged"]).code;
    assert_eq!(scan(), 2, "it is no repository");
    git(folder.path(), &["init", "-q"]);
    commit(&folder, &[("a.xml", &export(&["svc.one"])), ("notes.md", "x"), ("b.csv", "x")]);
    assert_eq!(scan(), 0);
    for (change, code) in [("notes.md", 0), ("b.csv", 1), (".glidelint.yaml", 1)] {
        fs::write(folder.path().join(change), "# y\n").unwrap();
        git(folder.path(), &["add", change]);
        assert_eq!(scan(), code, "{change}");
        git(folder.path(), &["commit", "-qm", "next"]);
    }
    git(folder.path(), &["rm", "-q", "b.csv"]);
    assert_eq!(scan(), 1);
}

/// Which file or archive holds a record is no part of it.
#[test]
fn records_that_move_are_none_that_changed() {
    let (one, two) = (export(&["svc.one"]), export(&["svc.two"]));
    let (both, more) = (export(&["svc.two", "svc.one"]), export(&["svc.one", "svc.new"]));
    let packed = zip(&[("a.xml", one.as_bytes()), ("b.xml", two.as_bytes())]);
    let packed_more = zip(&[("in/a.xml", more.as_bytes()), ("b.xml", two.as_bytes())]);
    let plain: &[(&str, &[u8])] = &[("a.xml", one.as_bytes()), ("b.xml", two.as_bytes())];
    let packed: &[(&str, &[u8])] = &[("all.zip", &packed)];
    let check = |base: &[(&str, &[u8])], head: &[(&str, &[u8])], keys: &[&str]| {
        let folder = repository();
        let fill = |files: &[(&str, &[u8])]| {
            for name in ["a.xml", "b.xml", "all.zip"] {
                let _ = fs::remove_file(folder.path().join(name));
            }
            for (name, bytes) in files {
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            git::commit(folder.path());
        };
        fill(base);
        git(folder.path(), &["checkout", "-qb", "change"]);
        fill(head);
        let arguments =
            ["scan", "--no-config", "--select", "SNA1002", "--changed-since", "main", "--format", "json"];
        let run = glidelint(folder.path(), &arguments);
        assert_eq!(
            (run.code, new_keys(&run.json())),
            (i32::from(!keys.is_empty()), to_owned(keys)),
            "{run:?}"
        );
    };
    check(plain, packed, &[]);
    check(packed, plain, &[]);
    check(plain, &[("b.xml", both.as_bytes())], &[]);
    check(&[("b.xml", both.as_bytes())], plain, &[]);
    check(packed, &[("all.zip", &packed_more)], &["svc.new"]);
    check(plain, &[("all.zip", &packed_more)], &["svc.new"]);
    check(plain, &[("a.xml", more.as_bytes()), ("b.xml", two.as_bytes())], &["svc.new"]);
}

/// A name that git cannot be asked for on standard input is compared all the same.
#[cfg(target_os = "linux")]
#[test]
fn names_that_git_takes_apart() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = repository();
    for name in [&b"\"a.xml"[..], b"b\nc.xml", b"d\xff.xml"] {
        let name = std::ffi::OsStr::from_bytes(name);
        let user = format!("svc.{}", name.len() * 7 + usize::from(name.as_bytes()[0]));
        fs::write(folder.path().join(name), export(&[&user])).unwrap();
    }
    git::commit(folder.path());
    git(folder.path(), &["checkout", "-qb", "change"]);
    fs::write(folder.path().join("new.xml"), export(&["svc.new"])).unwrap();
    let arguments =
        ["scan", "--no-config", "--select", "SNA1002", "--changed-since", "main", "--format", "json"];
    let run = glidelint(folder.path(), &arguments);
    assert_eq!((run.code, new_keys(&run.json())), (1, to_owned(&["svc.new"])), "{run:?}");
    assert_eq!(run.json()["findings"].as_array().unwrap().len(), 4, "{run:?}");
}

fn to_owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}
