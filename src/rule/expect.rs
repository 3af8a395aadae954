//! Comparators: what a value must be.

mod describe;
mod measure;
mod number;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use self::number::Numbers;
use super::file::{Comparator, OneOrMany, Scalar};
use super::network::{AddressRange, Network};
use super::pattern::Patterns;
use crate::finding::Unclear;
use crate::query::plain_number;

/// A compiled comparator.
#[derive(Debug, Default)]
pub struct Expectation {
    checks: Vec<Criterion>,
    unlimited: Option<String>,
    numbers: Numbers,
    /// Parameters that only the owner of the instance can fill, and that are still
    /// empty.
    unset: Vec<String>,
}

#[derive(Debug)]
enum Criterion {
    Equals(String),
    NotEquals(String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    AtMost(f64),
    AtLeast(f64),
    Empty(bool),
    Matches(Patterns),
    NotMatches(Patterns),
    IpWithin(Vec<Network>),
    SubsetOf(Vec<String>),
    ContainsAll(Vec<String>),
    ContainsNone(Vec<String>),
    Each(Box<Expectation>),
}

/// What a comparator says of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The value is as expected.
    Yes,
    /// It is not.
    No,
    /// That depends on a parameter that has no value.
    Open,
    /// The value is there and says nothing, such as `yes` where true or false is asked
    /// for.
    Unclear(Unclear),
}

impl Holds {
    fn from_bool(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Joins two answers: "no" wins, then what is not known.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let weight = |holds| match holds {
            Self::No => 3,
            Self::Unclear(_) => 2,
            Self::Open => 1,
            Self::Yes => 0,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

/// Fills parameters into operands.
pub trait Fill {
    /// The text with `{name}` replaced by the parameter's values, joined by commas.
    fn text(&self, text: &str) -> String;
    /// The values of a text that is one parameter; the filled text otherwise.
    fn list(&self, text: &str) -> Vec<String>;
}

impl Expectation {
    /// Compiles a comparator.
    ///
    /// # Errors
    /// What is wrong with an operand.
    pub fn compile(comparator: &Comparator, fill: &dyn Fill) -> Result<Self, String> {
        let mut checks = Vec::new();
        let text = |scalar: &Scalar| normal(&fill.text(&scalar.0)).into_owned();
        let list = |many: &OneOrMany| -> Vec<String> {
            members(many, fill).iter().map(|text| normal(text).into_owned()).collect()
        };
        let number = |scalar: &Scalar| parse_number(&fill.text(&scalar.0));
        let mut unset = Vec::new();
        // Only parameters say what is allowed, and none of them has a value: then nobody
        // has said it.
        let mut is_open = |many: &OneOrMany| {
            let is_open = !many.0.is_empty() && members(many, fill).is_empty();
            if is_open {
                unset.extend(many.0.iter().map(|text| text.trim_matches(['{', '}']).to_owned()));
            }
            is_open
        };
        if let Some(operand) = &comparator.equals {
            checks.push(Criterion::Equals(text(operand)));
        }
        if let Some(operand) = &comparator.not_equals {
            checks.push(Criterion::NotEquals(text(operand)));
        }
        if let Some(operand) = &comparator.one_of
            && !is_open(operand)
        {
            checks.push(Criterion::OneOf(list(operand)));
        }
        if let Some(operand) = &comparator.none_of {
            checks.push(Criterion::NoneOf(list(operand)));
        }
        if let Some(operand) = &comparator.at_most {
            checks.push(Criterion::AtMost(number(operand)?));
        }
        if let Some(operand) = &comparator.at_least {
            checks.push(Criterion::AtLeast(number(operand)?));
        }
        if let Some(operand) = &comparator.between {
            let [low, high] =
                members(operand, fill).try_into().map_err(|_| "between takes two numbers".to_owned())?;
            checks.push(Criterion::AtLeast(parse_number(&low)?));
            checks.push(Criterion::AtMost(parse_number(&high)?));
        }
        if let Some(empty) = comparator.empty {
            checks.push(Criterion::Empty(empty));
        }
        if let Some(not_empty) = comparator.not_empty {
            checks.push(Criterion::Empty(!not_empty));
        }
        if let Some(operand) = &comparator.matches
            && !is_open(operand)
        {
            checks.push(Criterion::Matches(patterns(operand, fill)));
        }
        if let Some(operand) = &comparator.not_matches {
            checks.push(Criterion::NotMatches(patterns(operand, fill)));
        }
        if let Some(operand) = &comparator.ip_within
            && !is_open(operand)
        {
            let networks =
                members(operand, fill).iter().map(|text| Network::parse(text)).collect::<Result<_, _>>()?;
            checks.push(Criterion::IpWithin(networks));
        }
        if let Some(operand) = &comparator.subset_of
            && !is_open(operand)
        {
            checks.push(Criterion::SubsetOf(list(operand)));
        }
        if let Some(operand) = &comparator.contains_all
            && !is_open(operand)
        {
            checks.push(Criterion::ContainsAll(list(operand)));
        }
        if let Some(operand) = &comparator.contains_none {
            checks.push(Criterion::ContainsNone(list(operand)));
        }
        if let Some(inner) = &comparator.each {
            let inner = Self::compile(inner, fill)?;
            unset.extend(inner.unset.iter().cloned());
            checks.push(Criterion::Each(Box::new(inner)));
        }
        let unlimited = comparator.unlimited.as_ref().map(text);
        Ok(Self { checks, unlimited, numbers: Numbers::default(), unset })
    }

    /// The same comparator for texts that the platform reads as whole numbers, such as
    /// values of properties.
    #[must_use]
    pub(super) fn of_whole_numbers(mut self) -> Self {
        let is_fraction = |limit: &f64| limit.fract() != 0.0;
        let has_fraction = self.checks.iter().any(|check| match check {
            Criterion::AtMost(limit) | Criterion::AtLeast(limit) => is_fraction(limit),
            _ => false,
        });
        if !has_fraction {
            self.numbers = Numbers::Whole;
        }
        self
    }

    /// Whether nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty() && self.unset.is_empty()
    }

    /// Compiles the patterns, which is otherwise done when they are first asked.
    ///
    /// # Errors
    /// If one cannot be compiled.
    pub fn check_patterns(&self) -> Result<(), String> {
        self.checks.iter().try_for_each(|check| match check {
            Criterion::Matches(patterns) | Criterion::NotMatches(patterns) => patterns.check(),
            Criterion::Each(inner) => inner.check_patterns(),
            _ => Ok(()),
        })
    }

    /// The parameters without a value that an answer would need.
    #[must_use]
    pub fn unset(&self) -> &[String] {
        &self.unset
    }

    /// Whether a value is as expected. Case and outer space do not count, except
    /// for patterns, which say so themselves. Where true or false is asked for, a
    /// value such as `1` or `yes` says nothing: the platform reads it in different
    /// ways in different places. So does `5e2` where a number is asked for.
    #[must_use]
    pub fn holds(&self, value: &str) -> Holds {
        let value = value.trim();
        let normal_value = normal(value);
        let unlimited = self.unlimited.as_deref() == Some(&*normal_value);
        // The parameters inside `each` matter only where the list has members.
        let is_open = self.unset.len() > self.inner_unset();
        let mut answer = if is_open { Holds::Open } else { Holds::Yes };
        for check in &self.checks {
            answer = answer.and(match check {
                Criterion::AtMost(_) | Criterion::AtLeast(_) if unlimited => {
                    Holds::from_bool(matches!(check, Criterion::AtLeast(_)))
                }
                _ => check.holds(value, &normal_value, self.numbers),
            });
            if answer == Holds::No {
                break;
            }
        }
        answer
    }

    /// Where in a trimmed value stands what `not_matches` finds there: the first
    /// `most` places, without the space around them.
    #[must_use]
    pub fn offences(&self, value: &str, most: usize) -> Vec<Range<usize>> {
        let mut all: Vec<_> = self.checks.iter().flat_map(|check| check.offences(value, most)).collect();
        all.sort_unstable_by_key(|found| (found.start, found.end));
        all.dedup();
        all.truncate(most);
        all
    }

    fn inner_unset(&self) -> usize {
        let inner = self.checks.iter().map(|check| match check {
            Criterion::Each(inner) => inner.unset.len(),
            _ => 0,
        });
        inner.sum()
    }

    /// The limits of a count: at least, at most.
    #[must_use]
    pub fn limits(&self) -> (Option<f64>, Option<f64>) {
        let mut limits = (None, None);
        for check in &self.checks {
            match check {
                Criterion::AtLeast(low) => limits.0 = Some(*low),
                Criterion::AtMost(high) => limits.1 = Some(*high),
                Criterion::Equals(exact) => {
                    let exact = exact.parse().ok();
                    limits = (exact, exact);
                }
                _ => {}
            }
        }
        limits
    }
}

impl Criterion {
    fn holds(&self, value: &str, normal_value: &str, numbers: Numbers) -> Holds {
        if let Self::Each(inner) = self {
            let members = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            return members.map(|part| inner.holds(part)).fold(Holds::Yes, Holds::and);
        }
        if self.asks_boolean() && !normal_value.is_empty() && !is_boolean(normal_value) {
            return Holds::Unclear(Unclear::NotBoolean);
        }
        if self.cannot_read(value, normal_value, numbers) {
            return Holds::Unclear(Unclear::NotNumber);
        }
        Holds::from_bool(self.holds_surely(value, normal_value))
    }

    fn offences(&self, value: &str, most: usize) -> Vec<Range<usize>> {
        match self {
            Self::NotMatches(patterns) => {
                let found = patterns.find(value, most).into_iter();
                found.filter_map(|found| without_space(value, found)).collect()
            }
            Self::Each(inner) => {
                let mut found = Vec::new();
                let mut at = 0;
                for part in value.split(',') {
                    let start = at + part.len() - part.trim_start().len();
                    let inside = inner.offences(part.trim(), most).into_iter();
                    found.extend(inside.map(|range| range.start + start..range.end + start));
                    at += part.len() + 1;
                }
                found
            }
            _ => Vec::new(),
        }
    }

    /// Whether true and false are all that it tells apart, beside empty values.
    fn asks_boolean(&self) -> bool {
        match self {
            Self::Equals(operand) | Self::NotEquals(operand) => is_boolean(operand),
            Self::OneOf(operands) | Self::NoneOf(operands) => {
                let mut named = operands.iter().filter(|operand| !operand.is_empty()).peekable();
                named.peek().is_some() && named.all(|operand| is_boolean(operand))
            }
            _ => false,
        }
    }

    fn holds_surely(&self, value: &str, normal_value: &str) -> bool {
        let parts = || value.split(',').map(|part| normal(part).into_owned()).filter(|part| !part.is_empty());
        match self {
            Self::Equals(expected) => same(normal_value, expected),
            Self::NotEquals(other) => !same(normal_value, other),
            Self::OneOf(list) => list.iter().any(|expected| same(normal_value, expected)),
            Self::NoneOf(list) => !list.iter().any(|other| same(normal_value, other)),
            Self::AtMost(limit) => plain_number(value).is_some_and(|number| number <= *limit),
            Self::AtLeast(limit) => plain_number(value).is_some_and(|number| number >= *limit),
            Self::Empty(empty) => value.is_empty() == *empty,
            Self::Matches(patterns) => patterns.is_match(value),
            Self::NotMatches(patterns) => !patterns.is_match(value),
            Self::IpWithin(networks) => {
                let range = AddressRange::parse(value);
                range.is_some_and(|range| networks.iter().any(|network| network.holds_range(range)))
            }
            Self::SubsetOf(allowed) => parts().all(|part| allowed.contains(&part)),
            Self::ContainsAll(needed) => {
                let parts: Vec<_> = parts().collect();
                needed.iter().all(|member| parts.contains(member))
            }
            Self::ContainsNone(forbidden) => !parts().any(|part| forbidden.contains(&part)),
            // Answered before, member by member.
            Self::Each(_) => true,
        }
    }
}

fn same(value: &str, expected: &str) -> bool {
    value == expected
        || plain_number(value).is_some_and(|value| {
            // Written differently but the same number: 0 and 0.0.
            plain_number(expected).is_some_and(|expected| value.total_cmp(&expected).is_eq())
        })
}

/// A range of a text without the space at its ends; `None` where no more is left.
fn without_space(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let found = text.get(range.clone())?;
    let start = range.start + found.len() - found.trim_start().len();
    let end = start + found.trim().len();
    (start < end).then_some(start..end)
}

/// Of a text in lower case.
fn is_boolean(normal: &str) -> bool {
    matches!(normal, "true" | "false")
}

/// Most values are in small letters already.
fn normal(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_small = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_small { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

fn members(many: &OneOrMany, fill: &dyn Fill) -> Vec<String> {
    many.0.iter().flat_map(|text| fill.list(text)).collect()
}

fn parse_number(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("'{text}' is no number"))?;
    if number.is_finite() { Ok(number) } else { Err(format!("'{text}' is no number")) }
}

fn patterns(many: &OneOrMany, fill: &dyn Fill) -> Patterns {
    Patterns::new(members(many, fill))
}
