//! One record in files of which one leaves the `sys_id` out.
//!
//! Rows of different files are one record if one of them lacks the `sys_id`, their
//! natural keys are the same values, and no column that both show differs. The name of
//! what a key refers to is as good as its value where it names that record alone. Rows of
//! one file never are, nor rows with two `sys_id`s. Where that leaves it open, both
//! are judged, and whoever counts is told.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::contents::Instance;
use super::reread_columns::read_again;
use crate::facts::{Facts, Pair, RowStanding, Sameness, TextId};
use crate::query::RowId;
use crate::record::{
    ColumnIdx, Record, TableIdx, display_column, known_key, schema, shares_keys, well_known_name,
};

/// Of a row, hashes of its columns by name and of what stands in them.
type Fields = BTreeMap<u64, u64>;

/// A row with a key, and whether the key surely names the record: all of it are
/// values, or names that only one record has.
type Keyed = (RowId, bool);

/// Rows that are about one record.
struct Cluster {
    rows: Vec<(RowId, Fields)>,
    sources: BTreeSet<u32>,
    /// Folded; absent if no row shows it.
    sys_id: TextId,
    fields: Fields,
    /// Whether the key of all rows surely names the record.
    is_sure: bool,
}

/// Marks rows that are about the record of another one. Where the files are of
/// several instances nothing is known to be one record.
pub(super) fn settle(instance: &mut Instance<'_>) {
    let is_mixed = !instance.mixed.is_empty();
    let tables = (0..).map(TableIdx).zip(instance.wanted.tables());
    let keys: Vec<_> = tables.filter_map(|(table, names)| Some((table, known_key(&names.name)?))).collect();
    for (table, key) in keys {
        let mut groups = groups(instance, table, key);
        if groups.is_empty() {
            continue;
        }
        for (_, is_sure) in groups.iter_mut().flatten() {
            *is_sure &= !is_mixed;
        }
        let fields = fields(instance, table, &groups);
        let marks: Vec<_> = groups.iter().map(|rows| marks(instance, table, rows, &fields)).collect();
        let facts = instance.facts.table_mut(table);
        for (copies, sameness) in marks {
            for (row, of) in copies {
                facts.set_standing(row, RowStanding::Copy(of));
            }
            facts.sameness.extend(sameness);
        }
    }
}

/// Rows of several files with the same natural key, one of which lacks the `sys_id`.
fn groups(instance: &Instance<'_>, table: TableIdx, key: &[&str]) -> Vec<Vec<Keyed>> {
    let facts = instance.table(table);
    let lacks_id = |row: RowId| facts.pair(row, ColumnIdx::SYS_ID).value.0 <= TextId::EMPTY.0;
    if !facts.is_of_several_sources() || !facts.live().any(lacks_id) {
        return Vec::new();
    }
    // Two update sets that bring the same are two.
    let rows = || facts.live().filter(|row| facts.row(*row).is_some_and(|row| instance.is_of_table(row)));
    let names = instance.wanted.table(table);
    let part = |column: &&str| Some(KeyPart::new(instance, (table, names.find(column)?), rows()));
    let Some(parts) = key.iter().map(part).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let key_of = |row: RowId| -> Option<(Vec<TextId>, bool)> {
        let mut is_sure = true;
        let part = |part: &KeyPart| {
            let (shown, names_it) = part.of(&instance.facts, facts.pair(row, part.column));
            is_sure &= names_it;
            (shown.0 > TextId::EMPTY.0).then_some(shown)
        };
        let parts = parts.iter().map(part).collect::<Option<Vec<_>>>()?;
        Some((parts, is_sure))
    };
    let mut by_key: HashMap<Vec<TextId>, Vec<Keyed>, RandomState> = HashMap::default();
    for row in rows() {
        if let Some((key, is_sure)) = key_of(row) {
            by_key.entry(key).or_default().push((row, is_sure));
        }
    }
    let is_open = |rows: &Vec<Keyed>| {
        let source = |(row, _): &Keyed| facts.row(*row).map(|row| row.source);
        let first = rows.first().and_then(source);
        rows.iter().any(|(row, _)| lacks_id(*row)) && rows.iter().any(|row| source(row) != first)
    };
    let mut groups: Vec<_> = by_key.into_values().filter(is_open).collect();
    groups.sort_unstable();
    groups
}

/// Whether what displays a record of a table names no other one: its key does, or
/// every instance has it under that name.
fn is_named_alone(table: &str, sys_id: &str) -> bool {
    let shown = display_column(table);
    let is_key = shown.is_some_and(|shown| known_key(table) == Some(&[shown]) && !shares_keys(table));
    is_key || well_known_name(table, sys_id).is_some()
}

/// A column of a natural key, and which values its names stand for.
struct KeyPart {
    column: ColumnIdx,
    /// The table that it refers to, if it does.
    target: Option<&'static str>,
    /// By the folded name: the folded value; `None` where rows say several.
    values: HashMap<TextId, Option<TextId>, RandomState>,
}

impl KeyPart {
    fn new(
        instance: &Instance<'_>,
        (table, column): (TableIdx, ColumnIdx),
        rows: impl Iterator<Item = RowId>,
    ) -> Self {
        let facts = &instance.facts;
        let names = instance.wanted.table(table);
        let known = schema::column(&names.name, instance.wanted.column_name(table, column));
        let mut values = HashMap::<_, _, RandomState>::default();
        let pairs = rows.map(|row| facts.table(table).pair(row, column));
        for pair in pairs.filter(|pair| pair.display.0 > TextId::EMPTY.0 && pair.value.0 > TextId::EMPTY.0) {
            let value = facts.fold(pair.value);
            let known = values.entry(facts.fold(pair.display)).or_insert(Some(value));
            *known = known.filter(|known| *known == value);
        }
        Self { column, target: known.and_then(|known| known.reference), values }
    }

    /// What a row shows of the key, and whether that surely names the record. In place
    /// of a name alone stands the value that other rows show beside it.
    fn of(&self, facts: &Facts, pair: Pair) -> (TextId, bool) {
        if pair.value != TextId::ABSENT {
            return (facts.fold(pair.value), true);
        }
        let name = facts.fold(pair.display);
        let Some(value) = self.values.get(&name).copied().flatten() else { return (name, false) };
        let names_it = self.target.is_some_and(|target| is_named_alone(target, facts.texts.text(value)));
        (value, names_it)
    }
}

/// What stands in the rows, read again: columns that nobody wants count too.
fn fields(
    instance: &Instance<'_>,
    table: TableIdx,
    groups: &[Vec<Keyed>],
) -> HashMap<RowId, Fields, RandomState> {
    let hasher = RandomState::default();
    let hash = |text: &str| std::hash::BuildHasher::hash_one(&hasher, text);
    let take = |record: &Record<'_>, _: TableIdx| -> Fields {
        let shown = record.fields.iter().filter(|field| !field.is_display_only && field.name != "sys_id");
        shown.map(|field| (hash(field.name), hash(field.value.trim()))).collect()
    };
    let rows = groups.iter().flatten().map(|(row, _)| (table, *row));
    read_again(instance, rows, &take).into_iter().map(|((_, row), fields)| (row, fields)).collect()
}

/// Copies with the rows that stand for them, and rows that perhaps are the same.
type Marks = (Vec<(RowId, RowId)>, Vec<(RowId, Sameness)>);

fn marks(
    instance: &Instance<'_>,
    table: TableIdx,
    rows: &[Keyed],
    fields: &HashMap<RowId, Fields, RandomState>,
) -> Marks {
    let facts = instance.table(table);
    let mut clusters: Vec<Cluster> = Vec::new();
    let id_of = |row: &RowId| instance.facts.fold(facts.pair(*row, ColumnIdx::SYS_ID).value);
    // Those that say who they are come first, so that others find all of them.
    let mut ordered = rows.to_vec();
    ordered.sort_by_key(|(row, _)| (id_of(row).0 <= TextId::EMPTY.0, *row));
    for (row, is_sure) in ordered {
        let Some(source) = facts.row(row).map(|row| row.source) else { continue };
        let next = Cluster {
            sources: [source].into(),
            sys_id: id_of(&row),
            fields: fields.get(&row).cloned().unwrap_or_default(),
            rows: vec![(row, fields.get(&row).cloned().unwrap_or_default())],
            is_sure,
        };
        let mut fitting = clusters.iter_mut().filter(|cluster| cluster.may_be(&next));
        match (fitting.next(), fitting.next()) {
            (Some(cluster), None) => cluster.join(next),
            // Of two that it could be, nobody knows which.
            _ => clusters.push(next),
        }
    }
    let unsure = unsure(&clusters);
    let mut marks = Marks::default();
    for (cluster, is_unsure) in clusters.iter().zip(unsure) {
        cluster.mark(is_unsure, &mut marks);
    }
    marks
}

impl Cluster {
    fn has_id(&self) -> bool {
        self.sys_id.0 > TextId::EMPTY.0
    }

    /// Whether rows are known to be about the same record.
    fn may_be(&self, next: &Self) -> bool {
        if self.has_id() && next.has_id() {
            return self.sys_id == next.sys_id;
        }
        let differs = |(name, value): (&u64, &u64)| self.fields.get(name).is_some_and(|ours| ours != value);
        let is_sure = self.is_sure && next.is_sure;
        is_sure && self.sources.is_disjoint(&next.sources) && !next.fields.iter().any(differs)
    }

    fn join(&mut self, next: Self) {
        if !self.has_id() {
            self.sys_id = next.sys_id;
        }
        self.is_sure &= next.is_sure;
        self.rows.extend(next.rows);
        self.sources.extend(next.sources);
        self.fields.extend(next.fields);
    }

    /// Rows that show nothing more than another one are its copies. Of the others
    /// the first in scan order stands for the record where it is counted.
    fn mark(&self, is_unsure: bool, (copies, sameness): &mut Marks) {
        let shows_less = |less: &Fields, more: &Fields| {
            less.len() < more.len() && less.keys().all(|name| more.contains_key(name))
        };
        // The one that shows most, as it is no copy of a third.
        let is_shown_by = |at: usize, (row, fields): &(RowId, Fields)| {
            let others = self.rows.iter().enumerate().filter(|(other, (_, more))| {
                fields.keys().eq(more.keys()) && *other < at || shows_less(fields, more)
            });
            let best = others.max_by_key(|(other, (_, more))| (more.len(), std::cmp::Reverse(*other)));
            best.map(|(_, (of, _))| (*row, *of))
        };
        let mut standing = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            match is_shown_by(at, row) {
                // What has a sys_id leads to other records.
                Some(copy) if at > 0 || !self.has_id() => copies.push(copy),
                _ => standing.push(row.0),
            }
        }
        standing.sort_unstable();
        let first = standing.first().copied();
        sameness.extend(first.filter(|_| is_unsure).map(|first| (first, Sameness::Unsure)));
        let repeats = standing.iter().skip(1);
        sameness.extend(
            first
                .into_iter()
                .flat_map(|first| repeats.clone().map(move |row| (*row, Sameness::Repeats(first)))),
        );
    }
}

/// Which of several records with the same key may be one of the others: all but
/// the most of which it is known that they differ, as they have `sys_id`s or stand
/// in one file.
fn unsure(clusters: &[Cluster]) -> Vec<bool> {
    let sources: BTreeSet<_> = clusters.iter().flat_map(|cluster| &cluster.sources).collect();
    let with_id: Vec<_> = clusters.iter().map(Cluster::has_id).collect();
    let in_source = sources
        .into_iter()
        .map(|source| clusters.iter().map(|cluster| cluster.sources.contains(source)).collect::<Vec<_>>());
    let count = |sure: &Vec<bool>| sure.iter().filter(|is_sure| **is_sure).count();
    let most = in_source.fold(with_id, |most, next| if count(&next) > count(&most) { next } else { most });
    most.into_iter().map(|is_sure| !is_sure).collect()
}
