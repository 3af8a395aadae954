//! Texts kept once.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// A kept text. The first two are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct TextId(pub(super) u32);

impl TextId {
    /// There is no element.
    pub(super) const ABSENT: Self = Self(0);
    /// The element is empty.
    pub(super) const EMPTY: Self = Self(1);

    /// The number at a position; positions past 4,294,967,294 share the last one.
    pub(super) fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Maps texts to small numbers. All texts lie in one buffer, so that a text
/// costs little more than its bytes. The standard hasher is seeded, so that a
/// hostile file cannot choose keys that collide.
#[derive(Debug)]
pub(super) struct Interner {
    buffer: String,
    /// Where each text ends in the buffer; it begins where the one before ends.
    ends: Vec<usize>,
    ids: HashTable<TextId>,
    hasher: RandomState,
}

impl Default for Interner {
    fn default() -> Self {
        Self { buffer: String::new(), ends: vec![0, 0], ids: HashTable::new(), hasher: RandomState::new() }
    }
}

impl Interner {
    /// The number of a text; `EMPTY` for none.
    pub(super) fn intern(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        let hash = self.hasher.hash_one(text);
        if let Some(&id) = self.ids.find(hash, |id| slice(&self.buffer, &self.ends, *id) == text) {
            return id;
        }
        let id = TextId::at(self.ends.len());
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        let Self { buffer, ends, ids, hasher } = self;
        ids.insert_unique(hash, id, |id| hasher.hash_one(slice(buffer, ends, *id)));
        id
    }

    /// The text of a number.
    pub(super) fn text(&self, id: TextId) -> &str {
        slice(&self.buffer, &self.ends, id)
    }

    /// The number of a text that was kept.
    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        let hash = self.hasher.hash_one(text);
        self.ids.find(hash, |id| self.text(*id) == text).copied()
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Takes over the texts of another one; the answer maps its numbers to ours.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<TextId> {
        let mut map = vec![TextId::ABSENT, TextId::EMPTY];
        map.extend((2..other.len()).map(|index| self.intern(other.text(TextId::at(index)))));
        map
    }
}

fn slice<'b>(buffer: &'b str, ends: &[usize], id: TextId) -> &'b str {
    let index = id.index();
    let start = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(index).copied().unwrap_or(start);
    buffer.get(start..end).unwrap_or_default()
}

/// Translates a number by the answer of [`Interner::absorb`].
pub(super) fn translate(map: &[TextId], id: TextId) -> TextId {
    map.get(id.index()).copied().unwrap_or(TextId::ABSENT)
}

#[cfg(test)]
mod tests {
    use super::{Interner, TextId, translate};

    #[test]
    fn texts_keep_their_numbers_and_move_over() {
        let mut ours = Interner::default();
        assert_eq!(ours.intern(""), TextId::EMPTY);
        let ann = ours.intern("ann");
        assert_eq!(ours.intern("ann"), ann);
        let mut theirs = Interner::default();
        let (bob, their_ann) = (theirs.intern("böb"), theirs.intern("ann"));
        let map = ours.absorb(&theirs);
        assert_eq!(translate(&map, their_ann), ann);
        assert_eq!(ours.text(translate(&map, bob)), "böb");
        assert_eq!(ours.find("böb"), Some(translate(&map, bob)));
        assert_eq!(ours.find("carl"), None);
        assert_eq!(ours.text(TextId::ABSENT), "");
    }
}
