//! Ties a condition to the field that it is asked of: values are read once, here, not
//! for every row.

use std::ops::Range;

use super::binder::Binder;
use crate::query::bound::{BindError, BoundCondition, BoundValue, Hierarchy, Need};
use crate::query::bound_path::{BoundPath, PathEnd};
use crate::query::columns::{ColumnEnd, Meaning};
use crate::query::comparison::ValueComparison;
use crate::query::operator::{Operands, Operator, Polarity, Takes};
use crate::query::syntax::{FieldCondition, Operand, Path};
use crate::record::schema::ColumnType;
use crate::record::{display_column, is_sys_id, well_known_name};

pub(super) fn bind_condition(
    binder: &mut Binder<'_>,
    condition: &FieldCondition,
    table: &str,
) -> Result<BoundCondition, BindError> {
    let mut path = binder.path(&condition.path, table)?;
    let place = &condition.place.0;
    match path.end {
        PathEnd::Class(_) => return class_condition(condition, path),
        PathEnd::Role => return role_condition(condition, path),
        PathEnd::Column(_) | PathEnd::Trait(..) | PathEnd::InSet(..) => {}
    }
    if let Some(operator) = emptiness_asked(condition) {
        return Ok(BoundCondition::new(path, operator, Operands::Nothing));
    }
    let written = condition.operands.values();
    let names = one_of(condition.operator).filter(|_| may_be_called(&path, written));
    let operator = names.unwrap_or(condition.operator);
    let takes = operator.takes();
    if takes.asks_date() {
        must_be_date(&path, place)?;
    }
    let operands = condition.operands.map(BoundValue::new, |other| other_field(binder, other, table))?;
    if takes == Takes::Shift || operands.values().iter().any(BoundValue::needs_now) {
        binder.need(Need::Clock);
    }
    match takes {
        Takes::Value | Takes::Range => {
            let values = operands.values().iter().zip(written);
            values.for_each(|(value, operand)| warn_of_type(binder, value, operand, &path));
        }
        Takes::Text if path.kind() == Some(ColumnType::Reference) => binder.want_display(&mut path),
        Takes::List if names.is_some() => doubt_name(binder, &mut path, place),
        Takes::Moments if operands.values().iter().any(|value| value.when.is_none()) => {
            return Err(BindError::at(place, "ON needs two moments after its label"));
        }
        _ => {}
    }
    let hierarchy = if takes == Takes::Table { Some(hierarchy(binder, place)?) } else { None };
    Ok(BoundCondition {
        is_named: names.is_some(),
        hierarchy,
        ..BoundCondition::new(path, operator, operands)
    })
}

/// The operator that asks for emptiness, where a condition does so: a comparison with
/// no text does too.
fn emptiness_asked(condition: &FieldCondition) -> Option<Operator> {
    let is_empty = || condition.operands.values().iter().all(|operand| operand.text.is_empty());
    match condition.operator {
        Operator::Compare(ValueComparison::Equal) if is_empty() => Some(Operator::IsEmpty),
        Operator::Compare(ValueComparison::NotEqual) if is_empty() => Some(Operator::IsNotEmpty),
        Operator::EmptyString => Some(Operator::IsEmpty),
        operator @ (Operator::IsEmpty | Operator::IsNotEmpty) => Some(operator),
        _ => None,
    }
}

/// The operator as a question for one of several values, where it is one.
fn one_of(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Compare(ValueComparison::Equal) => Some(Operator::OneOf(Polarity::Plain)),
        Operator::Compare(ValueComparison::NotEqual) => Some(Operator::OneOf(Polarity::Negated)),
        Operator::OneOf(_) => Some(operator),
        _ => None,
    }
}

/// Whether some of the values may be the name of what a field refers to. A field
/// that the dictionary does not know may be a reference.
fn may_be_called(path: &BoundPath, values: &[Operand]) -> bool {
    let PathEnd::Column(ColumnEnd { kind: None | Some(ColumnType::Reference), reference, meaning, .. }) =
        &path.end
    else {
        return false;
    };
    let is_id = |text: &str| {
        is_sys_id(text) || reference.as_ref().is_some_and(|table| well_known_name(table, text).is_some())
    };
    *meaning == Meaning::Value && values.iter().any(|value| !value.text.is_empty() && !is_id(&value.text))
}

/// Prepares a comparison with names. An instance compares references by sys_id only,
/// so of a field that is known to be a reference it says so.
fn doubt_name(binder: &mut Binder<'_>, path: &mut BoundPath, place: &Range<usize>) {
    if path.kind() == Some(ColumnType::Reference) {
        binder.want_display(path);
        let better = match path.target_table().and_then(display_column) {
            Some(column) => format!("{}.{column}", path.text),
            None => format!("a column of what '{}' refers to", path.text),
        };
        let message = format!(
            "'{}' is a reference, whose value is a sys_id, and is compared with a name: ask {better}",
            path.text
        );
        binder.doubt(place, message);
    }
}

/// Warns of a value that the column's type can never hold.
fn warn_of_type(binder: &mut Binder<'_>, value: &BoundValue, operand: &Operand, path: &BoundPath) {
    let wrong = match path.kind() {
        Some(ColumnType::Number) => value.number.is_none().then_some("a number"),
        Some(ColumnType::Date | ColumnType::DateTime) => value.when.is_none().then_some("a date"),
        Some(ColumnType::Boolean) => {
            let either = ["true", "false"].iter().any(|word| value.needle.equals(word));
            (!either).then_some("true or false")
        }
        _ => None,
    };
    if let Some(wrong) = wrong {
        binder.warn(format!("'{}' holds {wrong}, which '{}' is not", path.text, operand.text));
    }
}

fn other_field(binder: &mut Binder<'_>, path: &Path, table: &str) -> Result<BoundPath, BindError> {
    let bound = binder.path(path, table)?;
    if matches!(bound.end, PathEnd::Class(_) | PathEnd::Role) {
        let message = format!("'{}' cannot be compared with another field", bound.text);
        return Err(BindError::at(&path.place.0, message));
    }
    Ok(bound)
}

/// Refuses columns that are known to hold something else than a date.
fn must_be_date(path: &BoundPath, place: &Range<usize>) -> Result<(), BindError> {
    match path.kind() {
        Some(ColumnType::Number | ColumnType::Boolean | ColumnType::Reference | ColumnType::List) => {
            Err(BindError::at(place, format!("'{}' is not a date", path.text)))
        }
        _ => Ok(()),
    }
}

fn hierarchy(binder: &mut Binder<'_>, place: &Range<usize>) -> Result<Hierarchy, BindError> {
    binder.need(Need::OtherRows);
    let (name, _) = binder.column("sys_db_object", "name", place)?;
    let (super_class, _) = binder.column("sys_db_object", "super_class", place)?;
    Ok(Hierarchy { table: binder.table("sys_db_object"), name, super_class })
}

/// A class is asked as a comparison with `true`.
fn class_condition(condition: &FieldCondition, path: BoundPath) -> Result<BoundCondition, BindError> {
    let answer = condition.operands.values().first().map(|operand| operand.text.to_ascii_lowercase());
    let operator = match (condition.operator, answer.as_deref()) {
        (operator @ Operator::Compare(ValueComparison::Equal | ValueComparison::NotEqual), Some("true")) => {
            Some(operator)
        }
        (operator @ Operator::Compare(ValueComparison::Equal | ValueComparison::NotEqual), Some("false")) => {
            operator.opposite()
        }
        _ => None,
    };
    let Some(operator) = operator else {
        let message =
            format!("'{}' is either true or false: ask =true, =false, !=true or !=false", path.text);
        return Err(BindError::at(&condition.place.0, message));
    };
    Ok(BoundCondition::new(path, operator, Operands::Nothing))
}

fn role_condition(condition: &FieldCondition, path: BoundPath) -> Result<BoundCondition, BindError> {
    let operator = emptiness_asked(condition).or(one_of(condition.operator)).unwrap_or(condition.operator);
    let operands = match operator {
        Operator::Anything | Operator::IsEmpty | Operator::IsNotEmpty => Operands::Nothing,
        Operator::OneOf(_) | Operator::Search(..) => {
            Operands::Values(condition.operands.values().iter().map(BoundValue::new).collect())
        }
        _ => {
            let message = format!("'{}' is a set of names: this operator cannot be asked of it", path.text);
            return Err(BindError::at(&condition.place.0, message));
        }
    };
    Ok(BoundCondition::new(path, operator, operands))
}
