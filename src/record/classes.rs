//! Which tables extend which: a row of a table is a row of every table that it
//! extends, with all columns of those. The facts are data, in `classes.tsv`; what
//! extends a table that no rule asks about is left out.

use std::sync::LazyLock;

use super::schema;

/// A table that extends another.
#[derive(Debug)]
struct Class {
    child: &'static str,
    parent: &'static str,
    /// What people are shown as the class of a row.
    label: &'static str,
}

/// How many tables a chain may hold; none is as long.
const LONGEST: usize = 8;

/// Sorted by the child's name.
static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| {
    let lines = include_str!("classes.tsv").lines().filter(|line| !line.starts_with('#'));
    let class = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Class { child: cells.next()?, parent: cells.next()?, label: cells.next()? })
    };
    lines.filter_map(class).collect()
});

fn class_of(table: &str) -> Option<&'static Class> {
    let at = CLASSES.binary_search_by(|class| class.child.cmp(table)).ok()?;
    CLASSES.get(at)
}

/// The tables that a table extends, nearest first.
pub fn ancestors(table: &str) -> impl Iterator<Item = &'static str> + use<> {
    let next = |table: &&'static str| class_of(table).map(|class| class.parent);
    std::iter::successors(class_of(table).map(|class| class.parent), next).take(LONGEST)
}

/// Whether rows of a table are rows of the other one.
#[must_use]
pub fn is_a(table: &str, other: &str) -> bool {
    table == other || ancestors(table).any(|parent| parent == other)
}

/// Whether a table is known to extend another.
#[must_use]
pub fn is_class(table: &str) -> bool {
    class_of(table).is_some()
}

/// The table whose columns the dictionary knows: the table itself, or the nearest
/// one that it extends. One of which nothing is known stays itself.
#[must_use]
pub fn dictionary_table(table: &str) -> &str {
    let known = || ancestors(table).find(|parent| schema::knows_some_of(parent));
    if schema::knows_some_of(table) { table } else { known().unwrap_or(table) }
}

/// The table that a class shown to people stands for, among those that extend a
/// table.
#[must_use]
pub fn labelled(label: &str, table: &str) -> Option<&'static str> {
    let class = CLASSES.iter().find(|class| class.label == label && is_a(class.child, table))?;
    Some(class.child)
}

/// The number of a table that extends another: 0 for any other.
#[must_use]
pub fn number(table: &str) -> u16 {
    let at = CLASSES.binary_search_by(|class| class.child.cmp(table));
    at.ok().and_then(|at| u16::try_from(at + 1).ok()).unwrap_or(0)
}

/// The table of that number.
#[must_use]
pub fn numbered(number: u16) -> Option<&'static str> {
    CLASSES.get(usize::from(number).checked_sub(1)?).map(|class| class.child)
}

/// A table that is written in another case, or with a prefix of a namespace, as it
/// is called; `None` for a name that stands as it is.
#[must_use]
pub fn respelled(name: &str) -> Option<String> {
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    let lower = local.to_ascii_lowercase();
    let is_known = || schema::knows_some_of(&lower) || is_class(&lower);
    (lower != name && is_known()).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, ancestors, dictionary_table, is_a, labelled, number, numbered, respelled};
    use crate::record::schema;

    #[test]
    fn classes_are_sorted_and_lead_to_tables_of_the_dictionary() {
        assert!(CLASSES.is_sorted_by(|left, right| left.child < right.child));
        for class in CLASSES.iter() {
            assert!(ancestors(class.child).any(schema::knows_some_of), "{}", class.child);
            assert_eq!(numbered(number(class.child)), Some(class.child));
        }
        assert_eq!((number("sys_user"), numbered(0)), (0, None));
    }

    #[test]
    fn rows_of_a_child_are_rows_of_all_it_extends() {
        assert!(is_a("customer_contact", "sys_user") && is_a("sys_user", "sys_user"));
        assert!(is_a("cmdb_ci_service_discovered", "cmdb_ci_service"));
        assert!(!is_a("sys_user", "customer_contact") && !is_a("oauth_oidc_entity", "sys_user"));
        assert_eq!(dictionary_table("oauth_oidc_entity"), "oauth_entity");
        assert_eq!(dictionary_table("x_pier_berth"), "x_pier_berth");
        assert_eq!(labelled("Contact", "sys_user"), Some("customer_contact"));
        assert_eq!(labelled("Contact", "oauth_entity"), None);
    }

    #[test]
    fn other_spellings_are_told() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(respelled(name).as_deref(), expected, "{name}");
        };
        check("n:sys_user", Some("sys_user"));
        check("SYS_USER", Some("sys_user"));
        check("n:Customer_Contact", Some("customer_contact"));
        check("sys_user", None);
        check("n:x_pier_berth", None);
        check("X_Pier_Berth", None);
    }
}
