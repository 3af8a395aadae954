//! What was accepted: waivers, those that need a decision first, and the baseline.

use askama::Template;
use jiff::civil::Date;

use super::facts::CountedReport;
use crate::report::safe;
use crate::report::words::{counted, grouped};
use crate::suppress::{WaiverState, WaiverUse};

/// A waiver that ends in as many days needs a decision now.
const SOON: i32 = 30;

#[derive(Template)]
#[template(path = "waivers.html")]
pub(super) struct WaiversPage {
    headline: String,
    lead: String,
    rows: Vec<Row>,
    counts: Vec<(&'static str, String)>,
    baseline: Option<Baseline>,
    is_paged: bool,
}

struct Baseline {
    with: String,
    text: String,
    gap: String,
}

struct Row {
    /// The kind of the chip, if it is one, and the word.
    state: (&'static str, String),
    subject: String,
    rule: String,
    reason: String,
    remark: String,
    owner: String,
    until: String,
    findings: String,
    place: String,
    rank: u8,
}

pub(super) fn page(facts: &CountedReport<'_>) -> WaiversPage {
    let accepted = &facts.report.accepted;
    let today: Option<Date> = facts.day().and_then(|day| day.parse().ok());
    let mut rows: Vec<Row> = accepted.waivers.iter().map(|waiver| row(waiver, today)).collect();
    rows.sort_by_key(|row| row.rank);
    let standing = facts.standing;
    WaiversPage {
        headline: headline(facts, &rows),
        lead: if rows.is_empty() && accepted.known.is_none() {
            "A risk can be accepted with a reason and an owner: see “Accept the risk” at each finding."
                .to_owned()
        } else {
            "A waived finding is left out of the counts and kept in every report, with its reason and the person who answers for it.".to_owned()
        },
        is_paged: rows.len() > super::PAGED,
        rows,
        counts: vec![
            ("Open", grouped(standing.open)),
            ("Known before", grouped(standing.known)),
            ("Waived", grouped(standing.waived)),
        ],
        baseline: accepted.known.as_ref().map(|known| Baseline {
            with: safe::html_line(&known.with).into_owned(),
            text: format!(
                "{} of its findings are gone; of {} more nobody can say, as their rules could judge nothing.",
                grouped(known.absent),
                grouped(known.not_judged)
            ),
            gap: known.gap.as_deref().map_or_else(String::new, |gap| safe::html_line(gap).into_owned()),
        }),
    }
}

fn headline(facts: &CountedReport<'_>, rows: &[Row]) -> String {
    let known = match facts.standing.known {
        0 => String::new(),
        1 => " 1 finding was known before.".to_owned(),
        known => format!(" {} findings were known before.", grouped(known)),
    };
    if rows.is_empty() {
        return if known.is_empty() {
            "Nothing is waived.".to_owned()
        } else {
            format!("Nothing is waived.{known}")
        };
    }
    let waived = facts.standing.waived;
    let are = if waived == 1 { "is" } else { "are" };
    let waived = if waived == 0 {
        "No finding is waived".to_owned()
    } else {
        format!("{} {are} waived", counted(waived, "finding"))
    };
    let urgent = rows.iter().filter(|row| row.rank <= DECIDE).count();
    match urgent {
        0 => format!("{waived}.{known}"),
        1 => format!("{waived}; 1 waiver needs a decision.{known}"),
        urgent => format!("{waived}; {urgent} waivers need a decision.{known}"),
    }
}

/// Up to this rank somebody is to decide.
const DECIDE: u8 = 4;

fn row(waiver: &WaiverUse, today: Option<Date>) -> Row {
    let days = days_left(waiver.until.as_deref(), today);
    let (rank, kind, word, remark) = match waiver.state {
        WaiverState::Lapsed => {
            (0, "fail", "Lapsed".to_owned(), "The values have changed since; the finding is open again")
        }
        WaiverState::Expired => {
            (0, "fail", "Ended".to_owned(), "Its last day has passed; the finding is open again")
        }
        WaiverState::Used if days.is_some_and(|days| days <= SOON) => {
            (1, "", format!("Ends in {}", counted(u64::try_from(days.unwrap_or(0)).unwrap_or(0), "day")), "")
        }
        WaiverState::Unused => {
            (2, "", "Matches nothing".to_owned(), "No such finding any more; remove the waiver")
        }
        WaiverState::NoRule => {
            (3, "", "No such rule".to_owned(), "No rule has this id or name; mend or remove the waiver")
        }
        WaiverState::NotJudged => {
            (4, "unknown", "Cannot tell".to_owned(), "Its rule did not run or could judge nothing")
        }
        WaiverState::Used => (5, "", "Valid".to_owned(), ""),
    };
    let text = |text: &str| safe::html_line(text).into_owned();
    Row {
        state: (kind, word),
        subject: text(&waiver.subject),
        rule: text(&waiver.rule),
        reason: text(&waiver.reason),
        remark: remark.to_owned(),
        owner: text(&waiver.owner),
        until: waiver.until.as_deref().map_or_else(|| "no last day".to_owned(), text),
        findings: grouped(waiver.findings),
        place: format!("line {}", waiver.place.line),
        rank,
    }
}

/// How many days are left until the last day, if it is not past.
fn days_left(until: Option<&str>, today: Option<Date>) -> Option<i32> {
    let until: Date = until?.parse().ok()?;
    let days = today?.until(until).ok()?.get_days();
    (days >= 0).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::days_left;

    #[test]
    fn days_are_counted_up_to_the_last() {
        let check = |until: &str, expected: Option<i32>| {
            assert_eq!(days_left(Some(until), "2026-10-14".parse().ok()), expected, "{until}");
        };
        check("2026-10-31", Some(17));
        check("2026-10-14", Some(0));
        check("2026-10-13", None);
        check("soon", None);
        assert_eq!(days_left(Some("2026-10-31"), None), None);
    }
}
