//! What a file is, from its first bytes and its root element.

use super::file_name::promises_xml;
use super::passed_over;
use super::{FileKind, problem};
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;
use crate::xml::Attribute;

/// How much of a file its kind is judged by.
pub(super) const SNIFFED: usize = 1024;

/// What the first bytes of a file say.
pub(super) enum FirstBytes {
    /// It may be XML.
    Xml,
    /// It is none, and nothing in its name says that it should be.
    Foreign,
    /// It is none although its name ends in `.xml`.
    Unreadable(Problem),
}

/// Judges the first bytes. Content decides; the name only decides whether a
/// file without XML in it is worth a word.
pub(super) fn head(text: &str, path: &str) -> FirstBytes {
    let promised = promises_xml(path);
    let begin = text.trim_start();
    // Of a text that begins with much space nothing is known yet.
    let is_open = begin.is_empty() && text.len() + char::MAX_LEN_UTF8 > SNIFFED;
    if begin.starts_with('<') || is_open {
        return FirstBytes::Xml;
    }
    if !promised {
        return FirstBytes::Foreign;
    }
    let message = if let Some(message) = passed_over::pointer(text) {
        message
    } else if begin.is_empty() {
        format!("the file is empty{}", passed_over::REMEDY)
    } else if text.contains('\0') {
        "the file is binary, not XML".to_owned()
    } else {
        "the file does not begin with a tag, so it is not XML".to_owned()
    };
    FirstBytes::Unreadable(problem(ProblemKind::Unreadable, message, ByteSpan::at(0)))
}

/// The kind of file that a root element opens; `None` for XML that no
/// `ServiceNow` instance writes.
pub(super) fn root_kind(root: &str) -> Option<FileKind> {
    match root {
        "unload" => Some(FileKind::TableExport),
        "xml" => Some(FileKind::ListExport),
        "record_update" => Some(FileKind::AppFile),
        "database" => Some(FileKind::Dictionary),
        _ => None,
    }
}

/// When the export was made, as its root says.
pub(super) fn unload_date_of(root: Vec<Attribute<'_>>) -> Option<String> {
    let date = root.into_iter().find(|attribute| attribute.name == "unload_date")?;
    Some(date.value.into_owned())
}
