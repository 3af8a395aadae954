//! The parts of a path: users, groups, roles, and the rows that tie them together.

use crate::query::RowId;
use crate::record::TableIdx;

/// A user, a group or a role; the number is its own in each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// A user.
    User(u32),
    /// A group.
    Group(u32),
    /// A role.
    Role(u32),
}

/// What one row grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum StepKind {
    /// `sys_user_has_role`: a user has a role.
    Grant,
    /// The same, where the row says that it is inherited, and nothing that was
    /// exported shows from what.
    InheritedGrant,
    /// `sys_user_grmember`: a user is a member of a group.
    Member,
    /// `sys_user_group.parent`: a group has the roles of its parent.
    ParentGroup,
    /// `sys_group_has_role`: a group has a role.
    GroupRole,
    /// `sys_user_role_contains`: a role contains another.
    Contains,
}

/// One edge: a row, and what it ties together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Step {
    /// What the row grants.
    pub(crate) kind: StepKind,
    /// Who gets it.
    pub(crate) from: Node,
    /// What is got.
    pub(crate) to: Node,
    /// The table of the row.
    pub(crate) table: TableIdx,
    /// The row.
    pub(crate) row: RowId,
}

impl StepKind {
    /// The word for it in documents.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Grant | Self::InheritedGrant => "grant",
            Self::Member => "member",
            Self::ParentGroup => "parent-group",
            Self::GroupRole => "group-role",
            Self::Contains => "contains",
        }
    }

    /// The field of the row that names what is got.
    #[must_use]
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Grant | Self::InheritedGrant | Self::GroupRole => "role",
            Self::Member => "group",
            Self::ParentGroup => "parent",
            Self::Contains => "contains",
        }
    }
}
