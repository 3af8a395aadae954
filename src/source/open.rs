//! One source of text.

use super::archive::{self, Member};
use super::bytes::Stored;
use super::limits::Limits;
use super::line_marks::ColumnUnit;
use super::plain::{PartBuffer, PlainText};
use super::problem::Problem;
use super::workbook;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use stream::TextBytes;

/// One text to scan: a file, what a gzip file holds, a member of an archive,
/// standard input. Cheap to clone; may be opened many times, from many threads.
#[derive(Clone)]
pub struct Source {
    inner: Arc<Inner>,
}

struct Inner {
    path: String,
    /// Length of the archive's part of `path`, for members.
    archive_path: Option<usize>,
    stored: Stored,
    member: Option<Member>,
    /// The sheet of the workbook that is stored.
    sheet: Option<String>,
    size: Option<u64>,
    limits: Limits,
    /// Up to here an earlier reading found that offsets in the text are offsets
    /// in the file.
    seekable_to: Arc<AtomicU64>,
    /// Whether it was found not to be in UTF-8, though nothing in it says so.
    is_legacy: AtomicBool,
    /// Whether its first bytes were found to be no text of a [`PlainText`].
    is_wrapped: AtomicBool,
    /// Set once somebody looked for that.
    settled: OnceLock<()>,
    /// The word that stands for empty values, once somebody looked for one.
    null_word: OnceLock<Option<&'static str>>,
}

impl Source {
    /// The path as reported: relative to the root, with `/` on every platform.
    /// Members are `archive.zip!/dir/member.xml`; standard input is `stdin`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The reported path of the archive it is a member of.
    #[must_use]
    pub fn archive_path(&self) -> Option<&str> {
        self.inner.archive_path.map(|length| &self.inner.path[..length])
    }

    /// Whether it is a sheet of a workbook, whose text is made: a line a row, a
    /// tab between cells.
    #[must_use]
    pub fn is_sheet(&self) -> bool {
        self.inner.sheet.is_some()
    }

    /// What columns of its text count.
    #[must_use]
    pub fn column_unit(&self) -> ColumnUnit {
        if self.is_sheet() { ColumnUnit::Cell } else { ColumnUnit::Utf16 }
    }

    /// Bytes on disk, for progress: of gzip files and members the compressed ones.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.inner.size
    }

    /// Up to here an earlier reading found that the text is, byte for byte, what
    /// [`Source::open_bytes`] gives; 0 where it is not, or was not read yet.
    #[must_use]
    pub fn plain_to(&self) -> u64 {
        self.inner.seekable_to.load(Ordering::Relaxed)
    }

    /// The word that stands for empty values in the text. `find`, which looks for it
    /// in all of the text, is asked once and remembered.
    pub fn null_word(&self, find: impl FnOnce() -> Option<&'static str>) -> Option<&'static str> {
        *self.inner.null_word.get_or_init(find)
    }

    /// The same, if somebody looked for it.
    #[must_use]
    pub fn known_null_word(&self) -> Option<&'static str> {
        self.inner.null_word.get().copied().flatten()
    }

    /// Opens the text at its start.
    ///
    /// # Errors
    /// It cannot be opened, or it is something that has no text: an archive in an
    /// archive, UTF-32.
    pub fn open(&self) -> Result<TextStream, Problem> {
        let bytes = match (&self.inner.member, &self.inner.sheet) {
            (None, Some(sheet)) => {
                let text = workbook::text(&self.inner.stored, sheet)?;
                TextBytes::Expanded(Box::new(std::io::Cursor::new(text.into_bytes())))
            }
            (None, None) => TextBytes::Plain(self.inner.stored.view().map_err(Problem::from_io)?),
            (Some(_), _) => TextBytes::Expanded(self.open_bytes()?),
        };
        TextStream::new(bytes, self)
    }

    /// Opens it as a [`PlainText`], if it is one, with up to `wanted` of its first
    /// bytes in `buffer`. `None` says nothing of whether it can be opened.
    #[must_use]
    pub fn open_plain(&self, buffer: &mut PartBuffer, wanted: u64) -> Option<PlainText> {
        let is_file = self.inner.member.is_none() && self.inner.sheet.is_none();
        let is_known = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if !is_file || is_known(&self.inner.is_legacy) || is_known(&self.inner.is_wrapped) {
            return None;
        }
        let view = self.inner.stored.view().ok()?;
        let plain = PlainText::open(view, &self.inner.seekable_to, buffer, wanted).ok()?;
        self.inner.is_wrapped.store(plain.is_none(), Ordering::Relaxed);
        plain
    }

    /// Looks whether somebody has written the file since it was opened first.
    ///
    /// # Errors
    /// Somebody has, or the file cannot be opened any more.
    pub fn check_unchanged(&self) -> Result<(), Problem> {
        self.inner.stored.check_unchanged().map_err(Problem::from_io)
    }

    /// Opens the file itself, for hashing: gzip is not expanded, nothing is
    /// decoded. Of a member these are its expanded bytes; of a sheet those of its
    /// workbook.
    ///
    /// # Errors
    /// It cannot be opened, or a member is not where the archive says.
    pub fn open_bytes(&self) -> Result<Box<dyn Read + Send>, Problem> {
        match &self.inner.member {
            None => Ok(Box::new(self.inner.stored.view().map_err(Problem::from_io)?)),
            Some(member) => {
                let expanded = archive::open(&self.inner.stored, member)?;
                Ok(Box::new(self.inner.limits.guard(expanded, member.compressed_size)))
            }
        }
    }
}

mod make;
mod stream;
#[cfg(test)]
mod tests;

pub use stream::TextStream;
