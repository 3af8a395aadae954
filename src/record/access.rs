//! Which tables and columns make the access graph: users, groups, roles, and the rows
//! that tie them together.

use std::sync::LazyLock;

/// A table of the access graph.
#[derive(Debug)]
pub struct AccessTable {
    /// Its name.
    pub table: &'static str,
    /// The columns of who gets something and of what is got; `None` where rows tie
    /// nothing together.
    pub ends: Option<[&'static str; 2]>,
    /// The other columns that the graph is made of.
    others: Vec<&'static str>,
}

static ACCESS: LazyLock<Vec<AccessTable>> = LazyLock::new(|| {
    let lines = include_str!("access.tsv").lines().filter(|line| !line.starts_with('#'));
    let access_table = |line: &'static str| {
        let cells: Vec<_> = line.split('\t').collect();
        let [table, from, to, others] = cells[..] else { return None };
        let ends = Some([from, to]).filter(|_| !from.is_empty());
        Some(AccessTable { table, ends, others: others.split(',').filter(|name| !name.is_empty()).collect() })
    };
    lines.filter_map(access_table).collect()
});

/// Every table of the access graph.
#[must_use]
pub fn access_tables() -> &'static [AccessTable] {
    &ACCESS
}

/// The tables whose rows lead from users to roles.
pub fn granting_tables() -> impl Iterator<Item = &'static str> {
    ACCESS.iter().filter(|known| known.ends.is_some()).map(|known| known.table)
}

/// The columns of who gets something, and of what is got, in the rows of a table.
#[must_use]
pub fn access_ends(table: &str) -> Option<[&'static str; 2]> {
    ACCESS.iter().find(|known| known.table == table)?.ends
}

impl AccessTable {
    /// Every column that the graph is made of, but for the `sys_id`, which is always kept.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        let ends = self.ends.into_iter().flatten().filter(|column| *column != "sys_id");
        ends.chain(self.others.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::{ACCESS, granting_tables};

    #[test]
    fn every_column_is_in_the_dictionary() {
        let lines = include_str!("access.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!((lines.count(), granting_tables().count()), (ACCESS.len(), 5));
        for known in ACCESS.iter() {
            for column in known.columns() {
                assert!(schema::column(known.table, column).is_some(), "{}.{column}", known.table);
            }
        }
    }
}
