//! What all questions of the doctor say together.

use std::collections::BTreeSet;

use crate::export::{FileKind, FileReport};
use crate::rule::Pack;
use crate::source::Source;

use super::demand::demands;
use super::look::SignWatch;
use super::requests::Request;
use super::seen::Seen;
use super::sign::{Sign, SignKind};
use super::whole::TableState;
use super::{files, instances, look, parts, references, requests, versions, whole};

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

    fn of(seen: Seen, sources: &[Source], pack: &Pack, instance: Option<&str>) -> Self {
        let demands = demands(pack);
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
        Self { files: seen.reports, signs, tables, requests, instance }
    }
}

/// Reads all sources and says what there is to say of them. The pack says what
/// rules ask for; [`want_signs`](super::want_signs) has to have added what signs are read from.
/// `instance` is the name of the instance, if it is known.
#[must_use]
pub fn examine(sources: &[Source], pack: &Pack, instance: Option<&str>) -> Examination {
    Examination::of(look::look(sources, pack), sources, pack, instance)
}

/// Says what there is to say of sources that were read under a watch. `reports` say how
/// reading each went.
#[must_use]
pub fn examine_watched(
    watch: &SignWatch,
    reports: Vec<FileReport>,
    sources: &[Source],
    (pack, instance): (&Pack, Option<&str>),
) -> Examination {
    Examination::of(watch.seen(reports), sources, pack, instance)
}

/// The tables that lack columns in a file that may have been made with a view. A
/// table export always holds every column that the instance has.
fn narrow(seen: &Seen, signs: &[Sign]) -> BTreeSet<String> {
    let of_view = |source: u32| seen.kind(source) != FileKind::TableExport;
    let lacking = signs.iter().filter(|sign| sign.kind == SignKind::ColumnMissing);
    lacking.filter(|sign| sign.source.is_some_and(of_view)).filter_map(|sign| sign.table.clone()).collect()
}
