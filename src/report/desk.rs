//! What a report for reviewers shows beside findings, with the line of each place.

use serde::{Deserialize, Serialize};

use crate::survey::Review;

/// A [`Review`] whose places are lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    /// The answers.
    pub review: Review,
    /// The places that the answers name by their index in this list.
    pub spots: Vec<FileLine>,
    /// Which files a reader should doubt, and which exports are still missing.
    pub exports: Exports,
    /// The command line, as far as it may be shown: without paths outside the root.
    pub command: String,
}

/// A place in a file, as reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// The file as reports name it.
    pub path: String,
    /// From 1.
    pub line: u64,
    /// From 1, in UTF-16 units.
    pub column: u64,
}

/// What is known of the exports themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exports {
    /// What to export next; what most checks wait for comes first.
    pub requests: Vec<RequestedTable>,
    /// What is odd about files.
    pub signs: Vec<ShownSign>,
    /// Tables that look whole though nobody said so.
    pub look_whole: Vec<String>,
}

/// A table, or part of one, that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedTable {
    /// The table.
    pub table: String,
    /// Which columns or rows of it are missing; empty if all of it is.
    pub part: String,
    /// Why it is asked for.
    pub why: String,
    /// How many rules wait for it.
    pub rules: usize,
    /// The path to append to the instance's address, such as
    /// `sys_user_list.do?XML&sysparm_orderby=sys_id`.
    pub address: String,
}

/// Something odd about a file or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownSign {
    /// One word, such as `export-cap`.
    pub kind: String,
    /// The file as reports name it; empty if several files are meant.
    pub path: String,
    /// What is odd; lower case, no final stop.
    pub message: String,
}
