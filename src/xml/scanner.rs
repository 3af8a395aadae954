//! The fast scanner: from one `<` to the next, over text that is in memory.
//!
//! Be advised: it reads only the plain part of XML that exports are made of, and
//! whatever it reads, the strict reader would read in the same way. Of anything
//! else it says that it is odd, and the strict reader has to look. So what it
//! accepts must never grow beyond what both understand alike.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::check::is_declaration;
use super::plain::{Halt, REFERENCE, begins_name, end_of_attributes, is_known, is_name_byte};
use super::token::{Token, TokenKind};
use crate::span::ByteSpan;

/// What comes next between elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A start or empty tag.
    Start,
    /// An end tag.
    End,
}

/// What ends a run of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// `<x`
    Start,
    /// `</x`
    End,
    /// `<![CDATA[`
    CData,
    /// `<!--`
    Comment,
}

/// A start or empty tag.
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    /// What and where it is.
    pub token: Token,
    /// Index one past its name, which begins one past its `<`.
    pub name_end: usize,
    /// Whether it has attributes.
    pub has_attributes: bool,
}

/// An element without attributes that holds nothing but text without references.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// Its start tag, or all of it if it is empty.
    pub tag: Token,
    /// Index of the first byte of its text, and one past the last.
    pub text: (usize, usize),
}

static CDATA_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"]]>"));
static COMMENT_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"-->"));

const CDATA: &[u8] = b"<![CDATA[";
const COMMENT: &[u8] = b"<!--";

/// Reads a text that is in memory.
#[derive(Debug, Clone)]
pub struct Scanner<'t> {
    bytes: &'t [u8],
    /// Offset of the text's first byte.
    base: u64,
    at: usize,
    /// Index of the first `]]>` behind the place where somebody last looked for
    /// one; `None` where nobody did.
    cdata_end: Option<usize>,
}

impl<'t> Scanner<'t> {
    /// Reads `text`, whose first byte has offset `base`, from index `at` on.
    #[must_use]
    pub fn new(text: &'t str, base: u64, at: usize) -> Self {
        Self { bytes: text.as_bytes(), base, at, cdata_end: None }
    }

    /// Goes on at another index.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Index of the next byte.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The bytes that are not read yet.
    #[must_use]
    pub fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The bytes between two indexes.
    #[must_use]
    pub fn bytes(&self, from: usize, to: usize) -> &'t [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// The span between two indexes.
    #[must_use]
    pub fn span(&self, from: usize, to: usize) -> ByteSpan {
        ByteSpan::new(self.offset(from), self.offset(to))
    }

    /// The offset of an index.
    #[must_use]
    pub fn offset(&self, index: usize) -> u64 {
        self.base + u64::try_from(index).unwrap_or(0)
    }

    /// Skips the XML declaration, if the text begins with one.
    ///
    /// # Errors
    /// The text ends, or the declaration is odd.
    pub fn skip_declaration(&mut self) -> Result<(), Halt> {
        if !self.rest().starts_with(b"<?xml ") {
            return Ok(());
        }
        let end = memchr(b'>', self.rest()).ok_or(Halt::More)?;
        let declaration = self.rest()[..end].strip_prefix(b"<?xml").and_then(|rest| rest.strip_suffix(b"?"));
        let declaration = declaration.and_then(|rest| std::str::from_utf8(rest).ok());
        if !declaration.is_some_and(is_declaration) {
            return Err(Halt::Odd);
        }
        self.at += end + 1;
        Ok(())
    }

    /// Skips what may stand between elements: white space and comments.
    ///
    /// # Errors
    /// The text ends, or something else stands there.
    pub fn skip_to_tag(&mut self) -> Result<Next, Halt> {
        loop {
            let space = self.rest().iter().position(|byte| !byte.is_ascii_whitespace());
            self.at += space.ok_or(Halt::More)?;
            if self.bytes[self.at] != b'<' {
                return Err(Halt::Odd);
            }
            match self.markup()? {
                Markup::Start => return Ok(Next::Start),
                Markup::End => return Ok(Next::End),
                Markup::Comment => self.skip_comment()?,
                Markup::CData => return Err(Halt::Odd),
            }
        }
    }

    /// Reads the element that comes next if it begins with `open`, such as
    /// `<name`, and is a leaf. Otherwise nothing is read: whoever knows more has
    /// to look.
    ///
    /// Nearly all elements of an export are read here.
    #[inline]
    pub fn leaf(&mut self, open: &[u8]) -> Option<Leaf> {
        let start = self.at + usize::from(self.bytes.get(self.at) == Some(&b'\n'));
        let rest = self.bytes.get(start..)?.strip_prefix(open)?;
        let name_end = start + open.len();
        match rest {
            [b'>', content @ ..] => {
                let text_start = name_end + 1;
                let length = to_special(content)?;
                let end_tag = content.get(length..)?.strip_prefix(b"</")?.strip_prefix(&open[1..])?;
                if end_tag.first() != Some(&b'>') {
                    return None;
                }
                let text_end = text_start + length;
                if self.has_cdata_end(text_start, text_end) {
                    return None;
                }
                self.at = text_end + open.len() + 2;
                let tag = Token { kind: TokenKind::Start, span: self.span(start, text_start) };
                Some(Leaf { tag, text: (text_start, text_end) })
            }
            [b'/', b'>', ..] => {
                let end = name_end + 2;
                self.at = end;
                let tag = Token { kind: TokenKind::Empty, span: self.span(start, end) };
                Some(Leaf { tag, text: (end, end) })
            }
            _ => None,
        }
    }

    /// Reads the start tag that begins here.
    ///
    /// # Errors
    /// The text ends, or the tag is odd.
    pub fn tag(&mut self) -> Result<Tag, Halt> {
        let name_start = self.at + 1;
        let name = self.bytes.get(name_start..).ok_or(Halt::More)?;
        let length = name.iter().position(|byte| !is_name_byte(*byte)).ok_or(Halt::More)?;
        if length == 0 || !begins_name(name[0]) {
            return Err(Halt::Odd);
        }
        self.tag_after(name_start + length)
    }

    /// Reads the start tag that begins here, whose name is known to end at
    /// `name_end`.
    ///
    /// # Errors
    /// The text ends, or the tag is odd.
    pub fn tag_after(&mut self, name_end: usize) -> Result<Tag, Halt> {
        let start = self.at;
        let (kind, end, has_attributes) = match self.bytes.get(name_end) {
            Some(b'>') => (TokenKind::Start, name_end + 1, false),
            Some(b'/') => match self.bytes.get(name_end + 1) {
                Some(b'>') => (TokenKind::Empty, name_end + 2, false),
                Some(_) => return Err(Halt::Odd),
                None => return Err(Halt::More),
            },
            Some(byte) if byte.is_ascii_whitespace() => {
                let end = end_of_attributes(self.bytes, name_end)?;
                let is_empty = self.bytes[end - 2] == b'/';
                (if is_empty { TokenKind::Empty } else { TokenKind::Start }, end, true)
            }
            Some(_) => return Err(Halt::Odd),
            None => return Err(Halt::More),
        };
        self.at = end;
        Ok(Tag { token: Token { kind, span: self.span(start, end) }, name_end, has_attributes })
    }

    /// Whether a `]]>` begins in a run of text, which XML does not allow. Looks
    /// through the text once, however many runs are asked about.
    #[inline]
    fn has_cdata_end(&mut self, from: usize, to: usize) -> bool {
        self.cdata_end.is_none_or(|end| end < to) && self.find_cdata_end(from) < to
    }

    #[cold]
    fn find_cdata_end(&mut self, from: usize) -> usize {
        match self.cdata_end {
            Some(end) if end >= from => end,
            _ => {
                let found = CDATA_END.find(self.bytes.get(from..).unwrap_or_default());
                *self.cdata_end.insert(found.map_or(usize::MAX, |found| from + found))
            }
        }
    }

    /// Reads text up to the next `<`; whether references stand in it.
    ///
    /// # Errors
    /// The text ends, or an `&` begins no reference.
    pub fn text(&mut self) -> Result<bool, Halt> {
        let mut has_references = false;
        let start = self.at;
        loop {
            self.at += memchr2(b'<', b'&', self.rest()).ok_or(Halt::More)?;
            if self.bytes[self.at] == b'<' {
                let is_odd = self.has_cdata_end(start, self.at);
                return if is_odd { Err(Halt::Odd) } else { Ok(has_references) };
            }
            has_references = true;
            self.reference()?;
        }
    }

    fn reference(&mut self) -> Result<(), Halt> {
        let rest = &self.bytes[self.at + 1..];
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        let length = rest.iter().take(REFERENCE).position(|byte| !is_inside(byte));
        match length {
            Some(0) => Err(Halt::Odd),
            Some(length) if rest[length] == b';' && is_known(&rest[..length]) => {
                self.at += length + 2;
                Ok(())
            }
            None if rest.len() < REFERENCE => Err(Halt::More),
            _ => Err(Halt::Odd),
        }
    }

    /// What begins at the `<` that stands here.
    ///
    /// # Errors
    /// The text ends, or it is something else.
    pub fn markup(&self) -> Result<Markup, Halt> {
        match self.bytes.get(self.at + 1) {
            Some(b'/') => Ok(Markup::End),
            Some(b'!') => {
                let rest = self.rest();
                if rest.starts_with(CDATA) {
                    Ok(Markup::CData)
                } else if rest.starts_with(COMMENT) {
                    Ok(Markup::Comment)
                } else if rest.len() < CDATA.len() {
                    Err(Halt::More)
                } else {
                    Err(Halt::Odd)
                }
            }
            Some(byte) if begins_name(*byte) => Ok(Markup::Start),
            Some(_) => Err(Halt::Odd),
            None => Err(Halt::More),
        }
    }

    /// Reads the end tag that stands here, if it is one of `name`.
    ///
    /// # Errors
    /// The text ends, or the tag is another one.
    pub fn end_tag(&mut self, name: &[u8]) -> Result<(), Halt> {
        let end = self.at + name.len() + 3;
        let Some(tag) = self.bytes.get(self.at + 2..end) else { return Err(Halt::More) };
        if tag[name.len()] != b'>' || &tag[..name.len()] != name {
            return Err(Halt::Odd);
        }
        self.at = end;
        Ok(())
    }

    /// Reads the CDATA section that begins here.
    ///
    /// # Errors
    /// The text ends.
    pub fn cdata(&mut self) -> Result<Token, Halt> {
        let start = self.at;
        let content = self.bytes.get(start + CDATA.len()..).ok_or(Halt::More)?;
        self.at = start + CDATA.len() + CDATA_END.find(content).ok_or(Halt::More)? + 3;
        Ok(Token { kind: TokenKind::CData, span: self.span(start, self.at) })
    }

    /// Skips the comment that begins here.
    ///
    /// # Errors
    /// The text ends, or the comment is odd.
    pub fn skip_comment(&mut self) -> Result<(), Halt> {
        let content = self.bytes.get(self.at + COMMENT.len()..).ok_or(Halt::More)?;
        let length = COMMENT_END.find(content).ok_or(Halt::More)?;
        // `<!-->` and `<!--->` are understood in more ways than one, and `--` is
        // not allowed.
        let is_odd = content.starts_with(b">") || content.starts_with(b"->");
        let text = &content[..length];
        if is_odd || text.ends_with(b"-") || text.windows(2).any(|pair| pair == b"--") {
            return Err(Halt::Odd);
        }
        self.at += COMMENT.len() + length + 3;
        Ok(())
    }
}

/// How many bytes stand before the first `<` or `&`. Most texts are a few bytes
/// long, so the first are looked at eight at a time, which costs less than a call.
#[inline]
fn to_special(text: &[u8]) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest high bit that is set belongs to the first byte that is zero.
    let zeros = |word: u64| word.wrapping_sub(EACH) & !word & HIGH;
    let (words, _) = text.as_chunks::<8>();
    for (at, word) in words.iter().take(4).enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (EACH * u64::from(b'<'))) | zeros(word ^ (EACH * u64::from(b'&')));
        if found != 0 {
            return Some(at * 8 + usize::try_from(found.trailing_zeros() / 8).unwrap_or(0));
        }
    }
    let passed = words.len().min(4) * 8;
    Some(passed + memchr2(b'<', b'&', &text[passed..])?)
}
