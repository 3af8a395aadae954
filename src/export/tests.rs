//! What is damaged is said with its place, and what can be read is read.

use super::{FileReport, RecordSink, Select, read};
use crate::record::{Origin, Record, Wanted};
use crate::source::Source;

#[derive(Default)]
struct Lines(Vec<String>);

impl RecordSink for Lines {
    fn record(&mut self, record: &Record<'_>) {
        if record.table == "a" {
            let origin = if record.origin == Origin::UpdateSet { "set " } else { "" };
            let value = record.fields.iter().map(|field| field.value.as_ref()).collect::<Vec<_>>().join(",");
            self.0.push(format!("{origin}{value}"));
        }
    }
}

fn read_text(path: &str, text: &str) -> (FileReport, Vec<String>) {
    let mut lines = Lines::default();
    let report = read(&Source::memory(path, text.as_bytes()), Select::Everything, &mut lines);
    (report, lines.0)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn update_set(row: &str) -> String {
    format!("<unload>\n<sys_update_xml action=\"INSERT\">{row}</sys_update_xml>\n</unload>\n")
}

fn row(id: u8, attributes: &str, inside: &str) -> String {
    format!("<a{attributes} action=\"INSERT\"><b>{id}</b>{inside}</a>\n")
}

fn export(middle: &str) -> String {
    format!("<unload>\n{}{middle}{}</unload>\n", row(1, "", ""), row(3, "", ""))
}

/// One problem, a loss, at the place where `at` stands; these rows are read.
#[track_caller]
fn check(middle: &str, at: &str, expected: &[&str]) {
    let text = export(middle);
    let (report, seen) = read_text("export.xml", &text);
    assert_eq!(seen, expected, "{text}");
    assert!(!report.whole && report.has_loss(), "{text}: {:?}", report.problems);
    let starts: Vec<_> = report.problems.iter().filter_map(|problem| problem.at).map(|at| at.start).collect();
    let place = u64::try_from(text.find(at).unwrap()).unwrap();
    assert_eq!(starts, [place], "{text}: {:?}", report.problems);
}

#[test]
fn what_is_not_well_formed_is_said() {
    let (all, without) = (["1", "2", "3"], ["1", "3"]);
    // A quote that is missing takes in what follows, up to the next one.
    let torn = "<a action=\"INSERT><b>2</b></a>\n";
    check(torn, torn, &without);
    check(&row(2, " x=\"1\" x=\"2\"", ""), "x=\"2\"", &all);
    check(&row(2, " x", ""), "x action", &all);
    check(&row(2, " x=\"1\"y=\"2\"", ""), "y=\"2\"", &all);
    check(&row(2, "", "junk"), "junk", &all);
    check(&format!("lost{}", row(2, "", "")), "lost", &all);
    check(&format!("<!-- a -- b -->{}", row(2, "", "")), "<!-- a", &all);
    check(&format!("<?xml version=\"1.0\"?>{}", row(2, "", "")), "<?xml", &all);
    let value = |text: &str| format!("<a action=\"INSERT\"><b>{text}</b></a>");
    check(&value("2]]>"), "]]>", &["1", "2]]>", "3"]);
    check(&value("2&am;"), "&am;", &["1", "2&am;", "3"]);
    check(&value("2&amp"), "&amp", &["1", "2&amp", "3"]);
    check("<a action=\"INSERT\"><b>2</b></a x=\"1\">", "</a x", &without);
}

#[test]
fn what_is_damaged_around_the_root_is_said() {
    for text in [
        format!("{}x", export("")),
        format!("<?xml version=1.0?>{}", export("")),
        format!("<?xml versin=\"1.0\"?>{}", export("")),
        format!("<?xml version=\"1.0\"?>x{}", export("")),
        export("").replace("</unload>", "</unlod>"),
        export("").replace("<unload>", "<unlod>").replace("INSERT", "INSERT_OR_UPDATE"),
        export("").replace("unload>", "unlod>").replace("INSERT", "INSERT_OR_UPDATE"),
        "<database><element name=\"x\"></database>".to_owned(),
    ] {
        for path in ["export.xml", "export"] {
            let (report, _) = read_text(path, &text);
            assert!(!report.whole && report.has_loss(), "{path}: {text}: {:?}", report.problems);
        }
    }
}

const RECORD: &str = "<a action=\"INSERT\"><b>1</b></a>";

fn set_with(payload: &str) -> String {
    update_set(&format!("<payload>{}</payload>", escape(payload)))
}

#[test]
fn payloads_are_read() {
    let roots = ["record_update", "unload", "xml"].map(|root| format!("<{root}>{RECORD}</{root}>"));
    // The record itself may be the root, too.
    for payload in roots.into_iter().chain([RECORD.to_owned()]) {
        let (report, seen) = read_text("set.xml", &set_with(&payload));
        assert_eq!((seen, report.problems), (vec!["set 1".to_owned()], Vec::new()), "{payload}");
    }
}

#[test]
fn what_is_damaged_in_a_payload_is_said() {
    let update = |inside: &str| format!("<record_update>{inside}</record_update>");
    for payload in [
        format!("<payload>{RECORD}</payload>"),
        format!("<record_updat>{RECORD}</record_update>"),
        format!("{}x", update(RECORD)),
        update(&format!("{RECORD}x")),
        update(RECORD).repeat(2),
        update(&RECORD.replace("<b>1", "<b>1]]>")),
        update(&RECORD.replace(" action", " x=\"1\" x=\"2\" action")),
        escape(&update(RECORD)),
        "no XML".to_owned(),
    ] {
        let text = set_with(&payload);
        let (report, _) = read_text("set.xml", &text);
        let problem = report.problems.first().unwrap();
        assert!(
            problem.kind.is_loss() && problem.message.starts_with("in a payload: "),
            "{payload}: {problem:?}"
        );
        let inside = text.find("<payload>").unwrap()..text.find("</payload>").unwrap();
        let at = usize::try_from(problem.at.unwrap().start).unwrap();
        assert!(inside.contains(&at), "{payload}: {problem:?}");
    }
}

#[test]
fn a_row_with_two_payloads_or_actions_is_said() {
    let payload =
        format!("<payload>{}</payload>", escape(&format!("<record_update>{RECORD}</record_update>")));
    for (name, row) in [
        ("<payload>", format!("<payload></payload>{payload}")),
        ("<payload>", format!("{payload}<payload></payload>")),
        ("<action>", format!("<action>DELETE</action><action>INSERT_OR_UPDATE</action>{payload}")),
    ] {
        let text = update_set(&row);
        let (report, seen) = read_text("set.xml", &text);
        assert_eq!(seen, ["set 1"], "{row}");
        assert!(report.has_loss(), "{row}");
        let at = usize::try_from(report.problems[0].at.unwrap().start).unwrap();
        assert_eq!(text.rfind(name), Some(at), "{row}");
    }
}

/// Two values of one column: a notice at each of the two places. Of a reference it is
/// an error, as nobody can tell who is meant.
#[track_caller]
fn check_repeated(path: &str, text: &str, places: &[&str]) {
    let mut wanted = Wanted::new();
    let table = wanted.want_table("sys_user");
    for column in ["active", "name", "manager"] {
        wanted.want_column(table, column);
    }
    let report = read(&Source::memory(path, text.as_bytes()), Select::Wanted(&wanted), &mut Lines::default());
    assert_eq!(report.has_loss(), text.contains("<manager"), "{text}: {:?}", report.problems);
    let starts: Vec<_> = report.problems.iter().filter_map(|problem| problem.at).map(|at| at.start).collect();
    let expected: Vec<_> = places.iter().map(|at| u64::try_from(text.rfind(at).unwrap()).unwrap()).collect();
    assert_eq!(starts, expected, "{text}: {:?}", report.problems);
}

#[test]
fn two_values_of_one_column_are_said() {
    let xml = |inside: &str| format!("<unload><sys_user action=\"INSERT\">{inside}</sys_user></unload>");
    let two = ["<active>true", "<active>false"];
    check_repeated("a.xml", &xml("<active>true</active><name>x</name><active>false</active>"), &two);
    check_repeated("a.xml", &xml("<active>true</active><active> true </active>"), &[]);
    check_repeated("a.xml", &xml("<other>1</other><other>2</other>"), &[]);
    let shown = "<manager display_value=\"x\">1</manager><manager display_value=\"y\">1</manager>";
    check_repeated("a.xml", &xml(shown), &["<manager display_value=\"x", "<manager display_value=\"y"]);
    let id = "0123456789abcdef0123456789abcdef";
    let json = |members: &str| format!("{{\"records\":[{{\"sys_id\":\"{id}\",{members}}}]}}");
    check_repeated(
        "sys_user.json",
        &json("\"active\":\"true\",\"active\":\"false\""),
        &["\"active\":\"true", "\"active\":\"false"],
    );
    check_repeated("sys_user.json", &json("\"active\":\"true\",\"active\":\"true\""), &[]);
    check_repeated(
        "sys_user.json",
        &json("\"active\":{\"value\":\"true\",\"value\":\"false\"}"),
        &["\"value\":\"true", "\"value\":\"false"],
    );
    check_repeated(
        "sys_user.csv",
        &format!("sys_id,active,name,active\n{id},true,x,false\n"),
        &["true", "false"],
    );
    check_repeated("sys_user.csv", &format!("sys_id,active,name,active\n{id},true,x,true\n"), &[]);
}

/// These records of a set are read, deleted ones too, and this many problems are
/// losses, each of which begins where the text of `places` stands.
#[track_caller]
fn check_row(row: &str, expected: &[&str], places: &[&str]) {
    let text = update_set(row);
    let (report, seen) = read_text("set.xml", &text);
    assert_eq!(seen, expected, "{text}");
    let found: Vec<_> = report.problems.iter().filter(|problem| problem.kind.is_loss()).collect();
    let starts: Vec<_> = found.iter().filter_map(|problem| problem.at).map(|at| at.start).collect();
    let places: Vec<_> =
        places.iter().map(|place| u64::try_from(text.find(place).unwrap()).unwrap()).collect();
    assert_eq!(starts, places, "{text}: {:?}", report.problems);
    assert_eq!(report.rows.contains_key("a"), !places.is_empty() && row.contains("<name>a_"), "{text}");
}

#[test]
fn a_row_without_its_payload_is_told_and_its_record_is_not_known() {
    let name = "<name>a_0123456789abcdef0123456789abcdef</name>";
    let element = "<sys_update_xml";
    // What does not say whether it brings or deletes may do either.
    check_row(name, &["set ", "set "], &[element]);
    let (name, id) = (&format!("{name}<action>INSERT_OR_UPDATE</action>"), name);
    check_row(name, &["set "], &[element]);
    for payload in
        ["<payload/>", "<payload></payload>", "<payload> \n </payload>", "<payload><![CDATA[]]></payload>"]
    {
        check_row(&format!("{name}{payload}"), &["set "], &["<payload"]);
    }
    // Encoded, and some text.
    for text in ["PHVubG9hZD48L3VubG9hZD4=", "see the ticket"] {
        check_row(&format!("{name}<payload>{text}</payload>"), &["set "], &["<payload"]);
    }
    check_row("<payload/>", &[], &["<payload"]);
    // A deletion is there too: what it deletes is not known.
    check_row(&format!("{id}<action>DELETE</action><payload/>"), &["set "], &["<payload"]);
    let whole = escape(RECORD);
    check_row(&format!("{name}<payload>{whole}</payload>"), &["set 1"], &[]);
}

#[test]
fn rows_without_payloads_are_counted_not_listed() {
    let rows = "<sys_update_xml action=\"INSERT\"><name>a_1</name><payload/></sys_update_xml>\n".repeat(5);
    let (report, _) = read_text("set.xml", &format!("<unload>\n{rows}</unload>\n"));
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(report.problems[0].message.ends_with("; 4 more rows are like this"), "{:?}", report.problems);
    // A row that is itself deleted brings nothing, and nothing of it is missing.
    let deleted = "<unload><sys_update_xml action=\"DELETE\"><name>a_1</name></sys_update_xml></unload>";
    let (report, seen) = read_text("set.xml", deleted);
    assert_eq!((seen.len(), report.problems), (0, Vec::new()));
}

#[test]
fn a_row_and_a_payload_of_different_actions_contradict() {
    let set = |action: &str, attributes: &str| {
        let record = format!("<record_update><a{attributes}><b>1</b></a></record_update>");
        format!("<action>{action}</action><payload><![CDATA[{record}]]></payload>")
    };
    let (insert, delete) = (" action=\"INSERT_OR_UPDATE\"", " action=\"DELETE\"");
    for (row, record) in [("DELETE", insert), ("INSERT_OR_UPDATE", delete)] {
        check_row(&set(row, record), &["set 1"], &["<action>", "<a action"]);
    }
    for (row, record) in
        [("DELETE", delete), ("INSERT_OR_UPDATE", insert), ("DELETE", ""), ("INSERT", insert)]
    {
        check_row(&set(row, record), &["set 1"], &[]);
    }
}
