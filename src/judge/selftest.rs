//! Runs the tests that rules and classes carry.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use rayon::prelude::*;

use super::all_rules::judge;
use crate::facts::{Options, ReadFile};
use crate::finding::{Finding, RuleCoverage, Unclear, fingerprint};
use crate::instance::{Plan, missing_names, read_all};
use crate::query::{Class, Clock, Data};
use crate::rule::file::{ClassFile, ExpectedFinding, RuleFile, RuleTest};
use crate::rule::{MayOverride, Pack, PackFiles, RuleError, Settings, escaped, parse_baseline};
use crate::source::Source;

/// A test of a rule that did not come out as written.
#[derive(Debug, Clone)]
pub struct TestFailure {
    /// The rule's file.
    pub path: String,
    /// The test's name.
    pub test: String,
    /// What came out instead, one line a difference.
    pub differences: Vec<String>,
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FAILED {}: {}", self.path, self.test)?;
        self.differences.iter().try_for_each(|difference| write!(f, "\n       {difference}"))
    }
}

/// Runs all tests of a pack. `tests` gives those of a file where the pack
/// itself does not hold them. Returns how many ran, and the failures.
///
/// # Errors
/// If a rule cannot be compiled.
pub fn run_tests(
    packs: &[PackFiles],
    tests: &BTreeMap<String, Vec<RuleTest>>,
) -> Result<(usize, Vec<TestFailure>), RuleError> {
    let rules = packs.iter().flat_map(|pack| &pack.rules).map(|(path, rule)| Subject::Rule(path, rule));
    let classes = packs.iter().flat_map(|pack| &pack.classes);
    let classes = classes.map(|(path, class)| Subject::Class(path, class));
    let subjects: Vec<_> = rules.chain(classes).collect();
    let results: Vec<_> = subjects.par_iter().map(|subject| subject.run(packs, tests)).collect();
    let mut ran = 0;
    let mut failures = Vec::new();
    for result in results {
        let (count, failed) = result?;
        ran += count;
        failures.extend(failed);
    }
    Ok((ran, failures))
}

/// What carries tests.
enum Subject<'p> {
    Rule(&'p String, &'p RuleFile),
    Class(&'p String, &'p ClassFile),
}

impl Subject<'_> {
    /// Runs all its tests. Tests that change no parameter share what was compiled.
    fn run(
        &self,
        packs: &[PackFiles],
        tests: &BTreeMap<String, Vec<RuleTest>>,
    ) -> Result<(usize, Vec<TestFailure>), RuleError> {
        let (path, name, own) = match self {
            Self::Rule(path, rule) => (*path, &rule.id.value, &rule.tests.list),
            Self::Class(path, class) => (*path, &class.class.value, &class.tests),
        };
        let files = match self {
            Self::Rule(path, rule) => only(packs, Some((*path, *rule))),
            Self::Class(..) => only(packs, None),
        };
        let tests = tests.get(path).unwrap_or(own);
        let mut shared = None;
        let mut failures = Vec::new();
        for test in tests {
            let compile = || Pack::compile(&files, &settings(test, name));
            let is_plain = test.params.is_empty() && test.baseline.is_none();
            let changed = if is_plain { None } else { Some(compile()?) };
            let pack = match (&changed, &mut shared) {
                (Some(pack), _) => pack,
                (None, Some(pack)) => &*pack,
                (None, empty) => &*empty.insert(compile()?),
            };
            let differences = match self {
                Self::Rule(..) => run_rule_test(pack, test),
                Self::Class(_, class) => run_class_test(pack, class, test),
            };
            if !differences.is_empty() {
                let test = test.name.value.clone();
                failures.push(TestFailure { path: path.clone(), test, differences });
            }
        }
        Ok((tests.len(), failures))
    }
}

/// Every pack's classes and aliases, and one rule.
fn only(packs: &[PackFiles], rule: Option<(&String, &RuleFile)>) -> Vec<PackFiles> {
    packs
        .iter()
        .map(|pack| PackFiles {
            rules: rule
                .iter()
                .filter(|(path, _)| pack.rules.iter().any(|(known, _)| known == *path))
                .map(|(path, rule)| ((*path).clone(), (*rule).clone()))
                .collect(),
            classes: pack.classes.clone(),
            aliases: pack.aliases.clone(),
            texts: pack.texts.clone(),
            name: pack.name.clone(),
            version: pack.version.clone(),
            digest: String::new(),
            is_built_in: pack.is_built_in,
        })
        .collect()
}

fn options(test: &RuleTest) -> Options {
    Options {
        complete: test.complete.iter().cloned().collect(),
        as_of: test.as_of.as_ref().and_then(|date| Clock::parse(&date.0).ok()),
        ..Options::default()
    }
}

/// The exports of a test: the one it writes out, and one for the rows that it
/// only names.
fn sources(test: &RuleTest) -> Vec<Source> {
    let mut sources = Vec::new();
    if !test.export.is_empty() {
        sources.push(Source::memory("test.xml", test.export.as_bytes()));
    }
    let rows = rows_of(test);
    if !rows.is_empty() {
        sources.push(Source::memory("rows.xml", rows.as_bytes()));
    }
    sources
}

/// The rows that a test names without writing them as XML.
fn rows_of(test: &RuleTest) -> String {
    let mut xml = String::new();
    let mut row = |table: &str, fields: &[(&str, &str)]| {
        let _ = write!(xml, "  <{table} action=\"INSERT_OR_UPDATE\">");
        let named = fields.first().map_or("", |(_, text)| *text);
        let sys_id = fingerprint(["", "", table, named, ""]).to_string();
        for (name, text) in fields.iter().chain(&[("sys_id", sys_id.as_str())]) {
            let _ = write!(xml, "<{name}>{}</{name}>", escaped(text));
        }
        let _ = writeln!(xml, "</{table}>");
    };
    if let Some(properties) = &test.properties {
        row("sys_properties", &[("name", "glide.sys.date_format"), ("value", "yyyy-MM-dd")]);
        for (name, value) in properties {
            row("sys_properties", &[("name", name), ("type", "string"), ("value", &value.0)]);
        }
    }
    if let Some(plugins) = &test.plugins {
        row("v_plugin", &[("id", "com.glide.none"), ("active", "inactive")]);
        for (id, active) in plugins {
            row("v_plugin", &[("id", id), ("active", &active.0)]);
        }
    }
    if xml.is_empty() {
        xml
    } else {
        format!("<unload unload_date=\"2026-03-01 10:00:00\">\n{xml}</unload>\n")
    }
}

fn settings(test: &RuleTest, name: &str) -> Settings {
    let params = test.params.iter().map(|(name, values)| (name.clone(), values.0.clone())).collect();
    let baseline = test.baseline.as_ref().and_then(|baseline| parse_baseline(&baseline.0));
    Settings {
        strict: true,
        params: [(name.to_owned(), params)].into(),
        baseline,
        may_override: MayOverride::Anything,
        ..Settings::default()
    }
}

fn run_rule_test(pack: &Pack, test: &RuleTest) -> Vec<String> {
    let sources = sources(test);
    let reading = read_all(&sources, &Plan::of(pack), &options(test), &|_| {});
    let mut differences: Vec<_> = problems(&reading.files);
    let outcome = judge(&reading.instance, &pack.rules);
    let Some(coverage) = outcome.coverage.first() else { return differences };
    if test.finds.is_none() && test.cannot_tell.is_none() {
        differences.push("the test says neither finds nor cannot_tell".to_owned());
    }
    let expected = test.finds.as_deref().unwrap_or_default();
    compare_findings(&outcome.findings, expected, &mut differences);
    compare_missing(coverage, test, expected.is_empty(), &mut differences);
    differences
}

fn run_class_test(pack: &Pack, class: &ClassFile, test: &RuleTest) -> Vec<String> {
    let sources = sources(test);
    let reading = read_all(&sources, &Plan::of(pack), &options(test), &|_| {});
    let mut differences = problems(&reading.files);
    let Some(at) = pack.classes.iter().position(|body| body.name == class.class.value) else {
        return differences;
    };
    let table = pack.classes[at].table;
    let class = Class(u16::try_from(at).unwrap_or(u16::MAX));
    let instance = &reading.instance;
    let mut holds = Vec::new();
    let mut missing = BTreeSet::new();
    for row in instance.live_rows(table) {
        match instance.class(class, row) {
            crate::query::Truth::Yes => holds.push(instance.key(table, row)),
            crate::query::Truth::No => {}
            crate::query::Truth::Unknown(what) => missing.extend(missing_names(instance, &what)),
        }
    }
    if let Some(expected) = &test.holds
        && *expected != holds
    {
        differences.push(format!("holds of {holds:?}, expected {expected:?}"));
    }
    let coverage = RuleCoverage {
        cannot_tell: u64::from(!missing.is_empty()),
        missing: missing.into_iter().collect(),
        ..RuleCoverage::default()
    };
    if test.cannot_tell.is_some() {
        compare_missing(&coverage, test, true, &mut differences);
    }
    differences
}

fn problems(files: &[ReadFile]) -> Vec<String> {
    let problems = files.iter().flat_map(|file| &file.report.problems);
    let losses = problems.filter(|problem| problem.kind.is_loss());
    losses.map(|problem| format!("the export of the test: {}", problem.message)).collect()
}

fn compare_findings(found: &[Finding], expected: &[ExpectedFinding], differences: &mut Vec<String>) {
    let mut open: Vec<_> = found.iter().collect();
    for expectation in expected {
        match open.iter().position(|finding| fits(finding, expectation)) {
            Some(at) => {
                open.remove(at);
            }
            None => differences.push(describe(expectation)),
        }
    }
    for finding in open {
        let field = field_of(finding).unwrap_or("the record");
        differences.push(format!("unexpected finding of '{}' at {field}: {}", finding.key, finding.message));
    }
}

fn fits(finding: &Finding, expected: &ExpectedFinding) -> bool {
    expected.at.as_deref().is_none_or(|at| field_of(finding) == Some(at))
        && expected.key.as_deref().is_none_or(|key| *finding.key == *key)
        && expected.message.as_deref().is_none_or(|part| finding.message.contains(part))
}

fn field_of(finding: &Finding) -> Option<&str> {
    finding.places.first()?.target.field()
}

fn describe(expected: &ExpectedFinding) -> String {
    let part = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name} '{text}'"));
    let parts = [part("of", &expected.key), part("at", &expected.at), part("saying", &expected.message)];
    let parts: Vec<_> = std::iter::once("no finding".to_owned()).chain(parts.into_iter().flatten()).collect();
    parts.join(" ")
}

fn compare_missing(coverage: &RuleCoverage, test: &RuleTest, silent: bool, differences: &mut Vec<String>) {
    let Some(expected) = &test.cannot_tell else {
        if silent && coverage.cannot_tell > 0 {
            differences.push(format!("cannot tell without {}", coverage.missing.join(", ")));
        }
        return;
    };
    if coverage.cannot_tell == 0 {
        differences.push(format!("judged, expected: cannot tell without {}", expected.0.join(", ")));
        return;
    }
    for name in &expected.0 {
        let is_named = coverage.missing.iter().any(|missing| {
            missing == name
                || missing.rsplit_once('.').is_some_and(|(_, column)| column == name)
                || Unclear::named(missing) == Some(name.as_str())
        });
        if !is_named {
            let named = coverage.missing.join(", ");
            differences.push(format!("cannot tell without {named}; expected {name} to be named"));
        }
    }
}

#[cfg(test)]
mod dropped;
#[cfg(test)]
mod proposed;

#[cfg(test)]
mod tests {
    use super::run_tests;
    use crate::rule::{builtin, builtin_tests};

    #[test]
    fn every_test_of_the_built_in_pack_holds() {
        let (ran, failures) = run_tests(&[builtin().unwrap()], &builtin_tests().unwrap()).unwrap();
        let shown: Vec<_> = failures.iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{} of {ran} failed:\n{}", failures.len(), shown.join("\n"));
        assert!(ran > 100, "only {ran} tests ran");
    }
}
