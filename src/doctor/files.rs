//! What is wrong with single files.

use super::demand::Demand;
use super::knowledge::advice_of;
use super::seen::{FileTableRows, Seen};
use super::sign::{Sign, SignKind};
use crate::export::{FileKind, FileReport};
use crate::record::{TableIdx, schema};
use crate::rule::Pack;
use crate::source::Source;

/// From how many rows on a column that is empty in all of them means something.
const ENOUGH_ROWS: u64 = 20;

/// The signs of single files, without those of parts.
pub(super) fn signs(seen: &Seen, pack: &Pack, demands: &[Demand], sources: &[Source]) -> Vec<Sign> {
    let mut signs = Vec::new();
    for (source, report) in seen.files() {
        let mut say = |kind, table: Option<&str>, message: String| {
            signs.push(Sign { kind, table: table.map(str::to_owned), source: Some(source), message });
        };
        if !report.whole && report.has_loss() {
            let message = "the file could not be read to its end";
            // A table of which no row could be read stands in no file that is looked at.
            let lost = report.rows.iter().find(|(_, count)| **count == 0).map(|(table, _)| table.as_str());
            say(SignKind::Cut, lost, message.to_owned());
        }
        if let Some(word) = report.null_word {
            let message = format!(
                "values '{word}' count as empty, since dates, booleans or references hold that word too: the \
                 platform does not write it, so the file comes from another tool, such as a database"
            );
            say(SignKind::NullWord, None, message);
        }
        if has_no_changes(report) {
            say(SignKind::NoChanges, None, "only the header of an update set: no changes".to_owned());
        }
        let path = usize::try_from(source).ok().and_then(|at| sources.get(at)).map_or("", Source::path);
        if let Some((table, query)) = filter_in_name(path, report) {
            let message = format!("the name of the file says that {table} was filtered by '{query}'");
            say(SignKind::Filtered, Some(table), message);
        }
    }
    for ((table, source), rows) in &seen.rows {
        column_signs(pack, demands, (*table, *source), rows, &mut signs);
    }
    signs
}

fn has_no_changes(report: &FileReport) -> bool {
    report.kind == FileKind::UpdateSet && !report.rows.contains_key("sys_update_xml")
}

/// The query in the name of a file, which the platform writes there: `TABLE (QUERY).xml`.
fn filter_in_name<'r>(path: &'r str, report: &'r FileReport) -> Option<(&'r str, &'r str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (table, rest) = name.split_once('(')?;
    let (query, _) = rest.rsplit_once(')')?;
    let table = report.rows.keys().find(|held| **held == table.trim())?;
    let names_column = query.starts_with(|first: char| first.is_ascii_lowercase());
    let has_operator = query.contains(['=', '^', '>', '<']) || query.contains(char::is_uppercase);
    // A number is what a browser writes behind a name that is taken.
    (report.kind.is_table() && names_column && has_operator).then_some((table.as_str(), query))
}

fn column_signs(
    pack: &Pack,
    demands: &[Demand],
    (table, source): (TableIdx, u32),
    rows: &FileTableRows,
    signs: &mut Vec<Sign>,
) {
    let wanted = pack.wanted.table(table);
    let name = &*wanted.name;
    let mut say = |kind, message| {
        signs.push(Sign { kind, table: Some(name.to_owned()), source: Some(source), message });
    };
    let columns = || wanted.columns.iter().map(|column| &**column).zip(rows.shown.iter().zip(&rows.filled));
    let asked = demands.iter().find(|demand| demand.table == name);
    let is_asked = |column: &str| {
        asked.is_some_and(|demand| demand.columns.iter().any(|asked| asked == column))
            && schema::column(name, column).is_some()
            && (column == "sys_id" || !column.starts_with("sys_"))
    };
    let mut missing: Vec<_> = columns()
        .filter(|(column, (is_shown, _))| !**is_shown && is_asked(column))
        .map(|(column, _)| column)
        .collect();
    missing.sort_unstable();
    if !missing.is_empty() {
        let message =
            format!("no column {} in {name}: rules that ask for it cannot tell", missing.join(", "));
        say(SignKind::ColumnMissing, message);
    }
    let never_empty = advice_of(name).map_or(&[][..], |advice| advice.never_empty.as_slice());
    let emptied: Vec<_> = columns()
        .filter(|(column, (is_shown, is_filled))| **is_shown && !**is_filled && never_empty.contains(column))
        .map(|(column, _)| column)
        .collect();
    if rows.count >= ENOUGH_ROWS && !emptied.is_empty() {
        let message = format!(
            "{} of {name} is empty in all {} rows, and the platform never leaves it so: an access rule kept it \
             from whoever exported, and perhaps rows too",
            emptied.join(", "),
            rows.count
        );
        say(SignKind::ColumnEmpty, message);
    }
}

#[cfg(test)]
mod tests {
    use super::filter_in_name;
    use crate::export::{FileKind, FileReport};

    #[test]
    fn a_query_in_a_name_is_a_filter() {
        let check = |path: &str, expected: Option<&str>| {
            let rows = [("sys_user".to_owned(), 3)].into();
            let report = FileReport { kind: FileKind::TableExport, rows, ..FileReport::default() };
            assert_eq!(filter_in_name(path, &report).map(|(_, query)| query), expected, "{path}");
        };
        check("exports/sys_user (active=true^nameLIKEx).xml", Some("active=true^nameLIKEx"));
        check("sys_user (emailISEMPTY).xml", Some("emailISEMPTY"));
        check("sys_user (1).xml", None);
        check("sys_user (copy).xml", None);
        check("sys_user.xml", None);
        check("incident (active=true).xml", None);
    }
}
