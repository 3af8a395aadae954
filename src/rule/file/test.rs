//! The tests that rules and classes carry.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{OneOrMany, PlacedText, Scalar};

/// The tests of a rule. Its compact form holds their number only: who runs a
/// rule's tests finds them apart.
#[derive(Debug, Clone, Default)]
pub struct Tests {
    /// The tests; none where the rule was read from its compact form.
    pub list: Vec<RuleTest>,
    count: usize,
}

impl Tests {
    /// How many there are, whether or not they are in the list.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

impl Serialize for Tests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.list.serialize(serializer);
        }
        self.count.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Ok(Self { list: Vec::new(), count: Deserialize::deserialize(deserializer)? });
        }
        let list: Vec<RuleTest> = Deserialize::deserialize(deserializer)?;
        Ok(Self { count: list.len(), list })
    }
}

impl JsonSchema for Tests {
    fn schema_name() -> Cow<'static, str> {
        Vec::<RuleTest>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<RuleTest>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

/// One test of a rule or class.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    /// What it shows.
    pub name: PlacedText,
    /// The text of an export.
    #[serde(default)]
    pub export: String,
    /// Rows of `sys_properties`, name to value, instead of writing them as XML. One row that no rule is
    /// about stands beside them, so that the table is there.
    #[serde(default)]
    pub properties: Option<BTreeMap<String, Scalar>>,
    /// Rows of `v_plugin`, id to `active` or `inactive`.
    #[serde(default)]
    pub plugins: Option<BTreeMap<String, Scalar>>,
    /// Tables declared whole.
    #[serde(default)]
    pub complete: Vec<String>,
    /// The date that "now" is.
    #[serde(default)]
    pub as_of: Option<Scalar>,
    /// Parameters other than the defaults.
    #[serde(default)]
    pub params: BTreeMap<String, OneOrMany>,
    /// The hardening baseline to judge by; the newest without it.
    #[serde(default)]
    pub baseline: Option<Scalar>,
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
