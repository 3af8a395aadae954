//! What every command that reads exports does first.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use glidelint::config::{self, Config};
use glidelint::engine::{ReadFile, Reading, instance_notices};
use glidelint::export::{self, FileKind};
use glidelint::finding::Notice;
use glidelint::report::safe;
use glidelint::rule::RuleError;
use glidelint::source::{DiscoverOptions, Discovery, Limits, Source, discover, sha256};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::args::{FromCheckout, InputArgs};
use super::base_files::BaseFiles;
use super::fail::Failure;
use super::revision::Revision;

/// The configuration in force, and the folder its paths are relative to.
pub(crate) struct Found {
    pub(crate) config: Config,
    pub(crate) folder: PathBuf,
    /// The file, or the one that would be found if it were there.
    pub(crate) path: PathBuf,
    /// SHA-256 of its text, if it was read.
    pub(crate) digest: Option<String>,
    /// The revision that it was read from, if not from disk.
    pub(crate) revision: Option<Revision>,
    /// What is read from disk all the same.
    pub(crate) from_checkout: Vec<FromCheckout>,
}

impl Found {
    /// The revision from which something is read, if not from disk.
    pub(crate) fn revision_for(&self, what: FromCheckout) -> Option<&Revision> {
        self.revision.as_ref().filter(|_| !self.from_checkout.contains(&what))
    }

    /// What reports call the file: nothing of the folders above it.
    pub(crate) fn file_name(&self) -> String {
        file_name(&self.path)
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Reads the configuration file, if there is one.
pub(crate) fn configure(input: &InputArgs) -> Result<Found, Failure> {
    let start = input.root.as_deref().or_else(|| input.paths.first().map(PathBuf::as_path));
    let start = start.filter(|path| *path != Path::new("-")).unwrap_or(Path::new("."));
    if let Some(revision) = &input.config_from {
        let found = configure_from(revision, input.config.as_deref(), start)?;
        return Ok(Found { from_checkout: input.from_checkout.clone(), ..found });
    }
    let none = |path: &Path| Found {
        config: Config::default(),
        folder: PathBuf::from("."),
        path: path.join(config::FILE_NAME),
        digest: None,
        revision: None,
        from_checkout: Vec::new(),
    };
    if input.no_config {
        return Ok(none(Path::new(".")));
    }
    let start = std::fs::canonicalize(start).unwrap_or_else(|_| start.to_path_buf());
    let path = input.config.clone().or_else(|| config::find(&start));
    let Some(path) = path else {
        let is_file = start.is_file();
        return Ok(none(if is_file { start.parent().unwrap_or(&start) } else { &start }));
    };
    let folder = path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let config = Config::load(&path)?;
    let digest = std::fs::File::open(&path).ok().and_then(|file| sha256(file).ok());
    Ok(Found { config, folder, path, digest, revision: None, from_checkout: Vec::new() })
}

/// The same from a revision: the file that is named, or the first one at or above
/// the place where the scan begins. A revision may hold none.
fn configure_from(revision: &str, named: Option<&Path>, start: &Path) -> Result<Found, Failure> {
    let revision = Revision::open("--config-from", revision, start)?;
    let read = |path: &Path, text: String| -> Result<Found, Failure> {
        let config = Config::parse(&revision.shown(path), &text)?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let digest = sha256(text.as_bytes()).ok();
        let (path, revision) = (path.to_path_buf(), Some(revision.clone()));
        Ok(Found { config, folder, path, digest, revision, from_checkout: Vec::new() })
    };
    if let Some(named) = named {
        return read(named, revision.text(named)?);
    }
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_path_buf());
    for folder in start.ancestors().filter(|folder| revision.holds(folder)) {
        let path = folder.join(config::FILE_NAME);
        if let Some(text) = revision.find(&path)? {
            return read(&path, text);
        }
    }
    let path = start.join(config::FILE_NAME);
    Ok(Found {
        config: Config::default(),
        folder: start,
        path,
        digest: None,
        revision: Some(revision),
        from_checkout: Vec::new(),
    })
}

/// What to look for, and where.
fn discover_options<'i>(input: &'i InputArgs, config: &Config) -> Result<DiscoverOptions<'i>, Failure> {
    Ok(DiscoverOptions {
        root: input.root.as_deref(),
        exclude: excludes(input, config)?,
        limits: Limits { max_file_size: input.max_file_size, ..Limits::default() },
    })
}

/// Finds the sources that a commit has in the place of the input; `None` where it holds
/// nothing there.
pub(crate) fn sources_before(
    files: &BaseFiles<'_>,
    input: &InputArgs,
    config: &Config,
) -> Result<Option<Discovery>, Failure> {
    let mut discovery = files.discover(&input.paths, &discover_options(input, config)?)?;
    if let Some(discovery) = &mut discovery {
        export::raise_unfollowed(&mut discovery.problems);
    }
    Ok(discovery)
}

/// Finds the sources.
pub(crate) fn sources(input: &InputArgs, config: &Config) -> Result<Discovery, Failure> {
    let options = discover_options(input, config)?;
    // A second call in one process finds the pool made; it keeps its size.
    if let Some(jobs) = input.jobs {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    }
    let mut discovery = discover(&input.paths, &options)?;
    export::raise_unfollowed(&mut discovery.problems);
    if input.jobs.is_none() && is_little(&discovery.sources) {
        // The thread that is there will do; starting others takes longer.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    }
    Ok(discovery)
}

fn is_little(sources: &[Source]) -> bool {
    const LITTLE: u64 = 64 * 1024;
    let bytes = sources.iter().try_fold(0_u64, |sum, source| sum.checked_add(source.size()?));
    bytes.is_some_and(|bytes| bytes <= LITTLE)
}

fn excludes(input: &InputArgs, config: &Config) -> Result<GlobSet, Failure> {
    let mut globs = GlobSetBuilder::new();
    let add = |globs: &mut GlobSetBuilder, text: &str| -> Result<(), globset::Error> {
        globs.add(GlobBuilder::new(text).literal_separator(true).build()?);
        Ok(())
    };
    for glob in &input.exclude {
        add(&mut globs, glob).map_err(|error| Failure::Use(format!("--exclude: {error}")))?;
    }
    for glob in &config.exclude {
        add(&mut globs, &glob.value)
            .map_err(|error| RuleError::at(config::FILE_NAME, glob, error.to_string()))?;
    }
    globs.build().map_err(|error| Failure::Use(format!("--exclude: {error}")))
}

/// What went wrong with the input, by path and place.
pub(crate) fn notices(discovery: &Discovery, reading: &Reading<'_>) -> Vec<Notice> {
    let mut notices = file_notices(discovery, &reading.files);
    notices.extend(instance_notices(&reading.instance, &|source| discovery.path(source)));
    sorted(notices)
}

/// Says on standard error what went wrong: for commands without a report.
pub(crate) fn say(notices: &[Notice]) {
    let mut stderr = std::io::stderr().lock();
    for notice in notices {
        let _ = writeln!(stderr, "{}: {}", safe::terminal(&notice.path), safe::terminal(&notice.message));
    }
}

/// The same for files of which no records were kept.
pub(crate) fn file_notices(discovery: &Discovery, files: &[ReadFile]) -> Vec<Notice> {
    let found = discovery.problems.iter().map(|(path, problem)| Notice::of(problem.clone(), path, None));
    let mut notices: Vec<_> = found.collect();
    for file in files {
        let path = discovery.path(file.source);
        for problem in &file.report.problems {
            notices.push(Notice::of(problem.clone(), path, Some(file.source)));
        }
    }
    sorted(notices)
}

fn sorted(mut notices: Vec<Notice>) -> Vec<Notice> {
    notices.sort_by(|left, right| {
        (&left.path, left.at, &left.message).cmp(&(&right.path, right.at, &right.message))
    });
    notices
}

/// Whether something could not be read.
pub(crate) fn is_incomplete(notices: &[Notice]) -> bool {
    notices.iter().any(Notice::is_loss)
}

/// Whether any file holds something that an instance writes.
pub(crate) fn is_empty(files: &[ReadFile]) -> bool {
    files.iter().all(|file| file.report.kind == FileKind::Other || file.report.tables.is_empty())
}
