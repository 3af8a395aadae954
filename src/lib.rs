//! Offline security scanner for ServiceNow XML exports.
pub mod export;
pub mod record;
pub mod source;
pub mod span;
pub mod xml;
