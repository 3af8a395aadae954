//! A few findings at a time with their texts.

use std::collections::{BTreeMap, HashMap};
use std::vec;

use rayon::prelude::*;

use super::texts::{Excerpt, ScannedFiles};
use super::{Findings, LocatedFinding, LocatedPlace, ShownFinding, ShownPlace};
use crate::export::ChildReader;

/// How many sources stay open from one window to the next.
const KEPT_OPEN: usize = 8;

/// Findings with their texts, a window of them at a time.
pub(super) struct Windows<'f> {
    files: &'f ScannedFiles,
    findings: &'f Findings,
    /// Rank of the first finding that is not fetched.
    next: usize,
    end: usize,
    /// How many places the next window has.
    size: usize,
    /// How many places a window has at most.
    most: usize,
    /// Readers that the next window may go on with.
    open: HashMap<u32, ChildReader<'f>>,
    ready: vec::IntoIter<ShownFinding<'f>>,
}

impl<'f> Iterator for Windows<'f> {
    type Item = ShownFinding<'f>;

    fn next(&mut self) -> Option<ShownFinding<'f>> {
        if self.ready.len() == 0 && self.next < self.end {
            self.ready = self.fetch().into_iter();
        }
        self.ready.next()
    }
}

impl<'f> Windows<'f> {
    /// The first `end` findings. The first window has `size` places, and one has `most`.
    pub(super) fn new(
        (files, (size, most)): (&'f ScannedFiles, (usize, usize)),
        findings: &'f Findings,
        end: usize,
    ) -> Self {
        let (open, ready) = (HashMap::new(), Vec::new().into_iter());
        Self { files, findings, next: 0, end, size, most, open, ready }
    }

    fn fetch(&mut self) -> Vec<ShownFinding<'f>> {
        let mut window = Vec::new();
        let mut places: BTreeMap<u32, Vec<(usize, LocatedPlace<'f>)>> = BTreeMap::new();
        let mut count = 0;
        while count < self.size
            && self.next < self.end
            && let Some(found) = self.findings.get(self.next)
        {
            for located in found.places() {
                places.entry(located.place.source).or_default().push((count, located));
                count += 1;
            }
            window.push(found);
            self.next += 1;
        }
        self.size = self.size.saturating_mul(2).min(self.most);
        let mut excerpts = self.look(places, count);
        window.into_iter().map(|found| self.show(found, &mut excerpts)).collect()
    }

    /// The texts of places, in the order of their numbers.
    fn look(
        &mut self,
        places: BTreeMap<u32, Vec<(usize, LocatedPlace<'f>)>>,
        count: usize,
    ) -> vec::IntoIter<Option<Excerpt>> {
        let mut open = std::mem::take(&mut self.open);
        let by_source: Vec<_> = places
            .into_iter()
            .filter_map(|(source, places)| Some((source, self.files.get(source)?, places)))
            .map(|(source, file, places)| (source, file, places, open.remove(&source)))
            .collect();
        let keeps = by_source.len() <= KEPT_OPEN;
        let looked: Vec<_> = by_source
            .into_par_iter()
            .map(|(source, file, places, reader)| {
                let mut reader =
                    reader.unwrap_or_else(|| ChildReader::new(&file.source, file.kind).with(&file.classes));
                let excerpts = file.look(&mut reader, places);
                (excerpts, keeps.then_some((source, reader)))
            })
            .collect();
        let mut all: Vec<_> = std::iter::repeat_with(|| None).take(count).collect();
        for (excerpts, reader) in looked {
            for (at, excerpt) in excerpts {
                all[at] = Some(excerpt);
            }
            self.open.extend(reader);
        }
        all.into_iter()
    }

    fn show(
        &self,
        found: LocatedFinding<'f>,
        excerpts: &mut impl Iterator<Item = Option<Excerpt>>,
    ) -> ShownFinding<'f> {
        let mut places = Vec::with_capacity(found.finding.places.len());
        for LocatedPlace { place, lines } in found.places() {
            let excerpt = excerpts.next().flatten().unwrap_or_else(|| Excerpt::none(lines));
            places.push(ShownPlace {
                path: self.files.path(place.source),
                cell: self.files.get(place.source).and_then(|file| file.cell(lines)),
                snippet: excerpt.snippet,
                context: excerpt.context,
                role: place.role,
                label: place.label.as_deref(),
            });
        }
        ShownFinding { finding: found.finding, places }
    }
}
