//! Where records leave: the sink, and which of a child's records comes next.

use super::{RecordSink, Select};
use crate::record::{Field, Record, RowOf};

/// Hands records out, and counts those of each child of the root.
pub(super) struct RecordOutlet<'a> {
    select: Select<'a>,
    sink: &'a mut dyn RecordSink,
    /// Where the current child of the root begins.
    child: u64,
    /// How many records of it were counted.
    ordinal: u32,
}

impl<'a> RecordOutlet<'a> {
    pub(super) fn new(select: Select<'a>, sink: &'a mut dyn RecordSink) -> Self {
        Self { select, sink, child: 0, ordinal: 0 }
    }

    /// A child of the root begins here.
    pub(super) fn begin_child(&mut self, start: u64) {
        self.child = start;
        self.ordinal = 0;
    }

    /// Counts a record; gives its place: the child, and how many records come before.
    pub(super) fn count(&mut self) -> (u64, u32) {
        let place = (self.child, self.ordinal);
        self.ordinal += 1;
        place
    }

    /// Hands a record out as each wanted table of which it is a row.
    pub(super) fn hand_out(&mut self, of: RowOf, record: &Record<'_>, fields: &mut [Field<'_>]) {
        for (number, (table_index, table)) in self.select.handed_out_as(of, record.class).enumerate() {
            if number > 0 {
                self.select.number_columns(table_index, fields);
            }
            self.sink.record(&Record { table, table_index, fields, ..*record });
        }
    }
}
