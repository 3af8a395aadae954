//! What a reference says of the record that it leads to, without that record:
//! which column it displays, and whose sys_id every instance shares.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// What is known of references to a table.
#[derive(Debug, Clone, Copy)]
struct Display {
    column: &'static str,
    /// Whether exports also write the displayed text in place of the sys_id.
    is_bare: bool,
    /// Whether the platform asks by that text, so that nobody renames what every
    /// instance has.
    is_fixed: bool,
}

static DISPLAYS: LazyLock<HashMap<&'static str, Display>> = LazyLock::new(|| {
    let cells = lines(include_str!("displays.tsv")).filter_map(|line| {
        let mut cells = line.split('\t');
        let (table, column) = (cells.next()?, cells.next()?);
        let is_bare = cells.next() == Some("name");
        Some((table, Display { column, is_bare, is_fixed: cells.next() == Some("fixed") }))
    });
    cells.collect()
});

/// By table, a few records in the order of their `sys_id`s, with the names. Nearly every
/// reference is asked whether it leads to one, and comparing the beginnings of a few
/// texts is cheaper than hashing one.
static WELL_KNOWN: LazyLock<HashMap<&'static str, Vec<[&'static str; 2]>>> = LazyLock::new(|| {
    let mut tables: HashMap<_, Vec<_>> = HashMap::new();
    for line in lines(include_str!("well_known.tsv")) {
        if let Some((table, rest)) = line.split_once('\t')
            && let Some((sys_id, name)) = rest.split_once('\t')
        {
            tables.entry(table).or_default().push([sys_id, name]);
        }
    }
    tables.values_mut().for_each(|records| records.sort_unstable());
    tables
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// Whether a text has the form of a sys_id: 32 hexadecimal digits. A few records
/// have another one, such as the scope `global`.
#[must_use]
pub fn is_sys_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text in place of a `sys_id` is what programs write where there is none.
/// It identifies nothing: many rows may have it.
#[must_use]
pub fn is_no_identity(text: &str) -> bool {
    const NONE: [&str; 8] = ["null", "-1", "0", "undefined", "none", "nil", "nan", "n/a"];
    text.len() <= 9 && NONE.iter().any(|none| none.eq_ignore_ascii_case(text))
}

/// The column whose value a reference to the table displays, where that is known.
#[must_use]
pub fn display_column(table: &str) -> Option<&'static str> {
    DISPLAYS.get(table).map(|display| display.column)
}

/// The name that a reference to the table says by its value alone: the text that
/// stands in place of a sys_id, or the name of a record that every instance has
/// under that sys_id.
#[must_use]
pub fn named_by_value<'v>(table: &str, value: &'v str) -> Option<&'v str> {
    let is_bare = || DISPLAYS.get(table).is_some_and(|display| display.is_bare) && !is_sys_id(value);
    well_known_name(table, value).or_else(|| is_bare().then_some(value))
}

/// The name of the record that has this sys_id, in any case, on every instance.
#[must_use]
pub fn well_known_name(table: &str, sys_id: &str) -> Option<&'static str> {
    let records = WELL_KNOWN.get(table)?;
    let lower = || sys_id.bytes().map(|byte| byte.to_ascii_lowercase());
    let at = records.binary_search_by(|[known, _]| known.bytes().cmp(lower())).ok()?;
    records.get(at).map(|[_, name]| *name)
}

/// The column that names the records of a table for the platform's own code, so that
/// those which every instance has are called the same everywhere. Groups and scopes
/// may be renamed.
#[must_use]
pub fn fixed_name_column(table: &str) -> Option<&'static str> {
    DISPLAYS.get(table).filter(|display| display.is_fixed).map(|display| display.column)
}

/// The name of the record that has this `sys_id` on every instance, where nobody may
/// give it another.
#[must_use]
pub fn fixed_name(table: &str, sys_id: &str) -> Option<&'static str> {
    fixed_name_column(table).and_then(|_| well_known_name(table, sys_id))
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::{DISPLAYS, WELL_KNOWN, display_column, fixed_name, is_no_identity, named_by_value};

    #[test]
    fn a_value_alone_may_say_the_name() {
        let check = |table: &str, value: &str, name: Option<&str>| {
            assert_eq!(named_by_value(table, value), name, "{table} {value}");
        };
        check("sys_security_operation", "54f535270a0a0b8c007c67009ab2bdc0", Some("list_edit"));
        check("sys_user_role", "2831A114C611228501D4EA6C309D626D", Some("admin"));
        check("sys_security_operation", "write", Some("write"));
        check("sys_security_operation", "00000000000000000000000000000abc", None);
        check("sys_scope", "global", Some("Global"));
        // A user may be written by its name or by its user name.
        check("sys_user", "robin.pine", None);
        check("x_acme_order", "robin.pine", None);
    }

    #[test]
    fn what_the_platform_asks_by_name_has_one_name() {
        let check = |table: &str, sys_id: &str, name: Option<&str>| {
            assert_eq!(fixed_name(table, sys_id), name, "{table} {sys_id}");
        };
        check("sys_user_role", "2831A114C611228501D4EA6C309D626D", Some("admin"));
        check("sys_security_type", "b9eb8a1b873303002941b53046cb1234", Some("ux_route"));
        check("sys_user_role", "00000000000000000000000000000abc", None);
        // What a person may rename.
        check("sys_user_group", "global", None);
        check("sys_scope", "global", None);
    }

    #[test]
    fn words_for_nothing_identify_nothing() {
        let check = |text: &str, expected: bool| assert_eq!(is_no_identity(text), expected, "{text}");
        for text in ["NULL", "null", "-1", "0", "Undefined", "N/A"] {
            check(text, true);
        }
        for text in ["", "global", "-2", "nobody", "00000000000000000000000000000000"] {
            check(text, false);
        }
    }

    #[test]
    fn displayed_columns_are_columns_of_their_table() {
        for table in schema::tables().into_iter().filter(|table| schema::knows_table(table)) {
            if let Some(column) = display_column(table) {
                assert!(schema::column(table, column).is_some(), "{table}.{column}");
            }
        }
        assert!(WELL_KNOWN.keys().all(|table| DISPLAYS.contains_key(table)));
        let sys_ids = || WELL_KNOWN.values().flatten().flat_map(|[sys_id, _]| sys_id.chars());
        assert!(!sys_ids().any(|letter| letter.is_ascii_uppercase()), "they are looked up in lower case");
    }
}
