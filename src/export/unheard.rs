//! Rows of update sets of which not all is known: their payload was not there to be
//! read, or it says another action than they do.

use std::collections::BTreeSet;

use super::{RecordSink, Select, flat, problem};
use crate::record::{Action, Origin, Record, RowOf, UpdateRow, ValuePlaces, is_sys_id, schema};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// Why the payload of a row was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The row has none.
    Missing,
    /// It is empty.
    Empty,
    /// It is encoded, or some other text.
    NoXml,
}

impl Lack {
    fn message(self) -> &'static str {
        match self {
            Self::Missing => {
                "a row of an update set without its payload, so that what it brings is not known"
            }
            Self::Empty => {
                "a row of an update set with an empty payload, so that what it brings is not known"
            }
            Self::NoXml => "in a payload: no XML, perhaps encoded, so that what its row brings is not known",
        }
    }
}

/// The record of a row whose payload was not read. It shows nothing: it is there, and
/// whoever asks for its columns is told that they lack.
pub(super) struct Unseen<'u> {
    /// The table that the name of the row shows.
    pub(super) table: &'u str,
    pub(super) row: UpdateRow<'u>,
    pub(super) span: ByteSpan,
    pub(super) start_tag_span: ByteSpan,
}

impl Unseen<'_> {
    /// Hands it out as each wanted table of which it is a row. `place` is the start of
    /// the child of the root and the ordinal in it.
    pub(super) fn hand_out(
        &self,
        (outer_start, ordinal): (u64, u32),
        places: &dyn ValuePlaces,
        (select, of): (Select<'_>, RowOf),
        sink: &mut dyn RecordSink,
    ) {
        for (table_index, table) in select.handed_out_as(of, self.table) {
            sink.record(&Record {
                table,
                class: self.table,
                table_index,
                action: Action::InsertOrUpdate,
                origin: Origin::UpdateSet,
                apply_defaults: false,
                attributes: &[],
                fields: &[],
                span: self.span,
                start_tag_span: self.start_tag_span,
                outer_start,
                ordinal,
                update_row: Some(self.row),
                places,
            });
        }
    }
}

/// What of the rows of one file was not heard, or contradicts itself.
#[derive(Debug, Default)]
pub(super) struct Unheard {
    /// Why, of how many rows, and where the first one is.
    lacks: Vec<(Lack, u64, ByteSpan)>,
    /// Of how many rows the payload says another action, and where the two stand
    /// in the first one.
    at_odds: Option<(u64, [ByteSpan; 2])>,
    /// The tables that the names of such rows show.
    tables: BTreeSet<String>,
}

impl Unheard {
    /// Notes a row at that place whose payload was not read.
    pub(super) fn lack(&mut self, lack: Lack, at: ByteSpan) {
        match self.lacks.iter_mut().find(|(known, ..)| *known == lack) {
            Some((_, count, _)) => *count += 1,
            None => self.lacks.push((lack, 1, at)),
        }
    }

    /// Notes a row that says another action than its payload: the two places.
    pub(super) fn at_odds(&mut self, places: [ByteSpan; 2]) {
        self.at_odds.get_or_insert((0, places)).0 += 1;
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
        for (lack, count, at) in next.lacks {
            match self.lacks.iter_mut().find(|(known, ..)| *known == lack) {
                Some((_, sum, _)) => *sum += count,
                None => self.lacks.push((lack, count, at)),
            }
        }
        if let Some((count, places)) = next.at_odds {
            self.at_odds.get_or_insert((0, places)).0 += count;
        }
        self.tables.extend(next.tables);
    }

    /// What is to be said: of each sort how many rows, with the place of the first.
    pub(super) fn problems(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (lack, count, at) in self.lacks {
            let message = format!("{}{}", lack.message(), more(count));
            problems.push(problem(ProblemKind::Broken, message, at));
        }
        if let Some((count, [row, record])) = self.at_odds {
            let said = "a row of an update set and its payload say different actions, so the record is judged \
                        as it stands";
            let message = format!("{said}: the row says its action here{}", more(count));
            problems.push(problem(ProblemKind::Broken, message, row));
            problems.push(problem(
                ProblemKind::Broken,
                format!("{said}: the payload says its own here"),
                record,
            ));
        }
        problems
    }
}

fn more(count: u64) -> String {
    match count {
        0 | 1 => String::new(),
        2 => "; one more row is like this".to_owned(),
        count => format!("; {} more rows are like this", count - 1),
    }
}

/// The table that the name of an update shows: `sys_user_role_` and a sys_id, or
/// whatever else comes behind the name of a table.
pub(super) fn table_of_update(name: &str) -> Option<&str> {
    let name = name.trim();
    if let Some((table, sys_id)) = name.rsplit_once('_')
        && is_sys_id(sys_id)
    {
        return Some(table).filter(|table| flat::is_name(table));
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
