//! Comparing text the way the platform's database does: without case.

use std::cmp::Ordering;
use std::ops::Range;

use super::operator::Search;

/// A text to look for, put into lower case once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    lower: Box<str>,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        Self { lower: lower(text).collect::<String>().into() }
    }

    pub(super) fn equals(&self, text: &str) -> bool {
        same(&self.lower, text)
    }

    /// How `text` stands to the needle.
    pub(super) fn compare(&self, text: &str) -> Ordering {
        compare(text, &self.lower)
    }

    pub(super) fn is_found(&self, search: Search, text: &str) -> bool {
        if !text.is_ascii() {
            let text: String = lower(text).collect();
            return match search {
                Search::Contains => text.contains(&*self.lower),
                Search::StartsWith => text.starts_with(&*self.lower),
                Search::EndsWith => text.ends_with(&*self.lower),
            };
        }
        let (text, needle) = (text.as_bytes(), self.lower.as_bytes());
        let Some(room) = text.len().checked_sub(needle.len()) else { return false };
        match search {
            Search::Contains => contains(text, needle),
            Search::StartsWith => text[..needle.len()].eq_ignore_ascii_case(needle),
            Search::EndsWith => text[room..].eq_ignore_ascii_case(needle),
        }
    }
}

impl Needle {
    /// Where it is found in a text: the first `most` places, one behind the other.
    pub(super) fn find(&self, text: &str, most: usize) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (start, _) in text.char_indices() {
            if found.len() == most {
                break;
            }
            if found.last().is_none_or(|last| last.end <= start) {
                found.extend(self.end_at(text, start).map(|end| start..end));
            }
        }
        found
    }

    /// Where it ends in a text, if it begins at `start`.
    fn end_at(&self, text: &str, start: usize) -> Option<usize> {
        let mut wanted = self.lower.chars();
        for (at, letter) in text.get(start..)?.char_indices() {
            if !letter.to_lowercase().all(|lower| wanted.next() == Some(lower)) {
                return None;
            }
            if wanted.as_str().is_empty() {
                return Some(start + at + letter.len_utf8());
            }
        }
        None
    }
}

/// Whether the ASCII text holds the lower-case needle.
fn contains(text: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let Some(last_start) = text.len().checked_sub(needle.len()) else { return false };
    text[..=last_start].iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == first && text[at + 1..at + needle.len()].eq_ignore_ascii_case(rest)
    })
}

/// Whether two texts are equal but for case.
pub(super) fn same(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    lower(left).eq(lower(right))
}

/// The order of two texts in lower case.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    lower(left).cmp(lower(right))
}

// Letter by letter, not `str::to_lowercase`, whose answer for a sigma depends on
// its neighbours.
fn lower(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::Needle;

    #[test]
    fn a_needle_is_found_where_it_stands() {
        let check = |needle: &str, text: &str, expected: &[&str]| {
            let found = Needle::new(needle).find(text, 3);
            let found: Vec<_> = found.into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{needle:?} in {text:?}");
        };
        check("eval(", "x Eval(EVAL( eval( eval(", &["Eval(", "EVAL(", "eval("]);
        check("aa", "aaa é AA", &["aa", "AA"]);
        check("É", "é 😀É", &["é", "É"]);
        check("x", "", &[]);
        check("", "ab", &[]);
        check("ab", "a", &[]);
    }
}
