//! Files as they are in a revision of a git repository. Here git is run, as it
//! alone knows how to read its packs.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Read, Write as _};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::fail::Failure;
use super::run_git::{git, git_read, git_with};

/// The kind of a plain file in a tree of git: its mode begins so.
const FILE_MODE: &str = "100";

/// A revision of a repository.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    /// The option that gives it, for messages.
    option: &'static str,
    /// As it was given.
    name: String,
    /// The commit.
    commit: String,
    /// The top of the checkout.
    top: PathBuf,
}

impl Revision {
    /// A revision of the repository that a path lies in.
    pub(crate) fn open(option: &'static str, name: &str, path: &Path) -> Result<Self, Failure> {
        let failed = |why: String| Failure::Use(format!("{option} {name}: {why}"));
        let path = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let folder = path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        let top = git(folder, &["rev-parse", "--show-toplevel"])
            .map_err(failed)?
            .ok_or_else(|| failed(format!("{} lies in no git repository", folder.display())))?;
        let top = PathBuf::from(trimmed(&top));
        let top = std::fs::canonicalize(&top).unwrap_or(top);
        let object = format!("{name}^{{commit}}");
        let commit = git(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &object]);
        let commit = commit.map_err(failed)?.ok_or_else(|| {
            failed(
                "the repository does not hold this revision; a shallow checkout has to fetch it".to_owned(),
            )
        })?;
        Ok(Self { option, name: name.to_owned(), commit: trimmed(&commit), top })
    }

    /// As it was given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The same with the option that gives it.
    pub(crate) fn in_words(&self) -> String {
        format!("{} {}", self.option, self.name)
    }

    /// Why nothing can be done with it.
    pub(crate) fn failure(&self, why: &str) -> Failure {
        Failure::Use(format!("{} {}: {why}", self.option, self.name))
    }

    /// The commit from which the checkout and this revision went apart, which is
    /// what a change is made on.
    pub(crate) fn merge_base(self) -> Result<Self, Failure> {
        let failed = |why: &str| self.failure(why);
        let found = git(&self.top, &["merge-base", &self.commit, "HEAD"]).map_err(|why| failed(&why))?;
        let commit = found.map(|found| trimmed(&found)).filter(|commit| !commit.is_empty());
        let commit = commit.ok_or_else(|| {
            failed(
                "the checkout and this revision have no commit in common; a shallow checkout has to fetch its \
                 history (`fetch-depth: 0`)",
            )
        })?;
        Ok(Self { commit, ..self })
    }

    /// Writes the plain files of the revision whose paths are wanted below a folder.
    pub(crate) fn write_files(&self, into: &Path, is_wanted: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
        let tree = self.tree()?;
        let wanted: Vec<_> = tree.files().filter(|file| is_wanted(file.path)).collect();
        let ids: Vec<_> = wanted.iter().map(|file| file.id).collect();
        self.blobs(&ids, |at, bytes| {
            let path = into.join(wanted[at].path);
            std::fs::create_dir_all(path.parent().unwrap_or(into))?;
            io::copy(bytes, &mut File::create(path)?).map(|_| ())
        })
    }

    /// All files.
    pub(crate) fn tree(&self) -> Result<Tree, Failure> {
        let failed = |why: String| self.failure(&why);
        let tree = git(&self.top, &["ls-tree", "-r", "-z", "--full-tree", &self.commit]).map_err(failed)?;
        let tree = tree.ok_or_else(|| failed("git cannot read it".to_owned()))?;
        Ok(Tree(String::from_utf8_lossy(&tree).into_owned()))
    }

    /// Copies blobs into one file without a name.
    pub(crate) fn spool(&self, ids: &[&str]) -> Result<Spool, Failure> {
        let failed = |error: io::Error| self.failure(&format!("no file for what it holds: {error}"));
        let mut file = tempfile::tempfile().map_err(failed)?;
        let mut ranges = HashMap::new();
        let mut start = 0;
        self.blobs(ids, |at, bytes| {
            let end = start + io::copy(bytes, &mut file)?;
            ranges.insert(ids[at].to_owned(), start..end);
            start = end;
            Ok(())
        })?;
        file.flush().map_err(failed)?;
        Ok(Spool { file: Arc::new(file), ranges })
    }

    /// Hands over blobs one after another, with their numbers in the list.
    fn blobs(
        &self,
        ids: &[&str],
        mut take: impl FnMut(usize, &mut dyn Read) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if ids.is_empty() {
            return Ok(());
        }
        let failed = |why: String| self.failure(&why);
        let asked: String = ids.iter().flat_map(|id| [*id, "\n"]).collect();
        let given = git_read(&self.top, &["cat-file", "--batch", "--buffer"], asked.into_bytes(), |output| {
            for (at, id) in ids.iter().enumerate() {
                take_blob(output, id, |bytes| take(at, bytes))?;
            }
            Ok(())
        });
        given.map_err(failed)?.ok_or_else(|| failed("git cannot read it".to_owned()))
    }

    /// What messages call a file of the revision.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let path = self.below_top(path).unwrap_or_else(|| path.to_string_lossy().into_owned());
        format!("{}:{path}", self.name)
    }

    /// Whether a path lies in the checkout.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.below_top(path).is_some()
    }

    /// The text of a file that has to be there.
    pub(crate) fn text(&self, path: &Path) -> Result<String, Failure> {
        self.find(path)?.ok_or_else(|| {
            Failure::Use(format!(
                "{} {}: the revision has no file {}",
                self.option,
                self.name,
                path.to_string_lossy()
            ))
        })
    }

    /// The text of a file, if the revision has it.
    pub(crate) fn find(&self, path: &Path) -> Result<Option<String>, Failure> {
        let failed = |why: String| Failure::Use(format!("{} {}: {why}", self.option, self.shown(path)));
        let relative = self
            .below_top(path)
            .ok_or_else(|| failed("the file lies outside of the repository".to_owned()))?;
        let tree = git(&self.top, &["ls-tree", "-z", "--full-tree", &self.commit, "--", &relative]);
        let tree = tree.map_err(failed)?.unwrap_or_default();
        let tree = Tree(String::from_utf8_lossy(&tree).into_owned());
        let Some(TreeEntry { mode, id, .. }) = tree.entries().next() else { return Ok(None) };
        if !mode.starts_with(FILE_MODE) {
            return Err(failed("it is a link or a folder, not a file".to_owned()));
        }
        let text = git(&self.top, &["cat-file", "blob", id]).map_err(failed)?;
        let text = text.ok_or_else(|| failed("git cannot read it".to_owned()))?;
        String::from_utf8(text).map(Some).map_err(|_| failed("it is not UTF-8".to_owned()))
    }

    /// The ids that git would give to files of the checkout, in the order of their
    /// paths from the top on; none where it cannot be asked for the path. Filters of
    /// git are not asked, as they are programs.
    pub(crate) fn ids_of(&self, paths: &[String]) -> Result<Vec<Option<String>>, Failure> {
        let failed = |why: &str| self.failure(why);
        // A name with a line break cannot be given, nor one that is not Unicode; one
        // that begins with a quote git would take apart.
        let can_be_asked =
            |path: &str| !path.contains(['\n', char::REPLACEMENT_CHARACTER]) && !path.starts_with('"');
        let asked: String =
            paths.iter().filter(|path| can_be_asked(path)).flat_map(|path| [path, "\n"]).collect();
        if asked.is_empty() {
            return Ok(vec![None; paths.len()]);
        }
        // Below the top, git would look for the paths of standard input at the top.
        let ids = git_with(&self.top, &["hash-object", "--no-filters", "--stdin-paths"], asked.into_bytes());
        let ids = ids.map_err(|why| failed(&why))?.ok_or_else(|| failed("git cannot read the files"))?;
        let ids = String::from_utf8_lossy(&ids);
        let mut ids = ids.lines().map(str::to_owned);
        Ok(paths.iter().map(|path| if can_be_asked(path) { ids.next() } else { None }).collect())
    }

    /// A path from the top of the checkout on, with `/`. Links below the top are
    /// not followed: a change could lead through one to another file of the
    /// revision.
    pub(crate) fn below_top(&self, path: &Path) -> Option<String> {
        let path = plain(&std::path::absolute(path).ok()?);
        let mut above: Vec<&Path> = path.ancestors().collect();
        above.reverse();
        let top = above
            .into_iter()
            .find(|folder| std::fs::canonicalize(folder).is_ok_and(|own| own == self.top))?;
        let parts = path.strip_prefix(top).ok()?.components();
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

/// The files of a revision, as git lists them.
pub(crate) struct Tree(String);

/// A line of a tree of git.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TreeEntry<'t> {
    mode: &'t str,
    /// Of the blob.
    pub(crate) id: &'t str,
    /// From the top on.
    pub(crate) path: &'t str,
}

impl Tree {
    /// The plain files. Links and submodules are none.
    pub(crate) fn files(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        self.entries().filter(|entry| {
            // A tree is made by whoever makes the commit.
            let is_below =
                Path::new(entry.path).components().all(|part| matches!(part, Component::Normal(_)));
            entry.mode.starts_with(FILE_MODE) && is_below
        })
    }

    /// The lines: mode SP kind SP id TAB path NUL.
    fn entries(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        self.0.split('\0').filter_map(|line| {
            let (head, path) = line.split_once('\t')?;
            let mut words = head.split_ascii_whitespace();
            let (mode, _kind, id) = (words.next()?, words.next()?, words.next()?);
            Some(TreeEntry { mode, id, path })
        })
    }
}

/// Blobs in one file without a name.
pub(crate) struct Spool {
    pub(crate) file: Arc<File>,
    ranges: HashMap<String, Range<u64>>,
}

impl Spool {
    /// Where a blob lies in the file.
    pub(crate) fn range(&self, id: &str) -> Option<Range<u64>> {
        self.ranges.get(id).cloned()
    }
}

/// Reads one blob of what git prints: id SP kind SP size LF bytes LF.
fn take_blob(
    output: &mut dyn BufRead,
    id: &str,
    take: impl FnOnce(&mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let broken = || io::Error::other(format!("git cannot read the object {id}"));
    let mut head = Vec::new();
    // An id has 64 digits at most.
    (&mut *output).take(256).read_until(b'\n', &mut head)?;
    let head = String::from_utf8_lossy(&head).into_owned();
    let size = head.strip_suffix('\n').and_then(|head| head.rsplit(' ').next()?.parse().ok());
    let mut bytes = (&mut *output).take(size.ok_or_else(broken)?);
    take(&mut bytes)?;
    // What nobody wanted to read stands before the next blob, and a cut one is none.
    io::copy(&mut bytes, &mut io::sink())?;
    let is_cut = bytes.limit() > 0;
    let mut end = [0];
    output.read_exact(&mut end)?;
    if is_cut || end != *b"\n" { Err(broken()) } else { Ok(()) }
}

/// The paths of files whose staged state is not that of the last commit, deleted
/// ones too, of the repository that a folder lies in.
pub(crate) fn staged_files(option: &str, folder: &Path) -> Result<Vec<String>, Failure> {
    let failed = |why: String| Failure::Use(format!("{option}: {why}"));
    let folder = std::path::absolute(folder).map_err(|error| failed(error.to_string()))?;
    let ask = ["diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z"];
    let paths = git(&folder, &ask).map_err(failed)?;
    let paths = paths.ok_or_else(|| failed(format!("{} lies in no git repository", folder.display())))?;
    let paths = String::from_utf8_lossy(&paths);
    Ok(paths.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn trimmed(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end_matches(['\n', '\r']).to_owned()
}
