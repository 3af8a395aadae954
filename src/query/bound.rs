//! A query whose names are tied to columns.

mod eval;
mod possible;
mod related;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::bound_path::{BoundPath, PathEnd};
use super::data::{TestIdx, WalkIdx};
use super::date_functions::DateFunction;
use super::dates::Moment;
use super::number::Number;
use super::operator::{Operands, Operator};
use super::syntax::Operand;
use super::text::Needle;
use crate::record::{ColumnIdx, Keep, TableIdx, Wanted, is_sys_id};

pub use possible::Partial;
pub(in crate::query) use related::{BoundRelated, CountTest};

/// Why a query cannot be asked of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BindError {
    /// What is wrong, in lower case, without a final stop.
    pub message: String,
    /// Where, in bytes of the query's text.
    pub span: Range<usize>,
}

impl BindError {
    pub(in crate::query) fn at(place: &Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span: place.clone() }
    }
}

/// A query whose names are tied to columns, ready to be asked of rows.
#[derive(Debug)]
pub struct BoundQuery {
    pub(in crate::query) table: TableIdx,
    pub(in crate::query) alternatives: Alternatives,
    pub(in crate::query) warnings: Vec<String>,
    pub(in crate::query) doubts: Vec<BindError>,
    pub(in crate::query) needs: BTreeSet<Need>,
}

/// A row matches if in any alternative every group has a term that holds.
pub(in crate::query) type Alternatives = Vec<Vec<Vec<BoundTerm>>>;

#[derive(Debug)]
pub(in crate::query) enum BoundTerm {
    /// The second part says whether the answer is known before it is asked.
    Condition(Arc<BoundCondition>, KnownAnswer),
    Related(BoundRelated),
}

/// Whether the answer to a condition is known before it is asked, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum KnownAnswer {
    /// It is not.
    Never,
    /// The row answers it by itself.
    Test(TestIdx),
    /// All rows that refer to the same row share one answer.
    Walk(WalkIdx),
}

/// A field and what is asked of it.
#[derive(Debug)]
pub(in crate::query) struct BoundCondition {
    pub(in crate::query) path: BoundPath,
    pub(in crate::query) operator: Operator,
    pub(in crate::query) operands: Operands<BoundValue, BoundPath>,
    /// Set where the field may be a reference and some value is no sys_id: then the
    /// displayed name counts as well.
    pub(in crate::query) is_named: bool,
    /// Where tables say what they extend; only `INSTANCEOF` needs it.
    pub(in crate::query) hierarchy: Option<Hierarchy>,
}

impl BoundTerm {
    /// Whether a remembered answer may not be enough.
    pub(in crate::query) fn looks_further(&self) -> bool {
        !matches!(self, Self::Condition(_, KnownAnswer::Test(_)))
    }
}

/// What a query needs beyond the columns of its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::query) enum Need {
    OtherRows,
    Clock,
    Computed,
    Roles,
    JoinByValue,
    View,
}

impl BoundQuery {
    /// The table of the rows it is asked of.
    #[must_use]
    pub fn table(&self) -> TableIdx {
        self.table
    }

    /// What could not be checked: unknown tables, and custom columns of known ones.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Conditions that an instance answers differently: they compare a reference with a
    /// name, and an instance compares it with the sys_id only.
    #[must_use]
    pub fn doubts(&self) -> &[BindError] {
        &self.doubts
    }

    /// Whether it reads no other row.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.needs.contains(&Need::OtherRows)
    }

    /// Whether it depends on what "now" is.
    #[must_use]
    pub fn uses_clock(&self) -> bool {
        self.needs.contains(&Need::Clock)
    }

    /// Whether it uses a computed field (`@…`).
    #[must_use]
    pub fn uses_computed(&self) -> bool {
        self.needs.contains(&Need::Computed)
    }

    /// Whether it asks for effective roles (`@role`).
    #[must_use]
    pub fn uses_roles(&self) -> bool {
        self.needs.contains(&Need::Roles)
    }

    /// Whether it asks a view that is computed from other tables.
    #[must_use]
    pub fn uses_view(&self) -> bool {
        self.needs.contains(&Need::View)
    }

    /// Whether an instance would understand it: it uses no computed field, no view of
    /// glidelint and no join by value.
    #[must_use]
    pub fn portable(&self) -> bool {
        [Need::Computed, Need::JoinByValue, Need::View].iter().all(|need| !self.needs.contains(need))
    }
}

impl BoundCondition {
    pub(in crate::query) fn new(
        path: BoundPath,
        operator: Operator,
        operands: Operands<BoundValue, BoundPath>,
    ) -> Self {
        Self { path, operator, operands, is_named: false, hierarchy: None }
    }

    /// Marks every column that it reads; those of the row itself are kept for `own`.
    pub(in crate::query) fn keep(&self, wanted: &mut Wanted, own: Keep) {
        self.path.keep(wanted, own);
        if let Some(other) = self.operands.field() {
            other.keep(wanted, own);
        }
        if let Some(hierarchy) = &self.hierarchy {
            wanted.keep(hierarchy.table, hierarchy.name, Keep::Always);
            wanted.keep(hierarchy.table, hierarchy.super_class, Keep::Always);
        }
    }

    /// Whether it asks about roles, and a role of this name is among those it asks for.
    pub(in crate::query) fn asks_role(&self, role: &str) -> bool {
        let mut values = self.operands.values().iter();
        matches!(self.path.end, PathEnd::Role)
            && match self.operator {
                Operator::Anything => false,
                Operator::Search(search, _) => values.any(|value| value.needle.is_found(search, role)),
                Operator::OneOf(_) => values.any(|value| value.needle.equals(role)),
                _ => true,
            }
    }
}

/// Where a table says what it extends.
#[derive(Debug)]
pub(in crate::query) struct Hierarchy {
    pub(in crate::query) table: TableIdx,
    pub(in crate::query) name: ColumnIdx,
    pub(in crate::query) super_class: ColumnIdx,
}

/// A value to compare with, parsed once as everything that it can be.
#[derive(Debug)]
pub(in crate::query) struct BoundValue {
    pub(in crate::query) needle: Needle,
    pub(in crate::query) is_sys_id: bool,
    pub(in crate::query) number: Option<Number>,
    pub(in crate::query) when: Option<When>,
}

#[derive(Debug)]
pub(in crate::query) enum When {
    Given(Moment),
    Function(DateFunction),
}

impl BoundValue {
    pub(in crate::query) fn new(operand: &Operand) -> Self {
        let given = || Moment::parse(&operand.text).map(When::Given);
        Self {
            needle: Needle::new(&operand.text),
            is_sys_id: is_sys_id(&operand.text),
            number: Number::parse(&operand.text),
            when: operand.function.map(When::Function).or_else(given),
        }
    }

    pub(in crate::query) fn needs_now(&self) -> bool {
        matches!(self.when, Some(When::Function(function)) if function.needs_now())
    }
}
