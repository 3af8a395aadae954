//! Which findings are known.

use super::{Recognised, SeenFinding};
use crate::finding::{
    BaselineState, Better, Confidence, Finding, Identity, Measure, Severity, ValuesHash, fingerprint,
    fingerprint_of_record,
};
use crate::suppress::BaselineEntry;

use BaselineState::{Changed, New, Unchanged};

/// A finding about a record with that key, `sys_id` and values, beside which a number
/// may be above its limit.
pub(crate) fn finding(key: &str, sys_id: &str, values: &[&str], number: Option<f64>) -> Finding {
    let parts = ["SNA1", "", "sys_user", key, "active"];
    let of_key = fingerprint(parts);
    let number_text = number.map(|number| number.to_string());
    let all = values.iter().copied().chain(number_text.as_deref());
    let measure =
        number.map(|value| Measure { value, better: Better::Lower, others: ValuesHash::of(values) });
    let identity = Identity { key: of_key, earlier: of_key, measure };
    Finding {
        rule: 0,
        severity: Severity::new(5.0).unwrap(),
        confidence: Confidence::High,
        table: "sys_user".into(),
        sys_id: Some(sys_id).filter(|sys_id| !sys_id.is_empty()).map(Into::into),
        key: key.into(),
        field: Some("active".into()),
        message: "x".into(),
        fingerprint: if sys_id.is_empty() { of_key } else { fingerprint_of_record(parts, sys_id) },
        identity: Some(Box::new(identity)),
        values: ValuesHash::of(all),
        state: None,
        waiver: None,
        places: Box::new([]),
    }
}

/// How findings stand to those that were known, in any order of both.
fn check(known: &[Finding], now: &[Finding], expected: &[BaselineState], found: usize) {
    let mut entries: Vec<_> = known.iter().map(|finding| BaselineEntry::of(finding, "SNA1")).collect();
    let mut now: Vec<_> =
        now.iter().zip(expected).map(|(finding, state)| (SeenFinding::of(finding), *state)).collect();
    for _ in 0..2 {
        for _ in 0..2 {
            let seen: Vec<_> = now.iter().map(|(seen, _)| seen.clone()).collect();
            let recognised = Recognised::of(&entries.iter().collect::<Vec<_>>(), &seen);
            let expected: Vec<_> = now.iter().map(|(_, state)| *state).collect();
            assert_eq!(recognised.states, expected, "{known:#?}");
            let is_found = recognised.is_found.iter().filter(|is_found| **is_found).count();
            assert_eq!(is_found, found, "{known:#?}");
            now.reverse();
        }
        entries.reverse();
    }
}

#[test]
fn a_finding_is_known_with_its_values() {
    let of = |values: &[&str]| finding("a", "1", values, None);
    check(&[of(&["x"])], &[of(&["x"])], &[Unchanged], 1);
    check(&[of(&["x"])], &[of(&["y"])], &[Changed], 1);
    check(&[of(&["x"])], &[finding("b", "1", &["x"], None)], &[New], 0);
    check(&[], &[of(&["x"])], &[New], 0);
    // Lines of both sides of a merge.
    check(&[of(&["x"]), of(&["y"])], &[of(&["y"])], &[Unchanged], 2);
}

#[test]
fn a_number_may_be_better_and_nothing_else_may_change() {
    let of = |values: &[&str], number| finding("a", "", values, number);
    let known = [of(&["x"], Some(65.0))];
    check(&known, &[of(&["x"], Some(65.0))], &[Unchanged], 1);
    check(&known, &[of(&["x"], Some(61.0))], &[Unchanged], 1);
    check(&known, &[of(&["x"], Some(66.0))], &[Changed], 1);
    check(&known, &[of(&["y"], Some(61.0))], &[Changed], 1);
    // It is no number any more, or was none.
    check(&known, &[of(&["x", "never"], None)], &[Changed], 1);
    check(&[of(&["x", "never"], None)], &[of(&["x"], Some(65.0))], &[Changed], 1);
    // What was not known as a number is known as it was written.
    check(&[of(&["x", "65"], None)], &[of(&["x"], Some(65.0))], &[Unchanged], 1);
    check(&[of(&["x", "65"], None)], &[of(&["x"], Some(61.0))], &[Changed], 1);
}

#[test]
fn a_twin_is_new_and_what_was_known_stays_known() {
    let of = |sys_id: &str, value: &str| finding("a", sys_id, &[value], None);
    check(&[of("1", "x")], &[of("1", "x"), of("2", "x")], &[Unchanged, New], 1);
    check(&[of("1", "x")], &[of("1", "y"), of("2", "x")], &[Changed, New], 1);
    check(&[of("1", "x"), of("2", "x")], &[of("2", "x")], &[Unchanged], 1);
    check(
        &[of("1", "x"), of("2", "x")],
        &[of("1", "x"), of("2", "x"), of("3", "x")],
        &[Unchanged, Unchanged, New],
        2,
    );
    // Without a sys_id nothing but values tells them apart.
    check(&[of("", "x")], &[of("", "x"), of("", "y")], &[Unchanged, Changed], 1);
}

#[test]
fn a_record_that_was_created_anew_is_known() {
    let of = |sys_id: &str, value: &str| finding("a", sys_id, &[value], None);
    check(&[of("1", "x")], &[of("2", "x")], &[Unchanged], 1);
    check(&[of("1", "x")], &[of("2", "y")], &[Changed], 1);
    // Of two, nobody can say which is the one.
    check(&[of("1", "x")], &[of("2", "x"), of("3", "x")], &[New, New], 0);
    check(&[of("1", "x"), of("2", "y")], &[of("3", "y"), of("4", "z")], &[Unchanged, Changed], 2);
    // Another form of export shows it without the sys_id, or with it.
    check(&[of("1", "x")], &[of("", "x")], &[Unchanged], 1);
    check(&[of("", "x")], &[of("1", "x")], &[Unchanged], 1);
    check(&[of("1", "x")], &[of("1", "x"), of("", "x")], &[Unchanged, New], 1);
}

#[test]
fn a_line_of_version_1_knows_whatever_has_its_fingerprint() {
    let seen = [finding("a", "1", &["x"], None), finding("a", "2", &["y"], Some(3.0))];
    let line = BaselineEntry { values: None, sys_id: String::new(), ..BaselineEntry::of(&seen[0], "SNA1") };
    let seen: Vec<_> = seen.iter().map(SeenFinding::of).collect();
    let recognised = Recognised::of(&[&line], &seen);
    assert_eq!((recognised.states, recognised.is_found), (vec![Unchanged; 2], vec![true]));
}

#[test]
fn many_twins_are_compared_at_once() {
    let known: Vec<_> =
        (0..20_000).map(|at| finding("a", &format!("k{at}"), &[&at.to_string()], None)).collect();
    let entries: Vec<_> = known.iter().map(|finding| BaselineEntry::of(finding, "SNA1")).collect();
    let seen: Vec<_> = (0..20_000)
        .map(|at| SeenFinding::of(&finding("a", &format!("n{at}"), &[&at.to_string()], None)))
        .collect();
    let recognised = Recognised::of(&entries.iter().collect::<Vec<_>>(), &seen);
    assert!(recognised.states.iter().all(|state| *state == Unchanged));
}
