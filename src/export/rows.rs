//! The children of a root, one after the other, over text that is in memory.

use memchr::{memchr, memmem};

use super::RecordSink;
use super::begin::Head;
use super::document::top_level;
use super::fast::Text;
use super::finish::Surroundings;
use super::reading::Reading;
use crate::record::Record;
use crate::span::ByteSpan;
use crate::xml::{Halt, Next, TokenReader, XmlErrorKind, tag_name};

/// The least text that the strict reader is given for one odd child.
const LEAST: usize = 1024;

/// Why the children of a root are not read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The next child begins where no more were wanted.
    Until,
    /// The text ends in the middle of a child.
    More,
    /// Here is the end tag of the root.
    RootEnd,
    /// Something here is broken.
    Broken,
}

impl Reading<'_> {
    /// Reads children of the root from index `at` of the text on, as long as they
    /// begin before index `until`. Says why it stopped, and where.
    pub(super) fn scan_rows(
        &mut self,
        text: Text<'_>,
        mut at: usize,
        until: usize,
        head: &Head,
    ) -> (Stop, usize) {
        let around = top_level(head.kind, Some(&head.root));
        let mut scanner = text.scanner(at);
        loop {
            at = scanner.at();
            let child = match scanner.skip_to_tag() {
                Ok(Next::End) => return (Stop::RootEnd, scanner.at()),
                Ok(Next::Start) => {
                    at = scanner.at();
                    if at >= until {
                        return (Stop::Until, at);
                    }
                    self.scan_child(&mut scanner, text, around)
                }
                Err(halt) => Err(halt),
            };
            match child {
                Ok(()) => {}
                Err(Halt::More) => return (Stop::More, at),
                Err(Halt::Odd) => match self.read_odd(text, at, head) {
                    Ok(end) => scanner.go_to(end),
                    Err(Halt::More) => return (Stop::More, at),
                    Err(Halt::Odd) => return (Stop::Broken, at),
                },
            }
        }
    }

    /// Reads the child of the root that comes next, if it is plain. Gives the
    /// index of its end. Nothing of an odd one is handed out.
    pub(super) fn scan_one(&mut self, text: Text<'_>, around: Surroundings<'_>) -> Result<usize, Halt> {
        let mut scanner = text.scanner(0);
        match scanner.skip_to_tag()? {
            Next::End => Err(Halt::Odd),
            Next::Start => {
                self.scan_child(&mut scanner, text, around)?;
                Ok(scanner.at())
            }
        }
    }

    /// Reads one child by the strict reader. Gives the index of its end.
    fn read_odd(&mut self, text: Text<'_>, at: usize, head: &Head) -> Result<usize, Halt> {
        let rest = text.text.get(at..).unwrap_or_default();
        let offset = text.base + u64::try_from(at).unwrap_or(0);
        let around = top_level(head.kind, Some(&head.root));
        let reader = |length: usize| {
            TokenReader::from_text(rest[..length].to_owned(), offset).inside(Some(&head.root))
        };
        let mut length = likely_end(rest);
        // Records in a child are handed out before its end is known. So it is read
        // twice, and only whole ones are handed out.
        let end = loop {
            length = rest.ceil_char_boundary(length.min(rest.len()));
            let mut nobody = Nobody;
            let mut probe = Reading::new(self.select, self.by, &mut nobody);
            match probe.read_child_strictly(&mut reader(length), around) {
                Ok(end) => break end,
                // The cut may be to blame.
                Err(_) if length < rest.len() => length *= 4,
                Err(error) => {
                    let is_cut =
                        matches!(error.kind, XmlErrorKind::Truncated { .. } | XmlErrorKind::CutMarkup { .. });
                    return Err(if is_cut { Halt::More } else { Halt::Odd });
                }
            }
        };
        let mut reader = reader(length);
        // It went well a moment ago.
        let _ = self.read_child_strictly(&mut reader, around);
        let dangling = reader.take_dangling().filter(|found| found.start < end);
        self.state.note(dangling, None);
        let flaw = reader.take_flaw().filter(|flaw| flaw.at.start < end);
        self.note_flaw(flaw, None);
        usize::try_from(end - text.base).map_err(|_| Halt::Odd)
    }

    /// Notes the first NUL character of a text that was read.
    pub(super) fn note_nul(&mut self, text: &[u8], base: u64) {
        if self.state.nul.is_none()
            && let Some(at) = memchr(0, text)
        {
            self.state.nul = Some(ByteSpan::at(base + u64::try_from(at).unwrap_or(0)));
        }
    }
}

/// How much of the text the child at its start is likely to take.
fn likely_end(rest: &str) -> usize {
    let Some(start) = memchr(b'<', rest.as_bytes()) else { return LEAST };
    let end_tag = format!("</{}>", tag_name(&rest[start..]));
    let end = memmem::find(rest.as_bytes(), end_tag.as_bytes());
    end.map_or(LEAST, |end| end + end_tag.len()).max(LEAST)
}

/// Takes records and forgets them.
struct Nobody;

impl RecordSink for Nobody {
    fn record(&mut self, _: &Record<'_>) {}
}
