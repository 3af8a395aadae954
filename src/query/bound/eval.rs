//! Answers a bound query for one row.
//!
//! Be advised: three rules of the platform's database look odd and are meant.
//! An empty field matches no comparison, not even a negative one; a negative
//! comparison is therefore not the denial of the positive one; and a column that
//! the export does not hold is neither empty nor full, but unknown.
//! Where the export shows only the display of a value, only the display is asked.

use std::ops::Range;

use super::{BoundCondition, BoundQuery, BoundTerm, BoundValue, Hierarchy, KnownAnswer, When};
use crate::query::bound_path::{BoundPath, PathEnd, WalkEnd};
use crate::query::comparison::ValueComparison;
use crate::query::data::{Cell, Class, Data, Missing, RowId, Truth, without_row};
use crate::query::dates::{Clock, Moment};
use crate::query::number::{Number, is_other_number};
use crate::query::operator::{Operands, Operator, Polarity, Search};
use crate::query::row_test::AskRow;
use crate::query::text::Needle;
use crate::query::typed::{can_hold, fields_hold, is_relative};
use crate::record::schema::ColumnType;

impl BoundQuery {
    /// Whether the query holds for a row of its table.
    #[must_use]
    pub fn evaluate(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        any_alternative(&self.alternatives, data, clock, row)
    }
}

impl BoundQuery {
    /// Finds the texts that `LIKE` asks for in the value of a column of the record
    /// itself: the first `most` places.
    #[must_use]
    pub fn places(&self, column: &str, value: &str, most: usize) -> Vec<Range<usize>> {
        let needles = self.alternatives.iter().flatten().flatten().filter_map(|term| {
            let BoundTerm::Condition(condition, _) = term else { return None };
            let is_it = condition.path.is_local() && condition.path.text() == column;
            let is_sought = condition.operator == Operator::Search(Search::Contains, Polarity::Plain);
            (is_it && is_sought).then(|| condition.operands.values())
        });
        let mut found: Vec<_> =
            needles.flatten().flat_map(|sought| sought.needle.find(value, most)).collect();
        found.sort_unstable_by_key(|found| (found.start, found.end));
        found.dedup();
        found.truncate(most);
        found
    }
}

/// Whether any alternative holds. A query without alternatives matches every row.
pub(super) fn any_alternative(
    alternatives: &[Vec<Vec<BoundTerm>>],
    data: &dyn Data,
    clock: &Clock,
    row: RowId,
) -> Truth {
    if alternatives.is_empty() {
        return Truth::Yes;
    }
    any(alternatives, |clause| all(clause, |group| any(group, |term| term.evaluate(data, clock, row))))
}

fn any<T>(items: &[T], ask: impl Fn(&T) -> Truth) -> Truth {
    let mut answer = Truth::No;
    for item in items {
        answer = answer.or(ask(item));
        if answer == Truth::Yes {
            break;
        }
    }
    answer
}

fn all<T>(items: &[T], ask: impl Fn(&T) -> Truth) -> Truth {
    let mut answer = Truth::Yes;
    for item in items {
        answer = answer.and(ask(item));
        if answer == Truth::No {
            break;
        }
    }
    answer
}

impl BoundTerm {
    pub(super) fn evaluate(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        match self {
            Self::Condition(condition, known) => {
                let known = match *known {
                    KnownAnswer::Never => None,
                    KnownAnswer::Test(test) => data.test(row, test),
                    KnownAnswer::Walk(walk) => data.walked(row, walk),
                };
                known.unwrap_or_else(|| condition.evaluate(data, clock, row))
            }
            Self::Related(related) => related.evaluate(data, clock, row),
        }
    }
}

impl BoundCondition {
    fn evaluate(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        let asked = Asked { path: &self.path, data, clock, row };
        asked.holds(self).unwrap_or_else(Truth::Unknown)
    }
}

impl AskRow for BoundCondition {
    fn ask(&self, data: &dyn Data, clock: &Clock, row: RowId) -> Truth {
        self.evaluate(data, clock, row)
    }

    fn asks_emptiness(&self) -> bool {
        matches!(self.operator, Operator::Anything | Operator::IsEmpty | Operator::IsNotEmpty)
    }
}

/// One field of one row, about which something is asked.
struct Asked<'a> {
    path: &'a BoundPath,
    data: &'a dyn Data,
    clock: &'a Clock,
    row: RowId,
}

/// An answer, or what it would have needed.
type Answer = Result<Truth, Missing>;

impl<'a> Asked<'a> {
    fn cell(&self) -> Result<Cell<'a>, Missing> {
        self.path.cell(self.data, self.row)
    }

    fn holds(&self, condition: &BoundCondition) -> Answer {
        match self.path.end {
            _ if condition.operator == Operator::Anything => return Ok(Truth::Yes),
            PathEnd::Class(class) => return self.class(class, condition.operator),
            PathEnd::Role => return self.role(condition),
            PathEnd::Column(_) | PathEnd::Trait(..) | PathEnd::InSet(..) => {}
        }
        let holds = match (condition.operator, &condition.operands) {
            (Operator::IsEmpty, _) => self.path.is_empty(self.data, self.row)?,
            (Operator::IsNotEmpty, _) => !self.path.is_empty(self.data, self.row)?,
            (Operator::OneOf(polarity), Operands::Values(values)) if condition.is_named => {
                return self.called(polarity, values);
            }
            (Operator::Search(search, polarity), Operands::Values(values)) => {
                let text = self.path.searched(self.data, self.row)?;
                !text.is_empty()
                    && polarity.apply(values.iter().any(|value| value.needle.is_found(search, text)))
            }
            (operator, Operands::Field(other, _) | Operands::FieldAndShift(other, _)) => {
                let Some(texts) = self.both(other)? else { return Ok(Truth::No) };
                fields_hold(operator, &condition.operands, texts, (self.path.kind(), other.kind()))
            }
            _ => return self.value_holds(condition),
        };
        Ok(Truth::from_bool(holds))
    }

    /// Answers what is asked of a stored value; an empty one never matches.
    fn value_holds(&self, condition: &BoundCondition) -> Answer {
        let stored = self.cell()?.value;
        if stored.is_empty() {
            return Ok(Truth::No);
        }
        let holds = match (condition.operator, &condition.operands) {
            (Operator::Compare(comparison), Operands::Values(values)) => {
                let [value] = values.as_slice() else { return Ok(Truth::No) };
                self.compare(stored, comparison, value)?
            }
            (Operator::Between, Operands::Values(values)) => {
                let [from, to] = values.as_slice() else { return Ok(Truth::No) };
                self.compare(stored, ValueComparison::GreaterOrEqual, from)?
                    && self.compare(stored, ValueComparison::LessOrEqual, to)?
            }
            (Operator::OneOf(polarity), Operands::Values(values)) => {
                let mut found = false;
                for value in values {
                    found = found || self.compare(stored, ValueComparison::Equal, value)?;
                }
                polarity.apply(found)
            }
            (Operator::On(polarity), Operands::Moments(_, [start, end])) => {
                let moment = self.read(stored)?;
                let (start, end) = (self.moment(start)?, self.moment(end)?);
                polarity.apply(moment.compare(start).is_ge() && moment.compare(end).is_le())
            }
            (Operator::Relative(comparison), Operands::Shift(shift)) => {
                let now = self.clock.now().ok_or_else(Missing::none)?;
                let moment = self.read(stored)?;
                let Some(bound) = shift.unit.shift(now, shift.signed()) else { return Ok(Truth::No) };
                is_relative(moment, Moment::Second(bound), comparison, shift.unit)
            }
            (Operator::DatePart, Operands::DatePart(_, part)) => {
                part.holds(self.read(stored)?).unwrap_or(false)
            }
            (Operator::InstanceOf, Operands::Values(values)) => {
                let (Some(class), Some(hierarchy)) = (values.first(), &condition.hierarchy) else {
                    return Ok(Truth::No);
                };
                return self.instance_of(stored, &class.needle, hierarchy);
            }
            // Answered before.
            _ => false,
        };
        Ok(Truth::from_bool(holds))
    }

    /// Whether a field that may be a reference holds or displays one of the values. A
    /// sys_id among them is compared with the stored value only.
    fn called(&self, polarity: Polarity, values: &[BoundValue]) -> Answer {
        let names = |name: &str| !name.is_empty() && values.iter().any(|value| value.needle.equals(name));
        let cell = match self.cell() {
            Ok(cell) => cell,
            Err(missing) => {
                let Some(name) = self.path.displayed(self.data, self.row) else { return Err(missing) };
                let may_be_stored = values.iter().any(|value| value.is_sys_id);
                if !names(name) && may_be_stored {
                    return Err(missing);
                }
                return Ok(Truth::from_bool(polarity.apply(names(name))));
            }
        };
        if cell.value.is_empty() {
            return Ok(Truth::No);
        }
        for value in values {
            if self.compare(cell.value, ValueComparison::Equal, value)? {
                return Ok(Truth::from_bool(polarity.apply(true)));
            }
        }
        Ok(Truth::from_bool(polarity.apply(names(self.path.called(self.data, cell)?))))
    }

    /// Compares a non-empty value by the type of its column. If the type is unknown, the
    /// form of the two values decides.
    fn compare(
        &self,
        stored: &str,
        comparison: ValueComparison,
        value: &BoundValue,
    ) -> Result<bool, Missing> {
        let kind = self.path.kind();
        let differs = comparison == ValueComparison::NotEqual;
        let is_date = matches!(kind, Some(ColumnType::Date | ColumnType::DateTime));
        let is_function = matches!(value.when, Some(When::Function(_)));
        if value.when.is_some() && (is_date || is_function || kind.is_none()) {
            if let Some(moment) = Moment::parse(stored) {
                return Ok(comparison.holds(moment.compare(self.moment(value)?)));
            }
            if is_date {
                return Err(self.path.all_columns_missing());
            }
            if is_function {
                return Ok(differs);
            }
        }
        if let Some(number) = value.number.filter(|_| matches!(kind, None | Some(ColumnType::Number))) {
            if let Some(stored) = Number::parse(stored) {
                return Ok(comparison.holds(stored.compare(number)));
            }
            if kind.is_some() || is_other_number(stored) {
                return Err(self.path.all_columns_missing());
            }
        }
        if !can_hold(kind, stored) {
            return Err(self.path.all_columns_missing());
        }
        Ok(match comparison {
            ValueComparison::Equal => value.needle.equals(stored),
            ValueComparison::NotEqual => !value.needle.equals(stored),
            // A number or a date does not stand before or after other text.
            _ if is_date || kind == Some(ColumnType::Number) => false,
            _ => comparison.holds(value.needle.compare(stored)),
        })
    }

    /// Reads a stored date. An ambiguous one such as `03/04/2026` cannot be answered.
    fn read(&self, stored: &str) -> Result<Moment, Missing> {
        Moment::parse(stored).ok_or_else(|| self.path.all_columns_missing())
    }

    /// The moment that a value stands for. If now is unknown, the answer is, but nothing
    /// of the export is missing.
    fn moment(&self, value: &BoundValue) -> Result<Moment, Missing> {
        match &value.when {
            Some(When::Given(moment)) => Ok(*moment),
            Some(When::Function(function)) => function.moment(self.clock).ok_or_else(Missing::none),
            None => Err(Missing::none()),
        }
    }

    /// This value and that of another field. `None` if either is empty: then nothing
    /// matches, even if the other is not shown.
    fn both(&self, other: &BoundPath) -> Result<Option<(&'a str, &'a str)>, Missing> {
        let empty = |cell: &Result<Cell<'_>, Missing>| cell.as_ref().is_ok_and(|cell| cell.value.is_empty());
        let left = self.cell();
        if empty(&left) {
            return Ok(None);
        }
        let right = other.cell(self.data, self.row);
        if empty(&right) {
            return Ok(None);
        }
        match (left, right) {
            (Ok(left), _) if !can_hold(self.path.kind(), left.value) => Err(self.path.all_columns_missing()),
            (_, Ok(right)) if !can_hold(other.kind(), right.value) => Err(other.all_columns_missing()),
            (Ok(left), Ok(right)) => Ok(Some((left.value, right.value))),
            (Err(left), Err(right)) => Err(left.union(right)),
            (Err(missing), _) | (_, Err(missing)) => Err(missing),
        }
    }

    /// A class is asked as `=true` or `!=true`.
    fn class(&self, class: Class, operator: Operator) -> Answer {
        let row = match self.path.walk(self.data, self.row)? {
            WalkEnd::Row(row) => row,
            WalkEnd::Nowhere | WalkEnd::Display(_) => return Ok(Truth::No),
        };
        let belongs = self.data.class(class, row);
        let is_plain = operator == Operator::Compare(ValueComparison::Equal);
        Ok(if is_plain { belongs } else { belongs.negate() })
    }

    fn role(&self, condition: &BoundCondition) -> Answer {
        let user = match self.path.walk(self.data, self.row)? {
            WalkEnd::Row(row) => row,
            // No user has no roles: empty, which matches no negative comparison either.
            WalkEnd::Nowhere | WalkEnd::Display(_) => {
                return Ok(Truth::from_bool(condition.operator == Operator::IsEmpty));
            }
        };
        let mut found = false;
        let mut doubt = Missing::none();
        let missing = self.data.roles(user, &mut |role, needed| {
            if condition.asks_role(role) {
                found = needed.is_empty();
                doubt = std::mem::take(&mut doubt).union(needed.clone());
            }
            found
        });
        let missing = missing.union(doubt);
        if !found && !missing.is_empty() {
            return Err(missing);
        }
        let polarity = match condition.operator {
            Operator::IsEmpty => Polarity::Negated,
            Operator::OneOf(polarity) | Operator::Search(_, polarity) => polarity,
            _ => Polarity::Plain,
        };
        Ok(Truth::from_bool(polarity.apply(found)))
    }

    /// Whether a table is another or extends it, as `sys_db_object` says.
    fn instance_of(&self, stored: &str, class: &Needle, hierarchy: &Hierarchy) -> Answer {
        /// No real chain of tables is so long; a longer one is a circle.
        const DEEPEST: usize = 50;
        if class.equals(stored) {
            return Ok(Truth::Yes);
        }
        let Hierarchy { table, name, super_class } = *hierarchy;
        let absent = || match without_row(self.data, table, name) {
            None => Ok(Truth::No),
            Some(missing) => Err(missing),
        };
        let Some(&start) = self.data.by_value(table, name, stored).first() else { return absent() };
        let mut row = start;
        for _ in 0..DEEPEST {
            let parent = self.data.cell(table, row, super_class);
            if !parent.present {
                return Err(Missing::column(table, super_class));
            }
            if parent.value.is_empty() {
                return Ok(Truth::No);
            }
            let Some(found) = self.data.by_sys_id(table, parent.value) else { return absent() };
            row = found;
            let parent = self.data.cell(table, row, name);
            if !parent.present {
                return Err(Missing::column(table, name));
            }
            if class.equals(parent.value) {
                return Ok(Truth::Yes);
            }
        }
        Ok(Truth::No)
    }
}
