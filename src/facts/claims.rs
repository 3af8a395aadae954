//! How far it is believed that tables were exported whole. Whoever says so may be
//! wrong, and the input may show it: only what it shows counts here.

use std::collections::BTreeSet;

use super::inputs::{Options, ReadFile};
use super::interner::TextId;
use super::scan_facts::Facts;
use super::table_facts::Row;
use super::table_parts::{TableParts, ids_of, shared};
use crate::doctor::{MissingPart, NumberedFiles, export_limits, is_export_limit};
use crate::query::RowId;
use crate::record::{Action, ColumnIdx, Origin, TableIdx, Wanted, known_key};
use crate::source::Source;

/// A claim that is not believed, or not everywhere.
#[derive(Debug)]
pub(crate) struct Doubted {
    /// The file that speaks against it.
    pub(crate) source: u32,
    /// The table, of which perhaps only some references are in doubt.
    pub(crate) table: String,
    pub(crate) message: String,
}

/// What claims are held against.
pub(crate) struct ClaimEvidence<'r> {
    pub(crate) files: &'r [ReadFile],
    pub(crate) sources: &'r [Source],
    pub(crate) facts: &'r Facts,
    pub(crate) wanted: &'r Wanted,
    pub(crate) options: &'r Options,
}

impl ClaimEvidence<'_> {
    /// Takes back that tables are whole where the files show that they are not.
    pub(crate) fn settle(&self, whole: &mut [bool]) -> Vec<Doubted> {
        let mut doubted = Vec::new();
        if self.options.trust_tables || !whole.contains(&true) {
            return doubted;
        }
        let limits = self.limits();
        let numbered = NumberedFiles::of(self.sources.iter().map(Source::path));
        let missing = numbered.missing();
        for (table, is_whole) in (0..).map(TableIdx).zip(whole).filter(|(_, is_whole)| **is_whole) {
            let against = self.against(table, (&limits, &numbered, &missing));
            *is_whole = against.is_none();
            doubted.extend(against);
        }
        doubted
    }

    fn against(
        &self,
        table: TableIdx,
        (limits, numbered, missing): (&BTreeSet<u64>, &NumberedFiles<'_>, &[MissingPart]),
    ) -> Option<Doubted> {
        let name = &*self.wanted.table(table).name;
        let mut holders = Vec::new();
        for file in self.files.iter().filter(|file| file.report.kind.is_table()) {
            let of_table = file.report.rows.iter().filter(|(row, _)| file.report.classes.is_a(row, name));
            let count: u64 = of_table.map(|(_, count)| count).sum();
            holders.extend((count > 0).then_some((file.source, count)));
        }
        let first = holders.first().map_or(0, |(source, _)| *source);
        if let Some(stated) = self.options.counts.get(name) {
            let read = self.distinct(table);
            return (read != *stated).then(|| Doubted {
                source: first,
                table: name.to_owned(),
                message: format!(
                    "{stated} rows of {name} are declared, and {read} were read: the table is not taken as whole"
                ),
            });
        }
        self.cut(table, &holders, (limits, numbered)).or_else(|| self.part_missing(table, &holders, missing))
    }

    /// A file that stops where exports stop, and that no other one goes on from. What
    /// another export holds says nothing of what this one left out.
    fn cut(
        &self,
        table: TableIdx,
        holders: &[(u32, u64)],
        (limits, numbered): (&BTreeSet<u64>, &NumberedFiles<'_>),
    ) -> Option<Doubted> {
        let name = &*self.wanted.table(table).name;
        let at_limit = || holders.iter().filter(|(_, count)| limits.contains(count));
        at_limit().next()?;
        let parts = TableParts::of(self.facts, table);
        let goes_on = |source: u32| {
            let behind = numbered.behind(self.path(source).unwrap_or_default());
            let is_next = |next: &u32| {
                parts.may_be_behind(source, *next) && self.are_parts(table, holders, [source, *next])
            };
            parts.is_gone_on_from(source) || behind.iter().any(is_next)
        };
        let &(source, count) = at_limit().find(|(source, _)| !goes_on(*source))?;
        Some(Doubted {
            source,
            table: name.to_owned(),
            message: format!(
                "exactly {count} rows of {name}, and exports stop at so many: the table is not taken as whole although \
                 it is declared so; if these are all, state how many there are, as in --complete {name}={}",
                self.distinct(table)
            ),
        })
    }

    /// Numbered files of one stem with different rows, of which one is missing.
    fn part_missing(
        &self,
        table: TableIdx,
        holders: &[(u32, u64)],
        missing: &[MissingPart],
    ) -> Option<Doubted> {
        let is_holder = |source: u32| holders.iter().any(|(holder, _)| *holder == source);
        let are_parts = |before, behind| self.are_parts(table, holders, [before, behind]);
        let (what, (before, behind)) =
            missing.iter().find_map(|part| Some((part.what, part.shown_by(is_holder, are_parts)?)))?;
        let name = &self.wanted.table(table).name;
        let what = what.sentence(self.path(before).unwrap_or_default());
        Some(Doubted {
            source: behind,
            table: name.to_string(),
            message: format!("{what}: the table {name} is not taken as whole although it is declared so"),
        })
    }

    /// Whether two files hold a table and different rows of it. Parts share a row at
    /// most, where one ends and the next one begins.
    fn are_parts(&self, table: TableIdx, holders: &[(u32, u64)], files: [u32; 2]) -> bool {
        let is_holder = |source: &u32| holders.iter().any(|(holder, _)| holder == source);
        let (names, facts) = (self.wanted.table(table), self.facts.table(table));
        let find = |name: &&str| names.find(name).filter(|column| facts.slot(*column).is_some());
        let key: Option<Vec<_>> = known_key(&names.name).and_then(|key| key.iter().map(find).collect());
        files.iter().all(is_holder) && shared(self.facts, table, files, &key.unwrap_or_default()) < 2
    }

    /// How many records of a table stand in exports of it.
    fn distinct(&self, table: TableIdx) -> u64 {
        let facts = self.facts.table(table);
        let is_row = |row: &Row| row.origin == Origin::Table && row.action == Action::InsertOrUpdate;
        let ids = ids_of(facts, is_row);
        let has_none = |row: RowId| facts.pair(row, ColumnIdx::SYS_ID).value.0 <= TextId::EMPTY.0;
        let without = facts.numbered().filter(|(id, row)| is_row(row) && has_none(*id)).count();
        u64::try_from(ids.len() + without).unwrap_or(u64::MAX)
    }

    fn path(&self, source: u32) -> Option<&str> {
        self.sources.get(usize::try_from(source).ok()?).map(Source::path)
    }

    /// The numbers of rows at which exports stop: known ones, and those that
    /// properties of the instance set.
    fn limits(&self) -> BTreeSet<u64> {
        let mut limits: BTreeSet<u64> = export_limits().into_iter().map(|limit| limit.rows).collect();
        let Some(table) = self.wanted.find("sys_properties") else { return limits };
        let facts = self.facts.table(table);
        let kept = |name| self.wanted.table(table).find(name).filter(|column| facts.slot(*column).is_some());
        let (Some(name), Some(value)) = (kept("name"), kept("value")) else { return limits };
        let text = |row, column| self.facts.texts.text(facts.pair(row, column).value);
        let set = facts.live().filter(|row| is_export_limit(text(*row, name)));
        limits.extend(set.filter_map(|row| text(row, value).parse::<u64>().ok()).filter(|rows| *rows > 1));
        limits
    }
}
