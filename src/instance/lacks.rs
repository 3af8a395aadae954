//! What coverage says is missing: tables, columns, and what contradicts itself.

use super::contents::Instance;
use super::version_notices::contradicted;
use crate::facts::RowStanding;
use crate::finding::Unclear;
use crate::query::{Missing, MissingItem, RowTest};
use crate::record::{ColumnIdx, EFFECTIVE_ROLE, ROLE_CLOSURE, TableIdx};

/// Texts for what is missing, sorted, without repetition.
#[must_use]
pub fn missing_names(instance: &Instance<'_>, missing: &Missing) -> Vec<String> {
    let mut names: Vec<_> = missing
        .items()
        .flat_map(|item| match item {
            MissingItem::Table(table) => {
                vec![instance.wanted.table(instance.source_of(table)).name.to_string()]
            }
            MissingItem::Column(table, column) => missing_column(instance, table, column),
            MissingItem::Signs(class) => {
                let name = instance.classes.get(usize::from(class.0)).map_or("", |class| &class.name);
                vec![format!("clear signs of @class.{name}")]
            }
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A column that is missing; of a view, the columns or tables that would show
/// what stands in it.
fn missing_column(instance: &Instance<'_>, table: TableIdx, column: ColumnIdx) -> Vec<String> {
    let (view, name) = (&*instance.wanted.table(table).name, instance.wanted.column_name(table, column));
    let cause = instance.access.as_ref().map_or(Missing::none(), |access| {
        let hidden = &access.graph.hidden;
        match (view, name) {
            (EFFECTIVE_ROLE, "user") | (ROLE_CLOSURE, "role") => hidden.holders.clone(),
            (EFFECTIVE_ROLE, "role") | (ROLE_CLOSURE, "contains") => hidden.held.clone(),
            (EFFECTIVE_ROLE, "orphaned") => {
                access.sources.clone().union(hidden.holders.clone()).union(hidden.held.clone())
            }
            (EFFECTIVE_ROLE, "via" | "path") | (ROLE_CLOSURE, "path") => {
                hidden.ways.clone().union(hidden.holders.clone()).union(hidden.held.clone())
            }
            _ => Missing::none(),
        }
    });
    if !cause.is_empty() {
        return missing_names(instance, &cause);
    }
    let contradicted =
        contradicted(instance, table, column).map(|what| Unclear::Contradicted.sentence(&what));
    // Other rows may lack the column all the same.
    let lacks = contradicted.is_none() || lacks_somewhere(instance, table, column);
    contradicted.into_iter().chain(lacks.then(|| format!("{view}.{name}"))).collect()
}

/// Whether some row of a file does not show a column, as far as is remembered.
fn lacks_somewhere(instance: &Instance<'_>, table: TableIdx, column: ColumnIdx) -> bool {
    let facts = instance.table(table);
    if facts.slot(column).is_some() {
        return instance.facts.has_gap(table, column);
    }
    let tests = instance.tests.of(table).iter().enumerate();
    let asking: Vec<_> = tests.filter(|(_, test)| test.columns().any(|asked| asked == column)).collect();
    facts.examples().flatten().filter_map(|row| facts.row(row)).any(|row| {
        let answers = facts.signatures.get(row.signature.index());
        let lacks = |(number, test): &(usize, &RowTest)| {
            answers.and_then(|answers| answers.get(*number)).is_some_and(|answer| test.is_open(*answer))
        };
        row.standing != RowStanding::Joined && asking.iter().any(lacks)
    })
}
