//! Exports that look like real ones, made by rule: the same arguments always
//! give the same bytes. Each maker says what a scan is to find in them.

mod payload;
mod random;
mod repository;
mod roles;
mod update_set;
mod users;
mod xml;

use std::collections::BTreeMap;

pub(crate) use repository::repository;
pub(crate) use roles::roles;
pub(crate) use update_set::{Form, update_set};
pub(crate) use users::{parts, users};

/// The date that every export bears; logins lie shortly before it.
const UNLOAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 12:00:00\">\n";

/// How much is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Size {
    /// Rows until the text has at least so many bytes.
    Bytes(u64),
    /// Exactly so many rows.
    Rows(u64),
}

impl Size {
    /// Whether there is more to make.
    fn wants_more(self, summary: &Summary) -> bool {
        match self {
            Self::Bytes(bytes) => summary.bytes < bytes,
            Self::Rows(rows) => summary.rows < rows,
        }
    }
}

/// What was made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Records, or files of a repository. A record that stands in two files counts once.
    pub(crate) rows: u64,
    /// Bytes of text.
    pub(crate) bytes: u64,
    /// How many findings a scan has of the rules that something was planted for.
    pub(crate) findings: BTreeMap<&'static str, u64>,
}

impl Summary {
    /// Something was planted that this rule finds.
    fn plant(&mut self, rule: &'static str) {
        *self.findings.entry(rule).or_default() += 1;
    }
}
