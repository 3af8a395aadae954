//! What the doctor says of invented exports: one a sign.

use std::fmt::Write as _;

use super::{Examination, examine, want_signs};
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

fn examination(files: &[(&str, String)]) -> Examination {
    let mut pack =
        Pack::compile(&[builtin().unwrap()], &Settings { strict: true, ..Settings::default() }).unwrap();
    want_signs(&mut pack);
    let sources: Vec<_> =
        files.iter().map(|(path, text)| Source::memory(path, text.as_bytes().to_vec())).collect();
    examine(&sources, &pack, None)
}

/// The signs without those of columns, which these small exports all lack, and
/// the tables that look whole.
fn check(files: &[(&str, String)], signs: &[&str], whole: &[&str]) -> Examination {
    let examination = examination(files);
    let said: Vec<_> = examination
        .signs
        .iter()
        .filter(|sign| sign.kind.as_str() != "column-missing")
        .map(|sign| {
            let path = sign.source.and_then(|source| files.get(usize::try_from(source).unwrap()));
            let path = path.map_or("", |(path, _)| path);
            format!("{} {path}: {}", sign.kind.as_str(), sign.message)
        })
        .collect();
    assert_eq!(said, signs);
    assert_eq!(examination.whole_tables().collect::<Vec<_>>(), whole);
    examination
}

/// A row of a table with these columns.
fn row(table: &str, columns: &[(&str, &str)]) -> String {
    let mut text = format!("<{table} action=\"INSERT_OR_UPDATE\">");
    for (column, value) in columns {
        let _ = write!(text, "<{column}>{value}</{column}>");
    }
    text + &format!("</{table}>\n")
}

fn export(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-10-05 08:30:00\">\n{rows}</unload>\n"
    )
}

fn id(number: usize) -> String {
    format!("{number:032x}")
}

/// Users with these numbers, updated on that day.
fn users_of_day(numbers: impl IntoIterator<Item = usize>, day: u32) -> String {
    let updated = format!("2026-10-{day:02} 08:00:00");
    let user = |number| {
        let name = format!("user.{number}");
        row("sys_user", &[("sys_id", &id(number)), ("sys_updated_on", &updated), ("user_name", &name)])
    };
    export(&numbers.into_iter().map(user).collect::<String>())
}

fn users(numbers: impl IntoIterator<Item = usize>) -> String {
    users_of_day(numbers, 1)
}

fn properties(name: &str) -> String {
    let title = row("sys_properties", &[("sys_id", &id(2)), ("name", "glide.ui.title"), ("value", "Title")]);
    export(
        &(row("sys_properties", &[("sys_id", &id(1)), ("name", "instance_name"), ("value", name)]) + &title),
    )
}

#[test]
fn a_number_of_rows_may_be_a_limit() {
    let cut = check(
        &[("u.xml", users(0..10_000))],
        &["export-cap u.xml: exactly 10000 rows of sys_user: the export was probably cut at its limit"],
        &[],
    );
    let request = cut.requests.iter().find(|request| request.table == "sys_user").unwrap();
    assert_eq!(
        request.urls,
        ["https://INSTANCE.service-now.com/sys_user_list.do?XML&sysparm_query=sys_id%3E%3D\
          0000000000000000000000000000270f&sysparm_orderby=sys_id&sysparm_record_count=10000"]
    );
    check(&[("u.xml", users(0..9_999))], &[], &["sys_user"]);
    // In no order, nothing says where the rest begins.
    let shuffled = check(
        &[("u.xml", users((0..10_000).rev()))],
        &["export-cap u.xml: exactly 10000 rows of sys_user: the export was probably cut at its limit"],
        &[],
    );
    let request = shuffled.requests.iter().find(|request| request.table == "sys_user").unwrap();
    assert!(!request.urls[0].contains("sysparm_query"), "{:?}", request.urls);
}

#[test]
fn an_instance_may_have_a_limit_of_its_own() {
    let limit =
        row("sys_properties", &[("sys_id", &id(7)), ("name", "glide.xml.export.limit"), ("value", "30")]);
    let files =
        [("p.xml", export(&(limit.clone() + &limit.replace("limit", "other")))), ("u.xml", users(0..30))];
    check(
        &files,
        &["export-cap u.xml: exactly 30 rows of sys_user: the export was probably cut at its limit"],
        &["sys_properties"],
    );
}

#[test]
fn parts_that_share_the_row_at_the_cut_belong_together() {
    check(&[("b.xml", users(9_999..12_000)), ("a.xml", users(0..10_000))], &[], &["sys_user"]);
    check(
        &[("a.xml", users(0..10_000)), ("b.xml", users(9_999..19_999))],
        &[
            "part-gap b.xml: 10000 rows of sys_user end at sys_id 00000000000000000000000000004e1e, and no file goes on \
           from there: the next part is probably missing",
        ],
        &[],
    );
    check(
        &[("a.xml", users(0..10_000)), ("c.xml", users(12_000..13_000))],
        &[
            "part-gap a.xml: 10000 rows of sys_user end at sys_id 0000000000000000000000000000270f, and the next part, \
           c.xml, begins behind it, at 00000000000000000000000000002ee0: rows between them may be missing",
        ],
        &[],
    );
    // Whatever the size of parts is, the last one is not as large as the others.
    check(
        &[("a.xml", users(0..50)), ("b.xml", users(49..99))],
        &[
            "part-gap b.xml: 50 rows of sys_user end at sys_id 00000000000000000000000000000062, and no file goes on \
           from there: the next part is probably missing",
        ],
        &[],
    );
    check(&[("a.xml", users(0..50)), ("b.xml", users(49..98))], &[], &["sys_user"]);
}

#[test]
fn a_number_of_a_part_may_be_missing() {
    check(
        &[("u_1.xml", users(0..50)), ("u_3.xml", users(60..90))],
        &["part-gap u_3.xml: no file stands between u_1.xml and this one, by their numbers"],
        &[],
    );
    check(
        &[("u-1-of-2.xml", users(0..50))],
        &["part-gap u-1-of-2.xml: by its name the file is one of 2 parts, and part 2 is not there"],
        &[],
    );
    check(&[("u.xml", users(0..50)), ("u (1).xml", users(60..90))], &[], &["sys_user"]);
}

#[test]
fn files_may_share_more_than_that_row() {
    check(
        &[("a.xml", users(0..50)), ("b.xml", users(40..80))],
        &[
            "part-overlap b.xml: 10 of its 40 rows of sys_user stand in a.xml too: the files are no clean parts",
        ],
        &[],
    );
    check(
        &[("a.xml", users(0..50)), ("copy.xml", users(0..50))],
        &["duplicate copy.xml: all its 50 rows of sys_user stand in a.xml too"],
        &["sys_user"],
    );
    check(
        &[("new.xml", users_of_day(0..50, 9)), ("old.xml", users(0..40))],
        &[
            "older-version old.xml: all its 40 rows of sys_user stand in new.xml too, 40 of them in a newer version: \
           rows that were deleted since then still stand here",
        ],
        &[],
    );
}

#[test]
fn files_without_a_common_row_and_below_limits_are_no_sign() {
    check(&[("a.xml", users(0..50)), ("b.xml", users(60..90))], &[], &["sys_user"]);
}

#[test]
fn a_file_may_be_cut() {
    let text = users(0..50);
    let torn = text[..text.len() - 40].to_owned();
    check(&[("u.xml", torn)], &["cut u.xml: the file could not be read to its end"], &[]);
}

#[test]
fn columns_may_be_missing_or_emptied() {
    let grant = |at| {
        let (sys_id, role) = (id(at), id(at + 900));
        row("sys_user_has_role", &[("sys_id", &sys_id), ("user", ""), ("role", &role)])
    };
    let grants = |count| export(&(0..count).map(grant).collect::<String>());
    check(
        &[("grants.xml", grants(20))],
        &[
            "column-empty grants.xml: user of sys_user_has_role is empty in all 20 rows, and the platform never leaves \
           it so: an access rule kept it from whoever exported, and perhaps rows too",
        ],
        &[],
    );
    check(&[("grants.xml", grants(19))], &[], &["sys_user_has_role"]);
    let missing = examination(&[("grants.xml", grants(19))]);
    assert_eq!(
        missing.signs.iter().map(|sign| &*sign.message).collect::<Vec<_>>(),
        ["no column inherited, state in sys_user_has_role: rules that ask for it cannot tell"]
    );
    // A table export holds all columns there are; a list may have been made with a view.
    let asked = |examination: &Examination| {
        examination.requests.iter().find(|request| request.table == "sys_user_has_role").cloned()
    };
    assert_eq!(asked(&missing), None);
    let list = grants(19).replace("unload_date=\"2026-10-05 08:30:00\"", "").replace("unload", "xml");
    let list = list.replace(" action=\"INSERT_OR_UPDATE\"", "").replace("<xml >", "<xml>");
    let request = asked(&examination(&[("grants.xml", list)])).unwrap();
    assert_eq!(request.reason.as_str(), "columns");
    assert!(request.columns.iter().any(|column| column == "inherited"));
}

#[test]
fn names_of_instances_may_differ() {
    let one = check(&[("p.xml", properties("skarline"))], &[], &["sys_properties"]);
    assert_eq!(one.instance.as_deref(), Some("skarline"));
    assert!(one.requests[0].urls[0].starts_with("https://skarline.service-now.com/"));
    let two = check(
        &[
            ("a/p.xml", properties("skarline")),
            ("b/p.xml", properties("skarlinedev")),
            ("u.xml", users(0..9)),
        ],
        &[
            "mixed-instances : property instance_name is 'skarline' in a/p.xml and 'skarlinedev' in b/p.xml: the files \
             are of several instances",
            "duplicate b/p.xml: all its 2 rows of sys_properties stand in a/p.xml too",
        ],
        &[],
    );
    assert_eq!(two.instance, None);
}

#[test]
fn the_same_names_may_belong_to_other_rows() {
    let other = |count: usize| users(0..count).replace("<sys_id>00", "<sys_id>ff");
    check(
        &[("a.xml", users(0..40)), ("b.xml", other(30))],
        &[
            "mixed-instances : 30 values of sys_user.user_name belong to one row in a.xml and to another in b.xml: the \
           files look like exports of two instances",
        ],
        &[],
    );
    // Two that were deleted and made anew.
    check(&[("a.xml", users(0..40)), ("b.xml", other(2))], &[], &["sys_user"]);
}

#[test]
fn references_may_lead_nowhere() {
    let member = |user: usize, group: usize| {
        let (sys_id, user, group) = (id(user + 500), id(user), id(group + 700));
        row("sys_user_grmember", &[("sys_id", &sys_id), ("user", &user), ("group", &group)])
    };
    let members = export(&(0..12).map(|at| member(at, 1)).collect::<String>());
    check(
        &[("m.xml", members.clone()), ("u.xml", users(0..10))],
        &["dangling-reference : 2 of 12 references to sys_user lead to no row that is here (2 of \
           sys_user_grmember.user): rows were left out, or are gone from the instance"],
        &["sys_user_grmember"],
    );
    let whole =
        check(&[("m.xml", members), ("u.xml", users(0..12))], &[], &["sys_user", "sys_user_grmember"]);
    let users = whole.tables.iter().find(|table| table.table == "sys_user").unwrap();
    assert!(users.because.iter().any(|reason| reason.starts_with("all 12 references to it")), "{users:?}");
}

#[test]
fn a_name_may_say_that_rows_were_filtered() {
    check(
        &[("sys_user (active=true).xml", users(0..10))],
        &[
            "filtered sys_user (active=true).xml: the name of the file says that sys_user was filtered by 'active=true'",
        ],
        &[],
    );
}

#[test]
fn one_row_and_files_of_several_tables_are_not_taken_as_whole() {
    check(&[("u.xml", users(3..4))], &[], &[]);
    let role = row("sys_user_role", &[("sys_id", &id(77)), ("name", "x")]);
    let mixed = users(0..10).replace("</unload>", &format!("{role}</unload>"));
    check(&[("mixed.xml", mixed)], &[], &[]);
}

#[test]
fn an_update_set_may_be_a_header_only() {
    let header = row("sys_remote_update_set", &[("sys_id", &id(5)), ("name", "Nothing")]);
    check(
        &[("set.xml", export(&header))],
        &["no-changes set.xml: only the header of an update set: no changes"],
        &[],
    );
}

#[test]
fn records_of_apps_may_stand_in_several_files() {
    let role = |day: u32| {
        let record = row(
            "sys_user_role",
            &[("sys_id", &id(5)), ("name", "x"), ("sys_updated_on", &format!("2026-10-{day:02} 08:00:00"))],
        );
        format!("<record_update table=\"sys_user_role\">{record}</record_update>")
    };
    check(
        &[("1.0/r.xml", role(1)), ("1.1/r.xml", role(2))],
        &[
            "older-version : 1 record of apps and update sets stand in several of 2 files, in versions of several dates: \
           a scan judges the newest (1 of sys_user_role)",
        ],
        &[],
    );
    check(
        &[("a/r.xml", role(1)), ("b/r.xml", role(1))],
        &[
            "duplicate : 1 record of apps and update sets stand in several of 2 files, and no date says that one is newer \
           (1 of sys_user_role)",
        ],
        &[],
    );
}

#[test]
fn an_answer_that_broke_off_is_cut() {
    let row = |number| format!("{{\"sys_id\":\"{}\",\"user_name\":\"user.{number}\"}}", id(number));
    let rows = format!("{},{}", row(1), row(2));
    let whole = format!("{{\"result\":[{rows}]}}");
    let error = "\"error\":{\"message\":\"Time is up\"},\"status\":\"failure\"";
    check(&[("sys_user.json", whole.clone())], &[], &["sys_user"]);
    let cut = |path: &str| format!("cut {path}: the file could not be read to its end");
    check(&[("sys_user.json", format!("{{\"result\":[{rows}],{error}}}"))], &[&cut("sys_user.json")], &[]);
    // Nothing but the error, beside a part that is whole.
    let second = "sys_user (2).json";
    check(&[("sys_user.json", whole), (second, format!("{{{error}}}"))], &[&cut(second)], &[]);
}

#[test]
fn a_word_for_nothing_is_named() {
    let text = |manager: &str| {
        let row = |number| format!("{},user.{number},NULL,{manager}\n", id(number));
        format!("sys_id,user_name,title,manager\n{}{}", row(1), row(2))
    };
    check(
        &[("sys_user.csv", text("NULL"))],
        &[
            "null-word sys_user.csv: values 'NULL' count as empty, since dates, booleans or references hold that \
           word too: the platform does not write it, so the file comes from another tool, such as a database",
        ],
        &["sys_user"],
    );
    check(&[("sys_user.csv", text(""))], &[], &["sys_user"]);
}

#[test]
fn children_make_no_parent_whole() {
    let contact = row("customer_contact", &[("sys_id", &id(1)), ("user_name", "a")]);
    let other = row("customer_contact", &[("sys_id", &id(2)), ("user_name", "b")]);
    let user = row("sys_user", &[("sys_id", &id(3)), ("user_name", "c")]);
    check(&[("u.xml", export(&format!("{contact}{other}")))], &[], &[]);
    check(&[("u.xml", export(&format!("{contact}{user}")))], &[], &["sys_user"]);
}
