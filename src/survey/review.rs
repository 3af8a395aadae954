//! What a reviewer asks of an instance beside findings: which accounts no person
//! uses, who reaches admin and by what, and how each hardening setting stands.
//!
//! Every answer has three values. What was not exported whole gives "cannot
//! tell", never "no".

mod accounts;
mod reach;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use accounts::{evidence_of, is_non_human, role_columns};
use serde::{Deserialize, Serialize};

use crate::finding::{Place, PlaceRole, RuleCoverage, Target, Verdict};
use crate::instance::Instance;
use crate::query::RowId;
use crate::record::TableIdx;
use crate::rule::{Pack, Rule};

/// The answers, with places as numbers into a list of [`Place`]s or, once they
/// were looked up, of lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Accounts that are not surely inactive and look as if no person used them,
    /// and those that reach a privileged role: who reaches admin first, then by
    /// name.
    pub accounts: Vec<Account>,
    /// How many more such accounts there are than are listed.
    pub accounts_left_out: usize,
    /// Accounts that were looked at; 0 where none was exported.
    pub accounts_seen: usize,
    /// Active accounts of which the export does not show whether a person uses
    /// them. They are listed only if they reach a privileged role.
    pub accounts_unclear: usize,
    /// Why an account that is not shown to reach a role may still reach it: the
    /// tables that are not known to be whole. Empty where "no" means no.
    pub gaps: Vec<String>,
    /// The privileged roles, in the order of [`Held::role`].
    pub roles: Vec<String>,
    /// Rows that lead somebody to admin, those that carry most accounts first.
    pub grants: Vec<Grant>,
    /// The settings of the hardening baseline, in the order of their rules.
    pub settings: Vec<Setting>,
}

/// An answer of three values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The export shows it.
    Yes,
    /// The export shows that it is not so.
    No,
    /// The export does not show it.
    CannotTell,
}

/// A value that an account shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// What stands there, or what a reference displays.
    Text(String),
    /// The column is there and empty.
    Empty,
    /// The column was not exported.
    NotExported,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `user_name`, else the sys_id.
    pub user_name: String,
    /// `sys_id`; empty where nothing shows it.
    pub sys_id: String,
    /// Whether it looks as if no person used it.
    pub non_human: Answer,
    /// What shows that, such as `user ID pattern`; empty for people.
    pub evidence: Vec<String>,
    /// Whether it is active.
    pub active: Answer,
    /// Whether it can open the user interface with a password.
    pub can_log_in: Answer,
    /// `last_login_time`.
    pub last_login: Shown,
    /// Who answers for it.
    pub owner: Shown,
    /// Whether it reaches `admin`.
    pub admin: Answer,
    /// How many roles it reaches; there may be more where [`Review::gaps`] is
    /// not empty.
    pub role_count: usize,
    /// The privileged roles that it reaches.
    pub held: Vec<Held>,
    /// A shortest path to admin, as indexes of [`Review::grants`].
    pub path: Vec<u32>,
    /// All rows that lie on a way to admin, as indexes of [`Review::grants`].
    pub ways: Vec<u32>,
    /// Its record, if it was exported.
    pub place: Option<u32>,
}

/// A privileged role that an account reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Index of [`Review::roles`].
    pub role: u16,
    /// By what; where there are several ways, the shortest.
    pub by: By,
}

/// How a role is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A grant to the account itself.
    Grant,
    /// A group that grants the role.
    Group,
    /// Another role that contains it.
    Contained,
}

/// A row that leads somebody to admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `grant`, `member`, `parent-group`, `group-role` or `contains`.
    pub kind: String,
    /// Who gets it: name of a user, group or role.
    pub from: String,
    /// What is got: name of a group or role.
    pub to: String,
    /// Whether the row is inherited from something that was not exported.
    pub is_unexplained: bool,
    /// Accounts that it leads to admin.
    pub accounts: usize,
    /// Accounts that would still reach admin without it.
    pub left: usize,
    /// The field that names what is got.
    pub place: u32,
}

/// A setting of the hardening baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Id of the rule that judges it.
    pub rule: String,
    /// What is wrong where it is not met, as the rule's title says.
    pub title: String,
    /// Name of its page in the vendor's documentation, such as
    /// `sc-limit-session-length`.
    pub page: String,
    /// Published risk score, 0 to 10.
    pub score: f64,
    /// How it stands.
    pub verdict: SettingVerdict,
    /// The property, or what else is looked at; empty where it is several things.
    pub subject: String,
    /// What stands there.
    pub actual: Actual,
    /// What the rule asks for, such as `true` or `at most 30`.
    pub recommended: String,
    /// What the platform does without a row, where that is documented.
    pub fallback: Option<String>,
    /// What was missing, where it cannot be told.
    pub missing: Vec<String>,
    /// Where it stands, if there is a row.
    pub place: Option<u32>,
}

/// [`Verdict`], in a saved result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingVerdict {
    /// Met.
    Pass,
    /// Not met.
    Fail,
    /// The setting is not about this instance.
    NotApplicable,
    /// The export does not show it.
    CannotTell,
}

/// What stands where a setting is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actual {
    /// The value; a secret is `[redacted]`.
    Value(String),
    /// There is surely no row.
    NoRow,
    /// No row was seen, and the table is not known to be whole.
    NotExported,
    /// Records, not one value: so many are not as they should be.
    Records(u64),
}

impl From<Verdict> for SettingVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::CannotTell => Self::CannotTell,
        }
    }
}

/// The answers, and the places that they name by number.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// The answers.
    pub review: Review,
    /// The places.
    pub places: Vec<Place>,
}

/// Reviews an instance. Without questions in the pack ([`Pack::want_review`]) only
/// settings are answered. `coverage` is that of the pack's rules, and of those
/// that are only scored. Of accounts so many are listed.
#[must_use]
pub fn review(
    instance: &Instance<'_>,
    pack: &Pack,
    coverage: [&[RuleCoverage]; 2],
    most_accounts: usize,
) -> Reviewed {
    // What sets propose that are not in force is no answer about the instance.
    let instance = instance.in_force();
    let mut places = Places::default();
    let mut review = Review::default();
    if let Some(questions) = &pack.review {
        accounts::answer(instance, questions, most_accounts, (&mut review, &mut places));
    }
    let judged = pack.rules.iter().zip(coverage[0]).chain(pack.scored.iter().zip(coverage[1]));
    let mut settings: Vec<_> =
        judged.filter_map(|(rule, coverage)| setting(instance, rule, coverage, &mut places)).collect();
    settings.sort_by(|left, right| {
        let near = |setting: &Setting| setting.verdict.rank();
        near(left).cmp(&near(right)).then(right.score.total_cmp(&left.score)).then(left.rule.cmp(&right.rule))
    });
    review.settings = settings;
    Reviewed { review, places: places.0 }
}

fn setting(
    instance: &Instance<'_>,
    rule: &Rule,
    coverage: &RuleCoverage,
    places: &mut Places,
) -> Option<Setting> {
    let setting = rule.meta.setting.as_ref()?;
    let stands = settings::stands(instance, rule, coverage);
    Some(Setting {
        rule: rule.meta.id.clone(),
        title: rule.meta.title.clone(),
        page: setting.page.clone(),
        score: setting.score,
        verdict: coverage.verdict().into(),
        subject: stands.subject,
        actual: stands.actual,
        recommended: stands.recommended,
        fallback: stands.fallback,
        missing: coverage.missing.clone(),
        place: stands.place.and_then(|(table, row)| places.of_row(instance, table, row, "value")),
    })
}

/// Places by number.
#[derive(Default)]
struct Places(Vec<Place>);

impl Places {
    fn add(&mut self, place: Place) -> u32 {
        self.0.push(place);
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    fn of_row(&mut self, instance: &Instance<'_>, table: TableIdx, row: RowId, field: &str) -> Option<u32> {
        let (source, outer_start, ordinal) = instance.place(table, row)?;
        let target = Target::Field(field.into());
        Some(self.add(Place { source, outer_start, ordinal, target, role: PlaceRole::Primary, label: None }))
    }
}

impl SettingVerdict {
    /// What wants attention comes first.
    fn rank(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::CannotTell => 1,
            Self::Pass => 2,
            Self::NotApplicable => 3,
        }
    }
}
