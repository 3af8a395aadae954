//! JSON with places: one object of an array at a time, over text that is in
//! memory. Whatever lies in a value is passed without being built, so that no
//! depth of nesting takes any stack.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

use super::Halt;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In quotes.
    Text,
    /// A number, `true`, `false` or `null`.
    Word,
    /// An object.
    Object,
    /// An array.
    Array,
}

/// One member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The name, without its quotes, as written.
    pub(super) name: Range<usize>,
    /// From the name's first quote to the end of the value.
    pub(super) whole: Range<usize>,
    /// The value, with its quotes or brackets.
    pub(super) value: Range<usize>,
    /// What the value is.
    pub(super) kind: Kind,
}

/// Where the next character stands that is no space.
pub(super) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_space(byte)).count()
}

/// Reads the object that begins at `at` into `members`; gives where it ends.
pub(super) fn object(bytes: &[u8], at: usize, members: &mut Vec<Member>) -> Result<usize, Halt> {
    members.clear();
    let mut at = skip_space(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        let member = member(bytes, at)?;
        at = skip_space(bytes, member.whole.end);
        members.push(member);
        match bytes.get(at) {
            Some(b',') => at = skip_space(bytes, at + 1),
            Some(b'}') => return Ok(at + 1),
            other => return Err(halt(other, at, "a comma or the end of the object is missing")),
        }
    }
}

/// Reads the member that begins at `at`.
pub(super) fn member(bytes: &[u8], at: usize) -> Result<Member, Halt> {
    match bytes.get(at) {
        Some(b'"') => {}
        other => return Err(halt(other, at, "a name in quotes is missing")),
    }
    let end = text_end(bytes, at)?;
    let colon = skip_space(bytes, end);
    match bytes.get(colon) {
        Some(b':') => {}
        other => return Err(halt(other, colon, "a colon behind a name is missing")),
    }
    let start = skip_space(bytes, colon + 1);
    let (value_end, kind) = value(bytes, start)?;
    Ok(Member { name: at + 1..end - 1, whole: at..value_end, value: start..value_end, kind })
}

/// Passes the value that begins at `at`; gives where it ends.
pub(super) fn value(bytes: &[u8], at: usize) -> Result<(usize, Kind), Halt> {
    match bytes.get(at) {
        None => Err(Halt::More),
        Some(b'"') => Ok((text_end(bytes, at)?, Kind::Text)),
        Some(b'{') => Ok((nested_end(bytes, at)?, Kind::Object)),
        Some(b'[') => Ok((nested_end(bytes, at)?, Kind::Array)),
        Some(_) => {
            let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
            let length = bytes[at..].iter().take_while(is_of_word).count();
            if at + length == bytes.len() {
                return Err(Halt::More);
            }
            let word = &bytes[at..at + length];
            let is_number = word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
            if is_number || matches!(word, b"true" | b"false" | b"null") {
                Ok((at + length, Kind::Word))
            } else {
                Err(Halt::Broken("a value is missing", at))
            }
        }
    }
}

/// Where the text ends whose first quote stands at `at`: behind its last.
fn text_end(bytes: &[u8], at: usize) -> Result<usize, Halt> {
    let mut at = at + 1;
    loop {
        let rest = bytes.get(at..).ok_or(Halt::More)?;
        let found = at + memchr2(b'"', b'\\', rest).ok_or(Halt::More)?;
        if bytes[found] == b'"' {
            return Ok(found + 1);
        }
        at = found + 2;
    }
}

/// Where the object or array ends that begins at `at`.
fn nested_end(bytes: &[u8], at: usize) -> Result<usize, Halt> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        match bytes.get(at).ok_or(Halt::More)? {
            b'"' => {
                at = text_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn halt(found: Option<&u8>, at: usize, what: &'static str) -> Halt {
    if found.is_some() { Halt::Broken(what, at) } else { Halt::More }
}

/// What stands between quotes, decoded; line ends read as `\n`. What is no escape
/// stays as it is written.
pub(super) fn decode(written: &str) -> Cow<'_, str> {
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
pub(super) fn escape(text: &str) -> (char, usize) {
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
    use super::{Halt, decode, object};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut members = Vec::new();
        let end = object(text.as_bytes(), 0, &mut members).unwrap();
        assert_eq!(end, text.len());
        let shown: Vec<_> = members.iter().map(|member| &text[member.whole.clone()]).collect();
        assert_eq!(shown, expected, "{text}");
        // Whatever is cut off, more is asked for.
        for cut in (1..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            let cut = object(&text.as_bytes()[..cut], 0, &mut members);
            assert!(matches!(cut, Err(Halt::More)), "{cut:?} in {text}");
        }
    }

    #[test]
    fn members_are_found_as_they_are_written() {
        check("{}", &[]);
        check("{ \"a\" : \"b\\\"}\" , \"c\":null}", &["\"a\" : \"b\\\"}\"", "\"c\":null"]);
        check(
            "{\"a\":{\"value\":\"]\",\"b\":[1,{}]},\"c\":-1.5e3}",
            &["\"a\":{\"value\":\"]\",\"b\":[1,{}]}", "\"c\":-1.5e3"],
        );
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(object(deep.as_bytes(), 0, &mut Vec::new()).is_ok());
    }

    #[test]
    fn what_is_no_json_is_broken() {
        for text in ["{a:1}", "{\"a\" 1}", "{\"a\":x}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{,}"] {
            let read = object(text.as_bytes(), 0, &mut Vec::new());
            assert!(matches!(read, Err(Halt::Broken(..))), "{read:?} of {text}");
        }
    }

    #[test]
    fn escapes() {
        let check = |written: &str, expected: &str| assert_eq!(decode(written), expected, "{written}");
        check("plain", "plain");
        check(r#"a\"b\\c\/d\n\t"#, "a\"b\\c/d\n\t");
        check(r"\u00e9\u20AC\ud83d\ude00", "é€😀");
        check(r"\ud83dx\ude00", "\u{fffd}x\u{fffd}");
        check(r"\x\u12", r"\x\u12");
        check("a\\r\\nb\\rc", "a\nb\nc");
        check("\\", "\\");
    }
}
