//! Tests that compare nothing where something is missing say so.

use std::io::{Write, stderr};

/// Says that the running test, or a part of it, is skipped, and what it would need.
/// The runner keeps back what a passing test prints; what is written to standard error
/// itself is seen.
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    let _ = writeln!(stderr(), "skipped: {test}: {why}");
}
