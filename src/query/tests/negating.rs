//! The opposite of a query holds for exactly the rows that the query does not
//! hold for, whatever is empty.

use proptest::prelude::*;

use super::{NOW, ask};
use crate::query::{Clock, Query};

fn negated(query: &str) -> Result<String, String> {
    Query::parse(query).unwrap().negated("sys_user").map(|query| query.to_string())
}

#[track_caller]
fn check(query: &str, expected: &str) {
    assert_eq!(negated(query).as_deref(), Ok(expected), "{query}");
}

#[track_caller]
fn check_refused(query: &str, word: &str) {
    let reason = negated(query).unwrap_err();
    assert!(reason.contains(word), "{query}: {reason}");
}

#[test]
fn empty_fields_are_part_of_the_opposite() {
    check("active=true", "active!=true^ORactiveISEMPTY");
    check("user_name!=admin", "user_name=admin^ORuser_nameISEMPTY");
    check("emailISEMPTY", "emailISNOTEMPTY");
    check("email=", "emailISNOTEMPTY");
    check("email!=", "emailISEMPTY");
    check("user_nameLIKEsvc", "user_nameNOT LIKEsvc^ORuser_nameISEMPTY");
    check("user_nameINa,b", "user_nameNOT INa,b^ORuser_nameISEMPTY");
    check("failed_attempts>3", "failed_attempts<=3^ORfailed_attemptsISEMPTY");
    check("failed_attemptsBETWEEN1@3", "failed_attempts<1^ORfailed_attempts>3^ORfailed_attemptsISEMPTY");
    check("nameSAMEASuser_name", "nameNSAMEASuser_name^ORnameISEMPTY^ORuser_nameISEMPTY");
    check("manager.active=true", "manager.active!=true^ORmanager.activeISEMPTY");
}

#[test]
fn and_becomes_or_and_or_becomes_and() {
    check("active=true^cityISEMPTY", "active!=true^ORactiveISEMPTY^ORcityISNOTEMPTY");
    check("active=true^ORcityISEMPTY", "active!=true^ORactiveISEMPTY^cityISNOTEMPTY");
    check("cityISEMPTY^NQemailISEMPTY", "cityISNOTEMPTY^emailISNOTEMPTY");
}

#[test]
fn related_lists_are_counted_the_other_way() {
    let list = |count: &str| format!("RLQUERYsys_user_has_role.user,{count}^role.name=admin^ENDRLQUERY");
    check(&list(">=1"), &list("=0"));
    check(&list("=0"), &list(">=1"));
    check(&list(">2"), &list("<3"));
    check(&format!("active=true^{}", list(">=1")), &format!("active!=true^ORactiveISEMPTY^NQ{}", list("=0")));
    check_refused(&list("=2"), "count of 2");
}

#[test]
fn what_has_no_exact_opposite_is_refused() {
    check_refused("", "no condition");
    check_refused("user_nameSTARTSWITHsvc", "STARTSWITH");
    check_refused("user_nameENDSWITHsvc", "ENDSWITH");
    check_refused("user_nameIN,a", "user_nameIN,a");
    check_refused("emailEMPTYSTRING", "EMPTYSTRING");
    check_refused("emailANYTHING", "ANYTHING");
    check_refused("last_login_timeRELATIVELT@month@ago@1", "RELATIVE");
    check_refused("last_login_timeONToday@javascript:gs.daysAgoStart(0)@javascript:gs.daysAgoEnd(0)", "ON");
    // A reference is searched by what it displays.
    check_refused("managerLIKEbeth", "managerLIKEbeth");
    check_refused("u_ownerLIKEbeth", "u_ownerLIKEbeth");
    check_refused("@role=admin", "computed");
    check_refused("@class.machine=true", "computed");
    let many = "cityISEMPTY^ORemailISEMPTY^nameISEMPTY^ORtitleISEMPTY";
    check_refused(&[many; 5].join("^NQ"), "16 alternatives");
}

#[test]
fn two_queries_are_one() {
    let check = |left: &str, right: &str, expected: &str| {
        let (left, right) = (Query::parse(left).unwrap(), Query::parse(right).unwrap());
        assert_eq!(left.and(&right).unwrap().to_string(), expected);
    };
    check("active=true^ORDERBYname", "city=a^ORcity=b", "active=true^city=a^ORcity=b");
    check("a=1^NQb=1", "c=1", "a=1^c=1^NQb=1^c=1");
    check("", "c=1", "c=1");
    check("c=1", "", "c=1");
}

proptest! {
    /// Whatever stands in the fields, exactly one of the two holds.
    #[test]
    fn exactly_one_of_the_two_holds(
        query in proptest::collection::vec(prop::sample::select(vec![
            "user_name=a", "user_name!=a", "user_nameISEMPTY", "user_nameLIKEa", "user_nameNOT LIKEa",
            "user_nameINa,b", "user_nameNOT INa,b", "name<b", "name>=b", "nameBETWEENa@b", "name=",
            "nameSAMEASuser_name", "nameNSAMEASuser_name", "failed_attempts>1", "active=true", "active!=true",
        ]), 1..5),
        joints in proptest::collection::vec(prop::sample::select(vec!["^", "^OR", "^NQ"]), 5),
        name in prop::sample::select(vec!["", "a", "b", "c"]),
        user_name in prop::sample::select(vec!["", "a", "b", "ab"]),
        active in prop::sample::select(vec!["", "true", "false"]),
        attempts in prop::sample::select(vec!["", "0", "2"]),
    ) {
        let mut text = String::new();
        for (term, joint) in query.iter().zip(&joints) {
            if !text.is_empty() {
                text.push_str(joint);
            }
            text.push_str(term);
        }
        let row = format!(
            "sys_user name={name}; user_name={user_name}; active={active}; failed_attempts={attempts}"
        );
        let clock = Clock::parse(NOW).unwrap();
        if let Ok(opposite) = negated(&text) {
            let answers = [ask("sys_user", &row, &text, &clock), ask("sys_user", &row, &opposite, &clock)];
            prop_assert!(
                answers == ["yes", "no"] || answers == ["no", "yes"],
                "{} / {} of {}: {:?}", text, opposite, row, answers
            );
        }
    }
}
