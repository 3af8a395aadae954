//! Dates: the clock that stands for now, calendar units, and moments.

use std::cmp::Ordering;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan as _};

/// What "now" is while queries are evaluated, in UTC. Exports do not change, so
/// it is given, never read from the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    now: Option<DateTime>,
}

/// A text that is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a moment: write 2026-10-05 or 2026-10-05 08:30:00")]
pub struct ClockError {
    /// What was given.
    pub text: String,
}

impl Clock {
    /// No now: whatever depends on it is unknown.
    #[must_use]
    pub fn unknown() -> Self {
        Self { now: None }
    }

    /// A given now, in UTC.
    #[must_use]
    pub fn at(now: DateTime) -> Self {
        Self { now: Some(now) }
    }

    /// A now as exports write it: `2026-10-05 08:30:00`, or `2026-10-05` for the
    /// beginning of that day. `T` between the two and `Z` at the end do no harm.
    ///
    /// # Errors
    /// If the text is neither.
    pub fn parse(text: &str) -> Result<Self, ClockError> {
        let trimmed = text.trim();
        let plain = trimmed.strip_suffix('Z').unwrap_or(trimmed);
        match Moment::parse(plain) {
            Some(moment) => Ok(Self::at(moment.start())),
            None => Err(ClockError { text: text.to_owned() }),
        }
    }

    /// The moment, if there is one.
    #[must_use]
    pub fn now(&self) -> Option<DateTime> {
        self.now
    }
}

/// A stored date: a whole day, or a second of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Day(Date),
    Second(DateTime),
}

impl Moment {
    /// Reads `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (day, time) = bytes.split_at_checked(10)?;
        if day[4] != b'-' || day[7] != b'-' {
            return None;
        }
        let year = i16::try_from(digits(&day[..4])?).ok()?;
        let date = Date::new(year, two_digits(&day[5..7])?, two_digits(&day[8..])?).ok()?;
        match time {
            [] => Some(Self::Day(date)),
            [b' ' | b'T', clock @ ..] => Some(Self::Second(DateTime::from_parts(date, time_of(clock)?))),
            _ => None,
        }
    }

    /// The first second of it.
    pub(super) fn start(self) -> DateTime {
        match self {
            Self::Day(date) => DateTime::from_parts(date, Time::midnight()),
            Self::Second(moment) => moment,
        }
    }

    pub(super) fn date(self) -> Date {
        match self {
            Self::Day(date) => date,
            Self::Second(moment) => moment.date(),
        }
    }

    /// Where either side is a whole day, days are compared: that is what the
    /// platform's own filter builder writes for `on`, `after` and `before`.
    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Second(left), Self::Second(right)) => left.cmp(&right),
            _ => self.date().cmp(&other.date()),
        }
    }

    /// The same kind of moment as `self`, elsewhere.
    pub(super) fn like(self, moment: DateTime) -> Self {
        match self {
            Self::Day(_) => Self::Day(moment.date()),
            Self::Second(_) => Self::Second(moment),
        }
    }
}

/// Reads `hh:mm:ss`.
pub(super) fn time_of(text: &[u8]) -> Option<Time> {
    if text.len() != 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    Time::new(two_digits(&text[..2])?, two_digits(&text[3..5])?, two_digits(&text[6..])?, 0).ok()
}

fn two_digits(text: &[u8]) -> Option<i8> {
    i8::try_from(digits(text)?).ok()
}

fn digits(text: &[u8]) -> Option<u16> {
    text.iter().try_fold(0_u16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0')))
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    /// `day`, and the platform's `dayofweek`, which counts days too.
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" | "dayofweek" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The word in queries.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "dayofweek",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// So many of it; `None` where that is more than a calendar holds.
    fn span(self, count: i64) -> Option<Span> {
        let zero = 0.days();
        match self {
            Self::Minute => zero.try_minutes(count),
            Self::Hour => zero.try_hours(count),
            Self::Day => zero.try_days(count),
            Self::Week => zero.try_weeks(count),
            Self::Month => zero.try_months(count),
            Self::Quarter => zero.try_months(count.checked_mul(3)?),
            Self::Year => zero.try_years(count),
        }
        .ok()
    }

    /// The moment so many units later, or earlier where `count` is negative. A
    /// day that a month does not have becomes its last.
    pub(super) fn shift(self, moment: DateTime, count: i64) -> Option<DateTime> {
        moment.checked_add(self.span(count)?).ok()
    }

    /// The first moment of the unit that holds `moment`; weeks begin on Monday.
    pub(super) fn start_of(self, moment: DateTime) -> Option<DateTime> {
        let date = moment.date();
        Some(match self {
            Self::Minute => moment.with().second(0).subsec_nanosecond(0).build().ok()?,
            Self::Hour => moment.with().minute(0).second(0).subsec_nanosecond(0).build().ok()?,
            Self::Day => midnight(date),
            Self::Week => {
                midnight(date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()?)
            }
            Self::Month => midnight(date.first_of_month()),
            Self::Quarter => {
                let month = (date.month() - 1) / 3 * 3 + 1;
                midnight(Date::new(date.year(), month, 1).ok()?)
            }
            Self::Year => midnight(date.first_of_year()),
        })
    }

    /// The last second of the unit that holds `moment`.
    pub(super) fn end_of(self, moment: DateTime) -> Option<DateTime> {
        self.shift(self.start_of(moment)?, 1)?.checked_sub(1.second()).ok()
    }
}

fn midnight(date: Date) -> DateTime {
    DateTime::from_parts(date, Time::midnight())
}
