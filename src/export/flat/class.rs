//! Of which table a row is: what its class says, else what is known of all rows.
//! Anybody can write any class into a row, so one that does not fit decides
//! nothing.

use std::borrow::Cow;

use super::super::file_name::{ANY_METADATA, is_name};
use super::super::forms::{Shows, ValueForm};
use super::super::row::{RowColumn, RowSpans};
use super::super::unknown_class::{Fit, fit, is_own};
use super::csv_rows::CLASS;
use super::head::{FlatForm, FlatHead};
use crate::record::{Classes, classes, schema};
use crate::xml::Window;

/// The table of a row.
pub(super) struct RowTable<'t> {
    pub(super) name: Cow<'t, str>,
    /// The class that it says, where nobody knows that, and what its columns say.
    pub(super) unknown: Option<(Cow<'t, str>, Fit)>,
}

impl<'t> RowTable<'t> {
    fn of(name: impl Into<Cow<'t, str>>) -> Self {
        Self { name: name.into(), unknown: None }
    }
}

/// The table of a row. `class_at` is where the class stood last.
pub(super) fn table_of<'t>(
    (head, known): (&'t FlatHead, &Classes),
    (row, window): (&RowSpans, Window<'t>),
    class_at: &mut usize,
) -> Option<RowTable<'t>> {
    let of_all = || head.table.as_deref().map(RowTable::of);
    let Some(column) = class_column(head, (row, window), class_at) else { return of_all() };
    let written = window.slice(column.content);
    let said = match column.form {
        ValueForm::Word | ValueForm::Cut | ValueForm::CutSheet => return of_all(),
        ValueForm::JsonText | ValueForm::AnswerText if is_name(written) => {
            (Some(Cow::Borrowed(written)), None)
        }
        _ => row.read(column, window),
    };
    let Some(table) = head.table.as_deref() else {
        // Only rows that show what is stored say of which table they are.
        let class = said.0.filter(|class| head.shows == Shows::Stored && is_name(class));
        return class.map(RowTable::of);
    };
    let (value, shown) = said;
    let Some(said) = value.or(shown) else { return of_all() };
    if is_name(&said) {
        let names = row.columns.iter().filter_map(|column| column.name(window, head.form.header()));
        return Some(judge(table, said, (head.shows, known), names));
    }
    classes::labelled(said.trim(), table).map(RowTable::of).or_else(of_all)
}

/// The value that says the class. In lines the header tells it once for all rows;
/// elsewhere it mostly stands where it stood last.
fn class_column<'r>(
    head: &FlatHead,
    (row, window): (&'r RowSpans, Window<'_>),
    class_at: &mut usize,
) -> Option<&'r RowColumn> {
    if let FlatForm::Csv(csv) = &head.form {
        return row.columns.get(csv.class?);
    }
    let is_class = |column: &RowColumn| column.name(window, &[]) == Some(CLASS);
    if !row.columns.get(*class_at).is_some_and(is_class) {
        *class_at = row.columns.iter().position(is_class)?;
    }
    row.columns.get(*class_at)
}

/// The table of a row of a file of `table` that says another class.
fn judge<'t, 'n, N: Iterator<Item = &'n str> + Clone>(
    table: &'t str,
    class: Cow<'t, str>,
    (shows, classes): (Shows, &Classes),
    names: N,
) -> RowTable<'t> {
    if class == table || classes.is_a(&class, table) || table == ANY_METADATA || !schema::knows_some_of(table)
    {
        return RowTable::of(class);
    }
    let own = || names.clone().filter(|name| is_own(name));
    let fits = |table: &str| own().filter(|name| schema::column(table, name).is_some()).count();
    let known = schema::dictionary_table_among(classes, &class);
    if schema::knows_some_of(known) {
        // Two tables of the dictionary: the one whose columns the row has.
        return if fits(table) > fits(known) { RowTable::of(table) } else { RowTable::of(class) };
    }
    // Where labels are shown it may be one.
    let is_of_table = shows == Shows::Labels || fits(table) * 2 >= own().count();
    if is_of_table {
        return RowTable { name: Cow::Borrowed(table), unknown: Some((class, Fit::Row)) };
    }
    RowTable { name: class.clone(), unknown: Some((class, fit(table, names))) }
}
