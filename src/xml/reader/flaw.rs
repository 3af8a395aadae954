//! What the strict reader finds wrong with tokens that can be read.

use super::TokenReader;
use crate::span::ByteSpan;
use crate::xml::check::{self, Checked};
use crate::xml::error::{XmlError, XmlErrorKind};
use crate::xml::token::{Token, TokenKind};

/// Something that is not as XML demands, although it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong: lower case, no final stop.
    pub what: &'static str,
    /// Where it begins, in the text that is read.
    pub at: ByteSpan,
}

/// What is said of an entity that the DOCTYPE may declare.
pub const UNEXPANDED: &str = "an entity of the DOCTYPE is used, and is not expanded";

/// What text outside of all elements is.
const OUTSIDE: &str = "text outside of the root element";

impl TokenReader {
    /// Checks a token for what the library lets pass.
    pub(super) fn check_token(&mut self, token: Token) -> Result<(), XmlError> {
        let range = token.span.range_from(self.base).unwrap_or_default();
        let text = self.window.get(range).unwrap_or_default();
        let checked = match token.kind {
            TokenKind::Start | TokenKind::Empty => check::start_tag(text),
            TokenKind::End => check::end_tag(text),
            TokenKind::Text if self.open.depth() == 0 => text_outside(text),
            TokenKind::Reference | TokenKind::CData if self.open.depth() == 0 => {
                Checked::Flawed((OUTSIDE, 0))
            }
            TokenKind::Text => check::text(text),
            TokenKind::Reference if self.has_doctype && check::reference(text) != Checked::Fine => {
                Checked::Flawed((UNEXPANDED, 0))
            }
            TokenKind::Reference => check::reference(text),
            // Exports that were joined have a declaration each.
            TokenKind::Other => check::other(text, !self.has_begun || self.open.depth() == 0),
            TokenKind::DocType => {
                self.has_doctype = true;
                Checked::Fine
            }
            TokenKind::Mixed | TokenKind::CData => Checked::Fine,
        };
        let is_space = token.kind == TokenKind::Text && text_outside(text) == Checked::Fine;
        self.has_begun |= !is_space;
        let place = |at: usize| ByteSpan::at(token.span.start + u64::try_from(at).unwrap_or(0));
        match checked {
            Checked::LoneAmpersand(at) => {
                let at = if token.kind == TokenKind::Text { token.span } else { place(at) };
                self.dangling.get_or_insert(at);
            }
            Checked::Fine => {}
            Checked::Flawed((what, at)) => {
                self.flaw.get_or_insert(Flaw { what, at: place(at) });
            }
            Checked::Torn((what, at)) => {
                let end = token.span.start + u64::try_from(at).unwrap_or(0);
                let at = ByteSpan::new(token.span.start, end.min(token.span.end));
                return Err(XmlError { kind: XmlErrorKind::Syntax(what.to_owned()), at });
            }
        }
        Ok(())
    }
}

/// Checks text that stands outside of all elements. A NUL there is padding, which
/// is told apart; a byte-order mark comes of joining files.
fn text_outside(text: &str) -> Checked {
    let is_space = |letter: char| letter.is_ascii_whitespace() || matches!(letter, '\0' | '\u{feff}');
    text.find(|letter| !is_space(letter)).map_or(Checked::Fine, |at| Checked::Flawed((OUTSIDE, at)))
}
