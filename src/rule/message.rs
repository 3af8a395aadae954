//! Messages: a sentence with placeholders, checked when the rule is loaded.

use std::collections::BTreeMap;

use crate::query::BoundPath;

/// A message whose placeholders are known.
#[derive(Debug)]
pub struct Template {
    /// The pieces, in order.
    pub parts: Vec<MessagePart>,
}

/// A piece of a message.
#[derive(Debug)]
pub enum MessagePart {
    /// As it stands.
    Text(String),
    /// A field of the subject, or one reached from it.
    Field(BoundPath),
    /// The evidence for `{…@class.x}`: the path ends in the class.
    Evidence(BoundPath),
    /// What the rule itself says.
    Special(Special),
}

/// Placeholders that are no fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// How many there are.
    Count,
    /// The property's name, or the key of the group that was counted.
    Name,
    /// The property's value, unless it is a secret.
    Value,
    /// What was expected.
    Expected,
}

/// A placeholder as written, and whatever stands between two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessagePiece<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

/// Splits a message at its placeholders.
///
/// # Errors
/// Where a brace is not closed.
pub(super) fn split(message: &str) -> Result<Vec<MessagePiece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').ok_or("a '{' in the message is not closed")? + open;
        if open > 0 {
            pieces.push(MessagePiece::Text(&rest[..open]));
        }
        pieces.push(MessagePiece::Placeholder(&rest[open + 1..close]));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(MessagePiece::Text(rest));
    }
    Ok(pieces)
}

/// The parameters of a rule or class.
#[derive(Debug, Default, Clone)]
pub(super) struct Params(pub(super) BTreeMap<String, Vec<String>>);

impl super::expect::Fill for Params {
    fn text(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        if !filled.contains('{') {
            return filled;
        }
        for (name, values) in &self.0 {
            let placeholder = format!("{{{name}}}");
            if filled.contains(&placeholder) {
                filled = filled.replace(&placeholder, &values.join(","));
            }
        }
        filled
    }

    fn list(&self, text: &str) -> Vec<String> {
        let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name.and_then(|name| self.0.get(name)) {
            Some(values) => values.clone(),
            None => vec![self.text(text)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MessagePiece, split};

    #[test]
    fn splits_at_placeholders() {
        assert_eq!(
            split("'{user_name}' holds {@role}.").unwrap(),
            [
                MessagePiece::Text("'"),
                MessagePiece::Placeholder("user_name"),
                MessagePiece::Text("' holds "),
                MessagePiece::Placeholder("@role"),
                MessagePiece::Text("."),
            ]
        );
        assert!(split("open {brace").is_err());
    }
}
