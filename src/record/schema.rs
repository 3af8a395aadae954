//! The built-in dictionary: types, references and defaults of the tables that
//! rules ask about. The facts are data, in `schema.tsv`.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::choices::choices;
use super::classes::{self, BUILT_IN, Classes};

/// How a column's values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, and every type without rules of its own.
    Text,
    /// `integer`, `decimal` and the like: compared as numbers.
    Number,
    /// `true` or `false`; an empty element is NULL, which is neither.
    Boolean,
    /// `YYYY-MM-DD hh:mm:ss`, UTC.
    DateTime,
    /// `YYYY-MM-DD`.
    Date,
    /// A sys_id of another table's record; a display value may stand beside it.
    Reference,
    /// Several sys_ids joined by commas.
    List,
    /// A one-way hash (`password`) or ciphertext (`password2`): never shown.
    Secret,
}

/// One column of a known table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// How its values compare.
    pub kind: ColumnType,
    /// The dictionary's own name of the type.
    pub type_name: &'static str,
    /// The table a reference or list points to.
    pub reference: Option<&'static str>,
    /// The documented default for a new record.
    pub default: Option<&'static str>,
    /// Set for a column that the platform calculates and that exports hold empty
    /// whatever it would show: the computed field that answers it, such as
    /// `@role`, or [`NOTHING_ANSWERS`].
    pub calculated: Option<&'static str>,
}

/// Stands for the computed field of a calculated column that none answers.
pub const NOTHING_ANSWERS: &str = "-";

/// Table, column and the rest of a line.
type Line = (&'static str, &'static str, &'static str);

/// The lines of the dictionary, sorted by both names. Nothing is decoded before
/// somebody asks for it: that is most of them.
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let lines = include_str!("schema.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| {
        let (table, rest) = line.split_once('\t')?;
        let (column, rest) = rest.split_once('\t')?;
        Some((table, column, rest))
    });
    cells.collect()
});

/// The lines of each table.
static TABLES: LazyLock<HashMap<&'static str, &'static [Line]>> = LazyLock::new(|| {
    let tables = LINES.chunk_by(|left, right| left.0 == right.0);
    tables.filter_map(|lines| Some((lines.first()?.0, lines))).collect()
});

/// The lines of a table.
fn lines_of(table: &str) -> &'static [Line] {
    TABLES.get(table).copied().unwrap_or_default()
}

/// The rest of the line of a column.
fn line_of(table: &str, column: &str) -> Option<&'static str> {
    let lines = lines_of(table);
    let at = lines.binary_search_by(|(_, name, _)| (*name).cmp(column)).ok()?;
    lines.get(at).map(|(.., rest)| *rest)
}

/// Whether a column holds a script; `None` where the dictionary does not know it.
#[must_use]
pub fn holds_script(table: &str, column: &str) -> Option<bool> {
    line_of(table, column).map(|line| line.starts_with("script"))
}

fn decode(line: &'static str) -> Column {
    let mut cells = line.split('\t');
    let mut next = || cells.next().unwrap_or("");
    let (type_name, reference, default, calculated) = (next(), next(), next(), next());
    Column {
        kind: kind_of(type_name),
        type_name,
        reference: Some(reference).filter(|text| !text.is_empty()),
        default: Some(default).filter(|text| !text.is_empty()),
        calculated: Some(calculated).filter(|text| !text.is_empty()),
    }
}

pub(super) fn kind_of(type_name: &str) -> ColumnType {
    match type_name {
        "integer" | "decimal" => ColumnType::Number,
        "boolean" => ColumnType::Boolean,
        "datetime" => ColumnType::DateTime,
        "date" => ColumnType::Date,
        "reference" | "domainid" => ColumnType::Reference,
        "list" => ColumnType::List,
        "password" | "password2" => ColumnType::Secret,
        _ => ColumnType::Text,
    }
}

/// The types whose text is shown as it is stored, wherever it is shown.
const PLAIN_TYPES: [&str; 18] = [
    "string",
    "guid",
    "GUID",
    "script",
    "script_plain",
    "script_server",
    "url",
    "email",
    "userroles",
    "conditions",
    "condition_string",
    "translatedtext",
    "translated_field",
    "translated_html",
    "html",
    "xml",
    "multilinetext",
    "phone_number_e164",
];

/// Columns of such a type that have labels all the same.
const LABELLED: [(&str, &str); 31] = [
    ("ecc_agent", "status"),
    ("ip_access", "type"),
    ("oauth_entity", "access"),
    ("oauth_entity", "type"),
    ("sys_alias", "connection_type"),
    ("sys_alias", "type"),
    ("sys_certificate", "format"),
    ("sys_certificate", "type"),
    ("sys_data_source", "category"),
    ("sys_data_source", "format"),
    ("sys_data_source", "type"),
    ("sys_db_object", "access"),
    ("sys_processor", "type"),
    ("sys_properties", "type"),
    ("sys_remote_update_set", "state"),
    ("sys_rest_message", "access"),
    ("sys_rest_message", "authentication_type"),
    ("sys_rest_message_fn", "authentication_type"),
    ("sys_rest_message_fn", "http_method"),
    ("sys_scope_privilege", "operation"),
    ("sys_scope_privilege", "status"),
    ("sys_scope_privilege", "target_type"),
    ("sys_script", "access"),
    ("sys_script", "when"),
    ("sys_script_client", "type"),
    ("sys_script_include", "access"),
    ("sys_ui_page", "category"),
    ("sys_ui_script", "ui_type"),
    ("sys_update_set", "state"),
    ("sys_user_has_role", "state"),
    ("sys_ws_operation", "http_method"),
];

/// Whether people are shown something else than what is stored in a column of
/// text: the label of a choice, or a format of the type.
#[must_use]
pub fn has_labels(table: &str, column: &str, type_name: &str) -> bool {
    !type_name.is_empty() && !PLAIN_TYPES.contains(&type_name)
        || LABELLED.contains(&(table, column))
        || !choices(table, column).is_empty()
}

/// The column that a label in the head of a list stands for, where that is known
/// of the table.
#[must_use]
pub fn labelled(table: &str, label: &str) -> Option<&'static str> {
    LABELS.get(&(table, label)).or_else(|| LABELS.get(&("*", label))).copied()
}

/// The walk that labels joined by dots stand for, such as `Role.Name`.
#[must_use]
pub fn labelled_walk(table: &str, labels: &str) -> Option<String> {
    let (label, rest) = labels.split_once('.')?;
    let reference = labelled(table, label)?;
    let target = column(table, reference)?.reference?;
    let end = labelled(target, rest).map(str::to_owned).or_else(|| labelled_walk(target, rest))?;
    Some(format!("{reference}.{end}"))
}

/// Labels of columns by table; those of `*` are the same on every table.
static LABELS: LazyLock<HashMap<(&'static str, &'static str), &'static str>> = LazyLock::new(|| {
    let lines = include_str!("labels.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| {
        let (table, rest) = line.split_once('\t')?;
        let (label, column) = rest.split_once('\t')?;
        Some(((table, label), column))
    });
    cells.collect()
});

/// Stands for columns that a table has beside the known ones.
const OTHERS: &str = "*";

/// Whether all columns of the table are known, so that a wrong name can be refused.
#[must_use]
pub fn knows_table(table: &str) -> bool {
    knows_some_of(table) && line_of(table, OTHERS).is_none()
}

/// Whether some columns of the table are known, perhaps not all.
#[must_use]
pub fn knows_some_of(table: &str) -> bool {
    !lines_of(table).is_empty()
}

/// The table whose columns the dictionary knows: the table itself, or the nearest
/// one that it extends. One of which nothing is known stays itself.
#[must_use]
pub fn dictionary_table(table: &str) -> &str {
    dictionary_table_among(&BUILT_IN, table)
}

/// The same where the input adds classes.
#[must_use]
pub fn dictionary_table_among<'n>(classes: &'n Classes, table: &'n str) -> &'n str {
    let known = || classes.ancestors(table).find(|parent| knows_some_of(parent));
    if knows_some_of(table) { table } else { known().unwrap_or(table) }
}

/// A table that is written in another case, or with a prefix of a namespace, as it
/// is called; `None` for a name that stands as it is.
#[must_use]
pub fn respelled(name: &str) -> Option<String> {
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    let lower = local.to_ascii_lowercase();
    (lower != name && is_built_in(&lower)).then_some(lower)
}

/// Whether some columns of the table are known, or what it extends.
#[must_use]
pub fn is_built_in(table: &str) -> bool {
    knows_some_of(table) || classes::is_class(table)
}

/// A column of a known table, or of one that extends it; `None` where the table or
/// the column is not known.
#[must_use]
pub fn column(table: &str, column: &str) -> Option<Column> {
    let line = || line_of(table, column).or_else(|| line_of(dictionary_table(table), column));
    Some(column).filter(|column| *column != OTHERS).and_then(|_| line()).map(decode)
}

/// Whether a name is that of a walk through references, such as `role.name`.
#[must_use]
pub fn is_walk(name: &str) -> bool {
    name.contains('.')
}

/// The table and column at which a walk ends, such as `user.manager.active` of
/// `sys_user_has_role`; of a plain name themselves. `None` where nobody knows
/// where a reference on the way leads.
#[must_use]
pub fn end_of_walk<'n>(table: &'n str, walk: &'n str) -> Option<(&'n str, &'n str)> {
    let (mut table, mut rest) = (table, walk);
    while let Some((reference, after)) = rest.split_once('.') {
        table = column(table, reference)?.reference?;
        rest = after;
    }
    Some((table, rest))
}

/// Whether a name is that of a column of the table, or of a walk to a known one.
#[must_use]
pub fn knows_column(table: &str, name: &str) -> bool {
    end_of_walk(table, name).is_some_and(|(table, name)| column(table, name).is_some())
}

/// The table of that name, if some of its columns are known.
#[must_use]
pub fn known_table(name: &str) -> Option<&'static str> {
    TABLES.get_key_value(name).map(|(known, _)| *known)
}

/// The known columns of a table, sorted; empty for a table that is not known.
#[must_use]
pub fn columns(table: &str) -> Vec<&'static str> {
    lines_of(table).iter().map(|(_, column, _)| *column).filter(|column| *column != OTHERS).collect()
}

/// The names of the known tables, sorted.
#[must_use]
pub fn tables() -> Vec<&'static str> {
    let mut names: Vec<_> = LINES.iter().map(|(table, ..)| *table).collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::{
        ColumnType, LABELLED, LABELS, LINES, PLAIN_TYPES, column, end_of_walk, holds_script, knows_column,
        knows_table, labelled, labelled_walk,
    };

    #[test]
    fn the_dictionary_is_sorted_without_repetition() {
        assert!(LINES.is_sorted_by(|left, right| (left.0, left.1) < (right.0, right.1)));
    }

    #[test]
    fn knows_the_identity_tables() {
        assert!(knows_table("sys_user_has_role"));
        assert_eq!(column("sys_user", "active").unwrap().kind, ColumnType::Boolean);
        assert_eq!(column("sys_user", "manager").unwrap().reference, Some("sys_user"));
        assert_eq!(column("sys_user", "user_password").unwrap().kind, ColumnType::Secret);
        assert!(column("sys_user", "no_such_column").is_none());
        assert_eq!(column("customer_contact", "user_password").unwrap().kind, ColumnType::Secret);
        assert!(column("customer_contact", "account").is_none() && !knows_table("customer_contact"));
    }

    #[test]
    fn knows_what_a_script_is() {
        assert_eq!(holds_script("sys_script_include", "script"), Some(true));
        assert_eq!(holds_script("sys_ws_operation", "operation_script"), Some(true));
        assert_eq!(holds_script("sys_user", "user_name"), Some(false));
        assert_eq!(holds_script("x_tide_job", "script"), None);
    }

    #[test]
    fn columns_with_labels_are_columns_of_text() {
        for (table, name) in LABELLED {
            let known = column(table, name).unwrap();
            assert!(PLAIN_TYPES.contains(&known.type_name), "{table}.{name} has labels by its type");
        }
    }

    #[test]
    fn labels_are_of_columns_that_are_known() {
        for ((table, label), name) in LABELS.iter().filter(|((table, _), _)| *table != "*") {
            assert!(column(table, name).is_some(), "{table}.{name} is called {label}");
        }
        assert_eq!(labelled("sys_user", "User ID"), Some("user_name"));
        assert_eq!(labelled("sys_user", "Sys ID"), Some("sys_id"));
        assert_eq!(labelled("sys_user_has_role", "Active"), None);
        assert_eq!(labelled_walk("sys_user_has_role", "Role.Name").as_deref(), Some("role.name"));
        assert_eq!(
            labelled_walk("sys_user_has_role", "User.Manager.Active").as_deref(),
            Some("user.manager.active")
        );
        assert_eq!(labelled_walk("sys_user_has_role", "Role.Colour"), None);
    }

    #[test]
    fn walks_end_at_columns_of_other_tables() {
        let grants = "sys_user_has_role";
        assert_eq!(end_of_walk(grants, "user.manager.active"), Some(("sys_user", "active")));
        assert_eq!(end_of_walk(grants, "state"), Some((grants, "state")));
        assert_eq!(end_of_walk(grants, "state.name"), None);
        assert!(knows_column(grants, "role.name") && !knows_column(grants, "role.colour"));
    }
}
