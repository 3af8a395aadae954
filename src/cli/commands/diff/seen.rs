//! Whether what was found in an older state is gone from a newer one, or is only
//! not seen again.

use std::collections::{BTreeMap, BTreeSet};

use glidelint::instance::{Instance, LeftReferences, identities_of, left_references};
use glidelint::query::Data as _;
use glidelint::record::{EFFECTIVE_ROLE, TableIdx, is_update_set, is_view, view_ends, view_source};

/// Table and natural key, or user and role.
pub(crate) type Pairs = BTreeSet<(String, String)>;

/// What stands between the parts of a natural key.
const BETWEEN: &str = " → ";

/// What a state says of records that it does not show.
#[derive(Debug, Default)]
pub(crate) struct SeenRecords {
    /// Records that a row deletes.
    deleted: Pairs,
    /// Tables that are whole, and to which no reference leads that displays a record
    /// and finds no row.
    whole: BTreeSet<String>,
    /// References to records of whole tables that find no row.
    left: LeftReferences,
}

/// What a finding of the older state is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindingSubject<'s> {
    /// The table of its rule.
    pub(crate) table: &'s str,
    /// The natural key.
    pub(crate) key: &'s str,
    /// Of the record; empty where the finding names none.
    pub(crate) sys_id: &'s str,
}

/// The `sys_id`s that records had in the older state, by table and natural key.
#[derive(Debug, Default)]
pub(crate) struct Identified(BTreeMap<(String, String), BTreeSet<String>>);

impl Identified {
    /// Those of the records that the keys of findings are made of.
    pub(crate) fn of<'k>(
        instance: &Instance<'_>,
        subjects: impl Iterator<Item = (&'k str, &'k str)>,
    ) -> Self {
        let parts: Pairs = subjects.flat_map(|(table, key)| parts(table, key)).collect();
        let mut known: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (record, sys_id) in identities_of(instance, &parts) {
            known.entry(record).or_default().insert(sys_id);
        }
        Self(known)
    }
}

/// Every record that rules know, by what names it to a person.
pub(crate) fn records(instance: &Instance<'_>) -> Pairs {
    let tables = (0_u16..).map(TableIdx).zip(instance.wanted().tables());
    // A set is a way to bring records, and none of the instance's own.
    let tables = tables.filter(|(_, table)| !is_view(&table.name) && !is_update_set(&table.name));
    let rows = tables.flat_map(|(index, table)| {
        let rows = instance.live_rows(index).into_iter();
        rows.map(move |row| (table.name.to_string(), instance.key(index, row)))
    });
    rows.collect()
}

/// The records that a key of a view is made of, by table and natural key.
fn parts(table: &str, key: &str) -> Vec<(String, String)> {
    let ends = view_ends(table).into_iter().flatten();
    let parts = key.split(BETWEEN).zip(ends);
    parts.map(|(part, (_, table))| (table.to_owned(), part.to_owned())).collect()
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
        Self { deleted, whole: whole.collect(), left: left_references(instance) }
    }

    /// Whether what a rule found is gone if the rule finds it no more: its subject is
    /// there, was deleted, or cannot be anywhere else.
    pub(crate) fn tells(
        &self,
        subject: FindingSubject<'_>,
        identified: &Identified,
        (records, access): (&Pairs, &Pairs),
    ) -> bool {
        let FindingSubject { table, key, .. } = subject;
        let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        let rows = view_source(table).unwrap_or(table);
        if records.contains(&pair(rows, key)) && table == rows || self.deleted.contains(&pair(rows, key)) {
            return true;
        }
        if self.is_left(rows, subject, identified) {
            return false;
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

    /// Whether something refers to the subject, or to a record that its key is made of,
    /// and that record is not there: or the subject itself refers to such a one, which
    /// may be why it has another key now.
    fn is_left(&self, rows: &str, subject: FindingSubject<'_>, identified: &Identified) -> bool {
        let own = (rows.to_owned(), subject.sys_id.to_ascii_lowercase());
        if self.left.missing.contains(&own) || self.left.holders.contains(&own) {
            return true;
        }
        let is_missing = |part: &(String, String)| match identified.0.get(part) {
            Some(ids) => ids.iter().any(|id| self.left.missing.contains(&(part.0.clone(), id.clone()))),
            // Of a saved result nobody knows the ids: it may be any record.
            None if identified.0.is_empty() => self.left.missing.iter().any(|(table, _)| *table == part.0),
            // A record that had no row was called by its id.
            None => self.left.missing.contains(part),
        };
        parts(subject.table, subject.key).iter().any(is_missing)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{EFFECTIVE_ROLE, FindingSubject, Identified, Pairs, SeenRecords};
    use glidelint::instance::LeftReferences;

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
                left: LeftReferences::default(),
            };
            let subject = FindingSubject { table, key, sys_id: "" };
            let told = seen.tells(subject, &Identified::default(), (&records, &access));
            assert_eq!(told, expected, "{whole:?} {table} {key}");
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

    #[test]
    fn nothing_is_gone_that_something_still_refers_to() {
        let pairs = |list: &[(&str, &str)]| -> Pairs {
            list.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect()
        };
        let ids = |list: &[(&str, &str, &str)]| {
            let mut known = BTreeMap::new();
            for (table, key, id) in list {
                known.insert(((*table).to_owned(), (*key).to_owned()), [(*id).to_owned()].into());
            }
            Identified(known)
        };
        let seen = SeenRecords {
            whole: ["sys_user", "sys_user_has_role"].map(str::to_owned).into(),
            left: LeftReferences {
                missing: pairs(&[("sys_user", "0a")]),
                holders: pairs(&[("sys_user_has_role", "0c")]),
            },
            ..SeenRecords::default()
        };
        let check = |(table, key, sys_id): (&str, &str, &str), identified: &Identified, expected: bool| {
            let subject = FindingSubject { table, key, sys_id };
            let told = seen.tells(subject, identified, (&pairs(&[]), &pairs(&[])));
            assert_eq!(told, expected, "{subject:?} {identified:?}");
        };
        let known = ids(&[("sys_user", "ada", "0a"), ("sys_user", "bea", "0b")]);
        check(("sys_user", "ada", "0A"), &known, false);
        check(("sys_user", "bea", "0b"), &known, true);
        check((EFFECTIVE_ROLE, "ada → admin", ""), &known, false);
        check((EFFECTIVE_ROLE, "bea → admin", ""), &known, true);
        check((EFFECTIVE_ROLE, "bea → admin", ""), &Identified::default(), false);
        // The grant is there, with another key, as its user is gone.
        check(("sys_user_has_role", "Ada Tern → admin", "0c"), &known, false);
        check(("sys_user_has_role", "Ada Tern → admin", "0d"), &known, true);
    }
}
