//! Values that are compared as numbers.

use super::{Criterion, parse_number};
use crate::query::{is_other_number, plain_number};

/// Which texts are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Numbers {
    /// Columns of numbers hold fractions, too.
    #[default]
    Fractions,
    /// Texts of properties, which the platform reads as whole numbers: nobody knows
    /// what it makes of `5.0`.
    Whole,
}

impl Numbers {
    /// The number that a text is.
    pub(super) fn read(self, text: &str) -> Option<f64> {
        plain_number(text).filter(|_| self == Self::Fractions || !text.contains('.'))
    }
}

impl Criterion {
    /// Whether a number is asked for, and nobody can say which number the platform
    /// reads in the value. What is empty or a word is no number, and fails a limit.
    pub(super) fn cannot_read(&self, value: &str, normal_value: &str, numbers: Numbers) -> bool {
        let is_odd = || {
            let is_fraction = plain_number(value).is_some() && numbers.read(value).is_none();
            is_fraction || is_other_number(value)
        };
        let compares = |operand: &String| parse_number(operand).is_ok();
        match self {
            Self::AtMost(_) | Self::AtLeast(_) => is_odd(),
            Self::Equals(operand) | Self::NotEquals(operand) => {
                operand != normal_value && compares(operand) && is_odd()
            }
            Self::OneOf(operands) | Self::NoneOf(operands) => {
                let is_named = operands.iter().any(|operand| operand == normal_value);
                !is_named && operands.iter().any(compares) && is_odd()
            }
            _ => false,
        }
    }
}
