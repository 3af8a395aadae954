//! Tokens: what a piece of XML is, and where it stands.

use std::borrow::Cow;

use crate::span::ByteSpan;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `<x …>`
    Start,
    /// `<x …/>`
    Empty,
    /// `</x>`
    End,
    /// Text without references.
    Text,
    /// `&x;`
    Reference,
    /// Text in which references may stand. The scanner, which makes these, has
    /// seen that each `&` begins one.
    Mixed,
    /// `<![CDATA[…]]>`
    CData,
    /// A comment, processing instruction or declaration.
    Other,
    /// `<!DOCTYPE …>`
    DocType,
}

/// One piece of markup or text.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: ByteSpan,
}

impl Token {
    /// The part that carries the content: CDATA without its brackets, a
    /// reference without `&` and `;`, anything else whole.
    #[must_use]
    pub fn content_span(&self) -> ByteSpan {
        match self.kind {
            TokenKind::CData => ByteSpan::new(self.span.start + 9, self.span.end - 3),
            TokenKind::Reference => ByteSpan::new(self.span.start + 1, self.span.end - 1),
            _ => self.span,
        }
    }

    /// Whether it is part of an element's direct text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, TokenKind::Text | TokenKind::Reference | TokenKind::Mixed | TokenKind::CData)
    }
}

/// An attribute of a start tag.
#[derive(Debug, Clone)]
pub struct Attribute<'a> {
    /// Name as written.
    pub name: &'a str,
    /// Value, decoded.
    pub value: Cow<'a, str>,
}

/// The element name of a tag. Where the tag runs into another one, the name
/// begins with `<` or `/`, which no name does.
pub(crate) fn tag_name(tag: &str) -> &str {
    let inside = tag.strip_prefix('<').unwrap_or(tag);
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    // All of these are ASCII, so the cut falls between characters. The first
    // byte is part of the name whatever it is.
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let end = inside.bytes().skip(1).position(|byte| ends(&byte)).map_or(inside.len(), |at| at + 1);
    &inside[..end]
}
