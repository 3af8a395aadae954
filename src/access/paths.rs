//! All paths from a user to a role, the shortest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::reach::Reach;
use super::step::{Node, Step};

/// How many unfinished paths are looked at for one role.
const MOST_LOOKS: usize = 20_000;

/// Paths to one role.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Paths {
    /// Each from the user to the role, the shortest first.
    pub(crate) paths: Vec<Vec<Step>>,
    /// Whether there are more than were looked for.
    pub(crate) is_cut: bool,
}

/// Paths to a node that visit no node twice, the shortest first, at most so many.
///
/// Looked for from the end: what is left to the user is known exactly for
/// every node, so the first path that arrives is a shortest one.
#[must_use]
pub(crate) fn paths_to(reach: &Reach, to: Node, most: usize) -> Paths {
    let mut found = Paths::default();
    let Some(&distance) = reach.distance.get(&to) else { return found };
    // Unfinished paths: length in all, then the order of discovery, then the
    // steps from the end.
    let mut open = BinaryHeap::from([Reverse((distance, 0_usize, Vec::<usize>::new(), to))]);
    let mut looks = 0;
    let mut order = 0;
    while let Some(Reverse((_, _, behind, node))) = open.pop() {
        if node == reach.user {
            if found.paths.len() == most {
                found.is_cut = true;
                break;
            }
            found.paths.push(behind.iter().rev().filter_map(|at| reach.steps.get(*at)).copied().collect());
            continue;
        }
        looks += 1;
        if looks > MOST_LOOKS {
            found.is_cut = true;
            break;
        }
        for &at in reach.into.get(&node).into_iter().flatten() {
            let Some(step) = reach.steps.get(at) else { continue };
            let Some(rest) = reach.distance.get(&step.from) else { continue };
            let comes_again = step.from == to || behind.iter().any(|at| reach.steps[*at].to == step.from);
            if comes_again {
                continue;
            }
            order += 1;
            let mut longer = behind.clone();
            longer.push(at);
            let length = u32::try_from(longer.len()).unwrap_or(u32::MAX).saturating_add(*rest);
            open.push(Reverse((length, order, longer, step.from)));
        }
    }
    found
}
