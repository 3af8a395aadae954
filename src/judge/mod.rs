//! Judging: the verdicts of rules on an instance, and their findings.

mod all_rules;
mod conditions;
mod counts;
mod findings;
mod judge_proposed;
mod judging;
mod properties;
mod records;
mod selftest;
#[cfg(test)]
mod tests;
mod turned_off;
mod verdicts;
mod writing;

pub use all_rules::{Outcome, Verdicts, cover, draft_findings, judge};
pub use findings::SharedNames;
pub use selftest::{TestFailure, run_tests};
pub use turned_off::{Spot, TurnedOff, replaced_notice, replaced_places, turned_off, turned_off_notices};
pub use writing::Drafts;

pub(crate) use properties::{judge_property, shown_value};
