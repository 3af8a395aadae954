//! Parts of one table that belong together.
//!
//! A table with more rows than an export gives is fetched in parts, ordered by
//! sys_id, each beginning with the row at which the one before it ended: that
//! row is in both. Only what the files are sure about is said: the order of
//! parts means something only where the rows stand in the order of sys_ids.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::knowledge::{KnownProperty, export_limits};
use super::numbered::{MissingPart, NumberedFiles};
use super::seen::{FileTableRows, Id, Seen, Updated};
use super::sign::{Sign, SignKind};
use crate::record::TableIdx;
use crate::rule::Pack;
use crate::source::Source;

/// What is said of parts.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) signs: Vec<Sign>,
    /// For each table, the rows at which further parts would begin.
    pub(super) next: BTreeMap<String, BTreeSet<String>>,
}

/// Looks at all files that are tables.
pub(super) fn examine(seen: &Seen, pack: &Pack, sources: &[Source]) -> Parts {
    let limits = limits(seen);
    let missing = NumberedFiles::of(sources.iter().map(Source::path)).missing();
    let mut parts = Parts::default();
    for (source, report) in seen.files().filter(|(_, report)| report.kind.is_table()) {
        for (table, count) in &report.rows {
            // Of tables that nobody asks for, the number is all that is known.
            if pack.wanted.find(table).is_none() && limits.contains(count) {
                parts.say(SignKind::ExportCap, table, source, at_limit(*count, table));
            }
        }
    }
    for table in seen.tables() {
        let holders: Vec<_> = seen.holders(table).collect();
        let table = &*pack.wanted.table(table).name;
        let comparison = Comparison { table, shared: shared(&holders), holders, limits: &limits, sources };
        comparison.say_overlaps(&mut parts);
        comparison.say_ends(&mut parts);
        comparison.say_missing_numbers(&missing, &mut parts);
    }
    parts
}

/// The numbers of rows at which exports stop: known ones, and those that
/// properties of the instance set.
fn limits(seen: &Seen) -> BTreeSet<u64> {
    let known = export_limits().into_iter().map(|limit| limit.rows);
    let of_limit = |name: &str| KnownProperty::of(name) == Some(KnownProperty::Limit);
    let set = seen.properties.iter().filter(|row| of_limit(&row.name));
    known.chain(set.filter_map(|row| row.value.parse().ok()).filter(|rows| *rows > 1)).collect()
}

fn at_limit(rows: u64, table: &str) -> String {
    format!("exactly {rows} rows of {table}: the export was probably cut at its limit")
}

impl Parts {
    fn say(&mut self, kind: SignKind, table: &str, source: u32, message: String) {
        self.signs.push(Sign { kind, table: Some(table.to_owned()), source: Some(source), message });
    }

    fn ask_from(&mut self, table: &str, last: &str) {
        self.next.entry(table.to_owned()).or_default().insert(last.to_owned());
    }
}

/// The rows that two files share.
#[derive(Debug, Default, Clone, Copy)]
struct Shared {
    rows: u64,
    newer_left: u64,
    newer_right: u64,
}

/// The rows that pairs of files share, the one that comes first in the scan on
/// the left. A row in several files is counted for those next to each other.
fn shared(holders: &[(u32, &FileTableRows)]) -> BTreeMap<(u32, u32), Shared> {
    let mut pairs: BTreeMap<(u32, u32), Shared> = BTreeMap::new();
    if holders.len() < 2 {
        return pairs;
    }
    let of_file = |(source, rows): &(u32, &FileTableRows)| -> Vec<(Id, u32, Updated)> {
        rows.versions().map(|version| (version.id, *source, version.updated)).collect()
    };
    let mut all: Vec<_> = holders.iter().flat_map(of_file).collect();
    all.par_sort_unstable();
    // A row that stands twice in one file counts once; its newest version does.
    for same in all.chunk_by(|left, right| left.0 == right.0) {
        let mut newest: Vec<(u32, Updated)> = Vec::new();
        for (_, source, updated) in same {
            match newest.last_mut() {
                Some(last) if last.0 == *source => last.1 = *updated,
                _ => newest.push((*source, *updated)),
            }
        }
        for two in newest.windows(2) {
            let shared = pairs.entry((two[0].0, two[1].0)).or_default();
            shared.rows += 1;
            shared.newer_left += u64::from(two[0].1.is_after(two[1].1));
            shared.newer_right += u64::from(two[1].1.is_after(two[0].1));
        }
    }
    pairs
}

/// The files that hold one table.
struct Comparison<'a> {
    table: &'a str,
    holders: Vec<(u32, &'a FileTableRows)>,
    shared: BTreeMap<(u32, u32), Shared>,
    limits: &'a BTreeSet<u64>,
    sources: &'a [Source],
}

/// How a part goes on.
enum Continuation<'a> {
    /// Another file holds the row it ends with, and rows behind.
    Here,
    /// The next file in order begins behind that row.
    Behind(u32, &'a FileTableRows),
    Nowhere,
}

impl Comparison<'_> {
    fn path(&self, source: u32) -> &str {
        usize::try_from(source).ok().and_then(|at| self.sources.get(at)).map_or("", Source::path)
    }

    fn rows(&self, source: u32) -> Option<&FileTableRows> {
        self.holders.iter().find(|(holder, _)| *holder == source).map(|(_, rows)| *rows)
    }

    fn shared(&self, left: u32, right: u32) -> Shared {
        self.shared.get(&(left.min(right), left.max(right))).copied().unwrap_or_default()
    }

    /// Whether one of two files ends with the row at which the other begins, and
    /// they share nothing else.
    fn is_clean_cut(&self, left: u32, right: u32) -> bool {
        let touch = |before: &FileTableRows, after: &FileTableRows| before.last == after.first;
        let (Some(one), Some(other)) = (self.rows(left), self.rows(right)) else { return false };
        self.shared(left, right).rows == 1
            && one.is_by_sys_id()
            && other.is_by_sys_id()
            && (touch(one, other) || touch(other, one))
    }

    fn say_overlaps(&self, parts: &mut Parts) {
        for (&(left, right), shared) in &self.shared {
            if self.is_clean_cut(left, right) && shared.newer_left + shared.newer_right == 0 {
                continue;
            }
            let (Some(one), Some(other)) = (self.rows(left), self.rows(right)) else { continue };
            // Reported for the older file, else the smaller one, else the later.
            let is_left = match (shared.newer_left, shared.newer_right) {
                (0, 1..) => true,
                (1.., 0) => false,
                _ => one.count < other.count,
            };
            let (about, than, count) =
                if is_left { (left, right, one.count) } else { (right, left, other.count) };
            let (kind, message) = self.overlap(*shared, count, self.path(than));
            parts.say(kind, self.table, about, message);
        }
    }

    /// What there is to say of a file with so many rows that shares some of them
    /// with another one.
    fn overlap(&self, shared: Shared, count: u64, other: &str) -> (SignKind, String) {
        let table = self.table;
        let is_all = shared.rows >= count;
        let what = match (is_all, shared.rows) {
            (true, 1) => format!("its one row of {table} stands in {other} too"),
            (true, _) => format!("all its {count} rows of {table} stand in {other} too"),
            (false, 1) => format!("1 of its {count} rows of {table} stands in {other} too"),
            (false, rows) => format!("{rows} of its {count} rows of {table} stand in {other} too"),
        };
        match (shared.newer_left, shared.newer_right) {
            (0, 0) if is_all => (SignKind::Duplicate, what),
            (0, 0) => (SignKind::PartOverlap, format!("{what}: the files are no clean parts")),
            (0, newer) | (newer, 0) => {
                let message = format!(
                    "{what}, {newer} of them in a newer version: rows that were deleted since then still stand here"
                );
                (SignKind::OlderVersion, message)
            }
            (left, right) => (
                SignKind::OlderVersion,
                format!("{what}, {} of them in another version, older or newer", left + right),
            ),
        }
    }

    /// Reports a part after which another one should follow.
    fn say_ends(&self, parts: &mut Parts) {
        for (source, rows) in &self.holders {
            let is_at_limit = self.limits.contains(&rows.count);
            if !is_at_limit && !self.is_as_full_as_the_one_before(*source, rows) {
                continue;
            }
            let (table, count, last) = (self.table, rows.count, &rows.last);
            if !rows.is_by_sys_id() {
                parts.say(SignKind::ExportCap, table, *source, at_limit(count, table));
                continue;
            }
            match self.continuation(*source, rows) {
                Continuation::Here => {}
                Continuation::Behind(next, behind) => {
                    let message = format!(
                        "{count} rows of {table} end at sys_id {last}, and the next part, {}, begins behind it, at \
                         {}: rows between them may be missing",
                        self.path(next),
                        behind.first
                    );
                    parts.say(SignKind::PartGap, table, *source, message);
                    parts.ask_from(table, last);
                }
                Continuation::Nowhere if self.holders.len() == 1 => {
                    parts.say(SignKind::ExportCap, table, *source, at_limit(count, table));
                    parts.ask_from(table, last);
                }
                Continuation::Nowhere => {
                    let message = format!(
                        "{count} rows of {table} end at sys_id {last}, and no file goes on from there: the next part \
                         is probably missing"
                    );
                    parts.say(SignKind::PartGap, table, *source, message);
                    parts.ask_from(table, last);
                }
            }
        }
    }

    /// Reports numbered files with different rows that lack a part between them.
    fn say_missing_numbers(&self, missing: &[MissingPart], parts: &mut Parts) {
        let is_holder = |source: u32| self.rows(source).is_some();
        let are_parts = |before, behind| self.shared(before, behind).rows < 2;
        for part in missing {
            if let Some((before, behind)) = part.shown_by(is_holder, are_parts) {
                let message = part.what.sentence(self.path(before));
                parts.say(SignKind::PartGap, self.table, behind, message);
            }
        }
    }

    /// Whether a clean cut joins the file to one before it that has as many rows:
    /// then that is how many an export of this table gives.
    fn is_as_full_as_the_one_before(&self, source: u32, rows: &FileTableRows) -> bool {
        self.holders.iter().any(|(other, before)| {
            before.count == rows.count && before.last == rows.first && self.is_clean_cut(*other, source)
        })
    }

    fn continuation(&self, source: u32, rows: &FileTableRows) -> Continuation<'_> {
        let others = || self.holders.iter().filter(|(other, _)| *other != source);
        let by_sys_id = || others().filter(|(_, other)| other.is_by_sys_id() || other.count == 1);
        let last = Id::of(&rows.last);
        let goes_on = |other: &&(u32, &FileTableRows)| {
            other.1.first <= rows.last
                && (other.1.last > rows.last || other.1.count == 1)
                && other.1.versions().any(|version| version.id == last)
        };
        if by_sys_id().any(|other| goes_on(&other)) {
            return Continuation::Here;
        }
        let behind = by_sys_id().filter(|(_, other)| other.first > rows.last);
        let next = behind.min_by(|left, right| left.1.first.cmp(&right.1.first));
        next.map_or(Continuation::Nowhere, |(other, rows)| Continuation::Behind(*other, rows))
    }
}

/// The distinct rows of a table in all its files.
pub(super) fn distinct(seen: &Seen, table: TableIdx) -> u64 {
    let holders: Vec<_> = seen.holders(table).collect();
    if let [(_, rows)] = holders.as_slice() {
        return rows.count;
    }
    let mut ids: Vec<Id> =
        holders.iter().flat_map(|(_, rows)| rows.versions()).map(|version| version.id).collect();
    ids.par_sort_unstable();
    ids.dedup();
    u64::try_from(ids.len()).unwrap_or(u64::MAX)
}
