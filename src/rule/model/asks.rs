//! Everything that rules and classes ask, in one list: for what is computed only
//! as far as somebody asks for it.

use super::{Body, ClassBody, Condition, CountBody, RecordBody, Rule};
use crate::query::BoundQuery;
use crate::record::TableIdx;

/// One question.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'r> {
    /// The rows of a table that match; all of them without a query.
    Rows(TableIdx, Option<&'r BoundQuery>),
    /// Something of rows that others chose.
    Query(&'r BoundQuery),
}

impl Rule {
    /// All questions of the rule.
    #[must_use]
    pub fn asks(&self) -> Vec<Ask<'_>> {
        let mut asks = Vec::new();
        of_conditions(&self.gate, &mut asks);
        match &self.body {
            Body::Record(body) => of_record(body, &mut asks),
            Body::Property(_) => {}
            Body::Count(body) => of_count(body, &mut asks),
            Body::Conditions(bindings) => {
                for case in bindings.iter().flat_map(|binding| &binding.cases) {
                    for conditions in [&case.gate, &case.all, &case.any] {
                        of_conditions(conditions, &mut asks);
                    }
                }
            }
        }
        asks
    }
}

impl ClassBody {
    /// All questions of the class.
    #[must_use]
    pub fn asks(&self) -> Vec<Ask<'_>> {
        let of_evidence = self
            .evidence
            .iter()
            .flat_map(|evidence| [&evidence.filter, &evidence.outweighed_by, &evidence.doubted_by]);
        of_evidence.chain([&self.unless]).flatten().map(Ask::Query).collect()
    }
}

fn of_record<'r>(body: &'r RecordBody, asks: &mut Vec<Ask<'r>>) {
    asks.push(Ask::Rows(body.table, body.filter.as_ref()));
    let all = [&body.filter, &body.require, &body.unless];
    asks.extend(all.into_iter().flatten().map(Ask::Query));
}

fn of_count<'r>(body: &'r CountBody, asks: &mut Vec<Ask<'r>>) {
    asks.push(Ask::Rows(body.table, body.filter.as_ref()));
    asks.extend(body.filter.as_ref().map(Ask::Query));
    if let Some((_, of)) = &body.share {
        asks.extend([Ask::Rows(body.table, Some(of)), Ask::Query(of)]);
    }
}

fn of_conditions<'r>(conditions: &'r [Condition], asks: &mut Vec<Ask<'r>>) {
    for condition in conditions {
        match condition {
            Condition::Property(_) | Condition::Plugin(_) => {}
            Condition::Records { body, .. } => of_record(body, asks),
            Condition::Count(body) => of_count(body, asks),
        }
    }
}
