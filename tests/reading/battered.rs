//! Random damage: reading ends, every place lies in the text, and a loss is told.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use glidelint::export::FileKind;
use glidelint::source::Source;

use crate::exports::escaped;
use crate::{EXPORT, read_all, update_set};

/// One thing that happens to a file.
#[derive(Debug, Clone)]
enum Blow {
    Lost(Index, usize),
    Twice(Index, usize),
    Changed(Index, u8),
    Inserted(Index, &'static str),
}

fn blow() -> impl Strategy<Value = Blow> {
    let pieces = select(vec![
        "<",
        ">",
        "&",
        "</",
        "/>",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<!DOCTYPE",
        "\"",
        "'",
        "=",
        "\0",
        "</unload>",
        "<unload>",
        "<sys_update_xml action=\"INSERT\">",
        "</payload>",
        "&#0;",
        "&#xD800;",
        "&#99999999999;",
        "\u{feff}",
        "<payload>",
        "<a action=\"DELETE\">",
    ]);
    prop_oneof![
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Blow::Lost(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Blow::Twice(at, length)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Blow::Changed(at, byte)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Blow::Inserted(at, piece)),
    ]
}

fn suffer(bytes: &mut Vec<u8>, blow: &Blow) {
    let until = |at: usize, length: usize| (at + length).min(bytes.len());
    match *blow {
        Blow::Lost(at, length) => {
            let at = at.index(bytes.len());
            let end = until(at, length);
            bytes.drain(at..end);
        }
        Blow::Twice(at, length) => {
            let at = at.index(bytes.len());
            let copy = bytes[at..until(at, length)].to_vec();
            bytes.splice(at..at, copy);
        }
        Blow::Changed(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Blow::Inserted(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, piece.bytes());
        }
    }
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        cases: 12000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    /// Whatever happens to a file, reading ends, every place lies in the text,
    /// and what is called whole ends with the end of its root.
    #[test]
    fn a_battered_file_is_read_as_far_as_it_goes(
        is_update_set in any::<bool>(),
        blows in proptest::collection::vec(blow(), 1..5),
    ) {
        let record = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r<![CDATA[<>]]></name></sys_user_role></record_update>";
        let rows = [
            format!("<payload>{}</payload>", escaped(record)),
            format!("<payload><![CDATA[{}]]></payload><type>x</type>", record.replace("]]>", "]]]]><![CDATA[>")),
        ];
        let text = if is_update_set { update_set(&[&rows[0], &rows[1]]) } else { EXPORT.repeat(2) };
        let mut bytes = text.into_bytes();
        for blow in &blows {
            if !bytes.is_empty() {
                suffer(&mut bytes, blow);
            }
        }
        let (report, seen) = read_all("export.xml", &bytes);
        let mut text = String::new();
        if let Ok(mut stream) = Source::memory("export.xml", bytes).open() {
            while stream.read(&mut text, 1 << 20).is_ok_and(|more| more > 0) {}
        }
        for record in &seen {
            let fields = record.fields.iter().flat_map(|field| [field.element_span, field.content_span]);
            for span in [record.span, record.start_tag_span].into_iter().chain(fields) {
                prop_assert!(text.get(span.range_from(0).unwrap()).is_some(), "{span:?} of {}", text.len());
            }
            for field in &record.fields {
                prop_assert!(record.span.contains(field.element_span) && field.element_span.contains(field.content_span));
            }
        }
        if report.whole {
            prop_assert!(text.contains("</unload>") || text.contains("/>"), "{text}");
        }
        if report.kind != FileKind::Other && !report.whole {
            prop_assert!(report.has_loss(), "not whole, and not a word of it: {:?}", report.problems);
        }
    }
}
