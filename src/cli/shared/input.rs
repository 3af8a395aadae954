//! What every command that reads exports does first.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use glidelint::config::{self, Config};
use glidelint::facts::Options;
use glidelint::finding::Notice;
use glidelint::report::safe;
use glidelint::rule::RuleError;
use glidelint::scan::find_sources;
use glidelint::source::{DiscoverOptions, Discovery, Limits, Source, sha256};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::exit::Exit;
use super::fail::Failure;
use super::parse::parse_size;
use super::revision::Revision;

/// What is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct InputArgs {
    /// Files and folders to read; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Paths in reports are relative to this folder [default: the git root above the first path, else the
    /// folder that holds all paths]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Do not read paths that match (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Threads to use [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Do not read files larger than this, such as 500M
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_file_size: Option<u64>,
    /// Configuration file [default: .glidelint.yaml at or above the root, or the first path]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Read the configuration, rule packs and the baseline as they are in this revision of the git
    /// repository, so that a change cannot accept its own findings
    #[arg(long, value_name = "REV", conflicts_with = "no_config")]
    pub(crate) config_from: Option<String>,
    /// With --config-from, take these as they are checked out all the same
    #[arg(long, value_name = "WHAT", value_delimiter = ',', requires = "config_from")]
    pub(crate) from_checkout: Vec<FromCheckout>,
    /// Exit as if everything could be read
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
}

/// What a change may bring itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FromCheckout {
    Packs,
    Baseline,
}

impl InputArgs {
    /// The same for other paths.
    pub(crate) fn of(&self, paths: &[PathBuf]) -> Self {
        Self { paths: paths.to_vec(), ..self.clone() }
    }

    /// How a command ends whose input could not be read whole, or holds nothing.
    pub(crate) fn end(&self, notices: &[Notice], is_empty: bool) -> Option<Exit> {
        if is_incomplete(notices) && !self.allow_incomplete {
            return Some(Exit::Incomplete);
        }
        is_empty.then_some(Exit::NothingToScan)
    }
}

/// The configuration in force, and the folder its paths are relative to.
pub(crate) struct FoundConfig {
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

impl FoundConfig {
    /// The revision from which something is read, if not from disk.
    pub(crate) fn revision_for(&self, what: FromCheckout) -> Option<&Revision> {
        self.revision.as_ref().filter(|_| !self.from_checkout.contains(&what))
    }

    /// How sources are understood by a command that asks what they show.
    pub(crate) fn options(&self) -> Options {
        Options {
            complete: self.config.complete.iter().map(|table| table.value.clone()).collect(),
            trust_tables: true,
            ..Options::default()
        }
    }

    /// What is written stands in the working tree, so it must be read from there as well.
    pub(crate) fn refuse_revision(&self) -> Result<(), Failure> {
        match &self.revision {
            Some(_) => Err(Failure::Use("--config-from only reads; this command writes".to_owned())),
            None => Ok(()),
        }
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
pub(crate) fn configure(input: &InputArgs) -> Result<FoundConfig, Failure> {
    let start = input.root.as_deref().or_else(|| input.paths.first().map(PathBuf::as_path));
    let start = start.filter(|path| *path != Path::new("-")).unwrap_or(Path::new("."));
    if let Some(revision) = &input.config_from {
        let found = configure_from(revision, input.config.as_deref(), start)?;
        return Ok(FoundConfig { from_checkout: input.from_checkout.clone(), ..found });
    }
    let none = |path: &Path| FoundConfig {
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
    Ok(FoundConfig { config, folder, path, digest, revision: None, from_checkout: Vec::new() })
}

/// The same from a revision: the file that is named, or the first one at or above
/// the place where the scan begins. A revision may hold none.
fn configure_from(revision: &str, named: Option<&Path>, start: &Path) -> Result<FoundConfig, Failure> {
    let revision = Revision::open("--config-from", revision, start)?;
    let read = |path: &Path, text: String| -> Result<FoundConfig, Failure> {
        let config = Config::parse(&revision.shown(path), &text)?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let digest = sha256(text.as_bytes()).ok();
        let (path, revision) = (path.to_path_buf(), Some(revision.clone()));
        Ok(FoundConfig { config, folder, path, digest, revision, from_checkout: Vec::new() })
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
    Ok(FoundConfig {
        config: Config::default(),
        folder: start,
        path,
        digest: None,
        revision: Some(revision),
        from_checkout: Vec::new(),
    })
}

/// What to look for, and where.
pub(crate) fn discover_options<'i>(
    input: &'i InputArgs,
    config: &Config,
) -> Result<DiscoverOptions<'i>, Failure> {
    Ok(DiscoverOptions {
        root: input.root.as_deref(),
        exclude: excludes(input, config)?,
        limits: Limits { max_file_size: input.max_file_size, ..Limits::default() },
    })
}

/// Finds the sources.
pub(crate) fn sources(input: &InputArgs, config: &Config) -> Result<Discovery, Failure> {
    let options = discover_options(input, config)?;
    // A second call in one process finds the pool made; it keeps its size.
    if let Some(jobs) = input.jobs {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
    }
    let discovery = find_sources(&input.paths, &options)?;
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

/// Says on standard error what went wrong: for commands without a report.
pub(crate) fn say(notices: &[Notice]) {
    let mut stderr = std::io::stderr().lock();
    for notice in notices {
        let _ = writeln!(stderr, "{}: {}", safe::terminal(&notice.path), safe::terminal(&notice.message));
    }
}

/// Whether something could not be read.
pub(crate) fn is_incomplete(notices: &[Notice]) -> bool {
    notices.iter().any(Notice::is_loss)
}
