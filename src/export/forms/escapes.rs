//! Texts of JSON, from what is written to what is meant.

use std::borrow::Cow;

use memchr::memchr2;

/// What stands between quotes, decoded; line ends read as `\n`. What is no escape
/// stays as it is written.
pub(crate) fn decode_escapes(written: &str) -> Cow<'_, str> {
    if memchr2(b'\\', b'\r', written.as_bytes()).is_none() {
        return Cow::Borrowed(written);
    }
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, length) = escape(rest);
        text.push(letter);
        rest = &rest[length..];
    }
    text.push_str(rest);
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Owned(text)
    }
}

/// The character of the escape at the start of a text, and its length there.
pub(crate) fn escape(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unit(text).map_or(('\\', 1), |unit| with_low(unit, &text[6..])),
        _ => return ('\\', 1),
    };
    (simple, 2)
}

/// The UTF-16 unit of `\uXXXX` at the start of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// The character of a unit, with the one that follows where it takes two.
fn with_low(high: u16, rest: &str) -> (char, usize) {
    let both = [high, unit(rest).unwrap_or(0)];
    match char::decode_utf16(both).next() {
        Some(Ok(letter)) if letter.len_utf16() == 2 => (letter, 12),
        Some(Ok(letter)) => (letter, 6),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

#[cfg(test)]
mod tests {
    use super::decode_escapes;

    #[test]
    fn escapes() {
        let check =
            |written: &str, expected: &str| assert_eq!(decode_escapes(written), expected, "{written}");
        check("plain", "plain");
        check(r#"a\"b\\c\/d\n\t"#, "a\"b\\c/d\n\t");
        check(r"\u00e9\u20AC\ud83d\ude00", "é€😀");
        check(r"\ud83dx\ude00", "\u{fffd}x\u{fffd}");
        check(r"\x\u12", r"\x\u12");
        check("a\\r\\nb\\rc", "a\nb\nc");
        check("\\", "\\");
    }
}
