//! Regular expressions that are compiled when they are first asked.
//!
//! A pack holds hundreds, most scans ask few of them, and compiling all would be
//! most of the start-up.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// How large a compiled pattern may be, in bytes.
const SIZE: usize = 1 << 20;

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

    /// # Errors
    /// If it cannot be compiled.
    pub(super) fn check(&self) -> Result<(), String> {
        match build(&self.text) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("the pattern '{}' cannot be used: {error}", self.text)),
        }
    }
}

fn build(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(SIZE).build()
}

#[cfg(test)]
mod tests {
    use crate::rule::{Pack, Settings, builtin};

    #[test]
    fn the_built_in_pack_deserves_its_trust() {
        let mut files = builtin().unwrap();
        files.is_built_in = false;
        Pack::compile(&[files], &Settings { strict: true, ..Settings::default() }).unwrap();
    }
}
