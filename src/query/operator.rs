//! The operators of encoded queries: how each is written, what it takes, what is its
//! opposite. From parsing to evaluation a condition holds the same [`Operator`];
//! binding only replaces the names and texts among its [`Operands`].

use super::comparison::ValueComparison;
use super::date_functions::DatePart;
use super::dates::Unit;

/// What is asked of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Compare(ValueComparison),
    Search(Search, Polarity),
    OneOf(Polarity),
    IsEmpty,
    IsNotEmpty,
    EmptyString,
    Anything,
    Between,
    SameAs(Polarity),
    CompareField(ValueComparison),
    /// More (`Greater`) or less than so many units before or after another field.
    Distance(ValueComparison),
    On(Polarity),
    /// Compared with now, moved by so many units.
    Relative(ValueComparison),
    DatePart,
    InstanceOf,
}

/// How a text is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    Contains,
    StartsWith,
    EndsWith,
}

/// Whether a condition is asked as it stands or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    Plain,
    Negated,
}

impl Polarity {
    /// What the condition says where its plain form holds, or not.
    pub(super) fn apply(self, holds: bool) -> bool {
        holds == (self == Self::Plain)
    }
}

/// What stands behind an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// A value of the column's type, or a date function.
    Value,
    /// The same twice, divided by `@`.
    Range,
    /// A text, as it is written.
    Text,
    /// Texts divided by commas.
    List,
    /// The name of a table.
    Table,
    Field,
    /// A field, and perhaps the unit to which both are cut.
    FieldAndUnit,
    /// A field, and how far away from it.
    FieldAndShift,
    /// A label, which says nothing, and the first and last moment.
    Moments,
    /// How far away from now.
    Shift,
    /// A label, which says nothing, and the part.
    DatePart,
}

impl Takes {
    /// Whether only dates can be asked.
    pub(super) fn asks_date(self) -> bool {
        matches!(self, Self::FieldAndShift | Self::Moments | Self::Shift | Self::DatePart)
    }
}

/// What is known of an operator.
#[derive(Debug)]
pub(super) struct OperatorRow {
    pub(super) operator: Operator,
    /// How it is spelled. Queries are printed with the first spelling.
    pub(super) words: &'static [&'static str],
    pub(super) takes: Takes,
    /// Matches every row without empty fields that this operator does not match.
    pub(super) opposite: Option<Operator>,
}

const fn row(
    operator: Operator,
    words: &'static [&'static str],
    takes: Takes,
    opposite: Option<Operator>,
) -> OperatorRow {
    OperatorRow { operator, words, takes, opposite }
}

use Operator as O;
use Polarity::{Negated, Plain};
use Search::{Contains, EndsWith, StartsWith};
use ValueComparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

/// Every operator that is supported.
pub(super) const OPERATORS: &[OperatorRow] = &[
    row(O::Compare(Equal), &["="], Takes::Value, Some(O::Compare(NotEqual))),
    row(O::Compare(NotEqual), &["!="], Takes::Value, Some(O::Compare(Equal))),
    row(O::Compare(Less), &["<"], Takes::Value, Some(O::Compare(GreaterOrEqual))),
    row(O::Compare(LessOrEqual), &["<="], Takes::Value, Some(O::Compare(Greater))),
    row(O::Compare(Greater), &[">"], Takes::Value, Some(O::Compare(LessOrEqual))),
    row(O::Compare(GreaterOrEqual), &[">="], Takes::Value, Some(O::Compare(Less))),
    row(
        O::Search(Contains, Plain),
        &["LIKE", "*", "CONTAINS"],
        Takes::Text,
        Some(O::Search(Contains, Negated)),
    ),
    row(
        O::Search(Contains, Negated),
        &["NOT LIKE", "!*", "NOTLIKE", "DOES NOT CONTAIN"],
        Takes::Text,
        Some(O::Search(Contains, Plain)),
    ),
    row(O::Search(StartsWith, Plain), &["STARTSWITH"], Takes::Text, None),
    row(O::Search(EndsWith, Plain), &["ENDSWITH", "%"], Takes::Text, None),
    row(O::OneOf(Plain), &["IN"], Takes::List, Some(O::OneOf(Negated))),
    row(O::OneOf(Negated), &["NOT IN", "NOTIN"], Takes::List, Some(O::OneOf(Plain))),
    row(O::IsEmpty, &["ISEMPTY", "EMPTY"], Takes::Nothing, Some(O::IsNotEmpty)),
    row(O::IsNotEmpty, &["ISNOTEMPTY", "NOTEMPTY"], Takes::Nothing, Some(O::IsEmpty)),
    row(O::EmptyString, &["EMPTYSTRING"], Takes::Nothing, None),
    row(O::Anything, &["ANYTHING"], Takes::Nothing, None),
    row(O::Between, &["BETWEEN"], Takes::Range, None),
    row(O::SameAs(Plain), &["SAMEAS"], Takes::FieldAndUnit, Some(O::SameAs(Negated))),
    row(O::SameAs(Negated), &["NSAMEAS"], Takes::FieldAndUnit, Some(O::SameAs(Plain))),
    row(O::CompareField(Greater), &["GT_FIELD"], Takes::Field, Some(O::CompareField(LessOrEqual))),
    row(O::CompareField(Less), &["LT_FIELD"], Takes::Field, Some(O::CompareField(GreaterOrEqual))),
    row(O::CompareField(GreaterOrEqual), &["GT_OR_EQUALS_FIELD"], Takes::Field, Some(O::CompareField(Less))),
    row(O::CompareField(LessOrEqual), &["LT_OR_EQUALS_FIELD"], Takes::Field, Some(O::CompareField(Greater))),
    row(O::Distance(Greater), &["MORETHAN"], Takes::FieldAndShift, None),
    row(O::Distance(Less), &["LESSTHAN"], Takes::FieldAndShift, None),
    row(O::On(Plain), &["ON"], Takes::Moments, None),
    row(O::On(Negated), &["NOTON"], Takes::Moments, None),
    row(O::Relative(Greater), &["RELATIVEGT"], Takes::Shift, None),
    row(O::Relative(GreaterOrEqual), &["RELATIVEGE"], Takes::Shift, None),
    row(O::Relative(Less), &["RELATIVELT"], Takes::Shift, None),
    row(O::Relative(LessOrEqual), &["RELATIVELE"], Takes::Shift, None),
    row(O::Relative(Equal), &["RELATIVEEE"], Takes::Shift, None),
    row(O::DatePart, &["DATEPART"], Takes::DatePart, None),
    row(O::InstanceOf, &["INSTANCEOF"], Takes::Table, None),
];

const TRIGGER: &str = "it compares with a value before a change, which an export does not hold";
const SESSION: &str = "it needs somebody's session on the instance";
const HIERARCHY: &str = "it needs the whole hierarchy of records";
const PATTERN: &str = "the platform does not document it; a rule can say 'matches' under 'expect' instead";

/// Operators that are not supported, each with the reason.
const REFUSED: [(&str, &str); 8] = [
    ("DYNAMIC", SESSION),
    ("IN_HIERARCHY", HIERARCHY),
    ("IN_HIERARCHY_DYNAMIC", HIERARCHY),
    ("VALCHANGES", TRIGGER),
    ("CHANGESTO", TRIGGER),
    ("CHANGESFROM", TRIGGER),
    ("MATCH_PAT", PATTERN),
    ("MATCH_RGX", PATTERN),
];

/// The longest spelling that the text begins with (`IN` begins `INSTANCEOF`): its
/// operator, or why it is refused.
pub(super) fn operator_at(text: &str) -> Option<(&'static str, Result<&'static OperatorRow, &'static str>)> {
    // Most differ in their first letter, which is quickly seen.
    let first = text.bytes().next();
    let begins = |word: &str| word.bytes().next() == first && text.starts_with(word);
    let known = OPERATORS.iter().flat_map(|row| row.words.iter().map(move |word| (*word, Ok(row))));
    let refused = REFUSED.iter().map(|(word, why)| (*word, Err(*why)));
    known.chain(refused).filter(|(word, _)| begins(word)).max_by_key(|(word, _)| word.len())
}

impl Operator {
    fn row(self) -> Option<&'static OperatorRow> {
        OPERATORS.iter().find(|row| row.operator == self)
    }

    /// The spelling that is printed.
    pub(super) fn word(self) -> &'static str {
        self.row().and_then(|row| row.words.first()).copied().unwrap_or_default()
    }

    pub(super) fn takes(self) -> Takes {
        self.row().map_or(Takes::Nothing, |row| row.takes)
    }

    pub(super) fn opposite(self) -> Option<Self> {
        self.row()?.opposite
    }
}

/// To which side of a moment a distance is measured: `ago` or `before`, `ahead` or
/// `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Earlier,
    Later,
}

/// A number of units away from a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) unit: Unit,
    pub(super) direction: Direction,
    /// Never negative.
    pub(super) count: i64,
}

impl Shift {
    /// The count, negative for earlier.
    pub(super) fn signed(self) -> i64 {
        if self.direction == Direction::Earlier { -self.count } else { self.count }
    }
}

/// What an operator was given, with values of type `V` and other fields of type `F`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operands<V, F> {
    Nothing,
    Values(Vec<V>),
    Field(F, Option<Unit>),
    FieldAndShift(F, Shift),
    Moments(String, [V; 2]),
    Shift(Shift),
    DatePart(String, DatePart),
}

impl<V, F> Operands<V, F> {
    /// All values; empty if the operator takes none.
    pub(super) fn values(&self) -> &[V] {
        match self {
            Self::Values(values) => values,
            Self::Moments(_, moments) => moments,
            _ => &[],
        }
    }

    /// The field that is compared with.
    pub(super) fn field(&self) -> Option<&F> {
        match self {
            Self::Field(field, _) | Self::FieldAndShift(field, _) => Some(field),
            _ => None,
        }
    }

    /// The same with every value and field replaced.
    pub(super) fn map<W, G, E>(
        &self,
        value: impl Fn(&V) -> W,
        field: impl FnOnce(&F) -> Result<G, E>,
    ) -> Result<Operands<W, G>, E> {
        Ok(match self {
            Self::Nothing => Operands::Nothing,
            Self::Values(values) => Operands::Values(values.iter().map(value).collect()),
            Self::Field(other, unit) => Operands::Field(field(other)?, *unit),
            Self::FieldAndShift(other, shift) => Operands::FieldAndShift(field(other)?, *shift),
            Self::Moments(label, moments) => Operands::Moments(label.clone(), moments.each_ref().map(value)),
            Self::Shift(shift) => Operands::Shift(*shift),
            Self::DatePart(label, part) => Operands::DatePart(label.clone(), part.clone()),
        })
    }
}
