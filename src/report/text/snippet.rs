//! The lines around a place, made fit for a terminal: few, short, and safe.

use std::ops::Range;

use super::super::safe;
use crate::revisit::{ShownPlace, Snippet};

/// Of a field with many lines, so many are shown.
const REGION_LINES: usize = 6;

/// What takes the place of what was cut off.
const CUT: char = '…';

/// Lines to show, with the part of them that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownLines {
    /// The lines.
    pub(super) text: String,
    /// What is meant, in bytes of `text`.
    pub(super) span: Range<usize>,
    /// The number of the first line.
    pub(super) first_line: usize,
}

/// The place with `context` lines before and after it, no line longer than `width`.
pub(super) fn shown(place: &ShownPlace<'_>, context: usize, width: usize) -> ShownLines {
    let (before, inside, after) = split(place);
    // What stands in the first line before the place, and the lines above.
    let (above, head) = match before.rfind('\n') {
        Some(at) => (before.get(..at).unwrap_or_default(), before.get(at + 1..).unwrap_or_default()),
        None => ("", before),
    };
    let has_above = before.contains('\n');
    let above: Vec<&str> = if has_above { last_lines(above, context) } else { Vec::new() };
    let starts_inside_line =
        !has_above && place.context.as_ref().is_some_and(|context| context.region.start.column > 1);

    let mut text = String::new();
    for line in &above {
        text.push_str(&safe::shortened(&safe::terminal(line.trim_end_matches('\r')), width));
        text.push('\n');
    }
    let head = safe::terminal_lines(head);
    let head = last_characters(&head, width / 3, starts_inside_line);
    let start = text.len() + head.len();
    let mut room = width.saturating_sub(head.chars().count());
    text.push_str(&head);

    let mut is_whole = true;
    let inside = safe::terminal_lines(inside);
    for (number, line) in inside.split('\n').enumerate() {
        if number == REGION_LINES {
            text.push(CUT);
            is_whole = false;
            break;
        }
        if number > 0 {
            text.push('\n');
            room = width;
        }
        let line = safe::shortened(line, room.max(1));
        room = room.saturating_sub(line.chars().count());
        text.push_str(&line);
    }
    let span = start..text.len();

    if is_whole {
        let after = safe::terminal_lines(after);
        let mut lines = after.split('\n');
        if let Some(tail) = lines.next().filter(|_| room > 0) {
            text.push_str(&safe::shortened(tail, room));
        }
        for line in lines.take(context) {
            text.push('\n');
            text.push_str(&safe::shortened(line, width));
        }
    }
    let first_line = usize::try_from(place.snippet.region.start.line).unwrap_or(usize::MAX);
    ShownLines { text, span, first_line: first_line.saturating_sub(above.len()).max(1) }
}

/// The context before the place, the place, and the context after it.
fn split<'p>(place: &'p ShownPlace<'_>) -> (&'p str, &'p str, &'p str) {
    let snippet = &place.snippet;
    let inside = snippet.text.as_str();
    place
        .context
        .as_ref()
        .and_then(|context| {
            let start = start_in(context, snippet)?;
            Some((context.text.get(..start)?, inside, context.text.get(start + inside.len()..)?))
        })
        .unwrap_or(("", inside, ""))
}

/// Where the text of the place begins in the text of its context. Where a secret
/// was replaced in the one or the other, lengths tell only from the side where
/// nothing was replaced.
fn start_in(context: &Snippet, snippet: &Snippet) -> Option<usize> {
    let (outer, inner) = (context.region.span, snippet.region.span);
    let from_start = inner.start.checked_sub(outer.start).and_then(|before| usize::try_from(before).ok());
    let from_end = outer
        .end
        .checked_sub(inner.end)
        .and_then(|after| context.text.len().checked_sub(usize::try_from(after).ok()?))
        .and_then(|end| end.checked_sub(snippet.text.len()));
    let stands_at = |start: &usize| {
        context.text.get(*start..).is_some_and(|rest| rest.starts_with(snippet.text.as_str()))
    };
    from_start.filter(stands_at).or(from_end.filter(stands_at)).or_else(|| {
        // Between two replaced values: only if there is no doubt which one is meant.
        let mut found = context.text.match_indices(snippet.text.as_str()).map(|(start, _)| start);
        found.next().filter(|_| found.next().is_none())
    })
}

fn last_lines(text: &str, count: usize) -> Vec<&str> {
    let mut lines: Vec<&str> = text.rsplit('\n').take(count).collect();
    lines.reverse();
    lines
}

/// The last characters of a line, marked where something was cut off.
fn last_characters(line: &str, limit: usize, is_cut: bool) -> String {
    let from = line.char_indices().rev().nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
    let rest = line.get(from..).unwrap_or_default();
    // Indentation is no loss; anything else is.
    if is_cut || !line.get(..from).unwrap_or_default().trim().is_empty() {
        format!("{CUT}{rest}")
    } else {
        rest.to_owned()
    }
}
