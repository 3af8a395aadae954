//! The names that are known: hashes of their words, so that a million names take
//! some megabytes. The hasher is seeded anew in every run.

use foldhash::fast::FixedState;
use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

use super::pseudonym::{Kind, is_pseudonym};
use super::tokens::{Hashes, MOST, WordSpan, tokens};

/// A set of hashes. They are seeded already, so a fixed state is enough here.
type Numbers = HashSet<u64, FixedState>;

/// Names, phone numbers, accounts and roles that the exports name.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownPeople {
    state: RandomState,
    /// Key: the hash of all words. Value: whether it is a phone number, not a name.
    whole: HashMap<u64, bool, FixedState>,
    /// Hashes of every beginning of a name that is not the whole name.
    begins: Numbers,
    /// `sys_id`s of accounts.
    ids: Numbers,
    /// Names of roles.
    roles: Numbers,
}

impl KnownPeople {
    /// An empty one with the same hasher, so that the two can be merged.
    pub(super) fn like(&self) -> Self {
        Self { state: self.state.clone(), ..Self::default() }
    }

    /// Learns the name of a person or an account.
    pub(super) fn add_name(&mut self, name: &str) {
        if !is_pseudonym(name.trim()) {
            self.add(name, false);
            // Escaped once for XML, and twice for XML within XML.
            if name.contains(['&', '<', '>', '\'', '"']) {
                let escaped = escape(name);
                self.add(&escape(&escaped), false);
                self.add(&escaped, false);
            }
        }
    }

    /// Learns a phone number.
    pub(super) fn add_phone(&mut self, number: &str) {
        if number.chars().filter(char::is_ascii_digit).count() >= 5 {
            self.add(number, true);
        }
    }

    fn add(&mut self, name: &str, is_phone: bool) {
        let words = tokens(name);
        let mut hashes = Hashes::new(&self.state, name);
        let last = words.len().min(MOST);
        for (number, word) in (1..).zip(words.iter().take(MOST)) {
            let hash = hashes.next(*word);
            if number < last {
                self.begins.insert(hash);
            } else {
                // What is both a name and a phone number stays a name.
                let kind = self.whole.entry(hash).or_insert(is_phone);
                *kind = *kind && is_phone;
            }
        }
    }

    /// Learns the `sys_id` of an account.
    pub(super) fn add_id(&mut self, sys_id: &str) {
        let hash = self.hash(sys_id);
        self.ids.insert(hash);
    }

    /// Learns the name of a role.
    pub(super) fn add_role(&mut self, name: &str) {
        let hash = self.hash(name);
        self.roles.insert(hash);
    }

    pub(super) fn is_id(&self, text: &str) -> bool {
        self.ids.contains(&self.hash(text))
    }

    pub(super) fn is_role(&self, text: &str) -> bool {
        self.roles.contains(&self.hash(text))
    }

    /// One hash of the whole text, whatever stands between its words.
    fn hash(&self, text: &str) -> u64 {
        let mut hashes = Hashes::new(&self.state, text);
        hashes.next(WordSpan { start: 0, end: text.len() })
    }

    /// The longest name that begins with the first of some words: how many of
    /// them it has, and what it is.
    pub(super) fn longest(&self, text: &str, words: &[WordSpan]) -> Option<(usize, Kind)> {
        let mut hashes = Hashes::new(&self.state, text);
        let mut best = None;
        for (number, word) in (1..=MOST).zip(words) {
            let together = |before: &WordSpan| super::tokens::belong_together(text, *before, *word);
            if number > 1 && !words.get(number - 2).is_some_and(together) {
                break;
            }
            let hash = hashes.next(*word);
            if let Some(is_phone) = self.whole.get(&hash) {
                best = Some((number, if *is_phone { Kind::Phone } else { Kind::Person }));
            }
            if !self.begins.contains(&hash) {
                break;
            }
        }
        best
    }

    /// Merges another one that has the same hasher.
    pub(super) fn join(&mut self, other: Self) {
        for (hash, is_phone) in other.whole.into_iter().collect::<Vec<_>>() {
            let kind = self.whole.entry(hash).or_insert(is_phone);
            *kind = *kind && is_phone;
        }
        self.begins.extend(&other.begins);
        self.ids.extend(&other.ids);
        self.roles.extend(&other.roles);
    }
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('\'', "&apos;").replace('"', "&quot;")
}
