//! Ties what a condition asks to the field that it is asked of: values are read
//! once, here, not for every row.

use std::ops::Range;

use super::ast::{Comparison, Operand, Path, Place, Polarity, Search, Side, Test};
use super::bind::{BindError, Need};
use super::binder::Binder;
use super::bound_path::{BoundPath, End};
use super::columns::{ColumnEnd, Meaning};
use super::dates::{DateFunction, DatePart, Moment, Unit};
use super::number::Number;
use super::text::Needle;
use crate::record::schema::ColumnType;
use crate::record::{ColumnIdx, TableIdx, display_column, is_sys_id, well_known_name};

/// What is asked of a bound field.
#[derive(Debug)]
pub(super) enum Check {
    Anything,
    IsEmpty,
    IsNotEmpty,
    Compare(Comparison, Value),
    Between(Value, Value),
    OneOf(Polarity, Vec<Value>),
    /// The same of a field that may be a reference, where some value is no sys_id:
    /// what the reference displays counts too.
    Called(Polarity, Vec<Value>),
    Search(Search, Polarity, Needle),
    SameAs(Polarity, BoundPath, Option<Unit>),
    CompareField(Comparison, BoundPath),
    Distance(Comparison, BoundPath, Unit, Side, i64),
    On(Polarity, Value, Value),
    Relative(Comparison, Unit, i64),
    DatePart(DatePart),
    InstanceOf(Needle, Hierarchy),
    /// Whether the row is in the class (`Plain`) or not.
    Class(Polarity),
    Role(Polarity, RoleTest),
}

impl Check {
    /// The field that is compared with.
    pub(super) fn other_field(&self) -> Option<&BoundPath> {
        match self {
            Self::SameAs(_, other, _) | Self::CompareField(_, other) | Self::Distance(_, other, ..) => {
                Some(other)
            }
            _ => None,
        }
    }
}

/// What is asked of each role's name.
#[derive(Debug)]
pub(super) enum RoleTest {
    Any,
    OneOf(Vec<Needle>),
    Search(Search, Needle),
}

impl RoleTest {
    /// Whether a role of that name is one that is asked for.
    pub(super) fn matches(&self, role: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(names) => names.iter().any(|name| name.equals(role)),
            Self::Search(search, needle) => needle.is_found(*search, role),
        }
    }
}

/// Where a table says what it extends.
#[derive(Debug)]
pub(super) struct Hierarchy {
    pub(super) table: TableIdx,
    pub(super) name: ColumnIdx,
    pub(super) super_class: ColumnIdx,
}

/// A value to compare with, read in every way that it can be.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) needle: Needle,
    pub(super) is_sys_id: bool,
    pub(super) number: Option<Number>,
    pub(super) when: Option<When>,
}

#[derive(Debug)]
pub(super) enum When {
    Given(Moment),
    Function(DateFunction),
}

impl Value {
    fn new(operand: &Operand) -> Self {
        let given = || Moment::parse(&operand.text).map(When::Given);
        Self {
            needle: Needle::new(&operand.text),
            is_sys_id: is_sys_id(&operand.text),
            number: Number::parse(&operand.text),
            when: operand.function.map(When::Function).or_else(given),
        }
    }

    fn text(text: &str) -> Self {
        Self::new(&Operand { text: text.to_owned(), function: None })
    }

    fn needs_now(&self) -> bool {
        matches!(self.when, Some(When::Function(function)) if function.needs_now())
    }
}

/// Ties a test to its field.
pub(super) fn bind_check(
    binder: &mut Binder<'_>,
    test: &Test,
    path: &mut BoundPath,
    table: &str,
    place: &Place,
) -> Result<Check, BindError> {
    match path.end {
        End::Class(_) => return class_test(test, path, &place.0),
        End::Role => return role_test(test, path, &place.0),
        End::Column(_) | End::Trait(..) | End::InSet(..) => {}
    }
    let place = &place.0;
    Ok(match test {
        Test::Anything => Check::Anything,
        Test::IsEmpty | Test::EmptyString => Check::IsEmpty,
        Test::IsNotEmpty => Check::IsNotEmpty,
        Test::Compare(Comparison::Equal, operand) if operand.text.is_empty() => Check::IsEmpty,
        Test::Compare(Comparison::NotEqual, operand) if operand.text.is_empty() => Check::IsNotEmpty,
        Test::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), operand)
            if may_be_called(path, std::slice::from_ref(&operand.text)) =>
        {
            let is_equal = *comparison == Comparison::Equal;
            let values = vec![value(binder, operand)];
            called(binder, path, if is_equal { Polarity::Plain } else { Polarity::Negated }, values, place)
        }
        Test::Compare(comparison, operand) => Check::Compare(*comparison, typed_value(binder, operand, path)),
        Test::Between(from, to) => {
            Check::Between(typed_value(binder, from, path), typed_value(binder, to, path))
        }
        Test::OneOf(polarity, values) if may_be_called(path, values) => {
            let values = values.iter().map(|text| Value::text(text)).collect();
            called(binder, path, *polarity, values, place)
        }
        Test::OneOf(polarity, values) => {
            Check::OneOf(*polarity, values.iter().map(|text| Value::text(text)).collect())
        }
        Test::Search(search, polarity, sought) => {
            if path.kind() == Some(ColumnType::Reference) {
                binder.want_display(path);
            }
            Check::Search(*search, *polarity, Needle::new(sought))
        }
        Test::SameAs(polarity, other, unit) => {
            Check::SameAs(*polarity, other_field(binder, other, table)?, *unit)
        }
        Test::CompareField(comparison, other) => {
            Check::CompareField(*comparison, other_field(binder, other, table)?)
        }
        Test::Distance(comparison, other, unit, side, count) => {
            must_be_date(path, place)?;
            let other = other_field(binder, other, table)?;
            Check::Distance(*comparison, other, *unit, *side, *count)
        }
        Test::On(polarity, _, start, end) => {
            must_be_date(path, place)?;
            let (start, end) = (value(binder, start), value(binder, end));
            if start.when.is_none() || end.when.is_none() {
                return Err(BindError::at(place, "ON needs two moments after its label"));
            }
            Check::On(*polarity, start, end)
        }
        Test::Relative(comparison, unit, side, count) => {
            must_be_date(path, place)?;
            binder.need(Need::Clock);
            let shift = if *side == Side::Before { count.checked_neg() } else { Some(*count) };
            let shift = shift.ok_or_else(|| BindError::at(place, "the number of units is too large"))?;
            Check::Relative(*comparison, *unit, shift)
        }
        Test::DatePart(_, part) => {
            must_be_date(path, place)?;
            Check::DatePart(part.clone())
        }
        Test::InstanceOf(class) => Check::InstanceOf(Needle::new(class), hierarchy(binder, place)?),
    })
}

/// Whether some of the values may be the name of what a field refers to. A field
/// that the dictionary does not know may be a reference.
fn may_be_called(path: &BoundPath, values: &[String]) -> bool {
    let End::Column(ColumnEnd { kind: None | Some(ColumnType::Reference), reference, meaning, .. }) =
        &path.end
    else {
        return false;
    };
    let is_id = |text: &str| {
        is_sys_id(text) || reference.as_ref().is_some_and(|table| well_known_name(table, text).is_some())
    };
    *meaning == Meaning::Value && values.iter().any(|text| !text.is_empty() && !is_id(text))
}

/// A comparison with names. An instance compares references by sys_id only, so
/// of those that are known to be references it is said.
fn called(
    binder: &mut Binder<'_>,
    path: &mut BoundPath,
    polarity: Polarity,
    values: Vec<Value>,
    place: &Range<usize>,
) -> Check {
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
    Check::Called(polarity, values)
}

fn value(binder: &mut Binder<'_>, operand: &Operand) -> Value {
    let value = Value::new(operand);
    if value.needs_now() {
        binder.need(Need::Clock);
    }
    value
}

/// A value for a column; one that the column's type can never hold is told.
fn typed_value(binder: &mut Binder<'_>, operand: &Operand, path: &BoundPath) -> Value {
    let value = value(binder, operand);
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
    value
}

fn other_field(binder: &mut Binder<'_>, path: &Path, table: &str) -> Result<BoundPath, BindError> {
    let bound = binder.path(path, table)?;
    if matches!(bound.end, End::Class(_) | End::Role) {
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

fn class_test(test: &Test, path: &BoundPath, place: &Range<usize>) -> Result<Check, BindError> {
    let (negated, answer) = match test {
        Test::Compare(Comparison::Equal, operand) => (false, operand.text.as_str()),
        Test::Compare(Comparison::NotEqual, operand) => (true, operand.text.as_str()),
        _ => (false, ""),
    };
    let wants = match answer.to_ascii_lowercase().as_str() {
        "true" => !negated,
        "false" => negated,
        _ => {
            let message =
                format!("'{}' is either true or false: ask =true, =false, !=true or !=false", path.text);
            return Err(BindError::at(place, message));
        }
    };
    Ok(Check::Class(if wants { Polarity::Plain } else { Polarity::Negated }))
}

fn role_test(test: &Test, path: &BoundPath, place: &Range<usize>) -> Result<Check, BindError> {
    use Polarity::{Negated, Plain};
    let (polarity, test) = match test {
        Test::Anything => return Ok(Check::Anything),
        Test::IsEmpty | Test::EmptyString => (Negated, RoleTest::Any),
        Test::IsNotEmpty => (Plain, RoleTest::Any),
        Test::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), operand) => {
            let equal = *comparison == Comparison::Equal;
            if operand.text.is_empty() {
                (if equal { Negated } else { Plain }, RoleTest::Any)
            } else {
                let names = vec![Needle::new(&operand.text)];
                (if equal { Plain } else { Negated }, RoleTest::OneOf(names))
            }
        }
        Test::OneOf(polarity, names) => {
            (*polarity, RoleTest::OneOf(names.iter().map(|name| Needle::new(name)).collect()))
        }
        Test::Search(search, polarity, sought) => (*polarity, RoleTest::Search(*search, Needle::new(sought))),
        _ => {
            let message = format!("'{}' is a set of names: this operator cannot be asked of it", path.text);
            return Err(BindError::at(place, message));
        }
    };
    Ok(Check::Role(polarity, test))
}
