//! Checks of Instance Scan, the scanner in the instance itself: their records as
//! rules, and rules as such records.

mod export;
mod identity;
mod import;

pub(crate) use export::escaped;
pub use export::{check_of, write_checks};
pub use import::adopt;

/// A check of Instance Scan, as its record describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// The file as reports name it.
    pub path: String,
    /// The record's table, such as `scan_table_check`.
    pub kind: String,
    /// The record's `sys_id`; empty where it has none.
    pub sys_id: String,
    /// What people call it.
    pub name: String,
    /// Whether the instance runs it.
    pub active: bool,
    /// Whether a script decides instead of the conditions.
    pub advanced: bool,
    /// The table whose records it finds.
    pub table: String,
    /// Which records it finds: an encoded query.
    pub conditions: String,
    /// A script that decides whether it runs at all.
    pub run_condition: String,
    /// 1 (critical) to 4 (low).
    pub priority: String,
    /// `security`, `performance` and so on.
    pub category: String,
    /// Why it matters, in a line.
    pub short_description: String,
    /// Why it matters.
    pub description: String,
    /// What to do.
    pub resolution_details: String,
    /// Where to read more.
    pub documentation_url: String,
}

/// A check that cannot run outside the instance, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotPortable {
    /// The file as reports name it.
    pub path: String,
    /// The check's name.
    pub name: String,
    /// Why; lower case, no final stop.
    pub reason: String,
}

impl Check {
    /// The tables that hold checks of any kind.
    pub const TABLES: [&str; 4] =
        [TABLE_CHECK, "scan_column_type_check", "scan_linter_check", "scan_script_only_check"];

    /// The columns that [`Check::of_record`] asks for.
    pub const COLUMNS: [&str; 13] = [
        "name",
        "active",
        "advanced",
        "table",
        "conditions",
        "run_condition",
        "priority",
        "category",
        "short_description",
        "description",
        "resolution_details",
        "documentation_url",
        "sys_id",
    ];

    /// From a record; `value` gives what a column holds, nothing where the record
    /// does not show it.
    #[must_use]
    pub fn of_record(kind: &str, path: &str, value: &dyn Fn(&str) -> Option<String>) -> Self {
        // Exports keep the line ends of a browser's text fields.
        let text =
            |column: &str| value(column).map(|text| text.trim().replace("\r\n", "\n")).unwrap_or_default();
        let is_true = |column: &str| value(column).map(|text| text.trim().eq_ignore_ascii_case("true"));
        let (name, sys_id) = (text("name"), text("sys_id"));
        Self {
            path: path.to_owned(),
            kind: kind.to_owned(),
            name: if name.is_empty() { sys_id.clone() } else { name },
            sys_id,
            // The dictionary's own defaults.
            active: is_true("active").unwrap_or(true),
            advanced: is_true("advanced").unwrap_or(false),
            table: text("table"),
            conditions: text("conditions"),
            run_condition: text("run_condition"),
            priority: text("priority"),
            category: text("category"),
            short_description: text("short_description"),
            description: text("description"),
            resolution_details: text("resolution_details"),
            documentation_url: text("documentation_url"),
        }
    }

    /// Everything that it says, for a digest. The path is not part of it.
    fn texts(&self) -> [&str; 14] {
        let word = |set: bool| if set { "true" } else { "false" };
        [
            &self.kind,
            &self.sys_id,
            &self.name,
            word(self.active),
            word(self.advanced),
            &self.table,
            &self.conditions,
            &self.run_condition,
            &self.priority,
            &self.category,
            &self.short_description,
            &self.description,
            &self.resolution_details,
            &self.documentation_url,
        ]
    }
}

/// The table of the one kind of check that can be a rule.
const TABLE_CHECK: &str = "scan_table_check";

/// What stands for a missing priority: moderate.
const PRIORITIES: [(&str, &str); 4] = [("1", "9.0"), ("2", "7.0"), ("3", "5.0"), ("4", "3.0")];

#[cfg(test)]
mod tests;
