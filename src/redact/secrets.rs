//! The secrets of the exports that outputs are searched for.

use std::sync::Arc;

use foldhash::fast::FixedState;
use foldhash::quality::RandomState;
use hashbrown::HashSet;
use std::hash::BuildHasher;

use crate::finding::{Place, PlaceRole, Target};
use crate::record::Record;

/// How many different secrets are searched for.
const MOST: usize = 100_000;
/// In bytes. Shorter secrets are not searched for: they occur everywhere by chance.
const SHORTEST: usize = 6;
/// Only so many bytes of a long secret are searched for: they are enough to know it by.
const LONGEST: usize = 64;

/// A secret and where it stands. It is never shown.
#[derive(Clone)]
pub(super) struct Secret {
    pub(super) text: Box<str>,
    pub(super) found: FoundSecret,
}

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSecret {
    /// Table of the record.
    pub table: Arc<str>,
    /// The field.
    pub field: Arc<str>,
    /// Where in the exports.
    pub place: Place,
}

/// Secret values, each once.
#[derive(Clone, Default)]
pub struct Secrets {
    pub(super) list: Vec<Secret>,
    seen: HashSet<u64, FixedState>,
    state: RandomState,
    left_out: u64,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.list.len())
    }
}

impl Secrets {
    /// An empty one with the same hasher, so that the two can be merged.
    pub(super) fn like(&self) -> Self {
        Self { state: self.state.clone(), ..Self::default() }
    }

    /// How many secrets there are that are not searched for, because there are
    /// too many. One that stands in several files may count several times.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How many are searched for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Notes the value of a field of a record.
    pub(super) fn add(&mut self, source: u32, record: &Record<'_>, field: &str, value: &str) {
        let Some(text) = searched(value) else { return };
        if !self.is_new(text) {
            return;
        }
        let place = Place {
            source,
            outer_start: record.outer_start,
            ordinal: record.ordinal,
            target: Target::Field(field.into()),
            role: PlaceRole::Primary,
            label: None,
        };
        let found = FoundSecret { table: record.table.into(), field: field.into(), place };
        self.list.push(Secret { text: text.into(), found });
    }

    /// Whether a text was not seen before, and there is room for it.
    fn is_new(&mut self, text: &str) -> bool {
        let hash = self.state.hash_one(text);
        if self.seen.contains(&hash) {
            return false;
        }
        if self.list.len() >= MOST {
            self.left_out = self.left_out.saturating_add(1);
            return false;
        }
        self.seen.insert(hash)
    }

    /// Of some values, wherever they stand.
    #[cfg(test)]
    pub(super) fn of(values: &[&str]) -> Self {
        let mut secrets = Self::default();
        for value in values {
            let text = searched(value).filter(|text| secrets.is_new(text)).unwrap();
            let target = Target::Field("value".into());
            let role = PlaceRole::Primary;
            let place = Place { source: 0, outer_start: 0, ordinal: 0, target, role, label: None };
            let found = FoundSecret { table: "sys_properties".into(), field: "value".into(), place };
            secrets.list.push(Secret { text: text.into(), found });
        }
        secrets
    }

    /// Merges the secrets of another one that has the same hasher.
    pub(super) fn join(&mut self, other: Self) {
        self.left_out = self.left_out.saturating_add(other.left_out);
        for secret in other.list {
            if self.is_new(&secret.text) {
                self.list.push(secret);
            }
        }
    }
}

/// What of a value is searched for: its longest line, or the beginning of that;
/// nothing of a value that is a switch, a number or short.
fn searched(value: &str) -> Option<&str> {
    let line = value.lines().map(str::trim).max_by_key(|line| line.len())?;
    let line = line.get(..line.floor_char_boundary(LONGEST)).unwrap_or_default();
    let is_plain = matches!(line.to_ascii_lowercase().as_str(), "true" | "false")
        || line.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_punctuation());
    (line.len() >= SHORTEST && !is_plain).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::searched;

    #[test]
    fn what_is_common_is_not_searched_for() {
        assert_eq!(searched(" hunter2 \n"), Some("hunter2"));
        assert_eq!(searched("-----\nMIIEvQIBADAN\n-----"), Some("MIIEvQIBADAN"));
        assert_eq!(searched(&"é".repeat(100)).map(str::len), Some(64));
        for value in ["", "false", "12345678", "short", "******", "3.1415926"] {
            assert_eq!(searched(value), None, "{value}");
        }
    }
}
