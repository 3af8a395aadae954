//! The rules that a command works with: our own, and those that its user brings.

use std::path::PathBuf;

use glidelint::engine::load_rules;
use glidelint::finding::Notice;
use glidelint::report::safe;
use glidelint::rule::file::RuleFile;
use glidelint::rule::{NotPortable, PackFiles, adopt, builtin};

use super::fail::Failure;

/// Packs of rules, and the checks that could not become rules.
#[derive(Default)]
pub(crate) struct Packs {
    pub(crate) files: Vec<PackFiles>,
    pub(crate) not_portable: Vec<NotPortable>,
    /// How many checks became rules.
    pub(crate) adopted: usize,
    /// The paths that were given, as the paths of checks begin.
    given: Vec<String>,
}

impl Packs {
    /// Ours, unless they are left out, and what lies at the paths.
    pub(crate) fn load(paths: impl IntoIterator<Item = PathBuf>, no_builtin: bool) -> Result<Self, Failure> {
        let ours = if no_builtin { Vec::new() } else { vec![builtin()?] };
        Self::beside(ours, paths)
    }

    /// What lies at the paths, beside packs that are there already. Only here do
    /// checks of Instance Scan come in: never from what is scanned.
    pub(crate) fn beside(
        mut files: Vec<PackFiles>,
        paths: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self, Failure> {
        let (mut checks, mut given) = (Vec::new(), Vec::new());
        for path in paths {
            let (pack, found) = load_rules(&path)?;
            given.push(path.to_string_lossy().replace('\\', "/"));
            checks.extend(found.into_iter().map(|check| (files.len(), check)));
            files.push(pack);
        }
        let found = checks.len();
        let not_portable = adopt(&mut files, checks);
        Ok(Self { adopted: found - not_portable.len(), files, not_portable, given })
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
        self.not_portable.iter().map(|refused| {
            let message = format!("the check '{}' is not portable: {}", refused.name, refused.reason);
            Notice::of_rule(self.below_given(&refused.path), message)
        })
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
