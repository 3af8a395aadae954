//! Where bytes come from: files, a spooled standard input, memory.

use super::named_file::{NamedFile, OpenFile};
use super::problem::{Problem, ProblemKind, in_words};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// Stored bytes that can be viewed many times, from many threads.
#[derive(Debug, Clone)]
pub(super) enum Stored {
    /// A file by its path.
    File(Arc<NamedFile>),
    /// A file without a name.
    Spool(Arc<File>),
    /// A range of such a file.
    Part(Arc<File>, Range<u64>),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
}

impl Stored {
    /// A view of all the bytes, at their start.
    pub(super) fn view(&self) -> io::Result<View> {
        let (data, end) = match self {
            Self::File(named) => {
                let OpenFile { file, size } = named.open()?;
                (Data::of(file, 0), size)
            }
            Self::Spool(file) => (Data::of(Arc::clone(file), 0), file.metadata()?.len()),
            Self::Part(file, range) => {
                (Data::of(Arc::clone(file), range.start), range.end.saturating_sub(range.start))
            }
            Self::Memory(bytes) => (Data::Memory(Arc::clone(bytes)), count(bytes.len())),
        };
        Ok(View { data, position: 0, end })
    }

    /// Looks whether somebody has written the file since it was opened first.
    ///
    /// # Errors
    /// Somebody has, or the file cannot be opened any more.
    pub(super) fn check_unchanged(&self) -> io::Result<()> {
        match self {
            Self::File(named) => named.check_unchanged(),
            Self::Spool(_) | Self::Part(..) | Self::Memory(_) => Ok(()),
        }
    }
}

/// A window on stored bytes with a cursor of its own: views of one file do not
/// disturb each other, because they read at positions and never move the file's
/// cursor.
#[derive(Debug, Clone)]
pub(super) struct View {
    data: Data,
    position: u64,
    end: u64,
}

#[derive(Debug, Clone)]
enum Data {
    File(Arc<Opened>),
    Memory(Arc<[u8]>),
}

/// An open file, and where in it the bytes begin. It stands behind a pointer, as
/// there are many views.
#[derive(Debug)]
struct Opened {
    file: Arc<File>,
    start: u64,
}

impl Data {
    fn of(file: Arc<File>, start: u64) -> Self {
        Self::File(Arc::new(Opened { file, start }))
    }
}

impl View {
    /// The offset where the view ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The same bytes from `start` up to, not including, `end`.
    pub(super) fn part(&self, start: u64, end: u64) -> Self {
        let end = end.min(self.end);
        Self { data: self.data.clone(), position: start.min(end), end }
    }
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_sub(self.position);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..most];
        let filled = match &self.data {
            Data::File(opened) => read_at(&opened.file, buffer, opened.start.saturating_add(self.position))?,
            Data::Memory(bytes) => match usize::try_from(self.position).ok().and_then(|at| bytes.get(at..)) {
                Some(rest) => (&mut &*rest).read(buffer)?,
                None => 0,
            },
        };
        if filled == 0 && !buffer.is_empty() {
            let message = "became shorter while it was read";
            return Err(Problem::new(ProblemKind::Truncated, message).into());
        }
        self.position += count(filled);
        Ok(filled)
    }
}

impl Seek for View {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        let position = match target {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// The smallest and the largest read asked of the system, in bytes.
pub(super) const BLOCK: RangeInclusive<usize> = 4 * 1024..=1024 * 1024;

/// Bytes that were read and not used yet. The memory is kept from read to read,
/// and grows by what the file turns out to have: most files are small.
#[derive(Default)]
pub(super) struct Block {
    memory: Vec<u8>,
    filled: usize,
}

impl Block {
    /// The bytes that are there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.memory[..self.filled]
    }

    /// Reads about `wanted` bytes once and appends them; returns how many came.
    pub(super) fn read_from(&mut self, reader: &mut dyn Read, wanted: usize) -> io::Result<usize> {
        let grown = (self.memory.len() * 2).max(*BLOCK.start());
        let end = self.filled + wanted.clamp(*BLOCK.start(), *BLOCK.end()).min(grown);
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        let more = read_once(reader, &mut self.memory[self.filled..end])?;
        self.filled += more;
        Ok(more)
    }

    /// Drops the first `used` bytes.
    pub(super) fn consume(&mut self, used: usize) {
        self.memory.copy_within(used..self.filled, 0);
        self.filled -= used;
    }

    /// Takes the bytes out.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let taken = self.bytes().to_vec();
        self.filled = 0;
        taken
    }
}

/// Reads until `buffer` is full or the end is reached; gives how much it read.
/// Bytes read before an error are lost with it, so this is for small buffers.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_once(reader, &mut buffer[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(filled)
}

/// One read, tried again when a signal interrupts it.
pub(super) fn read_once(reader: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The message if no temporary file can be written.
pub(super) fn unwritable(error: &io::Error) -> Problem {
    let message = format!("cannot be kept in a temporary file: {}", in_words(error));
    Problem::new(ProblemKind::Unreadable, message)
}

/// A length in memory as an offset. No platform has more than 64 bits of it.
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
