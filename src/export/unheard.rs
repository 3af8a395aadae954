//! Rows of update sets of which not all is known: their payload was not there to be
//! read, or it says something else than they do.

use std::collections::BTreeSet;

use super::file_name::is_name;
use super::file_report::problem;
use super::heard::{Lack, promised_table};
use crate::record::schema;
use crate::source::{Problem, ProblemKind, more_like_it};
use crate::span::ByteSpan;

/// In what a row contradicts its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odds {
    /// They say different actions.
    Action,
    /// They are about different tables.
    Table,
}

impl Odds {
    /// What is said at the place in the row, and at that in the payload.
    fn messages(self) -> [&'static str; 2] {
        match self {
            Self::Action => [
                "a row of an update set and its payload say different actions, so the record is judged as it \
                 stands: the row says its action here",
                "a row of an update set and its payload say different actions, so the record is judged as it \
                 stands: the payload says its own here",
            ],
            Self::Table => [
                "a row of an update set is named for one table and its payload has records of another, so that \
                 it may bring either: the row says its name here",
                "a row of an update set is named for one table and its payload has records of another, so that \
                 it may bring either: the record is here",
            ],
        }
    }
}

/// What of the rows of one file was not heard, or contradicts itself.
#[derive(Debug, Default)]
pub(super) struct Unheard {
    /// Why, of how many rows, and where the first one is.
    lacks: Vec<(Lack, u64, ByteSpan)>,
    /// How many rows their payload contradicts, and where the two stand in the first one.
    at_odds: Vec<(Odds, u64, [ByteSpan; 2])>,
    /// The tables that the names of such rows show.
    tables: BTreeSet<String>,
}

impl Unheard {
    /// Notes a row at that place of which it is not known what it brings.
    pub(super) fn lack(&mut self, lack: Lack, at: ByteSpan) {
        add(&mut self.lacks, (lack, 1, at));
    }

    /// Notes a row that its payload contradicts: the two places.
    pub(super) fn at_odds(&mut self, odds: Odds, places: [ByteSpan; 2]) {
        add(&mut self.at_odds, (odds, 1, places));
    }

    /// Notes a table of which not all is known.
    pub(super) fn note_table(&mut self, table: &str) {
        if !self.tables.contains(table) {
            self.tables.insert(table.to_owned());
        }
    }

    /// The tables of which not all is known.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(String::as_str)
    }

    /// Adds those of the next part of the same file.
    pub(super) fn append(&mut self, next: Self) {
        next.lacks.into_iter().for_each(|lack| add(&mut self.lacks, lack));
        next.at_odds.into_iter().for_each(|odds| add(&mut self.at_odds, odds));
        self.tables.extend(next.tables);
    }

    /// What is to be said: of each sort how many rows, with the place of the first.
    pub(super) fn problems(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (lack, count, at) in self.lacks {
            let message = format!("{}{}", lack.message(), more_like_it(count, ["row", "rows"]));
            problems.push(problem(ProblemKind::Broken, message, at));
        }
        for (odds, count, places) in self.at_odds {
            let [row, payload] = odds.messages();
            let messages = [format!("{row}{}", more_like_it(count, ["row", "rows"])), payload.to_owned()];
            let told = messages.into_iter().zip(places);
            problems.extend(told.map(|(message, at)| problem(ProblemKind::Broken, message, at)));
        }
        problems
    }
}

/// Adds to the count of its sort, or begins one with its place.
fn add<S: PartialEq, P>(counts: &mut Vec<(S, u64, P)>, (sort, more, place): (S, u64, P)) {
    match counts.iter_mut().find(|(known, ..)| *known == sort) {
        Some((_, count, _)) => *count += more,
        None => counts.push((sort, more, place)),
    }
}

/// The table that the name of an update shows: `sys_user_role_` and a sys_id, or
/// whatever else comes behind the name of a table.
pub(super) fn table_of_update(name: &str) -> Option<&str> {
    let name = name.trim();
    if let Some(table) = promised_table(name) {
        return Some(table).filter(|table| is_name(table));
    }
    let is_begin = |table: &&str| name.strip_prefix(table).is_some_and(|rest| rest.starts_with('_'));
    let table = schema::tables().into_iter().filter(is_begin).max_by_key(|table| table.len())?;
    name.get(..table.len())
}

#[cfg(test)]
mod tests {
    use super::table_of_update;

    #[test]
    fn names_of_updates_show_their_table() {
        let check =
            |name: &str, expected: Option<&str>| assert_eq!(table_of_update(name), expected, "{name}");
        check("sys_user_role_contains_0123456789abcdef0123456789abcdef", Some("sys_user_role_contains"));
        check("x_berth_pier_0123456789ABCDEF0123456789ABCDEF", Some("x_berth_pier"));
        check("sys_user_role_contains_2", Some("sys_user_role_contains"));
        check("sys_user_role_u_pier", Some("sys_user_role"));
        check("Pier 7_0123456789abcdef0123456789abcdef", None);
        check("", None);
    }
}
