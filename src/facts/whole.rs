//! Which tables are taken as whole.

use super::inputs::{Options, ReadFile};
use super::scan_facts::Facts;
use crate::record::{ColumnIdx, TableIdx, Wanted, WantedTable, access_ends};

/// Which tables are known to be whole.
pub(crate) fn whole_tables(
    files: &[ReadFile],
    facts: &Facts,
    wanted: &Wanted,
    options: &Options,
) -> Vec<bool> {
    let tables = wanted.tables().iter().enumerate();
    let is_whole = |(at, table): (usize, &WantedTable)| {
        let index = u16::try_from(at).map(TableIdx);
        // `all` is said of what was exported: a table of which nothing is there
        // was not. Rows of tables that extend it come in exports of their own, too.
        let is_there = index.is_ok_and(|at| facts.table(at).every().any(|(_, row)| row.class == 0));
        let declared =
            options.complete.contains(&*table.name) || options.complete.contains("all") && is_there;
        (declared || options.trust_tables && stands_whole_in(files, &table.name))
            && !index.is_ok_and(|at| has_open_ends(facts, table, at))
            // Of what a file lost nobody knows how much it was.
            && !is_torn(files, &table.name)
    };
    tables.map(is_whole).collect()
}

/// Whether rows of a table that grants access do not show to whom, or what: such
/// rows are in no path, so that all of them together are not all that is granted.
fn has_open_ends(facts: &Facts, table: &WantedTable, index: TableIdx) -> bool {
    let Some(ends) = access_ends(&table.name) else { return false };
    // A record without its sys_id grants nothing less.
    let columns =
        ends.iter().filter_map(|name| table.find(name)).filter(|column| *column != ColumnIdx::SYS_ID);
    columns
        .filter(|column| facts.table(index).slot(*column).is_some())
        .any(|column| facts.hides(index, column))
}

/// Whether a table stands in some file as a table, and every such file was read
/// to its end.
fn stands_whole_in(files: &[ReadFile], table: &str) -> bool {
    let mut holders =
        files.iter().filter(|file| file.report.kind.is_table() && file.report.rows.contains_key(table));
    let mut any = false;
    holders.all(|file| {
        any = true;
        file.report.whole && !file.report.has_loss()
    }) && any
}

/// Whether rows of a table may have stood in what could not be read of a file.
fn is_torn(files: &[ReadFile], table: &str) -> bool {
    let holds = |file: &ReadFile| file.report.rows.keys().any(|name| file.report.classes.is_a(name, table));
    files.iter().any(|file| file.report.has_loss() && holds(file))
}
