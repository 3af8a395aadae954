//! Reads one condition: field, operator, value. No space or symbol divides the
//! three, so the operator is found by the longest spelling that fits.

use std::ops::Range;

use super::error::QueryError;
use super::path::{path_length, path_length_before_unit};
use super::{FieldCondition, Operand, Path, TextPlace};
use crate::query::date_functions::{DateFunction, DatePart};
use crate::query::dates::Unit;
use crate::query::operator::{Direction, Operands, Shift, Takes, operator_at};

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
pub(super) fn parse_condition(text: &str, base: usize) -> Result<FieldCondition, QueryError> {
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
    let Some((word, found)) = operator_at(rest) else {
        return Err(unknown_operator(field, rest, at));
    };
    let after = at + word.len();
    let row = found.map_err(|why| QueryError::unsupported(word, why, at..after))?;
    let operands = Written { text: &rest[word.len()..], at: after, operator: word }.operands(row.takes)?;
    Ok(FieldCondition { path, operator: row.operator, operands, place: TextPlace(base..base + text.len()) })
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

type WrittenOperands = Operands<Operand, Path>;

/// The text after an operator, and where it stands.
struct Written<'a> {
    text: &'a str,
    at: usize,
    operator: &'static str,
}

impl Written<'_> {
    fn operands(&self, takes: Takes) -> Result<WrittenOperands, QueryError> {
        Ok(match takes {
            Takes::Nothing => self.nothing()?,
            Takes::Value => Operands::Values(vec![operand(self.text, self.at)?]),
            Takes::Range => {
                let [(from, from_at), (to, to_at)] = self.parts("two values: BETWEENfirst@last")?;
                Operands::Values(vec![operand(from, from_at)?, operand(to, to_at)?])
            }
            Takes::List => Operands::Values(self.plain()?.split(',').map(plain_operand).collect()),
            Takes::Table if self.text.is_empty() => return self.needs("a value"),
            Takes::Text | Takes::Table => Operands::Values(vec![plain_operand(self.plain()?)]),
            Takes::Field => Operands::Field(Path::parse(self.text, self.at)?, None),
            Takes::FieldAndUnit => self.field_and_unit()?,
            Takes::FieldAndShift => self.field_and_shift()?,
            Takes::Moments => self.moments()?,
            Takes::Shift => self.shift()?,
            Takes::DatePart => self.date_part()?,
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
    fn plain(&self) -> Result<&str, QueryError> {
        if self.text.starts_with("javascript:") {
            return Err(script_refused(self.text, self.at));
        }
        Ok(self.text)
    }

    fn nothing(&self) -> Result<WrittenOperands, QueryError> {
        if self.text.is_empty() {
            return Ok(Operands::Nothing);
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

    fn field_and_unit(&self) -> Result<WrittenOperands, QueryError> {
        let (field, rest) = self.text.split_at(path_length_before_unit(self.text));
        let unit = match rest.strip_prefix('@') {
            Some(word) => match Unit::parse(word) {
                Some(unit) => Some(unit),
                None => return self.needs("a field and perhaps a unit: SAMEASfield@day"),
            },
            None if rest.is_empty() => None,
            None => return self.needs("a field name"),
        };
        Ok(Operands::Field(Path::parse(field, self.at)?, unit))
    }

    fn field_and_shift(&self) -> Result<WrittenOperands, QueryError> {
        let what = "a field, a unit, a side and a number: MORETHANfield@day@before@3";
        let (field, rest) = self.text.split_at(path_length_before_unit(self.text));
        let mut words = rest.split('@').skip(1);
        let unit = words.next().and_then(Unit::parse);
        let direction = match words.next() {
            Some("before") => Some(Direction::Earlier),
            Some("after") => Some(Direction::Later),
            _ => None,
        };
        let count = words.next().and_then(parse_number);
        match (unit, direction, count, words.next()) {
            (Some(unit), Some(direction), Some(count), None) => {
                let shift = Shift { unit, direction, count };
                Ok(Operands::FieldAndShift(Path::parse(field, self.at)?, shift))
            }
            _ => self.needs(what),
        }
    }

    fn moments(&self) -> Result<WrittenOperands, QueryError> {
        let [(label, _), (start, start_at), (end, end_at)] =
            self.parts("a label and two moments: ONToday@first@last")?;
        let moments = [operand(start, start_at)?, operand(end, end_at)?];
        Ok(Operands::Moments(label.to_owned(), moments))
    }

    fn shift(&self) -> Result<WrittenOperands, QueryError> {
        let what = "a unit, a side and a number: RELATIVELT@month@ago@1";
        let [(before, _), (unit, _), (side, _), (count, _)] = self.parts(what)?;
        let direction = match side {
            "ago" => Some(Direction::Earlier),
            "ahead" => Some(Direction::Later),
            _ => None,
        };
        match (before, Unit::parse(unit), direction, parse_number(count)) {
            ("", Some(unit), Some(direction), Some(count)) => {
                Ok(Operands::Shift(Shift { unit, direction, count }))
            }
            _ => self.needs(what),
        }
    }

    fn date_part(&self) -> Result<WrittenOperands, QueryError> {
        let what = "a label and a part: DATEPARTMonday@javascript:gs.datePart('dayofweek','monday','EE')";
        let [(label, _), (script, at)] = self.parts(what)?;
        match DatePart::parse(script) {
            Some(part) => Ok(Operands::DatePart(label.to_owned(), part)),
            None if script.starts_with("javascript:gs.datePart(") => self.needs(what),
            None if script.starts_with("javascript:") => Err(script_refused(script, at)),
            None => self.needs(what),
        }
    }
}

fn parse_number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn plain_operand(text: &str) -> Operand {
    Operand { text: text.to_owned(), function: None }
}

/// A value that a date function may stand for.
fn operand(text: &str, at: usize) -> Result<Operand, QueryError> {
    let function = DateFunction::parse(text);
    if function.is_none() && text.starts_with("javascript:") {
        return Err(script_refused(text, at));
    }
    Ok(Operand { text: text.to_owned(), function })
}

/// Refuses a script, called by its name.
fn script_refused(script: &str, at: usize) -> QueryError {
    let name = script.split('(').next().unwrap_or(script);
    let why = "of scripts only the date functions of gs are known, and none is ever run";
    QueryError::unsupported(name, why, at..at + script.len())
}
