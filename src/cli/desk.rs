//! What reports for reviewers show beside findings.

use std::path::Path;

use glidelint::doctor::{self, Examination, Reason, SignWatch, examine, examine_watched, want_signs};
use glidelint::engine::{ReadFile, Reviewed};
use glidelint::locate::PlaceLines;
use glidelint::record::Wanted;
use glidelint::report::{Desk, Exports, Request, Sign, Spot};
use glidelint::rule::{Pack, Settings};
use glidelint::source::{Discovery, Source};

use super::fail::Failure;
use super::packs::Packs;

/// A review with the lines of its places. `exports` is what is known of the files
/// themselves.
pub(crate) fn desk(reviewed: Reviewed, lines: &[PlaceLines], sources: &[Source], exports: Exports) -> Desk {
    let spots = reviewed.places.iter().zip(lines).map(|(place, lines)| {
        let source = usize::try_from(place.source).ok().and_then(|at| sources.get(at));
        let path = source.map_or_else(String::new, |source| source.path().to_owned());
        Spot { path, line: lines.region.start.line, column: lines.region.start.column }
    });
    Desk { review: reviewed.review, spots: spots.collect(), exports, command: command() }
}

/// The rules that wait for what is missing of the files, and the watch for signs while
/// these are read for `read`.
pub(crate) struct Doctor {
    pack: Pack,
    pub(crate) watch: SignWatch,
}

impl Doctor {
    pub(crate) fn new(packs: &Packs, settings: &Settings, read: &Wanted) -> Result<Self, Failure> {
        let mut pack = Pack::compile(&packs.files, settings)?;
        want_signs(&mut pack);
        let watch = SignWatch::new(&pack, read);
        Ok(Self { pack, watch })
    }

    /// What the doctor says of the files that were read meanwhile.
    pub(crate) fn exports(
        &self,
        discovery: &Discovery,
        files: &[ReadFile],
        (instance, complete): (Option<&str>, &[String]),
    ) -> Exports {
        let Self { pack, watch } = self;
        let has_classes = files.iter().any(|file| !file.report.classes.is_empty());
        let examination = if has_classes {
            // What the input says of tables is not the doctor's.
            examine(&discovery.sources, pack, instance)
        } else {
            let reports = files.iter().map(|file| file.report.clone()).collect();
            examine_watched(watch, reports, &discovery.sources, (pack, instance))
        };
        told(&examination, discovery, complete)
    }
}

fn told(examination: &Examination, discovery: &Discovery, complete: &[String]) -> Exports {
    let look_whole = examination.whole_tables().filter(|table| !complete.iter().any(|known| known == table));
    let look_whole = look_whole.map(str::to_owned).collect();
    let path =
        |source: Option<u32>| source.map_or_else(String::new, |source| discovery.path(source).to_owned());
    Exports {
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
    }
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
