//! Instances as the configuration file names them, and which files are of which.

use std::fmt;

use globset::GlobMatcher;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::waivers::matcher;
use crate::rule::RuleError;
use crate::rule::file::PlacedText;

/// One instance of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedInstance {
    /// Its name.
    pub name: PlacedText,
    /// Globs over reported paths: of files, or of folders and archives with all
    /// that is in them.
    pub globs: Vec<PlacedText>,
}

/// Whether a text may name an instance: names stand in paths and documents.
#[must_use]
pub fn is_instance_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', '=']) && !text.contains("..")
}

/// Tells which instance a path is of.
#[derive(Debug)]
pub struct InstanceGlobs {
    globs: Vec<Glob>,
}

#[derive(Debug)]
struct Glob {
    instance: usize,
    name: String,
    text: String,
    matcher: GlobMatcher,
}

/// A path that belongs to two instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Name and glob of one.
    pub first: (String, String),
    /// Name and glob of the other.
    pub second: (String, String),
}

impl InstanceGlobs {
    /// For the instances of a configuration. A malformed glob matches nothing; reading
    /// the configuration refuses it.
    #[must_use]
    pub fn new(instances: &[NamedInstance]) -> Self {
        let globs = instances.iter().enumerate().flat_map(|(instance, named)| {
            named.globs.iter().filter_map(move |text| {
                let (name, text, matcher) =
                    (named.name.value.clone(), text.value.clone(), matcher(&text.value).ok()?);
                Some(Glob { instance, name, text, matcher })
            })
        });
        Self { globs: globs.collect() }
    }

    /// The index of the instance that a reported path is of, if it is of any. A glob
    /// that matches a folder or an archive matches what is in it.
    ///
    /// # Errors
    /// If globs of two instances match.
    pub fn of(&self, path: &str) -> Result<Option<usize>, Box<Overlap>> {
        let mut found: Option<&Glob> = None;
        for glob in self.globs.iter().filter(|glob| glob.matches(path)) {
            match found {
                Some(first) if first.instance != glob.instance => {
                    let named = |glob: &Glob| (glob.name.clone(), glob.text.clone());
                    return Err(Box::new(Overlap { first: named(first), second: named(glob) }));
                }
                _ => found = Some(glob),
            }
        }
        Ok(found.map(|glob| glob.instance))
    }
}

impl Glob {
    fn matches(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| path[..at].trim_end_matches('!'));
        std::iter::once(path).chain(folders).any(|path| self.matcher.is_match(path))
    }
}

/// The mapping, in the order of the file; it may have lost its entries.
pub(super) fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NamedInstance>, D::Error> {
    deserializer.deserialize_any(InstancesVisitor)
}

struct InstancesVisitor;

impl<'de> Visitor<'de> for InstancesVisitor {
    type Value = Vec<NamedInstance>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names of instances, each with globs")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut instances = Vec::new();
        while let Some((name, Globs(globs))) = map.next_entry()? {
            instances.push(NamedInstance { name, globs });
        }
        Ok(instances)
    }
}

/// One glob, or a list of them.
struct Globs(Vec<PlacedText>);

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GlobsVisitor)
    }
}

struct GlobsVisitor;

impl<'de> Visitor<'de> for GlobsVisitor {
    type Value = Globs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a glob, or a list of them")
    }

    fn visit_str<E: de::Error>(self, glob: &str) -> Result<Globs, E> {
        Ok(Globs(vec![PlacedText::new(glob)]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Globs, A::Error> {
        let mut globs = Vec::new();
        while let Some(glob) = list.next_element()? {
            globs.push(glob);
        }
        Ok(Globs(globs))
    }
}

/// Checks names and globs.
pub(super) fn check(instances: &[NamedInstance], path: &str) -> Result<(), RuleError> {
    for (at, NamedInstance { name, globs }) in instances.iter().enumerate() {
        if !is_instance_name(&name.value) {
            let message = format!("'{}' is no name of an instance", name.value);
            return Err(RuleError::at(path, name, message).help("a name is without /, = and .."));
        }
        // Reports are files with the name in theirs, and some file systems do not
        // tell case.
        let is_same = |other: &&NamedInstance| other.name.value.eq_ignore_ascii_case(&name.value);
        if let Some(other) = instances[..at].iter().find(is_same) {
            let message = format!("the name '{}' is taken in line {}", name.value, other.name.line);
            return Err(RuleError::at(path, name, message));
        }
        if globs.is_empty() {
            return Err(RuleError::at(path, name, format!("'{}' has no globs", name.value)));
        }
        for glob in globs {
            let place = if glob.line == 0 { name } else { glob };
            if glob.value.trim().is_empty() {
                return Err(RuleError::at(path, place, "an empty text matches no path"));
            }
            matcher(&glob.value).map_err(|error| RuleError::at(path, place, error.to_string()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{InstanceGlobs, Overlap};
    use crate::config::Config;

    #[test]
    fn files_are_of_the_instance_whose_glob_matches() {
        let text = "instances:\n  test: exports/test\n  prod: ['exports/prod/**', 'zips/prod.zip']\n  dev: '*.xml'\n";
        let config = Config::parse("c.yaml", text).unwrap();
        let names: Vec<_> = config.instances.iter().map(|instance| instance.name.value.as_str()).collect();
        assert_eq!(names, ["test", "prod", "dev"]);
        let globs = InstanceGlobs::new(&config.instances);
        let check = |path: &str, expected: Option<usize>| assert_eq!(globs.of(path), Ok(expected), "{path}");
        check("exports/test/sys_user.xml", Some(0));
        check("exports/test/more/sys_user.xml", Some(0));
        check("exports/testing/sys_user.xml", None);
        check("exports/prod/sys_user.xml", Some(1));
        check("exports/prod", None);
        check("zips/prod.zip!/sys_user.xml", Some(1));
        check("zips/prod.zip", Some(1));
        check("sys_user.xml", Some(2));
        check("other/sys_user.xml", None);
    }

    #[test]
    fn a_file_of_two_instances_names_both_globs() {
        let config = Config::parse("c.yaml", "instances: { a: 'x/**', b: ['y', 'x/y*'] }\n").unwrap();
        let overlap = InstanceGlobs::new(&config.instances).of("x/y.xml").unwrap_err();
        let pair = |name: &str, glob: &str| (name.to_owned(), glob.to_owned());
        assert_eq!(*overlap, Overlap { first: pair("a", "x/**"), second: pair("b", "x/y*") });
    }

    #[test]
    fn mistakes_are_shown_at_their_place() {
        let check = |text: &str, place: (u32, u32), part: &str| {
            let error = Config::parse("c.yaml", &format!("instances:\n{text}")).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error}");
            assert_eq!((error.line, error.column), place, "{text}: {error}");
        };
        check("  a/b: x\n", (2, 3), "'a/b' is no name");
        check("  '..': x\n", (2, 3), "no name");
        check("  prod: x\n  Prod: z\n", (3, 3), "taken in line 2");
        check("  prod: x\n  prod: z\n", (3, 3), "prod");
        check("  prod: []\n", (2, 3), "no globs");
        check("  prod: ['a', 'b[']\n", (2, 15), "b[");
        check("  prod: 'b['\n", (2, 3), "b[");
        check("  prod: ['']\n", (2, 10), "empty");
        check("  prod: { a: b }\n", (2, 9), "a glob, or a list");
        // Of a list only the key is known.
        check("  - prod\n", (1, 1), "names of instances");
    }
}
