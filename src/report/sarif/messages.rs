//! Texts of rules and results, and the ids by which results name them.

use serde_sarif::sarif::MultiformatMessageString;

use crate::report::safe;
use crate::rule::RuleMeta;

/// The name of a rule's one message.
pub(super) const MESSAGE_ID: &str = "default";

/// Messages of results without a finding, by SARIF's word for the kind.
pub(super) const EVIDENCE: [(&str, &str); 3] = [
    ("pass", "passed for '{0}' subjects."),
    ("notApplicable", "does not apply to any of '{0}' subjects."),
    ("open", "could not be judged for '{0}' subjects: '{1}'."),
];

/// Ids and texts of the messages of a rule that found nothing.
pub(super) fn evidence_strings(rule: &RuleMeta) -> impl Iterator<Item = (&'static str, String)> {
    let title = safe::sarif_message(&rule.title);
    EVIDENCE.iter().map(move |(id, string)| (*id, format!("{title}: {string}")))
}

/// Plain text.
pub(super) fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}
