//! Where a reader hands its records.

use crate::record::Record;

/// Takes the records of a file, one at a time, in file order.
pub trait RecordSink {
    /// The records from here on are of the source with that number in scan order.
    fn begin(&mut self, _source: u32) {}

    /// A record whose table is wanted. It is gone when the call returns.
    fn record(&mut self, record: &Record<'_>);
}
