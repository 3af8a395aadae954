//! Whether what was found in an older state is gone from a newer one, or is only
//! not seen again.

use std::collections::BTreeSet;

use glidelint::engine::Instance;
use glidelint::query::{Data as _, EFFECTIVE_ROLE, ROLE_CLOSURE};
use glidelint::record::TableIdx;

/// Table and natural key, or user and role.
pub(crate) type Pairs = BTreeSet<(String, String)>;

/// What stands between the parts of a natural key.
const BETWEEN: &str = " → ";

/// What a state says of records that it does not show.
#[derive(Debug, Default)]
pub(crate) struct SeenRecords {
    /// Records that a row deletes.
    deleted: Pairs,
    /// Tables that are whole, and to which no reference leads that finds no row.
    whole: BTreeSet<String>,
}

impl SeenRecords {
    pub(crate) fn of(instance: &Instance<'_>) -> Self {
        let tables = (0_u16..).map(TableIdx).zip(instance.wanted().tables().iter().map(|table| &*table.name));
        let deleted = tables.flat_map(|(index, name)| {
            let rows = instance.deleted_rows(index).into_iter();
            rows.map(move |row| (name.to_owned(), instance.key(index, row)))
        });
        let deleted = deleted.collect();
        let lost = instance.tables_in_doubt();
        let whole = instance.whole_tables().into_iter().filter(|table| !lost.contains(table.as_str()));
        Self { deleted, whole: whole.collect() }
    }

    /// Whether what a rule on that table found with that key is gone if the rule finds
    /// it no more: its subject is there, was deleted, or cannot be anywhere else.
    pub(crate) fn tells(&self, table: &str, key: &str, (records, access): (&Pairs, &Pairs)) -> bool {
        let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        let rows = match table {
            EFFECTIVE_ROLE => "sys_user_has_role",
            ROLE_CLOSURE => "sys_user_role_contains",
            table => table,
        };
        if records.contains(&pair(rows, key)) && table == rows || self.deleted.contains(&pair(rows, key)) {
            return true;
        }
        if table == EFFECTIVE_ROLE
            && let Some((user, role)) = key.split_once(BETWEEN)
        {
            let is_held = access.contains(&pair(user, role));
            let is_known = records.contains(&pair("sys_user", user));
            return if is_held {
                is_known
            } else {
                self.whole.contains(rows) && self.whole.contains("sys_user")
            };
        }
        self.whole.contains(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::{EFFECTIVE_ROLE, Pairs, SeenRecords};

    #[test]
    fn what_is_gone_must_be_told() {
        let pairs = |list: &[(&str, &str)]| -> Pairs {
            list.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect()
        };
        let records = pairs(&[("sys_user", "ann")]);
        let access = pairs(&[("ann", "admin"), ("tom", "admin")]);
        let check = |whole: &[&str], (table, key): (&str, &str), expected: bool| {
            let seen = SeenRecords {
                deleted: pairs(&[("sys_user", "eva"), ("sys_user_has_role", "ann → itil")]),
                whole: whole.iter().map(|table| (*table).to_owned()).collect(),
            };
            assert_eq!(seen.tells(table, key, (&records, &access)), expected, "{whole:?} {table} {key}");
        };
        check(&[], ("sys_user", "ann"), true);
        check(&[], ("sys_user", "eva"), true);
        check(&[], ("sys_user", "tom"), false);
        check(&["sys_user"], ("sys_user", "tom"), true);
        check(&["sys_user_has_role"], ("sys_user", "tom"), false);
        // A grant that still stands is gone only if its user was judged.
        check(&[], (EFFECTIVE_ROLE, "ann → admin"), true);
        check(&["sys_user", "sys_user_has_role"], (EFFECTIVE_ROLE, "tom → admin"), false);
        check(&[], (EFFECTIVE_ROLE, "ann → itil"), true);
        check(&[], (EFFECTIVE_ROLE, "ann → soap"), false);
        check(&["sys_user", "sys_user_has_role"], (EFFECTIVE_ROLE, "ann → soap"), true);
    }
}
