//! Natural keys: the columns by which people know a record.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::views::{view_ends, views};

/// The columns of a key, and whether several records may have it.
type Key = (Vec<&'static str>, bool);

static KEYS: LazyLock<HashMap<&'static str, Key>> = LazyLock::new(|| {
    include_str!("keys.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(table, rest)| {
            let (columns, shared) = rest.split_once('\t').unwrap_or((rest, ""));
            (table, (columns.split(',').collect(), shared == "shared"))
        })
        .chain(views().map(|view| (view, (key_of_view(view), false))))
        .collect()
});

/// People know a row of a view by the two records that it ties together.
fn key_of_view(view: &str) -> Vec<&'static str> {
    view_ends(view).into_iter().flatten().map(|(column, _)| column).collect()
}

/// The columns of a table's natural key, in order; `["name"]` for a table that
/// is not known.
#[must_use]
pub fn natural_key(table: &str) -> &'static [&'static str] {
    known_key(table).unwrap_or(&["name"])
}

/// The natural key of a known table; `None` for other tables.
#[must_use]
pub fn known_key(table: &str) -> Option<&'static [&'static str]> {
    KEYS.get(table).map(|(columns, _)| columns.as_slice())
}

/// Whether records of the table may share a natural key, so that only the `sys_id` tells
/// them apart. For an unknown table the answer is yes.
#[must_use]
pub fn shares_keys(table: &str) -> bool {
    KEYS.get(table).is_none_or(|(_, is_shared)| *is_shared)
}
