//! Making sources, and finding out how their text is encoded.

use super::super::archive::Member;
use super::super::bytes::{Stored, count};
use super::super::limits::Limits;
use super::{Inner, Source};
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// How much text is looked at once.
const BLOCK: usize = 256 * 1024;

impl Source {
    /// A source in memory, reported under `path`, with the default limits.
    #[must_use]
    pub fn memory(path: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let size = count(bytes.len());
        Self::file(path.to_owned(), Stored::Memory(bytes), size, &Limits::default())
    }

    /// A source of the same path with what `file` holds.
    ///
    /// # Errors
    /// If nobody can tell how long the file is.
    pub fn with_bytes_of(&self, file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        let stored = Stored::Spool(Arc::new(file));
        Ok(Self::file(self.inner.path.clone(), stored, size, &self.inner.limits))
    }

    /// The same bytes under another path; `None` of a member or a sheet, which are
    /// only part of a file.
    pub(in crate::source) fn under(&self, path: &str) -> Option<Self> {
        if self.inner.archive_path.is_some() {
            return None;
        }
        if self.inner.path == path {
            return Some(self.clone());
        }
        let Inner { stored, size, limits, .. } = &*self.inner;
        Some(Self::file(path.to_owned(), stored.clone(), size.unwrap_or_default(), limits))
    }

    /// A whole file.
    pub(in crate::source) fn file(path: String, stored: Stored, size: u64, limits: &Limits) -> Self {
        Self::with(path, None, stored, (None, None), size, limits)
    }

    /// A member of the archive reported as `archive_path`.
    pub(in crate::source) fn member(
        archive_path: &str,
        name: &str,
        stored: Stored,
        member: Member,
        limits: &Limits,
    ) -> Self {
        let size = member.compressed_size;
        let path = format!("{archive_path}!/{name}");
        Self::with(path, Some(archive_path.len()), stored, (Some(member), None), size, limits)
    }

    /// A sheet of the workbook reported as `path`, under the name `shown`.
    pub(in crate::source) fn sheet(
        path: &str,
        (sheet, shown): (String, &str),
        stored: Stored,
        size: u64,
        limits: &Limits,
    ) -> Self {
        let archive = Some(path.len());
        Self::with(format!("{path}!/{shown}"), archive, stored, (None, Some(sheet)), size, limits)
    }

    fn with(
        path: String,
        archive_path: Option<usize>,
        stored: Stored,
        (member, sheet): (Option<Member>, Option<String>),
        size: u64,
        limits: &Limits,
    ) -> Self {
        let (limits, seekable_to, is_legacy) = (limits.clone(), Arc::default(), AtomicBool::new(false));
        let inner = Inner {
            path,
            archive_path,
            stored,
            member,
            sheet,
            size: Some(size),
            limits,
            seekable_to,
            is_legacy,
            is_wrapped: AtomicBool::new(false),
            settled: OnceLock::new(),
            null_word: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Reads the bytes once, if nothing in them says how their text is encoded,
    /// and takes it for windows-1252 from then on if they are not UTF-8: so
    /// spreadsheets and their like are written. It must be asked before anything
    /// else is read, as offsets in the text change with the answer. Only the first call
    /// reads.
    ///
    /// Characters beyond ASCII decide, each with one voice: text in windows-1252
    /// hardly ever has any that UTF-8 allows, and damage to a text in UTF-8 does
    /// not make it another.
    pub fn settle_encoding(&self) {
        self.inner.settled.get_or_init(|| self.look_for_encoding());
    }

    fn look_for_encoding(&self) {
        let Ok(mut stream) = self.open() else { return };
        if !stream.is_assumed {
            return;
        }
        let mut text = String::new();
        let mut beyond = 0_u64;
        while stream.read(&mut text, BLOCK).is_ok_and(|more| more > 0) {
            if !text.is_ascii() {
                beyond += count(text.chars().filter(|letter| !letter.is_ascii()).count());
            }
            text.clear();
        }
        let malformed = stream.repairs.count;
        if malformed > beyond.saturating_sub(malformed) {
            self.inner.is_legacy.store(true, Ordering::Relaxed);
            self.inner.seekable_to.store(0, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.inner.path).finish()
    }
}
