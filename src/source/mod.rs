//! What is scanned: discovery, bytes, encodings, archives, limits.
//!
//! [`discover()`] turns the paths of a command line into [`Source`]s, each one
//! text: a file, what a gzip file holds, a member of a zip archive, a sheet of a
//! workbook, standard input. [`Source::open`] gives its text in blocks of UTF-8,
//! in bounded memory whatever its size, but for a workbook, which is held whole
//! and may not be large. What goes wrong with one input is a [`Problem`], and
//! everything else is still read.

mod archive;
mod bytes;
mod discover;
mod encoding;
mod gzip;
mod limits;
mod open;
mod packings;
mod plain;
mod problem;
mod root;
mod walk;
mod walked;
mod workbook;

pub use discover::{Bytes, Chosen, DiscoverError, DiscoverOptions, Discovery, discover};
pub use limits::Limits;
pub use open::{Source, TextStream};
pub use plain::{PartBuffer, PlainText};
pub use problem::{Problem, ProblemKind};
pub use walked::Walked;
pub(crate) use workbook::UNKNOWN as UNKNOWN_CELL;

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::{self, Read};

/// The text of a small file that people saved: UTF-8, with or without a byte-order
/// mark, else Windows-1252, which spreadsheets write.
#[must_use]
pub fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let encoding = if is_utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    encoding.decode(bytes).0
}

/// The SHA-256 digest of everything `reader` gives, in lower-case hexadecimal.
///
/// # Errors
/// The reader's own, except interruptions, which are tried again.
pub fn sha256(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        let filled = bytes::fill(&mut reader, &mut block)?;
        if filled == 0 {
            break;
        }
        hasher.update(&block[..filled]);
    }
    Ok(hex(&hasher.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_those_of_the_standard() {
        let check = |bytes: &[u8], expected| assert_eq!(super::sha256(bytes).unwrap(), expected);
        check(b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check(b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
