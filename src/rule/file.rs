//! The rule file, as it is written in YAML.
//!
//! These types are shared with the build script, which reads the built-in pack
//! once and stores it in a compact form; they depend on nothing of the crate.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// A text and the place it was written at, for messages with a caret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Line, from 1; 0 where it is not known.
    pub line: u32,
    /// Column in characters, from 1; 0 where it is not known.
    pub column: u32,
}

/// A scalar written with or without quotes: kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scalar(pub String);

/// One value or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOrMany(pub Vec<String>);

/// A rule: what is looked for, why it matters, what to do, and its own tests.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Stable id: letters and four digits, such as `SNA1001`.
    pub id: Text,
    /// What is wrong, in one line.
    pub title: Text,
    /// 0 to 10; 9 is critical, 7 high, 4 medium, above 0 low.
    pub severity: f64,
    /// How sure a finding is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Who would want the finding.
    #[serde(default)]
    pub profile: Profile,
    /// Earlier ids of the rule.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Record rule: the table.
    #[serde(default)]
    pub table: Option<Text>,
    /// Record rule: which records it is about (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<Text>,
    /// Record rule: what must hold (encoded query).
    #[serde(default)]
    pub require: Option<Text>,
    /// What a property, a count or the fields of a record must be.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// Record rule: what would excuse a match (encoded query).
    #[serde(default)]
    pub unless: Option<Text>,
    /// What happens where the excuse cannot be judged.
    #[serde(default)]
    pub unless_unknown: UnlessUnknown,
    /// The field whose element is reported.
    #[serde(default)]
    pub at: Option<Text>,
    /// Property rule: name, or a pattern with `*`.
    #[serde(default)]
    pub property: Option<Text>,
    /// Property rule: what a missing row means.
    #[serde(default)]
    pub absent: Absent,
    /// Property rule: the documented value without a row.
    #[serde(default)]
    pub fallback: Option<Scalar>,
    /// Hardening baselines in which the rule holds.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// Counting rule.
    #[serde(default)]
    pub count: Option<CountSpec>,
    /// Conditions that must all hold.
    #[serde(default)]
    pub all: Vec<Atom>,
    /// Conditions of which one must hold.
    #[serde(default)]
    pub any: Vec<Atom>,
    /// Gate: the rule applies only where these hold.
    #[serde(default)]
    pub when: Vec<Atom>,
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
    pub message: Text,
    /// Why it matters.
    pub why: Text,
    /// What to do.
    pub fix: Text,
    /// Where the facts come from.
    #[serde(default)]
    pub references: Vec<Text>,
    /// Framework tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Vec<String>>,
    /// The rule's own tests.
    #[serde(default)]
    pub tests: Vec<RuleTest>,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
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
pub enum Profile {
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
pub struct Baseline {
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
    pub table: Text,
    /// Which records count (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<Text>,
    /// Counts for each value of this field; one count over all without it.
    #[serde(default)]
    pub group_by: Option<Text>,
    /// Counts the distinct values of this field instead of records.
    #[serde(default)]
    pub distinct: Option<Text>,
}

/// One condition.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Atom {
    /// A property's name.
    #[serde(default)]
    pub property: Option<Text>,
    /// A plugin's id.
    #[serde(default)]
    pub plugin: Option<Text>,
    /// Whether the plugin must be active.
    #[serde(default)]
    pub active: Option<bool>,
    /// A table.
    #[serde(default)]
    pub table: Option<Text>,
    /// Which records (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<Text>,
    /// What must hold of each of them (encoded query).
    #[serde(default)]
    pub require: Option<Text>,
    /// A count.
    #[serde(default)]
    pub count: Option<CountSpec>,
    /// What the value or count must be.
    #[serde(default)]
    pub expect: Option<Expect>,
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
    pub when: Vec<Atom>,
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

/// A share of a count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Percent, 0 to 100.
    pub percent: Scalar,
    /// Of the records of the same table that match this query.
    pub of: Text,
}

/// What is expected: of one value, or of fields by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    /// Of the property's value or the count.
    pub value: Comparator,
    /// Of fields of a record.
    pub fields: BTreeMap<String, Comparator>,
}

/// One test of a rule or class.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    /// What it shows.
    pub name: Text,
    /// The text of an export.
    pub export: String,
    /// Tables declared whole.
    #[serde(default)]
    pub complete: Vec<String>,
    /// The date that "now" is.
    #[serde(default)]
    pub as_of: Option<Scalar>,
    /// Parameters other than the defaults.
    #[serde(default)]
    pub params: BTreeMap<String, OneOrMany>,
    /// The findings there must be.
    #[serde(default)]
    pub finds: Option<Vec<ExpectedFinding>>,
    /// What must be named as missing.
    #[serde(default)]
    pub cannot_tell: Option<OneOrMany>,
    /// Of a class: the records that belong to it, by natural key.
    #[serde(default)]
    pub holds: Option<Vec<String>>,
}

/// A finding that a test expects.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// The field it points at; the record without it.
    #[serde(default)]
    pub at: Option<String>,
    /// The natural key of the record.
    #[serde(default)]
    pub key: Option<String>,
    /// A part of the message.
    #[serde(default)]
    pub message: Option<String>,
}

/// A class of records with its evidence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassFile {
    /// Name, as in `@class.name`.
    pub class: Text,
    /// The table.
    pub table: Text,
    /// What a person calls it.
    pub title: Text,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Values that the configuration may change.
    #[serde(default)]
    pub params: BTreeMap<String, OneOrMany>,
    /// How many pieces of evidence it takes.
    #[serde(default = "one")]
    pub threshold: u32,
    /// The evidence.
    pub evidence: Vec<Evidence>,
    /// The class's own tests.
    #[serde(default)]
    pub tests: Vec<RuleTest>,
}

/// A piece of evidence that a record belongs to a class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What messages call it.
    pub name: Text,
    /// Which records show it (encoded query).
    #[serde(default, rename = "where")]
    pub filter: Option<Text>,
    /// What their fields must be.
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// A name for the first non-empty of several columns.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasFile {
    /// Name, as in `@name`.
    pub alias: Text,
    /// The table.
    pub table: Text,
    /// The columns, first choice first.
    pub columns: Vec<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
}

fn one() -> u32 {
    1
}

impl Text {
    /// A text whose place is not known.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), line: 0, column: 0 }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_str(&self.value);
        }
        (&self.value, self.line, self.column).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (value, line, column) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { value, line, column });
        }
        let spanned = serde_saphyr::Spanned::<Scalar>::deserialize(deserializer)?;
        let number = |value: u64| u32::try_from(value).unwrap_or(0);
        Ok(Self {
            value: spanned.value.0,
            line: number(spanned.referenced.line()),
            column: number(spanned.referenced.column()),
        })
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ScalarVisitor)
        } else {
            String::deserialize(deserializer).map(Self)
        }
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number or boolean")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar(value.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(String::new()))
    }
}

impl Serialize for OneOrMany {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(OneOrManyVisitor)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number or boolean, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
        let mut values = Vec::new();
        while let Some(Scalar(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(OneOrMany(values))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![value.to_owned()]))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<OneOrMany, E> {
        Ok(OneOrMany::default())
    }
}

impl Serialize for Expect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.value, &self.fields).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_map(ExpectVisitor)
        } else {
            let (value, fields) = Deserialize::deserialize(deserializer)?;
            Ok(Self { value, fields })
        }
    }
}

struct ExpectVisitor;

impl<'de> Visitor<'de> for ExpectVisitor {
    type Value = Expect;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("comparators, or fields with comparators")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expect, A::Error> {
        let mut expect = Expect::default();
        while let Some(key) = map.next_key::<String>()? {
            let value = &mut expect.value;
            match key.as_str() {
                "equals" => value.equals = Some(map.next_value()?),
                "not_equals" => value.not_equals = Some(map.next_value()?),
                "one_of" => value.one_of = Some(map.next_value()?),
                "none_of" => value.none_of = Some(map.next_value()?),
                "at_most" => value.at_most = Some(map.next_value()?),
                "at_least" => value.at_least = Some(map.next_value()?),
                "between" => value.between = Some(map.next_value()?),
                "empty" => value.empty = Some(map.next_value()?),
                "not_empty" => value.not_empty = Some(map.next_value()?),
                "matches" => value.matches = Some(map.next_value()?),
                "not_matches" => value.not_matches = Some(map.next_value()?),
                "ip_within" => value.ip_within = Some(map.next_value()?),
                "subset_of" => value.subset_of = Some(map.next_value()?),
                "contains_all" => value.contains_all = Some(map.next_value()?),
                "contains_none" => value.contains_none = Some(map.next_value()?),
                "each" => value.each = Some(map.next_value()?),
                "unlimited" => value.unlimited = Some(map.next_value()?),
                "at_most_share" => value.at_most_share = Some(map.next_value()?),
                _ => {
                    let comparator = map.next_value()?;
                    expect.fields.insert(key, comparator);
                }
            }
        }
        Ok(expect)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean", "null"] })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": ["string", "number", "boolean"] }
        })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for Expect {
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // Comparators by name, and beside them fields that have comparators.
        let mut schema = Comparator::json_schema(generator);
        let comparator = generator.subschema_for::<Comparator>();
        schema.insert("additionalProperties".to_owned(), comparator.to_value());
        schema
    }
}
