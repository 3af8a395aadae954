//! Columns that rows of `sys_dictionary` in the input describe: those of tables
//! that an instance has beside the ones that the built-in dictionary knows.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};

use super::schema::{ColumnType, kind_of};
use super::wanted::{ColumnIdx, TableIdx, Wanted};

/// The table whose rows describe columns.
const DICTIONARY: &str = "sys_dictionary";
/// The columns that name a column there, and its type.
const NAME_AND_TYPE: [&str; 3] = ["name", "element", "internal_type"];
/// What else says how a column compares, and whether it is there at all.
const MORE: [&str; 3] = ["reference", "virtual", "active"];

/// Asks for the rows that say which columns hold secrets.
pub fn want_types(wanted: &mut Wanted) {
    for column in NAME_AND_TYPE {
        wanted.keep_beside(DICTIONARY, column);
    }
}

/// The table, and its columns with the name and type of a column; `None` if nobody asks
/// for them.
#[must_use]
pub fn wanted_types(wanted: &Wanted) -> Option<(TableIdx, [ColumnIdx; 3])> {
    let table = wanted.find(DICTIONARY)?;
    let [name, element, kind] = NAME_AND_TYPE.map(|column| wanted.table(table).find(column));
    Some((table, [name?, element?, kind?]))
}

/// Asks for all that the input says of columns. Returns the table, its columns with the
/// name and type of a column, and `reference`, `virtual` and `active`.
pub fn want_descriptions(wanted: &mut Wanted) -> (TableIdx, [ColumnIdx; 3], [ColumnIdx; 3]) {
    let table = wanted.want_table(DICTIONARY);
    let mut keep = |column| wanted.keep_column(table, column);
    (table, NAME_AND_TYPE.map(&mut keep), MORE.map(keep))
}

/// What the input says of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// How its values compare.
    pub kind: ColumnType,
    /// The table that a reference points to.
    pub reference: Option<String>,
    /// Whether the platform calculates it, so that exports hold it empty.
    pub is_calculated: bool,
}

impl Described {
    /// From the type's name, as `sys_dictionary.internal_type` holds it. `None`
    /// for a type that nobody here knows, and for a reference to nowhere.
    #[must_use]
    pub fn new(type_name: &str, reference: &str, is_calculated: bool) -> Option<Self> {
        let kind = *TYPES.get(type_name)?;
        let reference = (kind == ColumnType::Reference).then(|| reference.to_owned());
        let leads_nowhere = reference.as_ref().is_some_and(String::is_empty);
        (!leads_nowhere).then_some(Self { kind, reference, is_calculated })
    }
}

/// The platform's names of types.
static TYPES: LazyLock<HashMap<&'static str, ColumnType>> = LazyLock::new(|| {
    let lines = include_str!("types.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).map(|(name, like)| (name, kind_of(like))).collect()
});

/// All columns that the input describes. What the built-in dictionary knows stays
/// as it is, whatever stands here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    tables: HashSet<String>,
    /// `None` for a column of which rows say different things.
    columns: HashMap<(String, String), Option<Described>>,
}

impl Dictionary {
    /// Whether it describes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Adds what a row says of a column. Rows that contradict each other leave the
    /// column unknown, and so does one that says nothing that can be used.
    pub fn add(&mut self, table: &str, column: &str, described: Option<&Described>) {
        self.tables.insert(table.to_owned());
        let known = self.columns.entry((table.to_owned(), column.to_owned()));
        let known = known.or_insert_with(|| described.cloned());
        if known.as_ref() != described {
            *known = None;
        }
    }

    /// Whether it describes a column of the table.
    #[must_use]
    pub fn knows_some_of(&self, table: &str) -> bool {
        self.tables.contains(table)
    }

    /// What it says of a column.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> Option<&Described> {
        self.columns.get(&(table.to_owned(), column.to_owned()))?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::ColumnType;
    use super::{Described, Dictionary, TYPES};

    #[test]
    fn types_say_how_values_compare() {
        let kind = |name, reference| Described::new(name, reference, false).map(|found| found.kind);
        assert_eq!(kind("glide_date_time", ""), Some(ColumnType::DateTime));
        assert_eq!(kind("boolean", ""), Some(ColumnType::Boolean));
        assert_eq!(kind("password2", ""), Some(ColumnType::Secret));
        assert_eq!(kind("reference", "x_pier_berth"), Some(ColumnType::Reference));
        assert_eq!(kind("reference", ""), None, "it leads nowhere");
        assert_eq!(kind("x_pier_tide", ""), None, "nobody knows it");
        assert!(TYPES.values().any(|kind| *kind == ColumnType::Text));
    }

    #[test]
    fn contradictory_rows_leave_a_column_unknown() {
        let mut dictionary = Dictionary::default();
        let described = |kind| Described::new(kind, "sys_user", false);
        dictionary.add("x_pier", "keeper", described("reference").as_ref());
        dictionary.add("x_pier", "keeper", described("reference").as_ref());
        dictionary.add("x_pier", "berth", described("string").as_ref());
        assert_eq!(
            dictionary.column("x_pier", "keeper").and_then(|found| found.reference.as_deref()),
            Some("sys_user")
        );
        for kind in ["integer", "string", "integer"] {
            dictionary.add("x_pier", "berth", described(kind).as_ref());
            dictionary.add("x_pier", "depth", described(kind).as_ref());
        }
        assert_eq!(dictionary.column("x_pier", "berth"), None);
        assert_eq!(dictionary.column("x_pier", "depth"), None);
        assert_eq!(dictionary.column("x_pier", "colour"), None);
        assert!(dictionary.knows_some_of("x_pier") && !dictionary.knows_some_of("x_tide"));
    }
}
