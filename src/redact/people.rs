//! Where in a text names stand.

use std::ops::Range;

use super::known::KnownPeople;
use super::pseudonym::Kind;
use super::tokens::{WordSpan, tokens};

/// The least length of a word that is taken for a name in the middle of a text.
const LEAST: usize = 3;
/// The least digits of a number that is.
const LEAST_DIGITS: usize = 5;

/// How strictly a single word must stand alone to be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// In sentences and in XML: words of the program itself are left alone.
    Text,
    /// In paths.
    Path,
}

/// The names in a text, from left to right. `is_common` says whether a word in
/// lower case is one that the program itself uses.
pub(super) fn people(
    text: &str,
    known: &KnownPeople,
    strictness: Strictness,
    is_common: &dyn Fn(&str) -> bool,
) -> Vec<(Range<usize>, Kind)> {
    let words = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((count, kind)) = known.longest(text, rest) else {
            at += 1;
            continue;
        };
        let (first, last) = (rest[0], rest[count - 1]);
        if may_be_name(text, (first, last), known, strictness, is_common) {
            found.push((first.start..last.end, kind));
            at += count;
        } else {
            at += 1;
        }
    }
    found
}

/// Whether words that are a name are meant as one where they stand.
fn may_be_name(
    text: &str,
    (first, last): (WordSpan, WordSpan),
    known: &KnownPeople,
    strictness: Strictness,
    is_common: &dyn Fn(&str) -> bool,
) -> bool {
    let (before, after) = (&text[..first.start], &text[last.end..]);
    let name = &text[first.start..last.end];
    // A role may be named like an account: `admin`.
    if known.is_role(name) {
        return false;
    }
    if first != last {
        return true;
    }
    let is_markup = before.ends_with('<')
        || before.ends_with("</")
        || before.ends_with("&lt;")
        || before.ends_with("&lt;/")
        || after.starts_with("=\"")
        || before.ends_with('&') && after.starts_with(';');
    if is_markup {
        return false;
    }
    if stands_alone(before, after) {
        return !matches!(name, "true" | "false");
    }
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let count = name.chars().count();
    if count < LEAST || is_number && count < LEAST_DIGITS {
        return false;
    }
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !is_plain {
        return true;
    }
    let is_part = strictness == Strictness::Text
        && (before.ends_with('.')
            || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric)));
    !is_part && !is_common(&name.to_lowercase())
}

/// Whether a word is all that stands between quotes, tags or the ends of a text.
fn stands_alone(before: &str, after: &str) -> bool {
    const PAIRS: [(&str, &str); 6] =
        [("'", "'"), ("\"", "\""), (">", "<"), ("&gt;", "&lt;"), ("&quot;", "&quot;"), ("[CDATA[", "]]")];
    before.is_empty() && after.is_empty()
        || PAIRS.iter().any(|(open, close)| before.ends_with(open) && after.starts_with(close))
}
