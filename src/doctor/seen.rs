//! What is remembered of the rows of a table in one file.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use foldhash::quality::RandomState;

use crate::export::{FileKind, FileReport};
use crate::record::{ColumnIdx, TableIdx};

/// A sys_id in 16 bytes: its own where it is hexadecimal, else a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id([u8; 16]);

impl Id {
    /// The id, if the text is a sys_id as the platform makes them.
    pub(super) fn of_hex(text: &str) -> Option<Self> {
        let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit =
                |at: usize| char::from(pair[at]).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = digit(0)? << 4 | digit(1)?;
        }
        Some(Self(bytes))
    }

    /// The id of any text.
    pub(super) fn of(text: &str) -> Self {
        Self::of_hex(text).unwrap_or_else(|| {
            let (low, high) = (hash(&(0_u8, text)), hash(&(1_u8, text)));
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&low.to_be_bytes());
            bytes[8..].copy_from_slice(&high.to_be_bytes());
            Self(bytes)
        })
    }
}

/// Messages show sys_ids up to this length. Those that the platform makes have 32
/// characters; some that ship with it are readable and shorter.
const LONGEST_ID: usize = 64;

/// A hash that is the same in every run.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// `sys_updated_on` as a number that grows with the date; 0 where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Updated(u32);

impl Updated {
    pub(super) fn of(text: &str) -> Self {
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
        let date = || {
            if text.len() != 19 {
                return None;
            }
            let year = number(0..4)?.checked_sub(1970)?;
            let days = (year * 13 + number(5..7)?) * 32 + number(8..10)?;
            let seconds = (number(11..13)? * 60 + number(14..16)?) * 60 + number(17..19)?;
            days.checked_mul(86_400)?.checked_add(seconds)
        };
        Self(date().unwrap_or(0))
    }

    /// Whether both are dates, and this one is later.
    pub(super) fn is_after(self, other: Self) -> bool {
        other.0 > 0 && self > other
    }
}

/// A row, and how old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) id: Id,
    pub(super) updated: Updated,
}

/// The rows of one table in one file.
#[derive(Debug)]
pub(super) struct FileTableRows {
    pub(super) count: u64,
    /// For each wanted column, whether any row has it.
    pub(super) shown: Vec<bool>,
    /// For each wanted column, whether it is filled in any row.
    pub(super) filled: Vec<bool>,
    /// Versions of the rows that have a sys_id, in chunks as they were read.
    pub(super) versions: Vec<Vec<Version>>,
    /// Whether the sys_ids ascend.
    pub(super) is_ordered: bool,
    /// The first and the last sys_id.
    pub(super) first: String,
    pub(super) last: String,
    /// Hashes of values that should be unique, with their row.
    pub(super) keys: Vec<(u64, Id)>,
    /// How many references of a column lead to each row.
    pub(super) references: BTreeMap<ColumnIdx, References>,
}

/// How many references lead to each row. A hostile file chooses the sys_ids, so
/// the hasher is seeded.
pub(super) type References = HashMap<Id, u32, RandomState>;

impl FileTableRows {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            count: 0,
            shown: vec![false; columns],
            filled: vec![false; columns],
            versions: vec![Vec::new()],
            is_ordered: true,
            first: String::new(),
            last: String::new(),
            keys: Vec::new(),
            references: BTreeMap::new(),
        }
    }

    /// Adds a row's sys_id.
    pub(super) fn add(&mut self, sys_id: &str, updated: Updated) {
        if sys_id.len() > LONGEST_ID {
            self.is_ordered = false;
        } else if self.first.is_empty() {
            sys_id.clone_into(&mut self.first);
        } else if self.last.as_str() >= sys_id {
            self.is_ordered = false;
        }
        if sys_id.len() <= LONGEST_ID {
            sys_id.clone_into(&mut self.last);
        }
        let version = Version { id: Id::of(sys_id), updated };
        if let Some(versions) = self.versions.last_mut() {
            versions.push(version);
        }
    }

    /// Appends the rows that follow in the same file.
    pub(super) fn append(&mut self, next: Self) {
        self.count += next.count;
        for (ours, theirs) in [(&mut self.shown, next.shown), (&mut self.filled, next.filled)] {
            for (ours, theirs) in ours.iter_mut().zip(theirs) {
                *ours |= theirs;
            }
        }
        if self.first.is_empty() {
            self.first = next.first;
        } else if !next.first.is_empty() {
            self.is_ordered &= self.last < next.first;
        }
        self.is_ordered &= next.is_ordered;
        if !next.last.is_empty() {
            self.last = next.last;
        }
        self.versions.extend(next.versions);
        self.keys.extend(next.keys);
        for (column, references) in next.references {
            let ours = self.references.entry(column).or_default();
            #[allow(clippy::iter_over_hash_type, reason = "sums are the same in any order")]
            for (id, count) in references {
                *ours.entry(id).or_default() += count;
            }
        }
    }

    /// The rows that have a sys_id.
    pub(super) fn versions(&self) -> impl Iterator<Item = Version> + '_ {
        self.versions.iter().flatten().copied()
    }

    /// Whether there are several rows, all with a sys_id, and the sys_ids ascend.
    pub(super) fn is_by_sys_id(&self) -> bool {
        let with_id: usize = self.versions.iter().map(Vec::len).sum();
        self.is_ordered && self.count > 1 && u64::try_from(with_id).is_ok_and(|with_id| with_id == self.count)
    }
}

/// A record that stands in an app's file or in an update set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Carried {
    pub(super) table: TableIdx,
    pub(super) version: Version,
    pub(super) source: u32,
}

/// A property that tells instances apart or limits their exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PropertyRow {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) source: u32,
}

/// All that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// In the order of the sources.
    pub(super) reports: Vec<FileReport>,
    /// By table and source, for files that are table exports.
    pub(super) rows: BTreeMap<(TableIdx, u32), FileTableRows>,
    pub(super) carried: Vec<Carried>,
    pub(super) properties: Vec<PropertyRow>,
}

impl Seen {
    /// The files with their numbers.
    pub(super) fn files(&self) -> impl Iterator<Item = (u32, &FileReport)> {
        self.reports.iter().enumerate().filter_map(|(at, report)| Some((u32::try_from(at).ok()?, report)))
    }

    /// What a file is.
    pub(super) fn kind(&self, source: u32) -> FileKind {
        let report = usize::try_from(source).ok().and_then(|at| self.reports.get(at));
        report.map_or(FileKind::Other, |report| report.kind)
    }

    /// The files in which the table stands as a table, in scan order.
    pub(super) fn holders(&self, table: TableIdx) -> impl Iterator<Item = (u32, &FileTableRows)> {
        self.rows.range((table, 0)..=(table, u32::MAX)).map(|((_, source), rows)| (*source, rows))
    }

    /// The tables that at least one file holds as a table.
    pub(super) fn tables(&self) -> Vec<TableIdx> {
        let mut tables: Vec<_> = self.rows.keys().map(|(table, _)| *table).collect();
        tables.dedup();
        tables
    }
}
