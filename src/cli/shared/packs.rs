//! The rules that a command works with: our own, and those that its user brings.

use std::path::{Path, PathBuf};

use glidelint::finding::Notice;
use glidelint::instance::load_rules;
use glidelint::report::safe;
use glidelint::rule::file::RuleFile;
use glidelint::rule::{NotPortable, PackFiles, Weakened, adopt, builtin, is_built_in_name};

use super::checkout::Checkout;
use super::fail::Failure;
use super::input::{FoundConfig, file_name};
use super::revision::Revision;

/// Packs of rules, and the checks that could not become rules.
#[derive(Default)]
pub(crate) struct Packs {
    pub(crate) files: Vec<PackFiles>,
    pub(crate) not_portable: Vec<NotPortable>,
    /// How many checks became rules.
    pub(crate) adopted: usize,
    /// The paths that were given, as the paths of checks begin.
    given: Vec<String>,
    /// What is said of the packs themselves, in every report.
    said: Vec<Notice>,
}

impl Packs {
    /// Ours, unless they are left out, and what lies at the paths.
    pub(crate) fn load(paths: impl IntoIterator<Item = PathBuf>, no_builtin: bool) -> Result<Self, Failure> {
        let ours = if no_builtin { Vec::new() } else { vec![builtin()?] };
        Self::beside(ours, paths)
    }

    /// The same, where what lies in a repository is read as a revision holds it. What
    /// that lacks is empty, if the checkout has it.
    pub(crate) fn load_as_of(
        revision: &Revision,
        paths: impl IntoIterator<Item = PathBuf>,
        no_builtin: bool,
    ) -> Result<Self, Failure> {
        let paths: Vec<_> = paths.into_iter().collect();
        let tree = Checkout::of(revision, &paths)?;
        let mut lacking = Vec::new();
        let mut places = Vec::new();
        for path in paths {
            let place = tree.place(&path);
            if place.exists() || !path.exists() {
                // Of a path that is nowhere, reading says so.
                places.push(if place.exists() { (place, path) } else { (path.clone(), path) });
            } else {
                lacking.push(Self::lacks(revision, &path));
            }
        }
        let ours = if no_builtin { Vec::new() } else { vec![builtin()?] };
        Ok(Self { said: lacking, ..Self::at(ours, places)? })
    }

    /// That a revision does not hold a pack.
    pub(crate) fn lacks(revision: &Revision, path: &Path) -> Notice {
        let message = format!("{} does not hold this rule pack: its rules do not run", revision.name());
        Notice::of_base("base-lacks", &file_name(path), message)
    }

    /// What lies at the paths, beside packs that are there already. Only here do
    /// checks of Instance Scan come in: never from what is scanned.
    pub(crate) fn beside(
        files: Vec<PackFiles>,
        paths: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self, Failure> {
        Self::at(files, paths.into_iter().map(|path| (path.clone(), path)))
    }

    /// The same, with what each path is called.
    fn at(
        mut files: Vec<PackFiles>,
        places: impl IntoIterator<Item = (PathBuf, PathBuf)>,
    ) -> Result<Self, Failure> {
        let (mut checks, mut given) = (Vec::new(), Vec::new());
        for (place, called) in places {
            let (pack, found) = load_rules(&place, &called)?;
            given.push(called.to_string_lossy().replace('\\', "/"));
            checks.extend(found.into_iter().map(|check| (files.len(), check)));
            files.push(pack);
        }
        let found = checks.len();
        let not_portable = adopt(&mut files, checks);
        Ok(Self { adopted: found - not_portable.len(), files, not_portable, given, said: Vec::new() })
    }

    /// Notes what packs and the configuration take from rules, which is said in every
    /// report. What the command line leaves out is the user's own word.
    pub(crate) fn say_what_is_weaker(&mut self, found: &FoundConfig) -> Result<(), Failure> {
        if let Some(ours) = self.files.iter().find(|pack| pack.is_built_in) {
            found.config.check_overrides(&|name| is_built_in_name(ours, name))?;
        }
        let clauses = Weakened::of(&self.files, &found.config.settings())?.clauses();
        if !clauses.is_empty() {
            let message = format!("settings or rule packs weaken the rules: {}", clauses.join("; "));
            self.said.push(Notice::of_weakened(&found.file_name(), message));
        }
        Ok(())
    }

    /// Adds what is said in every report.
    pub(crate) fn say(&mut self, notices: impl IntoIterator<Item = Notice>) {
        self.said.extend(notices);
    }

    /// A rule by its id or name.
    pub(crate) fn rule(&self, name: &str) -> Option<&RuleFile> {
        let mut rules = self.files.iter().flat_map(|pack| &pack.rules);
        let found = rules.find(|(path, rule)| rule.id.value == name || stem(path) == name);
        found.map(|(_, rule)| rule)
    }

    /// The table that all findings of a rule are about, if it is one.
    pub(crate) fn only_table(&self, rule: &str) -> Option<String> {
        let rule = self.rule(rule)?;
        let table = rule.table.as_ref().map(|table| table.value.clone());
        let property = rule.property.as_ref().map(|_| "sys_properties".to_owned());
        table.or(property)
    }

    /// Whether there is no rule at all.
    pub(crate) fn are_empty(&self) -> bool {
        self.files.iter().all(|pack| pack.rules.is_empty())
    }

    /// A line for each check that could not become a rule, safe for a terminal.
    pub(crate) fn not_portable_lines(&self) -> impl Iterator<Item = String> + '_ {
        self.not_portable.iter().map(|refused| {
            let NotPortable { path, name, reason } = refused;
            safe::terminal(&format!("{path}: '{name}': {reason}")).into_owned()
        })
    }

    /// The same for reports, which say nothing of the folders above what was given.
    pub(crate) fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        let refused = self.not_portable.iter().map(|refused| {
            let message = format!("the check '{}' is not portable: {}", refused.name, refused.reason);
            Notice::of_rule(self.below_given(&refused.path), message)
        });
        self.said.iter().cloned().chain(refused)
    }

    /// A path from the last name of the path that was given on.
    fn below_given<'p>(&self, path: &'p str) -> &'p str {
        let begins = |given: &&String| path.starts_with(given.trim_end_matches('/'));
        let longest = self
            .given
            .iter()
            .filter(begins)
            .map(|given| given.trim_end_matches('/'))
            .max_by_key(|given| given.len());
        let Some(given) = longest else { return path };
        let last = given.rsplit('/').next().unwrap_or_default();
        let from = if matches!(last, "." | "..") { given.len() } else { given.len() - last.len() };
        path[from..].trim_start_matches('/')
    }
}

/// The name of a rule is that of its file.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
