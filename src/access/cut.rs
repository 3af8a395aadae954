//! The fewest rows whose removal takes a role away.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::ford_fulkerson;
use petgraph::graph::{DiGraph, NodeIndex};

use super::reach::Reach;
use super::step::{Node, Step};

/// The fewest steps without which a node is not reached; of several such
/// sets, the one nearest to the user, which changes least for others.
///
/// Every step can carry one unit, so the largest flow is the smallest cut
/// (Ford and Fulkerson), and the cut nearest to the user separates what can
/// still be reached from there in the residual graph.
#[must_use]
pub(crate) fn smallest_cut(reach: &Reach, to: Node) -> Vec<Step> {
    if to == reach.user || !reach.distance.contains_key(&to) {
        return Vec::new();
    }
    let steps: Vec<Step> = leading_to(reach, to);
    let mut graph: DiGraph<Node, u32> = DiGraph::new();
    let mut index: HashMap<Node, NodeIndex> = HashMap::new();
    let mut place = |graph: &mut DiGraph<Node, u32>, node: Node| {
        *index.entry(node).or_insert_with(|| graph.add_node(node))
    };
    for step in &steps {
        let (from, end) = (place(&mut graph, step.from), place(&mut graph, step.to));
        graph.add_edge(from, end, 1);
    }
    let (Some(&source), Some(&sink)) = (index.get(&reach.user), index.get(&to)) else {
        return Vec::new();
    };
    let (_, flows) = ford_fulkerson(&graph, source, sink);
    let near = residual(&steps, &flows, reach.user);
    let cut = steps.into_iter().filter(|step| near.contains(&step.from) && !near.contains(&step.to));
    cut.collect()
}

/// The steps that lie on a way to a node.
fn leading_to(reach: &Reach, to: Node) -> Vec<Step> {
    let mut wanted = HashSet::from([to]);
    let mut open = vec![to];
    let mut on_a_way: Vec<usize> = Vec::new();
    while let Some(node) = open.pop() {
        for &at in reach.into.get(&node).into_iter().flatten() {
            on_a_way.push(at);
            let from = reach.steps[at].from;
            if wanted.insert(from) {
                open.push(from);
            }
        }
    }
    on_a_way.sort_unstable();
    on_a_way.into_iter().filter_map(|at| reach.steps.get(at)).copied().collect()
}

/// The nodes that a further unit could still come to.
fn residual(steps: &[Step], flows: &[u32], user: Node) -> HashSet<Node> {
    let mut ahead: HashMap<Node, Vec<Node>> = HashMap::new();
    for (step, flow) in steps.iter().zip(flows) {
        if *flow == 0 {
            ahead.entry(step.from).or_default().push(step.to);
        } else {
            ahead.entry(step.to).or_default().push(step.from);
        }
    }
    let mut near = HashSet::from([user]);
    let mut open = VecDeque::from([user]);
    while let Some(node) = open.pop_front() {
        for &next in ahead.get(&node).into_iter().flatten() {
            if near.insert(next) {
                open.push_back(next);
            }
        }
    }
    near
}
