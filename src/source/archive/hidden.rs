//! Entries of an archive that its directory does not list: whoever reads by the
//! directory never sees them.

use std::io::{self, Seek, SeekFrom};

use memchr::memmem;

use super::super::bytes::{View, count, fill};
use super::super::problem::{Problem, ProblemKind};
use super::{clean_name, u16_at};

/// How an entry's header begins, and how long it is without its name.
const HEADER: &[u8] = b"PK\x03\x04";
const HEADER_LENGTH: usize = 30;
/// How much is looked through at once.
const BLOCK: usize = 64 * 1024;

/// Looks for entries between those that are listed, each with where its header
/// stands and how many bytes of data it has. Gives the name of the first one that
/// is not listed, with what is to be said.
pub(super) fn find(
    mut view: View,
    listed: impl Iterator<Item = (u64, u64)>,
) -> io::Result<Option<(String, Problem)>> {
    let mut listed: Vec<_> = listed.collect();
    listed.sort_unstable();
    let mut found = Vec::new();
    let mut free = 0;
    for (start, size) in listed {
        look(&mut view, free..start, &mut found)?;
        let mut header = [0; HEADER_LENGTH];
        let names = match read_at(&mut view, start, &mut header)? {
            HEADER_LENGTH if header.starts_with(HEADER) => {
                u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28))
            }
            _ => 0,
        };
        free =
            free.max(start.saturating_add(count(HEADER_LENGTH)).saturating_add(names).saturating_add(size));
    }
    let end = view.end();
    look(&mut view, free..end, &mut found)?;
    let Some(first) = found.first() else { return Ok(None) };
    let more = match found.len() - 1 {
        0 => String::new(),
        1 => "; one more is like this".to_owned(),
        more => format!("; {more} more are like this"),
    };
    let message = format!("the archive's directory does not list this member: not read{more}");
    Ok(Some((clean_name(first).0, Problem::new(ProblemKind::Broken, message))))
}

/// Adds the names of the entries whose headers stand in a range.
fn look(view: &mut View, range: std::ops::Range<u64>, found: &mut Vec<String>) -> io::Result<()> {
    let mut block =
        vec![0; BLOCK.min(usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(BLOCK))];
    let mut start = range.start;
    while start < range.end && range.end - start >= count(HEADER.len()) {
        let filled = read_at(view, start, &mut block)?;
        let places: Vec<_> =
            memmem::find_iter(&block[..filled], HEADER).map(|at| start + count(at)).collect();
        for place in places.into_iter().filter(|place| *place < range.end) {
            found.extend(name_at(view, place)?);
        }
        // A header may begin at the end of a block.
        let passed = filled.saturating_sub(HEADER.len() - 1).max(1);
        if filled < block.len() {
            break;
        }
        start += count(passed);
    }
    Ok(())
}

/// The name in the header that stands there, if it can be one.
fn name_at(view: &mut View, at: u64) -> io::Result<Option<String>> {
    let mut header = [0; HEADER_LENGTH];
    if read_at(view, at, &mut header)? < HEADER_LENGTH {
        return Ok(None);
    }
    let mut name = vec![0; usize::from(u16_at(&header, 26))];
    let filled = read_at(view, at + count(HEADER_LENGTH), &mut name)?;
    let is_name = filled == name.len() && !name.is_empty();
    Ok(is_name.then(|| String::from_utf8_lossy(&name).into_owned()))
}

fn read_at(view: &mut View, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let left = usize::try_from(view.end().saturating_sub(at)).unwrap_or(usize::MAX);
    view.seek(SeekFrom::Start(at))?;
    let wanted = left.min(buffer.len());
    fill(view, &mut buffer[..wanted])
}
