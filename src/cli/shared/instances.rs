//! Which files are of which instance, where the configuration names several.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use glidelint::config::{Config, InstanceGlobs, NamedInstance};
use glidelint::export::{self, FileKind, RecordSink, Select};
use glidelint::record::{Record, Wanted};
use glidelint::report::safe;
use glidelint::source::{Discovery, Problem, ProblemKind, Source, Walked, more_like_it};
use rayon::prelude::*;

use super::fail::Failure;
use super::input::{self, InputArgs};

/// What is said of an export that no glob matches.
const NO_INSTANCE: &str =
    "matches no glob of instances: in the configuration, and was not judged: cover it, or exclude it";

/// The files of one instance, and its name if it has one.
pub(crate) struct InstanceFiles {
    pub(crate) name: Option<String>,
    pub(crate) discovery: Discovery,
}

/// Finds the sources of one instance: for commands that look at one. The name is
/// that of `--instance`, if the command has it.
pub(crate) fn only(input: &InputArgs, config: &Config, name: Option<&str>) -> Result<InstanceFiles, Failure> {
    only_of(input::sources(input, config)?, config, name)
}

/// The same of sources that were found already.
pub(crate) fn only_of(
    discovery: Discovery,
    config: &Config,
    name: Option<&str>,
) -> Result<InstanceFiles, Failure> {
    let mut parts = divided(discovery, &config.instances, name)?;
    if parts.len() > 1 {
        let names: Vec<_> = parts.iter().filter_map(|part| part.name.as_deref()).collect();
        return Err(Failure::Use(format!(
            "these are files of several instances ({}), which are not joined: give the folder of one, or \
             --instance NAME where the command has it",
            names.join(", ")
        )));
    }
    parts.pop().ok_or_else(|| Failure::Use("no instance".to_owned()))
}

/// Finds the sources, and divides them by instance, in the order of the
/// configuration. There is always one part at least.
pub(crate) fn all(
    input: &InputArgs,
    config: &Config,
    name: Option<&str>,
) -> Result<Vec<InstanceFiles>, Failure> {
    divided(input::sources(input, config)?, &config.instances, name)
}

fn divided(
    discovery: Discovery,
    instances: &[NamedInstance],
    name: Option<&str>,
) -> Result<Vec<InstanceFiles>, Failure> {
    if instances.is_empty() {
        return Ok(vec![InstanceFiles { name: name.map(str::to_owned), discovery }]);
    }
    let globs = InstanceGlobs::new(instances);
    let mut split = Split::new(&discovery.root, instances.len());
    let walked = discovery.walked;
    for source in discovery.sources {
        match instance_of(&globs, source.path())? {
            Some(at) => split.parts[at].sources.push(source),
            None => split.rest.sources.push(source),
        }
    }
    for problem in discovery.problems {
        match instance_of(&globs, &problem.0)? {
            Some(at) => split.parts[at].problems.push(problem),
            None => split.rest.problems.push(problem),
        }
    }
    split.tell_what_is_elsewhere(&walked);
    split.choose(instances, name)
}

fn instance_of(globs: &InstanceGlobs, path: &str) -> Result<Option<usize>, Failure> {
    globs.of(path).map_err(|overlap| {
        let ((first, one), (second, other)) = (&overlap.first, &overlap.second);
        Failure::Use(format!(
            "instances: `{}` is of two: '{one}' of {first} and '{other}' of {second} match it",
            safe::terminal(path)
        ))
    })
}

/// Files by instance, and those of none.
struct Split {
    parts: Vec<Discovery>,
    rest: Discovery,
}

impl Split {
    fn new(root: &Path, count: usize) -> Self {
        let empty = || Discovery {
            root: root.to_path_buf(),
            sources: Vec::new(),
            problems: Vec::new(),
            walked: Walked::default(),
        };
        Self { parts: (0..count).map(|_| empty()).collect(), rest: empty() }
    }

    /// To each part, what is of another one was not given.
    fn tell_what_is_elsewhere(&mut self, walked: &Walked) {
        let paths_of = |part: &Discovery| -> Vec<String> {
            let sources = part.sources.iter().map(|source| source.path().to_owned());
            sources.chain(part.problems.iter().map(|(path, _)| path.clone())).collect()
        };
        let all: Vec<_> = self.parts.iter().chain([&self.rest]).flat_map(paths_of).collect();
        for part in self.parts.iter_mut().chain([&mut self.rest]) {
            let own: HashSet<_> = paths_of(part).into_iter().collect();
            part.walked = walked.clone();
            part.walked.leave_out(all.iter().cloned(), |path| own.contains(path));
        }
    }

    fn choose(self, instances: &[NamedInstance], name: Option<&str>) -> Result<Vec<InstanceFiles>, Failure> {
        let is_named = |at: usize| name.is_none_or(|name| instances[at].name.value == name);
        let names: Vec<_> = instances.iter().map(|instance| instance.name.value.as_str()).collect();
        let is_empty = self.parts.iter().all(|part| part.sources.is_empty() && part.problems.is_empty());
        let is_foreign = name.is_some_and(|name| !names.contains(&name));
        if is_foreign && !is_empty {
            let names = names.join(", ");
            return Err(Failure::Use(format!(
                "--instance: the files are of instances of the configuration ({names}); name one of these"
            )));
        }
        let unassigned = unassigned(&self.rest);
        // Nothing is of an instance that the configuration knows: all of it is of the
        // one that was named, or there is nothing to judge.
        if is_foreign || is_empty && name.is_none() && unassigned.is_empty() {
            return Ok(vec![InstanceFiles { name: name.map(str::to_owned), discovery: self.rest }]);
        }
        if is_empty && name.is_none() {
            return Err(Failure::Use(format!(
                "no file matches a glob of instances: in the configuration ({}); --instance NAME says of \
                 which instance these are",
                names.join(", ")
            )));
        }
        // What went wrong with a file of no instance may be of any.
        let shared: Vec<_> = self.rest.problems.into_iter().chain(unassigned).collect();
        let parts = self.parts.into_iter().enumerate().filter(|(at, part)| {
            is_named(*at) && (name.is_some() || !part.sources.is_empty() || !part.problems.is_empty())
        });
        let part = |(at, mut discovery): (usize, Discovery)| {
            discovery.problems.extend(shared.iter().cloned());
            discovery.problems.sort_by(|left, right| left.0.cmp(&right.0));
            InstanceFiles { name: Some(names[at].to_owned()), discovery }
        };
        Ok(parts.map(part).collect())
    }
}

/// The exports among files of no instance: of each folder the first one is named.
/// Other files are nothing to anybody.
fn unassigned(rest: &Discovery) -> Vec<(String, Problem)> {
    let nothing = Wanted::new();
    let is_export = |source: &&Source| {
        let report = export::read(source, Select::Wanted(&nothing), &mut Nobody);
        report.kind != FileKind::Other || report.has_loss()
    };
    let paths: Vec<_> = rest.sources.par_iter().filter(is_export).map(Source::path).collect();
    let mut folders: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    for path in paths {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_insert((path, 0)).1 += 1;
    }
    let say = |(path, count): (&str, u64)| {
        let more = more_like_it(count, ["export of this folder", "exports of this folder"]);
        (path.to_owned(), Problem::new(ProblemKind::NoInstance, format!("{NO_INSTANCE}{more}")))
    };
    folders.into_values().map(say).collect()
}

/// Takes no record.
struct Nobody;

impl RecordSink for Nobody {
    fn record(&mut self, _record: &Record<'_>) {}
}
