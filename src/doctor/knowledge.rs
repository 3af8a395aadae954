//! What is known of tables, limits and properties. The facts are data.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::rule::Pack;

/// Whether update sets carry the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUpdateSets {
    /// They do: it is configuration.
    Yes,
    /// They do not: its rows are data.
    No,
    /// Some of its rows.
    Some,
    /// That is not known.
    Unknown,
}

/// What is known of a table that reviewers ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAdvice {
    /// The table.
    pub table: &'static str,
    /// What its rows are about: the heading that pages put it under.
    pub area: &'static str,
    /// Whether update sets carry its rows.
    pub in_update_sets: InUpdateSets,
    /// Columns that the platform fills in every row.
    pub never_empty: Vec<&'static str>,
    /// The column whose values are unique on an instance.
    pub key: Option<&'static str>,
    /// The table that makes it needless: it shows the same.
    pub instead: Option<&'static str>,
    /// What else somebody who exports it should know; empty for nothing.
    pub note: &'static str,
}

/// The cells of the lines that are no comment.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

static TABLES: LazyLock<Vec<TableAdvice>> = LazyLock::new(|| {
    let filled = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let advice = |cells: Vec<&'static str>| {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        TableAdvice {
            table: cell(0),
            area: cell(1),
            in_update_sets: match cell(2) {
                "yes" => InUpdateSets::Yes,
                "some" => InUpdateSets::Some,
                "no" => InUpdateSets::No,
                _ => InUpdateSets::Unknown,
            },
            never_empty: cell(3).split(',').filter_map(filled).collect(),
            key: filled(cell(4)),
            instead: filled(cell(5)),
            note: cell(6),
        }
    };
    lines(include_str!("tables.tsv")).map(advice).collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static TableAdvice>> =
    LazyLock::new(|| TABLES.iter().map(|advice| (advice.table, advice)).collect());

/// What is known of a table, if anything is.
#[must_use]
pub fn advice_of(table: &str) -> Option<&'static TableAdvice> {
    BY_NAME.get(table).copied()
}

/// All tables of which something is known, in the order of pages.
#[must_use]
pub fn advices() -> &'static [TableAdvice] {
    &TABLES
}

/// The area of tables that come with update sets and are not asked for.
pub(super) const UPDATE_SETS: &str = "update sets";

/// The areas in the order of pages, each once.
#[must_use]
pub fn areas() -> Vec<&'static str> {
    let mut areas: Vec<&str> = Vec::new();
    for advice in TABLES.iter() {
        if !areas.contains(&advice.area) {
            areas.push(advice.area);
        }
    }
    areas
}

/// Marks the columns that signs are read from, in the tables that rules ask about,
/// to be read.
pub fn want_signs(pack: &mut Pack) {
    for advice in TABLES.iter() {
        let Some(table) = pack.wanted.find(advice.table) else { continue };
        for column in advice.never_empty.iter().chain(&advice.key) {
            pack.wanted.want_column(table, column);
        }
    }
    if let Some(properties) = pack.wanted.find("sys_properties") {
        for column in ["name", "type", "value"] {
            pack.wanted.want_column(properties, column);
        }
    }
}

/// What a property says of the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownProperty {
    /// Its value differs from instance to instance.
    Instance,
    /// Its value is the number of rows at which exports stop.
    Limit,
}

static PROPERTIES: LazyLock<HashMap<&'static str, KnownProperty>> = LazyLock::new(|| {
    let property = |cells: Vec<&'static str>| match cells.as_slice() {
        [name, "instance", ..] => Some((*name, KnownProperty::Instance)),
        [name, "limit", ..] => Some((*name, KnownProperty::Limit)),
        _ => None,
    };
    lines(include_str!("properties.tsv")).filter_map(property).collect()
});

impl KnownProperty {
    pub(super) fn of(name: &str) -> Option<Self> {
        PROPERTIES.get(name).copied()
    }
}

/// Whether the value of a property differs from instance to instance.
#[must_use]
pub fn names_instance(property: &str) -> bool {
    KnownProperty::of(property) == Some(KnownProperty::Instance)
}

/// A number of rows at which exports stop without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The number of rows.
    pub rows: u64,
    /// Whose limit it is.
    pub what: &'static str,
}

/// The known limits, the lowest first.
#[must_use]
pub fn export_limits() -> Vec<Limit> {
    let limit = |cells: Vec<&'static str>| {
        let rows = cells.first()?.parse().ok()?;
        Some(Limit { rows, what: cells.get(1).copied().unwrap_or_default() })
    };
    lines(include_str!("limits.tsv")).filter_map(limit).collect()
}

/// Whether a property sets at how many rows exports stop.
#[must_use]
pub fn is_export_limit(property: &str) -> bool {
    KnownProperty::of(property) == Some(KnownProperty::Limit)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{KnownProperty, TABLES, export_limits};
    use crate::record::schema;

    #[test]
    fn the_facts_are_about_tables_and_columns_that_there_are() {
        let mut names = BTreeSet::new();
        for advice in TABLES.iter() {
            assert!(names.insert(advice.table), "{} stands twice", advice.table);
            assert!(schema::knows_some_of(advice.table), "{} is in no dictionary", advice.table);
            for column in advice.never_empty.iter().chain(&advice.key) {
                assert!(schema::column(advice.table, column).is_some(), "{}.{column}", advice.table);
            }
            assert!(advice.instead.is_none_or(|table| super::advice_of(table).is_some()), "{}", advice.table);
        }
    }

    #[test]
    fn limits_and_properties_are_read() {
        assert_eq!(export_limits().first().map(|limit| limit.rows), Some(10_000));
        assert_eq!(KnownProperty::of("instance_name"), Some(KnownProperty::Instance));
        assert_eq!(KnownProperty::of("glide.xml.export.limit"), Some(KnownProperty::Limit));
        assert_eq!(KnownProperty::of("glide.ui.title"), None);
    }
}
