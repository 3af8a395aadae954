//! The element of a field with another value, in the form in which it is written.

use crate::revisit::Snippet;

/// How `<` is written, as it is or in an escaped payload, and how `>` may be then.
const BRACKETS: [(&str, &[&str]); 6] = [
    ("<", &[">"]),
    ("&lt;", &["&gt;", ">"]),
    ("&#60;", &["&#62;", "&gt;", ">"]),
    ("&#x3c;", &["&#x3e;", "&gt;", ">"]),
    ("&#x3C;", &["&#x3E;", "&gt;", ">"]),
    ("&amp;lt;", &["&amp;gt;", "&gt;", ">"]),
];
const CDATA: (&str, &str) = ("<![CDATA[", "]]>");

/// The element of field `name` that a snippet shows, with the text `value`; `None`
/// where the snippet does not show all of it, or it is not an element of plain
/// text. Attributes stay as they are.
///
/// `value` must be written alike in every form: letters, digits, a few marks.
#[must_use]
pub fn mended(snippet: &Snippet, name: &str, value: &str) -> Option<String> {
    let is_all = !snippet.redacted && u64::try_from(snippet.text.len()) == Ok(snippet.region.span.len());
    if is_all { mended_element(&snippet.text, name, value) } else { None }
}

fn mended_element(written: &str, name: &str, value: &str) -> Option<String> {
    let begins = |(open, _): &&(&str, &[&str])| {
        let rest = written.strip_prefix(open).and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with(['/', '>', '&']) || rest.starts_with(char::is_whitespace))
    };
    let (open, closes) = BRACKETS.iter().find(begins)?;
    let close = closes.iter().find(|close| written.ends_with(**close))?;
    let end_tag = format!("{open}/{name}{close}");
    if let Some(empty) = written.strip_suffix(close).and_then(|tag| tag.strip_suffix('/')) {
        let is_one_tag = end_of_tag(empty, close).is_none();
        return is_one_tag.then(|| format!("{}{close}{value}{end_tag}", empty.trim_end()));
    }
    let content_start = end_of_tag(written, close)?;
    let (tag, rest) = written.split_at(content_start);
    let content = rest.strip_suffix(&end_tag)?;
    let is_section = content.strip_prefix(CDATA.0).and_then(|text| text.strip_suffix(CDATA.1));
    let text = is_section.unwrap_or(content);
    // Other elements, or a payload's own section that is cut here.
    let is_text = !text.contains(open) && !text.contains(CDATA.0) && !text.contains(CDATA.1);
    is_text.then(|| format!("{tag}{value}{end_tag}"))
}

/// Where the start tag ends: `>` may stand in a quoted value.
fn end_of_tag(written: &str, close: &str) -> Option<usize> {
    let is_quoted = |before: &str| {
        let quotes = before.matches('"').count() + before.matches("&quot;").count();
        quotes % 2 == 1
    };
    let found = written.match_indices(close).find(|(at, _)| !is_quoted(&written[..*at]));
    found.map(|(at, _)| at + close.len())
}

#[cfg(test)]
mod tests {
    use super::mended_element;

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        assert_eq!(mended_element(written, "v", "true").as_deref(), expected, "{written}");
    }

    #[test]
    fn in_every_form() {
        check("<v>false</v>", Some("<v>true</v>"));
        check("<v/>", Some("<v>true</v>"));
        check("<v />", Some("<v>true</v>"));
        check("<v display_value=\"a > b\">false</v>", Some("<v display_value=\"a > b\">true</v>"));
        check("<v display_value=\"a > b\"/>", Some("<v display_value=\"a > b\">true</v>"));
        check("<v><![CDATA[false]]></v>", Some("<v>true</v>"));
        check("&lt;v&gt;false&lt;/v&gt;", Some("&lt;v&gt;true&lt;/v&gt;"));
        check("&lt;v/&gt;", Some("&lt;v&gt;true&lt;/v&gt;"));
        check("&lt;v>false&lt;/v>", Some("&lt;v>true&lt;/v>"));
        check("&#60;v a=&#34;b&#34;&#62;0&#60;/v&#62;", Some("&#60;v a=&#34;b&#34;&#62;true&#60;/v&#62;"));
        check("&amp;lt;v&amp;gt;1&amp;lt;/v&amp;gt;", Some("&amp;lt;v&amp;gt;true&amp;lt;/v&amp;gt;"));
    }

    #[test]
    fn not_where_more_than_text_stands_in_it() {
        check("<v><a/></v>", None);
        check("<v>a<![CDATA[b]]></v>", None);
        check("<v><![CDATA[a]]]]><![CDATA[>]]></v>", None);
        check("<w>false</w>", None);
        check("<va/>", None);
        check("<v>false", None);
        check("", None);
    }
}
