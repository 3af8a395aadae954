//! Reads the texts of places of one file.

use std::sync::Arc;

use memchr::memchr_iter;

use super::near::{Spans, add_secrets};
use super::snippet::{Piece, cells, cut, surroundings, utf16_units};
use super::{LocatedPlace, PlaceLines, Snippet};
use crate::export::{ChildReader, FileKind, RecordSink};
use crate::finding::Target;
use crate::record::{Classes, Record};
use crate::source::Source;
use crate::span::{ByteSpan, LineColumn};

/// What was read of a place.
pub(super) struct Excerpt {
    pub(super) snippet: Snippet,
    pub(super) context: Option<Snippet>,
}

impl Excerpt {
    /// Of a place that cannot be read.
    pub(super) fn none(lines: &PlaceLines) -> Self {
        let snippet = Snippet { region: lines.region, text: String::new(), redacted: false };
        Self { snippet, context: None }
    }
}

/// The files of a scan, by the index of the source in scan order.
#[derive(Debug)]
pub(super) struct ScannedFiles(pub(super) Vec<ScannedFile>);

impl ScannedFiles {
    pub(super) fn get(&self, source: u32) -> Option<&ScannedFile> {
        self.0.get(usize::try_from(source).ok()?)
    }

    /// A source as reports name it.
    pub(super) fn path(&self, source: u32) -> &str {
        self.get(source).map_or("", |file| file.source.path())
    }
}

/// One file, with what must be known of it to read it again.
#[derive(Debug)]
pub(super) struct ScannedFile {
    pub(super) source: Source,
    pub(super) kind: FileKind,
    /// Which tables extended which when it was read.
    pub(super) classes: Arc<Classes>,
    pub(super) root_tag: ByteSpan,
}

impl ScannedFile {
    /// The sheet and cell where a place begins, in a workbook.
    pub(super) fn cell(&self, lines: &PlaceLines) -> Option<String> {
        let file = Some(self).filter(|file| file.source.is_sheet())?;
        let sheet = file.source.path().get(file.source.archive_path()?.len()..)?;
        let LineColumn { line, column } = lines.region.start;
        Some(format!("{}!{}{line}", sheet.trim_start_matches("!/"), column_letters(column)))
    }

    /// The texts of places of this file, each with its number.
    pub(super) fn look(
        &self,
        reader: &mut ChildReader<'_>,
        mut places: Vec<(usize, LocatedPlace<'_>)>,
    ) -> Vec<(usize, Excerpt)> {
        let units: fn(&str) -> u64 = if self.source.is_sheet() { cells } else { utf16_units };
        places.sort_by_key(|(_, located)| (located.place.outer_start, located.place.ordinal));
        let mut excerpts = Vec::with_capacity(places.len());
        let start =
            |located: &LocatedPlace<'_>| (located.place.target != Target::Root, located.place.outer_start);
        for child in places.chunk_by(|(_, left), (_, right)| start(left) == start(right)) {
            if child.first().is_some_and(|(_, first)| first.place.target == Target::Root) {
                let text = self.root_text();
                let spans = Spans { region: self.root_tag, around: self.root_tag };
                let known = Known { secrets: &[], is_clear: true, units };
                excerpts
                    .extend(child.iter().map(|(at, located)| (*at, excerpt(located, spans, &text, &known))));
            } else {
                look_at_child(reader, child, units, &mut excerpts);
            }
        }
        excerpts
    }

    /// What is shown of the root's start tag.
    fn root_text(&self) -> String {
        let shown = Spans { region: self.root_tag, around: self.root_tag }.context();
        let mut text = String::new();
        let Ok(mut stream) = self.source.open() else { return text };
        let wanted = usize::try_from(shown.len()).unwrap_or(0);
        if stream.skip_to(shown.start).is_err() {
            return text;
        }
        while let more @ 1.. = wanted.saturating_sub(text.len())
            && stream.read(&mut text, more).is_ok_and(|more| more > 0)
        {}
        text.truncate(text.ceil_char_boundary(wanted.min(text.len())));
        text
    }
}

/// Keeps what places in one child of the root need.
struct Near<'p> {
    places: &'p [(usize, LocatedPlace<'p>)],
    spans: Vec<Spans>,
    secrets: Vec<ByteSpan>,
}

impl RecordSink for Near<'_> {
    fn record(&mut self, record: &Record<'_>) {
        add_secrets(record, &mut self.secrets);
        let ordinal = |at: usize| self.places[at].1.place.ordinal;
        let from = self.places.partition_point(|(_, located)| located.place.ordinal < record.ordinal);
        for at in (from..self.places.len()).take_while(|at| ordinal(*at) == record.ordinal) {
            self.spans[at] = Spans::in_record(self.places[at].1.place, record);
        }
    }
}

/// The texts of places in one child of the root.
fn look_at_child(
    reader: &mut ChildReader<'_>,
    places: &[(usize, LocatedPlace<'_>)],
    units: fn(&str) -> u64,
    excerpts: &mut Vec<(usize, Excerpt)>,
) {
    let Some(start) = places.first().map(|(_, first)| first.place.outer_start) else { return };
    let spans = places.iter().map(|(_, located)| Spans::lost(located.place)).collect();
    let mut near = Near { places, spans, secrets: Vec::new() };
    let is_clear = reader.go_to(start) && reader.read(&mut near);
    let texts: Vec<_> =
        near.spans.iter().map(|spans| reader.text(start, spans.context()).to_owned()).collect();
    near.secrets.sort_unstable();
    let known = Known { secrets: &near.secrets, is_clear, units };
    for (((at, located), spans), text) in places.iter().zip(&near.spans).zip(&texts) {
        excerpts.push((*at, excerpt(located, *spans, text, &known)));
    }
}

/// What is known of a child of the root.
struct Known<'k> {
    /// Contents that must not be shown.
    secrets: &'k [ByteSpan],
    /// Whether all of it could be read, so that its secrets are known.
    is_clear: bool,
    /// Counts columns.
    units: fn(&str) -> u64,
}

/// The texts of a place. `text` is what may be shown of it and around it.
fn excerpt(located: &LocatedPlace<'_>, spans: Spans, text: &str, known: &Known<'_>) -> Excerpt {
    let lines = located.lines;
    if spans.region != lines.region.span {
        // Somebody has written the file since.
        return Excerpt::none(lines);
    }
    let (shown, context) = (spans.shown(), spans.context());
    let (snippet, redacted) = cut(text, context.start, shown.start..shown.end, known.secrets);
    let snippet = Snippet { region: lines.region, text: snippet, redacted };
    let before = usize::try_from(shown.start - context.start).ok().and_then(|before| text.get(..before));
    let passed = before.map_or(0, |before| memchr_iter(b'\n', before.as_bytes()).count());
    let begin = LineColumn {
        line: lines.region.start.line.saturating_sub(u64::try_from(passed).unwrap_or(0)),
        column: lines.context_column,
    };
    let around = known
        .is_clear
        .then(|| {
            let piece = Piece { text, span: context, begin, units: known.units };
            surroundings(&snippet.region, piece, known.secrets)
        })
        .flatten();
    Excerpt { snippet, context: around }
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
