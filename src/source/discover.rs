//! From the paths of a command line to sources.

use super::archive::{self, Listing, tar};
use super::bytes::{Stored, count, fill, read_once, unwritable};
use super::gzip;
use super::limits::Limits;
use super::named_file::OpenFiles;
use super::open::Source;
use super::packings;
use super::problem::{Problem, ProblemKind};
use super::root::{self, Given};
use super::walk::Walker;
use super::walked::Walked;
use super::workbook;
use globset::GlobSet;
use rayon::prelude::*;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many files one thread looks at by itself.
const FEW: usize = 64;

/// The path that stands for standard input, and how it is reported.
const STANDARD_INPUT: (&str, &str) = ("-", "stdin");

/// What to look for, and where.
#[derive(Debug, Clone, Default)]
pub struct DiscoverOptions<'a> {
    /// Paths are reported relative to this directory. `None`: the git root above
    /// the first path, else the directory that has all the paths.
    pub root: Option<&'a Path>,
    /// Reported paths that are left out: directories, files, members of archives.
    /// A file named on the command line is scanned all the same.
    pub exclude: GlobSet,
    /// How much is read of one input.
    pub limits: Limits,
}

/// What was found.
#[derive(Debug)]
pub struct Discovery {
    /// The root, absolute.
    pub root: PathBuf,
    /// What is to be scanned, in the order of the reported paths.
    pub sources: Vec<Source>,
    /// What cannot be scanned, or not as it is, with the reported paths, in their
    /// order.
    pub problems: Vec<(String, Problem)>,
    /// Which folders were looked through, and what in them was not taken.
    pub walked: Walked,
}

impl Discovery {
    /// A source by its index in scan order.
    #[must_use]
    pub fn source(&self, source: u32) -> Option<&Source> {
        self.sources.get(usize::try_from(source).ok()?)
    }

    /// The reported path of a source; empty where there is none of that index.
    #[must_use]
    pub fn path(&self, source: u32) -> &str {
        self.source(source).map_or("", Source::path)
    }
}

/// Why no scan can start: the command line has to be corrected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoverError {
    /// A path leads nowhere.
    #[error("`{}` does not exist", path.display())]
    NotFound {
        /// As it was given.
        path: PathBuf,
    },
    /// The system refuses to say what a path is.
    #[error("`{}` cannot be used: {reason}", path.display())]
    PathUnusable {
        /// As it was given.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The root is no directory, or cannot be found.
    #[error("the root `{}` cannot be used: {reason}", root.display())]
    RootUnusable {
        /// As it was given.
        root: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A path is not in the root that was asked for.
    #[error("`{}` lies outside the root `{}`: give a root that holds every path", path.display(), root.display())]
    OutsideRoot {
        /// The path, absolute.
        path: PathBuf,
        /// The root, absolute.
        root: PathBuf,
    },
    /// Two paths have no directory in common, as on two drives of Windows.
    #[error("no directory holds both `{}` and `{}`: scan them one after the other", first.display(), other.display())]
    NoCommonRoot {
        /// One of them.
        first: PathBuf,
        /// The other.
        other: PathBuf,
    },
}

/// Finds what is to be scanned in and below `paths`; `-` is standard input.
///
/// Every regular file is taken: the content decides what it is, not the name, and
/// no ignore file is obeyed. Hidden files and directories are taken too, but for
/// directories called `.git`. A zip or tar archive, packed with gzip or not, is
/// its members; a member that is an archive is not opened. Symbolic links are followed where they lead into the
/// root or into one of the paths. A file that several ways lead to is taken once.
/// Pipes, sockets and devices are never opened.
///
/// # Errors
/// A path does not exist, or the root cannot be used. What is wrong with a file
/// that was found is in [`Discovery::problems`].
pub fn discover(paths: &[PathBuf], options: &DiscoverOptions<'_>) -> Result<Discovery, DiscoverError> {
    discover_with(paths, options, &mut io::stdin())
}

fn discover_with(
    paths: &[PathBuf],
    options: &DiscoverOptions<'_>,
    standard_input: &mut dyn Read,
) -> Result<Discovery, DiscoverError> {
    let is_input = |path: &&PathBuf| path.as_os_str() == STANDARD_INPUT.0;
    let given: Vec<Given> =
        paths.iter().filter(|path| !is_input(path)).map(|path| Given::new(path)).collect::<Result<_, _>>()?;
    let root = root::find(options.root, &given)?;
    let mut walker = Walker::new(&root, &options.exclude, &given);
    for given in &given {
        walker.add(given);
    }
    walker.walk();
    let (mut found, problems, seen) = (walker.found, walker.problems, walker.seen);
    let mut collected = Collected { problems, ..Collected::new(options) };
    // Where several ways lead to a file, the plainest is reported.
    found.sort_by(|a, b| (a.way, &a.reported).cmp(&(b.way, &b.reported)));
    let mut known = HashSet::new();
    found.retain(|file| {
        let is_new = known.insert(file.real.clone());
        if !is_new {
            collected.left_out.push(file.reported.clone());
        }
        is_new
    });
    let files = given.iter().filter(|given| given.metadata.is_file());
    let named: HashSet<&Path> = files.map(|given| given.real.as_path()).collect();
    let unopened = found.into_iter().map(|file| {
        let is_named = named.contains(file.real.as_path());
        let stored = Stored::File(collected.open_files.file(file.real));
        Unopened { path: file.reported, stored, size: file.size, is_named }
    });
    let unopened = unopened.collect();
    collected.look(unopened);
    if paths.iter().any(|path| is_input(&path)) {
        let path = STANDARD_INPUT.1.to_owned();
        match spool(standard_input, &options.limits) {
            Ok((stored, size)) => {
                let content = Content::of(&stored, size, &options.limits, &path).of_named(&stored);
                collected.add(path, stored, size, content);
            }
            Err(problem) => collected.problems.push((path, problem)),
        }
    }
    Ok(collected.finish(root, seen))
}

/// A file that nobody looked into yet.
struct Unopened {
    /// As it is reported.
    path: String,
    stored: Stored,
    size: u64,
    /// Whether somebody named it, rather than its folder.
    is_named: bool,
}

struct Collected<'a> {
    sources: Vec<Source>,
    problems: Vec<(String, Problem)>,
    /// Files and members that are no source and have no problem.
    left_out: Vec<String>,
    options: &'a DiscoverOptions<'a>,
    open_files: Arc<OpenFiles>,
}

impl<'a> Collected<'a> {
    /// Nothing yet.
    fn new(options: &'a DiscoverOptions<'a>) -> Self {
        let (sources, problems, left_out) = (Vec::new(), Vec::new(), Vec::new());
        Self { sources, problems, left_out, options, open_files: Arc::default() }
    }

    /// Looks what files are, and adds them.
    fn look(&mut self, files: Vec<Unopened>) {
        let limits = &self.options.limits;
        let look = |file: Unopened| {
            let content = Content::of(&file.stored, file.size, limits, &file.path);
            let content = if file.is_named { content.of_named(&file.stored) } else { content };
            (file, content)
        };
        // Thousands of small files take longer to open than to read. A few do not,
        // and starting threads for them would.
        let looked: Vec<_> = if files.len() > FEW {
            files.into_par_iter().map(look).collect()
        } else {
            files.into_iter().map(look).collect()
        };
        for (Unopened { path, stored, size, .. }, content) in looked {
            self.add(path, stored, size, content);
        }
    }

    /// Everything that was found, in order.
    fn finish(self, root: PathBuf, mut walked: Walked) -> Discovery {
        let Self { mut sources, mut problems, left_out, .. } = self;
        sources.sort_by(|a, b| a.path().cmp(b.path()));
        problems.sort_by(|(a, _), (b, _)| a.cmp(b));
        walked.leave_out(left_out, |path| sources.binary_search_by_key(&path, Source::path).is_ok());
        Discovery { root, sources, problems, walked }
    }

    /// Adds a file, or the members of an archive.
    fn add(&mut self, path: String, stored: Stored, size: u64, content: Content) {
        match content {
            Content::File => self.sources.push(Source::file(path, stored, size, &self.options.limits)),
            Content::Archive(listing) => self.add_members(&path, &stored, listing),
            Content::Packed(listing, expanded) => self.add_members(&path, &expanded, listing),
            Content::Workbook(sheets) => self.add_sheets(&path, &stored, size, sheets),
            Content::None(problem) => self.problems.push((path, problem)),
        }
    }

    fn add_sheets(&mut self, path: &str, stored: &Stored, size: u64, sheets: Vec<String>) {
        let mut size = size;
        for sheet in sheets {
            let (shown, _) = archive::clean_name(&sheet);
            let (stored, limits) = (stored.clone(), &self.options.limits);
            // The bytes on disk count once.
            let source = Source::sheet(path, (sheet, &shown), stored, std::mem::take(&mut size), limits);
            if !self.options.exclude.is_match(source.path()) {
                self.sources.push(source);
            }
        }
    }

    fn add_members(&mut self, archive_path: &str, stored: &Stored, listing: Listing) {
        let exclude = &self.options.exclude;
        for (name, problem) in listing.problems {
            let path =
                if name.is_empty() { archive_path.to_owned() } else { format!("{archive_path}!/{name}") };
            if exclude.is_match(&path) {
                self.left_out.push(path);
            } else {
                self.problems.push((path, problem));
            }
        }
        for (name, member) in listing.members {
            let source = Source::member(archive_path, &name, stored.clone(), member, &self.options.limits);
            if exclude.is_match(source.path()) {
                self.left_out.push(source.path().to_owned());
            } else {
                self.sources.push(source);
            }
        }
    }
}

/// What a file turns out to be.
enum Content {
    File,
    Archive(Listing),
    /// An archive that was packed, and is expanded here.
    Packed(Listing, Stored),
    /// Its sheets by name.
    Workbook(Vec<String>),
    None(Problem),
}

impl Content {
    fn of(stored: &Stored, size: u64, limits: &Limits, path: &str) -> Self {
        if let Some(problem) = limits.refuse_size(size) {
            return Self::None(problem);
        }
        let mut head = [0; 512];
        let looked = stored.view().and_then(|mut view| {
            let filled = fill(&mut view, &mut head)?;
            if archive::is_zip(&head[..filled]) {
                return Ok(Some(Front::Archive));
            }
            if tar::is_tar(&head[..filled]) {
                return Ok(Some(Front::Tar));
            }
            if gzip::is_gzip(&head[..filled]) {
                return Ok(Some(Front::Gzip));
            }
            Ok(archive::is_behind(&mut view, path)?
                .then_some(Front::Other([head[0], head[1], head[2], head[3]])))
        });
        match looked {
            Ok(None) => Self::File,
            Ok(Some(Front::Archive)) => archive::list(stored, limits).map_or_else(Self::None, |listing| {
                if !workbook::is_workbook(&listing) {
                    return Self::Archive(listing);
                }
                workbook::sheets(stored, &listing).map_or_else(Self::None, Self::Workbook)
            }),
            Ok(Some(Front::Tar)) => tar::list(stored, limits).map_or_else(Self::None, Self::Archive),
            Ok(Some(Front::Gzip)) => Self::of_gzip(stored, limits).unwrap_or_else(Self::None),
            // What only ends like an archive may be something else.
            Ok(Some(Front::Other(head))) => archive::list(stored, limits)
                .map_or(Self::File, |listing| Self::Archive(say_prefix(listing, head))),
            Err(error) => Self::None(Problem::from_io(error)),
        }
    }
}

impl Content {
    /// Of a file that somebody named: what is packed and cannot be opened is lost.
    fn of_named(self, stored: &Stored) -> Self {
        match (self, packings::refuse_stored(stored)) {
            (Self::File, Ok(Some(problem))) => {
                Self::None(Problem { kind: ProblemKind::Unreadable, ..problem })
            }
            (content, _) => content,
        }
    }

    fn of_gzip(stored: &Stored, limits: &Limits) -> Result<Self, Problem> {
        let Some((expanded, problem)) = tar::expand(stored, limits)? else { return Ok(Self::File) };
        let mut listing = tar::list(&expanded, limits)?;
        if let Some(problem) = problem {
            // That the archive has no end then says nothing more.
            listing.problems.retain(|(name, _)| !name.is_empty());
            listing.problems.push((String::new(), problem));
        }
        Ok(Self::Packed(listing, expanded))
    }
}

/// What a file with an archive in it begins with.
enum Front {
    Archive,
    Tar,
    /// It may be a tar archive that is packed.
    Gzip,
    /// Something else, of which these are the first bytes.
    Other([u8; 4]),
}

/// Says what stands before an archive. A program that unpacks it is nothing of
/// ours; anything else may be an export that the archive hides.
fn say_prefix(mut listing: Listing, head: [u8; 4]) -> Listing {
    let is_program = [&b"MZ"[..], b"\x7fELF", b"#!"].iter().any(|magic| head.starts_with(magic));
    let kind = if is_program { ProblemKind::Skipped } else { ProblemKind::Broken };
    let message = format!("{} bytes in front of the archive are not read", listing.prefix);
    listing.problems.insert(0, (String::new(), Problem::new(kind, message)));
    listing
}

/// Copies standard input to a file without a name, which only this process can
/// read: sources are opened more than once.
fn spool(input: &mut dyn Read, limits: &Limits) -> Result<(Stored, u64), Problem> {
    let mut file: File = tempfile::tempfile().map_err(|error| unwritable(&error))?;
    let mut block = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let filled = read_once(input, &mut block).map_err(Problem::from_io)?;
        if filled == 0 {
            break;
        }
        size += count(filled);
        if let Some(problem) = limits.refuse_size(size) {
            return Err(problem);
        }
        file.write_all(&block[..filled]).map_err(|error| unwritable(&error))?;
    }
    Ok((Stored::Spool(Arc::new(file)), size))
}

mod listed;

pub use listed::{Bytes, Chosen};

#[cfg(test)]
mod tests;
