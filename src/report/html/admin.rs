//! Who reaches admin, through which rows, and what one removal does.

use std::fmt::Write as _;

use askama::Template;

use super::accounts::{Gaps, by, gaps};
use super::bars::share;
use super::facts::{CountedReport, best};
use super::flow::{Flow, flow};
use super::prose::{ProsePart, mixed};
use super::{PAGED, ROWS};
use crate::report::safe;
use crate::report::words::{counted, grouped};
use crate::survey::{Account, Answer, By, Grant, Review};

/// How wide the bar of all administrators is.
const BAR: u32 = 120;

#[derive(Template)]
#[template(path = "admin.html")]
pub(super) struct Admin {
    headline: String,
    lead: String,
    gaps: Option<Gaps>,
    flow: Option<Flow>,
    admins: String,
    grants: Vec<Row>,
    more_grants: String,
    are_grants_paged: bool,
    roles: Vec<String>,
    matrix: Vec<Line>,
    matrix_note: String,
    more_accounts: String,
    is_matrix_paged: bool,
}

/// A row that leads to admin.
struct Row {
    text: Vec<ProsePart>,
    accounts: String,
    bar: u32,
    fill: &'static str,
    left: String,
    place: String,
    is_unexplained: bool,
}

/// An account with its roles.
struct Line {
    /// Where a new sort of accounts begins.
    group: &'static str,
    key: &'static str,
    name: String,
    /// Glyph and words of each role.
    cells: Vec<(&'static str, &'static str)>,
}

pub(super) fn page(facts: &CountedReport<'_>) -> Admin {
    let grants = facts.review().map_or(&[][..], |review| &review.grants);
    let holders = holders(facts);
    let left_out = facts.review().map_or(0, |review| review.accounts_left_out);
    let more = |count: usize| if count == 0 { String::new() } else { grouped(count) };
    Admin {
        headline: headline(facts),
        lead: lead(facts),
        gaps: facts.review().and_then(gaps),
        flow: flow(facts),
        admins: grouped(facts.admins),
        grants: rows(facts, grants),
        more_grants: more(grants.len().saturating_sub(ROWS)),
        are_grants_paged: grants.len().min(ROWS) > PAGED,
        roles: facts.review().map_or_else(Vec::new, |review| {
            columns(review).map(|role| safe::html_line(&review.roles[role]).into_owned()).collect()
        }),
        matrix: facts.review().map_or_else(Vec::new, |review| matrix(review, &holders)),
        matrix_note: facts.review().map_or_else(String::new, |review| {
            format!(
                "Only accounts that hold, or may hold, a privileged role: {} of {}. Roles that nobody is shown to hold are \
                 left out.",
                grouped(holders.len()),
                grouped(review.accounts_seen)
            )
        }),
        more_accounts: more(holders.len().saturating_sub(ROWS) + left_out),
        is_matrix_paged: holders.len().min(ROWS) > PAGED,
    }
}

fn headline(facts: &CountedReport<'_>) -> String {
    let Some(review) = facts.review() else {
        return "Who reaches admin was not asked in this scan.".to_owned();
    };
    let admins = facts.admins;
    if review.accounts_seen == 0 {
        return "No account was exported, so nobody can be shown to reach admin.".to_owned();
    }
    match (admins, facts.maybe_admins) {
        (0, 0) if review.gaps.is_empty() => "No account reaches admin.".to_owned(),
        (0, 0) => "No account is shown to reach admin.".to_owned(),
        (0, maybe) => {
            format!("No account is shown to reach admin; of {} it cannot be told.", counted(maybe, "account"))
        }
        _ => match best(review).filter(|grant| admins.saturating_sub(grant.left) > 1) {
            Some(grant) => format!(
                "{} of {}{} come through one grant.",
                grouped(admins.saturating_sub(grant.left)),
                facts.at_least(),
                counted(admins, "administrator")
            ),
            None => format!(
                "{}{} {} admin, each by a grant of its own.",
                facts.at_least(),
                counted(admins, "account"),
                if admins == 1 { "reaches" } else { "reach" }
            )
            .replacen("at least", "At least", 1)
            .replace("1 account reaches admin, each by a grant of its own", "1 account reaches admin"),
        },
    }
}

fn lead(facts: &CountedReport<'_>) -> String {
    let Some(review) = facts.review() else { return "The report was made without this question.".to_owned() };
    let mut text = String::new();
    if let Some(grant) = best(review).filter(|_| facts.admins > 0) {
        let words: String = in_words(grant).into_iter().map(|part| part.text).collect();
        text = format!("{words}. Removing that one row leaves {}.", counted(grant.left, "administrator"));
    }
    if facts.maybe_admins > 0 {
        let _ = write!(text, " For {} the export does not say.", counted(facts.maybe_admins, "more account"));
    }
    if let Some(losses) = facts.losses() {
        let _ = write!(text, " {losses}.");
    }
    text
}

/// `Role x contains admin`.
fn in_words(grant: &Grant) -> Vec<ProsePart> {
    let (from, to) = (grant.from.as_str(), grant.to.as_str());
    match grant.kind.as_str() {
        "contains" => mixed(&["Role ", from, " contains ", to]),
        "group-role" => mixed(&["Group ", from, " has role ", to]),
        "member" => mixed(&["Account ", from, " is a member of ", to]),
        "parent-group" => mixed(&["Group ", from, " lies inside ", to]),
        _ => mixed(&["Account ", from, " holds ", to]),
    }
}

fn rows(facts: &CountedReport<'_>, grants: &[Grant]) -> Vec<Row> {
    let best = facts.review().and_then(best);
    let row = |grant: &Grant| Row {
        text: in_words(grant),
        accounts: grouped(grant.accounts),
        bar: share(grant.accounts, facts.admins, BAR).max(2),
        fill: if grant.accounts > 1 && best == Some(grant) { "bad" } else { "met" },
        left: grouped(grant.left),
        place: facts.spot(grant.place),
        is_unexplained: grant.is_unexplained,
    };
    grants.iter().take(ROWS).map(row).collect()
}

/// Accounts that hold or may hold something, those first that no person uses.
fn holders<'r>(facts: &CountedReport<'r>) -> Vec<&'r Account> {
    let accounts = facts.review().map_or(&[][..], |review| &review.accounts);
    let holds = |account: &&Account| !account.held.is_empty() || account.admin != Answer::No;
    let mut holders: Vec<&Account> = accounts.iter().filter(holds).collect();
    holders.sort_by_key(|account| match account.non_human {
        Answer::Yes => 0,
        Answer::CannotTell => 1,
        Answer::No => 2,
    });
    holders
}

/// The roles that somebody is shown to hold, and admin: of the others there is
/// nothing to see.
fn columns(review: &Review) -> impl Iterator<Item = usize> {
    let is_held = |role: usize| {
        let mut held = review.accounts.iter().flat_map(|account| &account.held);
        role == 0 || held.any(|held| usize::from(held.role) == role)
    };
    (0..review.roles.len()).filter(move |role| is_held(*role))
}

fn matrix(review: &Review, holders: &[&Account]) -> Vec<Line> {
    let mut last = None;
    let columns: Vec<_> = columns(review).collect();
    let line = |account: &&Account| {
        let is_new = last != Some(account.non_human);
        last = Some(account.non_human);
        let (group, key) = match account.non_human {
            Answer::Yes => ("Non-human", "machine"),
            Answer::CannotTell => ("Person or not: cannot tell", "unknown"),
            Answer::No => ("People", "person"),
        };
        Line {
            group: if is_new { group } else { "" },
            key,
            name: safe::html_line(&account.user_name).into_owned(),
            cells: columns.iter().map(|role| cell(review, account, *role)).collect(),
        }
    };
    holders.iter().take(ROWS).map(line).collect()
}

/// A role that an account is not shown to hold is "no" only where nothing is missing.
fn cell(review: &Review, account: &Account, role: usize) -> (&'static str, &'static str) {
    let held = account.held.iter().find(|held| usize::from(held.role) == role).map(|held| held.by);
    match held {
        Some(how) => (
            match how {
                By::Grant => "D",
                By::Group => "G",
                By::Contained => "C",
            },
            by(how),
        ),
        None if !review.gaps.is_empty() => ("U", "cannot tell"),
        None if review.roles[role] == "admin" && account.admin == Answer::CannotTell => ("U", "cannot tell"),
        None => ("N", "no"),
    }
}
