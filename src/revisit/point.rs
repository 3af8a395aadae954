//! Places whose bytes are known, and what is shown of them.

use memchr::memchr_iter;

use super::near::Spans;
use super::snippet::{TextPiece, cells, cut, surroundings, utf16_units};
use super::text_store::{Excerpt, PlaceKey};
use super::{PlaceLines, Snippet};
use crate::span::{ByteSpan, LineColumn};

/// A place whose bytes are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) key: PlaceKey,
    pub(super) spans: Spans,
    pub(super) is_shown: bool,
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
            surroundings(&snippet.region, TextPiece { text, span: context, begin, units }, secrets)
        });
        Excerpt { snippet, context: around }
    }
}
