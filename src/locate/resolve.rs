//! Finds the element that a finding points at, by reading its record again.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use super::lines::{Answers, Questions, ask};
use super::snippet::{cut, surroundings};
use super::{LocatedFinding, LocatedPlace, Region, Snippet};
use crate::engine::ReadFile;
use crate::export::{FileKind, FileReport, RecordSink, reread};
use crate::finding::{Finding, Notice, Place, Target};
use crate::record::{Record, carries_credential, carries_records, is_secret_column, is_secret_property};
use crate::source::{Problem, Source};
use crate::span::{ByteSpan, LineColumn};
use crate::xml::TokenReader;

/// How many bytes of context stand on each side of a region.
const CONTEXT: u64 = 1000;
/// How many bytes of a region are shown.
const SHOWN: u64 = 4096;
/// The largest file whose lines are hashed.
const HASHED: u64 = 100 * 1024 * 1024;
/// How far in front of a record its line may begin for the line to be hashed.
const INDENTATION: u64 = 256;
/// How far behind a record secrets are looked for: a line hash may reach there.
const BEHIND: u64 = 2048;

/// Everything with its lines.
#[derive(Debug, Default)]
pub struct Located {
    /// In the order they were given.
    pub findings: Vec<LocatedFinding>,
    /// In the order they were given; a place without a line is in no text.
    pub notices: Vec<(Notice, Option<LineColumn>)>,
}

/// Finds lines, columns and snippets for findings and notices. `files` are
/// those of the sources, in scan order.
#[must_use]
pub fn locate(
    findings: Vec<Finding>,
    notices: Vec<Notice>,
    sources: &[Source],
    files: &[ReadFile],
) -> Located {
    let places: Vec<_> = findings.iter().flat_map(|finding| &finding.places).collect();
    let mut found = locate_all(&places, &notices, sources, files);
    let mut places = found.places.drain(..);
    let mut located = Vec::with_capacity(findings.len());
    for finding in findings {
        let mut line_hash = None;
        let mut own = Vec::with_capacity(finding.places.len());
        for (place, hash) in places.by_ref().take(finding.places.len()).flatten() {
            if own.is_empty() {
                line_hash = hash;
            }
            own.push(place);
        }
        if !own.is_empty() {
            located.push(LocatedFinding { finding, places: own, line_hash });
        }
    }
    drop(places);
    let mut notices: Vec<_> = notices.into_iter().zip(found.lines).collect();
    notices.extend(found.lost.into_iter().map(|notice| (notice, None)));
    Located { findings: located, notices }
}

/// Finds lines, columns and snippets for places; `None` where the source can no
/// longer be read.
#[must_use]
pub fn locate_places(places: &[Place], sources: &[Source], files: &[ReadFile]) -> Vec<Option<LocatedPlace>> {
    let places: Vec<_> = places.iter().collect();
    let found = locate_all(&places, &[], sources, files);
    found.places.into_iter().map(|found| found.map(|(place, _)| place)).collect()
}

/// A place with its lines, and the hash of its first line.
type Looked = (LocatedPlace, Option<String>);

/// The answers in the order of the questions.
struct All {
    places: Vec<Option<Looked>>,
    lines: Vec<Option<LineColumn>>,
    /// Sources that could be read once and not again.
    lost: Vec<Notice>,
}

fn locate_all(places: &[&Place], notices: &[Notice], sources: &[Source], files: &[ReadFile]) -> All {
    let mut by_source: BTreeMap<u32, Wanted<'_>> = BTreeMap::new();
    for (index, place) in places.iter().enumerate() {
        by_source.entry(place.source).or_default().places.push((index, place));
    }
    for (index, notice) in notices.iter().enumerate() {
        if let (Some(source), Some(at)) = (notice.source, notice.at) {
            by_source.entry(source).or_default().notices.push((index, at.start));
        }
    }
    let wanted: Vec<_> = by_source.into_iter().collect();
    let looked: Vec<_> = wanted
        .par_iter()
        .map(|(source, wanted)| {
            let at = usize::try_from(*source).unwrap_or(usize::MAX);
            let report = files.get(at).map(|file| &file.report);
            sources
                .get(at)
                .zip(report)
                .map(|(source, report)| look(source, report, wanted))
                .unwrap_or_default()
        })
        .collect();
    let none = places.iter().map(|_| None).collect();
    let mut all = All { places: none, lines: vec![None; notices.len()], lost: Vec::new() };
    for (found, (index, _)) in looked.into_iter().zip(&wanted) {
        let path = usize::try_from(*index).ok().and_then(|at| sources.get(at)).map_or("", Source::path);
        if let Some(problem) = found.problem {
            let message =
                format!("cannot be read a second time, so places are not exact: {}", problem.message);
            all.lost.push(Notice::of(Problem { message, ..problem }, path, None));
        }
        for (index, place) in found.places {
            all.places[index] = Some(place);
        }
        for (index, line) in found.lines {
            all.lines[index] = Some(line);
        }
    }
    all
}

/// What is wanted of one source.
#[derive(Default)]
struct Wanted<'f> {
    places: Vec<(usize, &'f Place)>,
    notices: Vec<(usize, u64)>,
}

/// What was found in one source.
#[derive(Default)]
struct Found {
    places: Vec<(usize, Looked)>,
    lines: Vec<(usize, LineColumn)>,
    /// Why the second look failed, if it did.
    problem: Option<Problem>,
}

/// One record as it stands in the file.
struct Shape {
    span: ByteSpan,
    start_tag: ByteSpan,
    fields: Vec<(String, ByteSpan)>,
}

/// The records of one child of the root.
#[derive(Default)]
struct Child {
    shapes: HashMap<u32, Shape>,
    /// Contents that must not be shown.
    secrets: Vec<ByteSpan>,
    /// Whether everything in it could be read, so that its secrets are known.
    is_clear: bool,
}

/// Keeps what a place may need.
struct Shapes<'c> {
    child: &'c mut Child,
    /// Whether the records themselves are asked for, or only their secrets.
    keeps_shapes: bool,
}

impl RecordSink for Shapes<'_> {
    fn record(&mut self, record: &Record<'_>) {
        for field in record.fields {
            let is_value = record.table == "sys_properties" && field.name == "value";
            let secret = if is_value {
                let text = |name| record.value(name).unwrap_or_default();
                is_secret_property(text("name"), text("type"), &field.value)
            } else {
                is_secret_column(record.table, field.name)
                    || !carries_records(field.name) && carries_credential(&field.value)
            };
            if secret {
                // What a reference displays may be the secret once more.
                let spans = [field.attributes_span, field.content_span];
                self.child.secrets.extend(spans.into_iter().filter(|span| !span.is_empty()));
            }
        }
        if self.keeps_shapes {
            let fields =
                record.fields.iter().map(|field| (field.name.to_owned(), field.element_span)).collect();
            let shape = Shape { span: record.span, start_tag: record.start_tag_span, fields };
            self.child.shapes.insert(record.ordinal, shape);
        }
    }
}

fn look(source: &Source, report: &FileReport, wanted: &Wanted<'_>) -> Found {
    let children = reread_children(source, report.kind, wanted);
    let mut questions = Questions::default();
    let mut spans = Vec::with_capacity(wanted.places.len());
    for (_, place) in &wanted.places {
        let child = children.get(&place.outer_start);
        let (region, around) = span_of(place, report, child);
        let shown = ByteSpan::new(region.start, region.end.min(region.start + SHOWN));
        let context = around.start.max(region.start.saturating_sub(CONTEXT))
            ..around.end.min(shown.end + CONTEXT).max(shown.end);
        questions.offsets.extend([region.start, region.end, context.start]);
        questions.pieces.push(context.start..context.end);
        questions.pieces.push(place.outer_start.saturating_sub(INDENTATION)..place.outer_start);
        spans.push((region, context));
    }
    questions.offsets.extend(wanted.notices.iter().map(|(_, offset)| *offset));
    questions.hashes = !wanted.places.is_empty() && source.size().is_none_or(|size| size <= HASHED);
    let (answers, problem) = match source.open() {
        Ok(mut stream) => ask(&mut stream, &questions),
        Err(problem) => (Answers::unanswered(&questions), Some(problem)),
    };
    // What failed the first time fails again, and has been said.
    let problem = problem.filter(|_| !report.has_loss());
    let mut found = Found { problem, ..Found::default() };
    for (at, (index, place)) in wanted.places.iter().enumerate() {
        let (region, context) = &spans[at];
        let child = children.get(&place.outer_start);
        let (piece, before) = (&answers.pieces[2 * at], &answers.pieces[2 * at + 1]);
        let (located, hash) = describe(source, place, *region, context.clone(), piece, child, &answers);
        let hash = hash.filter(|_| begins_its_line(place, before));
        found.places.push((*index, (located, hash)));
    }
    for (index, offset) in &wanted.notices {
        found.lines.extend(answers.places.get(offset).map(|place| (*index, *place)));
    }
    found
}

/// Reads again the children of the root that hold wanted records.
fn reread_children(source: &Source, kind: FileKind, wanted: &Wanted<'_>) -> HashMap<u64, Child> {
    let places = wanted.places.iter().filter(|(_, place)| place.target != Target::Root);
    let mut starts: Vec<_> = places.map(|(_, place)| place.outer_start).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut children = HashMap::new();
    let Ok(stream) = source.open() else { return children };
    let mut reader = TokenReader::new(stream).with_block(32 * 1024);
    for (at, &start) in starts.iter().enumerate() {
        let mut child = Child::default();
        if reader.jump_to(start).is_err() {
            break;
        }
        child.is_clear =
            reread(&mut reader, kind, &mut Shapes { child: &mut child, keeps_shapes: true }).unwrap_or(false);
        // The hash of a line near the end reaches into what follows. Going on
        // must not pass the next child that is asked for.
        let end = reader.position();
        let next = starts.get(at + 1).copied().unwrap_or(u64::MAX);
        while child.is_clear && reader.position() < (end + BEHIND).min(next) {
            let before = reader.position();
            let mut sink = Shapes { child: &mut child, keeps_shapes: false };
            match reread(&mut reader, kind, &mut sink) {
                Ok(true) if reader.position() > before => {}
                _ => break,
            }
        }
        children.insert(start, child);
    }
    children
}

/// The region of a place, and the record around it.
fn span_of(place: &Place, report: &FileReport, child: Option<&Child>) -> (ByteSpan, ByteSpan) {
    if place.target == Target::Root {
        return (report.root_tag, report.root_tag);
    }
    let Some(shape) = child.and_then(|child| child.shapes.get(&place.ordinal)) else {
        let start = ByteSpan::at(place.outer_start);
        return (start, start);
    };
    let region = match &place.target {
        Target::Field(name) => {
            shape.fields.iter().find(|(field, _)| **field == **name).map(|(_, span)| *span)
        }
        _ => None,
    };
    (region.unwrap_or(shape.start_tag), shape.span)
}

fn describe(
    source: &Source,
    place: &Place,
    region: ByteSpan,
    context: Range<u64>,
    piece: &str,
    child: Option<&Child>,
    answers: &Answers,
) -> (LocatedPlace, Option<String>) {
    let line_of =
        |offset: u64| answers.places.get(&offset).copied().unwrap_or(LineColumn { line: 1, column: 1 });
    let (start, end) = (line_of(region.start), line_of(region.end));
    let secrets = child.map_or(&[][..], |child| &child.secrets);
    let is_clear = place.target == Target::Root || child.is_some_and(|child| child.is_clear);
    let shown = ByteSpan::new(region.start, region.end.min(region.start + SHOWN));
    let (text, redacted) = cut(piece, context.start, shown.start..shown.end, secrets);
    let snippet = Snippet { region: Region { start, end, span: region }, text, redacted };
    let begin = line_of(context.start);
    let context = is_clear.then(|| surroundings(&snippet.region, context, begin, piece, secrets)).flatten();
    let hash = answers.hashes.get(&start.line).filter(|(_, until)| {
        let from = line_start(region, start);
        is_clear && !secrets.iter().any(|secret| secret.start < *until && secret.end > from)
    });
    let hash = hash.map(|(hash, _)| hash.clone());
    let label = place.label.as_deref().map(str::to_owned);
    let located = LocatedPlace {
        source: place.source,
        path: source.path().to_owned(),
        snippet,
        context,
        role: place.role,
        label,
    };
    (located, hash)
}

/// Whether nothing but white space stands in front of the child of the root on
/// its line, so that the secrets of the line are known. `before` is the text in
/// front of the child.
fn begins_its_line(place: &Place, before: &str) -> bool {
    let line = before.rsplit_once('\n').map(|(_, line)| line);
    place.target == Target::Root || line.is_some_and(|line| line.trim().is_empty())
}

/// An offset not behind the start of the region's line: a column is at most
/// four bytes.
fn line_start(region: ByteSpan, start: LineColumn) -> u64 {
    region.start.saturating_sub((start.column - 1).saturating_mul(4))
}
