//! What the name of a file says: which table it is an export of, and whether it should
//! be XML. Where the name says no table, columns that no other table has may. A wrong table would be worse than
//! none, so where nothing is sure there is none.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::record::{classes, schema};

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

/// From this table all metadata is derived: its list has rows of any other.
pub(super) const ANY_METADATA: &str = "sys_metadata";

/// A table that the name of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// One of the dictionary.
    Known(&'static str),
    /// Another one, whose name is all of the file's.
    Other(String),
}

/// What the values of a table are called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderNames {
    /// Names of columns.
    Columns,
    /// What people are shown in their place.
    Labels,
}

impl Named {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }
}

impl Named {
    /// The other table that these columns are of, where they cannot be those of the
    /// table that the file is named after. Of many tables not all columns are known,
    /// so that a few that another one has too say nothing.
    pub(super) fn at_odds(&self, columns: &[&str], names: HeaderNames) -> Option<&'static str> {
        let Self::Known(table) = self else { return None };
        let is_of_any = |name: &&str| match names {
            HeaderNames::Columns => {
                let is_own = ["sys_", "u_", "x_", "dv_", "__"].iter().any(|begin| name.starts_with(begin));
                !is_own && !name.contains('.')
            }
            HeaderNames::Labels => schema::labelled("*", name).is_none() && !name.contains('.'),
        };
        let own: Vec<_> = columns.iter().copied().filter(is_of_any).collect();
        let has = |table: &str, name: &str| match names {
            HeaderNames::Columns => schema::column(table, name).is_some(),
            HeaderNames::Labels => schema::labelled(table, name).is_some(),
        };
        let known = |table: &str| own.iter().filter(|name| has(table, name)).count();
        let here = known(table);
        if here * 2 >= own.len() || own.len() - here < 2 {
            return None;
        }
        let tables = schema::tables();
        let other = tables.iter().copied().max_by_key(|other| known(other))?;
        let there = known(other);
        if there <= here || there * 4 < own.len() * 3 || classes::is_a(table, other) {
            return None;
        }
        let is_telling = |name: &&&str| tables.iter().filter(|table| has(table, name)).count() == 1;
        let is_sure = names == HeaderNames::Columns && schema::knows_table(table)
            || own.iter().all(|name| has(other, name) || !has(table, name))
                && own.iter().filter(|name| has(other, name)).filter(is_telling).count() >= TELLING;
        is_sure.then_some(other)
    }
}

/// Whether a text can be the name of a table or column.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The table that the name of a file says: `sys_user.csv`, `sys_user (3).json`,
/// `sys_user_part2.xlsx`, `x_acme_order.json`.
pub(super) fn by_file_name(path: &str) -> Option<Named> {
    // The sheets of a workbook are named by the workbook.
    let path = path.rsplit_once(".xlsx!/").map_or(path, |(workbook, _)| workbook);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if let Some(table) = known_by_stem(stem) {
        return Some(Named::Known(table));
    }
    let is_table = is_name(stem) && PREFIXES.iter().any(|prefix| stem.starts_with(prefix));
    is_table.then(|| Named::Other(stem.to_owned()))
}

/// The table of the dictionary that the name of a file says.
pub(super) fn known_by_file_name(path: &str) -> Option<&'static str> {
    match by_file_name(path)? {
        Named::Known(table) => Some(table),
        Named::Other(_) => None,
    }
}

/// The longest name of a known table with which the name of a file begins as the name
/// of an export does.
fn known_by_stem(stem: &str) -> Option<&'static str> {
    let ends = (1..=stem.len()).rev().filter(|end| stem.is_char_boundary(*end));
    let tables = ends.filter_map(|end| schema::known_table(&stem[..end]));
    tables.into_iter().find(|table| is_part_of(stem, table))
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

/// Whether a column is one that only this table has.
pub(super) fn is_telling(column: &str, table: &str) -> bool {
    TELLING_COLUMNS.get(column) == Some(&table)
}

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

/// Whether the name of a file says that it is XML.
pub(super) fn promises_xml(path: &str) -> bool {
    // Whoever pipes something in means it to be read.
    if path == "stdin" {
        return true;
    }
    let name = path.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "xml")
}

#[cfg(test)]
mod tests {
    use super::{HeaderNames, by_columns, by_file_name};

    #[test]
    fn names_and_columns_may_be_at_odds() {
        let check = |path: &str, columns: &str, names: HeaderNames, expected: Option<&str>| {
            let columns: Vec<_> = columns.split(',').collect();
            let found = by_file_name(path).and_then(|named| named.at_odds(&columns, names));
            assert_eq!(found, expected, "{path}: {columns:?}");
        };
        let user = "active,user_name,sys_id,locked_out,web_service_access_only,identity_type,u_pier";
        for name in ["sys_user_role.csv", "incident.json", "sys_user_has_role (2).csv", "sys_properties.csv"]
        {
            check(name, user, HeaderNames::Columns, Some("sys_user"));
        }
        check("sys_user.csv", user, HeaderNames::Columns, None);
        check("x_pier_berth.csv", user, HeaderNames::Columns, None);
        check("pier.csv", user, HeaderNames::Columns, None);
        check("sys_user_role.csv", "sys_id,name,user_name,berth", HeaderNames::Columns, None);
        check("sys_user_role.csv", "sys_id,user_name,u_pier", HeaderNames::Columns, None);
        // Of incident hardly anything is known.
        let incident =
            "sys_id,number,active,description,short_description,priority,category,company,location";
        check("incident.csv", incident, HeaderNames::Columns, None);
        let profile = "sys_id,user,employee_number,location,department";
        check("sn_hr_core_profile.csv", profile, HeaderNames::Columns, None);
        let labels = "User ID,Web service access only,Identity type,Locked out,Updated";
        check("sys_user_role.xlsx!/Page 1", labels, HeaderNames::Labels, Some("sys_user"));
        check("sys_user.xlsx!/Page 1", labels, HeaderNames::Labels, None);
        check("sys_user_role.xlsx!/Page 1", "Name,User ID,Berth,Pier", HeaderNames::Labels, None);
    }

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
