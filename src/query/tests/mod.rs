//! The language, tried on a few rows held in memory.

mod binding;
mod computed;
mod dates;
mod matching;
mod negating;
mod parsing;
mod properties;
mod references;
mod related;

use std::collections::HashMap;

use super::{Cell, Class, Clock, Data, DefinedNames, Missing, MissingItem, Query, RowId, Truth, bind};
use crate::record::{ColumnIdx, TableIdx, Wanted};

/// Rows written one a line: `table field=value|display; field=value`. A table
/// whose name ends in `!` is whole. A field that is not written is absent.
/// `@x.name=yes|no|unknown` puts the row in a class, `@roles=a,b` gives it roles,
/// which end in `,?` where others may be missing.
#[derive(Default)]
struct Rows<'a> {
    tables: HashMap<&'a str, Vec<HashMap<&'a str, &'a str>>>,
    whole: Vec<&'a str>,
}

impl<'a> Rows<'a> {
    fn parse(text: &'a str) -> Self {
        let mut rows = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (table, fields) = line.split_once(' ').unwrap_or((line, ""));
            let name = table.trim_end_matches('!');
            if table.ends_with('!') {
                rows.whole.push(name);
            }
            let list = rows.tables.entry(name).or_default();
            let row: HashMap<_, _> =
                fields.split(';').filter_map(|field| field.trim_start().split_once('=')).collect();
            if !row.is_empty() {
                list.push(row);
            }
        }
        rows
    }
}

struct Mock<'a> {
    wanted: Wanted,
    rows: Rows<'a>,
}

impl<'a> Mock<'a> {
    fn table(&self, table: TableIdx) -> &[HashMap<&'a str, &'a str>] {
        let name = &*self.wanted.table(table).name;
        self.rows.tables.get(name).map_or(&[], Vec::as_slice)
    }

    fn row(&self, table: TableIdx, row: RowId) -> &HashMap<&'a str, &'a str> {
        &self.table(table)[usize::try_from(row.0).unwrap()]
    }

    fn find(&self, table: TableIdx, matches: impl Fn(RowId) -> bool) -> Vec<RowId> {
        let count = u32::try_from(self.table(table).len()).unwrap();
        (0..count).map(RowId).filter(|row| matches(*row)).collect()
    }

    fn missing(&self, missing: &Missing) -> String {
        let items = missing.items().map(|item| match item {
            MissingItem::Table(table) => self.wanted.table(table).name.to_string(),
            MissingItem::Column(table, column) => {
                format!("{}.{}", self.wanted.table(table).name, self.wanted.column_name(table, column))
            }
            MissingItem::Signs(class) => format!("signs of class {}", class.0),
        });
        let mut items: Vec<_> = items.collect();
        items.sort();
        items.join(" ")
    }
}

impl Data for Mock<'_> {
    fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        match self.row(table, row).get(self.wanted.column_name(table, column)) {
            None => Cell::default(),
            Some(text) => {
                let (value, display) = text.split_once('|').map_or((*text, None), |(v, d)| (v, Some(d)));
                Cell { present: true, value, display }
            }
        }
    }

    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId> {
        self.find(table, |row| self.cell(table, row, ColumnIdx::SYS_ID).value == sys_id).first().copied()
    }

    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId> {
        assert!(!value.is_empty(), "nothing is asked for an empty value");
        self.find(table, |row| self.cell(table, row, column).value.eq_ignore_ascii_case(value))
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        !self.find(table, |row| !self.cell(table, row, column).present).is_empty()
    }

    fn is_whole(&self, table: TableIdx) -> bool {
        self.rows.whole.contains(&&*self.wanted.table(table).name)
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        assert_eq!(class, MACHINE);
        let users = self.wanted.find("sys_user").unwrap();
        match self.row(users, row).get("@x.machine") {
            Some(&"yes") => Truth::Yes,
            Some(&"unknown") => Truth::Unknown(Missing::column(users, ColumnIdx::SYS_ID)),
            _ => Truth::No,
        }
    }

    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        let users = self.wanted.find("sys_user").unwrap();
        let text = self.row(users, user).get("@roles").copied().unwrap_or("");
        let grants = self.wanted.find("sys_user_has_role").unwrap();
        let missing = if text.ends_with('?') { Missing::table(grants) } else { Missing::none() };
        let _ = text
            .split(',')
            .filter(|name| !matches!(*name, "" | "?"))
            .any(|name| take(name, &Missing::none()));
        missing
    }

    fn all_roles(&self, user: RowId) -> Vec<&str> {
        let users = self.wanted.find("sys_user").unwrap();
        let text = self.row(users, user).get("@roles").copied().unwrap_or("");
        let mut roles: Vec<_> = text.split(',').filter(|name| !matches!(*name, "" | "?")).collect();
        roles.sort_unstable();
        roles
    }

    fn trait_of(&self, table: TableIdx, row: RowId, name: &str) -> &str {
        self.row(table, row).get(format!("@{name}").as_str()).copied().unwrap_or("")
    }
}

const MACHINE: Class = Class(7);

/// `@class.machine` of users; `@owner` is the manager, else `u_owner`.
struct Pack;

impl DefinedNames for Pack {
    fn class(&self, table: &str, name: &str) -> Option<Class> {
        (table == "sys_user" && name == "machine").then_some(MACHINE)
    }

    fn alias(&self, table: &str, name: &str) -> Option<Vec<String>> {
        let columns = ["manager", "u_owner"].map(str::to_owned).to_vec();
        (table == "sys_user" && name == "owner").then_some(columns)
    }
}

/// What "now" is in tests: a Monday morning.
const NOW: &str = "2026-10-05 08:30:00";

/// Asks the query of the table's first row: `yes`, `no`, or `unknown` with what
/// is missing. The query printed and read again must answer the same.
#[track_caller]
fn ask(table: &str, rows: &str, query: &str, clock: &Clock) -> String {
    let parsed = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let printed = parsed.to_string();
    assert_eq!(Query::parse(&printed).as_ref(), Ok(&parsed), "{query} was printed as {printed}");
    let mut wanted = Wanted::new();
    let bound = bind(&parsed, table, &mut wanted, &Pack).unwrap_or_else(|error| panic!("{query}: {error}"));
    let data = Mock { wanted, rows: Rows::parse(rows) };
    match bound.evaluate(&data, clock, RowId(0)) {
        Truth::Yes => "yes".to_owned(),
        Truth::No => "no".to_owned(),
        Truth::Unknown(missing) => format!("unknown {}", data.missing(&missing)).trim_end().to_owned(),
    }
}

/// Asks several queries of the table's first row.
#[track_caller]
fn check(table: &str, rows: &str, cases: &[(&str, &str)]) {
    let clock = Clock::parse(NOW).unwrap();
    for (query, expected) in cases {
        assert_eq!(ask(table, rows, query, &clock), *expected, "{query}\nof {rows}");
    }
}
