//! Everything that one user reaches, as a graph of its own.

use std::collections::{HashMap, HashSet, VecDeque};

use super::graph::AccessGraph;
use super::step::{Node, Step};

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
}

impl AccessGraph {
    /// Everything that a user reaches. An inherited row counts only for a role
    /// that nothing else explains.
    #[must_use]
    pub(crate) fn reach(&self, user: u32) -> Reach {
        let explained = self.walk(Node::User(user), &HashSet::new());
        let unexplained: HashSet<u32> = self
            .inherited
            .of(user)
            .iter()
            .map(|(role, _)| *role)
            .filter(|role| !explained.distance.contains_key(&Node::Role(*role)))
            .collect();
        if unexplained.is_empty() { explained } else { self.walk(Node::User(user), &unexplained) }
    }

    /// Everything that a node reaches.
    #[must_use]
    pub(crate) fn reach_from(&self, node: Node) -> Reach {
        self.walk(node, &HashSet::new())
    }

    fn walk(&self, user: Node, unexplained: &HashSet<u32>) -> Reach {
        let mut reach =
            Reach { user, steps: Vec::new(), distance: HashMap::from([(user, 0)]), into: HashMap::new() };
        let mut open = VecDeque::from([user]);
        while let Some(node) = open.pop_front() {
            let next = reach.distance.get(&node).map_or(0, |distance| distance + 1);
            let take = |step: Step| {
                if step.kind == super::StepKind::InheritedGrant
                    && !matches!(step.to, Node::Role(role) if unexplained.contains(&role))
                {
                    return;
                }
                reach.distance.entry(step.to).or_insert_with(|| {
                    open.push_back(step.to);
                    next
                });
                reach.into.entry(step.to).or_default().push(reach.steps.len());
                reach.steps.push(step);
            };
            self.steps(node, take, true);
        }
        reach
    }
}

impl Reach {
    /// The roles that are reached.
    #[must_use]
    pub(crate) fn roles(&self) -> Vec<u32> {
        let role = |node: &Node| if let Node::Role(role) = node { Some(*role) } else { None };
        let mut roles: Vec<u32> = self.distance.keys().filter_map(role).collect();
        roles.sort_unstable();
        roles
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

    /// A shortest path to a node; of several, the one of the earliest rows.
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
