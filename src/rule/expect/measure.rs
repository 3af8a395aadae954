//! Which of two values that fail a comparator is the better one.

use super::{Criterion, Expectation};
use crate::finding::Better;

impl Expectation {
    /// The number that fails limits, where nothing but limits is expected, and which
    /// numbers are better than it.
    #[must_use]
    pub fn measure(&self, value: &str) -> Option<(f64, Better)> {
        let is_limit = |check: &Criterion| matches!(check, Criterion::AtMost(_) | Criterion::AtLeast(_));
        let is_unlimited =
            self.unlimited.as_deref().is_some_and(|word| word.eq_ignore_ascii_case(value.trim()));
        if is_unlimited || !self.checks.iter().all(is_limit) {
            return None;
        }
        let value = self.numbers.read(value.trim())?;
        Some((value, self.better_than(value)?))
    }

    /// Which numbers are better than one that fails a limit.
    #[must_use]
    pub fn better_than(&self, number: f64) -> Option<Better> {
        let (low, high) = self.limits();
        let is_above = high.is_some_and(|high| number > high);
        let is_below = low.is_some_and(|low| number < low);
        is_above.then_some(Better::Lower).or(is_below.then_some(Better::Higher))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::expectation;
    use crate::finding::Better;

    #[test]
    fn a_number_is_better_if_it_is_nearer_to_its_limit() {
        let check = |yaml: &str, value: &str, expected| {
            assert_eq!(expectation(yaml).measure(value), expected, "{yaml}: {value}");
        };
        check("{ at_most: 60 }", "65", Some((65.0, Better::Lower)));
        check("{ at_most: 60 }", " 65.5 ", Some((65.5, Better::Lower)));
        check("{ at_most: 60 }", "6.5e1", None);
        check("{ at_least: 1, at_most: 60 }", "0", Some((0.0, Better::Higher)));
        check("{ between: [1, 60] }", "61", Some((61.0, Better::Lower)));
        // It is as expected, no number, or means that there is no limit.
        check("{ at_most: 60 }", "60", None);
        check("{ at_most: 60 }", "never", None);
        check("{ at_most: 60 }", "inf", None);
        check("{ at_least: 10, unlimited: '-1' }", "-1", None);
        // Not only numbers are expected.
        check("{ at_most: 60, not_equals: '0' }", "65", None);
        check("{ one_of: ['1', '2'] }", "3", None);
    }
}
