//! The opposite of a query, where encoded queries can say it exactly, and two
//! queries in one.
//!
//! An empty field matches no comparison. So the opposite of `active=true` is not
//! `active!=true` but `active!=true^ORactiveISEMPTY`.

use std::borrow::Cow;

use super::{Clause, Condition, Group, Path, Polarity, Query, Related, Search, Term, Test};
use crate::query::comparison::Comparison;
use crate::query::known;
use crate::record::schema::ColumnType;

/// The most alternatives (`^NQ`) that are written out.
const MOST_ALTERNATIVES: usize = 16;

impl Query {
    /// Both queries in one; the order of rows is left out.
    ///
    /// # Errors
    /// If it takes more alternatives than anybody can read.
    pub fn and(&self, other: &Self) -> Result<Self, String> {
        if self.is_empty() || other.is_empty() {
            let alternatives = [&self.alternatives[..], &other.alternatives].concat();
            return Ok(Self { alternatives, sort: Vec::new() });
        }
        if self.alternatives.len() * other.alternatives.len() > MOST_ALTERNATIVES {
            return Err(format!("it would take more than {MOST_ALTERNATIVES} alternatives (^NQ)"));
        }
        let joined = |left: &Clause| {
            let left = left.clone();
            other.alternatives.iter().map(move |right| [&left[..], right].concat())
        };
        Ok(Self { alternatives: self.alternatives.iter().flat_map(joined).collect(), sort: Vec::new() })
    }

    /// The query that every row of a table matches that does not match this one,
    /// rows with empty fields too.
    ///
    /// # Errors
    /// If no encoded query says that: the reason, lower case, no final stop.
    pub fn negated(&self, table: &str) -> Result<Self, String> {
        if self.is_empty() {
            return Err("it has no condition, and so no opposite".to_owned());
        }
        let mut whole = Self::default();
        for clause in &self.alternatives {
            whole =
                whole.and(&Self { alternatives: opposite_of_clause(clause, table)?, sort: Vec::new() })?;
        }
        Ok(whole)
    }
}

/// One of the groups must fail. That is one group where each of them is a
/// condition of its own, else an alternative for each.
fn opposite_of_clause(clause: &Clause, table: &str) -> Result<Vec<Clause>, String> {
    let opposites =
        clause.iter().map(|group| opposite_of_group(group, table)).collect::<Result<Vec<_>, _>>()?;
    let are_conditions = clause.iter().all(|group| matches!(group.as_slice(), [Term::Condition(_)]));
    if are_conditions {
        return Ok(vec![vec![opposites.into_iter().flatten().flatten().collect()]]);
    }
    Ok(opposites)
}

/// All terms must fail.
fn opposite_of_group(group: &Group, table: &str) -> Result<Clause, String> {
    group.iter().map(|term| opposite_of_term(term, table)).collect()
}

fn opposite_of_term(term: &Term, table: &str) -> Result<Group, String> {
    match term {
        Term::Condition(condition) => opposite_of_condition(condition, table),
        Term::Related(related) => opposite_of_related(related).map(|related| vec![Term::Related(related)]),
    }
}

fn opposite_of_condition(condition: &Condition, table: &str) -> Result<Group, String> {
    let term = |path: &Path, test: Test| {
        Term::Condition(Condition { path: path.clone(), test, place: condition.place.clone() })
    };
    let path = &condition.path;
    let or_empty = |test: Test| Ok(vec![term(path, test), term(path, Test::IsEmpty)]);
    let refused =
        || Err(format!("encoded queries have no exact opposite of '{}'", Term::Condition(condition.clone())));
    if path.segments.iter().any(|segment| segment.starts_with('@')) {
        return Err(format!("'{path}' is computed, so the opposite of a question about it is not known"));
    }
    match &condition.test {
        Test::IsEmpty => Ok(vec![term(path, Test::IsNotEmpty)]),
        Test::IsNotEmpty => Ok(vec![term(path, Test::IsEmpty)]),
        Test::Compare(comparison, operand) if operand.text.is_empty() => match comparison {
            Comparison::Equal => Ok(vec![term(path, Test::IsNotEmpty)]),
            Comparison::NotEqual => Ok(vec![term(path, Test::IsEmpty)]),
            _ => refused(),
        },
        Test::Compare(comparison, operand) => {
            or_empty(Test::Compare(opposite_of_comparison(*comparison), operand.clone()))
        }
        Test::Search(Search::Contains, polarity, text) if !text.is_empty() && is_plain(path, table) => {
            or_empty(Test::Search(Search::Contains, other(*polarity), text.clone()))
        }
        Test::OneOf(polarity, values) if values.iter().all(|value| !value.is_empty()) => {
            or_empty(Test::OneOf(other(*polarity), values.clone()))
        }
        Test::Between(from, to) => Ok(vec![
            term(path, Test::Compare(Comparison::Less, from.clone())),
            term(path, Test::Compare(Comparison::Greater, to.clone())),
            term(path, Test::IsEmpty),
        ]),
        Test::SameAs(polarity, field, None) => Ok(vec![
            term(path, Test::SameAs(other(*polarity), field.clone(), None)),
            term(path, Test::IsEmpty),
            term(field, Test::IsEmpty),
        ]),
        Test::CompareField(comparison, field) => Ok(vec![
            term(path, Test::CompareField(opposite_of_comparison(*comparison), field.clone())),
            term(path, Test::IsEmpty),
            term(field, Test::IsEmpty),
        ]),
        _ => refused(),
    }
}

/// Whether a field is known to be searched by its own value. Of a reference, what
/// it displays is searched, and may be empty where the reference is not.
fn is_plain(path: &Path, table: &str) -> bool {
    let Some((last, walked)) = path.segments.split_last() else { return false };
    let mut table = Cow::Borrowed(table);
    for segment in walked {
        let Some(target) = known::column(&table, segment).and_then(|column| column.reference) else {
            return false;
        };
        table = target;
    }
    let kind = known::column(&table, last).map(|column| column.kind);
    kind.is_some_and(|kind| !matches!(kind, ColumnType::Reference | ColumnType::List))
}

/// Only counts that the platform documents: `>=n`, `=0`, `>n`, `<n`.
fn opposite_of_related(related: &Related) -> Result<Related, String> {
    let (comparison, count) = match (related.comparison, related.count) {
        (Comparison::GreaterOrEqual, 1) | (Comparison::Greater, 0) => (Comparison::Equal, 0),
        (Comparison::Equal, 0) | (Comparison::Less, 1) => (Comparison::GreaterOrEqual, 1),
        (Comparison::GreaterOrEqual, count) => (Comparison::Less, count),
        (Comparison::Less, count) => (Comparison::GreaterOrEqual, count),
        (Comparison::Greater, count) => (Comparison::Less, count.saturating_add(1)),
        (Comparison::LessOrEqual, count) => (Comparison::Greater, count),
        (Comparison::Equal | Comparison::NotEqual, count) => {
            return Err(format!(
                "encoded queries have no exact opposite of a related list's count of {count}"
            ));
        }
    };
    Ok(Related { comparison, count, ..related.clone() })
}

fn opposite_of_comparison(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

fn other(polarity: Polarity) -> Polarity {
    match polarity {
        Polarity::Plain => Polarity::Negated,
        Polarity::Negated => Polarity::Plain,
    }
}
