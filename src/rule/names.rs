//! The names that packs define: classes and aliases.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::query::{Class, DefinedNames};
use crate::record::Dictionary;

/// Classes and aliases by table and name, and what the input says of tables.
#[derive(Debug, Default)]
pub(super) struct PackNames {
    pub(super) classes: BTreeMap<(String, String), Class>,
    pub(super) aliases: BTreeMap<(String, String), Vec<String>>,
    pub(super) dictionary: Arc<Dictionary>,
}

impl DefinedNames for PackNames {
    fn class(&self, table: &str, name: &str) -> Option<Class> {
        self.classes.get(&(table.to_owned(), name.to_owned())).copied()
    }

    fn alias(&self, table: &str, name: &str) -> Option<Vec<String>> {
        self.aliases.get(&(table.to_owned(), name.to_owned())).cloned()
    }

    fn dictionary(&self) -> Option<&Dictionary> {
        Some(&self.dictionary)
    }
}
