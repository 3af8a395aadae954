//! Signatures: what a row answers to the tests of its table. Rows are many and
//! signatures few, so a row keeps the number of its signature.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use crate::record::{TableIdx, Wanted};
use crate::source::lock;

/// The answers of a row, one byte a test.
pub(crate) type Signature = Arc<[u8]>;

/// The number of a signature among those of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SignatureId(pub(crate) u32);

impl SignatureId {
    /// Of a row that was asked nothing.
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Seeded, as a hostile file chooses what its rows answer.
type Ids = HashMap<Signature, SignatureId, RandomState>;

/// The signatures of all tables, while rows are read on many threads.
#[derive(Debug)]
pub(crate) struct SharedSignatures(Vec<Mutex<Ids>>);

impl SharedSignatures {
    pub(crate) fn new(wanted: &Wanted) -> Self {
        Self(wanted.tables().iter().map(|_| Mutex::default()).collect())
    }

    /// The number of a signature.
    pub(crate) fn id(&self, table: TableIdx, answers: &[u8]) -> SignatureId {
        let mut ids = lock(&self.0[table.index()]);
        if let Some(&known) = ids.get(answers) {
            return known;
        }
        let id = SignatureId(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        ids.insert(answers.into(), id);
        id
    }

    /// The signatures of each table, by number.
    pub(crate) fn into_lists(self) -> impl Iterator<Item = Vec<Signature>> {
        self.0.into_iter().map(|ids| {
            let ids = ids.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut list: Vec<_> = ids.into_iter().collect();
            list.sort_unstable_by_key(|(_, id)| *id);
            list.into_iter().map(|(signature, _)| signature).collect()
        })
    }
}
