//! The graph itself, made of the facts of a scan.

use std::collections::HashMap;

use super::csr::{Csr, position};
use super::row_set::RowSet;
use super::step::{Node, Step, StepKind};
use crate::facts::{Interner, TextId};
use crate::query::{Missing, RowId};
use crate::record::{TableIdx, well_known_name};

/// The nodes of one kind.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    pub(crate) by_sys_id: HashMap<TextId, u32>,
    /// sys_id, and what references display. Both are absent for a node that
    /// stands for whatever a row does not show.
    pub(crate) names: Vec<(TextId, TextId)>,
    /// Where each stands in the order of names.
    pub(crate) ranks: Vec<u32>,
    /// User names that rows show which refer to users.
    pub(crate) user_names: HashMap<u32, TextId>,
}

impl Nodes {
    /// The number of the node with a sys_id; a new one the first time.
    pub(crate) fn number(&mut self, sys_id: TextId, folded: TextId, display: TextId) -> u32 {
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

    /// A node that no sys_id leads to.
    pub(crate) fn add(&mut self, display: TextId) -> u32 {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push((TextId::ABSENT, display));
        number
    }
}

/// What stands for the ends of rows that the export does not show: a column that
/// was not exported, or a label in place of a reference. Where a row leads to one
/// of them, or comes from one, the views get a row in which that column is not
/// present, and every question about it is answered "unknown".
///
/// A row that leads to something unknown and a row that comes from something
/// unknown never meet: together they would be a path that nobody has seen.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    /// Some user.
    pub(crate) user: Option<u32>,
    /// Whatever role a row leads to; nothing follows from it.
    pub(crate) role: Option<u32>,
    /// Whatever role contains another; nobody is known to have it.
    pub(crate) container: Option<u32>,
    /// What some user has through a group or a role that is not shown.
    pub(crate) loose: Vec<Step>,
    /// Members of groups that are not shown: from users to [`Self::role`].
    pub(crate) members: Csr,
    /// Groups with a parent that is not shown: from groups to [`Self::role`].
    pub(crate) parents: Csr,
    /// The columns that do not show who has something.
    pub(crate) holders: Missing,
    /// The columns that do not show what somebody has.
    pub(crate) held: Missing,
    /// The columns that do not show how somebody comes to have it.
    pub(crate) ways: Missing,
}

/// Who reaches which role, and how.
#[derive(Debug, Default)]
pub(crate) struct AccessGraph {
    pub(crate) users: Nodes,
    pub(crate) groups: Nodes,
    pub(crate) roles: Nodes,
    pub(crate) tables: Tables,
    pub(crate) grants: Csr,
    pub(crate) inherited: Csr,
    pub(crate) members: Csr,
    pub(crate) parents: Csr,
    pub(crate) group_roles: Csr,
    pub(crate) contains: Csr,
    /// Rows of `sys_group_has_role` that say `inherits=false`, which do not count.
    pub(crate) not_inheriting: Vec<RowId>,
    /// What the rows do not show.
    pub(crate) hidden: Hidden,
    /// Grants that do not show whether they are active: `state` was not exported.
    pub(crate) doubtful_grants: RowSet,
    /// Groups' roles that do not show whether they count: `inherits` was not exported.
    pub(crate) doubtful_group_roles: RowSet,
    /// Grants that do not show whether they are inherited.
    pub(crate) unclear_grants: RowSet,
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

    /// The numbers of all users, without the one who stands for those that rows
    /// do not show.
    pub(crate) fn all_users(&self) -> impl Iterator<Item = u32> + use<> {
        let hidden = self.hidden.user;
        self.holders().filter(move |user| Some(*user) != hidden)
    }

    /// The numbers of all users, and of the one who stands for those that rows do
    /// not show.
    pub(crate) fn holders(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.users.names.len()).unwrap_or(u32::MAX)
    }

    /// Whether a row does not show whether it counts.
    #[must_use]
    pub(crate) fn is_doubtful(&self, step: &Step) -> bool {
        match step.kind {
            StepKind::Grant | StepKind::InheritedGrant => self.doubtful_grants.contains(step.row),
            StepKind::GroupRole => self.doubtful_group_roles.contains(step.row),
            StepKind::Member | StepKind::ParentGroup | StepKind::Contains => false,
        }
    }

    /// The columns that would show whether rows count which do not show it.
    pub(crate) fn doubtful_columns(&self) -> Vec<(Option<TableIdx>, &'static str)> {
        let grants = (!self.doubtful_grants.is_empty()).then_some((self.tables.grants, "state"));
        let groups = (!self.doubtful_group_roles.is_empty()).then_some((self.tables.group_roles, "inherits"));
        grants.into_iter().chain(groups).collect()
    }

    /// Whether some row does not show whether it counts.
    #[must_use]
    pub(crate) fn has_doubts(&self) -> bool {
        !self.doubtful_grants.is_empty() || !self.doubtful_group_roles.is_empty()
    }

    /// Whether the grant does not show whether it is inherited.
    #[must_use]
    pub(crate) fn is_unclear(&self, step: &Step) -> bool {
        matches!(step.kind, StepKind::Grant) && self.unclear_grants.contains(step.row)
    }

    /// Names the roles that have the same sys_id on every instance, whatever
    /// references call them.
    pub(crate) fn name_well_known(&mut self, texts: &mut Interner) {
        for (sys_id, name) in &mut self.roles.names {
            if let Some(known) = well_known_name("sys_user_role", texts.text(*sys_id))
                && !texts.text(*name).eq_ignore_ascii_case(known)
            {
                *name = texts.intern(known);
            }
        }
    }

    /// Puts groups and roles in the order of their names, in which they are followed:
    /// of several shortest paths the same is then shown, however files order the rows.
    pub(crate) fn rank(&mut self, texts: &Interner) {
        for nodes in [&mut self.groups, &mut self.roles] {
            let name = |(sys_id, display): (TextId, TextId)| (texts.text(display), texts.text(sys_id));
            let mut numbers: Vec<usize> = (0..nodes.names.len()).collect();
            numbers.sort_by_cached_key(|number| name(nodes.names[*number]));
            nodes.ranks = vec![0; numbers.len()];
            for (rank, number) in (0..).zip(numbers) {
                nodes.ranks[number] = rank;
            }
        }
    }

    /// Takes the names away that only references say which contradict each other.
    pub(crate) fn forget_names(&mut self, is_disputed: impl Fn(TextId) -> bool) {
        for (sys_id, name) in &mut self.roles.names {
            if is_disputed(*sys_id) {
                *name = TextId::ABSENT;
            }
        }
    }

    /// Where a node stands among those of its kind.
    pub(crate) fn rank_of(&self, node: Node) -> u32 {
        let (ranks, number) = match node {
            Node::User(_) => return 0,
            Node::Group(number) => (&self.groups.ranks, number),
            Node::Role(number) => (&self.roles.ranks, number),
        };
        ranks.get(position(number)).copied().unwrap_or(number)
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
        let tables = self.tables;
        let mut each = |edges: &Csr, number: u32, node: fn(u32) -> Node, (kind, table)| {
            let Some(table) = table else { return };
            for &(to, row) in edges.of(number) {
                follow(Step { kind, from, to: node(to), table, row });
            }
        };
        match from {
            Node::User(user) => {
                each(&self.grants, user, Node::Role, (StepKind::Grant, tables.grants));
                each(&self.members, user, Node::Group, (StepKind::Member, tables.members));
                if inherited {
                    each(&self.inherited, user, Node::Role, (StepKind::InheritedGrant, tables.grants));
                }
                each(&self.hidden.members, user, Node::Role, (StepKind::Member, tables.members));
                if self.hidden.user == Some(user) {
                    self.hidden.loose.iter().copied().for_each(follow);
                }
            }
            Node::Group(group) => {
                each(&self.group_roles, group, Node::Role, (StepKind::GroupRole, tables.group_roles));
                each(&self.parents, group, Node::Group, (StepKind::ParentGroup, tables.groups));
                each(&self.hidden.parents, group, Node::Role, (StepKind::ParentGroup, tables.groups));
            }
            Node::Role(role) => {
                each(&self.contains, role, Node::Role, (StepKind::Contains, tables.contains));
            }
        }
    }
}
