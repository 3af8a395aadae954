//! A piece of the text, in which tokens stand.

use std::borrow::Cow;

use super::text::decode_attribute;
use super::token::{Attribute, Token, tag_name};
use crate::span::ByteSpan;

/// A piece of a source's text. Tokens are numbers; their text lies here.
#[derive(Debug, Clone, Copy)]
pub struct Window<'w> {
    text: &'w str,
    base: u64,
}

impl<'w> Window<'w> {
    /// A text whose first byte has offset `base`.
    #[must_use]
    pub fn new(text: &'w str, base: u64) -> Self {
        Self { text, base }
    }

    /// The text of a span that lies in the window; empty where it does not.
    #[must_use]
    pub fn slice(self, span: ByteSpan) -> &'w str {
        span.range_from(self.base).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// The element name of a start, empty or end tag.
    #[must_use]
    pub fn name(self, tag: &Token) -> &'w str {
        tag_name(self.slice(tag.span))
    }

    /// The attributes of a start or empty tag. Duplicates and attributes
    /// without a value are left out.
    #[must_use]
    pub fn attributes(self, tag: &Token) -> Vec<Attribute<'w>> {
        let text = self.slice(tag.span);
        let name = tag_name(text).len();
        let inside = text.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
        if inside.len() <= name {
            return Vec::new();
        }
        quick_xml::events::attributes::Attributes::new(inside, name)
            .with_checks(false)
            .filter_map(Result::ok)
            .filter_map(|attribute| {
                let Cow::Borrowed(value) = attribute.value else { return None };
                Some(Attribute { name: attribute.key.into_inner(), value: decode_attribute(value) })
            })
            .collect()
    }
}
