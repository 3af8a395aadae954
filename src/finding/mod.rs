//! What a scan says: findings, notices, coverage.

mod fingerprint;
mod found;
mod identity;
mod notice;
mod severity;
mod standing;
mod unclear;

pub use fingerprint::{Fingerprint, fingerprint, fingerprint_of_record};
pub use found::{
    Confidence, FieldPart, Finding, Place, PlaceRole, RuleCoverage, Target, Verdict, key_in_set, split_set,
};
pub use identity::{Better, Identity, Measure};
pub use notice::{Notice, NoticeLevel, Topic};
pub use severity::{Band, Level, Severity};
pub use standing::{BaselineState, ValuesHash, WaiverIdx};
pub use unclear::Unclear;
