//! Members of zip archives are held against what the directory says of them.

use std::io::{self, Read};

use flate2::Crc;

use super::super::bytes::count;
use super::super::problem::{Problem, ProblemKind};

/// A reader that fails where its data is not what the archive's directory says.
pub(super) struct CheckedMember<R> {
    expanded: R,
    left: u64,
    crc: u32,
    seen: Crc,
}

impl<R> CheckedMember<R> {
    /// Of data that expands to `left` bytes of that checksum.
    pub(super) fn new(expanded: R, left: u64, crc: u32) -> Self {
        Self { expanded, left, crc, seen: Crc::new() }
    }
}

impl<R: Read> Read for CheckedMember<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let broken = |message: &str| Problem::new(ProblemKind::Broken, message).into();
        let filled = self.expanded.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                broken("the member's data is damaged")
            }
            _ => error,
        })?;
        self.seen.update(&buffer[..filled]);
        self.left = self
            .left
            .checked_sub(count(filled))
            .ok_or_else(|| broken("the member is longer than the archive's directory says"))?;
        if filled == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(Problem::new(ProblemKind::Truncated, "the member's data ends too early").into());
            }
            if self.seen.sum() != self.crc {
                return Err(broken("the member's checksum does not match: its data is damaged"));
            }
        }
        Ok(filled)
    }
}
