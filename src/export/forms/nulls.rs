//! Files in which a word stands for an empty value: copies of a database, which the
//! platform never writes.
//!
//! Whether the word is a value or stands for none shows in the whole file only: it
//! stands for none where a date, a boolean or a reference is that word. Rows are
//! handed out as they are read, so a file is looked through once more when the
//! first such word is met, up to the first typed column that holds one. Files
//! without such words, nearly all, are never looked through.

use std::sync::LazyLock;

use crate::source::Source;

/// The words, and with which bytes they begin.
static WORDS: LazyLock<(Vec<&'static str>, [bool; 256])> = LazyLock::new(|| {
    let lines = include_str!("nulls.tsv").lines().filter(|line| !line.starts_with('#'));
    let words: Vec<_> = lines.filter_map(|line| line.split('\t').next()).collect();
    let mut begin = [false; 256];
    for first in words.iter().filter_map(|word| word.bytes().next()) {
        begin[usize::from(first)] = true;
    }
    (words, begin)
});

/// The word that a text is, if it is one that may stand for nothing.
pub(crate) fn word_of(text: &str) -> Option<&'static str> {
    let (words, begin) = &*WORDS;
    let first = text.bytes().next()?;
    if !begin[usize::from(first)] && !first.is_ascii_whitespace() {
        return None;
    }
    let text = text.trim();
    words.iter().copied().find(|word| *word == text)
}

/// What stands for an empty value in one file.
pub(crate) struct NullWord {
    /// The file, and what looks it through; `None` where every value is taken as it
    /// stands.
    searched: Option<(Source, NullSearch)>,
}

/// Finds the first word in a typed column of a file. It reads rows, which this stands
/// below.
type NullSearch = fn(&Source) -> Option<&'static str>;

impl NullWord {
    /// Of a file that `search` looks through when the first such word is met.
    pub(crate) fn of(source: &Source, search: NullSearch) -> Self {
        Self { searched: Some((source.clone(), search)) }
    }

    /// Of nothing.
    pub(crate) fn none() -> Self {
        Self { searched: None }
    }

    /// Whether a text stands for an empty value.
    pub(crate) fn is_null(&self, text: &str) -> bool {
        let Some(((source, search), word)) = self.searched.as_ref().zip(word_of(text)) else { return false };
        source.null_word(|| search(source)) == Some(word)
    }

    /// The word that was found to stand for empty values.
    pub(crate) fn known(&self) -> Option<&'static str> {
        self.searched.as_ref().and_then(|(source, _)| source.known_null_word())
    }
}

#[cfg(test)]
mod tests {
    use super::word_of;

    #[test]
    fn only_whole_words_count() {
        let check = |text: &str, expected| assert_eq!(word_of(text), expected, "{text}");
        check("NULL", Some("NULL"));
        check(" null ", Some("null"));
        check("\\N", Some("\\N"));
        check("Null", None);
        check("NULLABLE", None);
        check("none", None);
        check("", None);
    }
}
