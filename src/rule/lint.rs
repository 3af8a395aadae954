//! What makes a rule file hard to trust or maintain, beyond what stops it from
//! loading.

use std::collections::BTreeMap;

use super::error::RuleError;
use super::file::{PlacedText, RuleFile};
use super::files::PackFiles;
use super::pack::Pack;

/// How long a message may be before its placeholders are filled, in characters.
const MAX_MESSAGE: usize = 200;

/// Complaints about the rule files of packs whose texts are known; `pack` is what
/// was compiled of them.
#[must_use]
pub fn lint(packs: &[PackFiles], pack: &Pack) -> Vec<RuleError> {
    let mut complaints: Vec<_> = pack.doubts.iter().filter(|doubt| !doubt.text.is_empty()).cloned().collect();
    let mut whys: BTreeMap<String, &str> = BTreeMap::new();
    for pack in packs {
        for (path, rule) in &pack.rules {
            let same = whys.insert(words(&rule.why.value), path);
            let Some(text) = pack.texts.get(path) else { continue };
            lint_rule(path, text, rule, &mut complaints);
            if let Some(other) = same {
                let message =
                    format!("{other} gives the same reason, word for word; say what is special here");
                complaints.push(RuleError::at(path, &rule.why, message).within(text));
            }
        }
    }
    complaints
}

/// A text without its line breaks and case.
fn words(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lint_rule(path: &str, text: &str, rule: &RuleFile, complaints: &mut Vec<RuleError>) {
    let mut complain = |place: &PlacedText, message: String| {
        complaints.push(RuleError::at(path, place, message).within(text));
    };
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml");
    if stem.split('-').any(|word| word.len() == 1) {
        complain(&rule.id, "a name has no words of one letter: SARIF's names could not be read".to_owned());
    }
    lint_queries(text, rule, &mut complain);
    lint_writing(rule, &mut complain);
    let finds = rule.tests.list.iter().any(|test| test.finds.as_ref().is_some_and(|found| !found.is_empty()));
    let silent = rule.tests.list.iter().any(|test| test.finds.as_ref().is_some_and(Vec::is_empty));
    if !(finds && silent) {
        complain(&rule.id, "a rule needs a test with a finding and one without".to_owned());
    }
}

fn lint_queries(text: &str, rule: &RuleFile, complain: &mut dyn FnMut(&PlacedText, String)) {
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
}

fn lint_writing(rule: &RuleFile, complain: &mut dyn FnMut(&PlacedText, String)) {
    let message = rule.message.value.trim();
    if !message.ends_with(['.', '!', '?']) {
        complain(&rule.message, "a message is a sentence: it ends with a full stop".to_owned());
    }
    let length = message.chars().count();
    if length > MAX_MESSAGE {
        complain(
            &rule.message,
            format!("a message has at most {MAX_MESSAGE} characters, this one has {length}"),
        );
    }
    if words(&rule.why.value).len() < 80 {
        complain(&rule.why, "say what an attacker does with it, in a sentence or two".to_owned());
    }
    if !names_a_place(&rule.fix.value) {
        let advice =
            "a fix says where to click: `All > System Security > …`, or a list such as `sys_user.list`";
        complain(&rule.fix, advice.to_owned());
    }
    if rule.references.is_empty() {
        complain(&rule.id, "name at least one reference: where do the facts come from?".to_owned());
    }
    for reference in &rule.references {
        if !reference.value.starts_with("https://") {
            complain(reference, "a reference is a web address that begins with https://".to_owned());
        }
    }
}

/// Whether a text names a page of the product: a path through its menu, or a
/// list or page by its name in the address.
fn names_a_place(fix: &str) -> bool {
    let is_page = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        [".list", ".do", ".LIST", ".form"].iter().any(|end| word.len() > end.len() && word.ends_with(end))
    };
    words(fix).contains(" > ") || fix.split_whitespace().any(is_page)
}

fn is_quoted(text: &str, place: &PlacedText) -> bool {
    let line = usize::try_from(place.line).ok().and_then(|line| text.lines().nth(line.checked_sub(1)?));
    let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
    let first = line.and_then(|line| line.chars().nth(column));
    // A place that is not known is no reason to complain.
    first.is_none_or(|first| matches!(first, '\'' | '"' | '|' | '>'))
}
