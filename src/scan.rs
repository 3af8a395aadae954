//! The pipeline as a library: a [`Scan`] reads its sources and judges them, and what it
//! found becomes a [`Report`].
//!
//! ```
//! use glidelint::facts::Options;
//! use glidelint::rule::{Settings, builtin};
//! use glidelint::scan::{Scan, compile, find_sources};
//! use glidelint::source::DiscoverOptions;
//!
//! let discovery = find_sources(&["samples/exports".into()], &DiscoverOptions::default())?;
//! let pack = compile(&[builtin()?], &mut Settings::default(), &discovery.sources)?;
//! let scan = Scan { pack: &pack, discovery: &discovery, options: &Options::default() };
//! let report = scan.report(0);
//! for found in report.findings.iter() {
//!     let (finding, primary) = (found.finding, found.primary());
//!     let path = discovery.path(primary.place.source);
//!     println!("{path}:{}: {}", primary.lines.region.start.line, finding.message);
//! }
//! # assert!(report.findings.len() > 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The stages can be had one by one: [`Scan::read`] gives the records as a [`ReadScan`],
//! which answers queries; [`ReadScan::judge`] gives the findings as a [`JudgedScan`];
//! [`ReadScan::revisit`] looks at the files again and gives them with their lines and texts
//! as a [`RevisitedScan`], which [`RevisitedScan::report`] makes a report of. Each stage
//! owns what it read, borrows pack and sources, and gives its memory back when it is
//! dropped. A file that cannot be read stops no stage: it is a notice of the report.

mod desk;
mod judged;
mod revisited;
mod scope;

use std::borrow::Borrow;
use std::path::PathBuf;
use std::sync::Arc;

use crate::export::{self, FileKind};
use crate::facts::Options;
use crate::finding::{Notice, Place};
use crate::instance::{Plan, Reading, dictionary_of, instance_notices, read_all};
use crate::record::schema;
use crate::report::Report;
use crate::revisit::{PlaceLines, ScannedFiles, locate_places};
use crate::rule::{Ask, Pack, PackFiles, RuleError, Settings};
use crate::source::{DiscoverError, DiscoverOptions, Discovery, Source, discover};

pub use desk::{ExaminedSources, ExportDoctor, examine_sources};
pub use judged::JudgedFindings;
pub use revisited::RevisitedScan;

/// What is judged, by which rules, and how it is to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'s> {
    /// The rules, and what they ask.
    pub pack: &'s Pack,
    /// The sources.
    pub discovery: &'s Discovery,
    /// How the sources are to be understood.
    pub options: &'s Options,
}

/// Finds what is to be scanned in and below `paths`.
///
/// # Errors
/// As [`discover`]: a path does not exist, or the root cannot be used.
pub fn find_sources(paths: &[PathBuf], options: &DiscoverOptions<'_>) -> Result<Discovery, DiscoverError> {
    let mut discovery = discover(paths, options)?;
    export::raise_unfollowed(&mut discovery.problems);
    Ok(discovery)
}

/// Compiles packs. Where they ask for what is not built in, the sources are read for rows
/// of `sys_dictionary` that know it, and these go into the settings.
///
/// # Errors
/// For a rule that cannot be used, and for ids, names and titles that are taken.
pub fn compile(
    files: &[PackFiles],
    settings: &mut Settings,
    sources: impl IntoIterator<Item = impl Borrow<Source>>,
) -> Result<Pack, RuleError> {
    let pack = Pack::compile(files, settings);
    if matches!(&pack, Ok(pack) if pack.warnings.is_empty()) {
        return pack;
    }
    let sources: Vec<_> = sources.into_iter().map(|source| source.borrow().clone()).collect();
    let dictionary = dictionary_of(&sources);
    if dictionary.is_empty() {
        return pack;
    }
    settings.dictionary = Arc::new(dictionary);
    Pack::compile(files, settings)
}

impl<'s> Scan<'s> {
    /// A table that is declared whole and of which nobody knows: a slip of the pen.
    #[must_use]
    pub fn unknown_table(&self) -> Option<&'s str> {
        let is_known = |table: &str| {
            table == "all" || schema::knows_some_of(table) || self.pack.wanted.find(table).is_some()
        };
        self.options.complete.iter().map(String::as_str).find(|table| !is_known(table))
    }

    /// Reads all sources. `asks` is what will be asked beside the rules; `progress` is
    /// told how many bytes on disk were read.
    #[must_use]
    pub fn read(self, asks: &[Ask<'s>], progress: &(dyn Fn(u64) + Sync)) -> ReadScan<'s> {
        let mut plan = Plan::of(self.pack);
        plan.asks.extend(asks);
        ReadScan { scan: self, reading: read_all(self.discovery, &plan, self.options, progress) }
    }

    /// Reads all sources while the doctor watches, if there is one.
    #[must_use]
    pub fn read_watched(
        self,
        doctor: Option<&'s ExportDoctor>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> ReadScan<'s> {
        let plan = Plan { signs: doctor.map(ExportDoctor::watch), ..Plan::of(self.pack) };
        ReadScan { scan: self, reading: read_all(self.discovery, &plan, self.options, progress) }
    }

    /// Reads all sources and judges them.
    #[must_use]
    pub fn judge(self) -> JudgedScan<'s> {
        self.read(&[], &|_| {}).judge()
    }

    /// Reads all sources, judges them, and looks again where something was found. The
    /// report holds the texts of its first `most_shown` findings, and no score.
    #[must_use]
    pub fn report(self, most_shown: usize) -> Report {
        let mut revisited = self.read(&[], &|_| {}).revisit(None, most_shown, 0);
        revisited.tell(revisited.turned_off_notices(None));
        revisited.report(&|_| false).0
    }
}

/// The records of a scan.
pub struct ReadScan<'s> {
    /// What was read.
    pub scan: Scan<'s>,
    /// Files and records.
    pub reading: Reading<'s>,
}

/// The records of a scan, and what rules found in them.
pub struct JudgedScan<'s> {
    /// The records.
    pub read: ReadScan<'s>,
    /// What was found.
    pub judged: JudgedFindings,
}

impl ReadScan<'_> {
    /// What went wrong with the input, by path and place.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let Self { scan: Scan { discovery, .. }, reading: Reading { files, instance, .. } } = self;
        let path_of = |source| discovery.path(source);
        let found = discovery.problems.iter().map(|(path, problem)| Notice::of(problem.clone(), path, None));
        let in_files = files.iter().flat_map(|file| {
            let problems = file.report.problems.iter();
            problems
                .map(|problem| Notice::of(problem.clone(), discovery.path(file.source), Some(file.source)))
        });
        let mut notices: Vec<_> = found.chain(in_files).collect();
        notices.extend(instance_notices(instance, &path_of));
        notices.sort_by(|left, right| {
            (&left.path, left.at, &left.message).cmp(&(&right.path, right.at, &right.message))
        });
        notices
    }

    /// Whether no file holds anything that an instance writes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let files = &self.reading.files;
        files.iter().all(|file| file.report.kind == FileKind::Other || file.report.tables.is_empty())
    }

    /// The lines of places, in their order. Where a source can no longer be read, they are
    /// those of its start.
    #[must_use]
    pub fn lines_of(&self, places: &[Place]) -> Vec<PlaceLines> {
        locate_places(places, self.inputs())
    }

    /// What was read, for a second look.
    #[must_use]
    pub fn inputs(&self) -> ScannedFiles<'_> {
        ScannedFiles { sources: &self.scan.discovery.sources, files: &self.reading.files }
    }
}
