//! Columns that have two values in one record: which of them holds, nobody can
//! tell.

use super::problem;
use crate::record::Field;
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// Records of one file in which a column has two values.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The columns of a record that were seen, a bit each. Used again.
    seen: Vec<u64>,
    first: Option<Repeat>,
    count: u64,
}

/// Two values of one column of one record.
#[derive(Debug)]
struct Repeat {
    table: String,
    column: String,
    /// Where the two elements stand, or the two members or values.
    places: [ByteSpan; 2],
}

impl Repeats {
    /// Looks at the fields of a record.
    pub(super) fn look(&mut self, table: &str, fields: &[Field<'_>]) {
        self.seen.fill(0);
        let mut is_repeated = false;
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
        self.first.get_or_insert_with(|| Repeat {
            table: table.to_owned(),
            column: column.to_owned(),
            places,
        });
    }

    /// Adds those of the next part of the same file.
    pub(super) fn append(&mut self, next: Self) {
        self.first = self.first.take().or(next.first);
        self.count += next.count;
    }

    /// What is to be said of them: one notice for each of the two places.
    pub(super) fn problems(self) -> Vec<Problem> {
        let Some(Repeat { table, column, places: [one, other] }) = self.first else { return Vec::new() };
        let more = match self.count - 1 {
            0 => String::new(),
            1 => "; one more record is like this".to_owned(),
            more => format!("; {more} more records are like this"),
        };
        let said = format!("`{column}` of this {table} record has two values, so it is read as unknown");
        let repaired = |message, at| problem(ProblemKind::Repaired, message, at);
        vec![
            repaired(format!("{said}: the first one stands here{more}"), one),
            repaired(format!("{said}: the second one stands here"), other),
        ]
    }
}
