//! The rules that ran, whether or not they found something.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::super::{HOME, safe};
use super::{results, taxonomies};
use crate::rule::RuleMeta;

/// GitHub and GitLab show at most so many characters of a description.
const DESCRIPTION_LIMIT: usize = 1_024;

/// Of more tags, GitHub drops some at random.
const TAG_LIMIT: usize = 10;

/// The name of a rule's one message.
pub(super) const MESSAGE_ID: &str = "default";

/// A rule as SARIF describes it, with the messages that its results use.
pub(super) fn descriptor(rule: &RuleMeta, kinds_all: bool) -> ReportingDescriptor {
    // A rule may come from an export as well, and its texts from anybody.
    let title = safe::terminal(&rule.title);
    let why = safe::terminal(&one_line(&rule.why)).into_owned();
    let full = if why.is_empty() { format!("{title}.") } else { why };
    let level = rule.severity.level().as_str();
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .name(rule.pascal_case_name())
        .short_description(text(&safe::shortened(&format!("{title}."), DESCRIPTION_LIMIT)))
        .full_description(text(&safe::shortened(&full, DESCRIPTION_LIMIT)))
        .help(help(rule))
        .help_uri(help_uri(rule))
        .default_configuration(
            ReportingConfiguration::builder().enabled(true).level(level).rank(rank(rule.severity)).build(),
        )
        .message_strings(message_strings(rule, kinds_all))
        .properties(properties(rule))
        .build();
    let relationships = taxonomies::relationships(rule);
    if !relationships.is_empty() {
        descriptor.relationships = Some(relationships);
    }
    descriptor
}

/// The message that goes by id: what is wrong, and with what. The text of a result
/// says more, in a sentence that only the rule can form.
fn message_strings(rule: &RuleMeta, kinds_all: bool) -> BTreeMap<String, MultiformatMessageString> {
    let fail = format!("{}: '{{0}}'.", safe::sarif_message(&rule.title));
    let evidence = results::evidence_strings(rule).filter(|_| kinds_all);
    std::iter::once((MESSAGE_ID, fail))
        .chain(evidence)
        .map(|(id, string)| (id.to_owned(), text(&string)))
        .collect()
}

/// 0 to 100, from which GitLab takes its severity: the same as `security-severity`.
pub(super) fn rank(severity: crate::finding::Severity) -> f64 {
    (severity.number() * 10.0).round()
}

/// Plain text.
pub(super) fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// Where the rule is described: our own on their generated pages; one of another
/// pack where its first reference leads, or nowhere.
fn help_uri(rule: &RuleMeta) -> String {
    if rule.is_built_in() {
        return format!("{HOME}/blob/main/rules/pages/{}.md", rule.id);
    }
    rule.references
        .first()
        .filter(|uri| uri.starts_with("https://"))
        .cloned()
        .unwrap_or_else(|| HOME.to_owned())
}

fn help(rule: &RuleMeta) -> MultiformatMessageString {
    let (why, fix) = (rule.why.trim(), rule.fix.trim());
    let plain = format!("{}.\n\n{why}\n\nHow to fix it: {fix}", rule.title);
    let mut plain = safe::terminal_lines(&plain).into_owned();
    let mut markdown = format!(
        "{}.\n\n## Why it matters\n\n{}\n\n## How to fix it\n\n{}",
        safe::markdown(&rule.title),
        safe::markdown(why),
        safe::markdown(fix)
    );
    if !rule.references.is_empty() {
        plain.push_str("\n\nReferences:");
        markdown.push_str("\n\n## References\n");
        for reference in &rule.references {
            plain.push_str("\n- ");
            plain.push_str(&safe::terminal(reference));
            markdown.push_str("\n- ");
            markdown.push_str(&link(reference));
        }
    }
    MultiformatMessageString::builder().text(plain).markdown(markdown).build()
}

/// A web address as a link, anything else as text.
fn link(reference: &str) -> String {
    let is_address = reference.starts_with("https://") || reference.starts_with("http://");
    if is_address && !reference.contains([' ', '<', '>']) {
        format!("<{reference}>")
    } else {
        safe::markdown(reference)
    }
}

fn properties(rule: &RuleMeta) -> PropertyBag {
    let mut values = BTreeMap::from([
        ("precision".to_owned(), rule.confidence.as_str().into()),
        ("profile".to_owned(), rule.profile.into()),
    ]);
    // GitHub takes only numbers above 0, as a string.
    if rule.severity.number() > 0.0 {
        values.insert("security-severity".to_owned(), rule.severity.to_string().into());
    }
    PropertyBag::builder().tags(tags(rule)).additional_properties(values).build()
}

/// Tags in the form that GitHub and GitLab know: `security`, `cwe-284`.
fn tags(rule: &RuleMeta) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "servicenow".to_owned()];
    let area = rule.area.split('/').next().unwrap_or_default().to_lowercase();
    let cwe = rule.tags.get("cwe").into_iter().flatten().map(|id| id.to_lowercase());
    let others = rule.tags.iter().filter(|(key, _)| *key != "cwe").flat_map(|(key, ids)| {
        ids.iter().map(move |id| {
            safe::terminal(&format!("{}/{}", key.to_lowercase(), id.to_lowercase())).into_owned()
        })
    });
    for tag in std::iter::once(area).chain(cwe).chain(others) {
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.truncate(TAG_LIMIT);
    tags
}

/// The text without its line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
