//! From what failed to findings, some thousand at a time: what their messages
//! show is read again from the files.

use rayon::prelude::*;
use smallvec::SmallVec;

use super::again::Again;
use super::findings::{FindingWriter, SharedNames, Subject, record_subject};
use super::instance::Instance;
use crate::facts::SetNo;
use crate::finding::Finding;
use crate::query::{Missing, RowId};
use crate::record::{ColumnIdx, TableIdx};
use crate::rule::{Body, Part, PropertyColumns, Rule};

/// How many findings are written at once. Of their rows the columns are in
/// memory; and files that cannot be entered in the middle are read from their
/// beginning once for so many.
const AT_ONCE: usize = 32 * 1024;
/// How many of one rule one thread writes.
const SHARE: usize = 512;

/// What failed.
pub(super) enum Failed {
    /// A record, which may have several rows.
    Record {
        table: TableIdx,
        rows: SmallVec<[RowId; 2]>,
        excuse: Missing,
        /// The update set that is judged.
        set: Option<SetNo>,
    },
    Subject(Box<Subject>),
}

impl Failed {
    /// The name of what is no record: a property, a group that was counted.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Record { .. } => None,
            Self::Subject(subject) => Some(&subject.name),
        }
    }

    /// The row whose columns are shown.
    pub(super) fn shown_row(&self) -> Option<(TableIdx, RowId)> {
        match self {
            Self::Record { table, rows, .. } => Some((*table, *rows.first()?)),
            Self::Subject(subject) => Some((subject.table, *subject.rows.first()?)),
        }
    }

    fn into_subject(self, instance: &Instance<'_>) -> Subject {
        match self {
            Self::Record { table, rows, excuse, set } => {
                record_subject(instance, (table, &rows), excuse, set)
            }
            Self::Subject(subject) => *subject,
        }
    }
}

/// The findings about what failed each rule, in the order of the rules.
pub(super) fn write_findings(
    instance: &Instance<'_>,
    rules: &[Rule],
    failed: Vec<Vec<Failed>>,
) -> Vec<Finding> {
    let count = failed.iter().map(Vec::len).sum();
    let mut findings = Vec::with_capacity(count);
    let all = (0_u16..).zip(failed).flat_map(|(rule, failed)| failed.into_iter().map(move |one| (rule, one)));
    let mut all = all.peekable();
    while all.peek().is_some() {
        let some: Vec<_> = all.by_ref().take(AT_ONCE).collect();
        findings.extend(write_some(instance, rules, some));
    }
    findings
}

fn write_some(instance: &Instance<'_>, rules: &[Rule], some: Vec<(u16, Failed)>) -> Vec<Finding> {
    let needs: Vec<_> = rules.iter().map(|rule| shows_more(instance, rule)).collect();
    let needs_more = |rule: u16| needs.get(usize::from(rule)).copied().unwrap_or(true);
    let rows = some.iter().filter(|(rule, _)| needs_more(*rule)).filter_map(|(_, failed)| failed.shown_row());
    let again = Again::new(instance, rows);
    let mut shares: Vec<(u16, Vec<Failed>)> = Vec::new();
    for (rule, failed) in some {
        match shares.last_mut() {
            Some((known, share)) if *known == rule && share.len() < SHARE => share.push(failed),
            _ => shares.push((rule, vec![failed])),
        }
    }
    let write = |(index, share): (u16, Vec<Failed>)| {
        let rule = rules.get(usize::from(index));
        rule.map(|rule| write_share(&again, (index, rule), share)).unwrap_or_default()
    };
    shares.into_par_iter().flat_map_iter(write).collect()
}

fn write_share(again: &Again<'_>, (index, rule): (u16, &Rule), share: Vec<Failed>) -> Vec<Finding> {
    let instance = again.instance();
    let properties = match &rule.body {
        Body::Property(body) => Some(body.columns),
        Body::Conditions(_) => property_columns(instance),
        _ => None,
    };
    let writer =
        FindingWriter { instance, data: again, rule, index, properties, names: SharedNames::default() };
    share.into_iter().map(|failed| writer.finding(&failed.into_subject(instance))).collect()
}

/// Whether a finding of the rule needs columns of its row that are not kept.
fn shows_more(instance: &Instance<'_>, rule: &Rule) -> bool {
    let is_kept = |table: TableIdx, column: ColumnIdx| instance.table(table).slot(column).is_some();
    let names_at = |at: &str| {
        let tables = (0_u16..).map(TableIdx).zip(instance.wanted.tables());
        tables
            .filter_map(|(index, table)| Some((index, table.find(at)?)))
            .any(|(table, at)| !is_kept(table, at))
    };
    let is_lost = |part: &Part| match part {
        Part::Field(path) => {
            let mut columns = path.own_columns();
            columns.any(|(table, column)| !is_kept(table, column))
        }
        Part::Text(_) | Part::Evidence(_) | Part::Special(_) => false,
    };
    rule.at.as_deref().is_some_and(names_at) || rule.message.parts.iter().any(is_lost)
}

fn property_columns(instance: &Instance<'_>) -> Option<PropertyColumns> {
    let table = instance.wanted.find("sys_properties")?;
    let column = |name| instance.wanted.table(table).find(name);
    Some(PropertyColumns { table, name: column("name")?, value: column("value")?, kind: column("type")? })
}
