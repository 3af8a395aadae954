//! A query as it was written: alternatives of groups of terms, names unchecked.

use std::ops::Range;

use super::dates::{DateFunction, DatePart, Unit};

/// An encoded query that was read. [`std::fmt::Display`] writes it back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What `^NQ` separates: a row matches if any holds. None at all matches every row.
    pub(super) alternatives: Vec<Clause>,
    /// `ORDERBY`, `ORDERBYDESC` and `GROUPBY`, kept for printing only.
    pub(super) sort: Vec<Sort>,
}

impl Query {
    /// Whether it has no condition, and so matches every row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }
}

/// Groups that must all hold; never empty.
pub(super) type Clause = Vec<Group>;

/// Terms of which one must hold; never empty.
pub(super) type Group = Vec<Term>;

/// Where something stands in the query's text. All places are equal, so that two
/// queries are compared by what they say.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(pub(super) Range<usize>);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sort {
    pub(super) kind: SortKind,
    pub(super) path: Path,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortKind {
    OrderBy,
    OrderByDescending,
    GroupBy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Condition(Condition),
    Related(Related),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) path: Path,
    pub(super) test: Test,
    pub(super) place: Place,
}

/// A field name, walked through references: `user.manager.active`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// The names; a computed one begins with `@`, and `@class.x` is one segment.
    pub(super) segments: Vec<String>,
    pub(super) place: Place,
}

/// `RLQUERYtable.column=path,>=1^…^ENDRLQUERY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Related {
    pub(super) table: String,
    /// The column of the related table.
    pub(super) column: String,
    /// What of this row it equals; `None` is the platform's own form, the `sys_id`.
    pub(super) this: Option<Path>,
    pub(super) comparison: Comparison,
    pub(super) count: u32,
    pub(super) query: Query,
    pub(super) place: Place,
}

/// A value to compare with: text, or one of the date functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operand {
    /// As written.
    pub(super) text: String,
    pub(super) function: Option<DateFunction>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How a text is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    Contains,
    StartsWith,
    EndsWith,
}

/// Whether a condition is asked as it stands or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    Plain,
    Negated,
}

/// To which side of a moment a distance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Compare(Comparison, Operand),
    Search(Search, Polarity, String),
    OneOf(Polarity, Vec<String>),
    IsEmpty,
    IsNotEmpty,
    EmptyString,
    Anything,
    Between(Operand, Operand),
    SameAs(Polarity, Path, Option<Unit>),
    CompareField(Comparison, Path),
    /// More (`Greater`) or less than so many units before or after another field.
    Distance(Comparison, Path, Unit, Side, i64),
    /// A label, which says nothing, and the first and last moment.
    On(Polarity, String, Operand, Operand),
    /// Compared with now, moved by so many units: before is `ago`, after `ahead`.
    Relative(Comparison, Unit, Side, i64),
    /// A label, which says nothing, and the part.
    DatePart(String, DatePart),
    InstanceOf(String),
}
