//! Places that are the root's start tag.

use super::PlaceLines;
use super::ask::{Look, PlaceAsk};
use super::near::Spans;
use super::point::Point;
use super::text_store::PlaceKey;
use crate::source::LineMark;
use crate::span::LineColumn;

/// Answers what is asked of the root, which stands at the beginning of the text.
pub(super) fn look_at_root(look: Look<'_>, asks: &[PlaceAsk]) -> Vec<(PlaceKey, PlaceLines)> {
    if asks.is_empty() {
        return Vec::new();
    }
    let tag = look.report.root_tag;
    let spans = Spans { region: tag, around: tag };
    let text = beginning(look, tag.end);
    let unit = look.source.column_unit();
    let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    let line_of = |offset: u64| {
        let mark = unit.pass(LineMark::default(), &text.as_bytes()[..index(offset)]);
        LineColumn { line: mark.lines + 1, column: mark.units + 1 }
    };
    let is_sheet = look.source.is_sheet();
    let lines = PlaceLines::between(spans, line_of, is_sheet);
    let context = spans.context();
    let start = text.ceil_char_boundary(index(context.start));
    let shown = &text[start..text.ceil_char_boundary(index(context.end)).max(start)];
    for ask in asks.iter().filter(|ask| ask.is_shown) {
        let point = Point { key: ask.key, spans, is_shown: true };
        look.texts.put(ask.key, &point.excerpt(&lines, shown, Some(&[]), is_sheet));
    }
    asks.iter().map(|ask| (ask.key, lines)).collect()
}

/// The text up to `end`, as far as it can be read.
fn beginning(look: Look<'_>, end: u64) -> String {
    let mut text = String::new();
    let Ok(mut stream) = look.source.open() else { return text };
    let wanted = usize::try_from(end).unwrap_or(usize::MAX);
    while let more @ 1.. = wanted.saturating_sub(text.len())
        && stream.read(&mut text, more).is_ok_and(|more| more > 0)
    {}
    text
}
