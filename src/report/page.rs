//! One rule as a page in Markdown.

use std::fmt::Write as _;

use super::frameworks::{FRAMEWORKS, name_of};
use super::safe;
use crate::rule::RuleMeta;
use crate::rule::file::RuleTest;

/// How many lines of an example are shown.
const EXAMPLE_LINES: usize = 40;

/// The page of a rule. `tests` are its own; the first with a finding and the
/// first without become its examples.
#[must_use]
pub fn markdown(rule: &RuleMeta, tests: &[RuleTest]) -> String {
    let mut page = format!("# {} {}\n\n{}.\n\n", rule.id, rule.name, safe::markdown(&rule.title));
    head(rule, &mut page);
    let _ = write!(page, "\n## Why it matters\n\n{}\n", prose(&rule.why));
    let _ = write!(page, "\n## How to fix it\n\n{}\n", prose(&rule.fix));
    examples(tests, &mut page);
    parameters(rule, &mut page);
    frameworks(rule, &mut page);
    if !rule.references.is_empty() {
        page.push_str("\n## References\n\n");
        for reference in &rule.references {
            let _ = writeln!(page, "- <{reference}>");
        }
    }
    let _ = write!(
        page,
        "\n## Leaving it out\n\nIn `.glidelint.yaml`, with the reason beside it:\n\n```yaml\nrules:\n  {}: off\n```\n",
        rule.id
    );
    page
}

fn head(rule: &RuleMeta, page: &mut String) {
    let _ = writeln!(page, "| | |\n|---|---|");
    let mut row = |name: &str, text: &str| {
        let _ = writeln!(page, "| {name} | {text} |");
    };
    row("Severity", &format!("{} ({})", rule.severity, rule.severity.band().as_str()));
    row("Confidence", rule.confidence.as_str());
    row("Profile", &rule.profile);
    if let Some(table) = &rule.table {
        row("Table", &format!("`{table}`"));
    }
    if !rule.properties.is_empty() {
        let names: Vec<_> = rule.properties.iter().map(|name| format!("`{name}`")).collect();
        row("Property", &names.join(", "));
    }
    if let Some(setting) = &rule.setting {
        row("Hardening setting", &format!("`{}`, risk score {:.1}", setting.page, setting.score));
    }
    row("Message", &format!("`{}`", rule.message.replace('|', "\\|")));
    let file = rule.path.strip_prefix("rules/").unwrap_or(&rule.path);
    row("File", &format!("[{file}](../{file})"));
}

/// Wrapped text; its `code` stays code.
fn prose(text: &str) -> String {
    safe::markdown(&text.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n"))
}

fn examples(tests: &[RuleTest], page: &mut String) {
    let finds = tests.iter().find(|test| test.finds.as_ref().is_some_and(|found| !found.is_empty()));
    let silent = tests.iter().find(|test| test.finds.as_ref().is_some_and(Vec::is_empty));
    for (heading, test) in [("What it finds", finds), ("What it does not find", silent)] {
        let Some(test) = test else { continue };
        let _ = write!(page, "\n## {heading}\n\n{}:\n", capital(&safe::markdown(&test.name.value)));
        if let Some(properties) = &test.properties {
            page.push_str("\n| property | value |\n|---|---|\n");
            if properties.is_empty() {
                page.push_str("| (none) | |\n");
            }
            for (name, value) in properties {
                let _ = writeln!(page, "| `{name}` | `{}` |", value.0.replace('|', "\\|"));
            }
        }
        if let Some(plugins) = &test.plugins {
            page.push_str("\n| plugin | state |\n|---|---|\n");
            for (id, state) in plugins {
                let _ = writeln!(page, "| `{id}` | {} |", state.0);
            }
        }
        if !test.export.is_empty() {
            let mut lines: Vec<&str> = test.export.trim_end().lines().collect();
            if lines.len() > EXAMPLE_LINES {
                lines.truncate(EXAMPLE_LINES);
                lines.push("…");
            }
            let _ = write!(page, "\n```xml\n{}\n```\n", lines.join("\n"));
        }
        if !test.complete.is_empty() {
            let _ = write!(page, "\nDeclared whole: `--complete {}`.\n", test.complete.join(","));
        }
    }
}

fn parameters(rule: &RuleMeta, page: &mut String) {
    if rule.params.is_empty() {
        return;
    }
    page.push_str("\n## Parameters\n\n| name | default |\n|---|---|\n");
    for (name, values) in &rule.params {
        let values: Vec<_> = values.iter().map(|value| format!("`{}`", value.replace('|', "\\|"))).collect();
        let values =
            if values.is_empty() { "(none: only the owner can know)".to_owned() } else { values.join(", ") };
        let _ = writeln!(page, "| `{name}` | {values} |");
    }
}

fn frameworks(rule: &RuleMeta, page: &mut String) {
    if rule.tags.is_empty() {
        return;
    }
    page.push_str("\n## Frameworks\n\n");
    for (key, ids) in &rule.tags {
        let framework = FRAMEWORKS.iter().find(|framework| framework.tag == key);
        let name = framework.map_or(key.as_str(), |framework| framework.name);
        let ids = ids.iter().map(|id| match name_of(key, id) {
            Some(title) => format!("{id} ({})", safe::markdown(title)),
            None => format!("`{id}`"),
        });
        let _ = writeln!(page, "- {name}: {}", ids.collect::<Vec<_>>().join(", "));
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
