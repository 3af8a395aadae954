//! Classes that the input itself describes: what rows of `sys_db_object` say, if rows
//! of such a class were read.

use std::collections::HashSet;

use super::inputs::ReadFile;
use super::own_name::AT_ODDS;
use super::scan_facts::Facts;
use crate::record::{Action, Classes, ColumnIdx, TableRow, Wanted, added_classes, wanted_classes};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// The classes that the input adds, and what is wrong with them, by source.
#[derive(Default)]
pub(crate) struct InputClasses {
    pub(crate) classes: Classes,
    pub(crate) problems: Vec<(u32, Problem)>,
}

/// The classes that rows of `sys_db_object` add to those that were known when the files
/// were read. Every copy of a row counts, older ones and those of any update set too: a
/// class takes no finding away.
pub(crate) fn classes_in(files: &[ReadFile], facts: &Facts, wanted: &Wanted) -> InputClasses {
    let Some((table, [name, label, parent, walk])) = wanted_classes(wanted) else {
        return InputClasses::default();
    };
    let live = facts.table(table).every().filter(|(_, row)| row.action == Action::InsertOrUpdate);
    let live: Vec<_> = live.collect();
    if live.is_empty() {
        return InputClasses::default();
    }
    let rows = live.iter().map(|&(id, _)| {
        let cell = |column| facts.cell(table, id, column);
        let (parent, walk) = (cell(parent), cell(walk));
        let shown = parent.display.unwrap_or_default();
        let (shown, also_shown) = shown.split_once(AT_ODDS).unwrap_or((shown, ""));
        TableRow {
            sys_id: cell(ColumnIdx::SYS_ID).value,
            name: cell(name).value,
            label: cell(label).value,
            parent: parent.value,
            shown: [shown, also_shown, walk.value],
        }
    });
    let rows: Vec<_> = rows.collect();
    let seen: HashSet<&str> = files
        .iter()
        .flat_map(|file| file.report.tables.keys().chain(&file.report.unknown_classes))
        .map(String::as_str)
        .collect();
    let (classes, too_many) = added_classes(&rows, wanted, &|name| seen.contains(name));
    let problem = |class: &str| {
        let at = rows.iter().position(|row| row.name == class)?;
        let (_, row) = live.get(at)?;
        let message = format!(
            "rows of sys_db_object say that {class} extends more tables than a row can be of: its rows are not \
             read as rows of those"
        );
        let at = Some(ByteSpan::at(row.outer_start));
        Some((row.source, Problem { kind: ProblemKind::LimitReached, message, at }))
    };
    InputClasses { problems: too_many.into_iter().filter_map(problem).collect(), classes }
}
