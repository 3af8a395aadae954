//! Rows of CSV with the place of each value, over text that is in memory; and
//! rows of worksheets, which have no quotes.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3};

use super::row_halt::RowHalt;

/// How values are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// What stands between values.
    pub(crate) delimiter: u8,
    /// Whether quotes go around values; else `\` begins an escape.
    pub(crate) has_quotes: bool,
}

impl Dialect {
    /// How a worksheet is given as text.
    pub(crate) const SHEET: Self = Self { delimiter: b'\t', has_quotes: false };

    /// The text of a value as it is written; line ends read as `\n`.
    pub(crate) fn decode(self, written: &str) -> Cow<'_, str> {
        if self.has_quotes { decode_quoted(written) } else { decode_cell(written) }
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvValue {
    /// As written, with its quotes.
    pub(crate) whole: Range<usize>,
    /// Whether it stands in quotes.
    pub(crate) is_quoted: bool,
}

/// Where a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowEnd {
    /// Before its line end.
    pub(crate) end: usize,
    /// Behind it.
    pub(crate) next: usize,
    /// The first quote that is where none may be: behind the last quote of a
    /// value comes another value, and a value without quotes around it has none.
    pub(crate) stray: Option<usize>,
}

/// What a stray quote means.
pub(crate) const STRAY: &str = "a quote stands where CSV has none, so one before it may be missing";

/// The line with which spreadsheets are told what stands between values, such as
/// `sep=;`: that, and the length of the line with its end.
pub(crate) fn delimiter_hint(text: &str) -> Option<(u8, usize)> {
    let (line, length) = text.split_once('\n').map_or((text, text.len()), |(line, _)| (line, line.len() + 1));
    let line = line.trim_end_matches('\r');
    let (name, value) = line.split_at_checked("sep=".len())?;
    let &[delimiter] = value.as_bytes() else { return None };
    let is_hint = name.eq_ignore_ascii_case("sep=") && delimiter != b'"' && delimiter.is_ascii();
    is_hint.then_some((delimiter, length))
}

/// Reads the row that begins at `at` into `values`. `is_last` says that no more
/// text comes behind this.
pub(crate) fn csv_row(
    bytes: &[u8],
    at: usize,
    dialect: Dialect,
    is_last: bool,
    values: &mut Vec<CsvValue>,
) -> Result<RowEnd, RowHalt> {
    values.clear();
    let start = at;
    let mut at = at;
    let mut stray = None;
    loop {
        let (value, behind) = value(bytes, at, dialect, is_last)?;
        let end = value.whole.end;
        stray = stray.or(behind);
        values.push(value);
        let next = match bytes.get(end) {
            Some(byte) if *byte == dialect.delimiter => {
                at = end + 1;
                continue;
            }
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
            Some(b'\r') if end + 1 == bytes.len() && !is_last => return Err(RowHalt::More),
            Some(_) => end + 1,
            None if is_last => end,
            None => return Err(RowHalt::More),
        };
        // Where tabs stand between values, a quote is a letter like others.
        if stray.is_none() && dialect.has_quotes && dialect.delimiter != b'\t' {
            stray = bare_quote(bytes, start..end, values);
        }
        return Ok(RowEnd { end, next, stray });
    }
}

/// The first quote in a value that has none around it.
fn bare_quote(bytes: &[u8], row: Range<usize>, values: &[CsvValue]) -> Option<usize> {
    memchr(b'"', &bytes[row])?;
    let mut plain = values.iter().filter(|value| !value.is_quoted);
    plain.find_map(|value| Some(value.whole.start + memchr(b'"', &bytes[value.whole.clone()])?))
}

/// Reads the value that begins at `at`: it ends before a delimiter, a line end or
/// the end of the text. Gives the last of its quotes too, if more stands behind it.
fn value(
    bytes: &[u8],
    at: usize,
    dialect: Dialect,
    is_last: bool,
) -> Result<(CsvValue, Option<usize>), RowHalt> {
    let is_quoted = dialect.has_quotes && bytes.get(at) == Some(&b'"');
    let mut end = at;
    if is_quoted {
        end = at + 1;
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            let Some(quote) = memchr(b'"', rest) else {
                return Err(if is_last { RowHalt::OpenQuote } else { RowHalt::More });
            };
            end += quote + 1;
            match bytes.get(end) {
                Some(b'"') => end += 1,
                None if !is_last => return Err(RowHalt::More),
                _ => break,
            }
        }
    }
    let rest = bytes.get(end..).unwrap_or_default();
    // Whatever follows the last quote belongs to the value.
    let length = match memchr3(dialect.delimiter, b'\n', b'\r', rest) {
        Some(length) => length,
        None if is_last => rest.len(),
        None => return Err(RowHalt::More),
    };
    let stray = (is_quoted && length > 0).then(|| end - 1);
    Ok((CsvValue { whole: at..end + length, is_quoted }, stray))
}

/// The text of a value as it is written in CSV; line ends read as `\n`.
pub(crate) fn decode_quoted(written: &str) -> Cow<'_, str> {
    let Some(rest) = written.strip_prefix('"') else { return Cow::Borrowed(written) };
    let plain = rest.strip_suffix('"').filter(|text| memchr3(b'"', b'\r', 0, text.as_bytes()).is_none());
    if let Some(plain) = plain {
        return Cow::Borrowed(plain);
    }
    let mut text = String::with_capacity(rest.len());
    let mut rest = rest;
    while let Some(at) = rest.find('"') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(behind) => {
                text.push('"');
                rest = behind;
            }
            // The last quote, and what stands behind it.
            None => break,
        }
    }
    text.push_str(rest);
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The text of a cell of a worksheet as it is given: `\n`, `\t` and `\\` stand
/// for what would end it.
pub(crate) fn decode_cell(written: &str) -> Cow<'_, str> {
    if !written.contains('\\') {
        return Cow::Borrowed(written);
    }
    let mut text = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::{Dialect, RowHalt, csv_row, delimiter_hint};

    const COMMA: Dialect = Dialect { delimiter: b',', has_quotes: true };

    /// Reads all rows; values are shown as they are meant.
    fn rows(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let mut values = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = csv_row(text.as_bytes(), at, dialect, true, &mut values).unwrap();
            let written = values.iter().map(|value| &text[value.whole.clone()]);
            let meant = written.map(|text| dialect.decode(text));
            rows.push(meant.map(std::borrow::Cow::into_owned).collect());
            at = end.next;
        }
        rows
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(rows(text, COMMA), expected, "{text:?}");
        // Cut anywhere, a row is the same or asks for more.
        let mut values = Vec::new();
        let whole = csv_row(text.as_bytes(), 0, COMMA, true, &mut values).unwrap();
        let first = values.clone();
        for cut in 0..text.len() {
            match csv_row(&text.as_bytes()[..cut], 0, COMMA, false, &mut values) {
                Ok(end) => assert_eq!((end, &values), (whole, &first), "{text:?} up to {cut}"),
                Err(halt) => assert!(matches!(halt, RowHalt::More), "{halt:?} in {text:?} up to {cut}"),
            }
        }
    }

    #[test]
    fn values_quotes_and_line_ends() {
        check("a,b\r\nc,d\r\n", &[&["a", "b"], &["c", "d"]]);
        check("a,,\n,\n", &[&["a", "", ""], &["", ""]]);
        check("\"a\"\"b\",\"c,\r\nd\"\r\ne,f", &[&["a\"b", "c,\nd"], &["e", "f"]]);
        check("\"\",\"\"\"\"\n", &[&["", "\""]]);
        // Not as the platform writes.
        check("\"a\"b,c\"d\n", &[&["ab", "c\"d"]]);
        check("a\rb\r", &[&["a"], &["b"]]);
        let open = csv_row(b"a,\"b\n", 0, COMMA, true, &mut Vec::new());
        assert!(matches!(open, Err(RowHalt::OpenQuote)));
    }

    #[test]
    fn a_quote_where_none_may_be_is_found() {
        let check = |text: &str, delimiter: u8| {
            let stray = text.find('^');
            let text = text.replace('^', "");
            let dialect = Dialect { delimiter, has_quotes: true };
            let end = csv_row(text.as_bytes(), 0, dialect, true, &mut Vec::new()).unwrap();
            assert_eq!(end.stray, stray, "{text}");
        };
        for row in ["\"a\",\"b\"\n", "\"a\"\"b\",\"\"\n", "a,b\n", "\"a,\nb\",c", "\"\"\"\"\r\n"] {
            check(row, b',');
        }
        for row in ["\"a^\"b,c\n", "\"a,^\"b\",c\n", "a^\",\"b\"\n", "a,\"b^\" \n", "a ^\"\"b\"\"\n"] {
            check(row, b',');
        }
        check("24\" screen\tb\n", b'\t');
    }

    #[test]
    fn a_hint_names_the_delimiter() {
        let check = |text: &str, expected| assert_eq!(delimiter_hint(text), expected, "{text:?}");
        check("sep=;\r\na;b\r\n", Some((b';', 7)));
        check("SEP=,\na,b", Some((b',', 6)));
        check("sep=\t\n", Some((b'\t', 6)));
        check("sep=|", Some((b'|', 5)));
        check("sep=\n", None);
        check("sep=ab\n", None);
        check("separate,b\n", None);
        check("é", None);
    }

    #[test]
    fn cells_of_worksheets() {
        let expected: Vec<Vec<String>> = vec![vec!["a\nb".into(), "\"c\\".into()], vec!["\t".into()]];
        assert_eq!(rows("a\\nb\t\"c\\\\\n\\t\n", Dialect::SHEET), expected);
    }
}
