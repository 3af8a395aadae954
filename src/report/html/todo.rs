//! What to do first, by what it does.

use super::facts::CountedReport;
use super::prose::{ProsePart, mixed, parts};
use crate::report::words::{counted, first_sentences};
use crate::rule::RuleMeta;
use crate::survey::Grant;

/// How many things the first page names.
const MOST: usize = 5;
/// How many of them are about a grant of admin.
const GRANTS: usize = 2;

/// One thing to do.
pub(super) struct Todo {
    pub(super) title: Vec<ProsePart>,
    pub(super) text: Vec<ProsePart>,
    /// Where more is said: address, filter, name.
    pub(super) link: (String, String, String),
    pub(super) effect: String,
    pub(super) beside: String,
}

/// Grants first by which most accounts reach admin, then rules, the worst first,
/// by how many findings they have. What points at the row of a grant is counted
/// there and not again.
pub(super) fn todo(facts: &CountedReport<'_>) -> Vec<Todo> {
    let mut list = Vec::new();
    let mut left = facts.by_rule.clone();
    let grants = facts.review().map_or(&[][..], |review| &review.grants);
    let mut grants: Vec<&Grant> = grants.iter().filter(|grant| grant.accounts > grant.left).collect();
    grants.sort_by_key(|grant| grant.left);
    // A grant that makes one account an administrator is one of many such.
    for grant in grants.iter().filter(|grant| lost(facts, grant) > 1).take(GRANTS) {
        list.push(of_grant(facts, grant, &mut left));
    }
    let mut rules: Vec<usize> = (0..left.len()).filter(|rule| left[*rule] > 0).collect();
    let rule_of = |rule: usize| &facts.report.rules[rule];
    rules.sort_by_key(|rule| {
        let meta = rule_of(*rule);
        let key = (meta.severity.band(), left[*rule], meta.severity);
        (std::cmp::Reverse(key), *rule)
    });
    for rule in rules.into_iter().take(MOST - list.len()) {
        list.push(of_rule(rule_of(rule), left[rule]));
    }
    list
}

/// How many accounts lose admin without the row.
fn lost(facts: &CountedReport<'_>, grant: &Grant) -> usize {
    facts.admins.max(grant.accounts).saturating_sub(grant.left)
}

fn of_grant(facts: &CountedReport<'_>, grant: &Grant, left: &mut [usize]) -> Todo {
    let spot = usize::try_from(grant.place).ok().and_then(|at| facts.desk()?.spots.get(at));
    let mut here = 0;
    for found in facts.report.open_findings() {
        let primary = found.primary();
        let is_here = spot.is_some_and(|spot| {
            primary.lines.region.start.line == spot.line
                && facts.report.excerpts.path(primary.place.source) == spot.path
        });
        let rule = usize::from(found.finding.rule);
        if is_here && left[rule] > 0 {
            left[rule] -= 1;
            here += 1;
        }
    }
    let accounts = lost(facts, grant);
    Todo {
        title: in_words(grant),
        text: mixed(&[
            "That one row carries ",
            "",
            &format!("{} to admin.", counted(grant.accounts, "account")),
        ]),
        link: ("#admin".to_owned(), String::new(), "Who reaches admin".to_owned()),
        effect: counted(accounts, "account"),
        beside: match here {
            0 => "lose admin".to_owned(),
            1 => "lose admin, 1 finding points at it".to_owned(),
            here => format!("lose admin, {here} findings point at it"),
        },
    }
}

/// `Remove admin from the role x`.
fn in_words(grant: &Grant) -> Vec<ProsePart> {
    let (from, to) = (grant.from.as_str(), grant.to.as_str());
    match grant.kind.as_str() {
        "contains" => mixed(&["Take ", to, " out of the role ", from]),
        "group-role" => mixed(&["Take the role ", to, " from the group ", from]),
        "member" => mixed(&["Take ", from, " out of the group ", to]),
        "parent-group" => mixed(&["Take the group ", from, " out of the group ", to]),
        _ => mixed(&["Take the role ", to, " from the account ", from]),
    }
}

fn of_rule(rule: &RuleMeta, findings: usize) -> Todo {
    Todo {
        title: parts(&rule.title),
        text: parts(&first_sentences(&rule.fix, 220)),
        link: ("#findings".to_owned(), format!("rule={}", rule.id), rule.id.clone()),
        effect: counted(findings, "finding"),
        beside: format!("{} {}", rule.severity.band().as_str(), rule.severity),
    }
}
