//! From bytes to UTF-8: which encoding, and the decoding block by block.

use super::bytes::count;
use encoding_rs::{DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};
use std::str::from_utf8;

/// How many bytes at the start are looked at to find the encoding.
pub(super) const HEAD: usize = 1024;

/// What the start of a file says about its encoding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) encoding: &'static Encoding,
    /// Length of the byte-order mark, which is no part of the text.
    pub(super) mark: usize,
    /// The declared name, if no encoding is known by it.
    pub(super) unknown: Option<String>,
    /// Whether nothing says so: it is UTF-8 because that is what texts are.
    pub(super) is_assumed: bool,
}

/// The encoding of a file that starts with `head`; `None` for UTF-32, which no
/// exporter writes and which would read as UTF-16 with a zero at every other place.
///
/// A byte-order mark decides; else zeros around the first `<`, or at every other
/// place between characters of ASCII; else the XML declaration; else it is UTF-8. Names are understood as web browsers do: what
/// is declared as ISO-8859-1 or ASCII is read as windows-1252, which differs only
/// in 0x80 to 0x9F, where ISO-8859-1 has no printable characters. A declared
/// UTF-16 that can be read byte by byte is wrong, and is taken for UTF-8.
pub(super) fn detect(head: &[u8]) -> Option<Detected> {
    let found = |encoding, mark| Some(Detected { encoding, mark, unknown: None, is_assumed: false });
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => None,
        [0xef, 0xbb, 0xbf, ..] => found(UTF_8, 3),
        [0xff, 0xfe, ..] => found(UTF_16LE, 2),
        [0xfe, 0xff, ..] => found(UTF_16BE, 2),
        [b'<', 0, ..] => found(UTF_16LE, 0),
        [0, b'<', ..] => found(UTF_16BE, 0),
        _ if has_zeros_at(head, 1) => found(UTF_16LE, 0),
        _ if has_zeros_at(head, 0) => found(UTF_16BE, 0),
        _ => match declared(head).map(|label| (label, Encoding::for_label(label))) {
            None => Some(Detected { encoding: UTF_8, mark: 0, unknown: None, is_assumed: true }),
            Some((_, Some(encoding))) if encoding == UTF_16LE || encoding == UTF_16BE => found(UTF_8, 0),
            Some((_, Some(encoding))) if encoding != REPLACEMENT => found(encoding, 0),
            Some((label, _)) => Some(Detected {
                encoding: UTF_8,
                mark: 0,
                unknown: Some(String::from_utf8_lossy(label).into_owned()),
                is_assumed: false,
            }),
        },
    }
}

/// Whether the first bytes are ASCII in UTF-16, with zeros at even or odd places:
/// so JSON and a header of columns begin.
fn has_zeros_at(head: &[u8], zero: usize) -> bool {
    const PAIRS: usize = 8;
    let (pairs, _) = head.as_chunks::<2>();
    let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    pairs.len() >= PAIRS && pairs[..PAIRS].iter().all(|pair| pair[zero] == 0 && is_ascii(pair[1 - zero]))
}

/// The encoding's name in the XML declaration.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let declaration =
        head.strip_prefix(b"<?xml").filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = &declaration[..end];
    let name = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration[name + b"encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let end = memchr::memchr(quote, value)?;
    Some(&value[..end])
}

/// The malformed places of a text, each one U+FFFD now.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    pub(super) count: u64,
    /// Offset of the first in the text.
    pub(super) first: Option<u64>,
}

impl Repairs {
    fn note(&mut self, offset: u64) {
        self.count += 1;
        self.first.get_or_insert(offset);
    }
}

/// Whether these bytes are the last of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}

/// Turns blocks of bytes into UTF-8, whatever way the blocks cut characters.
pub(super) enum Decoder {
    /// No table needed: a block is checked and taken as it is.
    Utf8,
    /// Any other encoding.
    Other(Box<encoding_rs::Decoder>),
}

impl Decoder {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 {
            Self::Utf8
        } else {
            Self::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        }
    }

    /// Appends the text of `bytes` to `out`, where the text starts at `offset`.
    /// Gives how many bytes it used: the others are the beginning of a character
    /// and must be given again, with more.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        last: Last,
        out: &mut String,
        offset: u64,
        repairs: &mut Repairs,
    ) -> usize {
        match self {
            Self::Utf8 => decode_utf8(bytes, last, out, offset, repairs),
            Self::Other(decoder) => {
                decode_other(decoder, bytes, last, out, offset, repairs);
                bytes.len()
            }
        }
    }
}

fn decode_utf8(bytes: &[u8], last: Last, out: &mut String, offset: u64, repairs: &mut Repairs) -> usize {
    if let Ok(text) = from_utf8(bytes) {
        out.push_str(text);
        return bytes.len();
    }
    let before = out.len();
    let mut used = 0;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        used += chunk.valid().len();
        let invalid = chunk.invalid();
        let cut = used + invalid.len() == bytes.len()
            && from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if invalid.is_empty() || (cut && last == Last::No) {
            break;
        }
        repairs.note(offset + count(out.len() - before));
        out.push(char::REPLACEMENT_CHARACTER);
        used += invalid.len();
    }
    used
}

fn decode_other(
    decoder: &mut encoding_rs::Decoder,
    bytes: &[u8],
    last: Last,
    out: &mut String,
    offset: u64,
    repairs: &mut Repairs,
) {
    let before = out.len();
    let mut rest = bytes;
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len());
        out.reserve(room);
        let (result, used) = decoder.decode_to_string_without_replacement(rest, out, last == Last::Yes);
        rest = &rest[used..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                repairs.note(offset + count(out.len() - before));
                out.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

/// The text of a small file that people saved: UTF-8, with or without a byte-order
/// mark, else Windows-1252, which spreadsheets write.
#[must_use]
pub fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let encoding = if is_utf8 { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    encoding.decode(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: &str) {
        let text = match detect(head) {
            None => "refused".to_owned(),
            Some(Detected { encoding, mark, unknown, .. }) => {
                format!(
                    "{} {mark}{}",
                    encoding.name(),
                    unknown.map(|label| format!(" {label}")).unwrap_or_default()
                )
            }
        };
        assert_eq!(text, expected, "{}", String::from_utf8_lossy(head));
    }

    #[test]
    fn a_mark_decides_then_zeros_then_the_declaration() {
        check(b"", "UTF-8 0");
        check(b"<unload>", "UTF-8 0");
        check(b"\xef\xbb\xbf<?xml version='1.0' encoding='windows-1252'?>", "UTF-8 3");
        check(b"\xff\xfe<\0", "UTF-16LE 2");
        check(b"\xfe\xff\0<", "UTF-16BE 2");
        check(b"<\0?\0", "UTF-16LE 0");
        check(b"\0<\0?", "UTF-16BE 0");
        check(b"\xff\xfe\0\0<\0\0\0", "refused");
        check(b"s\0y\0s\0_\0i\0d\0,\0n\0a\0", "UTF-16LE 0");
        check(b"\0{\0\n\0\"\0r\0e\0s\0u\0l", "UTF-16BE 0");
        check(b"s\0y\0s\0_\0", "UTF-8 0");
        check(b"s\0y\0s\0_\0\x01\0d\0,\0n\0", "UTF-8 0");
        check(b"sys_id,u\0s\0e\0r\0", "UTF-8 0");
        check(b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>", "windows-1252 0");
        check(b"<?xml version='1.0' encoding = 'Shift_JIS' ?>", "Shift_JIS 0");
        check(b"<?xml version='1.0'\n\tencoding='iso-8859-1'?>", "windows-1252 0");
        check(b"<?xml version='1.0' encoding='UTF-16'?>", "UTF-8 0");
        check(b"<?xml version='1.0' encoding='klingon'?>", "UTF-8 0 klingon");
        check(b"<?xml version='1.0' encoding='iso-2022-kr'?>", "UTF-8 0 iso-2022-kr");
        check(b"<?xml version='1.0' encoding='windows-1252", "UTF-8 0");
        check(b"<?xml version='1.0'?><a encoding='windows-1252'/>", "UTF-8 0");
        check(b"<?xmlish encoding='windows-1252'?>", "UTF-8 0");
    }

    /// Decodes `bytes` cut at every place, which must not matter.
    fn check_decoding(
        encoding: &'static Encoding,
        bytes: &[u8],
        expected: &str,
        repaired: Option<(u64, u64)>,
    ) {
        for cut in 0..=bytes.len() {
            let mut decoder = Decoder::new(encoding);
            let (mut out, mut repairs) = (String::new(), Repairs::default());
            let used = decoder.decode(&bytes[..cut], Last::No, &mut out, 0, &mut repairs);
            let offset = count(out.len());
            decoder.decode(&bytes[used..], Last::Yes, &mut out, offset, &mut repairs);
            assert_eq!(out, expected, "cut at {cut}");
            assert_eq!(repairs.first.map(|first| (repairs.count, first)), repaired, "cut at {cut}");
        }
    }

    #[test]
    fn blocks_may_cut_characters() {
        check_decoding(UTF_8, "aé€😀z".as_bytes(), "aé€😀z", None);
        check_decoding(UTF_16LE, b"a\0\xe9\0\x3d\xd8\0\xdez\0", "aé😀z", None);
        check_decoding(UTF_16BE, b"\0a\0\xe9\xd8\x3d\xde\0\0z", "aé😀z", None);
        check_decoding(encoding_rs::WINDOWS_1252, b"\x80\xe9", "€é", None);
        check_decoding(encoding_rs::SHIFT_JIS, b"\x83\x65z", "テz", None);
    }

    #[test]
    fn malformed_sequences_are_replaced_and_counted() {
        check_decoding(UTF_8, b"ab\xffc\xfe", "ab\u{fffd}c\u{fffd}", Some((2, 2)));
        check_decoding(UTF_8, b"\xc3\xa9\xe2\x82", "é\u{fffd}", Some((1, 2)));
        check_decoding(UTF_8, b"\xe2\x82x", "\u{fffd}x", Some((1, 0)));
        check_decoding(UTF_8, b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}", Some((3, 0)));
        check_decoding(UTF_16LE, b"a\0\0\xd8b\0", "a\u{fffd}b", Some((1, 1)));
        check_decoding(UTF_16LE, b"a\0b", "a\u{fffd}", Some((1, 1)));
    }
}
