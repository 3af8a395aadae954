//! The second look at one source: forward, child by child of the root, each read once.
//! It answers what findings wait for, where places are, and what is shown of them;
//! nothing is kept of a child that was passed.

use rayon::prelude::*;

use super::PlaceLines;
use super::ask::{Look, PlaceAsk, write_without_row};
use super::child::Child;
use super::near::Spans;
use super::point::Point;
use super::root::look_at_root;
use super::text_store::PlaceKey;
use crate::export::ChildReader;
use crate::finding::Target;
use crate::judge::SharedNames;
use crate::source::{Problem, ProblemKind};
use crate::span::LineColumn;

/// How many questions one thread answers in a file that several read.
const SHARE: usize = 512;

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

/// Answers everything that is asked of the source. `asks` are sorted; `notices` are
/// numbers and offsets.
pub(super) fn look_at_source(look: Look<'_>, asks: &[PlaceAsk], mut notices: Vec<(usize, u64)>) -> Looked {
    notices.sort_by_key(|(_, offset)| *offset);
    if let Err(problem) = look.source.check_unchanged() {
        return lost(look, asks, problem);
    }
    let roots = asks.partition_point(|ask| ask.target == Target::Root);
    let (roots, asks) = asks.split_at(roots);
    let mut looked = Looked { lines: vec![look_at_root(look, roots)], ..Looked::default() };
    let last_child = asks.last().map_or(0, |ask| ask.outer_start);
    let last = notices.last().map_or(last_child, |(_, offset)| last_child.max(*offset));
    // Where something was repaired, bytes are not the text up to the end.
    let is_repaired = look.report.problems.iter().any(|problem| problem.kind == ProblemKind::Repaired);
    let last = if is_repaired { u64::MAX } else { last };
    if last <= look.source.plain_to() && asks.len() > SHARE {
        let of_notices = share(look, &[], &notices, last);
        let shares: Vec<_> = shares(asks).into_par_iter().map(|asks| share(look, asks, &[], last)).collect();
        looked = shares.into_iter().fold(looked.join(of_notices), Looked::join);
    } else if !asks.is_empty() || !notices.is_empty() {
        looked = looked.join(share(look, asks, &notices, last));
    }
    let changed = look.source.check_unchanged().err();
    // What failed the first time fails again, and has been said.
    looked.problem = looked.problem.filter(|_| !look.report.has_loss()).or(changed);
    looked
}

/// Nothing can be read: places are where they begin, without lines.
fn lost(look: Look<'_>, asks: &[PlaceAsk], problem: Problem) -> Looked {
    let names = SharedNames::default();
    let mut looked = Looked { problem: Some(problem), ..Looked::default() };
    looked.lines.push(asks.iter().map(|ask| (ask.key, PlaceLines::unknown())).collect());
    for number in asks.iter().filter(|ask| ask.is_open).map(|ask| ask.key.0) {
        write_without_row(look.open, number, &names);
    }
    looked
}

fn share(look: Look<'_>, asks: &[PlaceAsk], notices: &[(usize, u64)], last: u64) -> Looked {
    let Look { source, report, .. } = look;
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
        let mut here = Child::new(look, &names, child);
        let is_clear = reader.go_to(start) && reader.read(&mut here);
        let (points, secrets) = here.finish();
        let inside = open.partition_point(|(_, offset)| *offset <= reader.position());
        let lines = LinesOf::of(&mut reader, &points, &open[..inside]);
        looked.noticed.extend(open[..inside].iter().map(|(number, offset)| (*number, lines.at(*offset))));
        open = &open[inside..];
        for point in &points {
            let place = lines.place(point.spans, source.is_sheet());
            found.push((point.key, place));
            if point.is_shown {
                let text = reader.text(start, point.spans.context());
                let secrets = is_clear.then_some(secrets.as_slice());
                look.texts.put(point.key, &point.excerpt(&place, text, secrets, source.is_sheet()));
            }
        }
    }
    looked.noticed.extend(open.iter().map(|(number, offset)| (*number, reader.line_behind(*offset))));
    looked.lines.push(found);
    looked.problem = reader.take_problem();
    looked
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

    fn place(&self, spans: Spans, is_sheet: bool) -> PlaceLines {
        PlaceLines::between(spans, |offset| self.at(offset), is_sheet)
    }
}
