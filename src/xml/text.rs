//! Decoded text, and the way back from it to the bytes of the file.

use std::borrow::Cow;

use memchr::memchr;

use super::token::{Token, TokenKind};
use crate::span::ByteSpan;

/// One run of decoded text and where it stands in the text around it.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// Offset of the run in the decoded text.
    decoded: u64,
    /// Where the run stands as written.
    written: ByteSpan,
    /// Whether the run reads as written; an entity reference does not.
    verbatim: bool,
}

/// The way back from decoded text (a payload) to the text it was written in.
#[derive(Debug, Default)]
pub struct TextMap {
    segments: Vec<Segment>,
}

impl TextMap {
    /// Where a span of the decoded text stands as written. A span that touches
    /// an entity reference is widened to all of it.
    #[must_use]
    pub fn written(&self, span: ByteSpan) -> ByteSpan {
        let start = self.segment_of(span.start).map_or(0, |segment| {
            if segment.verbatim {
                (segment.written.start + (span.start - segment.decoded)).min(segment.written.end)
            } else {
                segment.written.start
            }
        });
        if span.is_empty() {
            return ByteSpan::at(start);
        }
        let end = self.segment_of(span.end - 1).map_or(start, |segment| {
            if segment.verbatim {
                (segment.written.start + (span.end - segment.decoded)).min(segment.written.end)
            } else {
                segment.written.end
            }
        });
        ByteSpan::new(start, end.max(start))
    }

    /// Of runs of decoded text: the length of each, where it is written, and whether it
    /// is written as it reads.
    pub(crate) fn of_runs(runs: impl Iterator<Item = (usize, ByteSpan, bool)>) -> Self {
        let (mut map, mut decoded) = (Self::default(), 0);
        for (length, written, is_verbatim) in runs {
            map.push(decoded, written, is_verbatim);
            decoded += length;
        }
        map
    }

    /// The last segment that begins at or before a decoded offset.
    fn segment_of(&self, offset: u64) -> Option<Segment> {
        let after = self.segments.partition_point(|segment| segment.decoded <= offset);
        after.checked_sub(1).map(|last| self.segments[last])
    }

    fn push(&mut self, decoded: usize, written: ByteSpan, verbatim: bool) {
        let decoded = u64::try_from(decoded).unwrap_or(u64::MAX);
        self.segments.push(Segment { decoded, written, verbatim });
    }
}

/// The text of an element's direct text tokens, with line ends read as `\n`.
/// Borrows where the text is one token that reads as written.
///
/// `slice` gives the written text of a span.
pub fn decode<'a>(tokens: &[Token], slice: impl Fn(ByteSpan) -> &'a str) -> Cow<'a, str> {
    match tokens {
        [] => Cow::Borrowed(""),
        [only] if matches!(only.kind, TokenKind::CData | TokenKind::Text) => {
            normalize(slice(only.content_span()))
        }
        _ => {
            let mut text = String::new();
            for token in tokens {
                append(token, &slice, &mut text);
            }
            match normalize(&text) {
                Cow::Borrowed(_) => Cow::Owned(text),
                Cow::Owned(normal) => Cow::Owned(normal),
            }
        }
    }
}

/// The same without touching line ends: for payloads, which are XML themselves.
/// [`map_of`] gives the way back.
pub fn decode_verbatim<'a>(tokens: &[Token], slice: impl Fn(ByteSpan) -> &'a str) -> Cow<'a, str> {
    match tokens {
        [] => Cow::Borrowed(""),
        [only] if matches!(only.kind, TokenKind::CData | TokenKind::Text) => {
            Cow::Borrowed(slice(only.content_span()))
        }
        _ => {
            let mut text = String::new();
            for token in tokens {
                append(token, &slice, &mut text);
            }
            Cow::Owned(text)
        }
    }
}

/// The way back from the text that [`decode_verbatim`] makes of the tokens to
/// the written text.
pub fn map_of<'a>(tokens: &[Token], slice: impl Fn(ByteSpan) -> &'a str) -> TextMap {
    let mut map = TextMap::default();
    let mut decoded = 0;
    for token in tokens {
        match token.kind {
            TokenKind::Mixed => {
                let written = slice(token.span);
                for (at, piece) in pieces(written) {
                    let start = token.span.start + u64::try_from(at).unwrap_or(0);
                    let span = ByteSpan::new(start, start + u64::try_from(piece.len()).unwrap_or(0));
                    let reference = reference_in(piece);
                    map.push(decoded, span, reference.is_none());
                    decoded += reference.map_or(piece.len(), decoded_length);
                }
            }
            TokenKind::Reference => {
                map.push(decoded, token.span, false);
                decoded += decoded_length(slice(token.content_span()));
            }
            _ => {
                let written = token.content_span();
                map.push(decoded, written, true);
                decoded += slice(written).len();
            }
        }
    }
    map
}

fn append<'a>(token: &Token, slice: &impl Fn(ByteSpan) -> &'a str, text: &mut String) {
    let written = slice(token.content_span());
    match token.kind {
        TokenKind::Reference => append_reference(written, text),
        TokenKind::Mixed => append_mixed(written, text),
        _ => text.push_str(written),
    }
}

fn append_mixed(written: &str, text: &mut String) {
    text.reserve(written.len());
    for (_, piece) in pieces(written) {
        match reference_in(piece) {
            Some(reference) => append_reference(reference, text),
            None => text.push_str(piece),
        }
    }
}

fn append_reference(reference: &str, text: &mut String) {
    if let Some(character) = resolve(reference) {
        text.push(character);
    } else {
        // An entity of a DTD, or of HTML: never expanded, kept as it stands.
        text.push('&');
        text.push_str(reference);
        text.push(';');
    }
}

/// How many bytes a reference is once it is decoded.
fn decoded_length(reference: &str) -> usize {
    resolve(reference).map_or(reference.len() + 2, char::len_utf8)
}

/// Text with references, taken apart: plain text and references in turn, each
/// with where it begins.
fn pieces(written: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = written.get(at..).filter(|rest| !rest.is_empty())?;
        let length = match memchr(b'&', rest.as_bytes()) {
            Some(0) => memchr(b';', rest.as_bytes()).map_or(rest.len(), |end| end + 1),
            Some(next) => next,
            None => rest.len(),
        };
        let start = at;
        at += length;
        Some((start, &rest[..length]))
    })
}

/// What stands between `&` and `;` of a piece that is a reference.
fn reference_in(piece: &str) -> Option<&str> {
    piece.strip_prefix('&')?.strip_suffix(';')
}

/// The character of a reference, written without `&` and `;`.
fn resolve(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    match reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Reads `\r\n` and lone `\r` as `\n`, as XML asks.
fn normalize(text: &str) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The value of an attribute, decoded.
pub(super) fn decode_attribute(written: &str) -> Cow<'_, str> {
    if memchr(b'&', written.as_bytes()).is_none() {
        return Cow::Borrowed(written);
    }
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(ampersand) = rest.find('&') {
        text.push_str(&rest[..ampersand]);
        rest = &rest[ampersand..];
        let reference = rest.find(';').and_then(|end| Some((end, resolve(&rest[1..end])?)));
        if let Some((end, character)) = reference {
            text.push(character);
            rest = &rest[end + 1..];
        } else {
            text.push('&');
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}
