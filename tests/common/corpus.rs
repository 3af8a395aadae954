//! The folder of real exports that somebody may have.

use std::path::PathBuf;

use crate::skipped::skipped;

/// The folder that `GLIDELINT_CORPUS` names; where it is not set, that is said.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("GLIDELINT_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        skipped("GLIDELINT_CORPUS does not name a folder of exports");
    }
    corpus
}
