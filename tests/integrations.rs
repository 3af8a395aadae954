//! The action for GitHub: its scripts are run as a runner would run them, and
//! `action.yml` keeps to the rules that make an action safe to use.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/action.rs"]
mod action;
#[path = "common/git.rs"]
mod git;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use action::{REPOSITORY, Step, runner, step};
use git::{commit, git};

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
    fs::remove_dir(work.join(".git")).unwrap();
    git(&work, &["init", "--quiet"]);
    let head = commit(&work);
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
