//! Offline security scanner for ServiceNow XML exports.
pub mod query;
pub mod record;
pub mod source;
pub mod span;
