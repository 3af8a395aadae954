//! Only what changed since a revision: everything is read, for what rules need to
//! know of it, and what is found in other records is left out.

use std::collections::{HashMap, HashSet};

use glidelint::export::{RecordPlace, changed_records};
use glidelint::finding::{Finding, Target};
use glidelint::source::{Discovery, Source};
use rayon::prelude::*;

use super::fail::Failure;
use super::revision::Revision;

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
    pub(crate) fn since(name: &str, discovery: &Discovery) -> Result<Self, Failure> {
        let revision = Revision::open("--changed-since", name, &discovery.root)?;
        let files = revision.changed_files(&discovery.root)?;
        let in_file = |(number, source): (u32, &Source)| {
            let path = source.archive_path().unwrap_or_else(|| source.path());
            let before = files.get(path)?;
            Some(match before {
                Some(id) if source.archive_path().is_none() => match revision.blob(id) {
                    Ok(bytes) => {
                        InFile::Records(changed_records(&Source::memory(source.path(), bytes), source))
                    }
                    Err(failure) => return Some(Err(failure)),
                },
                _ => InFile::All,
            })
            .map(|file| Ok((number, file)))
        };
        let numbered: Vec<_> = (0_u32..).zip(&discovery.sources).collect();
        numbered.into_par_iter().filter_map(in_file).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a finding rests on something that changed.
    pub(crate) fn holds(&self, finding: &Finding) -> bool {
        finding.places.iter().any(|place| match self.0.get(&place.source) {
            None => false,
            Some(InFile::All) => true,
            Some(InFile::Records(records)) => {
                place.target == Target::Root && !records.is_empty()
                    || records.contains(&(place.outer_start, place.ordinal))
            }
        })
    }
}
