//! Who reaches admin by what, as it is drawn: each account on its shortest way,
//! groups and roles in layers by how many rows lead to them, accounts in the
//! order of the first thing that they hold, so that lines do not cross.

mod layout;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::facts::CountedReport;
use super::path::verb;
use crate::report::safe;
use crate::report::words::grouped;
use crate::survey::{Account, Answer, Grant};

pub(super) use layout::Flow;

/// How many first steps are drawn apart; the accounts of all others share one.
const FIRST_STEPS: usize = 12;
/// No way that is drawn is longer.
const LAYERS: usize = 12;
/// The number of admin among the nodes.
const ADMIN: usize = 0;

/// What is drawn, without where.
struct Graph<'r> {
    /// Admin is the first.
    nodes: Vec<Node>,
    hops: Vec<Hop<'r>>,
    clusters: Vec<Cluster<'r>>,
}

/// A group or role.
struct Node {
    kind: &'static str,
    name: String,
    /// Rows that lead to it at most.
    layer: usize,
}

/// A row that leads from one node to another, and how many accounts take it.
struct Hop<'r> {
    from: usize,
    to: usize,
    /// `None` where it stands for several.
    grant: Option<&'r Grant>,
    accounts: usize,
}

/// Accounts with the same first step; of those that hold admin itself it is admin.
struct Cluster<'r> {
    first: usize,
    accounts: Vec<&'r Account>,
}

/// The picture; `None` where no account is shown to reach admin.
pub(super) fn flow(facts: &CountedReport<'_>) -> Option<Flow> {
    let review = facts.review()?;
    let is_drawn = |account: &&Account| account.admin == Answer::Yes && !account.path.is_empty();
    let accounts: Vec<&Account> = review.accounts.iter().filter(is_drawn).collect();
    if accounts.is_empty() {
        return None;
    }
    let graph = Graph::of(&accounts, &review.grants);
    Some(layout::lay_out(&graph, super::facts::best(review), facts.admins, facts.maybe_admins))
}

impl<'r> Graph<'r> {
    fn of(accounts: &[&'r Account], grants: &'r [Grant]) -> Self {
        let mut graph =
            Self { nodes: vec![Node::new("role", "admin")], hops: Vec::new(), clusters: Vec::new() };
        let mut numbers = BTreeMap::new();
        let ways: Vec<_> =
            accounts.iter().map(|account| (*account, graph.steps(account, grants, &mut numbers))).collect();
        let mut clusters: BTreeMap<usize, Vec<&'r Account>> = BTreeMap::new();
        for (account, steps) in &ways {
            clusters.entry(steps.first().map_or(ADMIN, |step| step.0)).or_default().push(account);
        }
        let drawn = graph.choose(clusters);
        let mut hops: BTreeMap<(usize, usize), Hop<'r>> = BTreeMap::new();
        for (_, steps) in
            ways.iter().filter(|(_, steps)| steps.first().is_some_and(|step| drawn.contains(&step.0)))
        {
            for pair in steps.windows(2) {
                let ((from, _), (to, grant)) = (pair[0], pair[1]);
                let hop = hops.entry((from, to)).or_insert(Hop { from, to, grant: Some(grant), accounts: 0 });
                hop.accounts += 1;
            }
        }
        graph.hops.extend(hops.into_values());
        graph.set_layers();
        graph.order();
        graph
    }

    /// The nodes of an account's way, each with the row that leads to it.
    fn steps(
        &mut self,
        account: &Account,
        grants: &'r [Grant],
        numbers: &mut BTreeMap<(&'static str, &'r str), usize>,
    ) -> Vec<(usize, &'r Grant)> {
        let rows = account.path.iter().filter_map(|at| grants.get(usize::try_from(*at).ok()?));
        let mut steps = Vec::with_capacity(account.path.len());
        for grant in rows {
            let (_, kind) = verb(grant);
            let number = if kind == "role" && grant.to == "admin" {
                ADMIN
            } else {
                *numbers.entry((kind, grant.to.as_str())).or_insert_with(|| {
                    self.nodes.push(Node::new(kind, &grant.to));
                    self.nodes.len() - 1
                })
            };
            steps.push((number, grant));
        }
        steps
    }

    /// Keeps the first steps with most accounts, and makes one of the others.
    /// Gives those that are kept.
    fn choose(&mut self, clusters: BTreeMap<usize, Vec<&'r Account>>) -> Vec<usize> {
        let mut clusters: Vec<_> =
            clusters.into_iter().map(|(first, accounts)| Cluster { first, accounts }).collect();
        clusters.sort_by_key(|cluster| (cluster.first != ADMIN, Reverse(cluster.accounts.len())));
        let direct = usize::from(clusters.first().is_some_and(|cluster| cluster.first == ADMIN));
        let rest = clusters.split_off(clusters.len().min(FIRST_STEPS + direct));
        let kept = clusters.iter().map(|cluster| cluster.first).collect();
        if !rest.is_empty() {
            let mut node = Node::new("several", "");
            node.name = format!("and {} more", grouped(rest.len()));
            self.nodes.push(node);
            let first = self.nodes.len() - 1;
            let accounts: Vec<_> = rest.into_iter().flat_map(|cluster| cluster.accounts).collect();
            self.hops.push(Hop { from: first, to: ADMIN, grant: None, accounts: accounts.len() });
            clusters.push(Cluster { first, accounts });
        }
        self.clusters = clusters;
        kept
    }

    /// The longest way that leads to a node is its layer. Groups may share a name,
    /// so there may seem to be circles; they end at the last layer.
    fn set_layers(&mut self) {
        for cluster in &self.clusters {
            self.nodes[cluster.first].layer = 1;
        }
        for _ in 0..LAYERS {
            for hop in &self.hops {
                let layer = self.nodes[hop.from].layer + 1;
                let to = &mut self.nodes[hop.to].layer;
                *to = (*to).max(layer).min(LAYERS);
            }
        }
        let last = self.nodes.iter().skip(1).map(|node| node.layer).max().unwrap_or(0);
        self.nodes[ADMIN].layer = last + 1;
    }

    /// First steps that go on the same way stand together, those that lead to what
    /// carries most first; what holds admin itself comes last.
    fn order(&mut self) {
        let mut carried = vec![0; self.nodes.len()];
        for hop in &self.hops {
            carried[hop.from] += hop.accounts;
        }
        let keys: BTreeMap<usize, Vec<(Reverse<usize>, usize)>> = self
            .clusters
            .iter()
            .map(|cluster| {
                let mut way = vec![(Reverse(carried[cluster.first]), cluster.first)];
                while let Some(hop) =
                    self.hops.iter().find(|hop| Some(hop.from) == way.last().map(|step| step.1))
                {
                    if hop.to == ADMIN || way.len() > LAYERS {
                        break;
                    }
                    way.push((Reverse(carried[hop.to]), hop.to));
                }
                way.reverse();
                (cluster.first, way)
            })
            .collect();
        let rank = |cluster: &Cluster<'_>| {
            let is_several = self.nodes[cluster.first].kind == "several";
            (cluster.first == ADMIN, is_several, keys.get(&cluster.first).cloned())
        };
        self.clusters.sort_by_cached_key(rank);
    }

    /// Where a row is drawn that more than one account takes.
    fn hop_of(&self, best: Option<&Grant>) -> Option<usize> {
        let is_best = |hop: &Hop<'_>| hop.grant.is_some_and(|grant| best == Some(grant));
        self.hops.iter().position(|hop| hop.accounts > 1 && is_best(hop))
    }
}

impl Node {
    fn new(kind: &'static str, name: &str) -> Self {
        Self { kind, name: safe::html_line(name).into_owned(), layer: 0 }
    }
}
