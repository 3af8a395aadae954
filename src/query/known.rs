//! What binding knows of tables beyond the built-in dictionary: the columns of views,
//! and those that every table has.

use std::borrow::Cow;

use crate::record::schema::{self, ColumnType, NOTHING_ANSWERS};
use crate::record::{Dictionary, is_view, view_columns};

/// A column as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct KnownColumn {
    pub(super) kind: ColumnType,
    pub(super) reference: Option<Cow<'static, str>>,
    /// As in [`schema::Column::calculated`].
    pub(super) calculated: Option<&'static str>,
}

/// Columns of every table of the platform.
const EVERYWHERE: [(&str, ColumnType); 6] = [
    ("sys_id", ColumnType::Text),
    ("sys_created_by", ColumnType::Text),
    ("sys_created_on", ColumnType::DateTime),
    ("sys_updated_by", ColumnType::Text),
    ("sys_updated_on", ColumnType::DateTime),
    ("sys_mod_count", ColumnType::Number),
];

/// Whether the table's columns are all known.
pub(super) fn knows_table(table: &str) -> bool {
    is_view(table) || schema::knows_table(table)
}

/// Whether some of the table's columns are known.
pub(super) fn knows_some_of(table: &str) -> bool {
    is_view(table) || schema::knows_some_of(table)
}

/// A column of a table, or of every table.
pub(super) fn column(table: &str, column: &str) -> Option<KnownColumn> {
    if let Some(found) = schema::column(table, column) {
        let schema::Column { kind, reference, calculated, .. } = found;
        return Some(KnownColumn { kind, reference: reference.map(Cow::Borrowed), calculated });
    }
    if let Some((_, reference)) = view_columns(table).find(|(name, _)| *name == column) {
        let kind = if reference.is_some() { ColumnType::Reference } else { ColumnType::Text };
        return Some(KnownColumn { kind, reference: reference.map(Cow::Borrowed), calculated: None });
    }
    // A known table may lack a column that others have, and then says so; the
    // `sys_id` alone is always there.
    let everywhere = EVERYWHERE.iter().find(|(name, _)| *name == column)?;
    let holds = column == "sys_id" || !knows_table(table);
    holds.then_some(KnownColumn { kind: everywhere.1, reference: None, calculated: None })
}

/// A column that the input describes; what is built in is not asked here.
pub(super) fn described(dictionary: &Dictionary, table: &str, column: &str) -> Option<KnownColumn> {
    let found = dictionary.column(table, column).filter(|_| !is_view(table))?;
    Some(KnownColumn {
        kind: found.kind,
        reference: found.reference.clone().map(Cow::Owned),
        calculated: found.is_calculated.then_some(NOTHING_ANSWERS),
    })
}

/// The known name that looks most like a wrong one, for a message.
pub(super) fn similar_column(table: &str, wrong: &str) -> Option<&'static str> {
    let near = schema::columns(table).into_iter().map(|name| (distance(name, wrong), name)).min()?;
    (near.0 <= 2).then_some(near.1)
}

/// How many letters differ (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, left) in left.bytes().enumerate() {
        let mut corner = at;
        row[0] = at + 1;
        for (column, right) in right.bytes().enumerate() {
            let above = row[column + 1];
            let changed = corner + usize::from(left != right);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            corner = above;
        }
    }
    row.last().copied().unwrap_or(0)
}
