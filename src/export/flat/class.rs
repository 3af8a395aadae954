//! Of which table a row is: what its class says, else what is known of all rows.
//! Anybody can write any class into a row, so one that does not fit decides
//! nothing.

use std::borrow::Cow;

use super::super::unknown_class::{Fit, fit, is_own};
use super::head::{Form, Head};
use super::record::{Cell, Written};
use super::table::is_name;
use super::values::Shows;
use crate::record::{Classes, classes, schema};

/// The column that says the class.
pub(super) const CLASS: &str = "sys_class_name";
/// From this table all metadata is derived: its list has rows of any other.
pub(in crate::export) const ANY_METADATA: &str = "sys_metadata";

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
    (head, known): (&'t Head, &Classes),
    text: &'t str,
    cells: &'t [Cell],
    class_at: &mut usize,
) -> Option<RowTable<'t>> {
    let of_all = || head.table.as_deref().map(RowTable::of);
    let Some(cell) = class_cell(head, text, cells, class_at) else { return of_all() };
    let said = match cell.written {
        Written::Word | Written::Cut | Written::CutSheet => return of_all(),
        Written::JsonText | Written::XmlText if is_name(&text[cell.content.clone()]) => {
            (Some(Cow::Borrowed(&text[cell.content.clone()])), None)
        }
        _ => cell.read(text),
    };
    let Some(table) = head.table.as_deref() else {
        // Only rows that show what is stored say of which table they are.
        let class = said.0.filter(|class| head.shows == Shows::Stored && is_name(class));
        return class.map(RowTable::of);
    };
    let (value, shown) = said;
    let Some(said) = value.or(shown) else { return of_all() };
    if is_name(&said) {
        let names = cells.iter().filter_map(|cell| cell.name(head, text));
        return Some(judge(table, said, (head.shows, known), names));
    }
    classes::labelled(said.trim(), table).map(RowTable::of).or_else(of_all)
}

/// The value that says the class. In lines the header tells it once for all rows;
/// elsewhere it mostly stands where it stood last.
fn class_cell<'c>(head: &Head, text: &str, cells: &'c [Cell], class_at: &mut usize) -> Option<&'c Cell> {
    if let Form::Csv { class, .. } = &head.form {
        return cells.get((*class)?);
    }
    let is_class = |cell: &Cell| cell.name(head, text) == Some(CLASS);
    if !cells.get(*class_at).is_some_and(is_class) {
        *class_at = cells.iter().position(is_class)?;
    }
    cells.get(*class_at)
}

/// The table of a row of a file of `table` that says another class.
fn judge<'t>(
    table: &'t str,
    class: Cow<'t, str>,
    (shows, classes): (Shows, &Classes),
    names: impl Iterator<Item = &'t str> + Clone,
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
