//! Looks for secrets in all that is written, before it is given on.

use std::io::{self, Write};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::secrets::{FoundSecret, Secrets};

/// How much is looked at together, in bytes.
const BLOCK: usize = 64 * 1024;

/// Secrets to look for.
#[derive(Debug)]
pub struct Watch {
    automaton: AhoCorasick,
    /// What each pattern is part of.
    found: Vec<FoundSecret>,
    /// Length of the longest pattern.
    longest: usize,
    own_words: usize,
}

impl Watch {
    /// For secrets. `own` are texts that reports show of themselves, those of
    /// rules: a password that is a word of them cannot be told from the word.
    /// `None` where there is nothing to look for, or it would not fit in memory.
    #[must_use]
    pub fn new<T: AsRef<str>>(secrets: &Secrets, own: impl Iterator<Item = T>) -> Option<Self> {
        let mut patterns: Vec<_> =
            (0..).zip(&secrets.list).flat_map(|(at, secret)| writings(&secret.text, at)).collect();
        patterns.sort_unstable();
        patterns.dedup_by(|right, left| right.0 == left.0);
        let first = automaton(&patterns)?;
        let mut is_own = vec![false; secrets.list.len()];
        for text in own {
            for found in first.find_overlapping_iter(&normal(text.as_ref().as_bytes())) {
                is_own[patterns[found.pattern().as_usize()].1] = true;
            }
        }
        patterns.retain(|(_, at)| !is_own[*at]);
        let automaton = if is_own.contains(&true) { automaton(&patterns)? } else { first };
        Some(Self {
            longest: patterns.iter().map(|(pattern, _)| pattern.len()).max().unwrap_or(0),
            found: patterns.iter().map(|(_, at)| secrets.list[*at].found.clone()).collect(),
            automaton,
            own_words: is_own.iter().filter(|is_own| **is_own).count(),
        })
    }

    /// How many secrets are words of the rules' own texts and not looked for.
    #[must_use]
    pub fn own_words(&self) -> usize {
        self.own_words
    }

    /// Looks at what is written to `out`.
    pub fn over<'w>(&'w self, out: &'w mut dyn Write) -> WatchedWriter<'w> {
        WatchedWriter { watch: self, out, pending: Vec::with_capacity(BLOCK * 2), hit: None }
    }
}

fn automaton(patterns: &[(Vec<u8>, usize)]) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::Standard)
        .build(patterns.iter().map(|(pattern, _)| pattern))
        .ok()
}

/// A secret as outputs may write it: as it is, and in XML, HTML, and XML in XML.
fn writings(text: &str, at: usize) -> Vec<(Vec<u8>, usize)> {
    let mut texts = vec![text.to_owned()];
    if text.contains(['&', '<', '>', '\'', '"']) {
        let xml = |text: &str| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            [text.clone(), text.replace('\'', "&apos;").replace('"', "&quot;"), text.replace('"', "&quot;")]
        };
        let html = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
        texts.push(html.replace('\'', "&#39;").replace('"', "&#34;"));
        let once = xml(text);
        texts.extend(once.iter().flat_map(|once| xml(once)));
        texts.extend(once);
    }
    texts.into_iter().map(|text| (normal(text.as_bytes()), at)).filter(|(text, _)| !text.is_empty()).collect()
}

/// Bytes without what JSON and Markdown put before some of them.
fn normal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\\').collect()
}

/// Gives on what is written once it is known to be no part of a secret. At a
/// secret it stops with an error: not one byte of it was given on.
pub struct WatchedWriter<'w> {
    watch: &'w Watch,
    out: &'w mut dyn Write,
    pending: Vec<u8>,
    hit: Option<&'w FoundSecret>,
}

impl<'w> WatchedWriter<'w> {
    /// Gives on the rest. What was found, if anything was: then the output is not
    /// whole and must not be kept.
    ///
    /// # Errors
    /// Those of what is written to.
    pub fn finish(mut self) -> (Option<&'w FoundSecret>, io::Result<()>) {
        let result = self.give_on(0).and_then(|()| self.out.flush());
        (self.hit, result)
    }

    /// Looks at what is pending, and gives on all but so many bytes that a secret
    /// may begin with.
    fn give_on(&mut self, kept: usize) -> io::Result<()> {
        if self.hit.is_none()
            && let Some(found) = self.watch.automaton.find(&normal(&self.pending))
        {
            self.hit = self.watch.found.get(found.pattern().as_usize());
        }
        if self.hit.is_some() {
            self.pending.clear();
            return Err(io::Error::other("the output would hold a secret"));
        }
        // What JSON puts before a byte does not count.
        let counted = self.pending.iter().rposition({
            let mut left = kept;
            move |byte| {
                let is_past = left == 0;
                left = left.saturating_sub(usize::from(*byte != b'\\'));
                is_past
            }
        });
        let end = counted.map_or(0, |last| last + 1);
        self.out.write_all(&self.pending[..end])?;
        self.pending.drain(..end);
        Ok(())
    }
}

impl Write for WatchedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= BLOCK {
            self.give_on(self.watch.longest)?;
        }
        Ok(bytes.len())
    }

    /// What may be part of a secret stays until more comes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
