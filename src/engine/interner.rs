//! Texts kept once.

use std::collections::HashMap;

/// A kept text. The first two are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct TextId(pub(super) u32);

impl TextId {
    /// There is no element.
    pub(super) const ABSENT: Self = Self(0);
    /// The element is empty.
    pub(super) const EMPTY: Self = Self(1);

    fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Maps texts to small numbers. The standard hasher is seeded, so that a
/// hostile file cannot choose keys that collide.
#[derive(Debug)]
pub(super) struct Interner {
    ids: HashMap<Box<str>, TextId>,
    texts: Vec<Box<str>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { ids: HashMap::new(), texts: vec!["".into(), "".into()] }
    }
}

impl Interner {
    /// The number of a text; `EMPTY` for none.
    pub(super) fn intern(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::EMPTY;
        }
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = TextId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The text of a number.
    pub(super) fn text(&self, id: TextId) -> &str {
        self.texts.get(id.index()).map_or("", |text| text)
    }

    /// The number of a text that was kept.
    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        self.ids.get(text).copied()
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Takes over the texts of another one; the answer maps its numbers to ours.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<TextId> {
        let mut map = vec![TextId::ABSENT, TextId::EMPTY];
        map.extend(other.texts.iter().skip(2).map(|text| self.intern(text)));
        map
    }
}

/// Translates a number by the answer of [`Interner::absorb`].
pub(super) fn translate(map: &[TextId], id: TextId) -> TextId {
    map.get(id.index()).copied().unwrap_or(TextId::ABSENT)
}
