//! The story of a team that turns glidelint on in a repository with a history:
//! only new problems block, accepted ones have an owner and an end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/git.rs"]
mod git;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use serde_json::Value;

use exports::{Folder, app_file, machine, payload};
use git::git;
use program::{Run, glidelint};

/// The day on which the story happens.
const TODAY: &str = "2027-01-15";

/// A repository of exports.
struct Repository(Folder);

impl Repository {
    fn new() -> Self {
        let repository = Self(Folder::new(&[]));
        git(repository.path(), &["init", "--quiet"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        glidelint(self.path(), arguments)
    }

    /// Scans the exports with the rules of the story, as JSON.
    fn scan(&self, more: &[&str]) -> (Run, Value) {
        let run = self
            .run(&[&["scan", "--select", RULES, "--today", TODAY, "-f", "json", "exports"], more].concat());
        let document = run.json();
        (run, document)
    }

    fn baseline(&self, command: &str, more: &[&str]) -> Run {
        self.run(&[&["baseline", command, "--select", RULES, "exports"], more].concat())
    }
}

/// A machine that can log in; a setting with a number.
const RULES: &str = "SNA1002,SNP1020";

/// How the baseline is given.
const KNOWN: [&str; 2] = ["--baseline", ".glidelint-baseline.tsv"];

/// An app file of a user whom SNA1002 finds unless `web_service_access_only`.
fn user(name: &str, web_service_access_only: bool) -> String {
    payload("sys_user", &machine(name, web_service_access_only, &[]))
}

/// An app file of the property that SNP1020 finds where sessions last too long.
fn session_timeout(minutes: u32) -> String {
    let value = format!("value={minutes}");
    app_file(
        "sys_properties",
        &["name=glide.ui.session_timeout", "sys_id=0000000000000000000000000000fee1", "type=integer", &value],
    )
}

/// Fingerprints of findings in a given state.
fn in_state(document: &Value, state: &str) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    let keys =
        findings.filter(|finding| finding["state"] == state).map(|finding| finding["key"].as_str().unwrap());
    keys.map(str::to_owned).collect()
}

fn kinds(document: &Value) -> Vec<String> {
    let notices = document["notices"].as_array().unwrap().iter();
    notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

/// The results of a SARIF report.
fn results(run: &Run) -> Vec<Value> {
    run.json()["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn a_team_turns_it_on_on_a_monday() {
    let repository = Repository::new();
    repository.0.write("exports/svc_old.xml", user("svc.old", false));
    repository.0.write("exports/svc_good.xml", user("svc.good", true));
    repository.0.write(".glidelint.yaml", "# ours, with a comment\nfail_on: low # all of it\n");
    git::commit(repository.path());

    // The first scan finds what five years have left.
    let (run, document) = repository.scan(&[]);
    assert_eq!((run.code, document["findings"].as_array().unwrap().len()), (1, 1), "{run:?}");

    // It is written down, and blocks no more.
    let run = repository.baseline("create", &[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ".glidelint-baseline.tsv: 1 known finding\n"), "{run:?}");
    let baseline = repository.0.read(".glidelint-baseline.tsv");
    assert!(baseline.lines().nth(2).unwrap().starts_with("SNA1002\tsys_user\tsvc.old\t"), "{baseline}");
    assert_eq!(repository.baseline("create", &[]).code, 2, "it does not write over a baseline");
    git::commit(repository.path());
    let (run, document) = repository.scan(&KNOWN);
    assert_eq!((run.code, in_state(&document, "unchanged")), (0, vec!["svc.old".to_owned()]), "{run:?}");

    // A change adds one problem: exactly that one blocks.
    repository.0.write("exports/timeout.xml", session_timeout(120));
    let (run, document) = repository.scan(&KNOWN);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(in_state(&document, "new"), ["glide.ui.session_timeout"]);
    let known = &document["known_findings"];
    assert_eq!((&known["new"], &known["unchanged"], &known["absent"]), (&1.into(), &1.into(), &0.into()));
    let sarif = ["scan", "--select", RULES, "--today", TODAY, "-f", "sarif", "exports"];
    let earlier = repository.run(&[&sarif[..], &KNOWN].concat());
    let states: Vec<_> = results(&earlier).iter().map(|result| result["baselineState"].clone()).collect();
    assert_eq!(states, ["new", "unchanged"]);

    // The owner accepts it until spring.
    let waive = ["waive", "SNP1020", "--key", "glide.ui.session_timeout", "--reason", "kiosks on the quay"];
    let waive =
        [&waive[..], &["--owner", "it-ops", "--until", "2027-03-31", "--today", TODAY, "exports"]].concat();
    let run = repository.run(&waive);
    assert_eq!(run.code, 0, "{run:?}");
    let text = repository.0.read(".glidelint.yaml");
    assert!(text.starts_with("# ours, with a comment\nfail_on: low # all of it\n\nwaivers:\n"), "{text}");
    let (run, document) = repository.scan(&KNOWN);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(document["waivers"][0]["state"], "used");
    assert_eq!(document["findings"][1]["suppressed"]["owner"], "it-ops");
    let waived = results(&repository.run(&[&sarif[..], &KNOWN].concat()));
    assert_eq!(waived[0]["suppressions"], Value::Array(Vec::new()), "either all results have them, or none");
    let suppression = &waived[1]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(suppression["justification"], "kiosks on the quay");
    let dropped = results(&repository.run(&[&sarif[..], &["--suppressed", "drop"]].concat()));
    assert_eq!(dropped.len(), 1);
    assert!(dropped[0].get("suppressions").is_none());
    git::commit(repository.path());

    // On its last day the waiver holds; the day after it does not.
    let (run, _) = repository.scan(&["--baseline", ".glidelint-baseline.tsv", "--fail-on", "low"]);
    assert_eq!(run.code, 0, "{run:?}");
    for (day, code) in [("2027-03-31", 0), ("2027-04-01", 1)] {
        let scan = ["scan", "--select", RULES, "-f", "json", "exports", "--today", day];
        let run = repository.run(&[&scan[..], &KNOWN].concat());
        assert_eq!(run.code, code, "{day}: {run:?}");
        assert_eq!(kinds(&run.json()).contains(&"waiver-expired".to_owned()), code == 1, "{day}");
    }

    // Twice as long is another risk than the one that was accepted.
    repository.0.write("exports/timeout.xml", session_timeout(240));
    let (run, document) = repository.scan(&KNOWN);
    assert_eq!((run.code, kinds(&document)), (1, vec!["waiver-lapsed".to_owned()]), "{run:?}");
    git(repository.path(), &["checkout", "--quiet", "exports"]);

    // What is mended leaves baseline and configuration.
    repository.0.write("exports/svc_old.xml", user("svc.old", true));
    repository.0.write("exports/timeout.xml", session_timeout(30));
    let (run, document) = repository.scan(&KNOWN);
    assert_eq!((run.code, &document["known_findings"]["absent"]), (0, &1.into()), "{run:?}");
    assert_eq!(kinds(&document), ["waiver-unused"]);
    let run = repository.baseline("prune", &["--today", TODAY]);
    assert_eq!(run.stdout, ".glidelint-baseline.tsv: 0 known findings, 1 dropped\n", "{run:?}");

    // A report of then serves as well as a baseline.
    repository.0.write("earlier.sarif", &earlier.stdout);
    let (run, document) = repository.scan(&["--baseline", "earlier.sarif"]);
    assert_eq!((run.code, &document["known_findings"]["absent"]), (0, &2.into()), "{run:?}");
}

#[test]
fn a_change_cannot_accept_its_own_findings() {
    let repository = Repository::new();
    repository.0.write("exports/svc_old.xml", user("svc.old", false));
    repository.0.write(".glidelint.yaml", "fail_on: low\n");
    assert_eq!(repository.baseline("create", &[]).code, 0);
    git::commit(repository.path());
    git(repository.path(), &["switch", "--quiet", "--create", "change"]);
    repository.0.write("exports/svc_new.xml", user("svc.new", false));
    repository.0.write(
        ".glidelint.yaml",
        "fail_on: never\nexclude: ['exports/svc_new.xml']\nwaivers:\n  - { rule: SNA1002, broad: true, reason: none, owner: me }\n",
    );
    assert_eq!(repository.baseline("create", &["--force", "--no-config"]).code, 0);
    git::commit(repository.path());

    let (run, _) = repository.scan(&KNOWN);
    assert_eq!(run.code, 0, "{run:?}");
    let from_main = [&KNOWN[..], &["--config-from", "main"]].concat();
    let (run, document) = repository.scan(&from_main);
    assert_eq!((run.code, in_state(&document, "new")), (1, vec!["svc.new".to_owned()]), "{run:?}");

    // Neither a file that is gone nor a link to another one changes that.
    fs::remove_file(repository.path().join(".glidelint.yaml")).unwrap();
    fs::remove_file(repository.path().join(".glidelint-baseline.tsv")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("exports/svc_new.xml", repository.path().join(".glidelint-baseline.tsv"))
        .unwrap();
    let (run, document) = repository.scan(&from_main);
    assert_eq!((run.code, in_state(&document, "new")), (1, vec!["svc.new".to_owned()]), "{run:?}");

    // What the base does not hold is empty.
    let (run, document) = repository.scan(&["--config-from", "main", "--baseline", "other.tsv"]);
    assert_eq!((run.code, in_state(&document, "new").len()), (1, 2), "{run:?}");
    assert_eq!(kinds(&document), ["base-lacks"]);

    // Settings of the checkout run nothing.
    git(repository.path(), &["config", "core.fsmonitor", "touch ran; false"]);
    git(repository.path(), &["config", "core.sshCommand", "touch ran; false"]);
    let (run, _) = repository.scan(&from_main);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!repository.path().join("ran").exists());

    let check = |arguments: &[&str], part: &str| {
        let run = repository.run(&[&["scan", "exports", "-q"], arguments].concat());
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(part), "{run:?}");
    };
    check(&["--config-from", "nowhere"], "does not hold this revision");
    check(&["--config-from=--help"], "does not hold this revision");
    check(&["--config-from", "main", "--baseline", "exports"], "not a file");
    check(&["--config-from", "main", "--config", "/x.yaml"], "outside of the repository");
    let run = repository.baseline("update", &["--config-from", "main"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn an_incomplete_scan_leaves_the_baseline_alone() {
    let repository = Repository::new();
    repository.0.write("exports/svc_old.xml", user("svc.old", false));
    assert_eq!(repository.baseline("create", &[]).code, 0);
    let before = repository.0.read(".glidelint-baseline.tsv");
    let text = user("svc.cut", false);
    repository.0.write("exports/cut.xml", &text[..text.len() - 60]);
    let check = |command: &str, more: &[&str], code: i32| {
        let run = repository.baseline(command, more);
        assert_eq!(run.code, code, "{command} {more:?}: {run:?}");
        assert_eq!(repository.0.read(".glidelint-baseline.tsv"), before, "{command} {more:?}");
        run.stderr
    };
    assert!(check("update", &[], 4).contains("the scan is incomplete"));
    check("prune", &[], 4);
    check("create", &["--force"], 4);
    check("update", &["--allow-incomplete"], 4);
    let run = repository.baseline("create", &["--baseline", "first.tsv", "--allow-incomplete"]);
    assert_eq!(run.code, 0, "{run:?}");
    repository.0.write("exports/readme.txt", "no export");
    fs::remove_file(repository.path().join("exports/svc_old.xml")).unwrap();
    fs::remove_file(repository.path().join("exports/cut.xml")).unwrap();
    check("update", &[], 3);
}
