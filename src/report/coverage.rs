//! What could not be judged, grouped by what was missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::finding::{Unclear, Verdict};

use super::Report;

/// Rules that lacked the same things.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotJudged<'a> {
    /// Tables and columns that the input does not hold, sorted.
    pub(super) missing: &'a [String],
    /// Indexes of the rules.
    pub(super) rules: Vec<usize>,
    /// Whether all of the rules could judge nothing at all.
    pub(super) entirely: bool,
}

/// Rules that could not judge some or all of their subjects, those with the most
/// rules first.
pub(super) fn not_judged(report: &Report) -> Vec<NotJudged<'_>> {
    let mut groups: BTreeMap<(&[String], bool), Vec<usize>> = BTreeMap::new();
    for (index, coverage) in report.coverage.iter().enumerate() {
        if coverage.cannot_tell > 0 {
            let entirely = coverage.pass == 0 && coverage.fail == 0;
            groups.entry((&coverage.missing, entirely)).or_default().push(index);
        }
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|((missing, entirely), rules)| NotJudged { missing, rules, entirely })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.entirely, group.rules.len())));
    groups
}

/// What is missing, in words: what the input does not hold at all, and tables
/// that it holds without anybody having said that they are whole.
pub(super) fn missing_in_words(report: &Report, missing: &[String]) -> String {
    if missing.is_empty() {
        return "the input does not show what is asked".to_owned();
    }
    let mut parts = Vec::new();
    for kind in Unclear::ALL {
        let about: Vec<_> = missing.iter().filter_map(|name| kind.about(name)).collect();
        if !about.is_empty() {
            parts.push(kind.sentence(&listed(&about)));
        }
    }
    let names = missing.iter().map(String::as_str).filter(|name| Unclear::named(name).is_none());
    let is_there = |name: &&str| report.stats.tables.contains_key(*name);
    let (partial, absent): (Vec<_>, Vec<_>) = names.partition(is_there);
    if !absent.is_empty() {
        parts.push(format!("no {} in the input", listed(&absent)));
    }
    if !partial.is_empty() {
        parts.push(format!("{} not known to be whole (--complete {})", listed(&partial), partial.join(",")));
    }
    parts.join("; ")
}

fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let mut text = String::new();
    for (index, name) in names.iter().take(SHOWN).enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == names.len() { " or " } else { ", " });
        }
        text.push_str(name);
    }
    if names.len() > SHOWN {
        let _ = write!(text, " or {} more", names.len() - SHOWN);
    }
    text
}

/// How many rules came to each verdict: fail, pass, not applicable, cannot tell.
pub(super) fn count_by_verdict(report: &Report) -> [(Verdict, usize); 4] {
    [Verdict::Fail, Verdict::Pass, Verdict::NotApplicable, Verdict::CannotTell].map(|verdict| {
        let count = report.coverage.iter().filter(|coverage| coverage.verdict() == verdict).count();
        (verdict, count)
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::missing_in_words;
    use crate::finding::Unclear;

    #[test]
    fn what_is_missing_is_said() {
        let mut report = sample::empty();
        report.stats.tables.insert("sys_user".to_owned(), 3);
        let check = |missing: &[&str], expected: &str| {
            let missing: Vec<_> = missing.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(missing_in_words(&report, &missing), expected);
        };
        check(&[], "the input does not show what is asked");
        check(&["oauth_entity", "sys_user.source"], "no oauth_entity or sys_user.source in the input");
        check(&["sys_user"], "sys_user not known to be whole (--complete sys_user)");
        let neither = |name: &str| Unclear::NotBoolean.sentence(name);
        check(&[&neither("a.b")], "the value of a.b is neither true nor false");
        check(
            &["oauth_entity", &neither("a.b"), &neither("c")],
            "the value of a.b or c is neither true nor false; no oauth_entity in the input",
        );
        check(
            &[
                &Unclear::NotNumber.sentence("a.b"),
                &Unclear::Contradicted.sentence("u.a of 'x', in 1 and in 2"),
            ],
            "the value of a.b is not written as a plain number; the input contradicts itself about u.a of 'x', \
             in 1 and in 2",
        );
    }
}
