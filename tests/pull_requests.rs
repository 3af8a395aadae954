//! Pull requests, played in a repository of git and judged by the action: what counts
//! is what the change brings, whatever it brings along to be judged by.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/action.rs"]
mod action;
#[path = "common/exports.rs"]
mod exports;
#[path = "common/git.rs"]
mod git;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use action::{runner, step};
use exports::{app_file, machine, row, unload};
use git::{git, git_with};

/// Files of a commit by their names. What is empty is deleted.
type Files<'f> = &'f [(&'f str, &'f str)];

/// One pull request, and what comes of it.
#[derive(Default)]
struct PullRequest<'p> {
    name: &'p str,
    /// What the base holds.
    base: Files<'p>,
    /// How many small files the base holds beside.
    filler: usize,
    /// Whether what the base holds is in its baseline.
    is_known: bool,
    /// What the change writes over it.
    change: Files<'p>,
    /// What the base gets meanwhile; then the pull request is checked out merged.
    meanwhile: Files<'p>,
    /// Inputs of the action.
    inputs: Files<'p>,
    /// Which rules run, if not a few of ours.
    select: &'p str,
    code: i32,
    /// A part of each line that annotates, in their order.
    annotations: &'p [&'p str],
    /// What the job's page says.
    summary: &'p [&'p str],
    /// What nothing says.
    unsaid: &'p [&'p str],
}

/// A repository of git in a folder.
struct Repository<'r>(&'r Path);

impl Repository<'_> {
    fn commit(&self, files: Files<'_>) -> String {
        for (name, text) in files {
            let path = self.0.join(name);
            if text.is_empty() {
                fs::remove_file(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        git::commit(self.0)
    }

    /// Adds many files at once: adding them one by one takes longer than judging them.
    fn fill(&self, count: usize) {
        if count == 0 {
            return;
        }
        let mut stream =
            String::from("commit refs/heads/main\ncommitter pier <pier@example.com> 1 +0000\ndata 0\n");
        for number in 0..count {
            let text = app_file("sys_script", &["active=true", &format!("sys_id={number:032x}")]);
            let (length, path) = (text.len(), format!("exports/update/sys_script_{number:032x}.xml"));
            write!(stream, "M 644 inline {path}\ndata {length}\n{text}\n").unwrap();
        }
        git_with(self.0, &["fast-import", "--quiet"], &stream);
        git(self.0, &["reset", "--quiet", "--hard", "main"]);
    }
}

/// The rules that run.
const SELECT: &str = "SNA1001,SNA1002,SNC1001,SNP1020,SNR1001,SNS1008";

/// Plays it.
#[track_caller]
fn check(case: &PullRequest<'_>) {
    let runner = runner();
    let work = runner.path().join("work");
    fs::remove_dir_all(&work).unwrap();
    fs::create_dir(&work).unwrap();
    let repository = Repository(&work);
    let rules = if case.select.is_empty() { SELECT } else { case.select };
    git(&work, &["init", "--quiet"]);
    repository.fill(case.filler);
    let mut before = repository.commit(case.base);
    if case.is_known {
        let arguments = ["baseline", "create", "exports", "--select", rules, "--no-config"];
        let run = Command::new(env!("CARGO_BIN_EXE_glidelint"))
            .args(arguments)
            .current_dir(&work)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}: {run:?}", case.name);
        before = repository.commit(&[]);
    }
    git(&work, &["checkout", "--quiet", "-b", "change"]);
    let head = repository.commit(case.change);
    if !case.meanwhile.is_empty() {
        git(&work, &["checkout", "--quiet", "main"]);
        repository.commit(case.meanwhile);
        git(&work, &["merge", "--quiet", "--no-ff", "--message", "merge", "change"]);
    }
    let arguments = format!("--select\n{rules}");
    let given = [
        ("GLIDELINT_PATH", "exports"),
        ("GLIDELINT_BASE", &before),
        ("GLIDELINT_HEAD", &head),
        ("GLIDELINT_ARGS", &arguments),
    ];
    let step = step(runner.path(), "action-scan.sh", &[], &[&given, case.inputs].concat());
    let all = format!("{}: {}{}", case.name, step.stdout, step.summary);
    assert_eq!(step.code, case.code, "{all}");
    let annotations: Vec<_> = step.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), case.annotations.len(), "{all}");
    for (line, part) in annotations.iter().zip(case.annotations) {
        assert!(line.contains(part), "'{part}' is not in {line}\n{all}");
    }
    for part in case.summary {
        assert!(step.summary.contains(part), "the page does not say '{part}'\n{all}");
    }
    for part in case.unsaid {
        assert!(!all.contains(part), "something says '{part}'\n{all}");
    }
}

/// Accounts of programs, a line each from line 3 on, in which SNA1001 and SNA1002 find
/// something.
fn accounts(names: &[&str]) -> String {
    unload(&names.iter().map(|name| machine(name, false, &["locked_out=false"])).collect::<Vec<_>>())
}

/// A person who may be made an account of programs, and holds admin.
fn administrator(is_integration: bool) -> [String; 2] {
    let user = [
        "active=true",
        "identity_type=",
        &format!("internal_integration_user={is_integration}"),
        "locked_out=false",
        "name=Ada Tern",
        "sys_id=0000000000000000000000000000ada1",
        "user_name=ada.tern",
        "web_service_access_only=true",
    ];
    let grant = [
        "inherited=false",
        "role=2831a114c611228501d4ea6c309d626d/admin",
        "state=active",
        "sys_id=0000000000000000000000000000ada2",
        "user=0000000000000000000000000000ada1/Ada Tern",
    ];
    [unload(&[row("sys_user", &user)]), unload(&[row("sys_user_has_role", &grant)])]
}

fn session_timeout(minutes: u32) -> String {
    let value = format!("value={minutes}");
    unload(&[row(
        "sys_properties",
        &["name=glide.ui.session_timeout", "sys_id=0000000000000000000000000000fee1", &value],
    )])
}

/// A script that runs what it is sent, or does not.
fn script(is_bad: bool, updated_on: &str) -> String {
    let body =
        if is_bad { "var code = this.getParameter('x_code');\neval(code);" } else { "gs.info('beacon');" };
    let columns = [
        "active=true",
        "api_name=x_quay.Beacon",
        "client_callable=true",
        "name=Beacon",
        &format!("script=<![CDATA[{body}]]>"),
        "sys_id=0000000000000000000000000000bea1",
        &format!("sys_updated_on={updated_on}"),
    ];
    app_file("sys_script_include", &columns)
}

/// The files of an app with ACLs, each of which asks for one role.
fn app(acls: usize) -> Vec<(String, String)> {
    let own = ["scope=x_quay", "sys_id=a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"];
    let mut files = vec![("exports/x_quay/sys_app_1.xml".to_owned(), app_file("sys_app", &own))];
    for number in 0..acls {
        let acl = [
            "active=true",
            "condition=",
            "decision_type=allow",
            &format!("name=x_quay_slot{number}"),
            "operation=write/write",
            "script=",
            "security_attribute=",
            &format!("sys_id=ac{number}"),
            "type=record/record",
        ];
        let role = [
            &format!("sys_id=ar{number}"),
            &format!("sys_security_acl=ac{number}"),
            "sys_user_role=r1/x_quay.clerk",
        ];
        for (table, own) in [("sys_security_acl", &acl[..]), ("sys_security_acl_role", &role)] {
            files.push((format!("exports/x_quay/update/{table}_{number}.xml"), app_file(table, own)));
        }
    }
    files
}

/// A pack of one rule about active accounts whose names begin so.
fn pack(begin: &str) -> String {
    format!(
        "id: XX0001\ntitle: Pier account\nseverity: 5.0\ntable: sys_user\n\
         where: 'active=true^user_nameSTARTSWITH{begin}'\nat: user_name\nmessage: 'An account of the pier.'\n\
         why: Piers close.\nfix: Close it.\n"
    )
}

const RULE: &str = "own/accounts/pier-account.yaml";
const CLASS: (&str, &str) = (
    "own/classes/robot.yaml",
    "class: service_account\ntable: sys_user\ntitle: None\n\
     evidence:\n  - { name: never, where: 'user_name=nobody.at.all' }\n",
);
const MAY_OVERRIDE: (&str, &str) = (".glidelint.yaml", "rule_packs: [own]\noverride: [service_account]\n");
const OFF: (&str, &str) = (".glidelint.yaml", "rules:\n  SNA1001: off\n  SNA1002: off\n");
const PACKS: (&str, &str) = ("GLIDELINT_RULES", "own");
const BASELINE: (&str, &str) = ("GLIDELINT_BASELINE", ".glidelint-baseline.tsv");

const A: &str = "exports/a.xml";
const PASSED: &str = "no new problems besides 2 known";

/// Changes of exports.
#[test]
fn exports_that_change() {
    let (old, both) = (accounts(&["svc.old"]), accounts(&["svc.old", "svc.new"]));
    let base: Files<'_> = &[(A, &old)];
    check(&PullRequest { name: "nothing", base, summary: &[PASSED], ..PullRequest::default() });
    check(&PullRequest {
        name: "a record more",
        base,
        change: &[(A, &both)],
        code: 1,
        annotations: &["SNA1001", "SNA1002"],
        summary: &["2 new problems found", "svc.new"],
        unsaid: &["line=3,"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a rename",
        base,
        change: &[(A, ""), ("exports/b/c.xml", &old)],
        summary: &[PASSED],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a base that moved on",
        base,
        change: &[("exports/b.xml", &accounts(&["svc.two"]))],
        meanwhile: &[("exports/c.xml", &accounts(&["svc.main"]))],
        code: 1,
        annotations: &["file=exports/b.xml,line=3,", "file=exports/b.xml,line=3,"],
        unsaid: &["exports/c.xml"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a first pull request without a baseline",
        base: &[("README.md", "Ours.\n")],
        change: base,
        code: 1,
        annotations: &["line=3,", "line=3,"],
        summary: &["2 new problems found"],
        ..PullRequest::default()
    });
    let ([person, grant], [robot, _]) = (administrator(false), administrator(true));
    check(&PullRequest {
        name: "the user behind a grant",
        base: &[(A, &grant), ("exports/u.xml", &person)],
        change: &[("exports/u.xml", &robot)],
        code: 1,
        annotations: &["SNR1001"],
        summary: &["1 new problem found", "ada.tern"],
        ..PullRequest::default()
    });
    let app = app(3);
    let app: Vec<_> = app.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let roles = app.iter().filter(|(path, _)| path.contains("acl_role")).map(|(path, _)| (*path, ""));
    check(&PullRequest {
        name: "roles of ACLs that are deleted",
        base: &app,
        change: &roles.collect::<Vec<_>>(),
        code: 1,
        annotations: &["sys_security_acl_0.xml", "sys_security_acl_1.xml", "sys_security_acl_2.xml"],
        summary: &["3 new problems found", "SNC1001"],
        ..PullRequest::default()
    });
    let copy = "exports/x/update/sys_script_include_bea2.xml";
    check(&PullRequest {
        name: "a decoy with a newer date",
        base: &[("exports/x/update/sys_script_include_bea1.xml", &script(true, "2026-01-01 10:00:00"))],
        change: &[(copy, &script(false, "2026-02-01 10:00:00"))],
        annotations: &["::warning file=exports/x/update/sys_script_include_bea2.xml"],
        summary: &["rests on the version of the record in exports/x/update/sys_script_include_bea1.xml"],
        ..PullRequest::default()
    });
}

/// Thousands of files, of which one changes.
#[test]
fn a_repository_of_many_files() {
    let (old, both) = (accounts(&["svc.old"]), accounts(&["svc.old", "svc.new"]));
    check(&PullRequest {
        name: "3,000 files",
        base: &[(A, &old)],
        filler: 3_000,
        change: &[(A, &both)],
        code: 1,
        annotations: &["file=exports/a.xml,line=4,", "file=exports/a.xml,line=4,"],
        summary: &["2 new problems found", "3,001 files"],
        ..PullRequest::default()
    });
}

/// What is known stays known, as it was.
#[test]
fn baselines() {
    let (old, both) = (accounts(&["svc.old"]), accounts(&["svc.old", "svc.new"]));
    check(&PullRequest {
        name: "a known finding that is worse",
        base: &[("exports/p.xml", &session_timeout(120)), (A, &old)],
        is_known: true,
        change: &[("exports/p.xml", &session_timeout(240))],
        inputs: &[BASELINE],
        code: 1,
        annotations: &["SNP1020"],
        summary: &["1 new problem found", "240"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a baseline of its own",
        base: &[(A, &old)],
        change: &[(A, &both), (BASELINE.1, "no baseline\n")],
        inputs: &[BASELINE],
        code: 1,
        annotations: &["::notice file=.glidelint-baseline.tsv,", "line=4,", "line=4,"],
        summary: &["**Note**", "does not hold this baseline"],
        unsaid: &["line=3,"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a baseline that is nowhere",
        base: &[(A, &old)],
        change: &[("README.md", "Ours.\n")],
        inputs: &[BASELINE],
        annotations: &["does not hold this baseline"],
        summary: &[PASSED, "**Note**"],
        ..PullRequest::default()
    });
}

/// Neither the packs nor the configuration of a change judge it, and what they would
/// take is told.
#[test]
fn packs_and_configurations() {
    let (old, both) = (accounts(&["svc.old"]), accounts(&["svc.old", "svc.new"]));
    let (before, after) = ((A, old.as_str()), (A, both.as_str()));
    let (strong, weak) = (pack("svc"), pack("nobody"));
    let (strong, weak) = ((RULE, strong.as_str()), (RULE, weak.as_str()));
    check(&PullRequest {
        name: "a weaker pack",
        base: &[before, strong],
        change: &[after, weak],
        select: "accounts",
        inputs: &[PACKS],
        code: 1,
        annotations: &["asks something else by XX0001", "SNA1001", "SNA1002", "XX0001"],
        summary: &["Pier account", "once it is merged: asks something else by XX0001"],
        unsaid: &["line=3,"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a weaker pack that was allowed",
        base: &[before, strong],
        change: &[after, weak],
        select: "accounts",
        inputs: &[PACKS, ("GLIDELINT_FROM_CHECKOUT", "packs\n")],
        code: 1,
        annotations: &["SNA1001", "SNA1002"],
        unsaid: &["XX0001"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a weaker class",
        base: &[before, strong],
        change: &[after, CLASS, MAY_OVERRIDE],
        select: "accounts",
        inputs: &[PACKS],
        code: 1,
        annotations: &["may override service_account; ", "SNA1001", "SNA1002", "XX0001"],
        summary: &["**Note**", "may override service_account"],
        unsaid: &["line=3,"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a class that the base does not allow",
        base: &[before, strong],
        change: &[after, CLASS],
        select: "accounts",
        inputs: &[PACKS, ("GLIDELINT_FROM_CHECKOUT", "packs")],
        code: 2,
        annotations: &["::error"],
        summary: &["**Nothing was judged**"],
        unsaid: &["SNA1001"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a class that the base has",
        select: "accounts",
        base: &[before, strong, CLASS, MAY_OVERRIDE],
        change: &[after],
        code: 1,
        annotations: &["class service_account is that of the pack own", "SNA1002", "XX0001"],
        summary: &["**Note**"],
        unsaid: &["SNA1001", "once it is merged"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a pack that the change adds",
        base: &[before],
        change: &[strong],
        select: "accounts",
        inputs: &[PACKS],
        annotations: &["::notice file=own,"],
        summary: &[PASSED, "**Note**", "does not hold this rule pack"],
        unsaid: &["XX0001", "once it is merged"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "rules that are off in the base",
        base: &[before, OFF],
        change: &[after],
        annotations: &["SNA1001, SNA1002 do not run"],
        summary: &["nothing could be judged", "**Note**"],
        unsaid: &["once it is merged"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "rules that the change switches off",
        base: &[before],
        change: &[after, OFF],
        code: 1,
        annotations: &["::notice file=.glidelint.yaml,", "SNA1001", "SNA1002"],
        summary: &["once it is merged: SNA1001, SNA1002 do not run"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "files and findings that the change leaves out",
        base: &[before, (".glidelint.yaml", "fail_on: low\n")],
        change: &[
            after,
            (
                ".glidelint.yaml",
                "fail_on: never\nexclude: ['exports/**']\nwaivers:\n  \
                 - { rule: SNA1002, key: svc.new, reason: none, owner: me }\n",
            ),
        ],
        code: 1,
        annotations: &["excludes 'exports/**'", "SNA1001", "SNA1002"],
        summary: &["excludes 'exports/**'; waives SNA1002 for key svc.new; fails on never instead of low"],
        ..PullRequest::default()
    });
    check(&PullRequest {
        name: "a configuration that nobody can use",
        base: &[before],
        change: &[(".glidelint.yaml", "rulez: {}\n")],
        annotations: &["cannot be used, once it is merged"],
        summary: &[PASSED, "rulez"],
        ..PullRequest::default()
    });
}
