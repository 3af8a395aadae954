//! The closed set of `javascript:gs.…` date functions. They are read as data;
//! nothing is ever run.

use jiff::civil::DateTime;

use super::comparison::ValueComparison;
use super::dates::{Clock, Moment, Unit, time_of};

/// A date function with its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateFunction {
    /// A given moment.
    Fixed(DateTime),
    /// Now, moved by so many units, then taken as it is or to an edge of `edge_unit`.
    FromNow { shift: i64, unit: Unit, edge: Edge, edge_unit: Unit },
}

/// Which moment of a unit is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    AsIs,
    Start,
    End,
}

impl DateFunction {
    /// Reads `javascript:gs.daysAgoStart(0)` and its kind.
    pub(super) fn parse(script: &str) -> Option<Self> {
        let (name, arguments) = call(script)?;
        match (name, arguments.as_slice()) {
            ("dateGenerate", [day, time]) => fixed(day, time),
            ("now" | "nowDateTime", []) => Some(from_now(0, Unit::Minute, Edge::AsIs)),
            (_, [count]) => ago(name, count),
            (_, []) => span_edge(name),
            _ => None,
        }
    }

    /// Whether it depends on now.
    pub(super) fn needs_now(self) -> bool {
        matches!(self, Self::FromNow { .. })
    }

    /// The moment; `None` where it depends on a now that is not known.
    pub(super) fn moment(self, clock: &Clock) -> Option<Moment> {
        let moment = match self {
            Self::Fixed(moment) => moment,
            Self::FromNow { shift, unit, edge, edge_unit } => {
                let moved = unit.shift(clock.now()?, shift)?;
                match edge {
                    Edge::AsIs => moved,
                    Edge::Start => edge_unit.start_of(moved)?,
                    Edge::End => edge_unit.end_of(moved)?,
                }
            }
        };
        Some(Moment::Second(moment))
    }
}

/// Splits `javascript:gs.name('a','b')` into name and unquoted arguments.
fn call(script: &str) -> Option<(&str, Vec<&str>)> {
    let call = script.strip_prefix("javascript:")?.trim();
    let call = call.strip_suffix(';').unwrap_or(call).trim_end();
    let (name, rest) = call.strip_prefix("gs.")?.split_once('(')?;
    let inside = rest.strip_suffix(')')?.trim();
    if inside.is_empty() {
        return Some((name, Vec::new()));
    }
    let arguments = inside.split(',').map(|argument| unquote(argument.trim()));
    Some((name, arguments.collect::<Option<Vec<_>>>()?))
}

/// An argument is a number or a quoted text; anything else is a script.
fn unquote(argument: &str) -> Option<&str> {
    for quote in ['\'', '"'] {
        if let Some(rest) = argument.strip_prefix(quote) {
            return rest.strip_suffix(quote).filter(|inside| !inside.contains(['\'', '"', '\\']));
        }
    }
    argument.parse::<i64>().is_ok().then_some(argument)
}

fn fixed(day: &str, time: &str) -> Option<DateFunction> {
    let Moment::Day(date) = Moment::parse(day)? else { return None };
    let time = match time {
        "start" => "00:00:00",
        "end" => "23:59:59",
        other => other,
    };
    Some(DateFunction::Fixed(DateTime::from_parts(date, time_of(time.as_bytes())?)))
}

fn from_now(shift: i64, unit: Unit, edge: Edge) -> DateFunction {
    DateFunction::FromNow { shift, unit, edge, edge_unit: unit }
}

/// `daysAgo(n)`, `monthsAgoStart(n)`, `quartersAgoEnd(n)`, …
fn ago(name: &str, count: &str) -> Option<DateFunction> {
    let (units, suffix) = name.split_once("Ago")?;
    let unit = match units {
        "minutes" => Unit::Minute,
        "hours" => Unit::Hour,
        "days" => Unit::Day,
        "weeks" => Unit::Week,
        "months" => Unit::Month,
        "quarters" => Unit::Quarter,
        "years" => Unit::Year,
        _ => return None,
    };
    let edge = match suffix {
        "" => Edge::AsIs,
        "Start" => Edge::Start,
        "End" => Edge::End,
        _ => return None,
    };
    Some(from_now(count.parse::<i64>().ok()?.checked_neg()?, unit, edge))
}

/// `beginningOfToday()`, `endOfLastMonth()`, `beginningOfLast30Days()`, …
fn span_edge(name: &str) -> Option<DateFunction> {
    let (edge, span) = match name.strip_prefix("beginningOf") {
        Some(span) => (Edge::Start, span),
        None => (Edge::End, name.strip_prefix("endOf")?),
    };
    let named = match span {
        "Today" => Some((0, Unit::Day)),
        "Yesterday" => Some((-1, Unit::Day)),
        "Tomorrow" => Some((1, Unit::Day)),
        "OneYearAgo" => Some((-1, Unit::Year)),
        _ => None,
    };
    if let Some((shift, unit)) = named {
        return Some(from_now(shift, unit, edge));
    }
    let (direction, rest) = [("Last", -1), ("This", 0), ("Current", 0), ("Next", 1)]
        .into_iter()
        .find_map(|(word, direction)| Some((direction, span.strip_prefix(word)?)))?;
    let unit_at = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let (count, unit) = rest.split_at(unit_at);
    let unit = match unit.strip_suffix('s').unwrap_or(unit) {
        "Minute" => Unit::Minute,
        "Hour" => Unit::Hour,
        "Day" => Unit::Day,
        "Week" => Unit::Week,
        "Month" => Unit::Month,
        "Quarter" => Unit::Quarter,
        "Year" => Unit::Year,
        _ => return None,
    };
    if count.is_empty() {
        return Some(from_now(direction, unit, edge));
    }
    // A counted span reaches from that many units away up to the present unit.
    let count: i64 = count.parse().ok()?;
    let shift = match (direction, edge) {
        (-1, Edge::Start) => -count,
        (1, Edge::End) => count,
        (0, _) => return None,
        _ => 0,
    };
    Some(from_now(shift, unit, edge))
}

/// `gs.datePart('dayofweek','monday','GE')`: a part of a date compared with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DatePart {
    /// As written.
    pub(super) script: String,
    part: Part,
    value: i64,
    comparison: ValueComparison,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Hour,
    DayOfWeek,
    DayOfMonth,
    Week,
    Month,
    Quarter,
    Year,
}

impl DatePart {
    /// Reads the whole script.
    pub(super) fn parse(script: &str) -> Option<Self> {
        let (name, arguments) = call(script)?;
        let [part, value, comparison] = arguments.as_slice() else { return None };
        let (part, value) = (Part::parse(part)?, value.to_ascii_lowercase());
        let value = match part {
            Part::DayOfWeek => position(&value, &DAYS, 3),
            Part::Month => position(&value, &MONTHS, 3),
            _ => None,
        }
        .or_else(|| value.parse().ok())?;
        let comparison = comparison_named(comparison)?;
        (name == "datePart").then(|| Self { script: script.to_owned(), part, value, comparison })
    }

    /// Whether that part of a moment compares so; `None` where a day has no hour.
    pub(super) fn holds(&self, moment: Moment) -> Option<bool> {
        let date = moment.date();
        let found = match (self.part, moment) {
            (Part::Hour, Moment::Second(second)) => i64::from(second.hour()),
            (Part::Hour, Moment::Day(_)) => return None,
            (Part::DayOfWeek, _) => i64::from(date.weekday().to_monday_one_offset()),
            (Part::DayOfMonth, _) => i64::from(date.day()),
            (Part::Week, _) => i64::from(date.iso_week_date().week()),
            (Part::Month, _) => i64::from(date.month()),
            (Part::Quarter, _) => i64::from((date.month() - 1) / 3 + 1),
            (Part::Year, _) => i64::from(date.year()),
        };
        Some(self.comparison.holds(found.cmp(&self.value)))
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "hour" => Self::Hour,
            "dayofweek" => Self::DayOfWeek,
            "dayofmonth" | "day" => Self::DayOfMonth,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }
}

/// The comparison that two letters name.
fn comparison_named(name: &str) -> Option<ValueComparison> {
    Some(match name {
        "GT" => ValueComparison::Greater,
        "GE" => ValueComparison::GreaterOrEqual,
        "LT" => ValueComparison::Less,
        "LE" => ValueComparison::LessOrEqual,
        "EE" | "EQ" => ValueComparison::Equal,
        _ => return None,
    })
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The place, from 1, of the name that `text` is or shortens to at least `least` letters.
fn position(text: &str, names: &[&str], least: usize) -> Option<i64> {
    let place = names.iter().position(|name| text.len() >= least && name.starts_with(text))?;
    i64::try_from(place + 1).ok()
}
