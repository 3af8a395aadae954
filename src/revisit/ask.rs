//! What is asked of sources at the second look, and who waits for the answers.

use super::text_store::{PlaceKey, TextStore};
use crate::export::FileReport;
use crate::finding::{Finding, Place, Target};
use crate::judge::{Drafts, SharedNames};
use crate::record::Record;
use crate::source::Source;

/// Where the numbers begin of the places that a finding has beside its first row.
const BESIDE: u16 = 1 << 12;

/// A place that is looked for.
#[derive(Debug)]
pub(super) struct PlaceAsk {
    /// The finding, by its number, and which of its places.
    pub(super) key: PlaceKey,
    pub(super) source: u32,
    /// As [`Place`] has it.
    pub(super) outer_start: u64,
    pub(super) ordinal: u32,
    pub(super) target: Target,
    /// Whether the finding is written when its row is there. What it points at in the
    /// row is known then.
    pub(super) is_open: bool,
    /// Whether its text is shown.
    pub(super) is_shown: bool,
}

impl PlaceAsk {
    /// Asks for the lines of a place.
    pub(super) fn of(key: PlaceKey, place: &Place) -> Self {
        let &Place { source, outer_start, ordinal, ref target, .. } = place;
        Self { key, source, outer_start, ordinal, target: target.clone(), is_open: false, is_shown: false }
    }

    /// Places in records stand behind the root, which has no start of its own.
    pub(super) fn order(&self) -> (u32, Option<u64>, u32) {
        (self.source, (self.target != Target::Root).then_some(self.outer_start), self.ordinal)
    }
}

/// The number of a place of a finding. How many parts of its first row a finding points
/// at is known when it is written; the other places keep their number.
pub(super) fn slot_of(places: &[Place], at: usize) -> u16 {
    let is_part = |place: &&Place| matches!(place.target, Target::Part(_));
    let own = places.iter().take_while(is_part).count().max(1);
    match at.checked_sub(own) {
        None => u16::try_from(at).unwrap_or(u16::MAX),
        Some(beside) => beside_slot(beside),
    }
}

/// The number of the place that is that many behind those of the first row.
pub(super) fn beside_slot(beside: usize) -> u16 {
    BESIDE + u16::try_from(beside).unwrap_or(u16::MAX - BESIDE)
}

/// How many places of the first row a finding has, which come first.
pub(super) fn own_places(places: &[Place]) -> usize {
    let is_own = |at: &usize| slot_of(places, *at) < BESIDE;
    (0..places.len()).take_while(is_own).count()
}

/// Findings that wait for the rows that they show, by their number.
pub(super) trait OpenFindings: Sync {
    /// Writes one; without a record where that is gone. `None` where none waits.
    fn write(&self, number: u32, record: Option<&Record<'_>>, names: &SharedNames) -> Option<Finding>;

    /// Takes one that was written.
    fn keep(&self, number: u32, finding: Finding);
}

impl OpenFindings for Drafts<'_> {
    fn write(&self, number: u32, record: Option<&Record<'_>>, names: &SharedNames) -> Option<Finding> {
        Drafts::write(self, number, record, names)
    }

    fn keep(&self, number: u32, finding: Finding) {
        Drafts::keep(self, number, finding);
    }
}

/// Writes one that waits for a row that is not there.
pub(super) fn write_without_row(open: &dyn OpenFindings, number: u32, names: &SharedNames) {
    if let Some(finding) = open.write(number, None, names) {
        open.keep(number, finding);
    }
}

/// Where nothing waits.
pub(super) struct NothingOpen;

impl OpenFindings for NothingOpen {
    fn write(&self, _: u32, _: Option<&Record<'_>>, _: &SharedNames) -> Option<Finding> {
        None
    }

    fn keep(&self, _: u32, _: Finding) {}
}

/// Who looks, and at what.
#[derive(Clone, Copy)]
pub(super) struct Look<'l> {
    pub(super) source: &'l Source,
    pub(super) report: &'l FileReport,
    pub(super) open: &'l dyn OpenFindings,
    pub(super) texts: &'l TextStore,
}
