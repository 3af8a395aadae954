//! The rules that ran, whether or not they found something.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::super::{HOME, file_url, safe};
use super::messages::{MESSAGE_ID, evidence_strings};
use super::results::rank;
use super::taxonomies;
use crate::rule::RuleMeta;

/// GitHub and GitLab show at most so many characters of a description.
const DESCRIPTION_LIMIT: usize = 1_024;

/// Of more tags, GitHub drops some at random.
const TAG_LIMIT: usize = 10;

/// A rule as SARIF describes it: `reportingDescriptor`, with no more properties
/// than we write. A report describes hundreds, most of whose texts can be
/// borrowed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'r> {
    default_configuration: Configuration,
    full_description: Shown<'r>,
    help: Help,
    help_uri: Cow<'r, str>,
    id: &'r str,
    message_strings: BTreeMap<&'static str, Shown<'static>>,
    name: String,
    properties: Properties<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Cow<'static, RawValue>>,
    short_description: Shown<'r>,
}

/// `reportingConfiguration`
#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
    rank: f64,
}

/// `multiformatMessageString` of plain text.
#[derive(Serialize)]
struct Shown<'r> {
    text: Cow<'r, str>,
}

/// `multiformatMessageString`
#[derive(Serialize)]
struct Help {
    markdown: String,
    text: String,
}

/// `propertyBag`, with the properties that GitHub and GitLab know.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Properties<'r> {
    tags: Vec<Cow<'r, str>>,
    precision: &'static str,
    profile: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
}

/// A rule as SARIF describes it, with the messages that its results use.
pub(super) fn descriptor(rule: &RuleMeta, kinds_all: bool) -> Descriptor<'_> {
    // A rule may come from an export as well, and its texts from anybody.
    let title = format!("{}.", safe::terminal(&rule.title));
    let why = safe::terminal(&one_line(&rule.why)).into_owned();
    let full = if why.is_empty() { title.clone() } else { why };
    let shortened = |text: String| Shown {
        text: match safe::shortened(&text, DESCRIPTION_LIMIT) {
            Cow::Owned(short) => Cow::Owned(short),
            Cow::Borrowed(_) => Cow::Owned(text),
        },
    };
    Descriptor {
        default_configuration: Configuration {
            enabled: true,
            level: rule.severity.level().as_str(),
            rank: rank(rule.severity),
        },
        full_description: shortened(full),
        help: help(rule),
        help_uri: help_uri(rule),
        id: &rule.id,
        message_strings: message_strings(rule, kinds_all),
        name: rule.pascal_case_name(),
        properties: properties(rule),
        relationships: taxonomies::relationships(rule),
        short_description: shortened(title),
    }
}

/// The message that goes by id: what is wrong, and with what. The text of a result
/// says more, in a sentence that only the rule can form.
fn message_strings(rule: &RuleMeta, kinds_all: bool) -> BTreeMap<&'static str, Shown<'static>> {
    let fail = format!("{}: '{{0}}'.", safe::sarif_message(&rule.title));
    let mut strings = BTreeMap::from([(MESSAGE_ID, Shown { text: fail.into() })]);
    if kinds_all {
        strings.extend(evidence_strings(rule).map(|(id, text)| (id, Shown { text: text.into() })));
    }
    strings
}

/// Where the rule is described: its own file where it is built in; where the first
/// reference of another pack's rule leads, else at home.
fn help_uri(rule: &RuleMeta) -> Cow<'_, str> {
    if let Some(url) = file_url(rule) {
        return url.into();
    }
    let first = rule.references.first().filter(|uri| uri.starts_with("https://"));
    first.map_or(HOME, String::as_str).into()
}

fn help(rule: &RuleMeta) -> Help {
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
    Help { markdown, text: plain }
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

fn properties(rule: &RuleMeta) -> Properties<'_> {
    // GitHub takes only numbers above 0, as a string.
    let is_above = rule.severity.number() > 0.0;
    Properties {
        tags: tags(rule),
        precision: rule.confidence.as_str(),
        profile: &rule.profile,
        security_severity: is_above.then(|| rule.severity.to_string()),
    }
}

/// Tags in the form that GitHub and GitLab know: `security`, `cwe-284`.
fn tags(rule: &RuleMeta) -> Vec<Cow<'_, str>> {
    let mut tags: Vec<Cow<'_, str>> = vec!["security".into(), "servicenow".into()];
    let area = rule.area.split('/').next().unwrap_or_default().to_lowercase();
    let cwe = rule.tags.get("cwe").into_iter().flatten().map(|id| id.to_lowercase());
    let others = rule.tags.iter().filter(|(key, _)| *key != "cwe").flat_map(|(key, ids)| {
        ids.iter().map(move |id| {
            safe::terminal(&format!("{}/{}", key.to_lowercase(), id.to_lowercase())).into_owned()
        })
    });
    for tag in std::iter::once(area).chain(cwe).chain(others) {
        if !tag.is_empty() && !tags.iter().any(|known| *known == tag) {
            tags.push(tag.into());
        }
    }
    tags.truncate(TAG_LIMIT);
    tags
}

/// The text without its line breaks.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
