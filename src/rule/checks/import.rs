//! From a check's record to a rule.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::super::file::{PlacedText, RuleFile};
use super::super::files::PackFiles;
use super::super::names::PackNames;
use super::identity::{CheckIdentity, TakenIdentities};
use super::{Check, NotPortable, PRIORITIES, TABLE_CHECK};
use crate::query::{Query, bind, bind_path};
use crate::record::{Wanted, natural_key, schema};
use crate::source::hex;

/// The area of all checks, and the key of the tag that holds their category.
const AREA: &str = "instance-scan";

/// Makes rules of the checks that can be, each in the pack whose number stands
/// beside it, and says of the others why not. No script is run.
#[must_use]
pub fn adopt(packs: &mut [PackFiles], mut checks: Vec<(usize, Check)>) -> Vec<NotPortable> {
    // Which of two checks gets the plain name must not depend on folders.
    checks.sort_by(|(_, left), (_, right)| (&left.sys_id, &left.path).cmp(&(&right.sys_id, &right.path)));
    let mut taken = TakenIdentities::by(packs);
    let mut first_of: BTreeMap<String, String> = BTreeMap::new();
    let mut refused = BTreeSet::new();
    let mut digests: BTreeMap<usize, Sha256> = BTreeMap::new();
    for (at, check) in checks {
        let Some(pack) = packs.get_mut(at) else { continue };
        let digest = digests.entry(at).or_insert_with(|| Sha256::new_with_prefix(pack.digest.as_bytes()));
        for text in check.texts() {
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        let found = subject_of(&check).and_then(|subject| match first_of.get(&check.sys_id) {
            Some(path) if !check.sys_id.is_empty() => {
                let name = path.rsplit('/').next().unwrap_or(path);
                Err(format!("{name} holds the same check"))
            }
            _ => Ok(subject),
        });
        match found {
            Ok(subject) => {
                first_of.insert(check.sys_id.clone(), check.path.clone());
                let identity = taken.name(&check);
                pack.rules.push((check.path.clone(), rule_of(&check, identity, subject.as_deref())));
            }
            Err(reason) => {
                refused.insert(NotPortable { path: check.path, name: check.name, reason });
            }
        }
    }
    for (at, digest) in digests {
        packs[at].digest = hex(&digest.finalize());
    }
    refused.into_iter().collect()
}

/// What names a record that the check finds, as placeholders of a message, where
/// that is known.
///
/// # Errors
/// If the check cannot run here.
fn subject_of(check: &Check) -> Result<Option<String>, String> {
    let refused = |reason: &str| Err(reason.to_owned());
    if check.kind != TABLE_CHECK {
        return Err(format!("{} runs a script", check.kind));
    }
    if check.advanced {
        return refused("advanced is set: a script decides");
    }
    if !check.active {
        return refused("it is not active");
    }
    if !check.run_condition.is_empty() {
        return refused("it has a run condition, which is a script");
    }
    if check.table.is_empty() {
        return refused("it names no table");
    }
    let query = Query::parse(&check.conditions).map_err(|error| error.message)?;
    if query.is_empty() {
        return refused("it has no conditions");
    }
    let (mut wanted, names) = (Wanted::new(), PackNames::default());
    let bound = bind(&query, &check.table, &mut wanted, &names).map_err(|error| error.message)?;
    if !bound.portable() {
        return refused("no instance would understand its conditions");
    }
    let key = natural_key(&check.table);
    let is_known = key.iter().all(|column| {
        schema::column(&check.table, column).is_some()
            && bind_path(column, &check.table, &mut wanted, &names).is_ok()
    });
    let placeholders: Vec<_> = key.iter().map(|column| format!("{{{column}}}")).collect();
    Ok(is_known.then(|| placeholders.join(" → ")))
}

fn rule_of(check: &Check, identity: CheckIdentity, subject: Option<&str>) -> RuleFile {
    let CheckIdentity { id, name, title } = identity;
    // Braces would be placeholders.
    let said = title.replace('{', "(").replace('}', ")");
    let message = match subject {
        Some(subject) => format!("{said}: '{subject}'."),
        None => format!("{said}."),
    };
    let severity = PRIORITIES.iter().find(|(priority, _)| *priority == check.priority);
    let severity = severity.or(PRIORITIES.get(2)).map_or("5.0", |(_, severity)| severity);
    let why = paragraphs(&[&check.short_description, &check.description], "The check does not say why.");
    let fix = paragraphs(&[&check.resolution_details], "The check does not say what to do.");
    let url = check.documentation_url.as_str();
    let is_address = url.starts_with("https://") || url.starts_with("http://");
    let references = if is_address && !url.contains(char::is_whitespace) {
        vec![PlacedText::new(url)]
    } else {
        Vec::new()
    };
    let tags = if check.category.is_empty() {
        BTreeMap::new()
    } else {
        BTreeMap::from([(AREA.to_owned(), vec![check.category.clone()])])
    };
    RuleFile {
        id: PlacedText::new(id),
        title: PlacedText::new(title),
        severity: PlacedText::new(severity),
        message: PlacedText::new(message),
        why: PlacedText::new(why),
        fix: PlacedText::new(fix),
        area_and_name: Some((AREA.to_owned(), name)),
        table: Some(PlacedText::new(&check.table)),
        filter: Some(PlacedText::new(&check.conditions)),
        references,
        tags,
        ..RuleFile::default()
    }
}

/// The texts that say something, each once and as a sentence.
fn paragraphs(texts: &[&str], otherwise: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let stop = if text.ends_with(char::is_alphanumeric) { "." } else { "" };
        let sentence = format!("{text}{stop}");
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    if said.is_empty() { otherwise.to_owned() } else { said.join("\n\n") }
}
