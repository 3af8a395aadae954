//! Recognises findings among those that were known before.
//!
//! What is known of a finding is the fingerprint of its key, its `sys_id` and its
//! values. Among findings of one key the `sys_id` says which is which. Only where the
//! known record is not there any more may another one be it, created anew: as long as
//! there are not more of them than of known ones. So neither the order of files nor a
//! twin decides anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entry::{BaselineEntry, KnownValues};
use crate::finding::{BaselineState, Better, Finding, Fingerprint, Measure, ValuesHash};

/// A finding, as far as it is recognised by it.
#[derive(Debug, Clone)]
pub struct SeenFinding {
    /// The fingerprint of its key.
    key: Fingerprint,
    /// The fingerprint of version 1.
    earlier: Fingerprint,
    /// Empty if the finding shows none.
    sys_id: String,
    values: Option<Now>,
}

/// The current values.
#[derive(Debug, Clone)]
enum Now {
    Judged {
        all: ValuesHash,
        measure: Option<Measure>,
    },
    /// From a baseline, which does not say which numbers are better.
    Saved(KnownValues),
}

impl SeenFinding {
    /// What a finding is recognised by.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self {
            key: finding.key_fingerprint(),
            earlier: finding.earlier_fingerprint(),
            sys_id: finding.sys_id.as_deref().unwrap_or_default().to_lowercase(),
            values: Some(Now::Judged { all: finding.values, measure: finding.measure().copied() }),
        }
    }

    /// What a line of a baseline is recognised by, if that is the newer state.
    #[must_use]
    pub fn of_entry(entry: &BaselineEntry) -> Self {
        Self {
            key: entry.fingerprint,
            earlier: entry.fingerprint,
            sys_id: entry.sys_id.to_lowercase(),
            values: entry.values.clone().map(Now::Saved),
        }
    }
}

/// The result of comparing findings with entries.
#[derive(Debug)]
pub struct Recognised {
    /// How each finding stands.
    pub states: Vec<BaselineState>,
    /// Which entries are still found; in their order.
    pub is_found: Vec<bool>,
}

impl Recognised {
    /// Compares findings with entries.
    #[must_use]
    pub fn of(entries: &[&BaselineEntry], seen: &[SeenFinding]) -> Self {
        let mut result =
            Self { states: vec![BaselineState::New; seen.len()], is_found: vec![false; entries.len()] };
        let mut by_key: BTreeMap<Fingerprint, Group> = BTreeMap::new();
        let mut earlier: HashMap<Fingerprint, Vec<usize>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.values.is_some() {
                by_key.entry(entry.fingerprint).or_default().entries.push(at);
            } else {
                earlier.entry(entry.fingerprint).or_default().push(at);
            }
        }
        for (at, finding) in seen.iter().enumerate() {
            if let Some(group) = by_key.get_mut(&finding.key) {
                group.findings.push(at);
            }
            for &entry in earlier.get(&finding.earlier).into_iter().flatten() {
                // Of its values nothing is known.
                result.is_found[entry] = true;
                result.states[at] = BaselineState::Unchanged;
            }
        }
        for group in by_key.into_values().filter(|group| !group.findings.is_empty()) {
            group.settle(entries, seen, &mut result);
        }
        result
    }

    fn says(&mut self, finding: usize, state: BaselineState) {
        if self.states[finding] != BaselineState::Unchanged {
            self.states[finding] = state;
        }
    }

    fn find(&mut self, entries: &[usize]) {
        for &entry in entries {
            self.is_found[entry] = true;
        }
    }
}

/// Entries and findings of one key.
#[derive(Default)]
struct Group {
    entries: Vec<usize>,
    findings: Vec<usize>,
}

impl Group {
    fn settle(self, entries: &[&BaselineEntry], seen: &[SeenFinding], result: &mut Recognised) {
        let mut by_sys_id: HashMap<String, Vec<usize>> = HashMap::new();
        for &at in self.entries.iter().filter(|at| !entries[**at].sys_id.is_empty()) {
            by_sys_id.entry(entries[at].sys_id.to_lowercase()).or_default().push(at);
        }
        let mut others = Vec::new();
        for finding in self.findings {
            let Some(known) = by_sys_id.get(&seen[finding].sys_id) else {
                others.push(finding);
                continue;
            };
            let is_as = Classes::of(known, entries).class_of(&seen[finding]).is_some();
            let state = if is_as { BaselineState::Unchanged } else { BaselineState::Changed };
            result.says(finding, state);
            result.find(known);
        }
        let (shown, hidden): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|at| !seen[*at].sys_id.is_empty());
        let left = |result: &Recognised| -> Vec<usize> {
            self.entries.iter().copied().filter(|at| !result.is_found[*at]).collect()
        };
        settle_hidden(&hidden, &left(result), (entries, seen), result);
        settle_shown(&shown, &left(result), (entries, seen), result);
    }
}

/// Nothing but its values tells a finding without a `sys_id` from others of its key.
fn settle_hidden(
    findings: &[usize],
    known: &[usize],
    (entries, seen): (&[&BaselineEntry], &[SeenFinding]),
    result: &mut Recognised,
) {
    if known.is_empty() {
        return;
    }
    let classes = Classes::of(known, entries);
    let mut has_changed = false;
    let mut met = BTreeSet::new();
    for &finding in findings {
        let class = classes.class_of(&seen[finding]);
        has_changed |= class.is_none();
        met.extend(class);
        result.says(finding, class.map_or(BaselineState::Changed, |_| BaselineState::Unchanged));
    }
    if has_changed {
        result.find(known);
    }
    for class in met {
        result.find(&classes.list[class].entries);
    }
}

/// Findings whose `sys_id` nobody knows may be known records that were created anew,
/// where there are not more of them than of records that are gone.
fn settle_shown(
    findings: &[usize],
    known: &[usize],
    (entries, seen): (&[&BaselineEntry], &[SeenFinding]),
    result: &mut Recognised,
) {
    let classes = Classes::of(known, entries);
    let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut others = Vec::new();
    for &finding in findings {
        match classes.class_of(&seen[finding]) {
            Some(class) => by_class.entry(class).or_default().push(finding),
            None => others.push(finding),
        }
    }
    for (class, findings) in by_class {
        let known = &classes.list[class].entries;
        if findings.len() > known.len() {
            others.extend(findings);
            continue;
        }
        result.find(&known[..findings.len()]);
        for finding in findings {
            result.says(finding, BaselineState::Unchanged);
        }
    }
    let left: Vec<_> = known.iter().copied().filter(|at| !result.is_found[*at]).collect();
    if others.len() <= left.len() {
        result.find(&left[..others.len()]);
        for finding in others {
            result.says(finding, BaselineState::Changed);
        }
    }
}

/// Entries by their values.
struct Classes {
    list: Vec<Class>,
    by_hash: HashMap<ValuesHash, usize>,
}

/// Entries with the same values, but for the number.
struct Class {
    entries: Vec<usize>,
    /// Whether one has no number.
    is_plain: bool,
    /// The least number and the greatest, if one has a number.
    numbers: Option<(f64, f64)>,
}

impl Classes {
    fn of(known: &[usize], entries: &[&BaselineEntry]) -> Self {
        let mut classes = Self { list: Vec::new(), by_hash: HashMap::new() };
        for &at in known {
            let Some(values) = &entries[at].values else { continue };
            let number = *classes.by_hash.entry(values.hash).or_insert(classes.list.len());
            if number == classes.list.len() {
                classes.list.push(Class { entries: Vec::new(), is_plain: false, numbers: None });
            }
            let class = &mut classes.list[number];
            class.entries.push(at);
            match values.number {
                None => class.is_plain = true,
                Some(number) => {
                    let (least, most) = class.numbers.unwrap_or((number, number));
                    class.numbers = Some((least.min(number), most.max(number)));
                }
            }
        }
        classes
    }

    /// The entries whose values are those of a finding, or worse ones.
    fn class_of(&self, finding: &SeenFinding) -> Option<usize> {
        let plain = |hash: ValuesHash| self.class(hash, |class| class.is_plain);
        match &finding.values {
            // It was written before anybody asked for values.
            None => (!self.list.is_empty()).then_some(0),
            Some(Now::Judged { all, measure: None }) => plain(*all),
            Some(Now::Judged { all, measure: Some(measure) }) => {
                let is_no_worse = |class: &Class| {
                    class.numbers.is_some_and(|(least, most)| match measure.better {
                        Better::Lower => measure.value <= most,
                        Better::Higher => measure.value >= least,
                    })
                };
                self.class(measure.others, is_no_worse).or_else(|| plain(*all))
            }
            Some(Now::Saved(KnownValues { hash, number: None })) => plain(*hash),
            Some(Now::Saved(KnownValues { hash, number: Some(number) })) => {
                let is_it = |&(least, most): &(f64, f64)| least <= *number && *number <= most;
                self.class(*hash, |class| class.numbers.as_ref().is_some_and(is_it))
            }
        }
    }

    fn class(&self, hash: ValuesHash, fits: impl Fn(&Class) -> bool) -> Option<usize> {
        self.by_hash.get(&hash).copied().filter(|class| fits(&self.list[*class]))
    }
}

#[cfg(test)]
pub(super) mod tests;
