//! What a report says that it is about: packs, inputs and how much there was.

use std::path::{Path, PathBuf};

use glidelint::engine::ReadFile;
use glidelint::export::FileKind;
use glidelint::report::{Input, PackInfo, Stats};
use glidelint::rule::PackFiles;
use glidelint::source::{Discovery, Source, sha256};
use rayon::prelude::*;

use super::args::{HashInputs, ScanArgs};

use crate::cli::shared::render::Renderer;

/// Files up to this size are hashed without being asked to.
const HASHED: u64 = 16 * 1024 * 1024;

pub(super) fn pack_info(pack: &PackFiles) -> PackInfo {
    PackInfo { name: pack.name.clone(), version: pack.version.clone(), digest: pack.digest.clone() }
}

/// The last part of the root's path: enough to know it by, and nothing of the
/// machine it lies on.
pub(super) fn root_name(root: &Path) -> String {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| PathBuf::from(root));
    root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

pub(super) fn inputs(
    args: &ScanArgs,
    renderer: &Renderer<'_>,
    discovery: &Discovery,
    files: &[ReadFile],
) -> Vec<Input> {
    let is_shown = renderer.writes_any(|format| format.shows_hashes);
    let is_hashed = |source: &Source| match args.hash_inputs {
        _ if !is_shown => false,
        HashInputs::Always => true,
        HashInputs::Never => false,
        HashInputs::Auto => source.size().is_some_and(|size| size <= HASHED),
    };
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
    discovery.sources.par_iter().zip(files).filter_map(input).collect()
}

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
