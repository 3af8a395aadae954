//! Changes on trial: before anything is written, all of the input is judged again
//! with the new values. A change after which its finding stands, or after which
//! another one appears, mends nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use glidelint::export::{ChildReader, RecordSink};
use glidelint::finding::{Finding, Fingerprint};
use glidelint::instance::Reading;
use glidelint::record::Record;
use glidelint::scan::{JudgedFindings, JudgedScan, Scan};
use glidelint::source::{Discovery, Source};
use glidelint::suppress::Waivers;

use super::changes::{Change, changed};
use crate::cli::shared::fail::Failure;

/// How often everything may be judged again to find out which change is to blame.
const MOST_TRIALS: usize = 32;

/// What was found before anything was changed.
pub(super) struct BeforeChanges {
    findings: HashMap<Fingerprint, usize>,
    /// By rule: how many records could not be judged.
    open: BTreeMap<String, u64>,
}

impl BeforeChanges {
    pub(super) fn of(judged: &JudgedFindings) -> Self {
        Self { findings: counted(judged), open: open_by_rule(judged) }
    }
}

/// Everything that judging again needs.
pub(super) struct Trial<'t> {
    pub(super) scan: Scan<'t>,
    pub(super) waivers: &'t Waivers,
    pub(super) before: BeforeChanges,
}

/// What came of the changes.
#[derive(Default)]
pub(super) struct Settled {
    /// Those to be written, by their numbers.
    pub(super) accepted: Vec<usize>,
    /// The others, with the reasons.
    pub(super) refused: Vec<(usize, String)>,
}

/// What speaks against changes.
#[derive(Default)]
struct Objections {
    /// Against one of them, by its number.
    named: BTreeMap<usize, String>,
    /// Against some of them, nobody knows which.
    unnamed: Option<String>,
}

impl Trial<'_> {
    /// Tries changes, which stand in the order of their places and do not overlap.
    pub(super) fn settle(&self, changes: &[Change]) -> Result<Settled, Failure> {
        let mut settled = Settled::default();
        let mut open: Vec<Vec<usize>> = vec![(0..changes.len()).collect()];
        let mut trials = 0;
        while let Some(mut group) = open.pop() {
            if group.is_empty() {
                continue;
            }
            let tried: BTreeSet<usize> = settled.accepted.iter().chain(&group).copied().collect();
            let Objections { named, unnamed } = self.objections(changes, &tried)?;
            trials += 1;
            let count = group.len();
            group.retain(|number| match named.get(number) {
                Some(why) => {
                    settled.refused.push((*number, why.clone()));
                    false
                }
                None => true,
            });
            let other = unnamed.or_else(|| named.into_values().next());
            match other {
                None => settled.accepted.append(&mut group),
                Some(_) if group.len() < count && trials < MOST_TRIALS => open.push(group),
                Some(why) if group.len() == 1 || trials >= MOST_TRIALS => {
                    settled.refused.extend(group.into_iter().map(|number| (number, why.clone())));
                }
                Some(_) => {
                    let rest = group.split_off(group.len() / 2);
                    open.extend([rest, group]);
                }
            }
        }
        settled.accepted.sort_unstable();
        settled.refused.sort();
        Ok(settled)
    }

    /// Judges the input with some of the changes in it.
    fn objections(&self, changes: &[Change], tried: &BTreeSet<usize>) -> Result<Objections, Failure> {
        let discovery = self.changed_input(changes, tried)?;
        let JudgedScan { read, mut judged } = Scan { discovery: &discovery, ..self.scan }.judge();
        judged.waive(self.waivers, &discovery);
        let now = counted(&judged);
        let mut objections = Objections::default();
        let tried: Vec<_> =
            tried.iter().filter_map(|number| Some((*number, changes.get(*number)?))).collect();
        for (number, change) in &tried {
            if let Some(still) = change.mends.iter().find(|mends| now.contains_key(&mends.fingerprint)) {
                let why = format!("with the new value {} is still found", still.rule);
                objections.named.insert(*number, why);
            }
        }
        self.object_to_doubt(&tried, &open_by_rule(&judged), &mut objections);
        let subjects = Subjects::of(&tried);
        let is_new = |finding: &&Finding| {
            let count = self.before.findings.get(&finding.fingerprint).copied().unwrap_or(0);
            finding.waiver.is_none() && now.get(&finding.fingerprint).is_some_and(|now| *now > count)
        };
        for finding in judged.findings.iter().filter(is_new) {
            let why = format!("with the new value {} is found: {}", judged.rule_id(finding), finding.message);
            let mut blamed = subjects.same(finding);
            if blamed.is_empty() {
                blamed = subjects.named(&values_at(finding, &discovery, &read.reading));
            }
            if blamed.is_empty() {
                objections.unnamed.get_or_insert(why);
            } else {
                for number in blamed {
                    objections.named.entry(number).or_insert_with(|| why.clone());
                }
            }
        }
        Ok(objections)
    }

    /// A finding that is gone because nobody can judge any more is not mended.
    fn object_to_doubt(
        &self,
        tried: &[(usize, &Change)],
        open: &BTreeMap<String, u64>,
        objections: &mut Objections,
    ) {
        let mut by_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, change) in tried {
            for mends in &change.mends {
                by_rule.entry(&mends.rule).or_default().push(*number);
            }
        }
        for (rule, numbers) in by_rule {
            if open.get(rule) > self.before.open.get(rule) {
                let why = format!("with the new value nobody can tell what {rule} asks");
                match numbers[..] {
                    [number] => drop(objections.named.entry(number).or_insert(why)),
                    _ => objections.unnamed = Some(why),
                }
            }
        }
    }

    /// The input with the changes in it; files as they were stay where they are.
    fn changed_input(&self, changes: &[Change], tried: &BTreeSet<usize>) -> Result<Discovery, Failure> {
        let mut by_source: BTreeMap<u32, Vec<&Change>> = BTreeMap::new();
        for change in tried.iter().filter_map(|number| changes.get(*number)) {
            by_source.entry(change.source).or_default().push(change);
        }
        let source = |(number, source): (u32, &Source)| -> Result<Source, Failure> {
            let Some(changes) = by_source.get(&number) else { return Ok(source.clone()) };
            let path = self.scan.discovery.root.join(source.path());
            let file = changed(&path, changes).and_then(|file| source.with_bytes_of(file));
            file.map_err(|error| Failure::Use(format!("{}: {error}", path.display())))
        };
        Ok(Discovery {
            root: self.scan.discovery.root.clone(),
            sources: (0_u32..).zip(&self.scan.discovery.sources).map(source).collect::<Result<_, _>>()?,
            problems: self.scan.discovery.problems.clone(),
            walked: self.scan.discovery.walked.clone(),
        })
    }
}

fn counted(judged: &JudgedFindings) -> HashMap<Fingerprint, usize> {
    let mut counts = HashMap::new();
    for finding in &judged.findings {
        *counts.entry(finding.fingerprint).or_default() += 1;
    }
    counts
}

fn open_by_rule(judged: &JudgedFindings) -> BTreeMap<String, u64> {
    let rules = judged.rules.iter().map(|rule| rule.id.clone());
    rules.zip(judged.coverage.iter().map(|coverage| coverage.cannot_tell)).collect()
}

/// The numbers of changes by the records that they are made in.
#[derive(Default)]
struct Subjects<'c> {
    /// By table and key, for records that show no `sys_id`.
    by_key: HashMap<(&'c str, &'c str), Vec<usize>>,
    /// By `sys_id` in lower case, with the table.
    by_sys_id: HashMap<String, Vec<(usize, &'c str)>>,
}

impl<'c> Subjects<'c> {
    fn of(changes: &[(usize, &'c Change)]) -> Self {
        let mut subjects = Self::default();
        for (number, change) in changes {
            match &change.sys_id {
                Some(sys_id) => {
                    let of_id = subjects.by_sys_id.entry(sys_id.to_lowercase()).or_default();
                    of_id.push((*number, &change.table));
                }
                None => subjects.by_key.entry((&change.table, &change.key)).or_default().push(*number),
            }
        }
        subjects
    }

    /// The changes in the record that a finding is about.
    fn same(&self, finding: &Finding) -> Vec<usize> {
        let by_key = self.by_key.get(&(&*finding.table, &*finding.key)).into_iter().flatten().copied();
        let of_id = finding.sys_id.as_ref().and_then(|sys_id| self.by_sys_id.get(&sys_id.to_lowercase()));
        let of_id = of_id.into_iter().flatten().filter(|(_, table)| *table == &*finding.table);
        by_key.chain(of_id.map(|(number, _)| *number)).collect()
    }

    /// The changes in records that some of the values name.
    fn named(&self, values: &HashSet<String>) -> Vec<usize> {
        let named = values.iter().filter_map(|value| self.by_sys_id.get(value)).flatten();
        let named: BTreeSet<_> = named.map(|(number, _)| *number).collect();
        named.into_iter().collect()
    }
}

/// What the records hold that a finding points at, in lower case.
fn values_at(finding: &Finding, discovery: &Discovery, reading: &Reading<'_>) -> HashSet<String> {
    let mut values = HashSet::new();
    for place in &finding.places {
        let file = reading.files.iter().find(|file| file.source == place.source);
        let (Some(source), Some(file)) = (discovery.source(place.source), file) else { continue };
        let mut reader = ChildReader::new(source, file.report.kind).with(&file.report.classes);
        if reader.go_to(place.outer_start) {
            reader.read(&mut Values { ordinal: place.ordinal, values: &mut values });
        }
    }
    values
}

/// Takes the values of one record.
struct Values<'v> {
    ordinal: u32,
    values: &'v mut HashSet<String>,
}

impl RecordSink for Values<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if record.ordinal == self.ordinal {
            self.values.extend(record.fields.iter().map(|field| field.value.to_lowercase()));
        }
    }
}
