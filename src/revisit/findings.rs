//! Findings with their lines, side by side rather than one in the other.

use std::cmp::Reverse;

use super::{LocatedPlace, PlaceLines};
use crate::finding::Finding;
use crate::source::Source;

/// All findings of a scan with the lines of their places.
///
/// Beside the [`Finding`] itself it takes 8 bytes for each, and 64 for each place.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    /// Of all places of all findings.
    lines: Vec<PlaceLines>,
    /// Where in `lines` those of each finding begin.
    first: Vec<u32>,
    /// Indexes of `found` in the order of the report.
    order: Vec<u32>,
}

/// A finding with its lines.
#[derive(Debug, Clone, Copy)]
pub struct LocatedFinding<'f> {
    /// What was found.
    pub finding: &'f Finding,
    lines: &'f [PlaceLines],
}

impl<'f> LocatedFinding<'f> {
    /// Where the finding is reported.
    #[must_use]
    pub fn primary(&self) -> LocatedPlace<'f> {
        LocatedPlace { place: &self.finding.places[0], lines: &self.lines[0] }
    }

    /// The primary place first. Never empty.
    pub fn places(&self) -> impl Iterator<Item = LocatedPlace<'f>> + use<'f> {
        self.finding.places.iter().zip(self.lines).map(|(place, lines)| LocatedPlace { place, lines })
    }
}

impl Findings {
    /// Findings in the order they come. `lines` are those of the places of the
    /// first finding, then those of the second, and so on. A finding without a
    /// place is left out.
    #[must_use]
    pub fn new(findings: Vec<Finding>, lines: Vec<PlaceLines>) -> Self {
        let mut first = Vec::with_capacity(findings.len());
        let mut order = Vec::with_capacity(findings.len());
        let mut begin = 0;
        for (index, finding) in findings.iter().enumerate() {
            first.push(number(begin));
            begin += finding.places.len();
            if !finding.places.is_empty() && begin <= lines.len() {
                order.push(number(index));
            }
        }
        Self { found: findings, lines, first, order }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The finding of a rank, the first has 0.
    #[must_use]
    pub fn get(&self, rank: usize) -> Option<LocatedFinding<'_>> {
        self.order.get(rank).map(|index| self.at(*index))
    }

    /// All of them, in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = LocatedFinding<'_>> {
        self.order.iter().map(|index| self.at(*index))
    }

    /// The numbers of all of them, in the order of the report. A number stays with its
    /// finding, whatever is sorted or left out.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.order.iter().copied()
    }

    /// A finding by its number.
    pub(super) fn finding(&self, number: u32) -> &Finding {
        &self.found[index(number)]
    }

    /// The same with its lines.
    pub(super) fn located(&self, number: u32) -> LocatedFinding<'_> {
        self.at(number)
    }

    /// All findings as they were given, those that were left out too.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.found
    }

    /// The same, to say how they stand. Which places they have stays.
    pub fn as_mut_slice(&mut self) -> &mut [Finding] {
        &mut self.found
    }

    /// Leaves out findings.
    pub fn retain(&mut self, is_kept: impl Fn(&Finding) -> bool) {
        let found = &self.found;
        self.order.retain(|number| is_kept(&found[index(*number)]));
    }

    /// Changes texts of all of them. Which places they have, and their order, stay.
    pub fn edit(&mut self, change: impl FnMut(&mut Finding)) {
        self.found.iter_mut().for_each(change);
    }

    /// What nobody has accepted first, then what a baseline knows, then what is
    /// waived, so that a limit never hides what is new. In each of these worst
    /// first, then by path, region, rule and key. `rule_id` gives the id of
    /// a rule by its index in the pack.
    pub fn sort<'r>(&mut self, sources: &[Source], rule_id: impl Fn(u16) -> Option<&'r str>) {
        let ranks = ranks(sources);
        let rank = |source: u32| ranks.get(index(source)).copied();
        let mut order = std::mem::take(&mut self.order);
        // All that two findings mostly differ in comes first: keys are far away.
        order.sort_by(|left, right| {
            let (left, right) = (self.at(*left), self.at(*right));
            let near = |found: &LocatedFinding<'_>| {
                let primary = found.primary();
                let accepted = (found.finding.waiver.is_some(), !found.finding.is_open());
                (accepted, Reverse(found.finding.severity), rank(primary.place.source), primary.lines.region)
            };
            near(&left).cmp(&near(&right)).then_with(|| {
                let (left, right) = (left.finding, right.finding);
                (rule_id(left.rule), &left.key).cmp(&(rule_id(right.rule), &right.key))
            })
        });
        self.order = order;
    }

    fn at(&self, finding: u32) -> LocatedFinding<'_> {
        let at = index(finding);
        let begin = index(self.first[at]);
        let finding = &self.found[at];
        LocatedFinding { finding, lines: &self.lines[begin..begin + finding.places.len()] }
    }
}

/// The rank of each source by its path; those of one path have one rank.
pub(super) fn ranks(sources: &[Source]) -> Vec<u32> {
    let mut by_path: Vec<usize> = (0..sources.len()).collect();
    by_path.sort_by_key(|at| sources[*at].path());
    let mut ranks = vec![0; sources.len()];
    let mut rank = 0;
    for (place, at) in by_path.iter().enumerate() {
        if place > 0 && sources[by_path[place - 1]].path() != sources[*at].path() {
            rank += 1;
        }
        ranks[*at] = rank;
    }
    ranks
}

/// More than four billion findings do not fit in memory.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
