//! The strict reader: quick-xml over a window that slides along the text.
//!
//! Be advised: a token is three numbers, and its text lies in the window. The
//! window keeps everything from [`TokenReader::keep_from`] on, so that a record
//! can borrow its fields from it; what lies before may be gone after the next
//! call of [`TokenReader::next_token`].

mod fill;
mod flaw;
mod seek;

use std::collections::VecDeque;

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::events::Event;

use super::error::{XmlError, XmlErrorKind, describe};
use super::names::OpenNames;
use super::token::{Attribute, Token, TokenKind, tag_name};
use super::window::Window;
use crate::source::{ColumnUnit, DroppedLines, LineMark, Problem, TextStream};
use crate::span::ByteSpan;

pub use flaw::{Flaw, UNEXPANDED};

/// How much is read at once.
const BLOCK: usize = 256 * 1024;
/// How many tokens are made at once.
const BATCH: usize = 4096;
/// How deep elements may be nested.
const MAX_DEPTH: usize = 1000;
/// How large the window may grow for one record.
const MAX_WINDOW: usize = 64 * 1024 * 1024;
/// Markup that looks broken this close to the window's end may only be cut off.
const SHORTEST_MARKUP: usize = 16;

/// Where the text comes from.
#[allow(missing_debug_implementations, reason = "a stream has nothing to show")]
pub enum TokenSource {
    /// A stream, read block by block.
    Stream(Box<TextStream>),
    /// Everything is in the window already.
    Whole,
}

/// Reads tokens and holds the window they lie in.
#[allow(missing_debug_implementations, reason = "a stream has nothing to show")]
pub struct TokenReader {
    input: TokenSource,
    window: String,
    /// Offset in the text of the window's first byte.
    base: u64,
    /// Lines and columns at `base`, where somebody asks for them.
    dropped: DroppedLines,
    /// Index in the window of the first byte that is not part of a token yet.
    scanned: usize,
    /// Offset from which on the window must be kept.
    keep: Option<u64>,
    at_end: bool,
    tokens: VecDeque<Token>,
    failure: Option<XmlError>,
    /// Why the source could not be read on; comes after the last token.
    source_failure: Option<Problem>,
    open: OpenNames,
    dangling: Option<ByteSpan>,
    flaw: Option<Flaw>,
    /// Whether a DOCTYPE was read, which may declare entities.
    has_doctype: bool,
    /// Whether anything but space was read.
    has_begun: bool,
    nul: Option<ByteSpan>,
    block: usize,
}

impl TokenReader {
    /// Reads from a stream.
    #[must_use]
    pub fn new(stream: TextStream) -> Self {
        Self::with(TokenSource::Stream(Box::new(stream)), String::new(), 0)
    }

    /// Continues a stream from which `window` was already taken; the window begins at
    /// offset `base`.
    #[must_use]
    pub fn resume(stream: TextStream, window: String, base: u64) -> Self {
        let mut reader = Self::with(TokenSource::Stream(Box::new(stream)), window, base);
        reader.note_nul(0);
        reader
    }

    /// Reads a text that is in memory, whose first byte has offset `base`.
    #[must_use]
    pub fn from_text(text: String, base: u64) -> Self {
        Self::with(TokenSource::Whole, text, base)
    }

    /// Reads the stream in blocks of that many bytes (tests make them small).
    #[must_use]
    pub fn with_block(mut self, block: usize) -> Self {
        self.block = block.max(1);
        self
    }

    /// Counts lines from the beginning of the text on, if there is a unit for columns.
    #[must_use]
    pub fn counting(mut self, unit: Option<ColumnUnit>) -> Self {
        self.dropped = DroppedLines::counting(unit);
        self
    }

    /// Lines and columns where the window begins, if they are counted.
    #[must_use]
    pub fn line_mark(&self) -> LineMark {
        self.dropped.mark()
    }

    /// Reads as if the start tag of `root`, if there is one, had been read.
    #[must_use]
    pub fn inside(mut self, root: Option<&str>) -> Self {
        if let Some(root) = root {
            self.open.push(root);
            self.has_begun = true;
        }
        self
    }

    fn with(input: TokenSource, window: String, base: u64) -> Self {
        Self {
            at_end: matches!(input, TokenSource::Whole),
            input,
            window,
            base,
            dropped: DroppedLines::default(),
            scanned: 0,
            keep: None,
            tokens: VecDeque::new(),
            failure: None,
            source_failure: None,
            open: OpenNames::default(),
            dangling: None,
            flaw: None,
            has_doctype: false,
            has_begun: base > 0,
            nul: None,
            block: BLOCK,
        }
    }

    /// The next token; `None` at the end of a text whose elements are all closed.
    ///
    /// # Errors
    /// Where the text is no XML, ends too early, or cannot be read on. After an
    /// error only [`Self::skip_to`] and [`Self::first_bytes`] make sense.
    pub fn next_token(&mut self) -> Result<Option<Token>, XmlError> {
        loop {
            if let Some(token) = self.tokens.pop_front() {
                // Not when the token is made: how far ahead that happens depends on the block size.
                self.check_token(token)?;
                self.check_nesting(&token)?;
                return Ok(Some(token));
            }
            let all_scanned = self.at_end && self.scanned == self.window.len();
            if (all_scanned || self.failure.is_some())
                && let Some(problem) = self.source_failure.take()
            {
                // Whatever looks broken at the end is so because the source ended.
                self.failure = None;
                let at = ByteSpan::at(self.offset(self.window.len()));
                return Err(XmlError { kind: XmlErrorKind::Source(problem), at });
            }
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            if all_scanned {
                return match self.open.last() {
                    None => Ok(None),
                    Some(open) => {
                        let kind = XmlErrorKind::Truncated { open: open.to_owned() };
                        Err(XmlError { kind, at: ByteSpan::at(self.offset(self.scanned)) })
                    }
                };
            }
            self.make_tokens()?;
        }
    }

    /// Keeps the window from `offset` on, or no longer.
    pub fn keep_from(&mut self, offset: Option<u64>) {
        self.keep = offset;
    }

    /// How many elements are open after the last token.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.depth()
    }

    /// What is in the window now.
    #[must_use]
    pub fn window(&self) -> Window<'_> {
        Window::new(&self.window, self.base)
    }

    /// Where the window ends.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset(self.window.len())
    }

    /// The text of a span that lies in the window; empty where it does not.
    #[must_use]
    pub fn slice(&self, span: ByteSpan) -> &str {
        self.window().slice(span)
    }

    /// The element name of a start, empty or end tag.
    #[must_use]
    pub fn name(&self, tag: &Token) -> &str {
        self.window().name(tag)
    }

    /// The attributes of a start or empty tag; see [`Window::attributes`].
    #[must_use]
    pub fn attributes(&self, tag: &Token) -> Vec<Attribute<'_>> {
        self.window().attributes(tag)
    }

    /// Where the next token begins.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.tokens.front().map_or_else(|| self.offset(self.scanned), |token| token.span.start)
    }

    /// Up to `wanted` bytes from the beginning, before anything was read.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub fn first_bytes(&mut self, wanted: usize) -> Result<&str, XmlError> {
        while self.window.len() < wanted && !self.at_end {
            self.fill();
        }
        let mut end = wanted.min(self.window.len());
        while !self.window.is_char_boundary(end) {
            end -= 1;
        }
        Ok(&self.window[..end])
    }

    /// A lone `&` that was read as text, if there was one since the last call.
    pub fn take_dangling(&mut self) -> Option<ByteSpan> {
        self.dangling.take()
    }

    /// The first thing that is not as XML demands although it could be read, if
    /// there was one since the last call.
    pub fn take_flaw(&mut self) -> Option<Flaw> {
        self.flaw.take()
    }

    /// The first NUL character, which XML does not allow and which is read as it
    /// stands, if there was one since the last call.
    pub fn take_nul(&mut self) -> Option<ByteSpan> {
        self.nul.take()
    }

    /// Problems that the source repaired on the way.
    pub fn take_source_problems(&mut self) -> Vec<Problem> {
        match &mut self.input {
            TokenSource::Stream(stream) => stream.take_problems(),
            TokenSource::Whole => Vec::new(),
        }
    }

    /// The encoding that the source was read in.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        match &self.input {
            TokenSource::Stream(stream) => stream.encoding(),
            TokenSource::Whole => "UTF-8",
        }
    }

    pub(super) fn offset(&self, index: usize) -> u64 {
        self.base + u64::try_from(index).unwrap_or(0)
    }

    /// Checks that tags pair up and are not nested too deep.
    fn check_nesting(&mut self, token: &Token) -> Result<(), XmlError> {
        match token.kind {
            TokenKind::Start => {
                if self.open.depth() == MAX_DEPTH {
                    return Err(XmlError { kind: XmlErrorKind::TooDeep(MAX_DEPTH), at: token.span });
                }
                let range = token.span.range_from(self.base).unwrap_or(0..0);
                let name = tag_name(self.window.get(range).unwrap_or_default());
                if name.starts_with(['<', '/', '>']) {
                    let kind = XmlErrorKind::Syntax("a tag without a name".to_owned());
                    return Err(XmlError { kind, at: token.span });
                }
                self.open.push(name);
            }
            TokenKind::End => {
                let found = self.name(token);
                match self.open.last() {
                    Some(open) if open == found => self.open.pop(),
                    Some(open) => {
                        let (expected, found) = (open.to_owned(), found.to_owned());
                        return Err(XmlError {
                            kind: XmlErrorKind::Mismatch { expected, found },
                            at: token.span,
                        });
                    }
                    None => {
                        let found = found.to_owned();
                        return Err(XmlError { kind: XmlErrorKind::Unopened { found }, at: token.span });
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Makes tokens of what is in the window; reads more where that gives none.
    fn make_tokens(&mut self) -> Result<(), XmlError> {
        let start = self.scanned;
        // The library takes a byte-order mark where it begins for none of the text.
        let rest = &self.window[start..];
        let marks = rest.len() - rest.trim_start_matches('\u{feff}').len();
        let begin = start + marks;
        let mut reader = Reader::from_str(&self.window[begin..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut failure = None;
        let mut done = start;
        while self.tokens.len() < BATCH {
            let from = reader.buffer_position();
            let event = reader.read_event();
            let to = reader.buffer_position();
            let whole = usize::try_from(to).is_ok_and(|to| begin + to < self.window.len()) || self.at_end;
            let kind = match event {
                Ok(Event::Start(_)) => TokenKind::Start,
                Ok(Event::Empty(_)) => TokenKind::Empty,
                Ok(Event::End(_)) => TokenKind::End,
                Ok(Event::Text(_)) if !whole => break,
                Ok(Event::Text(_)) => TokenKind::Text,
                Ok(Event::GeneralRef(_)) => TokenKind::Reference,
                Ok(Event::CData(_)) => TokenKind::CData,
                Ok(Event::DocType(_)) => TokenKind::DocType,
                Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => TokenKind::Other,
                Ok(Event::Eof) => break,
                Err(Error::Syntax(_)) if !self.at_end && self.cut_at(begin, from, to) => break,
                Err(error) => {
                    let start = begin + usize::try_from(from).unwrap_or(0);
                    failure = Some((start, describe(error)));
                    break;
                }
            };
            let base = self.base + u64::try_from(begin).unwrap_or(0);
            let mut span = ByteSpan::new(base + from, base + to);
            if from == 0 && marks > 0 {
                let text = self.base + u64::try_from(start).unwrap_or(0);
                if kind == TokenKind::Text {
                    span.start = text;
                } else {
                    self.tokens.push_back(Token { kind: TokenKind::Text, span: ByteSpan::new(text, base) });
                }
            }
            done = begin + usize::try_from(to).unwrap_or(0);
            self.tokens.push_back(Token { kind, span });
        }
        self.scanned = done;
        if let Some((start, kind)) = failure {
            self.scanned = start;
            self.failure = Some(XmlError { kind, at: ByteSpan::at(self.offset(start)) });
        } else if self.tokens.is_empty() {
            if self.at_end {
                self.scanned = self.window.len();
            } else {
                self.grow()?;
            }
        }
        Ok(())
    }

    /// Whether a syntax error between two offsets of the reader comes from the
    /// window's end, not from the text: the reader looked at all there is.
    fn cut_at(&self, begin: usize, from: u64, to: u64) -> bool {
        let left =
            |offset: u64| usize::try_from(offset).map_or(0, |offset| self.window.len() - begin - offset);
        left(to) == 0 || left(from) < SHORTEST_MARKUP
    }
}
