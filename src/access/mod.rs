//! Who reaches which role, and how: the graph of grants, group memberships,
//! groups' roles, parent groups and contained roles.
//!
//! How roles reach a user is documented by the vendor (creating a group,
//! assigning a role to a group, Role Management V2): members of a group have its
//! roles, a child group has the roles of its parent, and a role has the roles it
//! contains, all of that transitively.

mod build;
mod csr;
mod cut;
mod graph;
mod paths;
mod reach;
mod roles;
mod row_set;
mod step;
mod views;

pub(crate) use build::build_graph;
pub(crate) use cut::smallest_cut;
pub(crate) use graph::AccessGraph;
pub(crate) use paths::paths_to;
pub(crate) use reach::Reach;
pub(crate) use roles::Disagreements;
#[cfg(test)]
pub(crate) use roles::{Doubts, EffectiveRoles};
pub(crate) use step::{Node, Step, StepKind};
pub(crate) use views::{Access, ViewRow, closure_rows, fill_view, node_name};
