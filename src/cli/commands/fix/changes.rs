//! Values that are to be changed, and files with the changes in them.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use glidelint::finding::Fingerprint;
use glidelint::source::Source;
use glidelint::span::ByteSpan;

use crate::cli::shared::fail::Failure;
use crate::cli::shared::output::write_file;

/// The byte-order mark of UTF-8, which offsets in the text do not count.
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// One element with another value.
#[derive(Debug)]
pub(super) struct Change {
    /// Index of the file in scan order.
    pub(super) source: u32,
    pub(super) span: ByteSpan,
    /// Of the element's first character.
    pub(super) line: u64,
    pub(super) before: String,
    pub(super) after: String,
    /// The record: table, and `sys_id` if it shows one.
    pub(super) table: String,
    pub(super) sys_id: Option<String>,
    /// What names the record in reports.
    pub(super) key: String,
    /// What it mends, at least one finding.
    pub(super) mends: Vec<Mends>,
}

/// A finding that a change mends.
#[derive(Debug)]
pub(super) struct Mends {
    pub(super) rule: String,
    pub(super) fingerprint: Fingerprint,
}

impl Change {
    /// The rules whose findings it mends.
    pub(super) fn rules(&self) -> String {
        let rules: Vec<_> = self.mends.iter().map(|mends| mends.rule.as_str()).collect();
        rules.join(", ")
    }
}

/// Changes in the order of their places. Of those that overlap, which two rules may
/// want, the first one stays: it mends what the same change mends too. Given as well
/// are those that want another value, with what stays.
pub(super) fn in_order(mut changes: Vec<Change>) -> (Vec<Change>, Vec<(Change, String)>) {
    changes.sort_by(|left, right| {
        let place = |change: &Change| (change.source, change.span.start, change.span.end);
        (place(left), left.rules()).cmp(&(place(right), right.rules()))
    });
    let (mut kept, mut others): (Vec<Change>, Vec<_>) = (Vec::new(), Vec::new());
    for change in changes {
        match kept.last_mut() {
            Some(last) if last.source == change.source && change.span.start < last.span.end => {
                if last.span == change.span && last.after == change.after {
                    last.mends.extend(change.mends);
                } else {
                    let rules = last.rules();
                    others.push((change, rules));
                }
            }
            _ => kept.push(change),
        }
    }
    (kept, others)
}

/// Whether a file begins with the byte-order mark of UTF-8.
pub(super) fn has_mark(source: &Source) -> bool {
    let mut first = [0; MARK.len()];
    source.open_bytes().is_ok_and(|mut bytes| bytes.read_exact(&mut first).is_ok()) && first == MARK
}

/// Writes a file anew with the changes in it, whole or not at all. All other
/// bytes are as they were.
pub(super) fn apply(path: &Path, changes: &[&Change]) -> Result<(), Failure> {
    let name = path.to_string_lossy();
    let failed = |error: io::Error| Failure::Write { to: name.clone().into_owned(), error };
    let permissions = std::fs::metadata(path).map_err(failed)?.permissions();
    write_file(&name, |out| write_changed(path, changes, out))?;
    std::fs::set_permissions(path, permissions).map_err(failed)
}

/// The same into a file without a name.
pub(super) fn changed(path: &Path, changes: &[&Change]) -> io::Result<File> {
    let mut file = io::BufWriter::new(tempfile::tempfile()?);
    write_changed(path, changes, &mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Writes what a file holds with changes of one source in it, in their order.
fn write_changed(path: &Path, changes: &[&Change], out: &mut dyn Write) -> io::Result<()> {
    let mut input = File::open(path)?;
    let mut first = Vec::new();
    (&mut input).take(u64::try_from(MARK.len()).unwrap_or(0)).read_to_end(&mut first)?;
    let mark = if first == MARK { u64::try_from(MARK.len()).unwrap_or(0) } else { 0 };
    input.rewind()?;
    let mut at = 0;
    for change in changes {
        let mut written = vec![0; change.before.len()];
        io::copy(&mut (&mut input).take((change.span.start + mark).saturating_sub(at)), out)?;
        input.read_exact(&mut written)?;
        if written != change.before.as_bytes() {
            return Err(io::Error::other("what stands there now is not what was read"));
        }
        out.write_all(change.after.as_bytes())?;
        at = input.stream_position()?;
    }
    io::copy(&mut input, out).map(|_| ())
}
