//! A limit on what is read of an archive's directory.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::bytes::{View, count};
use super::super::problem::{Problem, ProblemKind};

/// A reader that stops a directory from growing beyond what its members need.
pub(super) struct Budget {
    pub(super) view: View,
    pub(super) left: u64,
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
