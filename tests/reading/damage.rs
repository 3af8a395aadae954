//! Files that are cut, torn or joined: what lies behind a break is read, and a loss is told.

use glidelint::source::ProblemKind;

use crate::exports::escaped;
use crate::records::Seen;
use crate::{EXPORT, check_damaged, check_repaired, lines, read_all, update_set};

/// The records of `bytes`, and how much of the text must be there for each.
fn whole_records(bytes: &[u8]) -> Vec<(Seen, u64)> {
    let (report, seen) = read_all("export.xml", bytes);
    assert!(report.whole && report.problems.is_empty(), "{:?}", report.problems);
    // What a row carries is there once the row is.
    let end = |of: &Seen| {
        seen.iter()
            .filter(|other| other.outer_start == of.outer_start)
            .map(|other| other.span.end)
            .max()
            .unwrap()
    };
    seen.iter().map(|record| (record.clone(), end(record))).collect()
}

/// Cuts a text at every place between the root's start and the end of its end tag.
fn check_every_cut(text: &str, encode: fn(&str) -> Vec<u8>) {
    let bytes = encode(text);
    let records = whole_records(&bytes);
    let (report, _) = read_all("export.xml", &bytes);
    let root = usize::try_from(report.root_tag.end).unwrap();
    let (begin, end) = (encode(&text[..root]).len(), encode(text.trim_end()).len());
    let prefix = |(at, _): (usize, char)| (u64::try_from(at).unwrap(), encode(&text[..at]).len());
    let lengths: Vec<_> = text.char_indices().map(prefix).collect();
    for cut in begin..end {
        let (report, seen) = read_all("export.xml", &bytes[..cut]);
        assert!(!report.whole, "cut at {cut}: taken for whole");
        assert!(report.has_loss(), "cut at {cut} of {end}: no word of it; {:?}", report.problems);
        // A character may count for more bytes of text than of file.
        let text_end =
            lengths.iter().take_while(|(_, encoded)| *encoded <= cut).last().map_or(0, |(text, _)| *text);
        let expected: Vec<_> =
            records.iter().filter(|(_, end)| *end <= text_end).map(|(record, _)| record).collect();
        assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "cut at {cut}");
    }
}

fn as_utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn as_utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
fn a_file_that_ends_before_its_root_begins() {
    let roots = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- by hand -->\n<unload unload_date=\"2026\">",
        "<record_update table='x'>",
        "<xml>",
    ];
    for root in roots {
        for cut in 0..root.len() {
            check_damaged_at_all(&root.as_bytes()[..cut]);
        }
    }
}

/// It is called `.xml`, so that nothing in it could be read is worth a word.
fn check_damaged_at_all(bytes: &[u8]) {
    let (report, seen) = read_all("export.xml", bytes);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(seen, [], "{shown}");
    assert!(!report.whole, "taken for whole: {shown}");
    assert!(report.has_loss(), "no word of it: {shown}");
}

#[test]
fn a_table_export_cut_anywhere() {
    check_every_cut(EXPORT, as_utf8);
}

#[test]
fn a_table_export_in_utf_16_cut_anywhere() {
    check_every_cut(EXPORT, as_utf16);
}

#[test]
fn an_update_set_cut_anywhere() {
    let record = "<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>r</name></sys_user_role></record_update>";
    let rows = [
        format!("<payload>{}</payload>", escaped(record)),
        format!("<payload><![CDATA[{record}]]></payload><type>x</type>"),
    ];
    check_every_cut(&update_set(&[&rows[0], &rows[1]]), as_utf8);
}

#[test]
fn an_app_file_and_a_list_cut_anywhere() {
    check_every_cut(
        "<?xml version=\"1.0\"?><record_update><a action=\"INSERT\"><b>1</b></a><c action=\"INSERT\"/></record_update>\n",
        as_utf8,
    );
    check_every_cut("<xml><a><b>1</b></a><a><b>2</b><c/></a></xml>", as_utf8);
}

#[test]
fn a_file_torn_in_the_middle_is_read_on_behind_the_break() {
    let row = |number: usize| {
        format!(
            "<sys_user action=\"INSERT_OR_UPDATE\"><active>true</active><name>n{number}</name></sys_user>\n"
        )
    };
    let rows: String = (0..6).map(row).collect();
    let text = format!("<unload>\n{rows}</unload>\n");
    let (third, fourth) = (text.find("n2").unwrap(), text.find("n3").unwrap());
    // Whatever is lost between a place in the third row and one in the fourth.
    for from in text[..third].rfind("<sys_user").unwrap() + 1..third {
        for to in (text[..fourth].rfind("<sys_user").unwrap() + 1..fourth).step_by(3) {
            let torn = [&text[..from], &text[to..]].concat();
            let (report, seen) = read_all("export.xml", torn.as_bytes());
            let names: Vec<_> = seen
                .iter()
                .filter_map(|record| record.field("name"))
                .map(|name| name.value.as_str())
                .collect();
            let kept: Vec<_> =
                ["n0", "n1", "n4", "n5"].into_iter().filter(|name| !names.contains(name)).collect();
            assert!(kept.is_empty(), "{kept:?} lost; torn from {from} to {to}: {torn}");
            if !names.contains(&"n3") {
                assert!(
                    report.has_loss() && !report.whole,
                    "torn from {from} to {to}: n3 lost without a word: {torn}"
                );
            }
        }
    }
}

#[test]
fn what_lies_behind_a_break_is_read() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    let check_break = |text: &str, expected: &[&str]| {
        let expected: Vec<_> =
            expected.iter().map(|name| format!("sys_user live table: name={name}")).collect();
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check_damaged(text.as_bytes(), ProblemKind::Broken, &expected);
    };
    // The start of a row is lost, a tag is cut in two, one ends another.
    check_break(
        &format!("<unload>{}<name>b</name></sys_user>{}</unload>", user("a"), user("c")),
        &["a", "c"],
    );
    check_break(
        &format!(
            "<unload>{}<sys_user action=\"INSERT_OR_UPDATE\"><name>b</na{}</unload>",
            user("a"),
            user("c")
        ),
        &["a", "c"],
    );
    check_break(
        &format!(
            "<unload>{}<sys_user action=\"INSERT_OR_UPDATE\"><name>b</x>{}</unload>",
            user("a"),
            user("c")
        ),
        &["a", "c"],
    );
}

#[test]
fn a_row_whose_end_is_lost_does_not_take_the_next_one_with_it() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    for lost in ["</sys_user>", "</name></sys_user>"] {
        let text = format!(
            "<unload>{}{}{}</unload>",
            user("a"),
            user("b").replace(lost, ""),
            user("c") + &user("d")
        );
        let expected = ["a", "c", "d"].map(|name| format!("sys_user live table: name={name}"));
        check_damaged(text.as_bytes(), ProblemKind::Broken, &expected.each_ref().map(String::as_str));
    }
    let text = "<xml><a><b>1</b></a><a><b>2</b><a><b>3</b></a><a><b>4</b></a></xml>";
    check_damaged(
        text.as_bytes(),
        ProblemKind::Broken,
        &["a live table: b=1", "a live table: b=3", "a live table: b=4"],
    );
}

#[test]
fn an_end_tag_that_runs_into_another_tag_ends_nothing() {
    let user = |name: &str| format!("<sys_user action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user>");
    let text = format!(
        "<unload>{}{}{}</unload>",
        user("a"),
        user("b").replace("/sys_user>", "/"),
        user("c") + &user("d")
    );
    let expected = ["a", "c", "d"].map(|name| format!("sys_user live table: name={name}"));
    check_damaged(text.as_bytes(), ProblemKind::Broken, &expected.each_ref().map(String::as_str));
    let text = format!("<unload>{}</<unload>unload>", user("a"));
    let (report, _) = read_all("export.xml", text.as_bytes());
    assert!(!report.whole && report.has_loss());
}

#[test]
fn a_break_in_a_list_export() {
    let text = "<xml><a><b>1</b></a><a><b>2</c></a><a><b>3</b></a></xml>";
    check_damaged(text.as_bytes(), ProblemKind::Broken, &["a live table: b=1", "a live table: b=3"]);
}

#[test]
fn a_break_in_an_update_set_does_not_lead_into_a_payload() {
    let record = |name: &str| {
        format!(
            "<payload><![CDATA[<record_update><sys_user_role action=\"INSERT_OR_UPDATE\"><name>{name}</name></sys_user_role></record_update>]]></payload>"
        )
    };
    let text = update_set(&[&record("p"), &record("q"), &record("r")]);
    // The head of the second payload runs into the tail of the third.
    for lost_from in ["user_role action=\"INSERT_OR_UPDATE\"><name>q", "<name>q", "me>q", "q</name>"] {
        let from = text.find(lost_from).unwrap();
        let to = text.rfind("</record_update>").unwrap();
        let (report, seen) = read_all("set.xml", [&text[..from], &text[to..]].concat().as_bytes());
        assert_eq!(
            lines(&seen)[..3],
            [
                "sys_update_xml live table:",
                "sys_user_role live update_set: name=p",
                "sys_update_xml live table:"
            ]
        );
        assert_eq!(seen.len(), 3, "a half record is none");
        assert!(report.has_loss(), "{lost_from}: lost without a word");
    }
    // The payload's end is lost too: all up to the next row's is one long CDATA.
    let from = text.find("q</name>").unwrap();
    let to = text.rfind("<payload>").unwrap();
    let (report, seen) = read_all("set.xml", [&text[..from], &text[to..]].concat().as_bytes());
    assert_eq!(seen.iter().filter(|record| record.table == "sys_user_role").count(), 1, "{:?}", lines(&seen));
    assert!(report.has_loss());
    // A row's end is lost: the next row is read.
    let text = update_set(&[&record("p"), &record("q"), &record("r")]).replacen(
        "]]></payload></sys_update_xml>",
        "]]></pay",
        1,
    );
    let (report, seen) = read_all("set.xml", text.as_bytes());
    let names: Vec<_> =
        seen.iter().filter_map(|record| record.field("name")).map(|name| name.value.as_str()).collect();
    assert_eq!(names, ["q", "r"]);
    assert!(report.has_loss() && !report.whole);
}

#[test]
fn home_made_and_joined_exports() {
    // Two exports end to end.
    let one = "<?xml version=\"1.0\"?><unload><a action=\"INSERT\"><b>1</b></a></unload>\n";
    let two = "<?xml version=\"1.0\"?><unload><a action=\"INSERT\"><b>2</b></a></unload>\n";
    check_repaired(
        format!("{one}{two}").as_bytes(),
        "second root",
        &["a live table: b=1", "a live table: b=2"],
    );
    // The first one without its end.
    let (report, seen) =
        read_all("export.xml", format!("{}{two}", one.replace("</unload>\n", "")).as_bytes());
    assert!(lines(&seen).contains(&"a live table: b=1".to_owned()), "{seen:?}");
    assert!(!report.whole && report.has_loss());
    // A declaration in the middle.
    let text = "<unload><a action=\"INSERT\"><b>1</b></a><?xml version=\"1.0\"?><a action=\"INSERT\"><b>2</b></a></unload>";
    let (_, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), ["a live table: b=1", "a live table: b=2"]);
    // A payload written as it is, whose own CDATA ends the outer one early.
    let inner = "<record_update><sys_script action=\"INSERT\"><script><![CDATA[if (a < b) c();]]></script></sys_script></record_update>";
    let good = "<payload>&lt;record_update&gt;&lt;a action=\"INSERT\"&gt;&lt;b&gt;2&lt;/b&gt;&lt;/a&gt;&lt;/record_update&gt;</payload>";
    let (report, seen) = read_all(
        "set.xml",
        update_set(&[&format!("<payload><![CDATA[{inner}]]></payload>"), good]).as_bytes(),
    );
    assert!(lines(&seen).contains(&"a live update_set: b=2".to_owned()), "{:?}", lines(&seen));
    assert!(report.has_loss());
}

#[test]
fn a_bare_ampersand_is_text() {
    check_repaired(
        b"<unload><a action=\"INSERT\"><b>Piers & berths</b><c>A&B;C&</c></a></unload>",
        "&",
        &["a live table: b=Piers & berths c=A&B;C&"],
    );
}

#[test]
fn text_behind_the_end_does_not_undo_it() {
    let value = "1".repeat(2000);
    let text = format!("<unload><a action=\"INSERT\"><b>{value}</b></a></unload>\n\0\0\0\0\0\0");
    let (report, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(lines(&seen), [format!("a live table: b={value}")]);
    assert!(!report.has_loss(), "{:?}", report.problems);
}

#[test]
fn nothing_and_no_xml_under_the_name_of_xml() {
    let check_unreadable = |bytes: &[u8], words: &str| {
        let report = check_damaged(bytes, ProblemKind::Unreadable, &[]);
        assert!(report.problems[0].message.contains(words), "{:?}", report.problems);
    };
    check_unreadable(b"", "empty");
    check_unreadable(b" \n\r\n\t", "empty");
    check_unreadable(b"\xef\xbb\xbf", "empty");
    check_unreadable(b"\0\0\0\0", "binary");
    check_unreadable(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary");
    check_unreadable(b"{\"result\": []}", "not XML");
    check_unreadable(b"gs.info('<unload>')", "not XML");
}

#[test]
fn zeros_in_the_middle_of_an_export_lose_no_other_record() {
    let (report, seen) = read_all("export.xml", b"<unload>\0<a action=\"INSERT\"><b>1</b></a></unload>");
    assert_eq!((seen.len(), report.has_loss()), (1, true));
    let rows = |middle: &str| {
        let row = |value: &str| format!("<a action=\"INSERT\"><b>{value}</b></a>");
        format!("<unload>{}{}{}</unload>", row(&"x".repeat(2000)), row(middle), row("3"))
    };
    let (_, seen) = read_all("export.xml", rows("1\0\u{1}2").as_bytes());
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].field("b").unwrap().value, "3");
    // A block that was never written, tags and all.
    let text = rows("2").replace("<a action=\"INSERT\"><b>2</b></a>", &"\0".repeat(40));
    let (_, seen) = read_all("export.xml", text.as_bytes());
    assert_eq!(seen.last().unwrap().field("b").unwrap().value, "3");
}
