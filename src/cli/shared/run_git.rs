//! Running git, only to read objects: without its hooks, helpers and settings, which
//! may be those of whoever wrote what is scanned.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// What git prints; `None` if it says no.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, String> {
    git_with(folder, arguments, Vec::new())
}

/// The same with something to read.
pub(super) fn git_with(folder: &Path, arguments: &[&str], input: Vec<u8>) -> Result<Option<Vec<u8>>, String> {
    git_read(folder, arguments, input, |output| {
        let mut all = Vec::new();
        output.read_to_end(&mut all)?;
        Ok(all)
    })
}

/// Runs git and hands over what it prints, while it prints it; `None` if it says no.
pub(super) fn git_read<T>(
    folder: &Path,
    arguments: &[&str],
    input: Vec<u8>,
    take: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
) -> Result<Option<T>, String> {
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "git is not installed, and only git can read a revision".to_owned(),
        _ => format!("git cannot be run: {error}"),
    };
    let mut child = command(folder, arguments, !input.is_empty()).spawn().map_err(cannot)?;
    // It prints while it reads, so somebody else has to write.
    let pipe = child.stdin.take();
    let writer = std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&input)));
    // Where nobody reads to the end, the closed pipe ends git.
    let output = child.stdout.take();
    let taken = output.map(|output| take(&mut BufReader::with_capacity(256 * 1024, output)));
    let ended = child.wait();
    let _ = writer.join();
    match (ended, taken) {
        (Err(error), _) => Err(format!("git cannot be run: {error}")),
        (Ok(status), _) if !status.success() => Ok(None),
        (Ok(_), taken) => taken.transpose().map_err(|error| error.to_string()),
    }
}

fn command(folder: &Path, arguments: &[&str], reads: bool) -> Command {
    let mut command = Command::new("git");
    // Variables of git could lead to another repository or to programs.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_git(name)) {
        command.env_remove(name);
    }
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", nothing)
        .env("GIT_ATTR_NOSYSTEM", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"])
        // A checkout in a container often belongs to another user. Reading objects
        // of it runs nothing.
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .stdin(if reads { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn is_of_git(name: &OsString) -> bool {
    name.to_string_lossy().to_ascii_uppercase().starts_with("GIT_")
}
