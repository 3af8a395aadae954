//! Rows whose class nobody knows, in a file that is named after a known table: their
//! columns tell whether they are rows of that table.

use std::collections::BTreeMap;

use super::file_name::is_telling;
use super::file_report::problem;
use crate::record::{known_key, schema};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// How many columns that only the table has must be there.
const TELLING: usize = 2;
/// How many names of classes are remembered of one file.
const MOST: usize = 1000;

/// What the columns of such a row say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is a row of the table.
    Row,
    /// It has columns of that table, and more that are of another.
    Perhaps,
    /// It is a row of another table.
    Foreign,
}

/// What the columns of a row say of a table.
pub(super) fn fit<'n, I: Iterator<Item = &'n str>>(table: &str, names: I) -> Fit {
    let (mut own, mut known, mut telling, mut keys) = (0, 0, 0, 0);
    let key = known_key(table).unwrap_or_default();
    for name in names.filter(|name| is_own(name)) {
        own += 1;
        known += usize::from(schema::column(table, name).is_some());
        telling += usize::from(is_telling(name, table));
        keys += usize::from(key.contains(&name));
    }
    let is_most = known * 2 >= own;
    // Some exports show few columns, and some tables have hardly any that no other has.
    let is_all = known == own && (telling > 0 && known > TELLING || keys > 1 && keys == key.len());
    if is_most && telling >= TELLING || is_all {
        Fit::Row
    } else if telling > 0 && known > 1 {
        Fit::Perhaps
    } else {
        Fit::Foreign
    }
}

/// Whether a column is not one that every table may have.
pub(super) fn is_own(name: &str) -> bool {
    !["sys_", "__", "u_", "dv_"].iter().any(|prefix| name.starts_with(prefix))
}

/// The classes that nobody knows of which a file has rows.
#[derive(Debug, Default)]
pub(super) struct UnknownClasses {
    /// Those whose rows were taken as rows of the file's table, and how many.
    taken: BTreeMap<Box<str>, u64>,
    /// Of how many rows that is open, where the first one stands, its class and the
    /// file's table.
    open: Option<(u64, ByteSpan, Box<str>, &'static str)>,
}

impl UnknownClasses {
    /// Notes a row that was taken as one of the file's table.
    fn take(&mut self, class: &str) {
        if let Some(count) = self.taken.get_mut(class) {
            *count += 1;
        } else if self.taken.len() < MOST {
            self.taken.insert(class.into(), 1);
        }
    }

    /// Notes a row of which nothing tells whether it is one of the file's table.
    fn leave_open(&mut self, class: &str, table: &'static str, at: ByteSpan) {
        self.open.get_or_insert_with(|| (0, at, class.into(), table)).0 += 1;
    }

    /// Notes a row of that class by what its columns say of the table that the file is
    /// named after.
    pub(super) fn note(&mut self, (class, fit): (&str, Fit), table: Option<&str>, at: ByteSpan) {
        match (fit, table.and_then(schema::known_table)) {
            (Fit::Row, _) => self.take(class),
            (Fit::Perhaps, Some(table)) => self.leave_open(class, table, at),
            _ => {}
        }
    }

    /// Adds those of the next part of the file.
    pub(super) fn append(&mut self, next: Self) {
        for (class, count) in next.taken {
            *self.taken.entry(class).or_default() += count;
        }
        match (&mut self.open, next.open) {
            (Some((count, ..)), Some((more, ..))) => *count += more,
            (open, more) => *open = open.take().or(more),
        }
    }

    /// What is to be said of them.
    pub(super) fn problem(&self) -> Option<Problem> {
        let (count, at, class, table) = self.open.as_ref()?;
        let rows = if *count == 1 { "a row".to_owned() } else { format!("{count} rows, the first one") };
        let message = format!(
            "{rows} of {class} in a file with the name of {table} and with some of its columns: not read as \
             {table}"
        );
        Some(problem(ProblemKind::Skipped, message, *at))
    }

    /// The names of the classes whose rows were taken.
    pub(super) fn into_taken(self) -> impl Iterator<Item = String> {
        self.taken.into_keys().map(String::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn columns_tell_whose_rows_they_are() {
        let check = |table: &str, columns: &str, expected: Fit| {
            assert_eq!(fit(table, columns.split(' ')), expected, "{table}: {columns}");
        };
        check("sys_user", "sys_id user_name active web_service_access_only u_pier", Fit::Row);
        check("sys_user", "sys_id user_name berth tide quay", Fit::Foreign);
        check("sys_user", "user_name web_service_access_only berth tide quay", Fit::Perhaps);
        check("sys_user", "sys_id name active", Fit::Foreign);
        check("sys_user_grmember", "sys_id user group", Fit::Row);
        check("sys_user_grmember", "sys_id user group tide", Fit::Foreign);
        check("sys_user", "sys_id u_name u_active", Fit::Foreign);
    }
}
