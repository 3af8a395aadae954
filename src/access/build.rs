//! Makes the graph of the rows of a scan.

use std::collections::{HashMap, HashSet};

use super::csr::Csr;
use super::graph::{AccessGraph, Nodes, Tables};
use super::step::{Node, Step, StepKind};
use crate::facts::TextId;
use crate::facts::{Facts, TableFacts};
use crate::query::{Missing, RowId};
use crate::record::{ColumnIdx, TableIdx, Wanted, is_no_identity};

/// One end of a row.
#[derive(Clone, Copy)]
enum End {
    /// A reference to a record.
    Record { sys_id: TextId, display: TextId },
    /// Of a role only its name is shown, which is as good.
    RoleName(TextId),
    /// The export does not show it.
    Hidden,
}

/// A row that ties two nodes together.
#[derive(Clone, Copy)]
struct Tie {
    kind: StepKind,
    table: TableIdx,
    row: RowId,
    from: End,
    to: End,
}

/// Edges before they are sorted by where they begin.
#[derive(Default)]
struct Edges {
    grants: Vec<(u32, u32, RowId)>,
    inherited: Vec<(u32, u32, RowId)>,
    members: Vec<(u32, u32, RowId)>,
    parents: Vec<(u32, u32, RowId)>,
    group_roles: Vec<(u32, u32, RowId)>,
    /// Rows of groups' roles that say which group they come from.
    copies: Vec<(u32, u32, RowId)>,
    contains: Vec<(u32, u32, RowId)>,
    /// Members of groups that are not shown, and groups with such a parent.
    hidden_members: Vec<(u32, u32, RowId)>,
    hidden_parents: Vec<(u32, u32, RowId)>,
}

/// Makes the graph of all live rows. Tables that nobody wants are left out.
pub(crate) fn build_graph(facts: &Facts, wanted: &Wanted) -> AccessGraph {
    let table = |name| wanted.find(name);
    let tables = Tables {
        grants: table("sys_user_has_role"),
        members: table("sys_user_grmember"),
        groups: table("sys_user_group"),
        group_roles: table("sys_group_has_role"),
        roles: table("sys_user_role"),
        contains: table("sys_user_role_contains"),
        users: table("sys_user"),
    };
    let graph = AccessGraph { tables, ..AccessGraph::default() };
    let mut builder =
        Builder { graph, facts, wanted, edges: Edges::default(), names: HashMap::new(), later: Vec::new() };
    builder.name_nodes();
    builder.tie(tables.grants, StepKind::Grant, ["user", "role"]);
    builder.tie(tables.members, StepKind::Member, ["user", "group"]);
    builder.tie(tables.groups, StepKind::ParentGroup, ["sys_id", "parent"]);
    builder.tie(tables.group_roles, StepKind::GroupRole, ["group", "role"]);
    builder.tie(tables.contains, StepKind::Contains, ["role", "contains"]);
    builder.tie_by_name();
    builder.finish()
}

struct Builder<'f> {
    graph: AccessGraph,
    facts: &'f Facts,
    wanted: &'f Wanted,
    edges: Edges,
    /// Roles by the folded name, as soon as a row shows nothing else of one.
    names: HashMap<TextId, u32>,
    /// Rows that show only the name of a role: they wait until all others have
    /// told which roles there are.
    later: Vec<Tie>,
}

impl Builder<'_> {
    /// Gives the records of users, groups and roles their numbers, in file order.
    fn name_nodes(&mut self) {
        let Tables { users, groups, roles, .. } = self.graph.tables;
        for (table, column, kind) in [
            (users, "user_name", Node::User as fn(u32) -> Node),
            (groups, "name", Node::Group),
            (roles, "name", Node::Role),
        ] {
            let Some(table) = table else { continue };
            let name = self.wanted.table(table).find(column);
            let rows = self.facts.table(table);
            for row in rows.live() {
                let sys_id = rows.pair(row, ColumnIdx::SYS_ID).value;
                if sys_id.0 > TextId::EMPTY.0 {
                    let folded = self.facts.fold(sys_id);
                    let row = rows.joined.get(&folded).copied().unwrap_or(row);
                    let display = name.map_or(TextId::ABSENT, |name| rows.pair(row, name).value);
                    self.nodes(kind(0)).number(sys_id, folded, display);
                }
            }
        }
    }

    fn nodes(&mut self, kind: Node) -> &mut Nodes {
        match kind {
            Node::User(_) => &mut self.graph.users,
            Node::Group(_) => &mut self.graph.groups,
            Node::Role(_) => &mut self.graph.roles,
        }
    }

    fn rows(&self, table: TableIdx) -> &TableFacts {
        self.facts.table(table)
    }

    /// Reads the rows of a table, each of which ties two nodes together.
    fn tie(&mut self, table: Option<TableIdx>, kind: StepKind, ends: [&str; 2]) {
        let Some(table) = table else { return };
        let columns = ends.map(|name| self.wanted.table(table).find(name));
        let [Some(from), Some(to)] = columns else { return };
        let facts = self.facts;
        for row in facts.table(table).live() {
            let (Some(from), Some(to)) =
                (self.end((table, row, from), kind), self.end((table, row, to), kind))
            else {
                continue;
            };
            let tie = Tie { kind, table, row, from, to };
            if matches!(from, End::RoleName(_)) || matches!(to, End::RoleName(_)) {
                self.later.push(tie);
            } else {
                self.add(tie);
            }
        }
    }

    /// What a column of a row shows; `None` where it is empty, so that the row
    /// ties nothing together.
    fn end(&self, (table, row, column): (TableIdx, RowId, ColumnIdx), kind: StepKind) -> Option<End> {
        let pair = self.rows(table).pair(row, column);
        let is_id = column == ColumnIdx::SYS_ID;
        let is_role = || match kind {
            StepKind::Grant | StepKind::InheritedGrant | StepKind::GroupRole => {
                self.wanted.column_name(table, column) == "role"
            }
            StepKind::Contains => true,
            StepKind::Member | StepKind::ParentGroup => false,
        };
        match pair.value {
            TextId::ABSENT if pair.display.0 > TextId::EMPTY.0 && is_role() => {
                Some(End::RoleName(pair.display))
            }
            TextId::ABSENT => Some(End::Hidden),
            // A record without its sys_id is there all the same.
            TextId::EMPTY => is_id.then_some(End::Hidden),
            nobody if is_no_identity(self.facts.texts.text(nobody)) => Some(End::Hidden),
            sys_id => {
                Some(End::Record { sys_id, display: if is_id { TextId::ABSENT } else { pair.display } })
            }
        }
    }

    /// Reads the rows that show only the name of a role.
    fn tie_by_name(&mut self) {
        let later = std::mem::take(&mut self.later);
        if later.is_empty() {
            return;
        }
        for (number, (_, name)) in (0_u32..).zip(&self.graph.roles.names) {
            if name.0 > TextId::EMPTY.0 {
                self.names.entry(self.facts.fold(*name)).or_insert(number);
            }
        }
        for tie in later {
            self.add(tie);
        }
    }

    /// The number of a node; `None` where it is not shown.
    fn number(&mut self, kind: Node, end: End) -> Option<u32> {
        let facts = self.facts;
        match end {
            End::Record { sys_id, display } => {
                Some(self.nodes(kind).number(sys_id, facts.fold(sys_id), display))
            }
            End::RoleName(name) => {
                let roles = &mut self.graph.roles;
                Some(*self.names.entry(facts.fold(name)).or_insert_with(|| roles.add(name)))
            }
            End::Hidden => None,
        }
    }

    /// Whether the text of a column says so: `None` where the column is not there.
    fn says(&self, tie: &Tie, column: &str, holds: impl Fn(&str) -> bool) -> Option<bool> {
        let column = self.wanted.table(tie.table).find(column)?;
        let cell = self.facts.cell(tie.table, tie.row, column);
        cell.present.then(|| holds(cell.value))
    }

    fn miss(missing: &mut Missing, wanted: &Wanted, table: TableIdx, column: &str) {
        if let Some(column) = wanted.table(table).find(column) {
            *missing = std::mem::take(missing).union(Missing::column(table, column));
        }
    }

    /// Notes that a row does not show one of its ends.
    fn note_hidden(&mut self, tie: &Tie, [from, to]: [&str; 2]) {
        let hidden = &mut self.graph.hidden;
        if matches!(tie.from, End::Hidden) {
            Self::miss(&mut hidden.holders, self.wanted, tie.table, from);
        }
        if matches!(tie.to, End::Hidden) {
            Self::miss(&mut hidden.held, self.wanted, tie.table, to);
        }
    }

    /// The number of the user that a row begins with, and what the row itself shows
    /// under `user.user_name`.
    fn user(&mut self, tie: &Tie) -> u32 {
        let Some(user) = self.number(Node::User(0), tie.from) else { return self.some_user() };
        let column = self.wanted.table(tie.table).find("user.user_name");
        let name = column.map_or(TextId::ABSENT, |column| self.rows(tie.table).pair(tie.row, column).value);
        if name.0 > TextId::EMPTY.0 {
            self.graph.users.user_names.entry(user).or_insert(name);
        }
        user
    }

    fn some_user(&mut self) -> u32 {
        *self.graph.hidden.user.get_or_insert_with(|| self.graph.users.add(TextId::ABSENT))
    }

    fn some_role(&mut self) -> u32 {
        *self.graph.hidden.role.get_or_insert_with(|| self.graph.roles.add(TextId::ABSENT))
    }

    /// Some user has this, through something that the row does not show.
    fn loose(&mut self, tie: &Tie, to: Node) {
        let from = Node::User(self.some_user());
        let &Tie { kind, table, row, .. } = tie;
        self.graph.hidden.loose.push(Step { kind, from, to, table, row });
    }

    fn add(&mut self, tie: Tie) {
        match tie.kind {
            StepKind::Grant | StepKind::InheritedGrant => self.add_grant(&tie),
            StepKind::Member => self.add_member(&tie),
            StepKind::ParentGroup => self.add_parent(&tie),
            StepKind::GroupRole => self.add_group_role(&tie),
            StepKind::Contains => self.add_contained(&tie),
        }
    }

    fn add_grant(&mut self, tie: &Tie) {
        let is_active = |state: &str| state.is_empty() || state.eq_ignore_ascii_case("active");
        match self.says(tie, "state", is_active) {
            Some(true) => {}
            Some(false) => return,
            None => self.graph.doubtful_grants.insert(tie.row),
        }
        let is_inherited = self.says(tie, "inherited", |text| text.eq_ignore_ascii_case("true"));
        if is_inherited.is_none() {
            self.graph.unclear_grants.insert(tie.row);
            Self::miss(&mut self.graph.hidden.ways, self.wanted, tie.table, "inherited");
        }
        self.note_hidden(tie, ["user", "role"]);
        let user = self.user(tie);
        let role = self.number(Node::Role(0), tie.to).unwrap_or_else(|| self.some_role());
        let edges = &mut self.edges;
        let edges = if is_inherited == Some(true) { &mut edges.inherited } else { &mut edges.grants };
        edges.push((user, role, tie.row));
    }

    fn add_member(&mut self, tie: &Tie) {
        self.note_hidden(tie, ["user", "group"]);
        let user = self.user(tie);
        if let Some(group) = self.number(Node::Group(0), tie.to) {
            self.edges.members.push((user, group, tie.row));
        } else {
            let role = self.some_role();
            self.edges.hidden_members.push((user, role, tie.row));
        }
    }

    fn add_parent(&mut self, tie: &Tie) {
        self.note_hidden(tie, ["sys_id", "parent"]);
        let child = self.number(Node::Group(0), tie.from);
        let parent = self.number(Node::Group(0), tie.to);
        match (child, parent) {
            (Some(child), Some(parent)) => self.edges.parents.push((child, parent, tie.row)),
            (Some(child), None) => {
                let role = self.some_role();
                self.edges.hidden_parents.push((child, role, tie.row));
            }
            (None, Some(parent)) => self.loose(tie, Node::Group(parent)),
            // Nothing is known of the group, not even that it has a parent.
            (None, None) => {}
        }
    }

    fn add_group_role(&mut self, tie: &Tie) {
        // What false does is not documented, so only true counts.
        match self.says(tie, "inherits", |text| text.eq_ignore_ascii_case("true")) {
            Some(true) => {}
            Some(false) => return self.graph.not_inheriting.push(tie.row),
            None => self.graph.doubtful_group_roles.insert(tie.row),
        }
        let is_copy = self.says(tie, "granted_by", |text| !text.is_empty()) == Some(true);
        self.note_hidden(tie, ["group", "role"]);
        let group = self.number(Node::Group(0), tie.from);
        let role = self.number(Node::Role(0), tie.to).unwrap_or_else(|| self.some_role());
        match group {
            Some(group) if is_copy => self.edges.copies.push((group, role, tie.row)),
            Some(group) => self.edges.group_roles.push((group, role, tie.row)),
            None => self.loose(tie, Node::Role(role)),
        }
    }

    fn add_contained(&mut self, tie: &Tie) {
        self.note_hidden(tie, ["role", "contains"]);
        let inner = self.number(Node::Role(0), tie.to).unwrap_or_else(|| self.some_role());
        let outer = self.number(Node::Role(0), tie.from);
        let outer = outer.unwrap_or_else(|| {
            self.loose(tie, Node::Role(inner));
            *self.graph.hidden.container.get_or_insert_with(|| self.graph.roles.add(TextId::ABSENT))
        });
        self.edges.contains.push((outer, inner, tie.row));
    }

    /// Rows that the platform copied from a parent group grant nothing of their
    /// own where the parent explains them: they go when its row goes.
    fn add_unexplained_copies(&mut self) {
        let edges = &mut self.edges;
        let has: HashSet<(u32, u32)> =
            edges.group_roles.iter().map(|(group, role, _)| (*group, *role)).collect();
        let parents = Csr::new(self.graph.groups.names.len(), &edges.parents);
        for (group, role, row) in std::mem::take(&mut edges.copies) {
            let mut seen = HashSet::from([group]);
            let mut open = vec![group];
            let mut is_explained = false;
            while let Some(next) = open.pop() {
                for (parent, _) in parents.of(next) {
                    is_explained |= has.contains(&(*parent, role));
                    if seen.insert(*parent) {
                        open.push(*parent);
                    }
                }
            }
            if !is_explained {
                edges.group_roles.push((group, role, row));
            }
        }
    }

    fn finish(mut self) -> AccessGraph {
        self.add_unexplained_copies();
        let Self { mut graph, edges, .. } = self;
        let (users, groups, roles) = graph.counts();
        graph.grants = Csr::new(users, &edges.grants);
        graph.inherited = Csr::new(users, &edges.inherited);
        graph.members = Csr::new(users, &edges.members);
        graph.parents = Csr::new(groups, &edges.parents);
        graph.group_roles = Csr::new(groups, &edges.group_roles);
        graph.contains = Csr::new(roles, &edges.contains);
        graph.hidden.members = Csr::new(users, &edges.hidden_members);
        graph.hidden.parents = Csr::new(groups, &edges.hidden_parents);
        graph
    }
}
