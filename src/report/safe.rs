//! Text from exports, made safe for where it goes. An export is written by
//! others: a user name may hold what moves the cursor of a terminal, turns the
//! direction of a line, makes a link of a message or gives a command to the
//! pipeline whose log it stands in.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What stands for a character that would not show, or would lie about its place.
const HIDDEN: char = '\u{fffd}';

/// The text on one line of a terminal: control characters, line breaks and what
/// changes the direction of text are replaced by something visible.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    replaced(text, Lines::One)
}

/// The text on lines of a terminal: like [`terminal`], but line breaks stay (as
/// `\n`) and tabs become spaces, so that columns can be counted.
#[must_use]
pub fn terminal_lines(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    match text {
        Cow::Borrowed(text) => replaced(text, Lines::Many),
        Cow::Owned(text) => Cow::Owned(replaced(&text, Lines::Many).into_owned()),
    }
}

/// The text on one line of a page in a browser: as [`terminal`], but what only a
/// log would take for a command stays as it is. It is not escaped for HTML.
#[must_use]
pub fn html_line(text: &str) -> Cow<'_, str> {
    shown_as(Cow::Borrowed(text), Lines::One)
}

/// The text on lines of a page in a browser: like [`html_line`], but line breaks
/// stay and tabs become spaces.
#[must_use]
pub fn html_lines(text: &str) -> Cow<'_, str> {
    shown_as(Cow::Borrowed(text), Lines::Many)
}

/// The text as JSON in a page: a string with its quotes, in which nothing can end
/// the element that it stands in.
#[must_use]
pub fn html_json(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 8);
    json.push('"');
    for letter in html_line(text).chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '<' | '>' | '&' => {
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            // Control characters and line separators were replaced above.
            _ => json.push(letter),
        }
    }
    json.push('"');
    json
}

/// The text as a plain-text SARIF message: brackets would begin a link, braces
/// a placeholder.
#[must_use]
pub fn sarif_message(text: &str) -> String {
    let mut message = String::with_capacity(text.len() + 8);
    for letter in sarif_argument(text).chars() {
        match letter {
            '{' => message.push_str("{{"),
            '}' => message.push_str("}}"),
            _ => message.push(letter),
        }
    }
    message
}

/// The text as an argument of a SARIF message, which is put in as it stands:
/// braces mean nothing there.
#[must_use]
pub fn sarif_argument(text: &str) -> String {
    let mut argument = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '[' => argument.push_str("\\["),
            ']' => argument.push_str("\\]"),
            _ => argument.push(visible(letter, Lines::One).unwrap_or(letter)),
        }
    }
    argument
}

/// Our rules' prose (plain text with `code`) as Markdown: what would be
/// formatting or HTML outside of code is escaped.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len() + 16);
    let mut in_code = false;
    let mut rest = text;
    loop {
        // Most of a text is letters that mean nothing, and is taken at once.
        let plain = rest.bytes().take_while(|byte| is_plain(*byte)).count();
        let (plain, other) = rest.split_at(plain);
        markdown.push_str(plain);
        let mut letters = other.chars();
        let Some(letter) = letters.next() else { break };
        rest = letters.as_str();
        if letter == '`' {
            in_code = !in_code;
        }
        match letter {
            '<' if !in_code => markdown.push_str("&lt;"),
            '*' | '_' | '[' | ']' | '\\' | '|' if !in_code => {
                markdown.push('\\');
                markdown.push(letter);
            }
            _ => markdown.push(visible(letter, Lines::Many).unwrap_or(letter)),
        }
    }
    markdown
}

/// Whether a byte is a character that [`markdown`] never changes.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n') && !b"`<*_[]\\|".contains(&byte)
}

/// The text as the message of a workflow command of GitHub Actions: one line,
/// whatever the text holds. Its line breaks stay line breaks where it is shown.
#[must_use]
pub fn workflow_message(text: &str) -> String {
    workflow(text, |_| false)
}

/// The text as the value of a property of a workflow command, where commas and
/// colons would end it.
#[must_use]
pub fn workflow_property(text: &str) -> String {
    workflow(text, |letter| matches!(letter, ':' | ','))
}

fn workflow(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in terminal_lines(text).chars() {
        if matches!(letter, '%' | '\n' | '\r') || is_special(letter) {
            let _ = write!(escaped, "%{:02X}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// The text as a code span of Markdown on one line. Nothing in it is formatting,
/// HTML, a link, a mention or a reference, which escaping cannot promise for all
/// the dialects that reports are pasted into.
#[must_use]
pub fn code_span(text: &str) -> String {
    let text = terminal(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A path as a relative URI reference.
#[must_use]
pub fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        // A colon is legal too, but would make a scheme of what stands before it.
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// At most `limit` characters of the text; where something is cut off, the last
/// of them is `…`.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    // The text itself may be huge: never count more of it than is needed.
    if text.char_indices().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

/// Whether line breaks may stay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// What to show for a character, if it is not the character itself.
fn visible(letter: char, lines: Lines) -> Option<char> {
    match letter {
        '\n' if lines == Lines::Many => None,
        '\t' if lines == Lines::Many => Some(' '),
        // The block of control pictures has these in the same order.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(HIDDEN),
        _ => None,
    }
}

fn replaced(text: &str, lines: Lines) -> Cow<'_, str> {
    shown_as(without_commands(text), lines)
}

fn shown_as(text: Cow<'_, str>, lines: Lines) -> Cow<'_, str> {
    // Nearly all texts are of this kind, and nothing in them is replaced.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') || byte == b'\n' && lines == Lines::Many) {
        return text;
    }
    if text.chars().all(|letter| visible(letter, lines).is_none()) {
        return text;
    }
    Cow::Owned(text.chars().map(|letter| visible(letter, lines).unwrap_or(letter)).collect())
}

/// A CSV cell; one that a spreadsheet would take for a formula gets a quote in front.
#[must_use]
pub fn csv(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// The text without what the agents of GitHub and Azure DevOps take for a command
/// wherever it stands in a line of a log: `##[…]`, and `##vso[…]`, which sets
/// variables of later steps. A character stays a character.
fn without_commands(text: &str) -> Cow<'_, str> {
    if !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, command) = rest.split_at(at);
        let name = &command.as_bytes()[2..];
        let begins_command = name.first() == Some(&b'[')
            || name.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"vso["));
        safe.push_str(before);
        safe.push('#');
        // Of `###[` the second and the third may still be one.
        rest = &command[if begins_command { 2 } else { 1 }..];
        if begins_command {
            safe.push(HIDDEN);
        }
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::{
        code_span, html_json, html_line, html_lines, markdown, relative_uri, sarif_argument, sarif_message,
        shortened, terminal, terminal_lines, workflow_message, workflow_property,
    };

    #[test]
    fn nothing_reaches_the_terminal_that_moves_or_hides() {
        assert_eq!(terminal("svc\u{1b}[2Jsap\r\n\t\u{7f}"), "svc␛[2Jsap␍␊␉␡");
        assert_eq!(
            terminal("a\u{202e}b\u{2066}c\u{9b}d\u{e0041}e\u{feff}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert_eq!(terminal("Jürgen Müller 李"), "Jürgen Müller 李");
        assert_eq!(terminal_lines("a\r\n\tb\rc"), "a\n b␍c");
    }

    #[test]
    fn no_pipeline_takes_a_text_for_a_command() {
        let check = |text: &str, expected: &str| assert_eq!(terminal(text), expected, "{text}");
        check("##vso[task.setvariable variable=x]y", "#\u{fffd}vso[task.setvariable variable=x]y");
        check("a ##VSO[x] ##[add-path]/tmp", "a #\u{fffd}VSO[x] #\u{fffd}[add-path]/tmp");
        check("###[error]####vso[x", "##\u{fffd}[error]###\u{fffd}vso[x");
        check("## heading ##vs ##", "## heading ##vs ##");
        check("##é[x]", "##é[x]");
    }

    #[test]
    fn a_workflow_command_stays_one_line() {
        assert_eq!(workflow_message("100%\r\n::set-env::a\rb: c, d"), "100%25%0A::set-env::a␍b: c, d");
        assert_eq!(workflow_property("a:b,c\n%0A::x"), "a%3Ab%2Cc%0A%250A%3A%3Ax");
    }

    #[test]
    fn a_code_span_ends_where_it_should() {
        let check = |text: &str, expected: &str| assert_eq!(code_span(text), expected, "{text}");
        check("<b>@all #1 [x](y) http://z", "`<b>@all #1 [x](y) http://z`");
        check("a `b` ``c", "```a `b` ``c```");
        check("`", "`` ` ``");
        check("a\n\nb", "`a␊␊b`");
        check(" ", "(empty)");
    }

    #[test]
    fn sarif_messages_have_no_links_or_placeholders() {
        assert_eq!(sarif_message("[click](http://x) {0}\u{1b}"), "\\[click\\](http://x) {{0}}␛");
        assert_eq!(sarif_argument("[a] {0}"), "\\[a\\] {0}");
    }

    #[test]
    fn a_page_shows_what_hides_and_no_text_ends_its_data() {
        assert_eq!(html_line("svc\u{202e}\u{1b}\n##vso[x]"), "svc\u{fffd}␛␊##vso[x]");
        assert_eq!(html_lines("a\n\tb\u{2028}"), "a\n b\u{fffd}");
        let check = |text: &str, expected: &str| {
            assert_eq!(html_json(text), expected, "{text}");
            let back: String = serde_json::from_str(&html_json(text)).unwrap();
            assert_eq!(back, html_line(text), "{text}");
        };
        check("</script><!--", r#""\u003c/script\u003e\u003c!--""#);
        check("a\"b\\c\u{2029}d", "\"a\\\"b\\\\c\u{fffd}d\"");
    }

    #[test]
    fn prose_stays_prose_in_markdown() {
        assert_eq!(markdown("All > *x* `a_b<c>` <b>"), "All > \\*x\\* `a_b<c>` &lt;b>");
    }

    #[test]
    fn uris_are_relative_and_encoded() {
        assert_eq!(relative_uri("a b/Größe#1?.xml"), "a%20b/Gr%C3%B6%C3%9Fe%231%3F.xml");
        assert_eq!(relative_uri("x:y.zip!/m%.xml"), "x%3Ay.zip!/m%25.xml");
    }

    #[test]
    fn shortened_text_says_so() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "ab…");
        assert_eq!(shortened("äöüß", 3), "äö…");
        assert_eq!(shortened("", 0), "");
    }
}
