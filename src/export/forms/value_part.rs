//! Where a part of a value is written, character by character.

use std::ops::Range;

use crate::span::ByteSpan;

/// A character as it is read, and how many bytes are written for it; without one
/// where what is written says nothing, as a closing quote.
pub(crate) type WrittenCharacter = (usize, Option<char>);

/// The written bytes that say a part of a value, which is given in bytes of the
/// value as rules read it: line ends are `\n`, and outer space is taken off.
/// `None` where the text does not hold `expected` there.
pub(crate) fn written_part(
    pieces: impl Iterator<Item = WrittenCharacter>,
    part: Range<usize>,
    expected: &str,
) -> Option<Range<usize>> {
    let mut read = String::with_capacity(part.len());
    let (mut at, mut passed) = (0, 0);
    let (mut start, mut end) = (None, 0);
    let (mut has_begun, mut is_after_return) = (false, false);
    for (length, character) in pieces {
        let begin = at;
        at += length;
        let Some(character) = character else { continue };
        let is_second = is_after_return && character == '\n';
        is_after_return = character == '\r';
        let character = if is_after_return { '\n' } else { character };
        has_begun |= !character.is_whitespace();
        if is_second || !has_begun {
            continue;
        }
        if passed >= part.end {
            break;
        }
        if passed >= part.start {
            start.get_or_insert(begin);
            end = at;
            read.push(character);
        }
        passed += character.len_utf8();
    }
    start.filter(|_| read == expected).map(|start| start..end)
}

/// The bytes of a text that say a part of the value that it is read as.
pub(crate) fn part_of_text(text: &str, part: Range<usize>, expected: &str) -> Option<ByteSpan> {
    let letters = text.chars().map(|letter| (letter.len_utf8(), Some(letter)));
    let part = written_part(letters, part, expected)?;
    Some(ByteSpan::new(u64::try_from(part.start).ok()?, u64::try_from(part.end).ok()?))
}

#[cfg(test)]
mod tests {
    use super::written_part;

    #[test]
    fn parts_are_found_behind_space_and_line_ends() {
        let check = |text: &str, part: &str, expected: Option<&str>| {
            let value = text.replace("\r\n", "\n").replace('\r', "\n");
            let at = value.trim().find(part).unwrap_or(0);
            let pieces = text.chars().map(|character| (character.len_utf8(), Some(character)));
            let found = written_part(pieces, at..at + part.len(), part);
            assert_eq!(found.and_then(|found| text.get(found)), expected, "{part:?} of {text:?}");
        };
        check("abc", "b", Some("b"));
        check("  \r\n a\r\nbé😀c\rd ", "bé😀c", Some("bé😀c"));
        check(" a\r\nb", "a\nb", Some("a\r\nb"));
        check("a\rb", "a\nb", Some("a\rb"));
        check("abc", "x", None);
        check("", "x", None);
    }
}
