//! What one user reaches, for people: every role, every path to it, and the
//! fewest rows whose removal takes one away.

use std::collections::{HashMap, HashSet};

use super::contents::Instance;
use super::lacks::missing_names;
use crate::access::{Access, Node, Reach, Step, StepKind, node_name, paths_to, smallest_cut};
use crate::finding::{Place, PlaceRole, Target};
use crate::query::{Missing, RowId};
use crate::record::{ColumnIdx, EFFECTIVE_ROLE, ROLE_CLOSURE, TableIdx, granting_tables, view_ends};

/// How many paths to one role are kept.
pub const MOST_PATHS: usize = 100;

/// A user that was found by name or sys_id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    number: u32,
    /// `sys_id`; empty where nothing shows it.
    pub sys_id: String,
    /// `user_name`, else what references to the user display.
    pub user_name: String,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessStep {
    /// `grant`, `member`, `parent-group`, `group-role` or `contains`.
    pub kind: &'static str,
    /// Who gets it: name of a user, group or role.
    pub from: String,
    /// What is got: name of a group or role.
    pub to: String,
    /// Whether the row says that it is inherited, and nothing shows from what.
    pub is_unexplained: bool,
    /// The field of the row that names what is got.
    pub place: Place,
}

/// One step in the tree of what a user reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// How many steps come before it.
    pub depth: usize,
    /// The step.
    pub step: AccessStep,
    /// Whether what follows from it was shown before and is not shown again.
    pub is_repeated: bool,
}

/// How one role is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAccess {
    /// The role's name; its sys_id where nothing tells the name.
    pub role: String,
    /// What the exported rows of `sys_user_has_role` say of it.
    pub state: RoleState,
    /// All paths, the shortest first.
    pub paths: Vec<Vec<AccessStep>>,
    /// Whether there are more paths than [`MOST_PATHS`].
    pub is_cut: bool,
    /// The fewest steps whose removal takes the role away.
    pub smallest_cut: Vec<AccessStep>,
}

/// Whether a role that is reached also stands in `sys_user_has_role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleState {
    /// It does: the platform and the paths agree.
    Confirmed,
    /// It does not: derived from groups and contained roles.
    Derived,
    /// It does, as inherited, but nothing that was exported shows from what.
    Unexplained,
}

impl RoleState {
    /// The word for it in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Derived => "derived",
            Self::Unexplained => "unexplained",
        }
    }
}

/// The users with that `user_name` or sys_id; case does not count.
#[must_use]
pub fn users_called(instance: &Instance<'_>, name: &str) -> Vec<FoundUser> {
    let Some(access) = &instance.access else { return Vec::new() };
    let wanted = name.trim().to_lowercase();
    let users = access.graph.all_users().filter_map(|number| {
        let (sys_id, _) = access.graph.texts(Node::User(number));
        let sys_id = instance.facts.texts.text(sys_id);
        let user_name = node_name(&instance.facts, &access.graph, Node::User(number));
        let is_it = sys_id.to_lowercase() == wanted || user_name.to_lowercase() == wanted;
        is_it.then(|| FoundUser { number, sys_id: sys_id.to_owned(), user_name: user_name.to_owned() })
    });
    users.collect()
}

/// Every user with every role that it reaches, both by name where they have
/// one.
pub fn reached_roles<'i>(instance: &'i Instance<'_>) -> impl Iterator<Item = (String, String)> + 'i {
    instance.access.iter().flat_map(move |access| {
        let name = move |node| node_name(&instance.facts, &access.graph, node).to_owned();
        access.graph.all_users().flat_map(move |user| {
            let roles = Reach::of_user(&access.graph, user).roles().into_iter();
            roles.map(move |role| (name(Node::User(user)), name(Node::Role(role))))
        })
    })
}

/// The roles of a user, by name, each with its paths.
#[must_use]
pub fn roles_of(instance: &Instance<'_>, user: &FoundUser) -> Vec<RoleAccess> {
    let Some(access) = &instance.access else { return Vec::new() };
    let reach = Reach::of_user(&access.graph, user.number);
    let roles = reach.roles().into_iter().map(|role| role_access(instance, access, &reach, role));
    let mut roles: Vec<_> = roles.collect();
    roles.sort_by(|left, right| left.role.cmp(&right.role));
    roles
}

/// Everything that a user reaches, as a tree: what follows from a step stands
/// behind it, one deeper.
#[must_use]
pub fn access_tree(instance: &Instance<'_>, user: &FoundUser) -> Vec<Branch> {
    let Some(access) = &instance.access else { return Vec::new() };
    let reach = Reach::of_user(&access.graph, user.number);
    let mut from: HashMap<Node, Vec<&Step>> = HashMap::new();
    for step in &reach.steps {
        from.entry(step.from).or_default().push(step);
    }
    let mut tree = Vec::new();
    let mut shown = HashSet::from([reach.user]);
    // What is still to be shown; the next one last.
    let mut open: Vec<(usize, &Step)> =
        from.get(&reach.user).into_iter().flatten().rev().map(|step| (0, *step)).collect();
    while let Some((depth, step)) = open.pop() {
        let next = from.get(&step.to);
        let is_repeated = !shown.insert(step.to) && next.is_some();
        if let Some(described) = describe(instance, access, step) {
            tree.push(Branch { depth, step: described, is_repeated });
        }
        if !is_repeated {
            open.extend(next.into_iter().flatten().rev().map(|step| (depth + 1, *step)));
        }
    }
    tree
}

fn role_access(instance: &Instance<'_>, access: &Access, reach: &Reach, role: u32) -> RoleAccess {
    let node = Node::Role(role);
    let found = paths_to(reach, node, MOST_PATHS);
    let described =
        |steps: &[Step]| steps.iter().filter_map(|step| describe(instance, access, step)).collect();
    let is_unexplained =
        found.paths.iter().all(|path| path.iter().any(|step| step.kind == StepKind::InheritedGrant));
    let state = if is_unexplained {
        RoleState::Unexplained
    } else if access.graph.has_row(reach.user, role) {
        RoleState::Confirmed
    } else {
        RoleState::Derived
    };
    RoleAccess {
        role: node_name(&instance.facts, &access.graph, node).to_owned(),
        state,
        paths: found.paths.iter().map(|path| described(path)).collect(),
        is_cut: found.is_cut,
        smallest_cut: described(&smallest_cut(reach, node)),
    }
}

/// The tables that would have to be whole for this to be all that the user
/// reaches, and are not known to be; and the columns that rows would have to
/// show.
#[must_use]
pub fn access_gaps(instance: &Instance<'_>) -> Vec<String> {
    let open = granting_tables().filter_map(|name| instance.wanted.find(name));
    let open = open.filter(|table| !instance.holds_all(*table)).map(Missing::table);
    let hidden = instance.access.iter().flat_map(|access| {
        let hidden = &access.graph.hidden;
        [hidden.holders.clone(), hidden.held.clone(), access.doubts()]
    });
    missing_names(instance, &open.chain(hidden).fold(Missing::none(), Missing::union))
}

/// The shortest path that a row of a view stands for; empty for other tables.
pub(crate) fn path_of(instance: &Instance<'_>, table: TableIdx, row: RowId) -> Vec<AccessStep> {
    let names = instance.wanted.table(table);
    let Some(ends) = view_ends(&names.name) else { return Vec::new() };
    let (Some(access), [Some(from), Some(to)]) = (&instance.access, ends.map(|(name, _)| names.find(name)))
    else {
        return Vec::new();
    };
    let end = |column: ColumnIdx| instance.facts.fold(instance.table(table).pair(row, column).value);
    let reach = match (&*names.name, access.graph.user(end(from)), access.graph.role(end(from))) {
        (EFFECTIVE_ROLE, Some(user), _) => Reach::of_user(&access.graph, user),
        (ROLE_CLOSURE, _, Some(role)) => Reach::from(&access.graph, Node::Role(role)),
        _ => return Vec::new(),
    };
    let path = access.graph.role(end(to)).map(|role| match Node::Role(role) {
        node if node == reach.user => reach.cycle(),
        node => reach.shortest(node),
    });
    path.unwrap_or_default().iter().filter_map(|step| describe(instance, access, step)).collect()
}

pub(crate) fn describe(instance: &Instance<'_>, access: &Access, step: &Step) -> Option<AccessStep> {
    let (source, outer_start, ordinal) = instance.place(step.table, step.row)?;
    let name = |node| node_name(&instance.facts, &access.graph, node).to_owned();
    Some(AccessStep {
        kind: step.kind.as_str(),
        from: name(step.from),
        to: name(step.to),
        is_unexplained: step.kind == StepKind::InheritedGrant,
        place: Place {
            source,
            outer_start,
            ordinal,
            target: Target::Field(step.kind.field().into()),
            role: PlaceRole::Step,
            label: None,
        },
    })
}

impl AccessStep {
    /// What the row grants, as a sentence without a final stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { from, to, .. } = self;
        match self.kind {
            "grant" if self.is_unexplained => {
                format!("'{from}' has role '{to}', inherited from something that was not exported")
            }
            "grant" => format!("'{from}' is granted role '{to}'"),
            "member" => format!("'{from}' is a member of group '{to}'"),
            "parent-group" => format!("group '{from}' has the roles of its parent '{to}'"),
            "group-role" => format!("group '{from}' grants role '{to}'"),
            _ => format!("role '{from}' contains role '{to}'"),
        }
    }
}
