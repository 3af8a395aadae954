//! Natural keys: the columns by which people know a record.

use std::collections::HashMap;
use std::sync::LazyLock;

static KEYS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    include_str!("keys.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(table, columns)| (table, columns.split(',').collect()))
        .collect()
});

/// The columns of a table's natural key, in order; `["name"]` for a table that
/// is not known.
#[must_use]
pub fn natural_key(table: &str) -> &'static [&'static str] {
    known_key(table).unwrap_or(&["name"])
}

/// The same; `None` for a table that is not known.
#[must_use]
pub fn known_key(table: &str) -> Option<&'static [&'static str]> {
    KEYS.get(table).map(Vec::as_slice)
}
