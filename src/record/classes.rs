//! Which tables extend which: a row of a table is a row of every table that it
//! extends, with all columns of those. The facts are data, in `classes.tsv`; what
//! extends a table that no rule asks about is left out.

use std::sync::LazyLock;

/// A table that extends another.
#[derive(Debug)]
struct Class {
    child: &'static str,
    parent: &'static str,
    /// What people are shown as the class of a row; empty where that is not known.
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

/// The tables that extend a table, directly or not.
pub fn descendants(table: &str) -> impl Iterator<Item = &'static str> {
    let below = move |class: &&Class| ancestors(class.child).any(|parent| parent == table);
    CLASSES.iter().filter(below).map(|class| class.child)
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

/// The table that a class shown to people stands for, among those that extend a
/// table.
#[must_use]
pub fn labelled(label: &str, table: &str) -> Option<&'static str> {
    let is_shown = |class: &&Class| !label.is_empty() && class.label == label;
    let class = CLASSES.iter().filter(is_shown).find(|class| is_a(class.child, table))?;
    Some(class.child)
}

/// A table that extends others by what the input says.
#[derive(Debug, PartialEq, Eq)]
struct Added {
    name: Box<str>,
    /// Those that it extends, nearest first.
    ancestors: Vec<Box<str>>,
}

/// Which tables extend which: the built-in classes, and those that the input adds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// Sorted by name.
    added: Vec<Added>,
}

/// The built-in ones alone.
pub static BUILT_IN: Classes = Classes { added: Vec::new() };

impl Classes {
    /// Adds a table and those that it extends, nearest first.
    pub fn add<N: AsRef<str>>(&mut self, name: &str, ancestors: impl Iterator<Item = N>) {
        let added =
            Added { name: name.into(), ancestors: ancestors.map(|name| name.as_ref().into()).collect() };
        let at = self.added.partition_point(|other| *other.name < *name);
        self.added.insert(at, added);
    }

    /// Whether the input adds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
    }

    fn find(&self, table: &str) -> Result<&Added, usize> {
        let at = self.added.binary_search_by(|added| (*added.name).cmp(table));
        at.map(|at| &self.added[at])
    }

    /// The tables that a table extends, nearest first.
    pub fn ancestors<'c>(&'c self, table: &str) -> impl Iterator<Item = &'c str> + use<'c> {
        let added = self.find(table).map(|added| added.ancestors.iter().map(|name| &**name));
        let built_in = ancestors(table).map(|name| -> &'c str { name });
        added.into_iter().flatten().chain(built_in)
    }

    /// Whether rows of a table are rows of the other one.
    #[must_use]
    pub fn is_a(&self, table: &str, other: &str) -> bool {
        table == other || self.ancestors(table).any(|parent| parent == other)
    }

    /// Whether a table is known to extend another.
    #[must_use]
    pub fn is_class(&self, table: &str) -> bool {
        self.find(table).is_ok() || is_class(table)
    }

    /// The number of a table that extends another: 0 for any other.
    #[must_use]
    pub fn number(&self, table: &str) -> u16 {
        let built_in = || CLASSES.binary_search_by(|class| class.child.cmp(table)).ok();
        let added = self.added.binary_search_by(|added| (*added.name).cmp(table));
        let at = added.ok().map(|at| at + CLASSES.len()).or_else(built_in);
        // Beyond all numbers it is still a class, though nobody knows which.
        at.map_or(0, |at| u16::try_from(at + 1).unwrap_or(u16::MAX))
    }

    /// The table of that number.
    #[must_use]
    pub fn numbered(&self, number: u16) -> Option<&str> {
        let at = usize::from(number).checked_sub(1)?;
        match at.checked_sub(CLASSES.len()) {
            None => CLASSES.get(at).map(|class| class.child),
            Some(at) => self.added.get(at).map(|added| &*added.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, CLASSES, Classes, ancestors, is_a, labelled};
    use crate::record::schema::{self, dictionary_table, dictionary_table_among, respelled};

    #[test]
    fn classes_are_sorted_and_lead_to_tables_of_the_dictionary() {
        assert!(CLASSES.is_sorted_by(|left, right| left.child < right.child));
        for class in CLASSES.iter() {
            assert!(ancestors(class.child).any(schema::knows_some_of), "{}", class.child);
            assert_eq!(BUILT_IN.numbered(BUILT_IN.number(class.child)), Some(class.child));
        }
        assert_eq!((BUILT_IN.number("sys_user"), BUILT_IN.numbered(0)), (0, None));
    }

    #[test]
    fn rows_of_a_child_are_rows_of_all_it_extends() {
        assert!(is_a("customer_contact", "sys_user") && is_a("sys_user", "sys_user"));
        assert!(is_a("cmdb_ci_service_discovered", "cmdb_ci_service"));
        assert!(!is_a("sys_user", "customer_contact") && !is_a("oauth_oidc_entity", "sys_user"));
        assert_eq!(dictionary_table("oauth_oidc_entity"), "oauth_entity");
        assert_eq!(dictionary_table("x_pier_berth"), "x_pier_berth");
        assert_eq!(labelled("Contact", "sys_user"), Some("customer_contact"));
        assert_eq!((labelled("Contact", "oauth_entity"), labelled("", "oauth_entity")), (None, None));
    }

    #[test]
    fn classes_are_added_to_the_built_in_ones() {
        let mut classes = Classes::default();
        classes.add("u_crew", ["customer_contact", "sys_user"].into_iter());
        classes.add("u_bosun", ["sys_user"].into_iter());
        assert!(classes.is_a("u_crew", "sys_user") && classes.is_a("customer_contact", "sys_user"));
        assert!(!classes.is_a("u_crew", "oauth_entity") && !BUILT_IN.is_a("u_crew", "sys_user"));
        assert_eq!(dictionary_table_among(&classes, "u_crew"), "sys_user");
        for name in ["u_crew", "u_bosun", "customer_contact", "vm_vdr_contact"] {
            assert_eq!(classes.numbered(classes.number(name)), Some(name));
        }
        assert_eq!((classes.number("sys_user"), classes.number("u_pier")), (0, 0));
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
