//! Offline security scanner for `ServiceNow` exports.
//!
//! The program is one sentence: **discover** inputs, **open** each as bytes,
//! **read** records with the place of every value, **check** them, **join** the
//! facts that rules across records need, **locate** what was found, **report**.
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

pub mod engine;

pub mod config;

pub mod suppress;

pub mod locate;

pub mod redact;

pub mod report;
