//! From a row as it stands in the text to the records that are handed out: its own, and
//! those in its payload. All readers fill rows, and this alone makes records of them.

use std::borrow::Cow;

use super::action_attribute::other_attributes;
use super::carried::PayloadKind;
use super::carrying_row::{CarryingRow, LastSet};
use super::census::TableNumber;
use super::change::ChangeRow;
use super::fields::{fields_of_element, fields_of_plain_row};
use super::frame::{Frame, Surroundings};
use super::heard::{Heard, Lack, Missed};
use super::outlet::RecordOutlet;
use super::report_draft::ReportDraft;
use super::row::{RowColumn, RowPlaces, RowSpans, RowText};
use super::{RecordSink, Select};
use crate::record::{Action, Origin, Record, schema};
use crate::source::ProblemKind;
use crate::span::ByteSpan;

/// How deep payloads are followed into one another; real exports go to two.
const MAX_DEPTH: usize = 4;

/// Reads the rows in the text of a payload, and gives each to the builder. The readers
/// stand above the builder, so it is told which of them reads payloads.
pub(super) type PayloadReader = fn(&mut RecordBuilder<'_>, &str, Surroundings<'_>);

/// Makes records of rows.
pub(super) struct RecordBuilder<'a> {
    pub(super) select: Select<'a>,
    pub(super) report: &'a mut ReportDraft,
    pub(super) outlet: RecordOutlet<'a>,
    read_payload: PayloadReader,
    /// What was heard so far of the payload that is being read.
    pub(super) heard: Heard,
    /// The update set of the row that was read last.
    last_set: LastSet,
    /// Rows to fill again.
    spare: Vec<RowSpans>,
}

/// What a row is, beside its columns. Places are those in its text.
pub(super) struct RowHead {
    pub(super) table: TableNumber,
    pub(super) action: Action,
    pub(super) span: ByteSpan,
    pub(super) start_tag: ByteSpan,
}

impl<'a> RecordBuilder<'a> {
    pub(super) fn new(
        select: Select<'a>,
        sink: &'a mut dyn RecordSink,
        report: &'a mut ReportDraft,
        read_payload: PayloadReader,
    ) -> Self {
        let outlet = RecordOutlet::new(select, sink);
        let (heard, last_set) = (Heard::default(), LastSet::default());
        Self { select, report, outlet, read_payload, heard, last_set, spare: Vec::new() }
    }

    /// An empty row to fill. Give it back when it was finished.
    pub(super) fn take_row(&mut self) -> RowSpans {
        let mut row = self.spare.pop().unwrap_or_default();
        row.clear();
        row
    }

    pub(super) fn give_back(&mut self, row: RowSpans) {
        self.spare.push(row);
    }

    /// A row was read to its end: counts it, hands it out if it is wanted, and reads its
    /// payload.
    pub(super) fn finish(
        &mut self,
        text: RowText<'_>,
        head: &RowHead,
        row: &RowSpans,
        around: Surroundings<'_>,
    ) {
        let counted = self.report.census.table(head.table);
        counted.count(head.action, around.origin, around.is_child_of_root());
        let (of, carried) = (counted.row_of, counted.carried);
        let (outer_start, ordinal) = self.outlet.count();
        if !of.is_nothing() || self.select.is_everything() {
            let ReportDraft { census, repeats, .. } = &mut *self.report;
            let class = &*census.table(head.table).name;
            let (attributes, mut fields) = match text.plain {
                None => {
                    let known = schema::dictionary_table_among(self.select.classes(), class);
                    let fields = fields_of_element(text.window, (known, row), around);
                    (other_attributes(text.window, head.start_tag), fields)
                }
                Some(plain) => {
                    let fields = fields_of_plain_row((text, plain), (class, row), self.select, repeats);
                    (Vec::new(), fields)
                }
            };
            repeats.look(class, &fields);
            let is_true = |(name, value): &(&str, Cow<'_, str>)| *name == "apply_defaults" && value == "true";
            let record = Record {
                table: class,
                class,
                table_index: None,
                action: head.action,
                origin: around.origin,
                apply_defaults: attributes.iter().any(is_true),
                attributes: &attributes,
                fields: &[],
                span: around.outer(head.span),
                start_tag_span: around.outer(head.start_tag),
                outer_start,
                ordinal,
                update_row: around.update_row,
                places: &RowPlaces { text, row, around },
            };
            self.outlet.hand_out(of, &record, &mut fields);
        }
        if let Some(carried) = carried {
            self.read_carried(text, (head, carried), row, around);
        }
    }

    /// Reads what a row carries. A row with two payloads, or two actions, is none
    /// that an instance writes: all of it is read, and it is said.
    fn read_carried(
        &mut self,
        text: RowText<'_>,
        (head, carried): (&RowHead, PayloadKind),
        row: &RowSpans,
        around: Surroundings<'_>,
    ) {
        for name in ["payload", "action"] {
            if let Some(second) = row.named(name, text).nth(1) {
                let message = format!("a second <{name}> in one row: which of them holds, nothing tells");
                let at = around.outer(second.whole);
                self.report.say(ProblemKind::Broken, message, at);
            }
        }
        // A row of plain values has no tag that could stand for it.
        let start = around.outer(if text.plain.is_some() { head.span } else { head.start_tag });
        let tag_says = (head.action == Action::Delete).then_some((head.action, start));
        let carrying = CarryingRow::new((text, row), (carried, around), tag_says, &mut self.last_set);
        let payloads = || row.named("payload", text);
        let mut missed = if payloads().next().is_none() { Some(Missed::Lack(Lack::Missing)) } else { None };
        for column in payloads() {
            let of_column = row.read_payload(column, text.window, around, |payload, frame| {
                self.read_framed(payload, frame, &carrying, around)
            });
            missed = missed.or(of_column);
        }
        let is_change = carried == PayloadKind::Change && around.origin != Origin::History;
        let Some(missed) = missed.filter(|_| is_change) else { return };
        // The row itself goes, whatever it would have brought.
        if head.action == Action::Delete && missed != Missed::Part {
            return;
        }
        let at = |column: Option<&RowColumn>| column.map_or(start, |column| around.outer(column.whole));
        let change = ChangeRow {
            row: &carrying,
            name_at: at(row.named("name", text).next()),
            payload_at: at(payloads().next()),
            span: around.outer(head.span),
            start,
            places: &RowPlaces { text, row, around },
        };
        change.miss(missed, self.select, self.report, &mut self.outlet);
    }

    /// Reads the text of a payload, whose frame knows the way back to the file; says what
    /// of it was not heard.
    fn read_framed(
        &mut self,
        text: &str,
        frame: &Frame<'_>,
        row: &CarryingRow<'_>,
        around: Surroundings<'_>,
    ) -> Option<Missed> {
        let is_change = row.kind == PayloadKind::Change;
        // What else is no XML is read all the same, which tells it.
        if let Some(lack) = Lack::of_text(text).filter(|lack| is_change || *lack != Lack::NoXml) {
            return Some(Missed::Lack(lack));
        }
        if frame.depth > MAX_DEPTH {
            let at = frame.outer(ByteSpan::new(0, 1));
            let message = format!("payloads are nested more than {MAX_DEPTH} deep");
            self.report.say(ProblemKind::LimitReached, message, at);
            return Some(Missed::All);
        }
        let known = self.report.file.problems.len();
        let outer = std::mem::take(&mut self.heard);
        (self.read_payload)(self, text, Surroundings { frame: Some(frame), ..row.inside(around) });
        let heard = std::mem::replace(&mut self.heard, outer);
        let is_torn = self.report.file.problems[known..].iter().any(|problem| problem.kind.is_loss());
        match heard.missed(row.promised(), is_torn)? {
            Missed::Other(at) => Some(Missed::Other(frame.outer(at))),
            missed => Some(missed),
        }
    }
}
