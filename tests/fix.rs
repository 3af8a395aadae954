//! `glidelint fix`: the value is mended, all other bytes are as they were, and the
//! corrected file scans clean.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use exports::{Folder, change, escaped, payload, row, unload};
use program::glidelint;

const RULE: &str = "SNP1006";
const NAME: &str = "glide.basicauth.required.csv";

fn property(value: &str) -> String {
    let named = [&format!("name={NAME}"), "sys_id=0123456789abcdef0123456789abcdef", "type=boolean"];
    row("sys_properties", &named).replace("</sys_properties>", &format!("{value}</sys_properties>"))
}

fn count(folder: &Path) -> usize {
    let run = glidelint(folder, &["scan", "--no-config", "--format", "json", "--select", RULE]);
    run.json()["findings"].as_array().unwrap().len()
}

/// The written value becomes the other one, and nothing else changes.
#[track_caller]
fn check(before: &[u8], old: &str, new: &str) {
    let folder = Folder::new(&[]);
    let path = folder.path().join("export.xml");
    folder.write("export.xml", before);
    assert_eq!(count(folder.path()), 1);
    let dry = glidelint(folder.path(), &["fix", "--no-config", "--select", RULE, "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.stdout.contains("1 value would be changed in 1 file"), "{dry:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let run = glidelint(folder.path(), &["fix", "--no-config", "--select", RULE]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = String::from_utf8(before.to_vec()).unwrap();
    assert_eq!(String::from_utf8(fs::read(&path).unwrap()).unwrap(), text.replacen(old, new, 1));
    assert_eq!(count(folder.path()), 0);
}

#[test]
fn in_every_form_of_export() {
    let table = |value: &str| unload(&[property(value)]).replace('\n', "\r\n");
    let update_set = |payload: &str| unload(&[change(payload, &["name=x"])]).replace('\n', "\r\n");
    check(table("<value>false</value>").as_bytes(), "<value>false<", "<value>true<");
    check(table("<value><![CDATA[false]]></value>").as_bytes(), "<![CDATA[false]]>", "true");
    let marked = format!("\u{feff}{}", table("<value>false</value>"));
    check(marked.as_bytes(), "<value>false<", "<value>true<");
    let record = |value: &str| payload("sys_properties", &property(value));
    check(record("<value>false</value>").as_bytes(), "<value>false<", "<value>true<");
    let section = format!("<![CDATA[{}]]>", record("<value>false</value>"));
    check(update_set(&section).as_bytes(), "<value>false<", "<value>true<");
    let text = escaped(&record("<value>false</value>"));
    check(update_set(&text).as_bytes(), "&lt;value&gt;false&lt;", "&lt;value&gt;true&lt;");
}

/// Of the one account that is known to hold admin, or may hold it.
#[test]
fn nobody_is_locked_out() {
    let id = |letter: char| letter.to_string().repeat(32);
    let user = |name: &str, letter: char, identity: &str| {
        let columns = [
            "active=true",
            &format!("identity_type={identity}"),
            "internal_integration_user=false",
            "locked_out=false",
            &format!("sys_id={}", id(letter)),
            &format!("user_name={name}"),
            "web_service_access_only=false",
        ];
        row("sys_user", &columns)
    };
    let grant = |user: char| {
        let role = format!("role={}/admin", id('a'));
        let ids = [format!("sys_id={}", id('b')), format!("user={}", id(user))];
        row("sys_user_has_role", &[&role, "state=active", &ids[0], &ids[1]])
    };
    let role = row("sys_user_role", &["name=admin", &format!("sys_id={}", id('a'))]);
    let code = |rows: &[String], more: &[&str]| {
        let folder = Folder::new(&[("users.xml", &unload(rows))]);
        let run = glidelint(folder.path(), &[&["fix", "--no-config", "--select", "SNA1002"], more].concat());
        (run.code, run.stdout.contains("last one who can administer"))
    };
    let robot = user("svc.deploy", '1', "machine");
    let person = user("ann.lee", '2', "human");
    assert_eq!(code(from_ref(&robot), &[]), (1, true), "nobody knows who holds admin");
    assert_eq!(code(from_ref(&robot), &["--allow-lockout"]), (0, false));
    assert_eq!(code(&[robot.clone(), person.clone(), role.clone(), grant('1')], &[]), (1, true));
    assert_eq!(code(&[robot, person, role, grant('2')], &[]), (0, false), "somebody else holds it");
}

const BOSS: &str = "11111111111111111111111111111111";
const ADMIN: &str = "22222222222222222222222222222222";

fn account(name: &str, sys_id: &str) -> String {
    let columns =
        ["active=true", "locked_out=false", &format!("sys_id={sys_id}"), &format!("user_name={name}")];
    row("sys_user", &columns)
}

fn granted(role: &str, user: &str) -> String {
    let columns = [
        "granted_by=",
        "inherited=false",
        &format!("role={ADMIN}/{role}"),
        "state=active",
        &format!("sys_id={}", "3".repeat(32)),
        &format!("user={user}"),
    ];
    row("sys_user_has_role", &columns)
        + &row("sys_user_role", &[&format!("name={role}"), &format!("sys_id={ADMIN}")])
}

/// A rule of one's own, without its texts.
fn own_rule(id: &str, rest: &str) -> String {
    format!(
        "id: {id}\ntitle: The rule {id}\nseverity: 5\nmessage: 'Rule {id}.'\nwhy: Because.\nfix: Do it.\n{rest}\n"
    )
}

/// Runs `fix` with rules of one's own, all other rules beside them; gives the exit
/// code, what is said, and the file afterwards.
#[track_caller]
fn fix(rules: &[String], rows: &[String], more: &[&str]) -> (i32, String, String) {
    let folder = Folder::new(&[("export.xml", &unload(rows))]);
    let own = Folder::new(&[]);
    for (number, rule) in rules.iter().enumerate() {
        own.write(&format!("own-rule-{number}.yaml"), rule);
    }
    let pack = own.path().to_str().unwrap();
    let mut arguments = vec!["fix", "--no-config", "--allow-lockout"];
    arguments.extend(more);
    if !rules.is_empty() {
        arguments.extend(["--rules", pack]);
    }
    let run = glidelint(folder.path(), &arguments);
    (run.code, format!("{}{}", run.stdout, run.stderr), folder.read("export.xml"))
}

/// `inherited` says how a role came, and the platform writes it.
#[test]
fn what_the_platform_writes_is_left_alone() {
    for (role, rule) in [("admin", "SNR1006"), ("itil", "SNR1005")] {
        let rows = [account("ann.lee", BOSS), granted(role, BOSS)];
        let (code, said, after) = fix(&[], &rows, &["--select", rule]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(&format!("{rule}: no one value mends it")), "{said}");
        assert_eq!(after, unload(&rows));
        let folder = Folder::new(&[("export.xml", &after)]);
        let scan = glidelint(folder.path(), &["scan", "--no-config", "--format", "sarif", "--select", rule]);
        let results = &scan.json()["runs"][0]["results"];
        assert_eq!(results[0]["ruleId"], rule, "{scan:?}");
        assert!(results[0].get("fixes").is_none(), "{results}");
    }
    let rule =
        own_rule("XA1001", "table: sys_user_has_role\nwhere: 'role.name=admin'\nat: inherited\nmends: true");
    let (code, said, _) = fix(&[rule], &[account("ann.lee", BOSS)], &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("own-rule-0.yaml:10:8") && said.contains("sys_user_has_role.inherited"), "{said}");
}

/// Who is deactivated and keeps a role is found by another rule, though that one was
/// not asked for.
#[test]
fn a_change_that_brings_another_finding_is_refused() {
    let rule = own_rule(
        "XA1001",
        "table: sys_user\nwhere: 'active=true^user_nameSTARTSWITHold'\nat: active\nmends: false",
    );
    let other = "44444444444444444444444444444444";
    let rows = [account("old.boss", BOSS), account("old.hand", other), granted("itil", BOSS)];
    let (code, said, after) = fix(&[rule], &rows, &["--select", "XA1001"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("export.xml:3: XA1001: with the new value SNR1007 is found"), "{said}");
    assert!(said.contains("1 value changed in 1 file, 1 finding left as they are"), "{said}");
    assert!(after.contains(&account("old.boss", BOSS)), "{after}");
    let mended = account("old.hand", other).replace("<active>true", "<active>false");
    assert!(after.contains(&mended), "{after}");
}

#[test]
fn a_change_after_which_the_finding_stands_is_refused() {
    let rule = own_rule(
        "XA1001",
        "table: sys_user\nwhere: 'active=true^user_name=old.boss'\nat: locked_out\nmends: true",
    );
    let rows = [account("old.boss", BOSS)];
    let (code, said, after) = fix(&[rule], &rows, &["--select", "XA1001"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("with the new value XA1001 is still found"), "{said}");
    assert_eq!(after, unload(&rows));
}

/// Nothing names the one change that is too many, so that some have to be left out.
#[test]
fn changes_that_are_too_many_together_are_left_out_in_part() {
    let rules = [
        own_rule("XA1001", "table: sys_user\nwhere: 'active=true'\nat: active\nmends: false"),
        own_rule(
            "XA1002",
            "all:\n  - { count: { table: sys_user, where: 'active=false' }, expect: { at_most: 3 } }",
        ),
    ];
    let rows: Vec<_> =
        (0..8).map(|digit| account(&format!("user.{digit}"), &digit.to_string().repeat(32))).collect();
    let (code, said, after) = fix(&rules, &rows, &["--select", "XA1001"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("with the new value XA1002 is found"), "{said}");
    let changed = after.matches("<active>false").count();
    assert!((1..=3).contains(&changed), "{changed} of 8: {said}");
}

/// What each built-in rule says of itself: with its value, its own tests pass.
#[test]
fn every_value_that_a_rule_names_mends_it() {
    let tests = glidelint::rule::builtin_tests().unwrap();
    let pack = glidelint::rule::builtin().unwrap();
    let mending: Vec<_> = pack.rules.iter().filter(|(_, rule)| rule.mends.is_some()).collect();
    assert!(mending.len() > 5);
    for (path, rule) in mending {
        let mut changed = 0;
        let found = |test: &&glidelint::rule::file::RuleTest| {
            test.params.is_empty() && test.finds.as_ref().is_some_and(|found| !found.is_empty())
        };
        for test in tests[path].iter().filter(found) {
            let folder = Folder::new(&[("export.xml", &test.export)]);
            let mut arguments = vec!["fix", "--no-config", "--allow-lockout", "--select", &rule.id.value];
            arguments.extend(test.complete.iter().flat_map(|table| ["--complete", table]));
            let run = glidelint(folder.path(), &arguments);
            assert!(!run.stdout.contains("with the new value"), "{path}, {}: {run:?}", test.name.value);
            changed += run.stdout.matches("\n+ ").count();
        }
        assert!(changed > 0, "{path}: in no test is a value changed");
    }
}
