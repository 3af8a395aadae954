//! Files in which a word stands for an empty value: whether they do shows in the first
//! typed column that holds one.

use super::super::forms::{NullWord, ValueSort, sort_of, word_of};
use super::super::{RecordSink, Select};
use super::head::JudgedText;
use super::judge::judge_source;
use super::rows::{FlatRows, RowStep};
use super::window::TextWindow;
use crate::record::Record;
use crate::source::Source;

/// What stands for an empty value in a file.
pub(super) fn null_word_of(source: &Source) -> NullWord {
    NullWord::of(source, find)
}

/// The first word in a typed column of a file.
fn find(source: &Source) -> Option<&'static str> {
    let window = TextWindow::new(source.open().ok()?, 0);
    let (window, JudgedText::Export(head)) = judge_source(source, window)? else { return None };
    let mut rows = FlatRows::new(head, window, Select::Everything, NullWord::none());
    let mut typed = TypedWord(None);
    while typed.0.is_none() && rows.next(&mut typed) == RowStep::Row {}
    typed.0
}

/// The first word that was met in a typed column.
struct TypedWord(Option<&'static str>);

impl RecordSink for TypedWord {
    fn record(&mut self, record: &Record<'_>) {
        let is_typed = |name: &str| {
            matches!(sort_of(record.table, name), ValueSort::Reference | ValueSort::Boolean | ValueSort::Date)
        };
        let word = |text: &str, name: &str| word_of(text).filter(|_| is_typed(name));
        let found = record.fields.iter().find_map(|field| word(field.stored_or_shown(), field.name));
        self.0 = self.0.or(found);
    }
}
