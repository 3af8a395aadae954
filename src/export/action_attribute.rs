//! What the attributes of a tag say of its element.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::record::Action;
use crate::span::ByteSpan;
use crate::xml::{Token, TokenKind, Window};

/// The attributes that most records have, and no others.
const PLAIN: &str = " action=\"INSERT_OR_UPDATE\">";

/// The `action` attribute, as far as it decides what an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActionAttribute {
    Absent,
    Record(Action),
    /// `delete_multiple`, `update_multiple`: a query over records, no record.
    Multiple,
}

static ACTION: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("action"));

/// Whether a tag has an `action`. Cheap where nothing looks like one.
pub(super) fn carries_action(window: Window<'_>, tag: &Token) -> bool {
    ACTION.find(window.slice(tag.span).as_bytes()).is_some()
        && action_of(window, tag) != ActionAttribute::Absent
}

pub(super) fn action_of(window: Window<'_>, tag: &Token) -> ActionAttribute {
    if is_plain(window, tag) {
        return ActionAttribute::Record(Action::InsertOrUpdate);
    }
    let attributes = window.attributes(tag);
    let mut actions = attributes.iter().filter(|attribute| attribute.name == "action");
    let Some(action) = actions.next().map(|action| action_named(&action.value)) else {
        return ActionAttribute::Absent;
    };
    // Where several contradict each other, which is said, the record is judged.
    let is_agreed = actions.all(|other| action_named(&other.value) == action);
    if is_agreed { action } else { ActionAttribute::Record(Action::InsertOrUpdate) }
}

fn action_named(value: &str) -> ActionAttribute {
    match value {
        "delete_multiple" | "update_multiple" => ActionAttribute::Multiple,
        "DELETE" | "delete" => ActionAttribute::Record(Action::Delete),
        _ => ActionAttribute::Record(Action::InsertOrUpdate),
    }
}

/// Whether the attributes need not be taken apart.
fn is_plain(window: Window<'_>, tag: &Token) -> bool {
    window.slice(tag.span).get(window.name(tag).len() + 1..) == Some(PLAIN)
}

/// The attributes in a start tag, without `action`.
pub(super) fn other_attributes(window: Window<'_>, tag: ByteSpan) -> Vec<(&str, Cow<'_, str>)> {
    let tag = Token { kind: TokenKind::Start, span: tag };
    if is_plain(window, &tag) {
        return Vec::new();
    }
    let attributes = window.attributes(&tag).into_iter();
    let others = attributes.filter(|attribute| attribute.name != "action");
    others.map(|attribute| (attribute.name, attribute.value)).collect()
}
