//! Files whose text is their bytes: they can be read at any place, by several
//! threads at once.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bytes::{View, count};
use super::encoding::{self, HEAD};
use super::{archive, gzip};
use encoding_rs::UTF_8;

/// A file that holds text in UTF-8 with nothing around it: no byte-order mark,
/// no gzip, no archive.
#[derive(Debug, Clone)]
pub struct PlainText {
    view: View,
    seekable_to: Arc<AtomicU64>,
}

/// Bytes that were read from a [`PlainText`]. The memory is used again.
#[derive(Debug, Default)]
pub struct PartBuffer {
    memory: Vec<u8>,
    filled: usize,
}

impl PartBuffer {
    /// The bytes that are there.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.filled]
    }

    /// Forgets the bytes.
    pub fn clear(&mut self) {
        self.filled = 0;
    }
}

impl PlainText {
    /// Judges a file by its first bytes, which are read into `buffer`: at most
    /// `wanted` of them, at least the whole head. `None` where it is no such text.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open(
        view: View,
        seekable_to: &Arc<AtomicU64>,
        buffer: &mut PartBuffer,
        wanted: u64,
    ) -> io::Result<Option<Self>> {
        let plain = Self { view, seekable_to: Arc::clone(seekable_to) };
        plain.read(0..wanted.max(count(HEAD)), buffer)?;
        let head = &buffer.bytes()[..buffer.bytes().len().min(HEAD)];
        if gzip::is_gzip(head) || archive::is_zip(head) {
            return Ok(None);
        }
        let Some(detected) = encoding::detect(head) else { return Ok(None) };
        let is_plain = detected.encoding == UTF_8 && detected.mark == 0 && detected.unknown.is_none();
        Ok(is_plain.then_some(plain))
    }

    /// Its size in bytes, when it was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.view.end()
    }

    /// Reads the bytes of a range, as far as the file has them, into `buffer`,
    /// in place of what is there.
    ///
    /// # Errors
    /// The file cannot be read, or became shorter than it was.
    pub fn read(&self, range: Range<u64>, buffer: &mut PartBuffer) -> io::Result<()> {
        buffer.filled = 0;
        self.read_more(range, buffer)
    }

    /// Adds the bytes of a range to what is in `buffer`.
    ///
    /// # Errors
    /// The file cannot be read, or became shorter than it was.
    pub fn read_more(&self, range: Range<u64>, buffer: &mut PartBuffer) -> io::Result<()> {
        let length = range.end.min(self.size()).saturating_sub(range.start);
        let end = buffer.filled + usize::try_from(length).unwrap_or(usize::MAX);
        if buffer.memory.len() < end {
            buffer.memory.resize(end, 0);
        }
        let mut view = self.view.part(range.start, self.size());
        io::Read::read_exact(&mut view, &mut buffer.memory[buffer.filled..end])?;
        buffer.filled = end;
        Ok(())
    }

    /// Notes that all text up to `offset` is valid UTF-8, so that streams of the
    /// source may seek there.
    pub fn is_valid_to(&self, offset: u64) {
        self.seekable_to.fetch_max(offset, Ordering::Relaxed);
    }
}
