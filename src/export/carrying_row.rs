//! Rows that carry records: what they say of those.

use std::borrow::Cow;
use std::sync::Arc;

use super::carried::{LOCAL_SET, PayloadKind, REMOTE_SET};
use super::fields::start_tag_of;
use super::frame::{RowSays, SaidAction, Surroundings};
use super::heard::promised_table;
use super::row::{RowColumn, RowSpans, RowText};
use crate::record::{Action, Origin, SetReference, UpdateRow, is_sys_id};

/// What a row says of the records it carries.
pub(super) struct CarryingRow<'r> {
    pub(super) kind: PayloadKind,
    /// Its `name`.
    pub(super) name: Cow<'r, str>,
    /// Whether it deletes them.
    pub(super) deletes: bool,
    /// What it says of their action, if it is a change.
    pub(super) says: RowSays,
    /// Its `sys_recorded_at`.
    recorded_at: Option<Cow<'r, str>>,
    /// Its `sys_updated_on`.
    updated_on: Option<Cow<'r, str>>,
    /// The set that it belongs to.
    set: Option<Arc<SetReference>>,
}

impl<'r> CarryingRow<'r> {
    /// Of a row whose tag says `tag_says`, if it says anything.
    pub(super) fn new(
        (text, row): (RowText<'r>, &'r RowSpans),
        (kind, around): (PayloadKind, Surroundings<'_>),
        tag_says: Option<SaidAction>,
        last_set: &mut LastSet,
    ) -> Self {
        let says = RowSays { column: column_says((text, row), around), tag: tag_says };
        let is_change = kind == PayloadKind::Change && around.origin != Origin::History;
        let value =
            |name: &str| row.named(name, text).next().and_then(|column| row.read(column, text.window).0);
        Self {
            kind,
            name: value("name").unwrap_or_default(),
            deletes: says.deletes(),
            says: if is_change { says } else { RowSays::default() },
            recorded_at: value("sys_recorded_at"),
            updated_on: value("sys_updated_on"),
            set: last_set.of(text, row),
        }
    }

    /// What the records that it brings need to know of it.
    pub(super) fn update_row(&self) -> UpdateRow<'_> {
        UpdateRow {
            recorded_at: self.recorded_at.as_deref().unwrap_or_default().trim(),
            updated_on: self.updated_on.as_deref().unwrap_or_default().trim(),
            set: self.set.as_deref(),
        }
    }

    /// The table of which its name promises a record.
    pub(super) fn promised(&self) -> Option<&str> {
        promised_table(&self.name).filter(|_| self.kind == PayloadKind::Change)
    }

    /// Where the records in its payload stand, with their way back still to come.
    pub(super) fn inside<'f>(&'f self, around: Surroundings<'f>) -> Surroundings<'f> {
        let is_change = self.kind == PayloadKind::Change;
        Surroundings {
            origin: self.kind.origin(around.origin),
            deleted: around.deleted || self.deletes,
            row_says: if self.says == RowSays::default() { around.row_says } else { self.says },
            // A link of metadata in an update set is no row of it.
            update_row: if is_change { Some(self.update_row()) } else { around.update_row },
            promised: self.promised(),
            nesting: 0,
            torn_by: None,
            ..around
        }
    }
}

/// What the column `action` of a row says, if it says one thing.
fn column_says((text, row): (RowText<'_>, &RowSpans), around: Surroundings<'_>) -> Option<SaidAction> {
    let mut columns = row.named("action", text);
    let action = |column: &RowColumn| Action::of_update_row(&row.read(column, text.window).0?);
    let first = columns.next()?;
    let said = action(first)?;
    columns.all(|other| action(other) == Some(said)).then(|| (said, around.outer(first.whole)))
}

/// The set of the row that was read last. The rows of a set name it in the same
/// words, so that hardly any of them has to be taken apart.
#[derive(Debug, Default)]
pub(super) struct LastSet {
    /// The column as it was written.
    written: String,
    set: Option<Arc<SetReference>>,
}

impl LastSet {
    /// The set that a row says it belongs to.
    fn of(&mut self, text: RowText<'_>, row: &RowSpans) -> Option<Arc<SetReference>> {
        [REMOTE_SET, LOCAL_SET].into_iter().find_map(|name| {
            let column = row.named(name, text).next()?;
            let written = text.window.slice(column.whole);
            if self.set.is_none() || self.written != written {
                let set = set_of(text, (row, column))?;
                written.clone_into(&mut self.written);
                self.set = Some(Arc::new(set));
            }
            self.set.clone()
        })
    }
}

/// The set that a column refers to; `None` where it shows nothing.
fn set_of(text: RowText<'_>, (row, column): (&RowSpans, &RowColumn)) -> Option<SetReference> {
    let (value, display) = row.read(column, text.window);
    let display = if text.plain.is_some() { display } else { displayed(text, column) };
    let (value, display) = (value.unwrap_or_default(), display.unwrap_or_default());
    let (value, display) = (value.trim(), display.trim());
    if value.is_empty() && display.is_empty() {
        return None;
    }
    // Where labels are shown, what stands there is the name.
    let is_name = text.plain.is_some() && !value.is_empty() && !is_sys_id(value);
    let (sys_id, name) = if is_name { ("", value) } else { (value, display) };
    Some(SetReference { sys_id: sys_id.to_owned(), name: name.to_owned() })
}

/// What the attributes of a reference display.
fn displayed<'r>(text: RowText<'r>, column: &RowColumn) -> Option<Cow<'r, str>> {
    let attributes = text.window.attributes(&start_tag_of(column)).into_iter();
    let mut shown = attributes.filter(|attribute| attribute.name == "display_value");
    shown.next().map(|shown| shown.value)
}
