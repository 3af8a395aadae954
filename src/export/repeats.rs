//! Columns that contradict themselves in one record: they have two values, or are
//! references that are empty and display something. What holds, nobody can tell.

use super::file_report::problem;
use crate::record::Field;
use crate::record::schema::{self, ColumnType};
use crate::source::{Problem, ProblemKind, more_like_it};
use crate::span::ByteSpan;

/// What is counted.
const RECORDS: [&str; 2] = ["record", "records"];

/// Records of one file in which a column has two values.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The columns of a record that were seen, a bit each. Used again.
    seen: Vec<u64>,
    first: Option<Repeat>,
    count: u64,
    /// The first reference that is empty and displays something: table, column, place.
    emptied: Option<(String, String, ByteSpan)>,
    emptied_count: u64,
}

/// Two values of one column of one record.
#[derive(Debug)]
struct Repeat {
    table: String,
    column: String,
    /// Where the two elements stand, or the two members or values.
    places: [ByteSpan; 2],
    /// Whether it says two things of who is meant.
    is_reference: bool,
}

impl Repeats {
    /// Looks at the fields of a record.
    pub(super) fn look(&mut self, table: &str, fields: &[Field<'_>]) {
        self.seen.fill(0);
        let mut is_repeated = false;
        for field in fields.iter().filter(|field| field.is_emptied(table)) {
            self.emptied_count += 1;
            let place = || (table.to_owned(), field.name.to_owned(), field.element_span);
            self.emptied.get_or_insert_with(place);
        }
        for column in fields.iter().filter_map(|field| field.column) {
            let (word, bit) = (column.index() / 64, 1_u64 << (column.index() % 64));
            if self.seen.len() <= word {
                self.seen.resize(word + 1, 0);
            }
            is_repeated |= self.seen[word] & bit != 0;
            self.seen[word] |= bit;
        }
        if is_repeated {
            self.find(table, fields);
        }
    }

    #[cold]
    fn find(&mut self, table: &str, fields: &[Field<'_>]) {
        let mut pairs = fields.iter().enumerate().filter_map(|(at, second)| {
            let column = second.column?;
            let first = fields[..at].iter().find(|first| first.column == Some(column))?;
            (!first.says_the_same(second)).then_some((first, second))
        });
        if let Some((first, second)) = pairs.next() {
            self.note(table, first.name, [first.element_span, second.element_span]);
        }
    }

    /// Notes two values.
    pub(super) fn note(&mut self, table: &str, column: &str, places: [ByteSpan; 2]) {
        self.count += 1;
        let known = schema::column(schema::dictionary_table(table), column);
        let is_reference = known.is_some_and(|known| known.kind == ColumnType::Reference);
        // One that is an error is shown before one that is none.
        if self.first.as_ref().is_none_or(|first| is_reference && !first.is_reference) {
            let (table, column) = (table.to_owned(), column.to_owned());
            self.first = Some(Repeat { table, column, places, is_reference });
        }
    }

    /// Adds those of the next part of the same file.
    pub(super) fn append(&mut self, next: Self) {
        let is_shown =
            |first: &Repeat| next.first.as_ref().is_none_or(|next| !next.is_reference || first.is_reference);
        self.first = self.first.take().filter(is_shown).or(next.first);
        self.count += next.count;
        self.emptied = self.emptied.take().or(next.emptied);
        self.emptied_count += next.emptied_count;
    }

    /// What is to be said of them: one notice for each of the two places, and one for a
    /// reference that is empty.
    pub(super) fn problems(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(Repeat { table, column, places: [one, other], is_reference }) = self.first {
            let kind = if is_reference { ProblemKind::Broken } else { ProblemKind::Repaired };
            let said = format!("`{column}` of this {table} record has two values, so it is read as unknown");
            let more = more_like_it(self.count, RECORDS);
            problems.push(problem(kind, format!("{said}: the first one stands here{more}"), one));
            problems.push(problem(kind, format!("{said}: the second one stands here"), other));
        }
        if let Some((table, column, place)) = self.emptied {
            let more = more_like_it(self.emptied_count, RECORDS);
            let message = format!(
                "`{column}` of this {table} record is empty and displays a name all the same, so its sys_id is \
                 read as unknown{more}"
            );
            problems.push(problem(ProblemKind::Broken, message, place));
        }
        problems
    }
}
