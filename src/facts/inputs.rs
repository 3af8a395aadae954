//! What is given to be read, how it is to be understood, and the files as they were read.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::FileReport;
use crate::query::Clock;
use crate::source::{Discovery, Source};

/// What is given to be read.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'p> {
    /// In scan order.
    pub sources: &'p [Source],
    /// Where they were found; without it, nothing was left out.
    pub discovery: Option<&'p Discovery>,
}

impl<'p> From<&'p Discovery> for Inputs<'p> {
    fn from(discovery: &'p Discovery) -> Self {
        Self { sources: &discovery.sources, discovery: Some(discovery) }
    }
}

impl<'p> From<&'p [Source]> for Inputs<'p> {
    fn from(sources: &'p [Source]) -> Self {
        Self { sources, discovery: None }
    }
}

impl<'p, const COUNT: usize> From<&'p [Source; COUNT]> for Inputs<'p> {
    fn from(sources: &'p [Source; COUNT]) -> Self {
        sources.as_slice().into()
    }
}

impl<'p> From<&'p Vec<Source>> for Inputs<'p> {
    fn from(sources: &'p Vec<Source>) -> Self {
        sources.as_slice().into()
    }
}

/// How the sources are to be understood.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Tables that were exported whole; `all` for every one that is there.
    pub complete: BTreeSet<String>,
    /// Of some of them, how many rows there are.
    pub counts: BTreeMap<String, u64>,
    /// A table that stands in a file as a table is taken as whole: for questions
    /// about the files themselves.
    pub trust_tables: bool,
    /// What "now" is; without it, the newest date of the exports.
    pub as_of: Option<Clock>,
    /// The day on which somebody looks, if that is known: exports and records are not
    /// of later days.
    pub today: Option<Clock>,
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
