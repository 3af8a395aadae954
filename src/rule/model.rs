//! A compiled rule.

mod asks;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expect::Expectation;
use super::expected::ExpectedField;
use super::file::{Absent, UnlessUnknown};
use super::message::Template;
use super::meta::RuleMeta;
use super::pattern::Pattern;
use crate::query::{BoundPath, BoundQuery};
use crate::record::{ColumnIdx, TableIdx};

pub use asks::Ask;

/// A rule, ready to judge.
#[derive(Debug)]
pub struct Rule {
    /// Identity and texts; reports share them.
    pub meta: Arc<RuleMeta>,
    /// The rule applies only where these hold.
    pub gate: Vec<Condition>,
    /// What is judged.
    pub body: Body,
    /// What a finding says.
    pub message: Template,
    /// The field whose element is reported.
    pub at: Option<Box<str>>,
    /// Parameters that only the owner of the instance can fill, and that are still
    /// empty.
    pub unset: Vec<String>,
    /// The tables and columns that it asks for itself, without those that classes
    /// of records rest on.
    pub reads: Vec<(TableIdx, ColumnIdx)>,
}

/// What a rule judges.
#[derive(Debug)]
pub enum Body {
    /// Each record of a table.
    Record(Box<RecordBody>),
    /// Each property of a name.
    Property(PropertyBody),
    /// How many records there are.
    Count(Box<CountBody>),
    /// Several conditions, once for each binding of `for_each`.
    Conditions(Vec<Binding>),
}

impl Body {
    /// What is asked of records, one by one.
    pub fn records(&self) -> impl Iterator<Item = &RecordBody> {
        let own = match self {
            Self::Record(body) => Some(&**body),
            _ => None,
        };
        let bindings = match self {
            Self::Conditions(bindings) => bindings.as_slice(),
            _ => &[],
        };
        let cases = bindings.iter().flat_map(|binding| &binding.cases);
        let conditions = cases.flat_map(|case| case.all.iter().chain(&case.any));
        own.into_iter().chain(conditions.filter_map(|condition| match condition {
            Condition::Records { body, .. } => Some(&**body),
            _ => None,
        }))
    }
}

/// Judges each record of a table.
#[derive(Debug)]
pub struct RecordBody {
    /// The table.
    pub table: TableIdx,
    /// Which records it is about.
    pub filter: Option<BoundQuery>,
    /// What must hold.
    pub require: Option<BoundQuery>,
    /// What their fields must be.
    pub expect: Vec<ExpectedField>,
    /// What would excuse a failure.
    pub unless: Option<BoundQuery>,
    /// What happens where that cannot be judged.
    pub unless_unknown: UnlessUnknown,
    /// Whether deleted records are judged too: the rule asks for `@action`.
    pub sees_deleted: bool,
    /// Whose records are judged.
    pub judges: Judges,
}

/// Whose records a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judges {
    /// Those of the instance: of several versions, the newest.
    Instance,
    /// Those that each update set brings, whatever other exports hold.
    UpdateSets,
    /// Every copy in the files that a rule on certain origins is about: what must
    /// not stand in such a file stands there whatever is newer elsewhere.
    EveryCopy,
}

/// Judges the rows of `sys_properties` with a name.
#[derive(Debug)]
pub struct PropertyBody {
    /// The table `sys_properties` and the columns that are asked.
    pub columns: PropertyColumns,
    /// Which names.
    pub name: NamePattern,
    /// What the value must be.
    pub expect: Expectation,
    /// What a missing row means.
    pub absent: Absent,
    /// The documented value without a row.
    pub fallback: Option<String>,
}

/// Where properties stand.
#[derive(Debug, Clone, Copy)]
pub struct PropertyColumns {
    /// `sys_properties`
    pub table: TableIdx,
    /// `name`
    pub name: ColumnIdx,
    /// `value`
    pub value: ColumnIdx,
    /// `type`
    pub kind: ColumnIdx,
}

/// A property's name, or a pattern of names.
#[derive(Debug)]
#[allow(private_interfaces, reason = "the pattern is asked through `matches` only")]
pub enum NamePattern {
    /// One name.
    Exact(String),
    /// With `*` for any text.
    Pattern(String, Pattern),
}

/// Counts records.
#[derive(Debug)]
pub struct CountBody {
    /// The table.
    pub table: TableIdx,
    /// Which records count.
    pub filter: Option<BoundQuery>,
    /// One count for each value of this.
    pub group_by: Option<BoundPath>,
    /// Counts the distinct values of this instead.
    pub distinct: Option<BoundPath>,
    /// What the count must be.
    pub expect: Expectation,
    /// Not above that percentage of the records that match a query.
    pub share: Option<(f64, BoundQuery)>,
}

/// The conditions of one binding of `for_each`.
#[derive(Debug)]
pub struct Binding {
    /// The bound value, if the rule has `for_each`.
    pub value: Option<String>,
    /// The first case whose gate holds is judged.
    pub cases: Vec<CaseBody>,
}

/// A gate and what is judged behind it.
#[derive(Debug)]
pub struct CaseBody {
    /// The gate.
    pub gate: Vec<Condition>,
    /// These must all hold.
    pub all: Vec<Condition>,
    /// One of these must hold.
    pub any: Vec<Condition>,
}

/// One condition.
#[derive(Debug)]
pub enum Condition {
    /// A property is as expected.
    Property(PropertyBody),
    /// Every record that matches is as required; without a requirement: some
    /// record matches.
    Records {
        /// Which records, and what must hold of them.
        body: Box<RecordBody>,
        /// What it means that none matches.
        absent: Absent,
    },
    /// A count is as expected.
    Count(Box<CountBody>),
    /// A plugin is active, or is not.
    Plugin(PluginBody),
}

/// A plugin, which different tables may show.
#[derive(Debug)]
pub struct PluginBody {
    /// Its id.
    pub id: String,
    /// Whether it must be active.
    pub active: bool,
    /// What it means that no table has a row of it.
    pub absent: Absent,
    /// Where its row may stand.
    pub sources: Vec<PluginSource>,
}

/// A table that may hold the row of a plugin.
#[derive(Debug)]
pub struct PluginSource {
    /// The table.
    pub table: TableIdx,
    /// The column of the plugin's id.
    pub id: ColumnIdx,
    /// Which rows say that it is active.
    pub is_active: BoundQuery,
}

/// A compiled class of records.
#[derive(Debug)]
pub struct ClassBody {
    /// Name, as in `@class.name`.
    pub name: String,
    /// The table.
    pub table: TableIdx,
    /// Which records do not belong, whatever the evidence says.
    pub unless: Option<BoundQuery>,
    /// How many pieces of evidence it takes.
    pub threshold: u32,
    /// The evidence.
    pub evidence: Vec<EvidenceBody>,
}

/// A piece of evidence.
#[derive(Debug)]
pub struct EvidenceBody {
    /// What messages call it.
    pub name: String,
    /// Which records show it.
    pub filter: Option<BoundQuery>,
    /// What their fields must be.
    pub expect: Vec<ExpectedField>,
    /// Where it is no evidence.
    pub outweighed_by: Option<BoundQuery>,
    /// Where it leaves open whether the record belongs.
    pub doubted_by: Option<BoundQuery>,
}

/// The fields that name a record to a person, by table.
pub type KeyPaths = BTreeMap<TableIdx, Vec<BoundPath>>;

impl NamePattern {
    /// Whether it is that name; case does not count.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => exact.eq_ignore_ascii_case(name.trim()),
            Self::Pattern(_, pattern) => pattern.is_match(name.trim()),
        }
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Pattern(text, _) => text,
        }
    }
}
