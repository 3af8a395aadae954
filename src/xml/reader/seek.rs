//! Reading on at another place: behind a break, or at a record that is looked at
//! again.

use super::{TokenReader, TokenSource};
use crate::span::ByteSpan;
use crate::xml::error::{XmlError, XmlErrorKind};

impl TokenReader {
    /// Goes forward to `offset`, where an element begins that is to be read on
    /// its own.
    ///
    /// # Errors
    /// Where the source cannot be read, or `offset` lies behind the reader.
    pub fn jump_to(&mut self, offset: u64) -> Result<(), XmlError> {
        self.tokens.clear();
        self.failure = None;
        self.keep = None;
        self.open.truncate(0);
        let ahead = offset.checked_sub(self.base).and_then(|ahead| usize::try_from(ahead).ok());
        if let Some(index) = ahead.filter(|index| *index <= self.window.len()) {
            self.scanned = index;
            self.drop_before(index);
            return Ok(());
        }
        self.scanned = self.window.len();
        self.drop_before(self.window.len());
        self.base = offset;
        let TokenSource::Stream(stream) = &mut self.input else { return Ok(()) };
        let skipped = self.dropped.skip(stream, offset);
        skipped.map_err(|problem| XmlError { kind: XmlErrorKind::Source(problem), at: ByteSpan::at(offset) })
    }

    /// Goes on reading after an error, at the next place at or after `offset`
    /// where `is_start` says of the text there that an element begins which may
    /// be read as a child of the root element, `root`. `None` where there is no
    /// such place.
    ///
    /// # Errors
    /// Where the source cannot be read on.
    pub fn skip_to(
        &mut self,
        offset: u64,
        root: &str,
        is_start: impl Fn(&str) -> bool,
    ) -> Result<Option<u64>, XmlError> {
        /// How much of the text a start is recognised by.
        const HEAD: usize = 256;
        self.tokens.clear();
        self.failure = None;
        self.keep = None;
        let mut at = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        loop {
            at = at.min(self.window.len());
            while !self.window.is_char_boundary(at) {
                at += 1;
            }
            let found = self.window[at..].find('<').map(|step| at + step);
            if let Some(place) = found {
                let enough = self.window.len() - place >= HEAD || self.at_end;
                if !enough {
                    self.scanned = place;
                    self.drop_before(place);
                    at = 0;
                    self.fill();
                } else if is_start(&self.window[place..]) {
                    self.scanned = place;
                    self.open.truncate(1);
                    if self.open.depth() == 0 {
                        self.open.push(root);
                    }
                    return Ok(Some(self.offset(place)));
                } else {
                    at = place + 1;
                }
            } else {
                self.scanned = self.window.len();
                if self.at_end {
                    return Ok(None);
                }
                self.drop_before(self.window.len());
                at = 0;
                self.fill();
            }
        }
    }
}
