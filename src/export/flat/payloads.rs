//! XML in the values of such exports: the payloads of rows of update sets, and their
//! like. What they hold is read as in any other form, with places of the file.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::finish::{RowSays, Surroundings};
use super::super::payload::{Carried, Row, origin_in};
use super::super::reading::{By, Frame, Reading};
use super::super::unheard::{Lack, Unseen, table_of_update};
use super::RecordSink;
use super::record::Cell;
use super::rows::Rows;
use super::table::is_sys_id;
use super::ways;
use crate::record::{Action, Origin, SetReference};
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
        let says = cell("action").and_then(|cell| {
            let action = Action::of_update_row(&cell.read(text).0?)?;
            Some(RowSays { action, at: span(cell) })
        });
        let row = Row {
            deletes: says.is_some_and(|says| says.action == Action::Delete),
            says: says.filter(|_| is_change),
            recorded_at: value("sys_recorded_at"),
            updated_on: value("sys_updated_on"),
            set: ["remote_update_set", "update_set"].iter().find_map(|name| set_of(cell(name)?.read(text))),
        };
        let payload = cell("payload");
        let found = payload.map(|cell| ways::in_cell(cell, text).unwrap_or_default());
        let lack = match &found {
            None => Some(Lack::Missing),
            Some((xml, _)) => match xml.trim_start().as_bytes().first() {
                None => Some(Lack::Empty),
                Some(b'<') => None,
                Some(_) => Some(Lack::NoXml),
            },
        };
        let mut state = std::mem::take(&mut self.state);
        let known = state.report.problems.len();
        if let (None, Some((xml, runs))) = (lack, found) {
            let offset = |at: usize| self.window.offset(at);
            let runs = runs.into_iter().map(|(length, written, is_verbatim)| {
                (length, ByteSpan::new(offset(written.start), offset(written.end)), is_verbatim)
            });
            let frame = Frame::of_map(TextMap::of_runs(runs));
            let mut reading = Reading::resume(self.select, By::Scanner, sink, state);
            (reading.outer_start, reading.ordinal) = (at.start, 1);
            let inside = Surroundings {
                frame: Some(&frame),
                origin: origin_in(carried, Origin::Table),
                deleted: row.deletes,
                row_says: row.says,
                update_row: is_change.then(|| row.update_row()),
                nesting: 0,
                torn_by: None,
            };
            reading.read_nested(&xml, inside);
            state = reading.state;
        }
        let is_torn = state.report.problems[known..].iter().any(|problem| problem.kind.is_loss());
        if is_change && (lack.is_some() || is_torn) {
            let name = value("name").unwrap_or_default();
            let table = table_of_update(&name);
            if let Some(table) = table {
                state.unheard.note_table(table);
            }
            if let Some(lack) = lack {
                state.unheard.lack(lack, payload.map_or(at, span));
            }
            if let Some(table) = table.filter(|_| lack.is_some() && !row.deletes) {
                let number = state.census.number(table, 1, self.select);
                let of = state.census.table(number).row_of;
                let places = ways::Ways { window: &self.window, cells: &self.cells };
                let row = Unseen { table, row: row.update_row(), span: at, start_tag_span: at };
                row.hand_out((at.start, 1), &places, (self.select, of), sink);
            }
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
