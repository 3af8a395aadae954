//! Rules as their owner brings them: YAML, and exports of checks of Instance
//! Scan. The exports are read as any other.

use std::path::{Path, PathBuf};

use super::dictionary::read_all;
use super::plan::Plan;
use crate::export::FileKind;
use crate::facts::Options;
use crate::query::{Data as _, RowTests};
use crate::record::Wanted;
use crate::rule::{Check, KeyPaths, PackFiles, RuleError, load};
use crate::source::{DiscoverOptions, discover};

/// Reads a file of rules or of checks, or a folder of both. `called` is what the path
/// is called, and mostly the same.
///
/// # Errors
/// For a path that cannot be read, for YAML that is no rule, for an export that
/// is damaged, and where there is nothing.
pub fn load_rules(path: &Path, called: &Path) -> Result<(PackFiles, Vec<Check>), RuleError> {
    let shown = called.to_string_lossy().replace('\\', "/");
    let failed = |error: String| RuleError::file(&shown, format!("cannot be read: {error}"));
    // Without links, so that what is found lies in it.
    let real = std::fs::canonicalize(path).map_err(|error| failed(error.to_string()))?;
    let (checks, is_export) = read_checks(&real, &shown)?;
    // A single file is one or the other, by its content.
    let pack = if is_export && real.is_file() { PackFiles::empty(called) } else { load(path, called)? };
    if pack.is_empty() && checks.is_empty() {
        let message = "no rule file (*.yaml) and no check of Instance Scan (scan_table_check) is there";
        return Err(RuleError::file(&shown, message));
    }
    Ok((pack, checks))
}

/// The checks in and below a path, and whether any file there is an export.
fn read_checks(real: &Path, shown: &str) -> Result<(Vec<Check>, bool), RuleError> {
    let root = if real.is_dir() { real } else { real.parent().unwrap_or(real) };
    let options = DiscoverOptions { root: Some(root), ..DiscoverOptions::default() };
    let discovery = discover(&[PathBuf::from(real)], &options)
        .map_err(|error| RuleError::file(shown, error.to_string()))?;
    let prefix = if real.is_dir() {
        format!("{}/", shown.trim_end_matches('/'))
    } else {
        // A member of an archive follows the archive's own name.
        shown.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
    };
    let full = |path: &str| format!("{prefix}{path}");
    let mut wanted = Wanted::new();
    for table in Check::TABLES {
        let table = wanted.want_table(table);
        for column in Check::COLUMNS {
            wanted.keep_column(table, column);
        }
    }
    let (tests, keys) = (RowTests::default(), KeyPaths::new());
    let plan =
        Plan { wanted: &wanted, tests: &tests, classes: &[], keys: &keys, asks: Vec::new(), signs: None };
    let reading = read_all(&discovery, &plan, &Options::default(), &|_| {});
    let in_files =
        reading.files.iter().zip(&discovery.sources).flat_map(|(file, source)| {
            file.report.problems.iter().map(move |problem| (source.path(), problem))
        });
    let found = discovery.problems.iter().map(|(path, problem)| (path.as_str(), problem));
    // A rule that is silently not there would pass for one that found nothing.
    if let Some((path, problem)) = found.chain(in_files).find(|(_, problem)| problem.kind.is_loss()) {
        return Err(RuleError::file(&full(path), problem.message.clone()));
    }
    let mut checks = Vec::new();
    for kind in Check::TABLES {
        let Some(table) = wanted.find(kind) else { continue };
        for row in reading.instance.live_rows(table) {
            let place = reading.instance.place(table, row);
            let source = place.and_then(|(source, ..)| usize::try_from(source).ok());
            let path = source.and_then(|at| discovery.sources.get(at)).map_or("", |source| source.path());
            let value = |column: &str| {
                let column = wanted.table(table).find(column)?;
                let cell = reading.instance.cell(table, row, column);
                cell.present.then(|| cell.value.to_owned())
            };
            checks.push(Check::of_record(kind, &full(path), &value));
        }
    }
    let is_export = reading.files.iter().any(|file| file.report.kind != FileKind::Other);
    Ok((checks, is_export))
}
