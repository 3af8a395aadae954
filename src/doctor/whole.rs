//! Which tables look whole: never more than that.

use std::collections::BTreeMap;

use super::parts;
use super::references::Led;
use super::seen::Seen;
use super::sign::{Sign, SignKind};
use crate::export::FileReport;
use crate::record::{TableIdx, classes};
use crate::rule::Pack;

/// Reasons that hold for every table that looks whole.
pub const COMMON_REASONS: [&str; 2] =
    ["every file was read to its end", "none stops at a limit of exports without a part that goes on"];

/// What speaks for and against a table being whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// The table.
    pub table: String,
    /// Its rows, each counted once.
    pub rows: u64,
    /// How many files hold it.
    pub files: usize,
    /// Why it may be believed to be whole.
    pub because: Vec<String>,
    /// Why it should not be taken as whole.
    pub against: Vec<String>,
    /// What could be missing without leaving a sign.
    pub doubts: Vec<String>,
}

impl TableState {
    /// Whether nothing that can be seen speaks against it.
    #[must_use]
    pub fn looks_whole(&self) -> bool {
        self.against.is_empty()
    }
}

/// The tables that stand in files as tables, by name.
pub(super) fn states(
    seen: &Seen,
    pack: &Pack,
    signs: &[Sign],
    led: &BTreeMap<TableIdx, Led>,
) -> Vec<TableState> {
    let state = |table| state(seen, &pack.wanted.table(table).name, table, signs, led.get(&table));
    let mut states: Vec<_> = seen.tables().into_iter().map(state).collect();
    states.sort_by(|left, right| left.table.cmp(&right.table));
    states
}

fn state(seen: &Seen, name: &str, table: TableIdx, signs: &[Sign], led: Option<&Led>) -> TableState {
    let sources: Vec<u32> = seen.holders(table).map(|(source, _)| source).collect();
    let is_about = |sign: &&Sign| match (&sign.table, sign.source) {
        _ if !sign.kind.is_against_wholeness() => false,
        (Some(about), _) => about == name,
        (None, Some(source)) => sources.contains(&source),
        (None, None) => sign.kind == SignKind::MixedInstances,
    };
    let mut against: Vec<String> = Vec::new();
    for sign in signs.iter().filter(is_about) {
        let kind = sign.kind.as_str().to_owned();
        if !against.contains(&kind) {
            against.push(kind);
        }
    }
    let rows = parts::distinct(seen, table);
    if rows == 1 {
        against.push("one row: a single record is exported so, too".to_owned());
    }
    let report = |source: &u32| seen.reports.get(usize::try_from(*source).ok()?);
    let reports: Vec<_> = sources.iter().filter_map(report).collect();
    if !reports.iter().any(|report| report.rows.contains_key(name)) {
        against.push("all its rows are of a table that extends it".to_owned());
    }
    if let Some(others) = company(&reports, name) {
        against.push(format!("its rows stand in a file with those of {others}, and a list holds one table"));
    }
    let mut because: Vec<_> = COMMON_REASONS.into_iter().map(str::to_owned).collect();
    let mut doubts = Vec::new();
    match led.filter(|led| !led.from.is_empty()) {
        Some(led) if led.all > 0 => {
            let count = if led.all == 1 {
                "the 1 reference".to_owned()
            } else {
                format!("all {} references", led.all)
            };
            because.push(format!("{count} to it, also from {}, lead to a row", led.from.join(", ")));
        }
        _ => doubts.push("nothing here refers to it, so a missing row would not show".to_owned()),
    }
    TableState { table: name.to_owned(), rows, files: sources.len(), because, against, doubts }
}

/// The other tables that rows of a file belong to, if it holds several. A list has
/// the rows of those that extend its table, too.
fn company(reports: &[&FileReport], table: &str) -> Option<String> {
    let is_other = |name: &&String| !classes::is_a(name, table);
    let tables = reports.iter().map(|report| report.rows.keys().filter(is_other).count() + 1).max()?;
    match tables {
        0 | 1 => None,
        2 => Some("another table".to_owned()),
        tables => Some(format!("{} other tables", tables - 1)),
    }
}
