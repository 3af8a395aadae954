//! Columns whose values nobody chose: another one is no change that somebody made. The
//! list is data, in `written.tsv`. It is shorter than that of what a fix cannot change:
//! who holds what is computed, and somebody did it all the same.

use std::sync::LazyLock;

use super::schema::{self, ColumnType};

/// Table and column.
static WRITTEN: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("written.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// Whether a value is none that somebody chose: the platform writes it by itself, or
/// it is a date.
#[must_use]
pub fn nobody_chose(table: &str, column: &str) -> bool {
    let is_date = || {
        let kind = schema::column(table, column).map(|column| column.kind);
        matches!(kind, Some(ColumnType::Date | ColumnType::DateTime))
    };
    WRITTEN.iter().any(|(of, name)| *name == column && (*of == "*" || *of == table)) || is_date()
}

#[cfg(test)]
mod tests {
    use super::nobody_chose;
    use crate::record::schema;

    #[test]
    fn what_people_choose_is_none_of_it() {
        let check = |table, column, expected| {
            assert_eq!(nobody_chose(table, column), expected, "{table}.{column}");
        };
        check("sys_user", "sys_mod_count", true);
        check("u_of_somebody", "sys_updated_by", true);
        check("sys_user", "failed_attempts", true);
        check("sys_certificate", "expires", true);
        check("sys_user", "active", false);
        // It begins as they do.
        check("sys_security_acl_role", "sys_user_role", false);
        check("ecc_agent", "validated", false);
    }

    #[test]
    fn every_column_of_a_known_table_is_one_that_it_has() {
        let lines = include_str!("written.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (table, column) = line.split_once('\t').unwrap();
            let is_there = table == "*" || schema::column(table, column).is_some();
            assert!(is_there, "{line}");
        }
    }
}
