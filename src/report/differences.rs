//! What differs between the instances of one run, for people and as a table.

use std::io::{self, Write};

use super::safe;
use super::words::{counted, grouped};
use crate::record::REDACTED;
use crate::survey::{Comparison, Difference, Side, Weight};

/// Differences of one sort that are listed for people.
const SHOWN: usize = 20;

/// How long a value may be for people.
const VALUE_LENGTH: usize = 60;

/// The sorts of differences, worst first, as headings.
const SORTS: [(Weight, &str); 6] = [
    (Weight::Role, "Privileged roles"),
    (Weight::Account, "Accounts that no person uses or that hold privileged roles"),
    (Weight::Setting, "Properties that rules ask about"),
    (Weight::Person, "Other accounts"),
    (Weight::Property, "Other properties"),
    (Weight::CannotTell, "Cannot tell, as one instance does not show it"),
];

/// How it is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferencesStyle {
    /// For a terminal.
    Text,
    /// Only the numbers, for a terminal.
    Quiet,
    /// For a page.
    Markdown,
}

/// Writes what differs, at most twenty of each sort.
///
/// # Errors
/// Those of `out`.
pub fn write(comparison: &Comparison, style: DifferencesStyle, out: &mut dyn Write) -> io::Result<()> {
    let is_page = style == DifferencesStyle::Markdown;
    writeln!(out, "{}\n", if is_page { "## Between instances" } else { "== Between instances ==" })?;
    if style != DifferencesStyle::Quiet {
        for (weight, title) in SORTS {
            sort(comparison, weight, title, style, out)?;
        }
        for gap in &comparison.gaps {
            item(style, gap, out)?;
        }
        if !comparison.gaps.is_empty() {
            writeln!(out)?;
        }
    }
    let open = comparison.differences.iter().filter(|one| one.weight == Weight::CannotTell).count();
    let differences = counted(comparison.differences.len() - open, "difference");
    let open = if open > 0 { format!(", {} cannot be told", grouped(open)) } else { String::new() };
    writeln!(
        out,
        "{differences}{open}: {} and {} of several instances compared",
        counted(comparison.accounts, "account"),
        if comparison.properties == 1 {
            "1 property".to_owned()
        } else {
            format!("{} properties", grouped(comparison.properties))
        },
    )
}

fn sort(
    comparison: &Comparison,
    weight: Weight,
    title: &str,
    style: DifferencesStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all: Vec<_> = comparison.differences.iter().filter(|one| one.weight == weight).collect();
    if all.is_empty() {
        return Ok(());
    }
    let title = format!("{title}: {}", grouped(all.len()));
    writeln!(out, "{}", if style == DifferencesStyle::Markdown { format!("### {title}\n") } else { title })?;
    for difference in all.iter().take(SHOWN) {
        item(style, &line(comparison, difference), out)?;
    }
    if all.len() > SHOWN {
        item(style, &format!("and {} more", grouped(all.len() - SHOWN)), out)?;
    }
    writeln!(out)
}

/// A line of a list; what comes from exports is made safe.
fn item(style: DifferencesStyle, text: &str, out: &mut dyn Write) -> io::Result<()> {
    match style {
        DifferencesStyle::Markdown => writeln!(out, "- {}", safe::code_span(text)),
        _ => writeln!(out, "  {}", safe::terminal(text)),
    }
}

fn line(comparison: &Comparison, difference: &Difference) -> String {
    let sides = comparison.instances.iter().zip(&difference.sides);
    let sides: Vec<_> = sides.map(|(name, side)| format!("{name} {}", shown(side))).collect();
    format!("{} ({}): {}", difference.name, difference.what, sides.join(", "))
}

fn shown(side: &Side) -> String {
    match side {
        Side::Yes(evidence) if !evidence.is_empty() => format!("yes ({evidence})"),
        Side::Value(_) => format!("'{}'", safe::shortened(&cell(side), VALUE_LENGTH)),
        Side::CannotTell => "cannot tell".to_owned(),
        Side::NotShown => "not shown".to_owned(),
        Side::Absent => "not there".to_owned(),
        _ => cell(side),
    }
}

/// What stands in the table: what is no answer and no value stands in parentheses.
fn cell(side: &Side) -> String {
    match side {
        Side::Yes(_) => "yes".to_owned(),
        Side::No => "no".to_owned(),
        Side::CannotTell => "(cannot tell)".to_owned(),
        Side::Absent => "(not there)".to_owned(),
        Side::NotShown => "(not shown)".to_owned(),
        Side::Value(values) => values.join(" / "),
        Side::Secret => REDACTED.to_owned(),
    }
}

/// Writes all differences as a table: kind, what, name, and a column for each
/// instance.
///
/// # Errors
/// Those of `out`.
pub fn write_csv(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let head = ["kind", "what", "name"].into_iter().map(str::to_owned);
    row(head.chain(comparison.instances.iter().cloned()), out)?;
    comparison.differences.iter().try_for_each(|one| {
        let head = [one.kind.as_str().to_owned(), one.what.clone(), one.name.clone()];
        row(head.into_iter().chain(one.sides.iter().map(cell)), out)
    })
}

fn row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<_> = cells.map(|cell| safe::csv(&safe::terminal(&cell))).collect();
    // The line end that RFC 4180 asks for.
    write!(out, "{}\r\n", cells.join(","))
}
