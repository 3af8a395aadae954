//! Names that packs share: whose class or alias is in force.

use std::collections::HashMap;

use super::error::RuleError;
use super::file::{AliasFile, ClassFile, PlacedText};
use super::files::{BUILT_IN, PackFiles};
use super::settings::MayOverride;

/// A file of a pack with its path.
type Filed<'p, T> = (&'p PackFiles, &'p (String, T));

/// The files in force, and a clause for each that is not.
type Found<'p, T> = Result<(Vec<Filed<'p, T>>, Vec<String>), RuleError>;

/// What has a name that others may not take by accident.
trait Shared {
    const KIND: &'static str;
    fn name(&self) -> &PlacedText;
    fn table(&self) -> &str;
}

impl Shared for ClassFile {
    const KIND: &'static str = "class";
    fn name(&self) -> &PlacedText {
        &self.class
    }
    fn table(&self) -> &str {
        &self.table.value
    }
}

impl Shared for AliasFile {
    const KIND: &'static str = "alias";
    fn name(&self) -> &PlacedText {
        &self.alias
    }
    fn table(&self) -> &str {
        &self.table.value
    }
}

/// The classes in force: of two with one name and table the later one, where it may
/// be. Given as well is a clause for each that was replaced.
pub(super) fn classes<'p>(packs: &'p [PackFiles], may: &MayOverride) -> Found<'p, ClassFile> {
    in_force(packs, |pack| &pack.classes, may)
}

/// The aliases in force, in the same way.
pub(super) fn aliases<'p>(packs: &'p [PackFiles], may: &MayOverride) -> Found<'p, AliasFile> {
    in_force(packs, |pack| &pack.aliases, may)
}

fn in_force<'p, T: Shared>(
    packs: &'p [PackFiles],
    of: impl Fn(&'p PackFiles) -> &'p [(String, T)],
    may: &MayOverride,
) -> Found<'p, T> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let (mut found, mut replaced): (Vec<Filed<'p, T>>, Vec<String>) = (Vec::new(), Vec::new());
    for pack in packs {
        for filed in of(pack) {
            let (path, file) = filed;
            let name = file.name();
            let Some(&place) = places.get(&(file.table(), &*name.value)) else {
                places.insert((file.table(), &name.value), found.len());
                found.push((pack, filed));
                continue;
            };
            let kind = T::KIND;
            if !may.allows(&name.value) {
                let other = &found[place].0;
                let whose = if other.is_built_in { "is built in" } else { "is taken by another file" };
                let message = format!("the {kind} '{}' {whose}", name.value);
                return Err(RuleError::at(path, name, message)
                    .within(pack.text_of(path))
                    .help(allow(&name.value)));
            }
            replaced.push(format!("{kind} {} is that of the pack {}", name.value, pack.name));
            found[place] = (pack, filed);
        }
    }
    Ok((found, replaced))
}

fn allow(name: &str) -> String {
    format!("choose another name, or let the configuration say `override: [{name}]`")
}

/// Refuses a pack that has the name of the built-in one.
pub(super) fn check_names(packs: &[PackFiles], may: &MayOverride) -> Result<(), RuleError> {
    let foreign = packs.iter().filter(|pack| !pack.is_built_in);
    match foreign.into_iter().find(|pack| is_named_as_ours(pack)) {
        Some(pack) if packs.iter().any(|pack| pack.is_built_in) && !may.allows(BUILT_IN) => {
            let rules = pack.rules.iter().map(|(path, _)| path);
            let others = pack.classes.iter().map(|(path, _)| path);
            let path = rules.chain(others).chain(pack.aliases.iter().map(|(path, _)| path)).next();
            let message = format!("a pack called '{}' is built in", pack.name);
            Err(RuleError::file(path.unwrap_or(&pack.name), message).help(allow(BUILT_IN)))
        }
        _ => Ok(()),
    }
}

pub(super) fn is_named_as_ours(pack: &PackFiles) -> bool {
    pack.name.eq_ignore_ascii_case(BUILT_IN)
}

/// Whether a name is one that only ours have, so that it can be overridden.
#[must_use]
pub fn is_built_in_name(built_in: &PackFiles, name: &str) -> bool {
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    same(BUILT_IN)
        || built_in.classes.iter().any(|(_, file)| same(&file.class.value))
        || built_in.aliases.iter().any(|(_, file)| same(&file.alias.value))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rule::{MayOverride, Pack, PackFiles, Settings, builtin};

    const CLASS: &str = "class: service_account\ntable: sys_user\ntitle: None\n\
                         evidence:\n  - { name: never, where: 'user_name=nobody' }\n";
    const ALIAS: &str = "alias: owner\ntable: sys_user\ncolumns: [u_owner]\n";

    /// Compiles a file of a pack of that name beside the built-in rules.
    fn compiled(pack: &str, text: &str, may_override: MayOverride) -> Result<Pack, String> {
        let mut files = PackFiles::empty(Path::new(pack));
        files.add("own/it.yaml", text.to_owned()).unwrap();
        let settings = Settings { may_override, ..Settings::default() };
        Pack::compile(&[builtin().unwrap(), files], &settings).map_err(|error| error.to_string())
    }

    #[test]
    fn the_name_of_a_built_in_one_is_taken_only_where_that_is_said() {
        let named =
            |names: &[&str]| MayOverride::Named(names.iter().map(|name| (*name).to_owned()).collect());
        let check = |pack: &str, text: &str, name: &str, place: &str| {
            let error = compiled(pack, text, named(&["person"])).unwrap_err();
            assert!(error.contains(place) && error.contains("built in"), "{name}: {error}");
            assert!(compiled(pack, text, named(&[name])).is_ok(), "{name}");
            assert!(compiled(pack, text, MayOverride::Anything).is_ok(), "{name}");
        };
        check("own", CLASS, "service_account", "own/it.yaml:1:8: the class 'service_account'");
        check("own", ALIAS, "owner", "own/it.yaml:1:8: the alias 'owner'");
        check("glidelint", &CLASS.replace("service_account", "robot"), "glidelint", "own/it.yaml");
        // Classes and aliases of different tables are different, whatever their names.
        let other = CLASS.replace("table: sys_user", "table: sys_user_group").replace("user_name", "name");
        assert!(compiled("own", &other, MayOverride::default()).is_ok());
        let pack = compiled("own", CLASS, named(&["service_account"])).unwrap();
        let evidence: Vec<_> = pack
            .classes
            .iter()
            .filter(|class| class.name == "service_account")
            .flat_map(|class| &class.evidence)
            .map(|evidence| evidence.name.as_str())
            .collect();
        assert_eq!(evidence, ["never"], "the one that was replaced is still there");
    }
}
