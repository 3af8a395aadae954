//! Views: tables that no export holds, which glidelint computes from the access graph.

use std::sync::LazyLock;

/// The view of users and the roles they have in the end.
pub const EFFECTIVE_ROLE: &str = "effective_role";
/// The view of roles and the roles they contain in the end.
pub const ROLE_CLOSURE: &str = "role_closure";

/// One line of the data: view, column, table, reason.
type Line = [&'static str; 4];

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let lines = include_str!("views.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok()).collect()
});

/// The line that describes the view itself.
fn line_of_view(table: &str) -> Option<&'static Line> {
    LINES.iter().find(|[view, column, ..]| *view == table && *column == "*")
}

/// Every view.
pub(super) fn views() -> impl Iterator<Item = &'static str> {
    LINES.iter().filter(|[_, column, ..]| *column == "*").map(|[view, ..]| *view)
}

/// Whether the table is a view.
#[must_use]
pub fn is_view(table: &str) -> bool {
    line_of_view(table).is_some()
}

/// The table on whose rows a view rests in the end. The platform writes the roles that
/// reach a user, however they come, into `sys_user_has_role`.
#[must_use]
pub fn view_source(table: &str) -> Option<&'static str> {
    line_of_view(table).map(|[_, _, source, _]| *source)
}

/// Why nobody mends a view by a new value in it.
pub(super) fn why_computed(table: &str) -> Option<&'static str> {
    line_of_view(table).map(|[.., why]| *why)
}

/// The columns of a view, each with the table that it refers to.
pub fn view_columns(table: &str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let lines = LINES.iter().filter(move |[view, column, ..]| *view == table && *column != "*");
    lines.map(|[_, column, target, _]| (*column, Some(*target).filter(|target| !target.is_empty())))
}

/// The two columns of a view that refer to records, each with their table: who has
/// something, and what it has.
#[must_use]
pub fn view_ends(table: &str) -> Option<[(&'static str, &'static str); 2]> {
    let ends: Vec<_> = view_columns(table).filter_map(|(column, target)| Some((column, target?))).collect();
    ends.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::natural_key;
    use super::{EFFECTIVE_ROLE, LINES, ROLE_CLOSURE, is_view, view_columns, view_ends};

    #[test]
    fn every_view_has_two_ends_which_are_its_key() {
        let lines = include_str!("views.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), LINES.len(), "each line has four cells");
        for view in [EFFECTIVE_ROLE, ROLE_CLOSURE] {
            assert!(is_view(view), "{view}");
            let ends = view_ends(view).unwrap();
            assert_eq!(natural_key(view), ends.map(|(column, _)| column), "{view}");
        }
        assert!(!is_view("sys_user") && view_columns("sys_user").next().is_none());
    }
}
