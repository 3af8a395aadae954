//! What XML demands of one token, of which the XML library lets more pass.
//!
//! Sources: W3C, "Extensible Markup Language (XML) 1.0 (Fifth Edition)", 2.2 to
//! 2.8, 3.1 and 4.1.

use std::collections::HashSet;

use memchr::memmem;

/// The entities that every XML text has.
const ENTITIES: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];

/// What is wrong with a token, and how many bytes from its start on.
pub(super) type Wrong = (&'static str, usize);

/// What came of looking at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    /// It is as it should be.
    Fine,
    /// An `&` in it begins nothing, and nothing is lost if it is read as it stands.
    LoneAmpersand(usize),
    /// It can be read, but something is missing in it or around it.
    Flawed(Wrong),
    /// What is read as one token was more than one.
    Torn(Wrong),
}

/// Checks a start or empty tag.
pub(super) fn start_tag(tag: &str) -> Checked {
    let end = tag.len().saturating_sub(if tag.ends_with("/>") { 2 } else { 1 });
    if let Some(at) = memchr::memrchr(b'<', tag.as_bytes()).filter(|at| *at > 0) {
        return Checked::Torn(("another tag begins inside this tag: a quote or a > is missing", at));
    }
    let Some(inside) = tag.get(1..end) else { return Checked::Flawed(("a tag without a name", 0)) };
    let name = name_length(inside);
    if name == 0 {
        return Checked::Flawed(("a tag without a name", 0));
    }
    match attributes(&inside[name..]) {
        Checked::LoneAmpersand(at) => Checked::LoneAmpersand(at + name + 1),
        Checked::Flawed((what, at)) => Checked::Flawed((what, at + name + 1)),
        other => other,
    }
}

/// Checks an end tag.
pub(super) fn end_tag(tag: &str) -> Checked {
    let inside = tag.strip_prefix("</").and_then(|tag| tag.strip_suffix('>')).unwrap_or_default();
    let name = name_length(inside);
    let is_fine = name > 0 && is_space(&inside[name..]);
    if is_fine { Checked::Fine } else { Checked::Torn(("an end tag with more than a name", name + 2)) }
}

/// Checks what begins with `<!--` or `<?`. A declaration may stand only where
/// the text begins.
pub(super) fn other(token: &str, is_at_start: bool) -> Checked {
    if let Some(comment) = token.strip_prefix("<!--") {
        let text = comment.strip_suffix("-->").unwrap_or_default();
        let is_fine = comment.len() >= 3 && !text.contains("--") && !text.ends_with('-');
        return if is_fine { Checked::Fine } else { Checked::Flawed(("a -- in a comment", 0)) };
    }
    let Some(instruction) = token.strip_prefix("<?") else { return Checked::Fine };
    let instruction = instruction.strip_suffix("?>").unwrap_or(instruction);
    let name = name_length(instruction);
    let (target, rest) = instruction.split_at(name);
    let is_apart = rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_whitespace());
    if !target.eq_ignore_ascii_case("xml") {
        let is_fine = name > 0 && is_apart;
        return if is_fine { Checked::Fine } else { Checked::Flawed(("an instruction without a name", 0)) };
    }
    if target != "xml" || !is_at_start {
        return Checked::Flawed(("an XML declaration where none may stand", 0));
    }
    if is_declaration(rest) { Checked::Fine } else { Checked::Flawed(("a damaged XML declaration", 0)) }
}

/// Whether what follows `<?xml` is what a declaration says, in its order.
pub(super) fn is_declaration(rest: &str) -> bool {
    if attributes(rest) != Checked::Fine {
        return false;
    }
    let names: Vec<&str> =
        rest.split('=').map(|part| part.rsplit(['"', '\'']).next().unwrap_or(part)).collect();
    let mut names = names[..names.len() - 1].iter().map(|name| name.trim()).peekable();
    let version = rest.split(['"', '\'']).nth(1).and_then(|version| version.strip_prefix("1."));
    let is_number = |version: &str| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let has_version = names.next() == Some("version") && version.is_some_and(is_number);
    names.next_if_eq(&"encoding");
    names.next_if_eq(&"standalone");
    has_version && names.next().is_none()
}

/// Checks a run of text without references, other than an `&` at its start that
/// begins none.
pub(super) fn text(text: &str) -> Checked {
    if let Some(at) = memmem::find(text.as_bytes(), b"]]>") {
        return Checked::Flawed(("]]> where no CDATA section ends", at));
    }
    match text.strip_prefix('&') {
        None => Checked::Fine,
        Some(behind) => lone_ampersand(behind),
    }
}

/// Checks a reference, written with its `&` and `;`.
pub(super) fn reference(written: &str) -> Checked {
    let inside = written.get(1..written.len() - 1).unwrap_or_default();
    if is_reference(inside) {
        return Checked::Fine;
    }
    let number = inside.strip_prefix('#').unwrap_or(inside);
    // Two of these stand for one character beyond U+FFFF, as some exporters write it.
    let is_half =
        inside.starts_with('#') && number.parse().is_ok_and(|code: u32| (0xD800..0xE000).contains(&code));
    let is_number =
        number.strip_prefix(['x', 'X']).unwrap_or(number).bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number =
        is_number && (inside.starts_with('#') || number.contains(|digit: char| digit.is_ascii_digit()));
    let is_remnant = ENTITIES.iter().any(|name| is_part_of(inside, name));
    match is_half {
        false if is_number || is_remnant => DAMAGED,
        false if inside.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Checked::LoneAmpersand(0),
        false => lone_ampersand(inside),
        true => Checked::LoneAmpersand(0),
    }
}

const DAMAGED: Checked = Checked::Flawed(("an & that begins no entity, where one seems to be damaged", 0));

/// An `&` that begins no reference, by what follows it.
fn lone_ampersand(behind: &str) -> Checked {
    let was_one = behind.starts_with('#') || ENTITIES.iter().any(|name| behind.starts_with(name));
    if was_one { DAMAGED } else { Checked::LoneAmpersand(0) }
}

/// Whether the letters of `part` stand in `whole` in their order.
fn is_part_of(part: &str, whole: &str) -> bool {
    let mut letters = whole.bytes();
    part.bytes().all(|letter| letters.any(|other| other == letter))
}

/// Whether what stands between `&` and `;` is an entity that every XML text has,
/// or the number of a character that may stand in one.
pub(super) fn is_reference(inside: &str) -> bool {
    let Some(number) = inside.strip_prefix('#') else { return ENTITIES.contains(&inside) };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let is_digits = !number.starts_with('+') && !number.starts_with("x+");
    let is_allowed = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    is_digits && code.ok().and_then(char::from_u32).is_some_and(is_allowed)
}

/// Checks what stands in a tag behind its name.
fn attributes(written: &str) -> Checked {
    const NO_VALUE: &str = "an attribute without a value in quotes";
    let mut checked = Checked::Fine;
    let mut names = HashSet::new();
    let mut rest = written;
    let at = |rest: &str| written.len() - rest.len();
    loop {
        let trimmed = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
        if trimmed.is_empty() {
            return checked;
        }
        if trimmed.len() == rest.len() {
            return Checked::Flawed(("an attribute without a space before it", at(rest)));
        }
        let (name, behind) = trimmed.split_at(name_length(trimmed));
        let value = behind.trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start);
        let quote =
            value.and_then(|value| value.bytes().next()).filter(|quote| matches!(quote, b'"' | b'\''));
        let (Some(value), Some(quote), false) = (value, quote, name.is_empty()) else {
            return Checked::Flawed((NO_VALUE, at(trimmed)));
        };
        let Some(length) = memchr::memchr(quote, &value.as_bytes()[1..]) else {
            return Checked::Flawed((NO_VALUE, at(trimmed)));
        };
        if !names.insert(name) {
            return Checked::Flawed(("an attribute that stands twice in one tag", at(trimmed)));
        }
        match ampersands(&value[1..=length]) {
            Checked::Flawed((what, inside)) => return Checked::Flawed((what, at(value) + 1 + inside)),
            Checked::LoneAmpersand(inside) if checked == Checked::Fine => {
                checked = Checked::LoneAmpersand(at(value) + 1 + inside);
            }
            _ => {}
        }
        rest = &value[length + 2..];
    }
}

/// Checks the references in a value.
fn ampersands(value: &str) -> Checked {
    let mut checked = Checked::Fine;
    for at in memchr::memchr_iter(b'&', value.as_bytes()) {
        let behind = &value[at + 1..];
        let end = behind.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#');
        let found = match end.filter(|end| behind[*end..].starts_with(';')) {
            Some(end) => reference(&value[at..at + end + 2]),
            None => lone_ampersand(behind),
        };
        match found {
            Checked::Flawed((what, _)) => return Checked::Flawed((what, at)),
            Checked::LoneAmpersand(_) if checked == Checked::Fine => checked = Checked::LoneAmpersand(at),
            _ => {}
        }
    }
    checked
}

/// How many bytes the name at the start of a text has.
fn name_length(text: &str) -> usize {
    let mut letters = text.char_indices();
    match letters.next() {
        Some((_, first)) if begins_name(first) => {}
        _ => return 0,
    }
    let end = letters.find(|(_, letter)| !(begins_name(*letter) || goes_on_in_name(*letter)));
    end.map_or(text.len(), |(at, _)| at)
}

fn begins_name(letter: char) -> bool {
    matches!(letter,
        ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn goes_on_in_name(letter: char) -> bool {
    matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::{Checked, end_tag, other, reference, start_tag, text};

    #[track_caller]
    fn check(checked: Checked, expected: &str) {
        let found = match checked {
            Checked::Fine => "fine".to_owned(),
            Checked::LoneAmpersand(at) => format!("lone {at}"),
            Checked::Flawed((what, at)) => format!("flawed {at}: {what}"),
            Checked::Torn((what, at)) => format!("torn {at}: {what}"),
        };
        assert!(found.starts_with(expected) && !expected.is_empty(), "{found}, not {expected}");
    }

    #[test]
    fn start_tags() {
        let check = |tag: &str, expected: &str| check(start_tag(tag), expected);
        check("<a>", "fine");
        check("<a/>", "fine");
        check("<a b=\"1\" c='2'\n/>", "fine");
        check("<é:x-1 b = \"a > b &amp; &#10;\">", "fine");
        check("<>", "flawed");
        check("<1a>", "flawed");
        check("<a b>", "flawed 3: an attribute without a value");
        check("<a b=c>", "flawed 3: an attribute without a value");
        check("<a b=\"1>", "flawed 3: an attribute without a value");
        check("<a b=\"1\"c=\"2\">", "flawed 8: an attribute without a space");
        check("<a b=\"1\" b='2'>", "flawed 9: an attribute that stands twice");
        check("<a b=\"1\" \"2\">", "flawed 9: an attribute without a value");
        check("<a b=\"x & y\">", "lone 8");
        check("<a b=\"x &am; y\">", "flawed 8: an & that begins");
        check("<a b=\"1>\n<c d=\"2\">", "torn 9: another tag");
        check("<a <b>", "torn 3: another tag");
    }

    #[test]
    fn end_tags() {
        let check = |tag: &str, expected: &str| check(end_tag(tag), expected);
        check("</a>", "fine");
        check("</a \n>", "fine");
        check("</a b>", "torn");
        check("</a b=\"c\">", "torn");
        check("</a<b>", "torn");
        check("</ a>", "torn");
    }

    #[test]
    fn comments_instructions_and_declarations() {
        let check = |token: &str, expected: &str| check(other(token, true), expected);
        check("<!-- a - b -->", "fine");
        check("<!---->", "fine");
        check("<!-- a -- b -->", "flawed");
        check("<!-- a --->", "flawed");
        check("<!-->", "flawed");
        check("<?pi?>", "fine");
        check("<?pi a=b?>", "fine");
        check("<?1?>", "flawed");
        check("<?pi=1?>", "flawed");
        check("<?xml version=\"1.0\"?>", "fine");
        check("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>", "fine");
        check("<?xml version=\"1.0\" standalone=\"no\"?>", "fine");
        check("<?xml?>", "flawed");
        check("<?xml version=\"1.\"?>", "flawed");
        check("<?xml version=\".0\" encoding=\"UTF-8\"?>", "flawed");
        check("<?xml versin=\"1.0\"?>", "flawed");
        check("<?xml version=\"1.0\"encoding=\"UTF-8\"?>", "flawed");
        check("<?xml version=\"1.0 encoding=\"UTF-8\"?>", "flawed");
        check("<?xml encoding=\"UTF-8\"?>", "flawed");
        check("<?XML version=\"1.0\"?>", "flawed");
        self::check(other("<?xml version=\"1.0\"?>", false), "flawed");
    }

    #[test]
    fn texts_and_references() {
        check(text("a ]] > b"), "fine");
        check(text("a ]]> b"), "flawed 2");
        check(text("& b"), "lone 0");
        check(text("&D"), "lone 0");
        check(text("&amp b"), "flawed");
        check(text("&#10"), "flawed");
        let check = |written: &str, expected: &str| check(reference(written), expected);
        for fine in ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#10;", "&#x1F600;", "&#233;"] {
            check(fine, "fine");
        }
        for damaged in
            ["&am;", "&mp;", "&t;", "&;", "&#;", "&#x;", "&10;", "&x20;", "&#0;", "&#x1f;", "&qot;"]
        {
            check(damaged, "flawed");
        }
        for lone in ["&B;", "&eacute;", "& b;", "&#55357;"] {
            check(lone, "lone");
        }
    }
}
