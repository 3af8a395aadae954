//! What is kept of an instance to compare it with others.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::review::{Answer, evidence_of, is_non_human, role_columns};
use super::Side;
use crate::access::Node;
use crate::access::node_name;
use crate::instance::{Instance, access_gaps};
use crate::query::{Data, RowId};
use crate::record::{ColumnIdx, is_secret_property};
use crate::rule::{ComparisonQuestions, Pack, PropertyColumns, ReviewQuestions};

/// The position of "looks as if no person used it" among the answers of an account.
pub(super) const NON_HUMAN: usize = 0;

/// Types of properties whose values the instance encrypts with a key of its own:
/// the same password reads differently in each.
const ENCRYPTED: [&str; 2] = ["password", "password2"];

/// What is compared of one instance.
#[derive(Debug, Default)]
pub struct Profile {
    pub(super) name: String,
    /// By user ID in lower case.
    pub(super) accounts: BTreeMap<Box<str>, AccountProfile>,
    pub(super) accounts_are_whole: bool,
    /// By name in lower case.
    pub(super) properties: BTreeMap<Box<str>, PropertyProfile>,
    pub(super) properties_are_whole: bool,
    /// The tables that would have to be whole to say who does not reach a role.
    role_gaps: Vec<String>,
}

/// What is compared of an account.
#[derive(Debug)]
pub(super) struct AccountProfile {
    /// As the export writes it.
    pub(super) name: Box<str>,
    /// The privileged roles that it reaches, as bits by their order.
    pub(super) roles: u64,
    /// In the order of [`switches`].
    pub(super) answers: Box<[Answer]>,
    /// What shows that no person uses it.
    pub(super) evidence: Box<str>,
}

/// What is compared of a property.
#[derive(Debug)]
pub(super) struct PropertyProfile {
    /// As the export writes it.
    pub(super) name: Box<str>,
    /// Sorted, each once.
    pub(super) values: Vec<PropertyValue>,
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PropertyValue {
    Text(Box<str>),
    /// A hash tells whether two are the same; the value itself is not kept.
    Secret(u64),
    /// Nothing tells whether two are the same.
    Encrypted,
    NotExported,
}

/// What is asked of every account beside roles, by the words of reports.
pub(super) fn switches(pack: &Pack) -> impl Iterator<Item = &'static str> {
    let flags = pack.comparison.iter().flat_map(|questions| &questions.flags).map(|(name, _)| *name);
    ["non-human", "active", "can log in"].into_iter().chain(flags)
}

/// Keeps of an instance what [`super::compare`] needs. Without questions in the
/// pack ([`Pack::want_comparison`]) that is nothing.
#[must_use]
pub fn profile(instance: &Instance<'_>, pack: &Pack, name: &str) -> Profile {
    // What sets propose that are not in force is nothing that the instance has.
    let instance = instance.in_force();
    let mut profile = Profile { name: name.to_owned(), ..Profile::default() };
    if let (Some(review), Some(comparison)) = (&pack.review, &pack.comparison) {
        let accounts = Accounts::new(instance, review, comparison);
        profile.accounts_are_whole = instance.holds_all(review.accounts);
        profile.role_gaps = access_gaps(instance);
        if instance.access.as_ref().is_some_and(|access| access.effective.left_out > 0) {
            profile.role_gaps.push("effective roles, of which there are too many".to_owned());
        }
        for row in instance.live_rows(review.accounts) {
            let account = accounts.of_row(row);
            profile.add(account);
        }
        for account in accounts.without_record() {
            profile.add(account);
        }
        profile.properties_are_whole = instance.holds_all(comparison.properties.table);
        profile.properties = properties(instance, comparison.properties);
    }
    profile
}

impl Profile {
    /// What of it cannot be compared, in words.
    pub(super) fn gaps(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let mut gaps = Vec::new();
        if self.accounts.is_empty() {
            gaps.push(format!("{name}: no sys_user in the input; accounts are not compared"));
        } else if !self.role_gaps.is_empty() {
            let tables = self.role_gaps.join(", ");
            gaps.push(format!("{name}: who lacks a role cannot be told; not known to be whole: {tables}"));
        }
        if self.properties.is_empty() {
            gaps.push(format!("{name}: no sys_properties in the input; properties are not compared"));
        } else if !self.properties_are_whole {
            gaps.push(format!(
                "{name}: which properties are missing cannot be told; not known to be whole: sys_properties"
            ));
        }
        gaps
    }

    /// Whether an account reaches the privileged role of that order.
    pub(super) fn reaches(&self, account: &AccountProfile, role: usize) -> Answer {
        match (account.roles >> role & 1 == 1, self.role_gaps.is_empty()) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::No,
            (false, false) => Answer::CannotTell,
        }
    }

    /// Two records with one user ID are one account; what they say differently
    /// cannot be told.
    fn add(&mut self, account: AccountProfile) {
        match self.accounts.entry(account.name.to_lowercase().into()) {
            Entry::Vacant(entry) => {
                entry.insert(account);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.roles |= account.roles;
                for (known, answer) in known.answers.iter_mut().zip(&account.answers) {
                    if *known != *answer {
                        *known = Answer::CannotTell;
                    }
                }
            }
        }
    }
}

impl AccountProfile {
    pub(super) fn non_human(&self) -> Answer {
        self.answers.get(NON_HUMAN).copied().unwrap_or(Answer::CannotTell)
    }
}

impl PropertyProfile {
    pub(super) fn side(&self) -> Side {
        let has = |value: &PropertyValue| self.values.contains(value);
        if self
            .values
            .iter()
            .any(|value| matches!(value, PropertyValue::Secret(_) | PropertyValue::Encrypted))
        {
            return Side::Secret;
        }
        if has(&PropertyValue::NotExported) {
            return Side::NotShown;
        }
        let texts = self.values.iter().filter_map(|value| match value {
            PropertyValue::Text(text) => Some(text.to_string()),
            _ => None,
        });
        Side::Value(texts.collect())
    }
}

/// Looks at the accounts of an instance.
struct Accounts<'i> {
    instance: &'i Instance<'i>,
    review: &'i ReviewQuestions,
    comparison: &'i ComparisonQuestions,
    /// The order of each privileged role, by its number.
    columns: std::collections::HashMap<u32, u16>,
}

impl<'i> Accounts<'i> {
    fn new(
        instance: &'i Instance<'i>,
        review: &'i ReviewQuestions,
        comparison: &'i ComparisonQuestions,
    ) -> Self {
        let columns = instance.access.as_ref().map(|access| role_columns(instance, access, review));
        Self { instance, review, comparison, columns: columns.unwrap_or_default() }
    }

    fn of_row(&self, row: RowId) -> AccountProfile {
        let Self { instance, review, comparison, .. } = self;
        let non_human = is_non_human(instance, review, row);
        let asked = [&review.active, &review.can_log_in].into_iter();
        let asked = asked.chain(comparison.flags.iter().map(|(_, query)| query));
        let answers = asked.map(|query| query.evaluate(*instance, &instance.clock, row).into());
        let evidence = evidence_of(instance, review, row).join(", ");
        let user = instance.access.as_ref().and_then(|access| {
            access
                .graph
                .user(instance.facts.fold(instance.table(review.accounts).pair(row, ColumnIdx::SYS_ID).value))
        });
        AccountProfile {
            name: instance.key(review.accounts, row).into(),
            roles: user.map_or(0, |user| self.roles(user)),
            answers: std::iter::once(non_human).chain(answers).collect(),
            evidence: evidence.into(),
        }
    }

    /// The privileged roles of a user, as bits.
    fn roles(&self, user: u32) -> u64 {
        let Some(access) = &self.instance.access else { return 0 };
        let orders = access.effective.of(user).iter().filter_map(|role| self.columns.get(role));
        orders.fold(0, |roles, order| roles | 1_u64.checked_shl(u32::from(*order)).unwrap_or(0))
    }

    /// Accounts with a privileged role that only rows of grants and members name.
    fn without_record(&self) -> Vec<AccountProfile> {
        let Self { instance, review, comparison, .. } = self;
        let Some(access) = &instance.access else { return Vec::new() };
        let accounts = access.graph.all_users().filter_map(|user| {
            let roles = self.roles(user);
            let sys_id = instance.facts.texts.text(access.graph.texts(Node::User(user)).0);
            let is_without = roles != 0 && instance.by_sys_id(review.accounts, sys_id).is_none();
            let name = node_name(&instance.facts, &access.graph, Node::User(user));
            // What is not shown of it, nobody can tell.
            let answers = vec![Answer::CannotTell; 3 + comparison.flags.len()].into();
            (is_without && !name.is_empty()).then(|| AccountProfile {
                name: name.into(),
                roles,
                answers,
                evidence: "".into(),
            })
        });
        accounts.collect()
    }
}

/// The properties of an instance, by name in lower case.
fn properties(instance: &Instance<'_>, columns: PropertyColumns) -> BTreeMap<Box<str>, PropertyProfile> {
    let mut properties: BTreeMap<Box<str>, PropertyProfile> = BTreeMap::new();
    for row in instance.live_rows(columns.table) {
        let cell = |column| instance.cell(columns.table, row, column);
        let (name, value) = (cell(columns.name).value.trim(), cell(columns.value));
        if name.is_empty() {
            continue;
        }
        let kind = cell(columns.kind).value.trim();
        let value = match value.value {
            _ if !value.present => PropertyValue::NotExported,
            text if ENCRYPTED.contains(&kind) && !text.is_empty() => PropertyValue::Encrypted,
            text if is_secret_property(name, kind, text) => PropertyValue::Secret(hash(text)),
            text => PropertyValue::Text(text.into()),
        };
        let property = properties
            .entry(name.to_lowercase().into())
            .or_insert_with(|| PropertyProfile { name: name.into(), values: Vec::new() });
        property.values.push(value);
        property.values.sort();
        property.values.dedup();
    }
    properties
}

/// Unseeded: both sides must say the same.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
