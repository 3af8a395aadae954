//! XML inside XML: the payloads of update-set rows and their like.

use std::borrow::Cow;

use super::finish::Surroundings;
use super::reading::{Frame, Reading};
use crate::record::Origin;
use crate::span::ByteSpan;
use crate::xml::{Token, Window, decode_verbatim};

/// How deep payloads are followed into one another; real exports go to two.
const MAX_DEPTH: usize = 4;

/// The fields of a row that its payload's records need.
pub(super) const ROW_FIELDS: [&str; 3] = ["payload", "action", "sys_recorded_at"];

/// What the payload of a table's record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// A change that an update set brings.
    Change,
    /// A record installed with its app.
    Installed,
    /// An earlier version.
    History,
}

/// What kind of payload the records of a table carry, if any. The payload of
/// `sp_rel_widget_clone` is a snapshot and no record, so it is not listed.
pub(super) fn carried_by(table: &str) -> Option<Carried> {
    match table {
        "sys_update_xml" => Some(Carried::Change),
        "sys_metadata_link" => Some(Carried::Installed),
        "sys_update_version" => Some(Carried::History),
        _ => None,
    }
}

/// What the row says of the records it carries.
pub(super) struct Row<'r> {
    /// Whether it deletes them.
    pub(super) deletes: bool,
    /// Its `sys_recorded_at`.
    pub(super) recorded_at: Option<Cow<'r, str>>,
}

impl Reading<'_> {
    /// Reads the records in the payload of a row, of which `pieces` are the text.
    pub(super) fn read_payload(
        &mut self,
        window: Window<'_>,
        pieces: &[Token],
        carried: Carried,
        row: &Row<'_>,
        around: Surroundings<'_>,
    ) {
        let depth = around.depth() + 1;
        let text = decode_verbatim(pieces, |span| window.slice(span));
        if text.trim().is_empty() {
            return;
        }
        let frame = Frame::new(pieces, window, around.frame, depth);
        if depth > MAX_DEPTH {
            let at = frame.outer(ByteSpan::new(0, 1));
            self.limit(format!("payloads are nested more than {MAX_DEPTH} deep"), at);
            return;
        }
        let inside = Surroundings {
            frame: Some(&frame),
            origin: match carried {
                _ if around.origin == Origin::History => Origin::History,
                Carried::Change => Origin::UpdateSet,
                Carried::Installed => around.origin,
                Carried::History => Origin::History,
            },
            deleted: around.deleted || row.deletes,
            recorded_at: row.recorded_at.as_deref().or(around.recorded_at),
            nesting: 0,
            torn_by: None,
        };
        self.read_nested(&text, inside);
    }
}
