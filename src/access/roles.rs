//! The roles that every user has in the end.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::csr::position;
use super::graph::AccessGraph;
use super::step::{Node, Step};

/// How many pairs of user and role are kept. Queries ask for privileged roles,
/// so even the largest instance stays far below.
const MOST_PAIRS: usize = 100_000_000;
/// How many users one task computes.
const CHUNK: usize = 4096;

/// For every user those of the asked roles that it reaches, sorted by number.
#[derive(Debug, Default)]
pub(crate) struct EffectiveRoles {
    starts: Vec<usize>,
    roles: Vec<u32>,
    /// How many users were left out because there were too many pairs.
    pub(crate) left_out: usize,
}

impl EffectiveRoles {
    /// Whether nobody has any of them, as far as they were computed.
    pub(crate) fn are_none(&self) -> bool {
        self.roles.is_empty()
    }

    /// `asked` says of every role whether anybody asks for it.
    pub(crate) fn new(graph: &AccessGraph, asked: &[bool], doubts: Doubts) -> Self {
        Self::with_limit(graph, asked, doubts, MOST_PAIRS)
    }

    pub(crate) fn with_limit(graph: &AccessGraph, asked: &[bool], doubts: Doubts, most: usize) -> Self {
        let leads = Leads::new(graph, asked, doubts);
        let users: Vec<u32> = graph.holders().collect();
        let chunks: Vec<(Vec<usize>, Vec<u32>)> = users
            .par_chunks(CHUNK)
            .map(|users| {
                let mut roles = Vec::new();
                let mut ends = Vec::with_capacity(users.len());
                for &user in users {
                    leads.of_user(graph, user, &mut roles);
                    ends.push(roles.len());
                }
                (ends, roles)
            })
            .collect();
        let mut all = Self { starts: vec![0], roles: Vec::new(), left_out: 0 };
        for (ends, roles) in chunks {
            if all.roles.len() + roles.len() > most {
                break;
            }
            let before = all.roles.len();
            all.starts.extend(ends.iter().map(|end| before + end));
            all.roles.extend(roles);
        }
        all.left_out = users.len() - (all.starts.len() - 1);
        all
    }

    /// The asked roles of a user.
    pub(crate) fn of(&self, user: u32) -> &[u32] {
        let at = position(user);
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => self.roles.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// What rows count for that do not show whether they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubts {
    /// Nothing: what is reached is reached for sure.
    Out,
    /// As if they did: what is reached is all that may be.
    In,
}

/// For every role and group the asked roles that it leads to. Found backwards
/// from each asked role, so that what a user reaches is a union of short lists,
/// whatever lies in between.
struct Leads {
    roles: Vec<Vec<u32>>,
    groups: Vec<Vec<u32>>,
    doubts: Doubts,
}

impl Leads {
    fn new(graph: &AccessGraph, asked: &[bool], doubts: Doubts) -> Self {
        let (_, groups, roles) = graph.counts();
        let mut leads = Self { roles: vec![Vec::new(); roles], groups: vec![Vec::new(); groups], doubts };
        let mut sources: HashMap<Node, Vec<Node>> = HashMap::new();
        for node in graph.all_roles().map(Node::Role).chain(graph.all_groups().map(Node::Group)) {
            let take = |step: Step| {
                if doubts == Doubts::In || !graph.is_doubtful(&step) {
                    sources.entry(step.to).or_default().push(step.from);
                }
            };
            graph.steps(node, take, false);
        }
        for role in graph.all_roles().filter(|role| asked.get(position(*role)) == Some(&true)) {
            let mut seen = HashSet::from([Node::Role(role)]);
            let mut open = vec![Node::Role(role)];
            while let Some(node) = open.pop() {
                match node {
                    Node::Role(number) => leads.roles[position(number)].push(role),
                    Node::Group(number) => leads.groups[position(number)].push(role),
                    Node::User(_) => {}
                }
                let from = sources.get(&node).into_iter().flatten();
                open.extend(from.copied().filter(|node| seen.insert(*node)));
            }
        }
        leads
    }

    fn of_user(&self, graph: &AccessGraph, user: u32, found: &mut Vec<u32>) {
        let first = found.len();
        let take = |step: Step| {
            let doubtful = self.doubts == Doubts::Out && graph.is_doubtful(&step);
            match step.to {
                _ if doubtful => {}
                Node::Role(role) => found.extend(&self.roles[position(role)]),
                Node::Group(group) => found.extend(&self.groups[position(group)]),
                Node::User(_) => {}
            }
        };
        graph.steps(Node::User(user), take, true);
        let mut own = found.split_off(first);
        own.sort_unstable();
        own.dedup();
        found.append(&mut own);
    }
}

/// Where the exported rows of `sys_user_has_role` and the paths disagree.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Disagreements {
    /// Roles that a user reaches, without a row that says so.
    pub(crate) without_row: usize,
    /// Rows that say that a role is inherited, and nothing it comes from.
    pub(crate) unexplained: usize,
}

impl Disagreements {
    /// Compares both for every user. Means something only where all tables were
    /// exported whole.
    pub(crate) fn count(graph: &AccessGraph) -> Self {
        let users: Vec<u32> = graph.all_users().collect();
        let counted = users.par_chunks(CHUNK).map(|users| {
            let mut walk = Walk::new(graph);
            let mut counts = Self::default();
            let mut derived = Vec::new();
            for &user in users {
                derived.clear();
                walk.user(graph, user, false, &mut derived);
                let node = Node::User(user);
                let missing = |role: &&u32| graph.hidden.role != Some(**role) && !graph.has_row(node, **role);
                counts.without_row += derived.iter().filter(missing).count();
                let inherited = graph.inherited.of(user).iter();
                counts.unexplained +=
                    inherited.filter(|(role, _)| derived.binary_search(role).is_err()).count();
            }
            counts
        });
        counted.reduce(Self::default, |left, right| Self {
            without_row: left.without_row + right.without_row,
            unexplained: left.unexplained + right.unexplained,
        })
    }
}

/// Walks from one user after the other. Which nodes were seen is remembered by
/// the number of the walk, so that nothing is cleared in between.
struct Walk {
    number: u32,
    groups: Vec<u32>,
    roles: Vec<u32>,
    open: Vec<Node>,
}

impl Walk {
    fn new(graph: &AccessGraph) -> Self {
        let (_, groups, roles) = graph.counts();
        Self { number: 0, groups: vec![0; groups], roles: vec![0; roles], open: Vec::new() }
    }

    fn user(&mut self, graph: &AccessGraph, user: u32, inherited: bool, found: &mut Vec<u32>) {
        self.number += 1;
        let first = found.len();
        self.open.push(Node::User(user));
        while let Some(node) = self.open.pop() {
            let Self { number, groups, roles, open } = self;
            let take = |step: Step| {
                let seen = match step.to {
                    Node::User(_) => return,
                    Node::Group(group) => groups.get_mut(position(group)),
                    Node::Role(role) => roles.get_mut(position(role)),
                };
                if let Some(seen) = seen
                    && *seen != *number
                {
                    *seen = *number;
                    open.push(step.to);
                    if let Node::Role(role) = step.to {
                        found.push(role);
                    }
                }
            };
            graph.steps(node, take, inherited);
        }
        found[first..].sort_unstable();
    }
}
