//! Which table an export is of that does not name it: by the name of the file,
//! else by columns that no other table has. A wrong table would be worse than
//! none, so where nothing is sure there is none.

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) use crate::record::is_sys_id;
use crate::record::schema;

/// How names of tables begin that the dictionary does not know.
const PREFIXES: [&str; 20] = [
    "sys_",
    "x_",
    "u_",
    "sn_",
    "cmdb_",
    "v_",
    "ecc_",
    "oauth_",
    "kb_",
    "sc_",
    "wf_",
    "ldap_",
    "core_",
    "cmn_",
    "alm_",
    "ast_",
    "pa_",
    "scan_",
    "discovery_",
    "em_",
];
/// What may stand between a table and the number of a part of its export.
const PARTS: [&str; 8] = ["part", "page", "batch", "chunk", "export", "list", "all", "full"];
/// How many columns that only one table has must be there.
const TELLING: usize = 3;

/// A table that the name of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::export) enum Named {
    /// One of the dictionary.
    Known(&'static str),
    /// Another one, whose name is all of the file's.
    Other(String),
}

impl Named {
    pub(in crate::export) fn name(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }
}

/// Whether a text can be the name of a table or column.
pub(in crate::export) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The table that the name of a file says: `sys_user.csv`, `sys_user (3).json`,
/// `sys_user_part2.xlsx`, `x_acme_order.json`.
pub(in crate::export) fn by_file_name(path: &str) -> Option<Named> {
    // The sheets of a workbook are named by the workbook.
    let path = path.rsplit_once(".xlsx!/").map_or(path, |(workbook, _)| workbook);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let known = schema::tables().into_iter().filter(|table| is_part_of(stem, table));
    if let Some(table) = known.max_by_key(|table| table.len()) {
        return Some(Named::Known(table));
    }
    let is_table = is_name(stem) && PREFIXES.iter().any(|prefix| stem.starts_with(prefix));
    is_table.then(|| Named::Other(stem.to_owned()))
}

/// Whether a name is that of a table, or of a part of its export. What goes on
/// like the name of a longer table is not.
fn is_part_of(stem: &str, table: &str) -> bool {
    let Some(rest) = stem.strip_prefix(table) else { return false };
    if rest.is_empty() || !rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') {
        return true;
    }
    let rest = rest.strip_prefix('_').unwrap_or(rest);
    let rest = PARTS.iter().find_map(|part| rest.strip_prefix(part)).unwrap_or(rest);
    let rest = rest.trim_start_matches('_');
    rest.bytes().all(|byte| byte.is_ascii_digit() || !byte.is_ascii_alphabetic() && byte != b'_')
}

/// The columns that only one table of the dictionary has.
static TELLING_COLUMNS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut tables: HashMap<&str, Option<&str>> = HashMap::new();
    for table in schema::tables() {
        for column in schema::columns(table) {
            tables.entry(column).and_modify(|only| *only = None).or_insert(Some(table));
        }
    }
    tables.into_iter().filter_map(|(column, table)| Some((column, table?))).collect()
});

/// The table that columns belong to, if they are of no other: several of them
/// are its own, and it has all the others.
pub(super) fn by_columns(columns: &[&str]) -> Option<&'static str> {
    let mut telling = columns.iter().filter_map(|column| TELLING_COLUMNS.get(column));
    let table = *telling.next()?;
    let count = 1 + telling.try_fold(0, |count, other| (*other == table).then_some(count + 1))?;
    let has_all = columns.iter().all(|column| {
        column.starts_with("sys_") || column.starts_with("u_") || schema::column(table, column).is_some()
    });
    (count >= TELLING && has_all).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::{by_columns, by_file_name};

    #[test]
    fn files_are_named_after_their_table() {
        let check = |path: &str, expected: Option<&str>| {
            let named = by_file_name(path);
            assert_eq!(named.as_ref().map(super::Named::name), expected, "{path}");
        };
        check("sys_user.csv", Some("sys_user"));
        check("exports/SYS_USER (3).json", Some("sys_user"));
        check("a.zip!/b/sys_user_part2.json", Some("sys_user"));
        check("sys_user_2026-01-31.csv.gz", Some("sys_user"));
        check("sys_user_list.do", Some("sys_user"));
        check("sys_user_has_role-1.csv", Some("sys_user_has_role"));
        check("sys_user_group.xlsx!/Page 1", Some("sys_user_group"));
        check("incident.json", Some("incident"));
        // Other tables, not parts of known ones.
        check("sys_user_preference.csv", Some("sys_user_preference"));
        check("x_acme_order.json", Some("x_acme_order"));
        check("sys_users.json", Some("sys_users"));
        check("problems.csv", None);
        check("package.json", None);
        check("export.csv", None);
        check("stdin", None);
    }

    #[test]
    fn columns_tell_only_what_is_sure() {
        let check = |columns: &str, expected: Option<&str>| {
            assert_eq!(by_columns(&columns.split(' ').collect::<Vec<_>>()), expected, "{columns}");
        };
        check(
            "user_name web_service_access_only internal_integration_user locked_out sys_id",
            Some("sys_user"),
        );
        check("sys_id name active description", None);
        check("user_name web_service_access_only locked_out unheard_of", None);
        check("", None);
    }
}
