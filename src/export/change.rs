//! What becomes of a row of an update set of which not all is known.

use super::carrying_row::CarryingRow;
use super::heard::Missed;
use super::outlet::RecordOutlet;
use super::report_draft::ReportDraft;
use super::select::Select;
use super::unheard::{Odds, table_of_update};
use crate::record::{Action, Origin, Record, ValuePlaces};
use crate::span::ByteSpan;

/// A row of an update set after its payload was read, or could not be.
pub(super) struct ChangeRow<'r> {
    pub(super) row: &'r CarryingRow<'r>,
    /// Where its `name` stands, else its start.
    pub(super) name_at: ByteSpan,
    /// Where its payload stands, else its start.
    pub(super) payload_at: ByteSpan,
    pub(super) span: ByteSpan,
    pub(super) start: ByteSpan,
    pub(super) places: &'r dyn ValuePlaces,
}

impl ChangeRow<'_> {
    /// Notes what of the row is not known, and hands out a record for it. That record
    /// shows nothing: it is there, and whoever asks for its columns is told that they
    /// lack.
    #[cold]
    pub(super) fn miss(
        &self,
        missed: Missed,
        select: Select<'_>,
        report: &mut ReportDraft,
        outlet: &mut RecordOutlet<'_>,
    ) {
        let table = table_of_update(&self.row.name);
        if let Some(table) = table {
            report.unheard.note_table(table);
        }
        match missed {
            Missed::Part => return,
            Missed::All => {}
            Missed::Lack(lack) => report.unheard.lack(lack, self.payload_at),
            Missed::Other(record) => report.unheard.at_odds(Odds::Table, [self.name_at, record]),
        }
        let Some(class) = table else { return };
        let number = report.census.number(class, 1, select);
        let of = report.census.table(number).row_of;
        let said = self.row.says.column.map(|(action, _)| action);
        // What does not say whether it brings or deletes may do either.
        let actions = [Action::InsertOrUpdate, Action::Delete].into_iter();
        for action in actions.filter(|action| said.is_none_or(|said| said == *action)) {
            let (outer_start, ordinal) = outlet.count();
            let record = Record {
                table: class,
                class,
                table_index: None,
                action,
                origin: Origin::UpdateSet,
                apply_defaults: false,
                attributes: &[],
                fields: &[],
                span: self.span,
                start_tag_span: self.start,
                outer_start,
                ordinal,
                update_row: Some(self.row.update_row()),
                places: self.places,
            };
            outlet.hand_out(of, &record, &mut []);
        }
    }
}
