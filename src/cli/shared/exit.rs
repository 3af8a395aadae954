//! Exit codes, the same for every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing at or above `--fail-on`; for `query`: matches.
    Fine,
    /// Findings; for `query`: no match.
    Findings,
    /// Wrong use, configuration or rule, or the report could not be written.
    WrongUse,
    /// Nothing to scan, and nothing unreadable.
    NothingToScan,
    /// Some input could not be read whole.
    Incomplete,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::WrongUse => 2,
            Self::NothingToScan => 3,
            Self::Incomplete => 4,
        }
    }

    /// The worse of two, in the order in which one hides the other.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Fine => 0,
            Self::NothingToScan => 1,
            Self::Findings => 2,
            Self::Incomplete => 3,
            Self::WrongUse => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
