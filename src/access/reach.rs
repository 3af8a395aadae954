//! Everything that one user reaches, as a graph of its own.

use std::collections::{HashMap, HashSet, VecDeque};

use super::graph::AccessGraph;
use super::step::{Node, Step, StepKind};

/// What one user reaches.
#[derive(Debug)]
pub(crate) struct Reach {
    /// The user.
    pub(crate) user: Node,
    /// Every step that can be taken, nearest first.
    pub(crate) steps: Vec<Step>,
    /// How many steps it takes to each node.
    pub(crate) distance: HashMap<Node, u32>,
    /// The steps that lead to a node, by their position in `steps`.
    pub(crate) into: HashMap<Node, Vec<usize>>,
    /// What stands for roles that rows do not show.
    hidden: Option<Node>,
}

impl Reach {
    /// Everything that a user reaches. An inherited row counts only for a role
    /// that nothing else explains.
    #[must_use]
    pub(crate) fn of_user(graph: &AccessGraph, user: u32) -> Self {
        let explained = Self::walk(graph, Node::User(user), &HashSet::new());
        let unexplained: HashSet<u32> = graph
            .inherited
            .of(user)
            .iter()
            .map(|(role, _)| *role)
            .filter(|role| !explained.distance.contains_key(&Node::Role(*role)))
            .collect();
        if unexplained.is_empty() { explained } else { Self::walk(graph, Node::User(user), &unexplained) }
    }

    /// Everything that a node reaches.
    #[must_use]
    pub(crate) fn from(graph: &AccessGraph, node: Node) -> Self {
        Self::walk(graph, node, &HashSet::new())
    }

    fn walk(graph: &AccessGraph, user: Node, unexplained: &HashSet<u32>) -> Self {
        let distance = HashMap::from([(user, 0)]);
        let hidden = graph.hidden.role.map(Node::Role);
        let mut reach = Self { user, steps: Vec::new(), distance, into: HashMap::new(), hidden };
        let mut open = VecDeque::from([user]);
        let mut steps = Vec::new();
        while let Some(node) = open.pop_front() {
            let next = reach.distance.get(&node).map_or(0, |distance| distance + 1);
            graph.steps(node, |step| steps.push(step), true);
            for kind in steps.chunk_by_mut(|left, right| left.kind == right.kind) {
                kind.sort_by_key(|step| graph.rank_of(step.to));
            }
            for step in steps.drain(..) {
                if step.kind == StepKind::InheritedGrant
                    && !matches!(step.to, Node::Role(role) if unexplained.contains(&role))
                {
                    continue;
                }
                reach.distance.entry(step.to).or_insert_with(|| {
                    open.push_back(step.to);
                    next
                });
                reach.into.entry(step.to).or_default().push(reach.steps.len());
                reach.steps.push(step);
            }
        }
        reach
    }

    /// The roles that are reached, as far as rows show which they are.
    #[must_use]
    pub(crate) fn roles(&self) -> Vec<u32> {
        let role = |node: &Node| if let Node::Role(role) = node { Some(*role) } else { None };
        let shown = self.distance.keys().filter(|node| Some(**node) != self.hidden);
        let mut roles: Vec<u32> = shown.filter_map(role).collect();
        roles.sort_unstable();
        roles
    }

    /// The node that stands for roles that rows do not show, if it is reached.
    #[must_use]
    pub(crate) fn hidden_role(&self) -> Option<Node> {
        self.hidden.filter(|node| self.distance.contains_key(node))
    }

    /// A shortest way from where it begins back to itself; empty if there is none.
    #[must_use]
    pub(crate) fn cycle(&self) -> Vec<Step> {
        let into = self.into.get(&self.user).into_iter().flatten().filter_map(|at| self.steps.get(*at));
        let Some(last) = into.min_by_key(|step| self.distance.get(&step.from)) else { return Vec::new() };
        let mut path = self.shortest(last.from);
        path.push(*last);
        path
    }

    /// A shortest path to a node; of several, the one whose names come first.
    #[must_use]
    pub(crate) fn shortest(&self, to: Node) -> Vec<Step> {
        let mut path = Vec::new();
        let mut node = to;
        while node != self.user {
            let Some(distance) = self.distance.get(&node) else { return Vec::new() };
            let into = self.into.get(&node).map_or(&[][..], Vec::as_slice);
            let nearer =
                |step: &Step| self.distance.get(&step.from).is_some_and(|from| from + 1 == *distance);
            let Some(step) = into.iter().filter_map(|at| self.steps.get(*at)).find(|step| nearer(step))
            else {
                return Vec::new();
            };
            path.push(*step);
            node = step.from;
        }
        path.reverse();
        path
    }
}
