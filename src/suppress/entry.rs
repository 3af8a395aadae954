//! A known finding, and the line that a baseline has of it.

use std::fmt::Write as _;

use super::is_hidden;
use crate::finding::{Finding, Fingerprint, ValuesHash};

/// One known finding.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineEntry {
    /// Id of the rule.
    pub rule: String,
    /// Table of the subject.
    pub table: String,
    /// Its natural key, on one line and without anything invisible.
    pub key: String,
    /// The field that was reported, or nothing.
    pub field: String,
    /// The `sys_id` of the subject, where it showed one.
    pub sys_id: String,
    /// What it is recognised by: that of its key, or of version 1 where it has no values.
    pub fingerprint: Fingerprint,
    /// What it rests on; nothing in version 1.
    pub values: Option<KnownValues>,
}

/// The values that a known finding rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownValues {
    /// The hash of all values but the number.
    pub hash: ValuesHash,
    /// The one number that was compared with a limit, if it is one.
    pub number: Option<f64>,
}

impl KnownValues {
    /// The values of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        match finding.measure() {
            Some(measure) => Self { hash: measure.others, number: Some(measure.value) },
            None => Self { hash: finding.values, number: None },
        }
    }
}

impl BaselineEntry {
    /// For a finding of the rule with this id.
    #[must_use]
    pub fn of(finding: &Finding, rule: &str) -> Self {
        Self {
            rule: cell(rule),
            table: cell(&finding.table),
            key: cell(&finding.key),
            field: cell(finding.field.as_deref().unwrap_or_default()),
            sys_id: cell(finding.sys_id.as_deref().unwrap_or_default()),
            fingerprint: finding.key_fingerprint(),
            values: Some(KnownValues::of(finding)),
        }
    }

    /// The line, with a tab between the cells.
    pub(super) fn line(&self) -> String {
        let Self { rule, table, key, field, sys_id, fingerprint, values } = self;
        let hash = values.as_ref().map_or_else(String::new, |values| values.hash.to_string());
        let number = values.as_ref().and_then(|values| values.number);
        let number = number.map_or_else(String::new, |number| number.to_string());
        format!("{rule}\t{table}\t{key}\t{field}\t{sys_id}\t{fingerprint}\t{hash}\t{number}")
    }
}

/// A line of version 1.
pub(super) fn earlier_entry(line: &str) -> Option<BaselineEntry> {
    let cells: [&str; 5] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let [rule, table, key, field, fingerprint] = cells;
    read_entry([rule, table, key, field, "", fingerprint, "", ""])
}

/// A line of this version.
pub(super) fn entry(line: &str) -> Option<BaselineEntry> {
    read_entry(line.split('\t').collect::<Vec<_>>().try_into().ok()?)
}

fn read_entry(
    [rule, table, key, field, sys_id, fingerprint, hash, number]: [&str; 8],
) -> Option<BaselineEntry> {
    let number = match number {
        "" => None,
        number => Some(number.parse().ok().filter(|number: &f64| number.is_finite())?),
    };
    let values = match (hash, number) {
        ("", None) => None,
        (hash, number) => Some(KnownValues { hash: ValuesHash::parse(hash)?, number }),
    };
    let fingerprint = Fingerprint::parse(fingerprint)?;
    let [rule, table, key, field, sys_id] = [rule, table, key, field, sys_id].map(str::to_owned);
    (!rule.is_empty()).then_some(BaselineEntry { rule, table, key, field, sys_id, fingerprint, values })
}

/// A text as one cell of the file: what would end it, or is not seen by whoever
/// reviews the file, is written as its number.
pub(super) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            let _ = write!(cell, "{}", letter.escape_unicode());
        } else {
            cell.push(letter);
        }
    }
    cell
}
