//! The opposite of a query, where encoded queries can say it exactly, and two
//! queries in one.
//!
//! An empty field matches no comparison. So the opposite of `active=true` is not
//! `active!=true` but `active!=true^ORactiveISEMPTY`.

use std::borrow::Cow;

use super::{Clause, FieldCondition, Operand, Path, Query, Related, Term, TermGroup};
use crate::query::comparison::ValueComparison;
use crate::query::known;
use crate::query::operator::{Operands, Operator};
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

/// One of the groups must fail. If each group is a single condition, their opposites
/// form one group; else each needs an alternative.
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
fn opposite_of_group(group: &TermGroup, table: &str) -> Result<Clause, String> {
    group.iter().map(|term| opposite_of_term(term, table)).collect()
}

fn opposite_of_term(term: &Term, table: &str) -> Result<TermGroup, String> {
    match term {
        Term::Condition(condition) => opposite_of_condition(condition, table),
        Term::Related(related) => opposite_of_related(related).map(|related| vec![Term::Related(related)]),
    }
}

fn opposite_of_condition(condition: &FieldCondition, table: &str) -> Result<TermGroup, String> {
    let FieldCondition { path, operator, operands, place } = condition;
    let term = |path: &Path, operator: Operator, operands: Operands<Operand, Path>| {
        Term::Condition(FieldCondition { path: path.clone(), operator, operands, place: place.clone() })
    };
    let is_empty = |path: &Path| term(path, Operator::IsEmpty, Operands::Nothing);
    if path.segments.iter().any(|segment| segment.starts_with('@')) {
        return Err(format!("'{path}' is computed, so the opposite of a question about it is not known"));
    }
    let holds_empty = || operands.values().iter().any(|operand| operand.text.is_empty());
    let opposite = match (*operator, operands) {
        (Operator::Between, Operands::Values(values)) => {
            let sides = [ValueComparison::Less, ValueComparison::Greater].into_iter().zip(values);
            let outside = sides.map(|(side, value)| {
                term(path, Operator::Compare(side), Operands::Values(vec![value.clone()]))
            });
            return Ok(outside.chain([is_empty(path)]).collect());
        }
        // An empty value asks whether the field is empty.
        (Operator::Compare(ValueComparison::Equal), _) if holds_empty() => {
            return Ok(vec![term(path, Operator::IsNotEmpty, Operands::Nothing)]);
        }
        (Operator::Compare(ValueComparison::NotEqual), _) if holds_empty() => {
            return Ok(vec![is_empty(path)]);
        }
        (_, Operands::Field(_, Some(_))) => None,
        (Operator::Search(..), _) if !is_plain(path, table) => None,
        _ => operator.opposite().filter(|_| !holds_empty()),
    };
    let Some(opposite) = opposite else {
        return Err(format!("encoded queries have no exact opposite of '{condition}'"));
    };
    let mut group = vec![term(path, opposite, operands.clone())];
    if *operands != Operands::Nothing {
        group.push(is_empty(path));
        group.extend(operands.field().map(is_empty));
    }
    Ok(group)
}

/// Whether a search in the field looks at its own value. In a reference it looks at the
/// displayed name, which may be empty although the reference is not.
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
        (ValueComparison::GreaterOrEqual, 1) | (ValueComparison::Greater, 0) => (ValueComparison::Equal, 0),
        (ValueComparison::Equal, 0) | (ValueComparison::Less, 1) => (ValueComparison::GreaterOrEqual, 1),
        (ValueComparison::GreaterOrEqual, count) => (ValueComparison::Less, count),
        (ValueComparison::Less, count) => (ValueComparison::GreaterOrEqual, count),
        (ValueComparison::Greater, count) => (ValueComparison::Less, count.saturating_add(1)),
        (ValueComparison::LessOrEqual, count) => (ValueComparison::Greater, count),
        (ValueComparison::Equal | ValueComparison::NotEqual, count) => {
            return Err(format!(
                "encoded queries have no exact opposite of a related list's count of {count}"
            ));
        }
    };
    Ok(Related { comparison, count, ..related.clone() })
}
