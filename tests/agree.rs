//! The scanner and the strict reader agree: the same records with the same
//! values at the same places, the same counts, the same problems, on every input,
//! in parts of any size, on one thread and on several.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/exports.rs"]
mod exports;
#[path = "common/records.rs"]
mod records;
#[path = "common/skipped.rs"]
mod skipped;

use std::io::Read as _;
use std::mem::take;
use std::path::Path;
use std::sync::Mutex;

use glidelint::export::{
    Collect, FileReport, LineMarks, RecordSink, Select, read_all_in_parts, read_in_parts, read_strictly,
};
use glidelint::record::{Record, Wanted};
use glidelint::source::{DiscoverOptions, Source, discover};
use proptest::prelude::*;
use proptest::sample::select;

use exports::gzip;
use records::{Keep, Seen};

/// Sizes of parts: a cut at every byte, odd ones, and all in one.
const SIZES: [u64; 5] = [1, 64, 333, 4096, 1024 * 1024];

/// Tables and columns that rules ask for, and some that only tests have.
fn wanted() -> Wanted {
    let mut wanted = Wanted::new();
    for (table, columns) in [
        ("sys_user", &["user_name", "active", "manager"][..]),
        ("sys_properties", &["name", "value"]),
        ("sys_security_acl", &["name", "condition"]),
        ("sys_update_xml", &["name"]),
        ("row", &["a", "b", "payload"]),
    ] {
        let table = wanted.want_table(table);
        for column in columns {
            wanted.want_column(table, column);
        }
    }
    wanted
}

type Read = (Vec<Seen>, FileReport);

fn read_by(read: impl FnOnce(&mut dyn RecordSink) -> FileReport) -> Read {
    let mut keep = Keep::default();
    let report = read(&mut keep);
    (keep.0, report)
}

/// What only reading in parts gives: each mark says how many lines end before it.
fn check_lines(source: &Source, lines: &LineMarks, what: &str) {
    if *lines == LineMarks::default() {
        return;
    }
    let mut bytes = Vec::new();
    source.open_bytes().unwrap().read_to_end(&mut bytes).unwrap();
    let step = bytes.len() / 50 + 1;
    for offset in (0..bytes.len()).step_by(step) {
        let mark = lines.before(u64::try_from(offset).unwrap());
        let before = &bytes[..usize::try_from(mark.offset).unwrap()];
        let newlines = u64::try_from(before.split(|byte| *byte == b'\n').count() - 1).unwrap();
        assert!(before.len() <= offset && mark.lines == newlines, "{mark:?} of {what}");
    }
}

fn check_equal((records, report): &Read, (strict_records, strict): &Read, what: &str) {
    for (at, (ours, strict)) in records.iter().zip(strict_records).enumerate() {
        assert_eq!(ours, strict, "record {at} of {what}");
    }
    assert_eq!(records.len(), strict_records.len(), "records of {what}");
    assert_eq!(format!("{report:#?}"), format!("{strict:#?}"), "{what}");
}

/// Reads a source in every way.
fn check_source(source: &Source, sizes: &[u64]) {
    let wanted = wanted();
    for select in [Select::Wanted(&wanted), Select::Everything] {
        let strict = read_by(|sink| read_strictly(source, select, sink));
        for &size in sizes {
            let mut fast = read_by(|sink| read_in_parts(source, select, sink, size));
            let what = format!("{} in parts of {size}", source.path());
            check_lines(source, &take(&mut fast.1.lines), &what);
            check_equal(&fast, &strict, &what);
        }
    }
}

/// Puts together what is read on all threads.
struct Together<'s> {
    sources: &'s [Source],
    seen: Mutex<Vec<(u32, Seen)>>,
}

#[derive(Default)]
struct Sink {
    source: u32,
    keep: Keep,
    seen: Vec<(u32, Seen)>,
}

impl RecordSink for Sink {
    fn begin(&mut self, source: u32) {
        self.source = source;
    }

    fn record(&mut self, record: &Record<'_>) {
        self.keep.record(record);
        self.seen.extend(self.keep.0.drain(..).map(|seen| (self.source, seen)));
    }
}

impl Collect for Together<'_> {
    type Sink = Sink;

    fn sink(&self) -> Sink {
        Sink::default()
    }

    fn take(&self, sink: Sink) {
        self.seen.lock().unwrap().extend(sink.seen);
    }

    fn progress(&self, bytes: u64) {
        assert!(bytes <= self.sources.iter().filter_map(Source::size).sum());
    }
}

/// Reads sources on several threads, in parts of that size.
fn check_together(sources: &[Source], size: u64) {
    let wanted = wanted();
    let select = Select::Wanted(&wanted);
    let together = Together { sources, seen: Mutex::default() };
    let reports = read_all_in_parts(sources, select, &together, size);
    assert_eq!(reports.len(), sources.len());
    let mut seen = together.seen.into_inner().unwrap().into_iter().peekable();
    for ((source, mut report), number) in sources.iter().zip(reports).zip(0..) {
        let mut own = Vec::new();
        while let Some((_, record)) = seen.next_if(|(of, _)| *of == number) {
            own.push(record);
        }
        let strict = read_by(|sink| read_strictly(source, select, sink));
        let what = format!("{} among others, in parts of {size}", source.path());
        check_lines(source, &take(&mut report.lines), &what);
        check_equal(&(own, report), &strict, &what);
    }
    assert_eq!(seen.next(), None);
}

fn check(bytes: &[u8], sizes: &[u64]) {
    check_source(&Source::memory("export.xml", bytes), sizes);
}

/// Every file of a folder, as it is.
fn check_folder(folder: &Path) -> usize {
    let discovery = discover(&[folder.to_path_buf()], &DiscoverOptions::default()).unwrap();
    for source in &discovery.sources {
        check_source(source, &[1000, 64 * 1024, 1024 * 1024]);
    }
    check_together(&discovery.sources, 16 * 1024);
    discovery.sources.len()
}

#[test]
fn on_every_sample() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(check_folder(&root.join("samples")) > 20);
    assert!(check_folder(&root.join("tests/instance")) > 5);
}

/// Where somebody has real exports.
#[test]
fn on_every_real_export() {
    let Some(corpus) = corpus::corpus() else { return };
    assert!(check_folder(&corpus) > 0);
}

/// A small export with everything in it that has made trouble.
const ODDITIES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- exported -->
<unload unload_date="2026-03-01 12:00:00">
<sys_user action="INSERT_OR_UPDATE">
<active>true</active><manager display_value="a &gt; b" name='x>y'>1</manager>
<user_name>a&amp;b&#x20;&eacute;<!-- c --><![CDATA[<d>]]>]]></user_name>
</sys_user>
<sys_user action="DELETE"><active/></sys_user>
<!-- <sys_user action="INSERT_OR_UPDATE"><active>no</active></sys_user> -->
<sys_user action="INSERT_OR_UPDATE" apply_defaults="true"/>
<sys_group><sys_user action="INSERT_OR_UPDATE"><active>in a wrapper</active></sys_user></sys_group>
<sys_user_multiple action="delete_multiple" query="active=true"/>
<sys_security_acl action="INSERT_OR_UPDATE"><condition table="x">active=true<item a="b>c"><b/><c>d &lt; e</c></item></condition><name>ä€😀</name></sys_security_acl>
<sys_update_xml action="INSERT_OR_UPDATE">
<action>INSERT_OR_UPDATE</action><name>one</name>
<payload><![CDATA[<?xml version="1.0"?><record_update table="sys_properties"><sys_properties action="INSERT_OR_UPDATE"><name>p.q</name><value><![CDATA[<x>]]]]><![CDATA[></value></sys_properties></record_update>]]></payload>
<remote_update_set display_value="Piers &amp; quays">5f2c</remote_update_set><sys_recorded_at>18f</sys_recorded_at></sys_update_xml>
<sys_update_xml action="INSERT_OR_UPDATE"><action>DELETE</action><name>two</name>
<payload>&lt;record_update table="sys_user"&gt;&lt;sys_user action="INSERT_OR_UPDATE"&gt;&lt;user_name&gt;a &amp;amp; b&lt;/user_name&gt;&lt;/sys_user&gt;&lt;/record_update&gt;</payload></sys_update_xml>
<sys_update_xml action="INSERT_OR_UPDATE"><payload>&lt;record_update&gt;&lt;sys_user action="INSERT_OR_UPDATE"&gt;&lt;user_name&gt;lost</payload></sys_update_xml>
<sys_update_version action="INSERT_OR_UPDATE"><payload>&lt;record_update&gt;&lt;row action="INSERT_OR_UPDATE"&gt;&lt;a&gt;1&lt;/a&gt;&lt;/row&gt;&lt;/record_update&gt;</payload></sys_update_version>
</unload>
"#;

/// A lone `&` behind a break that nothing is read after: it is not looked at,
/// however far ahead a reader is.
#[test]
fn on_what_fuzzing_found() {
    check(
        b"\n<xml \xbc!-->BBBRBBB\n>\x11\n<ml<\0\0\0\x19\xef <\x05>\xff\xff\xff\xff\xff\xff\xff\xff5>\x11\x02</\xb7>B\0&\0\0\0",
        &SIZES,
    );
    check(
        b"\n<xml \xbc!-->BBB-\x80\0\0>\xc2<\xd0/>\xef\xbb\xbfK<\n<-\0\0\0\0\0\0\0\x1f\x11\x80\xff\xf5\xcbL<\n\xca\xbf\xf5\xc3\x01\0\x04\xbf\xdf\xed\xbf\xbd\0\x16>>>>>>>\0/>\xbd\xbdBB\xff\xfd\xd5:\xff\xf5?xm\xff\xff\0:\xff\xf5?xm\xff\xff\0\0\xff\xff",
        &SIZES,
    );
    let rows = "<sys_user action=\"X\"><active>1</active></sys_user>\n".repeat(100);
    check(format!("<unload>\n{rows}<a></b> & {}", "x & ".repeat(2000)).as_bytes(), &SIZES);
}

#[test]
fn on_an_export_of_oddities() {
    check(ODDITIES.as_bytes(), &SIZES);
    check(ODDITIES.replace('\n', "\r\n").as_bytes(), &SIZES);
    check(ODDITIES.replace('\n', "").as_bytes(), &SIZES);
    check(
        ODDITIES
            .replace(
                "</unload>",
                "</unload> <unload><sys_user action=\"X\"><active>2</active></sys_user></unload>",
            )
            .as_bytes(),
        &SIZES,
    );
    check(ODDITIES.replace("</unload>", "</unload>\0\0\0").as_bytes(), &SIZES);
    check(ODDITIES.replace("p.q", "p\0q").as_bytes(), &SIZES);
    check(
        ODDITIES
            .replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE x [<!ENTITY a '<b>'>]>")
            .as_bytes(),
        &SIZES,
    );
    check(ODDITIES.replace("true</active><manager", "R&D & so on</active><manager").as_bytes(), &SIZES);
    let latin: Vec<u8> =
        ODDITIES.replace("UTF-8", "windows-1252").chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    check(&latin, &SIZES);
    let marked = ["\u{feff}", ODDITIES].concat();
    check(marked.as_bytes(), &SIZES);
}

#[test]
fn on_an_export_cut_at_every_byte() {
    let bytes = ODDITIES.as_bytes();
    for cut in 0..bytes.len() {
        check(&bytes[..cut], &[97]);
    }
}

#[test]
fn on_an_export_with_a_wrong_byte_anywhere() {
    let bytes = ODDITIES.as_bytes();
    let wrong: [&[u8]; 7] = [b"<", b"&", b"\"", b"\xff", b"]", b">", b"/"];
    for at in 0..bytes.len() {
        // Every byte is replaced by some of them, every kind by each.
        for wrong in [wrong[at % 7], wrong[at / 3 % 7]] {
            let damaged = [&bytes[..at], wrong, &bytes[at + 1..]].concat();
            check(&damaged, &[256]);
        }
    }
}

#[test]
fn on_what_is_packed() {
    check_source(&Source::memory("export.xml.gz", gzip(ODDITIES)), &[64]);
}

#[test]
fn on_a_record_that_is_larger_than_a_part() {
    let long = "x < y ]] > & z ".repeat(20_000);
    let export = format!(
        "<unload><sys_user action=\"INSERT_OR_UPDATE\"><user_name><![CDATA[{long}]]></user_name></sys_user>\
         <sys_user action=\"INSERT_OR_UPDATE\"><user_name>b</user_name></sys_user></unload>"
    );
    check(export.as_bytes(), &[64 * 1024, 1024 * 1024]);
}

/// Large files and small ones, whole and broken, in one scan: parts that begin in
/// the wrong place, files that end before their last part.
#[test]
fn on_many_files_at_once() {
    let row = |number: usize| {
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\">\n<user_name>user {number}</user_name>\n<active><![CDATA[\n\
             <sys_user action=\"INSERT_OR_UPDATE\">]]></active>\n</sys_user>\n"
        )
    };
    let rows: String = (0..60).map(row).collect();
    let large = format!("<unload>\n{rows}</unload>\n");
    let joined = format!("{large}{large}");
    let broken = large.replacen("user 20</user_name>", "user 20</user_nam>", 1);
    let texts = [
        large.as_str(),
        "<unload/>",
        &joined,
        ODDITIES,
        &broken,
        &large[..large.len() / 2],
        "no export",
        &large,
        &ODDITIES[..700],
        "",
    ];
    let sources: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| Source::memory(&format!("{at}.xml"), text.as_bytes()))
        .collect();
    for size in [1, 50, 700, 2000, 100_000] {
        check_together(&sources, size);
    }
}

/// A piece of text as it may stand in an element.
fn content() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "true",
        "",
        "a b",
        "&amp;",
        "&#10;",
        "&nope;",
        "&",
        "<![CDATA[<x action=\"y\">]]>",
        "<![CDATA[]]>",
        "<!-- c -->",
        "<!-->",
        "]]>",
        "é",
        "<i/>",
        "<i><j>k</j></i>",
        "<row action=\"INSERT_OR_UPDATE\"><a>n</a></row>",
        "<row><b>1</b></row>",
        "\r\n",
        "\0",
        "<?pi x?>",
        "&lt;record_update&gt;&lt;row action=\"DELETE\"&gt;&lt;a&gt;1&lt;/a&gt;&lt;/row&gt;&lt;/record_update&gt;",
        "<![CDATA[<record_update table=\"row\"><row action=\"INSERT\"><a>1</a></row></record_update>]]>",
    ]);
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn field() -> impl Strategy<Value = String> {
    let name = select(vec![
        "a",
        "b",
        "payload",
        "action",
        "sys_recorded_at",
        "sys_updated_on",
        "remote_update_set",
        "update_set",
        "row",
    ]);
    let attributes =
        select(vec!["", "", " display_value=\"a > b\"", " name='n'", " action=\"x\"", " x=\"&lt;\"", "\n"]);
    let space = select(vec!["", "\n", "  ", "<!-- between -->", "junk"]);
    (name, attributes, content(), space, any::<bool>()).prop_map(
        |(name, attributes, content, space, is_empty)| {
            if is_empty {
                format!("<{name}{attributes}/>{space}")
            } else {
                format!("<{name}{attributes}>{content}</{name}>{space}")
            }
        },
    )
}

fn row() -> impl Strategy<Value = String> {
    let table = select(vec!["row", "row", "sys_update_xml", "sys_update_version", "other"]);
    let attributes = select(vec![
        " action=\"INSERT_OR_UPDATE\"",
        " action=\"INSERT_OR_UPDATE\"",
        " action=\"DELETE\"",
        "",
        " action='delete_multiple'",
        " apply_defaults=\"true\" action=\"INSERT_OR_UPDATE\"",
    ]);
    let end = select(vec!["", "", "", "", "", "", "", " "]);
    (table, attributes, proptest::collection::vec(field(), 0..5), end).prop_map(
        |(table, attributes, fields, end)| {
            format!("<{table}{attributes}>{}</{table}{end}>\n", fields.concat())
        },
    )
}

fn export() -> impl Strategy<Value = String> {
    let root = select(vec!["unload", "unload", "xml", "record_update", "database"]);
    let head = select(vec!["", "<?xml version=\"1.0\"?>\n", "<!-- h -->", "<!DOCTYPE a>", " \n"]);
    let tail = select(vec!["", "\n", "<!-- t -->", "\0", "<unload><row><a>2</a></row></unload>", "x"]);
    (root, head, proptest::collection::vec(row(), 0..8), tail)
        .prop_map(|(root, head, rows, tail)| format!("{head}<{root}>\n{}</{root}>{tail}", rows.concat()))
}

proptest! {
    #[test]
    fn on_whatever_exports_are_made_of(
        export in export(),
        cut in 0.0..1.5_f64,
        size in select(vec![1_u64, 17, 64, 200, 1 << 20]),
    ) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any place will do")]
        let length = ((export.len() as f64) * cut.min(1.0)) as usize;
        check(&export.as_bytes()[..length], &[size]);
    }
}
