//! placeholder
use super::LocatedFinding;
/// Placeholder.
pub struct Located(pub Vec<LocatedFinding>);
/// Placeholder.
pub fn locate() {}
