//! Every kind of rule and condition that the format has, also those that the
//! built-in pack does not use: small rules in `tests/rules/kinds/`, each with
//! its own tests, which are run here as `rules test` runs them.

use std::collections::BTreeMap;
use std::path::Path;

use glidelint::judge::run_tests;
use glidelint::rule::{Settings, load};

#[test]
fn rules_of_every_kind_judge_as_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/kinds");
    let pack = load(&path, &path).unwrap();
    let (ran, failures) = run_tests(&[pack], &BTreeMap::new()).unwrap();
    let shown: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} of {ran} failed:\n{}", failures.len(), shown.join("\n"));
    assert!(ran >= 30, "only {ran} tests ran");
}

#[test]
fn a_baseline_decides_which_rules_run_and_what_they_expect() {
    let rule = "id: TT0100\ntitle: Limit\nseverity: 3\nproperty: test.limit\nexpect: { at_most: 10 }\n\
        baseline: { from: '2.0', values: [ { until: '5.0', expect: { at_most: 60 } } ] }\n\
        message: 'x.'\nwhy: w\nfix: f\n";
    let expected = |baseline: Option<(u32, u32)>| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limit.yaml");
        std::fs::write(&path, rule).unwrap();
        let settings = Settings { baseline, ..Settings::default() };
        let pack = glidelint::rule::Pack::compile(&[load(&path, &path).unwrap()], &settings).unwrap();
        pack.rules.first().map(|rule| match &rule.body {
            glidelint::rule::Body::Property(body) => body.expect.describe(),
            _ => String::new(),
        })
    };
    assert_eq!(expected(None).as_deref(), Some("at most 10"));
    assert_eq!(expected(Some((8, 0))).as_deref(), Some("at most 10"));
    assert_eq!(expected(Some((5, 0))).as_deref(), Some("at most 60"));
    assert_eq!(expected(Some((1, 0))), None);
}
