//! Texts that are made to cost memory, time or the stack.

use glidelint::export::FileKind;
use glidelint::source::ProblemKind;

use crate::exports::escaped;
use crate::{line, lines, read_all, update_set};

#[test]
fn entities_of_a_doctype_are_not_expanded() {
    let check_doctype = |doctype: &str, value: &str| {
        let text = format!(
            "<?xml version=\"1.0\"?>\n{doctype}\n<unload><a action=\"INSERT\"><b>{value}</b></a></unload>"
        );
        let (report, seen) = read_all("export.xml", text.as_bytes());
        assert_eq!(lines(&seen), [format!("a live table: b={value}")]);
        assert!(report.problems[0].message.contains("DOCTYPE"), "{:?}", report.problems);
        assert_eq!(report.has_loss(), value.starts_with('&'), "{text}");
    };
    check_doctype("<!DOCTYPE unload SYSTEM \"file:///etc/passwd\">", "1");
    check_doctype("<!DOCTYPE unload [<!ENTITY pier SYSTEM \"file:///etc/hostname\">]>", "&pier;");
    let level = |level: u32| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10));
    let bomb = (1..30).map(level).collect::<Vec<_>>().concat();
    check_doctype(&format!("<!DOCTYPE unload [<!ENTITY l0 \"boom\">{bomb}]>"), "&l29;");
    // A parameter entity, and a quoted > in it.
    check_doctype("<!DOCTYPE unload [<!ENTITY % a \"x>y\"><!-- ]> -->]>", "1");
}

#[test]
fn three_hundred_thousand_nested_elements() {
    const DEPTH: usize = 300_000;
    let check_nested = |text: &str| {
        let (report, seen) = read_all("export.xml", text.as_bytes());
        assert!(report.has_loss(), "{:?}", report.problems);
        assert!(report.problems.len() < 100, "problems do not pile up");
        seen
    };
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let good = "<a action=\"INSERT\"><b>1</b></a>";
    for (open, close) in
        [("<x>", "</x>"), ("<a action=\"INSERT\">", "</a>"), ("<a action=\"INSERT\"><b>", "</b></a>")]
    {
        let seen = check_nested(&format!("<unload>{good}{}</unload>", nested(open, close)));
        assert_eq!(line(&seen[0]), "a live table: b=1");
        check_nested(&format!("<unload>{good}{}", open.repeat(DEPTH)));
        check_nested(&format!("<record_update>{}</record_update>", nested(open, close)));
        check_nested(&update_set(&[&format!(
            "<payload><![CDATA[<record_update>{}</record_update>]]></payload>",
            nested(open, close)
        )]));
    }
    // No export at all: passed over, and quickly.
    let (report, _) = read_all("other.xml", nested("<x>", "</x>").as_bytes());
    assert_eq!(report.kind, FileKind::Other);
}

#[test]
fn payloads_nested_without_end() {
    let mut text =
        "<record_update><sys_user_role action=\"INSERT\"><name>r</name></sys_user_role></record_update>"
            .to_owned();
    for _ in 0..6 {
        text = format!(
            "<record_update><sys_metadata_link action=\"INSERT\"><payload>{}</payload></sys_metadata_link></record_update>",
            escaped(&text)
        );
    }
    let (report, _) = read_all("app.xml", text.as_bytes());
    assert!(
        report.problems.iter().any(|problem| problem.kind == ProblemKind::LimitReached),
        "{:?}",
        report.problems
    );
    assert!(report.has_loss());
}

#[test]
fn many_roots_and_many_ends() {
    let (report, _) = read_all("export.xml", "</unload>".repeat(10_000).as_bytes());
    assert!(!report.whole);
    let (report, seen) = read_all(
        "export.xml",
        format!("<unload>{}<a action=\"INSERT\"><b>1</b></a></unload>", "</x>".repeat(10_000)).as_bytes(),
    );
    assert!(!report.whole && report.has_loss());
    assert!(report.problems.len() < 100, "problems do not pile up");
    assert!(seen.len() <= 1);
}
