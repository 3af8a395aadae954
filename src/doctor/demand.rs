//! What rules ask for, table by table.

use std::collections::BTreeSet;

use crate::record::is_view;
use crate::record::{TableIdx, schema};
use crate::rule::{Pack, Rule};

/// What the rules of a pack ask of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The table.
    pub table: String,
    /// How many rules ask about it.
    pub rules: usize,
    /// How many of them run by default.
    pub default_rules: usize,
    /// The columns that rules and classes ask for, sorted, with those that tell
    /// rows and their versions apart.
    pub columns: Vec<String>,
}

/// What the rules ask for, the table first that most of them ask about.
#[must_use]
pub fn demands(pack: &Pack) -> Vec<Demand> {
    let mut counts = vec![(0, 0); pack.wanted.tables().len()];
    for rule in &pack.rules {
        let tables: BTreeSet<TableIdx> = rule.reads.iter().map(|(table, _)| *table).collect();
        for table in tables {
            let (rules, by_default) = &mut counts[table.index()];
            *rules += 1;
            *by_default += usize::from(rule.meta.profile == "recommended");
        }
    }
    let tables = pack.wanted.tables().iter().zip(counts);
    let mut demands: Vec<_> = tables
        .filter(|(table, (rules, _))| *rules > 0 && !is_view(&table.name))
        .map(|(table, (rules, default_rules))| {
            let is_known = |column: &&str| schema::column(&table.name, column).is_some();
            let mut columns: Vec<_> =
                table.columns.iter().map(|column| &**column).filter(is_known).map(str::to_owned).collect();
            columns.sort();
            Demand { table: table.name.to_string(), rules, default_rules, columns }
        })
        .collect();
    demands.sort_by(|left, right| (right.rules, &left.table).cmp(&(left.rules, &right.table)));
    demands
}

/// How many rules ask about any of these tables.
#[must_use]
pub fn waiting_rules(pack: &Pack, is_one: &dyn Fn(&str) -> bool) -> usize {
    let is_asked: Vec<bool> = pack.wanted.tables().iter().map(|table| is_one(&table.name)).collect();
    let waits = |rule: &&Rule| rule.reads.iter().any(|(table, _)| is_asked.get(table.index()) == Some(&true));
    pack.rules.iter().filter(waits).count()
}
