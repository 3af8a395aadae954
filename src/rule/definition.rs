//! What a rule asks, without its texts: shows whether a rule differs between two states
//! of a repository.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::RuleError;
use super::file::{OneOrMany, PlacedText, RuleFile, Tests};
use super::files::PackFiles;
use super::overrides;
use super::settings::Settings;

/// By rule: what it asks, with the classes and aliases that it may ask.
///
/// # Errors
/// As [`super::Pack::compile`], for classes and aliases.
pub fn definitions(packs: &[PackFiles], settings: &Settings) -> Result<BTreeMap<String, String>, RuleError> {
    let (classes, _) = overrides::classes(packs, &settings.may_override)?;
    let (aliases, _) = overrides::aliases(packs, &settings.may_override)?;
    let classes = classes.iter().map(|(_, (_, class))| {
        let params = settings.params.get(&class.class.value);
        text_of(&(&class.class, &class.unless, class.threshold, &class.evidence, &class.params, params))
    });
    let aliases = aliases.iter().map(|(_, (_, alias))| text_of(alias));
    let named = classes.chain(aliases).chain([text_of(&settings.aliases)]);
    let named: Vec<_> = named.collect();
    let named = named.concat();
    let rules = packs.iter().flat_map(|pack| &pack.rules);
    Ok(rules.map(|(path, file)| (file.id.value.clone(), definition(path, file, settings, &named))).collect())
}

fn definition(path: &str, file: &RuleFile, settings: &Settings, named: &str) -> String {
    let (_, name) = super::pack::area_and_name(path);
    let mut called = [&file.id.value, &name].into_iter().chain(&file.aliases);
    let own = called.find_map(|name| settings.params.get(name));
    let mut params = file.params.clone();
    for (name, values) in own.into_iter().flatten() {
        params.insert(name.clone(), OneOrMany(values.clone()));
    }
    let nothing = PlacedText::default();
    let asked = RuleFile {
        params,
        title: nothing.clone(),
        message: nothing.clone(),
        why: nothing.clone(),
        fix: nothing.clone(),
        severity: nothing,
        references: Vec::new(),
        tags: BTreeMap::new(),
        tests: Tests::default(),
        ..file.clone()
    };
    let text = text_of(&asked);
    if text.contains('@') { text + named } else { text }
}

fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::definitions;
    use crate::rule::{PackFiles, Settings};

    const RULE: &str = "id: XA1001\ntitle: A rule\nseverity: 5\ntable: sys_user\nwhere: 'active=true^user_nameIN{names}'\n\
                        params: { names: [a, b] }\nmessage: m.\nwhy: w\nfix: f\n";
    const ASKING: &str = "id: XA1002\ntitle: Another\nseverity: 5\ntable: sys_user\nwhere: '@class.tide=true'\n\
                          message: m.\nwhy: w\nfix: f\n";
    const CLASS: &str =
        "class: tide\ntable: sys_user\ntitle: Tide\nevidence:\n  - { name: a, where: 'active=true' }\n";

    /// Which rules ask something else where a text is another one.
    fn changed(from: &str, to: &str, params: &[(&str, &str, &str)]) -> Vec<String> {
        let of = |change: &dyn Fn(&str) -> String, settings: &Settings| {
            let mut files = PackFiles::empty(Path::new("own"));
            for (name, text) in
                [("rules/a/a-rule.yaml", RULE), ("rules/a/another.yaml", ASKING), ("c.yaml", CLASS)]
            {
                files.add(name, change(text)).unwrap();
            }
            definitions(&[files], settings).unwrap()
        };
        let before = of(&str::to_owned, &Settings::default());
        let mut settings = Settings::default();
        for (name, param, value) in params {
            let own = settings.params.entry((*name).to_owned()).or_default();
            own.insert((*param).to_owned(), vec![(*value).to_owned()]);
        }
        let after = of(&|text| text.replace(from, to), &settings);
        before.into_iter().filter(|(id, asked)| after.get(id) != Some(asked)).map(|(id, _)| id).collect()
    }

    #[test]
    fn a_rule_is_another_one_where_it_asks_something_else() {
        let none: [&str; 0] = [];
        assert_eq!(changed("severity: 5", "severity: 2", &[]), none);
        assert_eq!(changed("why: w", "why: else", &[]), none);
        assert_eq!(changed("^user_nameIN", "^user_nameNOT IN", &[]), ["XA1001"]);
        assert_eq!(changed("[a, b]", "[a]", &[]), ["XA1001"]);
        assert_eq!(changed("name: a,", "name: b,", &[]), ["XA1002"]);
        assert_eq!(changed("", "", &[("a-rule", "names", "c")]), ["XA1001"]);
        assert_eq!(changed("", "", &[("XA1001", "names", "c")]), ["XA1001"]);
        assert_eq!(changed("", "", &[("tide", "any", "c")]), ["XA1002"]);
    }
}
