//! The texts of places that reports show, until they are written: in memory as long as
//! they are few, else in a file without a name.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use super::{PlaceLines, Snippet};
use crate::source::lock;

/// How many bytes of texts stay in memory.
const IN_MEMORY: usize = 32 * 1024 * 1024;

/// What is shown of a place.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Excerpt {
    pub(super) snippet: Snippet,
    pub(super) context: Option<Snippet>,
}

impl Excerpt {
    /// Of a place that cannot be read.
    pub(super) fn none(lines: &PlaceLines) -> Self {
        let snippet = Snippet { region: lines.region, text: String::new(), redacted: false };
        Self { snippet, context: None }
    }
}

/// Which place of which finding, by the finding's number; see [`super::ask::slot_of`].
pub(super) type PlaceKey = (u32, u16);

/// Texts by finding and place. Several threads may add some.
#[derive(Debug)]
pub(super) struct TextStore(Mutex<StoredTexts>);

#[derive(Debug)]
struct StoredTexts {
    /// Where each begins, and how long it is.
    index: HashMap<PlaceKey, (u64, u32), RandomState>,
    bytes: SpooledTempFile,
    end: u64,
    /// Why not all could be kept.
    failure: Option<io::Error>,
}

impl Default for TextStore {
    fn default() -> Self {
        let (index, bytes) = (HashMap::default(), SpooledTempFile::new(IN_MEMORY));
        Self(Mutex::new(StoredTexts { index, bytes, end: 0, failure: None }))
    }
}

impl TextStore {
    pub(super) fn put(&self, key: PlaceKey, excerpt: &Excerpt) {
        let encoded = postcard::to_allocvec(excerpt).unwrap_or_default();
        let mut texts = lock(&self.0);
        let end = texts.end;
        let written = texts.bytes.seek(SeekFrom::Start(end)).and_then(|_| texts.bytes.write_all(&encoded));
        match written {
            Ok(()) => {
                texts.end += u64::try_from(encoded.len()).unwrap_or(u64::MAX);
                texts.index.insert(key, (end, u32::try_from(encoded.len()).unwrap_or(u32::MAX)));
            }
            Err(error) => texts.failure = Some(error),
        }
    }

    pub(super) fn holds(&self, key: PlaceKey) -> bool {
        lock(&self.0).index.contains_key(&key)
    }

    /// The text of a place, if it was kept.
    pub(super) fn get(&self, key: PlaceKey) -> Option<Excerpt> {
        let mut texts = lock(&self.0);
        let (start, length) = *texts.index.get(&key)?;
        let mut encoded = vec![0; usize::try_from(length).ok()?];
        texts.bytes.seek(SeekFrom::Start(start)).ok()?;
        texts.bytes.read_exact(&mut encoded).ok()?;
        postcard::from_bytes(&encoded).ok()
    }

    /// Why not all texts could be kept, if they could not.
    pub(super) fn take_failure(&self) -> Option<io::Error> {
        lock(&self.0).failure.take()
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, IN_MEMORY, TextStore};
    use crate::revisit::{PlaceLines, Snippet};

    #[test]
    fn many_texts_are_kept_in_a_file() {
        let store = TextStore::default();
        let text = |finding: u32| format!("{finding}").repeat(100_000);
        let most = u32::try_from(IN_MEMORY / 100_000 + 10).unwrap();
        let region = PlaceLines::unknown().region;
        for finding in 0..most {
            let snippet = Snippet { region, text: text(finding), redacted: false };
            store.put((finding, 3), &Excerpt { snippet, context: None });
        }
        for finding in [0, 1, most / 2, most - 1] {
            let kept = store.get((finding, 3)).map(|excerpt| excerpt.snippet.text);
            assert_eq!(kept, Some(text(finding)), "{finding}");
        }
        assert!(store.get((0, 0)).is_none() && store.take_failure().is_none());
    }
}
