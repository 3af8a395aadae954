//! ServiceNow's encoded queries, evaluated offline in three values.
//!
//! [`Query::parse`] reads one, [`bind()`] ties its names to the columns that will
//! be read, [`BoundQuery::evaluate`] answers for one row. Facts about the
//! language come from ServiceNow's published operator tables and from the
//! platform's own parse that exports of `conditions` fields carry.

mod bind;
mod bound;
mod bound_path;
mod columns;
mod comparison;
mod data;
mod date_functions;
mod dates;
mod known;
mod naming;
mod number;
mod operator;
mod row_test;
mod syntax;
mod text;
mod typed;

#[cfg(test)]
mod tests;

pub use bind::{DefinedNames, bind, bind_path, bind_shared, bind_shown_path, want_view};
pub use bound::{BindError, BoundQuery, Partial};
pub use bound_path::BoundPath;
pub use data::{
    Cell, CellPlace, Class, Data, Missing, MissingItem, Reference, Repeat, RowId, SetFact, TestIdx, Truth,
    WalkIdx, WalkStart,
};
pub use dates::{Clock, ClockError};
pub use number::{is_other_number, plain_number};
pub use row_test::{AskRow, RowTest, RowTests, Walk};
pub use syntax::{Query, QueryError};
