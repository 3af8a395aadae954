//! What the records of update sets, retrieved or local, say of them.

use super::wanted::{ColumnIdx, TableIdx, Wanted};

/// What a column of an update set's record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetColumn {
    /// What people call the set.
    Name,
    /// The `sys_id` of the set that this one was in the instance it comes from.
    Origin,
    /// The `sys_id` of a set of the same batch: its parent, or the first of all.
    PartOf,
    /// The `sys_id` that the set has in the instance it was retrieved from.
    SourceId,
    /// The same of the set above it.
    SourceParent,
}

/// The tables of update sets, each with its columns, from `update_sets.tsv`.
fn lines() -> impl Iterator<Item = (&'static str, &'static str, SetColumn)> {
    let lines = include_str!("update_sets.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        let (table, column, says) = (cells.next()?, cells.next()?, cells.next()?);
        let says = match says {
            "name" => SetColumn::Name,
            "origin" => SetColumn::Origin,
            "part_of" => SetColumn::PartOf,
            "source_id" => SetColumn::SourceId,
            "source_parent" => SetColumn::SourceParent,
            _ => return None,
        };
        Some((table, column, says))
    })
}

/// Has the records of update sets read.
pub fn want_update_sets(wanted: &mut Wanted) {
    for (table, column, _) in lines() {
        let table = wanted.want_table(table);
        wanted.keep_column(table, column);
    }
}

/// The columns of update sets' records that are read, by table; nothing where
/// nobody asks for sets.
#[must_use]
pub fn wanted_update_sets(wanted: &Wanted) -> Vec<(TableIdx, Vec<(ColumnIdx, SetColumn)>)> {
    let mut tables: Vec<(TableIdx, Vec<_>)> = Vec::new();
    for (name, column, says) in lines() {
        let Some(table) = wanted.find(name) else { continue };
        let Some(column) = wanted.table(table).find(column) else { continue };
        match tables.last_mut() {
            Some((last, columns)) if *last == table => columns.push((column, says)),
            _ => tables.push((table, vec![(column, says)])),
        }
    }
    tables
}

/// Whether the records of a table are update sets.
#[must_use]
pub fn is_update_set(table: &str) -> bool {
    lines().any(|(name, ..)| name == table)
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn every_line_is_read() {
        let text = include_str!("update_sets.tsv");
        assert_eq!(lines().count(), text.lines().filter(|line| !line.starts_with('#')).count());
    }
}
