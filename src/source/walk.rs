//! Walking directories: every regular file, whatever its name.
//!
//! Be advised: links are resolved here, not by the walking library, because a
//! link is followed only where its target was asked for, and because a directory
//! must not be walked twice, however many links lead to it.

use super::problem::{Problem, ProblemKind, in_words};
use super::root::{Given, report};
use super::walked::Walked;
use globset::GlobSet;
use std::collections::VecDeque;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A regular file, and how the walk reached it.
#[derive(Debug)]
pub(super) struct WalkedFile {
    /// Its path, as reported.
    pub(super) reported: String,
    /// Its path with all links resolved: the same whichever way leads to it.
    pub(super) real: PathBuf,
    pub(super) size: u64,
    pub(super) way: Way,
}

/// How a file was found: where several ways lead to one file, the least is
/// reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Direct,
    Link,
}

/// A directory to walk: where it is seen, and where it really is.
struct Directory {
    seen: PathBuf,
    real: PathBuf,
    way: Way,
}

/// Finds files in and below the given paths.
pub(super) struct Walker<'a> {
    root: &'a Path,
    exclude: &'a GlobSet,
    /// Links may lead into these.
    allowed: Vec<PathBuf>,
    waiting: VecDeque<Directory>,
    walked: Vec<PathBuf>,
    pub(super) found: Vec<WalkedFile>,
    pub(super) problems: Vec<(String, Problem)>,
    pub(super) seen: Walked,
}

impl<'a> Walker<'a> {
    pub(super) fn new(root: &'a Path, exclude: &'a GlobSet, given: &[Given]) -> Self {
        let mut allowed = vec![root.to_owned()];
        allowed.extend(given.iter().map(|given| given.real.clone()));
        Self {
            root,
            exclude,
            allowed,
            waiting: VecDeque::new(),
            walked: Vec::new(),
            found: Vec::new(),
            problems: Vec::new(),
            seen: Walked::default(),
        }
    }

    /// Takes a path of the command line. A file is taken whatever is excluded.
    pub(super) fn add(&mut self, given: &Given) {
        if given.metadata.is_dir() {
            self.waiting.push_back(Directory {
                seen: given.path.clone(),
                real: given.real.clone(),
                way: Way::Direct,
            });
        } else if given.metadata.is_file() {
            self.take(&given.path, given.real.clone(), given.metadata.len(), Way::Direct);
        } else {
            let message = "a pipe, socket or device, not a file: give `-` to read standard input";
            self.problem(&given.path, ProblemKind::Unreadable, message);
        }
    }

    /// Walks every directory that was added. Directories behind links come after
    /// those of the command line, and only where these did not hold them.
    pub(super) fn walk(&mut self) {
        while let Some(directory) = self.waiting.pop_front() {
            let reported = report(self.root, &directory.seen).path;
            if !self.was_walked(&directory.real) {
                self.walk_one(&directory);
                self.seen.walk(reported);
                self.walked.push(directory.real);
            } else if directory.way == Way::Link {
                // Its files have other paths.
                self.seen.leave_out_folder(reported);
            }
        }
    }

    /// Whether an earlier walk has seen this directory. Below it that is sure only
    /// where nothing is left out: patterns are matched with reported paths, which
    /// differ for each way to a directory, and `.git` is never walked into.
    fn was_walked(&self, real: &Path) -> bool {
        self.walked.iter().any(|walked| match real.strip_prefix(walked) {
            Ok(below) if self.exclude.is_empty() => below.iter().all(|name| name != ".git"),
            Ok(below) => below.as_os_str().is_empty(),
            Err(_) => false,
        })
    }

    fn walk_one(&mut self, directory: &Directory) {
        let mut entries = WalkDir::new(&directory.real).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&directory.real);
                    let path = seen_at(directory, path);
                    let reason = error.io_error().map_or_else(|| error.to_string(), in_words);
                    self.problem(&path, ProblemKind::Unreadable, &format!("cannot be read: {reason}"));
                    continue;
                }
            };
            if entry.depth() == 0 {
                continue;
            }
            let kind = entry.file_type();
            let seen = seen_at(directory, entry.path());
            let reported = report(self.root, &seen).path;
            if kind.is_dir() && entry.file_name() == ".git" {
                entries.skip_current_dir();
            } else if self.exclude.is_match(&reported) {
                if kind.is_dir() {
                    self.seen.leave_out_folder(reported);
                    entries.skip_current_dir();
                } else {
                    self.seen.leave_out_file(reported);
                }
            } else if kind.is_file() {
                match entry.metadata() {
                    Ok(metadata) => self.take(&seen, entry.into_path(), metadata.len(), directory.way),
                    Err(error) => {
                        let reason = error.io_error().map_or_else(|| error.to_string(), in_words);
                        self.problem(&seen, ProblemKind::Unreadable, &format!("cannot be read: {reason}"));
                    }
                }
            } else if kind.is_symlink() {
                self.follow(&seen, entry.path());
            } else if !kind.is_dir() {
                self.problem(&seen, ProblemKind::Skipped, "a pipe, socket or device, not a file");
            }
        }
    }

    fn follow(&mut self, seen: &Path, link: &Path) {
        let resolved = fs::canonicalize(link).and_then(|real| Ok((fs::metadata(&real)?, real)));
        let (metadata, real): (Metadata, PathBuf) = match resolved {
            Ok(resolved) => resolved,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let target = fs::read_link(link).unwrap_or_default();
                let target = target.to_string_lossy();
                // git-annex keeps the content elsewhere; the target tells where.
                let message = match target.rsplit_once("/annex/objects/") {
                    Some(_) => format!("a symbolic link that leads nowhere: {target}"),
                    None => "a symbolic link that leads nowhere".to_owned(),
                };
                return self.problem(seen, ProblemKind::Skipped, &message);
            }
            Err(error) => {
                let message = format!("a symbolic link that cannot be followed: {}", in_words(&error));
                return self.problem(seen, ProblemKind::Skipped, &message);
            }
        };
        if !self.allowed.iter().any(|allowed| real.starts_with(allowed)) {
            self.problem(
                seen,
                ProblemKind::Skipped,
                "a symbolic link that leads out of the root: not followed",
            );
        } else if metadata.is_dir() {
            self.waiting.push_back(Directory { seen: seen.to_owned(), real, way: Way::Link });
        } else if metadata.is_file() {
            self.take(seen, real, metadata.len(), Way::Link);
        } else {
            self.problem(seen, ProblemKind::Skipped, "a symbolic link to a pipe, socket or device");
        }
    }

    fn take(&mut self, seen: &Path, real: PathBuf, size: u64, way: Way) {
        let reported = report(self.root, seen);
        if !reported.exact {
            let message = "the file's name is not Unicode: shown with U+FFFD";
            self.problem(seen, ProblemKind::UnsafeName, message);
        }
        self.found.push(WalkedFile { reported: reported.path, real, size, way });
    }

    fn problem(&mut self, seen: &Path, kind: ProblemKind, message: &str) {
        self.problems.push((report(self.root, seen).path, Problem::new(kind, message)));
    }
}

/// Where `real`, which lies in the directory, is seen.
fn seen_at(directory: &Directory, real: &Path) -> PathBuf {
    match real.strip_prefix(&directory.real) {
        Ok(below) if !below.as_os_str().is_empty() => directory.seen.join(below),
        _ => directory.seen.clone(),
    }
}
