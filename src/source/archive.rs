//! Archives: the list of members, and the text of one. Of zip here, of tar in
//! [`tar`].
//!
//! The `zip` crate finds and checks the central directory, once. Members are then
//! read without it, each through a view of its own, so that many threads can read
//! one archive.

use super::bytes::{Stored, View, fill};
use super::limits::Limits;
use super::problem::{Problem, ProblemKind, in_words};
use flate2::bufread::DeflateDecoder;
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use budget::Budget;
use checked::CheckedMember;
use links::{Begin, Link};

/// Whether a file that starts with `head` is a zip archive.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// The length of the record at an archive's end, without its comment.
const END_RECORD: u64 = 22;

/// Whether a file ends as a zip archive does, though it does not start as one.
pub(super) fn is_behind(view: &mut View, name: &str) -> io::Result<bool> {
    // An archive has a comment at its end only seldom; of a file that says what
    // it is, the longest that can be is looked for.
    let says_so = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("zip"));
    let tail = END_RECORD + if says_so { u64::from(u16::MAX) } else { 0 };
    let start = view.end().saturating_sub(tail);
    let mut bytes = vec![0; usize::try_from(view.end() - start).unwrap_or(0)];
    view.seek(SeekFrom::Start(start))?;
    let filled = fill(view, &mut bytes)?;
    let found = memchr::memmem::rfind(&bytes[..filled], b"PK\x05\x06");
    Ok(found.is_some_and(|at| says_so || at == 0))
}

/// One member, as the central directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    header_start: u64,
    method: Method,
    pub(super) compressed_size: u64,
    pub(super) expanded_size: u64,
    crc: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    /// As it is, without a header of its own: in a tar archive.
    Plain,
}

/// What an archive holds, by name; names are cleaned and may repeat.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) members: Vec<(String, Member)>,
    pub(super) problems: Vec<(String, Problem)>,
    /// How many bytes stand before the archive.
    pub(super) prefix: u64,
}

/// An entry of the central directory before it is judged.
struct Entry {
    readable_name: String,
    kind: EntryKind,
    /// Where its header stands, and how many bytes of data follow that.
    header_start: u64,
    compressed_size: u64,
    member: Result<Member, Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Directory,
    Link,
}

/// Lists the members of the archive in `stored`, sorted by name.
pub(super) fn list(stored: &Stored, limits: &Limits) -> Result<Listing, Problem> {
    let view = stored.view().map_err(Problem::from_io)?;
    let reader = BufReader::new(Budget::of(view.clone(), limits));
    let archive = ZipArchive::new(reader).map_err(explain)?;
    let mut entries = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        entries.push(entry(&archive, index).map_err(explain)?);
    }
    if archive.has_duplicate_names() {
        add_shadowed(&mut entries, &archive, view.clone(), limits.max_members).map_err(Problem::from_io)?;
    }
    if entries.len() > limits.max_members {
        let message = format!("more than {} members: not read", limits.max_members);
        return Err(Problem::new(ProblemKind::LimitReached, message));
    }
    let hidden = hidden::find(view, entries.iter().map(|entry| (entry.header_start, entry.compressed_size)));
    let hidden = hidden.map_err(Problem::from_io)?;
    refuse_overlaps(&mut entries);
    let (links, entries): (Vec<_>, _) = entries.into_iter().partition(|entry| entry.kind == EntryKind::Link);
    let links = links.into_iter().map(|entry| link(stored, entry)).collect();
    let members: Vec<_> = entries.iter().map(|entry| entry.readable_name.as_str()).collect();
    let links = links::problems(links, &members);
    let mut listing = judge(entries, limits);
    listing.problems.extend(links);
    // What is wrong with a listed member of that name says the same.
    let is_said = |name: &str| listing.problems.iter().any(|(said, _)| said == name);
    if let Some(hidden) = hidden.filter(|(name, _)| !is_said(name)) {
        listing.problems.push(hidden);
    }
    listing.problems.sort_by(|(a, _), (b, _)| a.cmp(b));
    listing.prefix = archive.offset();
    Ok(listing)
}

/// A link, whose data is its target; one that cannot be read leads nowhere.
fn link(stored: &Stored, entry: Entry) -> Link {
    /// No system has longer ones.
    const LONGEST: u64 = 4096;
    let mut target = Vec::new();
    let read = entry.member.and_then(|member| {
        open(stored, &member)?.take(LONGEST).read_to_end(&mut target).map_err(Problem::from_io)
    });
    let target = if read.is_ok() { String::from_utf8_lossy(&target).into_owned() } else { String::new() };
    Link { name: entry.readable_name, target, begin: Begin::Folder }
}

fn entry<R: Read + Seek>(archive: &ZipArchive<R>, index: usize) -> Result<Entry, ZipError> {
    let data = archive.by_index_data(index)?;
    let name = data.name_raw().to_vec();
    let readable_name = data.name().unwrap_or_else(|_| String::from_utf8_lossy(&name)).into_owned();
    let is_folder = is_folder(&name, data.compressed_size(), data.size());
    let kind = if is_folder {
        EntryKind::Directory
    } else if data.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::File
    };
    let method = method(data.encrypted(), data.compression());
    let member = method.map(|method| Member {
        header_start: data.header_start(),
        method,
        compressed_size: data.compressed_size(),
        expanded_size: data.size(),
        crc: data.crc32(),
    });
    let (header_start, compressed_size) = (data.header_start(), data.compressed_size());
    Ok(Entry { readable_name, kind, header_start, compressed_size, member })
}

/// Whether an entry is a folder: its name says so, and it holds nothing. Some
/// programs deflate even that, which gives two bytes.
fn is_folder(name: &[u8], compressed_size: u64, expanded_size: u64) -> bool {
    (name.ends_with(b"/") || name.ends_with(b"\\")) && expanded_size == 0 && compressed_size <= 2
}

fn method(encrypted: bool, method: CompressionMethod) -> Result<Method, Problem> {
    match method {
        _ if encrypted => {
            Err(Problem::new(ProblemKind::Unreadable, "encrypted: cannot be read without its password"))
        }
        CompressionMethod::Stored => Ok(Method::Stored),
        CompressionMethod::Deflated => Ok(Method::Deflated),
        other => {
            let message = format!("compressed with {other}, which is not supported: repack it with deflate");
            Err(Problem::new(ProblemKind::Unreadable, message))
        }
    }
}

/// Adds the entries that have the name of a later one. The `zip` crate keeps only
/// the last of a name, and what it drops would be unseen. Stops once there are
/// more than `most` entries.
fn add_shadowed<R: Read + Seek>(
    entries: &mut Vec<Entry>,
    archive: &ZipArchive<R>,
    mut view: View,
    most: usize,
) -> io::Result<()> {
    let mut known = HashSet::new();
    for index in 0..archive.len() {
        if let Ok(data) = archive.by_index_data(index) {
            known.insert(data.central_header_start());
        }
    }
    let mut start = archive.central_directory_start();
    let mut header = [0; 46];
    while entries.len() <= most {
        view.seek(SeekFrom::Start(start))?;
        if fill(&mut view, &mut header)? < header.len() || !header.starts_with(b"PK\x01\x02") {
            break;
        }
        let lengths = [28, 30, 32].map(|at| u64::from(u16_at(&header, at)));
        if !known.contains(&start) {
            let mut name = vec![0; usize::from(u16_at(&header, 28))];
            let mut extra = vec![0; usize::from(u16_at(&header, 30))];
            view.read_exact(&mut name)?;
            view.read_exact(&mut extra)?;
            entries.push(shadowed(&header, &name, &extra, archive));
        }
        start += 46 + lengths.iter().sum::<u64>();
    }
    Ok(())
}

fn shadowed<R>(header: &[u8; 46], name: &[u8], extra: &[u8], archive: &ZipArchive<R>) -> Entry
where
    R: Read + Seek,
{
    let twin = archive.index_for_name_raw(name).and_then(|index| archive.by_index_data(index).ok());
    let readable_name = twin.and_then(|twin| twin.name().map(Cow::into_owned).ok()).unwrap_or_default();
    let readable_name =
        if readable_name.is_empty() { String::from_utf8_lossy(name).into_owned() } else { readable_name };
    let method = match u16_at(header, 10) {
        0 => method(u16_at(header, 8) & 1 != 0, CompressionMethod::Stored),
        8 => method(u16_at(header, 8) & 1 != 0, CompressionMethod::Deflated),
        _ => Err(Problem::new(ProblemKind::Unreadable, "compressed with a method that is not supported")),
    };
    // Sizes and offsets that do not fit stand in the zip64 field, in this order.
    let mut wide = zip64_field(extra);
    let mut number = |at| match u32_at(header, at) {
        u32::MAX => take_u64(&mut wide).unwrap_or(u64::from(u32::MAX)),
        narrow => u64::from(narrow),
    };
    let (expanded_size, compressed_size, header_start) = (number(24), number(20), number(42));
    let header_start = header_start.saturating_add(archive.offset());
    let crc = u32_at(header, 16);
    let member = method.map(|method| Member { header_start, method, compressed_size, expanded_size, crc });
    let is_folder = is_folder(name, compressed_size, expanded_size);
    let kind = if is_folder { EntryKind::Directory } else { EntryKind::File };
    Entry { readable_name, kind, header_start, compressed_size, member }
}

fn zip64_field(mut extra: &[u8]) -> &[u8] {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let length = usize::from(u16_at(head, 2)).min(rest.len());
        if head.starts_with(&[1, 0]) {
            return &rest[..length];
        }
        extra = &rest[length..];
    }
    &[]
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// Refuses members that claim bytes of another: a small archive made so expands
/// without end.
fn refuse_overlaps(entries: &mut [Entry]) {
    let mut order: Vec<&mut Entry> = entries.iter_mut().filter(|entry| entry.member.is_ok()).collect();
    order.sort_by_key(|entry| entry.member.as_ref().map_or(0, |member| member.header_start));
    let mut taken = 0;
    for entry in order {
        if let Ok(member) = &entry.member {
            let end = member.header_start.saturating_add(30).saturating_add(member.compressed_size);
            if member.header_start < taken {
                entry.member =
                    Err(Problem::new(ProblemKind::Broken, "shares its data with another member: not read"));
            }
            taken = taken.max(end);
        }
    }
}

fn judge(entries: Vec<Entry>, limits: &Limits) -> Listing {
    let mut listing = Listing::default();
    for entry in entries {
        let (name, cleaned) = clean_name(&entry.readable_name);
        if entry.kind == EntryKind::Directory {
            continue;
        }
        let is_named_as_folder = entry.readable_name.ends_with(['/', '\\']);
        if cleaned || is_named_as_folder {
            let message = if is_named_as_folder {
                "named as a folder in the archive, but it holds data: read as a file"
            } else {
                "unsafe name in the archive: read under a cleaned one"
            };
            listing.problems.push((name.clone(), Problem::new(ProblemKind::UnsafeName, message)));
        }
        let member = entry.member.and_then(|member| match limits.refuse_size(member.expanded_size) {
            Some(problem) => Err(problem),
            None => Ok(member),
        });
        match member {
            Ok(member) => listing.members.push((name, member)),
            Err(problem) => listing.problems.push((name, problem)),
        }
    }
    listing.members.sort_by(|(a, first), (b, second)| (a, first.header_start).cmp(&(b, second.header_start)));
    listing.problems.sort_by(|(a, _), (b, _)| a.cmp(b));
    listing
}

/// A member's name without what would lead out of the archive, and whether
/// anything unsafe had to go.
pub(super) fn clean_name(name: &str) -> (String, bool) {
    let slashed = name.replace('\\', "/");
    let without_drive = match slashed.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &slashed[2..],
        _ => &slashed,
    };
    let parts: Vec<&str> =
        without_drive.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let unsafe_name = slashed != name
        || without_drive.len() < name.len()
        || name.starts_with('/')
        || name.split('/').any(|part| part == "..")
        || parts.is_empty();
    (if parts.is_empty() { "unnamed".to_owned() } else { parts.join("/") }, unsafe_name)
}

/// The expanded bytes of a member, checked against its size and checksum.
pub(super) fn open(stored: &Stored, member: &Member) -> Result<Box<dyn Read + Send>, Problem> {
    let mut view = stored.view().map_err(Problem::from_io)?;
    if member.method == Method::Plain {
        return Ok(Box::new(tar::Plain::new(&view, member.header_start, member.expanded_size)));
    }
    let damaged =
        || Problem::new(ProblemKind::Broken, "the member is not where the archive's directory says");
    view.seek(SeekFrom::Start(member.header_start)).map_err(Problem::from_io)?;
    let mut header = [0; 30];
    let filled = fill(&mut view, &mut header).map_err(Problem::from_io)?;
    if filled < header.len() || !header.starts_with(b"PK\x03\x04") {
        return Err(damaged());
    }
    let names = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
    let start = member.header_start + 30 + names;
    let end =
        start.checked_add(member.compressed_size).filter(|&end| end <= view.end()).ok_or_else(damaged)?;
    let data = view.part(start, end);
    let (left, crc) = (member.expanded_size, member.crc);
    Ok(match member.method {
        Method::Deflated => {
            let expanded = DeflateDecoder::new(BufReader::with_capacity(64 * 1024, data));
            Box::new(CheckedMember::new(expanded, left, crc))
        }
        Method::Stored | Method::Plain => Box::new(CheckedMember::new(data, left, crc)),
    })
}

fn explain(error: ZipError) -> Problem {
    let message = match error {
        ZipError::Io(error) => match error.downcast::<Problem>() {
            Ok(problem) => return problem,
            Err(error) => format!("the archive cannot be read: {}", in_words(&error)),
        },
        error => format!("the archive is damaged or cut short: {}", in_words(&io::Error::other(error))),
    };
    Problem::new(ProblemKind::Unreadable, message)
}

mod budget;
mod checked;
mod hidden;
mod links;
pub(super) mod tar;
#[cfg(test)]
pub(super) mod tests;
