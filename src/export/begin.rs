//! What the beginning of a file says, as far as the scanner can tell.

use memchr::memmem;

use super::report_draft::ReportDraft;
use super::scanned_text::{ScannedText, valid_text};
use super::sniff::{self, SNIFFED, root_kind, unload_date_of};
use super::{FileKind, FileReport, LineMarks};
use crate::source::{PartBuffer, Source};
use crate::span::ByteSpan;
use crate::xml::{Halt, Next, TokenKind};

/// What a file is.
#[derive(Debug)]
pub(super) enum FileBegin {
    /// An export whose root begins as the scanner expects.
    Export(RootHead),
    /// Nothing for us.
    Foreign,
    /// The strict reader has to look.
    Unclear,
}

/// The root of an export.
#[derive(Debug)]
pub(super) struct RootHead {
    pub(super) kind: FileKind,
    /// Name of the root element.
    pub(super) root: String,
    /// Its start tag.
    pub(super) tag: ByteSpan,
    pub(super) unload_date: Option<String>,
    /// Up to the end of that tag.
    pub(super) lines: LineMarks,
    /// How the tag of a row begins, for finding one in the middle of the file.
    row: Option<Vec<u8>>,
}

/// Looks at the first text of a file.
pub(super) fn begin(text: &str, path: &str) -> FileBegin {
    let sniffed = &text[..text.floor_char_boundary(SNIFFED)];
    match sniff::head(sniffed, path) {
        sniff::FirstBytes::Xml => {}
        sniff::FirstBytes::Foreign => return FileBegin::Foreign,
        sniff::FirstBytes::Unreadable(_) => return FileBegin::Unclear,
    }
    read_root(ScannedText { text, base: 0 }).unwrap_or(FileBegin::Unclear)
}

/// The date in the root's start tag, if the file is plain and that tag comes
/// soon. It says nothing of what the rest of the file is.
#[must_use]
pub fn unload_date(source: &Source) -> Option<String> {
    const SOON: usize = 4 * 1024;
    let mut buffer = PartBuffer::default();
    let begun = if source.open_plain(&mut buffer, SOON as u64).is_some() {
        begin(valid_text(buffer.bytes()), source.path())
    } else {
        let mut text = String::new();
        source.open().ok()?.read(&mut text, SOON).ok()?;
        begin(&text, source.path())
    };
    match begun {
        FileBegin::Export(head) => head.unload_date,
        FileBegin::Foreign | FileBegin::Unclear => None,
    }
}

fn read_root(text: ScannedText<'_>) -> Result<FileBegin, Halt> {
    let mut scanner = text.scanner(0);
    scanner.skip_declaration()?;
    if scanner.skip_to_tag()? == Next::End {
        return Ok(FileBegin::Unclear);
    }
    let tag = scanner.tag()?.token;
    let window = text.window();
    let root = window.name(&tag);
    let has_nul = memchr::memchr(0, &text.text.as_bytes()[..scanner.at()]).is_some();
    let kind = match root_kind(root) {
        _ if has_nul => return Ok(FileBegin::Unclear),
        None => return Ok(FileBegin::Foreign),
        Some(FileKind::Dictionary) => return Ok(FileBegin::Unclear),
        Some(_) if tag.kind == TokenKind::Empty => return Ok(FileBegin::Unclear),
        Some(kind) => kind,
    };
    let text_end = scanner.at();
    let unload_date = unload_date_of(window.attributes(&tag));
    let row = match scanner.skip_to_tag() {
        Ok(Next::Start) => scanner.tag().ok().map(|row| row_tag(window.name(&row.token), kind)),
        _ => None,
    };
    let mut lines = LineMarks::default();
    lines.pass(&text.text.as_bytes()[..text_end]);
    Ok(FileBegin::Export(RootHead { kind, root: root.to_owned(), tag: tag.span, unload_date, lines, row }))
}

/// How rows begin in a file whose first one is of that table.
fn row_tag(first: &str, kind: FileKind) -> Vec<u8> {
    let table = match first {
        // What comes behind the set's own record.
        "sys_remote_update_set" | "sys_update_set" => "sys_update_xml",
        _ => first,
    };
    let end = if kind == FileKind::ListExport { ">" } else { " action=\"" };
    format!("<{table}{end}").into_bytes()
}

impl RootHead {
    /// The report on a file that begins so.
    pub(super) fn report(&self) -> ReportDraft {
        let file = FileReport {
            kind: self.kind,
            root_tag: self.tag,
            unload_date: self.unload_date.clone(),
            lines: self.lines.clone(),
            ..FileReport::default()
        };
        ReportDraft::of(file)
    }

    /// Where a row seems to begin in bytes from the middle of the file. It may be
    /// none, in CDATA for one; whoever comes from before it will tell.
    pub(super) fn guess_row(&self, bytes: &[u8]) -> Option<usize> {
        let row = self.row.as_deref()?;
        memmem::find(bytes, row).or_else(|| guess_any_row(bytes))
    }
}

/// The first tag with an `action` that begins a line or follows a tag.
fn guess_any_row(bytes: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, b" action=\"").find_map(|at| {
        let start = memchr::memrchr(b'<', &bytes[..at])?;
        let name = &bytes[start + 1..at];
        let is_name =
            !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let before = start.checked_sub(1).map(|before| bytes[before]);
        (is_name && before.is_some_and(|before| matches!(before, b'\n' | b'>'))).then_some(start)
    })
}
