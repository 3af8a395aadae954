//! Files in which a word stands for an empty value: copies of a database, which the
//! platform never writes.
//!
//! Whether the word is a value or stands for none shows in the whole file only: it
//! stands for none where a date, a boolean or a reference is that word. Rows are
//! handed out as they are read, so a file is looked through once more when the
//! first such word is met, up to the first typed column that holds one. Files
//! without such words, nearly all, are never looked through.

use std::sync::LazyLock;

use super::head::Judged;
use super::judge;
use super::rows::{Rows, Step};
use super::values::{Sort, sort_of};
use super::window::Window;
use super::{RecordSink, Select};
use crate::record::Record;
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
fn word_of(text: &str) -> Option<&'static str> {
    let (words, begin) = &*WORDS;
    let first = text.bytes().next()?;
    if !begin[usize::from(first)] && !first.is_ascii_whitespace() {
        return None;
    }
    let text = text.trim();
    words.iter().copied().find(|word| *word == text)
}

/// What stands for an empty value in one file.
pub(super) struct Nulls {
    /// Where that is looked up; `None` where every value is taken as it stands.
    source: Option<Source>,
}

impl Nulls {
    /// Of a file.
    pub(super) fn of(source: &Source) -> Self {
        Self { source: Some(source.clone()) }
    }

    /// Of nothing.
    pub(super) fn none() -> Self {
        Self { source: None }
    }

    /// Whether a text stands for an empty value.
    pub(super) fn is_null(&self, text: &str) -> bool {
        let Some((source, word)) = self.source.as_ref().zip(word_of(text)) else { return false };
        source.null_word(|| find(source)) == Some(word)
    }

    /// The word that was found to stand for empty values.
    pub(super) fn word(&self) -> Option<&'static str> {
        self.source.as_ref().and_then(Source::known_null_word)
    }
}

/// The first word in a typed column of a file.
fn find(source: &Source) -> Option<&'static str> {
    let window = Window::new(source.open().ok()?, 0);
    let (window, Judged::Export(head)) = judge(source, window)? else { return None };
    let mut rows = Rows::new(source, head, window, Select::Everything);
    rows.nulls = Nulls::none();
    let mut typed = Typed(None);
    while typed.0.is_none() && rows.next(&mut typed) == Step::Row {}
    typed.0
}

/// The first word that was met in a typed column.
struct Typed(Option<&'static str>);

impl RecordSink for Typed {
    fn record(&mut self, record: &Record<'_>) {
        let is_typed =
            |name: &str| matches!(sort_of(record.table, name), Sort::Reference | Sort::Boolean | Sort::Date);
        let word = |text: &str, name: &str| word_of(text).filter(|_| is_typed(name));
        let found = record.fields.iter().find_map(|field| word(field.stored_or_shown(), field.name));
        self.0 = self.0.or(found);
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
