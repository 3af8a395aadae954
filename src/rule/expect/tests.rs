//! What comparators say of values.

use super::{Expectation, Fill, Holds};
use crate::finding::Unclear;
use crate::rule::file::Expect;

struct Params;

impl Fill for Params {
    fn text(&self, text: &str) -> String {
        text.replace("{limit}", "60")
    }

    fn list(&self, text: &str) -> Vec<String> {
        match text {
            "{names}" => vec!["a".into(), "b".into()],
            "{nobody_said}" => Vec::new(),
            _ => vec![self.text(text)],
        }
    }
}

pub(super) fn expectation(yaml: &str) -> Expectation {
    let expect: Expect = serde_saphyr::from_str(yaml).unwrap();
    Expectation::compile(&expect.value, &Params).unwrap()
}

fn check(yaml: &str, cases: &[(&str, bool)]) {
    let expectation = expectation(yaml);
    for (value, expected) in cases {
        assert_eq!(expectation.holds(value), Holds::from_bool(*expected), "{yaml} of {value:?}");
    }
}

#[test]
fn comparators() {
    check("equals: 'true'", &[("true", true), (" TRUE ", true), ("false", false), ("", false)]);
    check("equals: 0", &[("0", true), ("0.0", true), ("1", false)]);
    check("at_most: '{limit}'", &[("60", true), (" 61 ", false), ("", false), ("-1", true)]);
    check("at_least: 5", &[("5.0", true), ("007", true), ("4", false)]);
    check("{ at_least: 1, at_most: '{limit}' }", &[("1", true), ("0", false), ("-1", false), ("61", false)]);
    check("{ at_most: 60, unlimited: '0' }", &[("0", false), ("30", true)]);
    check("{ between: [1, 720], unlimited: '0' }", &[("0", false), ("720", true), ("721", false)]);
    check("one_of: ['{names}', c]", &[("a", true), ("C", true), ("d", false)]);
    check("matches: '^svc'", &[("SVC.sap", true), ("a.svc", false)]);
    check("not_matches: '^http://'", &[("https://x", true), ("http://x", false)]);
    check(
        "each: { not_matches: '^http://' }",
        &[("https://a,https://b", true), ("https://a, http://b", false), ("", true)],
    );
    check("subset_of: [mid_server, maint]", &[("maint", true), ("maint,admin", false), ("", true)]);
    check("contains_all: [a, b]", &[("b,a,c", true), ("a", false)]);
    check("contains_none: ['*']", &[("a,b", true), ("a,*", false)]);
    check("ip_within: ['10.0.0.0/8', '::1']", &[("10.2.3.4", true), ("11.0.0.1", false), ("::1", true)]);
    check("ip_within: ['0.0.0.0/0']", &[("200.1.1.1", true), ("0.0.0.0/0", true)]);
    check(
        "ip_within: ['10.0.0.0/8']",
        &[
            ("10.1.0.0/16", true),
            ("10.0.0.0/7", false),
            ("10.0.0.1-10.0.0.9", true),
            ("9.0.0.1 - 10.0.0.9", false),
        ],
    );
    check("empty: true", &[("", true), ("x", false)]);
    check("not_empty: true", &[("", false), ("x", true)]);
}

#[test]
fn a_parameter_without_a_value_leaves_it_open() {
    let ask = |yaml: &str, value: &str| {
        let expect: Expect = serde_saphyr::from_str(yaml).unwrap();
        Expectation::compile(&expect.value, &Params).unwrap().holds(value)
    };
    assert_eq!(ask("subset_of: ['{nobody_said}']", "a"), Holds::Open);
    assert_eq!(ask("subset_of: [a, '{nobody_said}']", "a"), Holds::Yes);
    assert_eq!(ask("each: { ip_within: ['{nobody_said}'] }", "10.0.0.1"), Holds::Open);
    assert_eq!(ask("each: { ip_within: ['{nobody_said}'] }", ""), Holds::Yes);
    assert_eq!(ask("{ subset_of: ['{nobody_said}'], not_equals: a }", "a"), Holds::No);
    assert_eq!(ask("contains_none: ['{nobody_said}']", "a"), Holds::Yes);
}

#[test]
fn a_value_that_is_neither_true_nor_false_says_nothing_of_a_switch() {
    let open = |yaml: &str, values: &[&str]| {
        let expect: Expect = serde_saphyr::from_str(yaml).unwrap();
        let expectation = Expectation::compile(&expect.value, &Params).unwrap();
        for value in values {
            assert_eq!(expectation.holds(value), Holds::Unclear(Unclear::NotBoolean), "{yaml} of {value:?}");
        }
    };
    let strange = ["1", "0", "yes", "no", "on", "t", "NULL", "true;", "0.0"];
    open("equals: 'true'", &strange);
    open("equals: false", &strange);
    open("not_equals: 'true'", &strange);
    open("not_equals: 'False'", &strange);
    open("one_of: ['true', '']", &strange);
    open("none_of: ['false']", &strange);
    open("each: { equals: 'true' }", &["true,1", "yes"]);
    open("{ equals: 'true', not_empty: true }", &["1"]);
    check("equals: 'false'", &[("FALSE ", true), ("true", false), ("", false)]);
    check("not_equals: 'true'", &[("False", true), ("TRUE", false), ("", true)]);
    check("one_of: ['true', '']", &[("", true), ("true", true), ("false", false)]);
    // Where more than a switch is asked about, a value is compared as it stands.
    check("one_of: ['true', '1']", &[("1", true), ("yes", false)]);
    check("equals: enforce", &[("1", false), ("enforce", true)]);
    check("{ equals: 'true', not_matches: '1' }", &[("1", false)]);
}

#[test]
fn what_is_written_as_no_plain_number_is_no_number() {
    let check = |yaml: &str, values: &[&str], expected: Holds| {
        let (field, property) = (expectation(yaml), expectation(yaml).of_whole_numbers());
        for value in values {
            assert_eq!(property.holds(value), expected, "{yaml} of {value:?}");
            if !value.contains(".0") {
                assert_eq!(field.holds(value), expected, "{yaml} of {value:?}");
            }
        }
    };
    let unclear = Holds::Unclear(Unclear::NotNumber);
    let odd = ["5e2", "5.0", "+5", "0x1F4", "1,800", "1 800", "5."];
    for yaml in ["at_most: 60", "at_least: 1", "{ between: [1, 720], unlimited: '0' }"] {
        check(yaml, &odd, unclear);
        check(yaml, &["5", " 05 "], Holds::Yes);
        // A word is no number in any spelling.
        check(yaml, &["", "x", "inf", "-inf", "NaN", "never", "5 min"], Holds::No);
    }
    for yaml in ["equals: 500", "one_of: ['400', '500', none]"] {
        check(yaml, &odd, unclear);
        check(yaml, &["500", "0500"], Holds::Yes);
        check(yaml, &["", "5", "x", "inf", "10.0.0.1"], Holds::No);
    }
    for yaml in ["not_equals: 0", "none_of: ['0', '-1']"] {
        check(yaml, &["0x0", "+0", "0e0", "0.0"], unclear);
        check(yaml, &["5", "", "x"], Holds::Yes);
        check(yaml, &["0", "00"], Holds::No);
    }
    // Where no number is asked for, a text is a text.
    check("equals: quay", &["5e2", "5.0"], Holds::No);
    check("one_of: ['5e2', x]", &["5e2"], Holds::Yes);
    check("not_equals: none", &["5e2", "+5"], Holds::Yes);
    // A limit that is no whole number is asked of no whole numbers.
    check("at_most: 0.5", &["0.0", "0.25"], Holds::Yes);
}

#[test]
fn offences_are_where_the_patterns_are_found() {
    let ask = |yaml: &str, value: &str, expected: &[&str]| {
        let expect: Expect = serde_saphyr::from_str(yaml).unwrap();
        let expectation = Expectation::compile(&expect.value, &Params).unwrap();
        let found = expectation.offences(value, 3);
        let found: Vec<_> = found.into_iter().map(|range| &value[range]).collect();
        assert_eq!(found, expected, "{yaml} of {value:?}");
    };
    ask("not_matches: 'ev[a4]l'", "x eval\n EV4L eval eval", &["eval", "EV4L", "eval"]);
    ask("not_matches: '(?m)^[ \\t]*a\\s*'", "b\n  a \n", &["a"]);
    ask("not_matches: ['b', 'ab', 'c']", "abc", &["ab", "c"]);
    ask("not_matches: '\\s|x?'", "a b", &[]);
    ask("matches: 'a'", "b", &[]);
    ask("equals: 'a'", "b", &[]);
    ask("each: { not_matches: '^http:' }", "a, http:b,http:c", &["http:", "http:"]);
    ask("not_matches: 'é'", "aéb", &["é"]);
}

#[test]
fn patterns_that_cannot_be_compiled_are_refused() {
    let expect: Expect = serde_saphyr::from_str("each: { matches: ['a', '(b'] }").unwrap();
    let expectation = Expectation::compile(&expect.value, &Params).unwrap();
    assert!(expectation.check_patterns().unwrap_err().contains("(b"));
}
