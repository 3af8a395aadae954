//! Judging: what must be read for the rules, the facts that are kept, the
//! joins, the verdicts.

mod access_notices;
mod asked;
mod checks;
mod classes;
mod compare;
mod conditions;
mod counts;
mod dictionary;
mod findings;
mod in_folder;
mod in_force;
mod instance;
mod judge;
mod judge_proposed;
mod judging;
mod lacks;
mod name_notices;
mod notices;
mod pass_on;
mod plan;
mod properties;
mod read;
mod records;
mod references;
mod reread_columns;
mod review;
mod same;
mod selftest;
mod set_view;
#[cfg(test)]
mod tests;
mod turned_off;
mod user_access;
mod verdicts;
mod version_notices;
mod views;
mod writing;

pub use crate::facts::{Inputs, Options, ReadFile};
pub use checks::load_rules;
pub use compare::{Comparison, Difference, DifferenceKind, Profile, Side, Weight, compare, profile};
pub use dictionary::{dictionary_of, read_all};
pub use findings::SharedNames;
pub use instance::Instance;
pub use judge::{Outcome, Verdicts, cover, judge, verdicts};
pub use lacks::missing_names;
pub use notices::instance_notices;
pub use plan::Plan;
pub use read::Reading;
pub use references::{Identities, LeftReferences, identities_of, left_references};
pub use review::{
    Account, Actual, Answer, By, Grant, Held, Review, Reviewed, Setting, SettingVerdict, Shown, review,
};
pub use selftest::{TestFailure, run_tests};
pub use turned_off::{Spot, TurnedOff, replaced_notice, replaced_places, turned_off, turned_off_notices};
pub use user_access::{
    AccessStep, Branch, FoundUser, MOST_PATHS, RoleAccess, RoleState, access_gaps, access_tree,
    reached_roles, roles_of, users_called,
};
pub use writing::Drafts;
