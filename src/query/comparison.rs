//! The six comparisons of two values.

use std::cmp::Ordering;

/// How one value must stand to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueComparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl ValueComparison {
    /// Whether two values in this order satisfy the comparison.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
