//! What a reviewer asks of an instance beside findings: which accounts no person
//! uses, who reaches admin and by what, and how each hardening setting stands.
//!
//! Every answer has three values. What was not exported whole gives "cannot
//! tell", never "no".

use serde::{Deserialize, Serialize};

use crate::finding::{Place, Verdict};

/// The answers, with places as numbers into a list of [`Place`]s or, once they
/// were looked up, of lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Accounts that look as if no person used them, and people who hold or may
    /// hold a privileged role: those that reach admin first, then by name.
    pub accounts: Vec<Account>,
    /// How many more such accounts there are than are listed.
    pub accounts_left_out: usize,
    /// Accounts that were looked at; 0 where none was exported.
    pub accounts_seen: usize,
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
    /// Its record.
    pub place: u32,
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
