//! The window over the text: how it grows and slides on.

use super::{MAX_WINDOW, TokenReader, TokenSource};
use crate::span::ByteSpan;
use crate::xml::error::{XmlError, XmlErrorKind};

impl TokenReader {
    /// Makes room and reads on. The window doubles while one token does not fit,
    /// so that the work stays linear in its size.
    pub(super) fn grow(&mut self) -> Result<(), XmlError> {
        let scanned = self.offset(self.scanned);
        let from = self.keep.map_or(scanned, |keep| keep.min(scanned));
        let index = usize::try_from(from.saturating_sub(self.base)).unwrap_or(0);
        self.drop_before(index.min(self.scanned));
        if self.window.len() > MAX_WINDOW {
            let at = ByteSpan::at(self.base);
            return Err(XmlError { kind: XmlErrorKind::TooLarge(MAX_WINDOW), at });
        }
        let target = self.window.len() + self.window.len().max(self.block);
        while self.window.len() < target && !self.at_end {
            self.fill();
        }
        Ok(())
    }

    pub(super) fn drop_before(&mut self, index: usize) {
        self.dropped.pass(&self.window[..index]);
        self.window.drain(..index);
        self.base += u64::try_from(index).unwrap_or(0);
        self.scanned -= index;
    }

    pub(super) fn fill(&mut self) {
        let TokenSource::Stream(stream) = &mut self.input else {
            self.at_end = true;
            return;
        };
        let before = self.window.len();
        match stream.read(&mut self.window, self.block) {
            Ok(0) => self.at_end = true,
            Ok(_) => self.note_nul(before),
            Err(problem) => {
                self.at_end = true;
                self.source_failure = Some(problem);
            }
        }
    }

    /// Looks for a NUL character in the window, from an index on.
    pub(super) fn note_nul(&mut self, from: usize) {
        if self.nul.is_none()
            && let Some(at) = memchr::memchr(0, &self.window.as_bytes()[from..])
        {
            self.nul = Some(ByteSpan::at(self.offset(from + at)));
        }
    }
}
