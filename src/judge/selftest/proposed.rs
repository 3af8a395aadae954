//! What a set proposes that is not in force answers nothing for the instance: from every
//! test of every rule the rows of each table are moved into a set that was loaded and
//! never committed. Then the rule finds at least what it finds without these rows, and
//! fares no better.

use rayon::prelude::*;
use regex::Regex;

use super::{only, options, rows_of, settings};
use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::record::is_update_set;
use crate::record::is_view;
use crate::rule::file::RuleTest;
use crate::rule::{Pack, PackFiles, builtin, builtin_tests};
use crate::source::Source;

#[test]
fn what_is_proposed_answers_nothing_for_the_instance() {
    let packs = [builtin().unwrap()];
    let tests = builtin_tests().unwrap();
    let judged = packs[0].rules.par_iter().map(|(path, rule)| {
        let tests = tests.get(path).map_or(&[][..], Vec::as_slice);
        judge_moved(&only(&packs, Some((path, rule))), &rule.id.value, tests)
    });
    let (count, better) = judged.reduce(Default::default, |mut all, (count, better)| {
        all.0 += count;
        all.1.extend(better);
        all
    });
    assert!(better.is_empty(), "{} of {count}:\n{}", better.len(), better.join("\n"));
    assert!(count > 1000, "{count}");
}

/// How often rows of a table were moved, and what the rule said better of then.
fn judge_moved(files: &[PackFiles], id: &str, tests: &[RuleTest]) -> (usize, Vec<String>) {
    let (mut count, mut better, mut shared) = (0, Vec::new(), None);
    for test in tests {
        let compile = || Pack::compile(files, &settings(test, id)).unwrap();
        let own = (!test.params.is_empty() || test.baseline.is_some()).then(compile);
        let pack = own.as_ref().unwrap_or_else(|| shared.get_or_insert_with(compile));
        let exports = [test.export.clone(), rows_of(test)].map(|text| text.replace("<unload/>", ""));
        for wanted in pack.wanted.tables().iter().filter(|table| !is_view(&table.name)) {
            let row = Regex::new(&format!(r"(?s)<{0} action=.*?(</{0}>|/>)", wanted.name)).unwrap();
            // Rows of sets stay where they are, and so do the sets' own records.
            let is_open = !exports.concat().contains("<sys_update_xml") && !is_update_set(&wanted.name);
            let rows: Vec<_> = exports.iter().flat_map(|text| row.find_iter(text)).collect();
            if rows.is_empty() || !is_open {
                continue;
            }
            let set = |row: regex::Match<'_>| {
                format!(
                    "<sys_update_xml action=\"INSERT_OR_UPDATE\"><action>INSERT_OR_UPDATE</action><payload><![CDATA[\
                     <record_update>{}</record_update>]]></payload><sys_updated_on>2020-01-01 00:00:00\
                     </sys_updated_on></sys_update_xml>",
                    row.as_str().replace("<![CDATA[", "").replace("]]>", "")
                )
            };
            let set = format!("<unload>{}</unload>", rows.into_iter().map(set).collect::<String>());
            let without: Vec<_> = exports.iter().map(|text| row.replace_all(text, "").into_owned()).collect();
            let options = options(test);
            let before = fares(pack, &options, &without);
            let after = fares(pack, &options, &[&without[..], &[set]].concat());
            count += 1;
            let is_kept = before.0.iter().all(|finding| after.0.contains(finding));
            let worse = after.0.len() - before.0.len().min(after.0.len());
            if !is_kept || after.1 + worse < before.1 && after.2 {
                let (test, table) = (&test.name.value, &wanted.name);
                better.push(format!("{id} {table} \"{test}\": {before:?} {after:?}"));
            }
        }
    }
    (count, better)
}

/// What is found, how much cannot be told, and whether anybody asks about the instance.
fn fares(pack: &Pack, options: &Options, exports: &[String]) -> (Vec<String>, usize, bool) {
    let paths = ["a.xml", "b.xml", "c.xml"];
    let files = paths.iter().zip(exports).filter(|(_, text)| !text.is_empty());
    let sources: Vec<_> = files.map(|(name, text)| Source::memory(name, text.as_bytes())).collect();
    let reading = read_all(&sources, &Plan::of(pack), options, &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let keys = outcome.findings.iter().map(|finding| finding.key.to_string()).collect();
    let is_asked = reading.instance.in_force.is_some();
    let open: u64 = outcome.coverage.iter().map(|coverage| coverage.cannot_tell).sum();
    (keys, usize::try_from(open).unwrap(), is_asked)
}
