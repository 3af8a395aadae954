//! Packs of rules: the built-in one, and folders of the user's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::compile::Compiler;
use super::error::RuleError;
use super::file::{
    AliasFile, Baseline, ClassFile, Confidence as FileConfidence, OneOrMany, Profile, RuleFile, RuleTest,
};
use super::message::Params;
use super::meta::RuleMeta;
use super::model::{ClassBody, KeyPaths, Rule};
use super::names::PackNames;
use crate::finding::{Confidence, Severity};
use crate::query::{BindError, BoundPath, BoundQuery, Class, Query, bind, bind_path};
use crate::record::{Wanted, natural_key};

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
}

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
    /// Columns by alias name.
    pub aliases: BTreeMap<String, Vec<String>>,
}

/// The rules that will run, and what must be read for them.
#[derive(Debug)]
pub struct Pack {
    /// In id order.
    pub rules: Vec<Rule>,
    /// By [`Class`].
    pub classes: Vec<ClassBody>,
    /// Tables and columns to read.
    pub wanted: Wanted,
    /// What names a record of a table that a finding may be about.
    pub keys: KeyPaths,
    /// Doubts about columns and tables that are not in the dictionary.
    pub warnings: Vec<String>,
    names: PackNames,
}

/// The pack that is compiled into the program.
///
/// # Errors
/// Never for a program that was built and tested; the stored form is checked.
pub fn builtin() -> Result<PackFiles, RuleError> {
    postcard::from_bytes(BUILTIN).map_err(|error| RuleError::file("built-in rules", error.to_string()))
}

/// The tests of the built-in rules and classes, by path.
///
/// # Errors
/// As [`builtin`].
pub fn builtin_tests() -> Result<BTreeMap<String, Vec<RuleTest>>, RuleError> {
    postcard::from_bytes(BUILTIN_TESTS).map_err(|error| RuleError::file("built-in tests", error.to_string()))
}

/// Reads a rule file, or all below a folder.
///
/// # Errors
/// For a path that cannot be read, and for YAML that is no rule: with its place.
pub fn load(path: &Path) -> Result<PackFiles, RuleError> {
    let mut pack = PackFiles {
        name: path.file_stem().map_or_else(|| "rules".to_owned(), |stem| stem.to_string_lossy().into_owned()),
        version: "0".to_owned(),
        digest: String::new(),
        rules: Vec::new(),
        classes: Vec::new(),
        aliases: Vec::new(),
        texts: BTreeMap::new(),
    };
    let mut digest = Sha256::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| RuleError::file(&path.to_string_lossy(), error.to_string()))?;
        let is_yaml =
            entry.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if !entry.file_type().is_file() || !(is_yaml || entry.depth() == 0) {
            continue;
        }
        let shown = entry.path().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(entry.path())
            .map_err(|error| RuleError::file(&shown, format!("cannot be read: {error}")))?;
        digest.update(text.as_bytes());
        pack.add(&shown, text)?;
    }
    if pack.rules.is_empty() && pack.classes.is_empty() && pack.aliases.is_empty() {
        return Err(RuleError::file(&path.to_string_lossy(), "no rule file (*.yaml) is there"));
    }
    pack.digest = super::hex(&digest.finalize());
    Ok(pack)
}

impl PackFiles {
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

impl Pack {
    /// Compiles packs into one, as the settings want it.
    ///
    /// # Errors
    /// For a rule that cannot be used; for ids, names and titles that are taken.
    pub fn compile(packs: &[PackFiles], settings: &Settings) -> Result<Self, RuleError> {
        let mut pack = Self {
            rules: Vec::new(),
            classes: Vec::new(),
            wanted: Wanted::new(),
            keys: KeyPaths::new(),
            warnings: Vec::new(),
            names: PackNames::default(),
        };
        let mut names = PackNames::default();
        for (_, file) in packs.iter().flat_map(|pack| &pack.aliases) {
            let columns = settings.aliases.get(&file.alias.value).unwrap_or(&file.columns);
            names.aliases.insert((file.table.value.clone(), file.alias.value.clone()), columns.clone());
        }
        let mut classes = BTreeMap::new();
        for files in packs {
            for (path, file) in &files.classes {
                let params = params_of(&file.params, settings.params.get(&file.class.value), path)
                    .map_err(|error| error.within(text_of(files, path)))?;
                let mut compiler = pack.compiler(path, params, &names);
                let body = compiler.class(file).map_err(|error| error.within(text_of(files, path)))?;
                let class = Class(u16::try_from(pack.classes.len()).unwrap_or(u16::MAX));
                pack.classes.push(body);
                classes.insert((file.table.value.clone(), file.class.value.clone()), class);
            }
        }
        names.classes = classes;
        let mut taken = Taken::default();
        for files in packs {
            for (path, file) in &files.rules {
                pack.rule(path, file, &names, settings, &mut taken)
                    .map_err(|error| error.within(text_of(files, path)))?;
            }
        }
        pack.rules.sort_by(|left, right| left.meta.id.cmp(&right.meta.id));
        pack.want_keys(&names);
        pack.names = names;
        Ok(pack)
    }

    /// Ties a query to the pack's classes and aliases, and has its columns read.
    ///
    /// # Errors
    /// As [`crate::query::bind`].
    pub fn bind(&mut self, query: &Query, table: &str) -> Result<BoundQuery, BindError> {
        let bound = bind(query, table, &mut self.wanted, &self.names)?;
        let names = std::mem::take(&mut self.names);
        self.want_keys(&names);
        self.names = names;
        Ok(bound)
    }

    /// Ties a field name in the same way.
    ///
    /// # Errors
    /// As [`crate::query::bind_path`].
    pub fn bind_path(&mut self, path: &str, table: &str) -> Result<BoundPath, BindError> {
        let bound = bind_path(path, table, &mut self.wanted, &self.names)?;
        if let Some((table, _)) = bound.column()
            && &*self.wanted.table(table).name == "sys_properties"
        {
            // Whether a value is a secret depends on these.
            for column in ["name", "type"] {
                self.wanted.want_column(table, column);
            }
        }
        Ok(bound)
    }

    fn rule(
        &mut self,
        path: &str,
        file: &RuleFile,
        names: &PackNames,
        settings: &Settings,
        taken: &mut Taken,
    ) -> Result<(), RuleError> {
        let mut meta = meta_of(path, file)?;
        taken.check(path, file, &meta)?;
        let called: Vec<_> = [&meta.id, &meta.name].into_iter().chain(&file.aliases).cloned().collect();
        let own = called.iter().find_map(|name| settings.params.get(name));
        if let Some(severity) = called.iter().find_map(|name| settings.severities.get(name)) {
            meta.severity = *severity;
        }
        if !holds_in(file.baseline.as_ref(), settings.baseline) {
            return Ok(());
        }
        let params = params_of(&file.params, own, path)?;
        meta.params = params.0.clone();
        let dated = expected_in(file, settings.baseline);
        let rule = self.compiler(path, params, names).rule(dated.as_ref().unwrap_or(file), meta)?;
        let called = |selector: &String| {
            rule.meta.is_called(selector)
                || file.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(selector))
        };
        let selected = settings.select.iter().any(called);
        let in_profile =
            settings.strict || rule.meta.profile == "recommended" || settings.on.iter().any(called);
        let runs = if settings.select.is_empty() { in_profile } else { selected };
        if runs && !settings.off.iter().any(called) {
            self.rules.push(rule);
        }
        Ok(())
    }

    fn compiler<'c>(&'c mut self, path: &'c str, params: Params, names: &'c PackNames) -> Compiler<'c> {
        Compiler {
            path,
            wanted: &mut self.wanted,
            names,
            params,
            warnings: &mut self.warnings,
            portable: true,
        }
    }

    /// Asks for what names the records that findings may be about.
    fn want_keys(&mut self, names: &PackNames) {
        let tables: Vec<_> = self.wanted.tables().iter().map(|table| table.name.clone()).collect();
        for table in tables {
            let index = self.wanted.want_table(&table);
            let paths = natural_key(&table)
                .iter()
                .filter_map(|column| bind_path(column, &table, &mut self.wanted, names).ok())
                .collect();
            self.keys.insert(index, paths);
        }
    }
}

/// Whether a hardening baseline knows the rule's setting.
fn holds_in(baseline: Option<&Baseline>, version: Option<(u32, u32)>) -> bool {
    let (Some(baseline), Some(version)) = (baseline, version) else {
        return baseline.is_none_or(|baseline| baseline.until.is_none());
    };
    let after_start = parse_baseline(&baseline.from.0).is_none_or(|from| from <= version);
    let before_end = baseline
        .until
        .as_ref()
        .and_then(|until| parse_baseline(&until.0))
        .is_none_or(|until| version <= until);
    after_start && before_end
}

/// The rule with the expectation of an older baseline, where it changed since.
fn expected_in(file: &RuleFile, version: Option<(u32, u32)>) -> Option<RuleFile> {
    let values = &file.baseline.as_ref()?.values;
    let fits = |until: &Option<super::file::Scalar>| {
        let until = until.as_ref().and_then(|until| parse_baseline(&until.0));
        until.is_none_or(|until| version.is_some_and(|version| version <= until))
    };
    let value = values.iter().find(|value| fits(&value.until))?;
    Some(RuleFile { expect: Some(value.expect.clone()), ..file.clone() })
}

/// `8.0` → (8, 0).
#[must_use]
pub fn parse_baseline(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The newest hardening baseline of a release family, by its name.
#[must_use]
pub fn baseline_of_release(family: &str) -> Option<(u32, u32)> {
    let family = family.trim().to_lowercase().replace([' ', '-', '_'], "");
    let lines = include_str!("releases.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut pairs = lines.filter_map(|line| line.split_once('\t'));
    pairs.find(|(name, _)| *name == family).and_then(|(_, version)| parse_baseline(version))
}

fn text_of<'p>(files: &'p PackFiles, path: &str) -> &'p str {
    files.texts.get(path).map_or("", String::as_str)
}

/// The parameters in force: the file's, with the configuration's values.
fn params_of(
    defaults: &BTreeMap<String, OneOrMany>,
    overrides: Option<&BTreeMap<String, Vec<String>>>,
    path: &str,
) -> Result<Params, RuleError> {
    let mut params: BTreeMap<_, _> =
        defaults.iter().map(|(name, values)| (name.clone(), values.0.clone())).collect();
    for (name, values) in overrides.into_iter().flatten() {
        let Some(slot) = params.get_mut(name) else {
            let known: Vec<_> = defaults.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            return Err(RuleError::file(path, format!("the configuration sets parameter '{name}'; {known}")));
        };
        slot.clone_from(values);
    }
    Ok(Params(params))
}

fn meta_of(path: &str, file: &RuleFile) -> Result<RuleMeta, RuleError> {
    let error = |place, message: &str| Err(RuleError::at(path, place, message));
    let id = &file.id.value;
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = id.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    if letters < 2 || digits != 4 || letters + digits != id.len() {
        return error(&file.id, "an id is at least two capital letters and four digits, such as SNA1001");
    }
    let Some(severity) = Severity::new(file.severity) else {
        return error(&file.id, "severity is a number from 0 to 10 with at most one decimal");
    };
    if file.title.value.trim().is_empty() || file.title.value.ends_with('.') {
        return error(&file.title, "a title is one line without a final stop");
    }
    if file.message.value.chars().count() > 300 {
        return error(&file.message, "a message is at most 300 characters");
    }
    for (place, text) in [(&file.why, "why"), (&file.fix, "fix"), (&file.message, "message")] {
        if place.value.trim().is_empty() {
            return error(place, &format!("{text} is empty"));
        }
    }
    let (area, name) = area_and_name(path);
    Ok(RuleMeta {
        id: id.clone(),
        name,
        area,
        path: path.to_owned(),
        title: file.title.value.trim().to_owned(),
        severity,
        confidence: match file.confidence {
            FileConfidence::Low => Confidence::Low,
            FileConfidence::Medium => Confidence::Medium,
            FileConfidence::High => Confidence::High,
            FileConfidence::VeryHigh => Confidence::VeryHigh,
        },
        profile: if file.profile == Profile::Strict { "strict" } else { "recommended" },
        kind: "",
        table: None,
        properties: Vec::new(),
        portable: false,
        message: file.message.value.clone(),
        why: file.why.value.trim().to_owned(),
        fix: file.fix.value.trim().to_owned(),
        references: file.references.iter().map(|text| text.value.clone()).collect(),
        tags: file.tags.clone(),
        params: BTreeMap::new(),
        tests: file.tests.len(),
    })
}

/// `rules/accounts/service-account-can-log-in.yaml` → `accounts`, `service-account-can-log-in`.
fn area_and_name(path: &str) -> (String, String) {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let parts: Vec<_> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let from =
        parts.iter().rposition(|part| *part == "rules").map_or(parts.len().saturating_sub(1), |at| at + 1);
    (parts[from.min(parts.len())..].join("/"), stem.to_owned())
}

/// Ids, names and titles that are in use.
#[derive(Default)]
struct Taken(BTreeSet<String>);

impl Taken {
    fn check(&mut self, path: &str, file: &RuleFile, meta: &RuleMeta) -> Result<(), RuleError> {
        let all =
            [("id", &meta.id, &file.id), ("name", &meta.name, &file.id), ("title", &meta.title, &file.title)];
        for (what, text, place) in all {
            if !self.0.insert(format!("{what} {}", text.to_lowercase())) {
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
