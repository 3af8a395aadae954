//! Where everything of the picture stands, in pixels.

use super::{ADMIN, Cluster, Graph};
use crate::report::html::path::verb;
use crate::report::safe;
use crate::report::words::{counted, grouped};
use crate::survey::{Answer, Grant};

/// How many lines begin at accounts.
const LINES: usize = 24;
/// From one account to the next, and what is left free between two first steps.
const ROW: u32 = 25;
const BREAK: u32 = 22;
/// Where the lines of accounts begin; the distance of layers; the size of boxes.
const START: u32 = 190;
const LAYER: u32 = 214;
const BOX: (u32, u32) = (168, 28);
/// How much further away admin stands, where many lines come together.
const FAN: u32 = 90;
/// The least distance of two boxes above one another.
const APART: u32 = 48;
/// Room above, for the names of the layers.
const TOP: u32 = 52;
/// The widest line, and one account where few are drawn, in tenths of a pixel.
const WIDEST: usize = 260;
const ONE: usize = 24;
/// How many characters of a name are shown.
const NAME: usize = 21;

/// Everything that is drawn.
#[derive(Debug, Default)]
pub(in crate::report::html) struct Flow {
    pub(in crate::report::html) width: u32,
    pub(in crate::report::html) height: u32,
    /// The names of the layers, and where they stand.
    pub(in crate::report::html) layers: Vec<(u32, &'static str)>,
    pub(in crate::report::html) starts: Vec<Start>,
    pub(in crate::report::html) lines: Vec<Line>,
    pub(in crate::report::html) boxes: Vec<Box>,
    pub(in crate::report::html) admin: AdminBox,
    /// What the row that carries most does: where it stands, and the text.
    pub(in crate::report::html) label: Option<(u32, u32, String)>,
    /// Accounts of which nothing can be told: their line, and how many.
    pub(in crate::report::html) open: Option<(String, u32, String)>,
    pub(in crate::report::html) words: String,
}

/// Where a line begins.
#[derive(Debug)]
pub(in crate::report::html) struct Start {
    pub(in crate::report::html) y: u32,
    pub(in crate::report::html) name: String,
    /// `machine`, `person`, `doubtful`, or `several`.
    pub(in crate::report::html) kind: &'static str,
}

#[derive(Debug)]
pub(in crate::report::html) struct Line {
    pub(in crate::report::html) path: String,
    pub(in crate::report::html) width: String,
    pub(in crate::report::html) is_cut: bool,
}

#[derive(Debug)]
pub(in crate::report::html) struct Box {
    pub(in crate::report::html) x: u32,
    pub(in crate::report::html) y: u32,
    pub(in crate::report::html) name: String,
    pub(in crate::report::html) is_role: bool,
}

#[derive(Debug, Default)]
pub(in crate::report::html) struct AdminBox {
    pub(in crate::report::html) x: u32,
    pub(in crate::report::html) y: u32,
    pub(in crate::report::html) height: u32,
    pub(in crate::report::html) middle: u32,
    pub(in crate::report::html) count: String,
}

/// A line that is not drawn yet.
struct Wanted {
    from: (u32, u32),
    to: usize,
    accounts: usize,
    is_cut: bool,
}

pub(super) fn lay_out(graph: &Graph<'_>, best: Option<&Grant>, admins: usize, maybe: usize) -> Flow {
    let mut flow = Flow::default();
    let mut wanted = Vec::new();
    let (mut middles, mut bottom) = place_accounts(graph, &mut flow, &mut wanted);
    place_nodes(graph, &mut middles);
    let widest = graph.hop_of(best);
    for (at, hop) in graph.hops.iter().enumerate() {
        let from = (x_of(graph, hop.from) + BOX.0, middles[hop.from]);
        wanted.push(Wanted { from, to: hop.to, accounts: hop.accounts, is_cut: Some(at) == widest });
    }
    if let Some((hop, grant)) = widest.and_then(|at| Some((&graph.hops[at], graph.hops[at].grant?))) {
        let (x, y) = (x_of(graph, hop.from) + BOX.0 / 2, middles[hop.from] - BOX.1 / 2 - 7);
        flow.label = Some((x, y, format!("{}: carries {}", verb(grant).0, grouped(hop.accounts))));
    }
    flow.admin = admin(graph, &wanted, admins);
    bottom = bottom.max(flow.admin.y + flow.admin.height);
    for (node, middle) in middles.iter().enumerate().skip(1).filter(|(node, _)| graph.nodes[*node].layer > 0)
    {
        bottom = bottom.max(middle + BOX.1);
        let name = safe::shortened(&graph.nodes[node].name, NAME).into_owned();
        let is_role = graph.nodes[node].kind == "role";
        flow.boxes.push(Box { x: x_of(graph, node), y: middle - BOX.1 / 2, name, is_role });
    }
    draw(graph, &mut flow, wanted, &middles);
    if maybe > 0 {
        let y = bottom + ROW;
        let (x, to) = (flow.admin.x + 60, flow.admin.y + flow.admin.height);
        let path = format!("M{START} {y}C{} {y} {x} {y} {x} {to}", u32::midpoint(START, x));
        flow.open = Some((path, y, counted(maybe, "account")));
        bottom = y;
    }
    flow.layers = layers(graph);
    flow.width = flow.admin.x + 132;
    flow.height = bottom + ROW;
    flow.words =
        format!("{} reach admin. The table below lists the same grants.", counted(admins, "account"));
    flow
}

fn x_of(graph: &Graph<'_>, node: usize) -> u32 {
    let layer = u32::try_from(graph.nodes[node].layer).unwrap_or(0);
    let beyond = if node == ADMIN { FAN } else { 0 };
    START + 100 + layer.saturating_sub(1) * LAYER + beyond
}

/// Puts the accounts of a cluster below each other, and its first step beside
/// their middle. Gives the middles of all nodes, and where the accounts end.
fn place_accounts(graph: &Graph<'_>, flow: &mut Flow, wanted: &mut Vec<Wanted>) -> (Vec<u32>, u32) {
    let mut middles = vec![0; graph.nodes.len()];
    let mut y = TOP;
    for (cluster, lines) in graph.clusters.iter().zip(lines_of(&graph.clusters)) {
        let begin = y;
        let apart = if lines == cluster.accounts.len() { lines } else { lines - 1 };
        for account in &cluster.accounts[..apart] {
            let name = safe::shortened(&safe::html_line(&account.user_name), NAME).into_owned();
            let kind = match account.non_human {
                Answer::Yes => "machine",
                Answer::No => "person",
                Answer::CannotTell => "doubtful",
            };
            flow.starts.push(Start { y, name, kind });
            wanted.push(Wanted { from: (START, y), to: cluster.first, accounts: 1, is_cut: false });
            y += ROW;
        }
        let more = cluster.accounts.len() - apart;
        if more > 0 {
            let name =
                if apart == 0 { counted(more, "account") } else { format!("and {} more", grouped(more)) };
            flow.starts.push(Start { y, name, kind: "several" });
            wanted.push(Wanted { from: (START, y), to: cluster.first, accounts: more, is_cut: false });
            y += ROW;
        }
        middles[cluster.first] = u32::midpoint(begin, y - ROW);
        y += BREAK;
    }
    (middles, y - BREAK)
}

/// How many lines each cluster gets: one, and then one after another as long as
/// there are some.
fn lines_of(clusters: &[Cluster<'_>]) -> Vec<usize> {
    let mut lines = vec![1; clusters.len()];
    let mut left = LINES.saturating_sub(clusters.len());
    loop {
        let before = left;
        for (lines, cluster) in lines.iter_mut().zip(clusters) {
            if left > 0 && *lines < cluster.accounts.len() {
                *lines += 1;
                left -= 1;
            }
        }
        if left == before || left == 0 {
            return lines;
        }
    }
}

/// Puts what is no first step beside the middle of what leads to it.
fn place_nodes(graph: &Graph<'_>, middles: &mut [u32]) {
    let last = graph.nodes[ADMIN].layer;
    for layer in 1..last {
        let mut here: Vec<usize> =
            (1..graph.nodes.len()).filter(|at| graph.nodes[*at].layer == layer).collect();
        for &node in &here {
            if middles[node] > 0 {
                continue;
            }
            let into = graph.hops.iter().filter(|hop| hop.to == node && middles[hop.from] > 0);
            let (sum, accounts) = into.fold((0, 0), |(sum, accounts), hop| {
                let weight = u32::try_from(hop.accounts).unwrap_or(1);
                (sum + middles[hop.from] * weight, accounts + weight)
            });
            middles[node] = sum.checked_div(accounts).unwrap_or(TOP).max(TOP);
        }
        here.sort_by_key(|node| middles[*node]);
        for pair in 1..here.len() {
            let free = middles[here[pair - 1]] + APART;
            middles[here[pair]] = middles[here[pair]].max(free);
        }
    }
}

/// Tenths of a pixel for a line of so many accounts.
fn thickness(accounts: usize, most: usize) -> usize {
    (accounts * ONE.min(WIDEST / most.max(1)).max(1)).clamp(12, WIDEST)
}

fn most(wanted: &[Wanted]) -> usize {
    wanted.iter().map(|line| line.accounts).max().unwrap_or(1)
}

/// Admin stands at the middle of all that leads to it, as high as that is wide.
fn admin(graph: &Graph<'_>, wanted: &[Wanted], admins: usize) -> AdminBox {
    let into: Vec<&Wanted> = wanted.iter().filter(|line| line.to == ADMIN).collect();
    let most = most(wanted);
    let tenths: usize = into.iter().map(|line| thickness(line.accounts, most)).sum();
    let height = u32::try_from(tenths / 10 + 24).unwrap_or(0).max(54);
    let weight = |line: &Wanted| u64::try_from(line.accounts).unwrap_or(1);
    let sum: u64 = into.iter().map(|line| u64::from(line.from.1) * weight(line)).sum();
    let accounts: u64 = into.iter().map(|line| weight(line)).sum();
    let middle = u32::try_from(sum.checked_div(accounts).unwrap_or(0)).unwrap_or(0).max(TOP);
    let y = middle.saturating_sub(height / 2).max(TOP - 14);
    let count = counted(admins, "account");
    AdminBox { x: x_of(graph, ADMIN), y, height, middle: y + height / 2, count }
}

fn draw(graph: &Graph<'_>, flow: &mut Flow, mut wanted: Vec<Wanted>, middles: &[u32]) {
    let most = most(&wanted);
    wanted.sort_by_key(|line| (line.is_cut, line.from.1));
    // What arrives at admin lies side by side, in the order it comes from.
    let mut into: Vec<usize> = (0..wanted.len()).filter(|at| wanted[*at].to == ADMIN).collect();
    into.sort_by_key(|at| wanted[*at].from.1);
    let total: usize = into.iter().map(|at| thickness(wanted[*at].accounts, most)).sum();
    let mut next = usize::try_from(flow.admin.middle).unwrap_or(0) * 10
        - (total / 2).min(usize::try_from(flow.admin.middle).unwrap_or(0) * 10);
    let mut arrivals = vec![0; wanted.len()];
    for at in into {
        let tenths = thickness(wanted[at].accounts, most);
        arrivals[at] = u32::try_from((next + tenths / 2) / 10).unwrap_or(0);
        next += tenths;
    }
    for (at, line) in wanted.iter().enumerate() {
        let to = if line.to == ADMIN {
            (flow.admin.x, arrivals[at])
        } else {
            (x_of(graph, line.to), middles[line.to])
        };
        let ((x, y), (to_x, to_y)) = (line.from, to);
        // A line past other layers stays level until the last gap, where no box is.
        let level = if line.to == ADMIN { x.max(to_x.saturating_sub(LAYER - BOX.0 + FAN)) } else { x };
        let middle = u32::midpoint(level, to_x);
        let tenths = thickness(line.accounts, most);
        flow.lines.push(Line {
            path: format!("M{x} {y}H{level}C{middle} {y} {middle} {to_y} {to_x} {to_y}"),
            width: format!("{}.{}", tenths / 10, tenths % 10),
            is_cut: line.is_cut,
        });
    }
}

fn layers(graph: &Graph<'_>) -> Vec<(u32, &'static str)> {
    let mut layers = Vec::new();
    for layer in 1..graph.nodes[ADMIN].layer {
        let nodes =
            || graph.nodes.iter().skip(1).filter(|node| node.layer == layer && node.kind != "several");
        let title = match (nodes().any(|node| node.kind == "group"), nodes().any(|node| node.kind == "role"))
        {
            (true, false) => "Group",
            (false, true) => "Role",
            _ => "Group or role",
        };
        let x = u32::try_from(layer - 1).unwrap_or(0) * LAYER + START + 100;
        layers.push((x, title));
    }
    layers
}
