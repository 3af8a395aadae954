//! Ties the names of a query to tables and columns, and asks the reader for them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Path, Query};
use super::bind_check::Check;
use super::binder::Binder;
use super::bound_path::BoundPath;
use super::data::Class;
use super::known;
use super::related::BoundRelated;
use super::row_test::{RowTests, TestIdx, WalkIdx};
use crate::record::{Dictionary, Keep, NamedReference, TableIdx, Wanted};

/// Who knows the names that rule packs and the configuration define.
pub trait Names {
    /// A class of records of a table, by the name in `@class.name`.
    fn class(&self, table: &str, name: &str) -> Option<Class>;

    /// The columns that an alias such as `@owner` stands for, by its name without
    /// the `@`; the first non-empty one counts.
    fn alias(&self, table: &str, name: &str) -> Option<Vec<String>>;

    /// What the input says of tables and columns that are not built in.
    fn dictionary(&self) -> Option<&Dictionary> {
        None
    }
}

/// Why a query cannot be asked of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BindError {
    /// What is wrong, in lower case, without a final stop.
    pub message: String,
    /// Where, in bytes of the query's text.
    pub span: Range<usize>,
}

impl BindError {
    pub(super) fn at(place: &Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span: place.clone() }
    }
}

/// A query whose names are tied to columns, ready to be asked of rows.
#[derive(Debug)]
pub struct BoundQuery {
    pub(super) table: TableIdx,
    pub(super) alternatives: Alternatives,
    warnings: Vec<String>,
    doubts: Vec<BindError>,
    needs: BTreeSet<Need>,
}

/// A row matches if in any alternative every group has a term that holds.
pub(super) type Alternatives = Vec<Vec<Vec<BoundTerm>>>;

#[derive(Debug)]
pub(super) enum BoundTerm {
    /// With where its answer may be known already.
    Condition(Arc<BoundCondition>, Known),
    Related(BoundRelated),
}

/// Where the answer to a condition may be known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nowhere.
    Never,
    /// The row answers it by itself.
    Test(TestIdx),
    /// All rows that refer to the same one answer alike.
    Walk(WalkIdx),
}

/// A field and what is asked of it.
#[derive(Debug)]
pub(super) struct BoundCondition {
    pub(super) path: BoundPath,
    pub(super) check: Check,
}

impl BoundTerm {
    /// Whether more than the remembered answer of a test may be needed.
    pub(super) fn looks_further(&self) -> bool {
        !matches!(self, Self::Condition(_, Known::Test(_)))
    }
}

/// What a query needs beyond the columns of its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    OtherRows,
    Clock,
    Computed,
    Roles,
    JoinByValue,
    View,
}

impl BoundQuery {
    /// The table of the rows it is asked of.
    #[must_use]
    pub fn table(&self) -> TableIdx {
        self.table
    }

    /// What could not be checked: unknown tables, and custom columns of known ones.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Conditions that an instance answers otherwise: comparisons of a reference
    /// with the name of what it refers to.
    #[must_use]
    pub fn doubts(&self) -> &[BindError] {
        &self.doubts
    }

    /// Whether it needs only the row itself, and perhaps the clock.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.needs.contains(&Need::OtherRows)
    }

    /// Whether it depends on what "now" is.
    #[must_use]
    pub fn uses_clock(&self) -> bool {
        self.needs.contains(&Need::Clock)
    }

    /// Whether it uses a computed field (`@…`).
    #[must_use]
    pub fn uses_computed(&self) -> bool {
        self.needs.contains(&Need::Computed)
    }

    /// Whether it asks for effective roles (`@role`).
    #[must_use]
    pub fn uses_roles(&self) -> bool {
        self.needs.contains(&Need::Roles)
    }

    /// Whether it asks a view that is computed from other tables.
    #[must_use]
    pub fn uses_view(&self) -> bool {
        self.needs.contains(&Need::View)
    }

    /// Whether an instance would understand it: it has no computed field, no
    /// view of ours and no join by value.
    #[must_use]
    pub fn portable(&self) -> bool {
        [Need::Computed, Need::JoinByValue, Need::View].iter().all(|need| !self.needs.contains(need))
    }
}

/// Ties a query to a table, and asks `wanted` to keep every column that it reads.
///
/// # Errors
/// If it names a column that a known table does not have, walks through what is
/// not a reference, or asks a field for what its type cannot answer.
pub fn bind(
    query: &Query,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder::new(wanted, names))
}

/// The same for one of many queries: what a row answers by itself becomes one of
/// `tests`, whose answers are kept in place of the columns.
///
/// # Errors
/// As [`bind()`].
pub fn bind_shared(
    query: &Query,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
    tests: &mut RowTests,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder { tests: Some(tests), ..Binder::new(wanted, names) })
}

fn bind_query(query: &Query, table: &str, mut binder: Binder<'_>) -> Result<BoundQuery, BindError> {
    let (table, alternatives) = binder.query(query, table)?;
    Ok(BoundQuery {
        table,
        alternatives,
        warnings: binder.warnings,
        doubts: binder.doubts,
        needs: binder.needs,
    })
}

/// Ties a single field name, as in a message's `{user.user_name}`, to a table,
/// and asks `wanted` to keep every column that it reads.
///
/// # Errors
/// As [`bind()`]; the place is in `path`.
pub fn bind_path(
    path: &str,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundPath, BindError> {
    let bound = bind_shown_path(path, table, wanted, names)?;
    bound.keep(wanted, Keep::Always);
    Ok(bound)
}

/// The same for what is asked of few rows only: their own columns are not kept,
/// but read again.
///
/// # Errors
/// As [`bind()`]; the place is in `path`.
pub fn bind_shown_path(
    path: &str,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundPath, BindError> {
    let parsed =
        Path::parse(path, 0).map_err(|error| BindError { message: error.message, span: error.span })?;
    let mut binder = Binder::new(wanted, names);
    let mut bound = binder.path(&parsed, table)?;
    binder.want_display(&mut bound);
    // A view has no rows that could be read again.
    let own = if known::is_view(table) { Keep::Always } else { Keep::Never };
    bound.keep(wanted, own);
    Ok(bound)
}

/// Asks for a view, with all that it is computed from.
pub fn want_view(wanted: &mut Wanted, view: &str) -> TableIdx {
    want_roles(wanted);
    let index = wanted.want_table(view);
    for column in known::view_columns(view) {
        wanted.keep_column(index, column);
    }
    index
}

impl BoundCondition {
    /// Has every column kept that it reads, those of the row itself so long.
    pub(super) fn keep(&self, wanted: &mut Wanted, own: Keep) {
        self.path.keep(wanted, own);
        if let Some(other) = self.check.other_field() {
            other.keep(wanted, own);
        }
        if let Check::InstanceOf(_, hierarchy) = &self.check {
            wanted.keep(hierarchy.table, hierarchy.name, Keep::Always);
            wanted.keep(hierarchy.table, hierarchy.super_class, Keep::Always);
        }
    }
}

/// Whether the tool computes the table from others.
#[must_use]
pub fn is_view(table: &str) -> bool {
    known::is_view(table)
}

/// Asks for everything that effective roles are computed from. The view stands
/// for the wish to have them computed.
pub(super) fn want_roles(wanted: &mut Wanted) {
    wanted.want_table(known::EFFECTIVE_ROLE);
    for (table, columns) in known::ROLE_SOURCES {
        let index = wanted.want_table(table);
        for column in columns {
            wanted.keep_column(index, column);
        }
        if columns.contains(&"user") {
            wanted.keep_walk(index, "user.user_name");
        }
    }
    let target = wanted.want_table("sys_user_role");
    let name = Some(wanted.keep_column(target, "name"));
    for (table, columns) in known::ROLE_SOURCES {
        for column in columns.iter().filter(|column| matches!(**column, "role" | "contains")) {
            let table = wanted.want_table(table);
            let column = wanted.keep_column(table, column);
            wanted.note_named(NamedReference { table, column, target, name });
        }
    }
}
