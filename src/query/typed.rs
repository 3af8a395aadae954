//! Which texts a column type can hold, and how two values of it compare.

use std::cmp::Ordering;

use super::comparison::ValueComparison;
use super::dates::{Moment, Unit};
use super::number::Number;
use super::operator::{Direction, Operands, Operator, Shift};
use super::text;
use crate::record::schema::ColumnType;

/// Whether two fields, neither of them empty, stand to each other as asked.
pub(super) fn fields_hold<V, F>(
    operator: Operator,
    operands: &Operands<V, F>,
    (left, right): (&str, &str),
    kinds: (Option<ColumnType>, Option<ColumnType>),
) -> bool {
    match (operator, operands) {
        (Operator::CompareField(comparison), _) => {
            order(left, right, kinds).is_some_and(|order| comparison.holds(order))
        }
        (Operator::Distance(comparison), Operands::FieldAndShift(_, shift)) => {
            is_distant(left, right, comparison, *shift).unwrap_or(false)
        }
        (Operator::SameAs(polarity), Operands::Field(_, Some(unit))) => {
            let start = |text: &str| unit.start_of(Moment::parse(text)?.start());
            let starts = start(left).zip(start(right));
            starts.is_some_and(|(left, right)| polarity.apply(left == right))
        }
        (Operator::SameAs(polarity), _) => {
            let order = if is_ordered(kinds.0) { order(left, right, kinds) } else { None };
            polarity.apply(order.map_or_else(|| text::same(left, right), Ordering::is_eq))
        }
        _ => false,
    }
}

/// The order of two stored values; `None` where their types do not compare.
fn order(left: &str, right: &str, kinds: (Option<ColumnType>, Option<ColumnType>)) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (Number::parse(left), Number::parse(right)) {
        return Some(left.compare(right));
    }
    if let (Some(left), Some(right)) = (Moment::parse(left), Moment::parse(right)) {
        return Some(left.compare(right));
    }
    (!is_ordered(kinds.0) && !is_ordered(kinds.1)).then(|| text::compare(left, right))
}

/// Whether a column of this type can hold the text. If not, some other program wrote it
/// (`Yes`, `03/04/2026`), and no comparison with it can be answered.
pub(super) fn can_hold(kind: Option<ColumnType>, text: &str) -> bool {
    match kind {
        Some(ColumnType::Boolean) => ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)),
        Some(ColumnType::Number) => Number::parse(text).is_some(),
        Some(ColumnType::Date | ColumnType::DateTime) => Moment::parse(text).is_some(),
        // Some records have a readable sys_id, but none is a number or an answer.
        Some(ColumnType::Reference) => !is_answer(text),
        _ => true,
    }
}

/// Whether a text is a number, or says yes or no.
fn is_answer(text: &str) -> bool {
    let is_number = text.len() < 32 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    is_number || ["true", "false", "yes", "no"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether values of the type are ordered in another way than their texts.
fn is_ordered(kind: Option<ColumnType>) -> bool {
    matches!(kind, Some(ColumnType::Number | ColumnType::Date | ColumnType::DateTime))
}

/// Whether `left` lies on the asked side of `right`, nearer or farther than `shift`.
fn is_distant(left: &str, right: &str, comparison: ValueComparison, shift: Shift) -> Option<bool> {
    let (left, right) = (Moment::parse(left)?, Moment::parse(right)?);
    let bound = right.like(shift.unit.shift(right.start(), shift.signed())?);
    let (from_bound, from_right) = (left.compare(bound), left.compare(right));
    // After this, "greater" always means farther away.
    let turn = |order: Ordering| if shift.direction == Direction::Earlier { order.reverse() } else { order };
    Some(match comparison {
        ValueComparison::Less => turn(from_bound).is_lt() && turn(from_right).is_ge(),
        _ => turn(from_bound).is_gt(),
    })
}

/// Compares a moment with a shifted now. Equal means the same minute or hour for these
/// units, and the same day for all others.
pub(super) fn is_relative(moment: Moment, bound: Moment, comparison: ValueComparison, unit: Unit) -> bool {
    if comparison != ValueComparison::Equal {
        return comparison.holds(moment.compare(bound));
    }
    match (unit, moment) {
        (Unit::Minute | Unit::Hour, Moment::Second(second)) => {
            unit.start_of(second) == unit.start_of(bound.start())
        }
        _ => moment.date() == bound.date(),
    }
}
