//! What becomes of a row of an update set of which not all is known.

use super::heard::Missed;
use super::payload::Row;
use super::reading::State;
use super::unheard::{Odds, table_of_update};
use super::{RecordSink, Select};
use crate::record::{Action, Origin, Record, RowOf, ValuePlaces};
use crate::span::ByteSpan;

/// A row of an update set after its payload was read, or could not be.
pub(super) struct ChangeRow<'r> {
    pub(super) row: &'r Row<'r>,
    /// Where its `name` stands, else its start.
    pub(super) name_at: ByteSpan,
    /// Where its payload stands, else its start.
    pub(super) payload_at: ByteSpan,
    pub(super) span: ByteSpan,
    pub(super) start_tag_span: ByteSpan,
    /// The start of the child of the root it stands in, and the ordinal of the next
    /// record there.
    pub(super) place: (u64, u32),
}

impl ChangeRow<'_> {
    /// Notes what of the row is not known, and hands out a record for it. Gives how
    /// many ordinals that took.
    #[cold]
    pub(super) fn miss(
        &self,
        missed: Missed,
        state: &mut State,
        places: &dyn ValuePlaces,
        (select, sink): (Select<'_>, &mut dyn RecordSink),
    ) -> u32 {
        let table = table_of_update(&self.row.name);
        if let Some(table) = table {
            state.unheard.note_table(table);
        }
        match missed {
            Missed::Part => return 0,
            Missed::All => {}
            Missed::Lack(lack) => state.unheard.lack(lack, self.payload_at),
            Missed::Other(record) => state.unheard.at_odds(Odds::Table, [self.name_at, record]),
        }
        let Some(table) = table else { return 0 };
        let number = state.census.number(table, 1, select);
        let of = state.census.table(number).row_of;
        let said = self.row.says.column.map(|(action, _)| action);
        // What does not say whether it brings or deletes may do either.
        let actions = [Action::InsertOrUpdate, Action::Delete].into_iter();
        let mut taken = 0;
        for action in actions.filter(|action| said.is_none_or(|said| said == *action)) {
            self.hand_out((table, action), taken, places, (select, of), sink);
            taken += 1;
        }
        taken
    }

    /// Hands out a record as each wanted table of which it is a row. It shows nothing:
    /// it is there, and whoever asks for its columns is told that they lack.
    fn hand_out(
        &self,
        (class, action): (&str, Action),
        taken: u32,
        places: &dyn ValuePlaces,
        (select, of): (Select<'_>, RowOf),
        sink: &mut dyn RecordSink,
    ) {
        for (table_index, table) in select.handed_out_as(of, class) {
            sink.record(&Record {
                table,
                class,
                table_index,
                action,
                origin: Origin::UpdateSet,
                apply_defaults: false,
                attributes: &[],
                fields: &[],
                span: self.span,
                start_tag_span: self.start_tag_span,
                outer_start: self.place.0,
                ordinal: self.place.1 + taken,
                update_row: Some(self.row.update_row()),
                places,
            });
        }
    }
}
