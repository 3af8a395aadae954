//! The second look at one source: forward, child by child of the root, each read once.
//! It answers what findings wait for, where places are, and what is shown of them;
//! nothing is kept of a child that was passed.

use rayon::prelude::*;

use super::PlaceLines;
use super::child::{Child, Point};
use super::near::Spans;
use super::root::look_at_root;
use super::text_store::{PlaceKey, TextStore};
use crate::engine::{Drafts, SharedNames};
use crate::export::{ChildReader, FileReport};
use crate::finding::{Finding, Place, Target};
use crate::record::Record;
use crate::source::{Problem, ProblemKind, Source};
use crate::span::LineColumn;

/// How many questions one thread answers in a file that several read.
const SHARE: usize = 512;
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

/// What one look found.
#[derive(Default)]
pub(super) struct Looked {
    /// One list of each thread's share.
    pub(super) lines: Vec<Vec<(PlaceKey, PlaceLines)>>,
    /// Lines of notices, by their number.
    pub(super) noticed: Vec<(usize, LineColumn)>,
    /// Why the source could not be read again, if it could not.
    pub(super) problem: Option<Problem>,
}

impl Looked {
    pub(super) fn join(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self.noticed.extend(other.noticed);
        self.problem = self.problem.or(other.problem);
        self
    }
}

impl Look<'_> {
    /// Answers everything that is asked of the source. `asks` are sorted; `notices` are
    /// numbers and offsets.
    pub(super) fn all(self, asks: &[PlaceAsk], mut notices: Vec<(usize, u64)>) -> Looked {
        notices.sort_by_key(|(_, offset)| *offset);
        if let Err(problem) = self.source.check_unchanged() {
            return self.lost(asks, problem);
        }
        let roots = asks.partition_point(|ask| ask.target == Target::Root);
        let (roots, asks) = asks.split_at(roots);
        let mut looked = Looked { lines: vec![look_at_root(self, roots)], ..Looked::default() };
        let last_child = asks.last().map_or(0, |ask| ask.outer_start);
        let last = notices.last().map_or(last_child, |(_, offset)| last_child.max(*offset));
        // Where something was repaired, bytes are not the text up to the end.
        let is_repaired = self.report.problems.iter().any(|problem| problem.kind == ProblemKind::Repaired);
        let last = if is_repaired { u64::MAX } else { last };
        if last <= self.source.plain_to() && asks.len() > SHARE {
            let of_notices = self.share(&[], &notices, last);
            let shares: Vec<_> =
                shares(asks).into_par_iter().map(|asks| self.share(asks, &[], last)).collect();
            looked = shares.into_iter().fold(looked.join(of_notices), Looked::join);
        } else if !asks.is_empty() || !notices.is_empty() {
            looked = looked.join(self.share(asks, &notices, last));
        }
        let changed = self.source.check_unchanged().err();
        // What failed the first time fails again, and has been said.
        looked.problem = looked.problem.filter(|_| !self.report.has_loss()).or(changed);
        looked
    }

    /// Nothing can be read: places are where they begin, without lines.
    fn lost(self, asks: &[PlaceAsk], problem: Problem) -> Looked {
        let names = SharedNames::default();
        let mut looked = Looked { problem: Some(problem), ..Looked::default() };
        looked.lines.push(asks.iter().map(|ask| (ask.key, PlaceLines::unknown())).collect());
        for number in asks.iter().filter(|ask| ask.is_open).map(|ask| ask.key.0) {
            if let Some(finding) = self.open.write(number, None, &names) {
                self.open.keep(number, finding);
            }
        }
        looked
    }

    fn share(self, asks: &[PlaceAsk], notices: &[(usize, u64)], last: u64) -> Looked {
        let Self { source, report, .. } = self;
        let reader = ChildReader::new(source, report.kind).with(&report.classes);
        let mut reader = reader.counting(&report.lines, last);
        let names = SharedNames::default();
        let mut looked = Looked::default();
        let mut found = Vec::with_capacity(asks.len());
        let mut open = notices;
        for child in asks.chunk_by(|left, right| left.outer_start == right.outer_start) {
            let Some(first) = child.first() else { continue };
            let start = first.outer_start;
            let before = open.partition_point(|(_, offset)| *offset < start);
            let lines_before =
                open[..before].iter().map(|(number, offset)| (*number, reader.line_behind(*offset)));
            looked.noticed.extend(lines_before);
            open = &open[before..];
            let mut here = Child::new(self, &names, child);
            let is_clear = reader.go_to(start) && reader.read(&mut here);
            let (points, secrets) = here.finish();
            let inside = open.partition_point(|(_, offset)| *offset <= reader.position());
            let mut lines = LinesOf::of(&mut reader, &points, &open[..inside]);
            looked.noticed.extend(open[..inside].iter().map(|(number, offset)| (*number, lines.at(*offset))));
            open = &open[inside..];
            for point in &points {
                let place = lines.place(point.spans, source.is_sheet());
                found.push((point.key, place));
                if point.is_shown {
                    let text = reader.text(start, point.spans.context());
                    let secrets = is_clear.then_some(secrets.as_slice());
                    self.texts.put(point.key, &point.excerpt(&place, text, secrets, source.is_sheet()));
                }
            }
        }
        looked.noticed.extend(open.iter().map(|(number, offset)| (*number, reader.line_behind(*offset))));
        looked.lines.push(found);
        looked.problem = reader.take_problem();
        looked
    }
}

/// Questions for several threads; a child is never cut.
fn shares(asks: &[PlaceAsk]) -> Vec<&[PlaceAsk]> {
    let mut shares = Vec::new();
    let mut rest = asks;
    while let Some(last) = rest.get(..SHARE.min(rest.len())).and_then(<[_]>::last) {
        let end = rest.partition_point(|ask| ask.outer_start <= last.outer_start);
        let (share, behind) = rest.split_at(end);
        shares.push(share);
        rest = behind;
    }
    shares
}

/// Lines of all offsets in one child that somebody asks for, counted in order.
struct LinesOf {
    offsets: Vec<u64>,
    lines: Vec<LineColumn>,
}

impl LinesOf {
    fn of(reader: &mut ChildReader<'_>, points: &[Point], notices: &[(usize, u64)]) -> Self {
        let mut offsets: Vec<_> = notices.iter().map(|(_, offset)| *offset).collect();
        for Point { spans, .. } in points {
            offsets.extend([spans.context().start, spans.region.start, spans.region.end]);
        }
        offsets.sort_unstable();
        offsets.dedup();
        let lines = offsets.iter().map(|offset| reader.line_of(*offset)).collect();
        Self { offsets, lines }
    }

    fn at(&self, offset: u64) -> LineColumn {
        let at = self.offsets.binary_search(&offset).ok().and_then(|at| self.lines.get(at));
        at.copied().unwrap_or(LineColumn { line: 1, column: 1 })
    }

    fn place(&mut self, spans: Spans, is_sheet: bool) -> PlaceLines {
        PlaceLines::between(spans, |offset| self.at(offset), is_sheet)
    }
}
