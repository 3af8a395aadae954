//! What a report says that it is about: inputs, and how much there was.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::ReadScan;
use crate::export::FileKind;
use crate::facts::ReadFile;
use crate::report::{Input, Scope, Stats};
use crate::source::{Discovery, Source, sha256};

/// What is known of the scope without the command line.
pub(super) fn scope(read: &ReadScan<'_>, is_hashed: &(dyn Fn(&Source) -> bool + Sync)) -> Scope {
    Scope {
        version: env!("CARGO_PKG_VERSION").into(),
        root: root_name(&read.scan.discovery.root),
        inputs: inputs(read, is_hashed),
        as_of: read.reading.as_of.clone(),
        complete: read.reading.instance.whole_tables(),
        instance: Some(&read.scan.options.instance).filter(|name| !name.is_empty()).cloned(),
        ..Scope::default()
    }
}

/// The files that held records or could not be read.
fn inputs(read: &ReadScan<'_>, is_hashed: &(dyn Fn(&Source) -> bool + Sync)) -> Vec<Input> {
    let input = |(source, file): (&Source, &ReadFile)| {
        if file.report.kind == FileKind::Other && file.report.problems.is_empty() {
            return None;
        }
        let digest = || source.open_bytes().ok().and_then(|bytes| sha256(bytes).ok());
        Some(Input {
            path: source.path().to_owned(),
            archive: source.archive_path().map(str::to_owned),
            kind: file.report.kind.as_str().into(),
            bytes: source.size(),
            sha256: is_hashed(source).then(digest).flatten(),
        })
    };
    read.scan.discovery.sources.par_iter().zip(&read.reading.files).filter_map(input).collect()
}

/// The last part of the root's path: enough to know it by, and nothing of the machine it
/// lies on.
fn root_name(root: &Path) -> String {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| PathBuf::from(root));
    root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// How much was read.
pub(super) fn stats(discovery: &Discovery, files: &[ReadFile]) -> Stats {
    let mut stats = Stats::default();
    for (source, file) in discovery.sources.iter().zip(files) {
        stats.bytes += source.size().unwrap_or(0);
        if file.report.kind == FileKind::Other {
            stats.skipped += 1;
            continue;
        }
        stats.files += 1;
        for (table, counts) in &file.report.tables {
            stats.records += counts.live;
            *stats.tables.entry(table.clone()).or_default() += counts.live;
        }
    }
    stats.tables.retain(|_, live| *live > 0);
    stats
}
