//! Whether the files are of one instance.

use std::collections::{BTreeMap, BTreeSet};

use super::knowledge::{KnownProperty, advice_of};
use super::seen::{Id, Seen};
use super::sign::{Sign, SignKind};
use crate::record::TableIdx;
use crate::rule::Pack;
use crate::source::Source;

/// How many keys must have another row in another file before that means
/// something: one or two may have been deleted and made anew.
const ENOUGH_KEYS: usize = 3;
/// At least one in this many common keys must differ, too.
const ONE_OF: usize = 20;

/// What the files call their instance, if they agree.
pub(super) fn name(seen: &Seen) -> Option<String> {
    let rows = seen.properties.iter().filter(|row| row.name == "instance_name");
    let names: BTreeSet<_> = rows.map(|row| row.value.to_lowercase()).collect();
    names.first().filter(|_| names.len() == 1).and_then(|name| super::instance_name(name)).map(str::to_owned)
}

/// The signs that files are of several instances. Update sets come from other
/// instances by their nature, so only tables are asked.
pub(super) fn signs(seen: &Seen, pack: &Pack, sources: &[Source]) -> Vec<Sign> {
    let path =
        |source: u32| usize::try_from(source).ok().and_then(|at| sources.get(at)).map_or("", Source::path);
    let mut messages = named_differently(seen, &path);
    for table in seen.tables() {
        let name = &*pack.wanted.table(table).name;
        if let Some(key) = advice_of(name).and_then(|advice| advice.key) {
            messages.extend(
                other_rows(seen, table)
                    .into_iter()
                    .map(|(pair, count)| keys_message(count, (name, key), [path(pair.0), path(pair.1)])),
            );
        }
    }
    let sign = |message| Sign { kind: SignKind::MixedInstances, table: None, source: None, message };
    messages.into_iter().map(sign).collect()
}

/// Properties that name the instance, with several values.
fn named_differently<'s>(seen: &Seen, path: &dyn Fn(u32) -> &'s str) -> Vec<String> {
    let mut values: BTreeMap<&str, BTreeMap<String, u32>> = BTreeMap::new();
    for row in &seen.properties {
        if KnownProperty::of(&row.name) == Some(KnownProperty::Instance) {
            values.entry(&row.name).or_default().entry(row.value.to_lowercase()).or_insert(row.source);
        }
    }
    let several = values.into_iter().filter(|(_, values)| values.len() > 1);
    let message = |(name, values): (&str, BTreeMap<String, u32>)| {
        names_message(name, values.iter().map(|(value, source)| (value.as_str(), path(*source))))
    };
    several.map(message).collect()
}

/// That a property which names the instance has these values in these files.
pub fn names_message<'s>(property: &str, values: impl Iterator<Item = (&'s str, &'s str)>) -> String {
    let values: Vec<_> = values.map(|(value, path)| format!("'{value}' in {path}")).collect();
    format!("property {property} is {}: the files are of several instances", values.join(" and "))
}

/// That so many values of a unique column (table, column) belong to one row in one
/// file and to another in the other.
#[must_use]
pub fn keys_message(count: usize, (table, key): (&str, &str), [one, other]: [&str; 2]) -> String {
    format!(
        "{count} values of {table}.{key} belong to one row in {one} and to another in {other}: the files look like \
         exports of two instances"
    )
}

fn other_rows(seen: &Seen, table: TableIdx) -> Vec<((u32, u32), usize)> {
    if seen.holders(table).nth(1).is_none() {
        return Vec::new();
    }
    let of_file = |(source, rows): (u32, &super::seen::FileTableRows)| -> Vec<(u64, u32, Id)> {
        rows.keys.iter().map(|(key, id)| (*key, source, *id)).collect()
    };
    let mut keys: Vec<_> = seen.holders(table).flat_map(of_file).collect();
    keys.sort_unstable();
    other_rows_of_keys(&keys)
}

/// Pairs of files in which many keys belong to different rows, and how many. Of
/// each row its key, its file and its id, sorted.
#[must_use]
pub fn other_rows_of_keys<Key: Eq, Id: Eq>(keys: &[(Key, u32, Id)]) -> Vec<((u32, u32), usize)> {
    let mut pairs: BTreeMap<(u32, u32), (usize, usize)> = BTreeMap::new();
    for same in keys.chunk_by(|left, right| left.0 == right.0) {
        // A key that is not unique within a file cannot compare two files.
        if same.windows(2).any(|two| two[0].1 == two[1].1) {
            continue;
        }
        for two in same.windows(2) {
            let (common, other) = pairs.entry((two[0].1, two[1].1)).or_default();
            *common += 1;
            *other += usize::from(two[0].2 != two[1].2);
        }
    }
    let many =
        |(_, (common, other)): &(_, (usize, usize))| *other >= ENOUGH_KEYS && *other * ONE_OF >= *common;
    pairs.into_iter().filter(many).map(|(pair, (_, other))| (pair, other)).collect()
}
