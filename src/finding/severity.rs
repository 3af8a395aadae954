//! How bad a finding is: a number, a band, a SARIF level.

use serde::{Deserialize, Serialize};

use std::fmt;

/// 0.0 to 10.0, kept in tenths so that it compares and sorts exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Severity(u8);

impl From<Severity> for f64 {
    fn from(severity: Severity) -> Self {
        severity.number()
    }
}

impl TryFrom<f64> for Severity {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("a severity is a number from 0 to 10")
    }
}

/// The bands of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// 0
    Info,
    /// Above 0
    Low,
    /// From 4
    Medium,
    /// From 7
    High,
    /// From 9
    Critical,
}

/// SARIF's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Low and info.
    Note,
    /// Medium.
    Warning,
    /// High and critical.
    Error,
}

impl Severity {
    /// From a number; `None` outside 0 to 10.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        // The nearest tenth, found without a cast; a NaN is near none.
        (0..=100).find(|tenths| (number * 10.0 - f64::from(*tenths)).abs() < 0.5).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// The lowest severity of a band, for configuration by word.
    #[must_use]
    pub fn floor(band: Band) -> Self {
        match band {
            Band::Info => Self(0),
            Band::Low => Self(1),
            Band::Medium => Self(40),
            Band::High => Self(70),
            Band::Critical => Self(90),
        }
    }

    /// The band.
    #[must_use]
    pub fn band(self) -> Band {
        match self.0 {
            0 => Band::Info,
            1..40 => Band::Low,
            40..70 => Band::Medium,
            70..90 => Band::High,
            _ => Band::Critical,
        }
    }

    /// The SARIF level.
    #[must_use]
    pub fn level(self) -> Level {
        match self.band() {
            Band::Critical | Band::High => Level::Error,
            Band::Medium => Level::Warning,
            Band::Low | Band::Info => Level::Note,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl Band {
    /// All, worst first.
    pub const WORST_FIRST: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// From its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORST_FIRST.into_iter().find(|band| band.as_str() == word)
    }
}

impl Level {
    /// SARIF's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Band, Level, Severity};

    #[test]
    fn bands_begin_where_cvss_begins_them() {
        let check = |number, band, level| {
            let severity = Severity::new(number).unwrap();
            assert_eq!((severity.band(), severity.level()), (band, level), "{number}");
        };
        check(0.0, Band::Info, Level::Note);
        check(0.1, Band::Low, Level::Note);
        check(3.9, Band::Low, Level::Note);
        check(4.0, Band::Medium, Level::Warning);
        check(6.9, Band::Medium, Level::Warning);
        check(7.0, Band::High, Level::Error);
        check(9.0, Band::Critical, Level::Error);
        assert_eq!(Severity::new(10.1), None);
        assert_eq!(Severity::new(-1.0), None);
        assert_eq!(Severity::new(f64::NAN), None);
        assert_eq!(Severity::new(7.5).unwrap().to_string(), "7.5");
    }
}
