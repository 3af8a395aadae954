//! Encodings, declared or not.

use crate::{check_repaired, lines, read_all};

const NORDIC: &str = "<sys_user action=\"INSERT_OR_UPDATE\"><name>Søren “Åby” €9</name></sys_user>";

fn check_encoded(bytes: &[u8], encoding: &str) {
    let (report, seen) = read_all("export.xml", bytes);
    assert_eq!(lines(&seen), ["sys_user live table: name=Søren “Åby” €9"], "{encoding}");
    assert_eq!((report.encoding, report.whole, report.problems.len()), (encoding, true, 0));
}

fn nordic(declared: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{declared}\"?>\n<unload>{NORDIC}</unload>\n")
}

#[test]
fn encodings() {
    // What has these names is read as browsers do.
    let bytes_of = |text: &str| -> Vec<u8> {
        let byte = |character| match character {
            '“' => 0x93,
            '”' => 0x94,
            '€' => 0x80,
            other => u8::try_from(u32::from(other)).unwrap(),
        };
        text.chars().map(byte).collect()
    };
    for declared in ["windows-1252", "ISO-8859-1", "iso-8859-1", "Windows-1252"] {
        check_encoded(&bytes_of(&nordic(declared)), "windows-1252");
    }
    check_encoded(nordic("UTF-8").as_bytes(), "UTF-8");
    check_encoded(format!("\u{feff}{}", nordic("windows-1252")).as_bytes(), "UTF-8");
    let wide =
        |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    for declared in ["UTF-16", "UTF-8"] {
        check_encoded(&wide(&nordic(declared), u16::to_le_bytes), "UTF-16LE");
        check_encoded(&wide(&nordic(declared), u16::to_be_bytes), "UTF-16BE");
        let marked = format!("\u{feff}{}", nordic(declared));
        check_encoded(&wide(&marked, u16::to_le_bytes), "UTF-16LE");
        check_encoded(&wide(&marked, u16::to_be_bytes), "UTF-16BE");
    }
}

#[test]
fn an_invalid_byte_is_replaced_and_nothing_else_is_lost() {
    let rows = |name: &[u8]| {
        [
            b"<unload><a action=\"INSERT\"><b>1</b></a><a action=\"INSERT\"><b>".as_slice(),
            name,
            b"</b></a><a action=\"INSERT\"><b>3</b></a></unload>",
        ]
        .concat()
    };
    let check_bytes = |name: &[u8], shown: &str| {
        let shown = format!("a live table: b={shown}");
        check_repaired(
            &rows(name),
            "replaced by U+FFFD",
            &["a live table: b=1", &shown, "a live table: b=3"],
        );
    };
    check_bytes(b"S\xf8ren", "S\u{fffd}ren");
    check_bytes(b"\xff", "\u{fffd}");
    check_bytes(b"\xe2\x82", "\u{fffd}");
    // A value that breaks a tag is lost, but not what stands around it.
    check_bytes(b"\xf0\x9f\x98", "\u{fffd}");
}

#[test]
fn an_unknown_encoding_is_read_as_utf_8_and_told() {
    let (report, seen) = read_all("export.xml", nordic("x-pier").as_bytes());
    assert_eq!(lines(&seen), ["sys_user live table: name=Søren “Åby” €9"]);
    assert!(report.has_loss() && report.problems[0].message.contains("x-pier"), "{:?}", report.problems);
}
