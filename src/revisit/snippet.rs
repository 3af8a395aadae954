//! Pieces of a file for people to read: around a region, without secrets.

use std::ops::Range;

use super::{Region, Snippet};
use crate::record::REDACTED;
use crate::span::{ByteSpan, LineColumn};

/// The text around a region.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextPiece<'t> {
    pub(super) text: &'t str,
    pub(super) span: ByteSpan,
    /// The line and column of its start.
    pub(super) begin: LineColumn,
    /// How many columns a text within one line takes.
    pub(super) units: fn(&str) -> u64,
}

/// How many UTF-16 units a text has.
pub(super) fn utf16_units(text: &str) -> u64 {
    u64::try_from(text.encode_utf16().count()).unwrap_or(0)
}

/// How many cells of a sheet end in a text.
pub(super) fn cells(text: &str) -> u64 {
    u64::try_from(text.matches('\t').count()).unwrap_or(0)
}

/// Lines before and after the region, as far as the piece holds them; some
/// characters where a side holds no line end. `None` where the piece holds no
/// more than the region.
pub(super) fn surroundings(region: &Region, piece: TextPiece<'_>, secrets: &[ByteSpan]) -> Option<Snippet> {
    /// How many line ends are passed on each side.
    const LINES: usize = 2;
    /// How many bytes are shown of a side without line ends.
    const BYTES: usize = 200;
    let TextPiece { text: piece, span: context, begin, units } = piece;
    let span = region.span;
    let index = |offset: u64| usize::try_from(offset.saturating_sub(context.start)).unwrap_or(usize::MAX);
    let (start, end) = (index(span.start), index(span.end).min(piece.len()));
    let (before, after) = (piece.get(..start)?, piece.get(end..)?);
    let from = match before.rmatch_indices('\n').nth(LINES) {
        Some((newline, _)) => newline + 1,
        None if before.contains('\n') => 0,
        None => start.saturating_sub(BYTES),
    };
    let to = match after.match_indices('\n').nth(LINES) {
        Some((newline, _)) => end + newline,
        None if after.contains('\n') => piece.len(),
        None => (end + BYTES).min(piece.len()),
    };
    let from = (from..=start).find(|at| piece.is_char_boundary(*at))?;
    let to = (to..=piece.len()).find(|at| piece.is_char_boundary(*at))?;
    let offset = |index: usize| context.start + u64::try_from(index).unwrap_or(0);
    let wider = ByteSpan::new(offset(from), offset(to));
    if !(wider.contains(span) && wider.len() > span.len()) {
        return None;
    }
    let first = forward_from(begin, &piece[..from], units);
    let last = forward_from(region.end, piece.get(end..to)?, units);
    let (text, redacted) = cut(piece, context.start, wider.start..wider.end, secrets);
    Some(Snippet { region: Region { start: first, end: last, span: wider }, text, redacted })
}

/// The place one past a text that begins at `start`.
fn forward_from(start: LineColumn, text: &str, units: fn(&str) -> u64) -> LineColumn {
    match text.rsplit_once('\n') {
        Some((lines, last)) => {
            let passed = u64::try_from(lines.matches('\n').count()).unwrap_or(0) + 1;
            LineColumn { line: start.line + passed, column: units(last) + 1 }
        }
        None => LineColumn { line: start.line, column: start.column + units(text) },
    }
}

/// The part of a piece that begins at `base`, with secrets replaced.
pub(super) fn cut(piece: &str, base: u64, range: Range<u64>, secrets: &[ByteSpan]) -> (String, bool) {
    let index =
        |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX).min(piece.len());
    let mut text = String::new();
    let mut at = range.start;
    let mut hidden: Vec<_> =
        secrets.iter().filter(|secret| secret.start < range.end && secret.end > range.start).collect();
    hidden.sort_unstable();
    let redacted = !hidden.is_empty();
    for secret in hidden {
        text.push_str(piece.get(index(at)..index(secret.start.max(at))).unwrap_or_default());
        text.push_str(REDACTED);
        at = secret.end.max(at);
    }
    text.push_str(piece.get(index(at)..index(range.end.max(at))).unwrap_or_default());
    (text, redacted)
}
