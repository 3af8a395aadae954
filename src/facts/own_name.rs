//! The name of a record that has the same `sys_id` on every instance.

use crate::record::fixed_name;

/// Stands between the two names that one reference shows.
pub(crate) const AT_ODDS: &str = " ≠ ";

/// The name of a record that shows this one, which is not the same if it has another
/// on every instance; and then what it shows.
pub(crate) fn own_name<'r>(
    table: &str,
    sys_id: Option<&str>,
    shown: Option<&'r str>,
) -> (Option<&'r str>, Option<Box<str>>) {
    let Some(known) = sys_id.and_then(|sys_id| fixed_name(table, sys_id)) else { return (shown, None) };
    match shown {
        Some(shown) if shown.eq_ignore_ascii_case(known) => (Some(shown), None),
        _ => (Some(known), shown.map(Into::into)),
    }
}
