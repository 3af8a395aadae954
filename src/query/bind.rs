//! Ties the names of a query to tables and columns, and asks the reader for them.

mod binder;
mod condition;
mod terms;

use super::bound::{BindError, BoundQuery};
use super::bound_path::BoundPath;
use super::data::Class;
use super::row_test::RowTests;
use super::syntax::{Path, Query};
use crate::record::{
    Dictionary, EFFECTIVE_ROLE, Keep, NamedReference, TableIdx, Wanted, access_tables, is_view, view_columns,
};
use binder::Binder;

/// Looks up the names that rule packs and the configuration define.
pub trait DefinedNames {
    /// A class of records of a table, by the name in `@class.name`.
    fn class(&self, table: &str, name: &str) -> Option<Class>;

    /// The columns that an alias such as `@owner` stands for; `name` has no `@`. The
    /// first column that is not empty counts.
    fn alias(&self, table: &str, name: &str) -> Option<Vec<String>>;

    /// What the input says of tables and columns that are not built in.
    fn dictionary(&self) -> Option<&Dictionary> {
        None
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
    names: &dyn DefinedNames,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder::new(wanted, names))
}

/// As [`bind()`], for one of many queries. What a row can answer by itself becomes one
/// of `tests`: its answer is kept, and the columns are not.
///
/// # Errors
/// As [`bind()`].
pub fn bind_shared(
    query: &Query,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn DefinedNames,
    tests: &mut RowTests,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder { tests: Some(tests), ..Binder::new(wanted, names) })
}

fn bind_query(query: &Query, table: &str, mut binder: Binder<'_>) -> Result<BoundQuery, BindError> {
    let (table, alternatives) = terms::bind_terms(&mut binder, query, table)?;
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
    names: &dyn DefinedNames,
) -> Result<BoundPath, BindError> {
    let bound = bind_shown_path(path, table, wanted, names)?;
    bound.keep(wanted, Keep::Always);
    Ok(bound)
}

/// As [`bind_path()`], for fields that are shown of few rows only. Columns of the row
/// itself are not kept; they are read again when they are shown.
///
/// # Errors
/// As [`bind()`]; the place is in `path`.
pub fn bind_shown_path(
    path: &str,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn DefinedNames,
) -> Result<BoundPath, BindError> {
    let parsed =
        Path::parse(path, 0).map_err(|error| BindError { message: error.message, span: error.span })?;
    let mut binder = Binder::new(wanted, names);
    let mut bound = binder.path(&parsed, table)?;
    binder.want_display(&mut bound);
    // Rows of a view stand in no file, so they cannot be read again.
    let own = if is_view(table) { Keep::Always } else { Keep::Never };
    bound.keep(wanted, own);
    Ok(bound)
}

/// Asks for a view and for everything that it is computed from.
pub fn want_view(wanted: &mut Wanted, view: &str) -> TableIdx {
    want_roles(wanted);
    let index = wanted.want_table(view);
    for (column, _) in view_columns(view) {
        wanted.keep_column(index, column);
    }
    index
}

/// Asks for everything that effective roles are computed from. Wanting the view is the
/// sign that they must be computed.
pub(super) fn want_roles(wanted: &mut Wanted) {
    wanted.want_table(EFFECTIVE_ROLE);
    for known in access_tables() {
        let index = wanted.want_table(known.table);
        for column in known.columns() {
            wanted.keep_column(index, column);
        }
        if known.columns().any(|column| column == "user") {
            wanted.keep_walk(index, "user.user_name");
        }
    }
    let target = wanted.want_table("sys_user_role");
    let name = Some(wanted.keep_column(target, "name"));
    for known in access_tables() {
        for column in known.columns().filter(|column| matches!(*column, "role" | "contains")) {
            let table = wanted.want_table(known.table);
            let column = wanted.keep_column(table, column);
            wanted.note_named(NamedReference { table, column, target, name });
        }
    }
}
