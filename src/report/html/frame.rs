//! What stands around the pages: policy, style, navigation, foot, script.

use std::fmt::Write as _;

use askama::Template;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::facts::CountedReport;
use crate::report::safe;
use crate::report::words::grouped;

const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

#[derive(Template)]
#[template(path = "head.html")]
pub(super) struct Head {
    title: String,
    name: String,
    day: String,
    style: String,
    style_hash: String,
    script_hash: String,
    /// Id, name and count of each page.
    pages: Vec<(&'static str, &'static str, String)>,
}

#[derive(Template)]
#[template(path = "foot.html")]
pub(super) struct Foot<'r> {
    version: &'r str,
}

#[derive(Template)]
#[template(path = "end.html")]
pub(super) struct End {
    script: &'static str,
}

pub(super) fn head(facts: &CountedReport<'_>) -> Head {
    let scope = &facts.report.scope;
    let day = facts.day().map_or_else(String::new, |day| format!("as of {day}"));
    let style =
        format!("{STYLE}{}", running_foot(&[&facts.name, &day, &format!("glidelint {}", scope.version)]));
    let machines = facts.machines().count();
    let settings = facts.review().map_or(0, |review| review.settings.len());
    let some = |count: usize| if count == 0 { String::new() } else { grouped(count) };
    Head {
        title: format!("{} – glidelint report", facts.name),
        name: facts.name.clone(),
        day,
        style_hash: hash(&style),
        style,
        script_hash: hash(SCRIPT),
        pages: vec![
            ("verdict", "Verdict", String::new()),
            ("accounts", "Non-human accounts", some(machines)),
            ("admin", "Who reaches admin", some(facts.admins)),
            ("hardening", "Hardening", some(settings)),
            ("findings", "Findings", grouped(facts.open())),
            ("coverage", "Coverage", String::new()),
            ("waivers", "Waivers", some(facts.report.accepted.waivers.len())),
            ("about", "About this scan", String::new()),
        ],
    }
}

pub(super) fn foot<'r>(facts: &CountedReport<'r>) -> Foot<'r> {
    Foot { version: &facts.report.scope.version }
}

pub(super) fn end() -> End {
    End { script: SCRIPT }
}

/// As a policy names a style or script by its text.
pub(super) fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

/// What stands at the foot of each sheet of paper.
fn running_foot(parts: &[&str]) -> String {
    let text: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(|part| css_text(part)).collect();
    format!("@page{{@bottom-left{{content:\"{}\"}}}}\n", text.join("   "))
}

/// The text in a string of CSS: whatever is not plain is written as its number.
fn css_text(text: &str) -> String {
    let mut css = String::with_capacity(text.len());
    for letter in safe::html_line(text).chars() {
        if letter.is_ascii_alphanumeric() || " .,:;-_".contains(letter) {
            css.push(letter);
        } else {
            let _ = write!(css, "\\{:x} ", u32::from(letter));
        }
    }
    css
}

#[cfg(test)]
mod tests {
    use super::css_text;

    #[test]
    fn no_name_ends_a_string_of_css() {
        assert_eq!(css_text("a\"}</style>"), "a\\22 \\7d \\3c \\2f style\\3e ");
        assert_eq!(css_text("Zürich 1\n"), "Z\\fc rich 1\\240a ");
    }
}
