//! ServiceNow's encoded queries, evaluated offline in three values.
//!
//! [`Query::parse`] reads one, [`bind`] ties its names to the columns that will
//! be read, [`BoundQuery::evaluate`] answers for one row. Facts about the
//! language come from ServiceNow's published operator tables and from the
//! platform's own parse that exports of `conditions` fields carry.

mod bind;
mod data;
mod dates;
mod eval;
mod parse;
mod print;

pub use bind::{BindError, BoundQuery, Names, bind};
pub use data::{Cell, Class, Data, Missing, MissingItem, RowId, Truth};
pub use dates::Clock;
pub use parse::{Query, QueryError};
