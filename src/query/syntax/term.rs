//! Reads one condition: field, operator, value. No space or symbol divides the
//! three, so the operator is found by the longest spelling that fits.

use std::ops::Range;

use super::error::QueryError;
use super::path::{path_length, path_length_before_unit};
use super::{Condition, Operand, Path, Place, Polarity, Search, Side, Test};
use crate::query::comparison::Comparison;
use crate::query::comparison::comparison_named;
use crate::query::date_functions::{DateFunction, DatePart};
use crate::query::dates::Unit;

/// An operator that is supported, whatever its spelling.
#[derive(Debug, Clone, Copy)]
enum Operator {
    Compare(Comparison),
    Search(Search, Polarity),
    OneOf(Polarity),
    IsEmpty,
    IsNotEmpty,
    EmptyString,
    Anything,
    Between,
    SameAs(Polarity),
    CompareField(Comparison),
    Distance(Comparison),
    On(Polarity),
    Relative(Comparison),
    DatePart,
    InstanceOf,
    Refused(&'static str),
}

use Operator as O;
use Polarity::{Negated, Plain};

const TRIGGER: &str = "it compares with a value before a change, which an export does not hold";
const SESSION: &str = "it needs somebody's session on the instance";
const HIERARCHY: &str = "it needs the whole hierarchy of records";
const PATTERN: &str = "the platform does not document it; a rule can say 'matches' under 'expect' instead";

/// Every spelling. Sorted here for the reader; [`operator_at`] takes the longest that fits.
const OPERATORS: &[(&str, Operator)] = &[
    ("=", O::Compare(Comparison::Equal)),
    ("!=", O::Compare(Comparison::NotEqual)),
    ("<", O::Compare(Comparison::Less)),
    ("<=", O::Compare(Comparison::LessOrEqual)),
    (">", O::Compare(Comparison::Greater)),
    (">=", O::Compare(Comparison::GreaterOrEqual)),
    ("*", O::Search(Search::Contains, Plain)),
    ("LIKE", O::Search(Search::Contains, Plain)),
    ("CONTAINS", O::Search(Search::Contains, Plain)),
    ("!*", O::Search(Search::Contains, Negated)),
    ("NOT LIKE", O::Search(Search::Contains, Negated)),
    ("NOTLIKE", O::Search(Search::Contains, Negated)),
    ("DOES NOT CONTAIN", O::Search(Search::Contains, Negated)),
    ("STARTSWITH", O::Search(Search::StartsWith, Plain)),
    ("%", O::Search(Search::EndsWith, Plain)),
    ("ENDSWITH", O::Search(Search::EndsWith, Plain)),
    ("IN", O::OneOf(Plain)),
    ("NOT IN", O::OneOf(Negated)),
    ("NOTIN", O::OneOf(Negated)),
    ("ISEMPTY", O::IsEmpty),
    ("EMPTY", O::IsEmpty),
    ("ISNOTEMPTY", O::IsNotEmpty),
    ("NOTEMPTY", O::IsNotEmpty),
    ("EMPTYSTRING", O::EmptyString),
    ("ANYTHING", O::Anything),
    ("BETWEEN", O::Between),
    ("SAMEAS", O::SameAs(Plain)),
    ("NSAMEAS", O::SameAs(Negated)),
    ("GT_FIELD", O::CompareField(Comparison::Greater)),
    ("LT_FIELD", O::CompareField(Comparison::Less)),
    ("GT_OR_EQUALS_FIELD", O::CompareField(Comparison::GreaterOrEqual)),
    ("LT_OR_EQUALS_FIELD", O::CompareField(Comparison::LessOrEqual)),
    ("MORETHAN", O::Distance(Comparison::Greater)),
    ("LESSTHAN", O::Distance(Comparison::Less)),
    ("ON", O::On(Plain)),
    ("NOTON", O::On(Negated)),
    ("RELATIVEGT", O::Relative(Comparison::Greater)),
    ("RELATIVEGE", O::Relative(Comparison::GreaterOrEqual)),
    ("RELATIVELT", O::Relative(Comparison::Less)),
    ("RELATIVELE", O::Relative(Comparison::LessOrEqual)),
    ("RELATIVEEE", O::Relative(Comparison::Equal)),
    ("DATEPART", O::DatePart),
    ("INSTANCEOF", O::InstanceOf),
    ("DYNAMIC", O::Refused(SESSION)),
    ("IN_HIERARCHY", O::Refused(HIERARCHY)),
    ("IN_HIERARCHY_DYNAMIC", O::Refused(HIERARCHY)),
    ("VALCHANGES", O::Refused(TRIGGER)),
    ("CHANGESTO", O::Refused(TRIGGER)),
    ("CHANGESFROM", O::Refused(TRIGGER)),
    ("MATCH_PAT", O::Refused(PATTERN)),
    ("MATCH_RGX", O::Refused(PATTERN)),
];

/// What may stand where a field should, and why it is refused.
const REFUSED_TERMS: [(&str, &str); 6] = [
    ("123TEXTQUERY321", "text searches need the instance's index"),
    ("123TEXTINDEXGROUP321", "text searches need the instance's index"),
    ("SUBQUERY", "write a related list instead: RLQUERYtable.column,>=1^...^ENDRLQUERY"),
    ("JOIN", "write a related list instead: RLQUERYtable.column,>=1^...^ENDRLQUERY"),
    ("GOTO", "it places a list view and does not filter"),
    ("javascript:", "scripts of a query are never run"),
];

/// Reads one condition; `base` is its offset in the query.
pub(super) fn parse_condition(text: &str, base: usize) -> Result<Condition, QueryError> {
    for (word, why) in REFUSED_TERMS {
        if text.starts_with(word) {
            return Err(QueryError::unsupported(word, why, base..base + word.len()));
        }
    }
    let (field, rest) = text.split_at(path_length(text));
    if field.is_empty() {
        let message = format!("'{text}' does not begin with a field name");
        return Err(QueryError::syntax(message, base..base + text.len()));
    }
    let path = Path::parse(field, base)?;
    let at = base + field.len();
    let Some((spelling, operator)) = operator_at(rest) else {
        return Err(unknown_operator(field, rest, at));
    };
    let value = Value { text: &rest[spelling.len()..], at: at + spelling.len(), operator: spelling };
    Ok(Condition { path, test: value.test(operator, at)?, place: Place(base..base + text.len()) })
}

/// The longest operator that the text begins with: `IN` begins `INSTANCEOF`.
fn operator_at(text: &str) -> Option<(&'static str, Operator)> {
    // Most differ in their first letter, which is quickly seen.
    let first = text.bytes().next();
    let begins = |spelling: &str| spelling.bytes().next() == first && text.starts_with(spelling);
    let fitting = OPERATORS.iter().filter(|(spelling, _)| begins(spelling));
    fitting.max_by_key(|(spelling, _)| spelling.len()).copied()
}

fn unknown_operator(field: &str, rest: &str, at: usize) -> QueryError {
    if rest.is_empty() {
        return QueryError::syntax(format!("no operator follows '{field}'"), at - field.len()..at);
    }
    let is_word = |letter: char| letter.is_ascii_uppercase() || matches!(letter, '_' | ' ');
    let word = rest.split(|letter: char| !is_word(letter)).next().unwrap_or("").trim_end();
    let shown = if word.is_empty() { rest } else { word };
    let message = format!("'{shown}' after '{field}' is not an operator");
    let unsupported = (!word.is_empty()).then(|| word.to_owned());
    QueryError { message, span: at..at + shown.len(), unsupported }
}

/// The text after an operator, and where it stands.
struct Value<'a> {
    text: &'a str,
    at: usize,
    operator: &'static str,
}

impl Value<'_> {
    fn test(&self, operator: Operator, operator_start: usize) -> Result<Test, QueryError> {
        Ok(match operator {
            O::Compare(comparison) => Test::Compare(comparison, operand(self.text, self.at)?),
            O::Search(search, polarity) => Test::Search(search, polarity, self.plain()?),
            O::OneOf(polarity) => {
                Test::OneOf(polarity, self.plain()?.split(',').map(str::to_owned).collect())
            }
            O::IsEmpty => self.nothing(Test::IsEmpty)?,
            O::IsNotEmpty => self.nothing(Test::IsNotEmpty)?,
            O::EmptyString => self.nothing(Test::EmptyString)?,
            O::Anything => self.nothing(Test::Anything)?,
            O::Between => {
                let [(from, from_at), (to, to_at)] = self.parts("two values: BETWEENfirst@last")?;
                Test::Between(operand(from, from_at)?, operand(to, to_at)?)
            }
            O::SameAs(polarity) => self.same_as(polarity)?,
            O::CompareField(comparison) => Test::CompareField(comparison, Path::parse(self.text, self.at)?),
            O::Distance(comparison) => self.distance(comparison)?,
            O::On(polarity) => self.on(polarity)?,
            O::Relative(comparison) => self.relative(comparison)?,
            O::DatePart => self.date_part()?,
            O::InstanceOf => Test::InstanceOf(self.some_text()?),
            O::Refused(why) => {
                let span = operator_start..self.at;
                return Err(QueryError::unsupported(self.operator, why, span));
            }
        })
    }

    fn span(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    fn needs<T>(&self, what: &str) -> Result<T, QueryError> {
        let (operator, start) = (self.operator, self.at - self.operator.len());
        Err(QueryError::syntax(format!("{operator} needs {what}"), start..self.span().end))
    }

    /// A value that is taken as it is written, white space and all.
    fn plain(&self) -> Result<String, QueryError> {
        if self.text.starts_with("javascript:") {
            return Err(script_refused(self.text, self.at));
        }
        Ok(self.text.to_owned())
    }

    fn some_text(&self) -> Result<String, QueryError> {
        if self.text.is_empty() { self.needs("a value") } else { self.plain() }
    }

    fn nothing(&self, test: Test) -> Result<Test, QueryError> {
        if self.text.is_empty() {
            return Ok(test);
        }
        let message = format!("{} takes no value", self.operator);
        Err(QueryError::syntax(message, self.span()))
    }

    /// The value cut at `@` into exactly so many parts, each with its offset.
    fn parts<const COUNT: usize>(&self, what: &str) -> Result<[(&str, usize); COUNT], QueryError> {
        let mut at = self.at;
        let parts = self.text.split('@').map(|part| {
            let start = at;
            at += part.len() + 1;
            (part, start)
        });
        match <[(&str, usize); COUNT]>::try_from(parts.collect::<Vec<_>>()) {
            Ok(parts) => Ok(parts),
            Err(_) => self.needs(what),
        }
    }

    fn same_as(&self, polarity: Polarity) -> Result<Test, QueryError> {
        let (field, rest) = self.text.split_at(path_length_before_unit(self.text));
        let unit = match rest.strip_prefix('@') {
            Some(word) => match Unit::parse(word) {
                Some(unit) => Some(unit),
                None => return self.needs("a field and perhaps a unit: SAMEASfield@day"),
            },
            None if rest.is_empty() => None,
            None => return self.needs("a field name"),
        };
        Ok(Test::SameAs(polarity, Path::parse(field, self.at)?, unit))
    }

    fn distance(&self, comparison: Comparison) -> Result<Test, QueryError> {
        let what = "a field, a unit, a side and a number: MORETHANfield@day@before@3";
        let (field, rest) = self.text.split_at(path_length_before_unit(self.text));
        let mut words = rest.split('@').skip(1);
        let unit = words.next().and_then(Unit::parse);
        let side = match words.next() {
            Some("before") => Some(Side::Before),
            Some("after") => Some(Side::After),
            _ => None,
        };
        let count = words.next().and_then(parse_number);
        match (unit, side, count, words.next()) {
            (Some(unit), Some(side), Some(count), None) => {
                Ok(Test::Distance(comparison, Path::parse(field, self.at)?, unit, side, count))
            }
            _ => self.needs(what),
        }
    }

    fn on(&self, polarity: Polarity) -> Result<Test, QueryError> {
        let [(label, _), (start, start_at), (end, end_at)] =
            self.parts("a label and two moments: ONToday@first@last")?;
        let (start, end) = (operand(start, start_at)?, operand(end, end_at)?);
        Ok(Test::On(polarity, label.to_owned(), start, end))
    }

    fn relative(&self, comparison: Comparison) -> Result<Test, QueryError> {
        let what = "a unit, a side and a number: RELATIVELT@month@ago@1";
        let [(before, _), (unit, _), (side, _), (count, _)] = self.parts(what)?;
        let side = match side {
            "ago" => Some(Side::Before),
            "ahead" => Some(Side::After),
            _ => None,
        };
        match (before, Unit::parse(unit), side, parse_number(count)) {
            ("", Some(unit), Some(side), Some(count)) => Ok(Test::Relative(comparison, unit, side, count)),
            _ => self.needs(what),
        }
    }

    fn date_part(&self) -> Result<Test, QueryError> {
        let what = "a label and a part: DATEPARTMonday@javascript:gs.datePart('dayofweek','monday','EE')";
        let [(label, _), (script, at)] = self.parts(what)?;
        match DatePart::parse(script) {
            Some(part) => Ok(Test::DatePart(label.to_owned(), part)),
            None if script.starts_with("javascript:gs.datePart(") => self.needs(what),
            None if script.starts_with("javascript:") => Err(script_refused(script, at)),
            None => self.needs(what),
        }
    }
}

fn parse_number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A value that a date function may stand for.
fn operand(text: &str, at: usize) -> Result<Operand, QueryError> {
    let function = DateFunction::parse(text);
    if function.is_none() && text.starts_with("javascript:") {
        return Err(script_refused(text, at));
    }
    Ok(Operand { text: text.to_owned(), function })
}

/// Refuses a script by its own name, as far as it shows one.
fn script_refused(script: &str, at: usize) -> QueryError {
    let name = script.split('(').next().unwrap_or(script);
    let why = "of scripts only the date functions of gs are known, and none is ever run";
    QueryError::unsupported(name, why, at..at + script.len())
}

/// The two letters of a comparison in relative dates.
pub(super) fn comparison_name(comparison: Comparison) -> &'static str {
    let names = ["GT", "GE", "LT", "LE"];
    names.into_iter().find(|name| comparison_named(name) == Some(comparison)).unwrap_or("EE")
}
