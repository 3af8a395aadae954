//! The root, and paths as they are reported: relative to it.

use super::discover::DiscoverError;
use super::problem::in_words;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

/// A path of the command line that exists.
#[derive(Debug)]
pub(super) struct Given {
    /// Its place: absolute and without links, but for the last name, which is
    /// as it was typed.
    pub(super) path: PathBuf,
    /// What it leads to, without any link.
    pub(super) real: PathBuf,
    /// Of what it leads to.
    pub(super) metadata: Metadata,
}

impl Given {
    pub(super) fn new(typed: &Path) -> Result<Self, DiscoverError> {
        let typed = if typed.as_os_str().is_empty() { Path::new(".") } else { typed };
        let unusable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => DiscoverError::NotFound { path: typed.to_owned() },
            _ => DiscoverError::PathUnusable { path: typed.to_owned(), reason: in_words(&error) },
        };
        let metadata = fs::metadata(typed).map_err(unusable)?;
        let real = fs::canonicalize(typed).map_err(unusable)?;
        let path = match (typed.parent(), typed.file_name()) {
            (Some(parent), Some(name)) => {
                let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                fs::canonicalize(parent).map_err(unusable)?.join(name)
            }
            _ => real.clone(),
        };
        Ok(Self { path, real, metadata })
    }

    /// The directory it is in, or it is itself.
    fn directory(&self) -> &Path {
        if self.metadata.is_dir() { &self.path } else { self.path.parent().unwrap_or(&self.path) }
    }
}

/// The root: the one asked for, else the git root above the first path if every
/// path is in it, else the directory that has them all.
pub(super) fn find(asked: Option<&Path>, given: &[Given]) -> Result<PathBuf, DiscoverError> {
    if let Some(asked) = asked {
        let unusable = |reason: String| DiscoverError::RootUnusable { root: asked.to_owned(), reason };
        let root = fs::canonicalize(asked).map_err(|error| unusable(in_words(&error)))?;
        if !root.is_dir() {
            return Err(unusable("not a directory".to_owned()));
        }
        if let Some(outside) = given.iter().find(|given| !given.path.starts_with(&root)) {
            return Err(DiscoverError::OutsideRoot { path: outside.path.clone(), root });
        }
        return Ok(root);
    }
    let Some(first) = given.first() else {
        return fs::canonicalize(".").map_err(|error| DiscoverError::RootUnusable {
            root: PathBuf::from("."),
            reason: in_words(&error),
        });
    };
    let git_root = first.directory().ancestors().find(|above| above.join(".git").exists());
    if let Some(git_root) = git_root.filter(|root| given.iter().all(|given| given.path.starts_with(root))) {
        return Ok(git_root.to_owned());
    }
    let mut root = first.directory().to_owned();
    while let Some(outside) = given.iter().find(|given| !given.path.starts_with(&root)) {
        if !root.pop() {
            return Err(DiscoverError::NoCommonRoot {
                first: first.path.clone(),
                other: outside.path.clone(),
            });
        }
    }
    Ok(root)
}

/// A path as it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reported {
    pub(super) path: String,
    /// Whether the name is shown as it is; where not, its bytes are no Unicode.
    pub(super) exact: bool,
}

/// How `path`, which lies in `root`, is reported; the root itself is `.`.
pub(super) fn report(root: &Path, path: &Path) -> Reported {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let mut reported = Reported { path: String::new(), exact: true };
    for component in relative.components() {
        if let Component::Normal(name) = component {
            if !reported.path.is_empty() {
                reported.path.push('/');
            }
            reported.exact &= name.to_str().is_some();
            reported.path.push_str(&name.to_string_lossy());
        }
    }
    if reported.path.is_empty() {
        reported.path.push('.');
    }
    reported
}
