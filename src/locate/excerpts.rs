//! The texts of places, fetched for the findings that a report shows.
//!
//! Reports show findings in their own order, which is mostly that of the files.
//! So a window of findings is looked at together, source by source, and a reader
//! goes on in the next window where it stood: a packed file, in which nobody can
//! seek, is unpacked about once for each severity, not once for each window.

use std::fmt;
use std::sync::Arc;

use super::texts::Excerpt;
use super::windows::Windows;
use super::{Findings, LocatedPlace, PlaceLines, ShownFinding, Snippet};
use crate::engine::ReadFile;
use crate::export::{ChildReader, FileKind};
use crate::finding::Place;
use crate::record::Classes;
use crate::source::Source;
use crate::span::{ByteSpan, LineColumn};

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
    /// By the index of the source in scan order.
    files: Vec<File>,
    /// How many places the first window has, and how many one has at most.
    windows: (usize, usize),
}

/// One file, with what must be known of it to read it again.
#[derive(Debug)]
pub(super) struct File {
    pub(super) source: Source,
    pub(super) kind: FileKind,
    /// Which tables extended which when it was read.
    pub(super) classes: Arc<Classes>,
    pub(super) root_tag: ByteSpan,
}

impl FileExcerpts {
    /// Of sources and what was read in them, both in scan order.
    #[must_use]
    pub fn new(sources: &[Source], files: &[ReadFile]) -> Self {
        let files = sources.iter().zip(files).map(|(source, file)| File {
            source: source.clone(),
            kind: file.report.kind,
            classes: Arc::clone(&file.report.classes),
            root_tag: file.report.root_tag,
        });
        Self { files: files.collect(), windows: WINDOWS }
    }

    /// The text of one place, and that around it.
    #[must_use]
    pub fn of_place(&self, place: &Place, lines: &PlaceLines) -> (Snippet, Option<Snippet>) {
        let asked = vec![(0, LocatedPlace { place, lines })];
        let excerpt = self.file(place.source).and_then(|file| {
            let mut reader = ChildReader::new(&file.source, file.kind).with(&file.classes);
            file.look(&mut reader, asked).pop()
        });
        let excerpt = excerpt.map_or_else(|| Excerpt::none(lines), |(_, excerpt)| excerpt);
        (excerpt.snippet, excerpt.context)
    }

    /// How many places the first window has, and how many one has at most.
    pub(super) fn windows(&self) -> (usize, usize) {
        self.windows
    }

    /// With windows of other sizes, which makes no difference to what is shown.
    #[cfg(test)]
    pub(super) fn in_windows(self, first: usize, most: usize) -> Self {
        Self { windows: (first, most), ..self }
    }

    pub(super) fn file(&self, source: u32) -> Option<&File> {
        self.files.get(usize::try_from(source).ok()?)
    }

    /// The sheet and cell where a place begins, in a workbook.
    pub(super) fn cell(&self, source: u32, lines: &PlaceLines) -> Option<String> {
        let file = self.file(source).filter(|file| file.source.is_sheet())?;
        let sheet = file.source.path().get(file.source.archive_path()?.len()..)?;
        let LineColumn { line, column } = lines.region.start;
        Some(format!("{}!{}{line}", sheet.trim_start_matches("!/"), column_letters(column)))
    }
}

impl Excerpts for FileExcerpts {
    fn path(&self, source: u32) -> &str {
        self.file(source).map_or("", |file| file.source.path())
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        Box::new(Windows::new(self, findings, most.min(findings.len())))
    }
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
