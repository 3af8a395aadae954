//! Finds the name that a reference shows.

use super::data::{Data, Missing, without_row};
use crate::record::{
    ColumnIdx, TableIdx, fixed_name, is_no_identity, is_sys_id, named_by_value, well_known_name,
};

/// What is missing to say that a row which was not found does not exist; `None`
/// where it surely does not. A name that stands in place of a sys_id is of a row
/// that nobody looked for.
pub(super) fn without_referred(data: &dyn Data, target: TableIdx, value: &str) -> Option<Missing> {
    if is_no_identity(value) {
        return Some(Missing::table(target));
    }
    let is_name = !is_sys_id(value) && named_by_value(&data.wanted().table(target).name, value).is_some();
    if is_name { Some(Missing::table(target)) } else { without_row(data, target, ColumnIdx::SYS_ID) }
}

/// What a reference that is not empty displays: the row that it leads to says so, or
/// the `sys_id` by itself, before any text that stands beside it.
pub(super) fn name_of<'a>(
    data: &'a dyn Data,
    (target, column): (TableIdx, Option<ColumnIdx>),
    (value, display): (&'a str, Option<&'a str>),
) -> Result<&'a str, Missing> {
    let Some(found) = data.by_sys_id(target, value) else {
        let missing = without_referred(data, target, value);
        if missing.is_none() && display.is_none() {
            return Ok("");
        }
        return name_by_reference(data, target, (value, display))
            .map_or_else(|| missing.map_or(Ok(""), Err), Ok);
    };
    let shown = column.map(|column| data.cell(target, found, column));
    match shown {
        Some(cell) if cell.present => Ok(cell.value),
        _ => {
            let display = display.filter(|_| !data.is_disputed(target, value));
            let name = fixed_name(&data.wanted().table(target).name, value).or(display);
            let missing = || column.map_or_else(|| Missing::table(target), |at| Missing::column(target, at));
            name.ok_or_else(missing)
        }
    }
}

/// The name that a reference shows of a row that is not there: that of its `sys_id`
/// on every instance, else the text beside it, unless another reference to the same
/// row contradicts it.
pub(super) fn name_by_reference<'a>(
    data: &'a dyn Data,
    target: TableIdx,
    (value, display): (&'a str, Option<&'a str>),
) -> Option<&'a str> {
    let table = &data.wanted().table(target).name;
    let by_sys_id = well_known_name(table, value);
    let shown = || display.filter(|_| !data.is_disputed(target, value));
    let by_value = || named_by_value(table, value).filter(|name| !is_no_identity(name));
    by_sys_id.or_else(shown).or_else(by_value)
}
