//! What differs between instances: accounts of the same user ID that hold other
//! roles or stand otherwise, and properties with other values.
//!
//! Each instance is judged alone and leaves a [`Profile`], which holds nothing of
//! the records but what is compared. What an export does not show makes no
//! difference; where another instance shows "yes", it is said.

mod profile;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::review::Answer;
use crate::rule::Pack;

use profile::{AccountProfile, PropertyProfile, PropertyValue};
pub use profile::{Profile, profile};

/// What was found by comparing instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The names of the instances, in the order of [`Difference::sides`].
    pub instances: Vec<String>,
    /// The differences, worst first; those that cannot be told come last.
    pub differences: Vec<Difference>,
    /// Accounts that several instances show.
    pub accounts: usize,
    /// Properties that several instances show.
    pub properties: usize,
    /// What could not be compared, in words.
    pub gaps: Vec<String>,
}

/// Something of which instances show different things.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// How bad.
    pub weight: Weight,
    /// What sort of thing.
    pub kind: DifferenceKind,
    /// The place of [`Self::what`] among its like, for the order.
    rank: usize,
    /// User ID, or name of the property, as the first instance writes it.
    pub name: String,
    /// The role, the switch of the account, or what is looked at of a property:
    /// the ids of the rules that ask about it, else `value`.
    pub what: String,
    /// What each instance shows.
    pub sides: Vec<Side>,
}

/// How much a difference weighs, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A privileged role.
    Role,
    /// A switch of an account that holds a privileged role or that no person uses.
    Account,
    /// A property that a rule asks about.
    Setting,
    /// A switch of any other account.
    Person,
    /// Any other property.
    Property,
    /// One instance shows it, and another does not show whether it does.
    CannotTell,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// A privileged role of an account.
    Role,
    /// A switch of an account.
    Account,
    /// A property that a rule asks about.
    Setting,
    /// Another property.
    Property,
}

/// What one instance shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Yes, with what shows it where something is to be said.
    Yes(String),
    /// No.
    No,
    /// The export does not show it.
    CannotTell,
    /// There is surely no such account or property.
    Absent,
    /// No such account or property was seen, and its table is not known to be
    /// whole; or its value was not exported.
    NotShown,
    /// The value of a property. Several rows have several values.
    Value(Vec<String>),
    /// A value that is never shown.
    Secret,
}

/// Compares instances. `pack` says which properties rules ask about, and in which
/// order privileged roles stand.
#[must_use]
pub fn compare(profiles: &[Profile], pack: &Pack) -> Comparison {
    let mut comparison = Comparison {
        instances: profiles.iter().map(|profile| profile.name.clone()).collect(),
        gaps: profiles.iter().flat_map(Profile::gaps).collect(),
        ..Comparison::default()
    };
    let names: BTreeSet<&str> =
        profiles.iter().flat_map(|one| one.accounts.keys()).map(|key| &**key).collect();
    for name in names {
        let accounts: Vec<_> = profiles.iter().map(|profile| profile.accounts.get(name)).collect();
        if accounts.iter().flatten().count() > 1 {
            comparison.accounts += 1;
            compare_account(profiles, &accounts, pack, &mut comparison.differences);
        }
    }
    let shown: Vec<_> = profiles.iter().filter(|profile| !profile.properties.is_empty()).collect();
    if shown.len() > 1 {
        let names: BTreeSet<&str> =
            shown.iter().flat_map(|one| one.properties.keys()).map(|key| &**key).collect();
        for name in names {
            let rows: Vec<_> = profiles.iter().map(|profile| profile.properties.get(name)).collect();
            comparison.properties += usize::from(rows.iter().flatten().count() > 1);
            comparison.differences.extend(compare_property(profiles, &rows, pack));
        }
    }
    comparison.differences.sort();
    comparison
}

fn compare_account(
    profiles: &[Profile],
    accounts: &[Option<&AccountProfile>],
    pack: &Pack,
    differences: &mut Vec<Difference>,
) {
    let Some(name) = accounts.iter().flatten().next().map(|account| account.name.to_string()) else { return };
    let is_notable =
        accounts.iter().flatten().any(|account| account.roles != 0 || account.non_human() == Answer::Yes);
    let weight = if is_notable { Weight::Account } else { Weight::Person };
    let mut add = |weight, kind, rank, what: &str, side: &dyn Fn(&Profile, &AccountProfile) -> Side| {
        let sides: Vec<_> = profiles
            .iter()
            .zip(accounts)
            .map(|(profile, account)| match account {
                Some(account) => side(profile, account),
                None if profile.accounts_are_whole => Side::Absent,
                None => Side::NotShown,
            })
            .collect();
        let weight = match judge_answers(&sides) {
            Some(true) => weight,
            // Of people without any privileged role it would be noise.
            Some(false) if is_notable => Weight::CannotTell,
            _ => return,
        };
        differences.push(Difference { weight, kind, rank, name: name.clone(), what: what.to_owned(), sides });
    };
    let roles = pack.review.iter().flat_map(|questions| &questions.roles);
    for (at, role) in roles.enumerate() {
        add(Weight::Role, DifferenceKind::Role, at, role, &|profile, account| {
            side_of(profile.reaches(account, at), "")
        });
    }
    for (at, what) in profile::switches(pack).enumerate() {
        add(weight, DifferenceKind::Account, at, what, &|_, account| {
            let evidence = if at == profile::NON_HUMAN { &*account.evidence } else { "" };
            side_of(account.answers.get(at).copied().unwrap_or(Answer::CannotTell), evidence)
        });
    }
}

fn side_of(answer: Answer, evidence: &str) -> Side {
    match answer {
        Answer::Yes => Side::Yes(evidence.to_owned()),
        Answer::No => Side::No,
        Answer::CannotTell => Side::CannotTell,
    }
}

/// Whether answers surely differ; `None` if there is nothing to say.
fn judge_answers(sides: &[Side]) -> Option<bool> {
    let any = |is_it: fn(&Side) -> bool| sides.iter().any(is_it);
    let (yes, no) = (any(|side| matches!(side, Side::Yes(_))), any(|side| *side == Side::No));
    let open = any(|side| *side == Side::CannotTell);
    (yes && (no || open)).then_some(yes && no)
}

fn compare_property(
    profiles: &[Profile],
    rows: &[Option<&PropertyProfile>],
    pack: &Pack,
) -> Option<Difference> {
    let known: Vec<_> =
        rows.iter().flatten().map(|row| &row.values).filter(|values| are_comparable(values)).collect();
    let differ = known.windows(2).any(|pair| pair[0] != pair[1]);
    let is_absent =
        rows.iter().zip(profiles).any(|(row, profile)| row.is_none() && profile.properties_are_whole);
    let is_open =
        rows.iter().any(|row| row.is_none_or(|row| row.values.contains(&PropertyValue::NotExported)));
    if !(differ || is_absent || is_open) {
        return None;
    }
    let name = rows.iter().flatten().next()?.name.to_string();
    let rules = pack.rules_about_property(&name);
    let (weight, kind) = if rules.is_empty() {
        (Weight::Property, DifferenceKind::Property)
    } else {
        (Weight::Setting, DifferenceKind::Setting)
    };
    let side = |(row, profile): (Option<&PropertyProfile>, &Profile)| match row {
        Some(row) => row.side(),
        None if profile.properties_are_whole => Side::Absent,
        None => Side::NotShown,
    };
    Some(Difference {
        weight: if differ || is_absent { weight } else { Weight::CannotTell },
        kind,
        rank: 0,
        name,
        what: if rules.is_empty() { "value".to_owned() } else { rules.join(", ") },
        sides: rows.iter().copied().zip(profiles).map(side).collect(),
    })
}

/// Whether values mean the same wherever they stand, and are all there.
fn are_comparable(values: &[PropertyValue]) -> bool {
    values.iter().all(|value| !matches!(value, PropertyValue::Encrypted | PropertyValue::NotExported))
}

impl DifferenceKind {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Account => "account",
            Self::Setting => "setting",
            Self::Property => "property",
        }
    }
}
