//! All rules over one instance.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::conditions::{self, Held};
use super::counts::judge_count;
use super::findings::{FindingWriter, SharedNames, Subject, record_subject};
use super::instance::Instance;
use super::properties::judge_property;
use super::records::judge_record;
use crate::finding::{Finding, RuleCoverage, Verdict};
use crate::query::{Data, Missing, RowId, Truth};
use crate::record::{ColumnIdx, TableIdx};
use crate::rule::{Binding, Body, CountBody, PropertyBody, RecordBody, Rule};

/// What the rules say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// By rule, then in scan order.
    pub findings: Vec<Finding>,
    /// One entry a rule, in the rules' order.
    pub coverage: Vec<RuleCoverage>,
}

/// Judges an instance by all rules, in parallel; the order of the answer does
/// not depend on the number of threads.
#[must_use]
pub fn judge(instance: &Instance<'_>, rules: &[Rule]) -> Outcome {
    instance.settle_classes();
    let judged: Vec<_> = rules
        .par_iter()
        .enumerate()
        .map(|(index, rule)| {
            let mut judging = Judging::new(instance, rule, u16::try_from(index).unwrap_or(u16::MAX));
            judging.run();
            (judging.findings, judging.tally.finish(instance, &rule.unset))
        })
        .collect();
    let mut outcome = Outcome::default();
    outcome.findings.reserve_exact(judged.iter().map(|(findings, _)| findings.len()).sum());
    for (findings, coverage) in judged {
        outcome.findings.extend(findings);
        outcome.coverage.push(coverage);
    }
    outcome
}

/// One rule at work.
struct Judging<'i> {
    instance: &'i Instance<'i>,
    rule: &'i Rule,
    writer: FindingWriter<'i>,
    findings: Vec<Finding>,
    tally: Tally,
}

/// Counts of verdicts.
#[derive(Default)]
struct Tally {
    coverage: RuleCoverage,
    missing: Missing,
    names: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, verdict: Verdict, missing: &Missing) {
        match verdict {
            Verdict::Pass => self.coverage.pass += 1,
            Verdict::Fail => self.coverage.fail += 1,
            Verdict::NotApplicable => self.coverage.not_applicable += 1,
            Verdict::CannotTell => self.coverage.cannot_tell += 1,
        }
        if !missing.is_empty() {
            self.missing = std::mem::take(&mut self.missing).union(missing.clone());
        }
    }

    fn finish(mut self, instance: &Instance<'_>, unset: &[String]) -> RuleCoverage {
        if self.coverage.cannot_tell > 0 {
            self.names.extend(unset.iter().map(|name| format!("parameter {name}")));
        }
        self.names.extend(instance.missing_names(&self.missing));
        self.coverage.missing = self.names.into_iter().collect();
        self.coverage
    }
}

impl<'i> Judging<'i> {
    fn new(instance: &'i Instance<'i>, rule: &'i Rule, index: u16) -> Self {
        let properties = match &rule.body {
            Body::Property(body) => Some(body.columns),
            Body::Conditions(_) => property_columns(instance),
            _ => None,
        };
        let writer = FindingWriter { instance, rule, index, properties, names: SharedNames::default() };
        Self { instance, rule, writer, findings: Vec::new(), tally: Tally::default() }
    }

    fn run(&mut self) {
        let rule = self.rule;
        let gate = conditions::all(self.instance, &rule.gate);
        match gate.truth {
            Truth::Yes => {}
            Truth::No => return self.tally.add(Verdict::NotApplicable, &Missing::none()),
            Truth::Unknown(missing) => {
                self.tally.names.extend(gate.unknown_properties);
                return self.tally.add(Verdict::CannotTell, &missing);
            }
        }
        match &rule.body {
            Body::Record(body) => self.records(body),
            Body::Property(body) => self.property(body),
            Body::Count(body) => self.count(body),
            Body::Conditions(bindings) => bindings.iter().for_each(|binding| self.binding(binding)),
        }
    }

    fn records(&mut self, body: &RecordBody) {
        let facts = self.instance.table(body.table);
        let rows: Vec<RowId> = if body.sees_deleted {
            facts.numbered().map(|(row, _)| row).collect()
        } else {
            facts.live().collect()
        };
        if rows.is_empty() {
            // Deletions alone show the table, and nothing in it to judge.
            let is_shown = self.instance.is_shown(body.table) || self.instance.holds_all(body.table);
            if is_shown {
                self.tally.add(Verdict::NotApplicable, &Missing::none());
            } else {
                self.tally.add(Verdict::CannotTell, &Missing::table(body.table));
            }
            return;
        }
        // A record whose versions cannot be told apart is one subject.
        let mut subjects: Vec<Subject> = Vec::new();
        let mut by_sys_id: HashMap<&str, usize> = HashMap::new();
        for row in rows {
            let judged = judge_record(self.instance, body, row);
            if judged.verdict != Verdict::Fail {
                self.tally.add(judged.verdict, &judged.missing);
                continue;
            }
            let sys_id = self.instance.cell(body.table, row, ColumnIdx::SYS_ID).value;
            if let Some(&known) = by_sys_id.get(sys_id) {
                subjects[known].rows.push(row);
                continue;
            }
            if !sys_id.is_empty() {
                by_sys_id.insert(sys_id, subjects.len());
            }
            self.tally.add(Verdict::Fail, &judged.missing);
            subjects.push(record_subject(self.instance, body.table, row, judged.missing));
        }
        self.write(subjects);
    }

    fn property(&mut self, body: &PropertyBody) {
        for judged in judge_property(self.instance, body) {
            self.tally.add(judged.verdict, &judged.missing);
            if judged.absent && judged.verdict == Verdict::CannotTell {
                self.tally.names.insert(judged.name.clone());
            }
            if judged.verdict == Verdict::Fail {
                let table = body.columns.table;
                let mut subject = Self::named_subject(table, &judged.name, judged.rows);
                subject.expected = body.expect.describe();
                self.write([subject]);
            }
        }
    }

    fn count(&mut self, body: &CountBody) {
        for counted in judge_count(self.instance, body) {
            self.tally.add(counted.verdict, &counted.missing);
            if counted.verdict == Verdict::Fail {
                let mut subject = Self::named_subject(body.table, &counted.group, counted.rows);
                subject.count = counted.sure;
                subject.expected = body.expect.describe();
                self.write([subject]);
            }
        }
    }

    /// The first case whose gate holds is judged.
    fn binding(&mut self, binding: &Binding) {
        for case in &binding.cases {
            let gate = conditions::all(self.instance, &case.gate);
            match gate.truth {
                Truth::No => continue,
                Truth::Unknown(missing) => {
                    self.tally.names.extend(gate.unknown_properties);
                    return self.tally.add(Verdict::CannotTell, &missing);
                }
                Truth::Yes => {}
            }
            let all = conditions::all(self.instance, &case.all);
            let held =
                if case.any.is_empty() { all } else { both(all, conditions::any(self.instance, &case.any)) };
            return self.case(binding, held);
        }
        self.tally.add(Verdict::NotApplicable, &Missing::none());
    }

    fn case(&mut self, binding: &Binding, held: Held) {
        match held.truth {
            Truth::Yes => self.tally.add(Verdict::Pass, &Missing::none()),
            Truth::Unknown(missing) => {
                self.tally.names.extend(held.unknown_properties);
                self.tally.add(Verdict::CannotTell, &missing);
            }
            Truth::No => {
                self.tally.add(Verdict::Fail, &Missing::none());
                let failing = held.failing;
                let table = failing.as_ref().map(|failing| failing.table);
                let Some(table) = table.or_else(|| self.instance.wanted.find("sys_properties")) else {
                    return;
                };
                let rows = failing.as_ref().and_then(|failing| failing.place).map(|(_, row)| row);
                let name = failing.as_ref().and_then(|failing| failing.name.clone());
                let name =
                    name.or_else(|| binding.value.clone()).unwrap_or_else(|| self.rule.meta.name.clone());
                let mut subject = Self::named_subject(table, &name, rows.into_iter().collect());
                subject.expected = failing.map(|failing| failing.expected).unwrap_or_default();
                self.write([subject]);
            }
        }
    }

    /// A subject that is known by a name rather than as one record.
    fn named_subject(table: TableIdx, name: &str, rows: Vec<RowId>) -> Subject {
        Subject {
            table,
            key: name.to_owned(),
            sys_id: None,
            rows,
            name: name.to_owned(),
            count: 0,
            expected: String::new(),
            unjudged_excuse: Missing::none(),
        }
    }

    /// Each subject is gone before the next one becomes a finding: there may be millions.
    fn write(&mut self, subjects: impl IntoIterator<Item = Subject>) {
        let writer = &self.writer;
        self.findings.extend(subjects.into_iter().map(|subject| writer.finding(&subject)));
    }
}

fn both(all: Held, any: Held) -> Held {
    Held {
        truth: all.truth.and(any.truth),
        unknown_properties: [all.unknown_properties, any.unknown_properties].concat(),
        failing: all.failing.or(any.failing),
    }
}

fn property_columns(instance: &Instance<'_>) -> Option<crate::rule::PropertyColumns> {
    let table = instance.wanted.find("sys_properties")?;
    let column = |name| instance.wanted.table(table).find(name);
    Some(crate::rule::PropertyColumns {
        table,
        name: column("name")?,
        value: column("value")?,
        kind: column("type")?,
    })
}
