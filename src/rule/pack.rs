//! Packs of rules, compiled into one as the settings want it.

mod comparison;
mod review;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::baseline::{expected_in, holds_in};
use super::compile::Compiler;
use super::error::RuleError;
use super::file::{ClassFile, OneOrMany, RuleConfidence, RuleFile, RuleProfile};
use super::files::PackFiles;
use super::message::Params;
use super::meta::{HardeningSetting, RuleMeta};
use super::model::{ClassBody, KeyPaths, Rule};
use super::names::PackNames;
use super::overrides;
use super::settings::{RuleFate, Settings, TakenNames};
use crate::finding::{Confidence, Severity};
use crate::query::{BindError, BoundPath, BoundQuery, Class, Query, RowTests, bind, bind_path, want_view};
use crate::record::{
    Dictionary, EFFECTIVE_ROLE, Wanted, natural_key, want_classes, want_types, want_update_sets,
};

pub use comparison::ComparisonQuestions;
pub use review::ReviewQuestions;

/// The rules that will run, and what must be read for them.
#[derive(Debug)]
pub struct Pack {
    /// The rules whose findings are reported, in id order.
    pub rules: Vec<Rule>,
    /// Rules that count for the score only, in id order; none if some were selected.
    pub scored: Vec<Rule>,
    /// Indexed by [`Class`].
    pub classes: Vec<ClassBody>,
    /// Tables and columns to read.
    pub wanted: Wanted,
    /// What is asked of each record while it is there.
    pub tests: RowTests,
    /// What names a record of a table that a finding may be about.
    pub keys: KeyPaths,
    /// Warnings about columns and tables that are not in the dictionary.
    pub warnings: Vec<String>,
    /// Conditions that compare a reference with a name, with their place. An instance
    /// answers them differently.
    pub doubts: Vec<RuleError>,
    /// What the pages for reviewers ask, if they are wanted.
    pub review: Option<ReviewQuestions>,
    /// What instances are compared by, if they are.
    pub comparison: Option<ComparisonQuestions>,
    pub(super) names: PackNames,
}

impl Pack {
    /// Compiles packs into one, as the settings want it.
    ///
    /// # Errors
    /// For a rule that cannot be used; for ids, names and titles that are taken.
    pub fn compile(packs: &[PackFiles], settings: &Settings) -> Result<Self, RuleError> {
        let mut pack = Self {
            rules: Vec::new(),
            scored: Vec::new(),
            classes: Vec::new(),
            wanted: Wanted::new(),
            tests: RowTests::default(),
            keys: KeyPaths::new(),
            warnings: Vec::new(),
            doubts: Vec::new(),
            review: None,
            comparison: None,
            names: PackNames::default(),
        };
        let mut names = PackNames { dictionary: Arc::clone(&settings.dictionary), ..PackNames::default() };
        overrides::check_names(packs, &settings.may_override)?;
        for (_, (_, file)) in overrides::aliases(packs, &settings.may_override)?.0 {
            let columns = settings.aliases.get(&file.alias.value).unwrap_or(&file.columns);
            names.aliases.insert((file.table.value.clone(), file.alias.value.clone()), columns.clone());
        }
        pack.classes(packs, &mut names, settings)?;
        let is_checked = packs.len() > 1 || packs.iter().any(|pack| !pack.is_built_in);
        let names_of_classes = pack.classes.iter().map(|class| class.name.to_lowercase()).collect();
        let mut taken = TakenNames { is_checked, names: names_of_classes, ..TakenNames::default() };
        for files in packs {
            for (path, file) in &files.rules {
                pack.rule((files, path), file, &names, settings, &mut taken)
                    .map_err(|error| error.within(files.text_of(path)))?;
            }
        }
        settings.check_names(&taken)?;
        for doubt in &mut pack.doubts {
            if let Some(text) = packs.iter().find_map(|files| files.texts.get(&doubt.path)) {
                doubt.text.clone_from(text);
            }
        }
        for rules in [&mut pack.rules, &mut pack.scored] {
            rules.sort_by(|left, right| left.meta.id.cmp(&right.meta.id));
        }
        pack.names = names;
        pack.want_keys();
        want_types(&mut pack.wanted);
        want_classes(&mut pack.wanted);
        want_update_sets(&mut pack.wanted);
        Ok(pack)
    }

    /// Takes what the input says of tables and columns, for queries that are tied
    /// from now on.
    pub fn describe(&mut self, dictionary: Arc<Dictionary>) {
        self.names.dictionary = dictionary;
    }

    /// Ties a query to the pack's classes and aliases, and asks for its columns.
    ///
    /// # Errors
    /// As [`crate::query::bind`].
    pub fn bind(&mut self, query: &Query, table: &str) -> Result<BoundQuery, BindError> {
        let bound = bind(query, table, &mut self.wanted, &self.names)?;
        self.want_keys();
        Ok(bound)
    }

    /// Asks for everything that effective roles are computed from.
    pub fn want_access(&mut self) {
        want_view(&mut self.wanted, EFFECTIVE_ROLE);
        self.want_keys();
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
            let _ = ["name", "type"].map(|column| self.wanted.keep_column(table, column));
        }
        Ok(bound)
    }

    /// Compiles the classes, each one after those that it asks.
    fn classes(
        &mut self,
        packs: &[PackFiles],
        names: &mut PackNames,
        settings: &Settings,
    ) -> Result<(), RuleError> {
        let (mut open, _) = overrides::classes(packs, &settings.may_override)?;
        while !open.is_empty() {
            let is_open = |name: &str| open.iter().any(|(_, (_, file))| file.class.value == name);
            let next = open.iter().position(|(_, (_, file))| !asks_any(file, &is_open));
            let Some(next) = next else {
                let (files, (path, file)) = open[0];
                let message = "the class asks a class that asks it in turn";
                return Err(RuleError::at(path, &file.class, message).within(files.text_of(path)));
            };
            let (files, (path, file)) = open.remove(next);
            let own = settings.params.get(&file.class.value);
            let trusted = files.is_built_in && own.is_none();
            let within = |error: RuleError| error.within(files.text_of(path));
            let params = params_of(&file.params, own, path).map_err(within)?;
            let body = self.compiler(path, params, names, trusted).class(file).map_err(within)?;
            let class = Class(u16::try_from(self.classes.len()).unwrap_or(u16::MAX));
            self.classes.push(body);
            names.classes.insert((file.table.value.clone(), file.class.value.clone()), class);
        }
        Ok(())
    }

    fn rule(
        &mut self,
        (pack, path): (&PackFiles, &str),
        file: &RuleFile,
        names: &PackNames,
        settings: &Settings,
        taken: &mut TakenNames,
    ) -> Result<(), RuleError> {
        let mut meta = RuleMeta { pack: pack.name.clone(), ..meta_of(path, file)? };
        if taken.is_checked {
            taken.check(path, file, &meta)?;
        }
        if settings.names_rules() {
            taken.add_names(file, &meta);
        }
        let called = || [&meta.id, &meta.name].into_iter().chain(&file.aliases);
        let own = called().find_map(|name| settings.params.get(name));
        let severity = called().find_map(|name| settings.severities.get(name)).copied();
        meta.severity = severity.unwrap_or(meta.severity);
        let fate = settings.fate(file, &meta);
        if fate == RuleFate::Off || !holds_in(file.baseline.as_deref(), settings.baseline) {
            return Ok(());
        }
        let trusted = pack.is_built_in && own.is_none();
        let params = params_of(&file.params, own, path)?;
        meta.params = params.0.clone();
        let dated = expected_in(file, settings.baseline);
        let rule = self.compiler(path, params, names, trusted).rule(dated.as_ref().unwrap_or(file), meta)?;
        match fate {
            RuleFate::Reported => self.rules.push(rule),
            _ => self.scored.push(rule),
        }
        Ok(())
    }

    fn compiler<'c>(
        &'c mut self,
        path: &'c str,
        params: Params,
        names: &'c PackNames,
        trusted: bool,
    ) -> Compiler<'c> {
        Compiler {
            path,
            trusted,
            wanted: &mut self.wanted,
            tests: &mut self.tests,
            names,
            params,
            warnings: &mut self.warnings,
            doubts: &mut self.doubts,
            portable: true,
            unset: BTreeSet::new(),
        }
    }

    /// Asks for what names the records that findings may be about.
    pub(super) fn want_keys(&mut self) {
        let tables: Vec<_> = self.wanted.tables().iter().map(|table| table.name.clone()).collect();
        for table in tables {
            let index = self.wanted.want_table(&table);
            let paths = natural_key(&table)
                .iter()
                .filter_map(|column| bind_path(column, &table, &mut self.wanted, &self.names).ok())
                .collect();
            self.keys.insert(index, paths);
        }
    }
}

/// Whether a class asks one of those classes in its queries.
fn asks_any(file: &ClassFile, is_asked: &dyn Fn(&str) -> bool) -> bool {
    let evidence =
        file.evidence.iter().flat_map(|piece| [&piece.filter, &piece.outweighed_by, &piece.doubted_by]);
    let names =
        evidence.chain([&file.unless]).flatten().flat_map(|query| query.value.split("@class.").skip(1));
    let end = |character: char| !(character.is_alphanumeric() || character == '_');
    names.filter_map(|rest| rest.split(end).next()).any(is_asked)
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

pub(super) fn meta_of(path: &str, file: &RuleFile) -> Result<RuleMeta, RuleError> {
    let error = |place, message: &str| Err(RuleError::at(path, place, message));
    let id = &file.id.value;
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = id.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    if letters < 2 || digits != 4 || letters + digits != id.len() {
        return error(&file.id, "an id is at least two capital letters and four digits, such as SNA1001");
    }
    let Some(severity) = file.severity.value.parse().ok().and_then(Severity::new) else {
        return error(&file.severity, "severity is a number from 0 to 10 with at most one decimal");
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
    let (area, name) = file.area_and_name.clone().unwrap_or_else(|| area_and_name(path));
    Ok(RuleMeta {
        id: id.clone(),
        name,
        area,
        pack: String::new(),
        path: path.to_owned(),
        title: file.title.value.trim().to_owned(),
        severity,
        confidence: match file.confidence {
            RuleConfidence::Low => Confidence::Low,
            RuleConfidence::Medium => Confidence::Medium,
            RuleConfidence::High => Confidence::High,
            RuleConfidence::VeryHigh => Confidence::VeryHigh,
        },
        profile: if file.profile == RuleProfile::Strict { "strict" } else { "recommended" }.into(),
        kind: "".into(),
        table: None,
        properties: Vec::new(),
        portable: false,
        message: file.message.value.clone(),
        why: file.why.value.trim().to_owned(),
        fix: file.fix.value.trim().to_owned(),
        references: file.references.iter().map(|text| text.value.clone()).collect(),
        tags: file.tags.clone(),
        params: BTreeMap::new(),
        mend: None,
        tests: file.tests.count(),
        setting: HardeningSetting::of(&file.tags, severity),
    })
}

/// `rules/accounts/service-account-can-log-in.yaml` → `accounts`, `service-account-can-log-in`.
pub(super) fn area_and_name(path: &str) -> (String, String) {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let parts: Vec<_> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let from =
        parts.iter().rposition(|part| *part == "rules").map_or(parts.len().saturating_sub(1), |at| at + 1);
    let area = parts[from.min(parts.len())..].join("/");
    (if area.is_empty() { "other".to_owned() } else { area }, stem.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Pack, PackFiles, Settings};

    /// A class that asks something of others.
    fn class(name: &str, unless: &str) -> String {
        let evidence = "evidence:\n  - { name: active, where: 'active=true' }\n";
        format!("class: {name}\ntable: sys_user\ntitle: A class\nunless: '{unless}'\n{evidence}")
    }

    /// The classes of a pack in their order, or why it cannot be used.
    fn order(texts: &[String]) -> Result<Vec<String>, String> {
        let mut files = PackFiles::empty(Path::new("own"));
        for (number, text) in texts.iter().enumerate() {
            files.add(&format!("{number}.yaml"), text.clone()).unwrap();
        }
        let pack = Pack::compile(&[files], &Settings::default()).map_err(|error| error.message)?;
        Ok(pack.classes.into_iter().map(|class| class.name).collect())
    }

    #[test]
    fn a_class_stands_behind_those_that_it_asks() {
        let check = |texts: &[String], expected: Result<&[&str], &str>| {
            let expected = expected.map(|names| names.iter().map(|&name| name.to_owned()).collect());
            assert_eq!(order(texts), expected.map_err(str::to_owned), "{texts:?}");
        };
        let free = class("c", "active=false");
        check(std::slice::from_ref(&free), Ok(&["c"]));
        check(
            &[class("a", "@class.b=true^OR@class.c=true"), class("b", "manager.@class.c=true"), free.clone()],
            Ok(&["c", "b", "a"]),
        );
        // The name of one begins that of another.
        check(&[class("a", "@class.c_b=true"), class("c_b", "active=false"), free], Ok(&["c_b", "a", "c"]));
        let circle = "the class asks a class that asks it in turn";
        check(&[class("a", "@class.b=true"), class("b", "@class.a=true")], Err(circle));
        check(&[class("a", "@class.a=true")], Err(circle));
        check(&[class("a", "@class.d=true")], Err("table 'sys_user' has no class 'd'"));
    }
}
