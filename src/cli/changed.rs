//! What changed since a revision: records, compared by content, and staged files.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use glidelint::export::{RecordPlace, changed_records, may_be_export};
use glidelint::finding::{Finding, Target};
use glidelint::source::{Discovery, Source};
use rayon::prelude::*;

use super::fail::Failure;
use super::revision::{Revision, staged_files};

/// The records that changed, by the number of their source.
pub(crate) struct Changed(HashMap<u32, InFile>);

/// What changed in a file.
enum InFile {
    /// It is new, or nobody can tell.
    All,
    Records(HashSet<RecordPlace>),
}

impl Changed {
    /// Compares the sources with a revision of the repository that they lie in.
    pub(crate) fn since<'d>(revision: &Revision, discovery: &'d Discovery) -> Result<Self, Failure> {
        // Of an archive nobody looks into the one of before.
        let file_of = |source: &'d Source| source.archive_path().unwrap_or_else(|| source.path());
        let paths: BTreeSet<_> = discovery.sources.iter().map(file_of).collect();
        let files = revision.changed_files(&discovery.root, paths.into_iter())?;
        let compare = |(number, source): (u32, &'d Source)| {
            let in_file = match files.get(file_of(source))? {
                Some(id) if source.archive_path().is_none() => revision.blob(id).map(|bytes| {
                    InFile::Records(changed_records(&Source::memory(source.path(), bytes), source))
                }),
                _ => Ok(InFile::All),
            };
            Some(in_file.map(|in_file| (number, in_file)))
        };
        let numbered: Vec<_> = (0_u32..).zip(&discovery.sources).collect();
        numbered.into_par_iter().filter_map(compare).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a finding rests on something that changed.
    pub(crate) fn holds(&self, finding: &Finding) -> bool {
        finding.places.iter().any(|place| {
            let is_of_file = place.target == Target::Root;
            let is_changed =
                |in_file: &InFile| matches!(in_file, InFile::Records(records) if !records.is_empty());
            is_of_file && self.0.get(&place.source).is_some_and(is_changed)
                || self.holds_record((place.source, place.outer_start, place.ordinal))
        })
    }

    /// Whether the record changed that stands at a place: source, start of the child of
    /// the root, ordinal in it.
    pub(crate) fn holds_record(&self, (source, outer_start, ordinal): (u32, u64, u32)) -> bool {
        match self.0.get(&source) {
            None => false,
            Some(InFile::All) => true,
            Some(InFile::Records(records)) => records.contains(&(outer_start, ordinal)),
        }
    }
}

/// Whether a staged change, a deletion too, is of a file that may be an export, or of
/// what decides how exports are judged.
pub(crate) fn is_any_staged(root: Option<&Path>) -> Result<bool, Failure> {
    let decides = |path: &str| {
        let extension = Path::new(path).extension();
        extension.is_some_and(|end| ["yaml", "yml"].iter().any(|known| end.eq_ignore_ascii_case(known)))
    };
    let staged = staged_files("--if-staged", root.unwrap_or(Path::new(".")))?;
    Ok(staged.iter().any(|path| may_be_export(path) || decides(path)))
}
