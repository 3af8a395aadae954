//! The rule file, as it is written in YAML.
//!
//! These types are shared with the build script, which reads the built-in pack
//! once and stores it in a compact form; they depend on nothing of the crate.

// Named by path, because the build script reads this file from another folder.
#[path = "file/test.rs"]
mod test;
#[path = "file/values.rs"]
mod values;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use test::{ExpectedFinding, RuleTest, Tests};
pub use values::{Atoms, Expect, OneOrMany, PlacedText, Scalar};

/// A rule: what is looked for, why it matters, what to do, and its own tests.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Stable id: letters and four digits, such as `SNA1001`.
    pub id: PlacedText,
    /// What is wrong, in one line.
    pub title: PlacedText,
    /// 0 to 10; 9 is critical, 7 high, 4 medium, above 0 low.
    #[schemars(with = "f64")]
    pub severity: PlacedText,
    /// How sure a finding is.
    #[serde(default)]
    pub confidence: RuleConfidence,
    /// Who would want the finding.
    #[serde(default)]
    pub profile: RuleProfile,
    /// Earlier ids of the rule.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Record rule: the table.
    #[serde(default)]
    pub table: Option<PlacedText>,
    /// Record rule: which records it is about (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<PlacedText>,
    /// Record rule: what must hold (encoded query).
    #[serde(default)]
    pub require: Option<PlacedText>,
    /// What a property, a count or the fields of a record must be.
    #[serde(default)]
    pub expect: Option<Box<Expect>>,
    /// Record rule: what would excuse a match (encoded query).
    #[serde(default)]
    pub unless: Option<PlacedText>,
    /// What happens where the excuse cannot be judged.
    #[serde(default)]
    pub unless_unknown: UnlessUnknown,
    /// The field whose element is reported.
    #[serde(default)]
    pub at: Option<PlacedText>,
    /// Record rule: the value of the field at `at` that removes the problem on the platform. Without it
    /// nothing is mended.
    #[serde(default)]
    #[schemars(with = "Option<Scalar>")]
    pub mends: Option<PlacedText>,
    /// Property rule: name, or a pattern with `*`.
    #[serde(default)]
    pub property: Option<PlacedText>,
    /// Property rule: what a missing row means.
    #[serde(default)]
    pub absent: Absent,
    /// Property rule: the documented value without a row.
    #[serde(default)]
    pub fallback: Option<Scalar>,
    /// Hardening baselines in which the rule holds.
    #[serde(default)]
    pub baseline: Option<Box<BaselineSpan>>,
    /// Counting rule.
    #[serde(default)]
    pub count: Option<Box<CountSpec>>,
    /// Conditions that must all hold.
    #[serde(default)]
    pub all: Vec<Atom>,
    /// Conditions of which one must hold.
    #[serde(default)]
    pub any: Vec<Atom>,
    /// Gate: the rule applies only where these hold.
    #[serde(default)]
    pub when: Atoms,
    /// The first case whose gate holds is judged.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// Judges the conditions once for each value of a name.
    #[serde(default)]
    pub for_each: BTreeMap<String, Vec<String>>,
    /// Values that the configuration may change.
    #[serde(default)]
    pub params: BTreeMap<String, OneOrMany>,
    /// One sentence with `{placeholders}`.
    pub message: PlacedText,
    /// Why it matters.
    pub why: PlacedText,
    /// What to do.
    pub fix: PlacedText,
    /// Where the facts come from.
    #[serde(default)]
    pub references: Vec<PlacedText>,
    /// Framework tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Vec<String>>,
    /// The rule's own tests.
    #[serde(default)]
    pub tests: Tests,
    /// Area and name where the path does not say them: an export may hold several rules.
    #[serde(skip)]
    pub area_and_name: Option<(String, String)>,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[serde(rename = "Confidence")]
pub enum RuleConfidence {
    /// Often not a problem.
    Low,
    /// Depends on how the organisation works.
    #[default]
    Medium,
    /// Nearly always a problem.
    High,
    /// A plain fact.
    VeryHigh,
}

/// Who would want a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[serde(rename = "Profile")]
pub enum RuleProfile {
    /// Everybody.
    #[default]
    Recommended,
    /// Auditors.
    Strict,
}

/// What a missing row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// The platform falls back to a good value.
    Pass,
    /// The platform falls back to a bad value.
    Fail,
    /// The fallback is not documented.
    #[default]
    CannotTell,
}

/// What happens where an excuse cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnlessUnknown {
    /// Report, with one step less confidence.
    #[default]
    Report,
    /// Do not report; count as "cannot tell".
    CannotTell,
}

/// Hardening baselines in which a rule holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Baseline")]
pub struct BaselineSpan {
    /// First baseline with the setting.
    pub from: Scalar,
    /// Last baseline with the setting.
    #[serde(default)]
    pub until: Option<Scalar>,
    /// Expected values where they changed, oldest first.
    #[serde(default)]
    pub values: Vec<BaselineValue>,
}

/// The expectation up to a baseline.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaselineValue {
    /// Last baseline in which it holds; none for today's.
    #[serde(default)]
    pub until: Option<Scalar>,
    /// What is expected.
    pub expect: Expect,
}

/// What is counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CountSpec {
    /// The table.
    pub table: PlacedText,
    /// Which records count (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<PlacedText>,
    /// Counts for each value of this field; one count over all without it.
    #[serde(default)]
    pub group_by: Option<PlacedText>,
    /// Counts the distinct values of this field instead of records.
    #[serde(default)]
    pub distinct: Option<PlacedText>,
}

/// One condition.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Atom {
    /// A property's name.
    #[serde(default)]
    pub property: Option<PlacedText>,
    /// A plugin's id.
    #[serde(default)]
    pub plugin: Option<PlacedText>,
    /// Whether the plugin must be active.
    #[serde(default)]
    pub active: Option<bool>,
    /// A table.
    #[serde(default)]
    pub table: Option<PlacedText>,
    /// Which records (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<PlacedText>,
    /// What must hold of each of them (encoded query).
    #[serde(default)]
    pub require: Option<PlacedText>,
    /// A count.
    #[serde(default)]
    pub count: Option<Box<CountSpec>>,
    /// What the value or count must be.
    #[serde(default)]
    pub expect: Option<Box<Expect>>,
    /// What a missing row means.
    #[serde(default)]
    pub absent: Absent,
}

/// A case: a gate and what is judged behind it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Gate; empty for "otherwise".
    #[serde(default)]
    pub when: Atoms,
    /// Conditions that must all hold.
    #[serde(default)]
    pub all: Vec<Atom>,
    /// Conditions of which one must hold.
    #[serde(default)]
    pub any: Vec<Atom>,
}

/// A comparator with its operand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Comparator {
    /// The same text; case and outer space do not count.
    pub equals: Option<Scalar>,
    /// Another text.
    pub not_equals: Option<Scalar>,
    /// One of these.
    pub one_of: Option<OneOrMany>,
    /// None of these.
    pub none_of: Option<OneOrMany>,
    /// A number not above.
    pub at_most: Option<Scalar>,
    /// A number not below.
    pub at_least: Option<Scalar>,
    /// A number from the first to the second.
    pub between: Option<OneOrMany>,
    /// No value.
    pub empty: Option<bool>,
    /// Any value.
    pub not_empty: Option<bool>,
    /// A regular expression found in the value; of a list, any.
    pub matches: Option<OneOrMany>,
    /// A regular expression not found in it; of a list, none.
    pub not_matches: Option<OneOrMany>,
    /// An address inside one of these ranges (CIDR).
    pub ip_within: Option<OneOrMany>,
    /// A comma list with no other members.
    pub subset_of: Option<OneOrMany>,
    /// A comma list with all of these.
    pub contains_all: Option<OneOrMany>,
    /// A comma list with none of these.
    pub contains_none: Option<OneOrMany>,
    /// Every member of a comma list.
    pub each: Option<Box<Comparator>>,
    /// This value means "no limit".
    pub unlimited: Option<Scalar>,
    /// A count not above that share of another one.
    pub at_most_share: Option<Share>,
}

impl Comparator {
    /// The texts that a value is compared with as a whole.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let one = [&self.equals, &self.not_equals].into_iter().flatten().map(|text| &text.0);
        one.chain([&self.one_of, &self.none_of].into_iter().flatten().flat_map(|texts| &texts.0))
    }
}

/// A share of a count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Percent, 0 to 100.
    pub percent: Scalar,
    /// Of the records of the same table that match this query.
    pub of: PlacedText,
}

/// A class of records with its evidence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassFile {
    /// Name, as in `@class.name`.
    pub class: PlacedText,
    /// The table.
    pub table: PlacedText,
    /// What a person calls it.
    pub title: PlacedText,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Values that the configuration may change.
    #[serde(default)]
    pub params: BTreeMap<String, OneOrMany>,
    /// Which records do not belong, whatever the evidence says (encoded query), such as those of
    /// another class.
    #[serde(default)]
    pub unless: Option<PlacedText>,
    /// How many pieces of evidence it takes.
    #[serde(default = "one")]
    pub threshold: u32,
    /// The evidence.
    pub evidence: Vec<ClassEvidence>,
    /// The class's own tests.
    #[serde(default)]
    pub tests: Vec<RuleTest>,
}

/// A piece of evidence that a record belongs to a class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Evidence")]
pub struct ClassEvidence {
    /// What messages call it.
    pub name: PlacedText,
    /// Which records show it (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<PlacedText>,
    /// What their fields must be.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// What is stronger and speaks against it (encoded query): where it is shown, this is no evidence.
    #[serde(default)]
    pub outweighed_by: Option<PlacedText>,
    /// What is as strong and speaks against it (encoded query): where it is shown, this leaves open
    /// whether the record belongs.
    #[serde(default)]
    pub doubted_by: Option<PlacedText>,
}

/// A name for the first non-empty of several columns.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasFile {
    /// Name, as in `@name`.
    pub alias: PlacedText,
    /// The table.
    pub table: PlacedText,
    /// The columns, first choice first.
    pub columns: Vec<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
}

fn one() -> u32 {
    1
}
