//! What reports for reviewers show beside findings.

use std::path::Path;

use glidelint::doctor::{self, Reason, examine, want_signs};
use glidelint::engine::{ReadFile, Reviewed};
use glidelint::locate::locate_places;
use glidelint::report::{Desk, Exports, Request, Sign, Spot};
use glidelint::rule::{Pack, Settings};
use glidelint::source::{Discovery, Source};

use crate::cli::shared::fail::Failure;
use crate::cli::shared::packs::Packs;

/// Looks up the lines of a review's places. `exports` is what is known of the
/// files themselves.
pub(crate) fn desk(reviewed: Reviewed, sources: &[Source], files: &[ReadFile], exports: Exports) -> Desk {
    let lines = locate_places(&reviewed.places, sources, files);
    let spots = reviewed.places.iter().zip(&lines).map(|(place, lines)| {
        let source = usize::try_from(place.source).ok().and_then(|at| sources.get(at));
        let path = source.map_or_else(String::new, |source| source.path().to_owned());
        Spot { path, line: lines.region.start.line, column: lines.region.start.column }
    });
    Desk { review: reviewed.review, spots: spots.collect(), exports, command: command() }
}

/// What the doctor says of the files, which it reads once more. The rules of the
/// settings are those that wait for what is missing.
pub(crate) fn exports(
    discovery: &Discovery,
    (packs, settings): (&Packs, &Settings),
    (instance, complete): (Option<&str>, &[String]),
) -> Result<Exports, Failure> {
    let mut pack = Pack::compile(&packs.files, settings)?;
    want_signs(&mut pack);
    let examination = examine(&discovery.sources, &pack, instance);
    let look_whole = examination.whole_tables().filter(|table| !complete.iter().any(|known| known == table));
    let look_whole = look_whole.map(str::to_owned).collect();
    let path =
        |source: Option<u32>| source.map_or_else(String::new, |source| discovery.path(source).to_owned());
    Ok(Exports {
        requests: examination.requests.iter().map(request).collect(),
        signs: examination
            .signs
            .iter()
            .map(|sign| Sign {
                kind: sign.kind.as_str().to_owned(),
                path: path(sign.source),
                message: sign.message.clone(),
            })
            .collect(),
        look_whole,
    })
}

fn request(request: &doctor::Request) -> Request {
    let url = request.urls.first().map(String::as_str).unwrap_or_default();
    // Reports name the instance elsewhere, or do not know it.
    let address =
        url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, path)| path);
    Request {
        table: request.table.clone(),
        part: match request.reason {
            Reason::Columns => request.columns.join(", "),
            _ => request.against.join("; "),
        },
        why: request.reason.phrase().to_owned(),
        rules: request.rules,
        address: address.to_owned(),
    }
}

/// The command line; of a path that names a place of this machine only the end.
fn command() -> String {
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
