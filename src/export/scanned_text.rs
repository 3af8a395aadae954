//! A text that is in memory, and where it stands in the file.

use crate::xml::{Scanner, Window};

/// How large one row may be before the strict reader has to say what it is.
pub(super) const MAX_ROW: usize = 64 * 1024 * 1024;

/// A text that is being scanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScannedText<'t> {
    pub(super) text: &'t str,
    /// Offset of its first byte.
    pub(super) base: u64,
}

impl<'t> ScannedText<'t> {
    pub(super) fn window(self) -> Window<'t> {
        Window::new(self.text, self.base)
    }

    pub(super) fn scanner(self, at: usize) -> Scanner<'t> {
        Scanner::new(self.text, self.base, at)
    }
}

/// The text at the start of the bytes, up to the first that are none.
pub(super) fn valid_text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}
