//! Reading all sources, in parallel, into the facts of one instance.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::facts::{Collector, Facts};
use super::instance::{FileFacts, Instance, is_of_apps_only};
use super::versions::settle;
use crate::export::{FileKind, FileReport, Select, read};
use crate::query::{Clock, RowId};
use crate::record::{ColumnIdx, Origin, TableIdx, Wanted, schema};
use crate::rule::{ClassBody, KeyPaths};
use crate::source::Source;

/// How the sources are to be understood.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Tables that were exported whole; `all` for every one.
    pub complete: BTreeSet<String>,
    /// A table that stands in a file as a table is taken as whole: for questions
    /// about the files themselves.
    pub trust_tables: bool,
    /// What "now" is; without it, the newest date of the exports.
    pub as_of: Option<Clock>,
    /// Older versions of a record are judged too.
    pub all_versions: bool,
    /// The instance's name, if it was given.
    pub instance: String,
}

/// One file that was read.
#[derive(Debug)]
pub struct ReadFile {
    /// Index of the source in scan order.
    pub source: u32,
    /// What was found in it.
    pub report: FileReport,
}

/// All files that were read, and what they hold.
pub struct Reading<'p> {
    /// In scan order.
    pub files: Vec<ReadFile>,
    /// The records.
    pub instance: Instance<'p>,
    /// What "now" is, as text, if it is known.
    pub as_of: Option<String>,
}

/// Reads every source. `progress` is told the bytes on disk of each one that is done.
pub fn read_all<'p>(
    sources: &[Source],
    (wanted, classes, keys): (&'p Wanted, &'p [ClassBody], &'p KeyPaths),
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Reading<'p> {
    let read_one = |(at, source): (usize, &Source)| {
        let index = u32::try_from(at).unwrap_or(u32::MAX);
        let mut collector = Collector::new(wanted, index);
        let report = read(source, Select::Wanted(wanted), &mut collector);
        progress(source.size().unwrap_or(0));
        (ReadFile { source: index, report }, collector)
    };
    // An indexed collect keeps the order of the sources.
    let read: Vec<_> = sources.par_iter().enumerate().map(read_one).collect();
    let mut facts = Facts::new(wanted);
    let mut files = Vec::with_capacity(read.len());
    for (file, collector) in read {
        facts.absorb(collector);
        files.push(file);
    }
    facts.seal();
    if !options.all_versions {
        let is_build = |source: u32| {
            usize::try_from(source)
                .ok()
                .and_then(|at| sources.get(at))
                .is_some_and(|source| is_build_output(source.path()))
        };
        settle(&mut facts, &is_build);
    }
    let as_of = newest_date(&files, &facts, wanted);
    let clock = match (&options.as_of, &as_of) {
        (Some(clock), _) => *clock,
        (None, Some(date)) => Clock::parse(date).unwrap_or_else(|_| Clock::unknown()),
        (None, None) => Clock::unknown(),
    };
    let as_of = clock.now().map(|now| now.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let whole = whole_tables(&files, &facts, wanted, options);
    let file_facts =
        files.iter().filter(|file| file.report.kind != FileKind::Other).map(file_facts).collect();
    let mut instance =
        Instance::new((wanted, classes, keys), facts, file_facts, clock, options.instance.clone());
    instance.whole = whole;
    Reading { files, instance, as_of }
}

fn file_facts(file: &ReadFile) -> FileFacts {
    let tables = match file.report.kind {
        FileKind::TableExport | FileKind::ListExport => file.report.rows.keys().cloned().collect(),
        _ => BTreeSet::new(),
    };
    FileFacts { source: file.source, kind: file.report.kind, tables }
}

/// Whether a path lies where builds of SDK apps write.
fn is_build_output(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "dist" | "build" | "target" | ".metadata"))
}

/// The newest `unload_date`, else the newest `sys_updated_on`.
fn newest_date(files: &[ReadFile], facts: &Facts, wanted: &Wanted) -> Option<String> {
    let is_date = |text: &str| Clock::parse(text).is_ok();
    let unloaded =
        files.iter().filter_map(|file| file.report.unload_date.as_deref()).filter(|text| is_date(text)).max();
    if let Some(date) = unloaded {
        return Some(date.to_owned());
    }
    let mut newest = "";
    for (at, _) in wanted.tables().iter().enumerate() {
        let Ok(table) = u16::try_from(at).map(TableIdx) else { continue };
        for row in 0..facts.table(table).rows.len() {
            let Ok(row) = u32::try_from(row).map(RowId) else { continue };
            let date = facts.cell(table, row, ColumnIdx::UPDATED_ON).value;
            if date > newest && is_date(date) {
                newest = date;
            }
        }
    }
    (!newest.is_empty()).then(|| newest.to_owned())
}

/// Which tables are known to be whole.
fn whole_tables(files: &[ReadFile], facts: &Facts, wanted: &Wanted, options: &Options) -> Vec<bool> {
    let declared = |name: &str| options.complete.contains("all") || options.complete.contains(name);
    let has_app = files.iter().any(|file| {
        file.report.kind == FileKind::AppFile
            && file.report.tables.get("sys_app").is_some_and(|counts| counts.live > 0)
    });
    let broken = files.iter().any(|file| file.report.has_loss());
    let as_table = |name: &str| {
        let mut with_rows = files.iter().filter(|file| {
            matches!(file.report.kind, FileKind::TableExport | FileKind::ListExport)
                && file.report.rows.contains_key(name)
        });
        let mut any = false;
        with_rows.all(|file| {
            any = true;
            file.report.whole && !file.report.has_loss()
        }) && any
    };
    wanted
        .tables()
        .iter()
        .enumerate()
        .map(|(at, table)| {
            let Ok(index) = u16::try_from(at).map(TableIdx) else { return false };
            declared(&table.name)
                || options.trust_tables && as_table(&table.name)
                || has_app && !broken && is_app_metadata(&table.name) && is_of_apps_only(facts.table(index))
        })
        .collect()
}

/// Whether a table holds metadata that belongs to an app. Such records lie in
/// the app's own repository, all of them.
fn is_app_metadata(table: &str) -> bool {
    schema::column(table, "sys_scope").is_some()
}

impl Reading<'_> {
    /// Live records by origin are what a rule can be asked about.
    #[must_use]
    pub fn origins(&self) -> BTreeSet<Origin> {
        let kinds = self.instance.files.iter().map(|file| match file.kind {
            FileKind::AppFile => Origin::App,
            FileKind::UpdateSet => Origin::UpdateSet,
            _ => Origin::Table,
        });
        kinds.collect()
    }
}
