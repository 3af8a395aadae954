//! Numbers and sentences for people.

use std::borrow::Cow;

use super::{Report, safe};

/// `1,204`.
pub(super) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2 files`.
pub(super) fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12 rules on accounts`, or `3 rules` where they are of several areas.
pub(super) fn rules_of(report: &Report, rules: &[usize]) -> String {
    let area = |rule: &usize| report.rules.get(*rule).map(|rule| top_area(&rule.area));
    let first = rules.first().and_then(area);
    match first {
        Some(name) if rules.iter().all(|rule| area(rule) == first) => {
            format!("{} on {name}", counted(rules.len(), "rule"))
        }
        _ => counted(rules.len(), "rule"),
    }
}

/// The area without its subdivision.
pub(super) fn top_area(area: &str) -> &str {
    area.split('/').next().unwrap_or(area)
}

/// `5.3 MB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return counted(bytes, "byte");
    }
    let mut tenths = bytes / 100;
    for unit in UNITS {
        if tenths < 10_000 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        tenths /= 1_000;
    }
    format!("{} PB", grouped(tenths))
}

/// The first sentences of a text that fit in `limit` characters, at least one,
/// which is cut if it is longer.
pub(super) fn first_sentences(text: &str, limit: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut taken = String::new();
    let mut end = 0;
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            taken.push(' ');
        }
        taken.push_str(word);
        let next = words.get(place + 1);
        if next.is_none_or(|next| ends_sentence(word, next)) {
            if end > 0 && taken.chars().count() > limit {
                break;
            }
            end = taken.len();
        }
    }
    let sentences = &taken[..end];
    match safe::shortened(sentences, limit) {
        Cow::Borrowed(whole) => whole.to_owned(),
        Cow::Owned(cut) => cut,
    }
}

/// Whether a sentence ends between two words: `e.g. this` is none.
fn ends_sentence(word: &str, next: &str) -> bool {
    word.ends_with(['.', '!', '?'])
        && !word.ends_with("e.g.")
        && !word.ends_with("i.e.")
        && !next.starts_with(char::is_lowercase)
}

/// The text on lines of at most `width` characters, where words allow it.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let mut lines = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{counted, first_sentences, grouped, size, wrapped};

    #[test]
    fn numbers_can_be_read() {
        assert_eq!(
            [grouped(0_u64), grouped(999_u64), grouped(1_204_u64), grouped(12_345_678_u64)],
            ["0", "999", "1,204", "12,345,678"]
        );
        assert_eq!([counted(1_u64, "file"), counted(0_u64, "file")], ["1 file", "0 files"]);
        assert_eq!(
            [size(1), size(999), size(1_000), size(5_340_000), size(2_000_000_000)],
            ["1 byte", "999 bytes", "1.0 kB", "5.3 MB", "2.0 GB"]
        );
    }

    #[test]
    fn sentences_end_where_they_end() {
        let text = "Use lists, e.g. this.\nNo 4.5 ends it. `x` does.";
        assert_eq!(first_sentences(text, 10), "Use lists…");
        assert_eq!(first_sentences(text, 21), "Use lists, e.g. this.");
        assert_eq!(first_sentences(text, 40), "Use lists, e.g. this. No 4.5 ends it.");
        assert_eq!(first_sentences("", 40), "");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("extraordinarily x", 4), "extraordinarily\nx");
    }
}
