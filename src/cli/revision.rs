//! Files as they are in a revision of a git repository. Here git is run, as it
//! alone knows how to read its packs: only to read objects, without its hooks,
//! helpers and settings, which may be those of whoever wrote what is scanned.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::fail::Failure;

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

    /// The commit from which the checkout and this revision went apart, which is
    /// what a change is made on.
    pub(crate) fn merge_base(self) -> Result<Self, Failure> {
        let failed = |why: &str| Failure::Use(format!("{} {}: {why}", self.option, self.name));
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
        /// How many bytes git hands over at once.
        const AT_ONCE: u64 = 64 * 1024 * 1024;
        let failed = |why: String| Failure::Use(format!("{} {}: {why}", self.option, self.name));
        let tree = self.list().map_err(failed)?;
        let mut open: Vec<(&str, &str)> = Vec::new();
        let mut bytes = 0;
        for Entry { mode, id, size, path } in entries(&tree) {
            // A tree is made by whoever makes the commit.
            let is_below = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            if !mode.starts_with(FILE_MODE) || !is_below || !is_wanted(path) {
                continue;
            }
            open.push((id, path));
            bytes += size;
            if bytes > AT_ONCE {
                self.write_blobs(into, &std::mem::take(&mut open)).map_err(failed)?;
                bytes = 0;
            }
        }
        self.write_blobs(into, &open).map_err(failed)
    }

    /// All files, for [`entries`].
    fn list(&self) -> Result<String, String> {
        let tree = git(&self.top, &["ls-tree", "-r", "-l", "-z", "--full-tree", &self.commit])?;
        Ok(String::from_utf8_lossy(&tree.ok_or("git cannot read it")?).into_owned())
    }

    fn write_blobs(&self, into: &Path, blobs: &[(&str, &str)]) -> Result<(), String> {
        if blobs.is_empty() {
            return Ok(());
        }
        let asked: String = blobs.iter().flat_map(|(id, _)| [*id, "\n"]).collect();
        let given = git_with(&self.top, &["cat-file", "--batch"], asked.into_bytes())?;
        let given = given.ok_or("git cannot read it")?;
        let mut rest = given.as_slice();
        for (id, path) in blobs {
            let broken = || format!("git cannot read the object {id}");
            // id SP kind SP size LF bytes LF
            let end = memchr::memchr(b'\n', rest).ok_or_else(broken)?;
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
            let (text, behind) = rest[end + 1..].split_at_checked(size).ok_or_else(broken)?;
            rest = behind.get(1..).ok_or_else(broken)?;
            let path = into.join(path);
            let write = || {
                std::fs::create_dir_all(path.parent().unwrap_or(into))?;
                std::fs::write(&path, text)
            };
            write().map_err(|error: io::Error| error.to_string())?;
        }
        Ok(())
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
        let tree = git(&self.top, &["ls-tree", "-l", "-z", "--full-tree", &self.commit, "--", &relative]);
        let tree = tree.map_err(failed)?.unwrap_or_default();
        let tree = String::from_utf8_lossy(&tree);
        let Some(Entry { mode, id, .. }) = entries(&tree).next() else { return Ok(None) };
        if !mode.starts_with(FILE_MODE) {
            return Err(failed("it is a link or a folder, not a file".to_owned()));
        }
        let text = git(&self.top, &["cat-file", "blob", id]).map_err(failed)?;
        let text = text.ok_or_else(|| failed("git cannot read it".to_owned()))?;
        String::from_utf8(text).map(Some).map_err(|_| failed("it is not UTF-8".to_owned()))
    }

    /// Which of some files below a folder, by their paths from there, are not as
    /// they are in the revision: with the blob that they were, or none for a new
    /// one. Filters of git are not asked, as they are programs.
    pub(crate) fn changed_files<'p>(
        &self,
        folder: &Path,
        paths: impl Iterator<Item = &'p str>,
    ) -> Result<HashMap<&'p str, Option<String>>, Failure> {
        let failed = |why: &str| Failure::Use(format!("{} {}: {why}", self.option, self.name));
        let below = self.below_top(folder).ok_or_else(|| failed("the input lies outside of it"))?;
        let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
        let tree = self.list().map_err(|why| failed(&why))?;
        let below = entries(&tree).filter_map(|entry| Some((entry.path.strip_prefix(&prefix)?, entry.id)));
        let before: HashMap<&str, &str> = below.collect();
        let all: HashSet<&str> = before.values().copied().collect();
        // A name with a line break cannot be asked for.
        let (known, unknown): (Vec<_>, Vec<_>) = paths.partition(|path| !path.contains('\n'));
        let blob = |path: &str| before.get(path).map(|id| (*id).to_owned());
        let mut changed: HashMap<_, _> = unknown.into_iter().map(|path| (path, blob(path))).collect();
        // Below the top, git would look for the paths of standard input at the top.
        let asked: String = known.iter().flat_map(|path| [prefix.as_str(), path, "\n"]).collect();
        let now = git_with(&self.top, &["hash-object", "--no-filters", "--stdin-paths"], asked.into_bytes());
        let now = now.map_err(|why| failed(&why))?.ok_or_else(|| failed("git cannot read the files"))?;
        for (path, now) in known.into_iter().zip(String::from_utf8_lossy(&now).lines()) {
            match blob(path) {
                Some(before) if before != now => {
                    changed.insert(path, Some(before));
                }
                // A file that has only another name is none that changed.
                None if !all.contains(now) => {
                    changed.insert(path, None);
                }
                _ => {}
            }
        }
        Ok(changed)
    }

    /// The bytes of a blob.
    pub(crate) fn blob(&self, id: &str) -> Result<Vec<u8>, Failure> {
        let failed = |why: String| Failure::Use(format!("{} {}: {why}", self.option, self.name));
        let bytes = git(&self.top, &["cat-file", "blob", id]).map_err(failed)?;
        bytes.ok_or_else(|| failed(format!("git cannot read the object {id}")))
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

/// A line of a tree of git.
struct Entry<'t> {
    mode: &'t str,
    id: &'t str,
    /// In bytes.
    size: u64,
    path: &'t str,
}

/// The lines of a tree: mode SP kind SP id SP size TAB path NUL, with more spaces
/// before the size.
fn entries(tree: &str) -> impl Iterator<Item = Entry<'_>> {
    tree.split('\0').filter_map(|line| {
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split_ascii_whitespace();
        let (mode, _kind, id) = (words.next()?, words.next()?, words.next()?);
        let size = words.next()?.parse().unwrap_or(0);
        Some(Entry { mode, id, size, path })
    })
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

/// What git prints; `None` if it says no.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, String> {
    git_with(folder, arguments, Vec::new())
}

/// The same with something to read.
fn git_with(folder: &Path, arguments: &[&str], input: Vec<u8>) -> Result<Option<Vec<u8>>, String> {
    let mut command = Command::new("git");
    // Variables of git could lead to another repository or to programs.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_git(name)) {
        command.env_remove(name);
    }
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", nothing)
        .env("GIT_ATTR_NOSYSTEM", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"])
        // A checkout in a container often belongs to another user. Reading objects
        // of it runs nothing.
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let run = || {
        let mut child = command.spawn()?;
        // It prints while it reads, so somebody else has to write.
        let pipe = child.stdin.take();
        let writer = std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&input)));
        let output = child.wait_with_output();
        let _ = writer.join();
        output
    };
    match run() {
        Ok(output) if output.status.success() => Ok(Some(output.stdout)),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("git is not installed, and only git can read a revision".to_owned())
        }
        Err(error) => Err(format!("git cannot be run: {error}")),
    }
}

fn is_of_git(name: &OsString) -> bool {
    name.to_string_lossy().to_ascii_uppercase().starts_with("GIT_")
}
