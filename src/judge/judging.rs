//! One rule at work: its verdicts on an instance, counted.

use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;
use rayon::prelude::*;
use smallvec::smallvec;

use super::conditions::{self, ConditionOutcome};
use super::counts::{Counting, judge_count};
use super::findings::Subject;
use super::properties::{JudgedProperty, judge_property};
use super::records::judge_record;
use super::verdicts::RowVerdicts;
use super::writing::Failed;
use crate::facts::{Row, RowStanding, Sameness, SetNo, TextId};
use crate::finding::{RuleCoverage, Verdict};
use crate::instance::{Instance, SetView, missing_names};
use crate::query::{Missing, RowId, Truth};
use crate::record::{Action, ColumnIdx, TableIdx};
use crate::rule::{Binding, Body, CountBody, Judges, PropertyBody, RecordBody, Rule};

/// How many rows are judged one by one before their verdicts are counted.
const OPEN_AT_ONCE: usize = 64 * 1024;

/// One rule at work.
pub(super) struct Judging<'i> {
    pub(super) instance: &'i Instance<'i>,
    pub(super) rule: &'i Rule,
    pub(super) failed: Vec<Failed>,
    pub(super) tally: Tally,
}

/// Counts of verdicts.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) coverage: RuleCoverage,
    missing: Missing,
    /// What was missing last: mostly it is the same again.
    last_missing: Missing,
    pub(super) names: BTreeSet<String>,
}

impl Tally {
    /// Adds what was counted elsewhere.
    pub(super) fn join(&mut self, other: Self) {
        self.coverage.pass += other.coverage.pass;
        self.coverage.fail += other.coverage.fail;
        self.coverage.not_applicable += other.coverage.not_applicable;
        self.coverage.cannot_tell += other.coverage.cannot_tell;
        self.missing = std::mem::take(&mut self.missing).union(other.missing);
        self.names.extend(other.names);
    }

    pub(super) fn add(&mut self, verdict: Verdict, missing: &Missing) {
        match verdict {
            Verdict::Pass => self.coverage.pass += 1,
            Verdict::Fail => self.coverage.fail += 1,
            Verdict::NotApplicable => self.coverage.not_applicable += 1,
            Verdict::CannotTell => self.coverage.cannot_tell += 1,
        }
        if !missing.is_empty() && self.last_missing != *missing {
            self.missing = std::mem::take(&mut self.missing).union(missing.clone());
            self.last_missing = missing.clone();
        }
    }

    pub(super) fn finish(mut self, instance: &Instance<'_>, unset: &[String]) -> RuleCoverage {
        if self.coverage.cannot_tell > 0 {
            self.names.extend(unset.iter().map(|name| format!("parameter {name}")));
        }
        self.names.extend(missing_names(instance, &self.missing));
        self.coverage.missing = self.names.into_iter().collect();
        self.coverage
    }
}

impl<'i> Judging<'i> {
    pub(super) fn new(instance: &'i Instance<'i>, rule: &'i Rule) -> Self {
        Self { instance, rule, failed: Vec::new(), tally: Tally::default() }
    }

    pub(super) fn run(&mut self) {
        let rule = self.rule;
        let gate = conditions::all(self.instance, &rule.gate);
        match gate.truth {
            Truth::Yes => {}
            Truth::No => return self.tally.add(Verdict::NotApplicable, &Missing::none()),
            Truth::Unknown(missing) => {
                self.tally.names.extend(gate.unclear);
                return self.tally.add(Verdict::CannotTell, &missing);
            }
        }
        match &rule.body {
            Body::Record(body) if body.judges == Judges::UpdateSets => self.brought_records(body),
            Body::Record(body) => self.records(body),
            Body::Property(body) => self.property(body),
            Body::Count(body) => self.count(body),
            Body::Conditions(bindings) => bindings.iter().for_each(|binding| self.binding(binding)),
        }
    }

    fn records(&mut self, body: &RecordBody) {
        let facts = self.instance.table(body.table);
        let rows = facts.every().filter(|(_, row)| is_judged(body, row)).map(|(id, _)| id);
        if !self.judge_rows(body, rows) {
            return self.no_records(body.table);
        }
        // A view may lack rows because of a table that it is computed from.
        let unshown = self.instance.unshown(body.table);
        if !unshown.is_empty() {
            self.tally.add(Verdict::CannotTell, &unshown);
        }
    }

    /// Judges records; whether there was any.
    pub(super) fn judge_rows(&mut self, body: &RecordBody, rows: impl Iterator<Item = RowId>) -> bool {
        let facts = self.instance.table(body.table);
        // Of older versions and copies counts only what is wrong with them.
        let counts = |row: RowId, verdict: Verdict| {
            let is_current = || facts.row(row).is_some_and(|row| row.standing == RowStanding::Current);
            verdict == Verdict::CannotTell || is_current()
        };
        let verdicts = RowVerdicts::new(self.instance, body);
        let mut failing = Vec::new();
        let mut open = Vec::new();
        let mut is_empty = true;
        for row in rows {
            is_empty = false;
            match verdicts.known(row) {
                Some(judged) if judged.verdict == Verdict::Fail => {
                    failing.push((row, judged.missing.clone()));
                }
                Some(judged) if counts(row, judged.verdict) => {
                    self.tally.add(judged.verdict, &judged.missing);
                }
                Some(_) => {}
                None => open.push(row),
            }
        }
        let known = failing.len();
        for rows in open.chunks(OPEN_AT_ONCE) {
            let judged: Vec<_> = rows.par_iter().with_min_len(512).map(|&row| verdicts.judge(row)).collect();
            for (&row, judged) in rows.iter().zip(judged) {
                match judged.verdict {
                    Verdict::Fail => failing.push((row, judged.missing)),
                    verdict if counts(row, verdict) => self.tally.add(verdict, &judged.missing),
                    _ => {}
                }
            }
        }
        if known > 0 && known < failing.len() {
            failing.sort_by_key(|(row, _)| *row);
        }
        self.records_failed(body.table, failing);
        !is_empty
    }

    /// Judges what each update set brings by itself.
    fn brought_records(&mut self, body: &RecordBody) {
        let (instance, table) = (self.instance, body.table);
        let facts = instance.table(table);
        let is_judged = |row: &RowId| {
            body.sees_deleted || facts.row(*row).is_some_and(|row| row.action == Action::InsertOrUpdate)
        };
        let rows: Vec<_> = instance.sets.net(table).iter().copied().filter(is_judged).collect();
        if rows.is_empty() && instance.sets.is_torn() {
            return self.tally.add(Verdict::CannotTell, &Missing::table(table));
        }
        if rows.is_empty() {
            return self.no_records(table);
        }
        let judge = |&row: &RowId| {
            let set = instance.sets.set_of(table, row)?;
            let view = SetView::new(instance, instance, set);
            Some((set, judge_record(&view, &instance.clock, body, row)))
        };
        // Exports of one set at several times are one set to whoever reads a report.
        let mut known: HashMap<(SetNo, TextId), usize, RandomState> = HashMap::default();
        for rows in rows.chunks(OPEN_AT_ONCE) {
            let judged: Vec<_> = rows.par_iter().with_min_len(512).map(judge).collect();
            for (&row, (set, judged)) in
                rows.iter().zip(judged).filter_map(|(row, judged)| Some((row, judged?)))
            {
                if judged.verdict != Verdict::Fail {
                    self.tally.add(judged.verdict, &judged.missing);
                    continue;
                }
                let sys_id = instance.facts.fold(facts.pair(row, ColumnIdx::SYS_ID).value);
                let same = instance.sets.get(set).map_or(set, |set| set.same_as);
                if sys_id.0 > TextId::EMPTY.0 {
                    let first = *known.entry((same, sys_id)).or_insert(self.failed.len());
                    if let Some(Failed::Record { rows, .. }) = self.failed.get_mut(first) {
                        rows.push(row);
                        continue;
                    }
                }
                self.tally.add(Verdict::Fail, &judged.missing);
                let (rows, excuse) = (smallvec![row], judged.missing);
                self.failed.push(Failed::Record { table, rows, excuse, set: Some(set) });
            }
        }
    }

    fn no_records(&mut self, table: TableIdx) {
        // Deletions alone show the table, and nothing in it to judge.
        let unshown = self.instance.unshown(table);
        let verdict = if unshown.is_empty() { Verdict::NotApplicable } else { Verdict::CannotTell };
        self.tally.add(verdict, &unshown);
    }

    /// A record whose versions cannot be told apart is one subject.
    fn records_failed(&mut self, table: TableIdx, failing: Vec<(RowId, Missing)>) {
        let facts = self.instance.table(table);
        let mut by_sys_id: HashMap<TextId, usize, RandomState> = HashMap::default();
        let mut by_first: HashMap<RowId, usize, RandomState> = HashMap::default();
        for (row, excuse) in failing {
            let sys_id = self.instance.facts.fold(facts.pair(row, ColumnIdx::SYS_ID).value);
            if sys_id.0 > TextId::EMPTY.0 {
                let known = *by_sys_id.entry(sys_id).or_insert(self.failed.len());
                if let Some(Failed::Record { rows, .. }) = self.failed.get_mut(known) {
                    rows.push(row);
                    continue;
                }
            }
            if !facts.sameness.is_empty() {
                let first = match facts.sameness.get(&row) {
                    Some(Sameness::Repeats(first)) => *first,
                    _ => row,
                };
                let known = *by_first.entry(first).or_insert(self.failed.len());
                if let Some(Failed::Record { rows, .. }) = self.failed.get_mut(known) {
                    by_sys_id.insert(sys_id, known);
                    rows.push(row);
                    continue;
                }
            }
            self.tally.add(Verdict::Fail, &excuse);
            self.failed.push(Failed::Record { table, rows: smallvec![row], excuse, set: None });
        }
    }

    fn property(&mut self, body: &PropertyBody) {
        self.properties(body, judge_property(self.instance, body));
    }

    pub(super) fn properties(&mut self, body: &PropertyBody, judged: Vec<JudgedProperty>) {
        for judged in judged {
            self.tally.add(judged.verdict, &judged.missing);
            self.tally.names.extend(judged.unclear);
            if judged.verdict == Verdict::Fail {
                let table = body.columns.table;
                let mut subject = Self::named_subject(table, &judged.name, judged.rows);
                subject.expected = body.expect.describe();
                self.failed.push(Failed::Subject(Box::new(subject)));
            }
        }
    }

    fn count(&mut self, body: &CountBody) {
        self.counted(body, judge_count(self.instance, body));
    }

    pub(super) fn counted(&mut self, body: &CountBody, Counting { passed, groups }: Counting) {
        self.tally.coverage.pass += passed;
        for counted in groups {
            self.tally.add(counted.verdict, &counted.missing);
            if counted.verdict == Verdict::Fail {
                let mut subject = Self::named_subject(body.table, &counted.group, counted.rows);
                subject.count = counted.sure;
                subject.expected = body.expect.describe();
                self.failed.push(Failed::Subject(Box::new(subject)));
            }
        }
    }

    /// The first case whose gate holds is judged.
    pub(super) fn binding(&mut self, binding: &Binding) {
        for case in &binding.cases {
            let gate = conditions::all(self.instance, &case.gate);
            match gate.truth {
                Truth::No => continue,
                Truth::Unknown(missing) => {
                    self.tally.names.extend(gate.unclear);
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

    fn case(&mut self, binding: &Binding, held: ConditionOutcome) {
        match held.truth {
            Truth::Yes => self.tally.add(Verdict::Pass, &Missing::none()),
            Truth::Unknown(missing) => {
                self.tally.names.extend(held.unclear);
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
                // It stays the same problem whichever of the conditions fails first.
                let identity = binding.value.as_ref().unwrap_or(&self.rule.meta.name);
                subject.identity = Some(identity.clone());
                subject.expected = failing.map(|failing| failing.expected).unwrap_or_default();
                self.failed.push(Failed::Subject(Box::new(subject)));
            }
        }
    }

    /// A subject that is known by a name rather than as one record.
    fn named_subject(table: TableIdx, name: &str, rows: Vec<RowId>) -> Subject {
        Subject {
            table,
            key: name.to_owned(),
            identity: None,
            sys_id: None,
            rows,
            name: name.to_owned(),
            count: 0,
            expected: String::new(),
            unjudged_excuse: Missing::none(),
            set: None,
        }
    }
}

/// Whether a row is one of those that a rule judges.
pub(super) fn is_judged(body: &RecordBody, row: &Row) -> bool {
    (body.sees_deleted || row.action == Action::InsertOrUpdate)
        && (body.judges == Judges::EveryCopy || row.standing == RowStanding::Current)
}

fn both(all: ConditionOutcome, any: ConditionOutcome) -> ConditionOutcome {
    ConditionOutcome {
        truth: all.truth.and(any.truth),
        unclear: [all.unclear, any.unclear].concat(),
        failing: all.failing.or(any.failing),
    }
}
