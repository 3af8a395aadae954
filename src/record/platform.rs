//! Columns that the platform computes from something else: whoever edits the value
//! changes the record, but not what it describes.

use std::sync::LazyLock;

use super::views::why_computed;

/// Table and column as patterns, and why.
static WRITTEN: LazyLock<Vec<[&str; 3]>> = LazyLock::new(|| {
    let lines = include_str!("platform.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok()).collect()
});

/// Why the platform, and nobody else, decides what a column holds; `None` for a
/// column that administrators set.
#[must_use]
pub fn written_by_platform(table: &str, column: &str) -> Option<&'static str> {
    let fits = |pattern: &str, name: &str| {
        pattern.strip_suffix('*').map_or(pattern == name, |begin| name.starts_with(begin))
    };
    let found = WRITTEN.iter().find(|[of, name, _]| fits(of, table) && fits(name, column));
    found.map(|[_, _, why]| *why).or_else(|| why_computed(table))
}

#[cfg(test)]
mod tests {
    use super::{WRITTEN, written_by_platform};
    use crate::record::schema;

    #[test]
    fn what_the_platform_writes_is_told_from_what_people_set() {
        let check = |table: &str, column: &str, is_written: bool| {
            assert_eq!(written_by_platform(table, column).is_some(), is_written, "{table}.{column}");
        };
        check("sys_user_has_role", "inherited", true);
        check("sys_user_has_role", "included_in_role_instance", true);
        check("sys_user", "last_login_time", true);
        check("u_anything", "sys_updated_on", true);
        check("effective_role", "role", true);
        check("sys_user", "web_service_access_only", false);
        check("sys_user", "last_name", false);
        check("sys_user_has_role", "role", false);
        check("sys_group_has_role", "inherits", false);
        check("sys_properties", "value", false);
    }

    #[test]
    fn every_line_names_a_column_that_exists() {
        let lines = include_str!("platform.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), WRITTEN.len(), "each line has three cells");
        for [table, column, why] in WRITTEN.iter() {
            let is_known = *table == "*"
                || schema::columns(table).iter().any(|known| written_by_platform(table, known) == Some(why));
            assert!(is_known && !why.is_empty(), "{table}.{column}");
        }
    }
}
