//! The doctor of exports: what is wrong with the files, which tables look
//! whole, and what would have to be exported to complete the picture.
//!
//! No rule is judged here. What is known of tables, limits and properties is
//! data: `tables.tsv`, `properties.tsv`, `limits.tsv`.

mod address;
mod demand;
mod files;
mod instances;
mod knowledge;
mod look;
mod numbered;
mod parts;
mod references;
mod requests;
mod seen;
mod sign;
mod versions;
mod whole;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::export::{FileKind, FileReport};
use crate::rule::Pack;
use crate::source::Source;

pub use address::{following_list_url, instance_name, list_url};
pub use demand::{Demand, demands, waiting_rules};
pub use instances::{keys_message, names_message, other_rows_of_keys};
pub use knowledge::{
    InUpdateSets, Limit, TableAdvice, advice_of, advices, areas, export_limits, is_export_limit,
    names_instance, want_signs,
};
pub use numbered::{MissingPart, MissingPartKind, NumberedFiles};
pub use requests::{Reason, Request, WHO, missing_requests};
pub use sign::{Sign, SignKind};
pub use whole::{COMMON_REASONS, TableState};

/// What there is to say of some exports.
#[derive(Debug)]
pub struct Examination {
    /// What was found in each file, in the order of the sources.
    pub files: Vec<FileReport>,
    /// What is wrong, in the order of kinds, then tables and files.
    pub signs: Vec<Sign>,
    /// The tables that rules ask about and that stand in files as tables.
    pub tables: Vec<TableState>,
    /// What would complete the picture, that for which most rules wait first.
    pub requests: Vec<Request>,
    /// The name of the instance, if it was given or the files say it.
    pub instance: Option<String>,
}

impl Examination {
    /// The names of the tables that look whole, sorted: what a reader who agrees
    /// passes to `--complete`.
    pub fn whole_tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().filter(|table| table.looks_whole()).map(|table| table.table.as_str())
    }
}

/// Reads all sources and says what there is to say of them. The pack says what
/// rules ask for; [`want_signs`] has to have added what signs are read from.
/// `instance` is the name of the instance, if it is known.
pub fn examine(sources: &[Source], pack: &Pack, instance: Option<&str>) -> Examination {
    let demands = demands(pack);
    let seen = look::look(sources, pack);
    let mut signs = files::signs(&seen, pack, &demands, sources);
    signs.extend(instances::signs(&seen, pack, sources));
    let parts = parts::examine(&seen, pack, sources);
    signs.extend(parts.signs);
    signs.extend(versions::signs(&seen, pack));
    let references = references::count(&seen, pack);
    signs.extend(references::signs(&references, &signs));
    signs.sort_by(|left, right| {
        (left.kind, &left.table, left.source).cmp(&(right.kind, &right.table, right.source))
    });
    let tables = whole::states(&seen, pack, &signs, &references);
    let instance = instance.map(str::to_owned).or_else(|| instances::name(&seen));
    let requests =
        requests::requests(&demands, &tables, &narrow(&seen, &signs), &parts.next, instance.as_deref());
    Examination { files: seen.reports, signs, tables, requests, instance }
}

/// The tables that lack columns in a file that may have been made with a view. A
/// table export always holds every column that the instance has.
fn narrow(seen: &seen::Seen, signs: &[Sign]) -> BTreeSet<String> {
    let of_view = |source: u32| seen.kind(source) != FileKind::TableExport;
    let lacking = signs.iter().filter(|sign| sign.kind == SignKind::ColumnMissing);
    lacking.filter(|sign| sign.source.is_some_and(of_view)).filter_map(|sign| sign.table.clone()).collect()
}
