//! Stacked bars with their labels, and bars in rows of tables.

use crate::report::words::grouped;

/// A rectangle of a bar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BarPiece {
    /// Class of the fill: `met`, `bad`, `unk`, `na`, or a band.
    pub(super) fill: &'static str,
    /// In pixels of the picture.
    pub(super) x: u32,
    pub(super) width: u32,
}

/// The label of a rectangle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) x: u32,
    /// The base line: above or below the bar.
    pub(super) y: u32,
    pub(super) count: String,
    pub(super) word: &'static str,
}

/// A bar that is a picture of its own.
#[derive(Debug, Default)]
pub(super) struct Bar {
    pub(super) pieces: Vec<BarPiece>,
    pub(super) labels: Vec<Label>,
    /// The same in words.
    pub(super) words: String,
}

/// How wide such a bar is.
const WIDTH: u32 = 440;
/// The base lines of labels.
const ABOVE: u32 = 14;
const BELOW: u32 = 61;

/// One part of a bar: fill, what it counts, the count, and its share of the width.
pub(super) type BarPart = (&'static str, &'static str, usize, u32);

impl Bar {
    pub(super) fn of(parts: &[BarPart]) -> Self {
        let parts: Vec<BarPart> = parts.iter().filter(|part| part.2 > 0).copied().collect();
        let weights: Vec<(&'static str, u32)> = parts.iter().map(|part| (part.0, part.3.max(1))).collect();
        let pieces = pieces(&weights, WIDTH);
        let mut ends = [0, 0];
        let mut labels = Vec::with_capacity(parts.len());
        for (piece, (_, word, count, _)) in pieces.iter().zip(&parts) {
            labels.push(label(piece, &grouped(*count), word, &mut ends));
        }
        let words: Vec<_> =
            parts.iter().map(|(_, word, count, _)| format!("{} {word}", grouped(*count))).collect();
        Self { pieces, labels, words: words.join(", ") }
    }
}

/// Puts a label above the bar, or below where it would touch the one before.
fn label(piece: &BarPiece, count: &str, word: &'static str, ends: &mut [u32; 2]) -> Label {
    /// About the width of a character at this size.
    const CHARACTER: u32 = 7;
    let length = u32::try_from(count.len() + 1 + word.len()).unwrap_or(0) * CHARACTER;
    let wanted = piece.x.min(WIDTH.saturating_sub(length));
    let lane = usize::from(ends[0] > wanted && ends[1] < ends[0]);
    let x = wanted.max(ends[lane]);
    ends[lane] = x + length + CHARACTER;
    Label { x, y: if lane == 0 { ABOVE } else { BELOW }, count: count.to_owned(), word }
}

/// Rectangles one after another, a pixel between two, none narrower than 3.
pub(super) fn pieces(parts: &[(&'static str, u32)], width: u32) -> Vec<BarPiece> {
    const LEAST: u32 = 3;
    let parts: Vec<_> = parts.iter().filter(|(_, weight)| *weight > 0).collect();
    let count = u32::try_from(parts.len()).unwrap_or(0);
    let whole: u64 = parts.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let room = width.saturating_sub(count.saturating_sub(1) + count * LEAST);
    let mut x = 0;
    let mut pieces = Vec::with_capacity(parts.len());
    for (fill, weight) in parts {
        let share = u64::from(room) * u64::from(*weight) / whole.max(1);
        let width = LEAST + u32::try_from(share).unwrap_or(0);
        pieces.push(BarPiece { fill, x, width });
        x += width + 1;
    }
    pieces
}

/// The width of a bar in a table row that counts `count`, where the largest counts `most`.
pub(super) fn share(count: usize, most: usize, width: u32) -> u32 {
    let (count, most) = (u64::try_from(count).unwrap_or(0), u64::try_from(most.max(1)).unwrap_or(1));
    u32::try_from(u64::from(width) * count / most).unwrap_or(width).min(width)
}

/// A count as a weight.
pub(super) fn weight(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Bar, WIDTH, pieces};

    #[test]
    fn pieces_fill_the_bar_and_none_vanishes() {
        let check = |weights: &[u32], expected: &[(u32, u32)]| {
            let weights: Vec<_> = weights.iter().map(|weight| ("met", *weight)).collect();
            let found: Vec<_> = pieces(&weights, 100).iter().map(|piece| (piece.x, piece.width)).collect();
            assert_eq!(found, expected);
        };
        check(&[1], &[(0, 100)]);
        check(&[1, 0, 1], &[(0, 49), (50, 49)]);
        check(&[1_000_000, 1], &[(0, 95), (96, 3)]);
        check(&[], &[]);
    }

    #[test]
    fn labels_do_not_touch() {
        let parts = [
            ("bad", "found something", 1, 1),
            ("unk", "cannot tell", 1, 1),
            ("met", "found nothing", 1, 900),
        ];
        let bar = Bar::of(&parts);
        let places: Vec<_> = bar.labels.iter().map(|label| (label.x, label.y)).collect();
        assert_eq!(places, [(0, 14), (4, 61), (102, 61)]);
        assert!(bar.labels.iter().all(|label| label.x < WIDTH));
        assert_eq!(bar.words, "1 found something, 1 cannot tell, 1 found nothing");
    }
}
