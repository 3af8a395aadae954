//! What changed since a revision: records, compared by content, and staged files.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use glidelint::export::{RecordPlace, changed_records, may_be_export};
use glidelint::finding::{Finding, Target};
use glidelint::source::{Discovery, Source};

use super::base_files::BaseFiles;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::revision::staged_files;

/// The records that changed, by the number of their source.
pub(crate) struct Changed(HashMap<u32, InFile>);

/// What changed in a file.
enum InFile {
    /// All of it: nothing that was there before is gone.
    All,
    Records(HashSet<RecordPlace>),
}

impl Changed {
    /// Compares the sources of a scan with those of the commit that a change is made
    /// on. Where a record lies decides nothing: a file with another name, or in an
    /// archive, is none that changed.
    pub(crate) fn since(files: &BaseFiles<'_>, now: &Discovery, before: &Discovery) -> Self {
        let (numbers, gone) = files.changed(before);
        if gone.is_empty() {
            return Self(numbers.into_iter().map(|number| (number, InFile::All)).collect());
        }
        let sources: Vec<&Source> = numbers.iter().filter_map(|number| now.source(*number)).collect();
        let changed = changed_records(&gone, &sources).into_iter().map(InFile::Records);
        Self(numbers.into_iter().zip(changed).collect())
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
