//! What can be wrong with one input.

use crate::span::ByteSpan;
use std::io;

/// What went wrong with one input, with the place. The scan goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What sort of problem it is, which decides whether the scan is complete.
    pub kind: ProblemKind,
    /// The problem in words: lower case, no final stop, no path in it.
    pub message: String,
    /// Where in the input's text, if it is about a place in it.
    pub at: Option<ByteSpan>,
}

/// The sorts of problems with one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// It could not be opened or read.
    Unreadable,
    /// It ends too early; what came before was read.
    Truncated,
    /// It is damaged from some place on; what came before was read.
    Broken,
    /// Something in it was replaced so that it could be read.
    Repaired,
    /// It is larger, or expands further, than the limits allow.
    LimitReached,
    /// Its name is not one a file may have; it was read under a cleaned one.
    UnsafeName,
    /// It holds nothing to scan, or lies outside what was asked for.
    Skipped,
    /// It is packed in a way that is not opened, and nothing says that it should have
    /// been scanned.
    Packed,
    /// The configuration does not say which instance it is of, so it was not judged.
    NoInstance,
}

impl ProblemKind {
    /// Whether something that should have been scanned was not.
    #[must_use]
    pub fn is_loss(self) -> bool {
        match self {
            Self::Unreadable | Self::Truncated | Self::Broken | Self::LimitReached | Self::NoInstance => true,
            Self::Repaired | Self::UnsafeName | Self::Skipped | Self::Packed => false,
        }
    }
}

impl Problem {
    /// A problem of the whole input.
    #[must_use]
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), at: None }
    }

    /// The problem behind an I/O error: a [`Problem`] that one of our readers
    /// passed up as an error, or the operating system's own.
    pub(super) fn from_io(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(problem) => problem,
            Err(error) => Self::new(ProblemKind::Unreadable, format!("cannot be read: {}", in_words(&error))),
        }
    }

    /// The same problem at the place where reading stopped, unless it has one.
    pub(super) fn or_at(mut self, offset: u64) -> Self {
        self.at.get_or_insert(ByteSpan::at(offset));
        self
    }
}

impl From<Problem> for io::Error {
    fn from(problem: Problem) -> Self {
        Self::other(problem)
    }
}

/// An I/O error's text in our style. The common ones are worded here because the
/// platforms word them differently.
pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let mut letters = text.chars();
            match letters.next() {
                Some(first) => first.to_lowercase().chain(letters).collect(),
                None => text,
            }
        }
    }
}

/// How many more there are like the first of some: `[one, many]` are called so. Nothing
/// where there is one.
#[must_use]
pub fn more_like_it(count: u64, [one, many]: [&str; 2]) -> String {
    match count {
        0 | 1 => String::new(),
        2 => format!("; one more {one} is like this"),
        count => format!("; {} more {many} are like this", count - 1),
    }
}
