//! A query as it was written: alternatives of groups of terms, names unchecked.

mod error;
mod negate;
mod parse;
mod path;
mod pins;
mod print;
mod term;

use std::ops::Range;

use super::comparison::ValueComparison;
use super::date_functions::DateFunction;
use super::operator::{Operands, Operator};

pub use error::QueryError;

/// An encoded query that was read. [`std::fmt::Display`] writes it back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What `^NQ` separates: a row matches if any holds. None at all matches every row.
    pub(in crate::query) alternatives: Vec<Clause>,
    /// `ORDERBY`, `ORDERBYDESC` and `GROUPBY`, kept for printing only.
    pub(in crate::query) sort: Vec<SortTerm>,
}

impl Query {
    /// Whether it has no condition, and so matches every row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }
}

/// Groups that must all hold; never empty.
pub(in crate::query) type Clause = Vec<TermGroup>;

/// Terms of which one must hold; never empty.
pub(in crate::query) type TermGroup = Vec<Term>;

/// Where something stands in the query's text. All places are equal, so that two
/// queries are compared by what they say.
#[derive(Debug, Clone, Default)]
pub(in crate::query) struct TextPlace(pub(in crate::query) Range<usize>);

impl PartialEq for TextPlace {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TextPlace {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct SortTerm {
    pub(in crate::query) kind: SortKind,
    pub(in crate::query) path: Path,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum SortKind {
    OrderBy,
    OrderByDescending,
    GroupBy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) enum Term {
    Condition(FieldCondition),
    Related(Related),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct FieldCondition {
    pub(in crate::query) path: Path,
    pub(in crate::query) operator: Operator,
    pub(in crate::query) operands: Operands<Operand, Path>,
    pub(in crate::query) place: TextPlace,
}

/// A field name, walked through references: `user.manager.active`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Path {
    /// The names; a computed one begins with `@`, and `@class.x` is one segment.
    pub(in crate::query) segments: Vec<String>,
    pub(in crate::query) place: TextPlace,
}

/// `RLQUERYtable.column=path,>=1^…^ENDRLQUERY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Related {
    pub(in crate::query) table: String,
    /// The column of the related table.
    pub(in crate::query) column: String,
    /// What of this row it equals; `None` is the platform's own form, the `sys_id`.
    pub(in crate::query) this: Option<Path>,
    pub(in crate::query) comparison: ValueComparison,
    pub(in crate::query) count: u32,
    pub(in crate::query) query: Query,
    pub(in crate::query) place: TextPlace,
}

/// A value to compare with: text, or one of the date functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Operand {
    /// As written.
    pub(in crate::query) text: String,
    pub(in crate::query) function: Option<DateFunction>,
}
