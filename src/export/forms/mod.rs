//! How values are written, by form of export: what each means, and the way back from
//! what is meant to the bytes that say it.

mod csv;
mod elements;
mod escapes;
mod json;
mod nulls;
mod parts;
mod places;
mod row_halt;
mod shown;
mod value_form;
mod value_part;

pub(super) use csv::{CsvValue, Dialect, RowEnd, STRAY, csv_row, delimiter_hint};
pub(super) use elements::{
    ROW_TAG, RowElement, decode_text, halted, read_element, row_elements, text_of_part,
};
pub(super) use escapes::decode_escapes;
pub(super) use json::{Json, JsonKind, JsonMember, json_object, skip_space};
pub(super) use nulls::{NullWord, word_of};
pub(super) use parts::ReadValue;
pub(super) use places::{ValueRun, written_at, written_runs};
pub(super) use row_halt::RowHalt;
pub(super) use shown::{Shows, ValueSort, is_shown, is_surely_whole, sort_of, stored_or_shown};
pub(super) use value_form::{ValueForm, places_of_two, read_value};
pub(super) use value_part::part_of_text;
