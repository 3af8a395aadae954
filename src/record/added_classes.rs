//! Classes that rows of `sys_db_object` in the input add to the built-in ones: an
//! instance may have tables of its own that extend `sys_user`. What is built in stays
//! as it is, whatever stands there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use hashbrown::HashMap;

use super::classes::{self, Classes};
use super::referred::is_sys_id;
use super::schema;
use super::wanted::{ColumnIdx, MOST_TABLES, TableIdx, Wanted};

/// The table whose rows are tables.
const TABLES: &str = "sys_db_object";
/// The columns there that say which table a row is and which one it extends. The last
/// is a walk, which exports that are no XML may show.
const SAYING: [&str; 4] = ["name", "label", "super_class", "super_class.name"];

/// Asks for the rows that say which table extends which.
pub fn want_classes(wanted: &mut Wanted) {
    for column in SAYING {
        wanted.keep_beside(TABLES, column);
    }
}

/// The table and its columns; `None` if nobody asks for them.
#[must_use]
pub fn wanted_classes(wanted: &Wanted) -> Option<(TableIdx, [ColumnIdx; 4])> {
    let table = wanted.find(TABLES)?;
    let [name, label, parent, walk] = SAYING.map(|column| wanted.table(table).find(column));
    Some((table, [name?, label?, parent?, walk?]))
}

/// What a row of `sys_db_object` says.
#[derive(Debug, Clone, Copy, Default)]
pub struct TableRow<'r> {
    /// The row's `sys_id`.
    pub sys_id: &'r str,
    /// The table's name.
    pub name: &'r str,
    /// What people are shown in its place.
    pub label: &'r str,
    /// The `sys_id` of the row of the table that it extends.
    pub parent: &'r str,
    /// What that reference displays: a label, a name, or both.
    pub shown: [&'r str; 3],
}

/// The classes that rows of `sys_db_object` add, as far as `is_seen` says that rows of
/// the child were read and somebody wants rows of the parent. Where rows contradict each
/// other, the child extends what each of them says. The names in the second list extend
/// more tables than a row can be of, and are left out.
#[must_use]
pub fn added_classes<'r>(
    rows: &[TableRow<'r>],
    wanted: &Wanted,
    is_seen: &dyn Fn(&str) -> bool,
) -> (Classes, Vec<&'r str>) {
    let mut too_many = Vec::new();
    if !rows.iter().any(|row| may_extend(row.name) && is_seen(row.name)) {
        return (Classes::default(), too_many);
    }
    let extending = Extending::of(rows);
    let mut found: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for table in wanted.tables() {
        for (child, distance) in extending.below(&table.name) {
            if is_seen(child) {
                found.entry(child).or_default().push((distance, &table.name));
            }
        }
    }
    let mut classes = Classes::default();
    for (child, mut ancestors) in found {
        ancestors.sort_unstable();
        if ancestors.len() + usize::from(wanted.find(child).is_some()) > MOST_TABLES {
            too_many.push(child);
        } else {
            classes.add(child, ancestors.into_iter().map(|(_, name)| name));
        }
    }
    (classes, too_many)
}

/// Which tables the input says extend a table directly.
struct Extending<'r> {
    children: HashMap<&'r str, BTreeSet<&'r str>>,
}

impl<'r> Extending<'r> {
    fn of(rows: &[TableRow<'r>]) -> Self {
        let (mut by_id, mut by_label) = (HashMap::new(), HashMap::new());
        for row in rows {
            by_id.entry(row.sys_id.to_ascii_lowercase()).or_insert_with(BTreeSet::new).insert(row.name);
            by_label.entry(row.label).or_insert_with(BTreeSet::new).insert(row.name);
        }
        let mut children: HashMap<_, BTreeSet<_>> = HashMap::new();
        for row in rows.iter().filter(|row| may_extend(row.name)) {
            // The sys_id says which table is meant, whatever stands beside it.
            let parents = by_id.get(&row.parent.to_ascii_lowercase()).filter(|_| is_sys_id(row.parent));
            let mut parents: BTreeSet<&'r str> = parents.cloned().unwrap_or_default();
            if parents.is_empty() {
                let said = [row.parent].into_iter().chain(row.shown).filter(|said| !said.is_empty());
                for said in said {
                    parents.extend(is_name(said).then_some(said));
                    parents.extend(by_label.get(said).into_iter().flatten());
                    parents.extend(BUILT_IN_LABELS.get(said));
                }
            }
            for parent in parents {
                children.entry(parent).or_default().insert(row.name);
            }
        }
        Self { children }
    }

    /// The tables below a table, and how far. A circle ends where it closes.
    fn below(&self, table: &str) -> BTreeMap<&'r str, usize> {
        let begins = [table].into_iter().chain(classes::descendants(table).map(|name| -> &str { name }));
        let begins = begins.filter_map(|parent: &str| self.children.get(parent)).flatten();
        let mut open: VecDeque<_> = begins.map(|child| (*child, 1)).collect();
        let mut found = BTreeMap::new();
        while let Some((child, distance)) = open.pop_front() {
            if child == table || found.contains_key(child) {
                continue;
            }
            found.insert(child, distance);
            let further = self.children.get(child).into_iter().flatten();
            open.extend(further.map(|child| (*child, distance + 1)));
        }
        found
    }
}

/// Whether the input may say what a table extends: it is known of no built-in one.
fn may_extend(table: &str) -> bool {
    !table.is_empty() && !schema::is_built_in(table)
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What people are shown in place of the names of tables that rules ask about.
static BUILT_IN_LABELS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("table_labels.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| {
        let (table, rest) = line.split_once('\t')?;
        Some((rest.split_once('\t')?.0, table))
    });
    cells.collect()
});
