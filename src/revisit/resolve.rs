//! The second look at everything that was read: what open findings wait for, lines and
//! columns of all places, and the texts of those that a report will show.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::ask::{Look, NothingOpen, OpenFindings, PlaceAsk, beside_slot, slot_of};
use super::findings::{Findings, ranks};
use super::look::{Looked, look_at_source};
use super::shown::ShownTexts;
use super::text_store::{Excerpt, TextStore};
use super::{PlaceLines, Snippet};
use crate::facts::ReadFile;
use crate::finding::{Finding, Notice, Place};
use crate::judge::Drafts;
use crate::source::{Problem, ProblemKind, Source};
use crate::span::LineColumn;

/// What was read, to be looked at again.
#[derive(Debug, Clone, Copy)]
pub struct ScannedFiles<'i> {
    /// In scan order.
    pub sources: &'i [Source],
    /// How reading each went, in the same order.
    pub files: &'i [ReadFile],
}

/// Everything with its lines.
#[derive(Debug)]
pub struct Located {
    /// In the order they were given.
    pub findings: Findings,
    /// In the order they were given; a place without a line is in no text. Then what
    /// could not be read again.
    pub notices: Vec<(Notice, Option<LineColumn>)>,
    /// The texts of those findings that are shown.
    pub texts: ShownTexts,
    /// Of the other places that were asked for, in their order.
    pub places: Vec<PlaceLines>,
}

/// What is asked for beside findings.
#[derive(Debug, Default)]
pub struct Beside<'p> {
    /// What to know of files.
    pub notices: Vec<Notice>,
    /// Places that a report names.
    pub places: &'p [Place],
}

/// Looks again at all files with findings or notices, each once: writes the findings
/// that are still open, finds the lines of all places, and keeps the texts of the
/// `shown` findings that come first in a report if nothing is accepted.
///
/// Beside the answer it takes some 200 bytes for each place while it works.
#[must_use]
pub fn revisit(drafts: Drafts<'_>, beside: Beside<'_>, inputs: ScannedFiles<'_>, shown: usize) -> Located {
    let Beside { notices, places } = beside;
    let texts = TextStore::default();
    let mut asks = Vec::with_capacity(usize::try_from(drafts.len()).unwrap_or(0));
    for number in 0..drafts.len() {
        let places = drafts.places(number);
        if !drafts.is_open(number) {
            asks.extend(asks_of(number, &places));
            continue;
        }
        let slots = std::iter::once(0).chain((0..).map(beside_slot));
        asks.extend(places.iter().zip(slots).map(|(place, slot)| {
            let ask = PlaceAsk::of((number, slot), place);
            PlaceAsk { is_open: slot == 0, ..ask }
        }));
    }
    show_first(&mut asks, &drafts, inputs.sources, shown);
    asks.extend(places.iter().zip(drafts.len()..).map(|(place, number)| alone(place, number, false)));
    let mut all = look_at_all(asks, &notices, inputs, (&drafts, &texts));
    let findings = drafts.finish();
    let of_findings = findings.iter().map(|finding| &*finding.places);
    let mut lines = all.lines_of(of_findings.chain(places.iter().map(std::slice::from_ref)));
    let places = lines.split_off(lines.len() - places.len());
    let notices = all.notices(notices, &texts);
    let (findings, texts) = (Findings::new(findings, lines), ShownTexts::new(texts, inputs.sources));
    Located { findings, notices, texts, places }
}

/// Finds the lines of findings and notices. No texts are kept.
#[must_use]
pub fn locate(findings: Vec<Finding>, notices: Vec<Notice>, inputs: ScannedFiles<'_>) -> Located {
    let texts = TextStore::default();
    let numbered = findings.iter().zip(0..);
    let asks = numbered.flat_map(|(finding, number)| asks_of(number, &finding.places)).collect();
    let mut all = look_at_all(asks, &notices, inputs, (&NothingOpen, &texts));
    let lines = all.lines_of(findings.iter().map(|finding| &*finding.places));
    let notices = all.notices(notices, &texts);
    let (findings, texts) = (Findings::new(findings, lines), ShownTexts::new(texts, inputs.sources));
    Located { findings, notices, texts, places: Vec::new() }
}

/// Finds lines and columns for places. Where the source can no longer be read,
/// they are those of its start.
#[must_use]
pub fn locate_places(places: &[Place], inputs: ScannedFiles<'_>) -> Vec<PlaceLines> {
    let asks = places.iter().zip(0..).map(|(place, number)| alone(place, number, false)).collect();
    let mut all = look_at_all(asks, &[], inputs, (&NothingOpen, &TextStore::default()));
    all.lines_of(places.iter().map(std::slice::from_ref))
}

/// Finds lines for notices.
#[must_use]
pub fn locate_notices(notices: Vec<Notice>, inputs: ScannedFiles<'_>) -> Vec<(Notice, Option<LineColumn>)> {
    locate(Vec::new(), notices, inputs).notices
}

/// The lines of a place, its text, and that around it.
#[must_use]
pub fn show_place(place: &Place, inputs: ScannedFiles<'_>) -> (PlaceLines, Snippet, Option<Snippet>) {
    let texts = TextStore::default();
    let asks = vec![alone(place, 0, true)];
    let mut all = look_at_all(asks, &[], inputs, (&NothingOpen, &texts));
    let lines = all.lines_of(std::iter::once(std::slice::from_ref(place))).pop();
    let lines = lines.unwrap_or_else(PlaceLines::unknown);
    let Excerpt { snippet, context } = texts.get((0, 0)).unwrap_or_else(|| Excerpt::none(&lines));
    (lines, snippet, context)
}

/// Fetches the texts of those of the first `most` findings that have none yet: what is
/// accepted comes last in a report, and nobody knew it when files were looked at.
pub fn complete_texts(texts: &ShownTexts, findings: &Findings, most: usize, inputs: ScannedFiles<'_>) {
    let missing = texts.missing(findings, most).into_iter();
    let asks = missing.flat_map(|number| asks_of(number, &findings.finding(number).places));
    let asks = asks.map(|ask| PlaceAsk { is_shown: true, ..ask }).collect();
    look_at_all(asks, &[], inputs, (&NothingOpen, texts.store()));
}

fn alone(place: &Place, number: u32, is_shown: bool) -> PlaceAsk {
    PlaceAsk { is_shown, ..PlaceAsk::of((number, 0), place) }
}

/// Asks for the lines of all places of a written finding.
fn asks_of(number: u32, places: &[Place]) -> impl Iterator<Item = PlaceAsk> {
    places.iter().enumerate().map(move |(at, place)| PlaceAsk::of((number, slot_of(places, at)), place))
}

/// Has the texts kept of the findings that come first in a report where nothing is
/// accepted, with all that stand in one child of the root with the last of them.
fn show_first(asks: &mut [PlaceAsk], drafts: &Drafts<'_>, sources: &[Source], most: usize) {
    let ranks = ranks(sources);
    let firsts = asks.iter().filter(|ask| ask.key.1 == 0);
    let mut order: Vec<_> = firsts
        .map(|ask| {
            let source = usize::try_from(ask.source).ok().and_then(|source| ranks.get(source)).copied();
            ((Reverse(drafts.severity(ask.key.0)), source, ask.outer_start), ask.key.0)
        })
        .collect();
    if most == 0 {
        order.clear();
    } else if order.len() > most {
        let (_, &mut (last, _), _) = order.select_nth_unstable(most - 1);
        order.retain(|(rank, _)| *rank <= last);
    }
    let mut is_shown = vec![false; usize::try_from(drafts.len()).unwrap_or(0)];
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    for (_, number) in order {
        is_shown[index(number)] = true;
    }
    for ask in asks {
        ask.is_shown = is_shown[index(ask.key.0)];
    }
}

/// What was found in all sources.
struct AllLooked {
    looked: Looked,
    /// Sources that could be read once and not again.
    lost: Vec<Notice>,
    /// How many notices there were.
    notices: usize,
}

/// What is asked of one source: places, then numbers and offsets of notices.
type Questions<'q> = (&'q [PlaceAsk], Vec<(usize, u64)>);

fn look_at_all(
    mut asks: Vec<PlaceAsk>,
    notices: &[Notice],
    inputs: ScannedFiles<'_>,
    (open, texts): (&dyn OpenFindings, &TextStore),
) -> AllLooked {
    // Stable, because findings come nearly in this order, which is then quick.
    asks.sort_by_key(PlaceAsk::order);
    let mut by_source: BTreeMap<u32, Questions<'_>> = BTreeMap::new();
    for asks in asks.chunk_by(|left, right| left.source == right.source) {
        by_source.entry(asks[0].source).or_default().0 = asks;
    }
    for (number, notice) in notices.iter().enumerate() {
        if let (Some(source), Some(at)) = (notice.source, notice.at) {
            by_source.entry(source).or_default().1.push((number, at.start));
        }
    }
    let questions = by_source.into_iter().filter_map(|(source, (asks, notices))| {
        let at = usize::try_from(source).ok()?;
        let (source, file) = (inputs.sources.get(at)?, inputs.files.get(at)?);
        Some((Look { source, report: &file.report, open, texts }, asks, notices))
    });
    let questions: Vec<_> = questions.collect();
    let looked: Vec<_> = questions
        .into_par_iter()
        .map(|(look, asks, notices)| (look.source, look_at_source(look, asks, notices)))
        .collect();
    let mut all = AllLooked { looked: Looked::default(), lost: Vec::new(), notices: notices.len() };
    for (source, mut looked) in looked {
        if let Some(problem) = looked.problem.take() {
            let message =
                format!("cannot be read a second time, so places are not exact: {}", problem.message);
            all.lost.push(Notice::of(Problem { message, ..problem }, source.path(), None));
        }
        all.looked = std::mem::take(&mut all.looked).join(looked);
    }
    all
}

impl AllLooked {
    /// The lines of all places of findings, in their order.
    fn lines_of<'p, P: Iterator<Item = &'p [Place]>>(&mut self, places: P) -> Vec<PlaceLines> {
        let lists = std::mem::take(&mut self.looked.lines);
        let mut found = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        for list in lists {
            found.extend(list);
        }
        found.sort_unstable_by_key(|(key, _)| *key);
        let mut found = found.into_iter().peekable();
        let mut lines = Vec::with_capacity(found.len());
        for (places, number) in places.zip(0_u32..) {
            for at in 0..places.len() {
                let key = (number, slot_of(places, at));
                // Of what is beside its first row an open finding may keep less.
                while found.next_if(|(found, _)| *found < key).is_some() {}
                let line = found.next_if(|(found, _)| *found == key);
                lines.push(line.map_or_else(PlaceLines::unknown, |(_, lines)| lines));
            }
        }
        lines
    }

    /// The notices with their lines, then what was lost.
    fn notices(&mut self, notices: Vec<Notice>, texts: &TextStore) -> Vec<(Notice, Option<LineColumn>)> {
        let mut lines = vec![None; self.notices];
        for (number, line) in std::mem::take(&mut self.looked.noticed) {
            lines[number] = Some(line);
        }
        if let Some(error) = texts.take_failure() {
            let message = format!("texts of findings cannot be kept in a temporary file: {error}");
            self.lost.push(Notice::of(Problem::new(ProblemKind::Unreadable, message), "", None));
        }
        let lost = std::mem::take(&mut self.lost).into_iter().map(|notice| (notice, None));
        notices.into_iter().zip(lines).chain(lost).collect()
    }
}
