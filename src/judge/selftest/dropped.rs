//! What an export lacks excuses nothing: from every failing test of every rule
//! each column and each table that the rule asks for is dropped in turn, and the
//! payloads in which an update set brings records of the table. Then the rule may
//! still fail, or say that it cannot tell; it may not pass, and not call itself not
//! applicable.

use std::collections::BTreeSet;

use rayon::prelude::*;
use regex::Regex;

use super::{only, options, rows_of, settings};
use crate::facts::Options;
use crate::finding::Verdict;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::record::is_view;
use crate::rule::file::RuleTest;
use crate::rule::{Pack, PackFiles, builtin, builtin_tests};
use crate::source::Source;

/// Drops after which a rule may pass, each with its reason: rule, what is
/// dropped, why. `*` is any rule.
const EXPECTED: &str = include_str!("dropped.tsv");

/// How often a rule was judged with less than its test holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    columns: usize,
    tables: usize,
    payloads: usize,
}

#[test]
fn what_is_dropped_excuses_nothing() {
    let pack = builtin().unwrap();
    let tests = builtin_tests().unwrap();
    let packs = [pack];
    let rules = packs[0].rules.par_iter();
    let judged = rules.map(|(path, rule)| {
        let tests = tests.get(path).map_or(&[][..], Vec::as_slice);
        judge_without(&only(&packs, Some((path, rule))), &rule.id.value, tests)
    });
    let (figures, excused) = judged.reduce(Default::default, |mut all, (figures, excused)| {
        all.0.columns += figures.columns;
        all.0.tables += figures.tables;
        all.0.payloads += figures.payloads;
        all.1.extend(excused);
        all
    });
    let expected: BTreeSet<_> = EXPECTED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once('\t').map(|(drop, _reason)| drop.to_owned()))
        .collect();
    let new: Vec<_> = excused.difference(&expected).cloned().collect();
    assert!(new.is_empty(), "{} drops excuse what the export showed:\n{}", new.len(), new.join("\n"));
    let gone: Vec<_> = expected.difference(&excused).cloned().collect();
    assert!(gone.is_empty(), "these excuse nothing any more, take them out:\n{}", gone.join("\n"));
    assert!(figures.columns > 2000 && figures.tables > 500 && figures.payloads > 100, "{figures:?}");
}

/// Judges every failing test of a rule without each thing it asks for. Gives how
/// many were dropped, and after which of them the rule found nothing to say.
fn judge_without(files: &[PackFiles], id: &str, tests: &[RuleTest]) -> (Figures, BTreeSet<String>) {
    let mut figures = Figures::default();
    let mut excused = BTreeSet::new();
    let mut shared = None;
    for test in tests.iter().filter(|test| test.finds.as_ref().is_some_and(|finds| !finds.is_empty())) {
        let compile = || Pack::compile(files, &settings(test, id)).unwrap();
        let own = (!test.params.is_empty() || test.baseline.is_some()).then(compile);
        let pack = own.as_ref().unwrap_or_else(|| shared.get_or_insert_with(compile));
        for dropped in drops_of(pack, test) {
            match dropped.what {
                What::Column(_) => figures.columns += 1,
                What::Table => figures.tables += 1,
                What::Payloads(_) => figures.payloads += 1,
            }
            if !matches!(dropped.verdict(pack), Verdict::Fail | Verdict::CannotTell) {
                excused.insert(format!("{id}\t{}", dropped.name()));
            }
        }
    }
    (figures, excused)
}

/// What of a table is dropped.
enum What {
    Column(String),
    Table,
    /// The payloads of rows of update sets that bring records of it, in place of which
    /// this is left.
    Payloads(&'static str),
}

/// What is left of payloads: an empty one, or one without a record.
const LEFT: [&str; 2] = ["<payload/>", "<payload>&lt;record_update/&gt;</payload>"];

/// A failing test without something of one table.
struct Dropped {
    table: String,
    what: What,
    exports: Vec<(&'static str, String)>,
    options: Options,
}

impl Dropped {
    fn name(&self) -> String {
        match &self.what {
            What::Column(column) => format!("{}.{column}", self.table),
            What::Table => self.table.clone(),
            What::Payloads(left) => format!("payloads of {}, and left '{left}'", self.table),
        }
    }

    fn verdict(&self, pack: &Pack) -> Verdict {
        let sources: Vec<_> =
            self.exports.iter().map(|(name, text)| Source::memory(name, text.as_bytes())).collect();
        let reading = read_all(&sources, &Plan::of(pack), &self.options, &|_| {});
        judge(&reading.instance, &pack.rules)
            .coverage
            .first()
            .map_or(Verdict::NotApplicable, crate::finding::RuleCoverage::verdict)
    }
}

/// Everything that can be dropped from a test and that the rule asks for.
fn drops_of(pack: &Pack, test: &RuleTest) -> Vec<Dropped> {
    let exports = [("test.xml", test.export.clone()), ("rows.xml", rows_of(test))];
    let exports: Vec<_> = exports.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let mut drops = Vec::new();
    for wanted in pack.wanted.tables().iter().filter(|table| !is_view(&table.name)) {
        let asked =
            wanted.columns.iter().filter(|column| !["sys_updated_on", "sys_mod_count"].contains(&&***column));
        let columns = asked.map(|column| What::Column(column.to_string()));
        for what in columns.chain([What::Table]).chain(LEFT.map(What::Payloads)) {
            let without = |(name, text): &(&'static str, String)| (*name, without(text, &wanted.name, &what));
            let left: Vec<_> = exports.iter().map(without).collect();
            if left == exports {
                continue;
            }
            let mut options = options(test);
            if matches!(what, What::Table) {
                // A table that was not exported was not exported whole.
                options.complete.remove(&*wanted.name);
            }
            drops.push(Dropped { table: wanted.name.to_string(), what, exports: left, options });
        }
    }
    drops
}

/// An export without something of a table.
fn without(export: &str, table: &str, what: &What) -> String {
    let replace = |pattern: &str, by: &dyn Fn(&str) -> String| {
        let pattern = Regex::new(pattern).unwrap();
        pattern.replace_all(export, |found: &regex::Captures<'_>| by(&found[0])).into_owned()
    };
    let row = format!(r"(?s)<{table} action=.*?(</{table}>|/>)");
    match what {
        What::Table => replace(&row, &|_| String::new()),
        What::Column(column) => {
            let field = Regex::new(&format!(r"(?s)<{column}([ \t\r\n][^>]*)?(/>|>.*?</{column}>)")).unwrap();
            replace(&row, &|row| field.replace_all(row, "").into_owned())
        }
        What::Payloads(left) => {
            let payload = Regex::new(r"(?s)<payload>.*</payload>").unwrap();
            let is_of_table = |row: &str| row.contains(&format!("<{table} action="));
            let by = |row: &str| {
                if is_of_table(row) { payload.replace(row, *left).into_owned() } else { row.to_owned() }
            };
            replace(r"(?s)<sys_update_xml action=.*?</sys_update_xml>", &by)
        }
    }
}

#[test]
fn a_column_is_dropped_from_the_rows_of_its_table_only() {
    let export = "<unload><a action=\"x\"><b>1</b><c/></a><d action=\"x\"><b>2</b></d></unload>";
    let check = |table, what: &What, left: &str| assert_eq!(without(export, table, what), left);
    let column = |name: &str| What::Column(name.to_owned());
    check("a", &column("b"), "<unload><a action=\"x\"><c/></a><d action=\"x\"><b>2</b></d></unload>");
    check("a", &column("c"), "<unload><a action=\"x\"><b>1</b></a><d action=\"x\"><b>2</b></d></unload>");
    check("d", &What::Table, "<unload><a action=\"x\"><b>1</b><c/></a></unload>");
}
