//! Field names in a query's text.

use super::error::QueryError;
use super::{Path, TextPlace};

/// How many bytes at the start of `text` are a field name: small letters,
/// digits, `_`, `.` and `@`. Real names are lower case, so the first capital or
/// symbol begins the operator. One capital may begin the name itself, as in the
/// `Role` of security attributes, where a small letter follows.
pub(super) fn path_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let skip = match bytes {
        [first, second, ..] if first.is_ascii_uppercase() && second.is_ascii_lowercase() => 1,
        _ => 0,
    };
    let rest = &bytes[skip..];
    skip + rest.iter().position(|&byte| !is_path_byte(byte)).unwrap_or(rest.len())
}

/// As [`path_length`], for a name that a unit may follow after `@`: there an `@`
/// belongs to the name only where a segment begins.
pub(super) fn path_length_before_unit(text: &str) -> usize {
    let length = path_length(text);
    let bytes = &text.as_bytes()[..length];
    let separator = (1..length).find(|&at| bytes[at] == b'@' && bytes[at - 1] != b'.');
    separator.unwrap_or(length)
}

fn is_path_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'@')
}

impl Path {
    /// Reads a whole text as a field name; `base` is its offset in the query.
    pub(in crate::query) fn parse(text: &str, base: usize) -> Result<Self, QueryError> {
        let end = base + text.len();
        if text.is_empty() {
            return Err(QueryError::syntax("a field name is missing here", base..end));
        }
        let length = path_length(text);
        if length < text.len() {
            let message =
                format!("'{text}' is not a field name: they are of small letters, digits, '_' and '.'");
            return Err(QueryError::syntax(message, base + length..end));
        }
        let mut segments: Vec<String> = Vec::new();
        for part in text.split('.') {
            match segments.last_mut() {
                // The name of a class follows a dot of its own.
                Some(class) if class == "@class" => {
                    class.push('.');
                    class.push_str(part);
                }
                _ => segments.push(part.to_owned()),
            }
        }
        if segments.iter().any(|segment| !is_segment(segment)) {
            let message = format!("'{text}' is not a field name: something is missing around a '.' or '@'");
            return Err(QueryError::syntax(message, base..end));
        }
        Ok(Self { segments, place: TextPlace(base..end) })
    }
}

fn is_segment(segment: &str) -> bool {
    let name = segment.strip_prefix("@class.").or_else(|| segment.strip_prefix('@')).unwrap_or(segment);
    !name.is_empty() && segment != "@class" && !name.contains('@')
}
