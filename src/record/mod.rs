//! A ServiceNow record as an export shows it: a table, an action, named fields,
//! and the place of each.

mod access;
mod acls;
mod added_classes;
mod choices;
pub mod classes;
mod described;
mod field;
mod keys;
mod parts;
mod platform;
mod referred;
pub mod schema;
mod secrecy;
mod update_sets;
mod views;
mod wanted;
mod written;

pub use access::{AccessTable, access_ends, access_tables, granting_tables};
pub use acls::{
    ACL_ROLES, ACLS, AclColumn, AclObject, Narrow, acl_columns, acl_objects, is_narrowest_role, want_acls,
};
pub use added_classes::{TableRow, added_classes, want_classes, wanted_classes};
pub use choices::{Choice, choices, chosen};
pub use classes::{BUILT_IN, Classes};
pub use described::{Described, Dictionary, want_descriptions, want_types, wanted_types};
pub use field::{Action, Field, Origin, Record, SetReference, UpdateRow, ValuePlaces};
pub use keys::{known_key, natural_key, shares_keys};
pub use parts::{PartOf, part_of};
pub use platform::written_by_platform;
pub use referred::{
    display_column, fixed_name, fixed_name_column, is_no_identity, is_sys_id, named_by_value, well_known_name,
};
pub use secrecy::{REDACTED, Secrecy, carries_credential, is_secret_property, mark_by_type};
pub use update_sets::{SetColumn, is_in_force, is_update_set, want_update_sets, wanted_update_sets};
pub use views::{EFFECTIVE_ROLE, ROLE_CLOSURE, is_view, view_columns, view_ends, view_source};
pub use wanted::{ColumnIdx, Keep, MOST_TABLES, NamedReference, RowOf, TableIdx, Wanted, WantedTable};
pub use written::nobody_chose;
