//! Tables that no export holds: `effective_role` and `role_closure`, computed
//! from the access graph and then asked like any other table.

use std::collections::HashSet;
use std::sync::Arc;

use super::access::{AccessGraph, Doubts, EffectiveRoles, Node, Reach, Step, StepKind};
use super::columns::Pair;
use super::facts::{Facts, Row, Standing, TableFacts};
use super::instance::Instance;
use super::interner::TextId;
use super::signatures::SignatureId;
use crate::query::{EFFECTIVE_ROLE, Missing, Partial, ROLE_CLOSURE, RowId};
use crate::record::{Action, ColumnIdx, Origin, TableIdx, Wanted, WantedTable};
use crate::rule::Ask;

/// How many rows a view may have. Rules ask for privileged roles, so a real
/// instance stays far below.
const MOST_ROWS: usize = 8_000_000;

/// The access graph with what was computed of it.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) graph: AccessGraph,
    /// What users hold for sure.
    pub(super) effective: EffectiveRoles,
    /// What users hold if every row counts that does not show whether it does;
    /// `None` where there is no such row.
    pub(super) possible: Option<EffectiveRoles>,
    /// Rows of `effective_role` that rest on such rows.
    doubtful: HashSet<RowId>,
    /// The number of `effective_role`.
    view: TableIdx,
    /// The columns that would show whether those rows count.
    doubts: Missing,
    /// The tables that would show where an inherited grant comes from, as far as
    /// they are not known to be whole.
    pub(super) sources: Missing,
    /// How many rows of views were left out because there were too many.
    pub(super) left_out: usize,
}

/// Computes effective roles if anybody asks, and fills the views as far as
/// somebody asks for them.
pub(super) fn settle(instance: &mut Instance<'_>, asks: &[Ask<'_>]) {
    let wanted = instance.wanted;
    let Some(effective_role) = wanted.find(EFFECTIVE_ROLE) else { return };
    let mut graph = AccessGraph::new(&instance.facts, wanted);
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
        instance.facts.fill(wanted, closure, rows);
    }
    let viewed = asked_by_view(instance, effective_role, &graph, asks);
    let asked: Vec<bool> = graph
        .all_roles()
        .zip(&viewed)
        .map(|(role, viewed)| *viewed || is_asked_by_name(instance, &graph, role, asks))
        .collect();
    let effective = EffectiveRoles::new(&graph, &asked, Doubts::Out);
    let possible = graph.has_doubts().then(|| EffectiveRoles::new(&graph, &asked, Doubts::In));
    let mut access = Access {
        doubts: doubts(&graph, wanted),
        graph,
        effective,
        possible,
        doubtful: HashSet::new(),
        view: effective_role,
        sources,
        left_out,
    };
    let rows = access.effective_rows(&instance.facts, wanted, &viewed);
    instance.facts.fill(wanted, effective_role, rows);
    instance.access = Some(Arc::new(access));
}

/// The columns that would show whether rows count which do not show it.
fn doubts(graph: &AccessGraph, wanted: &Wanted) -> Missing {
    let columns = graph.doubtful_columns().into_iter().filter_map(|(table, column)| {
        let table = table?;
        Some(Missing::column(table, wanted.table(table).find(column)?))
    });
    columns.fold(Missing::none(), Missing::union)
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

/// One row of a view before its texts are kept.
pub(super) struct ViewRow {
    /// Where it stands: that of its last step.
    row: Row,
    /// Column and what stands in it.
    cells: Vec<(ColumnIdx, ViewCell)>,
}

enum ViewCell {
    Kept(Pair),
    Text(String),
}

impl Facts {
    /// Replaces the rows of a view.
    fn fill(&mut self, wanted: &Wanted, table: TableIdx, rows: Vec<ViewRow>) {
        let names = wanted.table(table);
        let mut facts = TableFacts::new(names, true);
        let width = facts.width();
        let mut kept = Vec::with_capacity(rows.len());
        for ViewRow { row, cells } in rows {
            let mut pairs = vec![Pair::default(); width];
            for (column, cell) in cells {
                let Some(slot) = facts.slot(column) else { continue };
                pairs[slot] = match cell {
                    ViewCell::Kept(pair) => pair,
                    ViewCell::Text(text) => {
                        Pair { value: self.texts_mut().intern(&text), display: TextId::ABSENT }
                    }
                };
            }
            kept.push(row);
            facts.add(Vec::new(), &pairs);
        }
        facts.add(kept, &[]);
        self.tables[table.index()] = facts;
        self.seal();
    }
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
    let rows = graph.all_roles().map(|role| ViewRow {
        row: nowhere(),
        cells: vec![(column, ViewCell::Kept(pair_of(graph, Node::Role(role))))],
    });
    let rows = rows.collect();
    instance.facts.fill(wanted, view, rows);
    let may_ask = |role: u32| {
        let partial = Partial { data: instance, clock: &instance.clock, row: RowId(role), column };
        asks.iter().any(|ask| match ask {
            Ask::Rows(table, query) => *table == view && query.is_none_or(|query| query.may_hold(partial)),
            Ask::Query(query) => query.related_may_hold(view, partial),
        })
    };
    graph.all_roles().map(may_ask).collect()
}

impl Access {
    /// Whether a row of `effective_role` rests on rows that do not show whether
    /// they count.
    pub(super) fn is_doubtful(&self, table: TableIdx, row: RowId) -> bool {
        table == self.view && self.doubtful.contains(&row)
    }

    /// The columns that would show whether such rows count.
    pub(super) fn doubts(&self) -> Missing {
        self.doubts.clone()
    }

    /// The rows of `effective_role`, for those roles that somebody asks for.
    fn effective_rows(&mut self, facts: &Facts, wanted: &Wanted, asked: &[bool]) -> Vec<ViewRow> {
        let names = wanted.table(self.view);
        let is_asked = |role: &u32| usize::try_from(*role).ok().and_then(|at| asked.get(at)) == Some(&true);
        let mut rows = Vec::new();
        for user in self.graph.holders() {
            let sure = self.effective.of(user);
            let all = self.possible.as_ref().map_or(sure, |possible| possible.of(user));
            let roles: Vec<u32> = all.iter().copied().filter(is_asked).collect();
            if roles.is_empty() {
                continue;
            }
            if rows.len() + roles.len() > MOST_ROWS {
                self.left_out += roles.len();
                continue;
            }
            let reach = self.graph.reach(user);
            for role in roles {
                let path = reach.shortest(Node::Role(role));
                let ends = [("user", Node::User(user)), ("role", Node::Role(role))];
                let Some(mut row) = view_row(facts, names, &self.graph, &path, ends) else { continue };
                if let (Some(column), Some(orphaned)) = (names.find("orphaned"), self.orphaned(&reach, &path))
                {
                    row.cells.push((column, ViewCell::Text(orphaned.to_string())));
                }
                if !sure.contains(&role)
                    && let Ok(number) = u32::try_from(rows.len())
                {
                    self.doubtful.insert(RowId(number));
                }
                rows.push(row);
            }
        }
        rows
    }

    /// Whether the grant says that it is inherited, and nothing is there that it
    /// could be inherited from; `None` where the exports do not show it.
    fn orphaned(&self, reach: &Reach, path: &[Step]) -> Option<bool> {
        let [Step { kind: StepKind::InheritedGrant, .. }] = path else { return Some(false) };
        let is_shown =
            self.sources.is_empty() && self.graph.hidden.user.is_none() && reach.hidden_role().is_none();
        is_shown.then_some(true)
    }
}

fn closure_rows(
    facts: &Facts,
    wanted: &Wanted,
    view: TableIdx,
    graph: &AccessGraph,
    left_out: &mut usize,
) -> Vec<ViewRow> {
    let names = wanted.table(view);
    let mut rows = Vec::new();
    for role in graph.all_roles() {
        let reach = graph.reach_from(Node::Role(role));
        let hidden = reach.hidden_role().filter(|hidden| *hidden != Node::Role(role));
        let hidden = hidden.and(graph.hidden.role);
        for inner in reach.roles().into_iter().chain(hidden) {
            // A role that comes back to itself contains itself.
            let path = if inner == role { reach.cycle() } else { reach.shortest(Node::Role(inner)) };
            if path.is_empty() {
                continue;
            }
            if rows.len() >= MOST_ROWS {
                *left_out += 1;
                continue;
            }
            let ends = [("role", Node::Role(role)), ("contains", Node::Role(inner))];
            rows.extend(view_row(facts, names, graph, &path, ends));
        }
    }
    rows
}

/// The row of a view for a path; the view's columns that nobody wants are left
/// out. `None` for a path without steps.
fn view_row(
    facts: &Facts,
    names: &WantedTable,
    graph: &AccessGraph,
    path: &[Step],
    ends: [(&str, Node); 2],
) -> Option<ViewRow> {
    let row = place_of(facts, path.last()?);
    let mut cells = Vec::new();
    let mut put = |name: &str, cell: &dyn Fn() -> ViewCell| {
        cells.extend(names.find(name).map(|column| (column, cell())));
    };
    for (name, node) in ends {
        put(name, &|| ViewCell::Kept(pair_of(graph, node)));
    }
    // Of a path that rows do not show nobody knows more.
    let is_shown = ends.iter().all(|(_, node)| graph.texts(*node) != (TextId::ABSENT, TextId::ABSENT));
    if is_shown {
        if !path.iter().any(|step| graph.is_unclear(step)) {
            put("via", &|| ViewCell::Text(via(path).to_owned()));
        }
        put("path", &|| ViewCell::Text(path_text(facts, graph, path)));
    }
    Some(ViewRow { row, cells })
}

/// A reference to a node: its sys_id and its name.
fn pair_of(graph: &AccessGraph, node: Node) -> Pair {
    let (value, display) = graph.texts(node);
    Pair { value, display }
}

fn place_of(facts: &Facts, step: &Step) -> Row {
    let row = facts.table(step.table).row(step.row).copied().unwrap_or_else(nowhere);
    // The view has tests of its own, or none.
    Row { standing: Standing::Current, signature: SignatureId::NONE, class: 0, ..row }
}

fn nowhere() -> Row {
    Row {
        source: 0,
        ordinal: 0,
        outer_start: 0,
        signature: SignatureId::NONE,
        action: Action::InsertOrUpdate,
        origin: Origin::Table,
        standing: Standing::Current,
        class: 0,
    }
}

/// How a role comes: `direct`, `inherited` (from nobody knows what), through a
/// `group`, or `contained` in a role that is granted directly.
fn via(path: &[Step]) -> &'static str {
    use StepKind::{Grant, GroupRole, InheritedGrant, Member, ParentGroup};
    let has = |kinds: &[StepKind]| path.iter().any(|step| kinds.contains(&step.kind));
    match path {
        [Step { kind: Grant, .. }] => "direct",
        _ if has(&[Member, ParentGroup, GroupRole]) => "group",
        _ if has(&[InheritedGrant]) => "inherited",
        _ => "contained",
    }
}

/// `svc.sap → Operators → x_ops.lead → admin`.
fn path_text(facts: &Facts, graph: &AccessGraph, path: &[Step]) -> String {
    let nodes = path.first().map(|step| step.from).into_iter().chain(path.iter().map(|step| step.to));
    let names: Vec<_> = nodes.map(|node| node_name(facts, graph, node)).collect();
    names.join(" → ")
}

/// What names a node to a person.
pub(super) fn node_name<'f>(facts: &'f Facts, graph: &AccessGraph, node: Node) -> &'f str {
    let (sys_id, display) = graph.texts(node);
    let name = facts.texts.text(graph.shown_user_name(node).unwrap_or(display)).trim();
    if name.is_empty() { facts.texts.text(sys_id) } else { name }
}
