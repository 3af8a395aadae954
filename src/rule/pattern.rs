//! Regular expressions that are compiled when they are first asked.
//!
//! A pack holds hundreds, most scans ask few of them, and compiling all would be
//! most of the start-up.

use std::ops::Range;
use std::sync::{LazyLock, Mutex, OnceLock};

use crate::source::lock;
use hashbrown::HashMap;
use regex::{Regex, RegexBuilder};

/// How large a compiled pattern may be, in bytes.
const SIZE: usize = 1 << 20;

/// Several patterns, of which any may be found. They are compiled as one, since
/// one search costs about as much as each of many.
#[derive(Debug)]
pub(super) struct Patterns {
    each: Vec<Pattern>,
    any: OnceLock<Option<Regex>>,
}

impl Patterns {
    pub(super) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        Self { each: texts.into_iter().map(Pattern::new).collect(), any: OnceLock::new() }
    }

    /// Whether any is found in a text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        match self.any.get_or_init(|| self.build()) {
            Some(any) => any.is_match(text),
            None => self.each.iter().any(|pattern| pattern.is_match(text)),
        }
    }

    /// Where any is found in a text: the first `most` places, none of which reaches
    /// into another.
    pub(super) fn find(&self, text: &str, most: usize) -> Vec<Range<usize>> {
        let mut all: Vec<_> = self.each.iter().flat_map(|pattern| pattern.find(text, most)).collect();
        all.sort_unstable_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
        let mut end = 0;
        all.retain(|found| {
            let is_apart = found.start >= end;
            end = if is_apart { found.end } else { end };
            is_apart
        });
        all.truncate(most);
        all
    }

    /// `None` for a single one, and where they cannot be put together: one that
    /// ends in a comment, or all of them are too large.
    fn build(&self) -> Option<Regex> {
        let all: Vec<_> = self.each.iter().map(|pattern| format!("(?:{})", pattern.text)).collect();
        if all.len() < 2 { None } else { build(&all.join("|")).ok() }
    }

    /// # Errors
    /// If one cannot be compiled.
    pub(super) fn check(&self) -> Result<(), String> {
        self.each.iter().try_for_each(Pattern::check)
    }
}

/// A pattern; case does not count unless it says so itself.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), regex: OnceLock::new() }
    }

    /// Whether it is found in a text. One that cannot be compiled is found in
    /// none; [`Self::check`] says so when a rule is loaded.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let regex = self.regex.get_or_init(|| build(&self.text).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Where it is found in a text, the first `most` places.
    fn find(&self, text: &str, most: usize) -> Vec<Range<usize>> {
        let regex = self.regex.get_or_init(|| build(&self.text).ok());
        let found = regex.iter().flat_map(|regex| regex.find_iter(text));
        found.take(most).map(|found| found.start()..found.end()).collect()
    }

    /// # Errors
    /// If it cannot be compiled.
    pub(super) fn check(&self) -> Result<(), String> {
        match build(&self.text) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("the pattern '{}' cannot be used: {error}", self.text)),
        }
    }
}

/// What was compiled before. Packs with the same patterns are made again for each
/// instance of a scan and for each test of a rule, and to compile the patterns of
/// user IDs costs more than to use them.
static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

fn build(text: &str) -> Result<Regex, regex::Error> {
    let known = || lock(&COMPILED);
    if let Some(regex) = known().get(text) {
        return Ok(regex.clone());
    }
    let regex = RegexBuilder::new(text).case_insensitive(true).size_limit(SIZE).build()?;
    known().insert(text.to_owned(), regex.clone());
    Ok(regex)
}

#[cfg(test)]
mod tests {
    use super::Patterns;
    use crate::rule::{Pack, Settings, builtin};

    #[test]
    fn patterns_together_find_what_each_finds() {
        let check = |patterns: &[&str], text: &str, expected: bool| {
            let patterns = Patterns::new(patterns.iter().map(|&text| text.to_owned()));
            assert_eq!(patterns.is_match(text), expected, "{patterns:?} in {text}");
        };
        check(&[], "a", false);
        check(&["^a", "b$"], "A1", true);
        check(&["^a", "b$"], "1b1", false);
        check(&["(?-i)A", "b"], "a", false);
        check(&["(?x) a # a comment", "b"], "b", true);
        check(&["a|b", "c"], "C", true);
        check(&["(", "b"], "b", true);
    }

    #[test]
    fn places_of_several_patterns_do_not_overlap() {
        let check = |patterns: &[&str], text: &str, most: usize, expected: &[&str]| {
            let patterns = Patterns::new(patterns.iter().map(|&text| text.to_owned()));
            let found: Vec<_> = patterns.find(text, most).into_iter().map(|found| &text[found]).collect();
            assert_eq!(found, expected, "{patterns:?} in {text}");
        };
        check(&["b+", "ab"], "abbb b", 9, &["ab", "b"]);
        check(&["a"], "aAa", 2, &["a", "A"]);
        check(&["(", "b"], "ab", 9, &["b"]);
        check(&[], "ab", 9, &[]);
    }

    #[test]
    fn the_built_in_pack_deserves_its_trust() {
        let mut files = builtin().unwrap();
        files.is_built_in = false;
        Pack::compile(&[files], &Settings { strict: true, ..Settings::default() }).unwrap();
    }
}
