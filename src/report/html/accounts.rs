//! Accounts that no person uses: on what evidence, what they can do, who answers.

use std::fmt::Write as _;

use askama::Template;

use super::facts::CountedReport;
use super::path::{AccountPath, way};
use super::{PAGED, ROWS};
use crate::report::safe;
use crate::report::words::{counted, grouped};
use crate::survey::{Account, Answer, By, Review, Shown};

/// How many ways are drawn; those of further accounts are lists.
const DRAWN: usize = 200;

#[derive(Template)]
#[template(path = "accounts.html")]
pub(super) struct Accounts {
    headline: String,
    lead: String,
    gaps: Option<Gaps>,
    rows: Vec<Row>,
    /// How many accounts there are, and are not in the table.
    count: String,
    more: String,
    is_paged: bool,
    has_doubtful: bool,
}

/// Why answers are open, and what closes them.
pub(super) struct Gaps {
    pub(super) tables: String,
    /// What to add to the command, where the tables are there.
    pub(super) option: String,
}

struct Row {
    id: String,
    name: String,
    /// For filters.
    keys: String,
    evidence: String,
    all_evidence: String,
    active: &'static str,
    log_in: (&'static str, String),
    admin: (&'static str, String),
    roles: String,
    last_login: String,
    owner: (String, &'static str),
    way: Option<AccountPath>,
    held: String,
    place: String,
    is_doubtful: bool,
}

pub(super) fn page(facts: &CountedReport<'_>) -> Accounts {
    let machines: Vec<&Account> = facts.machines().collect();
    let rows = machines.iter().take(ROWS).enumerate().map(|(at, account)| row(facts, at, account)).collect();
    let left_out = facts.review().map_or(0, |review| review.accounts_left_out);
    let more = machines.len().saturating_sub(ROWS) + left_out;
    Accounts {
        headline: headline(facts, &machines),
        lead: lead(facts, &machines),
        gaps: facts.review().and_then(gaps),
        count: grouped(machines.len()),
        is_paged: machines.len().min(ROWS) > PAGED,
        has_doubtful: machines.iter().any(|account| account.non_human != Answer::Yes),
        rows,
        more: if more == 0 { String::new() } else { grouped(more) },
    }
}

/// Why answers about roles are open, if any are.
pub(super) fn gaps(review: &Review) -> Option<Gaps> {
    (!review.gaps.is_empty()).then(|| {
        let tables = safe::html_line(&review.gaps.join(", ")).into_owned();
        Gaps { option: format!("--complete {}", tables.replace(", ", ",")), tables }
    })
}

fn count_of(accounts: &[&Account], is: impl Fn(&Account) -> bool) -> usize {
    accounts.iter().filter(|account| is(account)).count()
}

fn headline(facts: &CountedReport<'_>, machines: &[&Account]) -> String {
    let Some(review) = facts.review() else {
        return "Accounts were not asked about in this scan.".to_owned();
    };
    if review.accounts_seen == 0 {
        return "No account was exported, so none can be judged.".to_owned();
    }
    let sure = count_of(machines, |account| account.non_human == Answer::Yes);
    if sure == 0 {
        return "No account is shown to be non-human.".to_owned();
    }
    let reach =
        count_of(machines, |account| account.non_human == Answer::Yes && account.admin == Answer::Yes);
    let is_open = machines
        .iter()
        .any(|account| account.non_human == Answer::Yes && account.admin == Answer::CannotTell);
    let at_least = if is_open { "at least " } else { "" };
    let looks = if sure == 1 { "looks" } else { "look" };
    let them = match reach {
        0 if review.gaps.is_empty() => "none of them reaches admin".to_owned(),
        0 => "none of them is shown to reach admin".to_owned(),
        1 => format!("{at_least}1 of them reaches admin"),
        reach => format!("{at_least}{} of them reach admin", grouped(reach)),
    };
    format!("{} {looks} non-human; {them}.", counted(sure, "account"))
}

fn lead(facts: &CountedReport<'_>, machines: &[&Account]) -> String {
    let Some(review) = facts.review() else { return "The report was made without this question.".to_owned() };
    if review.accounts_seen == 0 {
        return "Export sys_user to see which accounts no person uses, who answers for them and what they reach."
            .to_owned();
    }
    let can = count_of(machines, |account| account.can_log_in == Answer::Yes);
    let open = count_of(machines, |account| account.can_log_in == Answer::CannotTell);
    let doubtful = count_of(machines, |account| account.non_human != Answer::Yes);
    let mut text = format!(
        "{} were looked at, and each was judged by evidence, named in its row. {} can open the user interface with a password",
        counted(review.accounts_seen, "account"),
        grouped(can)
    );
    if open > 0 {
        let _ = write!(text, "; for {} the export does not say", grouped(open));
    }
    text.push('.');
    if doubtful > 0 {
        let _ = write!(
            text,
            " Of {} it cannot be told whether a person uses {}.",
            counted(doubtful, "account"),
            if doubtful == 1 { "it" } else { "them" }
        );
    }
    if let Some(losses) = facts.losses() {
        let _ = write!(text, " {losses}.");
    }
    text
}

fn row(facts: &CountedReport<'_>, at: usize, account: &Account) -> Row {
    let way = way(facts, account, at < DRAWN);
    let steps = way.as_ref().map_or(0, |way| way.steps.len());
    let (first, more) = match account.evidence.split_first() {
        Some((first, rest)) if !rest.is_empty() => (first.as_str(), format!(" +{}", rest.len())),
        Some((first, _)) => (first.as_str(), String::new()),
        None => ("no evidence either way", String::new()),
    };
    let key = |what: &str, answer| format!("{what}-{}", word(answer).0);
    let yes = if steps == 0 { "Yes".to_owned() } else { format!("Yes, {}", counted(steps, "step")) };
    let is_open = facts.review().is_some_and(|review| !review.gaps.is_empty());
    Row {
        id: format!("account-{at}"),
        name: safe::html_line(&account.user_name).into_owned(),
        keys: [
            key("admin", account.admin),
            key("login", account.can_log_in),
            key("human", account.non_human),
        ]
        .join(" "),
        evidence: format!("{}{more}", safe::html_line(first)),
        all_evidence: safe::html_line(&account.evidence.join("; ")).into_owned(),
        active: match account.active {
            Answer::Yes => "",
            Answer::No => "inactive",
            Answer::CannotTell => "active or not: cannot tell",
        },
        log_in: answer(account.can_log_in, "Yes"),
        admin: answer(account.admin, &yes),
        roles: format!("{}{}", if is_open { "at least " } else { "" }, grouped(account.role_count)),
        last_login: shown(&account.last_login, "never"),
        owner: match &account.owner {
            Shown::Empty => ("No owner".to_owned(), "strong"),
            other => (shown(other, ""), ""),
        },
        way,
        held: held(facts, account),
        place: account.place.map_or_else(|| "not exported".to_owned(), |place| facts.spot(place)),
        is_doubtful: account.non_human != Answer::Yes,
    }
}

/// The kind of its chip, and the word.
fn answer(answer: Answer, yes: &str) -> (&'static str, String) {
    let (_, kind, text) = word(answer);
    (kind, if answer == Answer::Yes { yes.to_owned() } else { text.to_owned() })
}

/// As filters, chips and people call it.
pub(super) fn word(answer: Answer) -> (&'static str, &'static str, &'static str) {
    match answer {
        Answer::Yes => ("yes", "fail", "Yes"),
        Answer::No => ("no", "pass", "No"),
        Answer::CannotTell => ("unknown", "unknown", "Cannot tell"),
    }
}

/// Empty where it was not exported.
fn shown(value: &Shown, empty: &str) -> String {
    match value {
        Shown::Text(text) => safe::html_line(text).into_owned(),
        Shown::Empty => empty.to_owned(),
        Shown::NotExported => String::new(),
    }
}

fn held(facts: &CountedReport<'_>, account: &Account) -> String {
    let Some(review) = facts.review() else { return String::new() };
    let name = |held: &crate::survey::Held| {
        let role = review.roles.get(usize::from(held.role))?;
        Some(format!("{} ({})", safe::html_line(role), by(held.by)))
    };
    account.held.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

/// In words.
pub(super) fn by(by: By) -> &'static str {
    match by {
        By::Grant => "granted directly",
        By::Group => "through a group",
        By::Contained => "contained in another role",
    }
}
