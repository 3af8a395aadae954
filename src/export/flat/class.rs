//! Of which table a row is: what its class says, else what is known of all rows.
//! Anybody can write any class into a row, so one that does not fit decides
//! nothing.

use std::borrow::Cow;

use super::head::Head;
use super::record::{Cell, Written};
use super::table::is_name;
use super::values::Shows;
use crate::record::{classes, schema};

/// The column that says the class.
const CLASS: &str = "sys_class_name";
/// From this table all metadata is derived: its list has rows of any other.
const ANY_METADATA: &str = "sys_metadata";

/// The table of a row. `class_at` is where the class stood last.
pub(super) fn table_of<'t>(
    head: &'t Head,
    text: &'t str,
    cells: &[Cell],
    class_at: &mut usize,
) -> Option<Cow<'t, str>> {
    let known = || head.table.as_deref().map(Cow::Borrowed);
    let is_class = |cell: &Cell| cell.name(head, text) == Some(CLASS);
    if !cells.get(*class_at).is_some_and(is_class) {
        let Some(at) = cells.iter().position(is_class) else { return known() };
        *class_at = at;
    }
    let Some(cell) = cells.get(*class_at) else { return known() };
    let said = match cell.written {
        Written::Word | Written::Cut | Written::CutSheet => return known(),
        Written::JsonText | Written::XmlText if is_name(&text[cell.content.clone()]) => {
            (Some(Cow::Borrowed(&text[cell.content.clone()])), None)
        }
        _ => cell.read(text),
    };
    let Some(table) = head.table.as_deref() else {
        // Only rows that show what is stored say of which table they are.
        let class = said.0.filter(|class| head.shows == Shows::Stored && is_name(class));
        return class;
    };
    let (value, shown) = said;
    let Some(said) = value.or(shown) else { return known() };
    if is_name(&said) {
        return Some(judge(table, said, head, text, cells));
    }
    classes::labelled(said.trim(), table).map(Cow::Borrowed).or_else(known)
}

/// The table of a row of a file of `table` that says another class.
fn judge<'t>(table: &'t str, class: Cow<'t, str>, head: &Head, text: &str, cells: &[Cell]) -> Cow<'t, str> {
    if class == table
        || classes::is_a(&class, table)
        || table == ANY_METADATA
        || !schema::knows_some_of(table)
    {
        return class;
    }
    let names = || cells.iter().filter_map(|cell| cell.name(head, text)).filter(|name| is_own(name));
    let fits = |table: &str| names().filter(|name| schema::column(table, name).is_some()).count();
    let known = classes::dictionary_table(&class);
    let is_of_table = if schema::knows_some_of(known) {
        // Two tables of the dictionary: the one whose columns the row has.
        fits(table) > fits(known)
    } else {
        // Where labels are shown it may be one.
        head.shows == Shows::Labels || fits(table) * 2 >= names().count()
    };
    if is_of_table { Cow::Borrowed(table) } else { class }
}

/// Whether a column is not one that every table may have.
fn is_own(name: &str) -> bool {
    !["sys_", "__", "u_", "dv_"].iter().any(|prefix| name.starts_with(prefix))
}
