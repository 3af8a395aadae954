//! What the configuration and the command line say about rules: which run, how bad
//! their findings are, and what their parameters are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::RuleError;
use super::file::RuleFile;
use super::meta::RuleMeta;
use crate::finding::Severity;
use crate::record::Dictionary;

/// What the configuration and the command line say about rules.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Rules, areas or tags that are off.
    pub off: Vec<String>,
    /// Rules that run although their profile does not.
    pub on: Vec<String>,
    /// Only these run, if there are any.
    pub select: Vec<String>,
    /// Rules of the strict profile run too.
    pub strict: bool,
    /// Severities by rule id or name.
    pub severities: BTreeMap<String, Severity>,
    /// Parameters by rule id or name, or class name.
    pub params: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The hardening baseline, such as (8, 0); the newest without it.
    pub baseline: Option<(u32, u32)>,
    /// For names that a file gave: what to say if no rule answers to one.
    pub blame: BTreeMap<String, RuleError>,
    /// Columns by alias name.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Which built-in names a pack may take.
    pub may_override: MayOverride,
    /// What the input says of tables and columns that are not built in.
    pub dictionary: Arc<Dictionary>,
}

/// Which names of others a pack may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayOverride {
    /// These names; taking another one is an error.
    Named(Vec<String>),
    /// Any, where nothing is judged that counts.
    Anything,
}

impl Default for MayOverride {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

impl MayOverride {
    pub(super) fn allows(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|known| known.eq_ignore_ascii_case(name)),
            Self::Anything => true,
        }
    }
}

/// Whether a rule runs, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleFate {
    /// It does not run.
    Off,
    /// It runs for the score only.
    Scored,
    /// It runs.
    Reported,
}

impl Settings {
    /// Whether a rule runs. What does not run is not compiled, and nothing is
    /// read for it.
    pub(super) fn fate(&self, file: &RuleFile, meta: &RuleMeta) -> RuleFate {
        let called = |selector: &String| is_called(selector, file, meta);
        if self.is_off(file, meta) {
            return RuleFate::Off;
        }
        if !self.select.is_empty() {
            return if self.select.iter().any(called) { RuleFate::Reported } else { RuleFate::Off };
        }
        if self.strict || meta.profile == "recommended" || self.on.iter().any(called) {
            RuleFate::Reported
        } else if meta.setting.is_some() {
            RuleFate::Scored
        } else {
            RuleFate::Off
        }
    }

    /// Whether a rule is off, whatever the profile.
    pub(super) fn is_off(&self, file: &RuleFile, meta: &RuleMeta) -> bool {
        self.off.iter().any(|selector| is_called(selector, file, meta))
    }

    /// Whether the settings name any rule, so that the names must be known.
    pub(super) fn names_rules(&self) -> bool {
        !(self.severities.is_empty()
            && self.on.is_empty()
            && self.off.is_empty()
            && self.select.is_empty()
            && self.params.is_empty())
    }

    /// A name in the settings that no rule answers to is a slip of the pen, and
    /// would otherwise silently leave a rule on or out.
    pub(super) fn check_names(&self, taken: &TakenNames) -> Result<(), RuleError> {
        let rules = self.severities.keys().chain(&self.on).chain(&self.off).chain(&self.select);
        for name in rules.chain(self.params.keys()) {
            if !taken.names.contains(&name.to_lowercase()) {
                let message = format!("no rule, area, tag or class is called '{name}'");
                let unplaced = || RuleError::file("--select or --ignore", message);
                let error = self.blame.get(name).cloned().unwrap_or_else(unplaced);
                return Err(error.help("`glidelint rules list` prints all rules"));
            }
        }
        Ok(())
    }
}

fn is_called(selector: &str, file: &RuleFile, meta: &RuleMeta) -> bool {
    meta.is_called(selector) || file.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(selector))
}

/// Ids, names and titles that are in use, and what selectors may say.
#[derive(Default)]
pub(super) struct TakenNames {
    /// Whether `unique` is kept.
    pub(super) is_checked: bool,
    pub(super) unique: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
}

impl TakenNames {
    pub(super) fn add_names(&mut self, file: &RuleFile, meta: &RuleMeta) {
        let area = meta.area.split('/').next().unwrap_or_default();
        let names = [meta.id.as_str(), &meta.name, &meta.area, area];
        self.names.extend(names.into_iter().map(str::to_lowercase));
        self.names.extend(file.aliases.iter().map(|alias| alias.to_lowercase()));
        for (key, values) in &meta.tags {
            for value in values {
                self.names.extend([value.to_lowercase(), format!("{key}={value}").to_lowercase()]);
            }
        }
    }

    pub(super) fn check(&mut self, path: &str, file: &RuleFile, meta: &RuleMeta) -> Result<(), RuleError> {
        let all =
            [("id", &meta.id, &file.id), ("name", &meta.name, &file.id), ("title", &meta.title, &file.title)];
        for (what, text, place) in all {
            if !self.unique.insert(format!("{what} {}", text.to_lowercase())) {
                return Err(RuleError::at(
                    path,
                    place,
                    format!("the {what} '{text}' is taken by another rule"),
                ));
            }
        }
        Ok(())
    }
}
