//! Whether the files of a scan are of one instance.

use std::collections::BTreeMap;

use rayon::slice::ParallelSliceMut;

use super::file_facts::FileFacts;
use super::interner::TextId;
use super::scan_facts::Facts;
use crate::doctor::{advice_of, keys_message, names_instance, names_message, other_rows_of_keys};
use crate::finding::Notice;
use crate::query::RowId;
use crate::record::{Action, ColumnIdx, TableIdx, Wanted};

/// A sign that two files are of two instances.
#[derive(Debug)]
pub(crate) struct MixedSign {
    /// The files that disagree, in scan order.
    sources: Vec<u32>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A property that names the instance, and its values.
    Property(String, Vec<String>),
    /// How many values of a unique column belong to other rows.
    Keys(TableIdx, &'static str, usize),
}

/// The signs that files are of several instances. Update sets come from other
/// instances by their nature, so only tables are asked.
pub(crate) fn mixed_signs(facts: &Facts, wanted: &Wanted, files: &[FileFacts]) -> Vec<MixedSign> {
    let tables = TablesOfFiles { facts, wanted, files };
    let named = (0..).map(TableIdx).zip(wanted.tables());
    let keyed = named.filter_map(|(table, names)| {
        let key = advice_of(&names.name)?.key?;
        let column = names.find(key).filter(|column| facts.table(table).slot(*column).is_some())?;
        Some((table, key, column))
    });
    let mut signs = tables.named_differently();
    for (table, key, column) in keyed {
        signs.extend(tables.other_rows(table, column).into_iter().map(|((one, other), count)| MixedSign {
            sources: vec![one, other],
            what: What::Keys(table, key, count),
        }));
    }
    signs
}

impl MixedSign {
    /// What it says to a person. `path_of` names a source.
    pub(crate) fn notice<'s>(&self, wanted: &Wanted, path_of: &dyn Fn(u32) -> &'s str) -> Notice {
        let path = |at: usize| self.sources.get(at).map_or("", |source| path_of(*source));
        let message = match &self.what {
            What::Property(name, values) => {
                let values = values.iter().enumerate().map(|(at, value)| (value.as_str(), path(at)));
                names_message(name, values)
            }
            What::Keys(table, key, count) => {
                keys_message(*count, (&wanted.table(*table).name, key), [path(0), path(1)])
            }
        };
        let message = format!(
            "{message}; what is said of them together may be wrong: name the instances and their files \
             under instances: in the configuration"
        );
        let source = self.sources.last().copied();
        Notice::of_instances(source.map_or("", path_of), source, message)
    }
}

/// The rows of tables, and the files that they stand in.
struct TablesOfFiles<'f> {
    facts: &'f Facts,
    wanted: &'f Wanted,
    files: &'f [FileFacts],
}

impl TablesOfFiles<'_> {
    /// The rows that stand in files as rows of a table, whatever their version.
    fn table_rows(&self, table: TableIdx) -> impl Iterator<Item = (RowId, u32)> + '_ {
        let rows = self.facts.table(table).every();
        rows.filter(|(_, row)| {
            row.action == Action::InsertOrUpdate && FileFacts::hold_as_table(self.files, row)
        })
        .map(|(id, row)| (id, row.source))
    }

    fn named_differently(&self) -> Vec<MixedSign> {
        let Some(table) = self.wanted.find("sys_properties") else { return Vec::new() };
        let names = self.wanted.table(table);
        let (Some(name), Some(value)) = (names.find("name"), names.find("value")) else { return Vec::new() };
        if [name, value].iter().any(|column| self.facts.table(table).slot(*column).is_none()) {
            return Vec::new();
        }
        let mut values: BTreeMap<&str, BTreeMap<String, u32>> = BTreeMap::new();
        for (row, source) in self.table_rows(table) {
            let text = |column| self.facts.cell(table, row, column).value;
            if names_instance(text(name)) && !text(value).is_empty() {
                values.entry(text(name)).or_default().entry(text(value).to_lowercase()).or_insert(source);
            }
        }
        let several = values.into_iter().filter(|(_, values)| values.len() > 1);
        let sign = |(name, values): (&str, BTreeMap<String, u32>)| {
            let (values, sources) = values.into_iter().unzip();
            MixedSign { sources, what: What::Property(name.to_owned(), values) }
        };
        several.map(sign).collect()
    }

    fn other_rows(&self, table: TableIdx, column: ColumnIdx) -> Vec<((u32, u32), usize)> {
        let facts = self.facts.table(table);
        if !facts.is_of_several_sources() {
            return Vec::new();
        }
        let key = |(row, source): (RowId, u32)| {
            let (key, id) = (facts.pair(row, column).value, facts.pair(row, ColumnIdx::SYS_ID).value);
            let is_shown = key.0 > TextId::EMPTY.0 && id.0 > TextId::EMPTY.0;
            is_shown.then(|| (self.facts.fold(key), source, self.facts.fold(id)))
        };
        let mut keys: Vec<_> = self.table_rows(table).filter_map(key).collect();
        keys.par_sort_unstable();
        other_rows_of_keys(&keys)
    }
}
