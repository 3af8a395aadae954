//! The texts of places, fetched for the findings that a report shows.
//!
//! Reports show findings in their own order, which is mostly that of the files.
//! So a window of findings is looked at together, source by source, and a reader
//! goes on in the next window where it stood: a packed file, in which nobody can
//! seek, is unpacked about once for each severity, not once for each window.

use std::fmt;
use std::sync::Arc;

use super::texts::{Excerpt, ScannedFile, ScannedFiles};
use super::windows::Windows;
use super::{Findings, LocatedPlace, PlaceLines, ShownFinding, Snippet};
use crate::engine::ReadFile;
use crate::export::ChildReader;
use crate::finding::Place;
use crate::source::Source;

/// How many places the first window has, and how many one has at most: each has
/// twice as many as the one before. With their texts they take some kilobytes each.
const WINDOWS: (usize, usize) = (32, 2048);

/// Gives reports the texts of the findings that they show.
pub trait Excerpts: fmt::Debug {
    /// A source as reports name it.
    fn path(&self, source: u32) -> &str;

    /// The first `most` findings with their texts, in order. A text is fetched
    /// when the iterator comes near it.
    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f>;
}

/// Reads the texts from the files that were scanned. A file that has changed or
/// is gone since its lines were counted gives no texts.
#[derive(Debug)]
pub struct FileExcerpts {
    files: ScannedFiles,
    /// How many places the first window has, and how many one has at most.
    windows: (usize, usize),
}

impl FileExcerpts {
    /// Of sources and what was read in them, both in scan order.
    #[must_use]
    pub fn new(sources: &[Source], files: &[ReadFile]) -> Self {
        let files = sources.iter().zip(files).map(|(source, file)| ScannedFile {
            source: source.clone(),
            kind: file.report.kind,
            classes: Arc::clone(&file.report.classes),
            root_tag: file.report.root_tag,
        });
        Self { files: ScannedFiles(files.collect()), windows: WINDOWS }
    }

    /// The text of one place, and that around it.
    #[must_use]
    pub fn of_place(&self, place: &Place, lines: &PlaceLines) -> (Snippet, Option<Snippet>) {
        let asked = vec![(0, LocatedPlace { place, lines })];
        let excerpt = self.files.get(place.source).and_then(|file| {
            let mut reader = ChildReader::new(&file.source, file.kind).with(&file.classes);
            file.look(&mut reader, asked).pop()
        });
        let excerpt = excerpt.map_or_else(|| Excerpt::none(lines), |(_, excerpt)| excerpt);
        (excerpt.snippet, excerpt.context)
    }

    /// With windows of other sizes, which makes no difference to what is shown.
    #[cfg(test)]
    pub(super) fn in_windows(self, first: usize, most: usize) -> Self {
        Self { windows: (first, most), ..self }
    }
}

impl Excerpts for FileExcerpts {
    fn path(&self, source: u32) -> &str {
        self.files.path(source)
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        Box::new(Windows::new((&self.files, self.windows), findings, most.min(findings.len())))
    }
}
