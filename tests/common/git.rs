//! Repositories of git, made by tests.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What must not come from the machine's own settings.
const SETTINGS: [&str; 10] = [
    "-c",
    "user.name=pier",
    "-c",
    "user.email=pier@example.com",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "gc.auto=0",
];

/// Runs git in a folder, and gives what it says.
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    git_with(folder, arguments, "")
}

/// The same with something on standard input.
#[track_caller]
pub(crate) fn git_with(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .args(SETTINGS)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is there");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Commits whatever lies in a repository, and gives the commit.
#[track_caller]
pub(crate) fn commit(folder: &Path) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", "next"]);
    git(folder, &["rev-parse", "HEAD"])
}
