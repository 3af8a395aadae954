//! The graph itself, made of the facts of a scan.

use std::collections::{HashMap, HashSet};

use super::super::facts::{Facts, TableFacts};
use super::super::interner::TextId;
use super::csr::{Csr, position};
use super::step::{Node, Step, StepKind};
use crate::query::{Cell, RowId};
use crate::record::{ColumnIdx, TableIdx, Wanted};

/// The nodes of one kind.
#[derive(Debug, Default)]
struct Nodes {
    by_sys_id: HashMap<TextId, u32>,
    /// sys_id, and what references display.
    names: Vec<(TextId, TextId)>,
    /// User names that rows show which refer to users.
    user_names: HashMap<u32, TextId>,
}

impl Nodes {
    fn number(&mut self, sys_id: TextId, folded: TextId, display: TextId) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let number = *self.by_sys_id.entry(folded).or_insert(next);
        if number == next {
            self.names.push((sys_id, display));
        } else if let Some(name) = self.names.get_mut(position(number))
            && name.1.0 <= TextId::EMPTY.0
        {
            name.1 = display;
        }
        number
    }
}

/// Who reaches which role, and how.
#[derive(Debug, Default)]
pub(crate) struct AccessGraph {
    users: Nodes,
    groups: Nodes,
    roles: Nodes,
    pub(crate) tables: Tables,
    pub(crate) grants: Csr,
    pub(crate) inherited: Csr,
    pub(crate) members: Csr,
    pub(crate) parents: Csr,
    pub(crate) group_roles: Csr,
    pub(crate) contains: Csr,
    /// Rows of `sys_group_has_role` that say `inherits=false`, which do not count.
    pub(crate) not_inheriting: Vec<RowId>,
}

/// The tables that the graph is made of.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tables {
    pub(crate) grants: Option<TableIdx>,
    pub(crate) members: Option<TableIdx>,
    pub(crate) groups: Option<TableIdx>,
    pub(crate) group_roles: Option<TableIdx>,
    pub(crate) roles: Option<TableIdx>,
    pub(crate) contains: Option<TableIdx>,
    pub(crate) users: Option<TableIdx>,
}

impl AccessGraph {
    /// Makes the graph of all live rows. Tables that nobody wants are left out.
    pub(crate) fn new(facts: &Facts, wanted: &Wanted) -> Self {
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
        let mut graph = Self { tables, ..Self::default() };
        let reader = |table: Option<TableIdx>| table.map(|table| Reader { facts, wanted, table });
        graph.name_nodes(&reader);
        let mut edges = Edges::default();
        if let Some(rows) = reader(tables.grants) {
            graph.read_grants(&rows, &mut edges);
        }
        if let Some(rows) = reader(tables.members) {
            rows.pairs("user", "group", |row, user, group| {
                edges.members.push((graph.users.take(user), graph.groups.take(group), row));
            });
        }
        if let Some(rows) = reader(tables.groups) {
            rows.pairs("sys_id", "parent", |row, child, parent| {
                edges.parents.push((graph.groups.take(child), graph.groups.take(parent), row));
            });
        }
        if let Some(rows) = reader(tables.group_roles) {
            graph.read_group_roles(&rows, &mut edges);
        }
        if let Some(rows) = reader(tables.contains) {
            rows.pairs("role", "contains", |row, outer, inner| {
                edges.contains.push((graph.roles.take(outer), graph.roles.take(inner), row));
            });
        }
        graph.add_unexplained_copies(&mut edges);
        graph.seal(&edges);
        graph
    }

    /// Gives the records of users, groups and roles their numbers, in file order.
    fn name_nodes<'f>(&mut self, reader: &dyn Fn(Option<TableIdx>) -> Option<Reader<'f>>) {
        let columns = [
            (self.tables.users, "user_name", &mut self.users),
            (self.tables.groups, "name", &mut self.groups),
            (self.tables.roles, "name", &mut self.roles),
        ];
        for (table, column, nodes) in columns {
            let Some(rows) = reader(table) else { continue };
            let name = rows.column(column);
            for row in rows.table().live() {
                let sys_id = rows.reference(row, ColumnIdx::SYS_ID);
                if let Some(mut sys_id) = sys_id {
                    sys_id.display = name.map_or(TextId::ABSENT, |name| rows.table().pair(row, name).value);
                    nodes.take(sys_id);
                }
            }
        }
    }

    fn read_grants(&mut self, rows: &Reader<'_>, edges: &mut Edges) {
        rows.pairs("user", "role", |row, user, role| {
            let is_active = rows
                .text(row, "state")
                .is_none_or(|state| state.is_empty() || state.eq_ignore_ascii_case("active"));
            if !is_active {
                return;
            }
            let edge = (self.users.take(user), self.roles.take(role), row);
            let is_inherited =
                rows.text(row, "inherited").is_some_and(|text| text.eq_ignore_ascii_case("true"));
            if is_inherited { edges.inherited.push(edge) } else { edges.grants.push(edge) }
        });
    }

    fn read_group_roles(&mut self, rows: &Reader<'_>, edges: &mut Edges) {
        rows.pairs("group", "role", |row, group, role| {
            // What false does is not documented, so only true counts; a column
            // that was not exported says nothing against it.
            if !rows.text(row, "inherits").is_none_or(|text| text.eq_ignore_ascii_case("true")) {
                self.not_inheriting.push(row);
                return;
            }
            let edge = (self.groups.take(group), self.roles.take(role), row);
            let is_copy = rows.text(row, "granted_by").is_some_and(|text| !text.is_empty());
            if is_copy { edges.copies.push(edge) } else { edges.group_roles.push(edge) }
        });
    }

    /// Rows that the platform copied from a parent group grant nothing of their
    /// own where the parent explains them: they go when its row goes.
    fn add_unexplained_copies(&self, edges: &mut Edges) {
        let has: HashSet<(u32, u32)> =
            edges.group_roles.iter().map(|(group, role, _)| (*group, *role)).collect();
        let parents = Csr::new(self.groups.names.len(), &edges.parents);
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

    fn seal(&mut self, edges: &Edges) {
        let (users, groups, roles) =
            (self.users.names.len(), self.groups.names.len(), self.roles.names.len());
        self.grants = Csr::new(users, &edges.grants);
        self.inherited = Csr::new(users, &edges.inherited);
        self.members = Csr::new(users, &edges.members);
        self.parents = Csr::new(groups, &edges.parents);
        self.group_roles = Csr::new(groups, &edges.group_roles);
        self.contains = Csr::new(roles, &edges.contains);
    }

    /// How many users, groups and roles there are.
    #[must_use]
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        (self.users.names.len(), self.groups.names.len(), self.roles.names.len())
    }

    /// The numbers of all roles.
    pub(crate) fn all_roles(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.roles.names.len()).unwrap_or(u32::MAX)
    }

    /// The numbers of all groups.
    pub(crate) fn all_groups(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.groups.names.len()).unwrap_or(u32::MAX)
    }

    /// The numbers of all users.
    pub(crate) fn all_users(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.users.names.len()).unwrap_or(u32::MAX)
    }

    /// The user with a folded sys_id.
    pub(crate) fn user(&self, sys_id: TextId) -> Option<u32> {
        self.users.by_sys_id.get(&sys_id).copied()
    }

    /// The role with a folded sys_id.
    pub(crate) fn role(&self, sys_id: TextId) -> Option<u32> {
        self.roles.by_sys_id.get(&sys_id).copied()
    }

    /// sys_id and name of a node; the name is empty where nothing tells it.
    pub(crate) fn texts(&self, node: Node) -> (TextId, TextId) {
        let (nodes, number) = match node {
            Node::User(number) => (&self.users, number),
            Node::Group(number) => (&self.groups, number),
            Node::Role(number) => (&self.roles, number),
        };
        nodes.names.get(position(number)).copied().unwrap_or_default()
    }

    /// The user name of a user as rows that refer to it show it, such as a list of
    /// grants with the column `user.user_name`.
    pub(crate) fn shown_user_name(&self, node: Node) -> Option<TextId> {
        let Node::User(number) = node else { return None };
        self.users.user_names.get(&number).copied()
    }

    /// Whether a row of `sys_user_has_role` says that a user has a role.
    #[must_use]
    pub(crate) fn has_row(&self, user: Node, role: u32) -> bool {
        let Node::User(user) = user else { return false };
        let has = |edges: &Csr| edges.of(user).iter().any(|(found, _)| *found == role);
        has(&self.grants) || has(&self.inherited)
    }

    /// What one step of a node leads to.
    pub(crate) fn steps(&self, from: Node, follow: impl FnMut(Step), inherited: bool) {
        let mut follow = follow;
        let mut each = |edges: &Csr, number: u32, kind: StepKind, table: Option<TableIdx>| {
            for &(to, row) in edges.of(number) {
                let to = match kind {
                    StepKind::Member | StepKind::ParentGroup => Node::Group(to),
                    _ => Node::Role(to),
                };
                if let Some(table) = table {
                    follow(Step { kind, from, to, table, row });
                }
            }
        };
        match from {
            Node::User(user) => {
                each(&self.grants, user, StepKind::Grant, self.tables.grants);
                each(&self.members, user, StepKind::Member, self.tables.members);
                if inherited {
                    each(&self.inherited, user, StepKind::InheritedGrant, self.tables.grants);
                }
            }
            Node::Group(group) => {
                each(&self.group_roles, group, StepKind::GroupRole, self.tables.group_roles);
                each(&self.parents, group, StepKind::ParentGroup, self.tables.groups);
            }
            Node::Role(role) => each(&self.contains, role, StepKind::Contains, self.tables.contains),
        }
    }
}

/// Edges before they are sorted by source.
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
}

/// A reference to a node.
#[derive(Clone, Copy)]
struct Reference {
    sys_id: TextId,
    folded: TextId,
    display: TextId,
    /// What the row itself shows under `user.user_name`.
    user_name: TextId,
}

impl Nodes {
    fn take(&mut self, reference: Reference) -> u32 {
        let number = self.number(reference.sys_id, reference.folded, reference.display);
        if reference.user_name.0 > TextId::EMPTY.0 {
            self.user_names.entry(number).or_insert(reference.user_name);
        }
        number
    }
}

/// Reads the rows of one table.
struct Reader<'f> {
    facts: &'f Facts,
    wanted: &'f Wanted,
    table: TableIdx,
}

impl Reader<'_> {
    fn table(&self) -> &TableFacts {
        self.facts.table(self.table)
    }

    fn column(&self, name: &str) -> Option<ColumnIdx> {
        self.wanted.table(self.table).find(name)
    }

    /// What a column refers to; `None` where it is empty or not there.
    fn reference(&self, row: RowId, column: ColumnIdx) -> Option<Reference> {
        let pair = self.table().pair(row, column);
        let is_filled = pair.value.0 > TextId::EMPTY.0;
        is_filled.then(|| Reference {
            sys_id: pair.value,
            folded: self.facts.fold(pair.value),
            display: pair.display,
            user_name: TextId::ABSENT,
        })
    }

    fn text(&self, row: RowId, column: &str) -> Option<&str> {
        let Cell { present, value, .. } = self.facts.cell(self.table, row, self.column(column)?);
        present.then_some(value)
    }

    /// Every live row in which both columns are filled.
    fn pairs(&self, from: &str, to: &str, mut take: impl FnMut(RowId, Reference, Reference)) {
        let user_name = self.column(&format!("{from}.user_name"));
        let (Some(from), Some(to)) = (self.column(from), self.column(to)) else { return };
        for row in self.table().live() {
            if let (Some(mut from), Some(to)) = (self.reference(row, from), self.reference(row, to)) {
                let name = user_name.map_or(TextId::ABSENT, |column| self.table().pair(row, column).value);
                from.user_name = name;
                take(row, from, to);
            }
        }
    }
}
