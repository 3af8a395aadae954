//! Fields of a record and what they must be.

use std::ops::Range;
use std::sync::Arc;

use super::expect::{Expectation, Fill, Holds};
use super::file::Comparator;
use super::message::Params;
use crate::query::{AskRow, BoundPath, Clock, Data, Missing, RowId, RowTests, TestIdx, Truth};
use crate::record::schema::ColumnType;
use crate::record::{Keep, Wanted, is_sys_id};

/// A field and what it must be.
#[derive(Debug)]
pub struct ExpectedField {
    question: Arc<FieldQuestion>,
    /// The equivalent test, if the row answers it by itself.
    test: Option<TestIdx>,
}

#[derive(Debug)]
struct FieldQuestion {
    path: BoundPath,
    expectation: Expectation,
}

impl ExpectedField {
    /// Whether all fields of a record are as expected.
    #[must_use]
    pub fn all_hold(expected: &[Self], data: &dyn Data, row: RowId) -> Truth {
        expected.iter().fold(Truth::Yes, |truth, field| truth.and(field.holds(data, row)))
    }

    /// What a row answers by itself becomes one of `tests`. For all else, `wanted` keeps
    /// the columns.
    pub(super) fn new(
        path: BoundPath,
        expectation: Expectation,
        wanted: &mut Wanted,
        tests: &mut RowTests,
    ) -> Self {
        let text = format!("{} {expectation:?}", path.text());
        let question = Arc::new(FieldQuestion { path, expectation });
        let path = &question.path;
        let known = if path.is_local() {
            tests.add(text, Arc::<FieldQuestion>::clone(&question), (path, None), false)
        } else {
            None
        };
        if known.is_none() {
            path.keep(wanted, Keep::Always);
        }
        Self { question, test: known }
    }

    /// Where in the value of a column stands what patterns forbid, if the question
    /// is about that column of the record itself: as [`Expectation::offences`].
    #[must_use]
    pub fn offences(&self, column: &str, value: &str, most: usize) -> Vec<Range<usize>> {
        self.of_column(column).map(|expected| expected.offences(value, most)).unwrap_or_default()
    }

    /// What must be of the value of a column, if the question is about that column
    /// of the record itself.
    #[must_use]
    pub fn of_column(&self, column: &str) -> Option<&Expectation> {
        let path = &self.question.path;
        (path.is_local() && path.text() == column).then_some(&self.question.expectation)
    }

    /// The column of the record itself that the question is about.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        let path = &self.question.path;
        path.is_local().then(|| path.text())
    }

    /// Whether the field of a row is as expected.
    #[must_use]
    pub fn holds(&self, data: &dyn Data, row: RowId) -> Truth {
        let known = self.test.and_then(|test| data.test(row, test));
        known.unwrap_or_else(|| self.question.ask(data, &Clock::unknown(), row))
    }
}

impl AskRow for FieldQuestion {
    fn ask(&self, data: &dyn Data, _clock: &Clock, row: RowId) -> Truth {
        match self.path.cell(data, row) {
            Ok(cell) if cell.present => match self.expectation.holds(cell.value) {
                Holds::Yes => Truth::Yes,
                Holds::No => Truth::No,
                // The parameter that is missing is named by the rule.
                Holds::Open => Truth::Unknown(Missing::none()),
                Holds::Unclear(_) => self.no_value(),
            },
            Ok(_) => self.no_value(),
            Err(missing) => Truth::Unknown(missing),
        }
    }
}

/// What is wrong where a reference, whose value is a sys_id, is expected to be a
/// name.
pub(super) fn names_a_reference(
    path: &BoundPath,
    comparator: &Comparator,
    params: &Params,
) -> Option<String> {
    let is_reference = path.kind() == Some(ColumnType::Reference);
    let name = comparator.texts().filter(|_| is_reference).find(|text| !is_sys_id(&params.text(text)))?;
    let field = path.text();
    Some(format!(
        "'{field}' is a reference, whose value is a sys_id, and is compared with '{name}': expect something of a \
         column of what it refers to"
    ))
}

impl FieldQuestion {
    /// The answer where the column says nothing.
    fn no_value(&self) -> Truth {
        match self.path.column() {
            Some((table, column)) => Truth::Unknown(Missing::column(table, column)),
            None => Truth::No,
        }
    }
}
