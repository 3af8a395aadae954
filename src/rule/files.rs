//! Where packs come from: the program itself, and folders of the user's own.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use super::error::RuleError;
use super::file::{AliasFile, ClassFile, RuleFile, RuleTest};
use crate::source::hex;

/// Name of the pack that is compiled into the program.
pub(super) const BUILT_IN: &str = "glidelint";

static BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));
static BUILTIN_TESTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tests.bin"));

/// The files of a pack, read but not compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackFiles {
    /// Name, for reports.
    pub name: String,
    /// Version, for reports.
    pub version: String,
    /// SHA-256 over paths and contents, in hexadecimal.
    pub digest: String,
    /// Rules with their paths, sorted by path.
    pub rules: Vec<(String, RuleFile)>,
    /// Classes with their paths.
    pub classes: Vec<(String, ClassFile)>,
    /// Aliases with their paths.
    pub aliases: Vec<(String, AliasFile)>,
    /// Texts of the files, for errors; empty for the built-in pack.
    #[serde(skip)]
    pub texts: BTreeMap<String, String>,
    /// Whether it is the pack in the program, of which tests know that its patterns
    /// can be compiled and that no two rules are called the same.
    #[serde(skip)]
    pub is_built_in: bool,
}

/// The pack that is compiled into the program.
///
/// # Errors
/// Never for a program that was built and tested; the stored form is checked.
pub fn builtin() -> Result<PackFiles, RuleError> {
    let pack: PackFiles = postcard::from_bytes(BUILTIN)
        .map_err(|error| RuleError::file("built-in rules", error.to_string()))?;
    Ok(PackFiles { is_built_in: true, ..pack })
}

/// The tests of the built-in rules and classes, by path.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_tests() -> Result<BTreeMap<String, Vec<RuleTest>>, RuleError> {
    postcard::from_bytes(BUILTIN_TESTS).map_err(|error| RuleError::file("built-in tests", error.to_string()))
}

/// Reads a rule file, or all below a folder that do not lie in a hidden one. A
/// folder without any gives an empty pack. `called` is what the path is called, and
/// mostly the same.
///
/// # Errors
/// For a path that cannot be read, and for YAML that is no rule: with its place.
pub fn load(path: &Path, called: &Path) -> Result<PackFiles, RuleError> {
    let mut pack = PackFiles::empty(called);
    let mut digest = Sha256::new();
    // The checkout of a suite has YAML of other kinds in folders such as `.github`.
    let is_hidden = |entry: &DirEntry| {
        entry.depth() > 0
            && entry.file_type().is_dir()
            && entry.file_name().as_encoded_bytes().starts_with(b".")
    };
    for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let entry = entry.map_err(|error| RuleError::file(&called.to_string_lossy(), error.to_string()))?;
        let is_yaml =
            entry.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if !entry.file_type().is_file() || !(is_yaml || entry.depth() == 0) {
            continue;
        }
        let shown = match entry.path().strip_prefix(path) {
            Ok(below) if !below.as_os_str().is_empty() => called.join(below),
            _ => called.to_path_buf(),
        };
        let shown = shown.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(entry.path())
            .map_err(|error| RuleError::file(&shown, format!("cannot be read: {error}")))?;
        digest.update(text.as_bytes());
        pack.add(&shown, text)?;
    }
    pack.digest = hex(&digest.finalize());
    Ok(pack)
}

impl PackFiles {
    /// A pack without rules, named after where it comes from.
    #[must_use]
    pub fn empty(path: &Path) -> Self {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Self {
            name: stem.unwrap_or_else(|| "rules".to_owned()),
            version: "0".to_owned(),
            digest: String::new(),
            rules: Vec::new(),
            classes: Vec::new(),
            aliases: Vec::new(),
            texts: BTreeMap::new(),
            is_built_in: false,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.classes.is_empty() && self.aliases.is_empty()
    }

    /// The text of a file, for errors; empty where it is not known.
    pub(super) fn text_of(&self, path: &str) -> &str {
        self.texts.get(path).map_or("", String::as_str)
    }

    /// Takes in one file by its text.
    ///
    /// # Errors
    /// For YAML that is no rule, class or alias.
    pub fn add(&mut self, path: &str, text: String) -> Result<(), RuleError> {
        let has = |key: &str| {
            text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
        };
        let shown = |error: serde_saphyr::Error| yaml_error(path, &text, &error);
        if has("class") {
            self.classes.push((path.to_owned(), serde_saphyr::from_str(&text).map_err(shown)?));
        } else if has("alias") {
            self.aliases.push((path.to_owned(), serde_saphyr::from_str(&text).map_err(shown)?));
        } else {
            self.rules.push((path.to_owned(), serde_saphyr::from_str(&text).map_err(shown)?));
        }
        self.texts.insert(path.to_owned(), text);
        Ok(())
    }
}

/// A YAML error with its place.
pub(crate) fn yaml_error(path: &str, text: &str, error: &serde_saphyr::Error) -> RuleError {
    let (line, column) = error.location().map_or((0, 0), |place| (place.line(), place.column()));
    let whole = error.without_snippet().to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole).trim();
    let message = message.strip_prefix("error: ").unwrap_or(message).to_owned();
    RuleError {
        line: u32::try_from(line).unwrap_or(0),
        column: u32::try_from(column).unwrap_or(0),
        ..RuleError::file(path, message)
    }
    .within(text)
}
