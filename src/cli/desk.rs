//! What reports for reviewers show beside findings.

use std::path::Path;

use glidelint::engine::{ReadFile, Reviewed};
use glidelint::locate::locate_places;
use glidelint::report::{Desk, Exports, Spot};
use glidelint::source::Source;

/// Looks up the lines of a review's places.
pub(crate) fn desk(reviewed: Reviewed, sources: &[Source], files: &[ReadFile]) -> Desk {
    let lines = locate_places(&reviewed.places, sources, files);
    let spots = reviewed.places.iter().zip(&lines).map(|(place, lines)| {
        let source = usize::try_from(place.source).ok().and_then(|at| sources.get(at));
        let path = source.map_or_else(String::new, |source| source.path().to_owned());
        Spot { path, line: lines.region.start.line, column: lines.region.start.column }
    });
    Desk { review: reviewed.review, spots: spots.collect(), exports: Exports::default(), command: command() }
}

/// The command line; of a path that names a place of this machine only the end.
fn command() -> String {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let words = arguments.map(|argument| {
        let (flag, path) = match argument.split_once('=') {
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
