//! The plain part of what stands in tags: what the scanner reads by itself.

use memchr::{memchr, memchr3};

use super::check::is_reference;

/// The longest reference that is looked for; longer ones are odd.
pub(super) const REFERENCE: usize = 16;
/// How many attributes a tag may have before it is odd.
const MAX_ATTRIBUTES: usize = 16;

/// Why the scanner cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The text ends in the middle of something.
    More,
    /// Something that only the strict reader understands.
    Odd,
}

/// Index one past the `>` of a tag whose name ends at `from`. `>` may stand in
/// quotes; what is no plain list of attributes is odd.
pub(super) fn end_of_attributes(bytes: &[u8], from: usize) -> Result<usize, Halt> {
    let mut at = from;
    let mut first = None;
    for _ in 0..=MAX_ATTRIBUTES {
        let rest = bytes.get(at..).ok_or(Halt::More)?;
        let space = rest.iter().position(|byte| !byte.is_ascii_whitespace()).ok_or(Halt::More)?;
        let start = at + space;
        let rest = &bytes[start..];
        match rest {
            [b'>', ..] => return Ok(start + 1),
            [b'/', b'>', ..] => return Ok(start + 2),
            [b'/'] => return Err(Halt::More),
            [byte, ..] if space > 0 && begins_name(*byte) => {}
            _ => return Err(Halt::Odd),
        }
        let length = rest.iter().position(|byte| !is_name_byte(*byte)).ok_or(Halt::More)?;
        let quote = match &rest[length..] {
            [b'=', quote @ (b'"' | b'\''), ..] => *quote,
            [b'='] => return Err(Halt::More),
            _ => return Err(Halt::Odd),
        };
        let name = &rest[..length];
        if first.is_some_and(|first| names_of(&bytes[first..start]).any(|other| other == name)) {
            return Err(Halt::Odd);
        }
        first.get_or_insert(start);
        let value = start + length + 2;
        at = value + end_of_value(&bytes[value..], quote)? + 1;
    }
    Err(Halt::Odd)
}

/// The names of attributes that are known to be plain.
fn names_of(mut attributes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        attributes = attributes.trim_ascii_start();
        let (name, value) = attributes.split_at_checked(memchr(b'=', attributes)?)?;
        let (quote, value) = value.get(1..)?.split_first()?;
        attributes = value.get(memchr(*quote, value)? + 1..)?;
        Some(name)
    })
}

/// Length of a value that ends before `quote`; odd where a `<`, or an `&` that
/// begins no reference, stands in it.
fn end_of_value(value: &[u8], quote: u8) -> Result<usize, Halt> {
    let mut at = 0;
    loop {
        at += memchr3(quote, b'<', b'&', &value[at..]).ok_or(Halt::More)?;
        match value[at] {
            b'<' => return Err(Halt::Odd),
            b'&' => {
                let inside = &value[at + 1..];
                match inside.iter().take(REFERENCE).position(|byte| *byte == b';') {
                    Some(length) if is_known(&inside[..length]) => at += length + 2,
                    None if inside.len() < REFERENCE => return Err(Halt::More),
                    _ => return Err(Halt::Odd),
                }
            }
            _ => return Ok(at),
        }
    }
}

/// Whether what stands between `&` and `;` is known to every XML text.
pub(super) fn is_known(inside: &[u8]) -> bool {
    std::str::from_utf8(inside).is_ok_and(is_reference)
}

/// Whether a byte may begin a name.
pub(super) fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':')
}

/// Whether a byte is one of those that names of tables and columns are made of.
pub(super) fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES[usize::from(byte)]
}

/// Asked of every byte of a name, so each answer is looked up.
const NAME_BYTES: [bool; 256] = {
    let mut is_name = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        is_name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':');
        byte += 1;
    }
    is_name
};
