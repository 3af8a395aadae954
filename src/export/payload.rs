//! XML inside XML: the payloads of update-set rows and their like.

use std::borrow::Cow;
use std::sync::Arc;

use super::finish::{RowSays, Surroundings};
use super::heard::{Lack, Missed, promised_table};
use super::raw::{RawField, RawRecord};
use super::reading::{Frame, Reading};
use crate::record::{Origin, SetReference, UpdateRow};
use crate::span::ByteSpan;
use crate::xml::{Token, Window, decode_verbatim};

/// How deep payloads are followed into one another; real exports go to two.
const MAX_DEPTH: usize = 4;

/// The fields of a row that its payload's records need.
pub(super) const ROW_FIELDS: [&str; 7] =
    ["payload", "action", "name", "sys_recorded_at", "sys_updated_on", REMOTE_SET, LOCAL_SET];

/// Names the retrieved set that a row belongs to.
const REMOTE_SET: &str = "remote_update_set";
/// Names the local set that a row belongs to, where it is of no retrieved one.
const LOCAL_SET: &str = "update_set";

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

/// Through which form the records in a payload came, by that of its row.
fn origin_in(carried: Carried, around: Origin) -> Origin {
    match carried {
        _ if around == Origin::History => Origin::History,
        Carried::Change => Origin::UpdateSet,
        Carried::Installed => around,
        Carried::History => Origin::History,
    }
}

/// What the row says of the records it carries.
pub(super) struct Row<'r> {
    pub(super) carried: Carried,
    /// Its `name`.
    pub(super) name: Cow<'r, str>,
    /// Whether it deletes them.
    pub(super) deletes: bool,
    /// What it says of their action, if it is a change.
    pub(super) says: RowSays,
    /// Its `sys_recorded_at`.
    pub(super) recorded_at: Option<Cow<'r, str>>,
    /// Its `sys_updated_on`.
    pub(super) updated_on: Option<Cow<'r, str>>,
    /// The set that it belongs to.
    pub(super) set: Option<Arc<SetReference>>,
}

impl Row<'_> {
    /// What the records that it brings need to know of it.
    pub(super) fn update_row(&self) -> UpdateRow<'_> {
        UpdateRow {
            recorded_at: self.recorded_at.as_deref().unwrap_or_default().trim(),
            updated_on: self.updated_on.as_deref().unwrap_or_default().trim(),
            set: self.set.as_deref(),
        }
    }

    /// The table of which its name promises a record.
    fn promised(&self) -> Option<&str> {
        promised_table(&self.name).filter(|_| self.carried == Carried::Change)
    }
}

/// The set of the row that was read last. The rows of a set name it in the same
/// words, so that hardly any of them has to be taken apart.
#[derive(Debug, Default)]
pub(super) struct LastSet {
    /// The element as it was written.
    written: String,
    set: Option<Arc<SetReference>>,
}

impl LastSet {
    /// The set that a row says it belongs to.
    pub(super) fn of(&mut self, window: Window<'_>, raw: &RawRecord) -> Option<Arc<SetReference>> {
        let field = [REMOTE_SET, LOCAL_SET].into_iter().find_map(|name| {
            let field = raw.fields.iter().find(|field| window.name(&field.tag) == name)?;
            // An empty reference shows nothing, or an empty name.
            let is_filled =
                !raw.decode(field, window).trim().is_empty() || displayed(window, field).is_some();
            is_filled.then_some(field)
        })?;
        let written = window.slice(field.element);
        if self.set.is_none() || self.written != written {
            written.clone_into(&mut self.written);
            let sys_id = raw.decode(field, window).trim().to_owned();
            let name = displayed(window, field).unwrap_or_default();
            self.set = Some(Arc::new(SetReference { sys_id, name }));
        }
        self.set.clone()
    }
}

/// What a reference displays; `None` for nothing.
fn displayed(window: Window<'_>, field: &RawField) -> Option<String> {
    let attributes = window.attributes(&field.tag).into_iter();
    let mut shown = attributes.filter(|attribute| attribute.name == "display_value");
    shown.next().map(|shown| shown.value.trim().to_owned()).filter(|shown| !shown.is_empty())
}

impl Reading<'_> {
    /// Reads the records in the payload of a row, of which `pieces` are the text; says
    /// what of it was not heard.
    pub(super) fn read_payload(
        &mut self,
        window: Window<'_>,
        pieces: &[Token],
        row: &Row<'_>,
        around: Surroundings<'_>,
    ) -> Option<Missed> {
        let text = decode_verbatim(pieces, |span| window.slice(span));
        let frame = Frame::new(pieces, window, around.frame, around.depth() + 1);
        self.read_framed(&text, &frame, row, around)
    }

    /// Reads the text of a payload, whose frame knows the way back to the file.
    pub(super) fn read_framed(
        &mut self,
        text: &str,
        frame: &Frame<'_>,
        row: &Row<'_>,
        around: Surroundings<'_>,
    ) -> Option<Missed> {
        let is_change = row.carried == Carried::Change;
        // What else is no XML is read all the same, which tells it.
        if let Some(lack) = Lack::of_text(text).filter(|lack| is_change || *lack != Lack::NoXml) {
            return Some(Missed::Lack(lack));
        }
        if frame.depth > MAX_DEPTH {
            let at = frame.outer(ByteSpan::new(0, 1));
            self.limit(format!("payloads are nested more than {MAX_DEPTH} deep"), at);
            return Some(Missed::All);
        }
        let inside = Surroundings {
            frame: Some(frame),
            origin: origin_in(row.carried, around.origin),
            deleted: around.deleted || row.deletes,
            row_says: if row.says == RowSays::default() { around.row_says } else { row.says },
            // A link of metadata in an update set is no row of it.
            update_row: if is_change { Some(row.update_row()) } else { around.update_row },
            promised: row.promised(),
            nesting: 0,
            torn_by: None,
        };
        let known = self.state.report.problems.len();
        let outer = std::mem::take(&mut self.heard);
        self.read_nested(text, inside);
        let heard = std::mem::replace(&mut self.heard, outer);
        let is_torn = self.state.report.problems[known..].iter().any(|problem| problem.kind.is_loss());
        match heard.missed(row.promised(), is_torn)? {
            Missed::Other(at) => Some(Missed::Other(frame.outer(at))),
            missed => Some(missed),
        }
    }
}
