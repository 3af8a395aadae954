//! A ServiceNow record as an export shows it: a table, an action, named fields,
//! and the place of each.

mod field;
mod keys;
pub mod schema;
mod secrets;
mod wanted;

pub use field::{Action, Field, Origin, Record, ValuePlaces};
pub use keys::natural_key;
pub use secrets::{carries_credential, carries_records, is_secret_column, is_secret_property};
pub use wanted::{ColumnIdx, Keep, TableIdx, Wanted, WantedTable};

/// What stands in place of a secret value wherever one would be shown.
pub const REDACTED: &str = "[redacted]";
