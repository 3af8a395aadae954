//! One finding with its places, and how often each rule said what.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::identity::{Identity, Measure};
use super::severity::Severity;
use super::standing::{BaselineState, ValuesHash, WaiverIdx};

/// How a rule judges one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What the rule asks for holds.
    Pass,
    /// It does not.
    Fail,
    /// The rule is not about this subject.
    NotApplicable,
    /// The export does not show it.
    CannotTell,
}

impl Verdict {
    /// Whether it says worse of a subject than another verdict does.
    #[must_use]
    pub fn is_worse_than(self, other: Self) -> bool {
        let rank = |verdict| match verdict {
            Self::NotApplicable => 0,
            Self::Pass => 1,
            Self::CannotTell => 2,
            Self::Fail => 3,
        };
        rank(self) > rank(other)
    }
}

/// What a place is to its finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceRole {
    /// Where the finding is reported.
    Primary,
    /// What else shows it.
    Related,
    /// A step of the path that leads to it; the steps stand in their order, and
    /// the primary place is the last one.
    Step,
}

/// Which part of a record a place points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The start tag of the file's root element: something is not there at all.
    Root,
    /// The record's start tag.
    Record,
    /// The element of a field, or the record's start tag where it has none.
    Field(Arc<str>),
    /// What stands in the text of a field, or its element where that cannot be told.
    Part(Box<FieldPart>),
}

/// A part of the text of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldPart {
    /// The field.
    pub field: Arc<str>,
    /// Offset of its first byte in the value as it is read: decoded, without outer
    /// space, with line ends of one byte.
    pub start: usize,
    /// Offset one past its last byte.
    pub end: usize,
}

impl Target {
    /// The field that is meant, or in which something is.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Root | Self::Record => None,
            Self::Field(field) => Some(field),
            Self::Part(part) => Some(&part.field),
        }
    }
}

/// Where a finding points, as judging knows it: lines and columns are found
/// later, by reading that one record again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Index of the source in scan order.
    pub source: u32,
    /// Where the child of the root begins that holds the record.
    pub outer_start: u64,
    /// How many records of that child come before it.
    pub ordinal: u32,
    /// What of the record is meant.
    pub target: Target,
    /// What the place is to the finding.
    pub role: PlaceRole,
    /// What a related place shows.
    pub label: Option<Box<str>>,
}

/// One problem that one rule found with one subject. There may be millions: what
/// many have in common they share, and lines are kept beside them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding {
    /// Index of the rule in the pack.
    pub rule: u16,
    /// How bad it is, after configuration.
    pub severity: Severity,
    /// How sure it is: the rule's confidence, less one step where an excuse
    /// could not be judged.
    pub confidence: Confidence,
    /// Table of the subject.
    pub table: Arc<str>,
    /// sys_id of the subject, if it is a record that shows one.
    pub sys_id: Option<Box<str>>,
    /// Natural key of the subject.
    pub key: Box<str>,
    /// The field that is reported, if any.
    pub field: Option<Arc<str>>,
    /// The message, without secrets, safe for any output.
    pub message: Box<str>,
    /// Stable identity: rule, instance, table, key and field, and the sys_id where
    /// records may share a key; never the line.
    pub fingerprint: Fingerprint,
    /// What else it is recognised by, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Box<Identity>>,
    /// The hash of the values that it rests on: a waiver may be bound to it.
    pub values: ValuesHash,
    /// Whether it was known before, if it was compared with anything.
    pub state: Option<BaselineState>,
    /// The waiver that covers it, if one does.
    pub waiver: Option<WaiverIdx>,
    /// The primary place first.
    pub places: Box<[Place]>,
}

impl Finding {
    /// Whether nobody has accepted it: no waiver covers it, and no baseline knows
    /// it. Only such findings fail a scan.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.waiver.is_none() && self.state != Some(BaselineState::Unchanged)
    }

    /// The fingerprint of the natural key, which twins share.
    #[must_use]
    pub fn key_fingerprint(&self) -> Fingerprint {
        self.identity.as_ref().map_or(self.fingerprint, |identity| identity.key)
    }

    /// What version 1 of the fingerprint is.
    #[must_use]
    pub fn earlier_fingerprint(&self) -> Fingerprint {
        self.identity.as_ref().map_or(self.fingerprint, |identity| identity.earlier)
    }

    /// The one number that it rests on, if it is one.
    #[must_use]
    pub fn measure(&self) -> Option<&Measure> {
        self.identity.as_ref()?.measure.as_ref()
    }
}

/// Stands in a key between the update set that brings a record and what names the
/// record.
const IN_SET: &str = " » ";

/// The key of a record that an update set brings; `set` is what the set is known
/// by, empty where nothing tells.
#[must_use]
pub fn key_in_set<'k>(set: &str, key: &'k str) -> Cow<'k, str> {
    if set.is_empty() { Cow::Borrowed(key) } else { Cow::Owned(format!("{set}{IN_SET}{key}")) }
}

/// A key of [`key_in_set`] taken apart again: what stands in front of the record's
/// own key, and that key.
#[must_use]
pub fn split_set(key: &str) -> (&str, &str) {
    let at = key.rfind(IN_SET).map_or(0, |at| at + IN_SET.len());
    key.split_at(at)
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Often not a problem.
    Low,
    /// Depends on how the organisation works.
    Medium,
    /// Nearly always a problem.
    High,
    /// A plain fact.
    VeryHigh,
}

impl Confidence {
    /// The word that SARIF calls precision.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very-high",
        }
    }

    /// One step less.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::VeryHigh => Self::High,
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// What one rule could say, and what it would have needed to say more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCoverage {
    /// Subjects that are as they should be.
    pub pass: u64,
    /// Subjects with a finding.
    pub fail: u64,
    /// Subjects the rule is not about.
    pub not_applicable: u64,
    /// Subjects that could not be judged.
    pub cannot_tell: u64,
    /// Tables and columns that were missing, sorted: `sys_user`, or
    /// `sys_user.identity_type`; properties without a row, by their names; and
    /// sentences of [`Unclear`](super::Unclear).
    pub missing: Vec<String>,
}

impl RuleCoverage {
    /// Whether the rule could judge anything. Only then does a missing finding mean that
    /// there is none.
    #[must_use]
    pub fn has_judged(&self) -> bool {
        self.cannot_tell == 0 || self.pass + self.fail > 0
    }

    /// The rule's verdict over the whole scan.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self { fail: 1.., .. } => Verdict::Fail,
            Self { cannot_tell: 1.., .. } => Verdict::CannotTell,
            Self { pass: 1.., .. } => Verdict::Pass,
            _ => Verdict::NotApplicable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Place};

    #[test]
    fn a_finding_is_small() {
        // Beside its texts and places, which are of their own length.
        assert!(size_of::<Finding>() <= 136, "{}", size_of::<Finding>());
        assert!(size_of::<Place>() <= 64, "{}", size_of::<Place>());
    }
}
