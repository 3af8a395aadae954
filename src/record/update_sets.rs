//! What the records of retrieved and local update sets say.

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
    /// The same for the parent set.
    SourceParent,
    /// How far it came, for [`is_in_force`].
    State,
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
            "state" => SetColumn::State,
            _ => return None,
        };
        Some((table, column, says))
    })
}

/// Asks for the records of update sets.
pub fn want_update_sets(wanted: &mut Wanted) {
    for (table, column, _) in lines() {
        wanted.keep_beside(table, column);
    }
}

/// Whether an instance has what a set of that table brings, by the state that the set
/// is in: a retrieved one was committed, a local one was neither ignored nor backed out.
#[must_use]
pub fn is_in_force(table: &str, state: &str) -> bool {
    let lines = include_str!("update_sets.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut cells = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    let line = cells.find(|cells| matches!(cells[..], [known, _, "state", _] if known == table));
    let Some(values) = line.as_ref().and_then(|cells| cells.last()) else { return false };
    let (is_denied, values) = values.strip_prefix('!').map_or((false, *values), |values| (true, values));
    let is_listed = values.split(',').any(|value| value.eq_ignore_ascii_case(state.trim()));
    !state.trim().is_empty() && is_listed != is_denied
}

/// The columns to read of the records of update sets, by table; empty if nobody asks for
/// sets.
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
    use super::{is_in_force, lines};

    #[test]
    fn sets_are_in_force_by_their_state() {
        let check = |table: &str, state: &str, expected: bool| {
            assert_eq!(is_in_force(table, state), expected, "{table} {state}");
        };
        check("sys_remote_update_set", "committed", true);
        check("sys_update_set", "complete", true);
        check("sys_update_set", "in progress", true);
        for state in ["loaded", "previewed", "backed_out", ""] {
            check("sys_remote_update_set", state, false);
        }
        for state in ["ignore", "Backed out", "backed_out", ""] {
            check("sys_update_set", state, false);
        }
        check("sys_user", "committed", false);
    }

    #[test]
    fn every_line_is_read() {
        let text = include_str!("update_sets.tsv");
        assert_eq!(lines().count(), text.lines().filter(|line| !line.starts_with('#')).count());
    }
}
