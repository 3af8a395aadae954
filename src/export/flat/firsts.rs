//! What the first records say: of which table they are, and whether their values
//! are what is stored.

use std::borrow::Cow;

use super::super::file_name::{HeaderNames, Named, by_columns, by_file_name, is_name};
use super::super::forms::{
    JsonKind, JsonMember, RowHalt, Shows, ValueSort, is_shown, json_object, skip_space, sort_of,
};
use super::shape::Shape;
use super::window::{LONGEST, TextWindow};
use crate::record::{is_sys_id, schema};

/// A value of one of the first records.
#[derive(Debug)]
pub(super) struct First<'t> {
    pub(super) name: Cow<'t, str>,
    /// What stands between its quotes or tags.
    pub(super) value: &'t str,
    pub(super) sort: FirstSort,
}

/// What a value of one of the first records is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstSort {
    Text,
    /// Parts, of which one is the stored value.
    WithValue,
    /// Parts, of which one is what is displayed, and none is stored.
    WithDisplay,
    Other,
}

/// What the first records say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// They are none of ours.
    Foreign,
    /// They are records, and nothing tells of which table.
    NoTable,
    /// The name of the file says one table, and their columns are those of another.
    AtOdds(String, &'static str),
    /// Of that table, or each says of which.
    Table(Option<String>, Shows),
}

/// Judges records by the first of them. `stands_alone` says that nothing around
/// them looks like an export.
pub(super) fn judge(path: &str, rows: &[Vec<First<'_>>], stands_alone: bool) -> Told {
    let named = by_file_name(path);
    let has_sys_id = rows.iter().flatten().any(|first| first.name == "sys_id" && holds_sys_id(first));
    let columns_of_first = || rows.iter().take(1).flatten().map(|first| &*first.name);
    let own = || columns_of_first().filter(|name| !name.starts_with("__"));
    let is_of = |table: &str| {
        let known = own().filter(|name| schema::knows_column(table, name)).count();
        known * 2 >= own().count()
    };
    let is_export = match &named {
        // An ordinary word may name anything.
        Some(Named::Known(table)) if stands_alone => has_sys_id || table.contains('_') && is_of(table),
        Some(Named::Known(table)) => has_sys_id || is_of(table),
        _ => has_sys_id,
    };
    if !is_export {
        return Told::Foreign;
    }
    let says_class =
        rows.iter().flatten().any(|first| first.name == "sys_class_name" && is_name(first.value));
    let columns: Vec<_> = own().filter(|name| !name.starts_with("dv_")).collect();
    let other = named.as_ref().and_then(|named| named.at_odds(&columns, HeaderNames::Columns));
    let table = named.map(|named| named.name().to_owned());
    if let Some((table, other)) = table.clone().zip(other.filter(|_| !says_class)) {
        return Told::AtOdds(table, other);
    }
    let table = table.or_else(|| by_columns(&columns).filter(|_| !says_class).map(str::to_owned));
    if table.is_none() && !says_class {
        // A report or a log may name a record too; only rows say when they were made.
        let is_row = own().any(|name| name.starts_with("sys_") && name != "sys_id");
        return if is_row || !stands_alone { Told::NoTable } else { Told::Foreign };
    }
    let shows = shown_by(rows, table.as_deref());
    Told::Table(table, shows)
}

fn holds_sys_id(first: &First<'_>) -> bool {
    match first.sort {
        FirstSort::Text => is_sys_id(first.value),
        FirstSort::WithValue | FirstSort::WithDisplay => first.value.split(['"', '<', '>']).any(is_sys_id),
        FirstSort::Other => false,
    }
}

/// Whether values are what is stored, by the references in the first records.
fn shown_by(rows: &[Vec<First<'_>>], table: Option<&str>) -> Shows {
    let mut seems = None;
    for first in rows.iter().flatten() {
        match first.sort {
            FirstSort::WithValue => return Shows::Stored,
            FirstSort::WithDisplay => return Shows::Labels,
            FirstSort::Text | FirstSort::Other => {}
        }
        let is_reference = table.is_some_and(|table| sort_of(table, &first.name) == ValueSort::Reference);
        let is_told = first.sort == FirstSort::Text && !first.value.is_empty() && first.value != "global";
        if is_told && is_reference {
            if is_sys_id(first.value) {
                return Shows::Stored;
            }
            seems = Some(Shows::Labels);
        }
        let is_label = |table| is_shown(first.value, sort_of(table, &first.name));
        if first.sort == FirstSort::Text && table.is_some_and(is_label) {
            seems = Some(Shows::Labels);
        }
    }
    seems.unwrap_or(Shows::Stored)
}

/// The members of the first records of JSON; of one that is too long those that
/// come first. `None` where something else stands there.
pub(super) fn members(window: &mut TextWindow, start: usize, shape: Shape) -> Option<Vec<Vec<JsonMember>>> {
    let mut rows = Vec::new();
    let mut at = start;
    loop {
        let bytes = window.text().as_bytes();
        at = skip_space(bytes, at);
        match bytes.get(at).copied() {
            Some(b',') => at += 1,
            Some(b'{') => {
                let mut members = Vec::new();
                match json_object(bytes, at, &mut members) {
                    Ok(end) => at = end,
                    Err(RowHalt::More) if rows.is_empty() && bytes.len() < LONGEST && window.grow() => {
                        continue;
                    }
                    // It will be said where it is read.
                    Err(_) if rows.is_empty() => return Some(vec![members]),
                    Err(_) => return Some(rows),
                }
                rows.push(members);
                if shape == Shape::One {
                    return Some(rows);
                }
            }
            // Space may go on for long.
            None if rows.is_empty() && bytes.len() < LONGEST && window.grow() => {}
            Some(b']') | None => return Some(rows),
            Some(_) => return (!rows.is_empty()).then_some(rows),
        }
    }
}

/// The same as values.
pub(super) fn of_members<'t>(text: &'t str, rows: &[Vec<JsonMember>]) -> Vec<Vec<First<'t>>> {
    let first = |member: &JsonMember| {
        let whole = &text[member.value.clone()];
        let sort = match member.kind {
            JsonKind::Text => FirstSort::Text,
            JsonKind::Object => sort_of_object(whole),
            JsonKind::Word | JsonKind::Array => FirstSort::Other,
        };
        First { name: member.name(text), value: whole.trim_matches('"'), sort }
    };
    rows.iter().map(|row| row.iter().map(first).collect()).collect()
}

fn sort_of_object(object: &str) -> FirstSort {
    let mut members = Vec::new();
    if json_object(object.as_bytes(), 0, &mut members).is_err() {
        return FirstSort::Other;
    }
    let has = |wanted: &str| members.iter().any(|part| part.is(object, wanted));
    match (has("value"), has("display_value")) {
        (true, _) => FirstSort::WithValue,
        (false, true) => FirstSort::WithDisplay,
        (false, false) => FirstSort::Other,
    }
}
