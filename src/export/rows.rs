//! The children of a root, one after the other, over text that is in memory.

use memchr::{memchr, memmem};

use super::begin::RootHead;
use super::frame::Surroundings;
use super::record_builder::RecordBuilder;
use super::record_sink::RecordSink;
use super::report_draft::ReportDraft;
use super::scan::{ScanStop, scan_child, scan_children, scan_payload};
use super::scanned_text::ScannedText;
use super::strict::{ReadChild, read_child};
use crate::record::Record;
use crate::xml::{Halt, Next, TokenReader, XmlErrorKind, tag_name};

/// The least text that the strict reader is given for one odd child.
const LEAST: usize = 1024;

/// Reads children of the root from index `at` of the text on, as long as they
/// begin before index `until`. Says why it stopped, and where: at something odd only
/// where that is broken.
pub(super) fn scan_rows(
    builder: &mut RecordBuilder<'_>,
    text: ScannedText<'_>,
    (at, until): (usize, usize),
    head: &RootHead,
) -> (ScanStop, usize) {
    let around = Surroundings::of_root(head.kind, Some(&head.root));
    let mut scanner = text.scanner(at);
    loop {
        let (stop, at) = scan_children(builder, &mut scanner, text, until, around);
        if stop != ScanStop::Odd {
            return (stop, at);
        }
        match read_odd(builder, text, at, head) {
            Ok(end) => scanner.go_to(end),
            Err(Halt::More) => return (ScanStop::More, at),
            Err(Halt::Odd) => return (ScanStop::Odd, at),
        }
    }
}

/// Reads the child of the root that comes next, if it is plain. Gives the
/// index of its end. Nothing of an odd one is handed out.
pub(super) fn scan_one(
    builder: &mut RecordBuilder<'_>,
    text: ScannedText<'_>,
    around: Surroundings<'_>,
) -> Result<usize, Halt> {
    let mut scanner = text.scanner(0);
    match scanner.skip_to_tag()? {
        Next::End => Err(Halt::Odd),
        Next::Start => {
            scan_child(builder, &mut scanner, text, around)?;
            Ok(scanner.at())
        }
    }
}

/// Reads one child by the strict reader. Gives the index of its end.
fn read_odd(
    builder: &mut RecordBuilder<'_>,
    text: ScannedText<'_>,
    at: usize,
    head: &RootHead,
) -> Result<usize, Halt> {
    let rest = text.text.get(at..).unwrap_or_default();
    let offset = text.base + u64::try_from(at).unwrap_or(0);
    let around = Surroundings::of_root(head.kind, Some(&head.root));
    let reader =
        |length: usize| TokenReader::from_text(rest[..length].to_owned(), offset).inside(Some(&head.root));
    let mut length = likely_end(rest);
    // Records in a child are handed out before its end is known. So it is read
    // twice, and only whole ones are handed out.
    let end = loop {
        length = rest.ceil_char_boundary(length.min(rest.len()));
        let (mut nobody, mut forgotten) = (Nobody, ReportDraft::default());
        let mut probe = RecordBuilder::new(builder.select, &mut nobody, &mut forgotten, scan_payload);
        let mut probed = reader(length);
        match read_child(&mut probe, &mut probed, around) {
            // The end of the root is somebody else's.
            Ok(ReadChild::RootEnd(tag)) => break tag.start,
            Ok(_) => break probed.position(),
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
    let _ = read_child(builder, &mut reader, around);
    let dangling = reader.take_dangling().filter(|found| found.start < end);
    builder.report.note(dangling, None);
    let flaw = reader.take_flaw().filter(|flaw| flaw.at.start < end);
    builder.report.note_flaw(flaw, None);
    usize::try_from(end - text.base).map_err(|_| Halt::Odd)
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
