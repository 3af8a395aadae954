//! Runs the scripts of the action as a runner of GitHub does.

#![allow(dead_code, reason = "of what tests share, each program uses a part")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// What one step left behind.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    /// What it wrote for later steps.
    pub(crate) output: String,
    /// What it put on the job's page.
    pub(crate) summary: String,
}

/// A runner's folders: `temp`, `work` with the samples, `bin` before all others
/// in the search path.
pub(crate) fn runner() -> TempDir {
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
pub(crate) fn step(runner: &Path, script: &str, arguments: &[&str], inputs: &[(&str, &str)]) -> Step {
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
