//! Update sets in several files: which rows are one set, and what it brings.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

/// The record of a set: its `sys_id`, its name, and further fields.
fn set(sys_id: &str, name: &str, fields: &str) -> String {
    format!(
        "<sys_remote_update_set action=\"INSERT_OR_UPDATE\"><name>{name}</name><sys_id>{sys_id}</sys_id>{fields}\
         </sys_remote_update_set>"
    )
}

/// A row of a set that opens a page, or closes it.
fn page(page: &str, active: bool, fields: &str) -> String {
    let record = format!("<active>{active}</active><page>{page}</page><sys_id>page-{page}</sys_id>");
    row("sys_public", "INSERT_OR_UPDATE", &record, fields)
}

fn row(table: &str, action: &str, record: &str, fields: &str) -> String {
    format!(
        "<sys_update_xml action=\"INSERT_OR_UPDATE\"><action>{action}</action><payload><![CDATA[<record_update>\
         <{table} action=\"INSERT_OR_UPDATE\">{record}</{table}></record_update>]]></payload>{fields}</sys_update_xml>"
    )
}

fn of_set(sys_id: &str) -> String {
    format!("<remote_update_set>{sys_id}</remote_update_set>")
}

/// What is found in files, as `rule key` with the number of related places, and
/// the fingerprints.
fn found(files: &[&str], all_versions: bool) -> (Vec<String>, Vec<String>) {
    let pack =
        Pack::compile(&[builtin().unwrap()], &Settings { strict: true, ..Settings::default() }).unwrap();
    let sources: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(at, rows)| {
            let text = format!("<unload unload_date=\"2026-03-01 10:00:00\">\n{rows}\n</unload>");
            Source::memory(&format!("{at}.xml"), text.into_bytes())
        })
        .collect();
    let options = Options { all_versions, ..Options::default() };
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let is_of_set = |rule: u16| pack.rules[usize::from(rule)].meta.id.starts_with("SNU");
    let findings: Vec<_> = outcome.findings.iter().filter(|finding| is_of_set(finding.rule)).collect();
    let line = |finding: &&crate::finding::Finding| {
        let id = &pack.rules[usize::from(finding.rule)].meta.id;
        format!("{id} {} +{}", finding.key, finding.places.len() - 1)
    };
    let prints = findings.iter().map(|finding| finding.fingerprint.to_string()).collect();
    (findings.iter().map(line).collect(), prints)
}

#[track_caller]
fn check(files: &[&str], expected: &[&str]) {
    assert_eq!(found(files, false).0, expected);
    // Sets know no other versions than their own.
    assert_eq!(found(files, true).0, expected);
}

#[test]
fn two_sets_in_one_file_are_two() {
    let file = [
        set("s1", "Piers", ""),
        set("s2", "Quays", ""),
        page("u_tides", true, &of_set("s1")),
        page("u_tides", true, &of_set("s2")),
    ]
    .concat();
    check(&[&file], &["SNU1011 Piers » u_tides +0", "SNU1011 Quays » u_tides +0"]);
    let (_, prints) = found(&[&file], false);
    assert_ne!(prints[0], prints[1]);
}

#[test]
fn one_set_in_two_files_is_one() {
    let closed = page("u_tides", false, &format!("{}<sys_recorded_at>18c2</sys_recorded_at>", of_set("s1")));
    let open = page("u_tides", true, &format!("{}<sys_recorded_at>18c1</sys_recorded_at>", of_set("s1")));
    let record = set("s1", "Piers", "");
    check(&[&format!("{record}{open}"), &closed], &[]);
    check(&[&open, &format!("{record}{closed}")], &[]);
    // Each by itself brings what it brings.
    check(&[&format!("{record}{open}")], &["SNU1011 Piers » u_tides +0"]);
    check(&[&open], &["SNU1011 s1 » u_tides +0"]);
    // The same row twice is one place and a copy.
    check(&[&format!("{record}{open}"), &open], &["SNU1011 Piers » u_tides +1"]);
}

#[test]
fn in_a_set_the_newest_recorded_counts_whatever_its_record_says() {
    let version = |active: bool, recorded: &str, updated: &str| {
        let record = format!(
            "<active>{active}</active><page>u_tides</page><sys_id>p</sys_id><sys_updated_on>{updated}</sys_updated_on>"
        );
        row("sys_public", "INSERT_OR_UPDATE", &record, &format!("{}{recorded}", of_set("s1")))
    };
    let at = |text: &str| format!("<sys_recorded_at>{text}</sys_recorded_at>");
    let on = |text: &str| format!("<sys_updated_on>{text}</sys_updated_on>");
    let (january, february) = ("2026-01-05 08:00:00", "2026-02-05 08:00:00");
    let open = ["SNU1011 s1 » u_tides +1"];
    check(&[&[version(true, &at("18c2"), january), version(false, &at("18c1"), february)].concat()], &open);
    check(&[&[version(true, &at("18c1"), february), version(false, &at("18c2"), january)].concat()], &[]);
    check(
        &[&[version(true, &on(february), january), version(false, &on(january), february)].concat()],
        &open,
    );
    check(&[&[version(true, "", february), version(false, "", january)].concat()], &open);
    // Where nothing tells, both stand.
    check(
        &[&[version(false, "", january), version(true, "", january)].concat()],
        &["SNU1011 s1 » u_tides +0"],
    );
}

#[test]
fn the_sets_of_a_batch_are_one() {
    let open = page("u_tides", true, &format!("{}<sys_recorded_at>18c1</sys_recorded_at>", of_set("s1")));
    let closed = page("u_tides", false, &format!("{}<sys_recorded_at>18c2</sys_recorded_at>", of_set("s2")));
    let batch = |first: &str, second: &str| {
        [
            set("s0", "Harbour", "<remote_sys_id>r0</remote_sys_id>"),
            set("s1", "Piers", first),
            set("s2", "Quays", second),
        ]
        .concat()
    };
    let parent = "<parent display_value=\"Harbour\">s0</parent>";
    let base = "<remote_base_update_set>s0</remote_base_update_set>";
    let by_source = "<remote_parent_id>r0</remote_parent_id>";
    for second in [parent, base, by_source] {
        check(&[&[batch(parent, second), open.clone(), closed.clone()].concat()], &[]);
        check(&[&batch(parent, second), &open, &closed], &[]);
        check(&[&[batch(parent, second), open.clone()].concat()], &["SNU1011 Harbour » u_tides +0"]);
    }
    check(&[&[batch(parent, ""), open, closed].concat()], &["SNU1011 Harbour » u_tides +0"]);
}

#[test]
fn rows_that_name_no_set_belong_to_the_one_of_their_file() {
    let open = page("u_tides", true, "");
    check(&[&format!("{}{open}", set("s1", "Piers", ""))], &["SNU1011 Piers » u_tides +0"]);
    check(&[&open], &["SNU1011 u_tides +0"]);
    check(
        &[&[set("s1", "Piers", ""), set("s2", "Quays", ""), open.clone()].concat()],
        &["SNU1011 u_tides +0"],
    );
    // What a file holds says nothing of another.
    let closed = page("u_tides", false, "<sys_recorded_at>18c9</sys_recorded_at>");
    check(&[&open, &closed], &["SNU1011 u_tides +0"]);
    check(&[&set("s1", "Piers", ""), &open], &["SNU1011 u_tides +0"]);
}

#[test]
fn a_set_is_known_by_its_origin_else_its_name() {
    let open = page("u_tides", true, &of_set("s1"));
    let with_origin = set("s1", "Piers", "<origin_sys_id>0a1b</origin_sys_id>");
    check(&[&format!("{with_origin}{open}")], &["SNU1011 0a1b » u_tides +0"]);
    let shown = page("u_tides", true, "<remote_update_set display_value=\"Piers\">s9</remote_update_set>");
    let (_, with_record) = found(&[&format!("{}{open}", set("s1", "Piers", ""))], false);
    assert_eq!(with_record, found(&[&shown], false).1);
    // Two exports of one set are one finding with two places.
    let again = [set("s2", "Piers", ""), page("u_tides", true, &of_set("s2"))].concat();
    let first = format!("{}{open}", set("s1", "Piers", ""));
    check(&[&first, &again], &["SNU1011 Piers » u_tides +1"]);
    // And a later one does not hide what an earlier one brings.
    check(&[&first, &again.replace("<active>true", "<active>false")], &["SNU1011 Piers » u_tides +0"]);
}

#[test]
fn a_local_set_is_judged_like_a_retrieved_one() {
    let record = "<sys_update_set><name>Piers</name><sys_id>s1</sys_id></sys_update_set>";
    let open = page("u_tides", true, "<update_set display_value=\"Piers\">s1</update_set>");
    check(&[&format!("{record}{open}")], &["SNU1011 Piers » u_tides +0"]);
    let retrieved = [set("s7", "Piers", ""), page("u_tides", true, &of_set("s7"))].concat();
    assert_eq!(found(&[&format!("{record}{open}")], false).1, found(&[&retrieved], false).1);
}

/// Where row and payload disagree, which makes the scan incomplete, nothing tells
/// which of them counts, and the record is judged as one that is brought.
#[test]
fn a_deletion_is_one_where_row_and_payload_agree() {
    let acl = "<active>true</active><name>u_tides</name><operation>read</operation><sys_id>a1</sys_id><type>record</type>";
    let deleted = |row: &str| {
        row.replace("<sys_security_acl action=\"INSERT_OR_UPDATE\"", "<sys_security_acl action=\"DELETE\"")
    };
    let by_row = row("sys_security_acl", "DELETE", acl, &of_set("s1"));
    check(&[&deleted(&by_row)], &["SNU1007 s1 » u_tides → read → record +0"]);
    check(
        &[&by_row.replace(" action=\"INSERT_OR_UPDATE\"><active>", "><active>")],
        &["SNU1007 s1 » u_tides → read → record +0"],
    );
    let by_payload = deleted(&row("sys_security_acl", "INSERT_OR_UPDATE", acl, &of_set("s1")));
    for file in [&by_row, &by_payload] {
        check(&[file], &[]);
    }
}

#[test]
fn what_was_lost_of_a_set_is_not_taken_for_gone() {
    let acl = "<active>false</active><name>u_tides</name><operation>read</operation><sys_id>a1</sys_id><type>record</type>";
    let off = row("sys_security_acl", "INSERT_OR_UPDATE", acl, &of_set("s1"));
    let pack =
        Pack::compile(&[builtin().unwrap()], &Settings { strict: true, ..Settings::default() }).unwrap();
    let text = format!("<unload>{off}{}", &off[..off.len() / 2]);
    let sources = [Source::memory("cut.xml", text.into_bytes())];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let messages: Vec<_> = outcome.findings.iter().map(|finding| &*finding.message).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].ends_with("could not be told without sys_security_acl."), "{messages:?}");
}
