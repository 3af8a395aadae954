//! JSON with places: one object of an array at a time, over text that is in
//! memory. Whatever lies in a value is passed without being built, so that no
//! depth of nesting takes any stack.
//!
//! All of it is held against the grammar (RFC 8259). What breaks the structure
//! stops the reading; a value that is only written wrongly is a flaw, and is read.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

use super::escapes::decode_escapes;
use super::row_halt::RowHalt;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonKind {
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
pub(crate) struct JsonMember {
    /// The name, without its quotes, as written.
    pub(crate) name: Range<usize>,
    /// From the name's first quote to the end of the value.
    pub(crate) whole: Range<usize>,
    /// The value, with its quotes or brackets.
    pub(crate) value: Range<usize>,
    /// What the value is.
    pub(crate) kind: JsonKind,
    /// Whether the name is written with escapes.
    pub(crate) is_escaped: bool,
}

impl JsonMember {
    /// The name as it is meant.
    pub(crate) fn name<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let written = &text[self.name.clone()];
        if self.is_escaped { decode_escapes(written) } else { Cow::Borrowed(written) }
    }

    /// Whether it has that name.
    pub(crate) fn is(&self, text: &str, name: &str) -> bool {
        self.name(text) == name
    }
}

/// Something that the grammar does not allow and that can be passed: what, and at
/// which index of the text.
pub(crate) type JsonFlaw = (&'static str, usize);

const CONTROL: &str = "a control character stands in a JSON text, where it is written as an escape";
const ESCAPE: &str = "a backslash in a JSON text begins no escape";
const NUMBER: &str = "a number is written as no JSON number is";

/// Reads JSON. What it needs for that is kept from one object to the next.
#[derive(Debug, Default)]
pub(crate) struct Json {
    /// The first flaw since somebody took it.
    pub(crate) flaw: Option<JsonFlaw>,
    /// Whether a text with escapes was passed since somebody took it.
    has_escapes: bool,
    /// Whether the object that was read last has arrays in it.
    pub(crate) has_arrays: bool,
    /// The ends of the objects and arrays that are open.
    open: Vec<u8>,
}

/// Where the next character stands that is no space.
pub(crate) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_space(byte)).count()
}

/// Reads the object that begins at `at` into `members`; gives where it ends.
pub(crate) fn json_object(bytes: &[u8], at: usize, members: &mut Vec<JsonMember>) -> Result<usize, RowHalt> {
    Json::default().object(bytes, at, members)
}

impl Json {
    /// Reads the object that begins at `at` into `members`; gives where it ends.
    pub(crate) fn object(
        &mut self,
        bytes: &[u8],
        at: usize,
        members: &mut Vec<JsonMember>,
    ) -> Result<usize, RowHalt> {
        members.clear();
        self.has_arrays = false;
        let mut at = skip_space(bytes, at + 1);
        if bytes.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        loop {
            let member = self.member(bytes, at)?;
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
    pub(crate) fn member(&mut self, bytes: &[u8], at: usize) -> Result<JsonMember, RowHalt> {
        self.has_escapes = false;
        let (name, start) = self.name(bytes, at)?;
        let is_escaped = self.has_escapes;
        let (end, kind) = self.value(bytes, start)?;
        Ok(JsonMember { name, whole: at..end, value: start..end, kind, is_escaped })
    }

    /// Reads the name that begins at `at` and the colon behind it; gives the name
    /// without its quotes, and where the value begins.
    pub(crate) fn name(&mut self, bytes: &[u8], at: usize) -> Result<(Range<usize>, usize), RowHalt> {
        match bytes.get(at) {
            Some(b'"') => {}
            other => return Err(halt(other, at, "a name in quotes is missing")),
        }
        let end = self.text_end(bytes, at)?;
        let colon = skip_space(bytes, end);
        match bytes.get(colon) {
            Some(b':') => Ok((at + 1..end - 1, skip_space(bytes, colon + 1))),
            other => Err(halt(other, colon, "a colon behind a name is missing")),
        }
    }

    /// Passes the value that begins at `at`; gives where it ends.
    pub(crate) fn value(&mut self, bytes: &[u8], at: usize) -> Result<(usize, JsonKind), RowHalt> {
        match bytes.get(at) {
            None => Err(RowHalt::More),
            Some(b'"') => Ok((self.text_end(bytes, at)?, JsonKind::Text)),
            Some(b'{') => Ok((self.nested_end(bytes, at)?, JsonKind::Object)),
            Some(b'[') => Ok((self.nested_end(bytes, at)?, JsonKind::Array)),
            Some(_) => Ok((self.word_end(bytes, at)?, JsonKind::Word)),
        }
    }

    /// Where the word ends that begins at `at`.
    fn word_end(&mut self, bytes: &[u8], at: usize) -> Result<usize, RowHalt> {
        let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let end = at + bytes[at..].iter().take_while(is_of_word).count();
        if end == bytes.len() {
            return Err(RowHalt::More);
        }
        let word = &bytes[at..end];
        if matches!(word, b"true" | b"false" | b"null") || is_number(word) {
            return Ok(end);
        }
        if word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
            self.note(NUMBER, at);
            return Ok(end);
        }
        Err(RowHalt::Broken("a value is missing", at))
    }

    /// Where the text ends whose first quote stands at `at`: behind its last.
    pub(crate) fn text_end(&mut self, bytes: &[u8], at: usize) -> Result<usize, RowHalt> {
        let mut from = at + 1;
        loop {
            let rest = bytes.get(from..).ok_or(RowHalt::More)?;
            let found = from + memchr2(b'"', b'\\', rest).ok_or(RowHalt::More)?;
            let plain = &bytes[from..found];
            // All of it is looked at, as that takes many bytes at once.
            if plain.iter().fold(0, |any, byte| any | u8::from(*byte < b' ')) != 0 {
                let first = plain.iter().position(|byte| *byte < b' ').unwrap_or(0);
                self.note(CONTROL, from + first);
            }
            if bytes[found] == b'"' {
                return Ok(found + 1);
            }
            self.has_escapes = true;
            match bytes.get(found + 1).ok_or(RowHalt::More)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => {
                    let digits = bytes[found + 2..].iter().take(4);
                    let valid = digits.clone().take_while(|byte| byte.is_ascii_hexdigit()).count();
                    if valid < digits.len() {
                        self.note(ESCAPE, found);
                    } else if valid < 4 {
                        return Err(RowHalt::More);
                    }
                }
                _ => self.note(ESCAPE, found),
            }
            from = found + 2;
        }
    }

    /// Where the object or array ends that begins at `at`.
    fn nested_end(&mut self, bytes: &[u8], at: usize) -> Result<usize, RowHalt> {
        self.open.clear();
        let mut at = at;
        loop {
            // A value begins here.
            let end = match bytes.get(at).ok_or(RowHalt::More)? {
                b'{' => b'}',
                b'[' => b']',
                b'"' => {
                    at = self.text_end(bytes, at)?;
                    0
                }
                _ => {
                    at = self.word_end(bytes, at)?;
                    0
                }
            };
            if end != 0 {
                self.has_arrays |= end == b']';
                self.open.push(end);
                at = skip_space(bytes, at + 1);
                if bytes.get(at) != Some(&end) {
                    if end == b'}' {
                        at = self.name(bytes, at)?.1;
                    }
                    continue;
                }
            }
            // It has ended, and with it perhaps what holds it.
            while let Some(&end) = self.open.last() {
                at = skip_space(bytes, at);
                match bytes.get(at) {
                    Some(byte) if *byte == end => {
                        self.open.pop();
                        at += 1;
                    }
                    Some(b',') => break,
                    other => return Err(halt(other, at, "a comma or the end of a value is missing")),
                }
            }
            let Some(&end) = self.open.last() else { return Ok(at) };
            at = skip_space(bytes, at + 1);
            if end == b'}' {
                at = self.name(bytes, at)?.1;
            }
        }
    }

    fn note(&mut self, what: &'static str, at: usize) {
        self.flaw.get_or_insert((what, at));
    }
}

/// Whether a word is a number as JSON writes it.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(word);
    if whole == 0 || whole > 1 && word[0] == b'0' {
        return false;
    }
    let mut rest = &word[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

fn halt(found: Option<&u8>, at: usize, what: &'static str) -> RowHalt {
    if found.is_some() { RowHalt::Broken(what, at) } else { RowHalt::More }
}

#[cfg(test)]
mod tests {
    use super::{Json, RowHalt, json_object};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut members = Vec::new();
        let end = json_object(text.as_bytes(), 0, &mut members).unwrap();
        assert_eq!(end, text.len());
        let shown: Vec<_> = members.iter().map(|member| &text[member.whole.clone()]).collect();
        assert_eq!(shown, expected, "{text}");
        // Whatever is cut off, more is asked for.
        for cut in (1..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            let cut = json_object(&text.as_bytes()[..cut], 0, &mut members);
            assert!(matches!(cut, Err(RowHalt::More)), "{cut:?} in {text}");
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
        assert!(json_object(deep.as_bytes(), 0, &mut Vec::new()).is_ok());
    }

    #[test]
    fn names_are_what_is_meant() {
        let text = r#"{"p\u0069er":1,"b\"":[{}],"c":"\n"}"#;
        let (mut members, mut json) = (Vec::new(), Json::default());
        json.object(text.as_bytes(), 0, &mut members).unwrap();
        let names: Vec<_> = members.iter().map(|member| member.name(text)).collect();
        assert_eq!(names, ["pier", "b\"", "c"]);
        assert!(json.has_arrays);
        json.object(b"{\"a\":{}}", 0, &mut members).unwrap();
        assert!(!json.has_arrays);
    }

    #[test]
    fn what_is_no_json_is_broken() {
        for text in ["{a:1}", "{\"a\" 1}", "{\"a\":x}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{,}"] {
            let read = json_object(text.as_bytes(), 0, &mut Vec::new());
            assert!(matches!(read, Err(RowHalt::Broken(..))), "{read:?} of {text}");
        }
    }

    #[test]
    fn what_is_broken_in_a_value_is_broken() {
        for text in [
            "{\"a\":{\"b\" 1}}",
            "{\"a\":{b\":1}}",
            "{\"a\":[1 2]}",
            "{\"a\":[1,]}",
            "{\"a\":[,1]}",
            "{\"a\":{\"b\":1,}}",
            "{\"a\":[1}}",
            "{\"a\":{\"b\":[]]}",
            "{\"a\":{\"b\":}}",
            "{\"a\":1,}",
        ] {
            let read = json_object(text.as_bytes(), 0, &mut Vec::new());
            assert!(matches!(read, Err(RowHalt::Broken(..))), "{read:?} of {text}");
        }
    }

    /// A flaw is found where the text says `^`, and only there.
    #[test]
    fn flaws_are_what_the_grammar_forbids() {
        let check = |value: &str| {
            let flawed = value.find('^');
            let text = format!("{{\"a\":{}}}", value.replace('^', ""));
            let mut json = Json::default();
            let end = json.object(text.as_bytes(), 0, &mut Vec::new());
            assert_eq!(end, Ok(text.len()), "{text}");
            assert_eq!(json.flaw.map(|(_, at)| at), flawed.map(|at| at + 5), "{text}");
            let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert_eq!(is_json, flawed.is_none(), "{text}");
        };
        for value in ["0", "-0", "10.25", "1e9", "-1.5E+10", "2e-3", "true", "\"\\u00e9\\n\"", "[[],{}]"] {
            check(value);
        }
        for value in ["^01", "^1.", "^-", "^1e", "^1.e2", "^--1", "^1-", "^0x1", "[^00]", "{\"b\":^1e+}"] {
            check(value);
        }
        check("\"a^\nb\"");
        check("\"a^\u{0}b\"");
        check("\"\\\"^\t\"");
        check("\"^\\x\"");
        check("[\"^\\u12\",1234]");
        check("{\"^\n\":1}");
        check("\"\u{7f}\u{9b}\"");
    }
}
