//! What is asked of an instance beside rules: how it stands to others, and what a
//! reviewer wants to know of it.

mod compare;
mod review;

pub use compare::{Comparison, Difference, DifferenceKind, Profile, Side, Weight, compare, profile};
pub use review::{
    Account, Actual, Answer, By, Grant, Held, Review, Reviewed, Setting, SettingVerdict, Shown, review,
};
