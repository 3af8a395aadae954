//! Values that are written in parts: what is stored, what is displayed of it, and
//! where a reference leads. JSON writes them as an object, XML as elements.

use std::borrow::Cow;
use std::ops::Range;

use super::escapes::decode_escapes;
use super::json::{JsonMember, json_object};
use crate::record::is_sys_id;

/// The value, and what it displays; `None` for what is not shown.
pub(crate) type ReadValue<'t> = (Option<Cow<'t, str>>, Option<Cow<'t, str>>);

/// The names of the parts. Any of them may be missing.
const NAMES: [&str; 3] = ["value", "display_value", "link"];

/// One part of a value.
pub(crate) struct ValuePart<'t> {
    name: &'static str,
    text: Cow<'t, str>,
    /// With its name, in what is written of the value.
    pub(crate) whole: Range<usize>,
}

impl<'t> ValuePart<'t> {
    /// A part of that name, if there is such a one.
    pub(crate) fn new(name: &str, text: impl FnOnce() -> Cow<'t, str>, whole: Range<usize>) -> Option<Self> {
        let name = NAMES.into_iter().find(|known| *known == name)?;
        Some(Self { name, text: text(), whole })
    }
}

/// What parts say together. Where they contradict each other, nothing of them counts.
/// `None` where there is neither a value nor what is displayed of it.
pub(crate) fn read_parts(parts: Vec<ValuePart<'_>>) -> Option<ReadValue<'_>> {
    if contradiction(&parts).is_some() {
        return Some((None, None));
    }
    let (mut value, mut display, mut link) = (None, None, None);
    for ValuePart { name, text, .. } in parts {
        let of_name = match name {
            "value" => &mut value,
            "display_value" => &mut display,
            _ => &mut link,
        };
        of_name.get_or_insert(text);
    }
    if value.is_none() && display.is_none() {
        return None;
    }
    let linked = || link.and_then(|link| end_of_link(&link).map(|end| Cow::Owned(end.to_owned())));
    Some((value.or_else(linked), display))
}

/// Two parts that say different things of what a value is, or displays: two of one name,
/// or a value and a link that leads elsewhere.
pub(crate) fn contradiction<'p, 't>(parts: &'p [ValuePart<'t>]) -> Option<[&'p ValuePart<'t>; 2]> {
    let named = |name: &'static str| parts.iter().filter(move |part| part.name == name);
    let twice = NAMES.into_iter().find_map(|name| {
        let first = named(name).next()?;
        Some([first, named(name).find(|second| second.text != first.text)?])
    });
    twice.or_else(|| {
        let (value, link) = (named("value").next()?, named("link").next()?);
        let (text, end) = (value.text.trim(), end_of_link(&link.text)?);
        // Records that are known by another text than a sys_id have links by that text.
        let is_other = text.is_empty() || is_sys_id(text) && !text.eq_ignore_ascii_case(end);
        let in_order = if value.whole.start < link.whole.start { [value, link] } else { [link, value] };
        is_other.then_some(in_order)
    })
}

/// The sys_id at the end of a link.
fn end_of_link(link: &str) -> Option<&str> {
    link.trim().rsplit('/').next().filter(|last| is_sys_id(last))
}

/// The parts of an object; `None` where it cannot be read.
pub(crate) fn parts_of_object(written: &str) -> Option<Vec<ValuePart<'_>>> {
    let mut members = Vec::new();
    json_object(written.as_bytes(), 0, &mut members).ok()?;
    let text = |member: &JsonMember| {
        let value = &written[member.value.clone()];
        match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
            Some(value) => decode_escapes(value),
            None if value == "null" => Cow::Borrowed(""),
            None => Cow::Borrowed(value),
        }
    };
    let part = |member: &JsonMember| {
        let name = NAMES.into_iter().find(|name| member.is(written, name))?;
        ValuePart::new(name, || text(member), member.whole.clone())
    };
    Some(members.iter().filter_map(part).collect())
}
