//! Rows of `sys_dictionary` in the input: what they say of columns that the
//! built-in dictionary does not know.

use super::instance::Instance;
use super::read::{Inputs, Options, Plan, Reading, read_rows};
use crate::query::{Data as _, RowTests};
use crate::record::{Action, Described, Dictionary, Wanted, mark_by_type, wanted_types};
use crate::rule::KeyPaths;
use crate::source::Source;

const TABLE: &str = "sys_dictionary";
const COLUMNS: [&str; 6] = ["name", "element", "internal_type", "reference", "virtual", "active"];

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
/// whoever ties queries. All sources are read for it.
#[must_use]
pub fn dictionary_of(sources: &[Source]) -> Dictionary {
    let mut dictionary = Dictionary::default();
    each_row(sources, &mut |[table, column, kind, reference, is_calculated, active]| {
        if active != "false" {
            let described = Described::new(kind, reference, is_calculated == "true");
            dictionary.add(table, column, described.as_ref());
        }
    });
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

/// Hands on what every dictionary row about a column holds. All copies of a row
/// count, older ones too.
fn each_row(sources: &[Source], take: &mut dyn FnMut([&str; COLUMNS.len()])) {
    let mut wanted = Wanted::new();
    let table = wanted.want_table(TABLE);
    let columns = COLUMNS.map(|column| wanted.keep_column(table, column));
    let (tests, keys) = (RowTests::default(), KeyPaths::new());
    let plan = Plan { wanted: &wanted, tests: &tests, classes: &[], keys: &keys, asks: Vec::new() };
    let options = Options { all_versions: true, ..Options::default() };
    let reading = read_rows(sources, &plan, &options, &|_| {});
    for row in reading.instance.live_rows(table) {
        let cells = columns.map(|column| reading.instance.cell(table, row, column).value);
        // Without a column it is about the table.
        if let [_, column, ..] = cells
            && !column.is_empty()
        {
            take(cells);
        }
    }
}
