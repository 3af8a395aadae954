//! Which values of a field a query demands.

use super::{FieldCondition, Query, Term};
use crate::query::comparison::ValueComparison;
use crate::query::operator::{Operator, Polarity};

impl Query {
    /// The value that a field must have, whatever else the query asks:
    /// `active=true^user_nameLIKEsvc` pins `active` to `true`.
    #[must_use]
    pub fn pins(&self, field: &str) -> Option<&str> {
        let [clause] = self.alternatives.as_slice() else { return None };
        clause.iter().find_map(|group| match group.as_slice() {
            [term] => equals(term, field),
            _ => None,
        })
    }

    /// Whether the query holds only for values of the field that it lists, as
    /// `@originINapp,update_set` does.
    #[must_use]
    pub fn narrows(&self, field: &str) -> bool {
        let [clause] = self.alternatives.as_slice() else { return false };
        let mut single = clause.iter().filter_map(|group| <&[Term; 1]>::try_from(group.as_slice()).ok());
        single.any(|[term]| equals(term, field).is_some() || is_one_of(term, field))
    }
}

impl Query {
    /// Whether some condition asks that field of the row itself.
    pub(in crate::query) fn asks(&self, field: &str) -> bool {
        let mut terms = self.alternatives.iter().flatten().flatten();
        terms.any(|term| asked_of(term, field).is_some())
    }
}

fn equals<'q>(term: &'q Term, field: &str) -> Option<&'q str> {
    let condition = asked_of(term, field)?;
    match (condition.operator, condition.operands.values()) {
        (Operator::Compare(ValueComparison::Equal), [operand]) if operand.function.is_none() => {
            Some(&operand.text)
        }
        _ => None,
    }
}

fn is_one_of(term: &Term, field: &str) -> bool {
    asked_of(term, field).is_some_and(|condition| condition.operator == Operator::OneOf(Polarity::Plain))
}

/// The condition, if it is one about that field of the row itself.
fn asked_of<'q>(term: &'q Term, field: &str) -> Option<&'q FieldCondition> {
    match term {
        Term::Condition(condition) if condition.path.segments == [field] => Some(condition),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Query;

    #[track_caller]
    fn check(query: &str, pinned: Option<&str>) {
        let query = Query::parse(query).unwrap();
        assert_eq!(query.pins("active"), pinned, "{query}");
    }

    #[test]
    fn a_value_is_pinned_where_nothing_else_would_do() {
        check("active=true", Some("true"));
        check("active=true^name=x", Some("true"));
        check("active=true^ORname=x", None);
        check("active=true^NQname=x", None);
        check("active!=true", None);
        check("manager.active=true", None);
    }

    #[test]
    fn a_field_is_narrowed_by_one_value_or_a_list() {
        let check = |query: &str, narrows: bool| {
            assert_eq!(Query::parse(query).unwrap().narrows("state"), narrows, "{query}");
        };
        check("stateINopen,new^active=true", true);
        check("state=open", true);
        check("stateNOT INopen,new", false);
        check("stateINopen^ORactive=true", false);
        check("stateINopen^NQactive=true", false);
        check("owner.stateINopen", false);
    }
}
