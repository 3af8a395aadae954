//! Dates against fixed moments, against now, and against each other.

use super::{NOW, ask, check};
use crate::query::Clock;

/// Asks of a user who logged in at that moment.
#[track_caller]
fn login(moment: &str, query: &str, expected: &str) {
    let row = format!("sys_user last_login_time={moment}; last_login={moment}");
    check("sys_user", &row, &[(query, expected)]);
}

#[test]
fn clock_reads_what_exports_write() {
    assert_eq!(Clock::parse(NOW).unwrap().now().unwrap().to_string(), "2026-10-05T08:30:00");
    assert_eq!(Clock::parse("2026-10-05").unwrap().now().unwrap().to_string(), "2026-10-05T00:00:00");
    assert_eq!(Clock::parse(" 2026-10-05T08:30:00Z ").unwrap(), Clock::parse(NOW).unwrap());
    assert_eq!(Clock::unknown().now(), None);
    for wrong in
        ["", "today", "2026-13-01", "2026-02-30", "2026-10-05 8:30", "2026-10-05 08:30:61", "2026-10-05é"]
    {
        assert!(Clock::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn compares_with_given_moments() {
    for (query, expected) in [
        ("last_login_time>2026-01-02 10:00:00", "yes"),
        ("last_login_time>2026-01-02 12:00:00", "no"),
        ("last_login_time>=2026-01-02 12:00:00", "yes"),
        ("last_login_time=2026-01-02 12:00:00", "yes"),
        // Where one side is a whole day, days are compared.
        ("last_login_time=2026-01-02", "yes"),
        ("last_login_time>2026-01-02", "no"),
        ("last_login_time<=2026-01-02", "yes"),
        ("last_login_time<2026-01-03", "yes"),
        ("last_login_timeBETWEEN2026-01-01@2026-01-02", "yes"),
        ("last_login_timeBETWEEN2026-01-03@2026-01-04", "no"),
        ("last_login_time>javascript:gs.dateGenerate('2026-01-01','23:59:59')", "yes"),
        ("last_login_time>javascript:gs.dateGenerate('2026-01-02','23:59:59')", "no"),
        (
            "last_login_timeON2026-01-02@javascript:gs.dateGenerate('2026-01-02','start')@javascript:gs.dateGenerate('2026-01-02','end')",
            "yes",
        ),
        ("last_login_timeNOTONx@2026-01-02@2026-01-02", "no"),
        ("last_login_timeNOTONx@2026-01-03@2026-01-03", "yes"),
        ("last_login_time>soon", "no"),
        ("last_login_time!=soon", "yes"),
    ] {
        login("2026-01-02 12:00:00", query, expected);
    }
    for (query, expected) in [
        ("last_login=2026-01-02", "yes"),
        ("last_login>2026-01-02 10:00:00", "no"),
        ("last_login>=2026-01-02 10:00:00", "yes"),
        ("last_loginONx@2026-01-02 00:00:00@2026-01-02 23:59:59", "yes"),
    ] {
        login("2026-01-02", query, expected);
    }
    for query in [
        "last_login_time<2026-01-02",
        "last_login_timeRELATIVELT@month@ago@1",
        "last_login_timeNOTONx@2026-01-01@2026-01-02",
    ] {
        login("", query, "no");
        login("03/04/2026", query, "unknown sys_user.last_login_time");
    }
}

#[test]
fn columns_that_are_not_known_hold_what_they_look_like() {
    check(
        "u_thing",
        "u_thing u_when=2026-01-02 12:00:00; u_text=abc",
        &[
            ("u_when>2026-01-01", "yes"),
            ("u_when=2026-01-02", "yes"),
            ("u_whenRELATIVELT@day@ago@1", "yes"),
            ("u_text>2026-01-01", "yes"),
            ("u_text>javascript:gs.beginningOfToday()", "no"),
        ],
    );
}

#[test]
fn relative_to_now() {
    for (moment, query, expected) in [
        ("2026-09-05 08:29:59", "RELATIVELT@month@ago@1", "yes"),
        ("2026-09-05 08:30:00", "RELATIVELT@month@ago@1", "no"),
        ("2026-09-05 08:30:00", "RELATIVELE@month@ago@1", "yes"),
        ("2026-09-05 08:30:00", "RELATIVEGE@month@ago@1", "yes"),
        ("2026-09-05 08:30:00", "RELATIVEGT@month@ago@1", "no"),
        ("2026-09-05 08:30:01", "RELATIVEGT@month@ago@1", "yes"),
        ("2026-07-05 08:29:59", "RELATIVELT@quarter@ago@1", "yes"),
        ("2026-07-05 08:30:01", "RELATIVELT@quarter@ago@1", "no"),
        ("2025-10-05 08:29:59", "RELATIVELT@year@ago@1", "yes"),
        ("2026-09-28 08:29:59", "RELATIVELT@week@ago@1", "yes"),
        ("2026-09-28 08:30:01", "RELATIVELT@week@ago@1", "no"),
        // `dayofweek` counts days.
        ("2026-07-07 08:29:59", "RELATIVELT@dayofweek@ago@90", "yes"),
        ("2026-07-07 08:30:01", "RELATIVELT@dayofweek@ago@90", "no"),
        ("2026-07-07 08:29:59", "RELATIVELT@day@ago@90", "yes"),
        ("2026-10-05 06:29:59", "RELATIVELT@hour@ago@2", "yes"),
        ("2026-10-05 08:15:01", "RELATIVEGT@minute@ago@15", "yes"),
        ("2026-10-12 08:30:01", "RELATIVEGT@dayofweek@ahead@7", "yes"),
        ("2026-10-12 08:29:59", "RELATIVEGT@dayofweek@ahead@7", "no"),
        ("2026-10-02 23:00:00", "RELATIVEEE@dayofweek@ago@3", "yes"),
        ("2026-10-03 00:00:00", "RELATIVEEE@dayofweek@ago@3", "no"),
        ("2026-10-05 07:59:59", "RELATIVEEE@hour@ago@1", "yes"),
        ("2026-10-05 08:00:00", "RELATIVEEE@hour@ago@1", "no"),
        // More than the calendar holds.
        ("2026-10-05 08:00:00", "RELATIVELT@year@ago@99999", "no"),
        ("2026-10-05 08:00:00", "RELATIVELT@quarter@ago@9223372036854775807", "no"),
    ] {
        login(moment, &format!("last_login_time{query}"), expected);
    }
    // A column of whole days is compared by days.
    login("2026-09-05", "last_loginRELATIVELT@month@ago@1", "no");
    login("2026-09-04", "last_loginRELATIVELT@month@ago@1", "yes");
}

/// A month after the 31st ends on the month's last day.
#[test]
fn months_are_of_the_calendar() {
    let clock = Clock::parse("2026-03-31 12:00:00").unwrap();
    let row = "sys_user last_login_time=2026-02-28 12:00:00";
    assert_eq!(ask("sys_user", row, "last_login_timeRELATIVEEE@month@ago@1", &clock), "yes");
}

#[test]
fn functions_of_now() {
    for (moment, function, order) in [
        ("2026-10-05 00:00:00", "beginningOfToday()", "="),
        ("2026-10-05 23:59:59", "endOfToday()", "="),
        ("2026-10-04 00:00:00", "beginningOfYesterday()", "="),
        ("2026-10-04 23:59:59", "endOfYesterday()", "="),
        ("2026-10-06 00:00:00", "beginningOfTomorrow()", "="),
        ("2026-09-05 00:00:00", "beginningOfLast30Days()", "="),
        ("2026-10-05 23:59:59", "endOfLast30Days()", "="),
        ("2026-07-07 00:00:00", "beginningOfLast90Days()", "="),
        ("2026-04-01 00:00:00", "beginningOfLast6Months()", "="),
        ("2026-10-05 00:00:00", "beginningOfThisWeek()", "="),
        ("2026-10-11 23:59:59", "endOfThisWeek()", "="),
        ("2026-09-28 00:00:00", "beginningOfLastWeek()", "="),
        ("2026-09-30 23:59:59", "endOfLastMonth()", "="),
        ("2026-10-01 00:00:00", "beginningOfThisQuarter()", "="),
        ("2026-09-30 23:59:59", "endOfLastQuarter()", "="),
        ("2027-01-01 00:00:00", "beginningOfNextYear()", "="),
        ("2025-01-01 00:00:00", "beginningOfOneYearAgo()", "="),
        ("2026-10-05 08:00:00", "beginningOfCurrentHour()", "="),
        ("2026-10-05 00:00:00", "daysAgoStart(0)", "="),
        ("2026-10-02 00:00:00", "daysAgoStart(3)", "="),
        ("2026-10-05 23:59:59", "daysAgoEnd(0)", "="),
        ("2026-10-06 23:59:59", "daysAgoEnd(-1)", "="),
        ("2026-09-25 08:30:00", "daysAgo('10')", "="),
        ("2026-10-05 08:30:00", "minutesAgoStart(0)", "="),
        ("2026-10-05 08:30:59", "minutesAgoEnd(0)", "="),
        ("2026-07-01 00:00:00", "monthsAgoStart(3)", "="),
        ("2026-06-30 23:59:59", "quartersAgoEnd(2)", "="),
        ("2024-01-01 00:00:00", "yearsAgoStart(2)", "="),
        ("2026-10-05 07:00:00", "hoursAgoStart(1)", "="),
        ("2026-10-05 08:30:00", "nowDateTime()", "="),
        ("2026-10-05 08:30:00", "now();", "="),
    ] {
        login(moment, &format!("last_login_time{order}javascript:gs.{function}"), "yes");
    }
    let today = "last_login_timeONToday@javascript:gs.daysAgoStart(0)@javascript:gs.daysAgoEnd(0)";
    login("2026-10-05 23:59:59", today, "yes");
    login("2026-10-04 23:59:59", today, "no");
    login("2026-10-05", &today.replace("_time", ""), "yes");
    login("2026-10-06", &today.replace("_time", ""), "no");
    login("2026-10-06 00:00:00", &today.replace("ONToday", "NOTONToday"), "yes");
}

#[test]
fn without_a_now_relative_dates_are_unknown() {
    let row = "sys_user last_login_time=2026-01-02 12:00:00; last_login=";
    for (query, expected) in [
        ("last_login_timeRELATIVELT@month@ago@1", "unknown"),
        ("last_login_time>javascript:gs.beginningOfToday()", "unknown"),
        ("last_login_timeONToday@javascript:gs.daysAgoStart(0)@javascript:gs.daysAgoEnd(0)", "unknown"),
        ("last_login_time>javascript:gs.dateGenerate('2026-01-01','start')", "yes"),
        ("last_loginRELATIVELT@month@ago@1", "no"),
        ("last_login_timeRELATIVELT@month@ago@1^sys_class_name=x", "unknown sys_user.sys_class_name"),
    ] {
        assert_eq!(ask("sys_user", row, query, &Clock::unknown()), expected, "{query}");
    }
}

#[test]
fn parts_of_dates() {
    for (part, expected) in [
        ("'dayofweek','monday','EE'", "yes"),
        ("'dayofweek','Mon','EE'", "yes"),
        ("'dayofweek','tuesday','GE'", "no"),
        ("'dayofweek','tuesday','LT'", "yes"),
        ("'month','oct','EE'", "yes"),
        ("'month','10','EE'", "yes"),
        ("'quarter','4','EE'", "yes"),
        ("'year','2025','GT'", "yes"),
        ("'week','41','EE'", "yes"),
        ("'hour','09','GE'", "no"),
    ] {
        let query = format!("last_login_timeDATEPARTx@javascript:gs.datePart({part})");
        login("2026-10-05 08:30:00", &query, expected);
    }
    login("2026-10-05", "last_loginDATEPARTx@javascript:gs.datePart('hour','0','EE')", "no");
}

#[test]
fn distances_between_fields() {
    for (created, updated, query, expected) in [
        ("2026-01-01 00:00:00", "2026-01-05 00:00:00", "MORETHANsys_updated_on@day@before@3", "yes"),
        ("2026-01-02 00:00:00", "2026-01-05 00:00:00", "MORETHANsys_updated_on@day@before@3", "no"),
        ("2026-01-03 00:00:00", "2026-01-05 00:00:00", "LESSTHANsys_updated_on@day@before@3", "yes"),
        ("2026-01-01 00:00:00", "2026-01-05 00:00:00", "LESSTHANsys_updated_on@day@before@3", "no"),
        ("2026-01-06 00:00:00", "2026-01-05 00:00:00", "LESSTHANsys_updated_on@day@before@3", "no"),
        ("2026-02-06 00:00:00", "2026-01-05 00:00:00", "MORETHANsys_updated_on@month@after@1", "yes"),
        ("2026-01-06 00:00:00", "2026-01-05 00:00:00", "LESSTHANsys_updated_on@month@after@1", "yes"),
        ("2026-01-04 00:00:00", "2026-01-05 00:00:00", "LESSTHANsys_updated_on@month@after@1", "no"),
        ("2026-01-05 01:00:00", "2026-01-05 23:00:00", "SAMEASsys_updated_on@day", "yes"),
        ("2026-01-05 01:00:00", "2026-01-05 23:00:00", "SAMEASsys_updated_on", "no"),
        ("2026-01-05 01:00:00", "2026-01-06 01:00:00", "SAMEASsys_updated_on@day", "no"),
        ("2026-01-05 01:00:00", "2026-01-06 01:00:00", "NSAMEASsys_updated_on@day", "yes"),
        ("2026-01-05 01:00:00", "2026-01-30 01:00:00", "SAMEASsys_updated_on@month", "yes"),
        ("2026-01-05 01:00:00", "", "SAMEASsys_updated_on@month", "no"),
        ("2026-01-05 01:00:00", "", "MORETHANsys_updated_on@month@after@1", "no"),
    ] {
        let row = format!("sys_user sys_created_on={created}; sys_updated_on={updated}");
        check("sys_user", &row, &[(&format!("sys_created_on{query}"), expected)]);
    }
}
