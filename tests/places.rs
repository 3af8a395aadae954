//! Every value leads back to the bytes it stands in: whatever a field holds,
//! however it is written, and however many payloads lie around it, the reported
//! span is the element as written in the outer file, and the value is what was
//! meant.
//!
//! The generator writes each text with a map from its bytes to those that were
//! written for them, so that what the reader should say is known without it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/records.rs"]
mod records;

use std::fmt::Write as _;

use glidelint::export::{RecordSink, reread};
use glidelint::facts::ReadFile;
use glidelint::finding::{FieldPart, Place, PlaceRole, Target};
use glidelint::locate::{ScannedFiles, locate_places, show_place};
use glidelint::record::Origin;
use glidelint::source::Source;
use glidelint::span::{ByteSpan, LineColumn};
use glidelint::xml::TokenReader;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use records::{Keep, Seen, read_wanted};

/// The table and the column that all is about; no dictionary knows them.
const TABLE: &str = "x_pier_berth";
const COLUMN: &str = "notes";

/// How a text is written as the content of an element.
#[derive(Debug, Clone)]
enum Form {
    /// `&lt;` and the like, and only where needed.
    Escaped,
    /// One CDATA section, split only where `]]>` asks for it.
    CData,
    /// A new section every so many characters.
    SplitCData(usize),
    /// Markup characters and line ends by number, or every character so.
    ByNumber { hexadecimal: bool, every: bool },
    /// CDATA and escaped text in turn, every so many characters.
    Mixed(usize),
}

/// How the outer file's characters become bytes.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16Le,
    Utf16Be,
    Utf16LeWithMark,
    Utf16BeWithMark,
}

/// A text as written, and for each of its bytes which written bytes say it.
struct Written {
    text: String,
    of: Vec<(usize, usize)>,
}

/// A document, and where in it the element and the record are.
#[derive(Debug, Clone)]
struct Document {
    text: String,
    element: (usize, usize),
    content: (usize, usize),
    record: (usize, usize),
    start_tag: (usize, usize),
    /// For each byte of the value, which written bytes say it.
    value: Vec<(usize, usize)>,
}

/// Everything that is chosen for one case.
#[derive(Debug, Clone)]
struct Case {
    value: String,
    display: String,
    field_form: Form,
    /// One for each payload, the innermost first.
    payload_forms: Vec<Form>,
    line_end: &'static str,
    encoding: Encoding,
    declaration: &'static str,
}

fn write(text: &str, form: &Form) -> Written {
    let mut out = String::new();
    let mut of = Vec::new();
    let mut in_cdata = false;
    // What the open section holds so far; `]]>` must not come about in it.
    let mut section = String::new();
    if matches!(form, Form::CData | Form::SplitCData(_)) {
        out.push_str("<![CDATA[");
        in_cdata = true;
    }
    for (index, character) in text.chars().enumerate() {
        let wants_cdata = match form {
            Form::CData | Form::SplitCData(_) => true,
            Form::Mixed(every) => (index / every) % 2 == 0,
            Form::Escaped | Form::ByNumber { .. } => false,
        };
        let is_split = matches!(form, Form::SplitCData(every) if index % every == 0)
            || (character == '>' && section.ends_with("]]"));
        if in_cdata && (!wants_cdata || is_split) {
            out.push_str("]]>");
            in_cdata = false;
        }
        if wants_cdata && !in_cdata {
            out.push_str("<![CDATA[");
            section.clear();
            in_cdata = true;
        }
        let start = out.len();
        if wants_cdata {
            out.push(character);
            section.push(character);
        } else {
            out.push_str(&escaped(character, form));
        }
        of.extend(std::iter::repeat_n((start, out.len()), character.len_utf8()));
    }
    if in_cdata {
        out.push_str("]]>");
    }
    Written { text: out, of }
}

fn escaped(character: char, form: &Form) -> String {
    let code = u32::from(character);
    match (form, character) {
        (Form::ByNumber { hexadecimal, every }, _) if *every || "<>&\"'\r\n\t".contains(character) => {
            if *hexadecimal {
                format!("&#x{code:X};")
            } else {
                format!("&#{code};")
            }
        }
        (_, '<') => "&lt;".to_owned(),
        (_, '>') => "&gt;".to_owned(),
        (_, '&') => "&amp;".to_owned(),
        (_, other) => other.to_string(),
    }
}

/// `<x_pier_berth>` with the field, in the root of an app file or an unload.
fn innermost(case: &Case, root: (&str, &str)) -> Document {
    let end = case.line_end;
    let mut text = format!("{}{end}{}{end}", case.declaration, root.0);
    let record = text.len();
    write!(text, "<{TABLE} action=\"INSERT_OR_UPDATE\">").unwrap();
    let start_tag = (record, text.len());
    write!(text, "{end}<length>210</length>{end}").unwrap();
    let element = text.len();
    write!(text, "<{COLUMN} display_value=\"{}\">", attribute(&case.display)).unwrap();
    let content = text.len();
    let written = write(&case.value, &case.field_form);
    let value = written.of.iter().map(|(start, end)| (content + start, content + end)).collect();
    text.push_str(&written.text);
    let content = (content, text.len());
    write!(text, "</{COLUMN}>").unwrap();
    let element = (element, text.len());
    write!(text, "{end}<sys_id>1f54a5b0c3a2469d8e6b7f1029384756</sys_id>{end}</{TABLE}>").unwrap();
    let record = (record, text.len());
    write!(text, "{end}{}{end}", root.1).unwrap();
    Document { text, element, content, record, start_tag, value }
}

fn attribute(text: &str) -> String {
    let number = |character: char| format!("&#{};", u32::from(character));
    text.chars()
        .map(
            |character| {
                if "<&\"\r\n\t".contains(character) { number(character) } else { character.to_string() }
            },
        )
        .collect()
}

impl Document {
    /// The document as the payload of a row that stands between `before` and `after`.
    fn wrapped(&self, form: &Form, before: &str, after: &str) -> Self {
        let written = write(&self.text, form);
        let outer = |(start, end): (usize, usize)| {
            if start == end {
                // Nothing is there, so nothing says where it is.
                return (0, 0);
            }
            (before.len() + written.of[start].0, before.len() + written.of[end - 1].1)
        };
        Self {
            text: format!("{before}{}{after}", written.text),
            element: outer(self.element),
            content: outer(self.content),
            record: outer(self.record),
            start_tag: outer(self.start_tag),
            value: self.value.iter().copied().map(outer).collect(),
        }
    }
}

/// The whole outer file.
fn document(case: &Case) -> Document {
    let end = case.line_end;
    let Some((row_form, link_forms)) = case.payload_forms.split_last() else {
        return innermost(case, ("<unload unload_date=\"2026-03-01 10:00:00\">", "</unload>"));
    };
    let mut document = innermost(case, ("<record_update table=\"x_pier_berth\">", "</record_update>"));
    for form in link_forms {
        let before = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>{end}<record_update table=\"sys_metadata_link\">\
             <sys_metadata_link action=\"INSERT_OR_UPDATE\"><directory>unload</directory>{end}<payload>"
        );
        let after =
            format!("</payload>{end}<tablename>{TABLE}</tablename></sys_metadata_link></record_update>");
        document = document.wrapped(form, &before, &after);
    }
    let before = format!(
        "{}{end}<unload unload_date=\"2026-03-01 10:00:00\">{end}\
         <sys_remote_update_set action=\"INSERT_OR_UPDATE\">{end}<name>Piers &amp; berths</name>{end}\
         </sys_remote_update_set>{end}<sys_update_xml action=\"INSERT_OR_UPDATE\">{end}\
         <action>INSERT_OR_UPDATE</action>{end}<payload>",
        case.declaration
    );
    let after =
        format!("</payload>{end}<payload_hash>-77</payload_hash>{end}</sys_update_xml>{end}</unload>{end}");
    document.wrapped(row_form, &before, &after)
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    let wide = |text: &str, to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect();
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8WithMark => marked.into_bytes(),
        Encoding::Utf16Le => wide(text, u16::to_le_bytes),
        Encoding::Utf16Be => wide(text, u16::to_be_bytes),
        Encoding::Utf16LeWithMark => wide(&marked, u16::to_le_bytes),
        Encoding::Utf16BeWithMark => wide(&marked, u16::to_be_bytes),
    }
}

/// What a reader of XML makes of line ends; ours does so with written ones too.
fn with_plain_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn span((start, end): (usize, usize)) -> ByteSpan {
    ByteSpan::new(u64::try_from(start).unwrap(), u64::try_from(end).unwrap())
}

/// The line and column of an offset, counted the slow way.
fn line_column(text: &str, offset: usize) -> LineColumn {
    let before = &text[..offset];
    let last = before.rsplit('\n').next().unwrap();
    let count = |number: usize| u64::try_from(number).unwrap() + 1;
    LineColumn { line: count(before.matches('\n').count()), column: count(last.encode_utf16().count()) }
}

/// The one way all cases go.
fn check(case: &Case) {
    check_document(case, &document(case));
}

fn check_document(case: &Case, document: &Document) {
    let bytes = encode(&document.text, case.encoding);
    let (report, seen) = read_wanted("piers.xml", &bytes, &[(TABLE, &[COLUMN])]);
    let source = Source::memory("piers.xml", bytes);
    assert!(report.whole, "{:?}", report.problems);
    assert_eq!(report.problems, [], "nothing is wrong with the file");
    let [record] = &seen[..] else { panic!("one record is in the file, not {seen:?}") };
    let depth = case.payload_forms.len();
    assert_eq!(record.origin, if depth == 0 { Origin::Table } else { Origin::UpdateSet });
    check_record(record, document, case);
    check_tiny_blocks(&source, &report, record, document, case);
    let (sources, files) = ([source], [ReadFile { source: 0, report }]);
    check_parts(&sources, &files, record, document, case);
    check_location(&sources, &files, record, document);
}

fn check_record(record: &Seen, document: &Document, case: &Case) {
    let field = record.field(COLUMN).expect("the field is wanted and there");
    assert_eq!(field.value, with_plain_line_ends(&case.value), "the value is what was meant");
    assert_eq!(field.display_value.as_deref(), Some(case.display.as_str()));
    let range = field.element_span.range_from(0).unwrap();
    assert_eq!(
        document.text.get(range),
        document.text.get(document.element.0..document.element.1),
        "the span is the element as written"
    );
    assert_eq!(field.element_span, span(document.element));
    if document.content.0 < document.content.1 {
        assert_eq!(field.content_span, span(document.content));
    } else {
        assert!(field.content_span.is_empty());
    }
    assert_eq!(record.span, span(document.record));
    assert_eq!(record.start_tag_span, span(document.start_tag));
}

/// The same record comes out when the stream hands the text out in crumbs.
fn check_tiny_blocks(
    source: &Source,
    report: &glidelint::export::FileReport,
    record: &Seen,
    document: &Document,
    case: &Case,
) {
    /// Keeps the records of the table in question.
    struct Only(Keep);
    impl RecordSink for Only {
        fn record(&mut self, record: &glidelint::record::Record<'_>) {
            if record.table == TABLE {
                self.0.record(record);
            }
        }
    }
    for block in [1, 2, 3, 7, 64, 1000] {
        let mut reader = TokenReader::new(source.open().unwrap()).with_block(block);
        reader.jump_to(record.outer_start).unwrap();
        let mut sink = Only(Keep::default());
        assert!(reread(&mut reader, report.kind, &mut sink).unwrap(), "in blocks of {block}");
        let [again] = &sink.0.0[..] else { panic!("in blocks of {block}: {:?}", sink.0) };
        check_record(again, document, case);
        assert_eq!(again.ordinal, record.ordinal, "in blocks of {block}");
    }
}

/// The characters of the value as rules see it, each with the written bytes that
/// say it: of two that are read as one line end those of the first.
fn characters(case: &Case, document: &Document) -> Vec<(char, (usize, usize))> {
    let mut characters: Vec<(char, (usize, usize))> = Vec::new();
    let mut last = ' ';
    for (at, character) in case.value.char_indices() {
        let meant = if character == '\r' { '\n' } else { character };
        if !(character == '\n' && last == '\r') {
            characters.push((meant, document.value[at]));
        }
        last = character;
    }
    let is_space = |(character, _): &(char, _)| character.is_whitespace();
    let start = characters.iter().position(|one| !is_space(one)).unwrap_or(characters.len());
    let end = characters.iter().rposition(|one| !is_space(one)).map_or(start, |last| last + 1);
    characters[start..end].to_vec()
}

/// Whatever part of the value is meant, its place is what is written for it.
fn check_parts(sources: &[Source], files: &[ReadFile], record: &Seen, document: &Document, case: &Case) {
    let characters = characters(case, document);
    let mut places = Vec::new();
    let mut expected = Vec::new();
    let step = (characters.len() / 8).max(1);
    let firsts = (0..characters.len()).step_by(step);
    for (first, last) in firsts.flat_map(|first| [(first, first), (first, characters.len() - 1)]) {
        let length =
            |characters: &[(char, _)]| characters.iter().map(|(one, _)| one.len_utf8()).sum::<usize>();
        let start = length(&characters[..first]);
        let part = FieldPart { field: COLUMN.into(), start, end: start + length(&characters[first..=last]) };
        places.push(Place {
            source: 0,
            outer_start: record.outer_start,
            ordinal: record.ordinal,
            target: Target::Part(Box::new(part)),
            role: PlaceRole::Primary,
            label: None,
        });
        expected.push((characters[first].1.0, characters[last].1.1));
    }
    let lines = locate_places(&places, ScannedFiles { sources, files });
    for (lines, (start, end)) in lines.iter().zip(expected) {
        assert_eq!(lines.region.span, span((start, end)), "{:?}", document.text.get(start..end));
    }
    // Counting from the start takes long, so only the whole value's lines are counted.
    if let (Some(lines), Some((first, last))) = (lines.get(1), characters.first().zip(characters.last())) {
        assert_eq!(lines.region.start, line_column(&document.text, first.1.0));
        assert_eq!(lines.region.end, line_column(&document.text, last.1.1));
    }
}

/// Lines and columns, and the snippet, are those of the element.
fn check_location(sources: &[Source], files: &[ReadFile], record: &Seen, document: &Document) {
    let place = Place {
        source: 0,
        outer_start: record.outer_start,
        ordinal: record.ordinal,
        target: Target::Field(COLUMN.into()),
        role: PlaceRole::Primary,
        label: None,
    };
    let (lines, snippet, _) = show_place(&place, ScannedFiles { sources, files });
    let (start, end) = document.element;
    assert_eq!(snippet.region, lines.region);
    assert_eq!(lines.region.span, span(document.element));
    assert_eq!(lines.region.start, line_column(&document.text, start));
    assert_eq!(lines.region.end, line_column(&document.text, end));
    if end - start < 4096 {
        assert_eq!(snippet.text, document.text[start..end]);
    }
}

fn text() -> impl Strategy<Value = String> {
    let telling = select(vec![
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]",
        "]]",
        "]]>",
        "]]]]><![CDATA[>",
        "<![CDATA[",
        "&amp;",
        "&#13;",
        "</notes>",
        "<?xml",
        "-->",
        "<!--",
        "\r\n",
        "\r",
        "\n",
        "\t",
        " ",
        "é",
        "€",
        "\u{9d}",
        "\u{85}",
        "\u{2028}",
        "😀",
        "𠮷",
        "\u{fffd}",
        "a",
    ]);
    let plain =
        proptest::char::ranges(vec!['a'..='z', '0'..='9', 'À'..='ÿ', '\u{1F600}'..='\u{1F64F}'].into());
    let piece = prop_oneof![3 => telling.prop_map(str::to_owned), 1 => plain.prop_map(String::from)];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Escaped),
        Just(Form::CData),
        (1..40_usize).prop_map(Form::SplitCData),
        (any::<bool>(), any::<bool>()).prop_map(|(hexadecimal, every)| Form::ByNumber { hexadecimal, every }),
        (1..40_usize).prop_map(Form::Mixed),
    ]
}

fn case(depth: usize) -> impl Strategy<Value = Case> {
    let encoding = select(vec![
        Encoding::Utf8,
        Encoding::Utf8,
        Encoding::Utf8WithMark,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Utf16LeWithMark,
        Encoding::Utf16BeWithMark,
    ]);
    let line_end = select(vec!["\n", "\r\n", ""]);
    let declaration = select(vec!["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version=\"1.0\"?>"]);
    (text(), text(), form(), vec(form(), depth), line_end, encoding, declaration).prop_map(
        |(value, display, field_form, payload_forms, line_end, encoding, declaration)| Case {
            value,
            display,
            field_form,
            payload_forms,
            line_end,
            encoding,
            declaration,
        },
    )
}

/// Nothing is written beside the tests, and no two runs differ.
fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(77),
        cases,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings(4000))]

    #[test]
    fn a_field_of_a_row(case in case(0)) {
        check(&case);
    }

    #[test]
    fn a_field_in_a_payload(case in case(1)) {
        check(&case);
    }
}

proptest! {
    #![proptest_config(settings(1500))]

    #[test]
    fn a_field_in_a_payload_in_a_payload(case in case(2)) {
        check(&case);
    }
}

proptest! {
    #![proptest_config(settings(300))]

    #[test]
    fn a_field_three_payloads_deep(case in case(3)) {
        check(&case);
    }
}

/// What lies at the end of a block of the reader is read as anywhere else.
#[test]
fn a_record_across_the_end_of_a_block() {
    /// How much the reader takes at once.
    const BLOCK: usize = 256 * 1024;
    for payload_forms in [Vec::new(), vec![Form::Escaped], vec![Form::CData]] {
        let case = Case { payload_forms, ..usual(Form::Mixed(5)) };
        let document = document(&case);
        let row = document.text.find("\n<unload").unwrap() + 2;
        let row = row + document.text[row..].find('>').unwrap() + 1;
        for into in (0..document.text.len() - row).step_by(13) {
            let (before, after) = ("<x_pier_log action=\"INSERT_OR_UPDATE\"><text>", "</text></x_pier_log>");
            let filler = BLOCK - row - into - before.len() - after.len();
            let filler = format!("{before}{}{after}", "=".repeat(filler));
            let shift = |(start, end): (usize, usize)| (start + filler.len(), end + filler.len());
            let shifted = Document {
                text: format!("{}{filler}{}", &document.text[..row], &document.text[row..]),
                element: shift(document.element),
                content: shift(document.content),
                record: shift(document.record),
                start_tag: shift(document.start_tag),
                value: document.value.iter().copied().map(shift).collect(),
            };
            check_document(&case, &shifted);
        }
    }
}

fn usual(field_form: Form) -> Case {
    Case {
        value: "Pier <b>9</b> & \"10\"\r\nends ]]> here 😀".to_owned(),
        display: "9 < 10".to_owned(),
        field_form,
        payload_forms: Vec::new(),
        line_end: "\n",
        encoding: Encoding::Utf8,
        declaration: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    }
}

/// The forms of real update sets, each once, so that a failure names them.
#[test]
fn the_usual_forms() {
    let forms = [
        Form::Escaped,
        Form::CData,
        Form::SplitCData(9),
        Form::ByNumber { hexadecimal: false, every: false },
        Form::ByNumber { hexadecimal: true, every: true },
        Form::Mixed(25),
    ];
    for outer in &forms {
        for inner in &forms {
            check(&Case { payload_forms: vec![inner.clone(), outer.clone()], ..usual(inner.clone()) });
        }
    }
}
