//! Who reaches a role by what, as a picture: groups and roles in columns, a line
//! for each row that was exported.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::safe;
use crate::instance::AccessStep;
use crate::rule::escaped;

/// Width of a letter of the picture's font, in its own units.
const LETTER: usize = 8;
const ROW: usize = 56;
const BOX_HEIGHT: usize = 30;
/// Between two columns: room for the word on a line.
const GAP: usize = 120;
const MARGIN: usize = 20;
/// The longest name that is written out, in letters.
const LONGEST: usize = 40;

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum What {
    User,
    Group,
    Role,
}

/// Something with a place in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node<'s> {
    Box(What, &'s str),
    /// Where the line with that number passes a column.
    Pass(usize, usize),
}

/// A row between two boxes.
type Edge<'s> = (Node<'s>, Node<'s>, &'s AccessStep);

/// A box in its place.
struct Placed {
    x: usize,
    y: usize,
    width: usize,
}

/// Draws steps. `removed` are those whose removal takes the last role away: their
/// lines are heavy. `title` says what the picture shows.
#[must_use]
pub fn draw(title: &str, steps: &[&AccessStep], removed: &[AccessStep]) -> String {
    let mut edges: Vec<Edge<'_>> = Vec::new();
    for &step in steps {
        let edge = (from(step), to(step), step);
        if !edges.iter().any(|known| known.0 == edge.0 && known.1 == edge.1 && known.2.kind == step.kind) {
            edges.push(edge);
        }
    }
    let columns = columns(&edges);
    let (placed, width, height) = place(&columns);
    let mut svg = String::new();
    let title = escaped(&safe::terminal(title));
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <title>{title}</title>\n\
         <style>.box{{fill:#fff;stroke:#555b64}}.end{{fill:#1a1d22}}.on{{fill:#fff}}text{{fill:#1a1d22}}\
         .way{{fill:none;stroke:#555b64}}.cut{{fill:none;stroke:#7d0f2f;stroke-width:3}}.back{{fill:#fbfbf9}}\
         .word{{fill:#555b64;font-size:11px}}.heavy{{fill:#7d0f2f;font-size:11px;font-weight:bold}}\
         @media (prefers-color-scheme:dark){{.back{{fill:#14171b}}.box{{fill:#20252b;stroke:#a2a9b3}}.end{{fill:#e9eaec}}\
         .on{{fill:#14171b}}text{{fill:#e9eaec}}.way{{stroke:#a2a9b3}}.cut{{stroke:#ff8190}}.word{{fill:#a2a9b3}}\
         .heavy{{fill:#ff8190}}}}</style>\n\
         <rect class=\"back\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    for (number, (from, to, step)) in edges.iter().enumerate() {
        let is_cut =
            removed.iter().any(|cut| cut.kind == step.kind && cut.from == step.from && cut.to == step.to);
        let passes = columns.keys().filter_map(|column| placed.get(&Node::Pass(number, *column)));
        let route: Vec<_> = placed.get(from).into_iter().chain(passes).chain(placed.get(to)).collect();
        line(&mut svg, &route, step, is_cut);
    }
    let last = columns.keys().next_back().copied();
    for (column, nodes) in &columns {
        for node in nodes {
            if let (Some(place), Node::Box(what, name)) = (placed.get(node), node) {
                shape(&mut svg, place, (*what, *name), Some(*column) == last && *column > 0);
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn from(step: &AccessStep) -> Node<'_> {
    let what = match step.kind {
        "grant" | "member" => What::User,
        "contains" => What::Role,
        _ => What::Group,
    };
    Node::Box(what, &step.from)
}

fn to(step: &AccessStep) -> Node<'_> {
    let what = if matches!(step.kind, "member" | "parent-group") { What::Group } else { What::Role };
    Node::Box(what, &step.to)
}

/// Nodes by how many steps it takes to them at most, so that lines run forward;
/// what goes in a circle stays where it was first.
fn columns<'s>(edges: &[Edge<'s>]) -> BTreeMap<usize, Vec<Node<'s>>> {
    let mut depth: HashMap<Node<'s>, usize> = HashMap::new();
    let mut order: Vec<Node<'s>> = Vec::new();
    for (from, to, _) in edges {
        for node in [from, to] {
            if depth.insert(*node, 0).is_none() {
                order.push(*node);
            }
        }
    }
    // Without a circle as many rounds as there are nodes settle it.
    for _ in 0..order.len().min(64) {
        for (from, to, _) in edges {
            let deeper = depth.get(from).copied().unwrap_or(0) + 1;
            if deeper < order.len() && depth.get(to).is_some_and(|known| *known < deeper) {
                depth.insert(*to, deeper);
            }
        }
    }
    // Columns that a circle left empty take no room.
    let mut used: Vec<usize> = depth.values().copied().collect();
    used.sort_unstable();
    used.dedup();
    let column =
        |node: &Node<'s>| depth.get(node).and_then(|depth| used.binary_search(depth).ok()).unwrap_or(0);
    let mut columns: BTreeMap<usize, Vec<Node<'s>>> = BTreeMap::new();
    for node in &order {
        columns.entry(column(node)).or_default().push(*node);
    }
    // A line that is longer than one column gets a row of its own on its way.
    for (number, (from, to, _)) in edges.iter().enumerate() {
        for passed in column(from) + 1..column(to) {
            columns.entry(passed).or_default().push(Node::Pass(number, passed));
        }
    }
    columns
}

fn place<'s>(columns: &BTreeMap<usize, Vec<Node<'s>>>) -> (HashMap<Node<'s>, Placed>, usize, usize) {
    let most = columns.values().map(Vec::len).max().unwrap_or(0);
    let height = MARGIN * 2 + ROW * most.max(1);
    let mut placed = HashMap::new();
    let mut x = MARGIN;
    for nodes in columns.values() {
        let width_of = |node: &Node<'s>| if let Node::Box(_, name) = node { width_of(name) } else { 0 };
        let widest = nodes.iter().map(width_of).max().unwrap_or(0);
        let top = MARGIN + (most - nodes.len()) * ROW / 2;
        for (at, node) in nodes.iter().enumerate() {
            placed.insert(*node, Placed { x, y: top + at * ROW + ROW / 2, width: widest });
        }
        x += widest + GAP;
    }
    (placed, (x + MARGIN).saturating_sub(GAP).max(MARGIN * 2), height)
}

fn width_of(name: &str) -> usize {
    shown(name).chars().count() * LETTER + 24
}

fn shown(name: &str) -> String {
    let name = safe::terminal(name);
    if name.chars().count() <= LONGEST {
        return name.into_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn line(svg: &mut String, stops: &[&Placed], step: &AccessStep, is_cut: bool) {
    let bend = GAP / 2;
    let mut way = String::new();
    for (at, pair) in stops.windows(2).enumerate() {
        let (x1, y1, x2, y2) = (pair[0].x + pair[0].width, pair[0].y, pair[1].x, pair[1].y);
        // Where it passes a column it runs straight through.
        let begin = if at == 0 { format!("M{x1} {y1}") } else { format!("L{x1} {y1}") };
        let _ = write!(way, "{begin}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2.saturating_sub(bend));
    }
    let [first, second, ..] = stops else { return };
    let (x1, y1, x2, y2) = (first.x + first.width, first.y, second.x, second.y);
    let class = if is_cut { "cut" } else { "way" };
    let _ = writeln!(svg, "<path class=\"{class}\" d=\"{way}\"/>");
    let word = match step.kind {
        "member" => "member of",
        "parent-group" => "child of",
        "contains" => "contains",
        _ if step.is_unexplained => "inherits",
        _ => "grants",
    };
    let (x, y) = (x1.midpoint(x2), y1.midpoint(y2).saturating_sub(6));
    let class = if is_cut { "heavy" } else { "word" };
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{word}</text>");
    if is_cut {
        let _ = writeln!(
            svg,
            "<text class=\"heavy\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">remove this</text>",
            y + 20
        );
    }
}

fn shape(svg: &mut String, place: &Placed, (what, name): (What, &str), is_end: bool) {
    let Placed { x, y, width } = place;
    let round = if what == What::User { BOX_HEIGHT / 2 } else { 3 };
    let class = if is_end { "end" } else { "box" };
    let text = if is_end { " class=\"on\"" } else { "" };
    let top = y.saturating_sub(BOX_HEIGHT / 2);
    let kind = match what {
        What::User => "account",
        What::Group => "group",
        What::Role => "role",
    };
    let _ = writeln!(
        svg,
        "<g><title>{kind} {full}</title><rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" \
         height=\"{BOX_HEIGHT}\" rx=\"{round}\"/><text{text} x=\"{middle}\" y=\"{base}\" \
         text-anchor=\"middle\">{name}</text></g>",
        full = escaped(&safe::terminal(name)),
        middle = x + width / 2,
        base = y + 4,
        name = escaped(&shown(name)),
    );
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::finding::{Place, PlaceRole, Target};
    use crate::instance::AccessStep;

    fn step(kind: &'static str, from: &str, to: &str) -> AccessStep {
        let place = Place {
            source: 0,
            outer_start: 0,
            ordinal: 0,
            target: Target::Record,
            role: PlaceRole::Step,
            label: None,
        };
        AccessStep { kind, from: from.to_owned(), to: to.to_owned(), is_unexplained: false, place }
    }

    fn check(steps: &[AccessStep], removed: &[AccessStep]) -> String {
        let all: Vec<_> = steps.iter().chain(steps).collect();
        let svg = draw("ways", &all, removed);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches("<path ").count(), steps.len(), "one line a row:\n{svg}");
        svg
    }

    #[test]
    fn columns_run_from_the_account_to_the_role() {
        let steps = [
            step("member", "svc<x>", "Keys"),
            step("grant", "svc<x>", "admin"),
            step("group-role", "Keys", "keeper"),
            step("contains", "keeper", "admin"),
        ];
        let svg = check(&steps, &steps[3..]);
        assert_eq!(svg.matches("remove this").count(), 1);
        assert!(svg.contains("svc&lt;x&gt;") && !svg.contains("svc<x>"));
        let at = |name: &str| svg.find(&format!(">{name}</text>")).unwrap();
        assert!(at("svc&lt;x&gt;") < at("Keys") && at("Keys") < at("keeper") && at("keeper") < at("admin"));
    }

    #[test]
    fn circles_end() {
        check(&[step("grant", "a", "b"), step("contains", "b", "c"), step("contains", "c", "b")], &[]);
        check(&[], &[]);
    }
}
