//! Facts about access rules (ACLs): when one is as narrow as another, and which records
//! they protect.

use super::wanted::{TableIdx, Wanted};

/// The table of access rules.
pub const ACLS: &str = "sys_security_acl";
/// The table of the roles that access rules ask for.
pub const ACL_ROLES: &str = "sys_security_acl_role";

/// What must hold of a column, so that the new rule lets in nobody whom the old
/// one kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrow {
    /// The new one is true.
    StaysTrue,
    /// Not from false to true.
    NotRaised,
    /// Not from true to false.
    NotLowered,
    /// The same text.
    Kept,
    /// The same text, or there was none.
    KeptOrAdded,
}

impl Narrow {
    /// Whether it holds of the values of the old rule and the new one; `None` where a value is not shown that would tell.
    #[must_use]
    pub fn holds(self, old: Option<&str>, new: Option<&str>) -> Option<bool> {
        let flag = |text: Option<&str>| match text {
            Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        match self {
            Self::StaysTrue => flag(new),
            Self::NotRaised if flag(new) == Some(false) => Some(true),
            Self::NotRaised => flag(old).zip(flag(new)).map(|(old, new)| old || !new),
            Self::NotLowered if flag(new) == Some(true) => Some(true),
            Self::NotLowered => flag(old).zip(flag(new)).map(|(old, new)| !old || new),
            Self::Kept => old.zip(new).map(|(old, new)| old == new),
            Self::KeptOrAdded if old == Some("") => Some(true),
            Self::KeptOrAdded => old.zip(new).map(|(old, new)| old == new),
        }
    }
}

/// A column that takes part in how narrow a rule is.
#[derive(Debug, Clone, Copy)]
pub struct AclColumn {
    /// Its name.
    pub name: &'static str,
    /// What must hold of it.
    pub narrow: Narrow,
    /// Whether rules of older releases do not have it.
    pub is_new: bool,
}

/// Where an object stands that rules of a type protect.
#[derive(Debug, Clone, Copy)]
pub struct AclObject {
    /// The type of the rules.
    pub acl_type: &'static str,
    /// The table of the objects.
    pub table: &'static str,
    /// The column with the object's name.
    pub name: &'static str,
    /// What it holds: `{name}` stands for the rule's name, `{table}` for that up to
    /// its first dot.
    pub holds: &'static str,
    /// The column with the name of a field; of the object itself it is empty.
    pub element: Option<&'static str>,
}

fn lines(kind: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    let lines = include_str!("acls.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let mut cells = line.split('\t');
        (cells.next() == Some(kind)).then_some(cells)
    })
}

/// The columns that make a rule narrow.
pub fn acl_columns() -> impl Iterator<Item = AclColumn> {
    lines("column").filter_map(|mut cells| {
        let name = cells.next()?;
        let narrow = match cells.next()? {
            "stays_true" => Narrow::StaysTrue,
            "not_raised" => Narrow::NotRaised,
            "not_lowered" => Narrow::NotLowered,
            "kept" => Narrow::Kept,
            "kept_or_added" => Narrow::KeptOrAdded,
            _ => return None,
        };
        Some(AclColumn { name, narrow, is_new: cells.next() == Some("new") })
    })
}

/// Where what rules protect stands.
pub fn acl_objects() -> impl Iterator<Item = AclObject> {
    lines("object").filter_map(|mut cells| {
        let (acl_type, table, name) = (cells.next()?, cells.next()?, cells.next()?);
        Some(AclObject { acl_type, table, name, holds: cells.next()?, element: cells.next() })
    })
}

/// Whether a role lets in nobody who is not an administrator anyway.
#[must_use]
pub fn is_narrowest_role(name: &str) -> bool {
    lines("narrowest_role").any(|mut cells| cells.next().is_some_and(|role| role.eq_ignore_ascii_case(name)))
}

/// Asks for everything that tells whether an object stays as protected when an update
/// set deletes one of its access rules. Returns the tables.
pub fn want_acls(wanted: &mut Wanted) -> Vec<TableIdx> {
    let acls = wanted.want_table(ACLS);
    for column in ["name", "operation", "type"] {
        wanted.keep_column(acls, column);
    }
    for column in acl_columns() {
        // They are needed for few access rules, so they are read again then.
        wanted.want_column(acls, column.name);
    }
    let roles = wanted.want_table("sys_user_role");
    wanted.keep_column(roles, "name");
    let acl_roles = wanted.want_table(ACL_ROLES);
    for column in [ACLS, "sys_user_role"] {
        wanted.keep_column(acl_roles, column);
    }
    let mut tables = vec![acls, roles, acl_roles];
    for object in acl_objects() {
        let table = wanted.want_table(object.table);
        wanted.keep_column(table, object.name);
        if let Some(element) = object.element {
            wanted.keep_column(table, element);
        }
        tables.push(table);
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::{Narrow, acl_columns, acl_objects, lines};
    use crate::record::schema;

    #[test]
    fn every_line_is_read_and_its_columns_are_known() {
        assert_eq!(acl_columns().count(), lines("column").count());
        assert_eq!(acl_objects().count(), lines("object").count());
        let kinds = ["column", "object", "narrowest_role"].map(|kind| lines(kind).count());
        let text = include_str!("acls.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(kinds.iter().sum::<usize>(), text.count());
        for column in acl_columns() {
            assert!(schema::column("sys_security_acl", column.name).is_some(), "{}", column.name);
        }
        for object in acl_objects().filter(|object| schema::knows_table(object.table)) {
            assert!(schema::column(object.table, object.name).is_some(), "{}.{}", object.table, object.name);
            assert!(object.holds.contains("{name}") || object.holds == "{table}", "{}", object.holds);
        }
    }

    #[track_caller]
    fn check(narrow: Narrow, pairs: &[(Option<&str>, Option<&str>, Option<bool>)]) {
        for (old, new, expected) in pairs {
            assert_eq!(narrow.holds(*old, *new), *expected, "{narrow:?}: {old:?}, then {new:?}");
        }
    }

    #[test]
    fn a_column_says_whether_a_rule_stays_as_narrow() {
        let (yes, no, text) = (Some("true"), Some("false"), Some("a=b"));
        check(Narrow::StaysTrue, &[(no, yes, Some(true)), (yes, no, Some(false)), (yes, None, None)]);
        check(Narrow::NotRaised, &[(no, yes, Some(false)), (yes, yes, Some(true)), (None, no, Some(true))]);
        check(Narrow::NotRaised, &[(None, yes, None), (no, None, None)]);
        check(Narrow::NotLowered, &[(yes, no, Some(false)), (no, no, Some(true)), (None, yes, Some(true))]);
        check(Narrow::Kept, &[(text, text, Some(true)), (Some(""), text, Some(false)), (None, text, None)]);
        check(Narrow::KeptOrAdded, &[(Some(""), text, Some(true)), (text, Some(""), Some(false))]);
        check(Narrow::KeptOrAdded, &[(text, None, None), (text, text, Some(true)), (None, Some(""), None)]);
    }
}
