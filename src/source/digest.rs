//! SHA-256 of what is read, in hexadecimal digits.

use std::fmt::Write;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::bytes;

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
