//! Finds the element that a place points at, by reading its record again, and
//! the lines of its ends. Everything goes forward through a file, child by child
//! of the root, and nothing is kept of a child that was passed.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::findings::Findings;
use super::lines::LineCounter;
use super::near::Spans;
use super::{PlaceLines, Region};
use crate::engine::ReadFile;
use crate::export::{ChildReader, FileReport, RecordSink};
use crate::finding::{Finding, Notice, Place, Target};
use crate::record::Record;
use crate::source::{Problem, Source};
use crate::span::LineColumn;

/// How many places one thread looks for in a file that several read.
const SHARE: usize = 512;

/// Everything with its lines.
#[derive(Debug, Default)]
pub struct Located {
    /// In the order they were given.
    pub findings: Findings,
    /// In the order they were given; a place without a line is in no text.
    pub notices: Vec<(Notice, Option<LineColumn>)>,
}

/// Finds lines and columns for findings and notices. `files` are those of the
/// sources, in scan order. Beside the answer it takes 48 bytes for each place
/// while it works.
#[must_use]
pub fn locate(
    findings: Vec<Finding>,
    notices: Vec<Notice>,
    sources: &[Source],
    files: &[ReadFile],
) -> Located {
    let places = findings.iter().flat_map(|finding| &finding.places);
    let (lines, found) = locate_all(places, &notices, sources, files);
    let mut notices: Vec<_> = notices.into_iter().zip(found.lines).collect();
    notices.extend(found.lost.into_iter().map(|notice| (notice, None)));
    Located { findings: Findings::new(findings, lines), notices }
}

/// Finds lines and columns for places. Where the source can no longer be read,
/// they are those of its start.
#[must_use]
pub fn locate_places(places: &[Place], sources: &[Source], files: &[ReadFile]) -> Vec<PlaceLines> {
    locate_all(places.iter(), &[], sources, files).0
}

/// What was found beside the places.
struct Beside {
    /// In the order of the notices.
    lines: Vec<Option<LineColumn>>,
    /// Sources that could be read once and not again.
    lost: Vec<Notice>,
}

/// A place, and where the answer goes.
struct Asked<'f> {
    /// Of the place; 0 for the root, which comes first.
    outer_start: u64,
    place: &'f Place,
    lines: &'f mut PlaceLines,
}

/// What is asked of one source.
#[derive(Default)]
struct Questions<'q, 'f> {
    /// By child of the root, then by record.
    asked: &'q mut [Asked<'f>],
    /// Index and offset of each notice, by offset.
    notices: Vec<(usize, u64)>,
}

fn locate_all<'f, P: Iterator<Item = &'f Place> + Clone>(
    places: P,
    notices: &[Notice],
    sources: &[Source],
    files: &[ReadFile],
) -> (Vec<PlaceLines>, Beside) {
    let mut lines = vec![PlaceLines::unknown(); places.clone().count()];
    let asked = places.zip(&mut lines).map(|(place, lines)| {
        let outer_start = if place.target == Target::Root { 0 } else { place.outer_start };
        Asked { outer_start, place, lines }
    });
    let mut asked: Vec<_> = asked.collect();
    // Stable, because findings come nearly in this order, which is then quick.
    asked.sort_by_key(|asked| (asked.place.source, asked.outer_start, asked.place.ordinal));
    let mut by_source: BTreeMap<u32, Questions<'_, '_>> = BTreeMap::new();
    for asked in asked.chunk_by_mut(|left, right| left.place.source == right.place.source) {
        let source = asked.first().map_or(0, |first| first.place.source);
        by_source.entry(source).or_default().asked = asked;
    }
    for (index, notice) in notices.iter().enumerate() {
        if let (Some(source), Some(at)) = (notice.source, notice.at) {
            by_source.entry(source).or_default().notices.push((index, at.start));
        }
    }
    let questions: Vec<_> = by_source
        .into_iter()
        .filter_map(|(index, questions)| {
            let at = usize::try_from(index).ok()?;
            Some((sources.get(at)?, &files.get(at)?.report, questions))
        })
        .collect();
    let looked: Vec<_> = questions
        .into_par_iter()
        .map(|(source, report, questions)| (source, look(source, report, questions)))
        .collect();
    let mut beside = Beside { lines: vec![None; notices.len()], lost: Vec::new() };
    for (source, (found, problem)) in looked {
        for (index, line) in found {
            beside.lines[index] = Some(line);
        }
        if let Some(problem) = problem {
            let message =
                format!("cannot be read a second time, so places are not exact: {}", problem.message);
            beside.lost.push(Notice::of(Problem { message, ..problem }, source.path(), None));
        }
    }
    drop(asked);
    (lines, beside)
}

/// The lines of the notices, and why the second look failed, if it did.
type Looked = (Vec<(usize, LineColumn)>, Option<Problem>);

fn look(source: &Source, report: &FileReport, questions: Questions<'_, '_>) -> Looked {
    let Questions { asked, mut notices } = questions;
    find_spans(source, report, asked);
    notices.sort_by_key(|(_, offset)| *offset);
    let last_place = asked.iter().map(|asked| asked.lines.region.span.end).max();
    let last = last_place.max(notices.last().map(|(_, offset)| *offset)).unwrap_or(0);
    let mut counter = LineCounter::new(source, &report.lines, last);
    let mut found = Vec::with_capacity(notices.len());
    let mut open = notices.as_slice();
    // Of one child of the root; all others lie before them or behind them.
    let mut offsets = Vec::new();
    for child in asked.chunk_by_mut(|left, right| left.outer_start == right.outer_start) {
        offsets.clear();
        for Asked { lines, .. } in &*child {
            offsets.extend([lines.context_start, lines.region.span.start, lines.region.span.end]);
        }
        offsets.sort_unstable();
        offsets.dedup();
        let mut places = Vec::with_capacity(offsets.len());
        for &offset in &offsets {
            while let Some((&(index, noticed), rest)) = open.split_first()
                && noticed <= offset
            {
                found.push((index, counter.at(noticed)));
                open = rest;
            }
            places.push(counter.at(offset));
        }
        let line_of =
            |offset: u64| offsets.binary_search(&offset).ok().and_then(|at| places.get(at).copied());
        for Asked { lines, .. } in child {
            let span = lines.region.span;
            if let (Some(start), Some(mut end)) = (line_of(span.start), line_of(span.end)) {
                if source.is_sheet() {
                    // One past the cell in which it ends.
                    end.column += 1;
                }
                lines.region = Region { start, end, span };
            }
            lines.context_column = line_of(lines.context_start).map_or(1, |place| place.column);
        }
    }
    found.extend(open.iter().map(|(index, offset)| (*index, counter.at(*offset))));
    // What failed the first time fails again, and has been said.
    (found, counter.into_problem().filter(|_| !report.has_loss()))
}

/// Finds the bytes that places point at, and where the text around them begins.
fn find_spans(source: &Source, report: &FileReport, asked: &mut [Asked<'_>]) {
    let roots = asked.partition_point(|asked| asked.place.target == Target::Root);
    let (roots, records) = asked.split_at_mut(roots);
    for asked in roots {
        asked.answer(Spans { region: report.root_tag, around: report.root_tag });
    }
    let last = records.last().map_or(0, |asked| asked.outer_start);
    let find = |records: &mut [Asked<'_>]| {
        let mut reader = ChildReader::new(source, report.kind).with(&report.classes);
        for child in records.chunk_by_mut(|left, right| left.outer_start == right.outer_start) {
            find_in_child(&mut reader, child);
        }
    };
    // Only where a reader begins in the middle without reading all before it.
    if last <= source.plain_to() && records.len() > SHARE {
        let mut shares = Vec::new();
        let mut rest = records;
        while !rest.is_empty() {
            let end = rest.get(SHARE).map_or(rest.len(), |first| {
                rest.partition_point(|asked| asked.outer_start < first.outer_start)
            });
            // A child with more places than a share is one.
            let end = if end > 0 {
                end
            } else {
                rest.partition_point(|asked| asked.outer_start <= rest[0].outer_start)
            };
            let (share, behind) = rest.split_at_mut(end);
            shares.push(share);
            rest = behind;
        }
        shares.into_par_iter().for_each(find);
    } else {
        find(records);
    }
}

fn find_in_child(reader: &mut ChildReader<'_>, child: &mut [Asked<'_>]) {
    for asked in &mut *child {
        asked.answer(Spans::lost(asked.place));
    }
    if child.first().is_some_and(|first| reader.go_to(first.outer_start)) {
        reader.read(&mut Regions { child });
    }
}

impl Asked<'_> {
    fn answer(&mut self, spans: Spans) {
        self.lines.region.span = spans.region;
        self.lines.context_start = spans.context().start;
    }
}

/// Answers the places in the records of a child, as they come.
struct Regions<'c, 'f> {
    child: &'c mut [Asked<'f>],
}

impl RecordSink for Regions<'_, '_> {
    fn record(&mut self, record: &Record<'_>) {
        let from = self.child.partition_point(|asked| asked.place.ordinal < record.ordinal);
        let asked = self.child[from..].iter_mut();
        for asked in asked.take_while(|asked| asked.place.ordinal == record.ordinal) {
            asked.answer(Spans::in_record(asked.place, record));
        }
    }
}
