//! Findings with the texts of their places, as reports show them. Nothing is opened.

use std::fmt;

use super::ask::slot_of;
use super::findings::Findings;
use super::text_store::{Excerpt, TextStore};
use super::{LocatedPlace, PlaceLines, ShownFinding, ShownPlace};
use crate::source::Source;
use crate::span::LineColumn;

/// Gives reports the texts of the findings that they show.
pub trait Excerpts: fmt::Debug {
    /// A source as reports name it.
    fn path(&self, source: u32) -> &str;

    /// The first `most` findings with their texts, in order.
    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f>;
}

/// The texts that the second look has kept. What it could not read has none.
#[derive(Debug)]
pub struct ShownTexts {
    texts: TextStore,
    /// In scan order.
    sources: Vec<Source>,
}

impl ShownTexts {
    pub(super) fn new(texts: TextStore, sources: &[Source]) -> Self {
        Self { texts, sources: sources.to_vec() }
    }

    /// Which of the first `most` findings have no texts yet.
    pub(super) fn missing(&self, findings: &Findings, most: usize) -> Vec<u32> {
        let is_missing = |number: &u32| {
            let places = &findings.finding(*number).places;
            !(0..places.len()).all(|at| self.texts.holds((*number, slot_of(places, at))))
        };
        findings.numbers().take(most).filter(is_missing).collect()
    }

    /// Where the texts are kept.
    pub(super) fn store(&self) -> &TextStore {
        &self.texts
    }

    fn source(&self, source: u32) -> Option<&Source> {
        self.sources.get(usize::try_from(source).ok()?)
    }

    fn show<'f>(&'f self, findings: &'f Findings, number: u32) -> ShownFinding<'f> {
        let found = findings.located(number);
        let places = &found.finding.places;
        let shown = found.places().enumerate().map(|(at, LocatedPlace { place, lines })| {
            let excerpt = self.texts.get((number, slot_of(places, at)));
            let excerpt = excerpt.unwrap_or_else(|| Excerpt::none(lines));
            ShownPlace {
                path: self.path(place.source),
                cell: self.source(place.source).and_then(|source| cell(source, lines)),
                snippet: excerpt.snippet,
                context: excerpt.context,
                role: place.role,
                label: place.label.as_deref(),
            }
        });
        ShownFinding { finding: found.finding, places: shown.collect() }
    }
}

impl Excerpts for ShownTexts {
    fn path(&self, source: u32) -> &str {
        self.source(source).map_or("", Source::path)
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        Box::new(findings.numbers().take(most).map(|number| self.show(findings, number)))
    }
}

/// The sheet and cell where a place begins, in a workbook.
fn cell(source: &Source, lines: &PlaceLines) -> Option<String> {
    let source = Some(source).filter(|source| source.is_sheet())?;
    let sheet = source.path().get(source.archive_path()?.len()..)?;
    let LineColumn { line, column } = lines.region.start;
    Some(format!("{}!{}{line}", sheet.trim_start_matches("!/"), column_letters(column)))
}

/// How a spreadsheet calls a column: `A` is 1, `AA` 27.
fn column_letters(column: u64) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_have_letters() {
        let check = |column, letters| assert_eq!(super::column_letters(column), letters);
        check(1, "A");
        check(26, "Z");
        check(27, "AA");
        check(16_384, "XFD");
    }
}
