//! Fills the views of an instance: which roles users have, and which roles contain which.

use std::sync::Arc;

use super::contents::Instance;
use crate::access::{Access, AccessGraph, Node, ViewRow, build_graph, closure_rows, fill_view};
use crate::query::{Missing, Partial, RowId};
use crate::record::{EFFECTIVE_ROLE, ROLE_CLOSURE, TableIdx};
use crate::rule::Ask;

/// Computes effective roles if anybody asks, and fills the views as far as
/// somebody asks for them.
pub(super) fn settle(instance: &mut Instance<'_>, asks: &[Ask<'_>]) {
    let wanted = instance.wanted;
    let Some(effective_role) = wanted.find(EFFECTIVE_ROLE) else { return };
    let mut graph = build_graph(&instance.facts, wanted);
    if let Some(roles) = graph.tables.roles.filter(|_| instance.names.is_any_disputed()) {
        graph.forget_names(|sys_id| instance.names.is_disputed(roles, instance.facts.fold(sys_id)));
    }
    graph.name_well_known(instance.facts.texts_mut());
    graph.rank(&instance.facts.texts);
    instance.facts.seal();
    let sources = grant_sources(instance, &graph);
    let mut left_out = 0;
    if let Some(closure) = wanted.find(ROLE_CLOSURE) {
        let rows = closure_rows(&instance.facts, wanted, closure, &graph, &mut left_out);
        fill_view(&mut instance.facts, wanted, closure, rows);
    }
    let viewed = asked_by_view(instance, effective_role, &graph, asks);
    let asked: Vec<bool> = graph
        .all_roles()
        .zip(&viewed)
        .map(|(role, viewed)| *viewed || is_asked_by_name(instance, &graph, role, asks))
        .collect();
    let mut access = Access::new((graph, wanted, effective_role), &asked, sources);
    access.left_out = left_out;
    let rows = access.effective_rows(&instance.facts, wanted, &viewed);
    fill_view(&mut instance.facts, wanted, effective_role, rows);
    instance.access = Some(Arc::new(access));
}

/// The tables in which the source of an inherited grant would stand, as far as
/// they are not known to be whole.
fn grant_sources(instance: &Instance<'_>, graph: &AccessGraph) -> Missing {
    let tables = graph.tables;
    let sources = [tables.members, tables.group_roles, tables.contains, tables.groups];
    let open = sources.into_iter().flatten().filter(|table| !instance.holds_all(*table));
    open.map(Missing::table).fold(Missing::none(), Missing::union)
}

/// Whether a query asks for the role by `@role`.
fn is_asked_by_name(instance: &Instance<'_>, graph: &AccessGraph, role: u32, asks: &[Ask<'_>]) -> bool {
    let name = instance.facts.texts.text(graph.texts(Node::Role(role)).1);
    // A role without a name may be any.
    name.is_empty() || asks.iter().any(|ask| matches!(ask, Ask::Query(query) if query.asks_for_role(name)))
}

/// Which roles any question about the view may be about. Each role is put into
/// the view once, with no user, and the questions are asked of these rows.
fn asked_by_view(
    instance: &mut Instance<'_>,
    view: TableIdx,
    graph: &AccessGraph,
    asks: &[Ask<'_>],
) -> Vec<bool> {
    let wanted = instance.wanted;
    let Some(column) = wanted.table(view).find("role") else {
        return vec![false; graph.counts().2];
    };
    let rows = graph.all_roles().map(|role| ViewRow::of_role(graph, column, role)).collect();
    fill_view(&mut instance.facts, wanted, view, rows);
    let may_ask = |role: u32| {
        let partial = Partial { data: instance, clock: &instance.clock, row: RowId(role), column };
        asks.iter().any(|ask| match ask {
            Ask::Rows(table, query) => *table == view && query.is_none_or(|query| query.may_hold(partial)),
            Ask::Query(query) => query.related_may_hold(view, partial),
        })
    };
    graph.all_roles().map(may_ask).collect()
}
