//! Numbers as the platform writes them, and numbers in another spelling. Of the latter
//! nobody knows whether the platform reads `5e2` as 500, as 5, or as its default, so
//! they are compared with nothing.

use std::cmp::Ordering;

/// A number as exports write one: digits, perhaps a minus before them and a fraction
/// behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    whole: Option<i64>,
    value: f64,
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        /// Longer ones are identifiers, and a float could not tell them apart.
        const LONGEST: usize = 16;
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (digits, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        if text.len() > LONGEST || !are_digits(digits) || !are_digits(fraction) {
            return None;
        }
        // Nothing tells -0 from 0.
        let value = text.parse::<f64>().ok()? + 0.0;
        Some(Self { whole: text.parse().ok(), value })
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.value.total_cmp(&other.value),
        }
    }
}

/// The number that a text is, as the platform writes it.
#[must_use]
pub fn plain_number(text: &str) -> Option<f64> {
    Number::parse(text).map(|number| number.value)
}

/// Whether a text is a number that is written otherwise: `5e2`, `+5`, `0x1F4`,
/// `1,800`, `5.`.
#[must_use]
pub fn is_other_number(text: &str) -> bool {
    let is_begun = text.bytes().any(|byte| byte.is_ascii_digit()) || !text.is_ascii();
    if !is_begun || Number::parse(text).is_some() {
        return false;
    }
    let unsigned = text.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(text).trim_start();
    if let Some(hex) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    // 32 digits with an `e` are a sys_id.
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']).filter(|_| unsigned.len() < 32) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_signed = unsigned.len() < text.len();
    let is_odd = is_signed || unsigned.len() > mantissa.len() || mantissa.len() > whole.len();
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    has_digits
        && are_digits(exponent)
        && (fraction.is_empty() || are_digits(fraction))
        && (is_grouped(whole)
            || is_odd && (whole.is_empty() || are_digits(whole))
            || is_of_other_digits(whole))
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1,800`, `1 800 000`, `1'800`: groups of three digits.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split([',', ' ', '\'', '\u{2019}', '_', '\u{a0}', '\u{202f}']);
    let is_first = groups.next().is_some_and(|first| are_digits(first) && first.len() <= 3);
    let mut rest = groups.peekable();
    is_first && rest.peek().is_some() && rest.all(|group| are_digits(group) && group.len() == 3)
}

/// Digits of another script.
fn is_of_other_digits(text: &str) -> bool {
    !text.is_ascii() && text.chars().all(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::{is_other_number, plain_number};

    #[test]
    fn numbers_are_plain_or_written_otherwise() {
        for (text, expected) in
            [("500", 500.0), ("-1", -1.0), ("0500", 500.0), ("5.0", 5.0), ("-2.50", -2.5), ("-0", 0.0)]
        {
            assert_eq!(plain_number(text), Some(expected), "{text}");
            assert!(!is_other_number(text), "{text}");
        }
        for other in [
            "5e2",
            "5E+2",
            "1.5e-3",
            "+5",
            "0x1F4",
            "0Xff",
            "-0x1",
            "1,800",
            "1 800",
            "1'800'000",
            "1,800.50",
            "1_800",
            "5.",
            ".5",
            "-.5",
            "+1,800",
            "1\u{a0}800",
            "\u{ff15}\u{ff10}\u{ff10}",
            "\u{2212}5",
        ] {
            assert_eq!(plain_number(other), None, "{other}");
            assert!(is_other_number(other), "{other}");
        }
        for none in [
            "",
            "-",
            "+",
            ".",
            "e",
            "abc",
            "never",
            "10.0.0.1",
            "2026-01-31",
            "1,2",
            "1,80",
            "1,2,3",
            "0x",
            "5 min",
            "5e",
            "e5",
            "1800,",
            "0123456789abcdef0123456789abcdef",
            "12345678901234567e123456789012345",
            "5m",
            "é",
            "12345678901234567",
            "1-2",
        ] {
            assert_eq!(plain_number(none), None, "{none}");
            assert!(!is_other_number(none), "{none}");
        }
    }
}
