//! What a finding is recognised by beside its fingerprint.

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use super::standing::ValuesHash;

/// What tells a finding from its twins, what an earlier version of the program knew
/// it by, and how bad it is in a number. Most findings have none of this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The fingerprint of the natural key alone, which twins share: it stays when
    /// another record of that key comes or goes.
    pub key: Fingerprint,
    /// `glidelint/v1`.
    pub earlier: Fingerprint,
    /// The one number that the finding rests on.
    pub measure: Option<Measure>,
}

/// A number that a rule compares with a limit and that fails it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The number.
    pub value: f64,
    /// Which numbers are nearer to the limit.
    pub better: Better,
    /// The hash of the other values that the finding rests on.
    pub others: ValuesHash,
}

/// Which numbers are better than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// It is above its limit.
    Lower,
    /// It is below its limit.
    Higher,
}
