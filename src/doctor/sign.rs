//! Signs that something is wrong with exports.

/// One sign, of a file, of a table, or of all that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What it is.
    pub kind: SignKind,
    /// The table it is about.
    pub table: Option<String>,
    /// The number of the source it is about, in scan order.
    pub source: Option<u32>,
    /// One sentence without a final stop. It may hold text of the exports.
    pub message: String,
}

/// What a sign says. The order is that of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignKind {
    /// The file could not be read to its end.
    Cut,
    /// The number of rows is one at which exports stop silently.
    ExportCap,
    /// A part of a table ends where another one should go on, and none does.
    PartGap,
    /// Two files hold some of the same rows.
    PartOverlap,
    /// The name of the file says that rows were filtered.
    Filtered,
    /// The files are of several instances.
    MixedInstances,
    /// References lead to rows that are not there.
    DanglingReference,
    /// A column that the platform always fills is empty in every row.
    ColumnEmpty,
    /// A column that rules ask for is in no row.
    ColumnMissing,
    /// A word stands for empty values, which the platform writes nowhere.
    NullWord,
    /// An update set without changes.
    NoChanges,
    /// Rows stand in a second file in another version.
    OlderVersion,
    /// Rows stand in a second file as well.
    Duplicate,
}

impl SignKind {
    /// The word for it in documents; stable.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::ExportCap => "export-cap",
            Self::PartGap => "part-gap",
            Self::PartOverlap => "part-overlap",
            Self::Filtered => "filtered",
            Self::MixedInstances => "mixed-instances",
            Self::DanglingReference => "dangling-reference",
            Self::ColumnEmpty => "column-empty",
            Self::ColumnMissing => "column-missing",
            Self::NullWord => "null-word",
            Self::NoChanges => "no-changes",
            Self::OlderVersion => "older-version",
            Self::Duplicate => "duplicate",
        }
    }

    /// Whether it speaks against a table being whole. A row that stands twice is
    /// judged once, and a column or a value that is missing takes no row away.
    #[must_use]
    pub fn is_against_wholeness(self) -> bool {
        !matches!(self, Self::ColumnMissing | Self::NullWord | Self::NoChanges | Self::Duplicate)
    }
}
