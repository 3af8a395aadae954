//! A query whose names are tied to columns.

mod eval;
mod possible;
mod related;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::bound_path::BoundPath;
use super::comparison::Comparison;
use super::data::{TestIdx, WalkIdx};
use super::date_functions::{DateFunction, DatePart};
use super::dates::{Moment, Unit};
use super::number::Number;
use super::syntax::{Operand, Polarity, Search, Side};
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
    /// With where its answer may be known already.
    Condition(Arc<BoundCondition>, Known),
    Related(BoundRelated),
}

/// Where the answer to a condition may be known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Known {
    /// Nowhere.
    Never,
    /// The row answers it by itself.
    Test(TestIdx),
    /// All rows that refer to the same one answer alike.
    Walk(WalkIdx),
}

/// A field and what is asked of it.
#[derive(Debug)]
pub(in crate::query) struct BoundCondition {
    pub(in crate::query) path: BoundPath,
    pub(in crate::query) check: Check,
}

impl BoundTerm {
    /// Whether more than the remembered answer of a test may be needed.
    pub(in crate::query) fn looks_further(&self) -> bool {
        !matches!(self, Self::Condition(_, Known::Test(_)))
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

    /// Conditions that an instance answers otherwise: comparisons of a reference
    /// with the name of what it refers to.
    #[must_use]
    pub fn doubts(&self) -> &[BindError] {
        &self.doubts
    }

    /// Whether it needs only the row itself, and perhaps the clock.
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

    /// Whether an instance would understand it: it has no computed field, no
    /// view of ours and no join by value.
    #[must_use]
    pub fn portable(&self) -> bool {
        [Need::Computed, Need::JoinByValue, Need::View].iter().all(|need| !self.needs.contains(need))
    }
}

impl BoundCondition {
    /// Has every column kept that it reads, those of the row itself so long.
    pub(in crate::query) fn keep(&self, wanted: &mut Wanted, own: Keep) {
        self.path.keep(wanted, own);
        if let Some(other) = self.check.other_field() {
            other.keep(wanted, own);
        }
        if let Check::InstanceOf(_, hierarchy) = &self.check {
            wanted.keep(hierarchy.table, hierarchy.name, Keep::Always);
            wanted.keep(hierarchy.table, hierarchy.super_class, Keep::Always);
        }
    }
}

/// What is asked of a bound field.
#[derive(Debug)]
pub(in crate::query) enum Check {
    Anything,
    IsEmpty,
    IsNotEmpty,
    Compare(Comparison, Value),
    Between(Value, Value),
    OneOf(Polarity, Vec<Value>),
    /// The same of a field that may be a reference, where some value is no sys_id:
    /// what the reference displays counts too.
    Called(Polarity, Vec<Value>),
    Search(Search, Polarity, Needle),
    SameAs(Polarity, BoundPath, Option<Unit>),
    CompareField(Comparison, BoundPath),
    Distance(Comparison, BoundPath, Unit, Side, i64),
    On(Polarity, Value, Value),
    Relative(Comparison, Unit, i64),
    DatePart(DatePart),
    InstanceOf(Needle, Hierarchy),
    /// Whether the row is in the class (`Plain`) or not.
    Class(Polarity),
    Role(Polarity, RoleTest),
}

impl Check {
    /// The field that is compared with.
    pub(in crate::query) fn other_field(&self) -> Option<&BoundPath> {
        match self {
            Self::SameAs(_, other, _) | Self::CompareField(_, other) | Self::Distance(_, other, ..) => {
                Some(other)
            }
            _ => None,
        }
    }
}

/// What is asked of each role's name.
#[derive(Debug)]
pub(in crate::query) enum RoleTest {
    Any,
    OneOf(Vec<Needle>),
    Search(Search, Needle),
}

impl RoleTest {
    /// Whether a role of that name is one that is asked for.
    pub(in crate::query) fn matches(&self, role: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(names) => names.iter().any(|name| name.equals(role)),
            Self::Search(search, needle) => needle.is_found(*search, role),
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

/// A value to compare with, read in every way that it can be.
#[derive(Debug)]
pub(in crate::query) struct Value {
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

impl Value {
    pub(in crate::query) fn new(operand: &Operand) -> Self {
        let given = || Moment::parse(&operand.text).map(When::Given);
        Self {
            needle: Needle::new(&operand.text),
            is_sys_id: is_sys_id(&operand.text),
            number: Number::parse(&operand.text),
            when: operand.function.map(When::Function).or_else(given),
        }
    }

    pub(in crate::query) fn text(text: &str) -> Self {
        Self::new(&Operand { text: text.to_owned(), function: None })
    }

    pub(in crate::query) fn needs_now(&self) -> bool {
        matches!(self.when, Some(When::Function(function)) if function.needs_now())
    }
}
