//! What kind of export a file is, and the records in it.
//!
//! The forms and their oddities were read off real exports: table exports
//! (`<unload>`, `<xml>`), app-repository files (`<record_update>`), and update
//! sets, whose rows carry records as XML inside XML.

mod action_attribute;
mod again;
mod begin;
mod carried;
mod carrying_row;
mod census;
mod change;
mod column_fate;
mod column_guesses;
mod digests;
mod document;
mod element;
mod fields;
mod file_name;
mod file_report;
mod flat;
mod forms;
mod frame;
mod heard;
mod kind;
mod lines;
mod outlet;
mod part;
mod passed_over;
mod read;
mod record_builder;
mod record_sink;
mod recover;
mod repeats;
mod report_draft;
mod row;
mod rows;
mod scan;
mod scanned_text;
mod schedule;
mod select;
mod sniff;
mod strict;
mod unheard;
mod unknown_class;

pub use crate::source::LineMarks;
pub use again::ChildReader;
pub use begin::unload_date;
pub use digests::{RecordPlace, changed_records};
pub use document::reread;
pub use file_report::{Counts, FileReport};
pub use kind::FileKind;
pub use passed_over::{may_be_export, raise_unfollowed};
pub use read::{read, read_in_parts, read_strictly};
pub use record_sink::RecordSink;
pub use schedule::{Collect, read_all, read_all_in_parts};
pub use select::{Context, Select};

use file_report::problem;

#[cfg(test)]
mod class_tests;
#[cfg(test)]
mod tests;
