//! The built-in dictionary: types, references and defaults of the tables that
//! rules ask about. The facts are data, in `schema.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

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
}

type Tables = HashMap<&'static str, HashMap<&'static str, Column>>;

static TABLES: LazyLock<Tables> = LazyLock::new(|| parse(include_str!("schema.tsv")));

fn parse(text: &'static str) -> Tables {
    let mut tables = Tables::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or("");
        let (table, column, type_name, reference, default) = (next(), next(), next(), next(), next());
        let entry = Column {
            kind: kind_of(type_name),
            type_name,
            reference: Some(reference).filter(|text| !text.is_empty()),
            default: Some(default).filter(|text| !text.is_empty()),
        };
        tables.entry(table).or_default().insert(column, entry);
    }
    tables
}

fn kind_of(type_name: &str) -> ColumnType {
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

/// Stands for columns that a table has beside the known ones.
const OTHERS: &str = "*";

/// Whether all columns of the table are known, so that a wrong name can be refused.
#[must_use]
pub fn knows_table(table: &str) -> bool {
    TABLES.get(table).is_some_and(|columns| !columns.contains_key(OTHERS))
}

/// Whether some columns of the table are known, perhaps not all.
#[must_use]
pub fn knows_some_of(table: &str) -> bool {
    TABLES.contains_key(table)
}

/// A column of a known table; `None` where the table or the column is not known.
#[must_use]
pub fn column(table: &str, column: &str) -> Option<Column> {
    TABLES.get(table)?.get(column).filter(|_| column != OTHERS).copied()
}

/// The known columns of a table, sorted; empty for a table that is not known.
#[must_use]
pub fn columns(table: &str) -> Vec<&'static str> {
    let mut names: Vec<_> = TABLES.get(table).into_iter().flat_map(HashMap::keys).copied().collect();
    names.retain(|name| *name != OTHERS);
    names.sort_unstable();
    names
}

/// The names of the known tables, sorted.
#[must_use]
pub fn tables() -> Vec<&'static str> {
    let mut names: Vec<_> = TABLES.keys().copied().collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::{ColumnType, column, knows_table};

    #[test]
    fn knows_the_identity_tables() {
        assert!(knows_table("sys_user_has_role"));
        assert_eq!(column("sys_user", "active").unwrap().kind, ColumnType::Boolean);
        assert_eq!(column("sys_user", "manager").unwrap().reference, Some("sys_user"));
        assert_eq!(column("sys_user", "user_password").unwrap().kind, ColumnType::Secret);
        assert!(column("sys_user", "no_such_column").is_none());
    }
}
