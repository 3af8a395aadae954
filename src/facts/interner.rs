//! Texts kept once.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use crate::source::lock;
use foldhash::quality::RandomState;
use hashbrown::HashTable;

/// A kept text. The first two are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct TextId(pub(crate) u32);

impl TextId {
    /// There is no element.
    pub(crate) const ABSENT: Self = Self(0);
    /// The element is empty.
    pub(crate) const EMPTY: Self = Self(1);

    /// The number at a position; positions past 4,294,967,294 share the last one.
    pub(crate) fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// How many numbers are reserved.
const RESERVED: usize = 2;
/// Texts are spread over so many shards, so that threads seldom wait for one another.
const SHARDS: usize = 64;

/// Some of the texts. They lie in one buffer, so that a text costs little more
/// than its bytes.
#[derive(Debug, Default, Clone)]
struct Shard {
    buffer: String,
    /// Where each text ends in the buffer; it begins where the one before ends.
    ends: Vec<usize>,
    ids: HashTable<u32>,
}

impl Shard {
    fn intern(&mut self, text: &str, hash: u64, hasher: &RandomState) -> usize {
        if let Some(at) = self.find(text, hash) {
            return at;
        }
        let at = self.ends.len();
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        let Self { buffer, ends, ids } = self;
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        ids.insert_unique(hash, number, |at| hasher.hash_one(slice(buffer, ends, position(*at))));
        at
    }

    fn find(&self, text: &str, hash: u64) -> Option<usize> {
        let is_it = |at: &u32| slice(&self.buffer, &self.ends, position(*at)) == text;
        self.ids.find(hash, is_it).map(|at| position(*at))
    }
}

/// Maps texts to small numbers, on many threads. The hasher is seeded, so that a
/// hostile file cannot choose keys that collide.
#[derive(Debug)]
pub(crate) struct SharedInterner {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

impl Default for SharedInterner {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::default() }
    }
}

impl SharedInterner {
    /// The number of a text; `EMPTY` for none.
    pub(crate) fn intern(&self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let hash = self.hasher.hash_one(text);
        let shard = shard_of(hash);
        let mut texts = lock(&self.shards[shard]);
        number(shard, texts.intern(text, hash, &self.hasher))
    }

    /// The texts, when no more are read.
    pub(crate) fn into_interner(self) -> Interner {
        let texts = |shard: Mutex<Shard>| shard.into_inner().unwrap_or_else(PoisonError::into_inner);
        let shards = self.shards.into_iter().map(texts).collect();
        Interner { shards, hasher: self.hasher, added: Vec::new() }
    }
}

/// The texts of a scan.
#[derive(Debug, Default, Clone)]
pub(crate) struct Interner {
    shards: Vec<Shard>,
    hasher: RandomState,
    /// What was added since somebody asked.
    added: Vec<TextId>,
}

impl Interner {
    /// The number of a text; `EMPTY` for none.
    pub(crate) fn intern(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let hash = self.hasher.hash_one(text);
        let shard = shard_of(hash);
        let texts = &mut self.shards[shard];
        let known = texts.ends.len();
        let at = texts.intern(text, hash, &self.hasher);
        let id = number(shard, at);
        if at == known {
            self.added.push(id);
        }
        id
    }

    /// The texts that were added after reading, and since the last call.
    pub(crate) fn take_added(&mut self) -> Vec<TextId> {
        std::mem::take(&mut self.added)
    }

    /// All numbers that may have a text.
    pub(crate) fn all(&self) -> impl Iterator<Item = TextId> + use<> {
        (0..self.bound()).map(TextId::at)
    }

    /// The text of a number.
    pub(crate) fn text(&self, id: TextId) -> &str {
        let Some(index) = id.index().checked_sub(RESERVED) else { return "" };
        let shard = &self.shards[index % SHARDS];
        slice(&shard.buffer, &shard.ends, index / SHARDS)
    }

    /// The number of a text that was kept.
    pub(crate) fn find(&self, text: &str) -> Option<TextId> {
        let hash = self.hasher.hash_one(text);
        let shard = shard_of(hash);
        self.shards[shard].find(text, hash).map(|at| number(shard, at))
    }

    /// A number above all that were given. Some below it may be nobody's.
    pub(crate) fn bound(&self) -> usize {
        let longest = self.shards.iter().map(|shard| shard.ends.len()).max().unwrap_or(0);
        RESERVED + longest * SHARDS
    }
}

fn shard_of(hash: u64) -> usize {
    // The low bits choose the place in the shard's table.
    usize::try_from(hash >> 32).unwrap_or(0) % SHARDS
}

fn number(shard: usize, at: usize) -> TextId {
    TextId::at(RESERVED + at * SHARDS + shard)
}

fn position(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn slice<'b>(buffer: &'b str, ends: &[usize], at: usize) -> &'b str {
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(at).copied().unwrap_or(start);
    buffer.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{SharedInterner, TextId};

    #[test]
    fn texts_keep_their_numbers() {
        let shared = SharedInterner::default();
        assert_eq!(shared.intern(""), TextId::EMPTY);
        let names: Vec<_> = (0..1000).map(|number| format!("nämé {number}")).collect();
        let ids: Vec<_> = names.iter().map(|name| shared.intern(name)).collect();
        assert_eq!(shared.intern("nämé 7"), ids[7]);
        let mut texts = shared.into_interner();
        for (name, id) in names.iter().zip(&ids) {
            assert_eq!(texts.text(*id), name);
            assert_eq!(texts.find(name), Some(*id));
            assert_eq!(texts.intern(name), *id);
            assert!(id.index() < texts.bound());
        }
        assert_eq!(texts.find("carl"), None);
        assert_eq!(texts.text(TextId::ABSENT), "");
        let late = texts.intern("late");
        assert_eq!(texts.text(late), "late");
    }
}
