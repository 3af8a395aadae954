//! A ServiceNow record as an export shows it: a table, an action, named fields,
//! and the place of each.

mod choices;
mod field;
mod keys;
mod referred;
pub mod schema;
mod secrets;
mod wanted;

pub use choices::{Choice, choices, chosen};
pub use field::{Action, Field, Origin, Record};
pub use keys::natural_key;
pub use referred::{display_column, is_sys_id, named_by_value, well_known_name};
pub use secrets::{carries_credential, carries_records, is_secret_column, is_secret_property, mark_by_type};
pub use wanted::{ColumnIdx, Keep, TableIdx, Wanted, WantedTable};

/// What stands in place of a secret value wherever one would be shown.
pub const REDACTED: &str = "[redacted]";
