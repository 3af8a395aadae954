//! Reading, with what rows of `sys_dictionary` in the input say of columns that the
//! built-in dictionary does not know: which of them hold secrets.

use super::read::{Inputs, Options, Plan, ReadFile, Reading, read_rows};
use crate::query::{Data as _, RowTests};
use crate::record::{TableIdx, Wanted, mark_by_type};
use crate::rule::KeyPaths;
use crate::source::Source;

const TABLE: &str = "sys_dictionary";

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

/// Marks the columns that dictionary rows say hold secrets. Only files in which
/// such rows were counted are read once more.
fn mark_secrets(sources: &[Source], files: &[ReadFile]) {
    let holds = |file: &&ReadFile| file.report.tables.get(TABLE).is_some_and(|counts| counts.live > 0);
    let holders = files.iter().filter(holds);
    let source = |file: &ReadFile| sources.get(usize::try_from(file.source).ok()?).cloned();
    let holders: Vec<Source> = holders.filter_map(source).collect();
    if holders.is_empty() {
        return;
    }
    let mut wanted = Wanted::new();
    let table = wanted.want_table(TABLE);
    let columns = ["name", "element", "internal_type"].map(|column| wanted.keep_column(table, column));
    let (tests, keys) = (RowTests::default(), KeyPaths::new());
    let plan = Plan { wanted: &wanted, tests: &tests, classes: &[], keys: &keys, asks: Vec::new() };
    // Any copy that says so is enough, an older one too.
    let options = Options { all_versions: true, ..Options::default() };
    let reading = read_rows(&holders, &plan, &options, &|_| {});
    let table: TableIdx = table;
    for row in reading.instance.live_rows(table) {
        let [name, element, kind] = columns.map(|column| reading.instance.cell(table, row, column).value);
        mark_by_type(name, element, kind);
    }
}
