//! Which rows carry records as XML in a column of their own.

use crate::record::Origin;

/// The fields of a row that its payload's records need.
pub(super) const ROW_FIELDS: [&str; 7] =
    ["payload", "action", "name", "sys_recorded_at", "sys_updated_on", REMOTE_SET, LOCAL_SET];

/// Names the retrieved set that a row belongs to.
pub(super) const REMOTE_SET: &str = "remote_update_set";
/// Names the local set that a row belongs to, where it is of no retrieved one.
pub(super) const LOCAL_SET: &str = "update_set";

/// What the payload of a table's record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PayloadKind {
    /// A change that an update set brings.
    Change,
    /// A record installed with its app.
    Installed,
    /// An earlier version.
    History,
}

impl PayloadKind {
    /// What kind of payload the records of a table carry, if any. The payload of
    /// `sp_rel_widget_clone` is a snapshot and no record, so it is not listed.
    pub(super) fn of(table: &str) -> Option<Self> {
        match table {
            "sys_update_xml" => Some(Self::Change),
            "sys_metadata_link" => Some(Self::Installed),
            "sys_update_version" => Some(Self::History),
            _ => None,
        }
    }

    /// Through which form the records in a payload came, by that of its row.
    pub(super) fn origin(self, around: Origin) -> Origin {
        match self {
            _ if around == Origin::History => Origin::History,
            Self::Change => Origin::UpdateSet,
            Self::Installed => around,
            Self::History => Origin::History,
        }
    }
}
