//! What reports for reviewers show beside findings.

use super::ReadScan;
use crate::doctor::{self, Examination, Reason, SignWatch, examine, examine_watched, want_signs};
use crate::record::Wanted;
use crate::report::{Desk, Exports, FileLine, RequestedTable, ShownSign};
use crate::revisit::PlaceLines;
use crate::rule::{Pack, PackFiles, RuleError, Settings};
use crate::source::Discovery;
use crate::survey::Reviewed;

/// What the doctor says of sources, and the rules whose questions it knows.
#[derive(Debug)]
pub struct ExaminedSources {
    /// The rules, with what signs are read from.
    pub pack: Pack,
    /// What there is to say.
    pub examination: Examination,
}

/// Reads sources for the doctor. The rules of the settings are those that wait for what is
/// missing; `instance` is the name of the instance, if it is known.
///
/// # Errors
/// As [`Pack::compile`].
pub fn examine_sources(
    files: &[PackFiles],
    settings: &Settings,
    discovery: &Discovery,
    instance: Option<&str>,
) -> Result<ExaminedSources, RuleError> {
    let pack = doctor_pack(files, settings)?;
    let examination = examine(&discovery.sources, &pack, instance);
    Ok(ExaminedSources { pack, examination })
}

/// The rules, with what signs are read from.
fn doctor_pack(files: &[PackFiles], settings: &Settings) -> Result<Pack, RuleError> {
    let mut pack = Pack::compile(files, settings)?;
    want_signs(&mut pack);
    Ok(pack)
}

/// Watches for signs of bad exports while these are read, and says what would complete
/// them.
#[derive(Debug)]
pub struct ExportDoctor {
    /// The rules that wait for what is missing.
    pack: Pack,
    watch: SignWatch,
}

impl ExportDoctor {
    /// For packs and settings; `read` is what is read.
    ///
    /// # Errors
    /// As [`Pack::compile`].
    pub fn new(files: &[PackFiles], settings: &Settings, read: &Wanted) -> Result<Self, RuleError> {
        let pack = doctor_pack(files, settings)?;
        let watch = SignWatch::new(&pack, read);
        Ok(Self { pack, watch })
    }

    pub(super) fn watch(&self) -> &SignWatch {
        &self.watch
    }

    /// What there is to say of the files that were read meanwhile.
    pub(super) fn exports(&self, read: &ReadScan<'_>) -> Exports {
        let (discovery, files) = (read.scan.discovery, &read.reading.files);
        let instance = Some(read.scan.options.instance.as_str()).filter(|name| !name.is_empty());
        let has_classes = files.iter().any(|file| !file.report.classes.is_empty());
        let examination = if has_classes {
            // What the input says of tables is not the doctor's.
            examine(&discovery.sources, &self.pack, instance)
        } else {
            let reports = files.iter().map(|file| file.report.clone()).collect();
            examine_watched(&self.watch, reports, &discovery.sources, (&self.pack, instance))
        };
        exports(&examination, discovery, &read.reading.instance.whole_tables())
    }
}

impl ReadScan<'_> {
    /// A review with the lines of its places.
    pub(super) fn desk(&self, reviewed: Reviewed, lines: &[PlaceLines], exports: Exports) -> Desk {
        let spots = reviewed.places.iter().zip(lines).map(|(place, lines)| FileLine {
            path: self.scan.discovery.path(place.source).to_owned(),
            line: lines.region.start.line,
            column: lines.region.start.column,
        });
        Desk { review: reviewed.review, spots: spots.collect(), exports, command: String::new() }
    }
}

/// What is shown of what the doctor says. `complete` are the tables that are known to be
/// whole.
fn exports(examined: &Examination, discovery: &Discovery, complete: &[String]) -> Exports {
    let path = |source: Option<u32>| source.map_or("", |source| discovery.path(source)).to_owned();
    let signs = examined.signs.iter().map(|sign| ShownSign {
        kind: sign.kind.as_str().to_owned(),
        path: path(sign.source),
        message: sign.message.clone(),
    });
    let look_whole = examined.whole_tables().filter(|table| !complete.iter().any(|known| known == table));
    Exports {
        requests: examined.requests.iter().map(request).collect(),
        signs: signs.collect(),
        look_whole: look_whole.map(str::to_owned).collect(),
    }
}

fn request(request: &doctor::Request) -> RequestedTable {
    let url = request.urls.first().map(String::as_str).unwrap_or_default();
    // Reports name the instance elsewhere, or do not know it.
    let address =
        url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, path)| path);
    RequestedTable {
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
