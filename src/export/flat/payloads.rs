//! XML in the values of such exports: the payloads of rows of update sets, and their
//! like. What they hold is read as in any other form, with places of the file.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::FileKind;
use super::super::change::ChangeRow;
use super::super::document::top_level;
use super::super::finish::RowSays;
use super::super::heard::{Lack, Missed};
use super::super::payload::{Carried, Row};
use super::super::reading::{By, Frame, Reading};
use super::RecordSink;
use super::record::Cell;
use super::rows::Rows;
use super::table::is_sys_id;
use super::ways;
use crate::record::{Action, SetReference};
use crate::span::ByteSpan;
use crate::xml::TextMap;

impl Rows<'_> {
    /// Reads what the row carries whose cells were read and which stands at `at`.
    pub(super) fn read_carried(&mut self, carried: Carried, at: ByteSpan, sink: &mut dyn RecordSink) {
        let text = self.window.text();
        let cell = |name: &str| self.cells.iter().find(|cell| cell.name(&self.head, text) == Some(name));
        let value = |name: &str| cell(name).and_then(|cell| cell.read(text).0);
        let span = |cell: &Cell| {
            ByteSpan::new(self.window.offset(cell.whole.start), self.window.offset(cell.whole.end))
        };
        let is_change = carried == Carried::Change;
        let column = cell("action").and_then(|cell| {
            let action = Action::of_update_row(&cell.read(text).0?)?;
            Some((action, span(cell)))
        });
        // Rows of these forms have no tag that could say more.
        let says = RowSays { column, tag: None };
        let row = Row {
            carried,
            name: value("name").unwrap_or_default(),
            deletes: says.deletes(),
            says: if is_change { says } else { RowSays::default() },
            recorded_at: value("sys_recorded_at"),
            updated_on: value("sys_updated_on"),
            set: ["remote_update_set", "update_set"].iter().find_map(|name| set_of(cell(name)?.read(text))),
        };
        let payload = cell("payload");
        let mut state = std::mem::take(&mut self.state);
        let mut ordinal = 1;
        let missed = match payload.map(|cell| ways::in_cell(cell, text).unwrap_or_default()) {
            None => Some(Missed::Lack(Lack::Missing)),
            Some((xml, runs)) => {
                let offset = |at: usize| self.window.offset(at);
                let runs = runs.into_iter().map(|(length, written, is_verbatim)| {
                    (length, ByteSpan::new(offset(written.start), offset(written.end)), is_verbatim)
                });
                let frame = Frame::of_map(TextMap::of_runs(runs));
                let mut reading = Reading::resume(self.select, By::Scanner, sink, state);
                (reading.outer_start, reading.ordinal) = (at.start, ordinal);
                let around = top_level(FileKind::TableExport, None);
                let missed = reading.read_framed(&xml, &frame, &row, around);
                (state, ordinal) = (reading.state, reading.ordinal);
                missed
            }
        };
        if let Some(missed) = missed.filter(|_| is_change) {
            let place_of = |cell: Option<&Cell>| cell.map_or(at, span);
            let change = ChangeRow {
                row: &row,
                name_at: place_of(cell("name")),
                payload_at: place_of(payload),
                span: at,
                start_tag_span: at,
                place: (at.start, ordinal),
            };
            let places = ways::Ways { window: &self.window, cells: &self.cells };
            change.miss(missed, &mut state, &places, (self.select, sink));
        }
        self.state = state;
    }
}

/// The set that a row belongs to, by its value and what it displays.
fn set_of((value, display): (Option<Cow<'_, str>>, Option<Cow<'_, str>>)) -> Option<Arc<SetReference>> {
    let (value, display) = (value.unwrap_or_default(), display.unwrap_or_default());
    let (value, display) = (value.trim(), display.trim());
    if value.is_empty() && display.is_empty() {
        return None;
    }
    // Where labels are shown, what stands there is the name.
    let (sys_id, name) = if is_sys_id(value) || value.is_empty() { (value, display) } else { ("", value) };
    Some(Arc::new(SetReference { sys_id: sys_id.to_owned(), name: name.to_owned() }))
}
