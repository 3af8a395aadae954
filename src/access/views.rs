//! Tables that no export holds: `effective_role` and `role_closure`, computed from the
//! access graph and then asked like any other table.

use std::collections::HashSet;

use super::graph::AccessGraph;
use super::reach::Reach;
use super::roles::{Doubts, EffectiveRoles};
use super::step::{Node, Step, StepKind};
use crate::facts::{Facts, Pair, Row, RowStanding, SignatureId, TableFacts, TextId};
use crate::query::{Missing, RowId};
use crate::record::{Action, ColumnIdx, Origin, TableIdx, Wanted, WantedTable};

/// How many rows a view may have. Rules ask for privileged roles, so a real
/// instance stays far below.
const MOST_ROWS: usize = 8_000_000;

/// The access graph with what was computed of it.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) graph: AccessGraph,
    /// What users hold for sure.
    pub(crate) effective: EffectiveRoles,
    /// What users hold if every row counts that does not show whether it does;
    /// `None` where there is no such row.
    pub(crate) possible: Option<EffectiveRoles>,
    /// Rows of `effective_role` that rest on such rows.
    doubtful: HashSet<RowId>,
    /// The number of `effective_role`.
    view: TableIdx,
    /// The columns that would show whether those rows count.
    doubts: Missing,
    /// The tables that would show where an inherited grant comes from, as far as
    /// they are not known to be whole.
    pub(crate) sources: Missing,
    /// How many rows of views were left out because there were too many.
    pub(crate) left_out: usize,
}

impl Access {
    /// `asked` says of every role whether anybody asks for it, `sources` which tables are
    /// missing that would show where an inherited grant comes from.
    pub(crate) fn new(
        (graph, wanted, view): (AccessGraph, &Wanted, TableIdx),
        asked: &[bool],
        sources: Missing,
    ) -> Self {
        let effective = EffectiveRoles::new(&graph, asked, Doubts::Out);
        let possible = graph.has_doubts().then(|| EffectiveRoles::new(&graph, asked, Doubts::In));
        let doubts = graph.doubtful_columns().into_iter().filter_map(|(table, column)| {
            let table = table?;
            Some(Missing::column(table, wanted.table(table).find(column)?))
        });
        let doubts = doubts.fold(Missing::none(), Missing::union);
        let doubtful = HashSet::new();
        Self { graph, effective, possible, doubtful, view, doubts, sources, left_out: 0 }
    }

    /// Whether a row of `effective_role` rests on rows that do not show whether
    /// they count.
    pub(crate) fn is_doubtful(&self, table: TableIdx, row: RowId) -> bool {
        table == self.view && self.doubtful.contains(&row)
    }

    /// The columns that would show whether such rows count.
    pub(crate) fn doubts(&self) -> Missing {
        self.doubts.clone()
    }

    /// The rows of `effective_role`, for those roles that somebody asks for.
    pub(crate) fn effective_rows(&mut self, facts: &Facts, wanted: &Wanted, asked: &[bool]) -> Vec<ViewRow> {
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
            let reach = Reach::of_user(&self.graph, user);
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

/// The rows of `role_closure`; `left_out` counts those that are too many.
pub(crate) fn closure_rows(
    facts: &Facts,
    wanted: &Wanted,
    view: TableIdx,
    graph: &AccessGraph,
    left_out: &mut usize,
) -> Vec<ViewRow> {
    let names = wanted.table(view);
    let mut rows = Vec::new();
    for role in graph.all_roles() {
        let reach = Reach::from(graph, Node::Role(role));
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
    Row { standing: RowStanding::Current, signature: SignatureId::NONE, class: 0, ..row }
}

fn nowhere() -> Row {
    Row {
        source: 0,
        ordinal: 0,
        outer_start: 0,
        signature: SignatureId::NONE,
        action: Action::InsertOrUpdate,
        origin: Origin::Table,
        standing: RowStanding::Current,
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
pub(crate) fn node_name<'f>(facts: &'f Facts, graph: &AccessGraph, node: Node) -> &'f str {
    let (sys_id, display) = graph.texts(node);
    let name = facts.texts.text(graph.shown_user_name(node).unwrap_or(display)).trim();
    if name.is_empty() { facts.texts.text(sys_id) } else { name }
}

/// One row of a view before its texts are kept.
pub(crate) struct ViewRow {
    /// Where it stands: that of its last step.
    row: Row,
    /// Column and what stands in it.
    cells: Vec<(ColumnIdx, ViewCell)>,
}

enum ViewCell {
    Kept(Pair),
    Text(String),
}

impl ViewRow {
    /// A row that shows a role and nothing else.
    pub(crate) fn of_role(graph: &AccessGraph, column: ColumnIdx, role: u32) -> Self {
        let cells = vec![(column, ViewCell::Kept(pair_of(graph, Node::Role(role))))];
        Self { row: nowhere(), cells }
    }
}

/// Replaces the rows of a view.
pub(crate) fn fill_view(facts: &mut Facts, wanted: &Wanted, view: TableIdx, rows: Vec<ViewRow>) {
    let names = wanted.table(view);
    let mut table = TableFacts::new(names, true);
    let width = table.width();
    let mut kept = Vec::with_capacity(rows.len());
    for ViewRow { row, cells } in rows {
        let mut pairs = vec![Pair::default(); width];
        for (column, cell) in cells {
            let Some(slot) = table.slot(column) else { continue };
            pairs[slot] = match cell {
                ViewCell::Kept(pair) => pair,
                ViewCell::Text(text) => {
                    Pair { value: facts.texts_mut().intern(&text), display: TextId::ABSENT }
                }
            };
        }
        kept.push(row);
        table.add(Vec::new(), &pairs);
    }
    table.add(kept, &[]);
    facts.tables[view.index()] = table;
    facts.seal();
}
