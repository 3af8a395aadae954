//! The records of one instance, as they are read and as queries ask them.

mod access_notices;
mod asked;
mod checks;
mod classes;
mod contents;
mod dictionary;
mod in_folder;
mod in_force;
mod lacks;
mod name_notices;
mod notices;
mod pass_on;
mod plan;
mod read;
mod references;
mod reread_columns;
mod same;
mod set_view;
#[cfg(test)]
mod tests;
mod user_access;
mod version_notices;
mod views;

pub use checks::load_rules;
pub use contents::Instance;
pub use dictionary::{dictionary_of, read_all};
pub use lacks::missing_names;
pub use notices::instance_notices;
pub use plan::Plan;
pub use read::Reading;
pub use references::{Identities, LeftReferences, identities_of, left_references};
pub use user_access::{
    AccessStep, Branch, FoundUser, MOST_PATHS, RoleAccess, RoleState, access_gaps, access_tree,
    reached_roles, roles_of, users_called,
};

pub(crate) use classes::{SignatureRow, class_evidence, settle_classes};
pub(crate) use in_folder::InFolder;
pub(crate) use reread_columns::{RereadColumns, columns_read};
pub(crate) use set_view::{SetView, key_by_set, key_is_unique_in_set, settle_acls};
pub(crate) use user_access::{describe, path_of};
