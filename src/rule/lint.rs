//! What makes a rule file hard to trust or maintain, beyond what stops it from
//! loading.

use super::error::RuleError;
use super::file::{RuleFile, Text};
use super::files::PackFiles;

/// Complaints about the rule files of a pack whose texts are known.
#[must_use]
pub fn lint(pack: &PackFiles) -> Vec<RuleError> {
    let mut complaints = Vec::new();
    for (path, rule) in &pack.rules {
        let Some(text) = pack.texts.get(path) else { continue };
        lint_rule(path, text, rule, &mut complaints);
    }
    complaints
}

fn lint_rule(path: &str, text: &str, rule: &RuleFile, complaints: &mut Vec<RuleError>) {
    let mut complain = |place: &Text, message: String| {
        complaints.push(RuleError::at(path, place, message).within(text));
    };
    let queries = [("where", &rule.filter), ("require", &rule.require), ("unless", &rule.unless)];
    for (key, query) in queries {
        if let Some(query) = query
            && !is_quoted(text, query)
        {
            complain(
                query,
                format!("put the query of {key} in quotes: #, * and ': ' mean something in YAML"),
            );
        }
    }
    if !rule.message.value.trim_end().ends_with(['.', '!', '?']) {
        complain(&rule.message, "a message is a sentence: it ends with a full stop".to_owned());
    }
    let finds = rule.tests.iter().any(|test| test.finds.as_ref().is_some_and(|found| !found.is_empty()));
    let silent = rule.tests.iter().any(|test| test.finds.as_ref().is_some_and(Vec::is_empty));
    if !(finds && silent) {
        complain(&rule.id, "a rule needs a test with a finding and one without".to_owned());
    }
}

fn is_quoted(text: &str, place: &Text) -> bool {
    let line = usize::try_from(place.line).ok().and_then(|line| text.lines().nth(line.checked_sub(1)?));
    let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
    let first = line.and_then(|line| line.chars().nth(column));
    // A place that is not known is no reason to complain.
    first.is_none_or(|first| matches!(first, '\'' | '"' | '|' | '>'))
}
