//! Exports that do not say of which table they are: JSON as the platform and its
//! REST API write it, what that API writes as XML, CSV, and worksheets. Each is
//! rows of plain values.
//!
//! A row is to these what a child of the root is to XML: it is read by itself,
//! and again by the offset at which it begins.

mod again;
mod answer;
mod answer_xml;
mod class;
mod csv_rows;
mod cursor;
mod firsts;
mod head;
mod json_rows;
mod judge;
mod notes;
mod null_search;
mod read;
mod rows;
mod shape;
mod window;

pub(super) use again::RowReader;
pub(super) use judge::may_be_flat;
pub(super) use read::read_flat;
