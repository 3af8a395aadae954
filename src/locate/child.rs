//! What the second look takes of the records in one child of the root.

use memchr::memchr_iter;

use super::PlaceLines;
use super::Snippet;
use super::look::{Look, PlaceAsk, own_places};
use super::near::{Spans, add_secrets};
use super::snippet::{Piece, cells, cut, surroundings, utf16_units};
use super::text_store::{Excerpt, PlaceKey};
use crate::engine::SharedNames;
use crate::export::RecordSink;
use crate::record::Record;
use crate::span::{ByteSpan, LineColumn};

/// A place whose bytes are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) key: PlaceKey,
    pub(super) spans: Spans,
    pub(super) is_shown: bool,
}

/// Takes what is asked of the records in one child.
pub(super) struct Child<'c> {
    look: Look<'c>,
    names: &'c SharedNames,
    asks: &'c [PlaceAsk],
    /// Whether each was answered.
    is_met: Vec<bool>,
    points: Vec<Point>,
    /// Whether any text is shown, so that secrets must be known.
    is_shown: bool,
    secrets: Vec<ByteSpan>,
}

impl<'c> Child<'c> {
    /// `asks` are those of one child, by record.
    pub(super) fn new(look: Look<'c>, names: &'c SharedNames, asks: &'c [PlaceAsk]) -> Self {
        Self {
            look,
            names,
            asks,
            is_met: vec![false; asks.len()],
            points: Vec::with_capacity(asks.len()),
            is_shown: asks.iter().any(|ask| ask.is_shown),
            secrets: Vec::new(),
        }
    }

    /// Where the places are, and what must not be shown of the child. What was not met is
    /// where the child begins.
    pub(super) fn finish(mut self) -> (Vec<Point>, Vec<ByteSpan>) {
        for (ask, _) in self.asks.iter().zip(&self.is_met).filter(|(_, is_met)| !**is_met) {
            let spans = Spans::lost(ask.outer_start);
            self.points.push(Point { key: ask.key, spans, is_shown: ask.is_shown });
            if ask.is_open
                && let Some(finding) = self.look.open.write(ask.key.0, None, self.names)
            {
                self.look.open.keep(ask.key.0, finding);
            }
        }
        self.secrets.sort_unstable();
        (self.points, self.secrets)
    }

    fn answer(&mut self, ask: &PlaceAsk, record: &Record<'_>) {
        let &PlaceAsk { key, ref target, is_open, is_shown, .. } = ask;
        let open = self.look.open;
        let written = if is_open { open.write(key.0, Some(record), self.names) } else { None };
        let Some(finding) = written else {
            self.points.push(Point { key, spans: Spans::in_record(target, record), is_shown });
            return;
        };
        for (place, slot) in finding.places[..own_places(&finding.places)].iter().zip(0..) {
            let spans = Spans::in_record(&place.target, record);
            self.points.push(Point { key: (key.0, slot), spans, is_shown });
        }
        open.keep(key.0, finding);
    }
}

impl RecordSink for Child<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if self.is_shown {
            add_secrets(record, &mut self.secrets);
        }
        let asks = self.asks;
        let from = asks.partition_point(|ask| ask.ordinal < record.ordinal);
        for at in (from..asks.len()).take_while(|at| asks[*at].ordinal == record.ordinal) {
            if !std::mem::replace(&mut self.is_met[at], true) {
                self.answer(&asks[at], record);
            }
        }
    }
}

impl Point {
    /// What is shown of the place. `text` is that of its context; `secrets` is `None`
    /// where not all of the child could be read, so that nobody knows them.
    pub(super) fn excerpt(
        &self,
        lines: &PlaceLines,
        text: &str,
        secrets: Option<&[ByteSpan]>,
        is_sheet: bool,
    ) -> Excerpt {
        let (shown, context) = (self.spans.shown(), self.spans.context());
        let hidden = secrets.unwrap_or_default();
        let (snippet, redacted) = cut(text, context.start, shown.start..shown.end, hidden);
        let snippet = Snippet { region: lines.region, text: snippet, redacted };
        let before = usize::try_from(shown.start - context.start).ok().and_then(|before| text.get(..before));
        let passed = before.map_or(0, |before| memchr_iter(b'\n', before.as_bytes()).count());
        let begin = LineColumn {
            line: lines.region.start.line.saturating_sub(u64::try_from(passed).unwrap_or(0)),
            column: lines.context_column,
        };
        let units = if is_sheet { cells } else { utf16_units };
        let around = secrets.and_then(|secrets| {
            surroundings(&snippet.region, Piece { text, span: context, begin, units }, secrets)
        });
        Excerpt { snippet, context: around }
    }
}
