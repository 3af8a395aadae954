//! What a report for reviewers shows beside findings, with the line of each place.

use serde::{Deserialize, Serialize};

use crate::survey::Review;

/// A [`Review`] whose places are lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    /// The answers.
    pub review: Review,
    /// The places that they name by number.
    pub spots: Vec<FileLine>,
    /// What about the files a reader should doubt, and what would complete the
    /// picture.
    pub exports: Exports,
    /// The command line, as far as it may be shown: without paths outside the root.
    pub command: String,
}

/// A line of a file.
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
    /// What to export, those for which most checks wait first.
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
    /// What of it: columns, or rows; empty for all of it.
    pub part: String,
    /// Why it is asked for.
    pub why: String,
    /// How many rules wait for it.
    pub rules: usize,
    /// What to type behind the instance's own address, such as
    /// `sys_user_list.do?XML&sysparm_orderby=sys_id`.
    pub address: String,
}

/// Something odd about a file or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownSign {
    /// One word, such as `export-cap`.
    pub kind: String,
    /// The file as reports name it; empty where it is about several.
    pub path: String,
    /// What is odd; lower case, no final stop.
    pub message: String,
}
