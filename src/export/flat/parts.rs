//! Values of JSON that are objects: what is stored, and what is displayed of it.

use std::borrow::Cow;
use std::ops::Range;

use super::escapes;
use super::json::{self, Member};
use super::record::Cell;
use super::table::is_sys_id;
use super::window::Window;
use crate::span::ByteSpan;

/// `{"value":…, "display_value":…, "link":…}`, of which some may be missing. The
/// last part of a link is the sys_id.
pub(super) fn read_object(written: &str) -> (Option<Cow<'_, str>>, Option<Cow<'_, str>>) {
    let mut members = Vec::new();
    if json::object(written.as_bytes(), 0, &mut members).is_err() {
        return (Some(Cow::Borrowed(written)), None);
    }
    let text = |member: &Member| {
        let value = &written[member.value.clone()];
        match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
            Some(value) => escapes::decode(value),
            None if value == "null" => Cow::Borrowed(""),
            None => Cow::Borrowed(value),
        }
    };
    if twice(written, &members).is_some() {
        // Two values of one name: neither counts.
        return (None, None);
    }
    let find = |name: &str| members.iter().find(|member| member.is(written, name)).map(text);
    let (value, display, link) = (find("value"), find("display_value"), find("link"));
    if value.is_none() && display.is_none() {
        return (Some(Cow::Borrowed(written)), None);
    }
    let linked = link.and_then(|link| end_of_link(&link));
    (value.or(linked), display)
}

/// The sys_id at the end of a link.
pub(super) fn end_of_link<'t>(link: &str) -> Option<Cow<'t, str>> {
    let last = link.rsplit('/').next().filter(|last| is_sys_id(last))?;
    Some(Cow::Owned(last.to_owned()))
}

/// Two members that say different things of what a value is, or displays.
fn twice<'m>(written: &str, members: &'m [Member]) -> Option<[&'m Member; 2]> {
    let of = |range: &Range<usize>| &written[range.clone()];
    ["value", "display_value", "link"].into_iter().find_map(|name| {
        let mut named = members.iter().filter(|member| member.is(written, name));
        let first = named.next()?;
        let second = named.find(|second| of(&first.value) != of(&second.value))?;
        Some([first, second])
    })
}

/// Where two values of one name stand in the object of a cell.
pub(super) fn places_of_two(window: &Window, cell: &Cell) -> Option<[ByteSpan; 2]> {
    let mut members = Vec::new();
    let written = &window.text()[cell.content.clone()];
    json::object(written.as_bytes(), 0, &mut members).ok()?;
    let place = |member: &Member| {
        let start = cell.content.start;
        ByteSpan::new(window.offset(start + member.whole.start), window.offset(start + member.whole.end))
    };
    twice(written, &members).map(|two| two.map(place))
}
