//! The prose of rules: plain text with `code`.

use crate::report::safe;

/// A stretch of prose that is all text or all code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProsePart {
    pub(super) text: String,
    pub(super) is_code: bool,
}

/// Cuts a text, put on one line, at its backticks.
pub(super) fn parts(text: &str) -> Vec<ProsePart> {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ");
    let pieces = text.split('`').enumerate();
    pieces
        .filter(|(_, text)| !text.is_empty())
        .map(|(at, text)| ProsePart { text: safe::html_line(text).into_owned(), is_code: at % 2 == 1 })
        .collect()
}

/// Builds prose of pieces that are text and code in turn.
pub(super) fn mixed(pieces: &[&str]) -> Vec<ProsePart> {
    let part = |(at, text): (usize, &&str)| ProsePart {
        text: safe::html_line(text).into_owned(),
        is_code: at % 2 == 1,
    };
    pieces.iter().enumerate().map(part).collect()
}

/// The name of a hardening page as a heading: `Limit session length` for
/// `sc-limit-session-length`.
pub(super) fn page_name(page: &str) -> String {
    super::facts::area_name(safe::html_line(page).trim_start_matches("sc-"))
}

#[cfg(test)]
mod tests {
    use super::{page_name, parts};

    #[test]
    fn code_stands_between_backticks() {
        let check = |text: &str, expected: &[(&str, bool)]| {
            let found = parts(text);
            let found: Vec<_> = found.iter().map(|part| (part.text.as_str(), part.is_code)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Use\n`a b` <now>.", &[("Use ", false), ("a b", true), (" <now>.", false)]);
        check("", &[]);
        assert_eq!(page_name("sc-limit-session-length"), "Limit session length");
    }
}
