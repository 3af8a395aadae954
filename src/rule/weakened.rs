//! What packs and settings take from the rules that are there.

use std::collections::BTreeMap;

use super::error::RuleError;
use super::file::OneOrMany;
use super::files::PackFiles;
use super::overrides;
use super::pack::meta_of;
use super::settings::Settings;

/// What packs override, and what settings take from rules and classes: a clause
/// each. Nothing that makes a rule ask more.
///
/// # Errors
/// As [`super::Pack::compile`].
pub fn weakened(packs: &[PackFiles], settings: &Settings) -> Result<Vec<String>, RuleError> {
    let (classes, mut said) = overrides::classes(packs, &settings.may_override)?;
    let (aliases, replaced) = overrides::aliases(packs, &settings.may_override)?;
    said.extend(replaced);
    let ours = packs.iter().filter(|pack| !pack.is_built_in && overrides::is_named_as_ours(pack));
    said.extend(ours.map(|pack| format!("a second pack is called {}", pack.name)));
    for (_, (_, file)) in aliases {
        let (name, columns) = (&file.alias.value, &file.columns);
        let own = settings.aliases.get(name).filter(|own| *own != columns);
        said.extend(
            own.map(|own| {
                format!("the alias {name} is {} instead of {}", own.join(", "), columns.join(", "))
            }),
        );
    }
    for (_, (_, file)) in classes {
        let name = &file.class.value;
        let changed = changed_params(settings, std::iter::once(name), &file.params);
        said.extend(changed.map(|changed| format!("the class {name} has {changed}")));
    }
    if settings.names_rules() {
        of_rules(packs, settings, &mut said)?;
    }
    Ok(said)
}

fn of_rules(packs: &[PackFiles], settings: &Settings, said: &mut Vec<String>) -> Result<(), RuleError> {
    let mut off = Vec::new();
    for (path, file) in packs.iter().flat_map(|pack| &pack.rules) {
        let meta = meta_of(path, file)?;
        if settings.is_off(file, &meta) {
            off.push(meta.id);
            continue;
        }
        let called = || [&meta.id, &meta.name].into_iter().chain(&file.aliases);
        let severity = called().find_map(|name| settings.severities.get(name));
        if let Some(lower) = severity.filter(|own| **own < meta.severity) {
            said.push(format!("{} has severity {lower} instead of {}", meta.id, meta.severity));
        }
        let changed = changed_params(settings, called(), &file.params);
        said.extend(changed.map(|changed| format!("{} has {changed}", meta.id)));
    }
    off.sort();
    if !off.is_empty() {
        let verb = if off.len() == 1 { "does" } else { "do" };
        said.insert(0, format!("{} {verb} not run", off.join(", ")));
    }
    Ok(())
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

    use super::weakened;
    use crate::rule::{MayOverride, PackFiles, Settings, builtin};

    #[test]
    fn what_is_overridden_is_named() {
        let mut files = PackFiles::empty(Path::new("own"));
        let class = "class: person\ntable: sys_user\ntitle: All\nevidence:\n  - { name: any, where: 'active=true' }\n";
        files.add("own/person.yaml", class.to_owned()).unwrap();
        let mut settings = Settings { may_override: MayOverride::Anything, ..Settings::default() };
        let packs = [builtin().unwrap(), files];
        assert_eq!(weakened(&packs, &settings).unwrap(), ["class person is that of the pack own"]);
        settings.may_override = MayOverride::default();
        assert!(weakened(&packs, &settings).is_err());
    }
}
