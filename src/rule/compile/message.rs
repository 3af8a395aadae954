//! Messages: every placeholder is checked when the rule is loaded, and none may
//! show a secret.

use super::Compiler;
use crate::record::Secrecy;
use crate::rule::error::RuleError;
use crate::rule::file::PlacedText;
use crate::rule::message::{MessagePart, MessagePiece, Special, Template, split};
use crate::rule::model::Body;

impl Compiler<'_> {
    pub(super) fn message(
        &mut self,
        text: &PlacedText,
        table: Option<&str>,
        body: &Body,
    ) -> Result<Template, RuleError> {
        let pieces = split(&text.value).map_err(|message| self.error(text, message))?;
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                MessagePiece::Text(piece) => MessagePart::Text(piece.to_owned()),
                MessagePiece::Placeholder(name) => self.placeholder(name, text, table, body)?,
            });
        }
        Ok(Template { parts })
    }

    fn placeholder(
        &mut self,
        name: &str,
        text: &PlacedText,
        table: Option<&str>,
        body: &Body,
    ) -> Result<MessagePart, RuleError> {
        if let Some(values) = self.params.0.get(name) {
            return Ok(MessagePart::Text(values.join(", ")));
        }
        let special = match (name, body) {
            ("count", Body::Count(_)) => Some(Special::Count),
            ("name", Body::Property(_) | Body::Conditions(_)) => Some(Special::Name),
            ("value", Body::Property(_) | Body::Conditions(_)) => Some(Special::Value),
            ("expected", Body::Property(_) | Body::Conditions(_) | Body::Count(_)) => Some(Special::Expected),
            _ => None,
        };
        if let Some(special) = special {
            return Ok(MessagePart::Special(special));
        }
        let Some(table) = table else {
            let message = format!("the message's '{{{name}}}' is none of this rule's placeholders");
            return Err(self.error(text, message));
        };
        let path = self.path_of(&PlacedText { value: name.to_owned(), ..text.clone() }, text, table)?;
        if path.class().is_some() {
            return Ok(MessagePart::Evidence(path));
        }
        if let Some((table, column)) = path.column() {
            let names = self.wanted.table(table);
            let column = &names.columns[column.index()];
            if Secrecy::of(&names.name, column) != Secrecy::Text {
                let message = format!("the message must not show '{name}': it may be a secret");
                return Err(self.error(text, message));
            }
        }
        Ok(MessagePart::Field(path))
    }
}
