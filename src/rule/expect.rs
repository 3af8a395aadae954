//! Comparators: what a value must be.

use std::net::IpAddr;

use regex::{Regex, RegexBuilder};

use super::file::{Comparator, OneOrMany, Scalar};

/// How large a compiled pattern may be, in bytes.
const PATTERN_SIZE: usize = 1 << 20;

/// A comparator ready to be asked.
#[derive(Debug, Default)]
pub struct Expectation {
    checks: Vec<Check>,
    unlimited: Option<String>,
}

#[derive(Debug)]
enum Check {
    Equals(String),
    NotEquals(String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    AtMost(f64),
    AtLeast(f64),
    Empty(bool),
    Matches(Vec<Regex>),
    NotMatches(Vec<Regex>),
    IpWithin(Vec<Network>),
    SubsetOf(Vec<String>),
    ContainsAll(Vec<String>),
    ContainsNone(Vec<String>),
    Each(Box<Expectation>),
}

/// An address range such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy)]
struct Network {
    address: IpAddr,
    bits: u32,
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
        let text = |scalar: &Scalar| normal(&fill.text(&scalar.0));
        let list = |many: &OneOrMany| -> Vec<String> {
            members(many, fill).iter().map(|text| normal(text)).collect()
        };
        let number = |scalar: &Scalar| parse_number(&fill.text(&scalar.0));
        if let Some(operand) = &comparator.equals {
            checks.push(Check::Equals(text(operand)));
        }
        if let Some(operand) = &comparator.not_equals {
            checks.push(Check::NotEquals(text(operand)));
        }
        if let Some(operand) = &comparator.one_of {
            checks.push(Check::OneOf(list(operand)));
        }
        if let Some(operand) = &comparator.none_of {
            checks.push(Check::NoneOf(list(operand)));
        }
        if let Some(operand) = &comparator.at_most {
            checks.push(Check::AtMost(number(operand)?));
        }
        if let Some(operand) = &comparator.at_least {
            checks.push(Check::AtLeast(number(operand)?));
        }
        if let Some(operand) = &comparator.between {
            let [low, high] =
                members(operand, fill).try_into().map_err(|_| "between takes two numbers".to_owned())?;
            checks.push(Check::AtLeast(parse_number(&low)?));
            checks.push(Check::AtMost(parse_number(&high)?));
        }
        if let Some(empty) = comparator.empty {
            checks.push(Check::Empty(empty));
        }
        if let Some(not_empty) = comparator.not_empty {
            checks.push(Check::Empty(!not_empty));
        }
        if let Some(operand) = &comparator.matches {
            checks.push(Check::Matches(patterns(operand, fill)?));
        }
        if let Some(operand) = &comparator.not_matches {
            checks.push(Check::NotMatches(patterns(operand, fill)?));
        }
        if let Some(operand) = &comparator.ip_within {
            let networks =
                members(operand, fill).iter().map(|text| Network::parse(text)).collect::<Result<_, _>>()?;
            checks.push(Check::IpWithin(networks));
        }
        if let Some(operand) = &comparator.subset_of {
            checks.push(Check::SubsetOf(list(operand)));
        }
        if let Some(operand) = &comparator.contains_all {
            checks.push(Check::ContainsAll(list(operand)));
        }
        if let Some(operand) = &comparator.contains_none {
            checks.push(Check::ContainsNone(list(operand)));
        }
        if let Some(inner) = &comparator.each {
            checks.push(Check::Each(Box::new(Self::compile(inner, fill)?)));
        }
        let unlimited = comparator.unlimited.as_ref().map(text);
        Ok(Self { checks, unlimited })
    }

    /// Whether nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Whether a value is as expected. Case and outer space do not count,
    /// except for patterns, which say so themselves.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        let value = value.trim();
        let normal_value = normal(value);
        let unlimited = self.unlimited.as_ref() == Some(&normal_value);
        self.checks.iter().all(|check| match check {
            Check::AtMost(_) | Check::AtLeast(_) if unlimited => matches!(check, Check::AtLeast(_)),
            _ => check.holds(value, &normal_value),
        })
    }

    /// The limits of a count: at least, at most.
    #[must_use]
    pub fn limits(&self) -> (Option<f64>, Option<f64>) {
        let mut limits = (None, None);
        for check in &self.checks {
            match check {
                Check::AtLeast(low) => limits.0 = Some(*low),
                Check::AtMost(high) => limits.1 = Some(*high),
                Check::Equals(exact) => {
                    let exact = exact.parse().ok();
                    limits = (exact, exact);
                }
                _ => {}
            }
        }
        limits
    }

    /// What is expected, for a message: `true`, `at most 60`.
    #[must_use]
    pub fn describe(&self) -> String {
        let parts: Vec<_> = self.checks.iter().map(Check::describe).collect();
        parts.join(" and ")
    }
}

impl Check {
    fn holds(&self, value: &str, normal_value: &str) -> bool {
        let parts = || value.split(',').map(normal).filter(|part| !part.is_empty());
        match self {
            Self::Equals(expected) => same(normal_value, expected),
            Self::NotEquals(other) => !same(normal_value, other),
            Self::OneOf(list) => list.iter().any(|expected| same(normal_value, expected)),
            Self::NoneOf(list) => !list.iter().any(|other| same(normal_value, other)),
            Self::AtMost(limit) => value.parse::<f64>().is_ok_and(|number| number <= *limit),
            Self::AtLeast(limit) => value.parse::<f64>().is_ok_and(|number| number >= *limit),
            Self::Empty(empty) => value.is_empty() == *empty,
            Self::Matches(patterns) => patterns.iter().any(|pattern| pattern.is_match(value)),
            Self::NotMatches(patterns) => !patterns.iter().any(|pattern| pattern.is_match(value)),
            Self::IpWithin(networks) => {
                value.parse().is_ok_and(|address| networks.iter().any(|network| network.contains(address)))
            }
            Self::SubsetOf(allowed) => parts().all(|part| allowed.contains(&part)),
            Self::ContainsAll(needed) => {
                let parts: Vec<_> = parts().collect();
                needed.iter().all(|member| parts.contains(member))
            }
            Self::ContainsNone(forbidden) => !parts().any(|part| forbidden.contains(&part)),
            Self::Each(inner) => {
                value.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| inner.holds(part))
            }
        }
    }

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

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no address range such as 10.0.0.0/8");
        let (address, bits) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = if bits.is_empty() { width } else { bits.parse().map_err(|_| wrong())? };
        if bits > width { Err(wrong()) } else { Ok(Self { address, bits }) }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

fn same(value: &str, expected: &str) -> bool {
    value == expected
        || value.parse::<f64>().is_ok_and(|value| {
            // Written differently but the same number: 0 and 0.0.
            expected.parse::<f64>().is_ok_and(|expected| value.total_cmp(&expected).is_eq())
        })
}

fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}

fn members(many: &OneOrMany, fill: &dyn Fill) -> Vec<String> {
    many.0.iter().flat_map(|text| fill.list(text)).collect()
}

fn parse_number(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("'{text}' is no number"))?;
    if number.is_finite() { Ok(number) } else { Err(format!("'{text}' is no number")) }
}

fn patterns(many: &OneOrMany, fill: &dyn Fill) -> Result<Vec<Regex>, String> {
    members(many, fill)
        .iter()
        .map(|text| {
            let built = RegexBuilder::new(text).case_insensitive(true).size_limit(PATTERN_SIZE).build();
            built.map_err(|error| format!("the pattern '{text}' cannot be used: {error}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Expectation, Fill};
    use crate::rule::file::Expect;

    struct Params;

    impl Fill for Params {
        fn text(&self, text: &str) -> String {
            text.replace("{limit}", "60")
        }

        fn list(&self, text: &str) -> Vec<String> {
            if text == "{names}" { vec!["a".into(), "b".into()] } else { vec![self.text(text)] }
        }
    }

    fn check(yaml: &str, cases: &[(&str, bool)]) {
        let expect: Expect = serde_saphyr::from_str(yaml).unwrap();
        let expectation = Expectation::compile(&expect.value, &Params).unwrap();
        for (value, expected) in cases {
            assert_eq!(expectation.holds(value), *expected, "{yaml} of {value:?}");
        }
    }

    #[test]
    fn comparators() {
        check("equals: 'true'", &[("true", true), (" TRUE ", true), ("false", false), ("", false)]);
        check("equals: 0", &[("0", true), ("0.0", true), ("1", false)]);
        check("at_most: '{limit}'", &[("60", true), ("61", false), ("x", false), ("", false)]);
        check("{ at_most: 60, unlimited: '0' }", &[("0", false), ("30", true)]);
        check("{ between: [1, 720], unlimited: '0' }", &[("0", false), ("720", true), ("721", false)]);
        check("one_of: ['{names}', c]", &[("a", true), ("C", true), ("d", false)]);
        check("matches: '^svc'", &[("SVC.sap", true), ("a.svc", false)]);
        check("not_matches: '^http://'", &[("https://x", true), ("http://x", false)]);
        check(
            "each: { not_matches: '^http://' }",
            &[("https://a,https://b", true), ("https://a, http://b", false), ("", true)],
        );
        check("subset_of: [mid_server, maint]", &[("maint", true), ("maint,admin", false), ("", true)]);
        check("contains_all: [a, b]", &[("b,a,c", true), ("a", false)]);
        check("contains_none: ['*']", &[("a,b", true), ("a,*", false)]);
        check("ip_within: ['10.0.0.0/8', '::1']", &[("10.2.3.4", true), ("11.0.0.1", false), ("::1", true)]);
        check("ip_within: ['0.0.0.0/0']", &[("200.1.1.1", true)]);
        check("empty: true", &[("", true), ("x", false)]);
        check("not_empty: true", &[("", false), ("x", true)]);
    }
}
