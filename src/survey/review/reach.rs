//! Who reaches admin by what: the rows that lead there, and what removing one of
//! them would do.

use std::collections::{HashMap, HashSet};

use super::{By, Grant, Held, Places};
use crate::access::Access;
use crate::access::{Node, Reach, Step, StepKind};
use crate::instance::{Instance, describe};
use crate::query::RowId;
use crate::record::TableIdx;

/// What one account reaches of what a reviewer asks about.
#[derive(Default)]
pub(super) struct Ways {
    pub(super) role_count: usize,
    /// Privileged roles by their column.
    pub(super) held: Vec<Held>,
    /// A shortest path to admin.
    pub(super) path: Vec<Step>,
    /// The rows on any way to admin.
    pub(super) steps: Vec<Step>,
    /// Those without which admin is out of reach.
    pub(super) needed: Vec<Step>,
}

/// What a user reaches. `columns` gives the column of each privileged role.
pub(super) fn ways(access: &Access, user: u32, columns: &HashMap<u32, u16>) -> Ways {
    let reach = Reach::of_user(&access.graph, user);
    let roles = reach.roles();
    let mut held: Vec<Held> = Vec::new();
    for (role, column) in roles.iter().filter_map(|role| Some((*role, *columns.get(role)?))) {
        let by = match reach.shortest(Node::Role(role)).last().map(|step| step.kind) {
            Some(StepKind::GroupRole) => By::Group,
            Some(StepKind::Contains) => By::Contained,
            _ => By::Grant,
        };
        if held.iter().all(|known| known.role != column) {
            held.push(Held { role: column, by });
        }
    }
    held.sort_by_key(|held| held.role);
    let admins: Vec<_> =
        roles.iter().copied().filter(|role| columns.get(role) == Some(&0)).map(Node::Role).collect();
    let Some(admin) = admins.first() else {
        return Ways { role_count: roles.len(), held, ..Ways::default() };
    };
    let steps = steps_to(&reach, &admins);
    let needed = steps.iter().copied().filter(|step| !is_reached_without(&steps, reach.user, &admins, *step));
    Ways { role_count: roles.len(), held, path: reach.shortest(*admin), needed: needed.collect(), steps }
}

/// The steps that lie on a way to one of the nodes.
fn steps_to(reach: &Reach, ends: &[Node]) -> Vec<Step> {
    let mut seen: HashSet<Node> = ends.iter().copied().collect();
    let mut open = ends.to_vec();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        // What leads out of an end again is no way to it.
        for at in reach.into.get(&node).into_iter().flatten() {
            let Some(step) = reach.steps.get(*at).filter(|step| !ends.contains(&step.from)) else { continue };
            found.push(*at);
            if seen.insert(step.from) {
                open.push(step.from);
            }
        }
    }
    found.sort_unstable();
    found.into_iter().filter_map(|at| reach.steps.get(at).copied()).collect()
}

fn is_reached_without(steps: &[Step], from: Node, ends: &[Node], without: Step) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if ends.contains(&node) {
            return true;
        }
        for step in steps.iter().filter(|step| step.from == node && **step != without) {
            if seen.insert(step.to) {
                open.push(step.to);
            }
        }
    }
    false
}

/// The rows that lead anybody to admin, with a number for each.
pub(super) struct Grants {
    pub(super) list: Vec<Grant>,
    numbers: HashMap<(TableIdx, RowId), u32>,
}

impl Grants {
    /// Counts whom each row leads to admin, most first.
    pub(super) fn of(instance: &Instance<'_>, access: &Access, all: &[&Ways], places: &mut Places) -> Self {
        let mut counts: HashMap<Step, (usize, usize)> = HashMap::new();
        for ways in all {
            for step in &ways.steps {
                counts.entry(*step).or_default().0 += 1;
            }
            for step in &ways.needed {
                counts.entry(*step).or_default().1 += 1;
            }
        }
        let admins = all.iter().filter(|ways| !ways.steps.is_empty()).count();
        let mut counted: Vec<_> = counts.into_iter().collect();
        counted.sort_by(|(left, left_count), (right, right_count)| {
            right_count.1.cmp(&left_count.1).then(right_count.0.cmp(&left_count.0)).then(left.cmp(right))
        });
        let mut grants = Self { list: Vec::new(), numbers: HashMap::new() };
        for (step, (accounts, needed)) in counted {
            let Some(described) = describe(instance, access, &step) else { continue };
            grants
                .numbers
                .insert((step.table, step.row), u32::try_from(grants.list.len()).unwrap_or(u32::MAX));
            grants.list.push(Grant {
                kind: described.kind.to_owned(),
                from: described.from,
                to: described.to,
                is_unexplained: described.is_unexplained,
                accounts,
                left: admins - needed,
                place: places.add(described.place),
            });
        }
        grants
    }

    /// The numbers of rows.
    pub(super) fn numbers(&self, steps: &[Step]) -> Vec<u32> {
        steps.iter().filter_map(|step| self.numbers.get(&(step.table, step.row)).copied()).collect()
    }
}
