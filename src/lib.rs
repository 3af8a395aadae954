//! Offline security scanner for `ServiceNow` exports.
//!
//! The program is one sentence: **discover** inputs, **read** records with the place
//! of every value, **keep** the facts that rules need, **judge** them, **revisit** the
//! files where something was found, **report**.
//! Modules stand here in the order of their layers; each may use only those
//! above it.

pub mod span;

pub mod source;

pub mod xml;

pub mod record;

pub mod export;

pub mod query;

pub mod finding;

pub mod rule;

pub mod doctor;

pub mod facts;

pub mod access;

pub mod instance;

pub mod judge;

pub mod survey;

pub mod config;

pub mod suppress;

pub mod locate;

pub mod redact;

pub mod report;

pub mod scan;
