//! Parts of records: rows that hang on a record of another table and lie where it
//! does, such as the roles of an ACL.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::schema;

/// Which records of apps have all their parts in the same app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOf {
    /// All.
    Anywhere,
    /// Those of apps with a scope of their own. In the global scope, rows that belong to
    /// a record by name or by scope may come from any app.
    Scope,
}

/// Table and column, and those of the record.
type Link = [&'static str; 4];

static PARTS: LazyLock<HashMap<Link, PartOf>> = LazyLock::new(|| {
    let lines = include_str!("parts.tsv").lines().filter(|line| !line.starts_with('#'));
    let part = |line: &'static str| {
        let cells: Vec<_> = line.split('\t').collect();
        let [table, column, of_table, of_column, holds] = cells[..] else { return None };
        let holds = if holds == "scope" { PartOf::Scope } else { PartOf::Anywhere };
        Some(([table, column, of_table, of_column], holds))
    };
    lines.filter_map(part).collect()
});

/// The table from which all metadata is derived: an app's rows stand in others.
const ANY_METADATA: &str = "sys_metadata";

/// Whether the rows of a table whose column holds what a column of a record of
/// another table does are parts of that record.
#[must_use]
pub fn part_of((table, column): (&str, &str), (of_table, of_column): (&str, &str)) -> Option<PartOf> {
    let is_metadata = |table| table != ANY_METADATA && schema::column(table, "sys_scope").is_some();
    let named = [[table, column, of_table, of_column]];
    let any = [["*", column, of_table, of_column], ["*", column, "*", of_column]];
    let any = any.iter().filter(|_| is_metadata(table));
    named.iter().chain(any).find_map(|link| PARTS.get(link)).copied()
}

#[cfg(test)]
mod tests {
    use super::{PARTS, PartOf, part_of};
    use crate::record::schema;

    #[test]
    fn rows_hang_on_the_records_that_they_are_parts_of() {
        let check = |part: (&str, &str), of: (&str, &str), expected| {
            assert_eq!(part_of(part, of), expected, "{part:?} of {of:?}");
        };
        let (anywhere, scope) = (Some(PartOf::Anywhere), Some(PartOf::Scope));
        check(("sys_security_acl_role", "sys_security_acl"), ("sys_security_acl", "sys_id"), anywhere);
        // A role may be asked for by the ACLs of any app, and lie in the roles of any.
        check(("sys_security_acl_role", "sys_user_role"), ("sys_user_role", "sys_id"), None);
        check(("sys_user_role_contains", "role"), ("sys_user_role", "sys_id"), anywhere);
        check(("sys_user_role_contains", "contains"), ("sys_user_role", "sys_id"), None);
        check(("sys_security_acl", "name"), ("sys_script_include", "api_name"), scope);
        check(("sys_security_acl", "sys_scope"), ("sys_ui_page", "sys_scope"), scope);
        check(("sys_security_acl", "sys_package"), ("sys_ui_page", "sys_package"), anywhere);
        check(("sys_security_acl", "sys_scope"), ("sys_app", "sys_id"), scope);
        check(("sys_metadata", "sys_scope"), ("sys_app", "sys_id"), None);
        check(("sys_user_has_role", "role"), ("sys_user_role", "sys_id"), None);
        check(("sys_user", "sys_scope"), ("sys_app", "sys_id"), None);
    }

    #[test]
    fn the_columns_that_are_named_exist() {
        for link in PARTS.keys() {
            for [table, column] in [[link[0], link[1]], [link[2], link[3]]] {
                let is_known = schema::knows_some_of(table) && column != "sys_id";
                assert!(!is_known || schema::column(table, column).is_some(), "{table}.{column}");
            }
        }
    }
}
