//! Why a row cannot be read.

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowHalt {
    /// The text ends in it.
    More,
    /// What is wrong, and at which index of the text.
    Broken(&'static str, usize),
    /// At this index other columns begin.
    OtherHeader(usize),
    /// The text ends in a quoted value.
    OpenQuote,
}
