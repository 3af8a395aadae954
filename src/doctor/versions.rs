//! Records that stand in several files of apps and update sets. A scan judges
//! the newest version of each.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{Carried, Seen};
use super::sign::{Sign, SignKind};
use crate::record::TableIdx;
use crate::rule::Pack;

/// How many tables are named.
const FEW: usize = 3;

/// The signs of records in several such files; of rows of tables, see `parts`.
pub(super) fn signs(seen: &Seen, pack: &Pack) -> Vec<Sign> {
    let mut carried = seen.carried.clone();
    carried.sort_unstable();
    let mut older = Several::default();
    let mut same = Several::default();
    for group in
        carried.chunk_by(|left, right| (left.table, left.version.id) == (right.table, right.version.id))
    {
        let sources: BTreeSet<_> = group.iter().map(|carried| carried.source).collect();
        if sources.len() < 2 {
            continue;
        }
        // Within a group they are sorted by date.
        let differs = |two: &[Carried]| two[1].version.updated.is_after(two[0].version.updated);
        let several = if group.windows(2).any(differs) { &mut older } else { &mut same };
        several.add(group[0].table, &sources);
    }
    let mut signs = Vec::new();
    let mut say = |kind, several: Several, what: &str| {
        if several.records > 0 {
            signs.push(Sign { kind, table: None, source: None, message: several.message(pack, what) });
        }
    };
    say(SignKind::OlderVersion, older, "in versions of several dates: a scan judges the newest");
    say(SignKind::Duplicate, same, "and no date says that one is newer");
    signs
}

#[derive(Default)]
struct Several {
    records: usize,
    tables: BTreeMap<TableIdx, usize>,
    sources: BTreeSet<u32>,
}

impl Several {
    fn add(&mut self, table: TableIdx, sources: &BTreeSet<u32>) {
        self.records += 1;
        *self.tables.entry(table).or_default() += 1;
        self.sources.extend(sources);
    }

    fn message(&self, pack: &Pack, what: &str) -> String {
        let name = |table: TableIdx| &*pack.wanted.table(table).name;
        let mut tables: Vec<_> = self.tables.iter().map(|(table, count)| (*count, name(*table))).collect();
        tables.sort_by(|left, right| (right.0, left.1).cmp(&(left.0, right.1)));
        let shown: Vec<_> =
            tables.iter().take(FEW).map(|(count, name)| format!("{count} of {name}")).collect();
        let others = if tables.len() > FEW { " and other tables" } else { "" };
        format!(
            "{} of apps and update sets stand in several of {} files, {what} ({}{others})",
            if self.records == 1 { "1 record".to_owned() } else { format!("{} records", self.records) },
            self.sources.len(),
            shown.join(", ")
        )
    }
}
