//! What rules say of a few files: which version of a record is the state, what update sets
//! bring, what apps hold, how far tables are whole.

mod apps;
mod claims;
mod in_force;
mod joined;
mod names;
mod same;
mod turned_off;
mod update_sets;
mod versions;

use crate::facts::Options;
use crate::finding::RuleCoverage;
use crate::instance::{Instance, Plan, read_all};
use crate::judge::judge;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// Reads files, which are numbered `0.xml` and so on, judges one rule of the built-in
/// pack, and looks at what came of it.
fn judged<T>(
    rule: &str,
    files: &[&str],
    options: &Options,
    look: impl FnOnce(&Instance<'_>, &RuleCoverage) -> T,
) -> T {
    let settings = Settings { select: vec![rule.to_owned()], strict: true, ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let sources: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(at, text)| Source::memory(&format!("{at}.xml"), text.as_bytes().to_vec()))
        .collect();
    let reading = read_all(&sources, &Plan::of(&pack), options, &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    look(&reading.instance, &outcome.coverage[0])
}

/// Whether the rule finds something, or cannot tell.
fn verdict_of(coverage: &RuleCoverage) -> &'static str {
    match coverage {
        coverage if coverage.fail > 0 => "fail",
        coverage if coverage.cannot_tell > 0 => "?",
        coverage if coverage.pass > 0 => "pass",
        _ => "not applicable",
    }
}
