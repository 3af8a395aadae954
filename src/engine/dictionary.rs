//! Rows of `sys_dictionary` in the input: what they say of columns that the
//! built-in dictionary does not know.

use super::read::{Inputs, Options, Plan, ReadFile, Reading, read_rows};
use crate::query::{Data as _, RowTests};
use crate::record::{Described, Dictionary, Wanted, mark_by_type};
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
    let inputs = inputs.into();
    let reading = read_rows(inputs, plan, options, progress);
    mark_secrets(inputs.sources, &reading.files);
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

/// Marks the columns that dictionary rows say hold secrets. Only files in which
/// such rows were counted are read once more.
fn mark_secrets(sources: &[Source], files: &[ReadFile]) {
    let holds = |file: &&ReadFile| file.report.tables.get(TABLE).is_some_and(|counts| counts.live > 0);
    let holders = files.iter().filter(holds);
    let source = |file: &ReadFile| sources.get(usize::try_from(file.source).ok()?).cloned();
    let holders: Vec<Source> = holders.filter_map(source).collect();
    if !holders.is_empty() {
        each_row(&holders, &mut |[table, column, kind, ..]| mark_by_type(table, column, kind));
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
