//! Rows of `sys_dictionary` in the input: what they say of columns that the
//! built-in dictionary does not know.

use super::contents::Instance;
use super::plan::Plan;
use super::read::{Reading, read_rows};
use crate::facts::{Inputs, Options};
use crate::query::{Data as _, RowTests};
use crate::record::{Action, Described, Dictionary, Wanted, mark_by_type, want_descriptions, wanted_types};
use crate::rule::KeyPaths;
use crate::source::Source;

/// Reads every source. `progress` is told the bytes on disk that were read. Rows
/// of `sys_dictionary`, wherever they stand, mark further columns as secret.
pub fn read_all<'p>(
    inputs: impl Into<Inputs<'p>>,
    plan: &Plan<'p>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Reading<'p> {
    let reading = read_rows(inputs.into(), plan, options, progress);
    mark_secrets(&reading.instance);
    reading
}

/// What rows of `sys_dictionary` in the sources say of tables and columns, for
/// whoever ties queries. All sources are read for it, and all copies of a row count,
/// older ones too.
#[must_use]
pub fn dictionary_of(sources: &[Source]) -> Dictionary {
    let mut wanted = Wanted::new();
    let (table, named, more) = want_descriptions(&mut wanted);
    let (tests, keys) = (RowTests::default(), KeyPaths::new());
    let plan =
        Plan { wanted: &wanted, tests: &tests, classes: &[], keys: &keys, asks: Vec::new(), signs: None };
    let options = Options { all_versions: true, ..Options::default() };
    let Reading { instance, .. } = read_rows(sources, &plan, &options, &|_| {});
    let mut dictionary = Dictionary::default();
    for row in instance.live_rows(table) {
        let value = |column| instance.cell(table, row, column).value;
        let ([name, column, kind], [reference, is_virtual, active]) = (named.map(value), more.map(value));
        // Without a column it is about the table.
        if !column.is_empty() && active != "false" {
            let described = Described::new(kind, reference, is_virtual == "true");
            dictionary.add(name, column, described.as_ref());
        }
    }
    dictionary
}

/// Marks the columns that dictionary rows say hold secrets. Any copy that says so is
/// enough, an older one too.
fn mark_secrets(instance: &Instance<'_>) {
    let Some((table, columns)) = wanted_types(instance.wanted) else { return };
    for (row, _) in instance.table(table).every().filter(|(_, row)| row.action == Action::InsertOrUpdate) {
        let [name, element, kind] = columns.map(|column| instance.cell(table, row, column).value);
        mark_by_type(name, element, kind);
    }
}
