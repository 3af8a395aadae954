//! What reports for reviewers say of the command line.

use std::path::Path;

/// The command line; of a path that names a place of this machine only the end.
pub(super) fn command_line() -> String {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let words = arguments.map(|argument| {
        let (flag, path) = match argument.rsplit_once('=') {
            Some((flag, path)) => (format!("{flag}="), path),
            None => (String::new(), argument.as_str()),
        };
        let shown = match Path::new(path) {
            path if path.is_absolute() => {
                path.file_name().map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned())
            }
            _ => path.to_owned(),
        };
        quoted(&format!("{flag}{shown}"))
    });
    std::iter::once("glidelint".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// As a shell would have to be told.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_=./,:+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
