//! The files of the commit that a change is made on. None is written: those that the
//! working tree holds byte for byte are read there, and git hands over the others in
//! one file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use glidelint::source::{Bytes, Chosen, DiscoverOptions, Discovery, Source, Walked};

use crate::cli::shared::fail::Failure;
use crate::cli::shared::revision::{Revision, Tree, TreeEntry};

/// The files of a commit, beside those of a scan.
pub(crate) struct BaseFiles<'d> {
    revision: &'d Revision,
    now: &'d Discovery,
    /// The scan's files by their paths: of an archive, one of its members.
    files_now: BTreeMap<&'d str, &'d Source>,
    /// From the top of the repository to the root of the scan: empty, or with a `/` at
    /// its end.
    prefix: String,
    tree: Tree,
    /// By the paths of the scan's files, what git would call their bytes.
    ids_now: BTreeMap<&'d str, String>,
}

impl<'d> BaseFiles<'d> {
    /// Asks git for the files of a revision, and compares those of a scan with them.
    pub(crate) fn of(revision: &'d Revision, now: &'d Discovery) -> Result<Self, Failure> {
        let root = revision.below_top(&now.root);
        let root = root.ok_or_else(|| revision.failure("the input lies outside of it"))?;
        let prefix = if root.is_empty() { root } else { format!("{root}/") };
        let tree = revision.tree()?;
        let files_now: BTreeMap<_, _> = now.sources.iter().map(|source| (file_of(source), source)).collect();
        let from_top: Vec<_> = files_now.keys().map(|path| format!("{prefix}{path}")).collect();
        let ids = revision.ids_of(&from_top)?;
        let ids_now = files_now.keys().zip(ids).filter_map(|(path, id)| Some((*path, id?))).collect();
        Ok(Self { revision, now, files_now, prefix, tree, ids_now })
    }

    /// The files below the root, by their paths from there.
    fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tree
            .files()
            .filter_map(|TreeEntry { path, id, .. }| Some((path.strip_prefix(&self.prefix)?, id)))
    }

    /// What a scan of the commit would find at paths of the command line; `None` where
    /// it holds nothing there.
    pub(crate) fn discover(
        &self,
        paths: &[PathBuf],
        options: &DiscoverOptions<'_>,
    ) -> Result<Option<Discovery>, Failure> {
        let given = paths.iter().filter_map(|path| {
            let path = self.revision.below_top(path)?;
            // The root itself has no `/` at its end.
            if format!("{path}/") == self.prefix {
                return Some(String::new());
            }
            path.strip_prefix(&self.prefix).map(str::to_owned)
        });
        let given: Vec<_> = given.collect();
        let ids: HashMap<&str, &str> = self.files().collect();
        let listed = ids.keys().map(|path| (*path).to_owned()).collect();
        let chosen = Chosen::of(&given, listed, options);
        if chosen.is_nothing() {
            return Ok(None);
        }
        let sources = self.sources_by_id();
        let here = |path: &str| {
            let id = *ids.get(path)?;
            let is_same = self.ids_now.get(path).is_some_and(|now| now == id);
            let own = self.files_now.get(path).filter(|_| is_same).copied();
            own.or_else(|| sources.get(id).copied())
        };
        let others = chosen.paths().filter(|path| here(path).is_none()).filter_map(|path| ids.get(path));
        let others: HashSet<&str> = others.copied().collect();
        let mut others: Vec<_> = others.into_iter().collect();
        others.sort_unstable();
        let spool = self.revision.spool(&others)?;
        let bytes = |path: &str| match here(path) {
            // Its members are looked for anew, as other paths may be excluded.
            Some(source) if source.archive_path().is_some() => {
                Some(Bytes::OnDisk(self.now.root.join(file_of(source))))
            }
            Some(source) => Some(Bytes::Same(source.clone())),
            None => Some(Bytes::Part(spool.file.clone(), spool.range(ids.get(path)?)?)),
        };
        Ok(Some(chosen.open(self.now.root.clone(), options, bytes)))
    }

    /// A commit that holds nothing where the input lies.
    pub(crate) fn nothing(&self) -> Discovery {
        let root = self.now.root.clone();
        Discovery { root, sources: Vec::new(), problems: Vec::new(), walked: Walked::default() }
    }

    /// The scan's sources by what git would call the bytes of their files.
    fn sources_by_id(&self) -> HashMap<&str, &Source> {
        self.ids_now.iter().filter_map(|(path, id)| Some((id.as_str(), *self.files_now.get(path)?))).collect()
    }

    /// The sources of now, by their numbers, whose files the commit does not hold, and
    /// the sources of the commit whose files are not there any more. A file that has
    /// only another name is none that changed.
    pub(crate) fn changed<'s>(&self, before: &'s Discovery) -> (Vec<u32>, Vec<&'s Source>) {
        let ids: HashMap<&str, &str> = self.files().collect();
        let all: HashSet<&str> = ids.values().copied().collect();
        let is_kept = |file: &str| match (ids.get(file), self.ids_now.get(file)) {
            (Some(before), Some(now)) => before == now,
            (None, Some(now)) => all.contains(now.as_str()),
            (_, None) => false,
        };
        let kept = self.ids_now.iter().filter(|(file, _)| is_kept(file));
        let kept: HashSet<&str> = kept.map(|(_, id)| id.as_str()).collect();
        let now = (0..).zip(&self.now.sources).filter(|(_, source)| !is_kept(file_of(source)));
        let is_gone = |file: &str| ids.get(file).is_some_and(|id| !kept.contains(id));
        let gone = before.sources.iter().filter(|source| is_gone(file_of(source)));
        (now.map(|(number, _)| number).collect(), gone.collect())
    }
}

/// The path of the file that holds a source.
fn file_of(source: &Source) -> &str {
    source.archive_path().unwrap_or_else(|| source.path())
}
