//! Where the wanted columns stand in a record.

use std::borrow::Cow;

use super::own_name::AT_ODDS;
use crate::record::{ColumnIdx, Field, Record, WantedTable, schema};

/// The wanted columns of a record: the value, if it is shown, and what it displays.
pub(crate) fn columns_of<'r>(
    record: &'r Record<'_>,
    names: &WantedTable,
) -> Vec<(Option<&'r str>, Cow<'r, str>)> {
    let mut at = Vec::new();
    find_columns(record, names, &mut at);
    at.into_iter().map(|at| at.of(record)).collect()
}

/// Where a column stands in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnPlace {
    Nowhere,
    Field(usize),
    /// The keys of `sys_dictionary` and its like stand in attributes.
    Attribute(usize),
    Default(&'static str),
    /// At two places, which say different things.
    Contradicted,
}

impl ColumnPlace {
    /// What stands there, if the export shows it, and what it displays.
    pub(crate) fn of<'r>(self, record: &'r Record<'_>) -> (Option<&'r str>, Cow<'r, str>) {
        let none = Cow::Borrowed("");
        match self {
            Self::Nowhere | Self::Contradicted => (None, none),
            Self::Field(at) => {
                let Some(field) = record.fields.get(at) else { return (None, none) };
                let names = names_of(field);
                if !names.is_empty() && field.is_emptied(record.table) {
                    // Two names in place of a sys_id name nobody.
                    return (None, if names.contains(AT_ODDS) { none } else { names });
                }
                let value = (!field.is_display_only).then(|| field.value.trim());
                (value, names)
            }
            Self::Attribute(at) => (record.attributes.get(at).map(|(_, value)| value.trim()), none),
            Self::Default(value) => (Some(value), none),
        }
    }
}

/// Finds each wanted column in a record. One that stands twice and says different
/// things is unknown; a writer that asks for it gets the dictionary's defaults.
pub(crate) fn find_columns(record: &Record<'_>, names: &WantedTable, at: &mut Vec<ColumnPlace>) {
    at.clear();
    at.resize(names.columns.len(), ColumnPlace::Nowhere);
    let mut found = |column: Option<ColumnIdx>, here: ColumnPlace| {
        let Some(slot) = column.and_then(|column| at.get_mut(column.index())) else { return };
        if *slot == ColumnPlace::Nowhere {
            *slot = here;
        } else if slot.of(record) != here.of(record) {
            *slot = ColumnPlace::Contradicted;
        }
    };
    for (number, field) in record.fields.iter().enumerate() {
        found(field.column.or_else(|| names.find(field.name)), ColumnPlace::Field(number));
    }
    for (number, (name, _)) in record.attributes.iter().enumerate() {
        found(names.find(name), ColumnPlace::Attribute(number));
    }
    if record.apply_defaults {
        for (name, slot) in names.columns.iter().zip(at) {
            if *slot == ColumnPlace::Nowhere
                && let Some(column) = schema::column(record.table, name)
            {
                *slot = ColumnPlace::Default(column.default.unwrap_or(""));
            }
        }
    }
}

/// What a field displays; both names where it shows two.
fn names_of<'r>(field: &'r Field<'_>) -> Cow<'r, str> {
    let text = |name: &'r Option<Cow<'_, str>>| name.as_deref().map_or("", str::trim);
    match (text(&field.display_value), text(&field.name_attribute)) {
        ("", name) => name.into(),
        (shown, "") => shown.into(),
        (shown, name) if shown == name || shown.to_lowercase() == name.to_lowercase() => shown.into(),
        (shown, name) => format!("{shown}{AT_ODDS}{name}").into(),
    }
}
