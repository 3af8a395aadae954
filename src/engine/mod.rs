//! Judging: what must be read for the rules, the facts that are kept, the
//! joins, the verdicts.

mod access;
mod access_notices;
mod added_classes;
mod alone;
mod app_layout;
mod apps;
mod asked;
mod checks;
mod claims;
mod classes;
mod collect;
mod columns;
mod compare;
mod conditions;
mod counts;
mod current;
mod dictionary;
mod facts;
mod findings;
mod identity;
mod in_folder;
mod in_force;
mod instance;
mod interner;
mod joined;
mod judge;
mod judge_proposed;
#[cfg(test)]
mod judged_test;
mod judging;
mod lacks;
mod left_references;
mod message;
mod mixed;
mod names;
mod parts;
mod pass_on;
mod properties;
mod read;
mod records;
mod reread_columns;
mod review;
mod row_index;
mod same;
mod selftest;
mod set_acls;
mod set_view;
mod signatures;
mod stamp;
mod table_facts;
mod turned_off;
mod update_sets;
mod user_access;
mod versions;
mod views;
mod writing;

pub use checks::load_rules;
pub use compare::{Comparison, Difference, DifferenceKind, Profile, Side, Weight, compare, profile};
pub use dictionary::{dictionary_of, read_all};
pub use findings::SharedNames;
pub use instance::Instance;
pub use judge::{Outcome, Verdicts, cover, judge, verdicts};
pub use left_references::{Identities, LeftReferences};
pub use read::{Inputs, Options, Plan, ReadFile, Reading};
pub use review::{
    Account, Actual, Answer, By, Grant, Held, Review, Reviewed, Setting, SettingVerdict, Shown, review,
};
pub use selftest::{TestFailure, run_tests};
pub use turned_off::{Spot, TurnedOff, turned_off};
pub use user_access::{ACCESS_TABLES, AccessStep, Branch, FoundUser, MOST_PATHS, RoleAccess, RoleState};
pub use writing::Drafts;
