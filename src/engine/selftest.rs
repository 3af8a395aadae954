//! Runs the tests that rules and classes carry.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::judge::judge;
use super::read::{Options, read_all};
use crate::finding::{Finding, RuleCoverage, Target};
use crate::query::{Class, Clock, Data};
use crate::rule::file::{ClassFile, ExpectedFinding, RuleFile, RuleTest};
use crate::rule::{Pack, PackFiles, RuleError, Settings};
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
    let mut ran = 0;
    let mut failures = Vec::new();
    for pack in packs {
        for (path, rule) in &pack.rules {
            for test in tests.get(path).unwrap_or(&rule.tests) {
                ran += 1;
                let differences = run_rule_test(packs, path, rule, test)?;
                record(&mut failures, path, test, differences);
            }
        }
        for (path, class) in &pack.classes {
            for test in tests.get(path).unwrap_or(&class.tests) {
                ran += 1;
                let differences = run_class_test(packs, class, test)?;
                record(&mut failures, path, test, differences);
            }
        }
    }
    Ok((ran, failures))
}

fn record(failures: &mut Vec<TestFailure>, path: &str, test: &RuleTest, differences: Vec<String>) {
    if !differences.is_empty() {
        failures.push(TestFailure { path: path.to_owned(), test: test.name.value.clone(), differences });
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

fn source(test: &RuleTest) -> [Source; 1] {
    [Source::memory("test.xml", test.export.as_bytes())]
}

fn settings(test: &RuleTest, name: &str) -> Settings {
    let params = test.params.iter().map(|(name, values)| (name.clone(), values.0.clone())).collect();
    Settings { strict: true, params: [(name.to_owned(), params)].into(), ..Settings::default() }
}

fn run_rule_test(
    packs: &[PackFiles],
    path: &String,
    rule: &RuleFile,
    test: &RuleTest,
) -> Result<Vec<String>, RuleError> {
    let pack = Pack::compile(&only(packs, Some((path, rule))), &settings(test, &rule.id.value))?;
    let reading = read_all(&source(test), (&pack.wanted, &pack.classes, &pack.keys), &options(test), &|_| {});
    let mut differences: Vec<_> = problems(&reading.files);
    let outcome = judge(&reading.instance, &pack.rules);
    let Some(coverage) = outcome.coverage.first() else { return Ok(differences) };
    if test.finds.is_none() && test.cannot_tell.is_none() {
        differences.push("the test says neither finds nor cannot_tell".to_owned());
    }
    let expected = test.finds.as_deref().unwrap_or_default();
    compare_findings(&outcome.findings, expected, &mut differences);
    compare_missing(coverage, test, expected.is_empty(), &mut differences);
    Ok(differences)
}

fn run_class_test(packs: &[PackFiles], class: &ClassFile, test: &RuleTest) -> Result<Vec<String>, RuleError> {
    let pack = Pack::compile(&only(packs, None), &settings(test, &class.class.value))?;
    let reading = read_all(&source(test), (&pack.wanted, &pack.classes, &pack.keys), &options(test), &|_| {});
    let mut differences = problems(&reading.files);
    let Some(at) = pack.classes.iter().position(|body| body.name == class.class.value) else {
        return Ok(differences);
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
            crate::query::Truth::Unknown(what) => missing.extend(instance.missing_names(&what)),
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
    Ok(differences)
}

fn problems(files: &[super::ReadFile]) -> Vec<String> {
    let problems = files.iter().flat_map(|file| &file.report.problems);
    problems.map(|problem| format!("the export of the test: {}", problem.message)).collect()
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
    match finding.places.first().map(|place| &place.target) {
        Some(Target::Field(field)) => Some(field),
        _ => None,
    }
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
            missing == name || missing.rsplit_once('.').is_some_and(|(_, column)| column == name)
        });
        if !is_named {
            let named = coverage.missing.join(", ");
            differences.push(format!("cannot tell without {named}; expected {name} to be named"));
        }
    }
}

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
