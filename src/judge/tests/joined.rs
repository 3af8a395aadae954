//! Several rows of one record: which is believed, and what joins see of them.

use super::{judged, verdict_of};
use crate::facts::Options;
use crate::instance::instance_notices;
use crate::query::Clock;

const ROLE: &str =
    "<sys_user_role><name>admin</name><sys_id>2831a114c611228501d4ea6c309d626d</sys_id></sys_user_role>";
const GRANT: &str = "<sys_user_has_role><user>u1</user><role>2831a114c611228501d4ea6c309d626d</role><state>active\
                     </state><inherited>false</inherited><sys_id>g1</sys_id></sys_user_has_role>";

/// An account that works for a machine.
fn account(active: bool, fields: &str) -> String {
    format!(
        "<sys_user><user_name>svc.quay</user_name><active>{active}</active><web_service_access_only>false\
         </web_service_access_only><sys_id>u1</sys_id>{fields}</sys_user>"
    )
}

/// A file, with the date of its start tag; none for an empty one.
fn file(date: &str, rows: &str) -> String {
    let date = if date.is_empty() { String::new() } else { format!(" unload_date=\"{date} 10:00:00\"") };
    format!("<unload{date}>{rows}</unload>")
}

/// What SNR1001 says of an account that holds admin, in either order of the files:
/// `fail`, `pass`, or `?`; behind it ` !` where the input contradicts itself, which
/// is said once at either place.
#[track_caller]
fn check(files: &[&str], expected: &str) {
    let common = file("2026-03-01", &format!("{ROLE}{GRANT}"));
    let orders = [files.to_vec(), files.iter().rev().copied().collect()];
    for order in orders {
        let files: Vec<_> = order.into_iter().chain([common.as_str()]).collect();
        assert_eq!(verdict(&files), expected, "{files:?}");
    }
}

fn options() -> Options {
    let today = Some(Clock::parse("2026-03-05").unwrap());
    Options { complete: ["all".to_owned()].into(), today, ..Options::default() }
}

fn verdict(files: &[&str]) -> String {
    judged("SNR1001", files, &options(), |instance, coverage| {
        let at_odds = match instance_notices(instance, &|_| "file").len() {
            0 => "",
            2 => " !",
            _ => " !!",
        };
        // Whoever has no such account passes.
        let verdict = verdict_of(coverage).replace("not applicable", "pass");
        format!("{verdict}{at_odds}")
    })
}

fn on(date: &str) -> String {
    format!("<sys_updated_on>{date}</sys_updated_on>")
}

#[test]
fn the_later_date_decides_if_it_is_one() {
    let check = |active: &str, inactive: &str, expected: &str| {
        let (active, inactive) = (account(true, &on(active)), account(false, &on(inactive)));
        check(&[&file("2026-03-01", &active), &file("2026-03-01", &inactive)], expected);
    };
    check("2026-02-02 10:00:00", "2026-02-01 10:00:00", "fail");
    check("2026-02-01 10:00:00", "2026-02-02 10:00:00", "pass");
    // Behind the file, or no date: it decides nothing.
    check("2026-02-01 10:00:00", "2026-03-03 10:00:00", "? !");
    check("2026-02-01 10:00:00", "9999", "? !");
    check("2026-02-01 10:00:00", "31.03.2026 10:00:00", "? !");
    check("2026-02-01 10:00:00", "2026-02-31 10:00:00", "? !");
}

#[test]
fn of_equal_dates_the_newer_export_decides() {
    let same = on("2025-02-01 10:00:00");
    let check = |active: &str, inactive: &str, expected: &str| {
        check(&[&file(active, &account(true, &same)), &file(inactive, &account(false, &same))], expected);
    };
    check("2026-03-02", "2026-03-01", "fail");
    check("2026-03-01", "2026-03-02", "pass");
    check("2026-03-01", "2026-03-01", "? !");
    check("2026-03-01", "", "? !");
    // No export is of a later day than today.
    check("2026-03-01", "2999-03-02", "? !");
}

#[test]
fn case_of_a_sys_id_does_not_count() {
    let same = on("2025-02-01 10:00:00");
    let upper = account(false, &same).replace("<sys_id>u1", "<sys_id>U1");
    check(&[&file("2026-03-02", &account(true, &same)), &file("2026-03-01", &upper)], "fail");
    check(&[&file("2026-03-01", &account(true, &same)), &file("2026-03-02", &upper)], "pass");
}

#[test]
fn what_only_one_copy_shows_is_no_contradiction() {
    let without = account(true, "").replace("<active>true</active>", "");
    check(&[&file("", &account(true, "")), &file("", &without)], "fail");
    check(&[&file("", &account(false, "")), &file("", &without)], "pass");
    // Three of them, two of which say different things.
    check(&[&file("", &account(true, "")), &file("", &without), &file("", &account(false, ""))], "? !");
    check(&[&file("", &account(true, "")), &file("", &account(true, ""))], "fail");
    // Nobody asks for that column.
    check(&[&file("", &account(true, "<city>Kiel</city>")), &file("", &account(true, ""))], "fail");
}

#[test]
fn one_moment_in_two_time_zones_is_no_contradiction() {
    let login = |at: &str| account(true, &format!("<last_login_time>{at}</last_login_time>"));
    check(&[&file("", &login("2026-02-20 10:00:00")), &file("", &login("2026-02-20 02:00:00"))], "fail");
}

/// A row with the `sys_id` of the account, under another user name.
fn decoy(fields: &str) -> String {
    account(false, fields).replace("svc.quay", "ann.lee")
}

#[test]
fn two_records_with_one_sys_id_are_two() {
    let (old, new) = (on("2026-02-01 10:00:00"), on("2026-02-20 10:00:00"));
    let both = format!("{}{}", account(true, &old), decoy(&new));
    // What the grant leads to is not known.
    check(&[&file("2026-03-01", &both)], "? !");
    // In two files they are two versions of a record that was renamed.
    check(&[&file("2026-03-01", &account(true, &old)), &file("2026-03-01", &decoy(&new))], "pass");
    // The same record twice in one file, of which one is older.
    let same = format!("{}{}", account(true, &old), account(false, &new));
    check(&[&file("2026-03-01", &same)], "pass");
}

#[test]
fn a_copied_sys_id_hides_no_grant() {
    let decoy = GRANT.replace("<user>u1", "<user>u2").replace(
        "<sys_id>g1</sys_id>",
        "<sys_id>g1</sys_id><sys_updated_on>2026-02-28 10:00:00</sys_updated_on>",
    );
    let rows = format!("{ROLE}{GRANT}{decoy}{}", account(true, ""));
    assert_eq!(verdict(&[&file("2026-03-01", &rows)]), "fail !");
}

#[test]
fn a_word_for_nothing_is_no_sys_id() {
    let word = |text: &str| text.replace("<sys_id>u1", "<sys_id>NULL");
    let one = word(&account(true, &on("2026-02-01 10:00:00")));
    let other = word(&decoy(&on("2026-02-20 10:00:00")));
    let grant = GRANT.replace("<user>u1", "<user>NULL");
    let rows = format!("{ROLE}{grant}{one}{other}");
    assert_eq!(verdict(&[&file("2026-03-01", &rows)]), "?");
}

/// What coverage says where a column contradicts itself: not that it is missing.
#[test]
fn a_contradiction_is_no_lack() {
    let common = file("2026-03-01", &format!("{ROLE}{GRANT}"));
    let check = |files: &[&str], expected: &[&str]| {
        let files: Vec<_> = files.iter().copied().chain([common.as_str()]).collect();
        let missing = judged("SNR1001", &files, &options(), |_, coverage| coverage.missing.clone());
        let of_column: Vec<_> = missing.iter().filter(|name| name.contains("sys_user.active")).collect();
        assert_eq!(of_column, expected, "{files:?}: {missing:?}");
    };
    let same = on("2026-02-01 10:00:00");
    let (active, inactive) = (account(true, &same), account(false, &same));
    let day = |rows: &str| file("2026-03-01", rows);
    let said = "the input contradicts itself about sys_user.active of 'svc.quay', in 0.xml and in 1.xml";
    check(&[&day(&active), &day(&inactive)], &[said]);
    let twice = said.replace("in 0.xml and in 1.xml", "twice in 0.xml");
    check(&[&day(&format!("{active}{inactive}"))], &[&twice]);
    // Another account lacks the column, which is said too.
    let lacking =
        active.replace("<active>true</active>", "").replace("u1", "u2").replace("svc.quay", "svc.pier");
    let grant = GRANT.replace("u1", "u2").replace("g1", "g2");
    let lacking = day(&format!("{lacking}{grant}"));
    check(&[&lacking], &["sys_user.active"]);
    check(&[&day(&active), &day(&inactive), &lacking], &["sys_user.active", said]);
    // Several records are counted.
    let other =
        |text: &str| day(&format!("{text}{}", text.replace("u1", "u3").replace("svc.quay", "svc.mole")));
    let more = format!("{said}; one more record is like this");
    check(&[&other(&active), &other(&inactive)], &[&more]);
}
