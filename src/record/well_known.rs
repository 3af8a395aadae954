//! Records that have the same sys_id on every instance. The facts are data, in
//! `well_known.tsv`.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// Names by table and sys_id.
static NAMES: LazyLock<HashMap<(&'static str, &'static str), &'static str>> = LazyLock::new(|| {
    let lines = include_str!("well_known.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| {
        let (table, rest) = line.split_once('\t')?;
        let (sys_id, name) = rest.split_once('\t')?;
        Some(((table, sys_id), name))
    });
    cells.collect()
});

/// The name of a record that ships with the platform, by its sys_id in any case;
/// `None` where that sys_id is not known to be the same everywhere.
#[must_use]
pub fn name(table: &str, sys_id: &str) -> Option<&'static str> {
    let lower = sys_id.to_ascii_lowercase();
    let names: &HashMap<(&str, &str), &'static str> = &NAMES;
    names.get(&(table, lower.as_str())).copied()
}

#[cfg(test)]
mod tests {
    use super::{NAMES, name};
    use crate::record::schema;

    #[test]
    fn names_are_of_tables_that_are_known() {
        assert!(NAMES.len() > 20, "{}", NAMES.len());
        let refers = |table: &str| {
            let tables = schema::tables().into_iter();
            let mut columns =
                tables.flat_map(|from| schema::columns(from).into_iter().map(move |to| (from, to)));
            columns.any(|(from, to)| {
                schema::column(from, to).is_some_and(|found| found.reference == Some(table))
            })
        };
        for (table, sys_id) in NAMES.keys() {
            assert!(refers(table), "no known column refers to {table}");
            assert!(sys_id.len() == 32 && !sys_id.bytes().any(|byte| byte.is_ascii_uppercase()), "{sys_id}");
        }
    }

    #[test]
    fn case_of_a_sys_id_does_not_count() {
        assert_eq!(name("sys_user_role", "2831a114c611228501d4ea6c309d626d"), Some("admin"));
        assert_eq!(name("sys_user_role", "2831A114C611228501D4EA6C309D626D"), Some("admin"));
        assert_eq!(name("sys_user", "2831a114c611228501d4ea6c309d626d"), None);
        assert_eq!(name("sys_user_role", ""), None);
    }
}
