//! A limit on what is read of an archive's directory.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::bytes::{View, count};
use super::super::limits::Limits;
use super::super::problem::{Problem, ProblemKind};

/// The most bytes of directory read for each allowed member. A usual entry has
/// 46 bytes, its path and a few dozen bytes of times and owners.
const DIRECTORY_BYTES_PER_MEMBER: u64 = 512;

/// A reader that stops a directory from growing beyond what its members need.
pub(super) struct Budget {
    view: View,
    left: u64,
}

impl Budget {
    /// For the directory of as many members as are allowed.
    pub(super) fn of(view: View, limits: &Limits) -> Self {
        let members = count(limits.max_members);
        let left = members.saturating_mul(DIRECTORY_BYTES_PER_MEMBER).saturating_add(1 << 20);
        Self { view, left }
    }
}

impl Read for Budget {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let filled = self.view.read(buffer)?;
        self.left = self.left.checked_sub(count(filled)).ok_or_else(|| {
            Problem::new(ProblemKind::LimitReached, "the archive's directory is too large: not read")
        })?;
        Ok(filled)
    }
}

impl Seek for Budget {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        self.view.seek(target)
    }
}
