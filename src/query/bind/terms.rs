//! Ties conditions and related lists, and decides which answers rows can give while they
//! are read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::binder::Binder;
use super::condition::bind_condition;
use crate::query::bound::{
    Alternatives, BindError, BoundCondition, BoundRelated, BoundTerm, CountTest, KnownAnswer, Need,
};
use crate::query::bound_path::{BoundPath, PathEnd};
use crate::query::syntax::{Path, Query, Related, Term};
use crate::record::{Keep, PartOf, ROLE_CLOSURE, TableIdx, is_view, part_of};

pub(super) fn bind_terms(
    binder: &mut Binder<'_>,
    query: &Query,
    table: &str,
) -> Result<(TableIdx, Alternatives), BindError> {
    let index = binder.table(table);
    let mut alternatives = Vec::with_capacity(query.alternatives.len());
    for clause in &query.alternatives {
        let mut groups = Vec::with_capacity(clause.len());
        for group in clause {
            let terms = group.iter().map(|term| bind_term(binder, term, table));
            let mut terms = terms.collect::<Result<Vec<_>, _>>()?;
            // Cheap terms first: what the row answers itself often settles the group.
            terms.sort_by_key(BoundTerm::looks_further);
            groups.push(terms);
        }
        groups.sort_by_key(|group| group.iter().any(BoundTerm::looks_further));
        alternatives.push(groups);
    }
    Ok((index, alternatives))
}

fn bind_term(binder: &mut Binder<'_>, term: &Term, table: &str) -> Result<BoundTerm, BindError> {
    match term {
        Term::Condition(condition) => {
            let before = std::mem::take(&mut binder.needs);
            let bound = bind_condition(binder, condition, table);
            let own = std::mem::replace(&mut binder.needs, before);
            let bound = Arc::new(bound?);
            let known = known(binder, &bound, &own, term, table);
            match known {
                KnownAnswer::Never | KnownAnswer::Walk(_) => bound.keep(binder.wanted, Keep::Always),
                KnownAnswer::Test(_) if own.contains(&Need::Clock) => {
                    bound.keep(binder.wanted, Keep::WithoutClock);
                }
                KnownAnswer::Test(_) => {}
            }
            binder.needs.extend(own);
            Ok(BoundTerm::Condition(bound, known))
        }
        Term::Related(related) => Ok(BoundTerm::Related(bind_related(binder, related, table)?)),
    }
}

/// Registers the condition as a test or walk, if its answer can be kept.
fn known(
    binder: &mut Binder<'_>,
    bound: &Arc<BoundCondition>,
    needs: &BTreeSet<Need>,
    term: &Term,
    table: &str,
) -> KnownAnswer {
    let Some(tests) = binder.tests.as_mut() else { return KnownAnswer::Never };
    // Rows of a view are computed after reading, too late for tests.
    if is_view(table) {
        return KnownAnswer::Never;
    }
    let question = Arc::<BoundCondition>::clone(bound);
    let other = bound.operands.field();
    if !needs.contains(&Need::OtherRows) {
        let needs_clock = needs.contains(&Need::Clock);
        let test = tests.add(term.to_string(), question, (&bound.path, other), needs_clock);
        return test.map_or(KnownAnswer::Never, KnownAnswer::Test);
    }
    match bound.path.walk_start() {
        Some(start) if other.is_none() => {
            tests.add_walk(start, term.to_string(), question).map_or(KnownAnswer::Never, KnownAnswer::Walk)
        }
        _ => KnownAnswer::Never,
    }
}

fn bind_related(binder: &mut Binder<'_>, related: &Related, table: &str) -> Result<BoundRelated, BindError> {
    binder.need(Need::OtherRows);
    let this = match &related.this {
        Some(path) => {
            binder.need(Need::JoinByValue);
            binder.path(path, table)?
        }
        None => {
            binder.path(&Path { segments: vec!["sys_id".to_owned()], place: related.place.clone() }, table)?
        }
    };
    if !matches!(this.end, PathEnd::Column(_)) {
        let message = format!("a related list cannot be tied to the computed field '{}'", this.text);
        return Err(BindError::at(&related.place.0, message));
    }
    this.keep(binder.wanted, Keep::Always);
    let other = binder.table(&related.table);
    let (column, _) = binder.column(&related.table, &related.column, &related.place.0)?;
    binder.wanted.keep(other, column, Keep::Always);
    let (_, alternatives) = bind_terms(binder, &related.query, &related.table)?;
    let count = CountTest { comparison: related.comparison, count: related.count };
    let this_is_empty = binder.emptiness(&this);
    let part = part(binder, related, table, &this);
    let sees_deleted = related.query.asks("@action");
    Ok(BoundRelated { table: other, column, this, this_is_empty, part, count, sees_deleted, alternatives })
}

/// Whether related rows are parts of the record. If so, also asks for the columns that
/// name the record's app.
fn part(binder: &mut Binder<'_>, related: &Related, table: &str, this: &BoundPath) -> Option<PartOf> {
    let (own, column) = this.single_column()?;
    let column = binder.wanted.column_name(own, column);
    let part = part_of((&related.table, &related.column), (table, column))?;
    binder.wanted.keep_beside("sys_app", "scope");
    // Roles that a role contains indirectly are rows of other roles: their app counts too.
    let inner = (related.table == ROLE_CLOSURE).then_some("sys_user_role");
    for table in [table].into_iter().chain(inner) {
        let _ = ["sys_scope", "sys_package"].map(|column| binder.wanted.keep_beside(table, column));
    }
    Some(part)
}
