//! Ways to pack files that are not opened here: which one it is, by its first bytes.

use std::io;
use std::sync::LazyLock;

use super::bytes::{Stored, fill};
use super::problem::{Problem, ProblemKind};

/// How many bytes tell.
const TELLING: usize = 16;

/// A way to pack.
struct Packing {
    name: &'static str,
    /// The first bytes; `None` is any.
    begin: Vec<Option<u8>>,
}

static PACKINGS: LazyLock<Vec<Packing>> = LazyLock::new(|| {
    let lines = include_str!("packings.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| line.split_once('\t'));
    let byte = |text: &str| u8::from_str_radix(text, 16).ok();
    cells.map(|(name, begin)| Packing { name, begin: begin.split(' ').map(byte).collect() }).collect()
});

/// What is to be said of a file that begins so, if it is packed in such a way.
pub(super) fn refuse(head: &[u8]) -> Option<Problem> {
    let is_of = |packing: &&Packing| {
        let mut pairs = packing.begin.iter().zip(head);
        head.len() >= packing.begin.len()
            && pairs.all(|(expected, found)| expected.is_none_or(|expected| expected == *found))
    };
    let packing = PACKINGS.iter().find(is_of)?;
    let message = format!("packed with {}, which is not opened: unpack it, or exclude it", packing.name);
    Some(Problem::new(ProblemKind::Packed, message))
}

/// The same of stored bytes.
pub(super) fn refuse_stored(stored: &Stored) -> io::Result<Option<Problem>> {
    let mut head = [0; TELLING];
    let filled = fill(&mut stored.view()?, &mut head)?;
    Ok(refuse(&head[..filled]))
}

#[cfg(test)]
mod tests {
    use super::{PACKINGS, TELLING, refuse};

    #[test]
    fn the_first_bytes_tell() {
        let check = |head: &[u8], expected: Option<&str>| {
            let found = refuse(head).map(|problem| problem.message);
            let expected = expected
                .map(|name| format!("packed with {name}, which is not opened: unpack it, or exclude it"));
            assert_eq!(found, expected, "{head:?}");
        };
        check(b"BZh91AY&SY\0\0", Some("bzip2"));
        check(b"\xfd7zXZ\0\0", Some("xz"));
        check(b"7z\xbc\xaf\x27\x1c\0", Some("7z"));
        check(b"Rar!\x1a\x07\x01\0", Some("RAR"));
        check(b"\x28\xb5\x2f\xfd\0", Some("Zstandard"));
        check(b"BZh9 is a name", None);
        check(b"7z", None);
        check(b"Rar! he said", None);
        check(b"<xml/>", None);
        check(b"", None);
        assert!(PACKINGS.iter().all(|packing| (2..=TELLING).contains(&packing.begin.len())));
    }
}
