//! How packs and settings weaken the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::error::RuleError;
use super::file::OneOrMany;
use super::files::PackFiles;
use super::overrides;
use super::pack::meta_of;
use super::settings::Settings;
use crate::finding::Severity;

/// What packs override, and what settings take from rules and classes. Nothing that
/// makes a rule ask more.
#[derive(Debug, Default)]
pub struct Weakened {
    /// Rules that do not run, by id.
    off: BTreeSet<String>,
    /// Classes, aliases and packs, a clause each.
    asked: Vec<String>,
    /// By rule, what runs and asks less.
    rules: BTreeMap<String, Less>,
}

/// How one rule is weakened.
#[derive(Debug, Default)]
struct Less {
    /// The lower severity, and its own.
    severity: Option<(Severity, Severity)>,
    /// Parameters, in a clause.
    params: Option<String>,
}

impl Weakened {
    /// What the settings weaken in the packs.
    ///
    /// # Errors
    /// As [`super::Pack::compile`].
    pub fn of(packs: &[PackFiles], settings: &Settings) -> Result<Self, RuleError> {
        let (classes, mut said) = overrides::classes(packs, &settings.may_override)?;
        let (aliases, replaced) = overrides::aliases(packs, &settings.may_override)?;
        said.extend(replaced);
        let ours = packs.iter().filter(|pack| !pack.is_built_in && overrides::is_named_as_ours(pack));
        said.extend(ours.map(|pack| format!("a second pack is called {}", pack.name)));
        for (_, (_, file)) in aliases {
            let (name, columns) = (&file.alias.value, &file.columns);
            let own = settings.aliases.get(name).filter(|own| *own != columns);
            said.extend(own.map(|own| {
                format!("the alias {name} is {} instead of {}", own.join(", "), columns.join(", "))
            }));
        }
        for (_, (_, file)) in classes {
            let name = &file.class.value;
            let changed = changed_params(settings, std::iter::once(name), &file.params);
            said.extend(changed.map(|changed| format!("the class {name} has {changed}")));
        }
        let mut weakened = Self { asked: said, ..Self::default() };
        if settings.names_rules() {
            weakened.add_rules(packs, settings)?;
        }
        Ok(weakened)
    }

    fn add_rules(&mut self, packs: &[PackFiles], settings: &Settings) -> Result<(), RuleError> {
        for (path, file) in packs.iter().flat_map(|pack| &pack.rules) {
            let meta = meta_of(path, file)?;
            if settings.is_off(file, &meta) {
                self.off.insert(meta.id);
                continue;
            }
            let called = || [&meta.id, &meta.name].into_iter().chain(&file.aliases);
            let severity = called().find_map(|name| settings.severities.get(name));
            let severity = severity.filter(|own| **own < meta.severity).map(|own| (*own, meta.severity));
            let params = changed_params(settings, called(), &file.params);
            if severity.is_some() || params.is_some() {
                self.rules.insert(meta.id, Less { severity, params });
            }
        }
        Ok(())
    }

    /// What is not as weak under other packs or settings.
    #[must_use]
    pub fn beside(self, before: &Self) -> Self {
        let Self { mut off, mut asked, mut rules } = self;
        off.retain(|rule| !before.off.contains(rule));
        asked.retain(|clause| !before.asked.contains(clause));
        for (rule, less) in &mut rules {
            let earlier = before.rules.get(rule);
            let was_off = before.off.contains(rule);
            let was = earlier.and_then(|earlier| earlier.severity);
            less.severity = less
                .severity
                .filter(|(lower, _)| !was_off && was.is_none_or(|(earlier, _)| *lower < earlier));
            let params = earlier.and_then(|earlier| earlier.params.as_ref());
            less.params = less.params.take().filter(|own| !was_off && Some(own) != params);
        }
        rules.retain(|_, less| less.severity.is_some() || less.params.is_some());
        Self { off, asked, rules }
    }

    /// Whether it is said why a rule asks something else: it is named itself, or a class
    /// or an alias is, which many rules ask.
    #[must_use]
    pub fn explains(&self, rule: &str) -> bool {
        self.off.contains(rule) || self.rules.contains_key(rule) || !self.asked.is_empty()
    }

    /// All of it, a clause each.
    #[must_use]
    pub fn clauses(self) -> Vec<String> {
        let off: Vec<_> = self.off.into_iter().collect();
        let verb = if off.len() == 1 { "does" } else { "do" };
        let off = (!off.is_empty()).then(|| format!("{} {verb} not run", off.join(", ")));
        let rules = self.rules.into_iter().flat_map(|(rule, less)| {
            let severity =
                less.severity.map(|(lower, own)| format!("{rule} has severity {lower} instead of {own}"));
            severity.into_iter().chain(less.params.map(|params| format!("{rule} has {params}")))
        });
        off.into_iter().chain(self.asked).chain(rules).collect()
    }
}

/// The parameters that have other values than a file gives them.
fn changed_params(
    settings: &Settings,
    mut names: impl Iterator<Item = impl AsRef<str>>,
    defaults: &BTreeMap<String, OneOrMany>,
) -> Option<String> {
    let own = names.find_map(|name| settings.params.get(name.as_ref()))?;
    let changed =
        own.iter().filter(|(name, values)| defaults.get(*name).is_none_or(|default| default.0 != **values));
    let changed: Vec<_> = changed
        .map(|(name, values)| {
            let default = defaults.get(name).map_or_else(String::new, |default| shown(&default.0));
            format!("{name} = {} instead of {default}", shown(values))
        })
        .collect();
    (!changed.is_empty()).then(|| changed.join("; "))
}

/// A few values in short.
fn shown(values: &[String]) -> String {
    const SHOWN: usize = 3;
    const LENGTH: usize = 40;
    let short = |value: &String| match value.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.clone(),
    };
    let first: Vec<_> = values.iter().take(SHOWN).map(short).collect();
    match values.len().saturating_sub(SHOWN) {
        0 if values.is_empty() => "nothing".to_owned(),
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Weakened;
    use crate::rule::{MayOverride, PackFiles, Settings, builtin};

    #[test]
    fn what_is_overridden_is_named() {
        let mut files = PackFiles::empty(Path::new("own"));
        let class = "class: person\ntable: sys_user\ntitle: All\nevidence:\n  - { name: any, where: 'active=true' }\n";
        files.add("own/person.yaml", class.to_owned()).unwrap();
        let mut settings = Settings { may_override: MayOverride::Anything, ..Settings::default() };
        let packs = [builtin().unwrap(), files];
        assert_eq!(
            Weakened::of(&packs, &settings).unwrap().clauses(),
            ["class person is that of the pack own"]
        );
        settings.may_override = MayOverride::default();
        assert!(Weakened::of(&packs, &settings).is_err());
    }
}
