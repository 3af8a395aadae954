//! The action for GitHub: its scripts are run as a runner would run them, and
//! `action.yml` keeps to the rules that make an action safe to use.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// What one step left behind.
struct Step {
    code: i32,
    stdout: String,
    /// What it wrote for later steps.
    output: String,
    /// What it put on the job's page.
    summary: String,
}

/// A runner's folders: `temp`, `work` with the samples, `bin` before all others
/// in the search path.
fn runner() -> TempDir {
    let runner = tempfile::tempdir().unwrap();
    let folder = |name: &str| fs::create_dir_all(runner.path().join(name)).unwrap();
    folder("temp/glidelint/bin");
    folder("bin");
    folder("work/.git");
    folder("work/my exports");
    let program = runner.path().join("temp/glidelint/bin/glidelint");
    symlink(env!("CARGO_BIN_EXE_glidelint"), program).unwrap();
    let samples = Path::new(REPOSITORY).join("samples/exports");
    for entry in fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, runner.path().join("work/my exports").join(path.file_name().unwrap())).unwrap();
    }
    runner
}

/// Runs a script of the action with inputs.
fn step(runner: &Path, script: &str, arguments: &[&str], inputs: &[(&str, &str)]) -> Step {
    let file = |name: &str| runner.join(name);
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    for name in ["output", "summary"] {
        fs::write(file(name), "").unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .arg(Path::new(REPOSITORY).join("tools").join(script))
        .args(arguments)
        .current_dir(file("work"))
        .env("PATH", format!("{}:{path}", file("bin").display()))
        .env("RUNNER_TEMP", file("temp"))
        .env("GITHUB_OUTPUT", file("output"))
        .env("GITHUB_STEP_SUMMARY", file("summary"))
        .envs(inputs.iter().copied())
        .output()
        .unwrap();
    Step {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        output: read(file("output")),
        summary: read(file("summary")),
    }
}

#[test]
fn a_scan_annotates_summarises_and_leaves_a_report() {
    let runner = runner();
    let inputs = [
        ("GLIDELINT_PATH", "my exports\n"),
        ("GLIDELINT_FAIL_ON", "high"),
        ("GLIDELINT_CATEGORY", "prod"),
        ("GLIDELINT_ARGS", "--select\nSNR1009\n"),
    ];
    let step = step(runner.path(), "action-scan.sh", &[], &inputs);
    assert_eq!(step.code, 1, "{}", step.stdout);
    let annotation = "::error file=my exports/sys_user_role_contains.xml,line=52,";
    assert!(step.stdout.starts_with(annotation), "{}", step.stdout);
    assert!(
        step.summary.starts_with("## glidelint\n\n**1 problem found** (exit code 1)\n"),
        "{}",
        step.summary
    );
    let report = runner.path().join("temp/glidelint/report.sarif");
    assert_eq!(step.output, format!("exit-code=1\nsarif={}\n", report.display()));
    let report = fs::read_to_string(report).unwrap();
    assert!(report.contains("glidelint/prod/"), "the category is missing");
}

#[test]
fn without_findings_that_count_the_step_passes() {
    let runner = runner();
    let inputs = [("GLIDELINT_PATH", "my exports"), ("GLIDELINT_FAIL_ON", "never")];
    let step = step(runner.path(), "action-scan.sh", &[], &inputs);
    assert_eq!((step.code, step.output.lines().next()), (0, Some("exit-code=0")));
}

#[test]
fn inputs_are_values_and_nothing_else() {
    let runner = runner();
    for hostile in
        ["$(touch pwned)", "`touch pwned`", "; touch pwned", "\" && touch pwned", "* | touch pwned"]
    {
        for input in ["PATH", "RULES", "FAIL_ON", "CATEGORY", "ARGS"] {
            let name = format!("GLIDELINT_{input}");
            step(runner.path(), "action-scan.sh", &[], &[(&name, hostile)]);
            assert!(!runner.path().join("work/pwned").exists(), "{name}={hostile} ran");
        }
        let install =
            step(runner.path(), "action-install.sh", &["install"], &[("GLIDELINT_VERSION", hostile)]);
        assert_eq!(install.code, 2, "{hostile}");
        assert!(!runner.path().join("work/pwned").exists(), "version {hostile} ran");
    }
    // A path stays a path, also where it looks like an option.
    let step = step(runner.path(), "action-scan.sh", &[], &[("GLIDELINT_PATH", "--help")]);
    assert_eq!(step.code, 2, "{}", step.stdout);
}

#[test]
fn a_pull_request_is_not_judged_without_its_base() {
    let runner = runner();
    let inputs = [("GLIDELINT_BASE", "0123456789abcdef0123456789abcdef01234567")];
    let step = step(runner.path(), "action-scan.sh", &[], &inputs);
    assert_eq!(step.code, 2);
    assert!(step.stdout.contains("fetch-depth: 0"), "{}", step.stdout);
}

#[test]
fn a_pull_request_cannot_accept_its_own_findings() {
    let runner = runner();
    let work = runner.path().join("work");
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let git = |arguments: &[&str]| {
        let name = ["-c", "user.name=pier", "-c", "user.email=pier@example.com"];
        run(Path::new("git"), &[&name, arguments].concat())
    };
    let baseline = |command: &str| {
        run(Path::new(env!("CARGO_BIN_EXE_glidelint")), &["baseline", command, "my exports"]);
    };
    let added = work.join("my exports/sys_user_role_contains.xml");
    let text = fs::read(&added).unwrap();
    fs::remove_file(&added).unwrap();
    fs::remove_dir(work.join(".git")).unwrap();
    git(&["init", "--quiet"]);
    baseline("create");
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "base"]);
    let base = git(&["rev-parse", "HEAD"]);
    fs::write(&added, text).unwrap();
    baseline("update");
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "change"]);

    let scan = |base: &str| {
        let baseline = ("GLIDELINT_BASELINE", ".glidelint-baseline.tsv");
        let inputs = [("GLIDELINT_PATH", "my exports"), baseline, ("GLIDELINT_BASE", base)];
        step(runner.path(), "action-scan.sh", &[], &inputs)
    };
    // Alone it would pass; against its base it has one finding, on its line.
    assert_eq!(scan("").code, 0);
    let judged = scan(base.trim());
    assert_eq!(judged.code, 1, "{}", judged.stdout);
    assert_eq!(judged.stdout.lines().filter(|line| line.starts_with("::")).count(), 1, "{}", judged.stdout);
    assert!(judged.stdout.starts_with("::error file=my exports/sys_user_role_contains.xml,line=52,"));
}

/// What a base has is known in a pull request, whether the commit of the change is
/// checked out or its merge into a base that has moved on.
#[test]
fn a_pull_request_counts_what_it_brings() {
    let runner = runner();
    let work = runner.path().join("work");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=pier", "-c", "user.email=pier@example.com"];
        let output = Command::new("git").args(who).args(arguments).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let contained = work.join("my exports/sys_user_role_contains.xml");
    let text = fs::read(&contained).unwrap();
    fs::remove_file(&contained).unwrap();
    fs::remove_dir(work.join(".git")).unwrap();
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "base"]);
    let first = git(&["rev-parse", "HEAD"]);
    git(&["checkout", "--quiet", "-b", "change"]);
    fs::write(work.join("README.md"), "x").unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "change"]);
    let head = git(&["rev-parse", "HEAD"]);
    let scan = |since: &str| {
        let inputs = [
            ("GLIDELINT_PATH", "my exports"),
            ("GLIDELINT_BASE", &first),
            ("GLIDELINT_HEAD", &head),
            ("GLIDELINT_CHANGED_SINCE", since),
            ("GLIDELINT_ARGS", "--select\nSNA1001,SNR1009"),
        ];
        let step = step(runner.path(), "action-scan.sh", &[], &inputs);
        (step.code, step.stdout.lines().filter(|line| line.starts_with("::")).count(), step.summary)
    };
    let (code, annotated, summary) = scan("");
    assert_eq!((code, annotated), (0, 0), "{summary}");
    let (code, annotated, _) = scan("none");
    assert!(code == 1 && annotated > 0, "{annotated}");
    // The base gets a finding of its own, and the pull request is merged into it.
    git(&["checkout", "--quiet", "main"]);
    fs::write(&contained, &text).unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "base moves on"]);
    git(&["merge", "--quiet", "--no-ff", "--message", "merge", "change"]);
    let (code, annotated, summary) = scan("");
    assert_eq!((code, annotated), (0, 0), "{summary}");
    let (code, _, summary) = scan("no-such-revision");
    assert!(code == 2 && summary.contains("**Nothing was judged**"), "{summary}");
}

/// Files of a commit by their names.
type Files<'f> = &'f [(&'f str, &'f str)];

/// Plays a pull request: what the base holds, what the change writes over it, and
/// the inputs of the action.
fn pull_request(base: Files<'_>, change: Files<'_>, inputs: Files<'_>) -> Step {
    let runner = runner();
    let work = runner.path().join("work");
    fs::remove_dir_all(&work).unwrap();
    fs::create_dir(&work).unwrap();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=pier", "-c", "user.email=pier@example.com"];
        let output = Command::new("git").args(who).args(arguments).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let commit = |files: Files<'_>| {
        for (name, text) in files {
            let path = work.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--allow-empty", "--message", "next"]);
        git(&["rev-parse", "HEAD"])
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    let before = commit(base);
    git(&["checkout", "--quiet", "-b", "change"]);
    let head = commit(change);
    let given = [
        ("GLIDELINT_PATH", "exports"),
        ("GLIDELINT_BASE", &before),
        ("GLIDELINT_HEAD", &head),
        ("GLIDELINT_ARGS", "--select\naccounts"),
    ];
    step(runner.path(), "action-scan.sh", &[], &[&given, inputs].concat())
}

fn accounts(names: &[&str]) -> String {
    let row = |name: &&str| {
        let sys_id: String = name.bytes().cycle().map(|byte| format!("{:x}", byte % 16)).take(32).collect();
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><identity_type>machine</identity_type>\
             <internal_integration_user>false</internal_integration_user><sys_id>{sys_id}</sys_id>\
             <user_name>{name}</user_name><web_service_access_only>false</web_service_access_only></sys_user>\n"
        )
    };
    let rows: String = names.iter().map(row).collect();
    format!("<unload unload_date=\"2026-03-01 10:00:00\">\n{rows}</unload>\n")
}

/// A pack of one rule about active accounts whose names begin so.
fn pack(begin: &str) -> String {
    format!(
        "id: XX0001\ntitle: Pier account\nseverity: 5.0\ntable: sys_user\n\
         where: 'active=true^user_nameSTARTSWITH{begin}'\nat: user_name\nmessage: 'An account of the pier.'\n\
         why: Piers close.\nfix: Close it.\n"
    )
}

/// Neither rules nor known findings of a change judge it, and what the base lacks is
/// told.
#[test]
fn a_pull_request_is_judged_by_the_packs_of_its_base() {
    let check = |name: &str, step: &Step, code: i32, said: &[&str], unsaid: &[&str]| {
        let all = format!("{}{}", step.stdout, step.summary);
        assert_eq!(step.code, code, "{name}: {all}");
        for part in said {
            assert!(all.contains(part), "{name} does not say '{part}': {all}");
        }
        for part in unsaid {
            assert!(!all.contains(part), "{name} says '{part}': {all}");
        }
    };
    let (old, both) = (accounts(&["svc.old"]), accounts(&["svc.old", "svc.new"]));
    let (strong, weak) = (pack("svc"), pack("nobody"));
    let rule = "own/accounts/pier-account.yaml";
    let rules = ("GLIDELINT_RULES", "own");
    let (before, after) = (("exports/a.xml", old.as_str()), ("exports/a.xml", both.as_str()));

    let (base, change) = ([before, (rule, strong.as_str())], [after, (rule, weak.as_str())]);
    let step = pull_request(&base, &change, &[rules]);
    check("a weaker pack", &step, 1, &["line=3,", "XX0001 Pier account"], &["line=2,"]);
    let step = pull_request(&base, &change, &[rules, ("GLIDELINT_FROM_CHECKOUT", "packs\n")]);
    check("a weaker pack that was allowed", &step, 1, &["SNA1001"], &["XX0001"]);

    let class = "class: service_account\ntable: sys_user\ntitle: None\n\
                 evidence:\n  - { name: never, where: 'user_name=nobody.at.all' }\n";
    let class = ("own/classes/robot.yaml", class);
    let config = (".glidelint.yaml", "rule_packs: [own]\noverride: [service_account]\n");
    let step = pull_request(&base, &[after, class, config], &[rules]);
    check("a weaker class", &step, 1, &["SNA1001", "line=3,"], &["class service_account", "line=2,"]);
    let step = pull_request(&base, &[after, class], &[rules, ("GLIDELINT_FROM_CHECKOUT", "packs")]);
    check(
        "a class that the base does not allow",
        &step,
        2,
        &["::error", "**Nothing was judged**"],
        &["SNA1001"],
    );
    let step = pull_request(&[before, (rule, &strong), class, config], &[after], &[]);
    let said = "class service_account is that of the pack own";
    check("a class that the base has", &step, 1, &["::notice", said, "**Note**", "XX0001"], &["SNA1001"]);
    let step = pull_request(&[before], &[before, (rule, &strong)], &[rules]);
    let lacks = "does not hold this rule pack";
    check("a pack that the change adds", &step, 0, &["::notice file=own,", lacks, "**Note**"], &["XX0001"]);

    let baseline = ("GLIDELINT_BASELINE", ".glidelint-baseline.tsv");
    let step = pull_request(&[before], &[after, (".glidelint-baseline.tsv", "no baseline\n")], &[baseline]);
    let lacks = "does not hold this baseline";
    let found = ["::notice file=.glidelint-baseline.tsv,", lacks, "**Note**", "SNA1001", "line=3,"];
    check("a baseline that the change adds", &step, 1, &found, &["line=2,"]);
    let step = pull_request(&[before], &[before], &[baseline]);
    check("a baseline that is nowhere", &step, 0, &["::notice", lacks], &["::error", "::warning"]);
    let off = (".glidelint.yaml", "rules:\n  SNA1001: off\n");
    let step = pull_request(&[before, off], &[after], &[]);
    check(
        "a rule that is off in the base",
        &step,
        1,
        &["::notice", "SNA1001 does not run", "**Note**"],
        &["SNA1001 S"],
    );
    let step = pull_request(&[before], &[after, off], &[]);
    check("a rule that the change switches off", &step, 1, &["SNA1001 S"], &["SNA1001 does not run"]);
}

/// A program of the runner that does what a script says.
fn fake(runner: &Path, name: &str, script: &str) {
    let path = runner.join("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_release_is_used_only_with_its_checksum() {
    let runner = runner();
    let folder = runner.path();
    fs::remove_file(folder.join("temp/glidelint/bin/glidelint")).unwrap();
    fake(folder, "uname", "echo Linux x86_64");
    // The last two arguments of the script's curl are the file and the address.
    let log = folder.join("log");
    let hosted = folder.join("hosted");
    fs::create_dir(&hosted).unwrap();
    let copy = format!(
        "for last; do :; done; echo \"$last\" >>'{}'\nwhile [ \"$1\" != --output ]; do shift; done\ncp '{}'/\"${{last##*/}}\" \"$2\"",
        log.display(),
        hosted.display()
    );
    fake(folder, "curl", &copy);
    let name = "glidelint-9.8.7-x86_64-unknown-linux-gnu";
    let make = format!(
        "mkdir {name} && printf '#!/bin/sh\\necho glidelint 9.8.7\\n' >{name}/glidelint && chmod +x {name}/glidelint \
         && tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz >SHA256SUMS"
    );
    assert!(Command::new("sh").args(["-c", &make]).current_dir(&hosted).status().unwrap().success());

    let inputs = [("GLIDELINT_VERSION", "9.8.7")];
    let install = step(folder, "action-install.sh", &["install"], &inputs);
    assert_eq!(
        (install.code, install.stdout.lines().last()),
        (0, Some("glidelint 9.8.7")),
        "{}",
        install.stdout
    );
    let asked = fs::read_to_string(log).unwrap();
    let from = "https://github.com/glidelint/glidelint/releases/download/v9.8.7";
    assert_eq!(asked, format!("{from}/{name}.tar.gz\n{from}/SHA256SUMS\n"));

    fs::remove_file(folder.join("temp/glidelint/bin/glidelint")).unwrap();
    let sums = fs::read_to_string(hosted.join("SHA256SUMS")).unwrap();
    let wrong = format!("{}{}", "0".repeat(64), &sums[64..]);
    for sums in [wrong, String::new(), sums.replace(name, "another")] {
        fs::write(hosted.join("SHA256SUMS"), sums).unwrap();
        let install = step(folder, "action-install.sh", &["install"], &inputs);
        assert_eq!(install.code, 2, "{}", install.stdout);
        assert!(!folder.join("temp/glidelint/bin/glidelint").exists());
    }
}

/// What the runner's `gh` was asked for, and how the upload ended. The fake one
/// answers an upload with an id, and questions about it with the lines of `states`.
fn upload(runner: &Path, states: &[&str], inputs: &[(&str, &str)]) -> (Step, Vec<String>) {
    let log = runner.join("gh.log");
    for file in [log.clone(), runner.join("asked")] {
        let _ = fs::remove_file(file);
    }
    let script = format!(
        "cd '{}'\nprintf '%s\\n' \"$GH_HOST $*\" >>gh.log\n\
         for field; do case $field in sarif=@*) cp \"${{field#sarif=@}}\" body ;; esac; done\n\
         case $* in *POST*) echo 7a1c; exit ;; esac\n\
         echo x >>asked; sed -n \"$(wc -l <asked)p\" states | tr '|' '\\n'",
        runner.display()
    );
    fake(runner, "gh", &script);
    fs::write(runner.join("states"), format!("{}\n", states.join("\n"))).unwrap();
    let report = runner.join("temp/glidelint/report.sarif");
    fs::write(&report, "{\"runs\":[]}\n").unwrap();
    let report = report.display().to_string();
    let given = [
        ("GLIDELINT_SARIF", report.as_str()),
        ("GLIDELINT_PAUSE", "0"),
        ("GLIDELINT_ATTEMPTS", "3"),
        ("GITHUB_REPOSITORY", "pier/crane"),
        ("GITHUB_SHA", "1111111111111111111111111111111111111111"),
        ("GITHUB_REF", "refs/heads/main"),
    ];
    let step = step(runner, "action-upload.sh", &[], &[&given, inputs].concat());
    let asked = fs::read_to_string(log).unwrap_or_default();
    (step, asked.lines().map(str::to_owned).collect())
}

#[test]
fn the_report_is_uploaded_as_it_is() {
    let runner = runner();
    let folder = runner.path();
    let (step, asked) = upload(folder, &["pending|", "complete|"], &[]);
    assert_eq!((step.code, step.stdout.as_str()), (0, "the report is in code scanning\n"));
    let body = folder.join("temp/glidelint/report.sarif.gz.base64");
    let sent = format!(
        "github.com api --method POST repos/pier/crane/code-scanning/sarifs --raw-field \
         commit_sha=1111111111111111111111111111111111111111 --raw-field ref=refs/heads/main \
         --raw-field tool_name=glidelint --field sarif=@{} --jq .id",
        body.display()
    );
    assert_eq!(asked[0], sent);
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[1].starts_with("github.com api repos/pier/crane/code-scanning/sarifs/7a1c --jq "));
    let unpack = "base64 --decode body | gzip --decompress --stdout";
    let unpacked = Command::new("sh").args(["-c", unpack]).current_dir(folder).output().unwrap();
    assert_eq!(unpacked.stdout, b"{\"runs\":[]}\n");
    assert!(!fs::read_to_string(folder.join("body")).unwrap().contains('\n'));
}

#[test]
fn an_upload_that_came_to_nothing_is_told() {
    let runner = runner();
    let check = |states: &[&str], inputs: &[(&str, &str)], code: i32, said: &str| {
        let (step, _) = upload(runner.path(), states, inputs);
        assert_eq!(step.code, code, "{states:?}: {}", step.stdout);
        assert!(step.stdout.starts_with(said), "{states:?}: {}", step.stdout);
    };
    check(
        &["failed|the report is|::too large"],
        &[],
        1,
        "::error title=glidelint::code scanning refused the report: the report is ::too",
    );
    check(&["pending|", "pending|", "pending|", "complete|"], &[], 0, "::warning title=glidelint::");
    // A runner without gh, and one whose gh may not.
    fake(runner.path(), "gh", "echo HTTP 403 >&2; exit 1");
    let given = [("GLIDELINT_SARIF", "/dev/null"), ("GITHUB_REPOSITORY", "a/b"), ("GITHUB_SHA", "1")];
    let inputs = [given.as_slice(), &[("GITHUB_REF", "refs/heads/main")]].concat();
    let step = step(runner.path(), "action-upload.sh", &[], &inputs);
    assert_eq!(step.code, 1);
    assert!(step.stdout.contains("security-events: write"), "{}", step.stdout);
}

/// A report is about what was checked out: the merge of a pull request, or its own
/// last commit.
#[test]
fn a_report_of_a_pull_request_names_what_was_checked_out() {
    let runner = runner();
    let work = runner.path().join("work");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=pier", "-c", "user.email=pier@example.com"];
        let output = Command::new("git").args(who).args(arguments).current_dir(&work).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    fs::remove_dir(work.join(".git")).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "change"]);
    let head = git(&["rev-parse", "HEAD"]);
    let other = "1111111111111111111111111111111111111111";
    let check = |sha: &str, given: &str, expected: (&str, &str)| {
        let inputs = [("GITHUB_SHA", sha), ("GITHUB_REF", given)];
        let (step, asked) = upload(runner.path(), &["complete|"], &inputs);
        assert_eq!(step.code, 0, "{}", step.stdout);
        let part = format!("commit_sha={} --raw-field ref={} ", expected.0, expected.1);
        assert!(asked[0].contains(&part), "{part}: {asked:?}");
    };
    check(&head, "refs/pull/7/merge", (&head, "refs/pull/7/merge"));
    check(other, "refs/pull/7/merge", (&head, "refs/pull/7/head"));
    check(other, "refs/heads/main", (other, "refs/heads/main"));
    // What a branch is called is a value, and no command of the script's.
    check(other, "refs/heads/$(touch pwned)", (other, "refs/heads/$(touch pwned)"));
    assert!(!work.join("pwned").exists());
}

#[test]
fn the_key_of_the_cache_is_that_of_the_source() {
    let runner = runner();
    let key = || step(runner.path(), "action-install.sh", &["key"], &[]).output;
    let first = key();
    let digest = first.strip_prefix("key=").unwrap().trim_end();
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
    assert_eq!(key(), first);
}

#[test]
fn the_action_pins_what_it_uses_and_puts_no_input_into_a_script() {
    let text = fs::read_to_string(Path::new(REPOSITORY).join("action.yml")).unwrap();
    let mut used = 0;
    for line in text.lines() {
        if let Some(action) = line.trim().trim_start_matches("- ").strip_prefix("uses: ") {
            used += 1;
            let (_, rest) = action.split_once('@').unwrap();
            let (commit, version) = rest.split_once(" # v").expect("a pinned action names its version");
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
            assert!(version.split('.').count() == 3, "{action}");
        }
        assert!(!line.trim().starts_with("run:") || !line.contains("${{"), "{line}");
    }
    assert_eq!(used, 1);
}
