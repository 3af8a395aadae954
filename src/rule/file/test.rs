//! The tests that rules and classes carry.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OneOrMany, Scalar, Text};

/// One test of a rule or class.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    /// What it shows.
    pub name: Text,
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
