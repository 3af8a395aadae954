//! Comparators in words.

use super::{Criterion, Expectation};

impl Expectation {
    /// What is expected, for a message: `true`, `at most 60`.
    #[must_use]
    pub fn describe(&self) -> String {
        let parts: Vec<_> = self.checks.iter().map(Criterion::describe).collect();
        parts.join(" and ")
    }
}

impl Criterion {
    fn describe(&self) -> String {
        match self {
            Self::Equals(expected) => expected.clone(),
            Self::NotEquals(other) => format!("not {other}"),
            Self::OneOf(list) => format!("one of {}", list.join(", ")),
            Self::NoneOf(list) => format!("none of {}", list.join(", ")),
            Self::AtMost(limit) => format!("at most {limit}"),
            Self::AtLeast(limit) => format!("at least {limit}"),
            Self::Empty(true) => "empty".to_owned(),
            Self::Empty(false) => "not empty".to_owned(),
            Self::Matches(_) => "of another form".to_owned(),
            Self::NotMatches(_) => "not of this form".to_owned(),
            Self::IpWithin(_) => "inside the allowed networks".to_owned(),
            Self::SubsetOf(list) => format!("nothing but {}", list.join(", ")),
            Self::ContainsAll(list) => format!("with {}", list.join(", ")),
            Self::ContainsNone(list) => format!("without {}", list.join(", ")),
            Self::Each(inner) => format!("each {}", inner.describe()),
        }
    }
}
