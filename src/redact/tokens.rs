//! The words of a text, as names are compared: letters and digits, whatever
//! stands between them. So `O'Brien` is found in `O&apos;Brien`, and
//! `Abel Tuter` in `Abel.Tuter`.

use std::hash::{BuildHasher, Hasher};

/// How much may stand between two words of a name, in bytes.
const GAP: usize = 8;
/// Only so many words of a name are compared, from the first on.
pub(super) const MOST: usize = 12;

/// Where a word begins and ends in its text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordSpan {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<WordSpan> {
    let mut tokens: Vec<WordSpan> = Vec::new();
    for (at, letter) in text.char_indices() {
        if !(letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let end = at + letter.len_utf8();
        match tokens.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => tokens.push(WordSpan { start: at, end }),
        }
    }
    tokens
}

/// Whether two neighbouring words may belong to one name.
pub(super) fn belong_together(text: &str, left: WordSpan, right: WordSpan) -> bool {
    let between = text.get(left.end..right.start).unwrap_or_default();
    between.len() <= GAP && !between.contains(['<', '>', '\n'])
}

/// Hashes of the first word, of the first two words, and so on.
pub(super) struct Hashes<'h, S: BuildHasher> {
    hasher: S::Hasher,
    text: &'h str,
}

impl<'h, S: BuildHasher> Hashes<'h, S> {
    pub(super) fn new(state: &S, text: &'h str) -> Self {
        Self { hasher: state.build_hasher(), text }
    }

    /// Adds a word, and gives the hash of all words so far.
    pub(super) fn next(&mut self, token: WordSpan) -> u64
    where
        S::Hasher: Clone,
    {
        let word = self.text.get(token.start..token.end).unwrap_or_default();
        for letter in word.chars().flat_map(char::to_lowercase) {
            self.hasher.write_u32(u32::from(letter));
        }
        // Marks the end of a word, so that ("ab", "c") and ("a", "bc") differ.
        self.hasher.write_u32(u32::MAX);
        self.hasher.clone().finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{belong_together, tokens};

    #[test]
    fn words_are_letters_and_digits() {
        let text = "'Zoë O&apos;Brien', svc_sap.2<a>";
        let words = tokens(text);
        let texts: Vec<_> = words.iter().map(|word| &text[word.start..word.end]).collect();
        assert_eq!(texts, ["Zoë", "O", "apos", "Brien", "svc_sap", "2", "a"]);
        assert!(belong_together(text, words[0], words[1]) && !belong_together(text, words[5], words[6]));
    }
}
