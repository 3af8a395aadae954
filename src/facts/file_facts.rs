//! What is remembered of the files beside their rows.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::ReadFile;
use super::table_facts::Row;
use crate::export::FileKind;
use crate::record::Origin;

/// What is remembered of a file that holds records.
#[derive(Debug, Clone)]
pub(crate) struct FileFacts {
    pub(crate) source: u32,
    pub(crate) kind: FileKind,
    /// Tables that stand in it as tables.
    pub(crate) tables: BTreeSet<String>,
}

impl FileFacts {
    /// `None` for a file that holds no records.
    pub(crate) fn of(file: &ReadFile) -> Option<Self> {
        let kind = file.report.kind;
        let rows = kind.is_table().then_some(&file.report.rows);
        let tables = rows.into_iter().flat_map(BTreeMap::keys).cloned().collect();
        (kind != FileKind::Other).then_some(Self { source: file.source, kind, tables })
    }

    /// The one of a source among those of a scan, which are in the order of the sources.
    pub(crate) fn find(files: &[Self], source: u32) -> Option<&Self> {
        files.get(files.binary_search_by_key(&source, |file| file.source).ok()?)
    }

    /// Whether a row stands in its file as a row of a table: not in an update set, nor
    /// in the repository of an app.
    pub(crate) fn hold_as_table(files: &[Self], row: &Row) -> bool {
        row.origin == Origin::Table && Self::find(files, row.source).is_some_and(|file| file.kind.is_table())
    }
}
