//! Tar archives, which may be packed with gzip. The `tar` crate finds the members;
//! their data is read without it, where it lies.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use ::tar::{Archive, EntryType};

use super::super::bytes::{Stored, View, count, fill, read_once, unwritable};
use super::super::gzip::GzipReader;
use super::super::limits::Limits;
use super::super::problem::{Problem, ProblemKind, in_words};
use super::budget::Budget;
use super::links::{self, Begin, Link};
use super::{Entry, EntryKind, Listing, Member, Method, judge};

/// How many bytes a header has; data is filled up to a multiple of it.
const BLOCK: usize = 512;
/// Where the checksum of a header stands in it.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Whether a file that starts with `head` is a tar archive: its first header has the
/// right checksum.
pub(in crate::source) fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<BLOCK>().filter(|header| header[0] != 0) else { return false };
    let written = str::from_utf8(&header[CHECKSUM]).unwrap_or_default();
    let said = u32::from_str_radix(written.trim_matches(['\0', ' ']), 8);
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let spaces = u32::from(b' ') * 8;
    said == Ok(sum(&header[..CHECKSUM.start]) + spaces + sum(&header[CHECKSUM.end..]))
}

/// What a gzip file holds, if that is a tar archive: all of it, in a file without a
/// name, as members are read one by one. And what was wrong with the gzip file.
pub(in crate::source) fn expand(
    stored: &Stored,
    limits: &Limits,
) -> Result<Option<(Stored, Option<Problem>)>, Problem> {
    let view = stored.view().map_err(Problem::from_io)?;
    let size = view.end();
    let compressed = BufReader::with_capacity(64 * 1024, view);
    let mut expanded = limits.guard(GzipReader::new(compressed), size);
    let mut head = [0; BLOCK];
    // What is wrong here is said by whoever reads it as text.
    if !fill(&mut expanded, &mut head).is_ok_and(|filled| is_tar(&head[..filled])) {
        return Ok(None);
    }
    let mut file = tempfile::tempfile().map_err(|error| unwritable(&error))?;
    let mut block = vec![0; 256 * 1024];
    block[..BLOCK].copy_from_slice(&head);
    let mut filled = BLOCK;
    let problem = loop {
        file.write_all(&block[..filled]).map_err(|error| unwritable(&error))?;
        match read_once(&mut expanded, &mut block) {
            Ok(0) => break None,
            Ok(more) => filled = more,
            Err(error) => break Some(Problem::from_io(error)),
        }
    };
    Ok(Some((Stored::Spool(Arc::new(file)), problem)))
}

/// Lists the members of the archive in `stored`, sorted by name.
pub(in crate::source) fn list(stored: &Stored, limits: &Limits) -> Result<Listing, Problem> {
    let view = stored.view().map_err(Problem::from_io)?;
    let mut archive = Archive::new(Budget::of(view.clone(), limits));
    // Archives that were joined are read to the end of the last one.
    archive.set_ignore_zeros(true);
    let (mut entries, mut links, mut end, mut problem) = (Vec::new(), Vec::new(), 0, None);
    for found in archive.entries_with_seek().map_err(explain)? {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                problem = Some(explain(error));
                break;
            }
        };
        if entries.len() + links.len() >= limits.max_members {
            let message = format!("more than {} members: not read", limits.max_members);
            return Err(Problem::new(ProblemKind::LimitReached, message));
        }
        let name = String::from_utf8_lossy(&found.path_bytes()).into_owned();
        let (sort, start, size) = (found.header().entry_type(), found.raw_file_position(), found.size());
        end = start.saturating_add(size).max(end);
        match found.link_name_bytes().filter(|_| sort.is_symlink() || sort.is_hard_link()) {
            Some(target) => {
                let begin = if sort.is_symlink() { Begin::Folder } else { Begin::Top };
                links.push(Link { name, target: String::from_utf8_lossy(&target).into_owned(), begin });
            }
            None => entries.extend(entry(name, sort, start, size)),
        }
    }
    let members: Vec<_> = entries.iter().map(|entry| entry.readable_name.as_str()).collect();
    let links = links::problems(links, &members);
    let mut listing = judge(entries, limits);
    listing.problems.extend(links);
    listing.problems.sort_by(|(a, _), (b, _)| a.cmp(b));
    let problem = match problem {
        None if !has_end(view, end).map_err(Problem::from_io)? => Some(Problem::new(
            ProblemKind::Truncated,
            "the archive has no end, so that members may be missing",
        )),
        problem => problem,
    };
    listing.problems.extend(problem.map(|problem| (String::new(), problem)));
    Ok(listing)
}

/// What a header says; `None` for what holds nothing.
fn entry(readable_name: String, sort: EntryType, start: u64, size: u64) -> Option<Entry> {
    let is_file = sort.is_file() || sort.is_contiguous() || sort.is_dir() && size > 0;
    let is_folder = size == 0 && (sort.is_dir() || readable_name.ends_with('/'));
    let kind = if is_folder { EntryKind::Directory } else { EntryKind::File };
    let special = sort.is_fifo() || sort.is_character_special() || sort.is_block_special();
    let member = if is_file || is_folder {
        let method = Method::Plain;
        Ok(Member { header_start: start, method, compressed_size: size, expanded_size: size, crc: 0 })
    } else if special {
        Err(Problem::new(ProblemKind::Skipped, "a pipe or device in an archive, not a file"))
    } else if size == 0 {
        return None;
    } else {
        let message = "of a sort that is not supported, such as a sparse file: pack it again as a plain one";
        Err(Problem::new(ProblemKind::Unreadable, message))
    };
    Some(Entry { readable_name, kind, header_start: start, compressed_size: size, member })
}

/// Whether zeros stand behind the data of the last member, as at the end of each
/// archive. Of data that is cut its member says so.
fn has_end(mut view: View, data_end: u64) -> io::Result<bool> {
    let block = count(BLOCK);
    let start = data_end.div_ceil(block) * block;
    if data_end > view.end() {
        return Ok(true);
    }
    view.seek(SeekFrom::Start(start))?;
    let mut last = [1; BLOCK];
    let filled = if start < view.end() { fill(&mut view, &mut last)? } else { 0 };
    Ok(filled == BLOCK && last.iter().all(|byte| *byte == 0))
}

/// The data of a member as it lies in the archive.
pub(super) struct Plain {
    data: View,
    left: u64,
}

impl Plain {
    pub(super) fn new(view: &View, start: u64, size: u64) -> Self {
        Self { data: view.part(start, start.saturating_add(size)), left: size }
    }
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let filled = self.data.read(buffer)?;
        self.left = self.left.saturating_sub(count(filled));
        if filled == 0 && !buffer.is_empty() && self.left > 0 {
            return Err(Problem::new(ProblemKind::Truncated, "the archive ends in this member").into());
        }
        Ok(filled)
    }
}

fn explain(error: io::Error) -> Problem {
    match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => {
            let message = format!("the archive is damaged or cut short: {}", in_words(&error));
            Problem::new(ProblemKind::Broken, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::tar::{Builder, Header};

    const MEMBERS: [(&str, &str); 3] = [("./b/c.xml", "<c/>"), ("a.xml", "<a/>"), ("b/", "")];

    fn tar_of(members: &[(&str, &str)], with: impl Fn(&mut Builder<Vec<u8>>)) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, text) in members {
            let mut header = Header::new_gnu();
            header.set_size(count(text.len()));
            header.set_entry_type(if name.ends_with('/') {
                EntryType::Directory
            } else {
                EntryType::Regular
            });
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        with(&mut builder);
        builder.into_inner().unwrap()
    }

    fn link(builder: &mut Builder<Vec<u8>>, sort: EntryType, name: &str, target: &str) {
        let mut header = Header::new_gnu();
        header.set_entry_type(sort);
        header.set_size(0);
        builder.append_link(&mut header, name, target).unwrap();
    }

    /// The members with their texts, then the problems.
    fn listed(bytes: &[u8]) -> Vec<String> {
        let stored = Stored::Memory(bytes.into());
        let listing = match list(&stored, &Limits { max_members: 6, ..Limits::default() }) {
            Ok(listing) => listing,
            Err(problem) => return vec![format!("{:?}: {problem}", problem.kind)],
        };
        let members = listing.members.iter().map(|(name, member)| {
            let mut text = String::new();
            let read = super::super::open(&stored, member).unwrap().read_to_string(&mut text);
            read.map_or_else(|error| format!("{name}: {error}"), |_| format!("{name}: {text}"))
        });
        let problems = listing.problems.iter();
        members.chain(problems.map(|(name, problem)| format!("{name}: {:?}", problem.kind))).collect()
    }

    #[test]
    fn members_are_read_where_they_lie() {
        let long = "x".repeat(200);
        let members = [&MEMBERS[..], &[(&*long, "<x/>")]].concat();
        let tar = tar_of(&members, |_| ());
        assert!(is_tar(&tar));
        assert_eq!(listed(&tar), ["a.xml: <a/>", "b/c.xml: <c/>", &format!("{long}: <x/>")]);
        // Two in one, with and without the end of the first.
        let all = ["a.xml: <a/>", "a.xml: <a/>", "b/c.xml: <c/>", "b/c.xml: <c/>"];
        let two = tar_of(&MEMBERS, |_| ());
        assert_eq!(listed(&[&two[..], &two[..]].concat()), all);
        assert_eq!(listed(&[&two[..two.len() - 1024], &two[..]].concat()), all);
        assert!(!is_tar(&two[1..]) && !is_tar(b"<xml/>") && !is_tar(&[0; 1024]));
    }

    #[test]
    fn what_is_cut_or_damaged_is_said() {
        let tar = tar_of(&MEMBERS, |_| ());
        let whole = ["a.xml: <a/>", "b/c.xml: <c/>"];
        for cut in 1..tar.len() {
            let (listed, is_whole) = (listed(&tar[..cut]), cut == tar.len() - 512);
            assert_eq!(listed == whole, is_whole, "{cut}: {listed:?}");
        }
        let mut damaged = tar.clone();
        damaged[1024 + 3] ^= 1;
        assert!(listed(&damaged).iter().any(|line| line == ": Broken"), "{:?}", listed(&damaged));
        let many: Vec<_> = (0..7).map(|number| (format!("{number}.xml"), "")).collect();
        let many: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert_eq!(listed(&tar_of(&many, |_| ())), ["LimitReached: more than 6 members: not read"]);
    }

    #[test]
    fn links_to_members_are_no_loss() {
        let with = |links: &[(EntryType, &str, &str)]| {
            let tar = tar_of(&MEMBERS, |builder| {
                for (sort, name, target) in links {
                    link(builder, *sort, name, target);
                }
            });
            listed(&tar)[2..].join(", ")
        };
        let (symbolic, hard) = (EntryType::Symlink, EntryType::Link);
        assert_eq!(with(&[(symbolic, "b/d.xml", "../a.xml"), (hard, "e.xml", "b/c.xml")]), "");
        assert_eq!(
            with(&[(symbolic, "d.xml", "../a"), (hard, "e.xml", "c.xml")]),
            "d.xml: Skipped, e.xml: Skipped"
        );
    }

    #[test]
    fn unsafe_names_and_devices_are_said() {
        let tar = tar_of(&MEMBERS, |builder| {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Fifo);
            header.set_size(0);
            builder.append_data(&mut header, "pipe.xml", io::empty()).unwrap();
            let mut header = Header::new_old();
            header.as_old_mut().name[..9].copy_from_slice(b"../up.xml");
            header.set_size(4);
            header.set_cksum();
            builder.append(&header, &b"<u/>"[..]).unwrap();
        });
        let expected =
            ["a.xml: <a/>", "b/c.xml: <c/>", "up.xml: <u/>", "pipe.xml: Skipped", "up.xml: UnsafeName"];
        assert_eq!(listed(&tar), expected);
    }
}
