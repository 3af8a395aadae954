//! ServiceNow's encoded queries, evaluated offline in three values.
//!
//! [`Query::parse`] reads one, [`bind()`] ties its names to the columns that will
//! be read, [`BoundQuery::evaluate`] answers for one row. Facts about the
//! language come from ServiceNow's published operator tables and from the
//! platform's own parse that exports of `conditions` fields carry.

mod ast;
mod bind;
mod bind_check;
mod binder;
mod bound_path;
mod columns;
mod data;
mod date_functions;
mod dates;
mod eval;
mod known;
mod naming;
mod negate;
mod number;
mod parse;
mod path;
mod pins;
mod possible;
mod print;
mod related;
mod row_test;
mod term;
mod text;
mod typed;

#[cfg(test)]
mod tests;

pub use ast::Query;
pub use bind::{
    BindError, BoundQuery, Names, bind, bind_path, bind_shared, bind_shown_path, is_view, want_view,
};
pub use bound_path::BoundPath;
pub use data::{
    Cell, CellPlace, Class, Data, Missing, MissingItem, Reference, Repeat, RowId, SetFact, Truth,
};
pub use dates::{Clock, ClockError};
pub use known::{EFFECTIVE_ROLE, ROLE_CLOSURE};
pub use number::{is_other_number, plain_number};
pub use parse::QueryError;
pub use possible::Partial;
pub use row_test::{AskRow, RowTest, RowTests, TestIdx, Walk, WalkIdx, WalkStart};
