//! Some files of a revision, in a folder of their own.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fail::Failure;
use super::revision::Revision;

/// Files as a revision holds them, in a folder that is gone with this.
pub(crate) struct Checkout {
    folder: TempDir,
    revision: Revision,
}

impl Checkout {
    /// What lies at and below paths of the working tree, as the revision has it.
    pub(crate) fn of(revision: &Revision, paths: &[PathBuf]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::Use(format!("{}: no folder for its files: {error}", revision.in_words()))
        })?;
        let below: Vec<_> = paths.iter().filter_map(|path| revision.below_top(path)).collect();
        let is_below = |path: &str| {
            below.iter().any(|given| {
                let rest = path.strip_prefix(given.as_str());
                given.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        if !below.is_empty() {
            revision.write_files(folder.path(), &is_below)?;
        }
        Ok(Self { folder, revision: revision.clone() })
    }

    /// Where a path of the working tree lies here; others stay.
    pub(crate) fn place(&self, path: &Path) -> PathBuf {
        self.revision
            .below_top(path)
            .map_or_else(|| path.to_path_buf(), |below| self.folder.path().join(below))
    }

    /// A text about files here, without where they lie.
    pub(crate) fn without_folder(&self, text: &str) -> String {
        let folder = self.folder.path().to_string_lossy().replace('\\', "/");
        text.replace(&format!("{folder}/"), "")
    }
}
